"""What became of an ``unknown`` task, settled by the user's word or by the account's credits.

The credits can tell only while nothing else moves them.  Before a sweep pays they are read, at a moment
when nothing of the account is under way; what is missing since, beyond what surely was paid, is the unknown
tasks'.  Somebody else's use of the account, a price that differs from the table's, or a failed task that was
perhaps refunded leave it open, and that is said; somebody who puts exactly the missing credits onto the
account meanwhile cannot be told from a task that never was paid.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import Sequence
from typing import Protocol

from ..client import Client
from ..errors import InvalidRequest, MJError
from ..identity import Payer
from ..ledger import Entry, Ledger, Sent
from .handle import Task

AT_ONCE = 5.0  # seconds that a reading may take; a sweep does not wait longer for it
SETTLED = 900.0  # seconds after a submit in which the service may still take it, or charge for it
EXACT = 0.005  # credits
BY_HAND = "Settle it by hand: mj.resolve(id, 'lost') or mj.resolve(id, '<the service's task id>')."
TASK_ID = re.compile(r"[\w-]{8,128}")
PAID, OPEN_COST = ("submitted", "generating", "succeeded"), ("failed", "expired")


class Settler(Protocol):
    """What settling needs of the tracker."""

    client: Client
    ledger: Ledger
    account: str
    payer: Payer

    def refresh(self, task: Task) -> Task: ...


async def note_credits(tracker: Settler) -> None:
    """Read the account's credits before something is paid, if the moment is quiet and the service answers."""
    with contextlib.suppress(MJError, TimeoutError):  # without a reading, the user's word is left
        await asyncio.wait_for(credits(tracker), AT_ONCE)


async def credits(tracker: Settler) -> float:
    """Return the account's remaining credits, as the service says, and note them if the moment is quiet."""
    balances = tracker.ledger.balances
    before = balances.quiet(tracker.account)
    found = await tracker.client.credits()
    if before is not None:
        balances.note(_purse(tracker), tracker.account, found, before)
    return found


def _purse(tracker: Settler) -> str:
    """Return whose credits are read: those of a key, as another may belong to somebody else."""
    return tracker.payer.name or tracker.account


async def resolve(tracker: Settler, task: Task, outcome: str) -> Task:
    """Settle an ``unknown`` task; see `Session.resolve`."""
    ledger, name = tracker.ledger, f"task {task.id[-6:]}"
    if task.state != "unknown":
        raise InvalidRequest(f"{name} is {task.state}, not unknown")
    word = outcome.lower()
    if word == "credits":
        await _hold_lost(tracker, task.entry)
        ledger.rejected(task.id, "settled by the account's credits: lost")
    elif word == "lost":
        ledger.rejected(task.id, "settled by hand: lost")
    elif not TASK_ID.fullmatch(outcome):
        raise InvalidRequest(f"{outcome!r} is neither 'lost' nor 'credits' nor a task id")
    elif ledger.find(outcome):
        raise InvalidRequest(f"another task has the id {outcome} already")
    else:
        ledger.submitted(task.id, outcome)
    return tracker.refresh(task)


async def _hold_lost(tracker: Settler, entry: Entry) -> None:
    """Hold that the account's credits show a task as never paid; raises with what they show instead."""
    balances = tracker.ledger.balances
    reading = balances.last(_purse(tracker))
    sent = [] if reading is None else balances.sent(tracker.account, reading.before)
    if reading is None or entry.id not in {one.id for one in sent}:
        raise InvalidRequest("the credits were not read before this task was sent", hint=BY_HAND)
    if any(not tracker.payer.owns(one.payer) for one in sent):
        raise InvalidRequest("tasks were sent or ended under another key since", hint=BY_HAND)
    if time.time() - entry.created_at / 1000 < SETTLED / tracker.client.time_scale:
        raise InvalidRequest("the service may still take it", hint="Ask again a quarter of an hour after.")
    left = await tracker.client.credits()
    if sent != balances.sent(tracker.account, reading.before) or any(one.state == "intent" for one in sent):
        raise InvalidRequest("requests of this account are under way", hint="Ask again when they are over.")
    verdict = read_credits(reading.credits - left, sent)
    if verdict:
        raise InvalidRequest(verdict, hint=BY_HAND)


def read_credits(missing: float, sent: Sequence[Sent]) -> str:
    """Say what missing credits show of the unknown tasks; an empty text: none of them was paid.

    Args:
        missing: How many fewer the account has than before all of this was sent.
        sent: What was sent since.
    """
    surely = sum(one.credits for one in sent if one.state in PAID)
    unknown = [one.credits for one in sent if one.state == "unknown"]
    if any(one.state in OPEN_COST for one in sent):
        return "a task has failed since, and nobody says whether it was refunded"
    rest = missing - surely
    if abs(rest) < EXACT:
        return ""
    if abs(rest - sum(unknown)) < EXACT:
        whose = "it was paid" if len(unknown) == 1 else f"all {len(unknown)} unknown tasks were paid"
        return f"{whose}: {rest:g} credits are missing"
    equal = len(set(unknown)) == 1
    paid = rest / unknown[0] if equal and unknown[0] else 0.0
    if equal and abs(paid - round(paid)) < EXACT and 0 < paid < len(unknown):
        return f"{round(paid)} of {len(unknown)} unknown tasks were paid, and which cannot be told"
    cost = f"the unknown tasks would cost {sum(unknown):g}"
    return f"{rest:g} credits are missing, and {cost}: something else moved them"
