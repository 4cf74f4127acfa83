"""Turns to submit, shared by all processes of an account through the ledger.

The service counts per account, not per notebook.  A place is taken in one short write transaction before a
request is sent, and is free again one window after its answer came: however long requests are on their way,
the service never sees more than the limit arrive within a window.  Who finds all taken is told when the next
is free, and looks again then without writing.  The places of the dead come free by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa

from ..errors import LedgerError
from . import presence
from .engine import Engine
from .records import new_id
from .schema import place, session

LEASE = 120_000  # milliseconds after which a place that was never given back is free; no request takes longer
LOOKS = 40  # looks in a window while all places are in use and nobody can say when the next is free


class Taken(NamedTuple):
    """A place that is taken: until when, whether its request is answered, and whose it is."""

    free_at: int
    used: int
    session: str


@dataclass(frozen=True)
class Turn:
    """A place, or how long to wait until asking again makes sense.

    Attributes:
        place: Its id; None when all are taken.
        wait: Seconds.
    """

    place: str | None
    wait: float = 0.0


class Places:
    """The places of a ledger.

    Args:
        engine: The open database.
        session: Who takes them.
    """

    def __init__(self, engine: Engine, session: str) -> None:
        self._engine, self._session = engine, session

    def take(self, payer: str, count: int, seconds: float) -> Turn:
        """Take a place, if one is free.

        Args:
            payer: Whose limit it is.
            count: How many places there are.
            seconds: How long a place is taken after its use.
        """
        window = int(seconds * 1000) + 1
        with self._engine.read() as c:
            now, dead = self._engine.clock(c), set[str]()
            taken = self._taken(c, payer, now, window)
            if len(taken) >= count and not (dead := self._dead(c, taken)):
                return Turn(None, _wait(taken, now, seconds))
        with self._engine.write() as c:
            now = self._engine.clock(c)
            gone = (place.c.free_at <= now) | (place.c.free_at > now + LEASE + window)  # after a restart
            c.execute(sa.delete(place).where(gone & (place.c.payer == payer)))
            if dead:
                theirs = place.c.session.in_(dead) & (place.c.used == 0)
                c.execute(sa.update(place).where(theirs).values(used=1, free_at=now + window))
            taken = self._taken(c, payer, now, window)
            if len(taken) >= count:
                return Turn(None, _wait(taken, now, seconds))
            own = {"id": new_id(), "session": self._session, "payer": payer}
            c.execute(sa.insert(place).values(**own, used=0, free_at=now + LEASE))
            return Turn(own["id"])

    def leave(self, own_id: str, seconds: float) -> None:
        """Say that a place's request was answered; a ledger that is away leaves it to the lease."""
        try:
            with self._engine.write() as c:
                free_at = self._engine.clock(c) + int(seconds * 1000) + 1
                c.execute(sa.update(place).where(place.c.id == own_id).values(used=1, free_at=free_at))
        except LedgerError:
            return

    def _taken(self, c: sa.Connection, payer: str, now: int, window: int) -> list[Taken]:
        within = (place.c.free_at > now) & (place.c.free_at <= now + LEASE + window)
        mine = sa.select(place.c.free_at, place.c.used, place.c.session).where(place.c.payer == payer)
        return [Taken(*row) for row in c.execute(mine.where(within))]

    def _dead(self, c: sa.Connection, taken: list[Taken]) -> set[str]:
        users = {one.session for one in taken if not one.used} - {self._session}
        who = sa.select(*presence.COLUMNS).where(session.c.id.in_(users)) if users else None
        return set() if who is None else {row[0] for row in c.execute(who) if not presence.alive(*row)}


def _wait(taken: list[Taken], now: int, seconds: float) -> float:
    """Return when to ask again: when the first is free; while all are in use, nobody knows that."""
    known = [one.free_at - now for one in taken if one.used]
    return max(0.002, min(known) / 1000 if known else seconds / LOOKS)
