"""Saving what can be read of a damaged file into a new ledger.

The damaged file is only copied.  Every table is read by row numbers, halving the range around pages that
cannot be read; what was read has to pass the new ledger's own rules.  A task whose row is gone is made anew
from its history: what was asked, which id the service gave it, how it ended.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ..errors import LedgerError
from ..foreign import Foreign, hex_id
from ..identity import request_sha
from . import contents, renewal, sqlite
from .addresses import read_url
from .copying import TABLES, opened
from .faults import told
from .records import now, parameters, read_request
from .schema import ID_DIGITS, event, meta, rename, task

ENDS = ("submitted", "generating", "succeeded", "failed", "rejected", "unknown", "expired")
STATES = {"intent": "intent", "again": "intent"} | {state: state for state in ENDS}  # by kind of event
HEADER = {0: b"SQLite format 3\0", 16: b"\x10\x00", 20: b"\0\x40\x20\x20", 44: b"\0\0\0\4", 56: b"\0\0\0\1"}

SMALLEST = 64  # bytes of a row, to guess how many there can be when nothing tells

Line = dict[str, Any]


@dataclass
class Saved:
    """What came of one table.

    Attributes:
        rows: Rows that are in the new ledger as they were.
        lost: Rows that could not be read, or broke the rules.
        anew: Tasks that were made anew from their history.
    """

    rows: int = 0
    lost: int = 0
    anew: int = 0


@dataclass
class Salvaged:
    """What came of a salvage, by table."""

    tables: dict[str, Saved] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether nothing was lost."""
        return not any(one.lost or one.anew for one in self.tables.values())


def salvage(source: Path, target: Path) -> Salvaged:
    """Read what can be read of a damaged ledger into a new file.

    Args:
        source: The damaged file; it is not written to.
        target: The new file.

    Raises:
        LedgerError: There is no such file, it is beyond reading, or the target is there already.
    """
    if not source.is_file():
        raise LedgerError(f"there is no file {source}", hint="Look for the name of the damaged file.")
    if target.exists():
        raise LedgerError(f"{target} is there already", hint="Name a new file.")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="salvage-", dir=target.parent) as folder:
        copy = _copied(source, Path(folder))
        found, lost = _read(copy)
        part = Path(folder) / "new.db"
        done = _write(found, lost, part)
        if not any(one.rows for one in done.tables.values()):
            raise LedgerError(f"nothing of {source} can be read", hint="Restore a backup, if there is one.")
        part.rename(target)
    return done


def _copied(source: Path, folder: Path) -> Path:
    copy = folder / "old.db"
    shutil.copyfile(source, copy)
    log = source.with_name(source.name + "-wal")
    if log.exists():
        shutil.copyfile(log, copy.with_name("old.db-wal"))
    with copy.open("rb+") as file:
        file.truncate(max(-(-copy.stat().st_size // 4096) * 4096, 4096))  # half a page counts as one
        for place, content in HEADER.items():
            file.seek(place)
            file.write(content)
    return copy


# ---- reading ----


def _read(copy: Path) -> tuple[dict[str, list[Line]], Counter[str]]:
    engine = sqlite.bare(copy)
    found: dict[str, list[Line]] = {}
    lost: Counter[str] = Counter()
    try:
        with told(read_url(copy)), engine.connect() as c:
            driver = c.connection.driver_connection
            assert driver is not None
            driver.text_factory = lambda raw: raw.decode("utf-8", "replace")
            c.exec_driver_sql(
                "PRAGMA writable_schema=ON"
            )  # else a file that was cut short is not read at all
            for table in (meta, *TABLES):
                found[table.name] = list(_rows(c, table, lost))
    finally:
        engine.dispose()
    return found, lost


def _rows(c: sa.Connection, table: sa.Table, lost: Counter[str]) -> Iterator[Line]:
    try:
        kinds = {row[2] for row in c.exec_driver_sql(f'PRAGMA table_list("{table.name}")')}
        there = {row[1] for row in c.exec_driver_sql(f'PRAGMA table_info("{table.name}")')}
    except sa.exc.DBAPIError:
        kinds, there = set(), set()
    if kinds != {"table"}:
        return  # a view or a virtual table would run what a stranger wrote
    columns = [column.name for column in table.columns if column.name in there]
    if not columns:
        return
    names = ", ".join(f'"{name}"' for name in columns)
    query = (
        f'SELECT rowid, {names} FROM "{table.name}" NOT INDEXED WHERE rowid BETWEEN ? AND ? ORDER BY rowid'
    )
    ranges = [(1, _last(c, table))]
    while ranges:
        low, high = ranges.pop()
        at = low
        try:
            for row in c.exec_driver_sql(query, (low, high)):
                yield dict(zip(columns, row[1:], strict=True))
                at = row[0] + 1
        except sa.exc.DBAPIError:
            if at >= high:
                lost[table.name] += at == high
                continue
            middle = (at + high) // 2
            ranges += [(middle + 1, high), (at, middle)]


def _last(c: sa.Connection, table: sa.Table) -> int:
    """Return the highest row number, or what it can be at most."""
    questions = [f'SELECT {what} FROM "{table.name}"' for what in ("max(rowid)", "count(*)")]
    if table is event:
        questions.append("SELECT seq FROM sqlite_sequence WHERE name = 'event'")
    found = []
    for question in questions:
        try:
            found.append(int(c.exec_driver_sql(question).scalar() or 0))
        except sa.exc.DBAPIError:
            continue
    if any(found):
        return max(found)
    pages = int(c.exec_driver_sql("PRAGMA page_count").scalar() or 0)
    return pages * 4096 // SMALLEST if len(found) < len(questions) else 0


# ---- writing ----


def _write(found: dict[str, list[Line]], lost: Counter[str], part: Path) -> Salvaged:
    done = Salvaged({table.name: Saved(lost=lost[table.name]) for table in TABLES})
    known = {line["id"] for line in found.get("task", [])}
    anew = _from_history(found, known)
    with opened(read_url(part)) as new, new.write() as c:
        for line in found.get("meta", []):
            if line["key"] == "ledger_id":
                with contextlib.suppress(Foreign):  # a damaged one, or a stranger's: it keeps its new one
                    rename(c, hex_id(line["value"], ID_DIGITS))
        for table in TABLES:
            saved = done.tables[table.name]
            for line in found.get(table.name, []):
                good = _put(c, table, line)
                saved.rows, saved.lost = saved.rows + good, saved.lost + (not good)
            if table is task:
                there = set(c.execute(sa.select(task.c.id)).scalars())
                saved.anew = sum(_put(c, task, line) for line in anew if line["id"] not in there)
        _end_histories(c)
        renewal.bring_up(c)
        contents.renew(c, task.c.id.in_([line["id"] for line in anew]))
    saved = done.tables["task"]
    saved.lost = max(saved.lost, saved.anew) - saved.anew
    return done


def _end_histories(c: sa.Connection) -> None:
    """Let every task stand where its history ends; one whose events are all lost begins a new history."""
    bare = sa.select(task.c.id, task.c.session).where(task.c.id.not_in(sa.select(event.c.id)))
    for own_id, whose in list(c.execute(bare)):
        line = {"id": own_id, "kind": "salvaged", "at": now(), "session": whose, "payload": None}
        c.execute(sa.insert(event).values(**line))
    for own_id, last in c.execute(sa.select(event.c.id, sa.func.max(event.c.seq)).group_by(event.c.id)):
        c.execute(sa.update(task).where(task.c.id == own_id).values(rev=last))


def _put(c: sa.Connection, table: sa.Table, line: Line) -> bool:
    try:
        with c.begin_nested():
            c.execute(sa.insert(table).values(**line))
    except (sa.exc.SQLAlchemyError, ValueError, TypeError, OverflowError, AttributeError):
        return False
    return True


def _from_history(found: dict[str, list[Line]], known: set[str]) -> list[Line]:
    """Return rows for the tasks whose own are gone, as far as their events tell."""
    stories: dict[str, list[Line]] = {}
    for line in sorted(found.get("event", []), key=lambda line: line["seq"]):
        if line["id"] not in known:
            stories.setdefault(line["id"], []).append(line)
    said = ("account", "base_url", "payer")
    whose = Counter(tuple(line.get(name) for name in said) for line in found.get("task", []))
    most, _ = whose.most_common(1)[0] if whose else (("", "", ""), 0)
    return [_task_of(story) | dict(zip(said, most, strict=True)) for story in stories.values()]


def _task_of(story: Sequence[Line]) -> Line:
    said = {line["kind"]: line for line in story}
    text = str(said["intent"]["payload"]) if "intent" in said else "{}"
    states = [STATES[line["kind"]] for line in story if line["kind"] in STATES]
    kind = _kind_of(text)
    request = read_request(kind, text) if kind else None
    taken = said.get("submitted")
    return (parameters(request) if request is not None else {}) | {
        "id": story[0]["id"],
        "task_id": taken["payload"] if taken else None,
        "state": states[-1] if states else "unknown",
        "task_type": kind or "mj_upscale",
        "param_json": text,
        "request_sha": request_sha(request) if request is not None else "",
        "nonce": secrets.token_urlsafe(16),
        "session": story[-1]["session"],
        "created_at": story[0]["at"],
        "submitted_at": taken["at"] if taken else None,
        "rev": story[-1]["seq"],
    }


def _kind_of(text: str) -> str:
    """Return the task type that a body says; those of pictures made larger or varied say none."""
    try:
        sent = json.loads(text)
    except ValueError:
        return ""
    return str(sent.get("taskType") or "") if isinstance(sent, dict) else ""
