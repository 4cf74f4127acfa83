"""Callers that leave, and a sandbox that ends: neither is an error, and nothing is printed of it.

uvicorn logs a traceback whenever an answer is not finished: when a caller dies in the middle of its request,
and for each request that is under way when the server or the whole script ends.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

WIRE = "wire"  # the name in the request's state
_LOG = logging.getLogger("mjnb.sandbox")
_LOG.setLevel(logging.ERROR)  # what callers say wrongly is theirs to see: they get a 400


class Wire(H11Protocol):
    """uvicorn's protocol, known to the requests that come over it, and quiet about callers."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.app_state = {**self.app_state, WIRE: self}
        self.logger = _LOG

    def let_go(self) -> None:
        """Give up the answer under way: nobody is there to read it."""
        self.cycle.disconnected = True
        self.transport.abort()


class Quiet:
    """An app whose callers may leave, and which may end, at any moment.

    Args:
        app: What answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let go of who has left; without a wire, as in tests in one process, errors stay."""
        try:
            await self.app(scope, receive, send)
        except (ClientDisconnect, asyncio.CancelledError, RuntimeError) as error:
            wire: Wire | None = scope.get("state", {}).get(WIRE)
            if wire is None or (isinstance(error, RuntimeError) and threading.main_thread().is_alive()):
                raise
            wire.let_go()  # a RuntimeError: the interpreter ends, and starts no thread for it any more
