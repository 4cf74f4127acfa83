"""Two axes: the pictures as a grid, the metrics beside it, and below it where that reads better."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from .blocks import BETWEEN, CLEAR, PLOT, Blocks, Facets
from .data import Axis, Cell, Curve, Table
from .figure import SweepFigure
from .mosaic import ratio, slots
from .pages import EDGE, Page, draw_pictures, label_rows, remarks
from .panels import HEAD, label_columns
from .text import LABEL, Ticks, fit_across, fit_down, height_of, wrap
from .words import describe

SHARE = 0.585  # of the width for pictures that have metrics beside them
SMALLEST = 88  # pixels: smaller cells want the full width
LARGEST = 260
NARROWEST = 225  # pixels of a block


@dataclass(frozen=True)
class Plan:
    """How large the pictures are and where they stand, in pixels.

    Args:
        beside: whether the metrics begin at the right of the pictures.
        left: from the figure's left to the pictures, row labels between.
        cell: width and height of a cell.
        size: width and height of all cells.
        ticks: labels under the columns.
    """

    beside: bool
    left: int
    cell: tuple[int, int]
    size: tuple[int, int]
    ticks: Ticks

    @property
    def bottom(self) -> int:
        """From the content's top to the end of the labels under the pictures."""
        return self.size[1] + self.ticks.height + height_of(1, LABEL) + 12


def grid(
    cells: Sequence[Cell],
    x: Axis,
    y: Axis,
    curves: Sequence[Curve],
    *,
    title: str,
    caption: str = "",
    width: int = 900,
) -> SweepFigure:
    """Plot a sweep over two parameters: a grid of pictures and, for each metric, its curves.

    The pictures stand at their values, ``y`` growing upwards.  A metric's panel runs along the axis with
    more values and has one line for each value of the other: means of the pictures with one standard
    deviation (ddof 1), or set values with their standard error.  With more than six lines it is a heat map.
    Cells without pictures are hatched and say why; missing numbers leave a gap.

    Args:
        cells: in any order; repeats of a place are merged, places without a cell are shown as not run.
        x: the parameter from left to right.
        y: the parameter from bottom to top.
        curves: which metrics.
        title: cut after two lines; never parsed.
        caption: small print below, cut after three lines.
        width: of the figure in pixels, at least 400.

    Returns:
        The figure, ``width`` pixels wide.

    Raises:
        ValueError: a cell is not on the axes, an axis is empty, or the width is too small.
    """
    table = Table.of(cells, x, y)
    plan = _plan(table, len(curves), width)
    page = Page.of(width, title, caption, remarks(table, *plan.cell))
    facets = Facets.of(table, curves)
    key, groups = _groups(facets, plan, width)
    figure = page.begin(max([plan.bottom, *(group.bottom for group in groups)]))
    axes = draw_pictures(figure, table, (plan.left, page.head, *plan.size), slots(table))
    label_columns(axes, plan.ticks)
    label_rows(axes, fit_down(y.labels, plan.cell[1]))
    _name_axes(figure, table, plan, page.head)
    if groups:
        facets.key(figure, key[0], page.head + key[1], key[2])
    for group in groups:
        group.draw(figure, page.head)
    figure.alt = describe(table, [table.series(curve) for curve in curves], title)
    return figure


def _plan(table: Table, curves: int, width: int) -> Plan:
    left = EDGE + fit_down(table.axes[1].labels, 60).height + height_of(1, LABEL) + 14
    room = width - EDGE - left
    wide, narrow = _cell(table, room), _cell(table, room * SHARE)
    small = math.sqrt(narrow[0] * narrow[1]) < SMALLEST and wide[0] > 1.2 * narrow[0]
    beside = curves > 0 and room >= 600 and not small
    cell = narrow if beside else wide
    size = (cell[0] * table.shape[0], cell[1] * table.shape[1])
    return Plan(beside, left, cell, size, fit_across(table.axes[0].labels, cell[0]))


def _cell(table: Table, room: float) -> tuple[int, int]:
    columns, rows = table.shape
    down, across = slots(table)
    shape = ratio(table) * across / down
    tallest = min(1500, max(760, rows * 72))
    wide = min(room / columns, LARGEST, LARGEST * shape, tallest / rows * shape)
    return max(8, int(wide)), max(8, int(wide / shape))


def _groups(facets: Facets, plan: Plan, width: int) -> tuple[tuple[float, float, float], list[Blocks]]:
    """Where the key of the lines is (left, top, width), and the blocks: beside the pictures, then below."""
    series = facets.series
    if not series:
        return (0.0, 0.0, 0.0), []
    full = width - 2 * EDGE
    if not plan.beside:
        top = plan.bottom + CLEAR
        key = facets.key(None, 0, 0, full)
        return (EDGE, top, full), [_below(facets, 0, top + key, full)]
    left = plan.left + plan.size[0] + BETWEEN
    span = width - EDGE - left
    key = facets.key(None, 0, 0, span)
    height = plan.size[1] - key
    columns = 1 if height / len(series) > 130 else max(1, min(len(series), span // NARROWEST, 2))
    fit = _fitting(len(series), columns, height)
    beside = Blocks(facets, series[:fit], left, key, span, columns, height)
    groups = [beside]
    if fit < len(series):
        groups.append(_below(facets, fit, max(plan.bottom, beside.bottom) + 10, full))
    return (left, 0.0, span), groups


def _fitting(count: int, columns: int, height: float) -> int:
    """How many blocks stand beside the pictures; a single one left over is squeezed in as well."""
    fit = columns * max(1, int((height + CLEAR + 8) // (HEAD + PLOT + CLEAR)))
    return count if count <= fit + 1 else fit


def _below(facets: Facets, first: int, top: float, width: int) -> Blocks:
    series = facets.series[first:]
    columns = max(1, min(len(series), width // NARROWEST, 2 if len(series) in (2, 4) else 3))
    return Blocks(facets, series, EDGE, top, width, columns)


def _name_axes(figure: SweepFigure, table: Table, plan: Plan, top: int) -> None:
    x, y = table.axes
    across, down = plan.size
    name = "".join(wrap(x.name, across + plan.left - EDGE, LABEL, lines=1, bold=True))
    middle = plan.left + across / 2
    figure.write(middle, top + down + plan.ticks.height + 8, name, LABEL, bold=True, ha="center")
    name = "".join(wrap(y.name, down, LABEL, lines=1, bold=True))
    figure.write(EDGE, top + down / 2, name, LABEL, bold=True, va="center", rotation=90)
