"""How long tasks of a kind take: learned from those that ended, and from how long the others run already.

A kind's distribution is a mixture in the logarithm of time: a body (a normal one, fitted robustly, running
tasks counted as censored), stragglers (wide, later, so that a late task's end never becomes impossible), and
what is supposed of any service, whose weight gives way to what was seen.  Three ends in a row where hardly
any was before are a shift of the service: what was seen before them is forgotten.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from statistics import median
from typing import NamedTuple

USUAL = {"turbo": 35.0, "fast": 60.0, "relaxed": 215.0}  # seconds, until the ledger knows better
MOST = 60  # ends of a kind that are kept: a service changes
SUPPOSED = 0.9  # spread of the logarithm of a latency, while nothing was seen
TINY = 1e-12
SURE = 0.9
NARROWEST = 0.02  # of a spread that is believed
BELIEF = 0.5  # ends that what is supposed weighs as much as
STRAGGLERS, LATER, WIDE = 0.02, math.log(3.0), 1.0  # part, by how much later in the logarithm, spread
OUTSIDE = 4.0  # spreads from the middle where hardly any end is
IN_A_ROW = 3  # ends there that make a shift
CLIP = 2.5  # spreads beyond which an end says no more about the body
ROUNDS = 4  # of the fit with censored tasks; more change little
SHORTEST, LONGEST = 0.05, 3e6  # seconds that the tables cover
COARSE, FINE = 0.1, 0.2  # steps of the tables: of the logarithm; of the body's spread


class Part(NamedTuple):
    """A normal distribution of the logarithm of a latency, with its weight."""

    weight: float
    mean: float
    spread: float


class Stand(NamedTuple):
    """What a distribution says of a task of an age.

    Attributes:
        urge: The integral of sqrt(hazard) up to it: looks are best made at equal steps of it.
        alive: The probability that a task runs longer.
        work: The integral of sqrt(f S) over what is still before one that runs: with looks at steps of ``c``
            of `urge` there are work / c of them, and the delay is c work / 2 (J. B. Keller, Optimum checking
            schedules for systems subject to random failure, Management Science, 1974).
        left: The seconds that one that runs still takes on average.
    """

    urge: float
    alive: float
    work: float
    left: float


class Latency:
    """A mixture of lognormal latencies, in seconds, and what the best looking at it follows from.

    Args:
        parts: The mixture; the first is the body.
        seen: Logarithms of the ends that it was learned from.

    Attributes:
        usual: The ages by which one, five and nine of ten have ended; all the same while nothing was seen.
        most: The step after which nine of ten have ended: looks are never farther apart.
    """

    def __init__(self, parts: Sequence[Part], seen: Sequence[float] = ()) -> None:
        self.parts, self.count = tuple(parts), len(seen)
        at = self._at = _grid(self.parts)
        self._alive = [self.survival(age) for age in at]
        root = [math.sqrt(self.hazard(age)) for age in at]
        held = [r * s for r, s in zip(root, self._alive, strict=True)]  # sqrt(f S)
        self._urge = list(accumulate(_areas(at, root), initial=0.0))
        self._work = _from_behind(_areas(at, held))
        self._left = _from_behind(_areas(at, self._alive))
        self.work = self.stand(0.0).work
        self.most = self.stand(self.quantile(SURE)).urge
        middle = round(math.exp(median(seen) if seen else self.parts[0].mean), 6)
        low, high = (self.quantile(1 - SURE), self.quantile(SURE)) if seen else (middle, middle)
        self.usual = min(low, middle), middle, max(high, middle)

    def survival(self, age: float) -> float:
        """Return the probability that a task runs longer."""
        x = math.log(max(age, SHORTEST))
        return sum(w * math.erfc((x - m) / (s * math.sqrt(2))) / 2 for w, m, s in self.parts)

    def hazard(self, age: float) -> float:
        """Return the rate at which running tasks of an age end, per second; it never falls to 0."""
        age = max(age, SHORTEST)
        x, alive = math.log(age), self.survival(age)
        if alive < TINY:  # out of a double's reach
            return 1 / age
        density = sum(w * math.exp(-(((x - m) / s) ** 2) / 2) / s for w, m, s in self.parts)
        return density / math.sqrt(2 * math.pi) / age / alive

    def stand(self, age: float) -> Stand:
        """Return what is to be expected of a task of an age, by the tables."""
        here = min(max(bisect_right(self._at, age), 1), len(self._at) - 1)
        low, high = self._at[here - 1], self._at[here]
        part = max((age - low) / (high - low), 0.0)

        def between(values: list[float]) -> float:
            return values[here - 1] + part * (values[here] - values[here - 1])

        alive = max(between(self._alive), TINY)
        return Stand(
            between(self._urge), alive, between(self._work) / alive, max(between(self._left) / alive, 0.0)
        )

    def urge(self, age: float) -> float:
        """Return `Stand.urge` alone."""
        here = min(max(bisect_right(self._at, age), 1), len(self._at) - 1)
        low, high = self._at[here - 1], self._at[here]
        part = max((age - low) / (high - low), 0.0)
        return self._urge[here - 1] + part * (self._urge[here] - self._urge[here - 1])

    def when(self, urge: float) -> float:
        """Return the age at which `Stand.urge` has a value."""
        here = min(max(bisect_right(self._urge, urge), 1), len(self._at) - 1)
        low, high = self._urge[here - 1], self._urge[here]
        return self._at[here - 1] + (urge - low) / (high - low) * (self._at[here] - self._at[here - 1])

    def quantile(self, share: float, age: float = 0.0) -> float:
        """Return the age by which a share of the tasks that run at an age have ended."""
        goal = (1 - share) * self.survival(age)
        low, high = max(age, SHORTEST), LONGEST
        while high / low > 1.001:
            middle = math.sqrt(low * high)
            low, high = (middle, high) if self.survival(middle) > goal else (low, middle)
        return high


def learned(ended: Sequence[float], running: Iterable[float], speed: str | None) -> Latency:
    """Return the distribution of a kind.

    Args:
        ended: Seconds that tasks took, in the order in which they ended.
        running: Ages of tasks that still run, in seconds.
        speed: Of the kind; says what is supposed.
    """
    guess = math.log(USUAL.get(speed or "relaxed", USUAL["relaxed"]))
    logs = [math.log(max(seconds, SHORTEST)) for seconds in ended[-MOST:]]
    ages = [math.log(max(age, SHORTEST)) for age in running]
    logs = since_shift(logs, ages)
    count = len(logs)
    if not count:
        return Latency([Part(1 - STRAGGLERS, guess, SUPPOSED), Part(STRAGGLERS, guess + LATER, WIDE)])
    mean, spread = _fit(logs, ages)
    doubt = BELIEF / (BELIEF + count)
    far = sum(1 for x in logs if x > mean + OUTSIDE * spread)
    late = (STRAGGLERS * 10 + far) / (10 + count)
    spread *= math.sqrt(1 + 2 / (count + 1))  # of the next one: the fit itself is uncertain
    body = Part((1 - doubt) * (1 - late), mean, spread)
    return Latency(
        [body, Part(late, mean + LATER, WIDE), Part(doubt * (1 - late), (guess + mean) / 2, SUPPOSED)], logs
    )


def since_shift(logs: list[float], ages: Sequence[float]) -> list[float]:
    """Return the ends since the service last shifted; running tasks beyond all that was known count, too."""
    start = 0
    for here in range(IN_A_ROW, len(logs)):
        before = logs[start:here]
        if len(before) < IN_A_ROW:
            continue
        mean, spread = _robust(before)
        band = OUTSIDE * max(spread, 0.05)
        late = sum(1 for age in ages if age > mean + band)
        row = logs[here : here + IN_A_ROW]
        high = all(x > mean + band for x in row) and len(row) + late >= IN_A_ROW
        low = all(x < mean - band for x in row) and len(row) >= IN_A_ROW
        if high or low:
            start = here
    return logs[start:]


def _robust(logs: Sequence[float]) -> tuple[float, float]:
    """Return middle and spread of logarithms, few outsiders left out of account."""
    middle = median(logs)
    return middle, max(1.4826 * median(abs(x - middle) for x in logs), NARROWEST)


def _fit(logs: Sequence[float], ages: Sequence[float]) -> tuple[float, float]:
    """Fit a normal distribution, outsiders clipped, running tasks censored (expectation-maximisation)."""
    mean, spread = _robust(logs)
    if len(logs) < IN_A_ROW:
        spread = max(spread, SUPPOSED / 3)
    low, high = mean - CLIP * spread, mean + CLIP * spread
    seen = [min(max(x, low), high) for x in logs]
    weight = 2.0  # of the ends that are supposed to have been seen with the first guess of the spread
    first = SUPPOSED / 4 if len(logs) < 2 * IN_A_ROW else spread
    for _ in range(ROUNDS):
        known: list[tuple[float, float, float]] = [(1.0, x, 0.0) for x in seen]
        for age in ages:
            z = (age - mean) / spread
            if -2 < z < OUTSIDE:  # an earlier one says nothing, a later one is a straggler
                ratio = _mills(z)
                known.append((1.0, mean + spread * ratio, spread * spread * (1 + z * ratio - ratio * ratio)))
        total = sum(w for w, _, _ in known)
        mean = sum(w * x for w, x, _ in known) / total
        square = sum(w * ((x - mean) ** 2 + v) for w, x, v in known) + weight * first * first
        spread = max(math.sqrt(square / (total + weight)), NARROWEST)
    return mean, spread


def _mills(z: float) -> float:
    """Return density over survival of the standard normal distribution."""
    return math.exp(-z * z / 2) / math.sqrt(2 * math.pi) / (math.erfc(z / math.sqrt(2)) / 2)


def _grid(parts: Sequence[Part]) -> list[float]:
    low, high = math.log(SHORTEST), math.log(LONGEST)
    coarse = [low + COARSE * n for n in range(int((high - low) / COARSE) + 1)]
    body = parts[0]
    fine = [body.mean + body.spread * FINE * n for n in range(-30, 31)]
    return [0.0, *(math.exp(x) for x in sorted({*coarse, *(x for x in fine if low < x < high)}))]


def _areas(at: Sequence[float], values: Sequence[float]) -> list[float]:
    """Return the areas below straight lines through points."""
    points = zip(at, values, strict=True)
    return [(b - a) * (v + w) / 2 for (a, v), (b, w) in pairwise(points)]


def _from_behind(areas: Sequence[float]) -> list[float]:
    """Return for every point the sum of what lies behind it."""
    return list(accumulate(reversed(areas), initial=0.0))[::-1]
