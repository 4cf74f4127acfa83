"""Pages: headings, paragraphs and tables that read well as Markdown, in a terminal, and in a notebook.

The notebook's form is static HTML, escaped; nothing in a cell or paragraph is markup but `code` in backticks
and **bold** between stars.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from . import display

WIDTH = 100  # characters of a line of text
NARROW = 44  # characters of a cell before it is broken

_MARK = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*")


@dataclass(frozen=True)
class Heading:
    """A heading of level 1, 2, …"""

    words: str
    level: int = 2


@dataclass(frozen=True)
class Words:
    """A paragraph, or lines that stay lines."""

    words: str


@dataclass(frozen=True)
class Table:
    """A table: the names of its columns, and rows of cells."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


Block = Heading | Words | Table


class Page(str):
    """A Markdown text that shows as a page: HTML in a notebook, aligned text elsewhere."""

    blocks: tuple[Block, ...]

    @classmethod
    def of(cls, *blocks: Block) -> Page:
        """Return the page of some blocks."""
        page = cls("\n\n".join(_markdown(block) for block in blocks) + "\n")
        page.blocks = blocks
        return page

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return display.mime_bundle(repr(self), "".join(map(_html, self.blocks)))

    def __repr__(self) -> str:
        return "\n\n".join(map(_text, self.blocks))


# ---- Markdown ----


def _markdown(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * block.level} {block.words}"
    if isinstance(block, Words):
        return block.words
    head = [_line(block.columns), "|" + "---|" * len(block.columns)]
    return "\n".join([*head, *(_line(row) for row in block.rows)])


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


# ---- text ----


def _text(block: Block) -> str:
    if isinstance(block, Heading):
        return _plain(block.words)
    if isinstance(block, Words):
        return "\n".join(textwrap.fill(_plain(line), WIDTH) for line in block.words.splitlines())
    return _aligned([block.columns, *block.rows])


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    broken = [[textwrap.wrap(_plain(cell), NARROW) or [""] for cell in row] for row in rows]
    widths = [max(len(line) for row in broken for line in row[n]) for n in range(len(rows[0]))]
    lines = []
    for row in broken:
        for n in range(max(map(len, row))):
            cells = [(cell[n] if n < len(cell) else "").ljust(w) for cell, w in zip(row, widths, strict=True)]
            lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _plain(words: str) -> str:
    return _MARK.sub(lambda found: found[1] or found[2], words)


# ---- HTML ----

_WHOLE = ' style="white-space:nowrap"'
_CELL = "text-align:left;vertical-align:top;padding:2px 12px 2px 0"


def _html(block: Block) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level + 2}>{_inline(block.words)}</h{block.level + 2}>"
    if isinstance(block, Words):
        return "<p>" + "<br>".join(map(_inline, block.words.splitlines())) + "</p>"
    head = "".join(f'<th scope="col" style="{_CELL}">{_inline(cell)}</th>' for cell in block.columns)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in block.rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(words: str) -> str:
    return f'<td style="{_CELL}">{_inline(words)}</td>'


def _inline(words: str) -> str:
    """Return words as HTML: escaped first, so that only marks of ours become tags."""
    return _MARK.sub(
        lambda found: f"<code{_WHOLE}>{found[1]}</code>" if found[1] else f"<b>{found[2]}</b>", escape(words)
    )
