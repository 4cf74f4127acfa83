"""How large an effect is, between which bounds, and which share of the variance it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .coding import NEGLIGIBLE, Floats, Layout, residual_basis, without

CONFIDENCE = 0.95
DRAWS, AT_ONCE = 10_000, 500  # of the largest of many differences; its quantile is then known to about 1 %


@dataclass(frozen=True)
class Sizes:
    """Sizes with their intervals, one per metric; `peaks` says which value is highest, when unordered."""

    size: Floats
    low: Floats
    high: Floats
    peaks: tuple[object, ...]


def sizes(design: Layout, values: Floats, rng: np.random.Generator) -> Sizes:
    """Return the sizes of effects on metrics (tasks x metrics, without gaps), in the metrics' units."""
    if design.factor.ordered:
        return _line(design, values)
    return _range(design, values, rng)


def _line(design: Layout, values: Floats) -> Sizes:
    """The change along the least-squares line from the lowest value to the highest.

    The line lies over the additive effects of the other parameters.  The interval is the estimate -+ t
    standard errors, t with n - rank degrees of freedom, the error by HC3, which bears unequal noise and a
    bent line: var = sum of (x e / (1 - h))^2 / (sum of x^2)^2, with x the parameter given the others, e the
    residuals and h the leverages.  Source: MacKinnon and White 1985; Long and Ervin 2000.
    """
    from scipy.special import stdtrit  # type: ignore[import-untyped]  # the light part of scipy, when asked

    x = without(design.factor.numbers, design.adjusted)[:, 0]
    length = float(x @ x)
    freedom = design.tasks - design.adjusted.shape[1] - 1
    if length <= NEGLIGIBLE * design.tasks:
        return _nothing(values)
    slope = x @ values / length
    leverage = (design.adjusted**2).sum(axis=1) + x**2 / length
    residuals = without(values, design.adjusted) - np.outer(x, slope)
    if freedom < 1 or (leverage > 1 - NEGLIGIBLE)[np.abs(x) > NEGLIGIBLE].any():
        return Sizes(slope, np.full_like(slope, np.nan), np.full_like(slope, np.nan), ())
    weights = x / np.maximum(1 - leverage, NEGLIGIBLE)
    error = np.sqrt(((weights[:, None] * residuals) ** 2).sum(axis=0)) / length
    margin = stdtrit(freedom, (1 + CONFIDENCE) / 2) * error
    return Sizes(slope, slope - margin, slope + margin, ())


def _range(design: Layout, values: Floats, rng: np.random.Generator) -> Sizes:
    """The highest less the lowest level mean, the other parameters adjusted for.

    The interval follows from simultaneous intervals of all pairwise differences (Tukey 1953, Kramer 1956): it
    goes from the largest of their lower ends, 0 at least, to the largest of their upper ends, and so covers
    the range whenever they all cover.  Noise is taken to be equal at all levels.  The intervals' common
    factor is the simulated 95 % quantile of the largest studentised difference (Edwards and Berry 1987).
    """
    levels = without(design.factor.indicators, design.adjusted)
    inverse = np.asarray(np.linalg.pinv(levels.T @ levels, rcond=NEGLIGIBLE, hermitian=True), np.float64)
    rank = residual_basis(design.factor.indicators, design.adjusted).shape[1]
    if rank < len(design.factor.values) - 1:
        return _nothing(values)
    means = inverse @ (levels.T @ values)
    size = np.ptp(means, axis=0)
    peaks = tuple(design.factor.values[k] for k in np.argmax(means, axis=0))
    freedom = design.tasks - design.adjusted.shape[1] - rank
    if freedom < 1:
        return Sizes(size, np.full_like(size, np.nan), np.full_like(size, np.nan), peaks)
    residuals = without(values, design.adjusted) - levels @ means
    noise = np.sqrt((residuals**2).sum(axis=0) / freedom)
    first, second = np.triu_indices(len(means), 1)
    apart = np.sqrt(inverse[first, first] + inverse[second, second] - 2 * inverse[first, second])
    margin = _widest(inverse, apart, freedom, rng) * apart[:, None] * noise
    differences = np.abs(means[first] - means[second])
    low = np.maximum(0, (differences - margin).max(axis=0))
    return Sizes(size, low, (differences + margin).max(axis=0), peaks)


def _widest(inverse: Floats, apart: Floats, freedom: int, rng: np.random.Generator) -> float:
    """The 95 % quantile of the largest studentised difference of level means."""
    heights, directions = np.linalg.eigh(inverse)
    root = directions * np.sqrt(np.maximum(heights, 0))
    first, second = np.triu_indices(len(inverse), 1)
    drawn = np.split(rng.standard_normal((DRAWS, len(inverse))) @ root.T, DRAWS // AT_ONCE)
    largest = [(np.abs(some[:, first] - some[:, second]) / apart).max(axis=1) for some in drawn]
    noise = np.sqrt(rng.chisquare(freedom, DRAWS) / freedom)
    return float(np.quantile(np.concatenate(largest) / noise, CONFIDENCE))


def _nothing(values: Floats) -> Sizes:
    unknown = np.full(values.shape[1], np.nan)
    return Sizes(unknown, unknown, unknown, ())


def shares(design: Layout, values: Floats, *, trend: bool) -> Floats:
    """Partial omega squared, 0..1, one per metric; NaN when nothing is left to estimate the noise from.

    (S - d M) / (S + (n - d) M), at least 0: S the squares that the parameter adds to the additive model of
    the others, d its degrees of freedom, M the mean square of the residuals, n tasks.  Unlike eta squared it
    is near 0 when there is no effect.  Source: Keppel 1991; Olejnik and Algina 2003.

    Args:
        design: The parameter among the others.
        values: Metrics of tasks, tasks x metrics, without gaps.
        trend: Of the straight line only, d = 1; else between all values.
    """
    columns = design.factor.numbers if trend else design.factor.indicators
    added = residual_basis(columns, design.adjusted)
    degrees = added.shape[1]
    freedom = design.tasks - design.adjusted.shape[1] - degrees
    if freedom < 1 or not degrees:
        return np.full(values.shape[1], np.nan)
    squares = ((added.T @ values) ** 2).sum(axis=0)
    left = without(without(values, design.adjusted), added)
    noise = (left**2).sum(axis=0) / freedom
    whole = squares + (design.tasks - degrees) * noise
    share = np.divide(squares - degrees * noise, whole, out=np.zeros_like(whole), where=whole > 0)
    return np.asarray(np.maximum(0, share))
