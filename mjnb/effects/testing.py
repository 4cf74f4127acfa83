"""p-values: permutation tests of many metrics at once, and Holm's correction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .coding import NEGLIGIBLE, Floats, Layout, residual_basis, without
from .shuffles import Shuffles


@dataclass(frozen=True)
class Tested:
    """p-values and (for ordered parameters) rank correlations, one per metric."""

    p: Floats
    rank_correlation: Floats


def permutation_test(design: Layout, values: Floats, shuffled: Shuffles) -> Tested | None:
    """Test whether the parameter's labels matter; None when it cannot be told apart from the others.

    The statistic is the part of the metric's variance, the other parameters' effects taken out, that the
    label explains.  Ordered: the square of Spearman's correlation, of the parameter's ranks with the ranks of
    the aligned metric (Hodges and Lehmann 1962): with one parameter that is Spearman's test (1904),
    two-sided.  Unordered: between level means, equivalent to the F of Fisher's analysis of variance.

    p = b / m when all m shuffles are looked at and b of them reach what was seen, (b + 1) / (m + 1) when m
    are a random sample (Phipson and Smyth 2010).

    Args:
        design: The parameter among the others.
        values: Metrics of tasks, tasks x metrics, without gaps.
        shuffled: Of this design.
    """
    parameter = design.factor
    labels = midranks(parameter.codes[:, None]) if parameter.ordered else parameter.indicators
    effect = residual_basis(labels, design.nuisance)
    line = residual_basis(parameter.numbers, design.adjusted) if parameter.ordered else effect
    if not effect.shape[1] or not line.shape[1]:
        return None
    outcome = aligned(values, design.nuisance)
    scores = midranks(outcome) if parameter.ordered else outcome
    centred = scores - scores.mean(axis=0)
    everything = (centred**2).sum(axis=0)
    seen = _explained(effect, design.nuisance, centred)
    found = _explained_by_shuffles(design, effect, centred, shuffled)
    reached = (found >= seen - NEGLIGIBLE).sum(axis=0)
    count = len(shuffled.rows)
    p = reached / count if shuffled.whole else (reached + 1) / (count + 1)
    signs = np.sign(effect[:, 0] @ labels[:, 0]) * np.sign(effect[:, 0] @ centred)
    unknown = (everything == 0) | (not parameter.ordered)
    return Tested(p, np.where(unknown, np.nan, signs * np.sqrt(seen)))


def _explained(effect: Floats, nuisance: Floats, scores: Floats) -> Floats:
    left = (without(scores, nuisance) ** 2).sum(axis=0)
    return _ratio(((effect.T @ scores) ** 2).sum(axis=0), left)


def _explained_by_shuffles(design: Layout, effect: Floats, scores: Floats, shuffled: Shuffles) -> Floats:
    explained = _squares(effect, scores, shuffled)
    if not design.free:  # shuffles inside blocks leave their means alone
        return _ratio(explained, (without(scores, design.nuisance) ** 2).sum(axis=0))
    return _ratio(explained, (scores**2).sum(axis=0) - _squares(design.nuisance, scores, shuffled))


def _squares(columns: Floats, scores: Floats, shuffled: Shuffles) -> Floats:
    """Squared lengths of the scores along shuffled columns, shuffles x metrics."""
    total = np.zeros((len(shuffled.rows), scores.shape[1]))
    for column in columns.T:
        total += (column[shuffled.rows] @ scores) ** 2
    return total


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.asarray(np.divide(part, whole, out=np.zeros_like(part), where=whole > 0))


def aligned(values: Floats, nuisance: Floats) -> Floats:
    """Return metrics less what the other parameters explain; differences that are only rounding are none."""
    left = without(values, nuisance)
    grain = 1e-12 * np.abs(values).max(axis=0)
    grain[grain == 0] = 1.0
    return np.asarray(np.round(left / grain) * grain)


def midranks(columns: Floats | np.ndarray[tuple[int, ...], np.dtype[np.intp]]) -> Floats:
    """Return ranks from 1 in every column, equal ones sharing their mean rank."""
    ranks = np.empty(columns.shape)
    for number, column in enumerate(columns.T):
        _, place, count = np.unique(column, return_inverse=True, return_counts=True)
        ranks[:, number] = (np.cumsum(count) - (count - 1) / 2)[place]
    return ranks


def holm(p: Sequence[float]) -> list[float]:
    """Return p-values corrected for being many: the chance of any false claim is at most alpha.

    In rising order, max over j <= i of (m - j + 1) p(j), at most 1.  Source: Holm 1979.
    """
    order = np.argsort(p, kind="stable")
    weighted = np.asarray(p, np.float64)[order] * np.arange(len(p), 0, -1)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(1, np.maximum.accumulate(weighted))
    return [float(one) for one in adjusted]
