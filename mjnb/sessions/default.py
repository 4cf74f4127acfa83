"""The default session: the one that ``mj.imagine`` and ``%mj`` work with.

When a setting is chosen in the notebook, what can change in place does: the speed, and what may be spent.
For anything else the next use makes a new session; the one before is not closed, so that its tasks stay
tracked and the handles that a notebook holds go on working.
"""

from __future__ import annotations

import threading

from .. import config
from .session import Session

_default: list[Session] = []
_former: list[Session] = []  # made by us, and replaced since
_seen = [0]  # the changes of settings that the default session knows
_lock = threading.Lock()

IN_PLACE = ("speed", "max_credits", "ask_above")


def default_session() -> Session:
    """Return the session that the package's own verbs work with; made at the first call."""
    with _lock:
        changes = config.changes()
        if not _default:
            _default.append(Session())
        elif _seen[0] != changes:
            _default[:] = [_brought_up_to_date(_default[0])]
        _seen[0] = changes
        return _default[0]


def current() -> Session | None:
    """Return the default session if there is one; makes none."""
    return _default[0] if _default else None


def use(session: Session) -> Session:
    """Make a session the one that the package's own verbs and the magics work with."""
    with _lock:
        _default[:] = [session]
        _seen[0] = config.changes()
    return session


def _brought_up_to_date(session: Session) -> Session:
    """Return the session with the settings chosen since: itself where that will do, else a new one."""
    wanted = config.settings()
    own = session.settings
    if _identity(wanted) == _identity(own) or _said_in_code(session):
        for name in IN_PLACE:
            if own.sources.get(name) != config.IN_CODE:
                _apply(session, name, getattr(wanted, name))
        return session
    _former.append(session)
    return Session()


def _identity(settings: config.Settings) -> tuple[object, ...]:
    return (
        settings.base_url,
        settings.key,
        settings.data_dir,
        settings.ledger,
        settings.owner,
        settings.time_scale,
        settings.upload_url,
    )


def _said_in_code(session: Session) -> bool:
    """Whether the session was made with settings of its own, which go before those chosen."""
    return config.IN_CODE in session.settings.sources.values()


def _apply(session: Session, name: str, value: object) -> None:
    if name == "speed":
        session.speed = str(value)
    elif name == "max_credits":
        session.desk.limit(value if isinstance(value, int | float) else None)
    else:
        session.ask_above = session.desk.ask_above(value if isinstance(value, int | float) else None)
