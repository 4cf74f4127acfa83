"""From pictures to numbers, computed once: the ledger keeps them by content and metric version."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..ledger import Ledger
from ..tracking import Task, TaskImage

Number = tuple[float, float]  # value and its standard error; NaN where there is none


@dataclass(frozen=True)
class Numbers:
    """Metrics of pictures, by their hash, and of tasks' sets of pictures, by the task's id."""

    pictures: Mapping[str, Mapping[str, float]]
    sets: Mapping[str, Mapping[str, Number]]


def measure(ledger: Ledger, tasks: Iterable[Task]) -> Numbers:
    """Return every metric of every picture that is here, computed once per content and metric version."""
    from ..metrics import METRICS

    sets = {task.id: here for task in tasks if (here := [i for i in task.images if i.state == "stored"])}
    subjects = {task_id: _subject(images) for task_id, images in sets.items()}
    shas = {str(image.sha256) for images in sets.values() for image in images}
    cached = ledger.metrics([*shas, *subjects.values()])

    def known(subject: str, per: str) -> dict[str, Number]:
        wanted = [metric for metric in METRICS.values() if metric.per == per]
        found = {
            m.name: cached[subject, m.name, m.version]
            for m in wanted
            if (subject, m.name, m.version) in cached
        }
        whole = len(found) == len(wanted)
        return {name: (_nan(value), _nan(error)) for name, (value, error) in found.items()} if whole else {}

    pictures = {sha: known(sha, "picture") for sha in shas}
    of_sets = {task_id: known(subject, "set") for task_id, subject in subjects.items()}
    fresh: list[tuple[str, str, int, float | None, float | None]] = []
    for task_id, images in sets.items():
        if of_sets[task_id] and all(pictures[str(image.sha256)] for image in images):
            continue
        of_pictures, of_set = _measure_set(images)
        pictures |= of_pictures
        of_sets[task_id] = of_set
        lines = {**of_pictures, subjects[task_id]: of_set}
        fresh += [
            (subject, name, METRICS[name].version, null(value), null(error))
            for subject, numbers in lines.items()
            for name, (value, error) in numbers.items()
        ]
    ledger.put_metrics(fresh)
    return Numbers({sha: {n: v for n, (v, _) in found.items()} for sha, found in pictures.items()}, of_sets)


def _measure_set(images: Sequence[TaskImage]) -> tuple[dict[str, dict[str, Number]], dict[str, Number]]:
    from .. import metrics

    measured = {}
    for image in images:
        with image.open() as picture:
            measured[str(image.sha256)] = metrics.measure(picture)
    of_pictures = {sha: {n: (v, math.nan) for n, v in m.values.items()} for sha, m in measured.items()}
    return of_pictures, dict(metrics.measure_set([measured[str(image.sha256)] for image in images]))


def _subject(images: Sequence[TaskImage]) -> str:
    """Return the name of a set of pictures: the hash of their hashes, in order."""
    return hashlib.sha256("".join(str(image.sha256) for image in images).encode()).hexdigest()


def null(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _nan(value: float | None) -> float:
    return math.nan if value is None else value
