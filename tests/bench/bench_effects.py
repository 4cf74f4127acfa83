"""How long the effects of a large sweep take: 3 parameters, 11 metrics, 100 tasks, 4,999 permutations.

Beside it stands the plainest way to the same p-values: one permutation, one parameter and one metric after
the other, for a sample of them.  Run by ``make bench``; figures are of one run on one machine.
"""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from mjnb.effects import effects

METRICS = 11
PERMUTATIONS = 4999
SAMPLE = 500  # permutations of the plain way


def sweep() -> tuple[dict[str, list[object]], dict[str, NDArray[np.float64]]]:
    """Return 5 x 5 x 4 cells with noise and one trend."""
    grid = np.stack(np.meshgrid(np.arange(5), np.arange(5), np.arange(4), indexing="ij"), -1).reshape(-1, 3)
    noise = np.random.default_rng(0).standard_normal((len(grid), METRICS)) + grid[:, :1] / 4
    levels: dict[str, list[object]] = {
        "stylization": (grid[:, 0] * 250).tolist(),
        "weirdness": (grid[:, 1] * 750).tolist(),
        "version": [f"v{k}" for k in grid[:, 2]],
    }
    return levels, {f"metric {k}": noise[:, k] for k in range(METRICS)}


def seconds_of_plain_loops(values: NDArray[np.float64]) -> float:
    """Return what the plain way takes for all parameters and metrics, from a sample of its permutations."""
    rng, start = np.random.default_rng(0), time.perf_counter()
    label = np.arange(len(values), dtype=np.float64)
    for _ in range(SAMPLE):
        np.corrcoef(rng.permutation(label), values)
    return (time.perf_counter() - start) / SAMPLE * PERMUTATIONS * METRICS * 3


def main() -> None:
    """Print both."""
    levels, values = sweep()
    effects(levels, values, permutations=1)  # loads scipy.special
    start = time.perf_counter()
    found = effects(levels, values, permutations=PERMUTATIONS)
    took = time.perf_counter() - start
    plain = seconds_of_plain_loops(values["metric 0"])
    print(f"{len(found)} effects of 100 tasks, {PERMUTATIONS} permutations: {took:.2f} s")
    print(f"plain loops over the same permutations: {plain:.1f} s, {plain / took:.0f} times as long")


if __name__ == "__main__":
    main()
