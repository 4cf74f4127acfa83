"""When to look whether a task is done: first when a result can be there, then ever less often.

What "can be there" means is learned from how long tasks of the same kind took; while little is known, the
pause is a share of the task's age.
"""

from __future__ import annotations

from collections.abc import Callable

SHORTEST, LONGEST = 1.0, 30.0  # seconds between looks
MOST = 400  # latencies of a kind that are kept
ENOUGH = 3  # latencies from which quantiles mean something
EARLIEST = 0.1  # share of the usual time before the first look, while little is known
GROWTH = 0.4  # share of its age that a task is left alone, while little is known
USUAL = {"turbo": 35.0, "fast": 60.0, "relaxed": 215.0}  # seconds, until the ledger knows better

Kind = tuple[str, str | None]  # task type and speed
Past = Callable[[str, str | None], list[float]]


class Schedule:
    """Pauses between looks, for every kind of task.

    Args:
        past: Returns how long the latest tasks of a type and speed took, in seconds.
        time_scale: How much faster than the service the server's clock runs.
    """

    def __init__(self, past: Past, time_scale: float = 1.0) -> None:
        self._past, self._scale = past, time_scale
        self._known: dict[Kind, list[float]] = {}

    def learn(self, kind: Kind, seconds: float) -> None:
        """Take in how long a task took."""
        known = self._latencies(kind)
        known.append(seconds)
        known.sort()
        if len(known) > MOST:
            del known[::2]  # every other one of an ordered list: the quantiles stay

    def expected(self, kind: Kind) -> float:
        """Return how long such a task usually takes, in seconds: the median."""
        known = self._latencies(kind)
        return quantile(known, 0.5) if known else USUAL.get(kind[1] or "relaxed", 215.0) / self._scale

    def pause(self, kind: Kind, age: float, *, told: bool = False) -> float:
        """Return how long to wait before the next look.

        Args:
            kind: Task type and speed.
            age: Seconds since the task was taken; below 0, where a clock was set back, counts as 0.
            told: Whether the service reports the end by itself: then looking is only the safety net.
        """
        return max(self._pause(kind, max(0.0, age)), LONGEST / self._scale if told else 0.0)

    def _pause(self, kind: Kind, age: float) -> float:
        known = self._latencies(kind)
        if len(known) < ENOUGH:
            first = EARLIEST * self.expected(kind)
            return self._within(first - age if age < first else GROWTH * age)
        low, high = quantile(known, 0.05), quantile(known, 0.95)
        if age < low:
            return low - age
        return self._within((high - low) / 4 if age < high else age / 8)

    def _within(self, pause: float) -> float:
        return min(max(pause, SHORTEST / self._scale), LONGEST / self._scale)

    def _latencies(self, kind: Kind) -> list[float]:
        if kind not in self._known:
            self._known[kind] = sorted(self._past(*kind))
        return self._known[kind]


def quantile(ordered: list[float], share: float) -> float:
    """Return a quantile of an ordered, non-empty list: type 7 of Hyndman & Fan, 1996."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])
