"""How a judged hint gets from the Jupyter server to a session: one line per connection, on the loopback.

Whoever sends must show the session's token, since other users of the machine can reach the port, too.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from ..hidden import Secret
from .gate import Counts
from .reading import Hint

LOOPBACK = "127.0.0.1"
TIMEOUT = 2.0  # seconds until a session that does not open is given up


@dataclass(frozen=True)
class Door:
    """Where a session takes hints.

    Attributes:
        port: On the loopback interface.
        token: What a hint must be accompanied by.
        key: The webhook key that callbacks are held against; empty: they are not signed.
    """

    port: int
    token: str = field(repr=False)
    key: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "token", Secret(self.token))
        object.__setattr__(self, "key", Secret(self.key))


async def hand_over(door: Door, counts: Counts, hint: Hint | None) -> None:
    """Tell a session what was counted and, if there is one, of a hint.

    Raises:
        OSError: Nobody opens: the session is over, or hangs.
    """
    line = {"token": door.token, "counts": asdict(counts), "hint": hint and asdict(hint)}
    async with asyncio.timeout(TIMEOUT):
        _, writer = await asyncio.open_connection(LOOPBACK, door.port)
    writer.write(json.dumps(line).encode() + b"\n")
    writer.close()


@dataclass(frozen=True)
class DoorKeeper:
    """The session's side of its door.

    Args:
        token: What a line must carry.
        counts: Takes on what the server counted.
        take: Is told of a hint.
    """

    token: str = field(repr=False)
    counts: Counts
    take: Callable[[Hint], None]

    async def serve(self, reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        """Read one line; raises whatever a bad one brings."""
        line = json.loads(await reader.readline())
        if hmac.compare_digest(str(line["token"]).encode(), self.token.encode()):
            self.counts.catch_up(line["counts"])
            if line["hint"] is not None:
                self.take(Hint(**line["hint"]))
