"""One axis: the pictures as a strip, the metric curves below it, all on the same positions."""

from __future__ import annotations

from collections.abc import Sequence

from .data import Axis, Cell, Curve, Table
from .figure import SweepFigure
from .mosaic import ratio, slots
from .pages import EDGE, Page, draw_pictures, remarks
from .panels import HEAD, Scale, draw_strip, label_columns, panel
from .text import LABEL, fit_across, height_of, wrap
from .words import describe

PLOT = 84  # height of a panel in pixels
TALLEST = 300  # of the strip


def strip(
    cells: Sequence[Cell],
    axis: Axis,
    curves: Sequence[Curve],
    *,
    title: str,
    caption: str = "",
    width: int = 900,
) -> SweepFigure:
    """Plot a sweep along one parameter: pictures above the metric curves, on one ordinal axis.

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

    Returns:
        The figure, ``width`` pixels wide.

    Raises:
        ValueError: a cell is not on the axis, the axis is empty, or the width is too small.
    """
    table = Table.of(cells, axis)
    series = [table.series(curve) for curve in curves]
    left = EDGE + max((Scale.of(one, PLOT).width for one in series), default=0)
    room = width - left - EDGE
    column = room / len(axis.values)
    slot = slots(table, column=column)
    tall = _strip_height(column, slot, ratio(table))
    page = Page.of(width, title, caption, remarks(table, column, tall))
    ticks = fit_across(axis.labels, column)
    name = "".join(wrap(axis.name, room, LABEL, lines=1))
    below = ticks.height + 12
    again = below if len(series) > 1 and not ticks.turned else 0
    step = HEAD + PLOT + 10
    content = tall + below + step * len(series) + again + height_of(1, LABEL)
    figure = page.begin(content)
    top = page.head
    label_columns(draw_pictures(figure, table, (left, top, room, tall), slot), ticks)
    top += tall + below
    for i, one in enumerate(series):
        box = (left, top + i * step + HEAD, room, PLOT)
        key = f"each picture, {one.key}" if one.dots else one.key
        axes = panel(figure, one, box, len(axis.values), key=key)
        draw_strip(axes, one)
        if again and i == len(series) - 1:
            label_columns(axes, ticks)
    end = top + step * len(series) + again - (8 if again else 0)
    figure.write(left + room / 2, end, name, LABEL, ha="center", bold=True)
    figure.alt = describe(table, series, title)
    return figure


def _strip_height(column: float, slot: tuple[int, int], shape: float) -> int:
    rows, columns = slot
    return round(max(24.0, min(TALLEST, column / columns / shape * rows)))
