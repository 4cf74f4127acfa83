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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from ..api import Record, request_text
from ..diff import compare
from ..errors import LedgerError
from ..params import task_type_of
from . import presence
from .engine import Engine
from .ratings import Ratings
from .reading import Reading
from .records import (
    LIVE,
    OPEN,
    Entry,
    Intent,
    Picture,
    latency,
    milliseconds,
    new_id,
    now,
    parameters,
    request_sha,
)
from .schema import event, image, metric, session, sweep, task, upload


class Ledger(Reading):
    """Every task of a data folder or a team.

    Args:
        url: A database URL; see `Engine`.
    """

    def __init__(self, url: str) -> None:
        super().__init__(Engine(url))
        self.session = new_id()
        presence.mine.add(self.session)
        row = {
            "id": self.session,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "born": presence.birth(os.getpid()),
        }
        with self._engine.write() as c:
            c.execute(sa.insert(session).values(**row, started_at=now()))
        self.ratings = Ratings(self._engine, self.session)

    def __repr__(self) -> str:
        return f"<Ledger {self._engine.url.render_as_string(hide_password=True)}>"

    def close(self) -> None:
        """Say that this session is over and close the connections."""
        if self.session in presence.mine:
            presence.mine.discard(self.session)
            with self._engine.write() as c:
                c.execute(sa.update(session).where(session.c.id == self.session).values(ended_at=now()))
        self._engine.close()

    # ---- the life of a task ----

    def intend(self, intent: Intent) -> tuple[str, bool]:
        """Record a request before it is sent; durable when this returns.

        Returns:
            The task's own id, which orders by time; and whether it is to be sent: False when there are
            ``at_most`` such tasks already, and the id is that of the last.
        """
        own_id, text = new_id(), request_text(intent.request)
        row = {
            **parameters(intent.request),
            "id": own_id,
            "state": "intent",
            "task_type": task_type_of(intent.request),
            "param_json": text,
            "request_sha": request_sha(intent.request),
            "nonce": intent.nonce,
            "session": self.session,
            "created_at": now(),
            "account": intent.account,
            "base_url": intent.base_url,
            "credits": intent.credits,
            "sweep": intent.sweep,
            "cell": intent.cell,
            "parent": intent.parent,
            "parent_image": intent.parent_image,
        }
        with self._engine.write() as c:
            there = _live(c, intent.account, row["request_sha"]) if intent.at_most is not None else []
            if intent.at_most is not None and len(there) >= intent.at_most:
                return there[-1], False
            c.execute(sa.insert(task).values(**row, rev=0))
            self._log(c, own_id, "intent", text)
        return own_id, True

    def submitted(self, own_id: str, task_id: str) -> bool:
        """Record that the service took the task."""
        changes = {
            "state": "submitted",
            "task_id": task_id,
            "submitted_at": now(),
            "error": None,
            "error_code": None,
        }
        taken_from = ("intent", "unknown", "rejected")  # the service's own answer is the stronger fact
        return self._change(own_id, "submitted", taken_from, task_id, changes | {"completed_at": None})

    def rejected(self, own_id: str, error: str, code: int | None = None) -> bool:
        """Record that the service surely did not take the task."""
        changes = {
            "state": "rejected",
            "error": error,
            "error_code": None if code is None else str(code),
            "completed_at": now(),
        }
        return self._change(own_id, "rejected", ("intent", "unknown"), error, changes)

    def again(self, own_id: str, at_most: int | None = None) -> tuple[str, bool]:
        """Record that a refused request is about to be sent again.

        Returns:
            As `intend`: when others have made ``at_most`` such tasks by now, the last of them, and False.

        Raises:
            LedgerError: The task was settled elsewhere.
        """
        changes = {
            "state": "intent",
            "error": None,
            "error_code": None,
            "completed_at": None,
            "session": self.session,
        }
        with self._engine.write() as c:
            asked = c.execute(sa.select(task.c.account, task.c.request_sha).where(task.c.id == own_id)).one()
            there = _live(c, *asked) if at_most is not None else []
            if at_most is not None and len(there) >= at_most:
                return there[-1], False
            if not self._change_in(c, own_id, "again", ("rejected",), None, changes):
                raise LedgerError(f"task {own_id} was settled elsewhere while it waited")
        return own_id, True

    def unknown(self, own_id: str, error: str) -> bool:
        """Record that nobody knows whether the service took the task."""
        return self._change(own_id, "unknown", ("intent",), error, {"state": "unknown", "error": error})

    def generating(self, own_id: str, raw: str) -> bool:
        """Record the first sight of the task at the service."""
        return self._change(own_id, "generating", ("submitted",), raw, {"state": "generating"})

    def settled(self, own_id: str, record: Record) -> bool:
        """Record a task's end, a pending row for every picture, and what became of the parameters."""
        entry = self.entry(own_id)
        found = compare(entry.param_json, record.param_json) if entry else None
        state = "succeeded" if record.succeeded else "failed"
        message = None if record.succeeded else record.error_message or "the service gave no reason"
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

    def expired(self, own_id: str, error: str) -> bool:
        """Record that the service no longer knows the task."""
        return self._change(
            own_id, "expired", OPEN, error, {"state": "expired", "error": error, "completed_at": now()}
        )

    def picture(self, own_id: str, number: int, **found: Any) -> bool:
        """Record what became of one picture: ``state`` and the columns of `Picture`."""
        changed = [{"number": number, **found}]
        payload = json.dumps(changed[0], ensure_ascii=False)
        return self._change(own_id, "picture", None, payload, images=changed)

    def adopt(self, own_id: str) -> bool:
        """Take over a task that a dead session left open."""
        return self._change(own_id, "adopted", OPEN, None, {"session": self.session})

    def _change(
        self,
        own_id: str,
        kind: str,
        only_from: Sequence[str] | None,
        payload: str | None,
        columns: Mapping[str, Any] | None = None,
        images: Iterable[Mapping[str, Any]] = (),
    ) -> bool:
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
            _put_picture(c, {"id": own_id, "rev": rev, **one})
        return True

    def _log(self, c: sa.Connection, own_id: str, kind: str, payload: str | None) -> int:
        line = {"id": own_id, "kind": kind, "at": now(), "session": self.session, "payload": payload}
        key = c.execute(sa.insert(event).values(**line)).inserted_primary_key
        rev = int(key[0]) if key else 0
        c.execute(sa.update(task).where(task.c.id == own_id).values(rev=rev))
        return rev

    def left_open(self, account: str) -> tuple[list[Entry], list[Entry]]:
        """Take stock of what dead sessions left: tasks to go on with, and intents, now ``unknown``.

        Returns:
            The open tasks, the unknown ones.
        """
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
        last = sa.select(sa.func.max(event.c.at)).where(event.c.session == session.c.id).scalar_subquery()
        query = sa.select(session.c.id, session.c.host, session.c.pid, session.c.born, last).where(
            session.c.ended_at.is_(None)
        )
        with self._engine.read() as c:
            dead = {row[0] for row in c.execute(query) if not presence.alive(*row)}
            ended = c.execute(sa.select(session.c.id).where(session.c.ended_at.is_not(None)))
            return dead | {row[0] for row in ended}

    # ---- uploads ----

    def put_upload(self, sha: str, account: str, url: str, seconds: float) -> None:
        """Remember where a file was uploaded, and for how long it is there."""
        mine = (upload.c.sha256 == sha) & (upload.c.account == account)
        line = {"sha256": sha, "account": account, "url": url, "expires_at": now() + int(seconds * 1000)}
        with self._engine.write() as c:
            c.execute(sa.delete(upload).where(mine))
            c.execute(sa.insert(upload).values(**line))

    # ---- sweeps and metrics ----

    def add_sweep(self, spec_json: str) -> str:
        """Record a sweep and return its id."""
        own_id = new_id()
        with self._engine.write() as c:
            c.execute(sa.insert(sweep).values(id=own_id, spec_json=spec_json, created_at=now()))
        return own_id

    def put_metrics(self, numbers: Iterable[tuple[str, str, int, float | None, float | None]]) -> None:
        """Cache numbers: subject, metric, version, value, error; what is there stays."""
        lines = [dict(zip(metric.c.keys(), one, strict=True)) for one in numbers]
        there = self.metrics(str(line["subject"]) for line in lines)
        fresh = [line for line in lines if (line["subject"], line["name"], line["version"]) not in there]
        if fresh:
            with self._engine.write() as c:
                c.execute(sa.insert(metric), fresh)

    def take_in(self, entries: Iterable[Entry], pictures: Iterable[Picture]) -> None:
        """Copy tasks of another ledger into this one, as they ended; those that are here already stay."""
        lines = [asdict(entry) for entry in entries]
        with self._engine.write() as c:
            here = set(c.execute(sa.select(task.c.id)).scalars())
            fresh = [line | {"rev": 0} for line in lines if line["id"] not in here]
            for line in fresh:
                c.execute(sa.insert(task).values(**line))
                self._log(c, line["id"], "taken in", None)
            new = {line["id"] for line in fresh}
            for picture in pictures:
                if picture.id in new:
                    _put_picture(c, asdict(picture) | {"rev": 0})


def _live(c: sa.Connection, account: str, sha: Any) -> list[str]:
    same = (task.c.account == account) & (task.c.request_sha == sha) & task.c.state.in_(LIVE)
    return list(c.execute(sa.select(task.c.id).where(same).order_by(task.c.id)).scalars())


def _put_picture(c: sa.Connection, line: Mapping[str, Any]) -> None:
    same = (image.c.id == line["id"]) & (image.c.number == line["number"])
    if c.execute(sa.update(image).where(same).values(**line)).rowcount == 0:
        c.execute(sa.insert(image).values(**line))
