"""Many notebooks of one account at once: processes that run sweeps against one sandbox on a real socket."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mjnb.sandbox import Sandbox

NOTEBOOK = """
import sys, time
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
"""


@dataclass
class Found:
    """What came of it: tasks paid, requests refused, cells done by each, seconds from first to last submit."""

    paid: int
    refused: int
    done: list[int]
    seconds: float


_servers: dict[str, Sandbox] = {}


@contextlib.contextmanager
def serving(time_scale: float) -> Iterator[str]:
    """Serve a sandbox on a socket; it refuses what is beyond the limit."""
    with Sandbox(time_scale=time_scale, latency={"fast": 10.0}, long_side=32) as server:
        _servers[server.url] = server
        yield server.url
        del _servers[server.url]


def run_notebooks(
    count: int, cells: int, url: str, ledger: str | None, folder: Path, time_scale: float
) -> Found:
    """Run a sweep in each of so many processes, all begun at one signal."""
    server = _servers[url]
    processes = [
        subprocess.Popen(
            [
                *(sys.executable, "-c", NOTEBOOK, url, ledger or "own", str(folder / f"data{number}")),
                *(str(time_scale), str(number), str(cells)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(count)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", process.communicate()[1]
    start = time.monotonic()
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate() for process in processes]
    seconds = time.monotonic() - start
    assert [process.returncode for process in processes] == [0] * count, said
    paid = len(server.account.tasks)
    created = [task.created for task in server.account.tasks.values()]
    seconds = max(created) - min(created) if created else seconds
    return Found(paid, server.faults.requests("submit") - paid, [int(out) for out, _ in said], seconds)
