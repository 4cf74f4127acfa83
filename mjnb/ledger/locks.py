"""A lock on a file, for which writers queue up: SQLite's own waiting starved them for seconds."""

from __future__ import annotations

import os
import time
from pathlib import Path

from ..errors import LedgerBusy
from ..foreign import NO_LINK

BUSY_TIMEOUT = 30  # seconds
LOCK_PAUSE = 0.002  # seconds between tries for the file lock; a stopped process may hold it for ever


class FileLock:
    """A blocking lock on a file, held by at most one process; the kernel drops it when its holder dies.

    Args:
        path: The file, made when it is not there; it stays, and its content is the owner's.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._handle: int | None = os.open(path, os.O_CREAT | os.O_RDWR | NO_LINK, 0o644)
        self._depth = 0

    def __enter__(self) -> None:
        if self._handle is None:
            self._handle = os.open(self._path, os.O_CREAT | os.O_RDWR | NO_LINK, 0o644)
        if self._depth == 0:
            self._take()
        self._depth += 1

    def _take(self) -> None:
        """Take the lock of the file at the path: one deleted beside its ledger is made again."""
        assert self._handle is not None
        _take(self._handle)
        while self._path.with_suffix("").exists() and not self._is_there():
            said = self.read()
            try:
                fresh = os.open(self._path, os.O_CREAT | os.O_RDWR | NO_LINK, 0o644)
            except (FileNotFoundError, NotADirectoryError):
                return  # the folder has just gone, which `Standing` tells
            os.close(self._handle)
            self._handle = fresh
            _take(self._handle)
            if not self.read():
                self.write(said)

    def _is_there(self) -> bool:
        try:
            return self._handle is not None and os.path.samestat(os.stat(self._path), os.fstat(self._handle))
        except (FileNotFoundError, NotADirectoryError):
            return False

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if self._depth == 0 and self._handle is not None:
            _flock(self._handle, take=False)

    def read(self) -> str:
        """Return what was last written, also by another process."""
        return "" if self._handle is None else os.pread(self._handle, 100, 0).decode("ascii", "replace")

    def write(self, text: str) -> None:
        """Write a line into the file, for good."""
        if self._handle is not None:
            os.pwrite(self._handle, text.encode("ascii"), 0)
            os.fsync(self._handle)

    def close(self) -> None:
        """Give the file back; a lock that is closed can be taken again."""
        handle, self._handle = (
            self._handle,
            None,
        )  # first: closed twice, it may be another
        if handle is not None:
            os.close(handle)


def take_now(handle: int) -> bool:
    """Take the lock of an open file when it is free, and say whether it was."""
    try:
        _flock(handle, take=True)
    except OSError:
        return False
    return True


def _take(handle: int) -> None:
    end = time.monotonic() + BUSY_TIMEOUT
    while not take_now(handle):
        if time.monotonic() > end:
            raise LedgerBusy("another process has held the ledger's lock for long")
        time.sleep(LOCK_PAUSE)


def _flock(handle: int, *, take: bool) -> None:
    if os.name == "nt":
        import msvcrt

        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK if take else msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined]
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB if take else fcntl.LOCK_UN)
