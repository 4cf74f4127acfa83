"""One run of a sweep: pays what is due, once, follows it to its end, and shows how far it is."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future

from .. import display
from ..errors import (
    AuthError,
    ConfigError,
    DailyLimit,
    FeatureDisabled,
    InsufficientCredits,
    LedgerError,
    LedgerMoved,
    MJError,
    NotConnected,
)
from ..ledger import LIVE, TRIED, Entry
from ..tracking import Task, Tracker
from ..tracking.settling import note_credits
from .design import CellSpec, Design
from .plans import due, find, shas

HOPELESS = (
    AuthError,
    ConfigError,
    InsufficientCredits,
    DailyLimit,
    FeatureDisabled,
    LedgerError,
    LedgerMoved,
    NotConnected,
)  # the next cell fails alike


class Run:
    """One run; made in the cell that is to show it.

    Args:
        design: The cells.
        tracker: Sends, watches and remembers.
        sweep: The sweep's id in the ledger.
        live: Where the progress shows.
        retry: Pay again for cells whose task failed or expired.
        pay_other_keys: Pay for cells that only another key of the service has paid for.
    """

    def __init__(
        self,
        design: Design,
        tracker: Tracker,
        sweep: str,
        live: display.Live,
        *,
        retry: bool,
        pay_other_keys: bool = False,
    ) -> None:
        self.design, self.tracker = design, tracker
        self.errors: dict[int, MJError] = {}  # what kept a cell from being sent, by cell number
        self.tasks: dict[int, Task] = {}  # by cell number
        self._sweep, self._retry, self._pay_other_keys = sweep, retry, pay_other_keys
        self._live = live
        self._stop = threading.Event()
        self._shas = shas(design, tracker)
        self._alike = Counter(self._shas)
        self._work: Future[None] | None = None
        self._showing: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start the work, and return at once."""
        self._take_up()
        self.show()  # first from the cell's own thread: from the loop's it would land in no cell
        self._work = self.tracker.loop.start(self._all())

    def wait(self, timeout: float | None = None) -> None:
        """Wait until all is settled; raises what would meet every cell."""
        if self._work is not None:
            self.tracker.loop.wait(self._work, timeout)

    def when_over(self, then: Callable[[], object]) -> None:
        """Call something when all is settled, from any thread; at once if it is already."""
        if self._work is not None:
            self._work.add_done_callback(lambda _: then())

    def stop(self) -> None:
        """Send nothing new."""
        self._stop.set()

    @property
    def goes_on(self) -> bool:
        """Whether it still sends what is due."""
        return self._work is not None and not self._work.done() and not self._stop.is_set()

    @property
    def settled(self) -> int:
        """How many cells are done, one way or the other."""
        done = {number for number, task in list(self.tasks.items()) if task.done}
        return len(done | self.errors.keys())  # one whose answer was lost has both

    def show(self) -> None:
        """Bring what is shown up to date now, before a waiting cell ends."""
        self._live.draw(self._progress)

    # ---- on the loop ----

    async def _all(self) -> None:
        found = self._find()
        to_send = due(self.design, self.tracker, found, retry=self._retry)
        over = asyncio.Event()
        self._showing = asyncio.ensure_future(
            display.keep_showing(self._live, self._progress, over.is_set, over)
        )
        try:
            if to_send:
                await note_credits(self.tracker)
            await self._send_all(to_send)
            self._take_up()  # a stop cut the wait for what was under way; it is paid for all the same
            ends = await asyncio.gather(*(_end_of(task) for task in self.tasks.values()))
        finally:
            over.set()  # nobody who waits for the pictures waits for what is still drawn
        told = [error for error in (*self.errors.values(), *ends) if isinstance(error, LedgerMoved)]
        if told:  # names every task that goes on at the service
            raise LedgerMoved("; ".join(dict.fromkeys(error.message for error in told)))
        hopeless = next((error for error in self.errors.values() if isinstance(error, HOPELESS)), None)
        if hopeless is not None:
            raise hopeless

    def _take_up(self) -> None:
        """Follow what is paid for, whoever sent it, and whether or not its answer was waited for."""
        for number, entry in self._find().items():
            if number not in self.tasks and entry.state in LIVE:
                self.tasks[number] = self.tracker.handle(entry)
                self.tracker.follow(self.tasks[number])

    def _find(self) -> dict[int, Entry]:
        return find(self.design, self.tracker, pay_other_keys=self._pay_other_keys)

    async def _send_all(self, to_send: Sequence[CellSpec]) -> None:
        sends = [asyncio.ensure_future(self._send(cell)) for cell in to_send]
        while not all(send.done() for send in sends):
            if self._stop.is_set():
                for send in sends:
                    send.cancel()  # a request that is under way is finished and recorded all the same
            await asyncio.wait(sends, timeout=0.1)

    async def _send(self, cell: CellSpec) -> None:
        counted = LIVE if self._retry else TRIED  # what failed at another notebook meanwhile counts, too
        whose = {"sweep": self._sweep, "cell": cell.number}
        payers = self.tracker.payer.known if self._pay_other_keys else None
        bound = {"at_most": self._alike[self._shas[cell.number]], "counted": counted, "payers": payers}
        try:
            self.tasks[cell.number] = await self.tracker.send(
                self.tracker.intent(cell.request, **whose, **bound)
            )
        except MJError as error:
            self.errors[cell.number] = error
            if isinstance(error, HOPELESS):
                self._stop.set()

    def _progress(self) -> tuple[str, str]:
        tasks = list(self.tasks.values())  # the loop may add to them meanwhile
        counts = Counter(task.state if task.done or task.running else "fetching" for task in tasks)
        if unsent := len(self.errors.keys() - self.tasks.keys()):
            counts["not sent"] = unsent
        left = [self.tracker.left(t) for t in tasks if t.running]
        view = display.CountView(
            title=f"sweep of {len(self.design.cells)} cells",
            counts=counts,
            total=len(self.design.cells),
            note=_note(self.errors),
            left=max([0.0, *left]) or None,
        )
        return display.count_text(view), display.count_html(view)


def _note(errors: Mapping[int, MJError]) -> str:
    return "; ".join(sorted({error.message for error in list(errors.values())}))


async def _end_of(task: Task) -> MJError | None:
    """Wait for a task; how it ended stands in its state, but for what is returned."""
    try:
        await task
    except MJError as error:
        return error
    return None
