"""Long runs: 3,000 tasks in one session, 200 sessions in one process, 500 cells in one kernel."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from soaking import SCALE, Look, opened_and_closed, soaked, used_for_long

TASKS, EVERY, WARM = 3000, 250, 500
SESSIONS, KERNEL_CELLS = 200, 500
HELPERS = 32  # asyncio's own limit
SOCKETS = 120  # the client's connections, at most 100, and the loop's
BLOCKS = 5  # for each further task or session: a handle has 90
MEGABYTES = 15.0  # that the system may see the process grow by, after its beginning: 2,500 handles take 25

SERVE = """
import sys
from mjnb.sandbox import Sandbox
with Sandbox(time_scale=float(sys.argv[1]), latency={"fast": 30.0}, long_side=32, credits=1e9) as server:
    print(server.url, flush=True)
    server.wait()
"""


@pytest.fixture
def service() -> Iterator[str]:
    """A fast sandbox in a process of its own."""
    told = [sys.executable, "-c", SERVE, str(SCALE)]
    process = subprocess.Popen(told, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.kill()
    with contextlib.closing(process.stdout):
        process.wait()


def held(before: Look, after: Look, count: int) -> dict[str, object]:
    """Hold that a process stayed as it was, and return how it grew."""
    blocks = (after["blocks"] - before["blocks"]) / count
    grown = after["mb"] - before["mb"]
    assert blocks < BLOCKS, "Python's memory grows"
    assert grown < MEGABYTES, "the process grows"
    ours = {"MainThread", "mjnb-loop", *(f"asyncio_{number}" for number in range(HELPERS))}
    assert set(after["threads"]) <= ours
    assert after["temporary"] == before["temporary"] == 0, "temporary files are left"
    assert after["objects"] == before["objects"], "what a session is made of is left"
    assert files(after) == files(before), "files are left open"
    return {"mb_before": before["mb"], "mb_after": after["mb"], "blocks_each": round(blocks, 2)}


def files(look: Look) -> dict[str, int]:
    """The open descriptors but for the sockets, of which the client keeps some for the next requests."""
    return {name: count for name, count in look["descriptors"].items() if name != "socket"}


def test_three_thousand_tasks_in_one_session(service: str, tmp_path: Path, figures) -> None:
    looks = soaked(tmp_path, service, tasks=TASKS, every=EVERY)
    (warm,) = [one for one in looks if one["tasks"] == WARM]
    last = looks[-1]
    grown = held(warm, last, last["tasks"] - WARM)
    sockets = [one["descriptors"]["socket"] for one in looks]
    assert max(sockets) <= SOCKETS
    facts = {"tasks": last["tasks"], "seconds_there": last["seconds"], "threads": len(last["threads"])}
    figures("soak, one session", **facts, sockets=max(sockets), **grown)


def test_two_hundred_sessions_leave_nothing(service: str, tmp_path: Path, figures) -> None:
    warm, last = opened_and_closed(tmp_path, service, sessions=SESSIONS)
    grown = held(warm, last, SESSIONS - warm["sessions"])
    assert last["descriptors"] == warm["descriptors"], "sockets are left"
    assert last["objects"] == {}, "what a session is made of is left"
    assert list((tmp_path / "data" / "spool").iterdir()) == []
    figures("soak, sessions", sessions=last["sessions"], threads=len(last["threads"]), **grown)


def test_a_kernel_with_panel_and_callbacks_keeps_its_sockets(service: str, tmp_path: Path, figures) -> None:
    seen = used_for_long(tmp_path, service, cells=KERNEL_CELLS)
    assert seen["said"] == ""
    assert seen["callbacks"] >= KERNEL_CELLS
    assert seen["lost"] == {}
    figures("soak, kernel", cells=KERNEL_CELLS, sockets=seen["sockets_after"], threads=seen["threads"])
