"""What measuring has to tell: numbers by picture and by task, what has none, and how far it is."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .. import display
from ..tracking import TaskImage

if TYPE_CHECKING:
    from ..metrics import Metric

Number = tuple[float, float]  # value and its standard error; NaN where there is none
Line = tuple[str, str, int, float | None, float | None]  # as the ledger takes them
MANY = 24  # things to measure from which on progress is shown


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


class Faults:
    """What has no number, gathered by metric and reason, so that a hundred alike make one line."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], list[str]] = {}

    def add(self, metric: str, what: TaskImage | str, why: str) -> None:
        """Take note of one picture, or of one task's set."""
        name = (
            what if isinstance(what, str) else f"picture {what.number} of task {display.short(what.task.id)}"
        )
        self._found.setdefault((metric, why), []).append(name)

    def told(self) -> list[str]:
        """Return one sentence per metric and reason."""
        return [
            f"{metric}: no number for {names[0]}"
            + (f" and {len(names) - 1} more" * (len(names) > 1))
            + f": {why}"
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


def subject(images: Sequence[TaskImage]) -> str:
    """Return the name of a set of pictures: the hash of their hashes, in order."""
    return hashlib.sha256("".join(str(image.sha256) for image in images).encode()).hexdigest()


def null(value: float) -> float | None:
    """Return a number for a table: NaN is none, and so is infinity, for which JSON has no word."""
    return float(value) if math.isfinite(value) else None


def nan(value: float | None) -> float:
    """Return a number from a table: none is NaN."""
    return math.nan if value is None else value
