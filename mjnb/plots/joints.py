"""Heat maps with the pictures' axes: the mean along x above each, the mean along y at its right."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .data import Axis, Series
from .effects import pooled
from .figure import SweepFigure
from .heats import colours_of, draw_heat, numbers_fit, span_of
from .pages import label_rows
from .panels import BAND, BRIDGE, HEAD, draw_mean, fine, label_columns, panel
from .scales import Scale
from .text import SMALL, Ticks, fit_across, fit_down, height_of, shorten, width_of

OVER, BESIDE = 46, 62  # pixels of the curves above and at the right
CLEAR = 8
BETWEEN = 26
LOWEST, TALLEST = 60, 220


@dataclass(frozen=True)
class Joints:
    """Some metrics, laid out in columns.

    Args:
        axes: x and y.
        series: the metrics.
        left: pixels from the figure's left.
        top: pixels from the content's top.
        width: of all columns.
        columns: how many.
    """

    axes: tuple[Axis, ...]
    series: tuple[Series, ...]
    left: float
    top: float
    width: float
    columns: int

    @cached_property
    def _scales(self) -> list[Scale]:
        return [Scale.of(pooled(one), OVER) for one in self.series]

    @cached_property
    def _rows(self) -> Ticks:
        return fit_down(self.axes[1].labels, LOWEST / len(self.axes[1].values), widest=60, points=SMALL)

    @cached_property
    def margin(self) -> int:
        """Room at the left for row labels, the name of y and the numbers of the curves above."""
        return max(self._rows.height + height_of(1, SMALL) + 14, *(scale.width for scale in self._scales))

    @cached_property
    def _wide(self) -> float:
        return (self.width + BETWEEN) / self.columns - BETWEEN - self.margin - CLEAR - BESIDE

    @cached_property
    def heat(self) -> int:
        """Height of a heat map: square cells, within reason."""
        columns, rows = (len(axis.values) for axis in self.axes)
        return round(min(TALLEST, max(LOWEST, min(self._wide / columns, 30) * rows)))

    @cached_property
    def _ticks(self) -> Ticks:
        x = self.axes[0]
        return fit_across(x.labels, self._wide / len(x.values), points=SMALL, thin=True)

    @property
    def step(self) -> float:
        """Height of one row of blocks, labels and space included."""
        return HEAD + OVER + CLEAR + self.heat + self._ticks.height + height_of(1, SMALL) + 20

    @property
    def bottom(self) -> float:
        """Pixels from the content's top to the end of the last block."""
        return self.top + math.ceil(len(self.series) / self.columns) * self.step - 8

    def draw(self, figure: SweepFigure, top: float) -> None:
        """Draw the blocks; ``top`` is where the content begins."""
        for i, (one, scale) in enumerate(zip(self.series, self._scales, strict=True)):
            row, column = divmod(i, self.columns)
            x = self.left + column * (self.width + BETWEEN) / self.columns + self.margin
            self._draw_one(figure, one, scale, (x, top + self.top + row * self.step + HEAD))

    def _draw_one(self, figure: SweepFigure, one: Series, scale: Scale, at: tuple[float, float]) -> None:
        left, top = at
        theme, places = figure.theme, np.arange(len(self.axes[0].values), dtype=float)
        over = one.along(0)
        key = over.mean_key
        if not numbers_fit(one.mean, (self._wide / one.mean.shape[0], self.heat / one.mean.shape[1])):
            key = colours_of(one)
        box = (left, top, self._wide, OVER)
        above = panel(figure, over, box, places, key=key, spare=BESIDE, scale=scale)
        draw_mean(above, over, theme, places)
        top += OVER + CLEAR
        axes = draw_heat(figure, one, (left, top, self._wide, self.heat), span_of(one))
        label_columns(axes, self._ticks, theme)
        rows = fit_down(self.axes[1].labels, self.heat / len(self.axes[1].values), widest=60, points=SMALL)
        label_rows(axes, rows, theme)
        name = shorten(self.axes[0].name, self._wide, SMALL)
        under = top + self.heat + self._ticks.height + 7
        figure.write(left + self._wide / 2, under, name, SMALL, ha="center")
        name = shorten(self.axes[1].name, self.heat, SMALL)
        figure.write(left - self.margin, top + self.heat / 2, name, SMALL, va="center", rotation=90)
        self._draw_beside(figure, one.along(1), scale, (left + self._wide + CLEAR, top))

    def _draw_beside(self, figure: SweepFigure, one: Series, scale: Scale, at: tuple[float, float]) -> None:
        """The mean along y, upright: numbers run to the right."""
        theme, rows = figure.theme, np.arange(one.mean.size)
        axes = figure.place(*at, BESIDE, self.heat)
        axes.set_ylim(-0.5, one.mean.size - 0.5)
        axes.set_xlim(scale.low, scale.high)
        for tick in scale.ticks:
            axes.axvline(tick, color=theme.rule, linewidth=0.8, linestyle="-", marker="", zorder=0.5)
        for x, label in _numbers(scale):
            under = at[1] + self.heat + 6
            figure.write(at[0] + x, under, label, SMALL, color=theme.soft, ha="center")
        color, marker = (theme.one, "o") if one.kind == "pictures" else (theme.whole, "s")
        known = np.isfinite(one.mean)
        low, high = one.mean - one.spread, one.mean + one.spread
        axes.fill_betweenx(rows, low, high, color=color, alpha=BAND[theme.name], lw=0)
        axes.plot(one.mean[known], rows[known], color=color, **BRIDGE)
        axes.plot(one.mean, rows, color=color, marker=marker, mec=theme.paper, **fine(self.heat / len(rows)))


def _numbers(scale: Scale) -> list[tuple[float, str]]:
    """The ends of an upright panel's scale and where they are written, the first only if there is room."""
    placed: list[tuple[float, str, float]] = []
    for i in sorted({0, len(scale.ticks) - 1} if scale.ticks else (), reverse=True):
        half = width_of(scale.labels[i], SMALL) / 2
        x = BESIDE * (scale.ticks[i] - scale.low) / (scale.high - scale.low)
        x = min(max(x, half - 6), BESIDE - half + 8)
        if all(x + half + 6 <= other - wide for other, _, wide in placed):
            placed.append((x, scale.labels[i], half))
    return [(x, label) for x, label, _ in placed]
