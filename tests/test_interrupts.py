"""Interrupt in a real kernel while many tasks are in flight; `make proof` does thirty rounds of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from interrupting import interrupted_rounds
from kernels import Notebook, soon, text_of

from mjnb.sandbox import Sandbox

ORDER = "order = []"
WAITS = """
import mjnb as mj
session = mj.Session(base_url={url!r}, api_key="sandbox", time_scale={scale}, data_dir={folder!r})
session.sweep("a fox", stylization=range(8)).run()
order.append("swept")
"""


@pytest.fixture
def server() -> Iterator[Sandbox]:
    with Sandbox(time_scale=100.0, latency={"fast": 100.0}, long_side=64) as running:
        yield running


@pytest.fixture
def notebook(tmp_path: Path) -> Iterator[Notebook]:
    with Notebook(tmp_path) as running:
        running.run(ORDER)
        yield running


def waits(server: Sandbox, folder: Path) -> str:
    return WAITS.format(url=server.url, scale=server.time_scale, folder=str(folder / "data"))


def test_interrupts_lose_nothing_and_leave_nothing(tmp_path: Path) -> None:
    seen = interrupted_rounds(tmp_path, rounds=3, cells=60, seed=1)
    assert seen.rounds == 3
    assert seen.paid > 0


def test_cells_queued_behind_a_wait_run_in_their_order(
    server: Sandbox, notebook: Notebook, tmp_path: Path
) -> None:
    queued = [waits(server, tmp_path), "order.append(1)", "order.append(2)", "order.append(3)"]
    assert notebook.run_all(queued) == ["ok"] * 4
    assert json.loads(text_of(notebook.run("import json; print(json.dumps(order))"))) == ["swept", 1, 2, 3]
    assert len(server.account.tasks) == 8


def test_an_interrupt_aborts_what_is_queued_as_jupyter_does_and_the_next_cell_answers(
    server: Sandbox, notebook: Notebook, tmp_path: Path
) -> None:
    async def press() -> None:
        await soon(lambda: len(server.account.tasks) == 8)
        await notebook.interrupt()

    ended = notebook.run_all_and_meanwhile([waits(server, tmp_path), "order.append(1)"], press)
    assert ended == ["error", "aborted"]
    assert text_of(notebook.run("print(order)")) == "[]\n"
    asked = "print(len(session.tasks()), session.sweep('a fox', stylization=range(8)).plan().to_pay)"
    assert text_of(notebook.run(asked)) == "8 0\n", "the paid tasks are tracked"
