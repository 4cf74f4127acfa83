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

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from . import errors
    from .errors import MJError
    from .loop import nest
    from .metrics import metric
    from .pages import Page
    from .panels.panel import panel
    from .sandbox import Sandbox
    from .sessions import Session, use
    from .sweeps import Sweep

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

__all__ = [
    "MJError",
    "Sandbox",
    "Session",
    "Sweep",
    "__version__",
    "errors",
    "help",
    "metric",
    "nest",
    "panel",
    "session",
    "use",
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


def __getattr__(name: str) -> Any:
    if name in VERBS:
        return getattr(session(), name)
    if name in HOMES:
        return getattr(import_module(f".{HOMES[name]}", __name__), name)
    if name == "errors":
        return import_module(".errors", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *VERBS, *HOMES, "errors"})
