"""Callbacks over HTTP on a port of their own: one request per connection, read by h11, answered at once.

h11 alone, since a whole server has no bound on how long a stranger may take to send a header.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import h11

from ..hooks import BODY_LIMIT, OK, REFUSED, TOO_LARGE, Gate, Hint

HEAD_LIMIT = 16 * 1024  # bytes of request line and headers
CHUNK = 64 * 1024
DRAINED = 16  # chunks of an oversized body that are read away, so that its sender sees the answer
REASONS = {OK: b"OK", REFUSED: b"Not Found", TOO_LARGE: b"Content Too Large"}


@dataclass(frozen=True)
class Http:
    """Serves one address.

    Args:
        secret: The address's last part.
        gate: Takes or refuses what comes there.
        take: Is told of what was taken.
    """

    secret: str = field(repr=False)
    gate: Gate
    take: Callable[[Hint], None]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one request and answer it."""
        status = await self._status(reader, writer)
        writer.write(
            b"HTTP/1.1 %d %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % (status, REASONS[status])
        )
        await writer.drain()
        writer.write_eof()
        for _ in range(DRAINED):
            if not await reader.read(CHUNK):
                break

    async def _status(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_LIMIT)
        try:
            request = await _event(connection, reader)
            if not isinstance(request, h11.Request) or not self._is_here(request):
                self.gate.counts.add("misdirected")
                return REFUSED
            if connection.they_are_waiting_for_100_continue:
                writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            body = await _body(connection, request, reader)
        except h11.RemoteProtocolError:
            self.gate.counts.add("misdirected")
            return REFUSED
        if body is None:
            self.gate.counts.add("oversized")
            return TOO_LARGE
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers}
        hint = self.gate.take(urlsplit(request.target.decode("latin-1")).query, headers, body)
        if hint is None:
            return REFUSED
        self.take(hint)
        return OK

    def _is_here(self, request: h11.Request) -> bool:
        path = request.target.partition(b"?")[0]
        given = path.rpartition(b"/")[2]
        return request.method == b"POST" and hmac.compare_digest(given, self.secret.encode())


async def _event(connection: h11.Connection, reader: asyncio.StreamReader) -> h11.Event | type[h11.PAUSED]:
    while (event := connection.next_event()) is h11.NEED_DATA:
        connection.receive_data(await reader.read(CHUNK))
    return event  # type: ignore[return-value]


async def _body(
    connection: h11.Connection, request: h11.Request, reader: asyncio.StreamReader
) -> bytes | None:
    """Return the body, or None when it is too large."""
    told = dict(request.headers).get(b"content-length", b"0")
    if int(told) > BODY_LIMIT:
        return None
    body = bytearray()
    while isinstance(event := await _event(connection, reader), h11.Data):
        body += event.data
        if len(body) > BODY_LIMIT:
            return None
    return bytes(body)
