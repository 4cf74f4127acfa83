"""The service over HTTP: one async client, one connection pool.

A submit is sent once; what became of it is said by `mjnb.outcomes`.  Reading is free and is retried.  The key
goes to the API's own host and nowhere else, and what comes back is taken in through `mjnb.intake`.
"""

from __future__ import annotations

import asyncio
import base64
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

import httpx

from . import api, errors, identity, intake, outcomes, pacing, proxies, wire
from .hidden import Secret, forget
from .media import BYTE_LIMIT
from .params import Request, private_host

T = TypeVar("T")

USER_AGENT = "mjnb/0.1 (+notebook client)"  # the media host refuses the default one of Python
TIMEOUT = httpx.Timeout(30.0, connect=10.0)
BASE64_LIMIT = 1024 * 1024  # bytes; larger files are streamed
UPLOAD_PATH = "mjnb"  # the folder at the service that uploads go to
IN_FLIGHT = 20  # requests at once, and files; more cost CPU in the pool and bring nothing
SENDING = 6  # submits on their way at once: what a crash in that moment leaves unknown
READ_TRIES = 5
ANSWER_LIMIT = 1024 * 1024  # bytes of an answer of the API; a record has some thousand
SLOWEST, SLOWEST_FILE = 300.0, 1800.0  # seconds until an answer, or a file, must have come whole
REDIRECTS = 3
IDLE = 2.0  # seconds that a connection is kept; servers close theirs after 5, upon a paid request at worst


class Answer(NamedTuple):
    """What the API answered, without the key: HTTP status, body, and when to ask again."""

    status: int
    said: str
    retry_after: str


class Client:
    """The task API at one base URL, for one account.

    Args:
        base_url: ``https://api.kie.ai``, a preset's name (`api.BASE_URLS`), or a sandbox's address.
        key: The API key; sent as a bearer token to that host only, shown nowhere.
        time_scale: How much faster than the service the server's clock runs; 1 but for a sandbox.
        upload_url: The host that takes uploads, and needs the key; None: the one known for the base URL.
        transport: In place of the network, for tests and in-process servers.
        secrets: What is taken out of all that comes in, besides the key.

    Raises:
        ConfigError: An address that cannot be read.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        time_scale: float = 1.0,
        upload_url: str | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        secrets: Sequence[str] = (),
    ) -> None:
        key = Secret(key)  # a traceback with its variables would show it
        self.base_url = api.origin(base_url)
        self.upload_url = api.origin(upload_url or api.UPLOAD_URLS.get(self.base_url, self.base_url))
        self.time_scale = time_scale
        wire.hold_readable(self.base_url, self.upload_url)
        self.shield = intake.Shield(key, *secrets)
        self._logs = wire.QuietLogs(self.shield)
        limits = httpx.Limits(
            max_connections=IN_FLIGHT, max_keepalive_connections=IN_FLIGHT, keepalive_expiry=IDLE
        )
        shared: dict[str, Any] = {
            "headers": {"User-Agent": USER_AGENT, "Accept-Encoding": wire.PACKED},
            "timeout": TIMEOUT,
            "limits": limits,
            "transport": transport,
        }
        self._lines = proxies.Lines(self.base_url, wire.Bearer(key, self.base_url, self.upload_url), **shared)
        self._near = private_host(urlsplit(self.base_url).hostname or "")
        self.payer = identity.payer(self.base_url, key)  # whose limit it is
        self.submits = pacing.window_of(self.payer, time_scale)
        self.purse = pacing.purse_of(self.payer, time_scale)
        self._under_way = wire.UnderWay(IN_FLIGHT)
        self._fetching = wire.UnderWay(IN_FLIGHT)  # a slow media host holds up nothing at the service
        self.sending = asyncio.Semaphore(SENDING)
        self.uploading = asyncio.Lock()
        self.status_requests = 0

    def __repr__(self) -> str:
        return f"<Client {self.base_url}>"

    @property
    def own_hosts(self) -> set[str]:
        """The service's own hosts, whose addresses are good wherever it stands."""
        return {urlsplit(url).netloc for url in (self.base_url, self.upload_url)}

    @property
    def closed(self) -> bool:
        """Whether it was closed, and nothing is sent any more."""
        return self._under_way.over

    def ready(self) -> None:
        """Open what the requests go through, before anything is recorded of one.

        Raises:
            ConfigError: With the variable of the environment that allows no connection.
        """
        _ = self._lines.api

    async def send(self, request: Request) -> outcomes.Verdict:
        """Send a paid request, once, and return what became of it.

        The caller holds a place of ``self.submits`` and has recorded the request before.
        """
        content = api.request_text(request).encode()
        headers = {"Content-Type": "application/json"}
        came, asked = bytearray(), str(getattr(request, "task_id", ""))
        try:
            answer = await self._send(
                "POST", api.ENDPOINTS[type(request)], came, content=content, headers=headers
            )
        except errors.NoAnswer as error:
            said = self.shield.cut(bytes(came))
            return outcomes.unanswered(forget(error), said, asked)  # its frames hold what came, as it came
        return outcomes.judge(answer.status, answer.said, answer.retry_after, asked)

    async def submit(self, request: Request) -> str:
        """Send a paid request, once, and return the service's task id; see `send`.

        Raises:
            Refused: The service did not take it.
            NotConnected: It never left.
            AnswerLost, ServerError: It may have been taken.
        """
        return (await self.send(request)).task()

    async def record(self, task_id: str) -> api.Record | None:
        """Return what the service knows of a task; None when it knows no such task."""

        async def once() -> api.Record | None:
            while not self.purse.take():  # noqa: ASYNC110  # others may have been faster
                await asyncio.sleep(self.purse.wait / self.time_scale)
            return await self.look(task_id)

        return await self._again(once)

    async def look(self, task_id: str) -> api.Record | None:
        """Return the same, asked once; whoever asks has taken the look out of ``self.purse``.

        Raises:
            ServiceError, NoAnswer: There was no answer that says it.
        """
        self.status_requests += 1
        try:
            data = await self._get(api.RECORD_INFO, {"taskId": task_id})
            return api.read_record(data, task_id, urlsplit(self.base_url).scheme)
        except errors.NotFound:
            return None
        except errors.RateLimited as error:
            self.purse.refused((error.retry_after or 0.0) * self.time_scale)
            raise

    async def credits(self) -> float:
        """Return the account's remaining credits.

        Raises:
            ServiceError: The service refused, or its answer is no number.
        """
        data = await self._again(lambda: self._get(api.CREDIT, {}))
        if isinstance(data, bool) or not isinstance(data, int | float):
            raise errors.ServerError("the credit answer is not a number", code=200)
        return float(data)

    async def upload(self, content: bytes, name: str, mime: str) -> str:
        """Upload a picture, with the key, and return the URL that the service can read it from.

        Args:
            content: The file.
            name: What it is called there.
            mime: Its type.

        Raises:
            ServiceError: The upload was refused, or its answer names no URL.
        """
        return api.uploaded_url(*await self._again(lambda: self._upload(content, name, mime)))

    async def _upload(self, content: bytes, name: str, mime: str) -> tuple[int, str]:
        if len(content) <= BASE64_LIMIT:
            text = f"data:{mime};base64,{base64.b64encode(content).decode()}"
            how: dict[str, Any] = {"json": {"base64Data": text, "uploadPath": UPLOAD_PATH, "fileName": name}}
            path = api.UPLOAD_BASE64
        else:
            fields = {"uploadPath": UPLOAD_PATH, "fileName": name}
            how = {"files": {"file": (name, content, mime)}, "data": fields}
            path = api.UPLOAD_STREAM
        answer = await self._send("POST", self.upload_url + path, **how)
        return answer.status, answer.said

    async def fresh_link(self, url: str) -> str:
        """Return a link of 20 minutes to a result whose own URL no longer answers.

        Raises:
            ServiceError: The service has it no longer.
        """
        answer = await self._send("POST", api.DOWNLOAD_URL, json={"url": url})
        found = _data(answer)
        if not isinstance(found, str):
            raise errors.ServerError("the download answer is no URL", code=200)
        return found

    async def download(self, url: str, limit: int = BYTE_LIMIT) -> bytes:
        """Fetch a result file, without the key.

        Args:
            url: Where it is.
            limit: Most bytes that are read.

        Raises:
            MediaError: It is not there, is too large, or came cut short.
        """
        url = intake.address(url, urlsplit(self.base_url).scheme)
        try:
            return await self._again(lambda: self._fetch(url, limit))
        except errors.MJError as error:
            raise errors.MediaError(f"cannot fetch {url}: {error.message}") from error

    def stop(self) -> None:
        """Let no request begin any more; those under way go on."""
        self._under_way.over = self._fetching.over = True

    async def close(self) -> None:
        """Cut off the requests under way and close the connections."""
        await asyncio.gather(self._under_way.end(), self._fetching.end())
        await self._lines.close()
        self._logs.end()
        await asyncio.sleep(0)  # a transport that had more to write closes its socket one turn later

    # ---- inside ----

    async def _get(self, path: str, query: dict[str, str]) -> Any:
        return _data(await self._send("GET", path, params=query))

    async def _send(self, method: str, path: str, came: bytearray | None = None, **how: Any) -> Answer:
        try:
            async with self._under_way.one(SLOWEST), self._lines.api.stream(method, path, **how) as answer:
                if (content := await wire.read(answer, ANSWER_LIMIT, came)) is not None:
                    told = self.shield.text(answer.headers.get("Retry-After", ""))
                    return Answer(answer.status_code, self.shield.body(content), told)
            fault: BaseException = errors.AnswerLost(f"an answer of more than {ANSWER_LIMIT:,} bytes came")
        except httpx.HTTPError as error:
            if outcomes.never_left(error):
                where = f"{self.base_url}{self._lines.road}"
                fault = errors.NotConnected(f"cannot reach {where}: {self._why(error)}")
            else:
                fault = errors.AnswerLost(f"no answer from {self.base_url}: {self._why(error)}")
        except TimeoutError:
            when = "before the session was closed" if self._under_way.over else f"in {SLOWEST:g} s"
            fault = errors.AnswerLost(f"no whole answer from {self.base_url} {when}")
        except BaseException as error:
            fault = forget(error)
        raise fault  # out here the library's error, whose frames hold the headers, is not behind it

    async def _fetch(self, url: str, limit: int) -> bytes:
        try:
            async with self._fetching.one(SLOWEST_FILE):
                for _ in range(REDIRECTS + 1):
                    await wire.hold_fetchable(url, near=self._near)
                    async with self._lines.media.stream("GET", url) as answer:
                        if answer.next_request is None:
                            return await _read(answer, limit)
                        url = self.shield.text(str(answer.next_request.url))
            fault: errors.MJError = errors.MediaError("too many redirects")
        except httpx.InvalidURL as error:
            fault = errors.MediaError(self._why(error))
        except TimeoutError:  # another try would take as long
            fault = errors.MediaError(f"it did not come whole in {SLOWEST_FILE:g} s")
        except httpx.HTTPError as error:
            fault = errors.AnswerLost(self._why(error))
        raise fault  # out here for the same reason: a server may echo in its headers what it was sent

    def _why(self, error: Exception) -> str:
        """Say what happened without repeating headers, which hold the key."""
        told = "" if isinstance(error, httpx.LocalProtocolError) else self.shield.text(str(error))
        return told[: intake.WORDS] or type(error).__name__

    async def _again(self, once: Callable[[], Awaitable[T]]) -> T:
        """Repeat a free request with growing, jittered pauses while that can help."""
        for attempt in range(READ_TRIES - 1):
            try:
                return await once()
            except (errors.NoAnswer, errors.RateLimited, errors.Maintenance, errors.ServerError) as error:
                if self._under_way.over:
                    raise
                await asyncio.sleep(self.pause(attempt, error))
        return await once()

    def pause(self, attempt: int, error: errors.MJError) -> float:
        """Return how long to wait before another attempt, in seconds: as told, or doubling with jitter."""
        told: float | None = getattr(error, "retry_after", None)
        return told if told is not None else min(2**attempt, 30) * random.uniform(0.5, 1.5) / self.time_scale


def _data(answer: Answer) -> Any:
    """Return an answer's data; a refusal carries the Retry-After that came with it, in seconds."""
    return api.unwrap(answer.status, answer.said, answer.retry_after)


async def _read(answer: httpx.Response, limit: int) -> bytes:
    if answer.status_code >= 500:
        raise errors.ServerError("the media host failed", code=answer.status_code)
    if answer.status_code != 200:
        raise errors.MediaError(f"the media host answered {answer.status_code}")
    content = await wire.read(answer, limit)
    if content is None:
        raise errors.MediaError(f"more than {limit} bytes came")
    return content
