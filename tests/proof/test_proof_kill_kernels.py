"""Kernels killed a hundred times where people work: ``%mj``, ``%mj sweep``, and five kinds of trouble."""

from __future__ import annotations

from pathlib import Path

import pytest
from killing_kernels import TROUBLES, killed_kernels

KILLS = 20  # for each kind


@pytest.mark.parametrize("trouble", TROUBLES)
def test_killed_kernels_lose_nothing_and_pay_nothing_twice(trouble: str, tmp_path: Path, figures) -> None:
    tally = killed_kernels(tmp_path, trouble, kills=KILLS, seed=0)
    assert tally.kills == KILLS
    figures(f"kernels killed, {trouble}", **tally.figures())
