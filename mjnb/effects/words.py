"""Verdicts: what was found, as one plain sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence

NOISE = "not distinguishable from noise"
NO_TASKS = "nothing to compare: no task has this metric"


def rises_or_falls(parameter: str, direction: int, size: float, low: float, high: float, p: float) -> str:
    """Say what an ordered parameter does."""
    verb = {1: "rises with", -1: "falls with"}.get(direction)
    begin = f"{verb} {parameter}" if verb else f"changes with {parameter}, not steadily up or down"
    return f"{begin}: {_number(size, size, '+')}{_between(size, low, high)}, {_p(p)}"


def differs(parameter: str, peak: object, size: float, low: float, high: float, p: float) -> str:
    """Say what an unordered parameter does."""
    if math.isnan(size):
        return f"differs between values of {parameter}, {_p(p)}"
    by = f"by up to {_number(size, size)}{_between(size, low, high)}"
    return f"differs between values of {parameter}: {by}, highest at {peak}, {_p(p)}"


def noise(repeats: int | None, *, known: bool, bent: bool) -> str:
    """Say that nothing was shown, and what would show it.

    Args:
        repeats: Per cell, that would settle it.
        known: Whether the noise could be estimated.
        bent: Whether an ordered parameter's values seem to differ without a trend.
    """
    told = NOISE
    if repeats is not None:
        told += f"; about {repeats} repeats per cell would settle an effect this large"
    elif known:
        told += "; 100 repeats per cell would not settle an effect this small"
    else:
        told += "; repeats would tell how large the noise is"
    return f"{told}; values may differ without a trend: give them as text to test that" if bent else told


def too_few_tasks(tasks: int, least: int | None, repeats: int | None) -> str:
    """Say that no outcome could have shown anything."""
    told = f"only {tasks} tasks: no result can be told from noise"
    if repeats is not None:
        return f"{told}; about {repeats} repeats per cell would settle an effect this large"
    return f"{told}; repeat={least} would do for a clear effect" if least is not None else told


def too_few_permutations(count: int, wanted: int) -> str:
    """Say that the shuffles were too few for so many tests."""
    return f"{NOISE} with {count} permutations; so many tests together need at least {wanted}"


def nothing_varies(parameter: str) -> str:
    return f"nothing to compare: {parameter} has one value"


def constant(metric: str) -> str:
    return f"nothing to tell: {metric} is the same for every task"


def entangled(parameter: str, others: Sequence[str]) -> str:
    return f"cannot be told apart: {parameter} always changes together with {' and '.join(others)}"


def _between(size: float, low: float, high: float) -> str:
    if math.isnan(low) or math.isnan(high):
        return ""
    return f" ({_number(low, size)} to {_number(high, size)})"


def _number(value: float, scale: float, sign: str = "") -> str:
    """Write a number with the decimals that give `scale` three digits."""
    magnitude = math.floor(math.log10(abs(scale))) if scale else 0
    return format(value, f"{sign}.{min(9, max(0, 2 - magnitude))}f")


def _p(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"
