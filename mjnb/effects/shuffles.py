"""Shuffled labels: all of them when they are few, else a random sample; and the smallest p they can give."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from .coding import Codes, Floats, Layout


@dataclass(frozen=True)
class Shuffles:
    """Rows of task numbers: task k gets the label of task ``rows[:, k]``; `whole` when there are no more."""

    rows: Codes
    whole: bool


def shuffles(design: Layout, most: int, rng: np.random.Generator) -> Shuffles:
    """Return every distinct shuffle that the design allows, or `most` random ones when there are more."""
    labels, blocks = _labels(design), _shuffled_blocks(design)
    if log_arrangements(_counts(labels, blocks)) <= math.log(most + 0.5):
        return Shuffles(_every(labels, blocks), True)
    return Shuffles(_sample(blocks, most, rng), False)


def smallest_p(design: Layout, times: float = 1.0) -> float:
    """Return the smallest p-value that any outcome can give, with `times` as many tasks in every cell.

    One over the number of distinct shuffles, times those that always give the same statistic: the reversal of
    an ordered parameter, and the renamings of values that have the same tasks.
    """
    counts = _counts(design.factor.codes, _shuffled_blocks(design))
    if design.factor.ordered:
        alike = 2 if np.array_equal(counts, counts[:, ::-1]) else 1
    else:
        _, sizes = np.unique(counts, axis=1, return_counts=True)
        alike = math.prod(math.factorial(size) for size in sizes)
    return min(1.0, alike * math.exp(-log_arrangements(counts * times)))


def log_arrangements(counts: Floats) -> float:
    """Log of the number of distinct orders of labels: the product of n! / (n1! n2! ...) over blocks."""
    inside = sum(math.lgamma(total + 1) for total in counts.sum(axis=1))
    return inside - sum(math.lgamma(count + 1) for count in counts.ravel())


def _labels(design: Layout) -> Codes:
    """Labels that matter: Freedman and Lane's residuals are all different."""
    return np.arange(design.tasks) if design.free else design.factor.codes


def _shuffled_blocks(design: Layout) -> Codes:
    return np.zeros_like(design.blocks) if design.free else design.blocks


def _counts(labels: Codes, blocks: Codes) -> Floats:
    """How many tasks of each block (row) have each label (column)."""
    counts = np.zeros((blocks.max() + 1, labels.max() + 1))
    np.add.at(counts, (blocks, labels), 1)
    return counts


def _sample(blocks: Codes, count: int, rng: np.random.Generator) -> Codes:
    keys = rng.random((count, len(blocks))) + blocks
    rows = np.empty(keys.shape, np.intp)
    rows[:, np.argsort(blocks, kind="stable")] = np.argsort(keys, axis=1)
    return rows


def _every(labels: Codes, blocks: Codes) -> Codes:
    members = [np.flatnonzero(blocks == block) for block in range(blocks.max() + 1)]
    orders = [list(_orders(labels[tasks], tasks)) for tasks in members]
    rows = np.array([list(itertools.chain(*chosen)) for chosen in itertools.product(*orders)], np.intp)
    everything = np.empty_like(rows)
    everything[:, np.concatenate(members)] = rows
    return everything


def _orders(labels: Codes, tasks: Codes) -> Iterator[tuple[int, ...]]:
    """Every distinct order of the labels in one block, each label given by a task that has it."""
    owner = {int(label): int(task) for label, task in zip(labels, tasks, strict=True)}
    left = {task: int((labels == label).sum()) for label, task in owner.items()}
    return _multiset_orders(left, len(tasks))


def _multiset_orders(left: Mapping[int, int], length: int) -> Iterator[tuple[int, ...]]:
    if length == 0:
        yield ()
    for item, count in left.items():
        if count:
            for rest in _multiset_orders({**left, item: count - 1}, length - 1):
                yield (item, *rest)
