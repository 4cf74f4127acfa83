"""From pictures to numbers, computed once: the ledger keeps them by content and metric version."""

from __future__ import annotations

import hashlib
import math
import time
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .. import display
from ..ledger import Ledger
from ..tracking import Task, TaskImage
from .own import Owns

if TYPE_CHECKING:
    from ..metrics import Measured, Metric

Number = tuple[float, float]  # value and its standard error; NaN where there is none
Line = tuple[str, str, int, float | None, float | None]  # as the ledger takes them
MANY = 24  # pictures to measure from which on progress is shown
BATCH = 25  # tasks after which numbers are written to the ledger


class MetricWarning(UserWarning):
    """A metric has no number for some picture; all the others have."""


@dataclass(frozen=True)
class Numbers:
    """What was measured.

    Attributes:
        pictures: By a picture's hash and the metric's name.
        sets: Value and standard error by a task's id and the metric's name, for its set of pictures.
        facts: The table of all metrics that these are numbers of.
    """

    pictures: Mapping[str, Mapping[str, float]]
    sets: Mapping[str, Mapping[str, Number]]
    facts: Mapping[str, Metric] = field(default_factory=dict)


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
        self._tell(faults.told())
        held, facts = self.held, {**METRICS, **self.held.facts, **self.own.facts()}
        return Numbers(
            {s: {**held.pictures.get(s, {}), **v, **own_pictures.get(s, {})} for s, v in pictures.items()},
            {t: {**held.sets.get(t, {}), **v, **own_sets.get(t, {})} for t, v in of_sets.items()},
            facts,
        )

    def _tell(self, notes: Sequence[str]) -> None:
        fresh = [note for note in notes if note not in self.notes]
        self.notes += fresh
        if fresh:
            warnings.warn("\n".join(fresh), MetricWarning, stacklevel=4)


class Faults:
    """What has no number, gathered by metric and reason, so that a hundred alike make one line."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], list[str]] = {}

    def add(self, metric: str, what: TaskImage | str, why: str) -> None:
        """Take note of one picture, or of one task's set."""
        name = what if isinstance(what, str) else f"picture {what.number} of task {display.short(what.task.id)}"
        self._found.setdefault((metric, why), []).append(name)

    def told(self) -> list[str]:
        """Return one sentence per metric and reason."""
        return [
            f"{metric}: no number for {names[0]}" + (f" and {len(names) - 1} more" * (len(names) > 1)) + f": {why}"
            for (metric, why), names in self._found.items()
        ]


class Progress:
    """A line that says how far measuring is; nothing is shown for a few pictures."""

    def __init__(self, total: int, what: str = "measuring pictures") -> None:
        self._total, self._what, self._done, self._next = total, what, 0, 0.0
        self._live = display.Live() if total >= MANY else None

    def step(self) -> None:
        """One more is done."""
        self._done += 1
        if self._live is not None and (time.monotonic() >= self._next or self._done == self._total):
            self._next = time.monotonic() + 0.3
            text = f"{self._what}: {self._done} of {self._total}"
            self._live.show(text, display.notice_html(text))
            if self._done == self._total:
                self._live.end()


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
            numbers = _numbers_of_set(measured)
            pictures |= {sha: one.values for sha, one in measured.items()}
            of_sets[task_id] = numbers
            fresh += [line for sha, one in measured.items() for line in _picture_lines(sha, one)]
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
) -> Iterator[tuple[str, bool, dict[str, Measured]]]:
    """Yield every task with what was measured of its pictures, and whether that is all of them."""
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
        outcomes = {str(image.sha256): found[str(image.sha256)] for image in images}
        good = {sha: one for sha, one in outcomes.items() if not isinstance(one, Unmeasured)}
        yield task_id, len(good) == len(outcomes), good


def _numbers_of_set(measured: Mapping[str, Measured]) -> dict[str, Number]:
    from .. import metrics

    return dict(metrics.measure_set(list(measured.values())))


def _picture_lines(sha: str, measured: Measured) -> list[Line]:
    return _lines(sha, {name: (value, math.nan) for name, value in measured.values.items()})


def _lines(name: str, numbers: Mapping[str, Number]) -> list[Line]:
    from ..metrics import METRICS

    return [(name, m, METRICS[m].version, null(v), null(error)) for m, (v, error) in numbers.items()]


def subject(images: Sequence[TaskImage]) -> str:
    """Return the name of a set of pictures: the hash of their hashes, in order."""
    return hashlib.sha256("".join(str(image.sha256) for image in images).encode()).hexdigest()


def null(value: float) -> float | None:
    """Return a number for a table: NaN is none."""
    return None if math.isnan(value) else float(value)


def nan(value: float | None) -> float:
    """Return a number from a table: none is NaN."""
    return math.nan if value is None else value
