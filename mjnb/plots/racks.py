"""Rows of sheets: heading, pictures and metrics of each, on common scales."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .blocks import Facets
from .data import Place, Series, Table
from .figure import SweepFigure
from .grids import fitted_cell
from .heats import draw_heat, draw_key, heat_key, span_of
from .mosaic import slots
from .pages import EDGE, draw_pictures, label_rows
from .panels import HEAD, draw_lines, heading, label_columns, panel
from .scales import Scale
from .text import (
    HEADING,
    LABEL,
    SMALL,
    Ticks,
    clean,
    fit_across,
    fit_down,
    height_of,
    shorten,
    told_apart,
    width_of,
    wrap,
)  # fmt: skip

BETWEEN = 16  # sheets
PLOT, GAP = 78, 10  # a panel, and what is between two
SMALLEST = 62  # pixels of a cell that still shows its pictures
NARROWEST = 150  # pixels of a panel


@dataclass(frozen=True)
class Rack:
    """What all sheets share, in pixels.

    Args:
        table: over all axes.
        series: the metrics over all axes.
        left: from the figure's left to the first sheet, row labels and numbers between.
        columns: sheets beside each other.
        column: width of a sheet.
        cell: width and height of a cell.
        heat: whether metrics are heat maps, with the pictures' axes.
        spare: at the right, for the keys of heat maps.
    """

    table: Table
    series: Sequence[Series]
    left: int
    columns: int
    column: float
    cell: tuple[int, int]
    heat: bool
    spare: int

    @classmethod
    def of(cls, table: Table, series: Sequence[Series], width: int, *, heat: bool) -> Rack:
        """Choose how many sheets stand beside each other: as many as leave the cells large enough."""
        labels = fit_down(table.axes[1].labels, 60).height + height_of(1, LABEL) + 14
        left = EDGE + max([labels, *(Scale.of(one, PLOT, dots=False).width for one in series)])
        spare = max(map(heat_key, series), default=0) if heat else 0
        room, across = width - left - EDGE - spare, table.shape[0]
        count = int(np.prod(table.shape[2:]))
        fits = [c for c in range(1, count + 1) if _column(room, c) >= max(NARROWEST, across * SMALLEST)]
        columns = max(fits, default=1)
        whole = table.shape[2]  # a row begins with the third axis's first value, if it can
        columns = columns - columns % whole if columns > whole else columns
        column = _column(room, columns)
        return cls(table, series, left, columns, column, fitted_cell(table, column), heat, spare)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of a sheet's pictures."""
        return self.cell[0] * self.table.shape[0], self.cell[1] * self.table.shape[1]

    @cached_property
    def wide(self) -> float:
        """Width of a sheet's panels: the pictures', unless these are too narrow to read."""
        return self.size[0] if self.size[0] >= min(self.column, NARROWEST) else self.column

    @property
    def plot(self) -> int:
        """Height of a panel."""
        return round(min(150, max(PLOT, self.table.shape[1] * 15))) if self.heat else PLOT

    @cached_property
    def _ticks(self) -> Ticks:
        return fit_across(self.table.axes[0].labels, self.cell[0], points=SMALL, thin=self.cell[0] < 40)

    @cached_property
    def _facets(self) -> Facets:
        return Facets.of(self.table.axes[:2], [one.sheet(self._any) for one in self.series], "curves")

    @property
    def _any(self) -> Place:
        return (0,) * (len(self.table.axes) - 2)

    @cached_property
    def _under(self) -> Ticks:
        axis = self.table.axes[0] if self.heat else self._facets.along
        return fit_across(axis.labels, self.wide / len(axis.values), points=SMALL, thin=True)

    @cached_property
    def _headings(self) -> dict[Place, list[str]]:
        places = list(np.ndindex(*self.table.shape[2:]))
        facets = self.table.axes[2:]
        said = [
            [f"{axis.name} = {axis.labels[i]}" for axis, i in zip(facets, place, strict=True)]
            for place in places
        ]
        if len(facets) == 1:
            fitted = told_apart(
                [one for (one,) in said], lambda one: "\n".join(wrap(one, self.column, HEADING, bold=True))
            )
            return {place: text.split("\n") for place, text in zip(places, fitted, strict=True)}
        joined = [", ".join(one) for one in said]
        if max(width_of(clean(one, bold=True), HEADING, bold=True) for one in joined) <= self.column:
            return {place: [clean(one, bold=True)] for place, one in zip(places, joined, strict=True)}
        return {
            place: [shorten(part, self.column, HEADING, bold=True) for part in parts]
            for place, parts in zip(places, said, strict=True)
        }

    def _head(self, row: Sequence[Place]) -> int:
        return height_of(max(len(self._headings[place]) for place in row), HEADING) + 5

    @property
    def _below(self) -> float:
        """From the end of the pictures to the first panel."""
        return self._ticks.height + height_of(1, SMALL) + 16

    def height(self, row: Sequence[Place]) -> float:
        """Pixels of a row of sheets."""
        panels = len(self.series) * (HEAD + self.plot + GAP)
        labels = self._under.height + height_of(1, SMALL) + 4 if self.series else 0
        return self._head(row) + self.size[1] + self._below + panels + labels

    @property
    def tallest(self) -> float:
        """Pixels of the tallest row that there can be."""
        return self.height(list(self._headings))

    def key(self, figure: SweepFigure | None, left: float, top: float) -> int:
        """Draw the key of the lines, or measure it without a figure; returns its height."""
        if self.heat or not self.series:
            return 0
        room = self.left - EDGE + self.columns * (self.column + BETWEEN) - BETWEEN
        height = self._facets.key(figure, left, top, room)
        return height + 8 if height else 0

    def draw(self, figure: SweepFigure, row: Sequence[Place], top: float) -> None:
        """Draw a row of sheets below ``top``."""
        slot, axes = slots(self.table), self.table.axes
        head = self._head(row)
        for i, place in enumerate(row):
            left = self.left + i * (self.column + BETWEEN)
            figure.write(left, top, "\n".join(self._headings[place]), HEADING, bold=True)
            shown = draw_pictures(
                figure, self.table.sheet(place), (round(left), round(top + head), *self.size), slot
            )
            label_columns(shown, self._ticks, figure.theme)
            name = shorten(axes[0].name, self.size[0], SMALL, bold=True)
            under = top + head + self.size[1] + self._ticks.height + 6
            figure.write(round(left) + self.size[0] / 2, under, name, SMALL, bold=True, ha="center")
            if i == 0:
                label_rows(shown, fit_down(axes[1].labels, self.cell[1]), figure.theme)
                name = shorten(axes[1].name, self.size[1], LABEL, bold=True)
                middle = top + head + self.size[1] / 2
                figure.write(EDGE, middle, name, LABEL, bold=True, va="center", rotation=90)
            self._draw_metrics(figure, place, (round(left), top + head + self.size[1] + self._below), i == 0)
        if self.heat:
            end = self.left + (len(row) - 1) * (self.column + BETWEEN) + self.wide
            for k, one in enumerate(self.series):
                y = top + head + self.size[1] + self._below + k * (HEAD + self.plot + GAP) + HEAD
                draw_key(figure, one, end, y, self.plot)

    def _draw_metrics(self, figure: SweepFigure, place: Place, at: tuple[float, float], first: bool) -> None:
        left, top = at
        flip = self._facets.along is not self.table.axes[0]
        for one in self.series:
            part, box = one.sheet(place), (left, top + HEAD, self.wide, self.plot)
            if self.heat:
                axes = draw_heat(figure, part, box, span_of(one))
                if first:
                    heading(
                        figure, one, (left, top + HEAD, self.wide), "mean" if one.kind == "pictures" else ""
                    )
                    y = self.table.axes[1]
                    rows = fit_down(y.labels, self.plot / len(y.values), widest=60, points=SMALL)
                    label_rows(axes, rows, figure.theme)
            else:
                part, places = part.swapped() if flip else part, self._facets.places
                scale = Scale.of(one, self.plot, dots=False)
                axes = panel(figure, part, box, places, key=one.key, scale=scale, first=first)
                draw_lines(axes, part, figure.theme, places)
            top += HEAD + self.plot + GAP
        if self.series:
            label_columns(axes, self._under, figure.theme)
            along = self.table.axes[0] if self.heat else self._facets.along
            under = top - GAP + self._under.height + 7
            name = shorten(along.name, self.wide, SMALL)
            figure.write(left + self.wide / 2, under, name, SMALL, ha="center")


def _column(room: float, count: int) -> float:
    return (room + BETWEEN) / count - BETWEEN
