"""Scales known before anything is placed: a metric's limits and ticks, and where values stand on an axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from matplotlib.ticker import MaxNLocator

from .data import Axis, Floats, Series
from .text import SMALL, Ticks, clean, height_of, width_of

Spacing = Literal["ordinal", "value"]


@dataclass(frozen=True)
class Scale:
    """Limits and ticks of a metric's axis."""

    low: float
    high: float
    ticks: tuple[float, ...]
    labels: tuple[str, ...]

    @classmethod
    def of(cls, series: Series, height: float, *, dots: bool = True) -> Scale:
        """A linear scale over everything drawn: dots, means and bars.

        Args:
            series: the metric, over any axes.
            height: of the panel in pixels; it decides how many ticks there are.
            dots: whether the dots are drawn.
        """
        drawn = _drawn(series, dots)
        if not drawn.size:
            return cls(0.0, 1.0, (), ())
        low, high = float(drawn.min()), float(drawn.max())
        pad = 0.1 * (high - low) or 0.1 * abs(high) or 1.0
        floor = 0.0 if low >= 0 else -math.inf
        low, high = low - pad, high + pad
        locator = MaxNLocator(nbins=max(2, min(5, int(height / 28))), steps=[1, 2, 2.5, 5, 10], min_n_ticks=2)
        found = locator.tick_values(max(low, floor), high)
        ticks = tuple(float(tick) for tick in found if max(low, floor) <= tick <= high)
        return cls(low, high, ticks, numerals(ticks))

    @property
    def width(self) -> int:
        """Pixels that the tick labels take at the left."""
        return math.ceil(max((width_of(label, SMALL) for label in self.labels), default=0.0)) + 8


def _drawn(series: Series, dots: bool) -> Floats:
    spread = np.nan_to_num(series.spread)
    values = [value for values in series.dots.values() for value in values if dots]
    ends = [(series.mean - spread).ravel(), (series.mean + spread).ravel(), np.array(values, float)]
    drawn: Floats = np.concatenate(ends)
    return drawn[np.isfinite(drawn)]


def numerals(numbers: Sequence[float]) -> tuple[str, ...]:
    """Numbers with as many decimals as tell neighbours apart."""
    if len(numbers) < 2:
        return tuple(f"{number:.3g}" for number in numbers)
    step, most = min(np.diff(sorted(numbers))), max(map(abs, numbers))
    if most >= 1e5 or not step or most < 1e-3:
        return tuple(f"{number:.3g}" for number in numbers)
    places = next((p for p in range(6) if math.isclose(round(step, p), step, rel_tol=1e-6)), 6)
    return tuple(f"{number + 0.0:.{places}f}" for number in numbers)


def stands(axis: Axis, spacing: Spacing) -> Floats:
    """Where an axis's values stand, in columns: 0, 1, 2 ... or true to their values between the same ends.

    Raises:
        ValueError: no such spacing, or values that are no finite numbers are to stand true to value.
    """
    ordinal = np.arange(len(axis.values), dtype=float)
    if spacing not in get_args(Spacing):
        raise ValueError(f"scale={spacing!r}: use 'ordinal' or 'value'")
    if spacing == "ordinal":
        return ordinal
    numbers = [float(value) for value in axis.values if isinstance(value, int | float)]
    if not axis.is_ordered or not np.isfinite(numbers).all():
        raise ValueError(f"scale='value' needs numbers on the axis, {axis.name!r} has {axis.labels}")
    low, high = min(numbers), max(numbers)
    return (np.array(numbers) - low) / (high - low) * ordinal[-1] if high > low else ordinal


def value_ticks(axis: Axis, places: Floats, column: float, *, points: float) -> Ticks:
    """Labels at true places, a column being ``column`` pixels wide; the ends stay, what would touch goes."""
    labels = [clean(label) for label in axis.labels]
    wide = [width_of(label, points) + 8 for label in labels]
    order = sorted(range(len(labels)), key=lambda i: (-abs(places[i] - (len(labels) - 1) / 2), i))
    kept: list[int] = []
    for i in order:
        if all(abs(places[i] - places[k]) * column >= (wide[i] + wide[k]) / 2 for k in kept):
            kept.append(i)
    shown = tuple(label if i in kept else "" for i, label in enumerate(labels))
    return Ticks(shown, False, height_of(1, points), points)
