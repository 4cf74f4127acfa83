"""From pictures to numbers, computed once: the ledger keeps them by content and metric version."""

from __future__ import annotations

import math
import sys
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..ledger import Ledger
from ..tracking import Task, TaskImage
from .numbers import Faults, Line, MetricWarning, Number, Numbers, Progress, nan, null, subject
from .own import Owns

if TYPE_CHECKING:
    from ..metrics import Measured

__all__ = ["Measures", "MetricWarning", "Number", "Numbers", "measure", "null"]
PACKAGE = f"{__name__.partition('.')[0]}."
SHOWN = 8  # notes in one warning
BATCH = 25  # tasks after which numbers are written to the ledger


class Measures:
    """What a sweep measures, beside the default set, and what could not be measured.

    Attributes:
        own: Metrics of the user's, and an embedding.
        notes: What has no number and why, once each.
        held: Numbers that came from elsewhere with the sweep, for what cannot be computed here.
    """

    def __init__(self, held: Numbers | None = None) -> None:
        self.own = Owns()
        self.notes: list[str] = []
        self.held = held or Numbers({}, {})

    def copy(self) -> Measures:
        """Return the same metrics and notes for another sweep."""
        other = Measures(self.held)
        other.own, other.notes = self.own.copy(), list(self.notes)
        return other

    def declare(
        self, functions: Iterable[Callable[[Any], Any]], named: Mapping[str, Any], taken: Collection[str]
    ) -> None:
        """Take metrics of the user's; see `Sweep.measure`."""
        self.own.declare(functions, named, taken)

    def read(self, ledger: Ledger, tasks: Iterable[Task]) -> Numbers:
        """Return every metric of every picture that is here, computed once per content and version.

        Warns with `MetricWarning`, once, of pictures for which a metric has no number; the rest goes on.
        """
        from ..metrics import METRICS

        sets = {task.id: here for task in tasks if (here := [i for i in task.images if i.state == "stored"])}
        faults = Faults()
        pictures, of_sets = _defaults(ledger, sets, faults)
        own_pictures, own_sets = self.own.read(ledger, sets, faults.add)
        self.tell(faults.told())
        held, facts = self.held, {**METRICS, **self.held.facts, **self.own.facts()}
        return Numbers(
            {s: {**held.pictures.get(s, {}), **v, **own_pictures.get(s, {})} for s, v in pictures.items()},
            {t: {**held.sets.get(t, {}), **v, **own_sets.get(t, {})} for t, v in of_sets.items()},
            facts,
        )

    def tell(self, notes: Sequence[str]) -> None:
        """Take note of what has no number, and warn of what is new."""
        fresh = [note for note in notes if note not in self.notes]
        self.notes += fresh
        if fresh:
            more = [f"… and {len(fresh) - SHOWN} more in sweep.notes"] if len(fresh) > SHOWN else []
            warnings.warn("\n".join([*fresh[:SHOWN], *more]), MetricWarning, _depth())


def _depth() -> int:
    """Return how many frames above its caller the code stands that called the package: a user's cell."""
    frame, depth = sys._getframe(1), 1
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).startswith(PACKAGE):
        frame, depth = frame.f_back, depth + 1
    return depth


def measure(ledger: Ledger, tasks: Iterable[Task]) -> Numbers:
    """Return the default metrics of every picture that is here."""
    return Measures().read(ledger, tasks)


def _defaults(
    ledger: Ledger, sets: Mapping[str, Sequence[TaskImage]], faults: Faults
) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, Number]]]:
    """Return the default set of metrics, from the ledger or measured now."""
    subjects = {task_id: subject(images) for task_id, images in sets.items()}
    shas = {str(image.sha256) for images in sets.values() for image in images}
    known = _Known(ledger.metrics([*shas, *subjects.values()]))
    pictures = {sha: {n: v for n, (v, _) in known.of(sha, "picture").items()} for sha in shas}
    of_sets = {task_id: known.of(name, "set") for task_id, name in subjects.items()}
    missing = {
        task_id: images
        for task_id, images in sets.items()
        if not of_sets[task_id] or not all(pictures[str(image.sha256)] for image in images)
    }
    fresh: list[Line] = []
    try:
        for done, (task_id, whole, measured) in enumerate(_measured(missing, faults), 1):
            numbers = _numbers_of_set([one for _, one in measured])
            pictures |= {sha: one.values for sha, one in measured}
            of_sets[task_id] = numbers
            fresh += [line for sha, one in measured for line in _picture_lines(sha, one)]
            fresh += _lines(subjects[task_id], numbers) if whole else []
            if done % BATCH == 0:
                ledger.put_metrics(fresh)
                fresh = []
    finally:
        ledger.put_metrics(dict.fromkeys(fresh))
    return pictures, of_sets


class _Known:
    """Cached numbers, as far as all of a kind are there in their present versions."""

    def __init__(self, cached: Mapping[tuple[str, str, int], tuple[float | None, float | None]]) -> None:
        self._cached = cached

    def of(self, name: str, per: str) -> dict[str, Number]:
        from ..metrics import METRICS

        wanted = {m.name: (name, m.name, m.version) for m in METRICS.values() if m.per == per}
        if any(key not in self._cached for key in wanted.values()):
            return {}
        found = {metric: self._cached[key] for metric, key in wanted.items()}
        return {metric: (nan(value), nan(error)) for metric, (value, error) in found.items()}


def _measured(
    sets: Mapping[str, Sequence[TaskImage]], faults: Faults
) -> Iterator[tuple[str, bool, list[tuple[str, Measured]]]]:
    """Yield every task, whether all of its pictures were measured, and what was, by their hashes."""
    from ..metrics import Unmeasured, measure_all

    unique = {str(image.sha256): image for images in sets.values() for image in images}
    if not unique:
        return
    folder = next(iter(unique.values())).task.keeper.store.folder
    running = zip(unique.values(), measure_all(folder, [i.stored for i in unique.values()]), strict=True)
    progress, found = Progress(len(unique)), dict[str, Any]()
    for task_id, images in sets.items():
        for image in images:
            while str(image.sha256) not in found:
                one, outcome = next(running)
                found[str(one.sha256)] = outcome
                progress.step()
                if isinstance(outcome, Unmeasured):
                    faults.add("metrics", one, outcome.why)
        outcomes = [(str(image.sha256), found[str(image.sha256)]) for image in images]
        good = [(sha, one) for sha, one in outcomes if not isinstance(one, Unmeasured)]
        yield task_id, len(good) == len(outcomes), good


def _numbers_of_set(measured: Sequence[Measured]) -> dict[str, Number]:
    from .. import metrics

    return dict(metrics.measure_set(measured))


def _picture_lines(sha: str, measured: Measured) -> list[Line]:
    return _lines(sha, {name: (value, math.nan) for name, value in measured.values.items()})


def _lines(name: str, numbers: Mapping[str, Number]) -> list[Line]:
    from ..metrics import METRICS

    return [(name, m, METRICS[m].version, null(v), null(error)) for m, (v, error) in numbers.items()]
