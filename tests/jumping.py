"""A process whose wall clock jumps while it works: libfaketime shifts what the system says."""

from __future__ import annotations

import glob
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

JUMPS = ("+3d", "-3d", "+1h", "-1h", "+40d", "-400d", "+0")  # a day set wrong, summer time, a dead battery

WAITS = """
import json, sys, threading, time
from mjnb.sessions import Session
start, wall = time.monotonic(), time.time()
elapsed, jumps, last, states, ages = [], 0, wall, set(), []
scale = float(sys.argv[2])
with Session(base_url=sys.argv[1], api_key="sandbox", data_dir="data", time_scale=scale) as session:
    tasks = [session.imagine(f"fox {n}") for n in range(int(sys.argv[3]))]
    print("ready", flush=True)
    while not all(task.done for task in tasks) and time.monotonic() - start < 300:
        now = time.time()
        jumps += abs(now - last) > 600
        last = now
        elapsed += [task.elapsed for task in tasks]
        states |= {task.state for task in tasks}
        threading.Event().wait(0.01)  # the library shifts what time.sleep counts by
    try:
        tasks[0].wait(300)
        session.tasks()
    except Exception as error:
        states.add(repr(error))
    ends = [task.state for task in tasks]
    pictures = [sum(image.state == "stored" for image in task.images) for task in tasks]
print(json.dumps({"jumps": jumps, "elapsed": min(elapsed), "seen": sorted(states), "ends": ends,
                  "pictures": pictures, "took": time.monotonic() - start}))
"""


def library() -> str:
    """Return the library that shifts a process's clock."""
    found = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
    assert found, "no libfaketime: sh .ci/faketime.sh installs it"
    return found[0]


def shifted(shift: Path) -> dict[str, str]:
    """Return the environment of a process whose wall clock is off by what a file says, at any moment."""
    return {
        **os.environ,
        "LD_PRELOAD": library(),
        "FAKETIME_TIMESTAMP_FILE": str(shift),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def say(shift: Path, how: str) -> None:
    """Set the clock; whole at any moment."""
    draft = shift.with_suffix(".new")
    draft.write_text(how + "\n")
    draft.replace(shift)


def wait_while_jumping(
    url: str, folder: Path, *, scale: float, tasks: int = 3, every: float = 0.15
) -> dict[str, Any]:
    """Run a session that waits for tasks while its clock jumps, and return what it saw."""
    shift = folder / "shift"
    say(shift, "+0")
    command = [sys.executable, "-c", WAITS, url, str(scale), str(tasks)]
    with subprocess.Popen(
        command, env=shifted(shift), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n", child.communicate()[1]
        turn = 0
        while child.poll() is None:
            say(shift, JUMPS[turn % len(JUMPS)])
            turn += 1
            try:
                child.wait(every)
            except subprocess.TimeoutExpired:
                continue
        out, err = child.communicate()
    assert child.returncode == 0, err[-3000:]
    return {**json.loads(out.splitlines()[-1]), "turns": turn}
