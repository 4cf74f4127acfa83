"""The gate that every callback goes through: one answer for all refusals, bounded memory, everything counted.

Whoever does not know the address gets no further than the address.  A signature is verified before the
rate is looked at, so that a flood of forgeries cannot use up what the service's own callbacks need.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import asdict, dataclass

from ..hidden import Secret
from .reading import Hint, Refusal, read_callback, verify

BODY_LIMIT = 64 * 1024  # bytes; a callback has some hundreds
RATE, BURST = 50.0, 200.0  # callbacks taken: per second, and at once
MEMORY = 10_000  # callbacks that are remembered, to know repetitions
OK, REFUSED, TOO_LARGE = 200, 404, 413


@dataclass
class Counts:
    """What came of the callbacks so far.

    Attributes:
        taken: Led to a look at the record.
        intermediate: ... of which said that the task goes on.
        duplicates: ... of which told an end that had been told before.
        unknown: ... of which named no task of this session.
        unreadable: No callback at all.
        unsigned: Without signature, though a key is set.
        forged: The signature is wrong.
        late: The signature is right, and too old.
        replayed: The signature is right, and was used before.
        limited: Too many at once.
        oversized: The body is too large.
        misdirected: Another method, or another address.
    """

    taken: int = 0
    intermediate: int = 0
    duplicates: int = 0
    unknown: int = 0
    unreadable: int = 0
    unsigned: int = 0
    forged: int = 0
    late: int = 0
    replayed: int = 0
    limited: int = 0
    oversized: int = 0
    misdirected: int = 0

    def add(self, name: str) -> None:
        """Count one more."""
        setattr(self, name, getattr(self, name) + 1)

    def catch_up(self, told: Mapping[str, int]) -> None:
        """Take on what the Jupyter server has counted; ``unknown`` is the session's own."""
        for name in asdict(self).keys() - {"unknown"}:
            setattr(self, name, max(getattr(self, name), int(told[name])))

    def __repr__(self) -> str:
        some = [f"{number} {name}" for name, number in asdict(self).items() if number]
        return ", ".join(some) or "none so far"


class Bucket:
    """A rate limiter: so many at once, refilled at a steady rate."""

    def __init__(self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._left, self._at = burst, clock()

    def take(self) -> bool:
        """Return whether there is room for one more now, and use it."""
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Memory:
    """The latest few things that were told."""

    def __init__(self, most: int = MEMORY) -> None:
        self._most = most
        self._things: OrderedDict[Hashable, None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._things)

    def __contains__(self, thing: Hashable) -> bool:
        return thing in self._things

    def add(self, thing: Hashable) -> None:
        """Remember one more; the oldest is forgotten."""
        self._things[thing] = None
        if len(self._things) > self._most:
            self._things.popitem(last=False)


class Gate:
    """Takes or refuses callbacks.

    Args:
        key: The webhook key; empty: callbacks are not signed, the address alone protects.
        counts: Where to count.
        clock: Epoch seconds.
    """

    def __init__(
        self, key: str = "", counts: Counts | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self._key, self._clock = Secret(key), clock
        self.counts = counts if counts is not None else Counts()
        self._bucket = Bucket(RATE, BURST)
        self._used, self._ended = Memory(), Memory()

    def take(self, query: str, headers: Mapping[str, str], body: bytes) -> Hint | None:
        """Return what a callback says, or None when it is refused; it is counted either way."""
        try:
            hint = read_callback(body, query)
            self._hold(hint, headers)
        except Refusal as no:
            self.counts.add(no.reason)
            return None
        self._count(hint)
        return hint

    def _hold(self, hint: Hint, headers: Mapping[str, str]) -> None:
        """Hold a callback against key and rate; an end is no replay of the news before it."""
        used = (hint.task_id, self._verified(hint, headers), hint.terminal)
        if self._key and used in self._used:
            raise Refusal("replayed")
        if not self._bucket.take():
            raise Refusal("limited")
        if self._key:
            self._used.add(used)

    def _verified(self, hint: Hint, headers: Mapping[str, str]) -> int:
        return verify(hint.task_id, headers, self._key, self._clock()) if self._key else 0

    def _count(self, hint: Hint) -> None:
        end = (hint.task_id, hint.nonce)
        self.counts.add("taken")
        if not hint.terminal:
            self.counts.add("intermediate")
        elif end in self._ended:
            self.counts.add("duplicates")
        else:
            self._ended.add(end)
