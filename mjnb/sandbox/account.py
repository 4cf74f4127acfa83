"""The sandbox's books: tasks, credits and limits of one account, with the service's own oddities.

A task's pictures are a function of its parameters and of how often the same parameters were asked before,
so a demonstration looks the same everywhere and two runs of one request still differ, as they do at the
service, which has no seed.  Books kept in a file survive the process: a later sandbox goes on with them, and
one of another process that runs meanwhile knows its tasks.
"""

from __future__ import annotations

import hashlib
import json
import random
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..api import SUBMIT_LIMIT
from ..errors import InvalidRequest
from ..outcomes import NOT_THERE
from ..params import TASK_TYPES, Generate, Request, Upscale, VideoExtend, body, from_body, task_type_of
from ..prices import PRICES, estimate
from .books import Books
from .tasks import UPSCALE, Task, count_of, latency_of

LATENCY = {"relaxed": 215.0, "fast": 60.0, "turbo": 35.0}  # seconds at the service, as seen
JITTER = 0.08  # standard deviation of the logarithm of a latency
ADDED_BY_SERVER = {"enableTranslation": True, "motion": "high", "videoBatchSize": 1}
UNREADABLE = "the input picture cannot be read: {}"

MESSAGES = {
    401: "You do not have access permissions",
    402: "The current credits are insufficient. Please top up.",
    429: "Your call frequency is too high. Please try again later.",
    505: "The current feature is disabled",
}


class Refusal(Exception):
    """The service says no: a code and a message in an envelope."""

    def __init__(self, code: int, message: str = "") -> None:
        super().__init__(message or MESSAGES[code])
        self.code = code


@dataclass(frozen=True)
class Source:
    """A picture that a task starts from: its address, and what is behind it.

    Attributes:
        url: As it was sent.
        name: What the sandbox calls it; empty when there is no such picture.
        identity: The same for the same picture, whatever its address.
    """

    url: str
    name: str = ""
    identity: str = ""


@dataclass(frozen=True)
class Ending:
    """How a task is made to fail: its successFlag and the reason."""

    flag: int
    error: str


class Account:
    """The state behind one API key.

    Args:
        key: What the bearer token must be.
        credits: What is on the account at every start.
        time_scale: How many times faster than the service everything goes.
        latency: Seconds per speed at the service, before scaling; see `LATENCY`.  Videos and follow-ups take
            their part or multiple of a fast task's.
        prices: Credits per item.
        books: A file that keeps the tasks, and may be that of other processes too; None keeps them in memory.
    """

    def __init__(
        self,
        *,
        key: str = "sandbox",
        credits: float = 10_000.0,
        time_scale: float = 20.0,
        latency: Mapping[str, float] = LATENCY,
        prices: Mapping[str, float] = PRICES,
        books: Path | None = None,
    ) -> None:
        self.key, self.credits, self.time_scale = key, credits, time_scale
        self.latency, self.prices, self.books = LATENCY | dict(latency), prices, Books(books)
        self.tasks: dict[str, Task] = {}
        self.submits = 0  # requests that reached the books, refused ones too
        self._recent: deque[float] = deque()
        self._asked: dict[str, int] = {}
        self._lock = threading.RLock()
        self._catch_up()

    def submit(
        self,
        kind: type[Request],
        sent: Mapping[str, Any],
        find: Callable[[str], Source] = Source,
        ending: Ending | None = None,
    ) -> Task:
        """Take a request into the books and charge it.

        Args:
            kind: Which request it is.
            sent: The JSON body.
            find: Tells what is behind the URL of an input picture.
            ending: Makes the task fail.

        Raises:
            Refusal: With the service's code.
        """
        with self._lock:
            self.submits += 1
        request = _read(kind, sent)
        sources = [find(url) for url in request.file_urls or ()] if isinstance(request, Generate) else []
        with self._lock, self.books.held():
            self._catch_up()
            parent = self._parent_of(request)
            self._hold_limit()
            cost = estimate(request, self.prices)
            if cost > self.credits:
                raise Refusal(402)
            self.credits -= cost
            self._recent.append(time.monotonic())
            return self._enter(request, cost, parent, sources, ending)

    def record(self, task_id: str) -> dict[str, Any] | None:
        """Return record-info's data, keys in the service's order; None for an unknown task."""
        task = self._task(task_id)
        return None if task is None else task.record(time.time())

    def finished(self, task_id: str) -> Task | None:
        """Return a task whose results are there."""
        task = self._task(task_id)
        return task if task is not None and task.flag == 1 and time.time() >= task.ready else None

    # ---- inside ----

    def _task(self, task_id: str) -> Task | None:
        """Return a task of these books, one that another process has just added too."""
        if task_id not in self.tasks:
            self._catch_up()
        return self.tasks.get(task_id)

    def _catch_up(self) -> None:
        """Take in what is in the books and not known: all of it at first, later what others added."""
        with self._lock:
            for task in self.books.news():
                if task.task_id not in self.tasks:
                    self._count(task.seed.partition("-")[0])
                    self.tasks[task.task_id] = task

    def _count(self, digest: str) -> int:
        """Count another asking for the same, and return which it is."""
        self._asked[digest] = self._asked.get(digest, 0) + 1
        return self._asked[digest]

    def _parent_of(self, request: Request) -> Task | None:
        """Return the task that a follow-up is about, after holding it against the rules."""
        if isinstance(request, Generate):
            return None
        parent = self._task(request.task_id)
        if parent is None:
            raise Refusal(422, NOT_THERE)
        if time.time() < parent.ready:
            raise Refusal(422, f"the task {parent.task_id} is still running")
        if parent.flag != 1:
            raise Refusal(422, f"the task {parent.task_id} failed and has no results")
        _hold_kind(request, parent)
        if _index_of(request) >= parent.count:
            raise Refusal(
                422, f"the task {parent.task_id} has {parent.count} results, not {_index_of(request) + 1}"
            )
        return parent

    def _hold_limit(self) -> None:
        count, seconds = SUBMIT_LIMIT
        while self._recent and time.monotonic() - self._recent[0] > seconds / self.time_scale:
            self._recent.popleft()
        if len(self._recent) >= count:
            raise Refusal(429)

    def _enter(
        self,
        request: Request,
        cost: float,
        parent: Task | None,
        sources: list[Source],
        ending: Ending | None,
    ) -> Task:
        recorded = _recorded(request)
        digest = hashlib.sha256(_identity(request, recorded, parent, sources).encode()).hexdigest()[:16]
        dead = next((source.url for source in sources if not source.name), None)
        if dead is not None and ending is None:
            ending = Ending(3, UNREADABLE.format(dead))
        created = time.time()
        seed = f"{digest}-{self._count(digest)}"
        jitter = random.Random(seed.replace("-", "")).lognormvariate(0, JITTER)
        task = Task(
            task_id=secrets.token_hex(16),
            task_type=task_type_of(request),
            param_json=_text(recorded),
            seed=seed,
            created=created,
            ready=created + latency_of(request, self.latency) * jitter / self.time_scale,
            credits=cost,
            count=count_of(request),
            parent=parent.task_id if parent else "",
            index=_index_of(request),
            sources=tuple(source.name for source in sources),
            flag=ending.flag if ending else 1,
            error=ending.error if ending else "",
        )
        self.books.add(task)
        self.tasks[task.task_id] = task
        return task


def _read(kind: type[Request], sent: Mapping[str, Any]) -> Request:
    try:
        return from_body(kind, sent)  # type: ignore[type-var]  # one of the four, whichever
    except InvalidRequest as error:
        raise Refusal(422, "; ".join(error.faults)) from error


def _hold_kind(request: Request, parent: Task) -> None:
    wants_video = isinstance(request, VideoExtend)
    if parent.is_video != wants_video:
        has, wanted = ("pictures", "videos") if wants_video else ("videos", "pictures")
        raise Refusal(422, f"{task_type_of(request)} takes {wanted}; {parent.task_type} made {has}")
    if isinstance(request, Upscale) and parent.task_type == UPSCALE:
        raise Refusal(422, "the picture is upscaled already")


def _index_of(request: Request) -> int:
    """Return which of the parent's results is meant, from 0."""
    if isinstance(request, Generate):
        return 0
    return (request.video if isinstance(request, VideoExtend) else request.image) - 1


def _recorded(request: Request) -> dict[str, Any]:
    """Return a request's parameters as paramJson shows them, with what the service adds."""
    if not isinstance(request, Generate):
        return body(request)
    speed = {"speed": "fast"} if TASK_TYPES[request.task_type].speed == "free" else {}
    return ADDED_BY_SERVER | speed | body(request)


def _identity(request: Request, recorded: dict[str, Any], parent: Task | None, sources: list[Source]) -> str:
    """Return a text that is the same for the same request, whatever ids and addresses it came with."""
    same = {name: value for name, value in recorded.items() if name != "callBackUrl"}
    if parent is not None:
        same |= {"taskType": task_type_of(request), "taskId": parent.seed}
    if sources:
        same["fileUrls"] = [source.identity or source.url for source in sources]
    return _text(same)


def _text(values: dict[str, Any]) -> str:
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
