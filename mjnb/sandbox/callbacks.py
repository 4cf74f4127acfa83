"""Telling a caller that a task has ended: POSTs to its callBackUrl, signed, repeated until it answers 200.

They go to this machine only, since a sandbox has no network, and never follow a redirect.  One thread keeps
the times; each POST has a thread of its own, so a receiver that is silent holds up nobody else.
"""

from __future__ import annotations

import base64
import hashlib
import heapq
import hmac
import http.client
import itertools
import json
import threading
import time
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import SplitResult, urlsplit

from .faults import Faults
from .files import is_loopback
from .tasks import Task
from .trouble import found

RETRIES = (60.0, 300.0, 900.0)  # seconds after the attempt before
TIMEOUT = 15.0  # seconds
SHORTEST_TIMEOUT = 2.0  # seconds of this machine, however fast the sandbox's clock runs
FORMS = ("documented", "later")


@dataclass(frozen=True)
class Delivery:
    """One attempt: to where, which (from 1), what came back (an HTTP status or a text), and when."""

    task_id: str
    url: str
    attempt: int
    answer: int | str
    at: float


@dataclass(order=True)
class Order:
    """Something to deliver at a time."""

    due: float
    number: int
    task: Task = field(compare=False)
    url: str = field(compare=False)
    base: str = field(compare=False)
    skew: float = field(compare=False)
    attempt: int = field(compare=False, default=1)
    partial: bool = field(compare=False, default=False)


class Postman:
    """Delivers the callbacks of one sandbox.

    Args:
        faults: May lose, repeat or precede them, or put the clock wrong.
        time_scale: How many times faster than the service the retries come.
        webhook_key: Signs them; empty: they are not signed.
        form: The body's shape: ``documented`` has resultUrls and promptJson, ``later`` has resultInfoJson
            and successFlag.

    Attributes:
        deliveries: Every attempt so far.
    """

    def __init__(
        self, faults: Faults, time_scale: float, webhook_key: str = "", form: str = FORMS[0]
    ) -> None:
        if form not in FORMS:
            raise ValueError(f"callback_form is {' or '.join(FORMS)}, not {form!r}")
        self.deliveries: list[Delivery] = []
        self._faults, self._scale, self._key, self._form = faults, time_scale, webhook_key, form
        self._orders: list[Order] = []
        self._numbers = itertools.count()
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._over = False

    def expect(self, task: Task, url: str, base: str) -> None:
        """Deliver a task's end when it comes.

        Args:
            task: The task.
            url: Its callBackUrl.
            base: The address of this sandbox, for the result URLs.
        """
        struck = self._faults.strike("callback")
        if found(struck, "lost"):
            return
        skewed = found(struck, "skew")
        skew = skewed.lasts() if skewed else 0.0
        if found(struck, "intermediate"):
            halfway = (task.created + task.ready) / 2
            self._add(Order(halfway, next(self._numbers), task, url, base, skew, partial=True))
        for _ in range(2 if found(struck, "duplicate") else 1):
            self._add(Order(task.ready, next(self._numbers), task, url, base, skew))

    def start(self) -> None:
        """Deliver again after a stop; a new postman delivers anyway."""
        with self._wake:
            self._over = False

    def stop(self) -> None:
        """Deliver nothing more."""
        with self._wake:
            self._over, self._thread = True, None
            self._orders.clear()
            self._wake.notify_all()

    # ---- inside ----

    def _add(self, order: Order) -> None:
        with self._wake:
            if self._over:
                return
            heapq.heappush(self._orders, order)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="mjnb-postman", daemon=True)
                self._thread.start()
            self._wake.notify()

    def _run(self) -> None:
        while True:
            with self._wake:
                while self._is_on() and (not self._orders or self._orders[0].due > time.time()):
                    self._wake.wait(self._orders[0].due - time.time() if self._orders else None)
                if not self._is_on():
                    return
                order = heapq.heappop(self._orders)
            threading.Thread(target=self._deliver, args=(order,), name="mjnb-callback", daemon=True).start()

    def _is_on(self) -> bool:
        return self._thread is threading.current_thread()

    def _deliver(self, order: Order) -> None:
        answer = self._post(order)
        done = Delivery(order.task.task_id, order.url, order.attempt, answer, time.time())
        self.deliveries.append(done)
        if answer != 200 and not order.partial and order.attempt <= len(RETRIES):
            due = done.at + RETRIES[order.attempt - 1] / self._scale
            self._add(replace(order, due=due, number=next(self._numbers), attempt=order.attempt + 1))

    def _post(self, order: Order) -> int | str:
        """Send one and return the HTTP status, or why there is none."""
        try:
            parts = urlsplit(order.url)
            if parts.scheme != "http" or not is_loopback(parts.hostname):
                return "not delivered: the sandbox reaches http addresses of this machine only"
            return self._exchange(parts, order)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return f"{type(error).__name__}: {error}"

    def _exchange(self, parts: SplitResult, order: Order) -> int:
        timeout = max(SHORTEST_TIMEOUT, TIMEOUT / self._scale)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=timeout)
        try:
            body = self._body(order)
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", target, json.dumps(body).encode(), self._headers(order))
            return connection.getresponse().status
        finally:
            connection.close()

    def _headers(self, order: Order) -> dict[str, str]:
        headers = {"Content-Type": "application/json"}
        if self._key:
            stamp = str(int(time.time() + order.skew))
            signed = f"{order.task.task_id}.{stamp}".encode()
            digest = hmac.new(self._key.encode(), signed, hashlib.sha256).digest()
            headers |= {
                "X-Webhook-Timestamp": stamp,
                "X-Webhook-Signature": base64.b64encode(digest).decode(),
            }
        return headers

    def _body(self, order: Order) -> dict[str, Any]:
        task, well = order.task, order.task.flag == 1
        urls = [order.base + path for path in task.results()] if well and not order.partial else []
        code, message = (200, "success") if well or order.partial else (500, task.error)
        data: dict[str, Any]
        if self._form == FORMS[0]:
            data = {"taskId": task.task_id, "promptJson": task.param_json, "resultUrls": urls}
            return {"code": code, "msg": message, "data": data}
        listed = {"resultUrls": [{"resultUrl": url} for url in urls]}
        data = {
            "taskId": task.task_id,
            "taskType": task.task_type,
            "resultInfoJson": listed if urls else None,
            "successFlag": 0 if order.partial else task.flag,
        }
        return {"code": code, "msg": message, "data": data}
