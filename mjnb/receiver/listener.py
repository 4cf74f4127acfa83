"""A port that outsiders cannot exhaust: so many connections at once, each for so long, and none can raise."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

CONNECTIONS = 128  # at once; more are closed unread
PATIENCE = 10.0  # seconds for one connection, from beginning to end

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Listener:
    """Listens on the loop it is opened on.

    Args:
        serve: Reads one connection and answers; whatever it raises ends that connection, no more.
    """

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.StreamWriter] = set()

    async def open(self, host: str, port: int) -> int:
        """Listen, and return the port; 0 takes a free one.

        Raises:
            OSError: The port is taken.
        """
        self._server = await asyncio.start_server(self._meet, host, port, backlog=CONNECTIONS)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Listen no longer, and end what is connected."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in self._connections:
            writer.transport.abort()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._connections) >= CONNECTIONS:
            writer.transport.abort()
            return
        self._connections.add(writer)
        try:
            async with asyncio.timeout(PATIENCE):
                await self._serve(reader, writer)
        except (Exception, asyncio.CancelledError):  # an outsider's doing, or the end of the loop
            writer.transport.abort()
        finally:
            self._connections.discard(writer)
            writer.close()
