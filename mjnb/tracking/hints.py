"""What outsiders say of our tasks: a reason to look at the record, never more.

A hint comes with a nonce that only its row's callback URL carries.  It wakes the look at a running task,
and it can name the id of one whose submit answer was lost; that id counts when the service's own record
says that it belongs to the row.  Taking a hint touches neither disk nor network, and hints that bring
nothing are listened to ever less often: a flood costs no more looks than polling does.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Protocol

from ..api import Record, read_params
from ..client import Client
from ..errors import LedgerError, MJError, NotFound, ServerError
from ..hooks import nonce_in
from ..intake import identifier, same_id
from ..ledger import OPEN, Entry, Ledger
from ..params import Generate, rows
from .handle import Task

CALLBACK = rows(Generate)["call_back_url"].api
NAMES = 16  # ids that are ever tried for one row
TRIES = 5  # of an id whose record is not there yet, or cannot be read
SETTLED = 10_000  # tasks of whose late callbacks it is still known that they are ours
DOUBLINGS = 5  # of the pause after a hint that brought nothing
BREATH = 1.0  # seconds of the service's clock that the second such hint costs


class Looker(Protocol):
    """What hints need from the tracker."""

    client: Client
    ledger: Ledger

    def follow(self, task: Task) -> None: ...
    def hurry(self, task: Task, breather: float) -> None: ...
    def refresh(self, task: Task) -> Task: ...


@dataclass
class Row:
    """One task as hints see it: is there news, and under which ids was it named (and how often tried)?"""

    task: Task
    news: float | None = None  # after how many seconds since the last look a hint is listened to
    named: dict[str, int] = field(default_factory=dict)
    fruitless: int = 0


class Hints:
    """Hints for the tasks of one tracker; but for `expect`, on the loop only.

    Args:
        looker: Looks at records.
    """

    def __init__(self, looker: Looker) -> None:
        self._looker = looker
        self._rows: dict[str, Row] = {}  # of tasks that may have news
        self._settled: dict[str, None] = {}  # nonces of the others, oldest first
        self._finding: dict[str, asyncio.Task[None]] = {}

    def expect(self, task: Task) -> None:
        """Listen to hints for a task; from any thread."""
        self._row(task)

    def forget(self, task: Task) -> None:
        """Hold a settled task no longer; that a hint is for one of ours is still known."""
        self._rows.pop(task.entry.nonce, None)
        self._settled[task.entry.nonce] = None
        if len(self._settled) > SETTLED:
            del self._settled[next(iter(self._settled))]

    def _row(self, task: Task) -> Row:
        return self._rows.setdefault(task.entry.nonce, Row(task))

    def take(self, nonce: str, task_id: str | None, terminal: bool) -> bool:
        """Take a hint; see `Tracker.wake`."""
        row = self._rows.get(nonce)
        if row is None:
            return nonce in self._settled
        task_id = identifier(self._looker.client.shield.text(task_id or ""))
        if row.task.state in ("intent", "unknown") and task_id and len(row.named) < NAMES:
            row.named.setdefault(task_id, 0)
        if row.task.state == "unknown":
            self.find_out(row.task)
        elif terminal and row.task.running and row.news is None:
            row.news = BREATH * (
                2**row.fruitless - 1
            )  # the first costs nothing, each further one twice as much
            row.fruitless = min(row.fruitless + 1, DOUBLINGS)
            if row.task.state in OPEN:  # an intent's callback may be faster than its submit's answer
                self._looker.follow(row.task)
                self._looker.hurry(row.task, row.news)
        return True

    def heard(self, task: Task) -> float | None:
        """Return how long after the last look a hint that came is to be listened to; the next is news."""
        row = self._row(task)
        news, row.news = row.news, None
        return news

    def find_out(self, task: Task) -> None:
        """Try the ids under which an ``unknown`` task was named, in the background."""
        row = self._row(task)
        if task.id not in self._finding and _next_name(row):
            work = asyncio.ensure_future(self._find_out(row))
            self._finding[task.id] = work
            work.add_done_callback(lambda _: self._finding.pop(task.id, None))

    async def _find_out(self, row: Row) -> None:
        while row.task.state == "unknown" and (named := _next_name(row)):
            tries = row.named.pop(named)
            row.named[named] = tries  # now the last: the others have their turn
            error: MJError = NotFound("no such record")
            try:
                record = await self._looker.client.record(named)
            except MJError as trouble:
                record, error = None, trouble
            if record is not None:
                row.named[named] = TRIES
                if belongs(record, named, row.task.entry):
                    self._found(row, named)
                continue
            row.named[named] = tries + is_said_in_full(error)
            await asyncio.sleep(self._looker.client.pause(4, error) if _next_name(row) else 0)

    def _found(self, row: Row, task_id: str) -> None:
        with contextlib.suppress(LedgerError):  # another row has this id
            if self._looker.ledger.submitted(row.task.id, task_id):
                row.news = 0.0
            self._looker.refresh(row.task)

    async def close(self) -> None:
        """Find out nothing more."""
        work = list(self._finding.values())
        for one in work:
            one.cancel()
        await asyncio.gather(*work, return_exceptions=True)


def _next_name(row: Row) -> str:
    """Return an id that is still to be tried, or an empty text."""
    return next((name for name, tries in row.named.items() if tries < TRIES), "")


def is_said_in_full(error: MJError) -> bool:
    """Return whether a service answered in full, and not with the record asked for; else it may come back."""
    return isinstance(error, NotFound) or (isinstance(error, ServerError) and error.code == 200)


def belongs(record: Record, task_id: str, entry: Entry) -> bool:
    """Return whether a record can be that of a row: its callback URL, when it has one, carries the nonce."""
    url = callback_of(record.param_json)
    is_its = not record.task_id or same_id(record.task_id, task_id)
    return is_its and (not url or nonce_in(url) == entry.nonce)


def callback_of(param_json: str | None) -> str:
    """Return the callback URL of a paramJson text, or an empty text."""
    return str(read_params(param_json).get(CALLBACK) or "")


def is_told(entry: Entry, callback_url: str) -> bool:
    """Return whether the service reports a task's end to this URL, so that polling is the safety net."""
    return entry.state in OPEN and callback_of(entry.param_json) == callback_url
