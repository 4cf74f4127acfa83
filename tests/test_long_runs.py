"""A session that works for long holds what is needed, and no more; `make proof` runs 3,000 tasks in one."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from faulty import until

from mjnb import tracking
from mjnb.errors import AnswerLost
from mjnb.sandbox import Fault, Sandbox
from mjnb.sessions import Session

KEPT = 5


@pytest.fixture(autouse=True)
def small_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracking.tracker, "LATEST", KEPT)
    monkeypatch.setattr(tracking.hints, "SETTLED", KEPT)
    monkeypatch.setattr(tracking.polling, "MOST", KEPT)


def test_settled_tasks_are_let_go_and_each_has_one_handle_while_anybody_holds_it(session: Session) -> None:
    sweep = session.sweep("a fox", stylization=range(20)).run()
    held = [task for task in sweep.tasks if task is not None]
    assert len({id(task) for task in held}) == 20
    assert all(session.task(task.id) is task for task in held)
    mine, nonce, names = held[0], held[1].entry.nonce, [task.id for task in held]
    del sweep, held
    gc.collect()
    assert 0 < len(session.tracker.tasks) <= KEPT + 2, "the latest, mine, and the loop's variable"
    assert session.task(mine.id) is mine
    again = [session.task(name) for name in names]
    assert [len(task.images) for task in again] == [4] * 20
    assert [task.done for task in again] == [True] * 20
    assert again[0] is mine
    assert again[1].entry.nonce == nonce


def test_late_callbacks_of_settled_tasks_are_still_ours_and_wake_nobody(session: Session) -> None:
    tasks = [session.imagine(f"a fox {number}", wait=True) for number in range(KEPT)]
    tracker = session.tracker
    until(lambda: not tracker.following.under_way, 60)

    async def wake() -> list[bool]:
        nonces = [*(task.entry.nonce for task in tasks), "0" * 32]
        return [tracker.wake(nonce, tasks[0].task_id) for nonce in nonces]

    assert tracker.loop.run(wake()) == [True] * KEPT + [False]
    assert not tracker.following.under_way


def test_what_is_not_settled_is_held_though_nobody_else_holds_it(sandbox: Sandbox, tmp_path: Path) -> None:
    """A callback can still make an unknown task known, and a running one is brought home."""
    with Session(sandbox=sandbox, data_dir=tmp_path / "data") as session:
        session.imagine("a hare", wait=True)
        sandbox.faults.add(Fault("drop_after", on="submit", next=1))
        with pytest.raises(AnswerLost):
            session.imagine("a fox")
        running = session.imagine("an owl").id
        gc.collect()
        (name,) = [task.id for task in session.tracker.tasks.values() if task.state == "unknown"]
        assert session.task(running).wait(60).state == "succeeded"
        unknown = session.task(name)
        (orphan,) = set(sandbox.account.tasks) - set(session.tasks()["task_id"])
        session.tracker.loop.call(session.tracker.wake, unknown.entry.nonce, orphan)
        until(lambda: unknown.state == "succeeded", 60)
