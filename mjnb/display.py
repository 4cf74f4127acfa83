"""What tasks, sweeps and sessions look like: text, and static HTML that survives a saved notebook.

Plain HTML with small pictures inline is the only form that still shows after reopening, untrusted, on
GitHub and in nbviewer; so no widget, no script, no stylesheet from elsewhere.  Colours come from the
notebook's theme with fallbacks.  Everything that came from outside is escaped.  Nothing here raises:
a picture of a thing must never break the thing.
"""

from __future__ import annotations

import asyncio
import base64
import functools
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, TypeVar

from .params import Generate, rows

V = TypeVar("V")

SHORT = 6  # characters of an id that are enough to name it by

MUTED = "color:var(--jp-ui-font-color2,#666)"
BORDER = "border:1px solid var(--jp-border-color2,#bbb)"
BAD = "color:var(--jp-error-color1,#c62828)"
BAR = "background:var(--jp-brand-color1,#1976d2)"
TRACK = "background:var(--jp-layout-color3,#ddd)"


@dataclass(frozen=True)
class PictureView:
    """One picture as shown: its number from 1, a small JPEG, where the original is, or why it is missing."""

    number: int
    thumbnail: bytes | None = None
    link: str = ""
    note: str = ""


@dataclass(frozen=True)
class TaskView:
    """A task as shown; times in seconds."""

    id: str
    state: str
    prompt: str
    magic: str
    task_id: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    pictures: Sequence[PictureView] = ()
    elapsed: float | None = None
    expected: float | None = None
    error: str = ""
    hint: str = ""
    sandbox: bool = False
    trouble: str = ""
    surprises: str = ""
    family: str = ""


@dataclass(frozen=True)
class Tree:
    """A family of tasks as shown: a label, whether it is the one meant, and what comes from it."""

    label: str
    marked: bool = False
    branches: Sequence[Tree] = ()

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> list[str]:
        lines = [self.label + (" ←" if self.marked else "")]
        for branch in self.branches:
            last = branch is self.branches[-1]
            first, *rest = branch._lines()
            lines += [
                ("└─ " if last else "├─ ") + first,
                *(("   " if last else "│  ") + line for line in rest),
            ]
        return lines

    def __repr__(self) -> str:
        return str(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return mime_bundle(str(self), f"<pre>{escape(str(self))}</pre>")


@dataclass(frozen=True)
class CountView:
    """Progress of many tasks as shown: how many are in which state."""

    title: str
    counts: Mapping[str, int]
    total: int
    note: str = ""
    left: float | None = None


def _never_raises(show: Callable[[V], str]) -> Callable[[V], str]:
    @functools.wraps(show)
    def shown(view: V) -> str:
        try:
            return show(view)
        except Exception as error:  # the promise of this room
            return escape(f"{type(view).__name__} cannot be shown: {type(error).__name__}")

    return shown


# ---- tasks ----


@_never_raises
def task_text(view: TaskView) -> str:
    """Return a task as two or three lines of plain text, with a line to copy."""
    where = " (sandbox)" if view.sandbox else ""
    lines = [f"task {short(view.id)}: {_status(view)}{where}", f"%mj {view.magic}"]
    if view.error:
        lines.insert(1, view.error)
    return "\n".join(lines)


@_never_raises
def task_html(view: TaskView) -> str:
    """Return a task as static HTML: status, pictures with alternative texts, a line to copy."""
    parts = [_status_html(view)]
    if view.pictures:
        parts.append(_row_of_pictures(view))
    if view.surprises:
        parts.append(f'<div style="{MUTED}">the service changed it: {escape(view.surprises)}</div>')
    if view.family:
        parts.append(f'<pre style="margin:4px 0;{MUTED}">{escape(view.family)}</pre>')
    parts.append(f'<div style="margin-top:4px;{MUTED}"><code>%mj {escape(view.magic)}</code></div>')
    return f'<div class="mjnb-task" style="max-width:960px">{"".join(parts)}</div>'


def task_metadata(view: TaskView) -> dict[str, Any]:
    """Return where a task's output came from, for the notebook file."""
    return {"mjnb": {"id": view.id, "taskId": view.task_id, "state": view.state, "params": dict(view.params)}}


def _status(view: TaskView) -> str:
    took = "" if view.elapsed is None else f" in {view.elapsed:.0f} s"
    if view.state == "succeeded":
        there = sum(1 for picture in view.pictures if not picture.note)
        return f"{there} picture{'s' * (there != 1)}{took}"
    if view.state in ("submitted", "generating", "intent"):
        return f"{view.state}{_clock(view)}"
    return view.state


def _clock(view: TaskView) -> str:
    if view.elapsed is None:
        return ""
    return f", {view.elapsed:.0f} s" + (f" of about {view.expected:.0f} s" if view.expected else "")


def _status_html(view: TaskView) -> str:
    mark = ' · <span title="no API key: drawn here, nothing is paid">sandbox</span>' if view.sandbox else ""
    name = f"task <code>{escape(short(view.id))}</code>"
    line = f'<div style="{MUTED}">{name} · {escape(_status(view))}{mark}</div>'
    running = view.state in ("intent", "submitted", "generating")
    bar = _bar((view.elapsed or 0) / view.expected) if running and view.expected else ""
    bad = f'<div style="{BAD}">{escape(view.error)}</div>' if view.error else ""
    hint = f'<div style="{MUTED}">→ {escape(view.hint)}</div>' if view.error and view.hint else ""
    trouble = f'<div style="{MUTED}">{escape(view.trouble)}</div>' if view.trouble else ""
    return line + bar + bad + hint + trouble


def _bar(share: float) -> str:
    percent = round(100 * min(max(share, 0.0), 0.98))
    inner = f'<div style="height:4px;width:{percent}%;{BAR}"></div>'
    return f'<div style="max-width:360px;margin:4px 0;{TRACK}">{inner}</div>'


def _row_of_pictures(view: TaskView) -> str:
    figures = "".join(_figure(picture, view) for picture in view.pictures)
    return f'<div style="display:flex;flex-wrap:wrap;gap:6px;margin-top:4px">{figures}</div>'


def _figure(picture: PictureView, view: TaskView) -> str:
    caption = f'<figcaption style="{MUTED};font-size:smaller">{picture.number}</figcaption>'
    frame = "margin:0;flex:0 1 auto"
    if picture.thumbnail is None:
        note = escape(picture.note or "not here yet")
        box = f'<div style="width:200px;min-height:80px;padding:8px;{BORDER}">{note}</div>'
        return f'<figure style="{frame}">{box}{caption}</figure>'
    alt = escape(alt_text(view, picture.number), quote=True)
    image = (
        f'<img src="{data_uri(picture.thumbnail)}" alt="{alt}" width="220" style="height:auto;display:block">'
    )
    if picture.link and (picture.link.startswith(_WEB) or ":" not in picture.link.partition("/")[0]):
        image = f'<a href="{escape(picture.link, quote=True)}" target="_blank" rel="noopener">{image}</a>'
    return f'<figure style="{frame}">{image}{caption}</figure>'


_WEB = ("http://", "https://")  # with any other scheme, such as javascript:, nothing is linked


def alt_text(view: TaskView, number: int) -> str:
    """Return a picture's alternative text: the prompt, which of the pictures, and its parameters."""
    said = ", ".join(f"{name} {value}" for name, value in view.params.items() if name in _SHOWN)
    return f"{view.prompt}, picture {number} of {len(view.pictures)}" + (f" ({said})" if said else "")


_SHOWN = {row.name for row in rows(Generate).values() if row.domain.kind in ("integer", "choice")}


# ---- many tasks ----


@_never_raises
def count_text(view: CountView) -> str:
    """Return the progress of many tasks as one line."""
    counts = ", ".join(f"{count} {state}" for state, count in view.counts.items() if count)
    left = f", about {view.left:.0f} s left" if view.left else ""
    return f"{view.title}: {counts or 'nothing yet'} of {view.total}{left}" + (
        f"\n{view.note}" if view.note else ""
    )


@_never_raises
def count_html(view: CountView) -> str:
    """Return the progress of many tasks as a bar and a line."""
    done = sum(
        view.counts.get(state, 0) for state in ("succeeded", "failed", "rejected", "expired", "unknown")
    )
    bar = _bar(done / view.total) if view.total and done < view.total else ""
    return f'<div class="mjnb-progress" style="{MUTED}">{escape(count_text(view))}{bar}</div>'


# ---- showing while it changes ----


def show(text: str, html: str, metadata: Mapping[str, Any] | None = None) -> None:
    """Show something in the running cell: as HTML in a notebook, as text in a terminal."""
    if in_notebook():
        Live().show(text, html, metadata)
    else:
        print(text)


class Live:
    """An output that changes in place: a display in a notebook, a line on a terminal, else nothing.

    Made in the cell it belongs to; from then on any thread may update it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: Any = None
        self._by_cell = False
        self._handle: Any = None
        self._in_notebook = in_notebook()
        self._terminal = not self._in_notebook and sys.stderr.isatty()

    def show(self, text: str, html: str, metadata: Mapping[str, Any] | None = None) -> None:
        """Show, or change what is shown; a cell repeats what a thread said, which nbclient does not hear."""
        by_cell = threading.current_thread() is threading.main_thread()
        with self._lock:
            if (text, html) == self._last and (self._by_cell or not by_cell):
                return
            self._last, self._by_cell = (text, html), by_cell
            if self._in_notebook:
                self._publish({"text/plain": text, "text/html": html}, dict(metadata or {}))
            elif self._terminal:
                sys.stderr.write("\r\x1b[K" + "".join(text.splitlines()[:1]))
                sys.stderr.flush()

    def end(self) -> None:
        """Leave the last state standing."""
        if self._terminal and self._last is not None:
            sys.stderr.write("\n")

    def _publish(self, bundle: Mapping[str, str], metadata: Mapping[str, Any]) -> None:
        if self._handle is None:
            from IPython.display import DisplayHandle

            self._handle = DisplayHandle()
            self._handle.display(bundle, raw=True, metadata=metadata)
        else:
            self._handle.update(bundle, raw=True, metadata=metadata)


async def keep_showing(
    live: Live, render: Callable[[], Sequence[Any]], done: Callable[[], bool], every: float = 0.5
) -> None:
    """Show what ``render`` returns (text, HTML, metadata) until ``done``, and once more then."""
    while not done():
        live.show(*render())
        await asyncio.sleep(every)
    live.show(*render())
    live.end()


def this_cell() -> int | None:
    """Return the number of the cell that runs, None outside IPython."""
    shell = _shell()
    return None if shell is None else int(shell.execution_count)


def in_notebook() -> bool:
    """Return whether this runs in a kernel, whose outputs can change in place."""
    return hasattr(_shell(), "kernel")


def _shell() -> Any:
    """Return the IPython shell, without importing IPython."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


# ---- small parts ----


def notice_html(text: str) -> str:
    """Return a remark as a quiet line."""
    return f'<div style="{MUTED}">{escape(text)}</div>'


def short(own_id: str) -> str:
    """Return the end of an id, which is enough to name it by."""
    return own_id[-SHORT:]


def data_uri(content: bytes, mime: str = "image/jpeg") -> str:
    """Return a file as a data URI."""
    return f"data:{mime};base64,{base64.b64encode(content).decode()}"


def mime_bundle(text: str, html: str, metadata: Mapping[str, Any] | None = None) -> Any:
    """Return the forms of an output, and where it came from, as IPython wants them."""
    return {"text/plain": text, "text/html": html}, dict(metadata or {})
