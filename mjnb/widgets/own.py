"""The base of mjnb's own widgets: what they tell while the kernel ends is dropped, from any thread."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import anywidget

from ..kernel import Unheard


class OwnWidget(anywidget.AnyWidget):
    """A widget with a front end of its own."""

    def send_state(self, key: str | Iterable[str] | None = None) -> None:
        """Tell the front end what traits are now; ipywidgets calls it at every change."""
        with Unheard():
            super().send_state(key)

    def send(self, content: Any, buffers: Any = None) -> None:
        """Send the front end a message."""
        with Unheard():
            super().send(content, buffers)
