"""A service in planted time: tasks that end when their latency says, looked at as a policy says.

Nothing here waits: the clock is moved to the next moment at which anything can happen.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from mjnb.pacing import Purse
from mjnb.tracking.latency import Latency, learned
from mjnb.tracking.looking import Kind, Watched, choose

KIND: Kind = ("mj_txt2img", "fast", None)
Draw = Callable[[random.Random, float], float]  # a latency, by chance and by when the task starts


def lognormal(median: float, spread: float) -> Draw:
    """Return latencies with that median in seconds and that spread of their logarithm."""
    return lambda chance, _: chance.lognormvariate(math.log(median), spread)


@dataclass(repr=False)
class World:
    """So many tasks at a time, each followed by another when its end is seen; until so many have ended.

    Attributes:
        at_once: How many run at a time.
        total: How many are counted.
        draw: How long they take.
        known: Their distribution; None: it is learned.
        seed: Of the chance.
        now: The planted time, in seconds.
        looks: When each look was made.
        delays: Seconds between end and look, of the tasks that ended.
        refuse: Whether the service refuses a look at a time.
    """

    at_once: int
    total: int
    draw: Draw
    known: Latency | None = None
    seed: int = 1
    now: float = 0.0
    looks: list[float] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)
    refuse: Callable[[float], bool] = lambda _: False

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.purse = Purse(lambda: self.now)
        self.tasks: list[Watched] = []
        self.ends: dict[str, float] = {}
        self.past: list[float] = []
        self.model = self.known or learned((), (), "fast")
        self.names: Iterator[int] = iter(range(10**9))

    def begin(self) -> None:
        """Start another task."""
        name = str(next(self.names))
        self.tasks.append(Watched(name, KIND, self.now, self.now))
        self.ends[name] = self.now + self.draw(self.chance, self.now)

    def run(self, until: float = math.inf) -> World:
        """Go on until enough tasks have ended, or the time is over."""
        while len(self.tasks) < self.at_once:
            self.begin()
        while len(self.delays) < self.total and self.now < until:
            following = choose(self.tasks, lambda _: self.model, self.purse, self.now)
            if following.task is None:
                self.now += max(following.wait, 1e-3)
            elif self.purse.take():
                self.look(following.task)
        return self

    def look(self, task: Watched) -> None:
        """Look at a task, and take in its end."""
        self.looks.append(self.now)
        if self.refuse(self.now):
            self.purse.refused()
            task.due = self.now + 1.0
            return
        task.looked, task.due = self.now, None
        if self.ends[task.name] > self.now:
            return
        self.tasks.remove(task)
        self.delays.append(self.now - self.ends[task.name])
        if self.known is None:
            self.past.append(self.ends[task.name] - task.since)
            self.model = learned(self.past, [self.now - one.since for one in self.tasks], "fast")
        if len(self.delays) + len(self.tasks) < self.total or self.known is not None:
            self.begin()

    @property
    def per_task(self) -> float:
        """Looks a task."""
        return len(self.looks) / len(self.delays)

    @property
    def delay(self) -> float:
        """Seconds between end and look, on average."""
        return sum(self.delays) / len(self.delays)
