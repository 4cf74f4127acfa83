"""The sweep tab without a browser: what is typed, planned, asked, paid once, drawn and copied."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from faulty import until
from hearing import hear, listen

from mjnb.panels.axes import Form, example, magic_line, python_line, sweepable
from mjnb.panels.sweeping import AGAIN, CHANGED, SweepTab
from mjnb.params import TASK_TYPES, Generate, rows
from mjnb.sandbox import Fault, Sandbox
from mjnb.sessions import Session

SAID = {"prompt": "a red fox", "task_type": "mj_txt2img", "version": "7"}
PICTURE = "https://example.com/fox.png"


def form(*axes: tuple[str, str], **more: Any) -> dict[str, Any]:
    return {"axes": [{"name": name, "text": text} for name, text in axes], **more}


def tab_of(session: Session, said: Callable[[], dict[str, Any]] = lambda: SAID) -> SweepTab:
    tab = SweepTab(session, said)
    listen(tab.widget)
    return tab


def say(tab: SweepTab, *axes: tuple[str, str], **more: Any) -> None:
    hear(tab.widget, "form", form=form(*axes, **more))


def press(tab: SweepTab, **more: Any) -> None:
    """Press Run, as the page says it: with the form that stands there."""
    shown = [tab.widget.python, tab.widget.run_words]
    hear(tab.widget, "run", **{"form": tab.widget.form, "shown": shown, **more})


def pay(tab: SweepTab) -> None:
    hear(tab.widget, "pay", **asked(tab))


def asked(tab: SweepTab) -> dict[str, Any]:
    """Return what stands in the page beside the question."""
    return {"question": tab.widget.question, "shown": [tab.widget.python, tab.widget.run_words]}


def end(tab: SweepTab) -> None:
    until(lambda: not tab.running, 60)


# ---- what is typed ----


def test_the_axes_are_the_tables(session: Session) -> None:
    table = rows(Generate)
    for kind in TASK_TYPES:
        names = [row.name for row in sweepable(kind)]
        assert names == [
            name
            for name, row in table.items()
            if row.domain.kind in ("integer", "choice", "switch") and not row.required and row.applies(kind)
        ]
    tab = tab_of(session)
    say(tab)
    assert [one["name"] for one in tab.widget.parameters] == [row.name for row in sweepable("mj_txt2img")]
    assert tab.widget.faults == []  # nothing was picked yet: that is no fault


@pytest.mark.parametrize("row", sweepable(None), ids=lambda row: row.name)
def test_each_axis_can_be_swept_and_its_lines_make_the_same(session: Session, row: Any) -> None:
    kind = next(name for name in TASK_TYPES if row.applies(name))
    urls = {"file_urls": [PICTURE]} if TASK_TYPES[kind].inputs[0] else {}
    said = {"prompt": "it's a fox", "task_type": kind, **urls}
    if kind.startswith("mj_video"):
        said["motion"] = "low"
    tab = tab_of(session, lambda: said)
    say(tab, (row.name, example(row)), repeat=2)
    assert (tab.widget.faults, tab.widget.can_run) == ([], True)
    assert tab.sweep is not None
    wanted = sorted(cell.sha for cell in tab.sweep.design.cells)
    assert tab.widget.python.endswith(".run()")
    same = eval(tab.widget.python.removesuffix(".run()"), {"mj": session})
    assert sorted(cell.sha for cell in same.design.cells) == wanted
    line = tab.widget.magic.removeprefix("%mj sweep ")
    assert bool(line) == bool(row.flags)
    if line:
        assert sorted(cell.sha for cell in session.sweep(line).design.cells) == wanted


@pytest.mark.parametrize(
    ("axes", "fault"),
    [
        ([("stylization", "0, lots")], "stylization needs a whole number, not 'lots'"),
        ([("stylization", "0..4000/1000")], "is outside 0 to 1000"),
        ([("stylization", "0..1..2")], "is no span"),
        ([("stylization", " , ")], "stylization has no values"),
        ([("stylization", "0, 0")], "more than once"),
        ([("stylization", "0"), ("stylization", "1")], "stylization is both axes"),
        ([("version", "7, 3")], "'3' is not one of"),
        ([("enable_translation", "true, maybe")], "needs True or False"),
        ([("stylization", "0..1000/1"), ("weirdness", "0..3000/1")], "cells"),
        ([("ow", "1, 2")], "ow does not apply to mj_txt2img"),
    ],
)
def test_faults_are_told(session: Session, axes: list[tuple[str, str]], fault: str) -> None:
    tab = tab_of(session)
    say(tab, *axes)
    assert fault in " ".join(tab.widget.faults)
    assert (tab.widget.can_run, tab.widget.facts, tab.sweep) == (False, [], None)
    press(tab)
    assert (tab.running, session.spent) == (False, 0)


@pytest.mark.parametrize(
    "said",
    [None, [], {"axes": "x"}, {"axes": [None, 3]}, {"axes": [{"name": "task_type", "text": "x"}]},
     {"axes": [{"name": "__class__", "text": "1"}], "repeat": True}, {"repeat": 10**9}, {"repeat": -1}],
)  # fmt: skip
def test_what_is_no_form_is_an_empty_one(said: Any) -> None:
    assert Form.read(said) == Form()


def test_trouble_with_the_prompt_is_shown(session: Session) -> None:
    tab = tab_of(session, lambda: {"prompt": ""})
    say(tab, ("stylization", "0, 1"))
    assert tab.widget.faults
    broken = tab_of(session, lambda: {}["prompt"])
    say(broken, ("stylization", "0, 1"))
    assert broken.widget.faults == ["KeyError: 'prompt'"]


@pytest.mark.parametrize(
    "prompt", ["{red, blue} fox", "it's \\{a\\} fox", "two\nlines", "a {{name}} fox", "fox --v 6"]
)
def test_a_line_is_shown_only_if_it_makes_the_same(session: Session, prompt: str) -> None:
    tab = tab_of(session, lambda: {"prompt": prompt})
    say(tab, ("stylization", "0, 500"))
    if tab.sweep is None:
        assert tab.widget.faults
        return
    line = tab.widget.magic.removeprefix("%mj sweep ")
    wanted = {cell.sha for cell in tab.sweep.design.cells}
    assert not line or {cell.sha for cell in session.sweep(line).design.cells} == wanted


def test_lines_say_what_cannot_be_said() -> None:
    said = {"prompt": "x", "file_urls": [object()]}
    shape = Form.read(form(("stylization", "0..100/50"), ("enable_translation", "yes, no"), retry=True))
    values = "stylization='0..100/50', enable_translation=[True, False]"
    assert python_line(shape, said) == f"mj.sweep('x', file_urls=[...], {values}).run(retry=True)"
    assert magic_line(shape, said) == ""


# ---- what is paid ----


def test_it_pays_once_what_was_shown_and_draws_it(session: Session) -> None:
    tab = tab_of(session)
    say(tab, ("stylization", "0..1000/500"), ("weirdness", "0, 3000"))
    facts = dict(tab.widget.facts)
    assert facts["Cells"] == "6 (3 × 2)"
    assert (facts["Here already"], facts["To pay"], facts["Credits"]) == ("none", "6", "about 48 ($0.24)")
    assert tab.widget.run_words == "Run: 48 credits"
    press(tab, theme="dark", width=700)
    press(tab)  # a second press while it runs
    end(tab)
    assert (session.spent, session.tasks().height) == (48, 6)
    assert (tab.widget.done, tab.widget.total, tab.widget.trouble) == (6, 6, "")
    assert tab.widget.news == "The sweep ended: 6 of 6 cells are settled."
    assert "stylization" in tab.widget.plot_alt
    assert tab.widget.plot[:4] == b"RIFF"
    facts = dict(tab.widget.facts)
    assert (facts["Here already"], facts["To pay"], facts["Credits"]) == ("6 succeeded", "0", "none")
    assert tab.widget.run_words == "Draw what is here"
    press(tab)
    end(tab)
    assert session.spent == 48
    assert tab.widget.plot


def test_the_figure_grows_while_cells_arrive(stopping: list[Thread], tmp_path: Path) -> None:
    server = Sandbox(time_scale=12, long_side=64).start()  # a task takes longer than a drawing waits
    stopping.append(Thread(target=server.stop))
    with Session(sandbox=server, data_dir=tmp_path) as session:
        tab = tab_of(session)
        say(tab, ("stylization", "0, 1000"))
        heard = tab.widget.comm
        press(tab)
        until(lambda: tab.widget.plot, 60)
        end(tab)
    stopping[-1].start()
    assert heard.binary.count("plot") >= 2
    assert "colourfulness" in tab.widget.plot_alt.lower()


def test_it_asks_above_the_threshold(sandbox: Sandbox, tmp_path: Path) -> None:
    with Session(sandbox=sandbox, data_dir=tmp_path, ask_above=20) as session:
        tab = tab_of(session)
        say(tab, ("stylization", "0, 500"))
        pay(tab)  # nobody asked
        assert session.spent == 0
        say(tab, ("stylization", "0..1000/500"))
        press(tab)
        assert (tab.widget.price, tab.running, session.spent) == ("24 credits", False, 0)
        assert "3 to pay: about 24 credits" in tab.widget.question
        hear(tab.widget, "cancel")
        assert (tab.widget.question, tab.widget.news) == ("", "Cancelled: nothing was paid.")
        pay(tab)
        assert session.spent == 0
        press(tab)
        say(tab, ("stylization", "0..1000/250"))  # something else: the question is about what was
        assert tab.widget.question == ""
        pay(tab)
        assert session.spent == 0
        press(tab)
        pay(tab)
        pay(tab)
        end(tab)
        assert session.spent == 40


def test_the_budget_holds(sandbox: Sandbox, tmp_path: Path) -> None:
    with Session(sandbox=sandbox, data_dir=tmp_path, max_credits=10) as session:
        tab = tab_of(session)
        say(tab, ("stylization", "0, 500"))
        assert dict(tab.widget.facts)["Left in the budget"] == "10 credits"
        press(tab)
        assert "10" in " ".join(tab.widget.faults)
        assert (tab.running, session.spent) == (False, 0)


def test_what_was_not_shown_is_not_paid(session: Session) -> None:
    tab = tab_of(session)
    say(tab, ("stylization", "0, 500"))
    typed = form(("stylization", "0..1000/250"))
    hear(tab.widget, "run", form=typed)  # pressed before what was typed was planned
    assert tab.widget.faults == [CHANGED, AGAIN]
    assert dict(tab.widget.facts)["Cells"] == "5 (5)"
    assert (tab.running, session.spent, tab.widget.can_run) == (False, 0, True)
    press(tab)
    end(tab)
    assert session.spent == 40


def test_what_changed_under_make_is_shown_before_it_is_paid(session: Session) -> None:
    said = dict(SAID)
    tab = tab_of(session, lambda: dict(said))
    say(tab, ("stylization", "0, 500"))
    shown = [tab.widget.python, tab.widget.run_words]
    said["prompt"] = "an owl"
    hear(tab.widget, "look", form=tab.widget.form)  # its answer is not in the page yet
    press(tab, shown=shown)
    assert (tab.running, session.spent, tab.widget.faults) == (False, 0, [CHANGED, AGAIN])
    hear(tab.widget, "look", form=tab.widget.form)  # again: nothing changed
    press(tab)
    assert tab.widget.faults == []
    end(tab)
    assert set(session.tasks()["prompt"]) == {"an owl"}


def test_the_answer_to_another_question_pays_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    with Session(sandbox=sandbox, data_dir=tmp_path, ask_above=10) as session:
        tab = tab_of(session)
        say(tab, ("stylization", "0, 500"))
        press(tab)
        first = asked(tab)
        say(tab, ("stylization", "0..1000/250"))
        press(tab)
        hear(tab.widget, "pay", **first)
        assert (tab.running, session.spent) == (False, 0)
        pay(tab)
        end(tab)
        assert session.spent == 40


@pytest.mark.parametrize("other", [("stylization", "0, 1000"), ("weirdness", "0, 500")])
def test_a_question_in_the_same_words_is_another_one(
    sandbox: Sandbox, tmp_path: Path, other: tuple[str, str]
) -> None:
    """As many cells at the same price: the words are the same, what would be paid is not."""
    said = dict(SAID)
    with Session(sandbox=sandbox, data_dir=tmp_path, ask_above=10) as session:
        tab = tab_of(session, lambda: dict(said))
        say(tab, ("stylization", "0, 500"))
        press(tab)
        first = asked(tab)
        say(tab, other)
        press(tab)
        assert tab.widget.question == first["question"]
        hear(tab.widget, "pay", **first)
        said["prompt"] = "an owl"
        tab.refresh()
        press(tab)
        assert tab.widget.question == first["question"]
        hear(tab.widget, "pay", **first)
        assert (tab.running, session.spent) == (False, 0)
        pay(tab)
        end(tab)
        assert set(session.tasks()["prompt"]) == {"an owl"}


def test_what_a_newer_form_overtook_is_not_planned(session: Session) -> None:
    tab = tab_of(session)
    newer, older = form(("stylization", "0..1000/250")), form(("speed", "relaxed, fast, turbo"))
    hear(tab.widget, "form", form=newer, stamp="a 2")
    hear(tab.widget, "form", form=older, stamp="a 1")
    assert dict(tab.widget.facts)["Cells"] == "5 (5)"
    hear(tab.widget, "run", form=older, stamp="a 1")
    assert (tab.running, session.spent) == (False, 0)
    assert tab.widget.faults == [CHANGED, AGAIN]
    assert dict(tab.widget.facts)["Cells"] == "5 (5)"


def test_forms_on_two_threads_are_planned_one_after_the_other(session: Session) -> None:
    """Of the messages of one page, the first come to the kernel's main thread, the rest to a subshell's."""
    tab = tab_of(session)
    heard = tab.widget.comm
    forms = [form(("stylization", "0..1000/250")), form(("speed", "relaxed, fast, turbo"))]

    def typing(one: dict[str, Any], view: str) -> None:
        for n in range(20):
            hear(tab.widget, "form", form=one, stamp=f"{view} {n}")

    typists = [Thread(target=typing, args=(one, f"view-{at}")) for at, one in enumerate(forms)]
    for typist in typists:
        typist.start()
    for typist in typists:
        typist.join()
    told = [dict(state["facts"])["Cells"] for state in heard.states if state.get("facts")]
    assert set(told) == {"5 (5)", "3 (3)"}
    names = [axis.name for axis in tab.form.axes]
    assert dict(tab.widget.facts)["Cells"] == {"stylization": "5 (5)", "speed": "3 (3)"}[names[0]]


def test_stop_sends_nothing_new(session: Session) -> None:
    tab = tab_of(session)
    say(tab, ("stylization", "0..1000/20"))  # 51 cells: more than the service takes at once
    press(tab)
    hear(tab.widget, "stop")
    assert "Stopped" in tab.widget.news
    end(tab)
    assert session.tasks().height < 51
    assert tab.widget.trouble == ""


def test_failed_cells_are_paid_again_when_it_is_said(session: Session, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("fail", on="submit", next=1, message="no"))
    tab = tab_of(session)
    say(tab, ("stylization", "0, 500"))
    press(tab)
    end(tab)
    assert sorted(dict(tab.widget.facts)["Here already"].split(", ")) == ["1 failed", "1 succeeded"]
    say(tab, ("stylization", "0, 500"), retry=True)
    assert dict(tab.widget.facts)["To pay"] == "1"
    assert (tab.widget.magic, tab.widget.python.endswith(".run(retry=True)")) == ("", True)
    press(tab)
    end(tab)
    assert session.spent == 24


def test_what_meets_every_cell_is_shown(session: Session, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("code", on="submit", code=402))
    tab = tab_of(session)
    say(tab, ("stylization", "0, 500"))
    press(tab)
    end(tab)
    assert "credits" in tab.widget.trouble
