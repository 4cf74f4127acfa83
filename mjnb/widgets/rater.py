"""The rater: pictures to judge in a notebook, by keys or buttons; it knows neither sweep nor ledger.

The front end (``rater.js``) comes with the package and asks nothing of the network.  JupyterLab and
Notebook take keys of focused elements for shortcuts unless each carries ``data-lm-suppress-shortcuts``.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import traitlets

from .listening import listen
from .own import OwnWidget


class Asked(Protocol):
    """What a question tells: its kind, and small JPEGs from left to right."""

    @property
    def kind(self) -> str: ...
    @property
    def pictures(self) -> tuple[bytes, ...]: ...


class Asking(Protocol):
    """A round of questions, as `mjnb.sweeps` makes it."""

    kind: str

    @property
    def progress(self) -> tuple[int, int]: ...
    def next(self) -> Asked | None: ...
    def answer(self, choice: Any, worst: Any = None) -> Asked | None: ...
    def skip(self) -> Asked | None: ...
    def undo(self) -> Asked | None: ...


class Rater(OwnWidget):
    """A widget that shows one question after the other.

    Args:
        asking: Where questions come from and answers go.
    """

    _esm = Path(__file__).with_name("rater.js")
    _css = Path(__file__).with_name("rater.css")

    kind = traitlets.Unicode().tag(sync=True)
    pictures = traitlets.List(traitlets.Unicode()).tag(sync=True)
    done = traitlets.Int().tag(sync=True)
    total = traitlets.Int().tag(sync=True)
    trouble = traitlets.Unicode().tag(sync=True)

    def __init__(self, asking: Asking) -> None:
        super().__init__(kind=asking.kind)
        self._asking = asking
        self._show(asking.next())
        listen(self, self._take)

    def _take(self, message: Mapping[str, Any], _: object) -> None:
        """Do what the front end says; whatever goes wrong is shown and the question stays."""
        self.trouble = ""
        try:
            self._show(self._do(message))
        except Exception as error:
            self.trouble = f"{type(error).__name__}: {error}"

    def _do(self, message: Mapping[str, Any]) -> Asked | None:
        verb = message.get("do")
        if message.get("at") != self.done:
            return self._asking.next()  # a key that was pressed for an earlier question
        if verb == "answer":
            return self._asking.answer(message.get("choice"), message.get("worst"))
        if verb == "skip":
            return self._asking.skip()
        return self._asking.undo() if verb == "undo" else self._asking.next()

    def _show(self, asked: Asked | None) -> None:
        done, total = self._asking.progress
        with self.hold_sync():
            self.trouble = ""
            self.done, self.total = done, total
            self.pictures = [_uri(content) for content in (asked.pictures if asked else ())]


def _uri(content: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(content).decode()}"
