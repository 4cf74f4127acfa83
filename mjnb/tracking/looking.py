"""Which running task is looked at next, and when: looks go where they are expected to save most waiting.

Since its last look every task gathers the integral of sqrt(hazard); for one task the fewest looks for a given
delay are made at equal steps of it (Keller, 1974).  The step is a price: what is fair for a single task, or
higher when the purse could not pay that for all.  Whoever has gathered most, and at least the price, is next.
A pure function of the tasks, their distributions, the purse and the time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from ..pacing import Purse
from .latency import Latency

Kind = tuple[str, str | None, str | None]  # task type, speed, model version

DELAY = 1.25  # seconds between end and look, on average, that looks are spent for while there are few tasks
STEP = 0.36  # the price at which a kind with the spread 0.5 about a minute has that delay: no higher for any
SAFETY_NET = 30.0  # seconds between looks at a task whose end the service reports by itself
ASIDE = 1.25  # looks that the last one of a task takes, with what late ones need
LEAST = 0.05  # seconds between looks at a task
KNOWN = 3  # ends of a kind from which on the others tell nothing new
SAMPLE = 100  # tasks that many more are judged by
SLEEP = 5.0  # seconds after which is looked around again, whatever was expected


@dataclass(eq=False)
class Watched:
    """A task that is looked at until it ends; times in seconds of one clock.

    Attributes:
        name: Whose.
        kind: How it is told apart.
        since: When it was taken.
        looked: When it was last looked at, or taken.
        told: Whether the service reports its end by itself: then looking is only the safety net.
        due: When to look whatever is expected, such as after a look that failed; None: as expected.
        busy: Whether it is being looked at now.
        known: What it had gathered at its last look, by which distribution.
    """

    name: str
    kind: Kind
    since: float
    looked: float
    told: bool = False
    pause: float = LEAST
    pending: float = 0.0
    due: float | None = None
    busy: bool = False
    known: tuple[Latency, float, float] | None = field(default=None, repr=False)


class Next(NamedTuple):
    """Who is next (None: nobody yet), and in how many seconds to ask again."""

    task: Watched | None
    wait: float


def choose(tasks: Iterable[Watched], model: Callable[[Kind], Latency], purse: Purse, now: float) -> Next:
    """Return which task to look at now, or how long to wait.

    Args:
        tasks: All that run.
        model: Returns the distribution of a kind's latencies.
        purse: What may be looked; nothing is taken out.
        now: The time.
    """
    free = [(task, model(task.kind)) for task in tasks if not task.busy]
    if not free:
        return Next(None, SLEEP)
    left, rate = purse.left, purse.rate
    if left < 1.0:
        return Next(None, purse.wait)
    price, wait = 0.0, SLEEP
    if left < purse.full:  # else no more comes in: a look is worth nothing to anybody else
        price = common_price(free, now, left, rate)
        wait = min(SLEEP, (purse.full - left) / rate)
    scouts = _scouts(free)
    steps: dict[Kind, float] = {}  # of a kind all have the same
    best, most, waits = None, 1.0, []
    for task, latency in free:
        if task.kind not in steps:
            steps[task.kind] = min(max(price, own_price(latency)), latency.most)
        step = steps[task.kind] / math.sqrt(scouts.get(task, 1))
        ripeness = _ripeness(task, latency, now, step)
        if ripeness >= most:
            best, most = task, ripeness
        elif best is None:
            waits.append((task, latency, step))
    if best is not None:
        return Next(best, 0.0)
    return Next(
        None, max(LEAST, min(wait, *(_ripe_in(task, latency, now, step) for task, latency, step in waits)))
    )


def _scouts(tasks: list[tuple[Watched, Latency]]) -> dict[Watched, int]:
    """Return the oldest task of every kind of which little is known, and for how many its end would tell."""
    found: dict[Kind, tuple[Watched, int]] = {}
    for task, latency in tasks:
        if latency.count < KNOWN:
            first, many = found.get(task.kind, (task, 0))
            found[task.kind] = min(first, task, key=lambda one: one.since), many + 1
    return dict(found.values())


def own_price(latency: Latency) -> float:
    """Return the step at which looks at a single task are worth it."""
    return min(STEP, 2 * DELAY / max(latency.work, 1e-6))


def common_price(tasks: list[tuple[Watched, Latency]], now: float, left: float, rate: float) -> float:
    """Return the lowest step that the purse can pay at every moment until the tasks of now have ended.

    A task costs one look if it has ended by now; else work / step, and what is set aside for its last ones.
    """
    polled = [(task, latency) for task, latency in tasks if not task.told]
    each = max(1, len(polled) // SAMPLE)
    ends = []
    for task, latency in polled[::each]:
        here, seen = latency.stand(now - task.since), latency.stand(task.looked - task.since)
        runs = min(1.0, here.alive / seen.alive)
        ends.append((runs * here.left, each * runs * here.work, each * (1 + runs * (ASIDE - 1))))
    price = work = looks = 0.0
    for until, more, sure in sorted(ends):
        work, looks = work + more, looks + sure
        there = left + rate * until - looks
        price = max(price, work / there if there > 0 else math.inf)
    return price


def _ripeness(task: Watched, latency: Latency, now: float, step: float) -> float:
    """Return what a task has gathered since its last look, in steps; 0 while it may not be looked at."""
    if task.due is not None:
        return math.inf if now >= task.due else 0.0
    if now - task.looked < task.pause:
        return 0.0
    return (latency.urge(now - task.since) - _gathered(task, latency)) / step


def _ripe_in(task: Watched, latency: Latency, now: float, step: float) -> float:
    """Return in how many seconds a task will have gathered a step."""
    if task.due is not None:
        return task.due - now
    age = latency.when(_gathered(task, latency) + step)
    return max(task.since + age - now, task.looked + task.pause - now)


def _gathered(task: Watched, latency: Latency) -> float:
    """Return what a task had gathered at its last look; reckoned once for every look and distribution."""
    if task.known is None or task.known[:2] != (latency, task.looked):
        task.known = latency, task.looked, latency.urge(task.looked - task.since)
    return task.known[2]
