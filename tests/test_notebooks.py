"""The notebooks run from top to bottom, and what they leave reads without running."""

from __future__ import annotations

import ast
import base64
import io
import itertools
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
import record
from IPython.core.inputtransformer2 import TransformerManager
from kernels import Notebook
from PIL import Image

FOLDER = Path(__file__).parent.parent / "notebooks"
EXAMPLES = [FOLDER / f"{name}.ipynb" for name in record.EXAMPLES]
TUTORIALS = record.tutorials()
FAST = "100"  # times faster than the service
DRAWN = """
from mjnb.sandbox import Sandbox
Sandbox.__init__.__kwdefaults__["long_side"] = {}
"""
LIMIT = 1_500_000  # bytes of a notebook with its outputs
LARGEST, ALL = 2 * 2**20, 12 * 2**20  # bytes of a tutorial, and of the folder
SMALL = 1.5 * 1024 * 1024  # bytes of one with a sweep of a hundred pictures
LINES = 12  # of a cell
STATIC = {"text/plain", "text/html", "text/markdown", "image/png", "image/jpeg", "image/svg+xml"}
UNFINISHED = re.compile(
    r"task [0-9a-f]{6}: (intent|submitted|generating)|· <bdi>(intent|submitted|generating)"
)
OF_A_MACHINE = re.compile(r"/(tmp|home|root|work|Users)/|127\.0\.0\.1:\d|localhost:\d")

each_tutorial = pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def code_of(path: Path) -> list[Any]:
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def text_of(path: Path) -> str:
    return "\n\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")


def pages_of(outputs: list[Any]) -> str:
    """Return the HTML of outputs."""
    return "".join(one["data"]["text/html"] for one in outputs if "text/html" in one.get("data", {}))


def without_alt(page: str) -> list[str]:
    return [image[:80] for image in re.findall(r"<img[^>]*>", page) if not re.search(r'alt="[^"]+"', image)]


# ---- the examples: committed without outputs ----


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_it_is_committed_clean(path: Path) -> None:
    cells = json.loads(path.read_text())["cells"]
    assert [cell["id"] for cell in cells if cell.get("outputs") or cell.get("execution_count")] == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_it_runs_and_reads_un_run(path: Path, tmp_path: Path) -> None:
    outputs = []
    draw_small(tmp_path, 512)
    with Notebook(tmp_path) as notebook:
        for cell in read(path).cells:
            if cell.cell_type == "code":
                outputs += notebook.run(cell.source)
        book = nbformat.writes(notebook.book)
    assert [one for one in outputs if one["output_type"] == "error" or one.get("name") == "stderr"] == []
    assert "<img" in pages_of(outputs)
    assert without_alt(pages_of(outputs)) == []
    assert all("text/plain" in one["data"] for one in outputs if "data" in one)
    assert len(book) < LIMIT


# ---- the tutorials: committed with small outputs ----


@each_tutorial
def test_a_tutorial_runs_with_its_solutions(path: Path, tmp_path: Path) -> None:
    book = record.with_solutions(read(path))
    draw_small(tmp_path, 256)
    record.execute(book, tmp_path, MJNB_TIME_SCALE=FAST)  # raises when a cell does
    outputs = [one for cell in book.cells if cell.cell_type == "code" for one in cell.outputs]
    assert [one["text"] for one in outputs if one.get("name") == "stderr"] == []
    assert without_alt(pages_of(outputs)) == []
    fresh = {cell.id: shape(cell.outputs) for cell in book.cells if cell.cell_type == "code"}
    recorded = {cell.id: shape(cell.outputs) for cell in code_of(path)}
    assert {one: fresh[one] for one in recorded} == recorded


def draw_small(folder: Path, long_side: int) -> None:
    """Let the sandbox of a kernel that works in a folder draw so many pixels: half of a run was drawing.

    What a notebook shows are thumbnails of at most 384 pixels: from 512 on they have their full size.
    """
    startup = folder / "ipythondir" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "drawn.py").write_text(DRAWN.format(long_side))


def shape(outputs: list[Any]) -> bool:
    """Return whether anything is shown, which is the same in every run."""
    return any(one.get("text") or set(one.get("data", {})) & STATIC for one in outputs)


@each_tutorial
def test_its_outputs_are_of_this_table_and_of_this_code(path: Path) -> None:
    recorded, now = read(path).metadata["mjnb"], record.stamp(read(path))
    stale = f"stale outputs: python notebooks/record.py {path.stem[:2]}"
    assert (recorded["table"], recorded["code"]) == (now["table"], now["code"]), stale


@each_tutorial
def test_it_reads_without_being_run(path: Path) -> None:
    silent = [cell.id for cell in code_of(path) if shows(cell.source) and not shape(cell.outputs)]
    outputs = [one for cell in code_of(path) for one in cell.outputs]
    said = json.dumps(outputs)
    assert silent == []
    assert [one for one in outputs if one.output_type == "error" or one.get("name") == "stderr"] == []
    assert [set(one["data"]) - STATIC for one in outputs if "data" in one and set(one["data"]) - STATIC] == []
    assert "<script" not in said
    assert UNFINISHED.findall(said) == []
    assert OF_A_MACHINE.findall(said) == []
    assert "widgets" not in read(path).metadata


def shows(source: str) -> bool:
    """Return whether a cell must show something: a task, or a value; a call may have none."""
    if source.startswith("%%mj") or source.splitlines()[-1].startswith("%mj "):
        return True
    if source.rstrip().endswith(";"):
        return False
    last = ast.parse(TransformerManager().transform_cell(source)).body[-1]
    return isinstance(last, ast.Expr) and not isinstance(last.value, ast.Call)


@each_tutorial
def test_every_picture_of_it_has_an_alternative_text(path: Path) -> None:
    outputs = [one for cell in code_of(path) for one in cell.outputs]
    bare = [one for one in outputs if any(kind.startswith("image/") for kind in one.get("data", {}))]
    pictures = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", text_of(path))
    assert bare == []  # a picture without HTML around it has no place for one
    assert without_alt(pages_of(outputs) + text_of(path)) == []
    assert [address for words, address in pictures if len(words) < 10] == []


def test_they_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()}
    assert {name: size for name, size in sizes.items() if size > LARGEST} == {}
    assert sum(sizes.values()) < ALL


@each_tutorial
def test_its_cells_are_short_and_its_headings_in_order(path: Path) -> None:
    codes = [cell.source for cell in code_of(path)]
    codes += [code for cell in read(path).cells for code in record.solutions(cell)]
    levels = [len(marks) for marks in re.findall(r"^(#+) ", plain(text_of(path)), re.MULTILINE)]
    assert [code for code in codes if len(code.strip().splitlines()) > LINES] == []
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - sooner <= 1 for sooner, later in itertools.pairwise(levels))


def plain(markdown: str) -> str:
    """Return Markdown without its blocks of code, in which a # is no heading."""
    return re.sub(r"^```.*?^```", "", markdown, flags=re.DOTALL | re.MULTILINE)


@each_tutorial
def test_it_asks_promises_and_has_exercises_with_solutions(path: Path) -> None:
    first, text = read(path).cells[0].source, text_of(path)
    assert "?" in first
    assert re.search(r"\d+ minutes", first)
    assert text.count("<summary>Solution") >= 2
    assert len(record.SOLUTION.findall(text)) == text.count("<details>") == text.count("</details>")
    assert "## What you learned" in text


@each_tutorial
def test_its_links_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", plain(text_of(path)))
    local = [link for link in links if not link.startswith(("https://", "#"))]
    assert [link for link in local if not (FOLDER / link.partition("#")[0]).exists()] == []


def test_the_index_lists_every_notebook() -> None:
    listed = set(re.findall(r"\]\((\w+\.ipynb)\)", (FOLDER / "README.md").read_text()))
    assert listed == {path.name for path in FOLDER.glob("*.ipynb")}


# ---- what is recorded ----


def test_what_is_recorded_reads_the_same_anywhere() -> None:
    v4 = nbformat.v4
    page = '<p><a href="mjnb-data/a.jpg"><i>fox</i></a> <a href="https://example.org/">there</a></p>'
    live = {record.WIDGET: {"model_id": "1"}}
    outputs = [
        v4.new_output("stream", name="stdout", text="saved /there/it-ran/a.jpg"),
        v4.new_output("display_data", data=live),
        v4.new_output("execute_result", data={"text/html": page, **live}, execution_count=7),
    ]
    cell = v4.new_code_cell("1", outputs=outputs, execution_count=7, metadata={"execution": {"busy": "now"}})
    book = v4.new_notebook(cells=[cell], metadata={"widgets": {"state": 1}, "language_info": {"name": "x"}})
    record.clean(book, "/there/it-ran")
    text, html = book.cells[0].outputs
    assert text["text"] == "saved a.jpg"
    assert html["data"] == {"text/html": '<p><i>fox</i> <a href="https://example.org/">there</a></p>'}
    assert (html["execution_count"], book.cells[0].execution_count, book.cells[0].metadata) == (1, 1, {})
    assert "widgets" not in book.metadata


def test_a_large_figure_is_kept_as_jpeg() -> None:
    buffer = io.BytesIO()
    Image.effect_noise((400, 400), 90).save(buffer, "PNG")
    data = {"image/png": base64.b64encode(buffer.getvalue()).decode()}
    cell = nbformat.v4.new_code_cell("1", outputs=[nbformat.v4.new_output("display_data", data=data)])
    book = nbformat.v4.new_notebook(cells=[cell])
    record.clean(book, "/there")
    kept = book.cells[0].outputs[0]["data"]
    assert set(kept) == {"image/jpeg"}
    assert len(kept["image/jpeg"]) < len(data["image/png"])


def test_outputs_are_stale_once_the_code_or_the_table_changes() -> None:
    book = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("1"), nbformat.v4.new_markdown_cell("a")]
    )
    before = record.stamp(book)
    book.cells[1].source = "other words"
    assert record.stamp(book) == before
    book.cells[0].source = "2"
    assert record.stamp(book)["code"] != before["code"]
    changed = (
        "import dataclasses, record; from mjnb.params import rows;"
        "row = rows()['weirdness']; before = record.stamp(record.nbformat.v4.new_notebook());"
        "rows()['weirdness'] = dataclasses.replace(row, domain=dataclasses.replace(row.domain, high=4000));"
        "assert record.stamp(record.nbformat.v4.new_notebook())['table'] != before['table'];"
        "print(before['table'])"
    )
    found = subprocess.run([sys.executable, "-c", changed], cwd=FOLDER, capture_output=True, text=True)
    assert found.stdout.strip() == before["table"], found.stderr  # the same in another process, too


# ---- lint ----

RULES = "E,F,W,I,B,UP,SIM,C4,RUF,PIE"
SHELL = re.compile(r"^!\{(.+?)\}.*$", re.MULTILINE)  # ruff does not see what a line for the shell uses
SHOWN_VALUES = "B018,E703,RUF001,RUF002,RUF003"  # a value on the last line is shown; a semicolon hides it


@each_tutorial
def test_its_code_is_free_of_lint(path: Path, tmp_path: Path) -> None:
    book = record.with_solutions(read(path))
    sources = [SHELL.sub(r"print(\1)", one.source) for one in book.cells if one.cell_type == "code"]
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    language = {"language_info": {"name": "python"}}  # ruff knows the magics of a notebook
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=language), tmp_path / "cells.ipynb")
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--line-length=110", f"--select={RULES}"]
    found = subprocess.run(
        [*command, f"--ignore={SHOWN_VALUES}", "cells.ipynb"], cwd=tmp_path, capture_output=True, text=True
    )
    assert found.returncode == 0, found.stdout


# ---- a large sweep ----

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
    draw_small(tmp_path, 512)
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
