"""Two hundred tasks in flight in a real kernel, and a user who presses Interrupt, once or twice."""

from __future__ import annotations

import asyncio
import json
import os
import random
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kernels import Notebook, soon, text_of

from mjnb.ledger import Ledger
from mjnb.sandbox import Sandbox

SCALE = 100.0
LATENCY = 3000.0  # seconds at the service: 30 here, so that nothing ends before
ALL = 5  # in one round of so many all tasks are in flight

SET_UP = """
import ipykernel, json, os, psutil, threading
import mjnb as mj
from mjnb.loop import the_loop
the_loop()  # its own two sockets are counted with the kernel's

def left():
    links = [os.path.join("/proc/self/fd", one) for one in os.listdir("/proc/self/fd")]
    sockets = sum(os.path.islink(link) and os.readlink(link).startswith("socket:") for link in links)
    ours = ("mjnb-", "asyncio_", "concurrent.futures")
    ends = [f"{one.laddr} {one.raddr} {one.status}" for one in psutil.Process().net_connections("all")]
    return sockets, sorted(one.name for one in threading.enumerate()), ends
before = left()
print(ipykernel.__version__)
"""
OPEN = """
session = mj.Session(base_url={url!r}, api_key="sandbox", time_scale={scale}, data_dir={folder!r})
sweep = session.sweep("a fox", stylization=range({cells}))
session.tracker; None
"""
STOPPED = "print(json.dumps([6 * 7, sweep._run is not None and sweep._run.goes_on]))"
CLOSE = "session.close(); after = left(); print(json.dumps([before, after]))"


@dataclass
class Seen:
    """What was seen in all rounds together."""

    version: str = ""
    rounds: int = 0
    interrupts: int = 0
    paid: int = 0
    most_paid: int = 0
    least_paid: int = 10**6
    unknown: int = 0

    def figures(self) -> dict[str, int | str]:
        return dict(vars(self))


def interrupted_rounds(folder: Path, *, rounds: int, cells: int, seed: int, overlay: str = "") -> Seen:
    """Interrupt a sweep at random instants, in so many rounds of one kernel, and hold each against the books.

    Args:
        folder: Where the kernel works.
        rounds: How many; every other one is interrupted twice.
        cells: Of the sweep.
        seed: Of the instants.
        overlay: A folder of packages that go before the installed ones: another ipykernel.
    """
    seen, chance = Seen(), random.Random(seed)
    with Notebook(folder, **({"PYTHONPATH": overlay} if overlay else {})) as notebook:
        seen.version = text_of(notebook.run(SET_UP)).strip()
        for number in range(rounds):
            with Sandbox(time_scale=SCALE, latency={"fast": LATENCY}, long_side=64, credits=1e6) as server:
                _round(notebook, server, folder / f"data-{number}", cells, chance, 1 + number % 2, seen)
    return seen


def _round(
    notebook: Notebook,
    server: Sandbox,
    folder: Path,
    cells: int,
    chance: random.Random,
    times: int,
    seen: Seen,
) -> None:
    notebook.run(OPEN.format(url=server.url, scale=SCALE, folder=str(folder), cells=cells))

    going = folder.with_suffix(".going")
    after = cells if seen.rounds % ALL == ALL - 1 else chance.randrange(cells)

    async def press() -> None:
        await soon(going.exists)
        await soon(lambda: len(server.account.tasks) >= after, 60)
        await asyncio.sleep(chance.uniform(0, 0.1))  # the instant of the interrupt
        for _ in range(times):
            await notebook.interrupt()
            await asyncio.sleep(chance.choice([0, chance.uniform(0, 0.1)]))

    ended = notebook.run_and_meanwhile(f"open({str(going)!r}, 'w').close(); sweep.run()", press)
    assert "KeyboardInterrupt" in str(ended), ended  # the second may meet IPython while it tells of the first
    answer, goes_on = json.loads(text_of(notebook.run(STOPPED)))
    assert answer == 42, "the next cell does not answer"
    assert not goes_on, "the sweep goes on paying"
    (sockets, _, ends), (sockets_after, threads, ends_after) = json.loads(text_of(notebook.run(CLOSE)))
    assert sockets_after == sockets, f"{server.url}: sockets are left over: {ends_after}; at first: {ends}"
    _hold_threads(threads)
    books = set(server.account.tasks)
    with closing(Ledger(f"sqlite:///{folder / 'ledger.db'}")) as ledger:
        rows = [dict(zip(names, row, strict=True)) for names, chunk in ledger.rows("task") for row in chunk]
    known = {row["task_id"] for row in rows}
    assert books <= known, f"{len(books - known)} paid tasks are unknown to the ledger"
    states = {row["state"] for row in rows}
    assert states <= {"submitted", "generating", "succeeded"}, states
    seen.rounds, seen.interrupts, seen.paid = seen.rounds + 1, seen.interrupts + times, seen.paid + len(books)
    seen.most_paid, seen.least_paid = max(seen.most_paid, len(books)), min(seen.least_paid, len(books))


def _hold_threads(names: list[str]) -> None:
    """Of a closed session only the loop's thread and its idle helpers are left, never more than at first."""
    assert names.count("mjnb-loop") == 1
    ours = [name for name in names if name.startswith(("mjnb", "asyncio_")) and name != "mjnb-loop"]
    assert len(ours) <= min(32, (os.cpu_count() or 1) + 4), ours  # asyncio's own limit
    assert not [name for name in ours if not name.startswith("asyncio_")], ours
