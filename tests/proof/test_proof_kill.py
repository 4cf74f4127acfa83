"""Killed 200 times at random instants, and at every point between intent and download."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from killing import killed_at_instants, killed_at_points
from nursery import Nursery

PARTS = 4  # of the points: every fourth, from the first, the second, …


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery() as running:
        yield running


@pytest.mark.parametrize("seed", range(4))
def test_killed_at_random_instants(nursery: Nursery, tmp_path: Path, seed: int, figures) -> None:
    tally = killed_at_instants(nursery, tmp_path, cells=8, kills=50, seed=seed)
    figures(f"kill at instants, seed {seed}", **tally.figures())


@pytest.mark.parametrize("first", range(1, PARTS + 1))
def test_killed_at_every_point(nursery: Nursery, tmp_path: Path, first: int, figures) -> None:
    tally = killed_at_points(nursery, tmp_path, cells=1, first=first, stride=PARTS)
    assert tally.kills > 20
    figures(f"kill at points {first}, {first + PARTS}, …", **tally.figures())
