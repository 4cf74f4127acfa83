"""A button that stops what runs."""

from __future__ import annotations

from collections.abc import Callable

from .showing import button, show

NAME = "Stop submitting"
FALLBACK = "sweep.stop() sends nothing new; what runs goes on."


class StopButton:
    """A button beside a progress, gone when there is nothing left to stop.

    Args:
        stop: Called once, when it is pressed.
    """

    def __init__(self, stop: Callable[[], object]) -> None:
        self._stop = stop
        self.widget = button(NAME, "Send nothing new; what runs goes on and is kept", "warning")
        self.widget.on_click(lambda _: self._pressed())

    def show(self) -> None:
        """Show it in the running cell."""
        show(self.widget, FALLBACK)

    def _pressed(self) -> None:
        self.widget.disabled = True
        self.widget.description = "Stopped: what runs goes on"
        self._stop()

    def end(self) -> None:
        """Take it away; from any thread."""
        self.widget.disabled = True
        self.widget.layout.display = "none"
