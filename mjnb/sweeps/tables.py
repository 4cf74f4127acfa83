"""A sweep as polars frames: its cells, and its pictures with their numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..params import Generate, rows
from ..tracking import Task, TaskImage
from .design import Design
from .measuring import Number, Numbers, null

if TYPE_CHECKING:
    import polars as pl


def cell_frame(design: Design, columns: Mapping[str, Sequence[Any]]) -> pl.DataFrame:
    """Return one row per cell: its values, its repetition, and further columns."""
    from .. import frames

    places = {name: [cell.at[k] for cell in design.cells] for k, name in enumerate(design.axes)}
    repeats = [cell.repeat for cell in design.cells]
    kinds = {"repeat": "integer", "state": "text", "credits": "real", "task": "text"}
    types = {**_axis_kinds(design), **{name: kinds[name] for name in ("repeat", *columns)}}
    return frames.frame({**places, "repeat": repeats, **columns}, types)


def picture_frame(design: Design, tasks: Sequence[Task | None], numbers: Numbers) -> pl.DataFrame:
    """Return one row per picture: cell values, task, file, picture metrics, and metrics of its set."""
    from .. import frames
    from ..metrics import METRICS

    own = [name for name, metric in METRICS.items() if metric.per == "picture"]
    of_set = [name for name, metric in METRICS.items() if metric.per == "set"]
    types = (
        _axis_kinds(design)
        | {"cell": "integer", "repeat": "integer", "task": "text", "state": "text"}
        | {"number": "integer", "sha256": "text", "path": "text"}
        | dict.fromkeys(own, "real")
        | {name + part: "real" for name in of_set for part in ("", "_se")}
        | {"error": "text"}
    )
    columns: defaultdict[str, list[Any]] = defaultdict(list)
    for cell, task in zip(design.cells, tasks, strict=True):
        images: list[TaskImage | None] = list(task.images) if task is not None else []
        for image in images or [None]:
            row = dict(zip(design.axes, cell.at, strict=True)) | {"cell": cell.number, "repeat": cell.repeat}
            row |= _task_columns(task) | _image_columns(image, numbers)
            row |= _set_columns(numbers.sets.get(task.id if task else "", {}))
            for name in types:
                columns[name].append(row.get(name))
    return frames.frame({name: columns[name] for name in types}, types)


def _axis_kinds(design: Design) -> dict[str, str]:
    return {name: rows(Generate)[name].domain.kind for name in design.axes}


def _task_columns(task: Task | None) -> dict[str, Any]:
    if task is None:
        return {"state": "to pay"}
    return {"task": task.id, "state": task.state, "error": task.entry.error}


def _image_columns(image: TaskImage | None, numbers: Numbers) -> dict[str, Any]:
    if image is None:
        return {}
    found: dict[str, Any] = {"number": image.number, "sha256": image.sha256, "error": image.error}
    if image.state == "stored":
        found |= {"path": str(image.path), **numbers.pictures.get(str(image.sha256), {})}
    return found


def _set_columns(found: Mapping[str, Number]) -> dict[str, float | None]:
    values = {name: null(value) for name, (value, _) in found.items()}
    return values | {f"{name}_se": null(error) for name, (_, error) in found.items()}
