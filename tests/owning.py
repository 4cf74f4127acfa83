"""Whose descriptors are closed and written: mjnb's own, each closed once.

    with owned() as watched:
        …                          # anything with sessions
    assert watched.misused == []

A number that is closed twice, or written after it was closed, may be another's by then: a socket of the
kernel, say.  Every call of mjnb's rooms that names a descriptor by its number is held against those that they
have opened and not closed.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

USES = ("pread", "pwrite", "ftruncate", "write", "read", "lseek")


class Watched:
    """What mjnb has open, and which calls named something else."""

    def __init__(self) -> None:
        self.open: dict[int, str] = {}
        self.misused: list[str] = []
        self.opened = 0
        self._lock = threading.Lock()

    def opening(self, real: Callable[..., int]) -> Callable[..., int]:
        def call(*arguments: Any, **more: Any) -> int:
            handle = real(*arguments, **more)
            if _room():
                with self._lock:
                    self.open[handle] = str(arguments[0])
                    self.opened += 1
            return handle

        return call

    def closing(self, real: Callable[[int], None]) -> Callable[[int], None]:
        def call(handle: int) -> None:
            if room := _room():
                with self._lock:
                    if self.open.pop(handle, None) is None:
                        self.misused.append(f"{room} closes {handle}")
            real(handle)

        return call

    def handing_over(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(handle: int, *arguments: Any, **more: Any) -> Any:
            self.open.pop(handle, None)
            return real(handle, *arguments, **more)

        return call

    def using(self, real: Callable[..., Any], name: str) -> Callable[..., Any]:
        def call(handle: int, *arguments: Any) -> Any:
            if (room := _room()) and handle not in self.open:
                self.misused.append(f"{room} calls {name} of {handle}")
            return real(handle, *arguments)

        return call


@contextlib.contextmanager
def owned() -> Iterator[Watched]:
    """Watch the calls of mjnb's rooms while the block runs; what it opens should be closed at the end."""
    watched = Watched()
    with contextlib.ExitStack() as stack:
        stack.enter_context(patch.object(os, "open", watched.opening(os.open)))
        stack.enter_context(patch.object(os, "close", watched.closing(os.close)))
        stack.enter_context(patch.object(os, "fdopen", watched.handing_over(os.fdopen)))
        for name in USES:
            stack.enter_context(patch.object(os, name, watched.using(getattr(os, name), name)))
        yield watched


def _room() -> str:
    """Return which of mjnb's rooms called; empty: none."""
    name = str(sys._getframe(2).f_globals.get("__name__", ""))
    return name if name.startswith("mjnb.") else ""
