"""Writing what became of pictures: off the loop, and whatever comes meanwhile in one transaction.

A commit waits for the disk.  Eighty pictures that come within a second would wait for it eighty times, and
with them every request on the loop; so while one commit is made, what else comes gathers for the next.
"""

from __future__ import annotations

import asyncio

from ..ledger import Found, Ledger


class Recording:
    """What became of pictures, on its way into the ledger; on the loop only.

    Args:
        ledger: Remembers.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._due: list[Found] = []
        self._next: asyncio.Future[None] | None = None
        self._turn = asyncio.Lock()

    async def write(self, found: Found) -> None:
        """Record what became of a picture; raises `LedgerError` when that could not be written.

        Who is cancelled meanwhile leaves it to be written all the same.
        """
        self._due.append(found)
        if self._next is None:
            self._next = asyncio.ensure_future(self._commit())
            self._next.add_done_callback(_waiters_have_it)
        await asyncio.shield(self._next)

    async def close(self) -> None:
        """Wait until all of it is written."""
        while self._next is not None:
            await asyncio.wait([self._next])
        async with self._turn:
            pass

    async def _commit(self) -> None:
        async with self._turn:
            due, self._due, self._next = self._due, [], None
            await asyncio.to_thread(self._ledger.pictures_came, due)


def _waiters_have_it(work: asyncio.Future[None]) -> None:
    """Take an error for heard also when all who waited were cancelled: the pictures are still due then."""
    if not work.cancelled():
        work.exception()
