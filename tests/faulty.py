"""A server that misbehaves as a test says, on a real socket; what a test does not script goes to the sandbox.

    with Faulty(upstream=sandbox.url) as server:
        server.script(GENERATE, Lost())          # the sandbox takes the task, the answer never arrives
        server.script(RECORD, *[page(502)] * 3)  # three pages of a proxy, then the sandbox's answers

Every request that was read is in ``seen``.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import patience

GENERATE = "/api/v1/mj/generate"
RECORD = "/api/v1/mj/record-info"
CREDIT = "/api/v1/chat/credit"
TASK_ID = "0123456789abcdef0123456789abcdef"


@dataclass(frozen=True)
class Seen:
    """One request as it arrived; ``at`` is a monotonic time."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    at: float


@dataclass(frozen=True)
class Answer:
    """A whole answer; ``missing`` bytes of the body are promised but never sent."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    missing: int = 0


@dataclass(frozen=True)
class Drop:
    """The connection is closed after the request was read."""


@dataclass(frozen=True)
class Silence:
    """The request is read, and nothing follows."""


@dataclass(frozen=True)
class Lost:
    """Upstream gets the request and answers; the connection is closed instead of passing that on."""


@dataclass(frozen=True)
class Pass:
    """Upstream answers."""


Deed = Answer | Drop | Silence | Lost | Pass
Scripted = Deed | Callable[[Seen], Deed]


def envelope(data: Any = None, code: int = 200, msg: str = "success", **headers: str) -> Answer:
    """Return the service's form of answer."""
    text = json.dumps({"code": code, "msg": msg, "data": data})
    spelled = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(200, text.encode(), {"Content-Type": "application/json", **spelled})


def page(status: int) -> Answer:
    """Return a page of the proxy in front."""
    return Answer(status, b"<html><h1>Oops</h1></html>", {"Content-Type": "text/html"})


def redirect(url: str) -> Answer:
    return Answer(302, b"", {"Location": url})


def taken(task_id: str = TASK_ID) -> Answer:
    """Return the answer to a submit that was taken."""
    return envelope({"taskId": task_id})


def record(flag: int = 0, urls: list[str] | None = None, **more: Any) -> Answer:
    """Return a record in the service's order of keys."""
    done = flag != 0
    data = {
        "taskId": TASK_ID,
        "taskType": "mj_txt2img",
        "paramJson": '{"prompt":"a fox"}',
        "completeTime": 1_700_000_060_000 if done else None,
        "resultInfoJson": None if urls is None else {"resultUrls": [{"resultUrl": url} for url in urls]},
        "successFlag": flag,
        "createTime": 1_700_000_000_000,
        "errorCode": None,
        "errorMessage": None,
    }
    return envelope({**data, **more})


def until(holds: Callable[[], object], seconds: float = patience.SECONDS) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(0.005)


class Faulty:
    """The server; a path's last scripted deed is repeated when there is no upstream."""

    def __init__(self, upstream: str = "") -> None:
        self.upstream = urlsplit(upstream).netloc
        self.seen: list[Seen] = []
        self.unread = 0  # connections closed before anything was read
        self._refuse = 0
        self._scripts: dict[str, deque[Scripted]] = {}
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.faulty = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def script(self, path: str, *deeds: Scripted) -> None:
        """Say how requests for a path, or for every path that ends so, are answered, in turn."""
        with self._lock:
            self._scripts[path] = deque(deeds)

    def close_unread(self, connections: int) -> None:
        """Close so many connections before reading anything."""
        self._refuse = connections

    def count(self, path: str) -> int:
        """Return how many requests for a path were read."""
        return sum(1 for one in self.seen if one.path == path)

    def refuses(self) -> bool:
        with self._lock:
            refused = self._refuse > 0
            self._refuse -= refused
            self.unread += refused
            return refused

    def deed(self, request: Seen) -> Deed:
        with self._lock:
            self.seen.append(request)
            script = next((deeds for end, deeds in self._scripts.items() if request.path.endswith(end)), None)
            if not script:
                return Pass() if self.upstream else page(404)
            last = len(script) == 1 and not self.upstream
            scripted = script[0] if last else script.popleft()
        return scripted(request) if callable(scripted) else scripted

    def until_over(self) -> None:
        self._over.wait(60)

    def __enter__(self) -> Faulty:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # closing the server waits for its answers
    request_queue_size = 128
    faulty: Faulty


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.0"  # one request per connection

    def handle(self) -> None:
        if not self.server.faulty.refuses():
            super().handle()

    def do_GET(self) -> None:
        faulty = self.server.faulty
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = Seen(self.command, parts.path, parse_qs(parts.query), headers, body, time.monotonic())
        deed = faulty.deed(seen)
        if isinstance(deed, Silence):
            faulty.until_over()
        if isinstance(deed, Pass | Lost):
            answer = self._upstream(body)
            deed = answer if isinstance(deed, Pass) else Drop()
        if isinstance(deed, Answer):
            self._send(deed)

    do_POST = do_GET

    def _upstream(self, body: bytes) -> Answer:
        connection = http.client.HTTPConnection(self.server.faulty.upstream, timeout=patience.SECONDS)
        try:
            connection.request(self.command, self.path, body, dict(self.headers.items()))
            answer = connection.getresponse()
            kind = answer.getheader("Content-Type", "text/plain")
            return Answer(answer.status, answer.read(), {"Content-Type": kind})
        finally:
            connection.close()

    def _send(self, answer: Answer) -> None:
        try:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body) + answer.missing))
            self.end_headers()
            self.wfile.write(answer.body)
        except OSError:  # the client has gone
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""
