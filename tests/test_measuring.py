"""What measuring promises: computed once, own metrics that spoil no frame, distances, effects, advice."""

from __future__ import annotations

import io
import json
import math
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from faulty import RECORD, Answer, Faulty, Seen, record
from PIL import Image

import mjnb as mj
from mjnb import errors, metrics
from mjnb.effects import effects
from mjnb.media import Store
from mjnb.metrics import METRICS, Unmeasured, measure, measure_all
from mjnb.metrics.own import as_own
from mjnb.sandbox import Sandbox
from mjnb.sessions import Session
from mjnb.sweeps import Sweep, design
from mjnb.sweeps.measuring import MetricWarning
from mjnb.sweeps.neighbourhood import Neighbourhood
from mjnb.sweeps.suggesting import suggest

WORKING = 300  # seconds


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sandbox, Path]]:
    """A sandbox and a data folder in which a sweep of 2 x 2 cells with 2 tasks each is finished."""
    folder = tmp_path_factory.mktemp("measuring")
    with Sandbox(time_scale=300, long_side=64) as sandbox:
        with Session(sandbox=sandbox, data_dir=folder) as session:
            lay_out(session).run()
        yield sandbox, folder


@pytest.fixture
def sweep(place: tuple[Sandbox, Path]) -> Iterator[Sweep]:
    """That sweep in a session of its own."""
    sandbox, folder = place
    with Session(sandbox=sandbox, data_dir=folder) as session:
        yield lay_out(session)


def lay_out(session: Session) -> Sweep:
    return session.sweep("a fox", stylization=[0, 800], weirdness=[0, 2000], repeat=2)


def width(picture: Image.Image) -> float:
    return picture.width


def count(pictures: list[Image.Image]) -> float:
    return len(pictures)


# ---- metrics of one's own ----


def test_own_metrics_are_columns_curves_and_effects(sweep: Sweep) -> None:
    assert sweep.measure(width, how_many=count) is sweep
    frame = sweep.frame()
    assert set(frame["width"]) == {64.0}
    assert set(frame["how_many"]) == {4.0}
    assert frame["how_many_se"].null_count() == frame.height == 32
    assert [effect.metric for effect in sweep.effects(["width", "how_many"])] == ["width", "how_many"] * 2
    assert "How many" in sweep.plot(["how_many"]).alt


def test_a_function_gets_whole_pictures_that_it_may_spoil(sweep: Sweep) -> None:
    def first(picture: Image.Image) -> float:
        before = picture.getpixel((5, 5))
        picture.paste((0, 0, 0), (0, 0, 64, 64))
        return float(sum(before))

    def second(picture: Image.Image) -> float:
        return float(sum(picture.getpixel((5, 5))))

    frame = sweep.measure(first, second).frame()
    assert frame["first"].to_list() == frame["second"].to_list()
    assert frame["first"].max() > 0


def wordless(_: Image.Image) -> float:
    raise KeyError


FAILURES: dict[str, tuple[Any, str]] = {
    "raises": (lambda _: 1 / 0, "ZeroDivisionError: division by zero"),
    "raises without words": (wordless, "KeyError"),
    "returns NaN": (lambda _: math.nan, "ValueError: it returned NaN"),
    "returns infinity": (lambda _: -math.inf, "ValueError: it returned infinity"),
    "returns what has no square": (lambda _: 1e300, "ValueError: it returned 1e+300, too large"),
    "returns a text": (lambda _: "3", "TypeError: it returned str"),
    "returns nothing": (lambda _: None, "TypeError"),
    "returns many": (lambda _: [1.0, 2.0], "TypeError: it returned list"),
}


@pytest.mark.parametrize(("wrong", "told"), FAILURES.values(), ids=FAILURES)
def test_a_metric_that_fails_on_one_picture_costs_that_number(sweep: Sweep, wrong: Any, told: str) -> None:
    bad = sweep.frame().row(5, named=True)
    colours: list[Any] = []

    def fussy(picture: Image.Image) -> Any:
        colours.append(picture.getpixel((0, 0)))
        return wrong(picture) if len(colours) == 6 else 1.0

    sweep.measure(fussy, width)
    with pytest.warns(MetricWarning) as warned:
        frame = sweep.frame()
    assert frame["fussy"].null_count() == 1
    assert frame.row(5, named=True)["fussy"] is None
    assert frame["width"].null_count() == frame["colourfulness"].null_count() == 0
    (note,) = sweep.notes
    assert str(warned[0].message) == note
    assert warned[0].filename == __file__  # who called, a user's cell, and no room of the package
    assert note.startswith(f"fussy: no number for picture {bad['number']} of task {bad['task'][-6:]}: {told}")
    assert sweep.frame().equals(frame, null_equal=True)  # and no second warning, or this test fails
    assert len(colours) == 32


def test_what_a_wider_sweep_measures_is_its_own(sweep: Sweep) -> None:
    sweep.measure(width)
    wider = sweep.extend(stylization=[400]).measure(wide=lambda _: 1.0)
    assert {"width", "wide"} <= set(wider.frame().columns)
    assert "width" in sweep.frame().columns
    assert "wide" not in sweep.frame().columns


def test_infinity_is_nowhere_in_a_page(sweep: Sweep, tmp_path: Path) -> None:
    sweep.measure(wild=lambda _: math.inf)
    with pytest.warns(MetricWarning, match="it returned infinity"):
        figure = sweep.plot(["wild"])
    page = figure.save(tmp_path / "x.html").read_text()
    cells = page.split('id="cells">')[1].split("</script>")[0]
    assert json.loads(cells, parse_constant=pytest.fail)[0]["metrics"][0]["mean"] is None


@pytest.mark.parametrize("baseline", [[1], "stylization", 5])
def test_a_baseline_that_is_no_mapping_is_refused(sweep: Sweep, baseline: Any) -> None:
    with pytest.raises(errors.InvalidRequest, match="values by axis"):
        sweep.frame(baseline=baseline)


@pytest.mark.parametrize(
    "wrong", [{"alpha": "x"}, {"permutations": "x"}, {"permutations": True}, {"alpha": 1}]
)
def test_wrong_numbers_of_a_test_are_told(sweep: Sweep, wrong: dict[str, Any]) -> None:
    with pytest.raises(errors.InvalidRequest, match=next(iter(wrong))):
        sweep.effects("vendi", **wrong)


def test_cells_with_nulls_lead_to_further_ones(session: Session) -> None:
    cells = pl.DataFrame({"stylization": [0, None, 500], "weirdness": [None, 5, 7]})
    sweep = session.sweep("a fox", cells=cells).run()
    for by in ("uncertainty", "preference"):
        found = sweep.suggest(3, metric="vendi", by=by)  # type: ignore[arg-type]
        assert len(found.frame) == 3
        assert not {tuple(cell.values()) for cell in found} & set(sweep.design.points)


@pytest.mark.parametrize("wrong", [{"n": 10**9}, {"n": True}, {"seed": "x"}, {"seed": -1}])
def test_a_suggestion_of_nothing_sensible_is_refused(sweep: Sweep, wrong: dict[str, Any]) -> None:
    with pytest.raises(errors.InvalidRequest, match=f"{next(iter(wrong))} needs a whole number"):
        sweep.suggest(metric="vendi", **wrong)


def test_a_suggestion_of_a_large_sweep_weighs_a_sample_of_its_cells() -> None:
    large = design("a fox", {"stylization": range(100), "weirdness": range(100)})
    paid = {number: float(number) for number in range(0, 10_000, 2)}
    found = suggest(large, paid, 3, "uncertainty", metric="vendi")
    assert len({one.at for one in found.candidates} - {large.cells[n].at for n in paid}) == 3


def test_a_hundred_alike_faults_are_one_line(sweep: Sweep) -> None:
    sweep.measure(never=lambda _: 1 / 0)
    with pytest.warns(MetricWarning, match=r"never: no number for picture 1 of task \w+ and 31 more: Zero"):
        sweep.frame()
    assert len(sweep.notes) == 1


def test_without_a_version_a_session_computes_once_and_the_next_again(
    place: tuple[Sandbox, Path], sweep: Sweep
) -> None:
    calls: list[int] = []

    def counted(_: Image.Image) -> float:
        calls.append(1)
        return float(len(calls))

    first = sweep.measure(counted).frame()["counted"].to_list()
    assert sweep.measure(counted).frame()["counted"].to_list() == first
    assert len(calls) == 32
    sandbox, folder = place
    with Session(sandbox=sandbox, data_dir=folder) as other:
        lay_out(other).measure(counted).frame()
    assert len(calls) == 64


def test_another_function_of_the_same_name_is_another_metric(sweep: Sweep) -> None:
    assert set(sweep.measure(own=lambda _: 1.0).frame()["own"]) == {1.0}
    assert set(sweep.measure(own=lambda _: 2.0).frame()["own"]) == {2.0}


def test_with_a_version_the_ledger_remembers(place: tuple[Sandbox, Path], sweep: Sweep) -> None:
    calls: list[int] = []

    @mj.metric(version=1, unit="px", label="counted wide")
    def remembered(picture: Image.Image) -> float:
        calls.append(1)
        return picture.width

    values = sweep.measure(remembered).frame()["remembered"].to_list()
    sandbox, folder = place
    with Session(sandbox=sandbox, data_dir=folder) as other:
        assert lay_out(other).measure(remembered).frame()["remembered"].to_list() == values
    assert len(calls) == 32
    sweep.measure(remembered=mj.metric(version=2)(remembered.function)).frame()
    assert len(calls) == 64


def test_what_was_computed_before_an_interrupt_stays(place: tuple[Sandbox, Path], sweep: Sweep) -> None:
    calls: list[int] = []

    @mj.metric(version=1)
    def slow(_: Image.Image) -> float:
        calls.append(1)
        if len(calls) == 10:
            raise KeyboardInterrupt
        return 1.0

    with pytest.raises(KeyboardInterrupt):
        sweep.measure(slow).frame()
    sandbox, folder = place
    with Session(sandbox=sandbox, data_dir=folder) as other:
        assert lay_out(other).measure(slow).frame()["slow"].null_count() == 0
    assert len(calls) == 10 + 32 - 9


def listed(pictures: list) -> float:  # type: ignore[type-arg]
    return 1


def quoted(pictures: list[Image.Image]) -> float:
    return 1


def bare(picture) -> float:  # type: ignore[no-untyped-def]
    return 1


@pytest.mark.parametrize(
    ("function", "per"),
    [
        (width, "picture"),
        (count, "set"),
        (listed, "set"),
        (quoted, "set"),
        (bare, "picture"),
        (max, "picture"),
    ],
)
def test_the_annotation_says_whether_a_function_takes_a_set(function: Any, per: str) -> None:
    assert as_own(function).per == per
    assert mj.metric(per="set")(function).per == "set"


@pytest.mark.parametrize("name", ["stylization", "colourfulness", "vendi_se", "error", "cell", "rating"])
def test_a_name_that_a_column_has_is_refused(sweep: Sweep, name: str) -> None:
    with pytest.raises(errors.InvalidRequest, match=f"{name} is the name of another column"):
        sweep.measure(**{name: width})


def test_what_is_no_function_or_has_no_name_is_refused(sweep: Sweep) -> None:
    with pytest.raises(errors.InvalidRequest, match="wide needs a function, not int"):
        sweep.measure(wide=3)
    with pytest.raises(errors.InvalidRequest, match="'<lambda>' is no name"):
        sweep.measure(lambda _: 1.0)


# ---- embeddings ----


def test_an_embedding_feeds_diversity_and_distance(sweep: Sweep) -> None:
    turn = iter(range(32))

    def one_of_four(_: Image.Image) -> list[float]:
        place = next(turn) % 4
        return [3.0 * (k == place) for k in range(4)]

    sweep.measure(embed=one_of_four)
    frame = sweep.frame()
    assert frame["embedding_vendi"].to_list() == pytest.approx([4.0] * 32)  # orthogonal: all different
    assert frame["embedding_diversity"].to_list() == pytest.approx([1.0] * 32)
    far = sweep.frame(baseline={"stylization": 0})
    other = far.filter(stylization=800)["embedding_distance"]
    assert other.to_list() == pytest.approx([0.75] * 16)  # one of four alike
    own = far.filter(stylization=0)["embedding_distance"]
    assert own.to_list() == pytest.approx([6 / 7] * 16)  # of the seven others one is alike


def test_an_embedding_that_fails_costs_its_own_numbers(sweep: Sweep) -> None:
    vectors: Iterator[Any] = iter([None, [0.0, 0.0], *[[1.0, 0.0]] * 29, [1.0]])
    with pytest.warns(MetricWarning):
        frame = sweep.measure(embed=lambda _: next(vectors)).frame()
    assert frame["embedding_vendi"].to_list()[:4] == pytest.approx([1.0] * 4)
    assert frame["embedding_vendi"].to_list()[-4:] == [None] * 4
    told = "\n".join(sweep.notes)
    first = sweep.tasks[0]
    assert first is not None
    assert f"embedding: no number for picture 1 of task {first.id[-6:]} and 1 more: ValueError" in told
    assert "embedding: no number for the set of task" in told


# ---- computed once, in processes where that pays ----


def test_numbers_outlive_their_pictures(place: tuple[Sandbox, Path], tmp_path: Path) -> None:
    sandbox, _ = place
    with Session(sandbox=sandbox, data_dir=tmp_path / "data") as session:
        first = session.sweep("a bird", stylization=[0, 500]).run().frame()
    for path in first["path"]:
        Path(path).unlink()
    with Session(sandbox=sandbox, data_dir=tmp_path / "data") as session:
        again = session.sweep("a bird", stylization=[0, 500]).frame()
    assert again.equals(first, null_equal=True)
    assert again["symmetry"].null_count() == 0


def test_a_damaged_and_a_missing_picture_cost_their_own_rows(
    place: tuple[Sandbox, Path], tmp_path: Path
) -> None:
    sandbox, _ = place
    with Session(sandbox=sandbox, data_dir=tmp_path / "data") as session:
        sweep = session.sweep("an owl", stylization=[0, 500]).run()
        images = [image for task in sweep.tasks if task for image in task.images]
        whole = images[2].path.read_bytes()
        images[2].path.write_bytes(whole[:400])
        images[7].path.unlink()
        with pytest.warns(MetricWarning):
            frame = sweep.measure(width).frame(baseline={"stylization": 0})
        assert frame["brightness"].is_null().to_list() == [k in (2, 7) for k in range(8)]
        assert frame["ssim_distance"].is_null().to_list() == [k in (2, 7) for k in range(8)]
        assert frame["vendi"].null_count() == 0  # of the pictures that are left
        told = "\n".join(sweep.notes)
        assert f"metrics: no number for picture 3 of task {images[2].task.id[-6:]}" in told
        assert f"metrics: no number for picture 4 of task {images[7].task.id[-6:]}" in told
        assert "width: no number for picture 3" in told
        shutil.rmtree(tmp_path / "data" / "media" / "thumbnails", ignore_errors=True)
        assert "6 of 8 measured pictures" in sweep.plot().alt
        images[2].path.write_bytes(whole)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", MetricWarning)
            assert sweep.frame()["brightness"].null_count() == 1


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A store with pictures of three kinds, and a file that is none."""
    folder, names = tmp_path_factory.mktemp("store"), []
    for k, kind in enumerate(["png", "jpeg", "webp"] * 3):
        pixels = np.random.default_rng(k).integers(0, 256, (40, 30, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(out := io.BytesIO(), kind)
        names.append(Store(folder).keep(out.getvalue()).path)
    (folder / "bad.png").write_bytes(b"no picture")
    return folder, [*names[:4], "bad.png", "gone.png", *names[4:]]


def told(found: Any) -> Any:
    if isinstance(found, Unmeasured):
        return "nothing"
    return found.values, found.descriptor.tolist(), found.phash.tolist()


@pytest.mark.parametrize("processes", [2, 3])
def test_processes_find_what_one_after_the_other_finds(
    stored: tuple[Path, list[str]], processes: int
) -> None:
    folder, names = stored
    alone = [told(one) for one in measure_all(folder, names, processes=1)]
    assert [told(one) for one in measure_all(folder, names, processes=processes)] == alone
    assert [one == "nothing" for one in alone] == [name in ("bad.png", "gone.png") for name in names]
    with Image.open(folder / names[0]) as picture:
        assert alone[0] == told(measure(picture))


def test_when_processes_die_the_pictures_are_measured_all_the_same(
    stored: tuple[Path, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, names = stored
    alone = [told(one) for one in measure_all(folder, names, processes=1)]
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert [told(one) for one in measure_all(folder, names, processes=2)] == alone


SCRIPT = """
import sys
from pathlib import Path
from mjnb.metrics import measure_all
print("the script runs")
print(len(list(measure_all(Path(sys.argv[1]), sys.argv[2:], processes=2))))
"""


def test_a_script_without_a_guard_is_not_run_again_by_processes(
    stored: tuple[Path, list[str]], tmp_path: Path
) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    command = [sys.executable, "script.py", str(stored[0]), *stored[1]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=WORKING)
    assert (done.stdout, done.stderr) == ("the script runs\n11\n", "")


# ---- distances ----


def noise(seed: int, height: int = 20, width: int = 24) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def slow_ssim(one: Image.Image, other: Image.Image) -> float:
    """The formula as Wang et al. 2004 print it, pixel by pixel."""
    x, y = (np.pad(np.asarray(p.convert("L"), float), 5, mode="symmetric") for p in (one, other))
    place = np.arange(-5, 6)
    window = np.exp(-(place[:, None] ** 2 + place**2) / (2 * 1.5**2))
    window /= window.sum()
    c1, c2, found = (0.01 * 255) ** 2, (0.03 * 255) ** 2, []
    for row in range(x.shape[0] - 10):
        for column in range(x.shape[1] - 10):
            a, b = (p[row : row + 11, column : column + 11] for p in (x, y))
            ma, mb = (window * a).sum(), (window * b).sum()
            va, vb = (window * (a - ma) ** 2).sum(), (window * (b - mb) ** 2).sum()
            both = (window * (a - ma) * (b - mb)).sum()
            found.append((2 * ma * mb + c1) * (2 * both + c2) / ((ma**2 + mb**2 + c1) * (va + vb + c2)))
    return float(np.mean(found))


def test_ssim_is_the_printed_formula() -> None:
    one, other = noise(1), Image.blend(noise(1), noise(2), 0.4)
    expected = (1 - slow_ssim(one, other)) / 2
    assert metrics.ssim_distance(metrics.look(one), metrics.look(other)) == pytest.approx(expected, abs=1e-5)
    assert 0.02 < expected < 0.9


def test_palette_distance_is_the_printed_formula() -> None:
    def shares(picture: Image.Image) -> dict[tuple[int, ...], float]:
        colours = [tuple(c // 32 for c in p) for p in np.asarray(picture).reshape(-1, 3).tolist()]
        return {c: colours.count(c) / len(colours) for c in set(colours)}

    def divergence(p: dict[Any, float], q: dict[Any, float]) -> float:
        return sum(v * math.log2(v / q[c]) for c, v in p.items())

    one, other = noise(1), Image.blend(noise(1), noise(2), 0.2)
    p, q = shares(one), shares(other)
    middle = {c: (p.get(c, 0) + q.get(c, 0)) / 2 for c in p | q}
    expected = math.sqrt((divergence(p, middle) + divergence(q, middle)) / 2)
    found = metrics.palette_distance(metrics.look(one), metrics.look(other))
    assert found == pytest.approx(expected, abs=1e-9)


def test_distances_of_equal_and_of_opposite_pictures() -> None:
    one, black, white = (
        metrics.look(noise(1)),
        *(metrics.look(Image.new("RGB", (30, 30), c)) for c in ("black", "white")),
    )
    assert list(metrics.distances(one, [one]).values()) == pytest.approx([0, 0, 0], abs=1e-6)
    far = metrics.distances(black, [white])
    assert far["palette_distance"] == pytest.approx(1)
    assert far["ssim_distance"] == pytest.approx(0.5, abs=1e-3)
    assert all(map(math.isnan, metrics.distances(one, []).values()))


def test_a_picture_of_another_shape_is_stretched() -> None:
    wide = noise(3, 20, 40)
    assert metrics.ssim_distance(metrics.look(wide), metrics.look(wide.resize((40, 40)))) < 0.3


def test_a_baseline_says_how_far_every_picture_is(sweep: Sweep) -> None:
    frame = sweep.frame(baseline={"stylization": 0})
    names = ["descriptor_distance", "ssim_distance", "palette_distance"]
    assert frame.columns[-4:] == [*names, "error"]
    assert frame.select(names).null_count().row(0) == (0, 0, 0)
    means = frame.group_by("stylization").agg(pl.col(names).mean()).sort("stylization")
    assert all(means[name][1] > means[name][0] for name in names)
    looks = {row["path"]: metrics.look(Image.open(row["path"])) for row in frame.iter_rows(named=True)}
    row = frame.row(20, named=True)
    base = frame.filter(stylization=0, weirdness=row["weirdness"])["path"]
    expected = metrics.distances(looks[row["path"]], [looks[path] for path in base])
    assert [row[name] for name in names] == pytest.approx(list(expected.values()))
    assert sweep.distances({"stylization": 0, "weirdness": 0})["ssim_distance"].null_count() == 0


@pytest.mark.parametrize(
    ("baseline", "told"),
    [
        ({"stylization": 250}, r"stylization=250 is outside the sweep: there are \[0, 800\]"),
        ({"variety": 5}, "'variety' is no axis of this sweep: there are stylization, weirdness"),
        ({"stylization": "much"}, "outside the sweep"),
        ({}, "needs a value"),
    ],
)
def test_a_baseline_outside_the_sweep_is_told(sweep: Sweep, baseline: dict[str, Any], told: str) -> None:
    with pytest.raises(errors.InvalidRequest, match=told):
        sweep.frame(baseline=baseline)


def fails(seen: Seen) -> Answer:
    return record(2, taskId=seen.query["taskId"][0], errorMessage="banned")


def test_a_failed_baseline_is_told_and_the_rest_goes_on(sandbox: Sandbox, tmp_path: Path) -> None:
    with (
        Faulty(upstream=sandbox.url) as troubled,
        Session(
            base_url=troubled.url, api_key="sandbox", time_scale=300, data_dir=tmp_path / "data"
        ) as session,
    ):
        troubled.script(RECORD, fails)
        sweep = session.sweep("a fox", stylization=[0, 100], version=["6.1", "7"]).run()
        failed = sweep.frame().filter(state="failed").row(0, named=True)
        with pytest.warns(MetricWarning, match="the baseline cell has no pictures"):
            frame = sweep.frame(baseline={"version": failed["version"]})
        rest = frame.filter(state="succeeded")
        same = rest.filter(stylization=failed["stylization"])
        assert (same.height, same["ssim_distance"].null_count()) == (4, 4)
        other = rest.filter(pl.col("stylization") != failed["stylization"])
        assert (other.height, other["ssim_distance"].null_count()) == (8, 0)
        assert "banned" in frame.filter(state="failed")["error"][0]
        assert sweep.effects("vendi").tasks == 3


# ---- effects ----


def test_effects_rest_on_means_of_tasks(sweep: Sweep) -> None:
    means = (
        sweep.frame()
        .group_by("task", "stylization", "weirdness", maintain_order=True)
        .agg(pl.col("colourfulness", "vendi").mean())
    )
    levels = {name: means[name].to_list() for name in ("stylization", "weirdness")}
    values = {name: means[name].to_list() for name in ("colourfulness", "vendi")}
    found = sweep.effects(["colourfulness", "vendi"])
    assert [vars(one) for one in found] == [
        pytest.approx(vars(e), nan_ok=True) for e in effects(levels, values)
    ]
    assert found.tasks == 8


def test_effects_are_a_frame_and_words(sweep: Sweep) -> None:
    found = sweep.effects()
    assert found.frame.height == len(found) == 2 * len(METRICS)
    assert found.frame.columns[:5] == ["parameter", "metric", "ordered", "direction", "size"]
    assert found.frame.schema["ordered"] == pl.Boolean
    assert found.frame["size"].is_nan().sum() == 0
    assert "→ colourfulness: " in repr(found)
    page = found._repr_mimebundle_()[0]["text/html"]
    assert page.count("<tr>") == 1 + len(found)
    assert "<caption" in page


def test_an_unknown_metric_and_one_nobody_rated_are_told(sweep: Sweep) -> None:
    with pytest.raises(errors.InvalidRequest, match="unknown metric 'beauty'"):
        sweep.effects("beauty")
    with pytest.raises(errors.InvalidRequest, match=r"rated yet: sweep\.rate"):
        sweep.effects("rating")
    with pytest.raises(errors.InvalidRequest, match=r"rated yet: sweep\.rate"):
        sweep.plot(["rating"])


# ---- what to pay for next ----


def test_unpaid_cells_are_proposed_first_and_the_farthest_first(session: Session) -> None:
    session.imagine("a fox --s 0", wait=True)
    sweep = session.sweep("a fox", stylization=[0, 100, 1000])
    found = sweep.suggest(2)
    assert found.cells == [{"stylization": 1000}, {"stylization": 100}]
    assert "standard error" in repr(found)
    assert found.frame["planned"].to_list() == [True, True]
    assert session.sweep("a fox", cells=found.cells).plan().to_pay == 2


@pytest.mark.parametrize("installed", [True, False])
def test_preference_leads_to_the_best(sweep: Sweep, monkeypatch: pytest.MonkeyPatch, installed: bool) -> None:
    if not installed:
        monkeypatch.setitem(sys.modules, "optuna", None)
    found = sweep.suggest(4, metric="colourfulness")
    assert ("Optuna" in found.how) == installed
    assert len({tuple(cell.values()) for cell in found}) == 4
    there = {(s, w) for s in (0, 800) for w in (0, 2000)}
    assert not there & {tuple(cell.values()) for cell in found}
    assert not found.frame["planned"].any()
    if not installed:  # the sandbox's pictures are the more colourful the more stylized
        assert found.cells[0]["stylization"] == 800
        expected = found.frame["predicted"].to_list()
        assert expected == sorted(expected, reverse=True)


def test_suggestions_repeat_with_their_seed(sweep: Sweep) -> None:
    assert sweep.suggest(3, metric="vendi", seed=4).cells == sweep.suggest(3, metric="vendi", seed=4).cells


def test_a_neighbourhood_knows_less_the_farther_it_is() -> None:
    near = Neighbourhood({"stylization": [0, 100], "version": ["6", "7"]})
    assert near.at((0, "6"))[1] > 1e3
    near.add((0, "6"), 1.0)
    near.add((100, "6"), 3.0)
    values, spread = [near.at(p) for p in ((0, "6"), (50, "6"), (50, "7"))], [1, 2, 2]
    assert [value for value, _ in values] == pytest.approx(spread, abs=0.01)
    assert values[0][1] < values[1][1] < values[2][1]
    assert near.distance((0, "6"), (100, "7")) == pytest.approx(math.sqrt(2))


@pytest.mark.parametrize(("n", "by"), [(0, None), (1.5, None), (2, "luck")])
def test_a_wrong_wish_for_suggestions_is_refused(sweep: Sweep, n: Any, by: Any) -> None:
    with pytest.raises(errors.InvalidRequest):
        sweep.suggest(n, by=by)


def test_preference_without_numbers_is_told(sweep: Sweep) -> None:
    with pytest.raises(errors.InvalidRequest, match="no cell has a number for rating"):
        sweep.suggest(by="preference")
