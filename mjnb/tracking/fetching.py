"""Bringing the pictures home: each on its own, so that a bad one never spoils a task.

What came and was no picture is an ``error``.  What could not be written stays ``pending``, with the reason,
and the next session takes it up.  A stored file that was deleted or damaged is fetched again when asked for.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from ..api import RESULT_LIFETIME
from ..client import Client
from ..errors import MediaError, MJError, Refused
from ..identity import address
from ..ledger import Found, Ledger, Picture
from ..media import NotWritten, Store
from ..params import Generate, private_host, rows
from .facts import Facts
from .recording import Recording


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
        self._recording = Recording(ledger)

    async def fetch(self, task: Facts, came: Callable[[], object]) -> bool:
        """Bring the pictures of a task that are not here, all at once; return whether any were wanted.

        Args:
            task: Whose.
            came: Called when there is news of one.
        """
        pictures = self._ledger.pictures(task.id)
        here = set[int]()
        if any(one.path is not None for one in pictures):  # a new task's need no look at the disk
            here = await asyncio.to_thread(lambda: {one.number for one in pictures if self._is_here(one)})
        wanted = [one for one in pictures if one.state != "stored" or one.number not in here]
        sent = {"taskId": task.task_id, "paramJson": without_callback(task.entry.param_json)}
        note = json.dumps(sent, ensure_ascii=False)
        for one in wanted:
            if one.number in here:  # a folder that was away is back
                await self._found(task, one, state="stored", error=None)

        async def bring(one: Picture) -> None:
            await self._fetch_one(task, one, note)
            came()

        await asyncio.gather(*(bring(one) for one in wanted if one.number not in here))
        return bool(wanted)

    async def close(self) -> None:
        """Wait until what came is recorded."""
        await self._recording.close()

    def _is_here(self, picture: Picture) -> bool:
        """Return whether a picture's file is in the store, neither deleted nor damaged."""
        path, sha = picture.path, picture.sha256
        return path is not None and sha is not None and self._store.holds(path, sha)

    async def _fetch_one(self, task: Facts, picture: Picture, note: str) -> None:
        try:
            content = await self._content(task, picture.url)
            kept = await asyncio.to_thread(self._store.keep, content, note)
        except MediaError as error:
            if self._client.closed:
                raise  # cut off by the close, which says nothing of the picture
            await self._found(task, picture, state=_state_after(error), error=error.message)
            return
        await self._found(task, picture, state="stored", error=None, **vars(kept))

    async def _found(self, task: Facts, picture: Picture, **columns: Any) -> None:
        await self._recording.write(Found(task.id, picture.number, columns))

    async def _content(self, task: Facts, url: str) -> bytes:
        """Return a result's file; an old or moved one whose URL is dead is asked for by a fresh link."""
        try:
            return await self._client.download(url)
        except MediaError as gone:
            if not self._is_old(task) and not self._has_moved(url):
                raise
            try:
                return await self._client.download(await self._client.fresh_link(url))
            except Refused:
                if not self._is_old(task):
                    raise gone from None
                raise Gone("the service has deleted it: results are kept for about two weeks") from gone
            except MJError as error:  # the network or the service may come back
                raise MediaError(f"{gone.message}; and by a fresh link: {error.message}") from gone

    def _is_old(self, task: Facts) -> bool:
        ended = (task.entry.completed_at or 0) / 1000
        return time.time() - ended > RESULT_LIFETIME / self._client.time_scale

    def _has_moved(self, url: str) -> bool:
        """Return whether a URL is of a sandbox that has another address by now, as it has at each start."""
        parts, hosts = urlsplit(address(url)), self._client.own_hosts
        near = all(private_host(urlsplit(f"//{host}").hostname or "") for host in hosts)
        return near and parts.netloc not in hosts and private_host(parts.hostname or "")


def without_callback(param_json: str) -> str:
    """Return parameters without the address that callbacks come to, which may be a secret of its owner's.

    Pictures are given away with the note inside them, and saved sweeps with their tasks.

    Args:
        param_json: As it was sent or recorded; without a callback it is returned as it is.
    """
    hidden = rows(Generate)["call_back_url"].api
    try:
        said = json.loads(param_json)
    except (ValueError, RecursionError):
        return "{}"
    if not isinstance(said, dict) or hidden not in said:
        return param_json
    return json.dumps({name: value for name, value in said.items() if name != hidden}, ensure_ascii=False)


def _state_after(error: MediaError) -> str:
    """Return what a picture is that could not be had; a pending one is taken up by a later session."""
    if isinstance(error, NotWritten):
        return "pending"
    return "expired" if isinstance(error, Gone) else "error"
