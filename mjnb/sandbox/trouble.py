"""Answers that misbehave: silent, slow, cut short, or none at all.

A connection can only be dropped by who holds its socket.  `Wire`, uvicorn's protocol, puts itself into the
request's state, where an answer finds it.  In-process there is no socket, and the
caller gets a ``ConnectionResetError`` instead.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from .faults import Fault, Faults
from .leaving import WIRE, Wire

PIECES = 10  # of a slow answer
PAGE = "<html><head><title>{code}</title></head><body><h1>{code}</h1><hr>cloudflare</body></html>"
BEFORE = ("page", "echo", "drop_before", "silence_before")
AFTER = ("page_after", "named", "drop_after", "silence_after", "slow", "truncated", "wrong_type")

Endpoint = Callable[[Request], Awaitable[Response]]


class Dropped(Response):
    """No answer: the connection is closed, after what another answer would have begun to say.

    Args:
        begin: An answer of which the first half is sent; None: nothing is.
    """

    def __init__(self, begin: Response | None = None) -> None:
        super().__init__()
        self.begin = begin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.begin is not None:
            body = bytes(self.begin.body)
            await _start(self.begin, send)
            await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        wire: Wire | None = scope.get("state", {}).get(WIRE)
        if wire is None:
            raise ConnectionResetError("the connection was dropped by a fault")
        wire.transport.close()
        await _until_gone(receive)


class Silent(Response):
    """No answer for some seconds, or for as long as the other side waits."""

    def __init__(self, seconds: float | None) -> None:
        super().__init__()
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await asyncio.wait_for(_until_gone(receive), self.seconds)
        except TimeoutError:
            await Dropped()(scope, receive, send)


class Slow(Response):
    """An answer that comes in pieces."""

    def __init__(self, whole: Response, seconds: float) -> None:
        super().__init__()
        self.whole, self.seconds = whole, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = bytes(self.whole.body)
        await _start(self.whole, send)
        step = max(1, -(-len(body) // PIECES))
        for start in range(0, len(body), step):
            await asyncio.sleep(self.seconds / PIECES)
            await send({"type": "http.response.body", "body": body[start : start + step], "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def troubled(faults: Faults, place: str, endpoint: Endpoint, refuse: Callable[[Fault], Response]) -> Endpoint:
    """Return an endpoint that faults may strike.

    Args:
        faults: What strikes.
        place: Where the endpoint is, as `Fault.on` says it.
        endpoint: What answers otherwise; it finds the faults in ``request.state.faults``.
        refuse: Makes the answer of a ``code`` fault.
    """

    async def answer(request: Request) -> Response:
        struck = faults.strike(place)
        request.state.faults = struck
        before = next((fault for fault in struck if fault.kind in (*BEFORE, "code")), None)
        if before is not None:
            await _read_all(request)
            response = refuse(before) if before.kind == "code" else _instead(before, request)
            if before.retry_after is not None:
                response.headers["Retry-After"] = f"{before.retry_after:g}"
            return response
        response = await endpoint(request)
        after = next((fault for fault in struck if fault.kind in AFTER), None)
        return response if after is None else _spoilt(after, response)

    return answer


def found(faults: Sequence[Fault], kind: str) -> Fault | None:
    """Return the first fault of a kind."""
    return next((fault for fault in faults if fault.kind == kind), None)


def _instead(fault: Fault, request: Request) -> Response:
    if fault.kind == "echo":
        return envelope(fault.code, request.headers.get("Authorization", ""), None)
    if fault.kind == "page":
        return HTMLResponse(PAGE.format(code=fault.code), fault.code)
    return Dropped() if fault.kind == "drop_before" else Silent(fault.seconds)


def _spoilt(fault: Fault, response: Response) -> Response:
    if fault.kind == "page_after":
        return HTMLResponse(PAGE.format(code=fault.code), fault.code)
    if fault.kind == "named":
        return envelope(fault.code, fault.message, json.loads(bytes(response.body))["data"])
    if fault.kind == "drop_after":
        return Dropped()
    if fault.kind == "silence_after":
        return Silent(fault.seconds)
    if fault.kind == "slow":
        return Slow(response, fault.lasts())
    if fault.kind == "truncated":
        return Dropped(response)
    return Response(PAGE.format(code=200), media_type=response.headers.get("Content-Type"))


def envelope(code: int, message: str, data: Any, retry_after: float | None = None) -> Response:
    """Return the service's form of answer: HTTP status 200, and a code inside."""
    headers = {} if retry_after is None else {"Retry-After": f"{retry_after:g}"}
    return JSONResponse({"code": code, "msg": message, "data": data}, headers=headers)


async def _start(response: Response, send: Send) -> None:
    await send(
        {"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers}
    )


async def _read_all(request: Request) -> None:
    async for _ in request.stream():
        pass


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
