"""Whose turn it is to submit: among the sessions of this process, and among all that share the ledger."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from ..client import Client
from ..ledger import Ledger


class Turns:
    """The turns of one session; on the loop only.

    Args:
        client: Whose account, and how fast its clock runs.
        ledger: Knows the turns of other processes.
    """

    def __init__(self, client: Client, ledger: Ledger) -> None:
        self._client, self._places = client, ledger.places
        self._asking = asyncio.Lock()  # first come, first served: slow kinds stay first

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn, and give it back when the request was answered.

        Raises:
            LedgerError: Nobody can tell whose turn it is.
        """
        window = self._client.submits
        async with window:
            place = await self._place(window.count, window.seconds)
            try:
                yield
            finally:
                self._places.leave(place, window.seconds)

    async def _place(self, count: int, seconds: float) -> str:
        async with self._asking:
            while True:
                turn = self._places.take(self._client.payer, count, seconds)
                if turn.place is not None:
                    return turn.place
                await asyncio.sleep(turn.wait)
