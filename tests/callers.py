"""Callers of callback addresses: what the service sends, and what others do; on real sockets."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import threading
import time
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import patience

KEY = "a webhook key"
TASK_ID = "0123456789abcdef0123456789abcdef"


def end(task_id: str = TASK_ID, *urls: str, code: int = 200) -> dict[str, Any]:
    """Return a callback's body in the documented shape."""
    results = list(urls) or ["https://example.com/1.jpeg"]
    return {
        "code": code,
        "msg": "success",
        "data": {"taskId": task_id, "promptJson": "{}", "resultUrls": results},
    }


def middle(task_id: str = TASK_ID) -> dict[str, Any]:
    """Return an intermediate body: no results."""
    return {"code": 200, "msg": "success", "data": {"taskId": task_id, "resultUrls": []}}


def signed(task_id: str = TASK_ID, at: float | None = None, key: str = KEY) -> dict[str, str]:
    """Return the headers of a signed callback."""
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(key.encode(), f"{task_id}.{stamp}".encode(), hashlib.sha256).digest()
    return {"X-Webhook-Timestamp": stamp, "X-Webhook-Signature": base64.b64encode(digest).decode()}


class Answered(tuple[int, dict[str, str], bytes]):
    """Status, headers in lower case, body."""

    @property
    def status(self) -> int:
        return self[0]

    @property
    def headers(self) -> dict[str, str]:
        return self[1]


def send(url: str, body: Any = b"", headers: dict[str, str] | None = None, method: str = "POST") -> Answered:
    """Send one request and return the answer."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=patience.SECONDS)
    content = body if isinstance(body, bytes) or not isinstance(body, dict) else json.dumps(body).encode()
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    try:
        connection.request(method, target, content, headers or {})
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Answered((answer.status, found, answer.read()))
    finally:
        connection.close()


def flood(
    url: str, body: dict[str, Any], *, seconds: int = 3, rate: int = 1000, hands: int = 8
) -> Counter[int]:
    """Send so many forged callbacks a second; return how often each status came (0: no answer)."""
    counts: Counter[int] = Counter()
    lock = threading.Lock()

    def hand() -> None:
        mine: Counter[int] = Counter()
        start = time.monotonic()
        for number in range(seconds * rate // hands):
            time.sleep(max(0.0, start + number * hands / rate - time.monotonic()))
            try:
                mine[send(url, body, signed(key="wrong")).status] += 1
            except OSError:
                mine[0] += 1
        with lock:
            counts.update(mine)

    threads = [threading.Thread(target=hand) for _ in range(hands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return counts
