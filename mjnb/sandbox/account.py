"""The sandbox's books: tasks, credits and limits of one account, with the service's own oddities.

A task's pictures are a function of its parameters and of how often the same parameters were asked before,
so a demonstration looks the same everywhere and two runs of one request still differ, as they do at the
service, which has no seed.  Books kept in a file survive the process: a later sandbox goes on with them.
"""

from __future__ import annotations

import hashlib
import json
import random
import secrets
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..api import SUBMIT_LIMIT
from ..errors import InvalidRequest
from ..params import TASK_TYPES, VIDEO, Generate, body, from_body
from ..prices import PRICES, estimate

LATENCY = {"relaxed": 215.0, "fast": 60.0, "turbo": 35.0}  # seconds at the service, as seen
OMNI_LATENCY = 247.0
JITTER = 0.08  # standard deviation of the logarithm of a latency
PICTURES = 4
ADDED_BY_SERVER = {"enableTranslation": True, "motion": "high", "videoBatchSize": 1}

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
class Task:
    """One line of the books; times in epoch seconds."""

    task_id: str
    task_type: str
    param_json: str
    seed: str
    created: float
    ready: float
    credits: float


class Account:
    """The state behind one API key.

    Args:
        key: What the bearer token must be.
        credits: What is on the account at every start.
        time_scale: How many times faster than the service everything goes.
        latency: Seconds per speed at the service, before scaling; see `LATENCY`.
        prices: Credits per item.
        books: A file that keeps the tasks; None keeps them in memory.
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
        self.latency, self.prices, self.books = dict(latency), prices, books
        self.tasks: dict[str, Task] = {}
        self.submits = 0  # requests that reached the books, refused ones too
        self._recent: deque[float] = deque()
        self._asked: dict[str, int] = {}
        self._lock = threading.Lock()
        self._load()

    def submit(self, sent: Mapping[str, Any]) -> Task:
        """Take a generate request into the books and charge it.

        Raises:
            Refusal: With the service's code.
        """
        with self._lock:
            self.submits += 1
            request = self._read(sent)
            self._hold_limit()
            cost = estimate(request, self.prices)
            if cost > self.credits:
                raise Refusal(402)
            self.credits -= cost
            self._recent.append(time.monotonic())
            return self._enter(request, cost)

    def record(self, task_id: str) -> dict[str, Any] | None:
        """Return record-info's data, keys in the service's order; None for an unknown task."""
        task = self.tasks.get(task_id)
        if task is None:
            return None
        done = time.time() >= task.ready
        return {
            "taskId": task.task_id,
            "taskType": task.task_type,
            "paramJson": task.param_json,
            "completeTime": int(task.ready * 1000) if done else None,
            "resultInfoJson": {"resultUrls": result_names(task)} if done else None,
            "successFlag": 1 if done else 0,
            "createTime": int(task.created * 1000),
            "errorCode": None,
            "errorMessage": None,
        }

    def finished(self, task_id: str) -> Task | None:
        """Return a task whose results are there."""
        task = self.tasks.get(task_id)
        return task if task is not None and time.time() >= task.ready else None

    # ---- inside ----

    def _read(self, sent: Mapping[str, Any]) -> Generate:
        try:
            request = from_body(Generate, sent)
        except InvalidRequest as error:
            raise Refusal(422, "; ".join(error.faults)) from error
        if request.task_type in VIDEO:
            raise Refusal(505)
        return request

    def _hold_limit(self) -> None:
        count, seconds = SUBMIT_LIMIT
        while self._recent and time.monotonic() - self._recent[0] > seconds / self.time_scale:
            self._recent.popleft()
        if len(self._recent) >= count:
            raise Refusal(429)

    def _enter(self, request: Generate, cost: float) -> Task:
        recorded = ADDED_BY_SERVER | ({} if request.speed else {"speed": "fast"}) | body(request)
        text = json.dumps(recorded, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        self._asked[digest] = self._asked.get(digest, 0) + 1
        created = time.time()
        ready = created + self._latency_of(request, f"{digest}{self._asked[digest]}") / self.time_scale
        seed = f"{digest}-{self._asked[digest]}"
        task = Task(secrets.token_hex(16), request.task_type, text, seed, created, ready, cost)
        self.tasks[task.task_id] = task
        self._write(task)
        return task

    def _latency_of(self, request: Generate, chance: str) -> float:
        usual = (
            OMNI_LATENCY
            if TASK_TYPES[request.task_type].speed == "free"
            else self.latency[request.speed or "fast"]
        )
        return usual * random.Random(chance).lognormvariate(0, JITTER)

    def _write(self, task: Task) -> None:
        if self.books is not None:
            self.books.parent.mkdir(parents=True, exist_ok=True)
            with self.books.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(task), ensure_ascii=False) + "\n")

    def _load(self) -> None:
        if self.books is None or not self.books.exists():
            return
        for line in self.books.read_text(encoding="utf-8").splitlines():
            task = Task(**json.loads(line))
            self.tasks[task.task_id] = task
            digest = task.seed.partition("-")[0]
            self._asked[digest] = self._asked.get(digest, 0) + 1


def result_names(task: Task) -> list[dict[str, str]]:
    """Return a task's results as record-info lists them, with paths where the service has URLs."""
    return [{"resultUrl": f"/m/{task.task_id}_0_{index}.jpeg"} for index in range(PICTURES)]
