"""Budgets: held before anything is sent, by many threads at once, and given back for what was not paid."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from databases import places
from faulty import GENERATE, Drop, Faulty, Lost, envelope

from mjnb import errors
from mjnb.ledger import Intent
from mjnb.sandbox import Fault, Sandbox
from mjnb.sessions import Session
from mjnb.tracking import Task
from mjnb.tracking.budget import Budget


@contextmanager
def allowed(server: Sandbox | Faulty, folder: Path, credits: float | None, **more: Any) -> Iterator[Session]:
    """Open a session that may spend so much."""
    with Session(
        base_url=server.url,
        api_key="sandbox",
        time_scale=300,
        data_dir=folder / "data",
        max_credits=credits,
        **more,
    ) as session:
        yield session


def outcome(do: Callable[[], Any]) -> str:
    try:
        do()
    except errors.MJError as error:
        return type(error).__name__
    return "sent"


# ---- a session's ----


def test_a_budget_stops_before_it_is_crossed(sandbox: Sandbox, tmp_path: Path) -> None:
    with allowed(sandbox, tmp_path, 20) as session:
        session.imagine("a fox")
        session.imagine("a hare")
        with pytest.raises(errors.BudgetExceeded, match="8 credits, 4 of 20 are left") as refused:
            session.imagine("a hound")
        assert "Nothing was sent" in refused.value.hint
        session.imagine("a hound --relax")
        assert session.spent == 19
        assert (sandbox.account.submits, sandbox.account.credits) == (3, 10_000 - 19)
        assert len(session.tasks()) == 3


def test_the_last_credit_may_be_spent(sandbox: Sandbox, tmp_path: Path) -> None:
    with allowed(sandbox, tmp_path, 16) as session:
        session.imagine("a fox --turbo")
        assert outcome(lambda: session.imagine("a hare --relax")) == "BudgetExceeded"


def test_no_budget_lets_free_things_through_only(sandbox: Sandbox, tmp_path: Path) -> None:
    with allowed(sandbox, tmp_path, 8) as session:
        fox = session.imagine("a fox", wait=True)
        assert isinstance(fox, Task)
        assert outcome(lambda: fox.upscale(1)) == "sent"
        assert outcome(lambda: session.animate(fox.images[0], "it runs")) == "BudgetExceeded"
    with allowed(sandbox, tmp_path, 0) as session:
        assert outcome(lambda: session.imagine("a hare --relax")) == "BudgetExceeded"


def test_every_verb_is_held(sandbox: Sandbox, tmp_path: Path) -> None:
    with allowed(sandbox, tmp_path, 8, prices={"upscale": 1, "vary": 1}) as session:
        fox = session.imagine("a fox", wait=True)
        assert isinstance(fox, Task)
        before = sandbox.account.submits
        url = "https://files.example.com/a.png"
        for do in (
            lambda: session.imagine("a hare"),
            lambda: session.animate(url, "it runs"),
            lambda: fox.upscale(1),
            lambda: fox.images[0].vary(),
            lambda: session.sweep("a hare", stylization=[0, 50]).run(),
        ):
            assert outcome(do) == "BudgetExceeded"
        assert sandbox.account.submits == before
        assert session.tasks()["state"].to_list() == ["succeeded"]


def test_the_price_table_decides(sandbox: Sandbox, tmp_path: Path) -> None:
    with allowed(sandbox, tmp_path, 10, prices={"fast": 6}) as session:
        session.imagine("a fox")
        assert outcome(lambda: session.imagine("a hare")) == "BudgetExceeded"
        assert session.spent == 6


def test_many_threads_never_cross_it_and_leave_no_half_made_rows(sandbox: Sandbox, tmp_path: Path) -> None:
    with allowed(sandbox, tmp_path, 20) as session, ThreadPoolExecutor(8) as pool:
        ends = Counter(pool.map(lambda n: outcome(lambda: session.imagine(f"fox {n}")), range(8)))
        assert ends == {"sent": 2, "BudgetExceeded": 6}
        assert session.spent == 16
        assert sandbox.account.submits == 2
        assert not set(session.tasks()["state"]) & {"intent", "unknown"}
        assert len(session.tasks()) == 2


def test_a_dry_run_takes_nothing_from_it(sandbox: Sandbox, tmp_path: Path) -> None:
    with allowed(sandbox, tmp_path, 8) as session:
        session.imagine("a fox", dry_run=True)
        assert session.spent == 0
        assert outcome(lambda: session.imagine("a fox")) == "sent"


def test_a_session_that_opens_again_has_spent_what_it_had(sandbox: Sandbox, tmp_path: Path) -> None:
    with allowed(sandbox, tmp_path, 10) as session:
        session.imagine("a fox")
        session.close()
        assert outcome(lambda: session.imagine("a hare")) == "BudgetExceeded"
        assert session.spent == 8


# ---- what is given back ----


def test_a_refused_submit_gives_its_credits_back(troubled: Faulty, tmp_path: Path) -> None:
    with allowed(troubled, tmp_path, 8) as session:
        troubled.script(GENERATE, envelope(code=402, msg="no credits"), envelope(code=422, msg="no"))
        assert outcome(lambda: session.imagine("a fox")) == "InsufficientCredits"
        assert outcome(lambda: session.imagine("a fox")) == "ValidationFailed"
        assert session.spent == 0
        assert outcome(lambda: session.imagine("a fox")) == "sent"
        assert session.spent == 8


def test_a_submit_sent_again_after_429_counts_once(troubled: Faulty, tmp_path: Path) -> None:
    with allowed(troubled, tmp_path, 8) as session:
        troubled.script(GENERATE, *[envelope(code=429, msg="too often")] * 2)
        session.imagine("a fox")
        assert (session.spent, troubled.count(GENERATE)) == (8, 3)


def test_a_submit_that_never_left_gives_its_credits_back(faulty: Faulty, tmp_path: Path) -> None:
    with Session(
        base_url="http://127.0.0.1:9", api_key="k", time_scale=300, data_dir=tmp_path, max_credits=8
    ) as session:
        assert outcome(lambda: session.imagine("a fox")) == "NotConnected"
        assert session.spent == 0


@pytest.mark.parametrize("deed", [Lost(), Drop()])
def test_one_whose_answer_was_lost_counts_as_spent(troubled: Faulty, tmp_path: Path, deed: Any) -> None:
    with allowed(troubled, tmp_path, 8) as session:
        troubled.script(GENERATE, deed)
        assert outcome(lambda: session.imagine("a fox")) == "AnswerLost"
        assert session.spent == 8
        assert outcome(lambda: session.imagine("a fox")) == "BudgetExceeded"
        assert troubled.count(GENERATE) == 1


def test_a_cell_that_is_there_already_costs_nothing_twice(sandbox: Sandbox, tmp_path: Path) -> None:
    with allowed(sandbox, tmp_path, 16) as session:
        session.sweep("a fox", stylization=[0, 50]).run()
        assert session.spent == 16
        again = session.sweep("a fox", stylization=[0, 50]).run()
        assert (session.spent, sandbox.account.submits, again.errors) == (16, 2, {})


# ---- a sweep's ----


def test_a_sweep_above_its_own_limit_sends_nothing(session: Session, sandbox: Sandbox) -> None:
    sweep = session.sweep("a fox", stylization=[0, 50, 100])
    with pytest.raises(errors.BudgetExceeded, match="24 credits, 20 are allowed"):
        sweep.run(max_credits=20)
    assert (sandbox.account.submits, len(session.tasks())) == (0, 0)
    sweep.run(max_credits=24)
    assert (sandbox.account.submits, session.spent) == (3, 24)
    assert sweep.run(max_credits=0).errors == {}  # all is paid


def test_a_sweep_is_held_by_the_sessions_budget_as_a_whole(sandbox: Sandbox, tmp_path: Path) -> None:
    with allowed(sandbox, tmp_path, 20) as session:
        with pytest.raises(errors.BudgetExceeded, match="24 credits, 20 of 20 are left"):
            session.sweep("a fox", stylization=[0, 50, 100]).run()
        assert sandbox.account.submits == 0


def test_two_sweeps_at_once_stay_below_it(sandbox: Sandbox, tmp_path: Path) -> None:
    with allowed(sandbox, tmp_path, 40) as session:
        sweeps = [session.sweep(f"a {name}", stylization=[0, 50, 100, 150]) for name in ("fox", "hare")]
        with ThreadPoolExecutor(2) as pool:
            ends = list(pool.map(lambda sweep: outcome(sweep.run), sweeps))
        assert session.spent <= 40
        assert sandbox.account.submits * 8 == session.spent >= 32
        assert "sent" in ends
        assert not set(session.tasks()["state"]) & {"intent", "unknown"}


# ---- an owner's: what the ledger says was spent for them ----


@pytest.fixture(params=["sqlite", "postgres"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    server = request.getfixturevalue("postgres") if request.param == "postgres" else None
    for place in places(request.param, tmp_path / "shared", server):
        yield place.url


def test_an_owners_budget_outlives_the_session(sandbox: Sandbox, tmp_path: Path, ledger_url: str) -> None:
    with allowed(sandbox, tmp_path, 20, ledger=ledger_url, owner="ada") as session:
        session.imagine("a fox")
        session.imagine("a hare")
    with allowed(sandbox, tmp_path / "elsewhere", 20, ledger=ledger_url, owner="ada") as session:
        with pytest.raises(errors.BudgetExceeded, match="4 of 20 are left in the budget of ada"):
            session.imagine("a hound")
        assert session.spent == 16
        assert session.sweep("a hound", stylization=[0, 50]).plan().left == 4
        assert session.imagine("a hound", speed="relaxed").state == "submitted"
    with allowed(sandbox, tmp_path, 20, ledger=ledger_url, owner="bob") as session:
        assert (session.spent, outcome(lambda: session.imagine("a hound"))) == (0, "sent")
        assert session.tasks()["owner"].to_list() == ["ada", "ada", "ada", "bob"]


def test_many_sessions_of_one_owner_spend_no_more_than_one(
    sandbox: Sandbox, tmp_path: Path, ledger_url: str
) -> None:
    how = {"sandbox": sandbox, "ledger": ledger_url, "max_credits": 20, "owner": "ada"}
    sessions = [Session(data_dir=tmp_path / str(number), **how) for number in range(4)]
    with ThreadPoolExecutor(8) as pool:
        asked = [lambda s=session, n=n: s.imagine(f"fox {n}") for n, session in enumerate(sessions * 2)]
        ends = Counter(pool.map(outcome, asked))
    for session in sessions:
        session.close()
    assert ends == {"sent": 2, "BudgetExceeded": 6}
    assert sandbox.account.submits == 2


def test_what_was_refused_is_not_counted_for_an_owner(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.faults.add(Fault("code", on="submit", code=402, next=1))
    with allowed(sandbox, tmp_path, 20, owner="ada") as session:
        assert outcome(lambda: session.imagine("a fox")) == "InsufficientCredits"
        assert session.spent == 0
        assert outcome(lambda: session.sweep("a fox", stylization=[0, 50]).run()) == "sent"
        assert session.spent == 16


def test_a_refused_request_is_not_sent_again_above_its_owners_limit(sandbox: Sandbox, tmp_path: Path) -> None:
    with allowed(sandbox, tmp_path, 20, owner="ada") as session:
        ledger, (request, account) = session.tracker.ledger, _asked(session)
        own_id, _ = ledger.intend(Intent(request, account, "u", 8.0, owner="ada", limit=8))
        ledger.rejected(own_id, "too many", 429)
        ledger.intend(Intent(request, account, "u", 8.0, owner="ada", limit=8))
        with pytest.raises(errors.BudgetExceeded, match="0 of 8 are left in the budget of ada"):
            ledger.again(own_id, Intent(request, account, "u", 8.0, limit=8))
        assert session.task(own_id).state == "rejected"
        assert ledger.again(own_id, Intent(request, account, "u", 8.0, limit=16)) == (own_id, True)


def _asked(session: Session) -> tuple[Any, str]:
    return session.imagine("a fox", dry_run=True).request, session.desk.account


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 101, 7])
def test_an_owner_that_is_no_name_is_refused(name: Any, tmp_path: Path) -> None:
    if name == "":  # says nothing, as an empty variable does
        assert Session(data_dir=tmp_path, owner=name).settings.owner == ""
        return
    with pytest.raises(errors.ConfigError, match="owner"):
        Session(data_dir=tmp_path, owner=name)


# ---- limits that are none ----


@pytest.mark.parametrize("limit", [math.nan, -1, True, "20"])
def test_a_limit_that_is_no_amount_is_refused_when_the_session_is_made(limit: Any, tmp_path: Path) -> None:
    with pytest.raises(errors.ConfigError, match="max_credits"):
        Session(data_dir=tmp_path, max_credits=limit)


@pytest.mark.parametrize(("name", "price"), [("fats", 1), ("fast", math.nan), ("fast", -1), ("fast", "8")])
def test_a_price_that_is_none_is_refused_when_the_session_is_made(
    name: str, price: Any, tmp_path: Path
) -> None:
    with pytest.raises(errors.ConfigError, match=name):
        Session(data_dir=tmp_path, prices={name: price})


def test_many_threads_take_no_more_than_there_is() -> None:
    budget = Budget(1000)
    with ThreadPoolExecutor(8) as pool:
        ends = Counter(pool.map(lambda _: outcome(lambda: budget.take(3)), range(1000)))
    assert ends == {"sent": 333, "BudgetExceeded": 667}
    assert budget.spent == 999
    budget.give_back(999)
    assert outcome(lambda: budget.take(1000)) == "sent"


# ---- binary fractions ----

FRACTIONS = (  # the price of a task, a limit, and how many tasks fit into it exactly
    (0.1, 0.3, 3),
    (0.1, 0.8, 8),
    (0.7, 2.1, 3),
    (1.1, 3.3, 3),
    (0.05, 0.15, 3),
    (2.2, 6.6, 3),
    (0.3, 0.9, 3),
    (1.4, 4.2, 3),
    (1000.1, 3000.3, 3),
)


@pytest.mark.parametrize("owner", [None, "jo"])
def test_money_is_compared_exactly_whatever_binary_fractions_make_of_it(
    sandbox: Sandbox, tmp_path: Path, owner: str | None
) -> None:
    """By a session's budget, an owner's in the ledger, a plan, a run's own limit, and before it is asked."""
    for price, limit, fits in FRACTIONS:
        prices, folder = {"fast": price}, tmp_path / f"{price}-{limit}"
        with allowed(sandbox, folder, limit, owner=owner, prices=prices, ask_above=limit) as session:
            before = sandbox.account.submits
            cells = session.sweep("a fox", stylization=range(fits))
            assert not cells.plan().is_over_budget, (price, limit)
            cells.run(max_credits=limit)  # neither refused nor asked for
            assert session.sweep("a fox", stylization=[fits]).plan().is_over_budget
            with pytest.raises(errors.BudgetExceeded, match=f"0 of {limit:g} are left"):
                session.imagine("a hound")
            assert session.tracker.budget.left == 0
            assert sandbox.account.submits - before == fits
        with allowed(sandbox, folder / "singly", limit, owner=owner, prices=prices) as session:
            assert [outcome(lambda: session.imagine("a fox")) for _ in range(fits + 1)] == [
                *["sent"] * fits,
                "BudgetExceeded",
            ]
