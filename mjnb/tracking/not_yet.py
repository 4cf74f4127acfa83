"""What a service does not say yet: how long "no such task" and "no results" are taken for lateness.

All of it goes by a clock that nobody sets.
"""

from __future__ import annotations

import time

from ..api import Record
from .handle import Task

SHORTEST, GROWTH = 1.0, 0.4  # seconds until the next look, and more by this part of the time since the first
UNKNOWN = 30.0  # seconds after a submit in which "no such record" means "not yet"
RESULTS = 180.0  # seconds after a success in which "no results" means "not yet"
LOOKS = 5  # such answers, at least, before that is believed


class NotYet:
    """The tasks of one tracker whose records are late.

    Args:
        time_scale: How much faster than the service the server's clock runs.
    """

    def __init__(self, time_scale: float) -> None:
        self._scale = time_scale
        self._taken: dict[str, float] = {}  # when each was taken
        self._missing: dict[str, float] = {}  # since when the service says that it knows none such
        self._empty: dict[str, tuple[float, int]] = {}  # since when, and how often, it named no results

    def age(self, task: Task) -> float:
        """Return the seconds since a task was taken; the wall clock is read once, since it may be set."""
        if task.id not in self._taken:
            taken = (task.entry.submitted_at or task.entry.created_at) / 1000
            self._taken[task.id] = time.monotonic() - max(0.0, time.time() - taken)
        return time.monotonic() - self._taken[task.id]

    def may_be_made(self, task: Task) -> bool:
        """Return whether a task that the service does not know may still get its record."""
        since = self._missing.setdefault(task.id, time.monotonic() - SHORTEST / self._scale)
        return min(time.monotonic() - since, self.age(task)) <= UNKNOWN / self._scale

    def is_there(self, task: Task) -> None:
        """Take in that the service knows a task."""
        self._missing.pop(task.id, None)

    def may_have_results(self, task: Task, record: Record) -> bool:
        """Return whether a success names no results, and may still name some."""
        if not record.succeeded or record.urls:
            return False
        since, looks = self._empty.get(task.id, (time.monotonic(), 0))
        self._empty[task.id] = (since, looks + 1)
        return looks < LOOKS or time.monotonic() - since < RESULTS / self._scale

    def pause(self, task: Task) -> float:
        """Return how many seconds later to look again at a task of which something is late."""
        now = time.monotonic()
        since = min(self._missing.get(task.id, now), self._empty.get(task.id, (now, 0))[0])
        return SHORTEST / self._scale + GROWTH * (now - since)

    def forget(self, task: Task) -> None:
        """Forget a task that is settled."""
        for known in (self._taken, self._missing, self._empty):
            known.pop(task.id, None)
