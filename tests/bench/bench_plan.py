"""How long the plan of a sweep of 10,000 cells takes, with an SQLite ledger that knows half of them.

Run by ``make bench``; figures are of one run on one machine, and a ratio to a plan of 100 cells.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import mjnb as mj
from mjnb.api import request_text
from mjnb.ledger import schema
from mjnb.ledger.records import new_id, now, parameters
from mjnb.sweeps import Design, Sweep

SPAN = {10_000: (100, 100), 100: (10, 10)}  # cells: stylizations and weirdnesses
BOUND = 1.0  # seconds for the plan of 10,000 cells


def main() -> None:
    """Time design, first plan and next plan, of few and of many cells."""
    took = {}
    for cells, (across, down) in SPAN.items():
        with (
            tempfile.TemporaryDirectory() as folder,
            mj.Sandbox(long_side=64) as sandbox,
            mj.Session(sandbox=sandbox, data_dir=Path(folder)) as session,
        ):
            params = {"stylization": range(across), "weirdness": range(down)}
            sweep, making = timed(lambda: session.sweep("a lighthouse at dusk", **params))  # noqa: B023
            learn(sweep)
            plan, first = timed(sweep.plan)
            again = min(timed(sweep.plan)[1] for _ in range(3))
            assert plan.to_pay == cells - cells // 2
            took[cells] = again
            print(f"{cells:6,} cells, {cells - plan.to_pay:,} of them known:")
            print(f"       design {making:.3f} s, first plan {first:.3f} s, best of three more {again:.3f} s")
    many, few = took[10_000], took[100]
    print(
        f"10,000 cells take {many / few:.0f} times as long as 100; {many / BOUND:.2f} of {BOUND:g} s allowed"
    )


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """Return what something returns, and how many seconds it takes."""
    start = time.perf_counter()
    found = work()
    return found, time.perf_counter() - start


def learn(sweep: Sweep) -> None:
    """Put every second cell into the ledger as succeeded, in one transaction."""
    tracker, design = sweep.tracker, sweep.design
    rows = [row_of(design, number, tracker.account) for number in range(0, len(design.cells), 2)]
    with tracker.ledger._engine.write() as connection:
        connection.execute(sa.insert(schema.task), rows)


def row_of(design: Design, number: int, account: str) -> dict[str, Any]:
    """Return the ledger's row of a cell that has been paid."""
    cell = design.cells[number]
    return parameters(cell.request) | {
        "id": new_id(),
        "task_id": f"bench-{number}",
        "state": "succeeded",
        "param_json": request_text(cell.request),
        "request_sha": cell.sha,
        "nonce": str(number),
        "session": "bench",
        "account": account,
        "payer": "",
        "base_url": "http://127.0.0.1",
        "created_at": now(),
        "submitted_at": now(),
        "completed_at": now(),
        "latency_ms": 60_000,
        "credits": 8.0,
        "rev": number,
    }


if __name__ == "__main__":
    main()
