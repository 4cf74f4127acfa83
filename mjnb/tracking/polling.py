"""The one loop that says when each running task is looked at: within the account's purse, by `choose`.

Times here are seconds of the service's clock, so that a sandbox that runs faster is looked at faster.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable

from ..api import read_params
from ..client import Client
from ..display import Usual
from ..errors import LedgerError
from ..ledger import Entry, Ledger
from ..params import Generate, rows
from .latency import MOST, Latency, learned
from .looking import KNOWN, LEAST, SAFETY_NET, Kind, Watched, choose

VERSION = rows(Generate)["version"].api
SHARING = 2.0  # seconds after which is asked again how many tasks other processes follow
BREATH = 0.005  # seconds that the loop rests at least


class Polling:
    """Turns to look, for the running tasks of one tracker; but for what is known, on the loop only.

    Args:
        client: Has the purse, and says how fast the service's clock runs.
        ledger: Knows how long tasks took, and what other processes follow.
        account: Whose tasks these are.
        payer: Whose limit it is.
        clock: Seconds that nobody sets.
    """

    def __init__(
        self,
        client: Client,
        ledger: Ledger,
        account: str,
        payer: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client, self._ledger, self._account, self._payer = client, ledger, account, payer
        self._clock = clock
        self._watched: dict[str, Watched] = {}
        self._turns: dict[str, asyncio.Future[None]] = {}
        self._ended: dict[Kind, list[float]] = {}
        self._models: dict[Kind, Latency] = {}
        self._news = asyncio.Event()
        self._work: asyncio.Task[None] | None = None
        self._shared_at = -SHARING

    @property
    def _now(self) -> float:
        return self._clock() * self._client.time_scale

    # ---- turns ----

    async def turn(self, entry: Entry, age: float, *, told: bool, hurry: float | None) -> None:
        """Wait until it is a task's turn to be looked at; the look is taken out of the purse.

        Args:
            entry: Whose turn.
            age: Seconds since it was taken.
            told: Whether the service reports its end by itself: then looking is only the safety net.
            hurry: How many seconds after the last look a hint makes it due; None: there was none.
        """
        now, scale = self._now, self._client.time_scale
        since = now - max(0.0, age) * scale
        one = self._watched.setdefault(entry.id, Watched(entry.id, kind_of(entry), since, since))
        one.told, one.busy = told, False
        one.pause = SAFETY_NET if told else LEAST * max(1.0, scale)
        if hurry is not None:
            one.due = max(now, one.looked + hurry)
        turn = self._turns[entry.id] = asyncio.get_running_loop().create_future()
        self._begin()
        try:
            await turn
        finally:
            if self._turns.get(entry.id) is turn:  # not that of who has taken the task up meanwhile
                del self._turns[entry.id]

    def hurry(self, own_id: str, breather: float) -> None:
        """Look at a task as soon as the purse allows, but some seconds after the last look."""
        one = self._watched.get(own_id)
        if one is not None and own_id in self._turns:
            soon = max(self._now, one.looked + breather)
            one.due = soon if one.due is None else min(one.due, soon)
            self._begin()

    def later(self, own_id: str, seconds: float) -> None:
        """Look at a task again after so many seconds, whatever is expected of it."""
        if one := self._watched.get(own_id):
            one.due = self._now + seconds * self._client.time_scale

    def ended(self, entry: Entry) -> None:
        """Learn from a task that succeeded; by what was seen, where the service's times cannot be."""
        one = self._watched.get(entry.id)
        if one is None:
            return
        told = one.looked - one.since if entry.latency_ms is None else entry.latency_ms / 1000
        took = min(max(told * self._client.time_scale, one.pending), one.looked - one.since)
        past = self._past(one.kind)
        past.append(took)
        del past[:-MOST]
        now = self._now
        running = [now - o.since for o in self._watched.values() if o.kind == one.kind and o is not one]
        self._models[one.kind] = learned(past, running, one.kind[1])
        self._news.set()  # it tells of the others

    def forget(self, own_id: str) -> None:
        """Look at a task no more."""
        self._watched.pop(own_id, None)
        if not self._watched:
            self._client.purse.share(self, 0.0)

    def _begin(self) -> None:
        self._news.set()
        if self._work is None or self._work.done():
            self._work = asyncio.ensure_future(self._go_on())

    async def _go_on(self) -> None:
        try:
            await self._go()
        except Exception as error:  # whatever went wrong, nobody waits for a turn that does not come
            for turn in self._turns.values():
                if not turn.done():
                    turn.set_exception(error)

    async def _go(self) -> None:
        """Give turns while anybody waits for one."""
        purse, scale = self._client.purse, self._client.time_scale
        while self._turns:
            self._news.clear()
            self._share()
            now = self._now
            following = choose([self._watched[name] for name in self._turns], self._model, purse, now)
            if following.task is None:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), max(following.wait / scale, BREATH))
                continue
            one = following.task
            if purse.take():
                one.pending = max(one.pending, one.looked - one.since)
                one.looked, one.due, one.busy = now, None, True
                turn = self._turns.pop(one.name)
                if not turn.done():
                    turn.set_result(None)
            await asyncio.sleep(0)

    def _share(self) -> None:
        """Take this process's part of the account's looks."""
        if self._clock() - self._shared_at >= SHARING:
            self._shared_at = self._clock()
            with contextlib.suppress(LedgerError):  # it is away: as before
                self._client.purse.share(self, self._ledger.part_of_open(self._payer))

    def close(self) -> None:
        """Give no turns any more."""
        if self._work is not None:
            self._work.cancel()
        self._client.purse.share(self, 0.0)

    # ---- what is known ----

    def usual(self, kind: Kind) -> Usual:
        """Return how long a kind of task usually takes."""
        latency, scale = self._model(kind), self._client.time_scale
        low, middle, high = latency.usual
        return Usual(low / scale, middle / scale, high / scale)

    def left(self, kind: Kind, elapsed: float) -> float:
        """Return the seconds after which half of the tasks of a kind that run so long have ended."""
        scale = self._client.time_scale
        age = max(0.0, elapsed * scale)
        return (self._model(kind).quantile(0.5, age) - age) / scale

    def _model(self, kind: Kind) -> Latency:
        if kind not in self._models:
            self._models[kind] = learned(self._past(kind), (), kind[1])
        return self._models[kind]

    def _past(self, kind: Kind) -> list[float]:
        """Return how long the latest tasks of a kind took, last one last; if too few, of any version."""
        if kind not in self._ended:
            task_type, speed, version = kind
            try:
                found = self._ledger.latencies(self._account, task_type, speed, MOST, version=version)
                if len(found) < KNOWN and version is not None:
                    found = self._ledger.latencies(self._account, task_type, speed, MOST)
            except LedgerError:  # it is away: looking goes on by what is supposed
                return []
            self._ended[kind] = [seconds * self._client.time_scale for seconds in reversed(found)]
        return self._ended[kind]


def kind_of(entry: Entry) -> Kind:
    """Return what tells how long a task may take."""
    said = read_params(entry.param_json).get(VERSION)
    return entry.task_type, entry.speed, None if said is None else str(said)
