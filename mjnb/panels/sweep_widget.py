"""The sweep tab's widget: what the front end shows; it knows nothing of sweeps."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

import traitlets

from .. import display
from ..widgets.own import OwnWidget
from .frontend import joined


class SweepWidget(OwnWidget):
    """One or two axes, the plan of them, a question before paying, progress and a figure."""

    _esm = joined("dom.js", "sweep.js")
    _css = joined("gallery.css", "sweep.css")

    parameters = traitlets.List(traitlets.Dict()).tag(sync=True)
    form = traitlets.Dict().tag(sync=True)
    base = traitlets.Unicode().tag(sync=True)  # what is held fixed, as a line
    facts = traitlets.List(traitlets.List(traitlets.Unicode())).tag(sync=True)
    faults = traitlets.List(traitlets.Unicode()).tag(sync=True)
    trouble = traitlets.Unicode().tag(sync=True)  # what the latest run met
    run_words = traitlets.Unicode("Run").tag(sync=True)
    python = traitlets.Unicode().tag(sync=True)
    magic = traitlets.Unicode().tag(sync=True)
    question = traitlets.Unicode().tag(sync=True)  # what is to be confirmed; empty: nothing
    price = traitlets.Unicode().tag(sync=True)
    can_run = traitlets.Bool(False).tag(sync=True)
    running = traitlets.Bool(False).tag(sync=True)
    done = traitlets.Int().tag(sync=True)
    total = traitlets.Int().tag(sync=True)
    progress = traitlets.Unicode().tag(sync=True)
    news = traitlets.Unicode().tag(sync=True)  # what a screen reader says
    plot = traitlets.Bytes().tag(sync=True)
    plot_type = traitlets.Unicode().tag(sync=True)
    plot_alt = traitlets.Unicode().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._lock = threading.RLock()  # what several threads show must not be lost between two sends

    def tell(self, **what: Any) -> None:
        """Change what is shown, in one message; from any thread."""
        with self._lock, self.hold_sync():
            for name, value in what.items():
                setattr(self, name, value)


class Progress(display.Live):
    """A place in the widget where a run tells how far it is; from any thread."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__()
        self._tell = tell

    def show(self, text: str, html: str, metadata: Mapping[str, Any] | None = None) -> None:
        """Show the text in the widget."""
        self._tell(text)

    def end(self) -> None:
        """Leave the last state standing."""
