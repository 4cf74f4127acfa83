"""A ledger as a whole: copied to the other database or to a file, compared, and looked over."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ..errors import LedgerError
from ..identity import inputs, request_sha
from . import presence, sqlite
from .addresses import read_url, shown
from .contents import contents
from .engine import Engine
from .faults import told
from .records import read_request
from .schema import event, meta, metadata, place, rename, task

CHUNK = 1000  # rows at once
TABLES = [table for table in metadata.sorted_tables if table not in (meta, place)]  # places are of the moment
Sums = dict[str, tuple[int, str]]


@dataclass(frozen=True)
class Copied:
    """What was copied.

    Attributes:
        rows: How many, by table.
        same: Whether all of it was there already.
        live: How many sessions worked on the source meanwhile; what they pay later the copy cannot know.
    """

    rows: Mapping[str, int]
    same: bool = False
    live: int = 0


def copy(source: str | Path, target: str | Path) -> Copied:
    """Copy a ledger, all or nothing, and compare what came of it.

    Args:
        source: A ledger's file or URL; it may be in use, what is copied is one moment of it.
        target: Where to: a new place, or one with the same content, which is left alone.

    Raises:
        LedgerError: The target has something else in it, the source is none, or they differ after all.
    """
    here, there = _existing(source), read_url(target)
    if here == there:
        raise LedgerError(f"{shown(here)} cannot be copied onto itself", hint="Name another target.")
    with opened(here) as old, opened(there) as new:
        with old.read() as a, new.write() as b:
            wanted, found = sums(a), sums(b)
            if any(count for count, _ in found.values()):
                return _compared(wanted, found, new)
            for table in TABLES:
                for chunk in _chunks(a, table):
                    b.execute(sa.insert(table), chunk)
            _go_on_counting(b)
            rename(b, old.id)
            if sums(b) != wanted:
                raise LedgerError(f"the copy in {shown(there)} differs; nothing was kept of it")
            live = len(presence.living(a, old.wall(a)))
        return Copied({name: count for name, (count, _) in wanted.items()}, live=live)


class opened(Engine):
    """An engine that is closed when its block ends."""

    def __enter__(self) -> opened:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _existing(url: str | Path) -> sa.URL:
    found = read_url(url)
    if found.get_backend_name() == "sqlite" and not sqlite.file_of(found).is_file():
        raise LedgerError(f"there is no ledger {found.database}", hint="Look for the name of its file.")
    return found


def _compared(wanted: Sums, found: Sums, target: Engine) -> Copied:
    if wanted == found:
        return Copied({name: count for name, (count, _) in wanted.items()}, same=True)
    differ = ", ".join(name for name in wanted if wanted[name] != found[name])
    hint = "Name an empty target; ledgers are not mixed."
    raise LedgerError(f"{shown(target.url)} has other rows already ({differ}); nothing was copied", hint=hint)


def _chunks(c: sa.Connection, table: sa.Table) -> Iterator[list[dict[str, Any]]]:
    found = c.execute(sa.select(table), execution_options={"stream_results": True}).mappings()
    while chunk := found.fetchmany(CHUNK):
        yield [dict(row) for row in chunk]


def _go_on_counting(c: sa.Connection) -> None:
    """Let PostgreSQL number the next event after the last; SQLite sees to that itself."""
    last = c.execute(sa.select(sa.func.max(event.c.seq))).scalar()
    if c.dialect.name == "postgresql" and last is not None:
        c.execute(sa.text("SELECT setval(pg_get_serial_sequence('event', 'seq'), :last)"), {"last": last})


def sums(c: sa.Connection) -> Sums:
    """Return how many rows every table has, and a hash of them that does not depend on their order."""
    return {table.name: _sum(c, table) for table in TABLES}


def _sum(c: sa.Connection, table: sa.Table) -> tuple[int, str]:
    count, total = 0, 0
    for chunk in _chunks(c, table):
        for row in chunk:
            digest = hashlib.sha256(json.dumps(row, sort_keys=True).encode()).digest()
            total = (total + int.from_bytes(digest)) % 2**256
        count += len(chunk)
    return count, f"{total:064x}"


def backup(url: str | Path, target: Path) -> Copied:
    """Copy a ledger to a new file while others work with it; the file is whole or not there.

    Raises:
        LedgerError: There is such a file already, or no room for it.
    """
    if target.exists():
        raise LedgerError(f"{target} is there already", hint="Name a new file.")
    if not target.parent.is_dir():
        raise LedgerError(f"there is no folder {target.parent}", hint="Make it, or name another file.")
    part = target.with_name(target.name + ".part")
    beside = [part.with_name(part.name + end) for end in ("", "-wal", "-shm", "-journal", ".lock")]
    for file in beside:
        file.unlink(missing_ok=True)
    try:
        address = _existing(url)
        if address.get_backend_name() == "sqlite":
            rows = _online(address, part)
        else:
            rows = dict(copy(url, part).rows)
        with part.open("rb+") as whole:
            os.fsync(whole.fileno())
        part.rename(target)
    finally:
        for file in beside:
            file.unlink(missing_ok=True)
    return Copied(rows)


def _online(address: sa.URL, part: Path) -> dict[str, int]:
    """Copy a file page by page with SQLite's own means, within one view of it."""
    with opened(address) as live, told(read_url(part)):
        live.copy_to(part)
    with opened(read_url(part)) as made, made.read() as c:
        verdict = c.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
        if verdict != "ok":
            raise LedgerError(f"the copy is damaged: {verdict}")
        return {name: count for name, (count, _) in sums(c).items()}


@dataclass(frozen=True)
class Checked:
    """What a look over a ledger found.

    Attributes:
        rows: How many, by table.
        faults: What is wrong, each one sentence.
    """

    rows: Mapping[str, int]
    faults: tuple[str, ...]


def check(url: str | Path) -> Checked:
    """Look a whole ledger over: its file, its rules, and whether its rows fit together.

    Raises:
        LedgerError: It cannot be opened; `LedgerCorrupt` when it is damaged.
    """
    with opened(_existing(url)) as ledger, ledger.read() as c:
        faults = [*_file_faults(c)] if ledger.is_file else []
        last = sa.select(sa.func.max(event.c.seq)).where(event.c.id == task.c.id).scalar_subquery()
        torn = c.execute(sa.select(sa.func.count()).where(task.c.rev != sa.func.coalesce(last, -1))).scalar()
        if torn:
            faults.append(f"{torn} tasks whose history does not end where they stand")
        if count := _altered(c):
            faults.append(f"{count} tasks whose parameters are not those that were recorded")
        return Checked({name: count for name, (count, _) in sums(c).items()}, tuple(faults))


def _file_faults(c: sa.Connection) -> Iterator[str]:
    for (said,) in c.exec_driver_sql("PRAGMA integrity_check(20)"):
        if said != "ok":
            yield str(said)
    orphans = len(c.exec_driver_sql("PRAGMA foreign_key_check").all())
    if orphans:
        yield f"{orphans} rows belong to no task"


def _altered(c: sa.Connection) -> int:
    """Count the tasks whose text no longer has the hash that was taken of the request."""
    query = sa.select(task.c.task_type, task.c.param_json, task.c.request_sha)
    found = c.execute(query, execution_options={"stream_results": True})
    return sum(_is_altered(c, *row) for row in found)


def _is_altered(c: sa.Connection, kind: str, text: str, sha: str) -> bool:
    request = read_request(kind, text)
    if request is None:
        return False
    urls = inputs(request)
    return request_sha(request, contents(c, urls) if urls else None) != sha
