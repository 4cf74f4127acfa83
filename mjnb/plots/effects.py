"""Each parameter on its own: a main-effects plot, the mean over all other axes for every metric and axis."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .data import Axis, Series
from .figure import SweepFigure
from .panels import HEAD, draw_mean, label_columns, panel
from .scales import Scale
from .text import HEADING, LABEL, SMALL, Ticks, fit_across, height_of, shorten, width_of

PLOT = 64
BETWEEN = 20
CLEAR = 14  # pixels between the heading and what it says of itself
TITLE = "Each parameter on its own"
WHAT = "mean over all other parameters ± SD"


def pooled(series: Series) -> Series:
    """The means along every axis in one row, to find the scale that they share."""
    rows = [series.along(axis) for axis in range(series.mean.ndim)]
    mean, spread = (np.concatenate(found) for found in ([r.mean for r in rows], [r.spread for r in rows]))
    return Series(series.curve, series.kind, mean, spread, {})


@dataclass(frozen=True)
class Effects:
    """One row of panels for each metric, one column for each axis.

    Args:
        axes: all of the sweep's.
        series: the metrics over them.
        left: pixels from the figure's left.
        width: of everything.
    """

    axes: tuple[Axis, ...]
    series: tuple[Series, ...]
    left: float
    width: float

    @cached_property
    def _scales(self) -> list[Scale]:
        return [Scale.of(pooled(one), PLOT) for one in self.series]

    @cached_property
    def _margin(self) -> int:
        return max(scale.width for scale in self._scales)

    @property
    def _step(self) -> float:
        return (self.width - self._margin + BETWEEN) / len(self.axes)

    @cached_property
    def _ticks(self) -> list[Ticks]:
        wide = self._step - BETWEEN
        return [
            fit_across(axis.labels, wide / len(axis.values), points=SMALL, thin=True) for axis in self.axes
        ]

    @property
    def height(self) -> float:
        """Pixels from the heading to the names of the axes; 0 without metrics."""
        if not self.series:
            return 0
        labels = max(ticks.height for ticks in self._ticks) + height_of(1, LABEL) + 14
        return height_of(1, HEADING) + 12 + len(self.series) * (HEAD + PLOT + 10) + labels

    def draw(self, figure: SweepFigure, top: float) -> None:
        """Draw the panels below ``top``."""
        if not self.series:
            return
        base = top + height_of(1, HEADING)
        figure.write(self.left, base, TITLE, HEADING + 1.5, bold=True, va="baseline")
        start = self.left + width_of(TITLE, HEADING + 1.5, bold=True) + CLEAR
        if start + width_of(WHAT, SMALL) <= self.left + self.width:
            figure.write(start, base, WHAT, SMALL, color=figure.theme.soft, va="baseline")
        top += height_of(1, HEADING) + 12
        for one, scale in zip(self.series, self._scales, strict=True):
            self._draw_row(figure, one, scale, top + HEAD)
            top += HEAD + PLOT + 10
        low = top - 10 + max(ticks.height for ticks in self._ticks) + height_of(1, LABEL) + 6
        wide = self._step - BETWEEN
        for i, axis in enumerate(self.axes):
            middle = self.left + self._margin + i * self._step + wide / 2
            name = shorten(axis.name, wide, LABEL, bold=True)
            figure.write(middle, low, name, LABEL, bold=True, ha="center", va="baseline")

    def _draw_row(self, figure: SweepFigure, one: Series, scale: Scale, top: float) -> None:
        wide = self._step - BETWEEN
        for i, axis in enumerate(self.axes):
            box = (self.left + self._margin + i * self._step, top, wide, PLOT)
            places = np.arange(len(axis.values), dtype=float)
            axes = panel(figure, one.along(i), box, places, scale=scale, first=i == 0)
            draw_mean(axes, one.along(i), figure.theme, places)
            if one is self.series[-1]:
                label_columns(axes, self._ticks[i], figure.theme)
