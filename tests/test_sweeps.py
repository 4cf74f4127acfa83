"""What a sweep promises: every cell is paid once, whoever runs it and however often it is interrupted."""

from __future__ import annotations

import contextlib
import html
import io
import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from faulty import GENERATE, RECORD, Answer, Faulty, Lost, Pass, Seen, envelope, record, until
from patience import SECONDS as WAIT
from PIL import Image

from mjnb import display, errors
from mjnb.metrics import look
from mjnb.sandbox import Fault, Sandbox
from mjnb.sessions import Session
from mjnb.sweeps import Sweep, design
from mjnb.sweeps.running import Run


@pytest.fixture
def through(troubled: Faulty, sandbox: Sandbox, tmp_path: Path) -> Iterator[Session]:
    """A session that reaches the sandbox through the trouble."""
    with Session(
        base_url=troubled.url, api_key=sandbox.key, time_scale=sandbox.time_scale, data_dir=tmp_path / "data"
    ) as opened:
        yield opened


def paid(sandbox: Sandbox) -> Counter[str]:
    """Return how often every request was paid for, by the sandbox's books."""
    return Counter(task.param_json for task in sandbox.account.tasks.values())


def cells_of(prompt: str, **params: Any) -> list[tuple[Any, ...]]:
    return [cell.at for cell in design(prompt, params).cells]


def faults_of(prompt: str = "a fox", repeat: int = 1, **params: Any) -> str:
    with pytest.raises(errors.InvalidRequest) as told:
        design(prompt, params, repeat=repeat)
    return "\n".join(told.value.faults)


# ---- designs ----


def test_one_axis_has_its_values_in_order() -> None:
    assert cells_of("a fox", stylization=[500, 0, 250]) == [(500,), (0,), (250,)]


def test_two_axes_are_a_grid_with_the_last_fastest() -> None:
    made = design("a fox", {"stylization": [0, 100], "weirdness": [0, 1000, 3000]})
    assert list(made.axes) == ["stylization", "weirdness"]
    assert [cell.at for cell in made.cells] == [(s, w) for s in (0, 100) for w in (0, 1000, 3000)]
    assert [cell.number for cell in made.cells] == list(range(6))
    assert len({cell.sha for cell in made.cells}) == 6


@pytest.mark.parametrize(
    "values",
    [[0, 500, 1000], (0, 500, 1000), range(0, 1001, 500), np.linspace(0, 1000, 3), np.array([0, 500, 1000])],
    ids=["list", "tuple", "range", "linspace", "array"],
)
def test_an_axis_may_be_any_series_of_numbers(values: Any) -> None:
    found = cells_of("a fox", stylization=values)
    assert found == [(0,), (500,), (1000,)]
    assert {type(one[0]) for one in found} == {int}


def test_choices_can_be_an_axis() -> None:
    assert cells_of("a fox", speed=["fast", "turbo"], version=[7, "6.1"]) == [
        ("fast", "7"),
        ("fast", "6.1"),
        ("turbo", "7"),
        ("turbo", "6.1"),
    ]


def test_permutations_are_an_axis_and_multiply() -> None:
    made = design("a {red, blue} fox", {"stylization": [0, 100]})
    assert {name: list(values) for name, values in made.axes.items()} == {
        "prompt": ["a red fox", "a blue fox"],
        "stylization": [0, 100],
    }
    assert [cell.request.prompt for cell in made.cells] == ["a red fox"] * 2 + ["a blue fox"] * 2


def test_permuted_flags_are_axes_of_their_own() -> None:
    made = design("a fox --s {0, 100} --ar {1:1, 16:9}", {})
    assert set(made.axes) == {"stylization", "aspect_ratio"}
    assert len(made.cells) == 4
    assert {cell.request.prompt for cell in made.cells} == {"a fox"}


def test_fixed_values_are_in_every_cell() -> None:
    made = design("a fox --ar 16:9", {"stylization": [0, 100], "weirdness": 50})
    assert {(c.request.aspect_ratio, c.request.weirdness, c.request.speed) for c in made.cells} == {
        ("16:9", 50, "fast")
    }


def test_repeats_are_cells_of_the_same_request() -> None:
    made = design("a fox", {"stylization": [0, 100]}, repeat=2)
    assert [(cell.at, cell.repeat) for cell in made.cells] == [((0,), 1), ((0,), 2), ((100,), 1), ((100,), 2)]
    assert len({cell.sha for cell in made.cells}) == 2


def test_a_design_can_be_made_again_from_its_text() -> None:
    made = design("a {red, blue} fox", {"stylization": [0, 100], "weirdness": 3}, repeat=2)
    spec = json.loads(made.to_json())
    assert spec["prompt"] == "a {red, blue} fox"
    assert spec["repeat"] == 2
    assert spec["fixed"] == {"weirdness": 3}


FAULTS = {
    "twice the same": ({"stylization": [0, 100, 0]}, "stylization has 0 more than once"),
    "twice the same version": ({"version": [7, "7"]}, "more than once"),
    "twice after reading": ({"stylization": [100, 100.0]}, "more than once"),
    "wrong name": ({"stylisation": [0, 100]}, "did you mean 'stylization'"),
    "wrong fixed name": ({"wierdness": 5}, "did you mean 'weirdness'"),
    "out of range": ({"stylization": [0, 1001, 2000]}, "2000 is outside 0 to 1000"),
    "no such choice": ({"version": ["7", "9"]}, "'9' is not one of"),
    "does not apply": ({"ow": [1, 2]}, "ow does not apply to mj_txt2img"),
    "text axis": ({"water_mark": ["a", "b"]}, "cannot be an axis"),
    "no values": ({"stylization": []}, "has no values"),
    "no number": ({"stylization": [0, None]}, "stylization"),
    "fraction": ({"stylization": [0, 0.5]}, "stylization"),
}


@pytest.mark.parametrize(("params", "fault"), FAULTS.values(), ids=FAULTS)
def test_a_wrong_design_is_refused_and_says_why(params: dict[str, Any], fault: str) -> None:
    assert fault in faults_of(**params)


def test_every_fault_of_every_cell_is_told_at_once() -> None:
    told = faults_of(stylization=[-1, 5000], weirdness=[0, 4000])
    assert all(number in told for number in ("-1", "5000", "4000"))


@pytest.mark.parametrize("repeat", [0, -1, 1.5])
def test_a_wrong_repeat_is_refused(repeat: Any) -> None:
    assert "repeat needs a whole number" in faults_of(stylization=[0, 1], repeat=repeat)


def test_a_value_in_text_and_beside_it_is_refused() -> None:
    assert "given twice" in faults_of("a fox --s 100", stylization=[0, 100])


def test_more_than_40_permutations_are_refused() -> None:
    with pytest.raises(errors.PromptError, match="40"):
        design("a {" + ", ".join(map(str, range(41))) + "} fox", {})


def test_permutations_that_are_no_grid_are_refused() -> None:
    with pytest.raises(errors.PromptError, match="grid"):
        design("{a fox --s 0, a bird --s 100}", {})


# ---- plans ----


def test_a_plan_sends_nothing_and_says_what_it_costs(session: Session, sandbox: Sandbox) -> None:
    plan = session.sweep("a fox", stylization=[0, 100], speed=["fast", "turbo"]).plan()
    assert (plan.states, plan.to_pay, plan.credits) == (("to pay",) * 4, 4, 2 * 8 + 2 * 16)
    assert plan.seconds > 0
    assert "4 to pay: about 48 credits ($0.24)" in repr(plan)
    assert plan.frame.columns == ["stylization", "speed", "repeat", "state", "credits", "task"]
    assert plan.frame["credits"].to_list() == [8, 16, 8, 16]
    assert sandbox.account.submits == 0


def test_a_plan_knows_what_is_there_already(session: Session) -> None:
    session.imagine("a fox --s 100", wait=True)
    sweep = session.sweep("a fox", stylization=[0, 100])
    plan = sweep.plan()
    assert (plan.states, plan.to_pay, plan.credits) == (("to pay", "succeeded"), 1, 8)
    sweep.run()
    assert sweep.plan().to_pay == 0
    assert "nothing to pay" in repr(sweep.plan())


def test_own_prices_are_used(sandbox: Sandbox, tmp_path: Path) -> None:
    with Session(sandbox=sandbox, data_dir=tmp_path / "data", prices={"fast": 1.5}) as session:
        assert session.sweep("a fox", stylization=[0, 100]).plan().credits == 3


# ---- paying once ----


def test_run_pays_each_cell_once_and_again_pays_nothing(session: Session, sandbox: Sandbox) -> None:
    sweep = session.sweep("a fox", stylization=[0, 100], weirdness=[0, 1000])
    assert sweep.run() is sweep
    assert [task.state for task in sweep.tasks if task] == ["succeeded"] * 4
    sweep.run()
    assert sandbox.account.submits == 4
    assert set(paid(sandbox).values()) == {1}


def test_another_sweep_and_another_session_pay_nothing(
    session: Session, sandbox: Sandbox, tmp_path: Path
) -> None:
    session.sweep("a fox", stylization=[0, 100]).run()
    session.sweep("a fox", stylization=[100, 0]).run()
    with Session(sandbox=sandbox, data_dir=tmp_path / "data") as other:
        assert [task.state for task in other.sweep("a fox", stylization=[0, 100]).run().tasks if task] == [
            "succeeded"
        ] * 2
    assert sandbox.account.submits == 2


def test_a_wider_sweep_pays_only_what_is_new(session: Session, sandbox: Sandbox) -> None:
    session.sweep("a fox", stylization=[0, 100]).run()
    session.sweep("a fox", stylization=[0, 50, 100]).run()
    assert sandbox.account.submits == 3


def test_repeats_are_paid_each_and_then_no_more(session: Session, sandbox: Sandbox) -> None:
    sweep = session.sweep("a fox", stylization=[0, 100], repeat=2).run()
    assert sandbox.account.submits == 4
    assert len({task.id for task in sweep.tasks if task}) == 4
    session.sweep("a fox", stylization=[0, 100], repeat=3).run()
    assert sandbox.account.submits == 6
    session.sweep("a fox", stylization=[0, 100]).run()
    assert sandbox.account.submits == 6


def test_two_threads_with_sweeps_of_their_own_pay_once(
    session: Session, sandbox: Sandbox, tmp_path: Path
) -> None:
    with Session(sandbox=sandbox, data_dir=tmp_path / "data") as other, ThreadPoolExecutor(2) as pool:
        works = [
            pool.submit(Sweep.run, one.sweep("a fox", stylization=range(0, 900, 100)))
            for one in (session, other)
        ]
        for work in works:
            assert [t.state for t in work.result(WAIT).tasks if t] == ["succeeded"] * 9
    assert sandbox.account.submits == 9


RUN = """
import sys
from mjnb.sessions import Session
session = Session(base_url=sys.argv[1], api_key="sandbox", time_scale=float(sys.argv[2]), data_dir="data")
sweep = session.sweep("a fox", stylization=range(0, 1000, int(sys.argv[3])))
print("ready", flush=True)
if len(sys.argv) > 4:
    sys.stdin.readline()
sweep.run()
print(sum(task.state == "succeeded" for task in sweep.tasks), flush=True)
session.close()
"""


def runner(sandbox: Sandbox, step: int, *more: str) -> subprocess.Popen[str]:
    """Start a process that runs a sweep in the folder of the test, and wait until it is ready."""
    said = [sandbox.url, str(sandbox.time_scale), str(step), *more]
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, *said],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    if process.stdout.readline() != "ready\n":
        raise AssertionError(process.communicate()[1])
    return process


def test_two_processes_at_once_pay_once(sandbox: Sandbox) -> None:
    both = [runner(sandbox, 50, "on a line") for _ in range(2)]
    for one in both:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    outs = [one.communicate(timeout=WAIT) for one in both]
    assert [out for out, _ in outs] == ["20\n"] * 2, outs
    assert len(sandbox.account.tasks) == 20
    assert set(paid(sandbox).values()) == {1}


# ---- cells that fail ----


def no_owl(seen: Seen) -> Any:
    """Refuse the prompt with an owl."""
    return envelope(code=422, msg="no owls") if b"owl" in seen.body else Pass()


def test_a_cell_whose_answer_is_lost_counts_once(through: Session, troubled: Faulty) -> None:
    troubled.script(GENERATE, Lost())
    sweep = through.sweep("a fox", stylization=[0, 100, 200])
    sweep.run()
    assert Counter(sweep.plan().states) == {"succeeded": 2, "unknown": 1}
    assert sweep.progress == (3, 3)
    assert len(sweep.errors) == 1


def test_a_refused_cell_is_shown_and_the_others_are_paid(through: Session, troubled: Faulty) -> None:
    troubled.script(GENERATE, *[no_owl] * 3)
    sweep = through.sweep("a {fox, owl, bird}").run()
    assert sweep.plan().states == ("succeeded", "to pay", "succeeded")
    assert "no owls" in str(sweep.errors[1])
    frame = sweep.frame().filter(prompt="a owl")
    assert frame.select("state", "number", "sha256").rows() == [("rejected", None, None)]
    assert "no owls" in frame["error"][0]
    assert sweep.run().plan().states == ("succeeded",) * 3
    assert sweep.errors == {}


def fails(seen: Seen) -> Answer:
    return record(2, taskId=seen.query["taskId"][0], errorMessage="banned")


def test_a_failed_cell_is_retried_only_on_request(
    through: Session, troubled: Faulty, sandbox: Sandbox
) -> None:
    troubled.script(RECORD, fails)
    sweep = through.sweep("a fox", stylization=[0, 100]).run()
    assert sorted(sweep.plan().states) == ["failed", "succeeded"]
    sweep.run()
    assert sandbox.account.submits == 2
    assert sweep.plan(retry=True).to_pay == 1
    assert "banned" in str(sweep.frame()["error"].drop_nulls().to_list())
    sweep.run(retry=True)
    assert sweep.plan().states == ("succeeded",) * 2
    assert sandbox.account.submits == 3


def test_a_cell_whose_answer_was_lost_is_never_paid_again(
    through: Session, troubled: Faulty, sandbox: Sandbox
) -> None:
    troubled.script(GENERATE, Lost())
    sweep = through.sweep("a fox", stylization=[0, 100, 200]).run()
    assert sorted(sweep.plan().states) == ["succeeded", "succeeded", "unknown"]
    sweep.run(retry=True)
    assert sandbox.account.submits == 3
    known = {task.task_id for task in sweep.tasks if task}
    (lost,) = sandbox.account.tasks.keys() - known
    unknown = next(task for task in sweep.tasks if task and task.state == "unknown")
    through.resolve(unknown.id, lost).wait(WAIT)
    assert sweep.plan().states == ("succeeded",) * 3


def test_an_empty_account_stops_the_rest_and_nothing_is_lost(tmp_path: Path) -> None:
    quick = {"fast": 5.0}  # seconds at the service; the window of the limit is half a second here
    with Sandbox(credits=8 * 3, time_scale=20, latency=quick, long_side=64) as sandbox:
        with Session(sandbox=sandbox, data_dir=tmp_path / "data") as session:
            sweep = session.sweep("a fox", stylization=range(0, 1000, 40))
            with pytest.raises(errors.InsufficientCredits) as told:
                sweep.run()
            assert told.value.hint
            assert len(sandbox.account.tasks) == 3
            assert Counter(sweep.plan().states)["succeeded"] == 3
            assert sandbox.account.submits < 25
            sandbox.account.credits += 8 * 22
            assert sweep.run().plan().to_pay == 0
        assert len(sandbox.account.tasks) == 25
        assert sandbox.account.credits == 0


def test_max_credits_refuses_before_anything_is_sent(session: Session, sandbox: Sandbox) -> None:
    sweep = session.sweep("a fox", stylization=[0, 100])
    with pytest.raises(errors.BudgetExceeded, match="16 credits, 15 are allowed") as told:
        sweep.run(max_credits=15)
    assert told.value.hint
    assert (sandbox.account.submits, session.tasks().height) == (0, 0)
    assert sweep.run(max_credits=16).plan().to_pay == 0


# ---- interruption ----


def test_a_stopped_sweep_is_finished_by_run(tmp_path: Path) -> None:
    with Sandbox(time_scale=60, long_side=64) as sandbox:
        with Session(sandbox=sandbox, data_dir=tmp_path / "data") as session:
            sweep = session.sweep("a fox", stylization=range(0, 1000, 40)).run(wait=False)
            until(lambda: len(sandbox.account.tasks) >= 5)
            sweep.stop()
            sweep.wait(WAIT)
            there = len(sandbox.account.tasks)
            assert 5 <= there < 25
            assert Counter(sweep.plan().states) == {"succeeded": there, "to pay": 25 - there}
            assert sweep.run().plan().to_pay == 0
        assert len(sandbox.account.tasks) == sandbox.account.submits == 25


def test_ctrl_c_stops_a_sweep_and_a_later_run_finishes_it(tmp_path: Path) -> None:
    with Sandbox(time_scale=60, long_side=64) as sandbox:
        process = runner(sandbox, 40)
        until(lambda: len(sandbox.account.tasks) >= 5)
        os.kill(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=WAIT)
        assert "KeyboardInterrupt" in said
        assert process.returncode != 0
        there = len(sandbox.account.tasks)
        assert 5 <= there < 25
        with Session(
            base_url=sandbox.url, api_key=sandbox.key, time_scale=60, data_dir=tmp_path / "data"
        ) as session:
            assert set(session.tasks()["state"]) <= {"submitted", "generating", "succeeded"}
            assert session.tasks().height == there
            sweep = session.sweep("a fox", stylization=range(0, 1000, 40)).run()
            assert sweep.plan().states == ("succeeded",) * 25
        assert len(sandbox.account.tasks) == sandbox.account.submits == 25


def test_a_running_sweep_is_not_started_twice(session: Session, sandbox: Sandbox) -> None:
    sweep = session.sweep("a fox", stylization=range(0, 500, 100))
    sweep.run(wait=False)
    sweep.run(wait=False)
    sweep.wait(WAIT)
    assert sandbox.account.submits == 5


# ---- what came of it ----


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sweep]:
    """A finished 2-D sweep; one cell has a bad picture."""
    folder = tmp_path_factory.mktemp("grid")
    with Sandbox(time_scale=300, long_side=64) as sandbox, Faulty(upstream=sandbox.url) as troubled:
        troubled.script("_0_3.jpeg", Answer(200, b"no picture"))
        with Session(base_url=troubled.url, api_key="sandbox", time_scale=300, data_dir=folder) as session:
            yield session.sweep("a fox", stylization=[0, 500], weirdness=[0, 1000, 3000]).run()


def test_a_frame_has_a_row_per_picture_with_its_numbers(grid: Sweep) -> None:
    from mjnb.metrics import METRICS

    frame = grid.frame()
    assert frame.height == 24
    assert frame.columns[:9] == [
        "stylization",
        "weirdness",
        "cell",
        "repeat",
        "task",
        "state",
        "number",
        "sha256",
        "path",
    ]
    assert {name for name, metric in METRICS.items() if metric.per == "picture"} < set(frame.columns)
    assert {f"{n}{p}" for n, m in METRICS.items() if m.per == "set" for p in ("", "_se")} < set(frame.columns)
    here = frame.filter(frame["error"].is_null())
    assert here.height == 23
    assert here["colourfulness"].null_count() == 0
    assert all(Path(path).is_file() for path in here["path"])
    assert frame["number"].to_list() == [1, 2, 3, 4] * 6


def test_a_picture_that_is_bad_is_a_row_with_its_error(grid: Sweep) -> None:
    frame = grid.frame()
    (bad,) = frame.filter(frame["error"].is_not_null()).rows(named=True)
    assert (bad["number"], bad["sha256"], bad["colourfulness"]) == (4, None, None)
    assert "picture" in bad["error"]


def test_metrics_are_computed_once(grid: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    from mjnb import metrics

    first = grid.frame()
    monkeypatch.setattr(metrics, "measure", lambda _: pytest.fail("computed again"))
    monkeypatch.setattr(metrics, "measure_set", lambda _: pytest.fail("computed again"))
    assert grid.frame().equals(first, null_equal=True)
    subjects = [str(sha) for sha in first["sha256"].drop_nulls()]
    cached = grid.tracker.ledger.metrics(subjects)
    assert {subject for subject, _, _ in cached} == set(subjects)


def test_a_cell_that_is_not_paid_is_a_row_of_its_own(session: Session) -> None:
    frame = session.sweep("a fox", stylization=[0, 100]).frame()
    assert frame.select("stylization", "state", "number", "task").rows() == [
        (0, "to pay", None, None),
        (100, "to pay", None, None),
    ]


def alt_text(figure: Any) -> str:
    """Return a figure's alternative text, as its page has it."""
    assert "<img" in figure.to_html()
    return html.unescape(figure.to_html().split('alt="', 1)[1].split('"', 1)[0])


def test_a_plot_of_two_axes_has_an_alternative_text(grid: Sweep) -> None:
    said = alt_text(grid.plot())
    assert "a fox" in said
    assert "weirdness" in said
    assert "stylization" in said


def test_a_plot_of_one_axis_with_chosen_metrics(session: Session) -> None:
    figure = session.sweep("a fox", stylization=[0, 1000]).run().plot(["colourfulness"], title="Foxes")
    assert "stylization" in alt_text(figure)
    assert "colourfulness" in alt_text(figure).lower()


def test_the_middle_picture_of_a_cell_is_the_one_most_like_the_others(grid: Sweep, tmp_path: Path) -> None:
    page = grid.plot([], pictures="middle").save(tmp_path / "middle.html").read_text()
    shown = {
        int(number): [int(k) for k in re.findall(r'data-k="(\d)" alt="">', inside)]
        for number, inside in re.findall(r'<td role="gridcell" tabindex="-1" data-i="(\d+)"(.*?)</td>', page)
    }
    expected = {}
    for number, task in enumerate(grid.tasks):
        assert task is not None
        here = [image for image in task.images if image.state == "stored"]
        looks = [look(Image.open(io.BytesIO(image.thumbnail()))).descriptor for image in here]
        likeness = [sum(float(one @ other) for other in looks) for one in looks]
        expected[number] = [likeness.index(max(likeness))]
    assert shown == expected
    assert set(map(tuple, expected.values())) != {(0,)}  # the first is not always the one


def test_the_page_has_the_line_that_makes_each_cell(grid: Sweep, tmp_path: Path) -> None:
    page = grid.plot([]).save(tmp_path / "grid.html").read_text()
    lines = {told["line"] for told in json.loads(page.split('id="cells">')[1].split("</script>")[0])}
    assert lines == {f"%mj a fox --fast --s {s} --w {w}" for s in (0, 500) for w in (0, 1000, 3000)}


def test_a_plot_before_anything_is_paid_is_still_one(session: Session) -> None:
    assert alt_text(session.sweep("a fox", stylization=[0, 1000]).plot())


def test_three_axes_are_drawn_as_sheets_in_the_order_asked_for(session: Session) -> None:
    sweep = session.sweep("a fox", stylization=[0, 1], weirdness=[0, 1], variety=[0, 1])
    assert "weirdness" in sweep.plot(by=["variety", "stylization", "weirdness"]).alt
    with pytest.raises(errors.InvalidRequest, match="'variety' is not laid out"):
        sweep.plot(by=["stylization", "weirdness"])
    with pytest.raises(errors.InvalidRequest, match="'mood' is no axis"):
        sweep.plot(by=["mood"])


def test_an_unknown_metric_is_refused_with_those_there_are(grid: Sweep) -> None:
    with pytest.raises(errors.InvalidRequest, match="beauty") as told:
        grid.plot(["beauty"])
    assert "colourfulness" in told.value.hint


def test_a_sweep_shows_its_axes_and_its_plan(grid: Sweep) -> None:
    assert "stylization [0, 500] x weirdness [0, 1000, 3000]" in repr(grid)
    assert "6 cells, 6 succeeded: nothing to pay" in repr(grid)


def test_a_cell_that_failed_after_a_refusal_is_not_paid_again_unasked(
    session: Session, sandbox: Sandbox
) -> None:
    sweep = session.sweep("a fox", stylization=[0, 1000])
    sandbox.faults.add(Fault("code", on="submit", code=402, next=2))
    with contextlib.suppress(errors.MJError):
        sweep.run()
    sandbox.faults.clear()
    sandbox.faults.add(Fault("fail", on="submit", next=1))
    sweep.run()
    states = sorted(session.tasks()["state"])
    assert [state for state in states if state != "rejected"] == ["failed", "succeeded"]
    assert "rejected" in states
    assert sweep.plan().to_pay == 0
    sweep.run()
    assert len(sandbox.account.tasks) == 2
    assert sweep.plan(retry=True).to_pay == 1


def test_a_cell_that_failed_at_another_notebook_meanwhile_is_not_paid_again_unasked(
    session: Session, sandbox: Sandbox
) -> None:
    sandbox.faults.add(Fault("fail", on="submit", next=1))
    sweep = session.sweep("a fox", stylization=[0]).run()
    (cell,) = sweep.design.cells
    tracker = session.tracker
    for retry, submits in ((False, 1), (True, 2)):
        late = Run(sweep.design, tracker, str(sweep.id), display.Live(), retry=retry)
        tracker.loop.run(late._send(cell))  # as one that planned before it failed
        assert (sandbox.account.submits, late.errors) == (submits, {})
    assert sorted(session.tasks()["state"])[0] == "failed"
