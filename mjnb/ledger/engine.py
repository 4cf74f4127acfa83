"""How a ledger is opened, read and written, whichever database keeps it.

The rules of each stand in ``sqlite.py`` and ``postgres.py``; only these three files open a database.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from . import postgres, renewal, schema, sqlite
from .faults import told
from .locks import FileLock
from .records import now
from .standing import Standing


class Engine:
    """One ledger, open.

    Args:
        url: Where it is; see `read_url`.

    Raises:
        LedgerError: It cannot be opened; the kind says why.
    """

    def __init__(self, url: sa.URL) -> None:
        self.url = url
        self.is_file = url.get_backend_name() == "sqlite"
        self._threads = threading.RLock()
        self._lock: FileLock | None = None
        self._standing: Standing | None = None
        with told(url):
            if self.is_file:
                self._lock = FileLock(sqlite.file_of(url).with_name(sqlite.file_of(url).name + ".lock"))
                self._check_filled(self._lock)
            self._engine = sqlite.connect(url) if self.is_file else postgres.connect(url)
            try:
                with self.write() as connection:
                    self.id = self._migrate(connection)
                if self._lock is not None and not self._lock.read():
                    self._lock.write(f"mjnb {self.id}\n")
                if self.is_file:
                    self._standing = Standing(sqlite.file_of(url))
                    sa.event.listen(self._engine, "do_connect", lambda *_: self.hold())  # nor another file
            except BaseException:
                self.close()
                raise

    @contextlib.contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """One write transaction, with the ledger to itself; durable when the block is left."""
        alone = self._lock or contextlib.nullcontext()
        with told(self.url), self._threads, alone:
            self.hold()
            with self._engine.begin() as connection:
                if not self.is_file:
                    postgres.alone(connection)
                yield connection
            self.hold()  # what was committed is where the next session looks for it

    def hold(self) -> None:
        """Hold that a ledger in a file is still the file at its path.

        Raises:
            LedgerMoved: It is not.
        """
        if self._standing is not None:
            self._standing.hold()

    @contextlib.contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """One consistent view; does not wait for writers."""
        options = {"mjnb_read": True} if self.is_file else postgres.READING
        with told(self.url), self._engine.connect().execution_options(**options) as connection:
            yield connection

    def clock(self, connection: sa.Connection) -> int:
        """Return milliseconds by a clock that everybody who shares this ledger reads, and nobody sets."""
        return time.monotonic_ns() // 1_000_000 if self.is_file else postgres.clock(connection)

    def wall(self, connection: sa.Connection) -> int:
        """Return the time in epoch milliseconds, by the clock of whoever keeps the ledger."""
        return now() if self.is_file else postgres.clock(connection)

    def copy_to(self, file: Path) -> None:
        """Copy a ledger in a file to a new one, without keeping others from it; what fails is the copy."""
        with contextlib.closing(self._engine.raw_connection()) as source:
            sqlite.copy(source.driver_connection, file)

    def close(self) -> None:
        """Close every connection."""
        with self._threads:
            with self._lock or contextlib.nullcontext():
                self._engine.dispose()
            if self._standing is not None:
                self._standing.end()
            if self._lock is not None:  # before another thread takes it again
                self._lock.close()

    def _check_filled(self, lock: FileLock) -> None:
        try:
            sqlite.check_filled(self.url, was_here=bool(lock.read()))
        except BaseException:
            lock.close()
            raise

    def _migrate(self, connection: sa.Connection) -> str:
        if self._lock is not None:
            sqlite.check(connection, self.url, was_here=bool(self._lock.read()))
        own_id = schema.migrate(connection)
        renewal.bring_up(connection)
        return own_id
