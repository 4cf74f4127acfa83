"""Looking things up in the ledger: nothing here writes, and nothing here waits for a writer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

import sqlalchemy as sa

from ..errors import InvalidRequest, LedgerError
from ..identity import address
from . import contents, owners, presence
from .contents import BOUND
from .engine import Engine
from .records import OPEN, Entry, Picture, now
from .schema import content, image, metric, task, upload

CHUNK = 50_000  # rows fetched at once

_ENTRY = [task.c[f.name] for f in fields(Entry)]
_PICTURE = [image.c[f.name] for f in fields(Picture)]


class Reading:
    """The look-ups of a ledger.

    Args:
        engine: The open database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def entry(self, own_id: str) -> Entry | None:
        """Return one task by its own id."""
        return next(self._entries(task.c.id == own_id), None)

    def find(self, name: str) -> list[Entry]:
        """Return the tasks whose own id ends so, or whose service id is so."""
        ends = task.c.id.endswith(name.lower(), autoescape=True)  # of two databases, only one ignores case
        return list(self._entries(ends | (task.c.task_id == name)))

    def named(self, name: str) -> Entry:
        """Return the only task of a name.

        Args:
            name: Its own id, the end of it, or the service's id.

        Raises:
            LedgerError: None or several are called so.
            InvalidRequest: It is no name.
        """
        if not isinstance(name, str) or not name.strip():
            raise InvalidRequest(f"a task is named by its id, not by {name!r}", hint="mj.tasks() lists them.")
        found = self.find(name)
        if len(found) > 1:
            ids = ", ".join(entry.id[-10:] for entry in found[:5])
            raise LedgerError(f"{len(found)} tasks are called {name!r}: {ids}", hint="Give more of the id.")
        if not found:
            raise LedgerError(f"no task is called {name!r}", hint="mj.tasks() lists them all.")
        return found[0]

    def with_requests(self, shas: Iterable[str], account: str) -> list[Entry]:
        """Return an account's tasks with any of these requests, oldest first."""
        wanted = list(set(shas))
        found: list[Entry] = []
        for start in range(0, len(wanted), BOUND):
            some = task.c.request_sha.in_(wanted[start : start + BOUND])
            found += self._entries(some & (task.c.account == account))
        return sorted(found, key=lambda entry: entry.id)

    def contents(self, urls: Iterable[str]) -> dict[str, str]:
        """Return the SHA-256 of what is behind pictures' URLs, by `identity.address`, where it is known."""
        with self._engine.read() as c:
            return contents.contents(c, urls)

    def spellings(self, account: str) -> list[str]:
        """Return the addresses under which an account's tasks were sent."""
        with self._engine.read() as c:
            query = sa.select(task.c.base_url).where(task.c.account == account).distinct()
            return list(c.execute(query).scalars())

    def pictures(self, own_id: str) -> list[Picture]:
        """Return a task's pictures in order."""
        query = sa.select(*_PICTURE).where(image.c.id == own_id).order_by(image.c.number)
        with self._engine.read() as c:
            return [Picture(*row) for row in c.execute(query)]

    def latencies(
        self, account: str, task_type: str, speed: str | None, most: int = 200, version: str | None = None
    ) -> list[float]:
        """Return how long the latest such tasks took, in seconds, last first; None: of any version."""
        query = (
            sa.select(task.c.latency_ms)
            .where(task.c.account == account, task.c.task_type == task_type, task.c.speed == speed)
            .where(task.c.state == "succeeded", task.c.latency_ms.is_not(None))
            .order_by(task.c.id.desc())
            .limit(most)
        )
        if version is not None:
            query = query.where(task.c.version == version)
        with self._engine.read() as c:
            return [row[0] / 1000 for row in c.execute(query)]

    def part_of_open(self, payer: str) -> float:
        """Return which part of a payer's running tasks this process follows; 1 when none run."""
        mine = (task.c.payer == payer) & task.c.state.in_(OPEN)
        query = sa.select(task.c.session, sa.func.count()).where(mine).group_by(task.c.session)
        with self._engine.read() as c:
            found = {row[0]: int(row[1]) for row in c.execute(query)}
            living = (
                found.keys() & presence.living(c, self._engine.wall(c))
                if found.keys() - presence.mine
                else ()
            )
        here = sum(found[name] for name in found.keys() & presence.mine)
        there = sum(found[name] for name in living if name not in presence.mine)
        return max(here, 1) / (max(here, 1) + there)

    def spent(self, account: str, owner: str) -> float:
        """Return the credits of everything that was sent for an owner and not refused, by the estimates."""
        with self._engine.read() as c:
            return owners.spent(c, account, owner)

    def _entries(self, condition: sa.ColumnElement[bool]) -> Iterator[Entry]:
        query = sa.select(*_ENTRY).where(condition).order_by(task.c.id)
        with self._engine.read() as c:
            found = c.execute(query).all()
        return (Entry(*row) for row in found)

    def uploaded(self, sha: str, account: str) -> str | None:
        """Return where a file was uploaded, while it is still there."""
        mine = (upload.c.sha256 == sha) & (upload.c.account == account) & (upload.c.expires_at > now())
        with self._engine.read() as c:
            found = c.execute(sa.select(upload.c.url).where(mine)).scalar()
        return None if found is None else str(found)

    def places_now(self, urls: Iterable[str], account: str, lifetime: float) -> dict[str, str | None]:
        """Return where pictures are now: what was never here, or is there still, is where it was.

        Args:
            urls: Their addresses, spelled in any way.
            account: Whose upload of the same content may stand for one that is gone.
            lifetime: Seconds that a result is there after its task's end.

        Returns:
            The address now, by the one that was given; None: the upload or result is gone, and there is no
            upload of the same content.
        """
        places = {url: address(url) for url in urls}
        uploads = sa.select(content.c.url, content.c.sha256).where(content.c.url.in_(places.values()))
        results = (
            sa.select(image.c.url, image.c.sha256)
            .join(task, task.c.id == image.c.id)
            .where(
                image.c.url.in_({*places, *places.values()}), task.c.completed_at < now() - lifetime * 1000
            )
        )
        with self._engine.read() as c:
            known = {address(url): sha for query in (results, uploads) for url, sha in c.execute(query)}
            there = (upload.c.sha256.in_(known.values())) & (upload.c.expires_at > now())
            living = c.execute(sa.select(upload.c.sha256, upload.c.account, upload.c.url).where(there)).all()
        same = {address(url) for _, _, url in living}
        mine = {sha: url for sha, whose, url in living if whose == account}
        return {
            url: url if place not in known or place in same else mine.get(known[place])
            for url, place in places.items()
        }

    def children(self, own_id: str) -> list[Entry]:
        """Return the tasks that were made from a task, oldest first."""
        return list(self._entries(task.c.parent == own_id))

    def rows(self, name: str, since: int = -1) -> Iterator[tuple[list[str], list[tuple[Any, ...]]]]:
        """Yield a table's rows changed since a revision, in chunks: column names and tuples.

        Args:
            name: ``"task"`` or ``"image"``.
            since: The highest ``rev`` already held.
        """
        table = {"task": task, "image": image}[name]
        with self._engine.read() as c:
            changed = sa.select(table).where(table.c.rev > since)
            found = c.execute(changed, execution_options={"stream_results": True})
            columns = list(found.keys())
            while chunk := found.fetchmany(CHUNK):
                yield columns, [tuple(row) for row in chunk]

    def metrics(
        self, subjects: Iterable[str]
    ) -> dict[tuple[str, str, int], tuple[float | None, float | None]]:
        """Return cached numbers: (subject, metric, version) to (value, error)."""
        wanted = list(set(subjects))
        found: dict[tuple[str, str, int], tuple[float | None, float | None]] = {}
        with self._engine.read() as c:
            for start in range(0, len(wanted), BOUND):
                some = metric.c.subject.in_(wanted[start : start + BOUND])
                for subject, name, version, value, error in c.execute(sa.select(metric).where(some)):
                    found[subject, name, version] = value, error
        return found
