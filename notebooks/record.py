"""Record the tutorials: run each on the sandbox and keep its outputs, so that it reads without being run.

    python notebooks/record.py            # all of them
    python notebooks/record.py 03 teacher # those whose names begin so

The ``.ipynb`` file is the source: edit it in JupyterLab or elsewhere, then record.  The run happens in a
folder of its own, with no key and no setting of yours.  What is kept is static and small: no widget state,
no timestamps of the run, no paths or ports of this machine.  ``metadata.mjnb`` says by which version of the
parameter table and for which code the outputs were made; the tests refuse others.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import os
import re
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parent
EXAMPLES = ("demo", "sweeps")  # committed without outputs
OWN_FOLDERS = ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR")
TIMEOUT = 300  # seconds for one cell, on a busy machine
LARGE = 60_000  # bytes above which a PNG is kept as JPEG
QUALITY = 82
WIDGET = "application/vnd.jupyter.widget-view+json"
SOLUTION = re.compile(r"<details>\s*<summary>Solution.*?</details>", re.DOTALL)
CODE = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
DEAD = re.compile(r'<a href="(?!https://)[^"]*"[^>]*>(.*?)</a>', re.DOTALL)  # files and ports of the run
HERE = re.compile(r"http://127\.0\.0\.1:\d+")


def main(names: list[str]) -> None:
    """Record the tutorials whose names begin with one of some words; all without any."""
    for path in tutorials():
        if not names or path.stem.startswith(tuple(names)):
            record(path)


def tutorials() -> list[Path]:
    """Return the notebooks that are committed with outputs, in reading order."""
    return [path for path in sorted(FOLDER.glob("*.ipynb")) if path.stem not in EXAMPLES]


def record(path: Path) -> None:
    """Run one tutorial and write it with its outputs, and say how long and how large it is."""
    book = nbformat.read(path, as_version=4)
    start, spent = time.monotonic(), _processor_seconds()
    with tempfile.TemporaryDirectory() as folder:
        execute(book, Path(folder))
        clean(book, folder)
    book.metadata["mjnb"] = stamp(book)
    nbformat.write(book, path)
    took, spent = time.monotonic() - start, _processor_seconds() - spent
    print(f"{path.name:28} {took:5.1f} s, {spent:.1f} s of processor, {path.stat().st_size / 1024:.0f} KiB")


def _processor_seconds() -> float:
    """Return what the kernels that ended have used: on a busy machine the clock says little."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


# ---- running ----


def execute(book: Any, folder: Path, **settings: str) -> None:
    """Run a notebook from top to bottom in a folder, with a kernel of this interpreter and no key.

    Args:
        book: The notebook; its outputs are replaced.
        folder: Where the kernel works; nothing is written elsewhere.
        **settings: Environment variables, such as ``MJNB_TIME_SCALE="100"``.

    Raises:
        CellExecutionError: A cell failed.
    """
    asyncio.run(_execute(book, folder, {**_environment(folder), **settings}))


async def _execute(book: Any, folder: Path, environment: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as sockets:  # a short path: a socket's has at most 107 bytes
        kernel = AsyncKernelManager(kernel_name="python3", transport="ipc", ip=f"{sockets}/k")
        assert kernel.kernel_spec is not None
        kernel.kernel_spec.argv[0] = sys.executable  # this interpreter, whatever kernels the machine has
        where = {"metadata": {"path": str(folder)}}
        client = NotebookClient(book, km=kernel, timeout=TIMEOUT, resources=where, record_timing=False)
        await client.async_execute(cleanup_kc=True, env=environment)


def _environment(folder: Path) -> dict[str, str]:
    usual = {name: text for name, text in os.environ.items() if not name.startswith(("MJNB_", "KIE_"))}
    return {**usual, **{name: str(folder / name.lower()) for name in OWN_FOLDERS}}


def with_solutions(book: Any) -> Any:
    """Return a copy in which the code of a folded solution is a cell, after the cell that has it."""
    copy = nbformat.from_dict({**book, "cells": []})
    for cell in book.cells:
        copy.cells.append(nbformat.from_dict(cell))
        for number, code in enumerate(solutions(cell)):
            more = nbformat.v4.new_code_cell(code, id=f"{cell.id}-{number}", metadata={"tags": ["solution"]})
            copy.cells.append(more)
    return copy


def solutions(cell: Any) -> list[str]:
    """Return the code in the folded solutions of a Markdown cell."""
    if cell.cell_type != "markdown":
        return []
    return [code for folded in SOLUTION.findall(cell.source) for code in CODE.findall(folded)]


# ---- what is kept ----


def clean(book: Any, folder: str) -> None:
    """Keep of what a run left only what reads the same anywhere."""
    book.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    number = 0
    for cell in book.cells:
        cell.metadata = nbformat.from_dict({})
        if cell.cell_type == "code":
            number += 1
            cell.execution_count = number
            cell.outputs = [_cleaned(one, folder, number) for one in cell.outputs if _is_static(one)]


def _is_static(output: Any) -> bool:
    return bool(output.get("text") or set(output.get("data", {})) - {WIDGET})


def _cleaned(output: Any, folder: str, number: int) -> Any:
    if output.output_type == "stream":
        output.text = HERE.sub("http://sandbox", output.text.replace(f"{folder}/", ""))
        return output
    if output.output_type == "execute_result":
        output.execution_count = number
    output.metadata = nbformat.from_dict({})
    output.data.pop(WIDGET, None)
    if len(output.data.get("image/png", "")) * 3 / 4 > LARGE:
        output.data["image/jpeg"] = _as_jpeg(output.data.pop("image/png"))
    for kind in ("text/plain", "text/html", "text/markdown"):
        if kind in output.data:
            said = DEAD.sub(r"\1", output.data[kind].replace(f"{folder}/", ""))
            output.data[kind] = HERE.sub("http://sandbox", said)
    return output


def _as_jpeg(png: str) -> str:
    from PIL import Image

    buffer = io.BytesIO()
    with Image.open(io.BytesIO(base64.b64decode(png))) as picture:
        picture.convert("RGB").save(buffer, "JPEG", quality=QUALITY, optimize=True)
    return base64.b64encode(buffer.getvalue()).decode()


# ---- what the outputs were made by ----


def stamp(book: Any) -> dict[str, str]:
    """Return which version of the package and table, and which code, the outputs belong to."""
    import mjnb

    sources = "\0".join(cell.source for cell in book.cells if cell.cell_type == "code")
    return {"version": mjnb.__version__, "table": _hash(_table()), "code": _hash(sources)}


def _table() -> str:
    """Return every fact of the parameter table, in an order that is the same in every process."""
    from mjnb.params import REQUESTS, TASK_TYPES, rows

    lines = [*TASK_TYPES.values(), *(row for cls in REQUESTS for row in rows(cls).values())]
    facts = [
        {name: sorted(v) if isinstance(v, frozenset) else v for name, v in vars(x).items()} for x in lines
    ]
    return repr(facts)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


if __name__ == "__main__":
    main(sys.argv[1:])
