"""From parameter values to columns of numbers, and to the blocks that labels may be shuffled in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Real

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
Bools = NDArray[np.bool_]

NEGLIGIBLE = 1e-9  # relative to the largest: what rounding alone can leave of a zero


@dataclass(frozen=True)
class Factor:
    """One parameter over some tasks: `codes` says which of its `values` (rising, if ordered) each has."""

    name: str
    ordered: bool
    values: tuple[object, ...]
    codes: Codes

    def at(self, kept: Bools) -> Factor:
        """Return the same over fewer tasks, without the values that none of them has."""
        present, codes = np.unique(self.codes[kept], return_inverse=True)
        return Factor(self.name, self.ordered, tuple(self.values[code] for code in present), codes)

    @cached_property
    def indicators(self) -> Floats:
        """One column per value: 1 where a task has it."""
        return np.asarray(self.codes[:, None] == np.arange(len(self.values)), np.float64)

    @cached_property
    def numbers(self) -> Floats:
        """One column: the values of an ordered parameter, with 0 for the lowest and 1 for the highest."""
        heights = np.array([float(value) for value in self.values])  # type: ignore[arg-type]
        span = float(np.ptp(heights))
        return np.asarray(((heights - heights.min()) / (span or 1.0))[self.codes, None])

    @property
    def repeats(self) -> bool:
        """Whether its values have two tasks each or more, on average, so that levels have means."""
        return 2 * len(self.values) <= len(self.codes)


def factor(name: str, column: Sequence[object]) -> Factor:
    """Return a parameter with its values in order; it is ordered when all of them are numbers."""
    distinct = dict.fromkeys(column)
    ordered = all(_is_number(value) for value in distinct)
    values = tuple(sorted(distinct, key=float)) if ordered else tuple(distinct)  # type: ignore[arg-type]
    place = {value: code for code, value in enumerate(values)}
    return Factor(name, ordered, values, np.array([place[value] for value in column], np.intp))


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


@dataclass(frozen=True)
class Layout:
    """How one parameter stands among the others, over the tasks of one analysis.

    Attributes:
        factor: The parameter.
        adjusted: Orthonormal columns for the additive effects of the other parameters, the mean included.
        blocks: Tasks of one number have the same values of all other parameters.
        free: Labels are shuffled over all tasks (Freedman and Lane): blocks leave too little to shuffle.
        cells: How many combinations of all parameters there are.
    """

    factor: Factor
    adjusted: Floats
    blocks: Codes
    free: bool
    cells: int

    @property
    def tasks(self) -> int:
        return len(self.blocks)

    @cached_property
    def nuisance(self) -> Floats:
        """Orthonormal columns for all that the test takes out: means of blocks, or the additive effects."""
        if self.free:
            return self.adjusted
        members = (self.blocks[:, None] == np.arange(self.blocks.max() + 1)).astype(np.float64)
        return np.asarray(members / np.sqrt(members.sum(axis=0)))


def layout(parameter: Factor, others: Sequence[Factor]) -> Layout:
    """Return how labels of `parameter` may be shuffled and what stands beside it.

    Under the null hypothesis tasks with equal values of all other parameters are exchangeable, whatever the
    others do, alone or together: labels are shuffled inside such blocks, and the test is exact.  Where fewer
    than half of the tasks have a partner with another label in their block (Latin hypercubes: every value
    occurs once), residuals of the additive model are shuffled over all tasks instead; that is approximate.
    Source: Anderson and ter Braak 2003; Freedman and Lane 1983.
    """
    tasks = len(parameter.codes)
    blocks = _combinations([other.codes for other in others], tasks)
    cells = _combinations([parameter.codes, blocks], tasks)
    free = _with_partners(parameter.codes, blocks) < tasks / 2 if others else False
    return Layout(parameter, _additive(others, tasks), blocks, free, int(cells.max()) + 1)


def move_together(one: Factor, other: Factor) -> bool:
    """Whether either parameter says all about the other: values one to one, and in one order when ordered.

    Two numbers that never come twice and are shuffled against each other (Latin hypercubes) do not.
    """
    pairs = np.unique(np.stack([one.codes, other.codes], axis=1), axis=0)
    if not len(pairs) == len(one.values) == len(other.values):
        return False
    steps = np.sign(np.diff(pairs[:, 1]))
    return not (one.ordered and other.ordered) or bool((steps == steps[:1]).all())


def _combinations(columns: Sequence[Codes], tasks: int) -> Codes:
    """Number the combinations that occur."""
    if not columns:
        return np.zeros(tasks, np.intp)
    return np.unique(np.stack(columns, axis=1), axis=0, return_inverse=True)[1].ravel()


def _with_partners(labels: Codes, blocks: Codes) -> int:
    mixed = [block for block in range(blocks.max() + 1) if len(np.unique(labels[blocks == block])) > 1]
    return int(np.isin(blocks, mixed).sum())


def _additive(others: Sequence[Factor], tasks: int) -> Floats:
    """Columns of the additive model: levels where they repeat and are affordable, else a straight line."""
    levels = sum(len(other.values) - 1 for other in others)
    straight = 2 * levels > tasks
    columns = [
        other.numbers if other.ordered and (straight or not other.repeats) else other.indicators
        for other in others
    ]
    return basis(np.hstack([np.ones((tasks, 1)), *columns]))


def basis(columns: Floats, scale: float = 0.0) -> Floats:
    """Return orthonormal columns that span the same; those below rounding of `scale` are none."""
    left, lengths, _ = np.linalg.svd(columns, full_matrices=False)
    return left[:, lengths > NEGLIGIBLE * max(scale, lengths.max(initial=0.0), np.finfo(float).tiny)]


def without(columns: Floats, spanned: Floats) -> Floats:
    """Return what orthonormal columns leave of other columns: the residuals of a regression on them."""
    return columns - spanned @ (spanned.T @ columns)


def residual_basis(columns: Floats, spanned: Floats) -> Floats:
    """Return orthonormal columns for what `columns` add to `spanned`; none when they add nothing."""
    return basis(without(columns, spanned), scale=float(np.linalg.norm(columns)))
