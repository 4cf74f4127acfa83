"""Two dozen tasks waited for while the clock jumps by hours, days and years, several times a second."""

from __future__ import annotations

from pathlib import Path

from jumping import wait_while_jumping
from test_clocks import holds

from mjnb.sandbox import Sandbox

TASKS, SCALE = 24, 10.0


def test_two_dozen_tasks_outlive_a_jumping_clock(tmp_path: Path, figures) -> None:
    with Sandbox(time_scale=SCALE, long_side=64) as server:
        found = wait_while_jumping(server.url, tmp_path, scale=SCALE, tasks=TASKS, every=0.05)
        holds(found, TASKS)
        assert server.account.submits == TASKS
    figures(
        "clocks that jump",
        tasks=TASKS,
        jumps_seen=found["jumps"],
        shortest_elapsed=round(found["elapsed"], 2),
    )
