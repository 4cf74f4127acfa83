"""Ratings of pictures in the ledger: only ever appended to; what is taken back is a row of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

import sqlalchemy as sa

from ..errors import LedgerError
from .engine import Engine
from .records import new_id, now
from .schema import rating

KINDS = ("single", "pairs", "best_worst", "undo")


@dataclass(frozen=True)
class Shown:
    """One picture that was judged: whose it is, which of the task's, and its content."""

    task: str
    number: int
    sha256: str


@dataclass(frozen=True)
class Judgement:
    """One answer of one person.

    Attributes:
        kind: ``single`` (a score), ``pairs`` (which of two), ``best_worst`` (best and worst of four), or
            ``undo``, which takes back another.
        shown: The pictures, as they stood from left to right.
        score: Of a single picture, 1 to 5.
        best, worst: Places in `shown`, from 1; of a pair without a winner both are None.
        undoes: The id of the judgement that is taken back.
        sweep: For which sweep it was asked, when that was paid for already.
        rater: Who judged.
        at: When, in epoch milliseconds.
        id: Its own, which orders by time.
    """

    kind: str
    shown: tuple[Shown, ...] = ()
    score: float | None = None
    best: int | None = None
    worst: int | None = None
    undoes: str | None = None
    sweep: str | None = None
    rater: str = ""
    at: int = 0
    id: str = ""


class Ratings:
    """The ratings of a ledger.

    Args:
        engine: The open database.
        session: Who writes.
    """

    def __init__(self, engine: Engine, session: str) -> None:
        self._engine, self._session = engine, session
        self.journal: Callable[[Judgement], None] | None = None
        """Called with every new judgement before it is recorded; where it raises, nothing is."""

    def add(self, judgement: Judgement) -> str:
        """Append a judgement; durable when this returns.

        Args:
            judgement: With an id and a time of its own when it comes from elsewhere, else both are given.

        Returns:
            Its id; one that is there already is left alone.

        Raises:
            LedgerError: Its kind is none.
        """
        if judgement.kind not in KINDS:
            raise LedgerError(f"a rating is one of {', '.join(KINDS)}, not {judgement.kind!r}")
        whole = replace(judgement, id=judgement.id or new_id(), at=judgement.at or now())
        with self._engine.write() as c:
            if not _is_there(c, whole.id):
                if self.journal is not None:
                    self.journal(whole)
                c.execute(sa.insert(rating).values(**_line(whole), session=self._session))
        return whole.id

    def take_in(self, judgements: Iterable[Judgement]) -> None:
        """Copy judgements that were given elsewhere, all or none; those that are here already stay."""
        with self._engine.write() as c:
            for one in judgements:
                if not _is_there(c, one.id):
                    c.execute(sa.insert(rating).values(**_line(one), session=self._session))

    def undo(self, judgement_id: str, rater: str = "") -> str:
        """Append that a judgement is taken back; both rows stay."""
        return self.add(Judgement("undo", undoes=judgement_id, rater=rater))

    def every(self) -> list[Judgement]:
        """Return everything that was ever said, in order, what was taken back included."""
        with self._engine.read() as c:
            found = c.execute(sa.select(rating).order_by(rating.c.id)).mappings().all()
        return [_judgement(dict(line)) for line in found]

    def about(self, shas: Iterable[str]) -> list[Judgement]:
        """Return everything that was ever said of some pictures, in order, with what takes it back.

        Args:
            shas: Hashes of pictures; what shows any other is left out.
        """
        return about(self.every(), shas)

    def standing(self, shas: Iterable[str] | None = None) -> list[Judgement]:
        """Return what stands, oldest first.

        Args:
            shas: Hashes of pictures; only what shows none but these. None: everything.
        """
        said = self.every()
        return standing(said if shas is None else about(said, shas))


def about(said: Iterable[Judgement], shas: Iterable[str]) -> list[Judgement]:
    """Return the judgements that show none but some pictures, and what takes these back."""
    wanted, kept = set(shas), list(said)
    shown = {one.id for one in kept if one.kind != "undo" and all(p.sha256 in wanted for p in one.shown)}
    return [one for one in kept if one.id in shown or (one.kind == "undo" and one.undoes in shown)]


def standing(said: Iterable[Judgement]) -> list[Judgement]:
    """Return the judgements that were not taken back; see `Ratings.standing`."""
    kept = list(said)
    gone = {one.undoes for one in kept if one.kind == "undo"}
    return [one for one in kept if one.kind != "undo" and one.id not in gone]


def _is_there(c: sa.Connection, own_id: str) -> bool:
    return c.execute(sa.select(rating.c.id).where(rating.c.id == own_id)).scalar() is not None


def _line(judgement: Judgement) -> dict[str, Any]:
    shown = [[one.task, one.number, one.sha256] for one in judgement.shown]
    return asdict(judgement) | {"shown": json.dumps(shown)}


def _judgement(line: dict[str, Any]) -> Judgement:
    del line["session"]
    shown = tuple(Shown(*one) for one in json.loads(line.pop("shown")))
    return Judgement(shown=shown, **line)
