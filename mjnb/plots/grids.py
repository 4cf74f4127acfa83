"""Two axes: the pictures as a grid, the metrics beside it, and below it where that reads better."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .blocks import BETWEEN, CLEAR, PLOT, Blocks, Facets, View, checked
from .data import Axis, Cell, Curve, Pictures, Series, Table
from .figure import SweepFigure
from .joints import Joints
from .mosaic import ratio, slots
from .pages import EDGE, Page, draw_pictures, finish, label_rows, remarks
from .panels import HEAD, label_columns
from .scales import Spacing
from .text import LABEL, Ticks, fit_across, fit_down, height_of, shorten
from .themes import ThemeName, theme_of

SHARE = 0.585  # of the width for pictures that have metrics beside them
SMALLEST = 88  # pixels: smaller cells want the full width
LARGEST = 260
NARROWEST = 225  # pixels of a block
JOINT = 270  # pixels of a heat map with its curves


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
    pictures: Pictures = "all",
    scale: Spacing = "ordinal",
    view: View | None = None,
    theme: ThemeName = "light",
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
        pictures: all of a cell, or the one nearest the middle of its set.
        scale: of the curves: values evenly spaced, or true to value; then no heat map stands under them.
        view: ``"curves"`` is lines only, ``"heat"`` heat maps with the pictures' axes and the mean along each
            of them beside; None takes what reads best.
        theme: colours for light or dark surroundings.

    Returns:
        The figure, ``width`` pixels wide.

    Raises:
        ValueError: a cell is not on the axes, an axis is empty, the width is too small, an option is
            none, or true places are asked for where there are none: along words, or under heat maps.
    """
    colors = theme_of(theme)
    if checked(view) == "heat" and scale == "value":
        raise ValueError("a heat map has no true places: use view='curves' with scale='value'")
    table = Table.of(cells, x, y, show=pictures)
    series = [table.series(curve) for curve in curves]
    plan = _plan(table, len(curves), width)
    page = Page.of(width, title, caption, remarks(table, *plan.cell))
    facets = Facets.of(table.axes, series, view, scale)
    key, groups = _joints(table, series, plan, width) if view == "heat" else _groups(facets, plan, width)
    figure = page.begin(max([plan.bottom, *(group.bottom for group in groups)]), colors)
    axes = draw_pictures(figure, table, (plan.left, page.head, *plan.size), slots(table))
    label_columns(axes, plan.ticks, colors)
    label_rows(axes, fit_down(y.labels, plan.cell[1]), colors)
    _name_axes(figure, table, plan, page.head)
    if groups and view != "heat":
        facets.key(figure, key[0], page.head + key[1], key[2])
    for group in groups:
        group.draw(figure, page.head)
    return finish(figure, table, series, (title, caption))


def _plan(table: Table, curves: int, width: int) -> Plan:
    left = EDGE + fit_down(table.axes[1].labels, 60).height + height_of(1, LABEL) + 14
    room = width - EDGE - left
    wide, narrow = fitted_cell(table, room), fitted_cell(table, room * SHARE)
    small = math.sqrt(narrow[0] * narrow[1]) < SMALLEST and wide[0] > 1.2 * narrow[0]
    beside = curves > 0 and room >= 600 and not small
    cell = narrow if beside else wide
    size = (cell[0] * table.shape[0], cell[1] * table.shape[1])
    return Plan(beside, left, cell, size, fit_across(table.axes[0].labels, cell[0]))


def fitted_cell(table: Table, room: float) -> tuple[int, int]:
    """Width and height of the cells of the first two axes in so many pixels of width."""
    columns, rows = table.shape[:2]
    down, across = slots(table)
    shape = ratio(table) * across / down
    tallest = min(1500, max(760, rows * 72))
    wide = min(room / columns, LARGEST, LARGEST * shape, tallest / rows * shape)
    return max(8, int(wide)), max(8, int(wide / shape))


def _groups(
    facets: Facets, plan: Plan, width: int
) -> tuple[tuple[float, float, float], list[Blocks] | list[Joints]]:
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


def _joints(
    table: Table, series: Sequence[Series], plan: Plan, width: int
) -> tuple[tuple[float, float, float], list[Blocks] | list[Joints]]:
    """Heat maps beside the pictures as far as their height goes, the others below."""
    if not series:
        return (0.0, 0.0, 0.0), []
    left = plan.left + plan.size[0] + BETWEEN
    groups, first = [], 0
    if plan.beside:
        beside = Joints(table.axes, tuple(series), left, 0, width - EDGE - left, 1)
        first = max(1, min(len(series), int((plan.bottom + 30) // beside.step)))
        groups = [replace(beside, series=tuple(series[:first]))]
    if first < len(series):
        top = max([plan.bottom, *(group.bottom for group in groups)]) + CLEAR
        left_over = len(series) - first
        columns = max(1, min(left_over, (width - 2 * EDGE) // JOINT, 2 if left_over in (2, 4) else 3))
        groups.append(Joints(table.axes, tuple(series[first:]), EDGE, top, width - 2 * EDGE, columns))
    return (0.0, 0.0, 0.0), groups


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
    name = shorten(x.name, across + plan.left - EDGE, LABEL, bold=True)
    middle = plan.left + across / 2
    figure.write(middle, top + down + plan.ticks.height + 8, name, LABEL, bold=True, ha="center")
    name = shorten(y.name, down, LABEL, bold=True)
    figure.write(EDGE, top + down / 2, name, LABEL, bold=True, va="center", rotation=90)
