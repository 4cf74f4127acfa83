"""How long sweeps of 20, 40 and 100 tasks take beyond the instant at which the last task was done.

The sandbox runs in a process of its own, unscaled: 20 new tasks per 10 s, about 6 s a task; its books say
when the last was done.  Run by ``make bench``; figures are of one run on one machine.
"""

from __future__ import annotations

import multiprocessing
import tempfile
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path

import mjnb as mj

LATENCY = 6.0  # seconds
SIZES = (20, 40, 100)
GOAL = 1.05


def serve(here: Connection) -> None:
    """Run a sandbox until the other end hangs up; say when its last task was done when asked."""
    with mj.Sandbox(time_scale=1.0, latency={"fast": LATENCY}, long_side=256) as server:
        here.send(server.port)
        threading.Thread(target=draw, args=(server,), daemon=True).start()
        while here.recv():
            here.send(max(task.ready for task in server.account.tasks.values()))


def draw(server: mj.Sandbox) -> None:
    """Draw what tasks will show while they run, as a service does: who is done has its pictures."""
    drawn: set[str] = set()
    while True:
        for task in [one for one in list(server.account.tasks.values()) if one.task_id not in drawn]:
            drawn.add(task.task_id)
            for number in range(task.count):
                server.studio.file(task, number)
        time.sleep(0.05)


def run(size: int, port: int, folder: Path, asked: Connection) -> None:
    """Run one sweep and print its figures."""
    with mj.Session(base_url=f"http://127.0.0.1:{port}", api_key="sandbox", data_dir=folder) as session:
        sweep = session.sweep("a lighthouse at dusk", stylization=range(size))
        client = session.tracker.client
        start, before = time.time(), client.status_requests
        sweep.run()
        end, looks = time.time(), (client.status_requests - before) / size
        asked.send(True)
        over = asked.recv()
        done = sum(
            task is not None and [one.state for one in task.images] == ["stored"] * 4 for task in sweep.tasks
        )
        ratio = (end - start) / (over - start)
        print(
            f"{size:4} tasks, {done} done: {end - start:5.1f} s, {end - over:4.2f} s after the last was done:"
            f" {ratio:.3f} times it, {GOAL} is the goal; {looks:.1f} status requests a task",
            flush=True,
        )


def main() -> None:
    """Every size with an empty ledger, then once more with what the ledger has learned."""
    for learned in (False, True):
        print("the ledger knows how long tasks take" if learned else "an empty ledger")
        for size in SIZES:
            here, there = multiprocessing.Pipe()
            server = multiprocessing.get_context("spawn").Process(target=serve, args=(there,))
            server.start()
            port = here.recv()
            with tempfile.TemporaryDirectory() as folder:
                if learned:
                    teach(port, Path(folder))
                run(size, port, Path(folder), here)
            here.send(False)
            server.join()


def teach(port: int, folder: Path) -> None:
    """Let the ledger see twenty tasks first, and the window of the limit and the purse recover."""
    with mj.Session(base_url=f"http://127.0.0.1:{port}", api_key="sandbox", data_dir=folder) as session:
        session.sweep("a red fox", stylization=range(20)).run()
    time.sleep(20)


if __name__ == "__main__":
    main()
