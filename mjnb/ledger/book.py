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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

import sqlalchemy as sa

from ..api import Record, request_text
from ..errors import LedgerError
from ..params import task_type_of
from . import presence
from .engine import Engine
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
from .schema import event, image, metric, session, sweep, task

CHUNK = 50_000  # rows fetched at once
STALE_AFTER = 90_000  # milliseconds; no request is under way that long

_ENTRY = [task.c[f.name] for f in fields(Entry)]
_PICTURE = [image.c[f.name] for f in fields(Picture)]


class Ledger:
    """Every task of a data folder or a team.

    Args:
        url: A database URL; see `Engine`.
    """

    def __init__(self, url: str) -> None:
        self._engine = Engine(url)
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
        return self._change(own_id, "submitted", ("intent", "unknown"), task_id, changes)

    def rejected(self, own_id: str, error: str, code: int | None = None) -> bool:
        """Record that the service surely did not take the task."""
        changes = {
            "state": "rejected",
            "error": error,
            "error_code": None if code is None else str(code),
            "completed_at": now(),
        }
        return self._change(own_id, "rejected", ("intent", "unknown"), error, changes)

    def again(self, own_id: str) -> bool:
        """Record that a refused request is about to be sent again."""
        changes = {
            "state": "intent",
            "error": None,
            "error_code": None,
            "completed_at": None,
            "session": self.session,
        }
        return self._change(own_id, "again", ("rejected",), None, changes)

    def unknown(self, own_id: str, error: str) -> bool:
        """Record that nobody knows whether the service took the task."""
        return self._change(own_id, "unknown", ("intent",), error, {"state": "unknown", "error": error})

    def generating(self, own_id: str, raw: str) -> bool:
        """Record the first sight of the task at the service."""
        return self._change(own_id, "generating", ("submitted",), raw, {"state": "generating"})

    def settled(self, own_id: str, record: Record) -> bool:
        """Record a task's end, with a pending row for every picture."""
        state = "succeeded" if record.succeeded else "failed"
        message = None if record.succeeded else record.error_message or "the service gave no reason"
        changes = {
            "state": state,
            "server_param_json": record.param_json,
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

    # ---- looking things up ----

    def entry(self, own_id: str) -> Entry | None:
        """Return one task by its own id."""
        return next(self._entries(task.c.id == own_id), None)

    def with_nonce(self, nonce: str) -> Entry | None:
        """Return the task whose request carried a nonce."""
        return next(self._entries(task.c.nonce == nonce), None)

    def find(self, name: str) -> list[Entry]:
        """Return the tasks whose own id ends so, or whose service id is so."""
        return list(self._entries(task.c.id.endswith(name, autoescape=True) | (task.c.task_id == name)))

    def with_requests(self, shas: Iterable[str], account: str) -> list[Entry]:
        """Return an account's tasks with any of these requests, oldest first."""
        wanted = list(set(shas))
        found: list[Entry] = []
        for start in range(0, len(wanted), 500):  # SQLite binds at most 32,766 values, PostgreSQL 65,535
            some = task.c.request_sha.in_(wanted[start : start + 500])
            found += self._entries(some & (task.c.account == account))
        return sorted(found, key=lambda entry: entry.id)

    def of_sweep(self, sweep_id: str) -> list[Entry]:
        """Return the tasks that a sweep paid for, oldest first."""
        return list(self._entries(task.c.sweep == sweep_id))

    def left_open(self, account: str) -> tuple[list[Entry], list[Entry]]:
        """Take stock of what dead sessions left: tasks to go on with, and intents, now ``unknown``.

        Returns:
            The open tasks, the unknown ones.
        """
        dead = self._dead_sessions()
        mine = task.c.account == account
        for entry in list(self._entries(mine & (task.c.state == "intent"))):
            if entry.session in dead or now() - entry.created_at > STALE_AFTER:
                self.unknown(entry.id, "the session ended before the service's answer came")
        waiting = list(self._entries(mine & task.c.state.in_(OPEN)))
        pictures = sa.select(image.c.id).where(image.c.state == "pending")
        unfetched = list(self._entries(mine & (task.c.state == "succeeded") & task.c.id.in_(pictures)))
        going_on = [entry for entry in (*waiting, *unfetched) if entry.session in dead]
        return going_on, list(self._entries(mine & (task.c.state == "unknown")))

    def pictures(self, own_id: str) -> list[Picture]:
        """Return a task's pictures in order."""
        query = sa.select(*_PICTURE).where(image.c.id == own_id).order_by(image.c.number)
        with self._engine.read() as c:
            return [Picture(*row) for row in c.execute(query)]

    def latencies(self, account: str, task_type: str, speed: str | None, most: int = 200) -> list[float]:
        """Return how long the latest such tasks took, in seconds."""
        query = (
            sa.select(task.c.latency_ms)
            .where(task.c.account == account, task.c.task_type == task_type, task.c.speed == speed)
            .where(task.c.state == "succeeded", task.c.latency_ms.is_not(None))
            .order_by(task.c.id.desc())
            .limit(most)
        )
        with self._engine.read() as c:
            return [row[0] / 1000 for row in c.execute(query)]

    def _entries(self, condition: sa.ColumnElement[bool]) -> Iterator[Entry]:
        query = sa.select(*_ENTRY).where(condition).order_by(task.c.id)
        with self._engine.read() as c:
            found = c.execute(query).all()
        return (Entry(*row) for row in found)

    def _dead_sessions(self) -> set[str]:
        last = sa.select(sa.func.max(event.c.at)).where(event.c.session == session.c.id).scalar_subquery()
        query = sa.select(session.c.id, session.c.host, session.c.pid, session.c.born, last).where(
            session.c.ended_at.is_(None)
        )
        with self._engine.read() as c:
            dead = {row[0] for row in c.execute(query) if not presence.alive(*row)}
            ended = c.execute(sa.select(session.c.id).where(session.c.ended_at.is_not(None)))
            return dead | {row[0] for row in ended}

    # ---- frames, sweeps, metrics ----

    def rows(self, name: str, since: int = -1) -> Iterator[tuple[list[str], list[tuple[Any, ...]]]]:
        """Yield a table's rows changed since a revision, in chunks: column names and tuples.

        Args:
            name: ``"task"`` or ``"image"``.
            since: The highest ``rev`` already held.
        """
        table = {"task": task, "image": image}[name]
        with self._engine.read() as c:
            found = c.execute(sa.select(table).where(table.c.rev > since))
            columns = list(found.keys())
            while chunk := found.fetchmany(CHUNK):
                yield columns, [tuple(row) for row in chunk]

    def add_sweep(self, spec_json: str) -> str:
        """Record a sweep and return its id."""
        own_id = new_id()
        with self._engine.write() as c:
            c.execute(sa.insert(sweep).values(id=own_id, spec_json=spec_json, created_at=now()))
        return own_id

    def metrics(
        self, subjects: Iterable[str]
    ) -> dict[tuple[str, str, int], tuple[float | None, float | None]]:
        """Return cached numbers: (subject, metric, version) to (value, error)."""
        wanted = list(set(subjects))
        found: dict[tuple[str, str, int], tuple[float | None, float | None]] = {}
        with self._engine.read() as c:
            for start in range(0, len(wanted), 500):
                some = metric.c.subject.in_(wanted[start : start + 500])
                for subject, name, version, value, error in c.execute(sa.select(metric).where(some)):
                    found[subject, name, version] = value, error
        return found

    def put_metrics(self, numbers: Iterable[tuple[str, str, int, float | None, float | None]]) -> None:
        """Cache numbers: subject, metric, version, value, error; what is there stays."""
        lines = [dict(zip(metric.c.keys(), one, strict=True)) for one in numbers]
        there = self.metrics(str(line["subject"]) for line in lines)
        fresh = [line for line in lines if (line["subject"], line["name"], line["version"]) not in there]
        if fresh:
            with self._engine.write() as c:
                c.execute(sa.insert(metric), fresh)


def _live(c: sa.Connection, account: str, sha: Any) -> list[str]:
    same = (task.c.account == account) & (task.c.request_sha == sha) & task.c.state.in_(LIVE)
    return list(c.execute(sa.select(task.c.id).where(same).order_by(task.c.id)).scalars())


def _put_picture(c: sa.Connection, line: Mapping[str, Any]) -> None:
    same = (image.c.id == line["id"]) & (image.c.number == line["number"])
    if c.execute(sa.update(image).where(same).values(**line)).rowcount == 0:
        c.execute(sa.insert(image).values(**line))
