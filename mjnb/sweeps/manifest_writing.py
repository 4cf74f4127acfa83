"""``sweep.json`` as `manifest` reads it: what may be known elsewhere, and nothing private."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from typing import Any

from ..tracking import Task, TaskImage
from ..tracking.fetching import without_callback
from .design import Design
from .manifest import FORMAT
from .numbers import Numbers, null
from .private import hide, public

PRIVATE = ("nonce", "session")  # of a task: they mean nothing elsewhere


@dataclass(frozen=True)
class Copied:
    """A picture's file in the folder: its name, and its hash where that is not the picture's own."""

    name: str
    sha256: str | None = None


def manifest(
    design: Design,
    tasks: Sequence[Task | None],
    files: Mapping[tuple[str, int], Copied],
    numbers: Numbers,
    secrets: Set[str],
) -> str:
    """Return the text of ``sweep.json``.

    Args:
        design: The cells.
        tasks: The task of every cell.
        files: What was copied, by task and number of a picture.
        numbers: What was measured.
        secrets: What must not be told.
    """
    pairs = [(cell, task) for cell, task in zip(design.cells, tasks, strict=True) if task is not None]
    spec = json.loads(design.to_json())
    told = {
        "format": FORMAT,
        "design": spec | {"fixed": public(spec["fixed"])},
        "tasks": [_task_line(task, secrets) | {"cell": cell.number} for cell, task in pairs],
        "pictures": [
            _picture_line(image, files.get((task.id, image.number)), secrets)
            for _, task in pairs
            for image in task.images
        ],
        "numbers": _numbers(numbers),
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def _task_line(task: Task, secrets: Set[str]) -> dict[str, Any]:
    line = {name: value for name, value in asdict(task.entry).items() if name not in PRIVATE}
    line |= {name: without_callback(line[name]) for name in ("param_json", "server_param_json") if line[name]}
    return {name: hide(value, secrets) if isinstance(value, str) else value for name, value in line.items()}


def _picture_line(image: TaskImage, copied: Copied | None, secrets: Set[str]) -> dict[str, Any]:
    line: dict[str, Any] = {
        "task": image.task.id,
        "number": image.number,
        "sha256": image.sha256,
        "state": image.state,
        "file": copied.name if copied else None,
        "error": hide(image.error, secrets) if image.error else None,
        "width": image.width,
        "height": image.height,
        "url": image.url,
    }
    return line | ({"file_sha256": copied.sha256} if copied and copied.sha256 else {})


def _numbers(numbers: Numbers) -> dict[str, Any]:
    facts = {name: asdict(fact) for name, fact in numbers.facts.items()}
    for fact in facts.values():
        fact |= {end: _finite(fact[end]) for end in ("low", "high")}
    return {
        "facts": facts,
        "pictures": {s: {n: _finite(v) for n, v in found.items()} for s, found in numbers.pictures.items()},
        "sets": {
            t: {n: [_finite(v), _finite(e)] for n, (v, e) in found.items()}
            for t, found in numbers.sets.items()
        },
    }


def _finite(value: float) -> float | None:
    """Return a number for JSON, which knows neither NaN nor infinity."""
    return None if math.isinf(value) else null(value)
