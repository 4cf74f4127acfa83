"""Whether an open ledger is still the file at its path: asked before and after every write.

SQLite goes on writing into a file that was deleted or replaced, and all of it is gone when the process ends:
what was paid meanwhile would be on no disk.  The same holds for the log beside the file (``-wal``), in which
the last commits are.  A file is known by its device and number.
"""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import LedgerMoved

Mark = tuple[int, int]


class Standing:
    """The file of an open ledger, and its log, as they were when it was opened.

    Args:
        file: The ledger's file, open.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._log = file.with_name(f"{file.name}-wal")
        self._marks = {path: mark for path in (file, self._log) if (mark := _mark(path)) is not None}

    def hold(self) -> None:
        """Hold that the files are those that were opened.

        Raises:
            LedgerMoved: One is gone, or is another now.
        """
        for path, mark in self._marks.items():
            what = f"the ledger {self._file}" if path == self._file else f"the log of the ledger, {path},"
            try:
                found = _mark(path)
            except OSError as error:
                why = error.strerror or type(error).__name__
                raise LedgerMoved(
                    f"{what} was lost ({why}) while it was in use; nothing more is sent"
                ) from None
            if found == mark:
                continue
            if found is None:
                raise LedgerMoved(f"{what} was deleted or moved while it was in use; nothing more is sent")
            raise LedgerMoved(
                f"{what} was replaced by another file while it was in use; nothing more is sent"
            )

    def end(self) -> None:
        """Expect no log any more: it goes with the last connection, and a later look begins another."""
        self._marks.pop(self._log, None)


def _mark(path: Path) -> Mark | None:
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_dev, found.st_ino
