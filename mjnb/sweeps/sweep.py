"""The sweep itself: what is there already, what is to pay, paying it once, waiting for the rest."""

from __future__ import annotations

import asyncio
import contextlib
import math
import threading
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .. import display
from ..api import SUBMIT_LIMIT
from ..errors import (
    AuthError,
    BudgetExceeded,
    DailyLimit,
    FeatureDisabled,
    InsufficientCredits,
    LedgerError,
    MJError,
)
from ..ledger import LIVE, OPEN, Entry
from ..prices import DOLLARS_PER_CREDIT, estimate
from ..tracking import Task, Tracker
from . import figures, measuring, tables
from .design import CellSpec, Design

if TYPE_CHECKING:
    import polars as pl

    from ..plots import SweepFigure

HOPELESS = (
    AuthError,
    InsufficientCredits,
    DailyLimit,
    FeatureDisabled,
    LedgerError,
)  # the next cell fails alike
TO_PAY = "to pay"


@dataclass(frozen=True)
class Plan:
    """What a sweep has, what it would pay, and how long that takes.

    Attributes:
        states: The state of every cell: ``to pay``, or that of its task.
        to_pay: How many cells would be sent.
        credits: What they may cost, an estimate.
        seconds: How long they may take, an estimate.
        frame: One row per cell: its values, repetition, state, task and credits.
    """

    states: tuple[str, ...]
    to_pay: int
    credits: float
    seconds: float
    frame: pl.DataFrame

    def __repr__(self) -> str:
        counts = Counter(state for state in self.states if state != TO_PAY)
        there = "".join(f", {count} {state}" for state, count in counts.items())
        if not self.to_pay:
            return f"{len(self.states)} cells{there}: nothing to pay"
        dollars = self.credits * DOLLARS_PER_CREDIT
        cost = f"about {self.credits:g} credits (${dollars:.2f}) and {self.seconds:.0f} s"
        return f"{len(self.states)} cells{there}, {self.to_pay} to pay: {cost}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return display.mime_bundle(repr(self), display.notice_html(repr(self)) + self.frame._repr_html_())


class Sweep:
    """One prompt at many parameter values.

    Nothing is paid before `run`.  A cell that was paid for before, by any sweep or ``%mj`` of the same
    account, is taken over and never paid again.

    Args:
        design: Its cells.
        tracker: Sends, watches and remembers.
    """

    def __init__(self, design: Design, tracker: Tracker) -> None:
        self.design, self.tracker = design, tracker
        self.id: str | None = None
        self.errors: dict[int, MJError] = {}  # what kept a cell from being sent, by cell number
        self._running: Future[None] | None = None
        self._shown_in: int | None = None  # the cell that shows its progress
        self._stop = threading.Event()
        self._live: display.Live | None = None
        self._under_way: dict[int, Task] = {}  # the tasks of the latest run, by cell number

    # ---- planning ----

    def plan(self, *, retry: bool = False) -> Plan:
        """Say what is there, what `run` would pay, what it may cost and how long it may take.

        Args:
            retry: Count cells whose task failed as to pay.
        """
        found = self._found()
        due = self._due(found, retry)
        cells = self.design.cells
        states = tuple(TO_PAY if cell in due else found[cell.number].state for cell in cells)
        costs = [estimate(cell.request, self.tracker.prices) if cell in due else 0.0 for cell in cells]
        tasks = [found[cell.number].id if cell.number in found else None for cell in cells]
        frame = tables.cell_frame(self.design, {"state": states, "credits": costs, "task": tasks})
        return Plan(states, len(due), sum(costs), self._seconds(due, found), frame)

    def _found(self) -> dict[int, Entry]:
        """Return the ledger's task for every cell that has one: repetition n is the n-th live task."""
        by_sha: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in self.tracker.ledger.with_requests(
            (c.sha for c in self.design.cells), self.tracker.account
        ):
            by_sha[entry.request_sha].append(entry)
        found: dict[int, Entry] = {}
        for sha, entries in by_sha.items():
            live = [entry for entry in entries if entry.state in LIVE]
            dead = [entry for entry in entries if entry.state not in LIVE]
            cells = [cell for cell in self.design.cells if cell.sha == sha]
            for cell, entry in zip(cells, [*live, *dead], strict=False):
                found[cell.number] = entry
        return found

    def _due(self, found: Mapping[int, Entry], retry: bool) -> list[CellSpec]:
        """Return the cells to send, slow kinds first: never sent, refused, or failed and tried again."""
        again = {"rejected", "failed", "expired"} if retry else {"rejected"}
        due = [c for c in self.design.cells if c.number not in found or found[c.number].state in again]
        return sorted(due, key=lambda cell: -self._usual(cell))

    def _usual(self, cell: CellSpec) -> float:
        return self.tracker.usual(cell.request.task_type, cell.request.speed)

    def _seconds(self, due: Sequence[CellSpec], found: Mapping[int, Entry]) -> float:
        """Return the bound of the limits: a burst per window, and the time of the slowest kind in each."""
        count, window = SUBMIT_LIMIT
        window /= self.tracker.client.time_scale
        new = [window * (n // count) + self._usual(cell) for n, cell in enumerate(due)]
        old = [self.tracker.expected(e) for e in found.values() if e.state in OPEN]
        return math.ceil(max([*new, *old], default=0.0))

    # ---- running ----

    def run(self, *, wait: bool = True, retry: bool = False, max_credits: float | None = None) -> Sweep:
        """Pay what is to pay, once, and wait for the pictures, with progress in place.

        Args:
            wait: False returns at once; the work goes on behind, `wait()` waits for it later.
            retry: Pay again for cells whose task failed or expired.
            max_credits: Refuse when the plan's estimate is above this.

        Returns:
            The sweep itself.

        Raises:
            BudgetExceeded: The plan is above ``max_credits`` or the session's budget; nothing was sent.
            MJError: A refusal that would meet every cell (key, credits, ledger); the rest was not sent.
            KeyboardInterrupt: Nothing new is sent; what runs goes on and is tracked.
        """
        plan = self.plan(retry=retry)
        if max_credits is not None and plan.credits > max_credits:
            hint = "Fewer values, speed='relaxed', or a larger max_credits."
            raise BudgetExceeded(
                f"the sweep may cost {plan.credits:g} credits, {max_credits:g} are allowed", hint=hint
            )
        self.tracker.budget.check(plan.credits)
        if self._running is None or self._running.done() or self._stop.is_set():
            self._stop = threading.Event()
            self._live, self._under_way = display.Live(), {}
            self._shown_in = display.this_cell()
            self._show()  # first from the cell's own thread: from the loop's it would land in no cell
            self._running = self.tracker.loop.start(self._run(retry, self._stop, self._live, self._under_way))
        return self.wait() if wait else self

    def wait(self, timeout: float | None = None) -> Sweep:
        """Wait until every cell that was sent is settled; raises as `run` does."""
        if self._running is not None:
            try:
                self.tracker.loop.wait(self._running, timeout)
            except KeyboardInterrupt:
                self.stop()
                raise
            finally:
                self._show()
        return self

    def stop(self) -> None:
        """Send nothing new; what runs goes on and is tracked."""
        self._stop.set()

    def _show(self) -> None:
        """Bring what is shown up to date now, before a waiting cell ends."""
        if self._live is not None:
            self._live.show(*self._progress(self._under_way))

    async def _run(
        self, retry: bool, stop: threading.Event, live: display.Live, tasks: dict[int, Task]
    ) -> None:
        found = self._found()
        due = self._due(found, retry)
        if self.id is None:
            self.id = self.tracker.ledger.add_sweep(self.design.to_json())
        self.errors = {}
        tasks |= {n: self.tracker.handle(entry) for n, entry in found.items() if entry.state in LIVE}
        for task in tasks.values():
            self.tracker.follow(task)
        over = asyncio.Event()
        showing = asyncio.ensure_future(
            display.keep_showing(live, lambda: self._progress(tasks), over.is_set)
        )
        try:
            await self._send_all(due, tasks, stop)
            await asyncio.gather(*(_end_of(task) for task in tasks.values()))
        finally:
            over.set()
            await showing
        hopeless = next((error for error in self.errors.values() if isinstance(error, HOPELESS)), None)
        if hopeless is not None:
            raise hopeless

    async def _send_all(self, due: Sequence[CellSpec], tasks: dict[int, Task], stop: threading.Event) -> None:
        sends = [asyncio.ensure_future(self._send(cell, tasks, stop)) for cell in due]
        while not all(send.done() for send in sends):
            if stop.is_set():
                for send in sends:
                    send.cancel()  # a request that is under way is finished and recorded all the same
            await asyncio.wait(sends, timeout=0.1)

    async def _send(self, cell: CellSpec, tasks: dict[int, Task], stop: threading.Event) -> None:
        alike = sum(1 for other in self.design.cells if other.sha == cell.sha)
        intent = self.tracker.intent(cell.request, sweep=self.id, cell=cell.number, at_most=alike)
        try:
            tasks[cell.number] = await self.tracker.send(intent)
        except MJError as error:
            self.errors[cell.number] = error
            if isinstance(error, HOPELESS):
                stop.set()

    def _progress(self, under_way: Mapping[int, Task]) -> tuple[str, str]:
        tasks = list(under_way.values())  # the loop may add to them meanwhile
        counts = Counter(task.state if task.done or task.running else "fetching" for task in tasks)
        if self.errors:
            counts["not sent"] = len(self.errors)
        left = [self.tracker.expected(t.entry) - t.elapsed for t in tasks if t.running]
        view = display.CountView(
            title=f"sweep of {len(self.design.cells)} cells",
            counts=counts,
            total=len(self.design.cells),
            note="; ".join(sorted({error.message for error in self.errors.values()})),
            left=max([0.0, *left]) or None,
        )
        return display.count_text(view), display.count_html(view)

    # ---- what came of it ----

    @property
    def tasks(self) -> list[Task | None]:
        """The task of every cell, in cell order; None where there is none yet."""
        found = self._found()
        return [
            self.tracker.handle(found[cell.number]) if cell.number in found else None
            for cell in self.design.cells
        ]

    def frame(self) -> pl.DataFrame:
        """Return cells, pictures and metrics: one row per picture, one for a cell without any."""
        return tables.picture_frame(self.design, self.tasks, self._measured())

    def plot(self, metrics: Sequence[str] | None = None, **look: Any) -> SweepFigure:
        """Draw the pictures at their parameter values beside the metric curves.

        Args:
            metrics: Names from `mjnb.metrics.METRICS`; None takes those that answer to the swept parameters.
            **look: The layout, by the attributes of `figures.Look`: ``by``, ``width``, ``title``,
                ``pictures``, ``scale``, ``view``, ``theme``, ``page``.

        Raises:
            InvalidRequest: There is no such axis, metric or choice.
        """
        return figures.figure(self.design, self.tasks, self._measured(), metrics, figures.Look(**look))

    def _measured(self) -> measuring.Numbers:
        return measuring.measure(self.tracker.ledger, [task for task in self.tasks if task is not None])

    def __repr__(self) -> str:
        axes = " x ".join(f"{name} {list(values)}" for name, values in self.design.axes.items())
        return f"sweep of {self.design.prompt!r}: {axes or 'one cell'}\n{self.plan()!r}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return display.mime_bundle(repr(self), self._html())

    def _ipython_display_(self) -> None:
        """Show the plan, unless this cell shows the progress of a run already."""
        if self._shown_in is None or self._shown_in != display.this_cell():
            display.show(repr(self), self._html())

    def _html(self) -> str:
        return "".join(display.notice_html(line) for line in repr(self).splitlines())


async def _end_of(task: Task) -> None:
    with contextlib.suppress(MJError):  # how it ended stands in its state
        await task
