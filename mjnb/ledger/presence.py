"""Which sessions still live: what a dead one left open is taken over, what a live one has is left alone.

On this machine the process is looked at.  On another one, a session that follows tasks is heard of every
minute; after ten silent minutes it is taken for dead.  Should it live all the same, nothing is paid twice:
its tasks are then looked at by two, a request that it has under way is ``unknown``, which nobody pays again,
and its answer, when it comes, is recorded as ever.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

import sqlalchemy as sa

from .records import now
from .schema import event, session

SILENT_AFTER = 600_000  # milliseconds; a session on another machine that long silent is taken for dead
BEAT = 60_000  # milliseconds after which a session that writes nothing else says that it lives

_last_event = sa.select(sa.func.max(event.c.at)).where(event.c.session == session.c.id).scalar_subquery()
COLUMNS = (
    session.c.id,
    session.c.host,
    session.c.pid,
    session.c.born,
    sa.func.coalesce(session.c.seen_at, _last_event),
)

mine: set[str] = set()  # sessions that live in this process
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=mine.clear)  # the parent's sessions are not the child's to end


def alive(own_id: str, host: str, pid: int, born: str, heard: int | None, at: int | None = None) -> bool:
    """Return whether a session that never said goodbye still runs.

    Args:
        own_id, host, pid, born: Whose it is.
        heard: When it was last heard of, in epoch milliseconds.
        at: The time now by the same clock; None: this machine's.
    """
    if own_id in mine:
        return True
    if host != socket.gethostname():
        return heard is not None and (now() if at is None else at) - heard < SILENT_AFTER
    return pid != os.getpid() and birth(pid) == born and _exists(pid)


def living(c: sa.Connection, at: int) -> list[str]:
    """Return the sessions that still run.

    Args:
        c: A view of the ledger.
        at: The time now by the ledger's clock, in epoch milliseconds.
    """
    running = c.execute(sa.select(*COLUMNS).where(session.c.ended_at.is_(None)))
    return [row[0] for row in running if alive(*row, at)]


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
