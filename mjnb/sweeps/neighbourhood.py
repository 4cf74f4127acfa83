"""What is known near a place: a kernel average over the tasks of a sweep, and how sure it is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

REACH = 0.25  # of an axis: how far a task says something about its surroundings
SMALLEST = 1e-9

Point = tuple[Any, ...]
Sums = tuple[float, float, float]


class Neighbourhood:
    """What tasks say about places near them: a kernel average, Nadaraya and Watson 1964.

    Axes are scaled to 0..1 (values of choices are 1 apart) and a task counts with exp(-d² / (2 REACH²)).  The
    standard error of a place is s / sqrt(the weights' sum), with s the standard deviation of all tasks: far
    from every task it grows without bound.
    """

    def __init__(self, axes: Mapping[str, Sequence[Any]]) -> None:
        self._scales = [scale(values) for values in axes.values()]
        self._tasks: list[tuple[Point, float]] = []
        self._spread: float | None = None

    def add(self, at: Point, value: float) -> None:
        """Take in a task; NaN says that it is there and nothing else."""
        self._tasks.append((at, value))
        self._spread = None

    def at(self, point: Point) -> tuple[float, float]:
        """Return the value expected at a place and its standard error; the value NaN when none is known."""
        return self.told(self.sums(point))

    def sums(self, point: Point) -> Sums:
        """Return the weights of all tasks at a place, of those with a value, and their weighted values."""
        found = (0.0, 0.0, 0.0)
        for at, value in self._tasks:
            found = self.summed(found, point, at, value)
        return found

    def summed(self, sums: Sums, point: Point, at: Point, value: float) -> Sums:
        """Return the sums of a place with one task more."""
        weight = self._weight(point, at)
        every, known, total = sums
        if math.isnan(value):
            return every + weight, known, total
        return every + weight, known + weight, total + weight * value

    def told(self, sums: Sums) -> tuple[float, float]:
        """Return the expected value and its standard error from the sums of a place."""
        every, known, total = sums
        if self._spread is None:
            self._spread = self._deviation()
        mean = total / known if known > SMALLEST else math.nan
        return mean, self._spread / math.sqrt(max(SMALLEST, every))

    def distance(self, one: Point, other: Point) -> float:
        """Return how far two places are from each other, scaled."""
        return math.sqrt(sum(d * d for d in self._steps(one, other)))

    def _weight(self, one: Point, other: Point) -> float:
        return math.exp(-(self.distance(one, other) ** 2) / (2 * REACH**2))

    def _steps(self, one: Point, other: Point) -> Iterator[float]:
        for span, a, b in zip(self._scales, one, other, strict=True):
            yield float(a != b) if span is None or None in (a, b) else (a - b) / span

    def _deviation(self) -> float:
        values = [value for _, value in self._tasks if not math.isnan(value)]
        if len(values) < 2:
            return 1.0
        mean = sum(values) / len(values)
        return math.sqrt(sum((v - mean) ** 2 for v in values) / (len(values) - 1)) or 1.0


def scale(values: Sequence[Any]) -> float | None:
    """Return the span of an axis of numbers; None when its values have no order."""
    said = [value for value in values if value is not None]
    if not said or any(isinstance(v, bool) or not isinstance(v, int | float) for v in said):
        return None
    return float(max(said) - min(said)) or 1.0
