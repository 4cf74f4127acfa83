"""A sweep as a figure: what stands at each place of its axes, handed to the plots."""

from __future__ import annotations

import io
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PIL import Image

from ..errors import InvalidRequest
from ..params import Generate, rows
from ..tracking import Task, TaskImage
from .design import Design
from .measuring import Number, Numbers

if TYPE_CHECKING:
    from .. import plots

FALLBACK = ("colourfulness", "edge_energy", "symmetry", "vendi")
MOST_CURVES = 4


def figure(
    design: Design,
    tasks: Sequence[Task | None],
    numbers: Numbers,
    wanted: Sequence[str] | None,
    *,
    width: int,
    title: str,
) -> plots.SweepFigure:
    """Draw a sweep of one or two axes; see `Sweep.plot`."""
    from .. import plots

    shown = [name for name, values in design.axes.items() if len(values) > 1] or list(design.axes)
    if not 1 <= len(shown) <= 2:
        raise InvalidRequest(
            f"a figure shows one or two axes, this sweep has {len(shown)}",
            hint="Hold the others fixed, or look at sweep.frame().",
        )
    axes = [plots.Axis(name, tuple(_plain(design, name))) for name in shown]
    curves = [_curve(name) for name in (wanted if wanted is not None else _default_metrics(shown))]
    cells = _plot_cells(design, tasks, numbers, shown)
    words = {"title": title or _title(design), "caption": _caption(design)}
    if len(axes) == 1:
        return plots.strip(cells, axes[0], curves, width=width, **words)
    return plots.grid(cells, axes[0], axes[1], curves, width=width, **words)


def _plain(design: Design, name: str) -> list[Any]:
    """Return an axis's clean values, once each, in design order."""
    place = list(design.axes).index(name)
    return list(dict.fromkeys(cell.at[place] for cell in design.cells))


def _default_metrics(shown: Sequence[str]) -> list[str]:
    """Return the metrics that answer to the swept parameters, taken in turn from each, at most four."""
    answering = [rows(Generate)[name].metrics for name in shown]
    in_turn = [names[k] for k in range(MOST_CURVES) for names in answering if k < len(names)]
    return list(dict.fromkeys(in_turn))[:MOST_CURVES] or list(FALLBACK)


def _curve(name: str) -> plots.Curve:
    from .. import plots
    from ..metrics import METRICS

    if name not in METRICS:
        raise InvalidRequest(f"unknown metric {name!r}", hint=f"There are {', '.join(METRICS)}.")
    return plots.Curve(name, METRICS[name].label, METRICS[name].unit)


def _plot_cells(
    design: Design, tasks: Sequence[Task | None], numbers: Numbers, shown: Sequence[str]
) -> list[plots.Cell]:
    """Return what stands at each place; repetitions share one: all their numbers, the first's pictures."""
    places = [list(design.axes).index(name) for name in shown]
    grouped: defaultdict[tuple[Any, ...], list[Task | None]] = defaultdict(list)
    for cell, task in zip(design.cells, tasks, strict=True):
        grouped[tuple(cell.at[place] for place in places)].append(task)
    return [_plot_cell(at, group, numbers) for at, group in grouped.items()]


def _plot_cell(at: tuple[Any, ...], group: Sequence[Task | None], numbers: Numbers) -> plots.Cell:
    from .. import plots

    with_pictures = [(task, here) for task in group if task is not None and (here := _here(task))]
    images = [image for _, here in with_pictures for image in here]
    values: defaultdict[str, list[float]] = defaultdict(list)
    for image in images:
        for name, value in numbers.pictures.get(str(image.sha256), {}).items():
            values[name].append(value)
    sets = [numbers.sets[task.id] for task, _ in with_pictures if task.id in numbers.sets]
    first = with_pictures[0][1] if with_pictures else []
    return plots.Cell(
        at, tuple(_thumbnails(first)), dict(values), _joined(sets), "" if first else _note(group)
    )


def _here(task: Task) -> list[TaskImage]:
    return [image for image in task.images if image.state == "stored"]


def _thumbnails(images: Sequence[TaskImage]) -> list[Any]:
    return [Image.open(io.BytesIO(image.thumbnail())) for image in images]


def _joined(sets: Sequence[Mapping[str, Number]]) -> dict[str, Number]:
    """Return a set metric over repetitions: its mean, and the standard error of the mean (s / sqrt n)."""
    if len(sets) == 1:
        return dict(sets[0])
    joined: dict[str, Number] = {}
    for name in {name for one in sets for name in one}:
        found = [one[name][0] for one in sets if not math.isnan(one[name][0])]
        mean = sum(found) / len(found) if found else math.nan
        spread = (
            math.sqrt(sum((v - mean) ** 2 for v in found) / (len(found) - 1)) if len(found) > 1 else math.nan
        )
        joined[name] = mean, spread / math.sqrt(len(found)) if found else math.nan
    return joined


def _note(group: Sequence[Task | None]) -> str:
    task = next((task for task in group if task is not None), None)
    if task is None:
        return "to pay"
    errors = [image.error for image in task.images if image.error]
    why = task.entry.error or (errors[0] if errors else "")
    return f"{task.state}: {why}" if why else task.state


def _title(design: Design) -> str:
    return f"“{design.cells[0].request.prompt if 'prompt' not in design.axes else design.prompt}”"


def _caption(design: Design) -> str:
    fixed = ", ".join(
        f"{name} {value}" for name, value in design.fixed.items() if name not in ("file_urls", "prompt")
    )
    repeats = f"{design.repeat} tasks per cell" if design.repeat > 1 else ""
    return " · ".join(part for part in (fixed, repeats) if part)
