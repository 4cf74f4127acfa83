"""Following tasks to their end: one piece of work for each, which waits for its turn, looks, and fetches."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from ..api import Record
from ..client import Client
from ..errors import AuthError, LedgerAway, LedgerMoved, MJError, OtherKey
from ..identity import Payer
from ..ledger import OPEN, Entry, Ledger
from .handle import Task
from .hints import Hints, is_told
from .not_yet import NotYet
from .polling import Polling

KEY_REFUSED = "the service refuses the key; the task goes on there, and wait() asks for it again"
REFUSALS = 5  # of the key in a row, after which nobody waits any longer
NO_RESULTS = "the service says that it succeeded, and names no results yet"
LONGEST_PAUSE = 4  # attempts after which the pause between looks that fail grows no more


class Follower(Protocol):
    """What following needs of the tracker."""

    client: Client
    ledger: Ledger
    account: str
    payer: Payer
    hints: Hints
    closed: bool
    callback_url: Callable[[str], str] | None

    def entry(self, own_id: str) -> Entry: ...
    async def fetch(self, task: Task) -> None: ...
    def end(self, task: Task, **known: Any) -> None: ...


class Following:
    """The tasks of one tracker that are followed; on the loop only.

    Args:
        tracker: Whose.
        sent: Waits until the submit of a task is over; see `Sender.over`.
    """

    def __init__(self, tracker: Follower, sent: Callable[[Task], Awaitable[None]]) -> None:
        self._tracker, self._sent = tracker, sent
        self._not_yet = NotYet(tracker.client.time_scale)
        self.polling = Polling(tracker.client, tracker.ledger, tracker.account, tracker.payer.name)
        self.under_way: dict[str, asyncio.Task[None]] = {}

    def start(self, task: Task) -> None:
        """Follow a task, if nobody does."""
        if task.id not in self.under_way and not self._tracker.closed:
            work = asyncio.ensure_future(self._settle(task))
            self.under_way[task.id] = work
            work.add_done_callback(lambda work: self._over(task, work))

    def stop(self, task: Task) -> None:
        """Follow a task no longer."""
        if task.id in self.under_way:
            self.under_way.pop(task.id).cancel()

    def forget(self, task: Task) -> None:
        """Forget a task that is settled."""
        self._not_yet.forget(task)

    async def close(self) -> None:
        """Follow nothing any more."""
        for work in list(self.under_way.values()):
            work.cancel()
        await asyncio.gather(*self.under_way.values(), return_exceptions=True)
        self.polling.close()

    def _over(self, task: Task, work: asyncio.Task[None]) -> None:
        if self.under_way.get(task.id) is work:
            del self.under_way[task.id]
        if not work.cancelled() and (error := work.exception()):
            task.finish(error)  # whatever went wrong, no waiter hangs

    async def _settle(self, task: Task) -> None:
        tracker = self._tracker
        while task.state == "intent":  # it is being sent, perhaps by another session, which may have died
            await self._sent(task)
            tracker.ledger.left_open(tracker.account)
            task.changed(tracker.entry(task.id))
        try:
            await self._look_until_it_ends(task)
        finally:
            if self.under_way.get(task.id) in (
                None,
                asyncio.current_task(),
            ):  # nobody has taken it up meanwhile
                self.polling.forget(task.id)
        await self._fetch_all(task)
        tracker.end(task)

    async def _look_until_it_ends(self, task: Task) -> None:
        client, refusals, failures = self._tracker.client, 0, 0
        while task.state in OPEN:
            await self._turn(task)
            try:
                self._tracker.ledger.beat()
                self._take_in(task, await client.look(str(task.task_id)))
                refusals = failures = 0
            except OtherKey:
                raise
            except LedgerMoved as error:  # what the service says can be recorded nowhere
                raise LedgerMoved(f"{error.message}; {task.id[-6:]} goes on as {task.task_id}") from None
            except MJError as error:  # the network or the service may come back: the task is paid for
                task.trouble, failures = error.message, failures + 1
                if isinstance(error, AuthError):
                    task.trouble = f"{KEY_REFUSED}: {error.message}"
                    refusals, failures = refusals + 1, LONGEST_PAUSE
                task.changed(task.entry)
                if refusals == REFUSALS:
                    raise
                self.polling.later(task.id, client.pause(min(failures, LONGEST_PAUSE), error))

    async def _turn(self, task: Task) -> None:
        """Wait until it is time to look."""
        url, hints = self._tracker.callback_url, self._tracker.hints
        told = url is not None and is_told(task.entry, url(task.entry.nonce))
        age = self._not_yet.age(task)
        await self.polling.turn(task.entry, age, told=told, hurry=hints.heard(task))
        hints.heard(task)  # what came until now is answered by this look

    async def _fetch_all(self, task: Task) -> None:
        while True:
            try:
                return await self._tracker.fetch(task)
            except LedgerAway as error:  # it comes back, and then knows what is still to be fetched
                task.trouble = error.message
                await asyncio.sleep(self._tracker.client.pause(LONGEST_PAUSE, error))

    def _take_in(self, task: Task, record: Record | None) -> None:
        tracker, ledger = self._tracker, self._tracker.ledger
        task.trouble = ""
        if record is None:
            if self._not_yet.may_be_made(task):
                self.polling.later(task.id, self._not_yet.pause(task))
            else:
                if not tracker.payer.owns(task.entry.payer):
                    raise OtherKey(f"task {task.id[-6:]} ({task.task_id}) was sent under another key")
                ledger.expired(task.id, "the service no longer knows this task")
        elif record.pending or self._not_yet.may_have_results(task, record):
            self._not_yet.is_there(task)
            if not record.pending:
                task.trouble = NO_RESULTS
                self.polling.later(task.id, self._not_yet.pause(task))
            ledger.generating(task.id, record.raw)
        else:
            ledger.settled(task.id, record)
        entry = tracker.entry(task.id)
        if entry.state == "succeeded":
            self.polling.ended(entry)
        if entry.rev != task.entry.rev:
            task.changed(entry, ledger.pictures(task.id))
