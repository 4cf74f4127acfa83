"""A ledger in a file: the connection rules, each with a measured reason.

WAL with ``synchronous=FULL`` (NORMAL lost 12 % of acknowledged rows at power cuts); ``BEGIN IMMEDIATE``
(deferred transactions gave 45,000 lock errors with two writers); a blocking file lock around every write,
opening and closing (SQLite's own waiting starved writers for seconds, and checkpoints of two processes may
race in versions before 3.51.3).  No second SQLite library may touch the live file.

WAL shares memory between processes, which a network file system cannot: there it is a rollback journal
with ``synchronous=EXTRA`` (FULL lost 4 of 50 last commits), good for one machine at a time, and told.
"""

from __future__ import annotations

import contextlib
import os
import warnings
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ..errors import LedgerError
from ..foreign import Foreign, hold_plain
from . import locks
from .faults import damaged, strange

CHECK_LIMIT = 32 * 1024 * 1024  # bytes; a larger file is not checked as a whole at opening
MOUNTS = Path("/proc/self/mounts")
NETWORK = {
    *("9p", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs"),
    *("nfs4", "ocfs2", "orangefs", "panfs", "smb3", "smbfs", "vboxsf", "virtiofs", "vmhgfs"),
}


class NetworkLedgerWarning(UserWarning):
    """The ledger's file is on a network file system: safe for one machine at a time only."""


def file_of(url: sa.URL) -> Path:
    """Return the file of a ledger's URL."""
    return Path(str(url.database))


def connect(url: sa.URL) -> sa.Engine:
    """Return an engine by the rules above.

    Args:
        url: The file's; ``?journal=delete`` asks for a rollback journal.
    """
    file_of(url).parent.mkdir(parents=True, exist_ok=True)
    journal = _journal(url)
    options = {"timeout": locks.BUSY_TIMEOUT}
    bare = url.difference_update_query(["journal"])
    engine = sa.create_engine(bare, connect_args=options, pool_size=8, max_overflow=0, hide_parameters=True)

    def set_up(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions are begun by `_begin`, not guessed by sqlite3
        if connection.execute("PRAGMA journal_mode").fetchone()[0] != journal:
            found = connection.execute(f"PRAGMA journal_mode={journal}").fetchone()[0]
            if found != journal:
                raise LedgerError(f"the ledger {file_of(url)} cannot be used with journal mode {journal}")
        connection.execute(f"PRAGMA synchronous={'FULL' if journal == 'wal' else 'EXTRA'}")
        connection.execute("PRAGMA foreign_keys=ON")
        _distrust(connection, None)

    sa.event.listen(engine, "connect", set_up)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _distrust(connection: Any, _record: Any) -> None:
    """Let nothing that a file defines call more than arithmetic, and look at each page for what cannot be."""
    connection.execute("PRAGMA trusted_schema=OFF")
    connection.execute("PRAGMA cell_size_check=ON")


def _begin(connection: sa.Connection) -> None:
    reading = connection.get_execution_options().get("mjnb_read")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _journal(url: sa.URL) -> str:
    asked = url.query.get("journal")
    if asked not in (None, "wal", "delete"):
        raise LedgerError(f"journal={asked} is none", hint="Say journal=wal or journal=delete.")
    if asked is not None:
        return str(asked)
    kind = file_system(file_of(url).parent)
    if not is_network(kind):
        return "wal"
    warnings.warn(
        f"the ledger {file_of(url)} is on a network file system ({kind}): it is written with a rollback "
        "journal, slower, and safe for one machine at a time only; several share one on PostgreSQL",
        NetworkLedgerWarning,
        stacklevel=2,
    )
    return "delete"


def is_network(kind: str) -> bool:
    """Return whether files of such a file system may be on another machine, where WAL cannot work."""
    return kind in NETWORK or kind.startswith("fuse.")


def file_system(folder: Path, mounts: Path = MOUNTS) -> str:
    """Return the kind of the file system that a folder is on; empty where the system does not tell.

    Args:
        folder: One that is there.
        mounts: The system's list of mounts.
    """
    try:
        lines = [line.split(" ") for line in mounts.read_text(errors="surrogateescape").splitlines()]
    except OSError:
        return ""
    real = os.path.realpath(folder)
    found, longest = "", -1
    for _, point, kind, *_ in lines:
        place = point.replace(r"\040", " ").replace(r"\011", "\t").replace(r"\134", "\\")
        if real == place or real.startswith(place.rstrip("/") + "/"):
            found, longest = (kind, len(place)) if len(place) >= longest else (found, longest)
    return found


def check_filled(url: sa.URL, was_here: bool) -> None:
    """Look, before SQLite writes its own first page, whether a ledger's file has lost all it held.

    Raises:
        LedgerCorrupt: It was a ledger once, and is empty.
    """
    file = file_of(url)
    if was_here and file.exists() and file.stat().st_size == 0:
        raise damaged(url, "it was a ledger and is empty now")


def check(connection: sa.Connection, url: sa.URL, was_here: bool) -> None:
    """Look whether the file is whole, as far as that is cheap.

    Raises:
        LedgerCorrupt: It is not; or it is empty, and was a ledger once.
    """
    size = file_of(url).stat().st_size
    if was_here and connection.exec_driver_sql("SELECT count(*) FROM sqlite_schema").scalar() == 0:
        raise damaged(url, "it was a ledger and is empty now")
    _hold_ours(connection, url)  # before the check, which would run what a table checks
    if size <= CHECK_LIMIT:
        verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        if verdict != "ok":
            raise damaged(url, str(verdict))


def _hold_ours(connection: sa.Connection, url: sa.URL) -> None:
    """Refuse a file that is no ledger, or defines something that runs by itself."""
    found = [(row[0], row[1]) for row in connection.exec_driver_sql("SELECT name, sql FROM sqlite_schema")]
    if found and "meta" not in {name for name, _ in found}:
        hint = "Name a new file: mjnb adds nothing to another program's."
        raise LedgerError(f"{file_of(url)} is the database of another program", hint=hint)
    try:
        hold_plain(found)
    except Foreign as fault:
        raise strange(url, str(fault)) from None


def copy(source: Any, file: Path) -> None:
    """Copy the database of an open connection of the driver's to a new file, as it is at this moment."""
    target = bare(file)
    try:
        with contextlib.closing(target.raw_connection()) as to:
            source.backup(to.driver_connection)
    finally:
        target.dispose()


def bare(file: Path) -> sa.Engine:
    """Return an engine without rules, for files that are nobody's ledger: copies and damaged ones."""
    url = sa.URL.create("sqlite", database=str(file))
    engine = sa.create_engine(url, poolclass=sa.NullPool, hide_parameters=True)
    sa.event.listen(engine, "connect", _distrust)
    return engine
