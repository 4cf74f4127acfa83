"""One picture or video: a figure with an alternative text, the original linked, readable without styles.

A video plays inline from its file beside the notebook, which holds only a small first frame.  Where a
viewer drops ``<video>``, as GitHub does, its content stays: the frame, linked to the file.
"""

from __future__ import annotations

from html import escape

from ..params import Generate, rows
from .parts import BORDER, MUTED, data_uri, outside
from .views import PictureView, TaskView

WIDTH = 220  # pixels; the thumbnail has more, for dense screens
VIDEO_WIDTH = 384
_WEB = ("http://", "https://")  # with any other scheme, such as javascript:, nothing is linked
_SHOWN = {row.name for row in rows(Generate).values() if row.domain.kind in ("integer", "choice")}
FIGURE = "margin:0;flex:0 1 auto"


def figures(view: TaskView) -> str:
    """Return all pictures of a task, in a row that wraps."""
    inner = "".join(figure(picture, view) for picture in view.pictures)
    return f'<div style="display:flex;flex-wrap:wrap;gap:6px;margin-top:4px">{inner}</div>'


def figure(picture: PictureView, view: TaskView) -> str:
    """Return one picture or video with its number, or why it is missing."""
    if picture.thumbnail is None:
        note = outside(picture.note or "not here yet")
        body = f'<div style="width:200px;min-height:80px;padding:8px;{BORDER}">{note}</div>'
    else:
        body = _video(picture, view) if picture.video else _image(picture, view)
    return f'<figure style="{FIGURE}">{body}{_caption(picture)}</figure>'


def alt_text(view: TaskView, number: int) -> str:
    """Return a picture's alternative text: the prompt, which of the pictures, and its parameters."""
    said = ", ".join(f"{name} {value}" for name, value in view.params.items() if name in _SHOWN)
    kind = "video" if any(one.video for one in view.pictures if one.number == number) else "picture"
    whole = max([len(view.pictures), *(one.number for one in view.pictures)])
    title = view.title or view.prompt or view.magic
    return f"{title}, {kind} {number} of {whole}" + (f" ({said})" if said else "")


def _image(picture: PictureView, view: TaskView) -> str:
    alt = escape(alt_text(view, picture.number), quote=True)
    source = data_uri(picture.thumbnail or b"")
    image = f'<img src="{source}" alt="{alt}" width="{WIDTH}" style="height:auto;display:block">'
    return _linked(image, picture.link)


def _video(picture: PictureView, view: TaskView) -> str:
    frame = _image(picture, view)
    if not _is_link(picture.link):
        return frame
    alt, link = escape(alt_text(view, picture.number), quote=True), escape(picture.link, quote=True)
    poster = data_uri(picture.thumbnail or b"")
    return (
        f'<video controls loop muted preload="none" width="{VIDEO_WIDTH}" src="{link}" poster="{poster}" '
        f'title="{alt}" style="max-width:100%;height:auto;display:block">{frame}</video>'
    )


def _caption(picture: PictureView) -> str:
    words = str(picture.number)
    if picture.video and picture.thumbnail is not None:
        size = f", {picture.size / 1e6:.1f} MB" if picture.size else ""
        words = f"{picture.number} · " + _linked(f"video{size}", picture.link)
    return f'<figcaption style="{MUTED};font-size:smaller">{words}</figcaption>'


def _linked(inner: str, link: str) -> str:
    if not _is_link(link):
        return inner
    return f'<a href="{escape(link, quote=True)}" target="_blank" rel="noopener">{inner}</a>'


def _is_link(link: str) -> bool:
    """Return whether something is a web address or a path; no other scheme is ever linked."""
    return bool(link) and (link.startswith(_WEB) or ":" not in link.partition("/")[0])
