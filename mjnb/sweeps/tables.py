"""A sweep as polars frames: its cells, and its pictures with their numbers."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..tracking import Task, TaskImage
from .design import Design
from .numbers import Number, Numbers, null

if TYPE_CHECKING:
    import polars as pl

PLACE = {"cell": "integer", "repeat": "integer", "task": "text", "state": "text"}
FILE = {"number": "integer", "sha256": "text", "path": "text"}
WORDS = (
    "error", "credits", "origin", "rating", "rating_se", "preference", "preference_se", "predicted",
    "planned",
)  # fmt: skip
Extra = Mapping[tuple[str, int], Mapping[str, float]]  # further numbers by task and number of a picture


def cell_frame(design: Design, columns: Mapping[str, Sequence[Any]]) -> pl.DataFrame:
    """Return one row per cell: its values, its repetition, and further columns."""
    from .. import frames

    places = {name: [cell.at[k] for cell in design.cells] for k, name in enumerate(design.axes)}
    repeats = [cell.repeat for cell in design.cells]
    kinds = {"repeat": "integer", "state": "text", "credits": "real", "task": "text"}
    types = {**design.kinds, **{name: kinds[name] for name in ("repeat", *columns)}}
    return frames.frame({**places, "repeat": repeats, **columns}, types)


def picture_frame(
    design: Design,
    tasks: Sequence[Task | None],
    numbers: Numbers,
    extra: Extra | None = None,
    more: Sequence[str] = (),
) -> pl.DataFrame:
    """Return one row per picture: cell values, task, file, picture metrics, and metrics of its set.

    Args:
        design: The cells.
        tasks: The task of every cell.
        numbers: What was measured; what has no number is null.
        extra: Further numbers of single pictures.
        more: Their names.
    """
    from .. import frames

    own = [name for name, metric in numbers.facts.items() if metric.per == "picture"]
    of_set = [name for name, metric in numbers.facts.items() if metric.per == "set"]
    types = (
        design.kinds
        | PLACE
        | FILE
        | dict.fromkeys(own, "real")
        | {name + part: "real" for name in of_set for part in ("", "_se")}
        | dict.fromkeys(more, "real")
        | {"error": "text"}
    )
    columns: defaultdict[str, list[Any]] = defaultdict(list)
    for cell, task in zip(design.cells, tasks, strict=True):
        images: list[TaskImage | None] = list(task.images) if task is not None else []
        for image in images or [None]:
            row = dict(zip(design.axes, cell.at, strict=True)) | {"cell": cell.number, "repeat": cell.repeat}
            row |= _task_columns(task) | _image_columns(image, numbers, extra or {})
            row |= _set_columns(numbers.sets.get(task.id if task else "", {}))
            for name in types:
                columns[name].append(row.get(name))
    return frames.frame({name: columns[name] for name in types}, types)


def columns_taken(design: Design) -> set[str]:
    """Return the names of columns that a metric of the user's cannot have."""
    return {*design.axes, *reserved()}


def reserved() -> set[str]:
    """Return the names of all columns of a sweep's tables but its axes and metrics of the user's."""
    from ..metrics import DISTANCES, METRICS

    of_sets = [name + "_se" for name, metric in METRICS.items() if metric.per == "set"]
    embedded = ("embedding", "embedding_vendi", "embedding_diversity", "embedding_distance")
    return {*PLACE, *FILE, *METRICS, *of_sets, *DISTANCES, *embedded, *WORDS}


def _task_columns(task: Task | None) -> dict[str, Any]:
    if task is None:
        return {"state": "to pay"}
    return {"task": task.id, "state": task.state, "error": task.entry.error}


def _image_columns(image: TaskImage | None, numbers: Numbers, extra: Extra) -> dict[str, Any]:
    if image is None:
        return {}
    found: dict[str, Any] = {"number": image.number, "sha256": image.sha256, "error": image.error}
    if image.state == "stored":
        values = {
            **numbers.pictures.get(str(image.sha256), {}),
            **extra.get((image.task.id, image.number), {}),
        }
        found |= {"path": str(image.path), **{name: null(value) for name, value in values.items()}}
    return found


def _set_columns(found: Mapping[str, Number]) -> dict[str, float | None]:
    values = {name: null(value) for name, (value, _) in found.items()}
    return values | {f"{name}_se": null(error) for name, (_, error) in found.items()}


def task_means(
    tasks: Sequence[Task | None], numbers: Numbers, wanted: Sequence[str]
) -> dict[str, list[float]]:
    """Return one number per task and metric: the mean of its pictures, or that of its set; NaN for none.

    The pictures of a task share one draw of the service, so that the task is what may be counted.
    """
    found: dict[str, list[float]] = {name: [] for name in wanted}
    for task in tasks:
        for name in wanted:
            found[name].append(_task_mean(task, numbers, name))
    return found


def _task_mean(task: Task | None, numbers: Numbers, name: str) -> float:
    if task is None:
        return math.nan
    if numbers.facts[name].per == "set":
        return numbers.sets.get(task.id, {}).get(name, (math.nan, math.nan))[0]
    shas = [str(image.sha256) for image in task.images if image.state == "stored"]
    values = [numbers.pictures.get(sha, {}).get(name, math.nan) for sha in shas]
    known = [value for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan
