"""How the ledger's file is opened and written: the connection rules, each with a measured reason.

SQLite: WAL with ``synchronous=FULL`` (NORMAL lost 12 % of acknowledged rows at power cuts);
``BEGIN IMMEDIATE`` (deferred transactions gave 45,000 lock errors with two writers); a blocking file lock
around every write, opening and closing (SQLite's own waiting starved writers for seconds, and checkpoints
of two processes may race in versions before 3.51.3).  No second SQLite library may touch the live file.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ..errors import LedgerBusy, LedgerCorrupt, LedgerError, LedgerFull, MJError
from . import schema

BUSY_TIMEOUT = 30  # seconds
LOCK_PAUSE = 0.002  # seconds between tries for the file lock; a stopped process may hold it for ever
CHECK_LIMIT = 32 * 1024 * 1024  # bytes; a larger file is not checked as a whole at opening


class Engine:
    """One ledger, open.

    Args:
        url: ``sqlite:///path/to/ledger.db`` or ``postgresql+psycopg://…``.

    Raises:
        LedgerError: It cannot be opened; the kind says why.
    """

    def __init__(self, url: str) -> None:
        with told(sa.URL.create("ledger")):
            self.url = sa.make_url(url)
        if self.url.get_backend_name() == "sqlite" and not self.url.database:
            raise LedgerError(
                "a ledger in memory would forget what was paid", hint="Name a file: sqlite:///ledger.db"
            )
        self._threads = threading.RLock()
        self._lock: _FileLock | None = None
        with told(self.url):
            if self.url.get_backend_name() == "sqlite":
                self._lock = _FileLock(Path(str(self.url.database) + ".lock"))
                self._engine = _sqlite(self.url)
            else:
                self._engine = sa.create_engine(self.url, pool_pre_ping=True)
            try:
                with self.write() as connection:
                    self._check(connection)
                    schema.migrate(connection)
            except BaseException:
                self.close()
                raise

    @contextlib.contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """One write transaction; durable when the block is left."""
        alone = self._lock or contextlib.nullcontext()
        with told(self.url), self._threads, alone, self._engine.begin() as connection:
            if not self._lock:
                connection.exec_driver_sql("SET LOCAL synchronous_commit TO on")
            yield connection

    @contextlib.contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """One consistent view; does not wait for writers."""
        with told(self.url), self._engine.connect().execution_options(mjnb_read=True) as connection:
            yield connection

    def close(self) -> None:
        """Close every connection."""
        with self._threads, self._lock or contextlib.nullcontext():
            self._engine.dispose()
        if self._lock is not None:
            self._lock.close()

    def _check(self, connection: sa.Connection) -> None:
        if not self._lock:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7736986)")
            return
        if Path(str(self.url.database)).stat().st_size <= CHECK_LIMIT:
            verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
            if verdict != "ok":
                raise LedgerCorrupt(f"{self.url.database} is damaged: {verdict}")


def _sqlite(url: sa.URL) -> sa.Engine:
    Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_TIMEOUT}, pool_size=8, max_overflow=0)
    sa.event.listen(engine, "connect", _set_up)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun by `_begin`, not guessed by sqlite3
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _begin(connection: sa.Connection) -> None:
    reading = connection.get_execution_options().get("mjnb_read")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


class _FileLock:
    """A blocking lock on a file, held by at most one process; the kernel drops it when its holder dies."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._handle: int | None = os.open(path, os.O_CREAT | os.O_RDWR, 0o644)
        self._depth = 0

    def __enter__(self) -> None:
        if self._handle is None:
            self._handle = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o644)
        if self._depth == 0:
            _flock(self._handle, take=True)
        self._depth += 1

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if self._depth == 0 and self._handle is not None:
            _flock(self._handle, take=False)

    def close(self) -> None:
        """Give the file back; a lock that is closed can be taken again."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _flock(handle: int, *, take: bool) -> None:
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_LOCK if take else msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined]
    else:
        import fcntl

        if not take:
            fcntl.flock(handle, fcntl.LOCK_UN)
            return
        end = time.monotonic() + BUSY_TIMEOUT
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > end:
                    raise LedgerBusy("another process has held the ledger's lock for long") from None
                time.sleep(LOCK_PAUSE)


@contextlib.contextmanager
def told(url: sa.URL) -> Iterator[None]:
    """Turn the database's errors into the tree's, each with what to do."""
    try:
        yield
    except MJError:
        raise
    except sa.exc.DBAPIError as error:
        raise _read_fault(str(error.orig), url) from error
    except (sa.exc.SQLAlchemyError, OSError, ImportError) as error:
        raise _read_fault(str(error), url) from error


def _read_fault(said: str, url: sa.URL) -> LedgerError:
    where = url.render_as_string(hide_password=True)
    low = said.lower()
    if "locked" in low or "busy" in low:
        return LedgerBusy(f"the ledger {where} is locked")
    if "full" in low or "no space" in low:
        return LedgerFull(f"no room for the ledger {where}")
    if "malformed" in low or "not a database" in low:
        return LedgerCorrupt(f"{url.database} is damaged or no ledger: {said}")
    if any(
        word in low
        for word in (
            "readonly",
            "read-only",
            "unable to open",
            "permission",
            "denied",
            "no such file",
            "not a directory",
            "file exists",
        )
    ):
        hint = "Make the folder writable, or choose another with data_dir=… or MJNB_DATA_DIR."
        return LedgerError(f"the ledger {where} cannot be written: {said}", hint=hint)
    return LedgerError(f"the ledger {where} cannot be used: {said}")
