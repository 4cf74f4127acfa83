"""Three axes and more: a sheet of pictures for each combination of the axes after the second."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from .blocks import MOST_LINES, View, checked
from .data import Axis, Cell, Curve, Pictures, Place, Table
from .effects import Effects
from .figure import SweepFigure
from .pages import EDGE, Page, finish, remarks
from .racks import Rack
from .text import SMALL, height_of, wrap
from .themes import ThemeName, theme_of

TALLEST = 3600  # pixels of a figure; more sheets than fit go to its next page
BETWEEN = 26  # rows of sheets


def sheets(
    cells: Sequence[Cell],
    axes: Sequence[Axis],
    curves: Sequence[Curve],
    *,
    title: str,
    caption: str = "",
    width: int = 900,
    pictures: Pictures = "all",
    view: View | None = None,
    theme: ThemeName = "light",
    page: int = 1,
) -> SweepFigure:
    """Plot a sweep over three parameters or more, or facets of one over two by prompt or version.

    The first two axes run across and up in every sheet; a sheet stands for one combination of the others,
    the third changing fastest.  Below the pictures of a sheet are its metrics, on scales common to all
    sheets.  Last comes each parameter on its own: the mean over all others with one standard deviation
    (ddof 1), over every sheet, also those that this page leaves out.

    Args:
        cells: in any order; repeats of a place are merged, places without a cell are shown as not run.
        axes: three or more; facets (prompt, version) belong at the end.
        curves: which metrics.
        title: cut after two lines; never parsed.
        caption: small print below, cut after three lines.
        width: of the figure in pixels, at least 400.
        pictures: all of a cell, or the one nearest the middle of its set.
        view: ``"curves"``, ``"heat"``, or None for curves up to six lines a panel and heat maps beyond.
        theme: colours for light or dark surroundings.
        page: from 1; a figure is at most 3,600 pixels high, and says so when it leaves sheets out.

    Returns:
        The figure, ``width`` pixels wide; its ``pages`` says how many pages there are.

    Raises:
        ValueError: fewer than three axes, a cell is not on the axes, an axis is empty, the width is too
            small, an option is none, or there is no such page.
    """
    if len(axes) < 3:
        raise ValueError(f"sheets are for three axes or more, not {len(axes)}: use strip or grid")
    colors = theme_of(theme)
    table = Table.of(cells, *axes, show=pictures)
    series = [table.series(curve) for curve in curves]
    heat = checked(view) == "heat" or (view is None and min(table.shape[:2]) > MOST_LINES)
    rack = Rack.of(table, series, width, heat=heat)
    effects = Effects(table.axes, tuple(series), EDGE, width - 2 * EDGE)
    on_page = _fitting(rack, effects.height)
    places = _combinations(table)
    pages = math.ceil(len(places) / on_page)
    if not 1 <= page <= pages:
        raise ValueError(f"page {page} of {pages}: there is none")
    first = (page - 1) * on_page
    shown = places[first : first + on_page]
    note = _note(first, len(shown), len(places), page, pages)
    words = Page.of(width, title, caption, remarks(table, *rack.cell))
    lines = wrap(note, width - 2 * EDGE, SMALL, lines=3)
    start = height_of(len(lines), SMALL) + (8 if lines else 0)
    key = rack.key(None, 0, 0)
    rows = [shown[i : i + rack.columns] for i in range(0, len(shown), rack.columns)]
    sizes = [rack.height(row) + BETWEEN for row in rows]
    figure = words.begin(start + key + sum(sizes) - (0 if series else BETWEEN) + effects.height, colors)
    top: float = words.head
    if lines:
        figure.write(EDGE, top, "\n".join(lines), SMALL)
    rack.key(figure, EDGE, top + start)
    top += start + key
    for row, size in zip(rows, sizes, strict=True):
        rack.draw(figure, row, top)
        top += size
    effects.draw(figure, top)
    figure.pages = pages
    return finish(figure, table, series, (title, caption))


def _combinations(table: Table) -> list[Place]:
    """Every place on the axes after the second, the third axis changing fastest."""
    return [place[::-1] for place in np.ndindex(*table.shape[:1:-1])]


def _fitting(rack: Rack, effects: float) -> int:
    """How many sheets a page holds: whole rows, at least one."""
    row = rack.tallest + BETWEEN
    return rack.columns * max(1, int((TALLEST - effects - 160) // row))


def _note(first: int, shown: int, total: int, page: int, pages: int) -> str:
    if pages == 1:
        return ""
    which = f"Sheets {first + 1}–{first + shown}" if shown > 1 else f"Sheet {first + 1}"
    other = page + 1 if page < pages else 1
    return (
        f"{which} of {total}; the others do not fit here. Show them with page={other}"
        f' (there are {pages} pages), or save("sweep.html") for all on one page.'
    )
