"""Listening: what a front end says, one message at a time, and never an old state after a newer one.

The messages of one widget can overlap and overtake each other in the kernel: JupyterLab sends them to the
kernel's main thread until there is a subshell, and to that one's thread from then on (its setting
``commsOverSubshells``; kernels since ipykernel 7).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets  # type: ignore[import-untyped]

MOST_VIEWS = 16  # whose latest edit is remembered
MOST_PRESSES = 256  # that are remembered
STAMP = re.compile(r"[A-Za-z0-9_-]{1,64} [0-9]{1,15}")

Take = Callable[[Mapping[str, Any], list[bytes]], None]


def listen(widget: ipywidgets.Widget, take: Take) -> None:
    """Hand on what a front end says, one message at a time; what is no mapping is no message.

    A message that names the press of a button (``press``, written as a stamp) is handed on once, however
    often it comes: a connection that was lost may bring it again, and a press may pay.

    Args:
        widget: Whose front end.
        take: Called with every message and its buffers, on whichever thread it came.
    """
    turn = threading.RLock()
    presses: dict[str, None] = {}  # that came, the latest at the end

    def hear(_: Any, message: Any, buffers: Any) -> None:
        if isinstance(message, Mapping):
            with turn:
                if (press := stamp_of(message, "press")) in presses:
                    return
                if press:
                    presses[press] = None
                if len(presses) > MOST_PRESSES:
                    del presses[next(iter(presses))]
                take(message, [bytes(one) for one in buffers or ()])

    widget.on_msg(hear)


def stamp_of(message: Mapping[str, Any], name: str = "stamp") -> str:
    """Return a message's stamp; empty, when it is none: it goes back to the page, as it came."""
    said = message.get(name)
    return said if isinstance(said, str) and STAMP.fullmatch(said) else ""


class Newest:
    """Tells the messages that a newer one has overtaken.

    Their ``stamp`` is the name of a view and the number of its latest edit: ``"mjnb-1-x7 12"``.  Each view
    counts for itself, and those that spoke last are remembered.
    """

    def __init__(self) -> None:
        self._edits: dict[str, int] = {}  # by view, the one that spoke last at the end

    def has_overtaken(self, message: Mapping[str, Any]) -> bool:
        """Return whether a newer edit of the same view was heard before; if not, this is the newest."""
        view, _, number = stamp_of(message).partition(" ")
        edit = int(number or 0)
        if edit < self._edits.get(view, 0):
            return True
        self._edits.pop(view, None)
        self._edits[view] = edit
        if len(self._edits) > MOST_VIEWS:
            del self._edits[next(iter(self._edits))]
        return False
