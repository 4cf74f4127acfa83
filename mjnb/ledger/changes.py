"""Every change of a task: made and logged in one transaction, or neither; and kept aside when the ledger
cannot be written."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ..errors import LedgerAway, LedgerBusy, LedgerError, LedgerFull, LedgerMoved
from . import contents, presence
from .engine import Engine
from .reading import Reading
from .records import now
from .schema import event, image, session, task
from .spool import Fact, Spool

ASIDE = (LedgerAway, LedgerBusy, LedgerFull)  # may pass; what was paid meanwhile is kept aside


class Changes(Reading):
    """The one way in which tasks change.

    Args:
        engine: The open database.
        own: The session's id.
        spool: The folder for what cannot be written; None: there is none.
    """

    def __init__(self, engine: Engine, own: str, spool: Path | None) -> None:
        super().__init__(engine)
        self.session = own
        self._heard = now()
        self._spool = Spool(spool, engine.id, own) if spool else None

    def beat(self) -> None:
        """Say that this session lives, when it has not for long."""
        if now() - self._heard > presence.BEAT:
            with self._engine.write() as c:
                self._beat(c)

    def _beat(self, c: sa.Connection) -> None:
        mine = session.c.id == self.session
        c.execute(sa.update(session).where(mine).values(seen_at=self._engine.wall(c)))
        self._heard = now()

    # ---- what could not be written ----

    def _keep(self, error: LedgerError, verb: str, own_id: str, *args: Any) -> None:
        """Keep aside what the service said; raise the error again when that is impossible, too."""
        if self._spool is None or not isinstance(error, (*ASIDE, LedgerMoved)):
            raise error
        try:
            self._spool.keep(verb, own_id, *args)
        except OSError:
            raise error from None

    @property
    def _kept_in(self) -> str:
        return "" if self._spool is None else f" (kept in {self._spool.path})"

    def _catch_up(self) -> None:
        """Write what was kept aside; whatever comes after it finds it there."""
        if self._spool is not None and self._spool.facts:
            with self._spool.lock:
                self._replay(self._spool.facts)
                self._spool.clear()

    def _inherit(self) -> None:
        """Write what dead sessions kept aside."""
        if self._spool is not None:
            self._spool.heirless(self._replay)

    def _replay(self, facts: Sequence[Fact]) -> None:
        with self._engine.write() as c:
            for fact in facts:
                known = c.execute(sa.select(task.c.id).where(task.c.id == fact["id"])).scalar() is not None
                with contextlib.suppress(sa.exc.IntegrityError), c.begin_nested():  # another row has that id
                    if known:
                        self._put(c, fact["verb"], fact["id"], *fact["args"])

    def _put(self, c: sa.Connection, verb: str, own_id: str, *args: Any) -> bool:
        raise NotImplementedError

    # ---- changes ----

    def _change(
        self,
        own_id: str,
        kind: str,
        only_from: Sequence[str] | None,
        payload: str | None,
        columns: Mapping[str, Any] | None = None,
        images: Iterable[Mapping[str, Any]] = (),
    ) -> bool:
        self._catch_up()
        with self._engine.write() as c:
            return self._change_in(c, own_id, kind, only_from, payload, columns, images)

    def _change_in(
        self,
        c: sa.Connection,
        own_id: str,
        kind: str,
        only_from: Sequence[str] | None,
        payload: str | None,
        columns: Mapping[str, Any] | None = None,
        images: Iterable[Mapping[str, Any]] = (),
    ) -> bool:
        state = c.execute(sa.select(task.c.state).where(task.c.id == own_id)).scalar()
        if state is None:
            raise LedgerError(f"the ledger has no task {own_id}")
        if only_from is not None and state not in only_from:
            return False
        if columns:
            c.execute(sa.update(task).where(task.c.id == own_id).values(dict(columns)))
        rev = self._log(c, own_id, kind, payload)
        for one in images:
            put_picture(c, {"id": own_id, "rev": rev, **one})
        return True

    def _log(self, c: sa.Connection, own_id: str, kind: str, payload: str | None) -> int:
        line = {"id": own_id, "kind": kind, "at": now(), "session": self.session, "payload": payload}
        key = c.execute(sa.insert(event).values(**line)).inserted_primary_key
        rev = int(key[0]) if key else 0
        c.execute(sa.update(task).where(task.c.id == own_id).values(rev=rev))
        if now() - self._heard > presence.BEAT // 2:
            self._beat(c)
        return rev


def put_picture(c: sa.Connection, line: Mapping[str, Any]) -> None:
    """Write one picture's row, new or changed."""
    same = (image.c.id == line["id"]) & (image.c.number == line["number"])
    if c.execute(sa.update(image).where(same).values(**line)).rowcount == 0:
        c.execute(sa.insert(image).values(**line))
    if line.get("state") == "stored":
        url = c.execute(sa.select(image.c.url).where(same)).scalar()
        contents.told(c, str(url))
