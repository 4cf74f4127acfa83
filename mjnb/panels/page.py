"""The page: where the panel stands in a notebook, live while there is a kernel, static always.

The output that is saved is static HTML and an empty place, no widget: so a reopened notebook shows the static
form and never an error.  As soon as the widget's model is in the page (the cell ran, or the page was loaded
again while its kernel lives) the live panel goes into that place and hides the static form.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

import ipywidgets  # type: ignore[import-untyped]
import traitlets

from .. import display
from ..display.parts import MUTED
from ..kernel import shell
from ..widgets.listening import listen
from ..widgets.own import OwnWidget
from .cards import Card
from .form import name_of
from .frontend import joined
from .live import Live

TABS = {"make": "Make", "history": "History", "sweep": "Sweep"}
SHOWN = 2  # of the last results, in the static form
_CELL = "border:1px solid var(--jp-border-color2,#bbb);padding:2px 8px;text-align:left"


class Page(OwnWidget):
    """The frame: tabs, and the widgets that stand in them.

    Args:
        on_tab: Called with a tab's name when it is chosen.
    """

    _esm = joined("dom.js", "panel.js")
    _css = joined("panel.css")

    place = traitlets.Unicode().tag(sync=True)
    own = traitlets.Unicode().tag(sync=True)
    tabs = traitlets.Dict(TABS).tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)  # said outside of the tabs
    children = traitlets.Dict().tag(sync=True)  # by tab, the models that stand in it

    def __init__(self, on_tab: Callable[[str], None]) -> None:
        super().__init__(place=secrets.token_hex(8))
        self.own = self.model_id
        self.tab = next(iter(TABS))  # which is open; not synced, so that a late word never turns a page back
        self._on_tab = on_tab
        listen(self, self._take)

    def fill(self, tab: str, *widgets: ipywidgets.Widget) -> None:
        """Put widgets into a tab."""
        self.children = {**self.children, tab: [widget.model_id for widget in widgets]}

    def lead(self, tab: str) -> None:
        """Open a tab."""
        self.tab = tab
        self.send({"do": "tab", "name": tab})

    def _take(self, message: Mapping[str, Any], _: object) -> None:
        if message.get("do") == "tab" and message.get("name") in TABS:
            self.tab, self.note = str(message["name"]), ""
            self._on_tab(self.tab)

    @property
    def html(self) -> str:
        """The place, in an output."""
        return f'<div class="mjnb-place-{self.place}"></div>'

    def static(self, html: str) -> str:
        """Return the static form so that the live one hides it."""
        return f'<div class="mjnb-static-{self.place}">{html}</div>'


def static_html(live: Live, cards: Sequence[Card]) -> str:
    """Return the panel as it is, as HTML that does nothing: command, parameters, last results."""
    head = f'<div style="{MUTED}">mjnb panel: run the cell to use it.</div>'
    line = live.command or "; ".join(live.faults)
    command = f"<div><code style='white-space:pre-wrap'>{escape(line)}</code></div>" if line else ""
    shown = {name: value for name, value in live.params.items() if value not in ("", None)}
    lines = "".join(
        f'<tr><th scope="row" style="{_CELL}">{escape(name_of(name))}</th>'
        f'<td style="{_CELL}">{escape(_words(value))}</td></tr>'
        for name, value in shown.items()
    )
    table = f'<table style="border-collapse:collapse;margin:6px 0"><tbody>{lines}</tbody></table>'
    results = "".join(display.task_html(card.view) for card in cards[:SHOWN])
    return f'<div class="mjnb-panel-static" style="max-width:960px">{head}{command}{table}{results}</div>'


def _words(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else name_or_text(value)


def name_or_text(value: Any) -> str:
    """Return a value as people read it; a task type has a name."""
    return name_of(value) if isinstance(value, str) and value.startswith("mj_") else str(value)


def cell_id() -> str:
    """Return the id of the notebook cell that runs, empty where there is none."""
    found = shell()
    parent = found.get_parent() if hasattr(found, "get_parent") else {}
    metadata = parent.get("metadata", {}) if isinstance(parent, Mapping) else {}
    return str(metadata.get("cellId") or "")


def close(widget: ipywidgets.Widget) -> None:
    """Close a widget and everything that it holds, so that no model stays behind."""
    held = [value for value in widget.trait_values().values() if isinstance(value, ipywidgets.Widget)]
    for part in (*held, *getattr(widget, "children", ())):
        if isinstance(part, ipywidgets.Widget):
            close(part)
    widget.close()
