"""What is plotted: cells placed on their axes, and the numbers of one metric as arrays over those axes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from PIL import Image

Floats = npt.NDArray[np.float64]
Place = tuple[int, ...]
Pictures = Literal["all", "middle"]
MOST = 4  # pictures of a cell


@dataclass(frozen=True)
class Axis:
    """One swept parameter.

    Args:
        name: the parameter's name, e.g. ``"stylization"``.
        values: its values in display order, numbers or choices.
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
        middle: which picture is nearest the set's middle, counted from 0; None takes the first.
        line: the ``%mj`` line that makes this cell, for the page.
    """

    at: tuple[object, ...]
    pictures: tuple[Image.Image, ...]
    values: Mapping[str, Sequence[float]]
    sets: Mapping[str, tuple[float, float]]
    note: str = ""
    middle: int | None = None
    line: str = ""

    def __post_init__(self) -> None:
        if self.middle is not None and self.pictures and not 0 <= self.middle < len(self.pictures):
            raise ValueError(f"cell at {self.at!r}: middle {self.middle} of {len(self.pictures)} pictures")

    @property
    def measured(self) -> int:
        """How many pictures have numbers: of repeats more than are shown."""
        return max(map(len, self.values.values()), default=0)


@dataclass(frozen=True)
class Curve:
    """How a metric is labelled: its ``name`` in the cells, its ``label`` and ``unit`` in the figure.

    ``error`` says what the bars of a set metric are, such as "jackknife SE".
    """

    name: str
    label: str
    unit: str = ""
    error: str = "jackknife SE"


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
        what = {"pictures": ("mean", "SD"), "set": ("set", self.curve.error), "none": ("", "")}
        value, bars = what[self.kind]
        return f"{value} ± {bars}" if np.isfinite(self.spread).any() else value

    @property
    def mean_key(self) -> str:
        """What the bars of a mean over other parameters (see `along`) are, in words; a sample has none."""
        bars = " ± SD" if np.isfinite(self.spread).any() else ""
        return f"mean{bars}" if self.kind != "none" else ""

    def swapped(self) -> Series:
        """The same numbers with the two axes exchanged."""
        dots = {place[::-1]: values for place, values in self.dots.items()}
        return Series(self.curve, self.kind, self.mean.T, self.spread.T, dots)

    def sheet(self, rest: Place) -> Series:
        """The numbers over the first two axes, the others held at a place."""
        dots = {place[:2]: values for place, values in self.dots.items() if place[2:] == rest}
        at: Any = (slice(None), slice(None), *rest)
        return Series(self.curve, self.kind, self.mean[at], self.spread[at], dots)

    def along(self, axis: int) -> Series:
        """The mean over all other axes, with the standard deviation (ddof 1) of what was averaged."""
        rows = np.moveaxis(self.mean, axis, 0).reshape(self.mean.shape[axis], -1)
        pairs = [_mean_and_deviation(_finite(row)) for row in rows]
        mean, spread = (np.array(numbers, float) for numbers in zip(*pairs, strict=True))
        return Series(self.curve, self.kind, mean, spread, {})


@dataclass(frozen=True)
class Table:
    """Cells by their place on the axes; repeats of a place are merged, missing places are absent.

    Args:
        axes: what was swept.
        cells: place to the cells that stand there.
        show: all pictures of a place, or the one nearest the middle of its set.
        sparse: whether no cell stands at most places, as in a sample.
    """

    axes: tuple[Axis, ...]
    cells: Mapping[Place, tuple[Cell, ...]]
    show: Pictures = "all"
    sparse: bool = False

    @classmethod
    def of(cls, cells: Sequence[Cell], *axes: Axis, show: Pictures = "all") -> Table:
        """Put every cell at its place.

        Raises:
            ValueError: an axis has no values, a cell stands at a value that is not on its axis, or
                ``show`` is neither word.
        """
        if show not in get_args(Pictures):
            raise ValueError(f"pictures={show!r}: use 'all' or 'middle'")
        for axis in axes:
            if not axis.values:
                raise ValueError(f"axis {axis.name!r} has no values")
        placed: dict[Place, tuple[Cell, ...]] = {}
        for cell in cells:
            place = _place(cell, axes)
            placed[place] = (*placed.get(place, ()), cell)
        places = math.prod(len(axis.values) for axis in axes)
        return cls(axes, placed, show, sparse=0 < 2 * len(placed) < places)

    def sheet(self, rest: Place) -> Table:
        """The first two axes, the others held at a place."""
        held = {place[:2]: cells for place, cells in self.cells.items() if place[2:] == rest}
        return Table(self.axes[:2], held, self.show, self.sparse)

    @property
    def shape(self) -> Place:
        """Number of values on each axis."""
        return tuple(len(axis.values) for axis in self.axes)

    def places(self) -> Iterable[Place]:
        """Every place, also those without a cell."""
        return np.ndindex(*self.shape)

    def pictures(self, place: Place) -> list[Image.Image]:
        """The pictures shown at a place: the first four, or the one of the middle."""
        found = [cell for cell in self.cells.get(place, ()) if cell.pictures]
        if self.show == "middle":
            return [cell.pictures[cell.middle or 0] for cell in found[:1]]
        return [picture for cell in found for picture in cell.pictures][:MOST]

    def every(self, place: Place) -> list[Image.Image]:
        """The pictures there are at a place, at most four: those shown, and those they were chosen from."""
        found = [cell for cell in self.cells.get(place, ()) if cell.pictures]
        chosen = found[:1] if self.show == "middle" else found
        return [picture for cell in chosen for picture in cell.pictures][:MOST]

    def is_shown(self, place: Place, number: int) -> bool:
        """Whether one of `every` picture at a place, counted from 0, is shown in the figure."""
        if self.show == "all":
            return True
        first = next(cell for cell in self.cells[place] if cell.pictures)
        return number == (first.middle or 0)

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
    if not values:
        return math.nan, math.nan
    return float(np.mean(values)), float(np.std(values, ddof=1)) if len(values) > 1 else math.nan


def _mean_and_error(pairs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    if len(pairs) == 1:
        value, error = pairs[0]
        return value, error if math.isfinite(error) else math.nan
    mean, deviation = _mean_and_deviation([value for value, _ in pairs])
    return mean, deviation / math.sqrt(len(pairs))
