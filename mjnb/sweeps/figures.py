"""A sweep as a figure: what stands at each place of its axes, handed to the plots."""

from __future__ import annotations

import contextlib
import io
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from PIL import Image

from ..errors import InvalidRequest, MediaError
from ..params import Generate, rows
from ..tracking import Task, TaskImage
from .design import Design
from .numbers import Number, Numbers
from .private import hide, public, secrets
from .scores import BRADLEY
from .verdicts import names_of

if TYPE_CHECKING:
    from .. import plots

SIDES = {384: 240, 192: 720, 96: 4800}  # the longer side in pixels, and up to how many pictures
FALLBACK = ("colourfulness", "edge_energy", "symmetry", "vendi")
MOST_CURVES = 4
LAST = ("prompt", "version")  # axes of words: one sheet per value reads better than a column


@dataclass(frozen=True)
class Look:
    """How a sweep's figure is laid out; see `mjnb.plots` for the choices.

    Attributes:
        by: The axes shown, in order: along, up, then one sheet per value; None: all of them, as designed.
        width: Pixels.
        title: In place of the prompt.
        pictures: ``all`` four of a cell, or the one in the ``middle`` of the set.
        scale: ``ordinal`` or ``value``: true-to-value places of the curves.
        view: ``curves`` or ``heat`` maps; None: whichever reads better.
        theme: ``light`` or ``dark``.
        page: Which page of sheets, where one figure cannot hold them all.
    """

    by: Sequence[str] | None = None
    width: int = 900
    title: str = ""
    pictures: Literal["all", "middle"] = "all"
    scale: Literal["ordinal", "value"] = "ordinal"
    view: Literal["curves", "heat"] | None = None
    theme: Literal["light", "dark"] = "light"
    page: int = 1


def figure(
    design: Design,
    tasks: Sequence[Task | None],
    numbers: Numbers,
    wanted: Sequence[str] | None,
    look: Look,
) -> plots.SweepFigure:
    """Draw a sweep; see `Sweep.plot`."""
    from .. import plots

    shown = _axes_shown(design, look.by)
    axes = [plots.Axis(name, tuple(design.axes[name])) for name in shown]
    names = _default_metrics(shown) if wanted is None else names_of(numbers, wanted)
    curves = [_curve(name, numbers, repeated=design.repeat > 1) for name in names]
    cells = _plot_cells(design, tasks, numbers, shown, middle=look.pictures == "middle")
    try:
        return _drawn(cells, axes, curves, look, look.title or _title(design), _caption(design))
    except ValueError as error:
        raise InvalidRequest(str(error)) from error


def _drawn(
    cells: Sequence[plots.Cell],
    axes: Sequence[plots.Axis],
    curves: Sequence[plots.Curve],
    look: Look,
    title: str,
    caption: str,
) -> plots.SweepFigure:
    from .. import plots

    how: dict[str, Any] = {"width": look.width, "pictures": look.pictures, "theme": look.theme}
    if len(axes) == 1:
        return plots.strip(cells, axes[0], curves, title=title, caption=caption, scale=look.scale, **how)
    if len(axes) == 2:
        how |= {"scale": look.scale, "view": look.view}
        return plots.grid(cells, axes[0], axes[1], curves, title=title, caption=caption, **how)
    how |= {"view": look.view, "page": look.page}
    return plots.sheets(cells, axes, curves, title=title, caption=caption, **how)


def _axes_shown(design: Design, by: Sequence[str] | None) -> list[str]:
    """Return the axes in the order they are laid out: numbers first, words such as the prompt as sheets."""
    if by is not None:
        if unknown := [name for name in by if name not in design.axes]:
            raise InvalidRequest(
                f"{unknown[0]!r} is no axis of this sweep", hint=f"There are {', '.join(design.axes)}."
            )
        if missing := [name for name, values in design.axes.items() if len(values) > 1 and name not in by]:
            raise InvalidRequest(f"the axis {missing[0]!r} is not laid out", hint="Name every axis in by=…")
        return list(by)
    shown = [name for name, values in design.axes.items() if len(values) > 1] or list(design.axes)
    if not shown:
        raise InvalidRequest(
            "one cell has no axis to draw", hint="Give a parameter several values, or show the task."
        )
    return sorted(shown, key=lambda name: name in LAST) if len(shown) > 2 else shown


def _default_metrics(shown: Sequence[str]) -> list[str]:
    """Return the metrics that answer to the swept parameters, taken in turn from each, at most four."""
    table = rows(Generate)
    answering = [table[name].metrics for name in shown if name in table]
    in_turn = [names[k] for k in range(MOST_CURVES) for names in answering if k < len(names)]
    return list(dict.fromkeys(in_turn))[:MOST_CURVES] or list(FALLBACK)


def _curve(name: str, numbers: Numbers, *, repeated: bool) -> plots.Curve:
    """Return a metric's words; bars are of the repetitions where there are any, else of the set itself."""
    from .. import plots

    fact = numbers.facts[name]
    error = "Bradley-Terry SE" if fact.source == BRADLEY else "jackknife SE"
    return plots.Curve(name, fact.label, fact.unit, "SE" if repeated else error)


def _plot_cells(
    design: Design, tasks: Sequence[Task | None], numbers: Numbers, shown: Sequence[str], *, middle: bool
) -> list[plots.Cell]:
    """Return what stands at each place; repetitions share one: all their numbers, the first's pictures."""
    places = [list(design.axes).index(name) for name in shown]
    grouped: defaultdict[tuple[Any, ...], list[Task | None]] = defaultdict(list)
    for cell, task in zip(design.cells, tasks, strict=True):
        grouped[tuple(cell.at[place] for place in places)].append(task)
    side = _side(sum(len(_here(task)) for task in tasks if task is not None))
    return [_plot_cell(at, group, numbers, side, middle=middle) for at, group in grouped.items()]


def _plot_cell(
    at: tuple[Any, ...], group: Sequence[Task | None], numbers: Numbers, side: int, *, middle: bool
) -> plots.Cell:
    from .. import plots

    with_pictures = [(task, here) for task in group if task is not None and (here := _here(task))]
    images = [image for _, here in with_pictures for image in here]
    values: defaultdict[str, list[float]] = defaultdict(list)
    for image in images:
        for name, value in numbers.pictures.get(str(image.sha256), {}).items():
            values[name].append(value)
    sets = [numbers.sets[task.id] for task, _ in with_pictures if task.id in numbers.sets]
    if not with_pictures:
        return plots.Cell(at, (), dict(values), _joined(sets), _note(group))
    task, first = with_pictures[0]
    shown = tuple(_thumbnails(first, side))
    chosen = _middle(shown) if middle and shown else None
    line = hide(f"%mj {task.to_magic()}", secrets(None, [task]))
    return plots.Cell(at, shown, dict(values), _joined(sets), middle=chosen, line=line)


def _here(task: Task) -> list[TaskImage]:
    return [image for image in task.images if image.state == "stored"]


def _thumbnails(images: Sequence[TaskImage], side: int) -> list[Any]:
    """Return small pictures; of very many, smaller ones, or they fill the memory (0.4 MB each at 384 px).

    A picture that is damaged or gone is left out: `Sweep.notes` tells of it.
    """
    found = []
    for image in images:
        with contextlib.suppress(MediaError, OSError, SyntaxError, ValueError):
            picture = Image.open(io.BytesIO(image.thumbnail()))
            picture.draft("RGB", (side, side))  # not decoded yet: JPEG can leave out what is not wanted
            found.append(picture)
    return found


def _middle(pictures: Sequence[Image.Image]) -> int:
    """Return which picture looks most like the others of its set, from 0."""
    from .. import metrics

    return metrics.middle([metrics.look(picture).descriptor for picture in pictures])


def _side(pictures: int) -> int:
    """Return how large pictures are shown when there are so many, in pixels."""
    return next((side for side, most in SIDES.items() if pictures <= most), min(SIDES))


def _joined(sets: Sequence[Mapping[str, Number]]) -> dict[str, Number]:
    """Return a set metric over repetitions: its mean, and the standard error of the mean (s / sqrt n).

    A repetition that alone has a number keeps its own error: a task may be unrated.
    """
    joined: dict[str, Number] = {}
    for name in {name for one in sets for name in one}:
        known = [one[name] for one in sets if name in one and not math.isnan(one[name][0])]
        if len(known) == 1:
            joined[name] = known[0]
            continue
        found = [value for value, _ in known]
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
    why = hide(task.entry.error or (errors[0] if errors else ""), secrets(None, [task]))
    return f"{task.state}: {why}" if why else task.state


def _title(design: Design) -> str:
    return f"“{design.title}”"


def _caption(design: Design) -> str:
    shown = {n: v for n, v in public(design.fixed).items() if n not in ("file_urls", "prompt")}
    fixed = ", ".join(f"{name} {value}" for name, value in shown.items())
    repeats = f"{design.repeat} tasks per cell" if design.repeat > 1 else ""
    return " · ".join(part for part in (fixed, repeats) if part)
