"""What the service really did: changed, dropped and added fields, and the defaults it is known to add."""

from __future__ import annotations

import json
from typing import Any

import pytest
from faulty import RECORD, Faulty, Seen, record

from mjnb import diff
from mjnb.diff import Diff, compare, read_diff
from mjnb.sandbox import Sandbox
from mjnb.sessions import Session
from mjnb.tracking import Task

DEFAULTS = {"enableTranslation": True, "motion": "high", "videoBatchSize": 1}
SENT = {"taskType": "mj_txt2img", "prompt": "a fox", "speed": "relaxed", "version": "7", "stylization": 250}


def compared(sent: dict[str, Any], recorded: dict[str, Any]) -> Diff:
    found = compare(json.dumps(sent), json.dumps(recorded))
    assert found is not None
    assert read_diff(found.to_json()) == found
    return found


# ---- the oddities of the contract are no surprise ----


def test_the_known_defaults_are_no_surprise() -> None:
    found = compared(SENT, SENT | DEFAULTS)
    assert found == Diff(defaults=DEFAULTS)
    assert not found.surprises
    assert str(found) == ""


def test_an_omni_reference_is_recorded_as_fast() -> None:
    omni = {
        "taskType": "mj_omni_reference",
        "prompt": "a",
        "fileUrls": ["https://example.com/a.png"],
        "ow": 9,
    }
    assert compared(omni, omni | {"speed": "fast"}) == Diff(defaults={"speed": "fast"})
    assert compared(omni, omni | {"speed": "Fast"}).defaults == {"speed": "Fast"}


@pytest.mark.parametrize(
    ("sent", "recorded"),
    [
        ("relaxed", "Relax"),
        ("relaxed", "relax"),
        ("relaxed", "RELAXED"),
        ("fast", "Fast"),
        ("7", 7),
        (7, "7"),
        ("6.1", 6.1),
        (250, "250"),
        (True, "true"),
        (["https://example.com/a.png"], ["https://example.com/a.png"]),
    ],
)
def test_another_spelling_of_the_same_is_no_change(sent: object, recorded: object) -> None:
    assert diff.same(sent, recorded)
    assert compared({"field": sent}, {"field": recorded}) == Diff()


@pytest.mark.parametrize(
    ("sent", "recorded"),
    [
        ("relaxed", "fast"),
        ("7", "6.1"),
        (250, 251),
        (250, None),
        (True, False),
        ("high", "low"),
        (["a", "b"], ["a"]),
        (["a", "b"], ["b", "a"]),
        (["a"], "a"),
        ({"a": 1}, {"a": 2}),
        ("a fox", "a fox "),
    ],
)
def test_another_value_is_a_change(sent: object, recorded: object) -> None:
    assert not diff.same(sent, recorded)
    found = compared({"field": sent, "other": 1}, {"field": recorded, "other": 1})
    assert found == Diff(changed={"field": (sent, recorded)})
    assert found.surprises


def test_what_is_missing_was_dropped_and_what_is_new_was_added() -> None:
    found = compared(
        SENT, {"taskType": "mj_txt2img", "prompt": "a fox", "speed": "fast", "seed": 5} | DEFAULTS
    )
    assert found.changed == {"speed": ("relaxed", "fast")}
    assert found.dropped == {"version": "7", "stylization": 250}
    assert found.added == {"seed": 5}
    assert found.defaults == DEFAULTS
    assert str(found) == (
        "speed 'relaxed' became 'fast'; version '7' was dropped; "
        "stylization 250 was dropped; seed 5 was added"
    )


def test_a_default_of_another_value_is_a_surprise() -> None:
    found = compared(SENT, SENT | {"motion": "low", "videoBatchSize": 4, "enableTranslation": False})
    assert found.added == {"motion": "low", "videoBatchSize": 4, "enableTranslation": False}
    assert found.defaults == {}


@pytest.mark.parametrize("empty", [None, "", []])
def test_an_empty_field_was_not_added(empty: object) -> None:
    assert compared(SENT, SENT | {"waterMark": empty}) == Diff()


def test_the_callback_url_is_in_no_difference() -> None:
    """Who knows it can send hints."""
    hook = {"callBackUrl": "https://example.com/secret"}
    assert compared(SENT | hook, SENT) == Diff()
    assert compared(SENT, SENT | hook) == Diff()


@pytest.mark.parametrize("text", [None, "", "{", "[]", "7", "null", "{}"])
def test_a_record_without_readable_parameters_has_no_difference(text: str | None) -> None:
    assert compare(json.dumps(SENT), text) is None


@pytest.mark.parametrize("text", [None, "", "{", "[]", "{}"])
def test_a_difference_that_cannot_be_read_is_an_empty_one(text: str | None) -> None:
    assert read_diff(text) == Diff()


# ---- on the task, in the frame, in the display ----


def task_of(made: object) -> Task:
    assert isinstance(made, Task)
    return made


def settled(session: Session, troubled: Faulty, recorded: str | None) -> Task:
    """Return a task whose record has these parameters."""
    urls = ["https://127.0.0.1:9/none.jpeg"]

    def answer(seen: Seen) -> Any:
        return record(1, urls, taskId=seen.query["taskId"][0], paramJson=recorded)

    troubled.script(RECORD, *[answer] * 3)
    return task_of(session.imagine("a fox --relax --v 7 --s 250", wait=True))


@pytest.fixture
def through(troubled: Faulty, sandbox: Sandbox, tmp_path: Any) -> Any:
    with Session(
        base_url=troubled.url, api_key=sandbox.key, time_scale=300, data_dir=tmp_path / "d"
    ) as opened:
        yield opened


def test_surprises_are_on_the_task_in_the_frame_and_in_the_display(
    through: Session, troubled: Faulty
) -> None:
    odd = {"taskType": "mj_txt2img", "prompt": "a fox", "speed": "Relax", "version": 7, "stylization": 100}
    task = settled(through, troubled, json.dumps(odd | {"seed": "<b>5</b>"} | DEFAULTS))
    assert task.diff == Diff(
        changed={"stylization": (250, 100)}, added={"seed": "<b>5</b>"}, defaults=DEFAULTS
    )
    told = json.loads(through.tasks()["param_diff"][0])
    assert told == {
        "changed": {"stylization": [250, 100]},
        "added": {"seed": "<b>5</b>"},
        "defaults": DEFAULTS,
    }
    page = task._repr_mimebundle_()[0]["text/html"]
    assert "the service changed it: <bdi>stylization 250 became 100; seed" in page
    assert "<b>5" not in page


def test_defaults_alone_are_in_the_frame_and_not_in_the_display(session: Session) -> None:
    task = task_of(session.imagine("a fox", wait=True))
    assert task.diff == Diff(defaults=DEFAULTS)
    assert json.loads(session.tasks()["param_diff"][0]) == {"defaults": DEFAULTS}
    assert "the service changed it" not in task._repr_mimebundle_()[0]["text/html"]


def test_the_sandboxs_omni_reference_shows_the_default_speed(session: Session) -> None:
    fox = task_of(session.imagine("a fox", wait=True))
    keeper = task_of(session.imagine("a keeper", file_urls=fox.images[0], ow=5, wait=True))
    assert keeper.diff == Diff(defaults=DEFAULTS | {"speed": "fast"})


def test_a_follow_up_has_none(session: Session) -> None:
    fox = task_of(session.imagine("a fox", wait=True))
    for task in (fox.upscale(2, wait=True), fox.vary(4, wait=True)):
        assert task_of(task).diff == Diff()


@pytest.mark.parametrize("text", [None, "{broken", "[1]"])
def test_a_broken_text_of_the_service_loses_neither_the_task_nor_the_text(
    through: Session, troubled: Faulty, text: str | None
) -> None:
    task = settled(through, troubled, text)
    assert task.state == "succeeded"
    assert task.diff is None
    assert through.tasks()["server_param_json"][0] == text
    assert through.tasks()["param_diff"][0] is None


def test_a_running_task_has_no_difference_yet(session: Session) -> None:
    assert task_of(session.imagine("a fox --relax")).diff is None
