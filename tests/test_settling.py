"""Unknown tasks settled by the account's credits: only when nothing else can have moved them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from faulty import until

from mjnb import errors
from mjnb.errors import InvalidRequest
from mjnb.ledger import Sent
from mjnb.sandbox import Fault, Sandbox
from mjnb.sessions import Session
from mjnb.tracking.settling import read_credits

FOX = 8.0  # credits of a fast task


@pytest.fixture
def server() -> Iterator[Sandbox]:
    with Sandbox(time_scale=2000.0, long_side=64) as running:
        yield running


@pytest.fixture
def desk(server: Sandbox, tmp_path: Path) -> Iterator[Session]:
    with Session(sandbox=server, data_dir=tmp_path / "data") as opened:
        yield opened


def lose(server: Sandbox, desk: Session, prompt: str = "a fox", *, taken: bool = False) -> str:
    """Send a request whose answer is lost, and return its own id."""
    server.faults.add(Fault("drop_after" if taken else "drop_before", on="submit", next=1))
    with pytest.raises(errors.AnswerLost):
        desk.imagine(prompt)
    return str(desk.tasks()["id"][-1])


def verdict(desk: Session, name: str) -> str:
    """Ask the credits, once the service can no longer take it; return the state, or why it stays unknown."""
    said: list[str] = []

    def is_told() -> bool:
        try:
            said[:] = [desk.resolve(name, "credits").state]
        except InvalidRequest as error:
            said[:] = [error.message]
        return "may still take it" not in said[0]

    until(is_told)
    return said[0]


def test_what_never_was_paid_is_lost_and_may_be_sent_again(server: Sandbox, desk: Session) -> None:
    desk.credits()
    lost = lose(server, desk)
    sweep = desk.sweep("a fox")
    assert sweep.plan().to_pay == 0
    assert verdict(desk, lost) == "rejected"
    assert desk.tasks()["error"][0] == "settled by the account's credits: lost"
    assert sweep.run().plan().states == ("succeeded",)
    assert len(server.account.tasks) == 1


def test_what_was_paid_stays_unknown_until_its_id_is_known(server: Sandbox, desk: Session) -> None:
    desk.credits()
    paid = lose(server, desk, taken=True)
    assert "it was paid: 8 credits are missing" in verdict(desk, paid)
    assert desk.task(paid).state == "unknown"
    (task_id,) = server.account.tasks
    assert desk.resolve(paid, task_id).wait().state == "succeeded"


def test_a_sweep_reads_the_credits_before_it_pays(server: Sandbox, desk: Session) -> None:
    server.faults.add(Fault("drop_before", on="submit", next=1))
    sweep = desk.sweep("a fox", stylization=[0, 100, 200]).run()
    (lost,) = desk.tasks().filter(desk.tasks()["state"] == "unknown")["id"]
    assert verdict(desk, lost) == "rejected"
    assert set(sweep.run().plan().states) == {"succeeded"}
    assert len(server.account.tasks) == 3


def test_without_a_reading_before_it_the_credits_say_nothing(server: Sandbox, desk: Session) -> None:
    lost = lose(server, desk)
    desk.credits()  # too late: not read at a quiet moment
    with pytest.raises(InvalidRequest, match="were not read before"):
        desk.resolve(lost, "credits")


def test_somebody_else_on_the_account_leaves_it_open(server: Sandbox, desk: Session, tmp_path: Path) -> None:
    desk.credits()
    lost = lose(server, desk)
    with Session(sandbox=server, data_dir=tmp_path / "another") as other:
        other.imagine("an owl", speed="turbo")
    assert "16 credits are missing" in verdict(desk, lost)
    assert desk.task(lost).state == "unknown"


def test_a_task_that_failed_since_leaves_it_open(server: Sandbox, desk: Session) -> None:
    server.faults.add(Fault("fail", on="submit", next=1), Fault("code", on="status"))
    failing = desk.imagine("a cat")
    desk.credits()  # while it is not known to have failed: else the reading would not count
    server.faults.clear()
    with pytest.raises(errors.TaskFailed):
        failing.wait()
    assert "refunded" in verdict(desk, lose(server, desk))


def test_a_moment_ago_is_too_soon(sandbox: Sandbox, session: Session) -> None:
    session.credits()
    lost = lose(sandbox, session)
    with pytest.raises(InvalidRequest, match="may still take it"):
        session.resolve(lost, "credits")


def test_no_reading_replaces_one_that_an_unknown_task_needs(server: Sandbox, desk: Session) -> None:
    balances = desk.tracker.ledger.balances
    desk.credits()
    purse = desk.tracker.payer.name or desk.tracker.account
    before = balances.last(purse)
    lose(server, desk)
    desk.credits()
    assert balances.last(purse) == before
    assert balances.quiet(desk.tracker.account) is None


def test_a_reading_that_something_was_sent_during_does_not_count(desk: Session) -> None:
    balances, account = desk.tracker.ledger.balances, desk.tracker.account
    before = balances.quiet(account)
    assert before is not None
    desk.imagine("a fox", wait=True)
    assert not balances.note(account, account, 10_000.0, before)
    assert balances.last(account) is None


@pytest.mark.parametrize(
    ("missing", "states", "says"),
    [
        (0.0, ["unknown"], ""),
        (FOX, ["succeeded", "unknown"], ""),
        (FOX, ["unknown"], "it was paid: 8 credits"),
        (2 * FOX, ["unknown", "unknown"], "all 2 unknown tasks were paid"),
        (2 * FOX, ["submitted", "unknown", "unknown", "unknown"], "1 of 3 unknown tasks were paid"),
        (3.0, ["unknown"], "something else moved them"),
        (-FOX, ["unknown"], "something else moved them"),
        (0.0, ["unknown", "failed"], "refunded"),
        (0.0, ["unknown", "rejected"], ""),
    ],
)
def test_what_missing_credits_show(missing: float, states: list[str], says: str) -> None:
    found = read_credits(missing, [Sent(str(n), state, FOX) for n, state in enumerate(states)])
    assert says in found
    assert bool(says) == bool(found)
