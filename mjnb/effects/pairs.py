"""Scores of things that were compared in pairs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..errors import InvalidRequest
from .coding import Floats

STEPS = 100_000
CLOSE = 1e-10  # of a score, from one step to the next


def bradley_terry(wins: NDArray[np.number]) -> tuple[Floats, Floats]:
    """Return scores with mean 0 and their standard errors, on the scale of log odds.

    i beats j with probability 1 / (1 + exp(score j - score i)): a lead of 1 wins 73 % of comparisons.  Fitted
    by the MM algorithm, strength i <- wins of i / sum over j of n(ij) / (strength i + strength j); errors
    from the inverse Fisher information of scores that sum to 0.  Source: Bradley and Terry 1952; Hunter 2004,
    MM algorithms for generalized Bradley-Terry models.

    Where some things never lost to the others, or were never compared with them, the best scores would be
    infinite (Ford 1957).  Then everything also gets half a win and half a loss against one thing of average
    strength, which is Jeffreys' prior of one comparison: scores stay finite and errors large.  Source: Firth
    1993.

    Args:
        wins: ``wins[i, j]`` says how often i was preferred to j; a tie is half a win for each.  The diagonal
            is left out.

    Raises:
        InvalidRequest: When it is not a square matrix of finite numbers from 0.
    """
    table = _checked(wins)
    if not table.size:
        return np.zeros(0), np.zeros(0)
    played = table + table.T
    prior = 0.0 if _all_reach_all(table > 0) else 0.5
    strengths = _fit(table.sum(axis=1) + prior, played, 2 * prior)
    scores = np.log(strengths)
    return scores - scores.mean(), _errors(strengths, played, 2 * prior)


def _checked(wins: NDArray[np.number]) -> Floats:
    table = np.array(wins, np.float64)
    if table.ndim != 2 or table.shape[0] != table.shape[1]:
        raise InvalidRequest(f"wins must be a square matrix, not {table.shape}", hint="One row per thing.")
    if not np.isfinite(table).all() or (table < 0).any():
        raise InvalidRequest("wins must be finite numbers from 0", hint="Count how often i beat j.")
    np.fill_diagonal(table, 0)
    return table


def _all_reach_all(beats: NDArray[np.bool_]) -> bool:
    """Whether a chain of wins leads from everything to everything else (Ford's condition)."""
    reached = beats | np.eye(len(beats), dtype=bool)
    for _ in range(max(1, len(beats).bit_length())):
        reached = (reached.astype(np.float64) @ reached) > 0
    return bool(reached.all())


def _fit(won: Floats, played: Floats, against_average: float) -> Floats:
    strengths = np.ones(len(won))
    for _ in range(STEPS):
        shared = (played / (strengths[:, None] + strengths)).sum(axis=1) + against_average / (strengths + 1)
        better = np.divide(won, shared, out=np.ones_like(won), where=shared > 0)
        if not against_average:
            better /= np.exp(np.log(better).mean())
        moved = float(np.abs(np.log(better / strengths)).max(initial=0.0))
        strengths = better
        if moved < CLOSE:
            break
    return strengths


def _errors(strengths: Floats, played: Floats, against_average: float) -> Floats:
    weights = played * np.outer(strengths, strengths) / (strengths[:, None] + strengths) ** 2
    known = np.diag(weights.sum(axis=1) + against_average * strengths / (strengths + 1) ** 2) - weights
    covariance = np.linalg.pinv(known, hermitian=True)
    centring = np.eye(len(known)) - 1 / len(known)
    return np.sqrt(np.maximum(0, np.diag(centring @ covariance @ centring)))
