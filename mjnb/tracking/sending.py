"""Sending: a paid request and the row that records its answer are one step, made once.

Neither an interrupt nor a cancelled sweep nor leaving the interpreter cuts the step in half.  What was
definitely refused may be sent again; what became unclear never is.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from ..client import Client
from ..errors import (
    LedgerAway,
    LedgerError,
    LedgerMoved,
    Maintenance,
    MJError,
    NotConnected,
    RateLimited,
    ServerError,
)
from ..ledger import Entry, Intent, Ledger
from ..loop import Loop
from ..outcomes import Outcome, Verdict
from .budget import Budget
from .handle import Task
from .not_yet import SHORTEST
from .turns import Turns

SENDS: dict[type[MJError], int] = {Maintenance: 3, NotConnected: 2}  # how often; refusals that may pass
PATIENCE, TURNS = 600.0, 30  # seconds and refusals that a request waits for its turn through, at least
AWAY = 60.0  # seconds that a request waits for a ledger that cannot be reached


class Follower(Protocol):
    """What sending needs of the tracker."""

    client: Client
    ledger: Ledger
    loop: Loop
    budget: Budget
    turns: Turns
    closed: bool
    callback_url: Callable[[str], str] | None

    def handle(self, entry: Entry) -> Task: ...
    def follow(self, task: Task) -> None: ...
    def end(self, task: Task, **known: Any) -> None: ...
    def entry(self, own_id: str) -> Entry: ...
    def wake(self, nonce: str, task_id: str | None, terminal: bool = True) -> bool: ...
    def seen(self, task: Task, **known: Any) -> Entry: ...


class Sender:
    """Sends the requests of one account.

    Args:
        tracker: Remembers, and follows what comes of them.
    """

    def __init__(self, tracker: Follower) -> None:
        self._tracker = tracker
        self._under_way: dict[str, asyncio.Task[None] | None] = {}

    async def send(self, intent: Intent) -> Task:
        """Record and send a request; follow the task that comes of it.

        Returns:
            The task, taken by the service.

        Raises:
            Refused, NotConnected: The service did not take it, also not after repeating what may pass.
            AnswerLost, ServerError: Nobody knows; the task is ``unknown`` and is not sent again.
            LedgerError: It could not be recorded, and was not sent.
            BudgetExceeded: It would cost more than may be spent, and was not sent.
        """
        task: Task | None = None
        intent = self._with_callback(intent)
        start = time.monotonic()
        for attempt in itertools.count(1):
            sent = False
            try:
                async with self._tracker.client.sending, self._tracker.turns.turn():
                    task, sent = self._enter(task, intent)
                    if sent:
                        await self._tracker.loop.step(self._send_once(task, intent))
                    else:
                        self._tracker.follow(task)
                    return task
            except (RateLimited, LedgerAway, Maintenance, NotConnected) as error:
                lost = sent and isinstance(error, LedgerAway)  # what came of it could not even be kept aside
                if lost or not self._may_pass(error, attempt, time.monotonic() - start):
                    raise
                pause = self._tracker.client.pause(attempt, error)
            await asyncio.sleep(pause)
        raise AssertionError("unreachable")

    async def over(self, task: Task) -> None:
        """Wait until the submit of a task is over; a moment, if it is not on its way from here.

        Raises:
            LedgerMoved: What came of it can be recorded nowhere; it says under which id the task goes on.
        """
        step = self._under_way.get(task.id)
        if step is None:
            await asyncio.sleep(SHORTEST / self._tracker.client.time_scale)
            return
        await asyncio.wait([step])
        if not step.cancelled() and isinstance(error := step.exception(), LedgerMoved):
            self._under_way.pop(task.id, None)  # said once: the ledger may be put back
            raise error

    def _may_pass(self, error: MJError, attempt: int, waited: float) -> bool:
        """Return whether to wait and try again what was surely not taken."""
        if self._tracker.closed:
            return False
        if isinstance(error, RateLimited):
            return attempt < TURNS or waited < PATIENCE / self._tracker.client.time_scale
        if isinstance(error, LedgerAway):
            return waited < AWAY
        return attempt < SENDS[type(error)]

    def _enter(self, task: Task | None, intent: Intent) -> tuple[Task, bool]:
        """Reserve the credits and record what is about to be sent, both or neither; say whether to send."""
        tracker = self._tracker
        if tracker.closed:
            raise NotConnected("the session is closed; this was not sent")
        tracker.client.ready()
        tracker.budget.take(intent.credits)
        fresh = False
        try:
            intent = replace(intent, owner=tracker.budget.owner, limit=tracker.budget.limit)
            ledger = tracker.ledger
            own_id, fresh = ledger.intend(intent) if task is None else ledger.again(task.id, intent)
            try:
                return tracker.handle(tracker.entry(own_id)), fresh
            except LedgerError:  # recorded, and out of reach before it was sent
                if fresh:
                    fresh = False
                    tracker.ledger.unsent(own_id)
                raise
        finally:
            if not fresh:
                tracker.budget.give_back(intent.credits)

    def _with_callback(self, intent: Intent) -> Intent:
        url_for = self._tracker.callback_url
        if url_for is None or intent.request.call_back_url is not None:
            return intent
        return replace(intent, request=replace(intent.request, call_back_url=url_for(intent.nonce)))

    async def _send_once(self, task: Task, intent: Intent) -> None:
        self._under_way[task.id] = asyncio.current_task()
        try:
            await self._submit(task, intent)
        except LedgerMoved:
            raise  # and kept: who follows the task hears of it, too
        except BaseException:
            del self._under_way[task.id]
            raise
        del self._under_way[task.id]

    async def _submit(self, task: Task, intent: Intent) -> None:
        try:
            verdict = await self._tracker.client.send(intent.request)
        except BaseException as error:
            self._nobody_knows(task, f"interrupted by {type(error).__name__}")
            raise
        if verdict.outcome is Outcome.TAKEN:
            self._record_taken(task, verdict)
            self._tracker.follow(task)
            return
        fault = verdict.error or ServerError("the answer to the submit cannot be read")
        if verdict.outcome is Outcome.REFUSED:
            self._tracker.budget.give_back(intent.credits)
            self._tracker.ledger.rejected(task.id, fault.message, getattr(fault, "code", None), verdict.raw)
            self._tracker.end(task, state="rejected", error=fault.message)
        else:
            self._nobody_knows(task, fault.message, verdict)
        raise fault

    def _nobody_knows(self, task: Task, why: str, verdict: Verdict | None = None) -> None:
        self._tracker.ledger.unknown(task.id, why, verdict.raw if verdict else "")
        if verdict and verdict.task_id:
            self._tracker.wake(task.entry.nonce, verdict.task_id, terminal=False)
        self._tracker.end(task, state="unknown", error=why)

    def _record_taken(self, task: Task, verdict: Verdict) -> None:
        task_id = verdict.task_id
        try:
            recorded = self._tracker.ledger.submitted(task.id, task_id, verdict.raw)
            if not recorded and (entry := self._tracker.entry(task.id)).state == "unknown":
                self._tracker.end(task)
                raise ServerError(entry.error or f"the service named task {task_id}", code=200)
            if not recorded:
                raise LedgerError(f"task {task.id} was settled while its answer was on the way")
        except LedgerError as error:
            error.hint = f"The service took it as {task_id}; later say mj.resolve('{task.id}', '{task_id}')."
            raise
        taken = {"state": "submitted", "task_id": task_id, "submitted_at": int(time.time() * 1000)}
        task.changed(self._tracker.seen(task, **taken))
