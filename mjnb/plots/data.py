"""What is plotted: cells placed on their axes, and the numbers of one metric as arrays over those axes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from PIL import Image

Floats = npt.NDArray[np.float64]
Place = tuple[int, ...]


@dataclass(frozen=True)
class Axis:
    """One swept parameter.

    Args:
        name: the parameter's name, e.g. ``"stylization"``.
        values: its values in display order, numbers or choices; spacing is ordinal, never to scale.
    """

    name: str
    values: tuple[object, ...]

    @property
    def labels(self) -> list[str]:
        """The values as tick labels."""
        return [_label(value) for value in self.values]

    @property
    def is_ordered(self) -> bool:
        """Whether every value is a number, so that "rises along the axis" means something."""
        return all(isinstance(v, int | float) and not isinstance(v, bool) for v in self.values)


@dataclass(frozen=True)
class Cell:
    """One task of a sweep.

    Args:
        at: the value on each axis, one entry per axis.
        pictures: up to four, of any size and ratio; may be empty.
        values: picture metrics, name to one number per picture.
        sets: set metrics, name to (value, standard error); NaN when unknown.
        note: shown in place of pictures, e.g. ``"failed: moderation"``.
    """

    at: tuple[object, ...]
    pictures: tuple[Image.Image, ...]
    values: Mapping[str, Sequence[float]]
    sets: Mapping[str, tuple[float, float]]
    note: str = ""


@dataclass(frozen=True)
class Curve:
    """How a metric is labelled: its ``name`` in the cells, its ``label`` and ``unit`` in the figure."""

    name: str
    label: str
    unit: str = ""


@dataclass(frozen=True)
class Series:
    """One metric over the axes.

    Args:
        curve: its labels.
        kind: ``"pictures"`` (dots, mean, SD), ``"set"`` (value, standard error) or ``"none"`` (no number).
        mean: mean of the pictures, or the value of the set, shape as the axes; NaN where unknown.
        spread: standard deviation (ddof 1) or standard error, same shape; NaN where unknown.
        dots: place to the pictures' numbers.
    """

    curve: Curve
    kind: Literal["pictures", "set", "none"]
    mean: Floats
    spread: Floats
    dots: Mapping[Place, tuple[float, ...]]

    @property
    def key(self) -> str:
        """What the bars are, in words."""
        return {"pictures": "mean ± SD", "set": "set ± jackknife SE", "none": ""}[self.kind]

    def swapped(self) -> Series:
        """The same numbers with the two axes exchanged."""
        dots = {place[::-1]: values for place, values in self.dots.items()}
        return Series(self.curve, self.kind, self.mean.T, self.spread.T, dots)


@dataclass(frozen=True)
class Table:
    """Cells by their place on the axes; repeats of a place are merged, missing places are absent."""

    axes: tuple[Axis, ...]
    cells: Mapping[Place, tuple[Cell, ...]]

    @classmethod
    def of(cls, cells: Sequence[Cell], *axes: Axis) -> Table:
        """Put every cell at its place.

        Raises:
            ValueError: an axis has no values, or a cell stands at a value that is not on its axis.
        """
        for axis in axes:
            if not axis.values:
                raise ValueError(f"axis {axis.name!r} has no values")
        placed: dict[Place, tuple[Cell, ...]] = {}
        for cell in cells:
            place = _place(cell, axes)
            placed[place] = (*placed.get(place, ()), cell)
        return cls(axes, placed)

    @property
    def shape(self) -> Place:
        """Number of values on each axis."""
        return tuple(len(axis.values) for axis in self.axes)

    def places(self) -> Iterable[Place]:
        """Every place, also those without a cell."""
        return np.ndindex(*self.shape)

    def pictures(self, place: Place) -> list[Image.Image]:
        """The first four pictures at a place."""
        return [picture for cell in self.cells.get(place, ()) for picture in cell.pictures][:4]

    def note(self, place: Place) -> str:
        """Why a place has no pictures."""
        if place not in self.cells:
            return "not run"
        return next((cell.note for cell in self.cells[place] if cell.note), "no pictures")

    def series(self, curve: Curve) -> Series:
        """The numbers of one metric; repeats of a set metric give their mean and its standard error."""
        dots = {p: self._picture_values(p, curve.name) for p in self.cells}
        sets = {p: self._set_values(p, curve.name) for p in self.cells}
        dots = {place: values for place, values in dots.items() if _finite(values)}
        sets = {place: pairs for place, pairs in sets.items() if pairs}
        mean, spread = np.full(self.shape, np.nan), np.full(self.shape, np.nan)
        if dots:
            for place, values in dots.items():
                mean[place], spread[place] = _mean_and_deviation(_finite(values))
            return Series(curve, "pictures", mean, spread, dots)
        for place, pairs in sets.items():
            mean[place], spread[place] = _mean_and_error(pairs)
        return Series(curve, "set" if sets else "none", mean, spread, {})

    def _picture_values(self, place: Place, name: str) -> tuple[float, ...]:
        return tuple(_number(v) for cell in self.cells[place] for v in cell.values.get(name, ()))

    def _set_values(self, place: Place, name: str) -> list[tuple[float, float]]:
        pairs = [cell.sets[name] for cell in self.cells[place] if name in cell.sets]
        return [(_number(v), _number(e)) for v, e in pairs if math.isfinite(_number(v))]


def _place(cell: Cell, axes: Sequence[Axis]) -> Place:
    if len(cell.at) != len(axes):
        raise ValueError(f"cell at {cell.at!r} has {len(cell.at)} values for {len(axes)} axes")
    for axis, value in zip(axes, cell.at, strict=True):
        if value not in axis.values:
            raise ValueError(f"cell at {cell.at!r}: {value!r} is not on axis {axis.name!r} {axis.values!r}")
    return tuple(axis.values.index(value) for axis, value in zip(axes, cell.at, strict=True))


def _label(value: object) -> str:
    if value is None:
        return "not set"
    if isinstance(value, float):
        return f"{value:g}"
    return " ".join(str(value).split()) or "(empty)"


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float | np.number) else math.nan


def _finite(values: Iterable[float]) -> list[float]:
    return [value for value in values if math.isfinite(value)]


def _mean_and_deviation(values: Sequence[float]) -> tuple[float, float]:
    return float(np.mean(values)), float(np.std(values, ddof=1)) if len(values) > 1 else math.nan


def _mean_and_error(pairs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    if len(pairs) == 1:
        value, error = pairs[0]
        return value, error if math.isfinite(error) else math.nan
    mean, deviation = _mean_and_deviation([value for value, _ in pairs])
    return mean, deviation / math.sqrt(len(pairs))
