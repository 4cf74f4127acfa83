"""Three numbers that say how much the pictures of a set differ, each with its jackknife error."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .copies import Floats
from .looks import Measured, unit
from .pictures import effective_number
from .table import METRICS


def vendi(similarity: NDArray[Any]) -> float:
    """Vendi Score: the effective number of different things, from 1 (all alike) to n (nothing in common).

    Args:
        similarity: n x n, symmetric, positive semi-definite, ones on the diagonal.

    Returns:
        exp(entropy) of the eigenvalues of similarity / n; NaN when n is 0.

    Raises:
        ValueError: the matrix is not square.

    Source: Friedman and Dieng 2022, arXiv 2210.02410.
    """
    matrix = np.asarray(similarity, np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ValueError(f"vendi needs a square matrix, not one of shape {matrix.shape}")
    if matrix.size == 0:
        return math.nan
    shares = np.linalg.eigvalsh(matrix / len(matrix))
    return effective_number(np.where(shares > 1e-12, shares, 0.0))


def jackknife(statistic: Callable[[list[int]], float], count: int) -> float:
    """Standard error of a statistic of n things: sqrt((n-1)/n x sum of squared leave-one-out deviations).

    Args:
        statistic: takes the indices of the things kept.
        count: how many things there are. Fewer than 3 give NaN: a pair cannot lose one and stay a set.

    Source: Tukey 1958; Efron and Stein 1981.
    """
    if count < 3:
        return math.nan
    without = np.array([statistic([i for i in range(count) if i != left_out]) for left_out in range(count)])
    return math.sqrt((count - 1) / count * float(((without - without.mean()) ** 2).sum()))


def measure_set(pictures: Sequence[Measured]) -> dict[str, tuple[float, float]]:
    """Measure how much the pictures of one set differ.

    Args:
        pictures: what `measure` returned, usually for the four pictures of one task.

    Returns:
        Value and jackknife standard error of each set metric by name: `vendi` (1..n) and `diversity` (mean
        cosine distance) of the descriptors, `phash_distance` (mean share of differing bits, 0..1). All NaN
        for fewer than 2 pictures, the errors also for 2.
    """
    if len(pictures) < 2:
        return {name: (math.nan, math.nan) for name, metric in METRICS.items() if metric.per == "set"}
    hashes = np.stack([picture.phash for picture in pictures])
    differing_bits = (hashes[:, None] != hashes[None]).mean(axis=-1)
    return differences([picture.descriptor for picture in pictures]) | {
        "phash_distance": _with_error(lambda kept: _mean_of_pairs(differing_bits[np.ix_(kept, kept)]), hashes)
    }


def differences(vectors: Sequence[NDArray[Any]]) -> dict[str, tuple[float, float]]:
    """Return how much pictures differ by vectors that describe them: descriptors, or embeddings of your own.

    Args:
        vectors: one per picture, all of one length; only their directions count.

    Returns:
        Value and jackknife standard error of ``vendi`` (1..n) and ``diversity`` (mean cosine distance of the
        pairs, 0..2); NaN for fewer than 2 vectors, the errors also for 2.

    Raises:
        ValueError: they differ in length.
    """
    if len(vectors) < 2:
        return dict.fromkeys(("vendi", "diversity"), (math.nan, math.nan))
    units = np.stack([unit(vector.astype(np.float64)) for vector in vectors])
    similarity = np.clip(units @ units.T, -1, 1)
    np.fill_diagonal(similarity, 1.0)
    return {
        "vendi": _with_error(lambda kept: vendi(similarity[np.ix_(kept, kept)]), units),
        "diversity": _with_error(lambda kept: _mean_of_pairs(1 - similarity[np.ix_(kept, kept)]), units),
    }


def middle(vectors: Sequence[NDArray[Any]]) -> int:
    """Return which picture is nearest the middle of its set, from 0: the medoid, the first of equals.

    Args:
        vectors: one per picture, all of one length, such as descriptors; at least one.

    Returns:
        The one whose mean cosine distance to the others is least.

    Source: Kaufman and Rousseeuw 1987.
    """
    units = np.stack([unit(vector.astype(np.float64)) for vector in vectors])
    return int(np.argmax((units @ units.T).sum(axis=1).round(12)))


def _with_error(statistic: Callable[[list[int]], float], things: NDArray[Any]) -> tuple[float, float]:
    return statistic(list(range(len(things)))), jackknife(statistic, len(things))


def _mean_of_pairs(distances: Floats) -> float:
    return float(distances[np.triu_indices(len(distances), 1)].mean())
