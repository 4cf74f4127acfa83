"""The default session: the one that ``mj.imagine`` and ``%mj`` work with."""

from __future__ import annotations

import threading

from .session import Session

_default: list[Session] = []
_lock = threading.Lock()


def default_session() -> Session:
    """Return the session that the package's own verbs work with; made at the first call."""
    with _lock:
        if not _default:
            _default.append(Session())
        return _default[0]


def use(session: Session) -> Session:
    """Make a session the one that the package's own verbs and the magics work with."""
    with _lock:
        _default[:] = [session]
    return session
