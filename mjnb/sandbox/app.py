"""The task API as an ASGI app, in front of an account's books.

Every answer is an envelope with HTTP status 200, errors included, as the service does it.  Result files
carry no envelope and need no key; they are drawn when they are first asked for.
"""

from __future__ import annotations

import functools
import hmac
import io
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ..api import CREDIT, ENDPOINTS, NOT_THERE, RECORD_INFO
from ..params import Generate
from .account import PICTURES, Account, Refusal, Task
from .art import draw

BODY_LIMIT = 1024 * 1024  # bytes
LONG_SIDE = 1024  # pixels of a picture
QUALITY = 90  # JPEG
KEPT_FILES = 64  # drawn files kept in memory
FILE_NAME = re.compile(r"([0-9a-f]{32})_0_([0-9])\.jpeg")

Handler = Callable[[Request], Awaitable[Any]]


def make_app(account: Account, *, long_side: int = LONG_SIDE) -> Starlette:
    """Return the API of one account as an ASGI app.

    Args:
        account: The books.
        long_side: Longest side of the pictures, in pixels.
    """

    async def generate(request: Request) -> Any:
        sent = await _json(request)
        task = await run_in_threadpool(account.submit, sent)
        return {"taskId": task.task_id}

    async def record_info(request: Request) -> Any:
        task_id = request.query_params.get("taskId", "")
        if not task_id:
            raise Refusal(422, "taskId is missing")
        record = account.record(task_id)
        if record is None:
            raise Refusal(422, NOT_THERE)
        return _with_addresses(record, str(request.base_url).rstrip("/"))

    async def credit(_request: Request) -> Any:
        return account.credits

    @functools.lru_cache(maxsize=KEPT_FILES)
    def picture(task: Task, index: int) -> bytes:
        return paint(task, index, long_side)

    async def result(request: Request) -> Response:
        named = FILE_NAME.fullmatch(request.path_params["name"])
        task = account.finished(named[1]) if named else None
        if named is None or task is None or int(named[2]) >= PICTURES:
            return Response("Not Found", 404)
        return Response(await run_in_threadpool(picture, task, int(named[2])), media_type="image/jpeg")

    return Starlette(
        routes=[
            Route(ENDPOINTS[Generate], _enveloped(account, generate), methods=["POST"]),
            Route(RECORD_INFO, _enveloped(account, record_info), methods=["GET"]),
            Route(CREDIT, _enveloped(account, credit), methods=["GET"]),
            Route("/m/{name}", result, methods=["GET"]),
        ]
    )


def paint(task: Task, index: int, long_side: int) -> bytes:
    """Return one of a task's pictures as a JPEG file."""
    sent = json.loads(task.param_json)
    said = {name: sent[name] for name in ("stylization", "weirdness", "variety") if name in sent}
    picture = draw(
        sent["prompt"],
        **said,
        aspect_ratio=sent.get("aspectRatio", "1:1"),
        index=index,
        seed=task.seed,
        long_side=long_side,
    )
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _enveloped(account: Account, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            _hold_key(account, request)
            return _envelope(200, "success", await handler(request))
        except Refusal as no:
            return _envelope(no.code, str(no), None)

    return endpoint


def _hold_key(account: Account, request: Request) -> None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not hmac.compare_digest(token.encode(), account.key.encode()):
        raise Refusal(401)


def _envelope(code: int, message: str, data: Any) -> Response:
    return JSONResponse({"code": code, "msg": message, "data": data})


async def _json(request: Request) -> dict[str, Any]:
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > BODY_LIMIT:
            raise Refusal(400, "the request is too large")
    try:
        sent = json.loads(bytes(content))
    except (ValueError, RecursionError):
        raise Refusal(400, "the request is not JSON") from None
    if not isinstance(sent, dict):
        raise Refusal(400, "the request is not a JSON object")
    return sent


def _with_addresses(record: dict[str, Any], base: str) -> dict[str, Any]:
    if record["resultInfoJson"] is None:
        return record
    named = record["resultInfoJson"]["resultUrls"]
    return {
        **record,
        "resultInfoJson": {"resultUrls": [{"resultUrl": base + one["resultUrl"]} for one in named]},
    }
