"""The notebooks run from top to bottom, and what they leave reads without running."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import pytest
from kernels import Notebook

FOLDER = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
LIMIT = 1_500_000  # bytes of a notebook with its outputs
SMALL = 1.5 * 1024 * 1024  # bytes of one with a sweep of a hundred pictures


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_committed_clean(path: Path) -> None:
    cells = json.loads(path.read_text())["cells"]
    assert [cell["id"] for cell in cells if cell.get("outputs") or cell.get("execution_count")] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs_and_reads_un_run(path: Path, tmp_path: Path) -> None:
    outputs = []
    with Notebook(tmp_path) as notebook:
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                outputs += notebook.run(cell.source)
        book = nbformat.writes(notebook.book)
    assert [one for one in outputs if one["output_type"] == "error" or one.get("name") == "stderr"] == []
    pages = [one["data"]["text/html"] for one in outputs if "text/html" in one.get("data", {})]
    images = re.findall(r"<img[^>]*>", "".join(pages))
    assert images
    assert [image[:80] for image in images if not re.search(r'alt="[^"]+"', image)] == []
    assert all("text/plain" in one["data"] for one in outputs if "data" in one)
    assert len(book) < LIMIT


LARGE = """
%load_ext mjnb
import mjnb as mj
sweep = mj.sweep("a lighthouse at dusk", stylization="0..1000/250", weirdness="0..2000/500").run()
"""
LOOKS = (
    "sweep",
    "sweep.plot()",
    "sweep.frame()",
    "sweep.effects()",
    "sweep.rate('pairs', 10, seed=1)",
    "sweep.tasks[0]",
)


def test_a_notebook_with_a_sweep_of_a_hundred_pictures_stays_small(tmp_path: Path) -> None:
    with Notebook(tmp_path) as notebook:
        shown = [notebook.run(source) for source in (LARGE, *LOOKS)]
        pictures = notebook.run("sum(len(task.images) for task in sweep.tasks)")
        book = nbformat.writes(notebook.book)
    assert pictures[0]["data"]["text/plain"] == "100"
    for outputs in shown:
        assert outputs
        assert [one for one in outputs if one["output_type"] == "error"] == []
        for one in outputs:  # a widget alone shows nothing in a notebook that is not running
            assert one.get("text") or {"text/plain", "text/html"} <= set(one["data"])
    assert 100_000 < len(book.encode()) < SMALL
