"""Asking before paying: what it is about, and two buttons, the first of which says the price."""

from __future__ import annotations

import threading
from collections.abc import Callable

import ipywidgets  # type: ignore[import-untyped]

from ..errors import MJError
from .showing import button, line, show, status

ACCEPTED = "Accepted: every cell is paid once."
CANCELLED = "Cancelled: nothing was paid."


class Confirm:
    """A question that is answered once.

    Args:
        text: What would be paid for: cells, credits, time.
        price: What the paying button says, after "Pay about".
        pay: Called when that is pressed; what it returns is shown in the buttons' place.
        code: The line of code that does the same.
    """

    def __init__(
        self, text: str, price: str, pay: Callable[[], ipywidgets.DOMWidget | None], code: str
    ) -> None:
        self.text, self.code = text, code
        self._pay = pay
        self._once = threading.Lock()  # taken by the first answer and never given back
        self.line = line(text)
        self.yes = button(f"Pay about {price}", f"Pay about {price} and start", "primary")
        self.no = button("Cancel", "Pay nothing")
        self.yes.on_click(lambda _: self._accepted())
        self.no.on_click(lambda _: self._cancelled())
        self.widget = ipywidgets.VBox([self.line, ipywidgets.HBox([self.yes, self.no])])

    def show(self) -> None:
        """Show it in the running cell."""
        show(self.widget, f"{self.text}. Nothing is paid before you say {self.code}")

    def _accepted(self) -> None:
        if not self._once.acquire(blocking=False):
            return
        self._answered(ACCEPTED)
        try:
            further = self._pay()
        except MJError as error:
            self.line.value = status(f"Not started: {error.message}")
            return
        if further is not None:
            self.widget.children = (self.line, further)

    def _cancelled(self) -> None:
        if self._once.acquire(blocking=False):
            self._answered(CANCELLED)

    def _answered(self, text: str) -> None:
        self.yes.disabled = self.no.disabled = True
        self.line.value = status(text)
        self.widget.children = (self.line,)
