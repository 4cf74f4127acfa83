"""What saving promises: a folder from which the same sweep opens elsewhere, with nothing private in it."""

from __future__ import annotations

import base64
import io
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from faulty import RECORD, Answer, Faulty, Seen, record
from PIL import Image

import mjnb as mj
from mjnb import errors
from mjnb.ledger import Found
from mjnb.sandbox import Sandbox
from mjnb.sessions import Session
from mjnb.sweeps import Sweep, parquet

HOSTILE = "a <script>alert(1)</script> \"fox\" & 'owl'"
KEY = "sandbox"
FILES = {
    "cells.parquet", "images.parquet", "metrics.parquet", "ratings.parquet", "pictures",
    "figure.html", "figure.png", "ratings.jsonl", "report.html", "sweep.json",
}  # fmt: skip


def width(picture: Image.Image) -> float:
    return picture.width


def fails(seen: Seen) -> Answer:
    return record(2, taskId=seen.query["taskId"][0], errorMessage="<b>banned</b>")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sweep, Path]]:
    """A sweep with a hostile prompt, a failed cell, a bad picture, an own metric, ratings; and its folder."""
    folder = tmp_path_factory.mktemp("export")
    with Sandbox(time_scale=300, long_side=64) as sandbox, Faulty(upstream=sandbox.url) as troubled:
        troubled.script(RECORD, fails)
        troubled.script("_0_3.jpeg", Answer(200, b"no picture"))
        settings: dict[str, Any] = {"base_url": troubled.url, "api_key": KEY, "time_scale": 300}
        with Session(**settings, data_dir=folder / "data") as session:
            sweep = session.sweep(HOSTILE, stylization=[0, 800], version=["6.1", "7"]).run()
            rating = sweep.measure(width).rate("pairs", 6, seed=1, rater="<i>jo</i>")
            while rating.next() is not None:
                rating.answer(1)
            rating.undo()
            yield sweep, sweep.save(folder / "saved")


@pytest.fixture
def saved(made: tuple[Sweep, Path], tmp_path: Path) -> Path:
    """A copy of the folder, elsewhere."""
    return shutil.copytree(made[1], tmp_path / "elsewhere")


@pytest.fixture
def opened(saved: Path) -> Iterator[Sweep]:
    sweep = mj.Sweep.open(saved)
    yield sweep
    sweep.close()


# ---- what is written ----


def test_a_folder_has_everything(made: tuple[Sweep, Path]) -> None:
    sweep, folder = made
    assert {path.name for path in folder.iterdir()} == FILES
    assert [path.name for path in folder.parent.iterdir() if path.name.startswith(".")] == []
    cells = pl.read_parquet(folder / "cells.parquet")
    assert sorted(cells["state"]) == ["failed", "succeeded", "succeeded", "succeeded"]
    images = pl.read_parquet(folder / "images.parquet")
    assert images["file"].null_count() == 1
    for row in images.filter(pl.col("file").is_not_null()).iter_rows(named=True):
        with Image.open(folder / row["file"]) as picture:
            assert picture.size == (row["width"], row["height"])
    measured = pl.read_parquet(folder / "metrics.parquet")
    assert measured.equals(sweep.frame().drop("path"), null_equal=True)
    ratings = pl.read_parquet(folder / "ratings.parquet")
    assert ratings.height == 2 * 5  # the sixth was taken back
    assert ratings["best"].to_list() == [True, False] * 5
    with Image.open(folder / "figure.png") as figure:
        assert figure.width == 1800


def test_columns_carry_their_units(made: tuple[Sweep, Path]) -> None:
    def words(table: str) -> dict[str, dict[str, str]]:
        return Sweep.units(made[1] / f"{table}.parquet")

    metrics = words("metrics")
    assert list(metrics) == pl.read_parquet(made[1] / "metrics.parquet").columns
    assert metrics["palette_size"]["unit"] == "effective colours"
    assert metrics["vendi_se"]["label"] == "standard error of Vendi score"
    assert metrics["rating"]["unit"] == "log odds"
    assert "Bradley" in metrics["rating"]["source"]
    assert words("cells")["credits"]["unit"] == "credits"
    assert words("images")["width"]["unit"] == "pixels"
    assert words("ratings")["at"]["unit"] == "ms since 1970-01-01 UTC"


def test_every_field_carries_its_unit(made: tuple[Sweep, Path]) -> None:
    """The Arrow schema in a Parquet file is a flatbuffer in base64, in which texts stand as they are."""
    told = pl.read_parquet_metadata(made[1] / "metrics.parquet")["ARROW:schema"]
    fields = base64.b64decode(told)
    for text in ("effective colours", "standard error of Vendi score", "log odds", "Hasler and Süsstrunk"):
        assert text.encode() in fields
    frame = pl.DataFrame({"n": [1, None], "x": [0.5, None], "is": [True, None], "t": ["é", None]})
    path = made[1].parent / "table.parquet"
    parquet.write(path, frame, {"n": {"unit": "pixels"}, "t": {"label": "Größe"}})
    assert pl.read_parquet(path).equals(frame, null_equal=True)
    assert Sweep.units(path) == {"n": {"unit": "pixels"}, "t": {"label": "Größe"}}
    fields = base64.b64decode(pl.read_parquet_metadata(path)["ARROW:schema"])
    assert [word in fields for word in (b"pixels", "Größe".encode(), b"metres")] == [True, True, False]


@pytest.mark.parametrize("name", ["report.html", "nothing.parquet", "pictures"])
def test_units_of_what_is_no_table_are_refused(made: tuple[Sweep, Path], name: str) -> None:
    with pytest.raises(errors.InvalidRequest, match="is no table of a saved sweep"):
        Sweep.units(made[1] / name)


def test_the_report_is_safe_and_complete(made: tuple[Sweep, Path]) -> None:
    page = (made[1] / "report.html").read_text()
    assert "<script" not in page
    assert "<b>banned" not in page
    assert "&lt;script&gt;" in page
    assert "&lt;b&gt;banned&lt;/b&gt;" in page
    assert re.findall(r'(?:src|href)="(?!data:|[a-z]+\.(?:parquet|html)")', page) == []
    for words in ("Effects over", "Means over the pictures", "Ratings: 5 pairs", 'alt="', "Hasler"):
        assert words in page


def everything(folder: Path) -> bytes:
    """Return every byte of a folder, and of its tables what is compressed in them, too."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    tables = [str(pl.read_parquet(path).to_dicts()) for path in files if path.suffix == ".parquet"]
    return b"".join(path.read_bytes() for path in files) + "".join(tables).encode()


def test_nothing_private_is_written(sandbox: Sandbox, tmp_path: Path) -> None:
    key = "a-key-that-nobody-may-see"
    with (
        Sandbox(time_scale=300, long_side=64, key=key) as guarded,
        Session(base_url=guarded.url, api_key=key, time_scale=300, data_dir=tmp_path / "data") as session,
    ):
        session.callbacks("http://127.0.0.1:1/secret-path", port=0)
        sweep = session.sweep("a fox", stylization=[0, 800]).run()
        nonces = [task.entry.nonce for task in sweep.tasks if task]
        assert any("secret-path" in task.entry.param_json for task in sweep.tasks if task)
        folder = sweep.save(tmp_path / "saved")
    for secret in (key, "secret-path", *nonces, str(tmp_path)):
        assert secret.encode() not in everything(folder)


SECRET = "https://example.com/hooks/secret-path?a=1&b=2"


@pytest.fixture
def told_where(sandbox: Sandbox, tmp_path: Path) -> Iterator[Sweep]:
    """A sweep with a callback address of the user's own, which the service quotes when a task fails."""

    def quotes(seen: Seen) -> Answer:
        return record(2, taskId=seen.query["taskId"][0], errorMessage=f"cannot reach {SECRET}")

    with Faulty(upstream=sandbox.url) as troubled:
        troubled.script(RECORD, quotes)
        settings: dict[str, Any] = {"base_url": troubled.url, "api_key": KEY, "time_scale": 300}
        with Session(**settings, data_dir=tmp_path / "data") as session:
            yield session.sweep("a fox", stylization=[0, 800], call_back_url=SECRET).run()


def test_a_callback_address_of_the_users_is_nowhere(told_where: Sweep, tmp_path: Path) -> None:
    assert told_where.design.fixed["call_back_url"] == SECRET
    assert {task.state for task in told_where.tasks if task} == {"succeeded", "failed"}
    folder = told_where.save(tmp_path / "saved")
    assert b"cannot reach" in everything(folder)
    assert b"secret-path" not in everything(folder)
    again = Sweep.open(folder)
    assert again.plan().states == told_where.plan().states
    assert again.design.axes == told_where.design.axes
    again.close()


def test_pictures_do_not_tell_where_callbacks_go(told_where: Sweep) -> None:
    paths = [image.path for task in told_where.tasks if task for image in task.images]
    assert len(paths) == 4
    assert all(b"paramJson" in path.read_bytes() for path in paths)
    assert [path for path in paths if b"secret-path" in path.read_bytes()] == []


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_pictures_of_an_older_mjnb_are_saved_without_their_note(
    told_where: Sweep, tmp_path: Path, kind: str
) -> None:
    tracker = told_where.tracker
    task = next(task for task in told_where.tasks if task and task.images)
    out = io.BytesIO()
    Image.effect_noise((32, 32), 50).save(out, kind)
    kept = tracker.store.keep(out.getvalue(), json.dumps({"paramJson": task.entry.param_json}))
    assert b"secret-path" in tracker.store.at(kept.path).read_bytes()
    tracker.ledger.pictures_came([Found(task.id, 1, {"path": kept.path, "sha256": kept.sha256})])
    tracker.refresh(task)
    told_where.rate("single", 4, seed=1, rater="jo").answer(3)
    folder = told_where.save(tmp_path / "saved")
    assert b"secret-path" not in everything(folder)
    again = Sweep.open(folder)
    assert again.frame()["error"].null_count() == 4
    there = next(i for task in again.tasks if task for i in task.images if i.number == 1)
    with there.open() as one, tracker.store.open(kept.path) as other:
        assert one.tobytes() == other.tobytes()
    again.close()


def test_saving_again_replaces_a_sweep_and_nothing_else(made: tuple[Sweep, Path], tmp_path: Path) -> None:
    target = tmp_path / "one" / "two"
    assert made[0].save(target) == target
    (target / "pictures" / "old.jpg").write_bytes(b"")
    made[0].save(str(target))
    assert not (target / "pictures" / "old.jpg").exists()
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    with pytest.raises(errors.InvalidRequest, match="is no saved sweep"):
        made[0].save(other)
    with pytest.raises(errors.InvalidRequest, match="is no saved sweep"):
        made[0].save(other / "thesis.txt")
    with pytest.raises(errors.MediaError, match="cannot write"):
        made[0].save(other / "thesis.txt" / "below")
    assert (other / "thesis.txt").read_text() == "mine"


def test_a_picture_that_is_gone_is_told_and_the_rest_saved(session: Session, tmp_path: Path) -> None:
    sweep = session.sweep("a fox", stylization=[0, 800]).run()
    sweep.frame()
    Path(sweep.frame()["path"][5]).unlink()
    folder = sweep.save(tmp_path / "saved")
    assert "picture 2 of cell 1: No such file" in (folder / "report.html").read_text()
    assert len(list((folder / "pictures").iterdir())) == 7
    again = Sweep.open(folder)
    (gone,) = again.frame().filter(pl.col("path").is_null()).rows(named=True)
    assert (gone["cell"], gone["number"]) == (1, 2)
    assert gone["error"] == "it was not here when saved"
    again.close()


def test_an_unpaid_sweep_can_be_saved_and_opened(session: Session, tmp_path: Path) -> None:
    folder = session.sweep("a fox", stylization=[0, 800]).save(tmp_path / "saved")
    again = Sweep.open(folder)
    assert again.plan().states == ("to pay", "to pay")
    with pytest.raises(errors.BudgetExceeded, match="opened from a folder"):
        again.run(yes=True)
    again.close()


# ---- opening elsewhere ----


def test_the_same_sweep_opens_elsewhere(made: tuple[Sweep, Path], opened: Sweep) -> None:
    sweep, _ = made
    assert opened.design == sweep.design
    assert opened.plan().states == sweep.plan().states
    assert opened.frame().drop("path", "error").equals(sweep.frame().drop("path", "error"), null_equal=True)
    assert "&" not in opened.frame().filter(state="failed")["error"][0]
    assert all(Path(path).is_file() for path in opened.frame()["path"].drop_nulls())
    assert repr(opened.effects()) == repr(sweep.effects())
    assert opened.plot(["rating", "width"]).alt == sweep.plot(["rating", "width"]).alt
    failed = sweep.frame().filter(state="failed")["version"][0]
    baseline = {"version": "7" if failed == "6.1" else "6.1"}  # one that has pictures everywhere
    names = ["ssim_distance", "palette_distance", "descriptor_distance"]
    there = sweep.frame(baseline=baseline).select(names)
    assert opened.frame(baseline=baseline).select(names).equals(there, null_equal=True)


def test_an_opened_sweep_can_be_rated_measured_and_saved_on(
    opened: Sweep, saved: Path, tmp_path: Path
) -> None:
    opened.rate(seed=1, rater="mo").answer(5)
    opened.measure(height=lambda picture: picture.height)
    assert opened.frame()["rating"].drop_nulls().to_list() == [5.0]
    opened.save(tmp_path / "again")
    opened.close()
    for folder in (saved, tmp_path / "again"):
        again = Sweep.open(folder)
        assert again.frame()["rating"].drop_nulls().to_list() == [5.0]
        again.close()
    assert "height" in pl.read_parquet(tmp_path / "again" / "metrics.parquet").columns


def test_an_opened_sweep_never_pays(made: tuple[Sweep, Path], opened: Sweep) -> None:
    with pytest.raises(errors.BudgetExceeded, match="looked at and rated, not paid for"):
        opened.run(retry=True, yes=True)
    with pytest.raises(errors.BudgetExceeded, match="looked at and rated, not paid for"):
        opened.extend(stylization=[400]).run(yes=True)
    task = next(task for task in opened.tasks if task and task.state == "succeeded")
    with pytest.raises(errors.BudgetExceeded, match="looked at and rated, not paid for"):
        task.vary(1)


def test_closing_twice_is_closing_once(saved: Path) -> None:
    sweep = Sweep.open(saved)
    rating = sweep.rate(seed=1)
    sweep.close()
    sweep.close()
    with pytest.raises(errors.LedgerError, match="this sweep was closed"):
        sweep.frame()
    kept = (saved / "ratings.jsonl").read_bytes()
    with pytest.raises(errors.LedgerError):
        rating.answer(3)
    assert (saved / "ratings.jsonl").read_bytes() == kept


# ---- folders that are not what they say ----


def changed(folder: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    manifest = json.loads((folder / "sweep.json").read_text())
    change(manifest)
    (folder / "sweep.json").write_text(json.dumps(manifest))


DAMAGE: dict[str, Callable[[dict[str, Any]], Any]] = {
    "no design": lambda m: m.pop("design"),
    "another design": lambda m: m["design"].update(axes={"stylization": [0, 5000]}),
    "no tasks": lambda m: m.pop("tasks"),
    "a cell that is none": lambda m: m["tasks"][0].update(cell=99),
    "a number that is none": lambda m: next(iter(m["numbers"]["sets"].values())).update(vendi=["x", 0]),
    "no format": lambda m: m.pop("format"),
    "a newer format": lambda m: m.update(format=3),
    "a list for a table": lambda m: m.update(numbers=[]),
}


@pytest.mark.parametrize("change", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_sweep_is_refused(saved: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    changed(saved, change)
    with pytest.raises(errors.InvalidRequest):
        Sweep.open(saved)
    assert {path.name for path in saved.iterdir()} == FILES


def test_what_is_no_sweep_is_refused(saved: Path, tmp_path: Path) -> None:
    with pytest.raises(errors.InvalidRequest, match=r"it has no sweep\.json"):
        Sweep.open(tmp_path / "nowhere")
    (saved / "sweep.json").write_text("[1,")
    with pytest.raises(errors.InvalidRequest, match="cannot be read"):
        Sweep.open(saved)


NAMES = ["../../secret.png", "/etc/passwd", "..", "", "pictures/x.jpg", "nothing.jpg"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_leads_out_of_the_folder_is_not_followed(saved: Path, name: str) -> None:
    Image.new("RGB", (8, 8)).save(saved.parent.parent / "secret.png")
    stored: list[Any] = []
    changed(saved, lambda m: stored.append(next(p for p in m["pictures"] if p["state"] == "stored")))
    sha = stored[0]["sha256"]

    def rename(manifest: dict[str, Any]) -> None:
        next(p for p in manifest["pictures"] if p["sha256"] == sha).update(file=name)

    changed(saved, rename)
    sweep = Sweep.open(saved)
    frame = sweep.frame()
    assert frame["path"].null_count() == 1 + 2  # that one, the bad one, and the failed cell
    sweep.close()


def test_a_picture_that_was_changed_or_is_a_link_is_told(saved: Path) -> None:
    first, second = sorted((saved / "pictures").iterdir())[:2]
    Image.new("RGB", (8, 8)).save(first)
    content = second.read_bytes()
    second.unlink()
    (saved / "outside.jpg").write_bytes(content)
    os.symlink(saved / "outside.jpg", second)
    sweep = Sweep.open(saved)
    told = [error for error in sweep.frame()["error"].drop_nulls() if "it is not what was saved" in error]
    assert len(told) == 2
    sweep.close()


@pytest.mark.parametrize("name", ["notes.md", "ledger.db"])
def test_a_folder_that_holds_more_is_not_replaced(made: tuple[Sweep, Path], saved: Path, name: str) -> None:
    (saved / name).write_text("mine")
    with pytest.raises(errors.InvalidRequest, match=f"holds more than a saved sweep: {name}"):
        made[0].save(saved)
    assert (saved / name).read_text() == "mine"
