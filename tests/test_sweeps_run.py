"""Plans, asking before paying, growing and stopping: on a sandbox, in real kernels, with real interrupts."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa
from faulty import until
from kernels import Notebook, Output, error_of, soon, text_of
from patience import SECONDS as WAIT

from mjnb import errors
from mjnb.ledger import schema
from mjnb.sandbox import Sandbox
from mjnb.sessions import Session
from mjnb.sweeps import Design, Sweep
from mjnb.widgets import Confirm

SLOW_CLOCK = 30  # a burst of 20 tasks every third of a second
WIDGET = "application/vnd.jupyter.widget-view+json"


def paid(sandbox: Sandbox, name: str = "stylization") -> list[Any]:
    """Return a parameter of every accepted task, in the order in which they came."""
    return [json.loads(task.param_json).get(name) for task in sandbox.account.tasks.values()]


def specs(session: Session) -> list[str]:
    """Return the recorded sweeps, oldest first."""
    with session.tracker.ledger._engine.read() as c:
        return list(
            c.execute(sa.select(schema.sweep.c.spec_json).order_by(schema.sweep.c.created_at)).scalars()
        )


# ---- what is sent ----


def test_templates_arrive_filled(session: Session, sandbox: Sandbox) -> None:
    session.sweep("a {subject} at {time}", subject=["red fox", "owl"], time="dawn").run()
    assert sorted(paid(sandbox, "prompt")) == ["a owl at dawn", "a red fox at dawn"]


def test_a_frame_of_cells_is_run_and_seen(session: Session, sandbox: Sandbox) -> None:
    cells = pl.DataFrame({"stylization": [None, 100], "speed": ["turbo", "fast"]})
    sweep = session.sweep("a fox", cells=cells).run()
    assert Counter(paid(sandbox)) == {None: 1, 100: 1}
    assert sweep.frame().select("stylization", "speed").unique(maintain_order=True).rows() == [
        (None, "turbo"),
        (100, "fast"),
    ]
    assert sweep.plot().alt


def test_a_sample_is_run_and_drawn(session: Session, sandbox: Sandbox) -> None:
    sweep = session.sweep("a fox", design="sobol", n=5, stylization="0..1000", weirdness="0..3000").run()
    assert sandbox.account.submits == 5
    assert sweep.plan().states == ("succeeded",) * 5
    assert "stylization" in sweep.plot().alt


# ---- the run order ----


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[tuple[Sandbox, Session]]:
    """A sandbox whose limit lets one see what came first, and a session on it."""
    with (
        Sandbox(
            time_scale=SLOW_CLOCK, long_side=64, latency={"fast": 6, "turbo": 6, "relaxed": 12}
        ) as sandbox,
        Session(sandbox=sandbox, data_dir=tmp_path / "data") as session,
    ):
        yield sandbox, session


def sent(session: Session) -> list[int]:
    """Return the cells in the order in which they were recorded, each just before it was sent."""
    query = sa.select(schema.task.c.cell).join(schema.event, schema.event.c.id == schema.task.c.id)
    with session.tracker.ledger._engine.read() as c:
        intents = query.where(schema.event.c.kind == "intent").order_by(schema.event.c.seq)
        return list(c.execute(intents).scalars())


def test_cells_are_sent_in_the_recorded_random_order(session: Session) -> None:
    sweep = session.sweep("a fox", stylization=range(40), seed=5).run()
    order = list(sweep.design.run_order)
    assert sent(session) == order != list(range(40))
    (spec,) = specs(session)
    assert Design.from_json(spec) == sweep.design
    assert json.loads(spec)["run_order"] == order
    assert json.loads(spec)["how"]["seed"] == 5


def test_listed_order_is_kept_but_slow_kinds_start_first(session: Session) -> None:
    said = {"speed": ["turbo", "relaxed"], "stylization": range(10)}
    session.sweep("a fox", order="listed", **said).run()
    assert sent(session) == [*range(10, 20), *range(10)]


# ---- plans ----


def test_a_plan_says_whose_tasks_are_there(session: Session) -> None:
    session.imagine("a fox --s 0", wait=True)
    sweep = session.sweep("a fox", stylization=[0, 100])
    assert sweep.plan().origins == ("earlier", "")
    sweep.run()
    plan = sweep.plan()
    assert plan.origins == ("earlier", "this sweep")
    assert plan.detail()["origin"].to_list() == ["earlier", "this sweep"]
    assert repr(plan) == "2 cells, 2 succeeded (1 of an earlier run): nothing to pay"
    assert "origin" in plan._repr_mimebundle_()[0]["text/html"]


def test_a_plan_knows_what_runs(tmp_path: Path) -> None:
    with (
        Sandbox(time_scale=20, long_side=64, latency={"fast": 600}) as sandbox,
        Session(sandbox=sandbox, data_dir=tmp_path / "data") as session,
    ):
        session.sweep("a fox", stylization=[0, 100]).run(wait=False)
        until(lambda: len(sandbox.account.tasks) == 2)
        sweep = session.sweep("a fox", stylization=[0, 100, 200])
        until(lambda: set(sweep.plan().states[:2]) <= {"submitted", "generating"})
        plan = sweep.plan()
        assert (plan.to_pay, plan.states[2], plan.origins) == (1, "to pay", ("earlier", "earlier", ""))


def taught(session: Session, seconds: float) -> None:
    """Let the ledger know three fast tasks that took so long."""
    row = {
        "state": "succeeded",
        "task_type": "mj_txt2img",
        "speed": "fast",
        "param_json": "{}",
        "request_sha": "-",
        "nonce": "-",
        "session": "-",
        "account": session.tracker.account,
        "base_url": "-",
        "created_at": 0,
        "latency_ms": int(seconds * 1000),
        "rev": 0,
    }
    with session.tracker.ledger._engine.write() as c:
        c.execute(sa.insert(schema.task), [{**row, "id": f"{n}", "task_id": f"{n}"} for n in range(3)])


def test_the_time_is_that_of_the_ledger_under_the_limits(tmp_path: Path) -> None:
    with (
        Sandbox(time_scale=1, long_side=64) as sandbox,
        Session(sandbox=sandbox, data_dir=tmp_path / "data") as session,
    ):
        taught(session, 500)
        assert session.sweep("a fox", stylization=range(20)).plan().seconds == 500
        assert session.sweep("a fox", stylization=range(41)).plan().seconds == 500 + 2 * 10


@pytest.mark.parametrize("limit", ["3", math.nan, -1, True])
def test_a_limit_that_is_no_amount_sends_nothing(session: Session, sandbox: Sandbox, limit: Any) -> None:
    with pytest.raises(errors.ConfigError, match="max_credits is"):
        session.sweep("a fox", stylization=[0, 100]).run(max_credits=limit)
    assert sandbox.account.submits == 0


def test_a_session_needs_a_sandbox_that_runs(tmp_path: Path) -> None:
    with pytest.raises(errors.ConfigError, match="the sandbox is not started"):
        Session(sandbox=Sandbox(), data_dir=tmp_path)
    with pytest.raises(errors.ConfigError, match="needs a Sandbox that runs, not True"):
        Session(sandbox=True, data_dir=tmp_path)  # type: ignore[arg-type]


def test_a_budget_is_told_by_the_plan_and_held_by_the_run(sandbox: Sandbox, tmp_path: Path) -> None:
    with Session(sandbox=sandbox, data_dir=tmp_path / "data", max_credits=20) as session:
        sweep = session.sweep("a fox", stylization=[0, 100, 200])
        assert sweep.plan().is_over_budget
        assert repr(sweep.plan()).splitlines()[0] == (
            "OVER THE BUDGET, run() refuses: 24 credits to pay, 20 are left"
        )
        with pytest.raises(errors.BudgetExceeded):
            sweep.run(yes=True)
        assert sandbox.account.submits == 0
        assert not session.sweep("a fox", stylization=[0, 100]).run().plan().is_over_budget


def test_ten_thousand_cells_are_planned(session: Session) -> None:
    sweep = session.sweep("a {x} fox", x=[f"{n}th" for n in range(100)], stylization=range(100))
    plan = sweep.plan()
    assert (len(plan.states), plan.to_pay, plan.credits) == (10_000, 10_000, 80_000)
    assert plan.frame.height == 10_000
    assert "(100 values)" in repr(sweep)


# ---- growing ----


def test_an_extended_sweep_pays_only_what_is_new(session: Session, sandbox: Sandbox) -> None:
    sweep = session.sweep("a fox", stylization=[0, 500]).run()
    wider = sweep.extend(stylization=[500, 750], repeat=2)
    assert wider.plan().to_pay == 4
    assert wider.run() is wider
    assert Counter(paid(sandbox)) == {0: 2, 500: 2, 750: 2}
    assert sweep.plan().to_pay == wider.plan().to_pay == 0
    assert [Design.from_json(spec) for spec in specs(session)] == [sweep.design, wider.design]


def test_the_same_cells_laid_out_anew_cost_nothing(session: Session, sandbox: Sandbox) -> None:
    session.sweep("a fox", stylization=[0, 500], weirdness=[0, 1000]).run()
    for other in (
        session.sweep("a fox", weirdness=[1000, 0], stylization="0..500/500"),
        session.sweep("a fox --s {0, 500} --w {0..1000/1000}"),
        session.sweep("a {x}", x=["fox"], stylization=[0, 500], weirdness=1000),
        session.sweep("a fox", design="one-at-a-time", stylization=[0, 500], weirdness=[0, 1000]),
        session.sweep("a fox", cells=[{"stylization": 0, "weirdness": 1000}]),
    ):
        assert other.run().plan().to_pay == 0
    assert sandbox.account.submits == 4


def test_a_sobol_sample_goes_on(session: Session, sandbox: Sandbox) -> None:
    sweep = session.sweep("a fox", design="sobol", n=3, stylization="0..1000").run()
    sweep.extend(n=7).run()
    assert sandbox.account.submits == 7


def test_a_sweep_that_still_runs_can_be_extended(slow: tuple[Sandbox, Session]) -> None:
    sandbox, session = slow
    first = session.sweep("a fox", stylization=range(30)).run(wait=False)
    second = first.extend(stylization=range(40)).run()
    first.wait(WAIT)
    assert second.plan().states == ("succeeded",) * 40
    assert sorted(paid(sandbox)) == list(range(40))


# ---- asking ----


def test_a_script_is_told_to_say_yes(sandbox: Sandbox, tmp_path: Path) -> None:
    with Session(sandbox=sandbox, data_dir=tmp_path / "data", ask_above=20) as session:
        assert session.sweep("a fox", stylization=[0, 100]).run().plan().to_pay == 0
        sweep = session.sweep("an owl", stylization=[0, 100, 200])
        with pytest.raises(errors.ConfirmationNeeded, match="about 24 credits") as told:
            sweep.run()
        assert "run(yes=True)" in told.value.hint
        assert (sandbox.account.submits, sweep.id) == (2, None)
        assert sweep.run(yes=True).plan().to_pay == 0
        assert sweep.run().plan().to_pay == 0  # there is nothing to ask for
        with pytest.raises(errors.ConfirmationNeeded):
            sweep.extend(stylization=[300, 400, 500]).run()


def test_a_question_is_answered_once() -> None:
    """A second click may be on its way before the page learns that the buttons are dead."""
    chosen: list[str] = []
    yes = Confirm("6 cells", "48 credits", lambda: chosen.append("yes"), "sweep.run(yes=True)")
    clicks = [Thread(target=yes.yes.click) for _ in range(4)]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    yes.no.click()
    assert chosen == ["yes"]
    assert "Accepted" in yes.line.value
    no = Confirm("6 cells", "48 credits", lambda: chosen.append("no"), "sweep.run(yes=True)")
    no.no.click()
    no.yes.click()
    assert chosen == ["yes"]
    assert "Cancelled" in no.line.value


@pytest.mark.parametrize(
    ("said", "asks"),
    [
        ({}, None),
        ({"base_url": "kie", "api_key": "k"}, 100),
        ({"base_url": "https://api.example.com", "api_key": "k"}, 100),
        ({"base_url": "http://127.0.0.1:1", "api_key": "k"}, None),
        ({"base_url": "kie", "api_key": "k", "ask_above": math.inf}, math.inf),
        ({"ask_above": 0}, 0),
    ],
)
def test_only_a_service_on_the_internet_asks_unless_told_to(said: dict[str, Any], asks: Any) -> None:
    assert Session(**said).ask_above == asks


@pytest.mark.parametrize("wrong", [-1, math.nan, "100", True])
def test_a_wrong_threshold_is_refused(wrong: Any) -> None:
    with pytest.raises(errors.ConfigError, match="ask_above"):
        Session(ask_above=wrong)


# ---- interrupts ----

RUN = """
import sys
from mjnb.sessions import Session
session = Session(base_url=sys.argv[1], api_key="sandbox", time_scale=float(sys.argv[2]), data_dir="data")
session.sweep("a fox", stylization="0..490/10").run()
"""


def test_ctrl_c_keeps_what_runs_and_an_extended_sweep_pays_the_rest(tmp_path: Path) -> None:
    with Sandbox(time_scale=SLOW_CLOCK, long_side=64) as sandbox:
        process = subprocess.Popen(
            [sys.executable, "-c", RUN, sandbox.url, str(SLOW_CLOCK)], stderr=subprocess.PIPE, text=True
        )
        until(lambda: len(sandbox.account.tasks) >= 5)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=WAIT)
        assert "KeyboardInterrupt" in said
        there = len(sandbox.account.tasks)
        assert 5 <= there < 50
        with Session(
            base_url=sandbox.url, api_key="sandbox", time_scale=SLOW_CLOCK, data_dir=tmp_path / "data"
        ) as session:
            assert set(session.tasks()["state"]) <= {"submitted", "generating", "succeeded"}
            (spec,) = specs(session)
            again = Sweep(Design.from_json(spec), session.tracker)
            assert again.plan().to_pay == 50 - there
            again.extend(stylization=[500, 510]).run()
            assert again.plan().states == ("succeeded",) * 50
        assert sorted(paid(sandbox)) == list(range(0, 511, 10))
    assert process.returncode not in (0, None)
    assert os.path.exists(tmp_path / "data" / "ledger.db")


# ---- notebooks ----


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with Sandbox(time_scale=SLOW_CLOCK, long_side=64, latency={"fast": 15}) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def notebook(server: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    """A kernel with a session that asks above 20 credits, on a sandbox in another process: this one."""
    folder = tmp_path_factory.mktemp("kernel")
    settings = {
        "MJNB_BASE_URL": server.url,
        "MJNB_API_KEY": server.key,
        "MJNB_TIME_SCALE": str(SLOW_CLOCK),
        "MJNB_DATA_DIR": str(folder / "data"),
    }
    with Notebook(folder, **settings) as opened:
        assert opened.run("%load_ext mjnb\nimport mjnb as mj\nmj.use(mj.Session(ask_above=20));") == []
        yield opened


FIND = """
import ipywidgets
from ipywidgets.widgets.widget import _instances
found = {w.description: w for w in list(_instances.values())
         if isinstance(w, ipywidgets.Button) and not w.disabled and w.layout.display != "none"}
print(*(f"{w.model_id} {name}" for name, w in found.items()), sep="\\n")
"""


def buttons(notebook: Notebook) -> dict[str, str]:
    """Return the names of the buttons that can be pressed, and how to address each."""
    lines = [line.split(" ", 1) for line in text_of(notebook.run(FIND)).splitlines() if line]
    return {name: address for address, name in lines}


def press(notebook: Notebook, name: str) -> None:
    """Press a button as a browser does."""
    client: Any = notebook._client.kc
    content = {
        "comm_id": buttons(notebook)[name],
        "data": {"method": "custom", "content": {"event": "click"}},
    }
    client.shell_channel.send(client.session.msg("comm_msg", content))


def shown(outputs: list[Output]) -> str:
    return "\n".join(str(one.get("data", {}).get("text/html", "")) for one in outputs)


def test_a_notebook_asks_with_two_buttons_and_pays_nothing(notebook: Notebook, server: Sandbox) -> None:
    before = server.account.submits
    live, widget = notebook.run("fox = mj.sweep('a fox', stylization=[0, 1, 2]); fox.run()")
    assert WIDGET in widget["data"]
    for static in (live, widget):
        assert "3 to pay: about 24 credits ($0.12)" in static["data"]["text/html"]
        assert "sweep.run(yes=True)" in static["data"]["text/plain"]
    assert {"Pay about 24 credits", "Cancel"} <= buttons(notebook).keys()
    press(notebook, "Cancel")
    assert "Pay about 24 credits" not in buttons(notebook)
    assert text_of(notebook.run("print(fox.plan().to_pay, fox.id)")) == "3 None\n"
    assert server.account.submits == before


def test_the_paying_button_pays_once_and_shows_progress_where_it_asked(
    notebook: Notebook, server: Sandbox
) -> None:
    before = server.account.submits
    notebook.run("owl = mj.sweep('an owl', stylization=[0, 1, 2, 3]); owl.run()")
    asked = len(notebook.book.cells) - 1
    press(notebook, "Pay about 32 credits")
    until(lambda: server.account.submits == before + 4)
    assert text_of(notebook.run("print(owl.wait().plan())")).startswith("4 cells, 4 succeeded")
    assert "4 succeeded of 4" in shown(notebook.outputs(asked))
    assert not {"Pay about 32 credits", "Stop submitting"} & buttons(notebook).keys()
    assert server.account.submits == before + 4


def test_a_budget_that_is_gone_is_told_beside_the_buttons(notebook: Notebook, server: Sandbox) -> None:
    notebook.run("elk = mj.sweep('an elk', stylization=[0, 1, 2, 3, 4]); elk.run()")
    notebook.run("budget = mj.session().tracker.budget; budget.limit = budget.spent + 30")
    before = server.account.submits
    press(notebook, "Pay about 40 credits")
    lines = "print([w.value for w in _instances.values() if isinstance(w, ipywidgets.HTML)][-1])"
    assert "Not started: this may cost 40 credits" in text_of(notebook.run(lines))
    notebook.run("budget.limit = None")
    assert server.account.submits == before


def test_the_stop_button_stops_submitting_and_what_runs_is_kept(notebook: Notebook, server: Sandbox) -> None:
    before = len(server.account.tasks)
    notebook.run("cat = mj.sweep('a cat', stylization=range(90)); cat.run(wait=False, yes=True)")
    until(lambda: len(server.account.tasks) >= before + 5)
    press(notebook, "Stop submitting")
    told = text_of(
        notebook.run("s = cat.wait().plan().states; print(s.count('succeeded'), s.count('to pay'))")
    )
    there = len(server.account.tasks) - before
    assert 5 <= there < 90
    assert told == f"{there} {90 - there}\n"
    assert "Stop submitting" not in buttons(notebook)


def test_interrupting_a_waiting_cell_stops_submitting_and_keeps_what_runs(
    notebook: Notebook, server: Sandbox
) -> None:
    before = len(server.account.tasks)

    async def press_interrupt() -> None:
        await soon(lambda: len(server.account.tasks) >= before + 5)
        await notebook.kernel.interrupt_kernel()

    cell = "cow = mj.sweep('a cow', stylization=range(90)); cow.run(yes=True)"
    assert error_of(notebook.run_and_meanwhile(cell, press_interrupt))
    told = text_of(notebook.run("print(cow.wait().plan().states.count('succeeded'))"))
    assert int(told) == len(server.account.tasks) - before < 90


# ---- %mj sweep ----


def test_the_magic_is_the_same_sweep(notebook: Notebook) -> None:
    plan = notebook.run("%mj sweep a hen --s {0,250,500} --w {0..3000/1000} --repeat 2 --dry-run")
    assert plan[0]["data"]["text/plain"].startswith("24 cells, 24 to pay: about 192 credits")
    same = """
line = mj.sweep("a hen --s {0,250,500} --w {0..3000/1000} --repeat 2")
said = mj.sweep("a hen", stylization=[0, 250, 500], weirdness="0..3000/1000", repeat=2)
print([c.sha for c in line.design.cells] == [c.sha for c in said.design.cells], len(said.design.cells))"""
    assert text_of(notebook.run(same)) == "True 24\n"


def test_the_magic_runs_and_returns_the_sweep(notebook: Notebook, server: Sandbox) -> None:
    before = server.account.submits
    notebook.run("pig = %mj sweep a pig --s {0..500/500}")
    assert text_of(notebook.run("print(type(pig).__name__, pig.wait().plan())")).startswith(
        "Sweep 2 cells, 2 succeeded"
    )
    assert server.account.submits == before + 2


def test_the_magic_asks_and_yes_pays(notebook: Notebook, server: Sandbox) -> None:
    before = server.account.submits
    outputs = notebook.run("ram = %mj sweep a ram --s {0..400/100}")
    assert WIDGET in outputs[-1]["data"]
    assert server.account.submits == before
    notebook.run("ram = %mj sweep a ram --s {0..400/100} --yes\nram.wait();")
    assert server.account.submits == before + 5
    first = notebook.run("%mj sweep a ram --s {0..400/100} --yes")[0]  # there from the start
    assert "5 succeeded of 5" in first["data"]["text/plain"]
    assert server.account.submits == before + 5


def test_a_wrong_sweep_is_an_error_of_a_few_lines(notebook: Notebook, server: Sandbox) -> None:
    before = server.account.submits
    told = "".join(error_of(notebook.run("%mj sweep a fox --s {0..2000/1000}")))
    assert "2000 is outside 0 to 1000" in told
    assert server.account.submits == before
