"""An account's credits as they were at a quiet moment, and what was sent since.

A reading counts only when nothing of the account was under way or unknown before and after it, as this
ledger knows; then every later request is on one side of it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import sqlalchemy as sa

from .engine import Engine
from .records import now
from .schema import event, meta, task

UNCLEAR = ("intent", "unknown")
MOVING = ("intent", "again", "failed", "expired")  # events that move credits, or may


@dataclass(frozen=True)
class Sent:
    """What was sent, or failed, after a reading.

    Attributes:
        id: The task.
        state: What became of it.
        credits: What it costs, an estimate.
        payer: Who paid.
    """

    id: str
    state: str
    credits: float
    payer: str | None = None


@dataclass(frozen=True)
class Reading:
    """An account's credits, and the last event of its tasks before.

    Attributes:
        credits: What the service said.
        before: The sequence number of that event.
        at: When, in epoch milliseconds.
    """

    credits: float
    before: int
    at: int


class Balances:
    """The readings of a ledger, one per payer.

    Args:
        engine: The open database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def quiet(self, account: str) -> int | None:
        """Return the last event of an account's tasks; None when a request is under way or unknown."""
        with self._engine.read() as c:
            return self._quiet(c, account)

    def note(self, whose: str, account: str, credits: float, before: int) -> bool:
        """Keep a reading, in place of the last; False when something was sent since it was begun.

        Args:
            whose: The payer: another key may be another purse.
            account: The service's, under which nothing may have been sent meanwhile, with any key.
            credits: What the service said.
            before: What `quiet` returned before it was asked.
        """
        with self._engine.write() as c:
            if self._quiet(c, account) is None or self._sent(c, account, before):
                return False
            c.execute(sa.delete(meta).where(meta.c.key == _key(whose)))
            value = json.dumps({"credits": credits, "before": before, "at": now()})
            c.execute(sa.insert(meta).values(key=_key(whose), value=value))
            return True

    def last(self, whose: str) -> Reading | None:
        """Return a payer's last reading."""
        with self._engine.read() as c:
            found = c.execute(sa.select(meta.c.value).where(meta.c.key == _key(whose))).scalar()
        return None if found is None else Reading(**json.loads(found))

    def sent(self, account: str, before: int) -> list[Sent]:
        """Return the account's tasks that were sent, sent again or lost after an event."""
        with self._engine.read() as c:
            return self._sent(c, account, before)

    def _quiet(self, c: sa.Connection, account: str) -> int | None:
        unclear = sa.select(task.c.id).where(task.c.account == account, task.c.state.in_(UNCLEAR)).limit(1)
        if c.execute(unclear).first() is not None:
            return None
        last = sa.select(sa.func.max(event.c.seq)).join(task, task.c.id == event.c.id)
        return int(c.execute(last.where(task.c.account == account)).scalar() or 0)

    def _sent(self, c: sa.Connection, account: str, before: int) -> list[Sent]:
        later = sa.select(event.c.id).where(event.c.seq > before, event.c.kind.in_(MOVING))
        columns = (task.c.id, task.c.state, task.c.credits, task.c.payer)
        query = sa.select(*columns).where(task.c.account == account, task.c.id.in_(later))
        return [Sent(i, s, float(k or 0), p) for i, s, k, p in c.execute(query)]


def _key(whose: str) -> str:
    return f"credits of {whose}"
