"""How much an account may ask: a window of submits, and a purse of looks.

The purse fills by a few looks a second, and can be saved up to a burst.  A refusal for being too many (429)
empties it and halves what comes in; that recovers by itself.  All sessions of a process share an account's
purse, and take their part of what all processes may look.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType

from .api import SUBMIT_LIMIT
from .loop import the_loop

RATE, BURST = 2.0, 30.0  # looks a second, and how many may be saved up, of an account
QUICKEST = 40.0  # looks in a second of this machine, however much faster a sandbox runs
SLOWEST = 1 / 16  # part of the rate that is left after many refusals
RECOVERY = 60.0  # seconds in which a halved rate doubles again


class Purse:
    """Looks that may be made now.

    Args:
        clock: Seconds that nobody sets, at the speed of the service's clock.
        most: Looks that come in, in each of them.
    """

    def __init__(self, clock: Callable[[], float], most: float = RATE) -> None:
        self._clock, self._most = clock, most
        self._parts: dict[object, float] = {}
        self._slow, self._slow_since = 1.0, 0.0  # part of the rate since the last refusal
        self._left, self._at, self._seen = BURST, clock(), clock()

    @property
    def part(self) -> float:
        """This process's part of the account's looks."""
        return min(self._parts.values(), default=1.0)

    @property
    def rate(self) -> float:
        """Looks a second that come in now."""
        recovered = (
            self._slow * 2 ** ((self._clock() - self._slow_since) / RECOVERY) if self._slow < 1 else 1.0
        )
        return self._most * self.part * min(1.0, recovered)

    @property
    def left(self) -> float:
        """Looks that may be made at once."""
        self._fill()
        return self._left

    @property
    def full(self) -> float:
        """Looks that it holds."""
        return BURST * self.part

    @property
    def wait(self) -> float:
        """Seconds until one may be made."""
        return max(0.0, (1.0 - self.left) / self.rate)

    def take(self) -> bool:
        """Take one look out, if one is there."""
        if self.left < 1.0:
            return False
        self._left -= 1.0
        return True

    def share(self, whose: object, part: float) -> None:
        """Say which part of the account's tasks this process follows, by one ledger; 0: none any more."""
        self._fill()
        if part > 0:
            self._parts[whose] = part
        else:
            self._parts.pop(whose, None)
        self._left = min(self._left, self.full)

    def refused(self, pause: float = 0.0) -> None:
        """Take in that the service said "too many": look less for a while, and not at all for a pause."""
        rate = self.rate / self._most / self.part
        self._slow, self._slow_since = max(rate / 2, SLOWEST), self._clock()
        self._left, self._at = min(self._left, 0.0), self._clock() + max(pause, 0.0)

    def _fill(self) -> None:
        now = self._clock()
        if now < self._seen:  # it was set back
            self._at, self._slow_since = self._at + now - self._seen, self._slow_since + now - self._seen
        self._seen = now
        if now > self._at:
            self._left = min(self._left + (now - self._at) * self.rate, self.full)
            self._at = now


class Window:
    """A limiter: at most ``count`` uses in any window of ``seconds``.

    A place is given back ``seconds`` after its use *ended*, so that however long a request was on its way,
    the service never sees more than ``count`` arrive within a window.
    """

    def __init__(self, count: int, seconds: float) -> None:
        self.count, self.seconds = count, seconds
        self._free_at: deque[float] = deque()
        self._inside = 0
        self._turn = asyncio.Lock()  # first come, first served

    async def __aenter__(self) -> None:
        async with self._turn:
            while self._inside + len(self._free_at) >= self.count:
                await self._until_one_is_free()
            self._inside += 1

    async def _until_one_is_free(self) -> None:
        now = asyncio.get_running_loop().time()
        while self._free_at and self._free_at[0] <= now:
            self._free_at.popleft()
        if self._inside + len(self._free_at) >= self.count:
            wait = self._free_at[0] - now if self._free_at else 0.01
            await asyncio.sleep(min(max(wait, 0.001), self.seconds))

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._inside -= 1
        self._free_at.append(asyncio.get_running_loop().time() + self.seconds)


_windows: dict[tuple[int, str, float], Window] = {}
_purses: dict[tuple[int, str, float], Purse] = {}


def window_of(payer: str, time_scale: float) -> Window:
    """Return the one limiter of an account's submits in this process; a service counts no sessions."""
    count, seconds = SUBMIT_LIMIT
    return _windows.setdefault((id(the_loop()), payer, time_scale), Window(count, seconds / time_scale))


def purse_of(payer: str, time_scale: float) -> Purse:
    """Return the one purse of an account's looks in this process, by the service's clock."""
    key = (id(the_loop()), payer, time_scale)
    most = min(RATE, QUICKEST / time_scale)
    return _purses.setdefault(key, Purse(lambda: time.monotonic() * time_scale, most))
