"""Clocks that jump, or that are hours off: nothing expires early, no wait hangs, no time is negative."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from callers import end, signed
from jumping import say, shifted, wait_while_jumping

from mjnb.hooks import Counts, Gate
from mjnb.hooks.reading import WINDOW
from mjnb.sandbox import Sandbox
from mjnb.sandbox.faults import Fault, Faults
from mjnb.sessions import Session

HOUR = 3600.0
SCALE = 20.0  # a fast task takes 3 s


def holds(found: dict[str, Any], tasks: int) -> None:
    """Hold what is promised while a clock jumps."""
    assert found["jumps"] >= 3, "the clock did not jump"
    assert found["ends"] == ["succeeded"] * tasks
    assert found["pictures"] == [4] * tasks
    assert set(found["seen"]) <= {"submitted", "generating", "succeeded"}
    assert found["elapsed"] >= 0


def test_waits_end_while_the_clock_jumps(tmp_path: Path) -> None:
    missing = Fault("null", on="status", seconds=0.5)  # "no such record" just after a submit
    with Sandbox(time_scale=SCALE, long_side=64, faults=Faults([missing])) as server:
        holds(wait_while_jumping(server.url, tmp_path, scale=SCALE), 3)
        assert server.account.submits == 3


def reached(server: Sandbox) -> dict[str, Any]:
    """Return how a child reaches a sandbox, which makes it the same account."""
    return {"base_url": server.url, "api_key": server.key, "time_scale": server.time_scale}


ADOPTS = """
import json, sys, time
from mjnb.sessions import Session
with Session(base_url=sys.argv[1], api_key="sandbox", data_dir="data", time_scale=20) as session:
    (name,) = session.tasks()["id"]
    task = session.task(name).wait(60)
print(json.dumps([task.state, task.elapsed >= 0, len(task.images), time.localtime().tm_year]))
"""


@pytest.mark.parametrize("shift", ["+3d", "-3d", "+3y", "-3y"])
def test_a_session_whose_clock_was_set_takes_up_what_was_left(shift: str, tmp_path: Path) -> None:
    faults = Faults([Fault("null", on="status", seconds=0.5)])
    with Sandbox(time_scale=SCALE, long_side=64, faults=faults) as server:
        with Session(**reached(server), data_dir=tmp_path / "data") as session:
            session.imagine("a fox")
        say(tmp_path / "shift", shift)
        command = [sys.executable, "-c", ADOPTS, server.url]
        done = subprocess.run(
            command,
            env=shifted(tmp_path / "shift"),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        assert json.loads(done.stdout.splitlines()[-1])[:3] == ["succeeded", True, 4]
        assert server.account.submits == 1


@pytest.mark.parametrize("hours", [-30, -1, 1, 30])
def test_a_server_that_is_hours_off_settles_as_ever(hours: int, tmp_path: Path) -> None:
    faults = Faults([Fault("skew", on=place, seconds=hours * HOUR) for place in ("status", "callback")])
    with (
        Sandbox(time_scale=300, long_side=64, faults=faults, webhook_key="a key") as server,
        Session(sandbox=server, data_dir=tmp_path / "data", webhook_key="a key") as session,
    ):
        session.callbacks(port=0)  # all of them are late, and polling goes on
        task = session.imagine("a fox").wait(60)
        assert (task.state, len(task.images)) == ("succeeded", 4)
        assert 0 <= task.elapsed < 60  # by the server's two times, which are equally off
        failed = session.imagine("a fox") if hours < 0 else None
        assert failed is None or failed.elapsed >= 0
        assert session.callbacks().counts.taken == 0


@pytest.mark.parametrize("off", [-WINDOW - 60, WINDOW + 60, -30 * HOUR, 30 * HOUR])
def test_callbacks_beyond_the_window_are_late_and_within_are_taken(off: float) -> None:
    now = 1_800_000_000.0
    gate = Gate("a webhook key", counts := Counts(), clock=lambda: now)
    assert gate.take("", signed(at=now + off), json.dumps(end()).encode()) is None
    assert counts.late == 1
    inside = now + (WINDOW - 1) * (1 if off > 0 else -1)
    assert gate.take("", signed(at=inside), json.dumps(end()).encode()) is not None
