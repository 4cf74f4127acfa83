"""How long a sweep of N tasks takes against the bound of the limits, and how often each task is looked at.

The sandbox runs in a process of its own, unscaled: 20 new tasks per 10 s, 6 s a task.  No schedule can beat
10 (ceil(N / 20) - 1) + L seconds.  Run by ``make bench``; figures are of one run on one machine.
"""

from __future__ import annotations

import math
import multiprocessing
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

import mjnb as mj

LATENCY = 6.0  # seconds
SIZES = (20, 40, 100)


def serve(here: Connection) -> None:
    """Run a sandbox until the other end hangs up."""
    with mj.Sandbox(time_scale=1.0, latency={"fast": LATENCY}, long_side=256) as server:
        here.send(server.port)
        here.poll(None)


def run(size: int, port: int, folder: Path) -> None:
    """Run one sweep and print its figures."""
    with mj.Session(base_url=f"http://127.0.0.1:{port}", api_key="sandbox", data_dir=folder) as session:
        sweep = session.sweep("a lighthouse at dusk", stylization=range(size))
        client = session.tracker.client
        start, asked = time.monotonic(), client.status_requests
        sweep.run()
        wall, looks = time.monotonic() - start, (client.status_requests - asked) / size
        bound = 10 * (math.ceil(size / 20) - 1) + LATENCY
        done = sum(task is not None and task.state == "succeeded" for task in sweep.tasks)
        print(
            f"{size:4} tasks, {done} done: {wall:6.1f} s, bound {bound:5.1f} s, {wall / bound:.2f} times it"
        )
        print(f"     {looks:.1f} status requests a task")


def main() -> None:
    """Every size with an empty ledger, then once more with what the ledger has learned."""
    for learned in (False, True):
        print("the ledger knows how long tasks take" if learned else "an empty ledger")
        for size in SIZES:
            there, here = multiprocessing.Pipe()
            server = multiprocessing.get_context("spawn").Process(target=serve, args=(here,))
            server.start()
            port = there.recv()
            with tempfile.TemporaryDirectory() as folder:
                if learned:
                    teach(port, Path(folder))
                run(size, port, Path(folder))
            there.send(None)
            server.join()


def teach(port: int, folder: Path) -> None:
    """Let the ledger see ten tasks first, and the window of the limit pass."""
    with mj.Session(base_url=f"http://127.0.0.1:{port}", api_key="sandbox", data_dir=folder) as session:
        session.sweep("a red fox", stylization=range(10)).run()
    time.sleep(10)


if __name__ == "__main__":
    main()
