"""A button that stops what runs, and a line that says what that means."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets  # type: ignore[import-untyped]

from ..kernel import Unheard
from .showing import button, line, show, status

NAME = "Stop submitting"
FALLBACK = "sweep.stop() sends nothing new; what runs goes on."
STOPPED = "Stopped: nothing new is sent, what runs goes on and is kept. sweep.run() pays for the rest."


class StopButton:
    """A button beside a progress, gone when there is nothing left to stop; that it was pressed stays told.

    Args:
        stop: Called once, when it is pressed.
    """

    def __init__(self, stop: Callable[[], object]) -> None:
        self._stop = stop
        self.button = button(NAME, "Send nothing new; what runs goes on and is kept", "warning")
        self.button.on_click(lambda _: self._pressed())
        self.line = line("")
        self.widget = ipywidgets.HBox([self.button, self.line])

    def show(self) -> None:
        """Show it in the running cell."""
        show(self.widget, FALLBACK)

    def _pressed(self) -> None:
        self.end()
        self.line.value = status(STOPPED)
        self._stop()

    def end(self) -> None:
        """Take the button away; from any thread."""
        with Unheard():
            self.button.disabled = True
            self.button.layout.display = "none"
