"""Thirty rounds of 200 tasks in flight and Interrupt: half in the newest ipykernel, half in the last of 6."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from interrupting import interrupted_rounds

ROUNDS, CELLS = 15, 200  # rounds in each of the two


@pytest.mark.parametrize("major", [6, 7])
def test_interrupts_lose_nothing(major: int, tmp_path: Path, figures) -> None:
    overlay = tmp_path / "ipykernel"
    wanted = [f"ipykernel=={major}.*", "--no-deps", "--target", str(overlay), "--quiet"]
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", *wanted], check=True
    )
    (tmp_path / "work").mkdir()
    seen = interrupted_rounds(tmp_path / "work", rounds=ROUNDS, cells=CELLS, seed=major, overlay=str(overlay))
    assert seen.version.startswith(f"{major}.")
    assert seen.most_paid == CELLS, "all of them were in flight at least once"
    figures(f"interrupts, ipykernel {seen.version}", **seen.figures())
