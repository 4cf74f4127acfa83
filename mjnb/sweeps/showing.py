"""How a sweep looks as an output: its axes and plan, some of its pictures, and a line that makes it again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .. import display, prompt
from ..errors import MJError
from ..params import given
from ..tracking.showing import row_view
from .design import Design
from .design_making import design as make
from .plans import find

if TYPE_CHECKING:
    from .sweep import Sweep

SHOWN = 8  # cells with a picture
MOST = 100  # cells of a sweep that a line is looked for


def bundle(sweep: Sweep) -> Any:
    """Return a sweep's forms as an output: text, static HTML, and what it is made of; sends nothing."""
    line = magic_line(sweep.design)
    typed = [display.typed(f"sweep {line}")] if line else []
    html = "".join(display.notice_html(one) for one in repr(sweep).splitlines())
    html += display.table_html(_rows(sweep)) + (display.typed_html(f"sweep {line}") if line else "")
    facts = display.metadata(
        sweep=sweep.id, prompt=sweep.design.prompt, axes={k: list(v) for k, v in sweep.design.axes.items()}
    )
    return display.mime_bundle("\n".join([repr(sweep), *typed]), html, facts)


def magic_line(design: Design) -> str:
    """Return what follows ``%mj sweep`` to make the very same cells; empty where only Python can say it."""
    if len(design.cells) > MOST:
        return ""
    axes = {name: values for name, values in design.axes.items() if name != "prompt"}
    sets = [_set(name, values) for name, values in axes.items()]
    cells = [given(cell.request) for cell in design.cells]
    shared = {name: value for name, value in cells[0].items() if all(one.get(name) == value for one in cells)}
    fixed = {name: value for name, value in shared.items() if name not in (*axes, "prompt")}
    repeats = [f"--r {design.repeat}"] if design.repeat > 1 else []
    line = " ".join([prompt.write({**fixed, "prompt": design.prompt}), *sets, *repeats])
    try:
        same = make(line, {}, speed=str(shared.get("speed") or "fast"))
    except MJError:
        return ""
    return line if _shas(same) == _shas(design) else ""


def _set(name: str, values: Sequence[Any]) -> str:
    """Return an axis as Midjourney's permutations write it: ``{--s 0, --s 100}``."""
    return "{" + ", ".join(prompt.write({name: value}) for value in values) + "}"


def _shas(design: Design) -> list[str]:
    return sorted(cell.sha for cell in design.cells)


def _rows(sweep: Sweep) -> list[display.RowView]:
    found = find(sweep.design, sweep.tracker)
    first = [found[cell.number] for cell in sweep.design.cells if cell.number in found][:SHOWN]
    return [row_view(sweep.tracker.handle(entry)) for entry in first]
