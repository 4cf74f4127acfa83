"""The tracker: sends requests, watches what runs, brings the pictures home.

A paid request and the row that records its answer are one step, which neither an interrupt nor a
cancelled sweep cuts in half.  Everything here runs on the private loop.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from weakref import WeakValueDictionary

from ..api import Record
from ..client import Client
from ..display import Usual
from ..errors import (
    InvalidRequest,
    LedgerAway,
    LedgerBusy,
    LedgerError,
    LedgerFull,
    WaitTimeout,
)
from ..identity import ANYONE, Payer
from ..ledger import OPEN, Entry, Intent, Ledger
from ..loop import GRACE, Loop, leaving
from ..media import Store
from ..params import Generate, Request
from ..preview import Preview, preview
from ..prices import PRICES, estimate
from .budget import Budget
from .fetching import Fetcher
from .following import Following
from .handle import Task
from .hints import Hints
from .inputs import reachable
from .polling import kind_of
from .sending import Sender
from .turns import Turns

CLOSED = "The task goes on at the service; the next session takes it up."
ELSEWHERE = "Open a session with that account's key and address."
LAST_STEPS = GRACE  # seconds that closing waits for submits under way; cut off, they would be unknown
LATEST = 200  # settled handles that are held for completion, also when nobody else holds them


class Tracker:
    """One account's tasks, followed until they are settled.

    Args:
        client: Talks to the service.
        ledger: Remembers.
        store: Keeps the pictures.
        loop: Where all of it runs.
        account: Whose tasks these are.
        payer: Who pays; left out: nobody is told apart.
        sandbox: Whether the service is the sandbox.
        prices: Credits per item, estimates.
        budget: What may be spent; None: no limit.
    """

    def __init__(
        self,
        client: Client,
        ledger: Ledger,
        store: Store,
        loop: Loop,
        account: str,
        *,
        payer: Payer = ANYONE,
        sandbox: bool = False,
        prices: Mapping[str, float] = PRICES,
        budget: Budget | None = None,
    ) -> None:
        self.client, self.ledger, self.store, self.loop = client, ledger, store, loop
        self.account, self.payer, self.sandbox = account, payer, sandbox
        self.prices, self.budget = prices, budget or Budget()
        self.tasks: WeakValueDictionary[str, Task] = WeakValueDictionary()  # all that anybody holds
        self._latest: deque[Task] = deque(maxlen=LATEST)
        self._making = threading.Lock()  # a task has one handle, whichever thread asks first
        self.closed = False
        self.callback_url: Callable[[str], str] | None = None  # from a nonce; None: it is only polled
        self.hints = Hints(self)
        self.turns = Turns(client, ledger)
        self._sender = Sender(self)
        self._fetcher = Fetcher(client, ledger, store)
        self.following = Following(self, self._sender.over)

    # ---- sending ----

    def intent(self, request: Request, **whose: Any) -> Intent:
        """Return the intent to send a request: with its price, and whose child or cell it is.

        Raises:
            InvalidRequest: An input is where the service cannot reach it.
        """
        request = reachable(request, self)
        cost = estimate(request, self.prices)
        return Intent(request, self.account, self.client.base_url, cost, payer=self.payer.name, **whose)

    def contents(self, urls: Iterable[str]) -> dict[str, str]:
        """Return the SHA-256 of what is behind pictures' URLs; see `Ledger.contents`."""
        return self.ledger.contents(urls)

    def put(
        self, request: Request, parent: Task | None, number: int | None, *, wait: bool, dry_run: bool
    ) -> Task | Preview:
        """Send a request and wait until the service has it; or, in a dry run, say what would be sent.

        Args:
            request: A checked request.
            parent: The task that it goes on from.
            number: Which of its pictures or videos, from 1.
            wait: Wait for the result, too.
            dry_run: Send nothing.
        """
        if parent is not None and not isinstance(request, Generate) and parent.entry.account != self.account:
            raise InvalidRequest(f"task {parent.id[-6:]} is of another account", hint=ELSEWHERE)
        if dry_run:
            return self.preview(request)
        whose = {"parent": parent.id if parent else None, "parent_image": number}
        task = self.loop.run(self.send(self.intent(request, **whose)))
        return task.wait() if wait else task

    def preview(self, request: Request, uploads: Sequence[str] = ()) -> Preview:
        """Say what sending a request would do, after uploading these files; nothing is sent."""
        address = self.callback_url("").partition("?")[0].rpartition("/")[0] if self.callback_url else ""
        shown = f"{address}/…" if address else ""  # what follows is the secret
        return preview(request, self.prices, uploads, callback_url=shown, left=self.budget.left)

    async def send(self, intent: Intent) -> Task:
        """Record and send a request, and follow the task that comes of it; raises as `Sender.send`."""
        return await self._sender.send(intent)

    # ---- following ----

    def handle(self, entry: Entry) -> Task:
        """Return the one handle of a task."""
        there = self.tasks.get(entry.id)
        if there is not None:
            return there
        return self._made(Task(self, entry, self.ledger.pictures(entry.id)))

    def _made(self, task: Task) -> Task:
        """Return the handle that a task has, which is this one unless another thread was faster."""
        if not task.running and all(picture.state != "pending" for picture in task.images):
            task.finish(task.error)
        with self._making:
            there = self.tasks.get(task.id)
            if there is None:
                if task.running or task.state == "unknown":
                    self.hints.expect(task)
                self.tasks[task.id] = task
            return there or task

    def adopt(self, entry: Entry) -> Task:
        """Go on with a task that a dead session left open."""
        if entry.state in OPEN:
            self.ledger.adopt(entry.id)
        task = self.handle(entry)
        self.follow(task)
        return task

    def refresh(self, task: Task) -> Task:
        """Take in what the ledger now says of a task, and go on with it."""
        task.changed(self.entry(task.id), self.ledger.pictures(task.id))
        task.reopen(settled_anew=True)
        self.follow(task)
        return task

    def follow(self, task: Task) -> None:
        """See to it that a task is looked after until it is settled; from any thread."""
        if self.closed:
            task.finish(WaitTimeout(f"the session of task {task.id[-6:]} is closed", hint=CLOSED))
        elif task.running and task.entry.account != self.account:  # its service knows it, ours does not
            task.finish(WaitTimeout(f"task {task.id[-6:]} is of another account", hint=ELSEWHERE))
        elif task.running or not task.done:
            task.reopen()
            self.loop.call(self.following.start, task)

    def leave(self, task: Task) -> None:
        """Stop looking after a task and let its waiters go; from any thread."""
        task.finish(WaitTimeout(f"task {task.id[-6:]} is no longer waited for"))
        self.loop.call(self.following.stop, task)

    def usual(self, task_type: str, speed: str | None, version: object = None) -> Usual:
        """Return how long tasks of a kind usually take."""
        return self.following.polling.usual((task_type, speed, None if version is None else str(version)))

    def usual_of(self, entry: Entry) -> Usual:
        """Return how long tasks like one usually take."""
        return self.following.polling.usual(kind_of(entry))

    def left(self, task: Task) -> float:
        """Return how many seconds a running task usually still takes; see `left_of`."""
        return self.left_of(task.entry, task.elapsed)

    def left_of(self, entry: Entry, elapsed: float) -> float:
        """Return the seconds after which half of the tasks that run so long have ended."""
        return self.following.polling.left(kind_of(entry), elapsed)

    def hurry(self, task: Task, breather: float) -> None:
        """Look at a task soon; see `Polling.hurry`."""
        self.following.polling.hurry(task.id, breather)

    async def look(self, task_id: str) -> Record | None:
        """Ask the service what it knows of a task."""
        return await self.client.record(task_id)

    async def close(self) -> None:
        """Finish what is being sent, stop looking after everything, and let all waiters go."""
        self.closed = True
        await self.loop.settle(LAST_STEPS)
        self.client.stop()  # what waits for its turn all the same does not get the place of what ends below
        for task in list(self.tasks.values()):
            if not task.done and not leaving():  # then only daemon threads wait, which end with the process
                self.follow(task)
        await self.following.close()
        await self._fetcher.close()
        await self.hints.close()
        await self.client.close()

    def wake(self, nonce: str, task_id: str | None, terminal: bool = True) -> bool:
        """Take a hint that a task has news: look at its record soon; call on the loop, as often as may be.

        Args:
            nonce: What the task's callback URL carried.
            task_id: The service's id as the hint has it; makes a task known whose submit answer was lost, if
                its record says the same.
            terminal: Whether the hint tells of the task's end; else a running task is left alone.

        Returns:
            Whether the nonce names a task that this session holds.
        """
        return self.hints.take(nonce, task_id, terminal)

    async def fetch(self, task: Task) -> None:
        """Bring the pictures that are not here; a bad one is an error on that picture alone.

        A task that ended without any is asked for again: its results may have come late.
        """
        if task.state == "succeeded" and task.result_count == 0 and task.done and task.task_id:
            record = await self.client.record(task.task_id)
            if record is not None and record.urls and self.ledger.late(task.id, record):
                task.reopen(settled_anew=True)
                task.changed(self.entry(task.id), self.ledger.pictures(task.id))
                self.follow(task)

        def came() -> None:
            task.changed(self.entry(task.id), self.ledger.pictures(task.id))

        if await self._fetcher.fetch(task, came):
            came()

    # ---- small parts ----

    def end(self, task: Task, **known: Any) -> None:
        task.changed(self.seen(task, **known))
        task.finish(task.error)
        if task.state == "unknown":
            self.hints.find_out(task)
        elif not task.running:
            self._let_go(task)

    def _let_go(self, task: Task) -> None:
        """Hold a settled task no longer, but for the latest: a session does not grow with its tasks."""
        self.hints.forget(task)
        self.following.forget(task)
        self._latest.append(task)

    def seen(self, task: Task, **known: Any) -> Entry:
        """Return a task's row; with what is known since, when that could only be kept aside."""
        try:
            entry = self.entry(task.id)
        except (LedgerAway, LedgerBusy, LedgerFull):
            entry = task.entry
        return replace(entry, **known) if entry.state == "intent" else entry

    def entry(self, own_id: str) -> Entry:
        entry = self.ledger.entry(own_id)
        if entry is None:
            raise LedgerError(f"the ledger has no task {own_id}")
        return entry
