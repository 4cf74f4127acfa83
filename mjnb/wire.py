"""What goes over the wire: the key at the last moment, answers of bounded size, addresses that may be asked.

A server may be hostile, or an answer not the service's at all: a flood of bytes, a few that unpack to
gigabytes, one byte a minute, a redirect to this machine's own network.  None of it costs more than its bound.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
import urllib.request
import zlib
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

import httpx

from .errors import ConfigError, MediaError, NotConnected
from .hidden import Secret
from .intake import Shield
from .params import private_host, url_fault

PACKED = "gzip, deflate"  # the forms of answers that are unpacked here, within bounds
EITHER_FORM = zlib.MAX_WBITS | 32  # gzip's header or zlib's
URL_LIMIT = 8192  # characters
LOGGERS = ("httpx", *(f"httpcore.{part}" for part in ("connection", "http11", "http2", "proxy", "socks")))
LAST_WORDS = 2.0  # seconds that closing gives requests to be cut off in order


class Bearer(httpx.Auth):
    """Adds the key to a request at the last moment, for the service's own hosts and nobody else.

    Args:
        key: The key.
        urls: Whose scheme, host and port get it.
    """

    def __init__(self, key: str, *urls: str) -> None:
        self._key = Secret(key)
        self._origins = {origin(url) for url in urls}

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the key, if the request goes where it may go."""
        if origin(request.url) in self._origins:
            request.headers["Authorization"] = f"Bearer {self._key}"
        yield request


def origin(url: str | httpx.URL) -> tuple[str, str, int | None]:
    """Return scheme, host and port of a URL."""
    parts = httpx.URL(url)
    return parts.scheme, parts.host, parts.port


def hold_readable(*urls: str) -> None:
    """Refuse addresses of a service that look like some, and have a host that no network knows.

    Raises:
        ConfigError: With the address.
    """
    for url in urls:
        try:
            httpx.URL(url)
        except httpx.InvalidURL as error:
            raise ConfigError(f"{url!r:.200} is no address: {error}", hint="Check MJNB_BASE_URL.") from None


class UnderWay:
    """The requests under way: so many at once, each so long at most, and none beyond the end.

    Closing a pool of httpx's leaves alone what is still connecting, which would then go on by itself.

    Args:
        places: How many at once; others wait for their turn.
    """

    def __init__(self, places: int) -> None:
        self.over = False
        self._places = asyncio.Semaphore(places)
        self._bounds: set[asyncio.Timeout] = set()
        self._none_left = asyncio.Event()

    @asynccontextmanager
    async def one(self, seconds: float) -> AsyncIterator[None]:
        """Hold a place for a request; raises TimeoutError when it lasts too long, or is cut off by the end.

        Raises:
            NotConnected: The end was before its turn came.
        """
        async with self._places:
            if self.over:
                raise NotConnected("the session is closed; this was not sent")
            async with asyncio.timeout(seconds) as bound:
                self._bounds.add(bound)
                try:
                    yield
                finally:
                    self._bounds.discard(bound)
                    if not self._bounds:
                        self._none_left.set()

    async def end(self) -> None:
        """Let no request begin any more, and cut off those under way."""
        self.over = True
        self._none_left.clear()
        for bound in self._bounds:
            if not bound.expired():
                bound.reschedule(asyncio.get_running_loop().time())
        if self._bounds:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._none_left.wait(), LAST_WORDS)


class QuietLogs(logging.Filter):
    """Keeps a session's secrets out of what the libraries of HTTP log, who repeat headers as they come.

    Args:
        shield: Takes the secrets out.
    """

    def __init__(self, shield: Shield) -> None:
        super().__init__()
        self._shield = shield
        for name in LOGGERS if shield.needed else ():
            logging.getLogger(name).addFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:
        """Clean a record, which is then written."""
        record.msg, record.args = self._shield.text(record.getMessage()), ()
        return True

    def end(self) -> None:
        """Leave the logs alone again."""
        for name in LOGGERS:
            logging.getLogger(name).removeFilter(self)


async def read(answer: httpx.Response, limit: int, content: bytearray | None = None) -> bytes | None:
    """Return an answer's body, or None when it is larger than allowed; no more than that is ever unpacked.

    Args:
        answer: An answer whose body was not read.
        limit: Most bytes, as they come and unpacked.
        content: Where it is put as it comes, and stays when it breaks off.

    Raises:
        httpx.HTTPError: It broke off, or is packed in a way that was not asked for.
    """
    content = bytearray() if content is None else content
    form = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if form in ("", "identity"):
        return await _plain(answer, limit, content)
    if form not in ("gzip", "x-gzip", "deflate"):
        raise httpx.DecodingError("the answer is packed in a way that was not asked for")
    return await _unpacked(answer, limit, content)


async def _plain(answer: httpx.Response, limit: int, content: bytearray) -> bytes | None:
    async for part in answer.aiter_raw():
        content += part
        if len(content) > limit:
            return None
    return bytes(content)


async def _unpacked(answer: httpx.Response, limit: int, content: bytearray) -> bytes | None:
    came, unpack = 0, zlib.decompressobj(EITHER_FORM)
    try:
        async for part in answer.aiter_raw():
            came += len(part)
            content += unpack.decompress(part, limit + 1 - len(content))
            if max(len(content), came) > limit:
                return None
        content += unpack.flush()
    except zlib.error as error:
        raise httpx.DecodingError("the answer cannot be unpacked") from error
    if came and not unpack.eof:
        raise httpx.DecodingError("the answer ends half-way")
    return bytes(content)


async def hold_fetchable(url: str, *, near: bool) -> None:
    """Refuse an address that no result of the service can have.

    Args:
        url: As the service, or a redirect, said it.
        near: Whether the service itself is on this machine or in this network, as a sandbox is.

    Raises:
        MediaError: It is no address of http, carries a name and password, or leads into this network.
    """
    if fault := (url_fault(url) if len(url) <= URL_LIMIT else "the address is too long"):
        raise MediaError(fault)
    host = urlsplit(url).hostname or ""
    if not near and (private_host(host) or await _leads_inside(host)):
        raise MediaError(f"the address on {host!r} leads into this network, where no result can be")


async def _leads_inside(host: str) -> bool:
    """Return whether a name stands for an address of this network; a proxy looks names up by itself."""
    if urllib.request.getproxies():
        return False
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False  # asking it will say so
    return any(is_inside(str(address[4][0])) for address in found)


def is_inside(address: str) -> bool:
    """Return whether an address (with or without a zone) is not one of the internet."""
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return not (mapped or found).is_global
