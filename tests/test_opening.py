"""What opening a saved sweep promises: nothing in the folder is believed, and no rating is ever lost."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from PIL import Image

from mjnb import errors
from mjnb.ledger import Judgement, Ledger, Shown
from mjnb.metrics import METRICS
from mjnb.sandbox import Sandbox
from mjnb.sessions import Session
from mjnb.sweeps import Sweep

LEFT = {"cells.parquet", "images.parquet", "metrics.parquet", "ratings.parquet", "pictures", "figure.html",
        "figure.png", "report.html", "sweep.json", "ratings.jsonl"}  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sweep, Path]]:
    """A finished sweep of two cells with two ratings, and the folder that it was saved in."""
    folder = tmp_path_factory.mktemp("opening")
    with (
        Sandbox(time_scale=300, long_side=64) as sandbox,
        Session(sandbox=sandbox, data_dir=folder / "data") as session,
    ):
        sweep = session.sweep("a {animal}", animal=["fox", "owl"], stylization=250).run()
        rating = sweep.rate(seed=1, rater="jo")
        rating.answer(2)
        rating.answer(4)
        yield sweep, sweep.save(folder / "saved")


@pytest.fixture
def saved(place: tuple[Sweep, Path], tmp_path: Path) -> Path:
    return shutil.copytree(place[1], tmp_path / "elsewhere")


def scores(folder: Path) -> list[float | None]:
    """Open a folder anew and return the scores that it has."""
    sweep = Sweep.open(folder)
    found = [one.score for one in sweep.tracker.ledger.ratings.standing()]
    sweep.close()
    return found


def changed(folder: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    manifest = json.loads((folder / "sweep.json").read_text())
    change(manifest)
    (folder / "sweep.json").write_text(json.dumps(manifest))


# ---- ratings ----


def test_every_answer_is_in_the_folder_at_once(saved: Path) -> None:
    sweep = Sweep.open(saved)
    rating = sweep.rate(seed=1, rater="mo")
    rating.answer(5)
    assert scores(saved) == [2, 4, 5]  # of another opening, while this one is open
    rating.undo()
    rating.answer(1)
    sweep.close()
    assert scores(saved) == [2, 4, 1]
    assert {path.name for path in saved.iterdir()} == LEFT


def test_two_who_rate_in_one_folder_keep_both(saved: Path) -> None:
    jo, mo = Sweep.open(saved), Sweep.open(saved)
    jo.rate(seed=1, rater="ann").answer(3)
    mo.rate(seed=1, rater="bob").answer(5)
    jo.close()
    mo.close()
    assert scores(saved) == [2, 4, 3, 5]


def test_saving_onto_a_folder_takes_its_ratings_along(place: tuple[Sweep, Path], saved: Path) -> None:
    sweep = Sweep.open(saved)
    sweep.rate(seed=1, rater="mo").answer(5)
    late = sweep.rate(seed=2, rater="zoe")
    shutil.copytree(saved, saved.parent / "mine")
    folder = place[0].save(saved)
    assert scores(folder) == [2, 4, 5]
    assert "by 2 raters" in (folder / "report.html").read_text()
    late.answer(1)  # by someone who had the folder open meanwhile
    assert scores(folder) == [2, 4, 5, 1]
    ledger = place[0].tracker.ledger.ratings
    assert [one.score for one in ledger.standing()] == [2, 4, 5]
    ledger.undo(ledger.standing()[-1].id)
    place[0].save(saved.parent / "mine")
    assert scores(saved.parent / "mine") == [2, 4]  # what was taken back stays taken back
    sweep.close()


def test_ratings_of_other_pictures_are_not_overwritten(
    place: tuple[Sweep, Path], saved: Path, session: Session
) -> None:
    other = session.sweep("a lighthouse", stylization=[0, 800])
    before = (saved / "ratings.jsonl").read_bytes()
    with pytest.raises(errors.InvalidRequest, match=r"holds \d ratings of other pictures"):
        other.save(saved)
    assert (saved / "ratings.jsonl").read_bytes() == before
    assert other.tracker.ledger.ratings.every() == []


def test_an_answer_that_cannot_be_kept_is_not_taken(saved: Path) -> None:
    sweep = Sweep.open(saved)
    kept = (saved / "ratings.jsonl").read_bytes()
    (saved / "ratings.jsonl").unlink()
    (saved / "ratings.jsonl").symlink_to(saved / "report.html")
    page = (saved / "report.html").read_bytes()
    rating = sweep.rate(seed=1, rater="mo")
    with pytest.raises(errors.LedgerError, match="the rating cannot be kept"):
        rating.answer(5)
    assert (rating.progress[0], (saved / "report.html").read_bytes()) == (0, page)
    (saved / "ratings.jsonl").unlink()
    (saved / "ratings.jsonl").write_bytes(kept)
    rating.answer(5)
    sweep.close()
    assert scores(saved) == [2, 4, 5]


def test_a_line_that_a_power_cut_left_half_costs_no_other(saved: Path) -> None:
    whole = (saved / "ratings.jsonl").read_bytes()
    (saved / "ratings.jsonl").write_bytes(whole + whole[:50])
    with pytest.warns(UserWarning, match="1 lines that cannot be read"):
        sweep = Sweep.open(saved)
    sweep.rate(seed=1, rater="mo").answer(5)
    sweep.close()
    with pytest.warns(UserWarning, match="1 lines that cannot be read"):
        assert scores(saved) == [2, 4, 5]


BAD = {
    "a score of six": {"score": 6},
    "no score": {"score": None},
    "a score that is a word": {"score": "5"},
    "a score that is true": {"score": True},
    "a kind that is none": {"kind": "stars"},
    "a best of one": {"best": 1},
    "two pictures": {"shown": [{"task": "a", "number": 1, "sha256": "b"}] * 2},
    "no pictures": {"shown": []},
    "a picture that is a word": {"shown": ["a"]},
    "something taken back": {"undoes": "x"},
    "a time before time": {"at": -1},
    "a time that fits nowhere": {"at": 10**30},
    "no id": {"id": ""},
    "an endless id": {"id": "x" * 10_000},
    "a rater that is a list": {"rater": ["jo"]},
}


@pytest.mark.parametrize("change", BAD.values(), ids=BAD)
def test_a_rating_that_is_none_is_refused(
    place: tuple[Sweep, Path], saved: Path, change: dict[str, Any]
) -> None:
    path = saved / "ratings.jsonl"
    first = json.loads(path.read_text().splitlines()[0])
    path.write_text(json.dumps(first | change) + "\n")
    with pytest.raises(errors.InvalidRequest, match="line 1 of"):
        Sweep.open(saved)
    with pytest.raises(errors.InvalidRequest, match="line 1 of"):
        place[0].save(saved)  # which would replace the file
    assert json.loads(path.read_text()) == first | change


def test_ratings_that_are_a_link_or_a_pipe_are_refused(saved: Path) -> None:
    path = saved / "ratings.jsonl"
    path.rename(saved.parent / "outside.jsonl")
    path.symlink_to(saved.parent / "outside.jsonl")
    with pytest.raises(errors.InvalidRequest, match="is no file of its own"):
        Sweep.open(saved)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(errors.InvalidRequest, match="is no file of its own"):
        Sweep.open(saved)


@pytest.mark.parametrize("rater", ["", "x" * 501, "\ud800", 7])
def test_a_rater_whose_ratings_could_not_be_read_again_is_refused(
    place: tuple[Sweep, Path], rater: Any
) -> None:
    if rater == "":
        assert place[0].rate(rater=rater).rater == ""
    else:
        with pytest.raises(errors.InvalidRequest, match="rater needs a name"):
            place[0].rate(rater=rater)


@pytest.mark.parametrize("how", [{"n": 10**9}, {"n": True}, {"seed": [1]}, {"kind": ["single"]}], ids=str)
def test_a_round_that_cannot_be_is_refused_at_once(place: tuple[Sweep, Path], how: dict[str, Any]) -> None:
    with pytest.raises(errors.InvalidRequest, match="Nothing was asked"):
        place[0].rate(**how)


# ---- names ----


@pytest.mark.parametrize("name", ["\0", "n" * 300, 3, "~no-such-user/x"])
def test_what_is_no_name_of_a_folder_is_told(place: tuple[Sweep, Path], name: Any) -> None:
    with pytest.raises(errors.MediaError, match="cannot write"):
        place[0].save(name)
    with pytest.raises(errors.InvalidRequest):
        Sweep.open(name)


def test_saving_through_a_link_writes_where_it_leads(place: tuple[Sweep, Path], saved: Path) -> None:
    link = saved.parent / "link"
    link.symlink_to(saved)
    assert place[0].save(link) == saved
    assert link.is_symlink()
    assert {path.name for path in saved.iterdir()} == LEFT


# ---- what is shipped with a folder ----


def test_a_ledger_that_comes_with_a_folder_is_not_opened(saved: Path) -> None:
    ledger = Ledger(f"sqlite:///{saved / 'ledger.db'}")
    ledger.ratings.add(Judgement("single", (Shown("a", 1, "b"),), score=1, rater="eve"))
    ledger.close()
    with sqlite3.connect(saved / "ledger.db") as connection:
        connection.execute("CREATE TRIGGER evil AFTER INSERT ON rating BEGIN DELETE FROM rating; END")
    connection.close()
    before = {path.name: path.stat().st_mtime_ns for path in saved.iterdir()}
    with pytest.warns(UserWarning, match=r"ledger\.db is left alone"):
        sweep = Sweep.open(saved)
    assert {one.rater for one in sweep.tracker.ledger.ratings.every()} == {"jo"}
    sweep.frame()
    sweep.close()
    assert {path.name: path.stat().st_mtime_ns for path in saved.iterdir()} == before


def test_looking_leaves_no_trace(saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "temp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))
    before = sorted(saved.rglob("*"))
    sweep = Sweep.open(saved)
    sweep.plot()
    assert sorted(saved.rglob("*")) == before
    assert next((tmp_path / "temp").glob("mjnb-*/thumbnails/*.jpg")).is_file()
    sweep.close()
    assert list((tmp_path / "temp").iterdir()) == []


def test_thumbnails_that_come_with_a_folder_are_not_shown(saved: Path) -> None:
    (saved / "pictures" / "thumbnails").mkdir()
    for path in list((saved / "pictures").glob("*.jpg")):
        (saved / "pictures" / "thumbnails" / f"{path.stem}-384-plain.jpg").write_text("<script>")
    sweep = Sweep.open(saved)
    assert "8 pictures" in sweep.plot().alt or len(sweep.tasks) == 2
    assert all(image.thumbnail()[:2] == b"\xff\xd8" for task in sweep.tasks if task for image in task.images)
    sweep.close()


@pytest.mark.parametrize("said", ["{}", '{"prompt": ""}', '{"prompt": null}'])
def test_a_task_that_says_nothing_is_shown_all_the_same(saved: Path, said: str) -> None:
    changed(saved, lambda manifest: manifest["tasks"][0].update(param_json=said, prompt=None))
    sweep = Sweep.open(saved)
    assert repr(sweep.tasks[0])
    assert "8 pictures" in sweep.plot([]).alt
    sweep.close()


def test_a_thumbnail_that_was_damaged_costs_no_figure(session: Session) -> None:
    sweep = session.sweep("a fox", stylization=[0, 800]).run()
    assert sweep.plot([], pictures="middle").raster().size  # makes them
    cached = sorted(session.tracker.store.folder.glob("thumbnails/*.jpg"))
    cached[0].write_bytes(b"no picture")
    cached[1].write_bytes(cached[1].read_bytes()[:300])
    assert sweep.plot().alt
    assert sweep.plot([], pictures="middle").raster().size


def test_nothing_is_fetched_or_waited_for(saved: Path) -> None:
    def lose(manifest: dict[str, Any]) -> None:
        manifest["tasks"][0]["state"] = "generating"
        for picture in manifest["pictures"]:
            picture.update(state="pending", file=None, url="http://127.0.0.1:1/x.jpg")

    changed(saved, lose)
    sweep = Sweep.open(saved)
    running, ended = (task for task in sweep.tasks if task)
    with pytest.raises(errors.MediaError, match="was generating when it was saved"):
        running.wait()
    with pytest.raises(errors.MediaError, match="nothing is fetched"):
        ended.fetch()
    sweep.close()


@pytest.mark.parametrize("name", ["sweep.json", "pictures"])
def test_links_are_not_followed(saved: Path, name: str) -> None:
    (saved / name).rename(saved.parent / name)
    (saved / name).symlink_to(saved.parent / name)
    with pytest.raises(errors.InvalidRequest, match=r"is no file of its own|is a link"):
        Sweep.open(saved)


def test_a_pipe_in_place_of_a_picture_does_not_hang(saved: Path) -> None:
    first = sorted((saved / "pictures").iterdir())[0]
    first.unlink()
    os.mkfifo(first)
    sweep = Sweep.open(saved)
    assert sweep.frame()["error"].null_count() == 7
    sweep.close()


def test_a_folder_of_format_1_is_read(saved: Path) -> None:
    said = [json.loads(line) for line in (saved / "ratings.jsonl").read_text().splitlines()]
    (saved / "ratings.jsonl").unlink()
    changed(saved, lambda m: m.update(format=1, ratings=said))
    assert scores(saved) == [2, 4]


# ---- sweep.json that is not what it says ----


def twice(name: str) -> Callable[[dict[str, Any]], Any]:
    return lambda m: m[name].append(m[name][0])


def first(name: str, **change: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda m: m[name][0].update(change)


def design(**change: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda m: m["design"].update(change)


WRONG: dict[str, Callable[[dict[str, Any]], Any]] = {
    "two tasks of one id": twice("tasks"),
    "two tasks of one cell": lambda m: m["tasks"][1].update(cell=m["tasks"][0]["cell"]),
    "two pictures of one number": twice("pictures"),
    "a picture of no task": first("pictures", task="nobody"),
    "a negative cell": first("tasks", cell=-1),
    "a cell that is true": first("tasks", cell=True),
    "a state that is none": first("tasks", state="paid"),
    "a task type that is none": first("tasks", task_type="mj_evil"),
    "a time that is no number": first("tasks", created_at="now"),
    "a huge time": first("tasks", created_at=2**80),
    "negative credits": first("tasks", credits=-1),
    "parameters that are none": first("tasks", param_json="[1]"),
    "half a character": first("tasks", prompt="\ud800"),
    "an id without end": first("tasks", id="x" * 1000),
    "a picture's number that is huge": first("pictures", number=2**70),
    "a file name that is a list": first("pictures", file=["x.jpg"]),
    "an endless grid": design(axes={f"a{k}": list(range(100)) for k in range(20)}, points=None),
    "endless repeats": design(repeat=10**12),
    "repeats that are true": design(repeat=True),
    "an axis of objects": design(axes={"animal": [{"a": 1}, {"b": 2}]}),
    "an axis called as a column": design(prompt="a {state}", axes={"state": ["fox", "owl"]}),
    "an axis of switches in the prompt": design(axes={"animal": [False, True]}),
    "a cell outside the axes": lambda m: m["design"].update(how={"kind": "cells"}, points=[["fox"], ["elk"]]),
    "one value twice": design(axes={"animal": ["fox", "fox"]}),
    "a run order of others": design(run_order=[5, 6]),
    "a metric called as a column": lambda m: m["numbers"]["facts"].update(
        state=m["numbers"]["facts"]["brightness"]
    ),
    "a number of no metric": lambda m: next(iter(m["numbers"]["pictures"].values())).update(nothing=1),
    "a set metric per picture": lambda m: m["numbers"]["facts"]["vendi"].update(per="picture"),
    "tasks as an object": lambda m: m.update(tasks={}),
    "a format that is true": lambda m: m.update(format=True),
    "a format that is huge": lambda m: m.update(format=10**300),
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_what_cannot_be_is_refused(saved: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    changed(saved, change)
    with pytest.raises(errors.InvalidRequest):
        Sweep.open(saved)


TEXTS = {
    "deep": b'{"format": 2, "design": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "NaN": b'{"format": 2, "tasks": NaN}',
    "infinity": b'{"format": 2, "tasks": 1e999}',
    "a number of 10,000 digits": b'{"format": 2, "tasks": ' + b"9" * 10_000 + b"}",
    "not UTF-8": b'{"format": 2, "tasks": "\xff"}',
    "nothing": b"",
    "a number": b"2",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_text_that_is_no_manifest_is_refused(saved: Path, text: bytes) -> None:
    (saved / "sweep.json").write_bytes(text)
    with pytest.raises(errors.InvalidRequest):
        Sweep.open(saved)


def test_a_huge_file_is_not_read(saved: Path) -> None:
    with (saved / "sweep.json").open("ab") as file:
        file.truncate(2**40)  # sparse
    with pytest.raises(errors.InvalidRequest, match="bytes, 268,435,456 are allowed"):
        Sweep.open(saved)


# ---- anything ----

JUNK = some.one_of(
    some.none(),
    some.booleans(),
    some.integers(),
    some.sampled_from([2**31, 2**63, -(2**70), 1e308, 5e-324, 0, -1]),
    some.floats(allow_nan=False, allow_infinity=False),
    some.text(max_size=6),
    some.sampled_from(["../x", "/etc/passwd", "\0", "<b>", "\ud800", "x" * 5000, "{a}", "stored", "relaxed"]),
    some.sampled_from([[], {}, [[]], {"": None}, [None], ["fox", "owl"], {"format": 2}]),
)


def paths(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to everything in a manifest."""
    if here:
        yield here
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inside:
        yield from paths(one, (*here, name))


def spoil(told: Any, path: tuple[Any, ...], how: str, junk: Any) -> None:
    """Change one thing in a manifest, if it is still there."""
    try:
        for name in path[:-1]:
            told = told[name]
        if how == "set":
            told[path[-1]] = junk
        elif how == "drop":
            del told[path[-1]]
        elif isinstance(told, list):
            told.append(copy.deepcopy(told[path[-1]]))
        else:
            told[str(junk)] = copy.deepcopy(told[path[-1]])
    except (LookupError, TypeError):
        return


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=some.data())
def test_whatever_a_manifest_says_only_our_own_errors_come(
    place: tuple[Sweep, Path], saved: Path, data: some.DataObject
) -> None:
    told = json.loads((place[1] / "sweep.json").read_text())
    places = sorted(paths(told), key=lambda path: (len(path), str(path)))
    for _ in range(data.draw(some.integers(1, 3))):
        how = data.draw(some.sampled_from(["set", "set", "drop", "twice"]))
        spoil(told, data.draw(some.sampled_from(places)), how, data.draw(JUNK))
    (saved / "sweep.json").write_text(json.dumps(told))
    try:
        sweep = Sweep.open(saved)
    except errors.MJError:
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            use(sweep, drawn=data.draw(some.integers(0, 7)) == 0)
    finally:
        sweep.close()


def use(sweep: Sweep, *, drawn: bool) -> None:
    """Do what a user does with an opened sweep; mjnb's own errors are answers."""
    deeds: list[Callable[[], Any]] = [
        lambda: sweep.frame(),
        lambda: sweep.rate(seed=1).next(),
        lambda: repr(sweep.plan()),
        lambda: repr(sweep),
        lambda: sweep.effects(["brightness", "vendi"], permutations=99),
        lambda: [task and task._repr_mimebundle_() for task in sweep.tasks],
        lambda: sweep.extend(stylization=[700]).plan(),
        lambda: sweep.suggest(2),
        lambda: sweep.run(yes=True),
        lambda: sweep.plot(["brightness"]) if drawn else None,
    ]
    for deed in deeds:
        with contextlib.suppress(errors.MJError):
            deed()


def test_the_numbers_of_a_picture_are_measured_again(saved: Path) -> None:
    def lie(manifest: dict[str, Any]) -> None:
        for found in manifest["numbers"]["pictures"].values():
            found["brightness"] = 999.0

    changed(saved, lie)
    sweep = Sweep.open(saved)
    assert sweep.frame()["brightness"].max() <= METRICS["brightness"].high  # type: ignore[operator]
    sweep.close()


def test_a_bomb_is_no_picture(saved: Path) -> None:
    path = sorted((saved / "pictures").glob("*.jpg"))[0]
    Image.new("1", (20_000, 20_000)).save(path.with_suffix(".png"))

    def swap(manifest: dict[str, Any]) -> None:

        line = next(one for one in manifest["pictures"] if one["file"] == path.name)
        content = path.with_suffix(".png").read_bytes()
        line.update(file=path.with_suffix(".png").name, file_sha256=hashlib.sha256(content).hexdigest())

    changed(saved, swap)
    sweep = Sweep.open(saved)
    (why,) = sweep.frame()["error"].drop_nulls()
    assert "it is no picture" in why
    sweep.close()
