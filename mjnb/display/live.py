"""What changes in place: one output, updated from any thread, and heard by whoever runs the notebook.

A front end hears an update whenever it comes.  nbclient, which runs notebooks without one, hears only what
is said while a cell runs: so how something ended is said again at the end of the next cell.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..kernel import Unheard, shell

Render = Callable[[], Sequence[Any]]  # text, HTML, and metadata if there are any

_stale: set[Live] = set()  # changed by a thread, or about to be, and not said again in a cell since
_stale_lock = threading.Lock()


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
        self._lock = threading.RLock()
        self._last: Any = None
        self._asked = self._drawn = 0  # renders that were begun, and the latest of them that is shown
        self._by_cell = False
        self._kept: tuple[Render, Callable[[], bool]] | None = None
        self._handle: Any = None
        self._in_notebook = in_notebook()
        self._terminal = not self._in_notebook and sys.stderr.isatty()

    def show(self, text: str, html: str, metadata: Mapping[str, Any] | None = None) -> None:
        """Show, or change what is shown; a cell repeats what a thread said, which nbclient does not hear."""
        by_cell = threading.current_thread() is threading.main_thread()
        with self._lock:
            if self._last is not None and (text, html) == self._last[:2] and (self._by_cell or not by_cell):
                return
            self._last, self._by_cell = (text, html, metadata), by_cell
            if self._in_notebook:
                self._mark(stale=not by_cell)
                self._publish({"text/plain": text, "text/html": html}, dict(metadata or {}))
            elif self._terminal:
                sys.stderr.write("\r\x1b[K" + "".join(text.splitlines()[:1]))
                sys.stderr.flush()

    def draw(self, render: Render) -> None:
        """Show what is rendered now, unless something that was asked for later is shown by then."""
        with self._lock:
            self._asked += 1
            mine = self._asked
        rendered = render()
        with self._lock:
            if mine > self._drawn:
                self._drawn = mine
                self.show(*rendered)
            elif self._last is not None:
                self.show(*self._last)  # a cell repeats what a thread said meanwhile

    def keep(self, render: Render, done: Callable[[], bool]) -> None:
        """Remember how the last state is made, for who asks before a thread has shown it."""
        self._kept = (render, done)
        if self._in_notebook:
            self._mark(stale=True)

    def repeat_stale(self) -> None:
        """Say in the cell that runs now how it ended, if a thread said so or is about to."""
        kept = self._kept
        if kept is not None and not kept[1]():
            self._mark(stale=True)  # it goes on; a later cell says how it ends
        elif kept is not None:
            self.draw(kept[0])
        elif self._last is not None:
            self.show(*self._last)

    def end(self) -> None:
        """Leave the last state standing."""
        if self._terminal and self._last is not None:
            sys.stderr.write("\n")

    def _mark(self, *, stale: bool) -> None:
        with _stale_lock:
            if stale:
                _stale.add(self)
            else:
                _stale.discard(self)

    def _publish(self, bundle: Mapping[str, str], metadata: Mapping[str, Any]) -> None:
        with Unheard():
            if self._handle is None:
                from IPython.display import DisplayHandle

                self._handle = DisplayHandle()
                self._handle.display(bundle, raw=True, metadata=metadata)
            else:
                self._handle.update(bundle, raw=True, metadata=metadata)


def repeat_stale(*_: object) -> None:
    """Say again everything that threads said since the last cell; for the end of a cell, on its thread."""
    with _stale_lock:
        waiting = list(_stale)
        _stale.clear()
    for live in waiting:
        live.repeat_stale()


async def keep_showing(
    live: Live, render: Render, done: Callable[[], bool], news: asyncio.Event, every: float = 0.5
) -> None:
    """Show something until it is done, and once more then; on a loop, whose work is not held up by drawing.

    Args:
        live: Where it shows.
        render: Returns text, HTML, metadata; called on another thread.
        done: Whether it is.
        news: Set when there is something new to show.
        every: Seconds after which it is shown anew also without.
    """
    live.keep(render, done)
    while not done():
        news.clear()
        await asyncio.to_thread(live.draw, render)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(news.wait(), every)
    await asyncio.to_thread(live.draw, render)
    live.end()


def this_cell() -> int | None:
    """Return the number of the cell that runs, None outside IPython."""
    found = shell()
    return None if found is None else int(found.execution_count)


def in_notebook() -> bool:
    """Return whether this runs in a kernel, whose outputs can change in place."""
    return hasattr(shell(), "kernel")
