"""Sweeps of 200 tasks under every fault of the sandbox alone, and under all of them together."""

from __future__ import annotations

from pathlib import Path

import pytest
from faulting import ALONE, RATE, mixture, sweep_under

CELLS = 200


@pytest.mark.parametrize("name", ALONE)
def test_a_sweep_under_one_fault(name: str, tmp_path: Path, figures) -> None:
    seen = sweep_under(ALONE[name], tmp_path, CELLS, seed=1)
    assert seen.struck > 0
    figures(f"fault {name}", **seen.figures())


@pytest.mark.parametrize("seed", range(2))
def test_a_sweep_under_all_faults(seed: int, tmp_path: Path, figures) -> None:
    seen = sweep_under(mixture(RATE), tmp_path, CELLS, seed)
    assert seen.struck > CELLS
    figures(f"faults mixed, seed {seed}", **seen.figures())
