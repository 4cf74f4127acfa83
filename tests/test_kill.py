"""Killed at any moment: what the service accepted is known, and nothing is paid twice."""

from __future__ import annotations

import contextlib
import json
import random
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from faulty import GENERATE, Faulty, Silence, until
from kernels import Notebook, soon
from killing import killed_at_instants, killed_at_points
from nbclient.exceptions import DeadKernelError
from nursery import Nursery

from mjnb.sessions import Session, UnsettledWarning

CELLS = 60

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


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery() as running:
        yield running


def test_sweeps_killed_at_random_instants_lose_nothing_and_pay_nothing_twice(
    nursery: Nursery, tmp_path: Path
) -> None:
    """`make proof` does it two hundred times."""
    tally = killed_at_instants(nursery, tmp_path, cells=6, kills=10, seed=random.randrange(10**6))
    assert tally.kills >= 10
    assert tally.pictures == 4 * tally.tasks


def test_sweeps_killed_between_two_awaits_lose_nothing_and_pay_nothing_twice(
    nursery: Nursery, tmp_path: Path
) -> None:
    """`make proof` does it at every point, from the intent to the last picture."""
    tally = killed_at_points(nursery, tmp_path, cells=1, first=random.randrange(1, 20), stride=20)
    assert tally.kills >= 5
    assert tally.pictures == 4 * tally.tasks


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
    until(lambda: len(accepted(books)) > 20)  # the second burst: answers of the first are recorded
    process.kill()
    process.communicate()
    before = accepted(books)
    with reopened(service, tmp_path) as session:
        rows = session.tasks().select("task_id", "state", "stylization").rows(named=True)
        known = {row["task_id"] for row in rows} & set(before)
        unknown = {row["stylization"] for row in rows if row["state"] == "unknown"}
        assert known
        assert all(cell in unknown for task_id, cell in before.items() if task_id not in known)
        mine = [session.task(task_id).wait(60) for task_id in known]
        assert {task.state for task in mine} == {"succeeded"}
        assert all(image.state == "stored" for task in mine for image in task.images)
    later = accepted(books)
    assert before.items() <= later.items()
    assert len(set(later.values())) == len(later)  # no cell was paid twice
    # what the dying process had written to its sockets may reach the service after the first reading
    assert {later[task_id] for task_id in later.keys() - before.keys()} <= unknown
