"""How many repeats of every cell would settle an effect."""

from __future__ import annotations

import numpy as np

from .coding import Layout, residual_basis
from .shuffles import smallest_p

POWER = 0.8
MOST = 100  # repeats per cell; more is nobody's sweep


def repeats_for(design: Layout, share: float, level: float) -> int | None:
    """Return the repeats per cell that show an effect of this share with 80 % power; None when over 100.

    The power is that of the F test with d and n - r - d degrees of freedom and noncentrality n f^2,
    f^2 = share / (1 - share), which the permutation tests come close to.  Source: Cohen 1988, Statistical
    power analysis, chapters 8 and 9.

    Args:
        design: The parameter among the others, as it was run.
        share: Partial omega squared of the effect; of its line, when ordered.
        level: The p-value to be reached, 0..1.
    """
    from scipy.special import fdtri, ncfdtr  # type: ignore[import-untyped]  # the light part, when asked

    if not share > 0:
        return None
    repeats = np.arange(design.tasks // design.cells + 1, MOST + 1)
    tasks = design.cells * repeats
    degrees = 1 if design.factor.ordered else degrees_of(design)
    freedom = np.maximum(1, tasks - design.adjusted.shape[1] - degrees)
    strength = min(share, 0.999)
    threshold = fdtri(degrees, freedom, 1 - level)
    power = 1 - ncfdtr(degrees, freedom, tasks * strength / (1 - strength), threshold)
    enough = repeats[power >= POWER]
    least = least_repeats(design, level)
    return max(int(enough[0]), least) if len(enough) and least is not None else None


def least_repeats(design: Layout, level: float) -> int | None:
    """Return the fewest repeats per cell with which any outcome could reach a p-value; None when over 100."""
    now = design.tasks / design.cells
    enough = (r for r in range(1, MOST + 1) if r >= now and smallest_p(design, r / now) <= level)
    return next(enough, None)


def degrees_of(design: Layout) -> int:
    """Return how many dimensions the parameter's values add to the additive model of the others."""
    return int(residual_basis(design.factor.indicators, design.adjusted).shape[1])
