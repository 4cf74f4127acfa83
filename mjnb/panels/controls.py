"""The form's widget: draws what `form.describe` says, tells what is said, shows what Python makes of it.

What is typed comes as messages, each with a stamp; what is read of it goes back with that stamp, so that a
late answer never undoes what was typed since.  Python changes the form by `load` alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import traitlets

from ..params import rows
from ..widgets.listening import listen
from ..widgets.own import OwnWidget
from .frontend import joined
from .live import Live

TEXT_LIMIT = (
    20_000  # characters of one control that are read; more are cut, and the domain says what is wrong
)

Heard = Callable[[Mapping[str, Any], Sequence[bytes]], None]


class Form(OwnWidget):
    """The form in front of people.

    Args:
        spec: What to draw; see `form.describe`.
        said: The values to begin with.
        heard: Called with every message of the front end, and its buffers; what it raises is shown.
    """

    _esm = joined("dom.js", "form.js")

    spec = traitlets.Dict().tag(sync=True)
    said = traitlets.Dict().tag(sync=True)
    heard = traitlets.Int().tag(sync=True)  # how many messages were taken in: the sign of life
    stamp = traitlets.Unicode().tag(sync=True)  # the edit that `said` and `live` answer
    loads = traitlets.Int().tag(sync=True)  # how often Python has changed the form
    live = traitlets.Dict().tag(sync=True)
    pictures: Any = traitlets.List().tag(sync=True)
    earlier: Any = traitlets.List().tag(sync=True)
    busy = traitlets.Bool().tag(sync=True)
    status = traitlets.Unicode().tag(sync=True)
    trouble = traitlets.Unicode().tag(sync=True)
    ask = traitlets.Dict().tag(sync=True)

    def __init__(self, spec: Mapping[str, Any], said: Mapping[str, Any], heard: Heard) -> None:
        super().__init__(spec=dict(spec), said=dict(said))
        self.lock = threading.RLock()  # what several threads set must not be lost between two sends
        self._hear = heard
        listen(self, self._take)

    def load(self, said: Mapping[str, Any]) -> None:
        """Put other values into the form."""
        self.tell(said=dict(said), loads=self.loads + 1)

    def tell(self, **what: Any) -> None:
        """Change what is shown, in one message; from any thread."""
        with self.lock, self.hold_sync():
            for name, value in what.items():
                setattr(self, name, value)

    def show(self, live: Live) -> None:
        """Show what the form says."""
        seen = {"command": live.command, "json": live.json, "cost": live.cost}
        lists = {"warnings": list(live.warnings), "faults": list(live.faults)}
        self.tell(live=seen | lists)

    def _take(self, message: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
        """Hand on what the front end says; whatever goes wrong is shown."""
        try:
            self._hear(message, buffers)
        except Exception as error:
            self.tell(trouble=f"{type(error).__name__}: {error}")
        finally:
            self.tell(heard=self.heard + 1)


def read_said(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that a message of the front end says; what has no control is left out."""
    given = message.get("said")
    table = rows()
    found = given if isinstance(given, Mapping) else {}
    return {name: _bounded(value) for name, value in found.items() if name in table and _is_plain(value)}


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float | bool)


def _bounded(value: Any) -> Any:
    return value[:TEXT_LIMIT] if isinstance(value, str) else value
