"""The fault matrix: every fault in every place where money or pictures could be lost, and what comes of it.

The sandbox's own books are the witness: how many submits it saw and how many tasks it made.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from faulting import ALONE, mixture, sweep_under

from mjnb import errors
from mjnb.errors import MJError
from mjnb.sandbox import Fault, Faults, Sandbox
from mjnb.sessions import Session

SCALE, SIDE = 150.0, 64
REFUSED: dict[int, type[MJError]] = {
    400: errors.BadRequest,
    401: errors.AuthError,
    402: errors.InsufficientCredits,
    404: errors.NotFound,
    422: errors.ValidationFailed,
    433: errors.DailyLimit,
    505: errors.FeatureDisabled,
}


@pytest.fixture
def server() -> Iterator[Sandbox]:
    with Sandbox(time_scale=SCALE, long_side=SIDE, faults=Faults(seed=1)) as running:
        yield running


@pytest.fixture
def desk(server: Sandbox, tmp_path: Path, short_timeout: None) -> Iterator[Session]:
    with Session(sandbox=server, data_dir=tmp_path / "data") as opened:
        yield opened


def strike(server: Sandbox, kind: str, place: str, **how: Any) -> None:
    server.faults.add(Fault(kind, on=place, next=1, **how))


def rows(session: Session) -> list[tuple[str, str | None]]:
    frame = session.tasks()
    return list(zip(frame["state"], frame["task_id"], strict=True))


# ---- submit ----


@pytest.mark.parametrize(("code", "kind"), REFUSED.items())
def test_a_refused_submit_is_told_and_not_sent_again(
    server: Sandbox, desk: Session, code: int, kind: type[MJError]
) -> None:
    strike(server, "code", "submit", code=code)
    with pytest.raises(kind):
        desk.imagine("a fox")
    assert rows(desk) == [("rejected", None)]
    assert (server.faults.requests("submit"), len(server.account.tasks)) == (1, 0)


@pytest.mark.parametrize("code", [429, 455])
def test_a_refusal_that_passes_is_sent_again_and_paid_once(server: Sandbox, desk: Session, code: int) -> None:
    strike(server, "code", "submit", code=code)
    assert desk.imagine("a fox", wait=True).state == "succeeded"
    assert (server.faults.requests("submit"), len(server.account.tasks)) == (2, 1)


AMBIGUOUS: list[tuple[str, dict[str, Any], int]] = [
    ("code", {"code": 500}, 0),
    ("code", {"code": 499}, 0),
    ("code", {"code": 501}, 0),
    ("page", {"code": 502}, 0),
    *[("page_after", {"code": code}, 1) for code in (400, 408, 409, 499, 502, 524)],
    ("echo", {"code": 500}, 0),
    ("drop_before", {}, 0),
    ("drop_after", {}, 1),
    ("silence_before", {}, 0),
    ("silence_after", {}, 1),
    ("truncated", {}, 1),
]


@pytest.mark.parametrize(("kind", "how", "made"), AMBIGUOUS)
def test_an_unclear_submit_is_unknown_and_never_sent_again(
    server: Sandbox, desk: Session, kind: str, how: dict[str, Any], made: int
) -> None:
    strike(server, kind, "submit", **how)
    with pytest.raises((errors.AnswerLost, errors.ServerError)):
        desk.imagine("a fox")
    assert rows(desk) == [("unknown", None)]
    sweep = desk.sweep("a fox", stylization=[0])
    assert sweep.plan().to_pay == 1, "another request is another matter"
    assert (server.faults.requests("submit"), len(server.account.tasks)) == (1, made)


@pytest.mark.parametrize("code", [400, 401, 402, 404, 422, 429, 433, 455, 500, 501, 505])
def test_an_answer_that_names_a_task_is_no_refusal_and_its_record_settles_it(
    server: Sandbox, desk: Session, code: int
) -> None:
    strike(server, "named", "submit", code=code, message="no")
    with pytest.raises(errors.ServerError, match="names task"):
        desk.imagine("a fox")
    own_id = desk.tasks()["id"][0]
    until(lambda: desk.task(own_id).state == "succeeded", 120)
    assert [image.state for image in desk.task(own_id).wait(120).images] == ["stored"] * 4
    assert (server.faults.requests("submit"), len(server.account.tasks)) == (1, 1)


def test_a_page_that_refuses_is_a_refusal(server: Sandbox, desk: Session) -> None:
    strike(server, "page", "submit", code=403)
    with pytest.raises(errors.AuthError):
        desk.imagine("a fox")
    assert rows(desk) == [("rejected", None)]


def test_a_slow_answer_is_an_answer(server: Sandbox, desk: Session) -> None:
    strike(server, "slow", "submit", seconds=0.5)
    assert desk.imagine("a fox", wait=True).state == "succeeded"


@pytest.mark.parametrize("flag", [2, 3])
def test_a_task_that_fails_says_why(server: Sandbox, desk: Session, flag: int) -> None:
    strike(server, "fail", "submit", flag=flag, message="moderated")
    task = desk.imagine("a fox")
    with pytest.raises(errors.TaskFailed, match="moderated"):
        task.wait()
    assert rows(desk) == [("failed", task.task_id)]


# ---- status ----


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("code", {"code": 401}),
        ("code", {"code": 422}),
        ("code", {"code": 429}),
        ("code", {"code": 500}),
        ("code", {"code": 499}),
        ("page", {"code": 403}),
        ("page", {"code": 502}),
        ("drop_before", {}),
        ("drop_after", {}),
        ("silence_before", {}),
        ("silence_after", {}),
        ("slow", {"seconds": 0.3}),
        ("truncated", {}),
        ("null", {"seconds": 0.05}),
        ("late", {"seconds": 0.05}),
        ("foreign", {}),
        ("echo", {"code": 401}),
        ("skew", {"seconds": 7200.0}),
        ("skew", {"seconds": -7200.0}),
    ],
)
def test_trouble_while_looking_never_loses_the_task(
    server: Sandbox, desk: Session, kind: str, how: dict[str, Any]
) -> None:
    strike(server, kind, "status", **how)
    task = desk.imagine("a fox", wait=True)
    assert task.state == "succeeded"
    assert [image.state for image in task.images] == ["stored"] * 4
    assert [struck.fault.kind for struck in server.faults.log] == [kind]


# ---- download ----


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("page", {"code": 502}),
        ("drop_before", {}),
        ("drop_after", {}),
        ("silence_before", {}),
        ("silence_after", {}),
        ("slow", {"seconds": 0.3}),
        ("truncated", {}),
    ],
)
def test_a_download_that_breaks_is_tried_again(
    server: Sandbox, desk: Session, kind: str, how: dict[str, Any]
) -> None:
    strike(server, kind, "download", **how)
    task = desk.imagine("a fox", wait=True)
    assert [image.state for image in task.images] == ["stored"] * 4
    assert len(server.faults.log) == 1


@pytest.mark.parametrize(("kind", "how"), [("page", {"code": 404}), ("wrong_type", {})])
def test_a_bad_file_is_an_error_on_that_picture_alone(
    server: Sandbox, desk: Session, kind: str, how: dict[str, Any]
) -> None:
    strike(server, kind, "download", **how)
    task = desk.imagine("a fox", wait=True)
    assert task.state == "succeeded"
    assert sorted(image.state for image in task.images) == ["error", "stored", "stored", "stored"]
    assert [image.state for image in task.fetch().images] == ["stored"] * 4


# ---- credit and upload ----


@pytest.mark.parametrize("kind", ["drop_before", "truncated", "slow"])
def test_credits_are_asked_for_again(server: Sandbox, desk: Session, kind: str) -> None:
    strike(server, kind, "credit", **({"seconds": 0.2} if kind == "slow" else {}))
    assert desk.credits() == 10_000.0


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "truncated"])
def test_an_upload_that_breaks_is_repeated_and_nothing_is_paid_for_it(
    server: Sandbox, desk: Session, kind: str, tmp_path: Path
) -> None:
    from PIL import Image

    Image.new("RGB", (64, 64), "red").save(tmp_path / "mine.png")
    strike(server, kind, "upload")
    task = desk.imagine("the same in blue", file_urls=tmp_path / "mine.png", wait=True)
    assert task.task_type == "mj_img2img"
    assert (server.faults.requests("submit"), len(server.account.tasks)) == (1, 1)


# ---- whole sweeps; `make proof` does them with 200 tasks, and under every fault alone ----


@pytest.mark.parametrize("name", ["mixed", "submit-code-passing", "submit-drop_after"])
def test_a_sweep_in_trouble_pays_every_cell_once(name: str, tmp_path: Path) -> None:
    faults = mixture(0.2) if name == "mixed" else ALONE[name]
    assert sweep_under(faults, tmp_path, cells=20, seed=1).struck > 0


# ---- callback ----


@pytest.fixture
def told(tmp_path: Path, short_timeout: None) -> Iterator[tuple[Sandbox, Session]]:
    """A sandbox that signs its callbacks, and a session that takes them."""
    with (
        Sandbox(time_scale=SCALE, long_side=SIDE, faults=Faults(seed=1), webhook_key="secret") as running,
        Session(sandbox=running, data_dir=tmp_path / "data", webhook_key="secret") as opened,
    ):
        opened.callbacks()
        yield running, opened


@pytest.mark.parametrize(
    ("kind", "how", "counted"),
    [
        ("lost", {}, ""),
        ("duplicate", {}, "duplicates"),
        ("intermediate", {}, "intermediate"),
        ("skew", {"seconds": -7200.0}, "late"),
        ("skew", {"seconds": 7200.0}, "late"),
    ],
)
def test_a_callback_in_trouble_changes_nothing(
    told: tuple[Sandbox, Session], kind: str, how: dict[str, Any], counted: str
) -> None:
    server, session = told
    strike(server, kind, "callback", **how)
    task = session.imagine("a fox", wait=True)
    assert task.state == "succeeded"
    assert [image.state for image in task.images] == ["stored"] * 4
    until(lambda: bool(server.faults.log))
    if counted:
        until(lambda: getattr(session.callbacks().counts, counted) >= 1)


@pytest.mark.parametrize("kind", ["drop_after", "silence_after", "truncated"])
def test_a_lost_submit_answer_is_recovered_through_its_nonce(
    told: tuple[Sandbox, Session], kind: str
) -> None:
    server, session = told
    strike(server, kind, "submit")
    with pytest.raises((errors.AnswerLost, errors.ServerError)):
        session.imagine("a fox")
    own_id = session.tasks()["id"][0]
    until(lambda: session.task(own_id).state == "succeeded")
    task = session.task(own_id).wait()
    assert [image.state for image in task.images] == ["stored"] * 4
    assert (server.faults.requests("submit"), list(server.account.tasks)) == (1, [task.task_id])


def until(true: Callable[[], bool], seconds: float = 300.0) -> None:
    """Wait until something is true, or fail."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)
