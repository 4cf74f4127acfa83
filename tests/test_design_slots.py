"""Names in braces: which a sweep takes, which it refuses, and that none is sent without a value."""

from __future__ import annotations

import inspect
from typing import Any, get_type_hints

import polars as pl
import pytest

from mjnb import errors
from mjnb.display import task_html
from mjnb.metrics import METRICS
from mjnb.params import Generate, GenerateParams, rows
from mjnb.prompt import names_in
from mjnb.sandbox import Sandbox
from mjnb.sessions import Session
from mjnb.sweeps import Design, design
from mjnb.sweeps.design_making import grown
from mjnb.sweeps.design_slots import ARGUMENTS
from mjnb.sweeps.tables import reserved

TAKEN = [
    *ARGUMENTS,
    "state",
    "credits",
    "cell",
    "task",
    "number",
    "path",
    "rating",
    "origin",
    "vendi_se",
    *METRICS,
]


def faults(prompt: Any, **said: Any) -> str:
    cells = said.pop("cells", None)
    with pytest.raises(errors.InvalidRequest) as told:
        design(prompt, said, cells=cells)
    return "\n".join(told.value.faults)


def sent(found: Design) -> list[str]:
    return [cell.request.prompt for cell in found.cells]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a {subject} at { time }", {"subject", "time"}),
        ("{a {x}, b {y}}", {"x", "y"}),
        (r"a \{subject\}", set()),
        ("{} {1} {a b} {a, b} {x", set()),
        ("{{x}}", {"x"}),
        (r"{x\}", set()),
    ],
)
def test_names_stand_alone_in_braces(text: str, names: set[str]) -> None:
    assert names_in(text) == names


@pytest.mark.parametrize("name", dict.fromkeys(TAKEN))
def test_a_name_that_means_something_else_is_refused_and_another_one_named(
    session: Session, name: str
) -> None:
    with pytest.raises(errors.InvalidRequest, match=rf"choose another name, such as \{{the_{name}\}}"):
        session.sweep(f"a {{{name}}} fox", **{name: ["red", "blue"]})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", sorted(rows(Generate).keys() - {"prompt"}))
def test_a_parameter_is_no_part_of_a_prompt(name: str) -> None:
    assert f"{{{name}}} in the prompt: " in faults(f"a {{{name}}} fox", **{name: ["red"]})


def test_a_column_of_hand_made_cells_is_no_other_column_either() -> None:
    frame = pl.DataFrame({"prompt": ["a {state}"] * 2, "state": ["red", "blue"]})
    assert "state is a column of the sweep's tables" in faults(None, cells=frame)


def test_the_arguments_of_the_verb_are_all_known() -> None:
    tables = {"params", *get_type_hints(GenerateParams)}
    assert set(ARGUMENTS) == set(inspect.signature(Session.sweep).parameters) - tables


def test_every_column_of_a_sweep_is_reserved(session: Session) -> None:
    sweep = session.sweep("a {place} fox", place=["red", "blue"]).run()
    frames = [sweep.plan().detail(), sweep.frame(baseline={"place": "red"}), sweep.suggest(1).frame]
    assert {name for frame in frames for name in frame.columns} <= reserved() | {"place"}


@pytest.mark.parametrize(
    "text", ["a {subject} fox", "{a {subject}, an owl}", "a {subject} --s {0, 100}", "a {{subject}}"]
)
def test_a_name_without_a_value_is_refused(session: Session, sandbox: Sandbox, text: str) -> None:
    with pytest.raises(errors.InvalidRequest, match="give subject=…") as told:
        session.sweep(text)
    assert r"\{subject\}" in str(told.value)
    with pytest.raises(errors.InvalidRequest, match="give subject=…"):
        session.sweep([text, "b"], stylization=[0, 1], subject=None)
    assert sandbox.account.tasks == {}


def test_braces_that_are_meant_are_sent() -> None:
    assert sent(design(r"a \{subject\} fox", {"stylization": [0, 1]})) == ["a {subject} fox"] * 2


def test_hand_made_prompts_need_a_column_for_each_name() -> None:
    assert "{x} in the prompts has no value: give it a column" in faults(None, cells=[{"prompt": "a {x}"}])
    rows = [{"prompt": "a {x}", "x": "fox"}, {"prompt": "a {x}", "x": "owl"}]
    assert sent(design(None, {}, cells=rows)) == ["a fox", "a owl"]


def test_a_further_prompt_needs_its_values_too() -> None:
    there = design("a {x}", {"x": ["fox", "owl"]})
    assert len(grown(there, {"prompt": ["the {x}"]}).cells) == 4
    with pytest.raises(errors.InvalidRequest, match=r"\{y\} in the prompt has no value"):
        grown(there, {"prompt": ["the {y}"]})


def test_the_prompt_goes_by_its_place_or_its_name_and_not_by_both(session: Session) -> None:
    assert len(session.sweep(prompt=["a fox", "an owl"]).design.cells) == 2
    with pytest.raises(errors.InvalidRequest, match="the prompt is given twice"):
        session.sweep("a fox", prompt=["an owl"])


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        (["a  fox", "a fox"], {}),
        ("{a fox,a\tfox}", {}),
        ("a {x} fox", {"x": ["red", "red "]}),
        ("a {x} {y} fox", {"x": ["red", ""], "y": ["", "red"]}),
        (None, {"cells": [{"prompt": "a fox"}, {"prompt": "a  fox"}]}),
    ],
)
def test_prompts_that_differ_in_spaces_are_not_paid_twice(prompt: Any, said: dict[str, Any]) -> None:
    assert any(
        words in faults(prompt, **said) for words in ("more than once", "; spaces make no other prompt")
    )


def test_spaces_are_sent_as_they_stand() -> None:
    assert sent(design("a  fox  at   dawn", {"stylization": [0]})) == ["a  fox  at   dawn"]


def test_a_single_task_sends_a_name_as_it_stands_and_preview_and_display_say_so(session: Session) -> None:
    seen = session.imagine("a {subject} fox", dry_run=True)
    assert seen.request.prompt == "a {subject} fox"  # type: ignore[union-attr]
    assert seen.warnings == ("{subject} is sent as it stands: only a sweep fills it in",)
    task = session.imagine("a {subject} fox")
    note = "sent with {subject} as it stands: only a sweep fills it in"
    assert note in repr(task)
    assert note in task_html(task.view())  # type: ignore[union-attr]
    assert "as it stands" not in repr(session.imagine("a fox"))
