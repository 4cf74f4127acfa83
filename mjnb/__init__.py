"""mjnb: a notebook laboratory for Midjourney.

    %load_ext mjnb
    %mj a lighthouse at dusk --ar 16:9 --s 250

    import mjnb as mj
    sweep = mj.sweep("a lighthouse", stylization=[0, 250, 500, 1000], weirdness=[0, 1000, 3000])
    sweep.plan()
    sweep.run().plot()
    mj.tasks()

The verbs work on a default session, made at the first use; `Session` makes one of your own.  Importing
this module loads nothing heavy; each library is loaded when it is first needed.
"""

from __future__ import annotations

from functools import cache, wraps
from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:  # what `__getattr__` returns, for type checkers and editors
    from . import errors
    from .errors import MJError
    from .loop import nest
    from .metrics import metric
    from .pages import Page
    from .panels.panel import panel
    from .sandbox import Sandbox
    from .sessions import PublicMachineWarning, Session, UnsettledWarning, use
    from .sweeps import Sweep

    _session = Session()
    animate = _session.animate
    callbacks = _session.callbacks
    credits = _session.credits
    extend = _session.extend
    images = _session.images
    imagine = _session.imagine
    resolve = _session.resolve
    send = _session.send
    sweep = _session.sweep
    task = _session.task
    tasks = _session.tasks
    upscale = _session.upscale
    vary = _session.vary

VERBS = (
    "animate",
    "callbacks",
    "credits",
    "extend",
    "images",
    "imagine",
    "resolve",
    "send",
    "sweep",
    "task",
    "tasks",
    "upscale",
    "vary",
)
HOMES = {
    "MJError": "errors",
    "PublicMachineWarning": "sessions",
    "Sandbox": "sandbox",
    "Session": "sessions",
    "Sweep": "sweeps",
    "UnsettledWarning": "sessions",
    "metric": "metrics",
    "nest": "loop",
    "panel": "panels",
    "use": "sessions",
}

__all__ = [  # without `help`, which would hide Python's own
    "MJError",
    "PublicMachineWarning",
    "Sandbox",
    "Session",
    "Sweep",
    "UnsettledWarning",
    "__version__",
    "animate",
    "callbacks",
    "credits",
    "errors",
    "extend",
    "images",
    "imagine",
    "metric",
    "nest",
    "panel",
    "resolve",
    "send",
    "session",
    "sweep",
    "task",
    "tasks",
    "upscale",
    "use",
    "vary",
]


def session() -> Session:
    """Return the default session; made at the first call."""
    from .sessions import default_session

    return default_session()


def help(name: str | None = None) -> Page:
    """Return the reference of all parameters, or of one by its name, API name or flag."""
    from . import reference

    return reference.page() if name is None else reference.entry(name)


def load_ipython_extension(shell: Any) -> None:
    """Add ``%mj`` and ``%%mj`` (``%load_ext mjnb``)."""
    from .magics import load

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Take them away (``%unload_ext mjnb``)."""
    from .magics import unload

    unload(shell)


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """Say where the Jupyter Server extension is."""
    return [{"module": "mjnb.server"}]


if not TYPE_CHECKING:  # a checker that saw it would take every name for one of ours

    def __getattr__(name: str) -> Any:
        if name in VERBS:
            return _verb(name)
        if name in HOMES:
            return getattr(import_module(f".{HOMES[name]}", __name__), name)
        if name == "errors":
            return import_module(".errors", __name__)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@cache
def _verb(name: str) -> Any:
    """Return a verb of the session that is the default one when it is called."""
    from inspect import signature

    from .sessions import Session

    method = getattr(Session, name)
    found = signature(method)

    @wraps(method)
    def verb(*args: Any, **how: Any) -> Any:
        return getattr(session(), name)(*args, **how)

    vars(verb)["__signature__"] = found.replace(parameters=list(found.parameters.values())[1:])
    return verb


def __dir__() -> list[str]:
    return sorted({*globals(), *VERBS, *HOMES, "errors"})
