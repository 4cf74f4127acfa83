"""The report of a sweep: one static page, without scripts or anything from elsewhere, everything escaped."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from ..ledger import Judgement
from ..tracking import Task
from .design import Design
from .numbers import Numbers
from .private import public
from .tables import task_means

if TYPE_CHECKING:
    from ..plots import SweepFigure
    from .verdicts import Verdicts

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 1000px; margin: 2em auto; padding: 0 1em; color: #222;
  background: #fff; }
table { border-collapse: collapse; margin: 1em 0; display: block; overflow-x: auto; }
th, td { border-bottom: 1px solid #ccc; padding: 2px 10px; text-align: left; vertical-align: top; }
caption { text-align: left; font-weight: bold; padding: 4px 0; } .note { color: #595959; }
"""


def page(
    design: Design,
    tasks: Sequence[Task | None],
    numbers: Numbers,
    figure: SweepFigure | None,
    verdicts: Verdicts | None,
    said: Sequence[Judgement],
    missing: Sequence[str],
) -> str:
    """Return the report as a page of HTML."""
    parts = [
        f"<h1>Sweep: {escape(design.title)}</h1>",
        _design(design, tasks),
        figure.to_html() if figure is not None else "",
        f'<p class="note">{_links(figure)}</p>',
        "<h2>Effects</h2>" + verdicts.to_html() if verdicts is not None and len(verdicts) else "",
        "<h2>Cells</h2>" + _cells(design, tasks, numbers),
        f"<p>{_ratings(said)}</p>",
        _list("What is missing", [*_failed(design, tasks), *missing]),
        "<h2>Metrics</h2>" + _metrics(numbers),
    ]
    head = f'<meta charset="utf-8"><title>Sweep: {escape(design.title)}</title><style>{STYLE}</style>'
    head += '<meta name="viewport" content="width=device-width, initial-scale=1">'
    body = f"<body><main>{''.join(parts)}</main></body>"
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>{body}</html>\n'


def _design(design: Design, tasks: Sequence[Task | None]) -> str:
    axes = [[name, ", ".join(map(str, values))] for name, values in design.axes.items()]
    fixed = [[name, str(value)] for name, value in public(design.fixed).items()]
    states = Counter(task.state if task else "to pay" for task in tasks)
    told = ", ".join(f"{count} {state}" for state, count in states.items())
    repeats = f", {design.repeat} tasks per combination" if design.repeat > 1 else ""
    table = _table("Parameters", ["parameter", "values"], [*axes, *([n, f"{v} (fixed)"] for n, v in fixed)])
    return f"<p>{len(design.cells)} cells: {escape(told)}{repeats}.</p>{table}"


def _links(figure: SweepFigure | None) -> str:
    tables = ("cells", "images", "metrics", "ratings")
    files = [*(f"{name}.parquet" for name in tables), *(["figure.html"] if figure is not None else [])]
    return "Beside this page: " + ", ".join(f'<a href="{file}">{file}</a>' for file in files)


def _cells(design: Design, tasks: Sequence[Task | None], numbers: Numbers) -> str:
    names = [
        name
        for name, values in task_means(tasks, numbers, list(numbers.facts)).items()
        if any(not math.isnan(value) for value in values)
    ]
    means = task_means(tasks, numbers, names)
    heads = [*design.axes, "repeat", "state", *(numbers.facts[name].label for name in names)]
    lines = [
        [*cell.at, cell.repeat, task.state if task else "to pay", *(_number(means[n][k]) for n in names)]
        for k, (cell, task) in enumerate(zip(design.cells, tasks, strict=True))
    ]
    return _table("Means over the pictures of each task", heads, lines)


def _metrics(numbers: Numbers) -> str:
    lines = [[fact.label, fact.unit or "no unit", fact.source] for fact in numbers.facts.values()]
    return _table("What was measured", ["metric", "unit", "source"], lines)


def _ratings(said: Sequence[Judgement]) -> str:
    if not said:
        return "Nothing was rated."
    kinds = ", ".join(f"{count} {kind}" for kind, count in Counter(one.kind for one in said).items())
    return escape(f"Ratings: {kinds}, by {len({one.rater for one in said})} raters.")


def _failed(design: Design, tasks: Sequence[Task | None]) -> list[str]:
    pairs = list(zip(design.cells, tasks, strict=True))
    ends = [f"cell {c.number}: {t.state}, {t.entry.error}" for c, t in pairs if t and t.entry.error]
    pictures = [
        f"picture {image.number} of cell {cell.number}: {image.error}"
        for cell, task in pairs
        if task
        for image in task.images
        if image.error
    ]
    return ends + pictures


def _list(title: str, lines: Sequence[str]) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<h2>{escape(title)}</h2><ul>{items}</ul>" if lines else ""


def _table(caption: str, heads: Iterable[Any], lines: Iterable[Iterable[Any]]) -> str:
    head = "".join(f'<th scope="col">{escape(str(word))}</th>' for word in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(word))}</td>" for word in line) + "</tr>" for line in lines
    )
    top = f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
    return f"<table>{top}<tbody>{body}</tbody></table>"


def _number(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.3g}"
