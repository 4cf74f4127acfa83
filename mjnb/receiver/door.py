"""What the Jupyter server hands over: one line per connection, on the loopback interface, with a token."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from ..hooks import LOOPBACK, Counts, Door, Hint

LINE_LIMIT = 4096  # bytes
CONNECT_TIMEOUT = 2.0  # seconds


@dataclass(frozen=True)
class DoorKeeper:
    """The session's side.

    Args:
        token: What a line must carry.
        counts: Takes on what the server counted.
        take: Is told of a hint.
    """

    token: str
    counts: Counts
    take: Callable[[Hint], None]

    async def serve(self, reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        """Read one line."""
        line = json.loads(await reader.read(LINE_LIMIT))
        if hmac.compare_digest(str(line["token"]).encode(), self.token.encode()):
            self.counts.replace(line["counts"])
            if line["hint"] is not None:
                self.take(Hint(**line["hint"]))


async def hand_over(door: Door, counts: Counts, hint: Hint | None) -> None:
    """Tell a session what was counted and, if there is one, of a hint: the server's side.

    Raises:
        OSError: Nobody opens: the session is over.
        TimeoutError: Nobody opens in time.
    """
    line: dict[str, Any] = {"token": door.token, "counts": asdict(counts), "hint": hint and asdict(hint)}
    async with asyncio.timeout(CONNECT_TIMEOUT):
        _, writer = await asyncio.open_connection(LOOPBACK, door.port)
    writer.write(json.dumps(line).encode())
    writer.close()
