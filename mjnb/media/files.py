"""Files that are there whole or not at all, also after a power cut."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from ..errors import MediaError


class NotWritten(MediaError):
    """The disk is full or the folder cannot be written; the content itself is good."""


def write_whole(target: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, also after a power cut.

    Raises:
        NotWritten: The disk is full or the folder cannot be written.
    """
    try:
        if not _holds(target, content):
            _write(target, content)
    except OSError as error:
        raise NotWritten(
            f"cannot write {target.name}: {error.strerror or error}",
            hint=f"Make room in {target.parent} or make it writable; the picture is fetched again next time.",
        ) from error


def _holds(target: Path, content: bytes) -> bool:
    """Return whether a file is there already, whole; one that was damaged since is written anew."""
    return target.exists() and target.read_bytes() == content


def _write(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".tmp-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows has no handle to sync
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
