"""What the service answered while the ledger could not be written: kept on this machine until it can.

Its room on the disk is taken when the session opens, so that a full disk does not lose a paid answer; each
line is on the disk when `keep` returns.  A session that dies leaves its file to the next one here that opens
the same ledger.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ..foreign import NO_LINK, hex_id
from .locks import take_now

ROOM = 64 * 1024  # bytes; submits stop when the ledger cannot be written, so that only a few lines come
VERBS = ("submitted", "rejected", "unknown", "unsent")

Fact = dict[str, Any]  # verb, id, args


class Spool:
    """The lines that one session could not write.

    Args:
        folder: Where the files are.
        ledger_id: Whose lines; others' files are left alone.
        session: Who writes.

    Raises:
        OSError: There is no room, or no right to write.
    """

    def __init__(self, folder: Path, ledger_id: str, session: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.facts: list[Fact] = []
        self.lock = threading.RLock()
        self._folder = folder
        self._theirs = re.compile(rf"{hex_id(ledger_id, 16)}-.+\.jsonl")
        self.path = folder / f"{ledger_id}-{session}.jsonl"
        self._handle: int | None = None
        self._at = 0
        self._pid = os.getpid()
        handle = self._open()
        try:
            os.write(handle, b"\n" * ROOM)
            os.fsync(handle)
        except OSError:
            self.close()
            raise

    def _open(self) -> int:
        self._handle = os.open(self.path, os.O_CREAT | os.O_RDWR | NO_LINK, 0o600)
        take_now(self._handle)
        return self._handle

    @contextlib.contextmanager
    def _file(self) -> Iterator[int]:
        """The file; opened for the moment, where the session is closed and an answer comes late."""
        with self.lock:
            if self._handle is not None:
                yield self._handle
                return
            handle = self._open()
            self._at = os.fstat(handle).st_size  # it may be a new one: the next session took up the old
            try:
                yield handle
            finally:
                self.close()

    def keep(self, verb: str, own_id: str, *args: Any) -> None:
        """Keep a fact; on the disk when this returns.

        Raises:
            OSError: Not even that was possible.
        """
        fact = {"verb": verb, "id": own_id, "args": list(args)}
        line = json.dumps(fact).encode() + b"\n"
        with self._file() as handle:
            if os.fstat(handle).st_nlink == 0:  # the folder was deleted: the file is made again, whole
                handle = self._anew()
            os.pwrite(handle, line, self._at)
            os.fsync(handle)
            self._at += len(line)
            self.facts.append(fact)

    def _anew(self) -> int:
        old, self._handle = self._handle, None  # whatever fails here, no number of a closed file is kept
        if old is not None:
            os.close(old)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = self._open()
        before = b"".join(json.dumps(fact).encode() + b"\n" for fact in self.facts)
        os.pwrite(handle, before, 0)
        self._at = len(before)
        return handle

    def clear(self) -> None:
        """Forget what has been written to the ledger."""
        with self._file() as handle:
            os.pwrite(handle, b"\n" * min(self._at, ROOM), 0)
            os.ftruncate(handle, ROOM)
            os.fsync(handle)
            self.facts, self._at = [], 0

    def heirless(self, write: Callable[[list[Fact]], None]) -> None:
        """Hand over the lines of dead sessions, and delete a file when that has worked."""
        for path in sorted(self._folder.iterdir()):
            if path == self.path or not self._theirs.fullmatch(path.name) or not path.is_file():
                continue
            try:
                handle = os.open(path, os.O_RDWR | NO_LINK)
            except OSError:
                continue  # another has just taken it
            try:
                if take_now(handle):
                    write(read(path))
                    path.unlink(missing_ok=True)
            finally:
                os.close(handle)

    def close(self) -> None:
        """Give the file back; what is still in it waits for the next session."""
        with self.lock:
            handle, self._handle = self._handle, None  # first: closed twice, it may be another file's by then
            if handle is None:
                return
            if not self.facts and self._pid == os.getpid():  # in a forked child, the file is its parent's
                with contextlib.suppress(OSError):  # its folder may be a file now, a link to itself, or shut
                    self.path.unlink(missing_ok=True)
            os.close(handle)


def read(path: Path) -> list[Fact]:
    """Return the whole lines of a file; a torn last one was never promised."""
    facts = []
    for line in path.read_bytes().splitlines():
        try:
            fact = json.loads(line) if line.strip() else None
        except ValueError:
            continue
        if isinstance(fact, dict) and fact.get("verb") in VERBS and isinstance(fact.get("args"), list):
            facts.append(fact)
    return facts
