"""What all displays share: colours of the theme, small pieces of HTML, and the promise never to raise."""

from __future__ import annotations

import base64
import functools
import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Any, TypeVar

V = TypeVar("V")

SHORT = 6  # characters of an id that are enough to name it by

# JupyterLab and Notebook 7 set these variables in every theme; the fallbacks are for white pages
MUTED = "color:var(--jp-ui-font-color2,#666)"
BORDER = "border:1px solid var(--jp-border-color2,#bbb)"
BAD = "border-left:4px solid var(--jp-error-color1,#c62828);padding-left:8px"
BAR = "background:var(--jp-brand-color1,#1976d2)"
TRACK = "background:var(--jp-layout-color3,#ddd)"
LINE = f"white-space:pre-wrap;word-break:normal;overflow-wrap:anywhere;{MUTED}"  # of what is to be copied
BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")  # turns what follows around (UAX #9, 2)
PLAIN = "mathjax_ignore tex2jax_ignore"  # classes: a prompt's dollar signs are no formula


def never_raises(show: Callable[[V], str]) -> Callable[[V], str]:
    """Make a function of one view show what went wrong instead of raising it."""

    @functools.wraps(show)
    def shown(view: V) -> str:
        try:
            return show(view)
        except Exception as error:  # the promise of this room
            return escape(f"{type(view).__name__} cannot be shown: {type(error).__name__}")

    return shown


def typed(magic: str) -> str:
    """Return what is typed to run a line of Midjourney text: ``%mj`` and the line, or a ``%%mj`` cell.

    Args:
        magic: What follows ``%mj``; with a line break in it, only a cell holds it whole.
    """
    return f"%mj {magic}" if len(f"{magic}.".splitlines()) == 1 else f"%%mj\n{magic}"


def typed_html(magic: str) -> str:
    """Return what is typed, to be copied; in a ``pre``, where line breaks and dollar signs stay."""
    return pre_html(typed(magic))


def pre_html(text: str) -> str:
    """Return a text as it stands, line by line."""
    return f'<pre style="margin:4px 0;{LINE}"><code>{inert(text)}</code></pre>'


def inert(text: str) -> str:
    """Return a text as HTML: nothing in it is a tag, or turns around what stands beside it."""
    return BIDI.sub(r"<bdi>\g<0></bdi>", escape(text))


def notice_html(text: str) -> str:
    """Return a remark as a quiet line."""
    return f'<div class="{PLAIN}" style="{MUTED}">{outside(text)}</div>'


def outside(text: str) -> str:
    """Return a text from outside as HTML: escaped, and with a writing direction of its own."""
    return f"<bdi>{inert(text)}</bdi>"


def bar(share: float) -> str:
    """Return a progress bar; never quite full, and beside words that say the same."""
    percent = round(100 * min(max(share, 0.0), 0.98))
    inner = f'<div style="height:4px;width:{percent}%;{BAR}"></div>'
    return f'<div style="max-width:360px;margin:4px 0;{TRACK}">{inner}</div>'


def short(own_id: str) -> str:
    """Return the end of an id, which is enough to name it by."""
    return own_id[-SHORT:]


def data_uri(content: bytes, mime: str = "image/jpeg") -> str:
    """Return a file as a data URI."""
    return f"data:{mime};base64,{base64.b64encode(content).decode()}"


def mime_bundle(text: str, html: str, metadata: Mapping[str, Any] | None = None) -> Any:
    """Return the forms of an output, and where it came from, as IPython wants them."""
    return {"text/plain": text, "text/html": html}, dict(metadata or {})
