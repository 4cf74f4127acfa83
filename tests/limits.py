"""Many notebooks of one account at once: processes that run sweeps against one sandbox on a real socket."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from mjnb.sandbox import Sandbox

LONGEST = 300  # seconds after which a notebook hangs

NOTEBOOK = """
import sys
import mjnb as mj
url, ledger, folder, scale, number, cells = sys.argv[1:]
said = {} if ledger == "own" else {"ledger": ledger}
said |= {"base_url": url, "api_key": "sandbox", "data_dir": folder, "time_scale": float(scale)}
with mj.Session(**said) as session:
    session.tasks()
    print("ready", flush=True)
    sys.stdin.readline()
    sweep = session.sweep(f"harbour {number}", stylization=range(int(cells))).run()
    print(sum(task is not None and task.state == "succeeded" for task in sweep.tasks))
    for task in sweep.tasks:
        if task is not None and task.error:
            print(task.error, file=sys.stderr)
    for error in sweep.errors.values():
        print(repr(error), file=sys.stderr)
"""


@dataclass
class Found:
    """Tasks paid, requests refused, cells done by each, seconds from first submit to last; complaints."""

    paid: int
    refused: int
    done: list[int]
    seconds: float
    said: str


def serving(time_scale: float) -> Sandbox:
    """Return a sandbox to be served on a socket; it refuses what is beyond the limit."""
    return Sandbox(time_scale=time_scale, latency={"fast": 10.0}, long_side=32)


def run_notebooks(count: int, cells: int, server: Sandbox, folder: Path, ledger: str = "own") -> Found:
    """Run a sweep in each of so many processes, all begun at one signal."""
    processes = [
        _notebook(server, ledger, folder / f"data{number}", number, cells) for number in range(count)
    ]
    try:
        said = _together(processes)
    finally:
        for process in processes:
            process.kill()  # none is left, whatever one of them did
    assert [process.returncode for process in processes] == [0] * count, said
    created = [task.created for task in server.account.tasks.values()]
    took, told = max(created) - min(created), "".join(err for _, err in said)
    refused = server.faults.requests("submit") - len(created)
    return Found(len(created), refused, [int(out) for out, _ in said], took, told)


def _together(processes: list[subprocess.Popen[str]]) -> list[tuple[str, str]]:
    """Let all begin when the last is ready, and return what they printed."""
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", process.communicate(timeout=LONGEST)[1]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return [process.communicate(timeout=LONGEST) for process in processes]


def _notebook(server: Sandbox, ledger: str, folder: Path, number: int, cells: int) -> subprocess.Popen[str]:
    said = (server.url, ledger, folder, server.time_scale, number, cells)
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", NOTEBOOK, *map(str, said)]
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
