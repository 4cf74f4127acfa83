"""Killed at any moment: what the service accepted is known, and nothing is paid twice."""

from __future__ import annotations

import contextlib
import json
import random
import subprocess
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from faulty import GENERATE, Faulty, Silence, until
from kernels import Notebook, soon
from nbclient.exceptions import DeadKernelError

from mjnb.sessions import Session, UnsettledWarning

CELLS = 60
KILLS = 8

SERVE = """
import sys
from pathlib import Path
from mjnb.sandbox import Sandbox
with Sandbox(books=Path(sys.argv[1]), time_scale=20, latency={"fast": 15}, long_side=64) as server:
    print(server.url, flush=True)
    server.wait()
"""
WORK = f"""
import sys, warnings
from mjnb.sessions import Session, UnsettledWarning
warnings.simplefilter("ignore", UnsettledWarning)
session = Session(base_url=sys.argv[1], api_key="sandbox", time_scale=20, data_dir="data")
sweep = session.sweep("a fox", stylization=range({CELLS}))
print("ready", flush=True)
sweep.run()
session.close()
"""


def start(script: str, argument: str) -> tuple[subprocess.Popen[str], str]:
    """Start a process; return it and its first line."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, argument], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    if not line:
        raise AssertionError(process.communicate()[1])
    return process, line


@contextlib.contextmanager
def reopened(url: str, folder: Path) -> Iterator[Session]:
    """Open a later session, which may have unknown tasks to tell of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnsettledWarning)
        with Session(base_url=url, api_key="sandbox", time_scale=20, data_dir=folder / "data") as session:
            session.tasks()
            yield session


@pytest.fixture
def books(tmp_path: Path) -> Path:
    return tmp_path / "books.jsonl"


@pytest.fixture
def service(books: Path) -> Iterator[str]:
    """A sandbox in a process of its own, which outlives the killed ones."""
    process, url = start(SERVE, str(books))
    yield url
    process.kill()
    process.communicate()


def accepted(books: Path) -> dict[str, int]:
    """Return the cell of every task that the service has accepted, by its id."""
    tasks = [json.loads(line) for line in books.read_text().splitlines()] if books.exists() else []
    return {task["task_id"]: json.loads(task["param_json"])["stylization"] for task in tasks}


def test_a_sweep_killed_again_and_again_loses_nothing_and_pays_nothing_twice(
    service: str, books: Path, tmp_path: Path
) -> None:
    chance = random.Random()
    for n in range(KILLS):
        process, _ = start(WORK, service)
        if n == 0:
            until(lambda: accepted(books))
        time.sleep(chance.uniform(0, 0.8))  # the instant of the kill
        process.kill()
        process.communicate()
    process, _ = start(WORK, service)
    _, said = process.communicate(timeout=100)
    assert process.returncode == 0, said

    with reopened(service, tmp_path) as session:
        rows = session.tasks().select("task_id", "state", "stylization").rows(named=True)
        images = session.images()
    paid = accepted(books)
    assert paid
    assert max(Counter(paid.values()).values()) == 1, "a cell was paid twice"
    ids = {row["task_id"] for row in rows}
    unknown = Counter(row["stylization"] for row in rows if row["state"] == "unknown")
    lost = [cell for task_id, cell in paid.items() if task_id not in ids and not unknown[cell]]
    assert lost == [], "paid, and the ledger does not know"
    live = Counter(row["stylization"] for row in rows if row["state"] in ("succeeded", "unknown"))
    assert live == dict.fromkeys(range(CELLS), 1)
    assert images.height == 4 * sum(row["state"] == "succeeded" for row in rows)
    assert images["state"].unique().to_list() == ["stored"]


def test_a_kernel_killed_before_the_answer_leaves_an_unknown_task(faulty: Faulty, tmp_path: Path) -> None:
    faulty.script(GENERATE, Silence())
    settings = {
        "MJNB_BASE_URL": faulty.url,
        "MJNB_API_KEY": "sandbox",
        "MJNB_DATA_DIR": str(tmp_path / "data"),
    }

    with Notebook(tmp_path, **settings) as notebook:
        notebook.run("%load_ext mjnb")

        async def kill() -> None:
            await soon(lambda: faulty.count(GENERATE) == 1)
            notebook.kill()

        with pytest.raises(DeadKernelError):
            notebook.run_and_meanwhile("%mj a red fox", kill)

    with Session(base_url=faulty.url, api_key="sandbox", data_dir=tmp_path / "data") as session:
        with pytest.warns(UnsettledWarning, match="1 task is unknown"):
            tasks = session.tasks()
        assert tasks["state"].to_list() == ["unknown"]
        assert tasks["id"][0][-6:] in repr(session)
        assert session.sweep("a red fox").plan().states == ("unknown",)
        assert session.sweep("a red fox").run().plan().to_pay == 0
    assert faulty.count(GENERATE) == 1


def test_a_process_killed_between_answer_and_pictures_is_taken_up(
    service: str, books: Path, tmp_path: Path
) -> None:
    process, _ = start(WORK, service)
    until(lambda: len(accepted(books)) > 20)  # the second burst: the first one's answers are recorded
    process.kill()
    process.communicate()
    before = accepted(books)
    with reopened(service, tmp_path) as session:
        there = set(session.tasks()["task_id"])
        mine = [session.task(task_id).wait(60) for task_id in before if task_id in there]
        assert len(mine) >= 20
        assert {task.state for task in mine} == {"succeeded"}
        assert all(image.state == "stored" for task in mine for image in task.images)
    assert accepted(books) == before
