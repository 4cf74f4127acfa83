"""Two axes: the pictures as a grid, one panel for each metric beside it, or below where that reads better."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from .data import Axis, Cell, Curve, Series, Table
from .figure import SweepFigure
from .mosaic import ratio, slots
from .pages import EDGE, Page, draw_pictures, label_rows, remarks
from .panels import HEAD, Scale, draw_heat, draw_lines, heading, label_columns, legend, panel
from .text import LABEL, Ticks, fit_across, fit_down, height_of, wrap
from .words import describe

PLOT = 72  # least height of a panel in pixels
TALLEST_PLOT = 240
BETWEEN = 26  # pictures and panels
NARROWEST = 225  # panel
MOST_LINES = 6


@dataclass(frozen=True)
class Plan:
    """Where the pictures are and how the panels stand, in pixels relative to the content's corner.

    Args:
        beside: whether the panels are at the right of the pictures.
        left: room for the labels of the rows.
        cell: width and height of a cell.
        columns: of panels.
        area: left, top, width and height that the panels get.
    """

    beside: bool
    left: int
    cell: tuple[int, int]
    columns: int
    area: tuple[int, int, int, int]


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
    series = [table.series(curve) for curve in curves]
    plan = _plan(table, len(series), width)
    page = Page.of(width, title, caption, remarks(table, *plan.cell))
    size = (plan.cell[0] * len(x.values), plan.cell[1] * len(y.values))
    ticks = fit_across(x.labels, plan.cell[0])
    panels = _Panels(table, series, plan)
    under = size[1] + ticks.height + height_of(1, LABEL) + 14
    figure = page.begin(max(under, panels.bottom) if series else under)
    axes = draw_pictures(figure, table, (EDGE + plan.left, page.head, *size), plan_slots(table))
    label_columns(axes, ticks)
    label_rows(axes, fit_down(y.labels, plan.cell[1]))
    _name_axes(figure, table, plan, page.head, ticks)
    if series:
        panels.draw(figure, page.head)
    figure.alt = describe(table, series, title)
    return figure


def plan_slots(table: Table) -> tuple[int, int]:
    """How the pictures of a cell stand in a grid: never in one column."""
    return slots(table)


def _plan(table: Table, curves: int, width: int) -> Plan:
    rows = table.shape[1]
    left = fit_down(table.axes[1].labels, 60).height + height_of(1, LABEL) + 14
    room = width - 2 * EDGE - left
    wide, narrow = _cell(table, room), _cell(table, int(room * 0.585))
    beside = curves > 0 and room >= 600 and not (narrow[0] < 88 and wide[0] > 1.2 * narrow[0])
    cell = narrow if beside else wide
    across, down = cell[0] * table.shape[0], cell[1] * rows
    if beside:
        start = EDGE + left + across + BETWEEN
        span = width - EDGE - start
        area = (start, 0, span, down)
        columns = 1 if down / curves > 130 else max(1, min(curves, span // NARROWEST, 2))
        return Plan(True, left, cell, columns, area)
    top = down + fit_across(table.axes[0].labels, cell[0]).height + height_of(1, LABEL) + 14 + BETWEEN
    columns = max(1, min(curves, (width - 2 * EDGE) // NARROWEST, 2 if curves == 4 else 3))
    return Plan(False, left, cell, columns, (EDGE, top, width - 2 * EDGE, 0))


def _cell(table: Table, room: int) -> tuple[int, int]:
    columns, rows = table.shape
    slot_rows, slot_columns = plan_slots(table)
    shape = ratio(table) * slot_columns / slot_rows
    tallest = min(1500, max(760, rows * 72))
    wide = min(room / columns, 260, 260 * shape, tallest / rows * shape)
    return max(8, int(wide)), max(8, int(wide / shape))


def _name_axes(figure: SweepFigure, table: Table, plan: Plan, top: int, ticks: Ticks) -> None:
    x, y = table.axes
    across, down = plan.cell[0] * len(x.values), plan.cell[1] * len(y.values)
    name = "".join(wrap(x.name, across + plan.left, LABEL, lines=1, bold=True))
    middle = EDGE + plan.left + across / 2
    figure.write(middle, top + down + ticks.height + 8, name, LABEL, bold=True, ha="center")
    name = "".join(wrap(y.name, down, LABEL, lines=1, bold=True))
    figure.write(EDGE, top + down / 2, name, LABEL, bold=True, va="center", rotation=90)


class _Panels:
    """The metric panels of a grid: measured first, drawn when the figure exists."""

    def __init__(self, table: Table, series: Sequence[Series], plan: Plan) -> None:
        flip = table.shape[1] > table.shape[0]
        self.along, self.over = table.axes[::-1] if flip else table.axes
        self.series = [one.swapped() if flip else one for one in series]
        self.plan = plan
        self.heat = len(self.over.values) > MOST_LINES
        left, self.top, width, height = plan.area
        self.margin = max((Scale.of(one, PLOT).width for one in self.series), default=0)
        if self.heat:
            self.margin = fit_down(self.over.labels, 30, widest=60).height + 20
        self.left = left
        self.step = (width + BETWEEN) / plan.columns
        self.wide = self.step - BETWEEN - self.margin
        self.ticks = fit_across(self.along.labels, self.wide / len(self.along.values), points=8, thin=True)
        self.key = 0 if self.heat else self._legend(None, 0) + 4
        self.rows = math.ceil(len(series) / plan.columns) if series else 0
        self.under = self.ticks.height + height_of(1, LABEL) + 16
        self.plot = self._plot_height(height)

    def _plot_height(self, height: int) -> float:
        least = 150 if self.heat else PLOT
        if not self.rows:
            return least
        free = (height - self.key) / self.rows - HEAD - (self.rows - 1) / self.rows * self._between()
        return max(least, min(TALLEST_PLOT, free)) if self.plan.beside else max(least, 120)

    def _between(self) -> float:
        return self.under if self.plan.columns > 1 or self.heat else 12

    def _legend(self, figure: SweepFigure | None, top: float) -> int:
        target = figure or SweepFigure(1, 1)
        over, width = self.over, self.plan.area[2]
        return legend(target, over.name, over.labels, self.left, top, width, draw=figure is not None)

    @property
    def bottom(self) -> float:
        """Pixels from the content's top to the end of the panels."""
        between = (self.rows - 1) * self._between()
        return self.top + self.key + self.rows * (HEAD + self.plot) + between + self.under

    def draw(self, figure: SweepFigure, top: float) -> None:
        """Draw key and panels; ``top`` is where the content begins."""
        top += self.top
        if self.key:
            self._legend(figure, top)
        count = len(self.series)
        for i, one in enumerate(self.series):
            row, column = divmod(i, self.plan.columns)
            x = self.left + column * self.step + self.margin
            y = top + self.key + row * (HEAD + self.plot + self._between()) + HEAD
            self._draw_one(figure, one, (x, y, self.wide, self.plot), i + self.plan.columns >= count)

    def _draw_one(
        self, figure: SweepFigure, one: Series, box: tuple[float, float, float, float], last: bool
    ) -> None:
        x, y, width, height = box
        if self.heat:
            heading(figure, one, x, y, width, "mean")
            axes = draw_heat(figure, one, box)
            label_rows(axes, fit_down(self.over.labels, height / len(self.over.values), widest=60))
        else:
            axes = panel(figure, one, box, len(self.along.values))
            draw_lines(axes, one)
        if last or self._between() > 12:
            label_columns(axes, self.ticks)
            name = "".join(wrap(self.along.name, width, 8, lines=1))
            figure.write(x + width / 2, y + height + self.ticks.height + 7, name, 8, ha="center")
