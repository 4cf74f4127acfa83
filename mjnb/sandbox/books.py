"""The books as a file: a line per task, which several processes may add to and read from at once.

Two notebooks in one folder have a sandbox each, and one file of books.  Lines are only ever appended, each in
one write and under a lock, so none is torn by another process; a line that a crash tore is passed over, and
stays.  Credits, the limit of requests, links and callbacks are each process's own.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from ..foreign import NO_LINK
from .tasks import Task

HEAD = 64  # bytes
ADD = (
    os.O_RDWR | os.O_APPEND | NO_LINK | getattr(os, "O_BINARY", 0)
)  # no link: it would lead to another's file
LOCKED_BYTE = 2**40  # Windows locks bytes, not files: one that is never written


class Books:
    """A file of tasks, read as far as it has grown.

    Args:
        path: The file; None: there is none, and nothing is kept.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._read = 0  # bytes that are known
        self._head = b""  # the first of them, with the first task's id: tells one file from another

    def news(self) -> list[Task]:
        """Return the tasks that were added since the last time, also by other processes; oldest first."""
        if self.path is None:
            return []
        try:
            with self.path.open("rb") as file:
                whole = self._grown(file)
        except FileNotFoundError:
            return []
        lines = whole.split(b"\n")  # prompts may hold other line ends
        return [task for line in lines if line and (task := _task_of(line))]

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Keep other processes from adding; what `news` says then is all there is."""
        if self.path is None:
            yield
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(self.path, ADD | os.O_CREAT, 0o644), "ab") as file:
            with contextlib.suppress(OSError):  # a file system without locks: one write a line must do
                _lock(file.fileno())
            yield  # closing the file gives the lock back

    def add(self, task: Task) -> None:
        """Add a task, while they are `held` and the news are known.

        Raises:
            OSError: The disk is full or the file cannot be written.
        """
        if self.path is None:
            return
        line = json.dumps(asdict(task), ensure_ascii=False).encode() + b"\n"
        handle = os.open(self.path, ADD)
        try:
            size = os.fstat(handle).st_size
            torn = b"\n" if size > self._read else b""  # a process ended while it wrote
            if os.write(handle, torn + line) < len(torn + line):
                raise OSError(f"{self.path} took a part of a line only")
            self._read = size + len(torn + line)
            os.lseek(handle, 0, os.SEEK_SET)
            self._head = os.read(handle, HEAD)
        finally:
            os.close(handle)

    def _grown(self, file: BinaryIO) -> bytes:
        """Return the whole lines behind what is known; all of them when it is not the file that it was."""
        if file.read(len(self._head)) != self._head or os.fstat(file.fileno()).st_size < self._read:
            self._read = 0
        file.seek(self._read)
        whole, end, _ = file.read().rpartition(b"\n")  # behind it: a line that is being written, or is torn
        self._read += len(whole) + len(end)
        file.seek(0)
        self._head = file.read(min(HEAD, self._read))
        return whole


def _task_of(line: bytes) -> Task | None:
    try:
        return Task.read(json.loads(line))
    except (ValueError, TypeError, AttributeError):
        return None


def _lock(handle: int) -> None:
    if os.name == "nt":
        import msvcrt

        os.lseek(handle, LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined]
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX)
