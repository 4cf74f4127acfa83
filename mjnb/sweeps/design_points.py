"""Which combinations of values a design takes: all of them, one axis at a time, or a sample.

Sources: McKay, Beckman & Conover, "A comparison of three methods for selecting values of input variables",
Technometrics 21 (1979), for the Latin hypercube, here with the middle of each stratum (Patterson 1954);
Sobol', USSR Comput. Math. Math. Phys. 7 (1967), scrambled after Owen, J. Complexity 14 (1998), as
`scipy.stats.qmc` does it; Daniel, "One-at-a-time plans", J. Am. Stat. Assoc. 68 (1973).
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Point = tuple[Any, ...]
Axes = Mapping[str, tuple[Any, ...]]

SAMPLES = ("latin", "sobol")
FURTHER = 16  # times as many draws as samples are wanted, before the rest is drawn plainly


def grid(axes: Axes) -> list[Point]:
    """Return every combination, the last axis fastest."""
    return list(itertools.product(*axes.values()))


def one_at_a_time(axes: Axes, centre: Mapping[str, Any]) -> tuple[dict[str, Point], list[Point]]:
    """Return the centre, then every axis varied alone.

    Args:
        axes: Values by axis.
        centre: A value for each axis, among its values or not.

    Returns:
        The axes with their centres among the values, and the combinations, the centre first.
    """
    whole = {name: united(values, [centre[name]]) for name, values in axes.items()}
    middle = tuple(centre[name] for name in whole)
    alone = [
        (*middle[:place], value, *middle[place + 1 :])
        for place, (name, values) in enumerate(whole.items())
        for value in values
        if value != centre[name]
    ]
    return whole, [middle, *alone]


def sample(kind: str, levels: Axes, n: int, seed: int, there: Iterable[Point] = ()) -> list[Point]:
    """Return ``n`` distinct combinations, spread evenly.

    Args:
        kind: ``latin`` or ``sobol``.
        levels: What each axis may be.
        n: How many; at most as many as there are combinations.
        seed: The same seed gives the same sample.  A larger Sobol sample begins with the smaller one.
        there: Combinations that belong to it already.
    """
    points = dict.fromkeys(there)
    for draws in _latin(len(levels), n, seed) if kind == "latin" else _sobol(len(levels), n, seed):
        points |= dict.fromkeys(_at(draw, levels) for draw in draws)
        if len(points) >= n:
            break
    chance = random.Random(seed)
    while len(points) < n:
        points[tuple(chance.choice(values) for values in levels.values())] = None
    return list(points)[:n]


def combinations(levels: Axes) -> int:
    """Return how many combinations there are."""
    return math.prod(map(len, levels.values()))


def used(levels: Axes, points: Sequence[Point]) -> dict[str, Point]:
    """Return the values that combinations have, by axis, in the order of the levels."""
    found = [set(column) for column in zip(*points, strict=True)]
    return {
        name: tuple(value for value in values if value in found[place])
        for place, (name, values) in enumerate(levels.items())
    }


def united(values: Sequence[Any], more: Iterable[Any]) -> tuple[Any, ...]:
    """Return values and further ones, each once; rising numbers stay rising."""
    both = tuple(dict.fromkeys([*values, *more]))
    numbers = all(isinstance(value, int) and not isinstance(value, bool) for value in both)
    return tuple(sorted(both)) if numbers and list(values) == sorted(values) else both


def _at(draw: Sequence[float], levels: Axes) -> Point:
    return tuple(
        values[min(int(part * len(values)), len(values) - 1)]
        for part, values in zip(draw, levels.values(), strict=True)
    )


def _latin(axes: int, n: int, seed: int) -> Iterable[list[list[float]]]:
    """Yield one hypercube: on each axis, each of ``n`` strata is met once."""
    from scipy.stats import qmc  # type: ignore[import-untyped]

    yield qmc.LatinHypercube(d=axes, scramble=False, rng=seed).random(n).tolist()


def _sobol(axes: int, n: int, seed: int) -> Iterable[list[list[float]]]:
    """Yield ever longer beginnings of one sequence; its balance is that of powers of two."""
    from scipy.stats import qmc

    power = math.ceil(math.log2(n)) if n > 1 else 0
    while 2**power <= max(FURTHER * n, 2):
        yield qmc.Sobol(d=axes, scramble=True, rng=seed).random_base2(power).tolist()
        power += 1
