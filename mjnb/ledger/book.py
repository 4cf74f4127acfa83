"""The ledger's promises: what may happen to a task, in which order, and what is remembered of it.

    intent → submitted → generating → succeeded | failed | expired
       ├──→ rejected   the service refused it; it may become an intent again
       └──→ unknown    nobody knows; settled later as submitted or rejected

A change that does not fit the state found is not made and returns False, so that two sessions that see
the same end of a task record it once.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ..api import Record, request_text
from ..diff import compare
from ..errors import LedgerAway, LedgerError, LedgerMoved
from ..params import task_type_of
from . import contents, owners, presence
from .addresses import read_url, shown
from .balances import Balances
from .changes import ASIDE
from .engine import Engine
from .keeping import Keeping
from .places import Places
from .ratings import Ratings
from .records import (
    LIVE,
    OPEN,
    Entry,
    Found,
    Intent,
    latency,
    milliseconds,
    new_id,
    now,
    parameters,
)
from .schema import image, session, task

TAKEN_FROM = ("intent", "unknown", "rejected")  # the service's own answer is the stronger fact
NO_RESULTS = "the service says that it succeeded, and named no results"
NEVER_SENT = "it was not sent: the ledger could not be reached"


class Ledger(Keeping):
    """Every task of a data folder or a team.

    Args:
        url: A file or a database URL; see `read_url`.
        spool: A folder on this machine that keeps what the service answers while the ledger cannot be
            written; None: then such an answer is an error that names the service's task id.

    Raises:
        LedgerError: It cannot be opened; the kind says why.
    """

    def __init__(self, url: str | Path, spool: Path | None = None) -> None:
        try:
            address = read_url(url)
        finally:
            del url  # it may hold a password, which a traceback with its variables would show
        engine, own = Engine(address), new_id()
        try:
            super().__init__(engine, own, spool)
            self._begin()
        except OSError as error:
            engine.close()
            raise LedgerError(f"{spool} cannot be written: {error.strerror or error}") from None
        except BaseException:
            if (kept := vars(self).get("_spool")) is not None:
                kept.close()
            engine.close()
            raise
        self.ratings = Ratings(engine, own)
        self.places = Places(engine, own)
        self.balances = Balances(engine)

    def _begin(self) -> None:
        presence.mine.add(self.session)
        row = {
            "id": self.session,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "born": presence.birth(os.getpid()),
            "started_at": now(),
        }
        with self._engine.write() as c:
            c.execute(sa.insert(session).values(**row, seen_at=self._engine.wall(c)))
        self._inherit()

    def __repr__(self) -> str:
        engine = vars(self).get("_engine")  # none, when a traceback shows how opening failed
        return "<Ledger, not open>" if engine is None else f"<Ledger {shown(engine.url)}>"

    def close(self) -> None:
        """Say that this session is over and close the connections.

        A ledger that is away is left as it is: its sessions are found out to be over.
        """
        try:
            if self.session in presence.mine:
                presence.mine.discard(self.session)
                self._catch_up()
                with self._engine.write() as c:
                    c.execute(sa.update(session).where(session.c.id == self.session).values(ended_at=now()))
        except (LedgerAway, LedgerMoved):
            return
        finally:
            if self._spool is not None:
                self._spool.close()
            self._engine.close()

    # ---- the life of a task ----

    def intend(self, intent: Intent) -> tuple[str, bool]:
        """Record a request before it is sent; durable when this returns.

        Returns:
            The task's own id, which orders by time; and whether it is to be sent: False when there are
            ``at_most`` such tasks already, and the id is that of the last, of a live one if there is any.
        """
        own_id, text = new_id(), request_text(intent.request)
        row = {
            **parameters(intent.request),
            "id": own_id,
            "state": "intent",
            "task_type": task_type_of(intent.request),
            "param_json": text,
            "nonce": intent.nonce,
            "session": self.session,
            "created_at": now(),
            "account": intent.account,
            "payer": intent.payer,
            "base_url": intent.base_url,
            "owner": intent.owner,
            "credits": intent.credits,
            "sweep": intent.sweep,
            "cell": intent.cell,
            "parent": intent.parent,
            "parent_image": intent.parent_image,
        }
        self._catch_up()
        try:
            with self._engine.write() as c:
                sha, unseen = contents.identity(c, intent.request)
                if other := _in_place(c, intent, sha):
                    return other, False
                owners.hold(c, intent.account, intent.owner, intent.credits, intent.limit)
                c.execute(sa.insert(task).values(**row, request_sha=sha, rev=0))
                contents.await_contents(c, own_id, unseen)
                self._log(c, own_id, "intent", text)
        except (LedgerAway, LedgerMoved) as error:  # it may have been committed all the same
            self._keep(error, "unsent", own_id)
            raise
        return own_id, True

    def submitted(self, own_id: str, task_id: str, answer: str = "") -> bool:
        """Record that the service took the task; kept aside while the ledger cannot be written.

        Args:
            own_id: The task.
            task_id: The service's id; when another task has it, this one is ``unknown``.
            answer: What the service said, kept in an event of its own.

        Returns:
            Whether it is recorded as taken.
        """
        return self._record("submitted", own_id, task_id, answer=answer)

    def rejected(self, own_id: str, error: str, code: int | None = None, answer: str = "") -> bool:
        """Record that the service surely did not take the task; kept aside as `submitted` is."""
        return self._record("rejected", own_id, error, code, answer=answer)

    def unknown(self, own_id: str, error: str, answer: str = "") -> bool:
        """Record that nobody knows whether the service took the task; kept aside as `submitted` is."""
        return self._record("unknown", own_id, error, answer=answer)

    def unsent(self, own_id: str) -> bool:
        """Record that a request was recorded and then not sent; kept aside as `submitted` is."""
        return self._record("unsent", own_id)

    def _record(self, verb: str, own_id: str, *args: Any, answer: str = "") -> bool:
        try:
            self._catch_up()
            with self._engine.write() as c:
                if answer:
                    self._log(c, own_id, "answered", answer)
                return self._put(c, verb, own_id, *args)
        except ASIDE as error:
            self._keep(error, verb, own_id, *args)
            return True
        except LedgerMoved as error:
            said = f"task {own_id[-6:]} is {verb}: {args[0] if args else NEVER_SENT}"
            moved = LedgerMoved(f"{error.message}; {said}{self._kept_in}")
            self._keep(moved, verb, own_id, *args)
            raise moved from None

    def _put(self, c: sa.Connection, verb: str, own_id: str, *args: Any) -> bool:
        if verb == "submitted":
            (task_id,) = args
            changes = {"state": verb, "task_id": task_id, "submitted_at": now(), "completed_at": None}
            changes |= {"error": None, "error_code": None}
            try:
                with c.begin_nested():
                    return self._change_in(c, own_id, verb, TAKEN_FROM, task_id, changes)
            except sa.exc.IntegrityError:
                why = f"the service named task {task_id}, which another task here has already"
                self._change_in(c, own_id, "unknown", ("intent",), why, {"state": "unknown", "error": why})
                return False
        if verb == "unknown":
            (error,) = args
            return self._change_in(c, own_id, verb, ("intent",), error, {"state": verb, "error": error})
        error, code = args if verb == "rejected" else (NEVER_SENT, None)
        changes = {
            "state": "rejected",
            "error": error,
            "error_code": None if code is None else str(code),
            "completed_at": now(),
        }
        return self._change_in(c, own_id, "rejected", ("intent", "unknown"), error, changes)

    def again(self, own_id: str, intent: Intent | None = None) -> tuple[str, bool]:
        """Record that a refused request is about to be sent again.

        Args:
            own_id: Its task.
            intent: How many of it there may be, and what its owner may spend; None: no limits.

        Returns:
            As `intend`: when others have made so many by now, one of theirs, and False.

        Raises:
            LedgerError: The task was settled elsewhere.
            BudgetExceeded: Its owner's limit would be crossed by now.
        """
        changes = {
            "state": "intent",
            "error": None,
            "error_code": None,
            "completed_at": None,
            "session": self.session,
        }
        self._catch_up()
        try:
            with self._engine.write() as c:
                asked = c.execute(sa.select(task).where(task.c.id == own_id)).one()
                if intent is not None and (other := _in_place(c, intent, asked.request_sha)):
                    return other, False
                limit = intent.limit if intent is not None else None
                owners.hold(c, asked.account, asked.owner, asked.credits or 0, limit)
                if not self._change_in(c, own_id, "again", ("rejected",), None, changes):
                    raise LedgerError(f"task {own_id} was settled elsewhere while it waited")
        except (LedgerAway, LedgerMoved) as error:  # it may have been committed all the same
            self._keep(error, "unsent", own_id)
            raise
        return own_id, True

    def generating(self, own_id: str, raw: str) -> bool:
        """Record the first sight of the task at the service."""
        return self._change(own_id, "generating", ("submitted",), raw, {"state": "generating"})

    def settled(self, own_id: str, record: Record) -> bool:
        """Record a task's end, a pending row for every picture, and what became of the parameters."""
        entry = self.entry(own_id)
        found = compare(entry.param_json, record.param_json) if entry else None
        state = "succeeded" if record.succeeded else "failed"
        message = None if record.succeeded else record.error_message or "the service gave no reason"
        if record.succeeded and not record.urls:
            message = NO_RESULTS
        changes = {
            "state": state,
            "server_param_json": record.param_json,
            "param_diff": found.to_json() if found else None,
            "completed_at": milliseconds(record.completed) or now(),
            "latency_ms": latency(record),
            "error": message,
            "error_code": record.error_code,
        }
        urls = [{"number": n, "url": url, "state": "pending"} for n, url in enumerate(record.urls, 1)]
        return self._change(own_id, state, OPEN, record.raw, changes, urls)

    def late(self, own_id: str, record: Record) -> bool:
        """Record the results of a task that had ended without any."""
        urls = [{"number": n, "url": url, "state": "pending"} for n, url in enumerate(record.urls, 1)]
        return self._change(own_id, "late", ("succeeded",), record.raw, {"error": None}, urls)

    def expired(self, own_id: str, error: str) -> bool:
        """Record that the service no longer knows the task."""
        return self._change(
            own_id, "expired", OPEN, error, {"state": "expired", "error": error, "completed_at": now()}
        )

    def pictures_came(self, found: Iterable[Found]) -> None:
        """Record what became of pictures, in one transaction; a task that has no row is left out."""
        found = list(found)
        self._catch_up()
        with self._engine.write() as c:
            named = task.c.id.in_({own_id for own_id, _, _ in found})
            there = set(c.execute(sa.select(task.c.id).where(named)).scalars())
            for own_id, number, columns in found:
                if own_id in there:
                    changed = {"number": number, **columns}
                    payload = json.dumps(changed, ensure_ascii=False)
                    self._change_in(c, own_id, "picture", None, payload, images=[changed])

    def adopt(self, own_id: str) -> bool:
        """Take over a task that a dead session left open."""
        return self._change(own_id, "adopted", OPEN, None, {"session": self.session})

    def left_open(self, account: str) -> tuple[list[Entry], list[Entry]]:
        """Take stock of what dead sessions left: tasks to go on with, and intents, now ``unknown``.

        Returns:
            The open tasks, the unknown ones.
        """
        self._engine.hold()  # what is waited for here may never be recorded in a ledger that is gone
        dead = self._dead_sessions()
        mine = task.c.account == account
        for entry in list(self._entries(mine & (task.c.state == "intent"))):
            if entry.session in dead:
                self.unknown(entry.id, "the session ended before the service's answer came")
        waiting = list(self._entries(mine & task.c.state.in_(OPEN)))
        pictures = sa.select(image.c.id).where(image.c.state == "pending")
        unfetched = list(self._entries(mine & (task.c.state == "succeeded") & task.c.id.in_(pictures)))
        going_on = [entry for entry in (*waiting, *unfetched) if entry.session in dead]
        return going_on, list(self._entries(mine & (task.c.state == "unknown")))

    def _dead_sessions(self) -> set[str]:
        with self._engine.read() as c:
            at = self._engine.wall(c)
            running = c.execute(sa.select(*presence.COLUMNS).where(session.c.ended_at.is_(None)))
            dead = {row[0] for row in running if not presence.alive(*row, at)}
            ended = c.execute(sa.select(session.c.id).where(session.c.ended_at.is_not(None)))
            return dead | {row[0] for row in ended}


def _in_place(c: sa.Connection, intent: Intent, sha: Any) -> str | None:
    """Return a task that stands for a request, a live one if there is any; None: it may be sent."""
    if intent.at_most is None:
        return None
    same = (task.c.account == intent.account) & (task.c.request_sha == sha) & task.c.state.in_(intent.counted)
    if intent.payers is not None:
        same &= task.c.payer.in_(intent.payers) | task.c.payer.is_(None) | (task.c.payer == "")
    rows = c.execute(sa.select(task.c.id, task.c.state).where(same).order_by(task.c.id)).all()
    if len(rows) < intent.at_most:
        return None
    return str(([row.id for row in rows if row.state in LIVE] or [row.id for row in rows])[-1])
