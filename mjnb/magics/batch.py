"""A batch: one task for each line of a cell, all checked before the first is sent, shown in place."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import weakref
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any, overload

from .. import display, prompt
from ..errors import InvalidRequest, MJError, PromptError
from ..loop import GRACE
from ..params import Generate
from ..preview import Preview, preview
from ..prices import estimate, exceeds
from ..prompt.spans import MOST
from ..sweeps.running import HOPELESS
from .options import YES

if TYPE_CHECKING:
    from ..sessions import Session
    from ..tracking import Task

SHOWN = 200  # tasks that show themselves under the line that counts them

batches: weakref.WeakSet[Batch] = weakref.WeakSet()  # those that may still send


def requests(lines: Sequence[str], speed: str) -> list[Generate]:
    """Return the requests of some lines, in order: one each, more where a line has sets or ``--r``.

    Raises:
        PromptError: With the faults of every line, which are numbered from 1; or there are no lines.
    """
    made: list[Generate] = []
    faults: list[str] = []
    for number, line in enumerate(lines, 1):
        try:
            for one in prompt.expand(line):
                made += [prompt.to_request(one, {}, speed=speed)] * prompt.read(one).repeat
        except InvalidRequest as error:
            faults += [f"line {number}: {fault}" for fault in error.faults]
    if len(made) > MOST:
        faults.append(f"the lines make {len(made):,} tasks, {MOST:,} are allowed")
    if faults:
        raise PromptError(faults, hint="Nothing was sent.")
    if not made:
        raise PromptError("there are no prompts", hint="%%mj --each takes one prompt per line of the body.")
    return made


class Batch(Sequence["Task | None"]):
    """Tasks made together; a sequence of them in the order of the lines, None where one was not sent.

    Args:
        session: Where they are made.
        wanted: What is asked for.
    """

    def __init__(self, session: Session, wanted: Sequence[Generate]) -> None:
        self.session, self.wanted = session, list(wanted)
        self.errors: dict[int, MJError] = {}  # what kept one from being sent, by its place from 0
        self._tasks: list[Task | None] = [None] * len(self.wanted)
        self._places: dict[str, int] = {}  # by nonce
        self._stop = threading.Event()
        self._showing: asyncio.Task[None] | None = None
        self._work: Future[None] | None = None
        self._shown_in: int | None = None
        self._live: display.Live | None = None
        self._lives: list[display.Live] = []
        self._settled: set[int] = set()  # places whose last state is shown

    # ---- before ----

    @property
    def credits(self) -> float:
        """What all may cost, an estimate."""
        return sum(estimate(request, self.session.prices) for request in self.wanted)

    def previews(self) -> Previews:
        """Return what would be sent."""
        return Previews(preview(request, self.session.prices) for request in self.wanted)

    def check(self, *, yes: bool) -> None:
        """Refuse what costs more than is paid without asking.

        Raises:
            PromptError: Without ``--yes``.
            BudgetExceeded: It is more than the session may spend.
        """
        above = self.session.ask_above
        many = len(self.wanted) > prompt.ASK_ABOVE or exceeds(self.credits, above)
        if many and not yes:
            cost = f"{len(self.wanted)} tasks, about {self.credits:g} credits"
            raise PromptError(f"this makes {cost}", hint=f"Add {YES} to pay for them.")
        self.session.tracker.budget.check(self.credits)

    # ---- running ----

    def start(self, *, quiet: bool = False) -> None:
        """Send all in the background, and show them in the running cell."""
        prompt.tell(*self.wanted)
        self._shown_in = display.this_cell()
        if not quiet:
            self._live = display.Live()
            self._live.show(
                *self._progress()
            )  # by the cell itself: from another thread it would land elsewhere
            if display.in_notebook():
                self._lives = [display.Live() for _ in self.wanted[:SHOWN]]
            self.show()
        batches.add(self)
        self._work = self.session.tracker.loop.start(self._all())

    def wait(self, timeout: float | None = None) -> Batch:
        """Wait until every task that was sent is settled; those that fail are counted, not raised.

        Args:
            timeout: Seconds; None waits for ever.

        Raises:
            MJError: What kept all from being sent (key, credits, ledger).
            KeyboardInterrupt: Nothing new is sent; what runs goes on and is tracked.
            TimeoutError: Time is up; the work goes on.
        """
        try:
            if self._work is not None:
                self.session.tracker.loop.wait(self._work, timeout)
        except KeyboardInterrupt:
            self.stop()
            raise
        finally:
            self.show()
        return self

    def stop(self) -> int:
        """Send nothing new; return how many at most are not sent.  What runs goes on and is tracked."""
        left = self.unsent if self.goes_on else 0
        self._stop.set()
        return left

    @property
    def goes_on(self) -> bool:
        """Whether it still sends."""
        sent = len(self.errors) + sum(task is not None for task in self._tasks)
        return self._work is not None and not self._stop.is_set() and sent < len(self.wanted)

    @property
    def unsent(self) -> int:
        """How many wait to be sent."""
        known = {task.entry.nonce for task in list(self.session.tracker.tasks.values())}
        return len(self.wanted) - len(self.errors.keys() | {self._places[n] for n in known & {*self._places}})

    @property
    def done(self) -> bool:
        """Whether all is settled."""
        return self._work is not None and self._work.done()

    async def _all(self) -> None:
        over = asyncio.Event()
        self._showing = asyncio.ensure_future(self._keep_showing(over))
        try:
            await self._send_all()
            await asyncio.gather(*(_end_of(task) for task in self._tasks if task is not None))
        finally:
            over.set()  # nobody who waits for the pictures waits for what is still drawn
        hopeless = next((error for error in self.errors.values() if isinstance(error, HOPELESS)), None)
        if hopeless is not None:
            raise hopeless

    async def _send_all(self) -> None:
        sends = [asyncio.ensure_future(self._send(place)) for place in range(len(self.wanted))]
        while not all(send.done() for send in sends):
            if self._stop.is_set():
                for send in sends:
                    send.cancel()  # a request that is under way is finished and recorded all the same
            await asyncio.wait(sends, timeout=0.1)
        if self._stop.is_set():
            await self._take_in_what_was_under_way()

    async def _take_in_what_was_under_way(self) -> None:
        """Find the tasks whose requests were finished after the sending was stopped: they are paid, too."""
        tracker = self.session.tracker
        await tracker.loop.settle(GRACE)
        for task in list(tracker.tasks.values()):
            if (place := self._places.get(task.entry.nonce)) is not None and place not in self.errors:
                self._tasks[place] = task

    async def _send(self, place: int) -> None:
        tracker = self.session.tracker
        try:
            intent = tracker.intent(self.wanted[place])
            self._places[intent.nonce] = place
            self._tasks[place] = await tracker.send(intent)
        except MJError as error:
            self.errors[place] = error
            if isinstance(error, HOPELESS):
                self._stop.set()

    # ---- how it looks ----

    async def _keep_showing(self, over: asyncio.Event) -> None:
        while not over.is_set():
            await asyncio.to_thread(self.show)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), 0.5)
        await asyncio.to_thread(self.show)
        if self._live is not None:
            self._live.end()

    def show(self) -> None:
        """Bring what is shown up to date; a cell repeats all of it, as nbclient hears no other thread."""
        by_cell = threading.current_thread() is threading.main_thread()
        if self._live is not None:
            self._live.draw(self._progress)
        for place, live in enumerate(self._lives):
            task = self._tasks[place]
            if by_cell or place not in self._settled:
                settled = task is not None and task.done
                live.draw(partial(self._one, place))
                self._settled |= {place} if settled else set()

    def _one(self, place: int) -> tuple[str, str, dict[str, Any]]:
        task = self._tasks[place]
        if task is not None:
            view = task.view()
            return display.task_text(view), display.task_html(view), display.task_metadata(view)
        error = self.errors.get(place)
        what = (
            f"not sent: {error.message}"
            if error
            else "not sent"
            if self._stop.is_set()
            else "waits to be sent"
        )
        text = f"{what}: {self.wanted[place].prompt}"
        return text, display.notice_html(text), {}

    def _progress(self) -> tuple[str, str]:
        tasks = [task for task in self._tasks if task is not None]
        counts = Counter(task.state if task.done or task.running else "fetching" for task in tasks)
        if (
            unsent := len(self.errors)
            + (len(self.wanted) - len(tasks) - len(self.errors)) * self._stop.is_set()
        ):
            counts["not sent"] = unsent
        left = [task.keeper.left(task) for task in tasks if task.running]
        view = display.CountView(
            title=f"{len(self.wanted)} prompts",
            counts=counts,
            total=len(self.wanted),
            note="; ".join(sorted({error.message for error in list(self.errors.values())})),
            left=max([0.0, *left]) or None,
        )
        return display.count_text(view), display.count_html(view)

    # ---- as a sequence ----

    @overload
    def __getitem__(self, place: int) -> Task | None: ...
    @overload
    def __getitem__(self, place: slice) -> list[Task | None]: ...
    def __getitem__(self, place: int | slice) -> Task | list[Task | None] | None:
        return self._tasks[place]

    def __len__(self) -> int:
        return len(self._tasks)

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __repr__(self) -> str:
        tasks = [task for task in self._tasks if task is not None]
        return "\n".join([self._progress()[0], *(repr(task) for task in tasks)])

    def _ipython_display_(self) -> None:
        """Show the tasks, unless this cell shows them already."""
        if self._shown_in is None or self._shown_in != display.this_cell():
            html = "".join(self._one(place)[1] for place in range(min(len(self), SHOWN)))
            display.show(repr(self), self._progress()[1] + html)


class Previews(tuple[Preview, ...]):
    """What a batch would send."""

    def __repr__(self) -> str:
        total = sum(one.credits for one in self)
        return "\n".join([f"not sent: {len(self)} tasks, about {total:g} credits", *map(repr, self)])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return display.mime_bundle(repr(self), f"<pre>{escape(repr(self))}</pre>")


async def _end_of(task: Task) -> None:
    with contextlib.suppress(MJError):  # how it ended stands in its state
        await task


def running() -> Iterator[Batch]:
    """Yield the batches that still send."""
    yield from (batch for batch in list(batches) if batch.goes_on)
