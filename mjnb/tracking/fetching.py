"""Bringing the pictures home: each on its own, so that a bad one never spoils a task."""

from __future__ import annotations

import asyncio
import json
import time

from ..api import RESULT_LIFETIME
from ..client import Client
from ..errors import MediaError, MJError, Refused
from ..ledger import Ledger, Picture
from ..media import Kept, Store
from .facts import Facts


class Gone(MediaError):
    """The service keeps this result no longer."""


class Fetcher:
    """Downloads results, checks and keeps them, and records what became of each.

    Args:
        client: Downloads.
        ledger: Remembers.
        store: Keeps the files.
    """

    def __init__(self, client: Client, ledger: Ledger, store: Store) -> None:
        self._client, self._ledger, self._store = client, ledger, store

    async def fetch(self, task: Facts) -> bool:
        """Bring the pictures of a task that are not here; return whether there were any to bring."""
        wanted = [picture for picture in self._ledger.pictures(task.id) if picture.state != "stored"]
        sent = {"taskId": task.task_id, "paramJson": task.entry.param_json}
        note = json.dumps(sent, ensure_ascii=False)
        await asyncio.gather(*(self._fetch_one(task, picture, note) for picture in wanted))
        return bool(wanted)

    async def _fetch_one(self, task: Facts, picture: Picture, note: str) -> None:
        try:
            content = await self._content(task, picture.url)
            kept = await asyncio.to_thread(self._keep, content, note)
        except MediaError as error:
            state = "expired" if isinstance(error, Gone) else "error"
            self._ledger.picture(task.id, picture.number, state=state, error=error.message)
            return
        self._ledger.picture(task.id, picture.number, state="stored", error=None, **vars(kept))

    async def _content(self, task: Facts, url: str) -> bytes:
        """Return a result's file; an old one whose own URL is dead is asked for by a fresh link."""
        try:
            return await self._client.download(url)
        except MediaError as gone:
            if not self._is_old(task):
                raise
            try:
                return await self._client.download(await self._client.fresh_link(url))
            except Refused:
                raise Gone("the service has deleted it: results are kept for about two weeks") from gone
            except MJError as error:  # the network or the service may come back
                raise MediaError(error.message) from gone

    def _is_old(self, task: Facts) -> bool:
        ended = (task.entry.completed_at or 0) / 1000
        return time.time() - ended > RESULT_LIFETIME / self._client.time_scale

    def _keep(self, content: bytes, note: str) -> Kept:
        kept = self._store.keep(content, note)
        self._store.thumbnail(kept.path)
        return kept
