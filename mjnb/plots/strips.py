"""One axis: the pictures as a strip, the metric curves below it, all on the same positions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.lines import Line2D

from .data import Axis, Cell, Curve, Floats, Pictures, Table
from .figure import SweepFigure
from .mosaic import ratio, slots
from .pages import EDGE, Page, draw_pictures, finish, remarks
from .panels import HEAD, Box, draw_strip, label_columns, panel
from .scales import Scale, Spacing, stands, value_ticks
from .text import LABEL, fit_across, height_of, shorten
from .themes import ThemeName, theme_of

PLOT = 84  # height of a panel in pixels
TALLEST = 300  # of the strip
LEADERS = 26  # height of the lines from the pictures to their values


def strip(
    cells: Sequence[Cell],
    axis: Axis,
    curves: Sequence[Curve],
    *,
    title: str,
    caption: str = "",
    width: int = 900,
    pictures: Pictures = "all",
    scale: Spacing = "ordinal",
    theme: ThemeName = "light",
) -> SweepFigure:
    """Plot a sweep along one parameter: pictures above the metric curves, on one axis.

    Dots are pictures, the line is their mean, band and bars are one standard deviation (ddof 1).  Metrics
    of a whole set are squares with the standard error that they came with.  Cells without pictures are
    hatched and say why; numbers that are missing or not finite leave a gap.

    Args:
        cells: in any order; repeats of a value are merged, values without a cell are shown as not run.
        axis: the parameter.
        curves: which metrics, from top to bottom.
        title: cut after two lines; never parsed.
        caption: small print below, cut after three lines.
        width: of the figure in pixels, at least 400.
        pictures: all of a cell, or the one nearest the middle of its set.
        scale: values evenly spaced, or true to value; then lines lead from the pictures to their values.
        theme: colours for light or dark surroundings.

    Returns:
        The figure, ``width`` pixels wide.

    Raises:
        ValueError: a cell is not on the axis, the axis is empty or has no numbers to be true to, the width is
            too small, or an option is none.
    """
    colors = theme_of(theme)
    table = Table.of(cells, axis, show=pictures)
    places = stands(axis, scale)
    led = not np.allclose(places, np.arange(len(places)))
    series = [table.series(curve) for curve in curves]
    left = EDGE + max((Scale.of(one, PLOT).width for one in series), default=0)
    room = width - left - EDGE
    column = room / len(axis.values)
    slot = slots(table, column=column)
    tall = _strip_height(column, slot, ratio(table))
    page = Page.of(width, title, caption, remarks(table, column, tall))
    ticks = fit_across(axis.labels, column)
    under = value_ticks(axis, places, column, points=LABEL) if led else ticks
    below = ticks.height + 12 + (LEADERS if led and series else 0)
    again = under.height + 12 if led or (len(series) > 1 and not ticks.turned) else 0
    step = HEAD + PLOT + 10
    content = tall + below + step * len(series) + again + height_of(1, LABEL)
    figure = page.begin(content, colors)
    top = page.head
    label_columns(draw_pictures(figure, table, (left, top, room, tall), slot), ticks, colors)
    top += tall + below
    for i, one in enumerate(series):
        box = (left, top + i * step + HEAD, room, PLOT)
        key = f"each picture, {one.key}" if one.dots else one.key
        axes = panel(figure, one, box, places, key=key)
        draw_strip(axes, one, colors, places)
        if again and i == len(series) - 1:
            label_columns(axes, under, colors, places)
    if led and series:
        _lead(figure, places, (left, top - LEADERS - 4, room, LEADERS + 2))
    end = top + step * len(series) + again - (8 if again else 0)
    name = shorten(axis.name, room, LABEL, bold=True)
    figure.write(left + room / 2, end, name, LABEL, ha="center", bold=True)
    return finish(figure, table, series, (title, caption))


def _strip_height(column: float, slot: tuple[int, int], shape: float) -> int:
    rows, columns = slot
    return round(max(24.0, min(TALLEST, column / columns / shape * rows)))


def _lead(figure: SweepFigure, places: Floats, box: Box) -> None:
    """Thin lines from under each picture's label to where its value stands."""
    axes = figure.place(*box)
    axes.set_xlim(-0.5, len(places) - 0.5)
    axes.set_ylim(1, 0)
    for i, x in enumerate(places):
        axes.add_line(
            Line2D([i, i, x, x], [0, 0.15, 0.85, 1], color=figure.theme.edge, lw=0.9, ls="-", marker="")
        )
