"""Frames of tasks and pictures: polars' own table, and under it very small pictures, states, lines to copy.

`mj.tasks()` and `mj.images()` are plain polars frames, and stay so when they are filtered, sorted or joined.
They are known by their columns.  What is shown of a row is asked of the sessions that gave frames out:
nothing is opened for it, and a frame of a session that is closed is a table like any other.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from .figures import FIGURE
from .parts import MUTED, PLAIN, data_uri, inert, mime_bundle, short, typed, typed_html
from .tasks import metadata
from .views import RowView

SHOWN = 8  # rows with a picture, the last of the frame
WIDTH = 120  # pixels
TASKS = {"id", "state", "param_json", "request_sha"}
IMAGES = {"id", "number", "sha256", "path"}

Answer = Callable[[str, int | None], RowView | None]  # from a task's own id and, of one picture, its number
_answers: list[weakref.WeakMethod[Answer]] = []  # the latest first


def answer_for(answer: Answer) -> None:
    """Have a method asked for what a frame's rows look like, from now on and while its object lives.

    Args:
        answer: A bound method: from a task's own id and, of one picture, its number, to what is shown;
            None: not known.
    """
    known = weakref.WeakMethod(answer)
    _answers[:] = [known, *(one for one in _answers if one() is not None and one != known)]


def bundle_of(frame: Any) -> Any:
    """Return the forms of a frame of tasks or pictures; None for any other, which is shown as always."""
    columns = set(frame.columns)
    if not (columns >= TASKS or columns >= IMAGES):
        return None
    views = _rows(frame, pictures=not columns >= TASKS)
    if not views:
        return None
    lines = dict.fromkeys(f"{short(one.id)} {one.state}: {typed(one.magic)}" for one in views)
    text = "\n".join([repr(frame), *lines])
    facts = metadata(frame="tasks" if columns >= TASKS else "images", ids=[one.id for one in views])
    return mime_bundle(text, frame._repr_html_() + table_html(views), facts)


def table_html(views: Sequence[RowView]) -> str:
    """Return what stands under a table: one figure per row."""
    inner = "".join(map(_figure, views))
    row = f'<div style="display:flex;flex-wrap:wrap;gap:8px;margin-top:4px">{inner}</div>'
    return f'<div class="mjnb-rows {PLAIN}">{row}</div>'


def _figure(view: RowView) -> str:
    image = ""
    if view.thumbnail is not None:
        alt = escape(view.alt, quote=True)
        image = f'<img src="{data_uri(view.thumbnail)}" alt="{alt}" width="{WIDTH}" style="display:block">'
    name = f'<div style="{MUTED}"><code>{escape(short(view.id))}</code> · {inert(view.state)}</div>'
    words = f"{name}{typed_html(view.magic)}"
    caption = f'<figcaption style="max-width:{2 * WIDTH}px;font-size:smaller">{words}</figcaption>'
    return f'<figure style="{FIGURE}">{image}{caption}</figure>'


def _rows(frame: Any, *, pictures: bool) -> list[RowView]:
    last = frame.tail(SHOWN)
    numbers = last["number"].to_list() if pictures else [None] * last.height
    found = (_asked(own_id, number) for own_id, number in zip(last["id"].to_list(), numbers, strict=True))
    return [view for view in found if view is not None]


def _asked(own_id: Any, number: Any) -> RowView | None:
    for known in list(_answers):
        answer = known()
        view = answer(str(own_id), number) if answer is not None else None
        if view is not None:
            return view
    return None
