"""Which sessions still live: what a dead one left open is taken over, what a live one has is left alone."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from .records import now

SILENT_AFTER = 600_000  # milliseconds; a session on another machine that long silent is taken for dead

mine: set[str] = set()  # sessions that live in this process
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=mine.clear)  # the parent's sessions are not the child's to end


def alive(own_id: str, host: str, pid: int, born: str, last_event: int | None) -> bool:
    """Return whether a session that never said goodbye still runs."""
    if own_id in mine:
        return True
    if host != socket.gethostname():
        return last_event is not None and now() - last_event < SILENT_AFTER
    return pid != os.getpid() and birth(pid) == born and _exists(pid)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def birth(pid: int) -> str:
    """Return when a process began, where the system tells, so that a reused pid is not taken for it."""
    try:
        state, *rest = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return "" if state in "ZX" else rest[18]  # a zombie is dead, only nobody has asked for it yet
    except (OSError, IndexError):
        return ""
