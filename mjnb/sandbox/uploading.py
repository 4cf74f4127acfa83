"""The three ways to send a file: as a form, as Base64 in JSON, and by its URL.

Errors come with HTTP status 200 and ``success: false``, as the service does it.  There is no network here,
so a URL can only be one of the sandbox's own.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ..api import UPLOAD_BASE64, UPLOAD_STREAM, UPLOAD_URL
from .account import MESSAGES
from .faults import Fault, Faults
from .files import Files
from .forms import PIECE, BodyRefused, opened, read_json, spool
from .studio import Studio
from .trouble import troubled
from .uploads import BYTE_LIMIT, Upload, UploadRefused

ROOM = 64 * 1024  # bytes for all that is not the file itself
DONE = "File uploaded successfully"
NO_NETWORK = "the file cannot be fetched: the sandbox reaches its own files only"


def upload_routes(
    files: Files, studio: Studio, faults: Faults, may: Callable[[Request], bool]
) -> list[Route]:
    """Return the routes.

    Args:
        files: Where uploads go, and what their URLs may name.
        studio: Makes the results that are uploaded by URL.
        faults: What goes wrong.
        may: Says whether a request carries the key.
    """

    async def streamed(request: Request) -> Upload:
        with await spool(request, BYTE_LIMIT + ROOM) as body:

            def keep() -> Upload:
                with opened(body, request.headers.get("Content-Type", "")) as form:
                    if "file" not in form.parts:
                        raise UploadRefused("file is missing")
                    name = form.text("fileName") or form.parts["file"].file_name
                    return files.uploads.keep(form.pieces("file"), form.text("uploadPath"), name)

            return await run_in_threadpool(keep)

    async def encoded(request: Request) -> Upload:
        sent = await read_json(request, BYTE_LIMIT * 4 // 3 + ROOM)

        def keep() -> Upload:
            return files.uploads.keep(
                _decoded(sent.get("base64Data")), sent.get("uploadPath"), sent.get("fileName")
            )

        return await run_in_threadpool(keep)

    async def fetched(request: Request) -> Upload:
        sent = await read_json(request, ROOM)
        host = request.url.netloc

        def keep() -> Upload:
            pieces = _own_file(files, studio, sent.get("fileUrl"), host)
            return files.uploads.keep(pieces, sent.get("uploadPath"), sent.get("fileName"))

        return await run_in_threadpool(keep)

    def route(path: str, take: Callable[[Request], Any]) -> Route:
        async def endpoint(request: Request) -> Response:
            if not may(request):
                return _answer(401, MESSAGES[401])
            try:
                upload = await take(request)
            except (UploadRefused, BodyRefused) as no:
                return _answer(400, str(no))
            return _answer(200, DONE, upload.answer(str(request.base_url).rstrip("/")))

        return Route(path, troubled(faults, "upload", endpoint, _refused), methods=["POST"])

    return [route(UPLOAD_STREAM, streamed), route(UPLOAD_BASE64, encoded), route(UPLOAD_URL, fetched)]


def _decoded(text: Any) -> Iterator[bytes]:
    """Decode Base64, plain or as a data URL, piece by piece."""
    if not isinstance(text, str) or not text:
        raise UploadRefused("base64Data is missing")
    start = text.find(",") + 1 if text.startswith("data:") else 0
    if text.startswith("data:") and not text[:start].endswith(";base64,"):
        raise UploadRefused("base64Data is a data URL without Base64")
    for place in range(start, len(text), PIECE):
        try:
            yield base64.b64decode(text[place : place + PIECE], validate=True)
        except (binascii.Error, ValueError):
            raise UploadRefused("base64Data is not Base64") from None


def _own_file(files: Files, studio: Studio, url: Any, host: str) -> Iterable[bytes]:
    if not isinstance(url, str) or not url:
        raise UploadRefused("fileUrl is missing")
    kind, _, rest = files.name_of(url, host).partition("/")
    if kind == "u":
        return [files.uploads.file(rest).read_bytes()]
    there = files.result(rest)
    if there is None:
        raise UploadRefused(NO_NETWORK)
    return [studio.file(*there)]


def _refused(fault: Fault) -> Response:
    return _answer(fault.code, fault.message or MESSAGES.get(fault.code, "Server error"))


def _answer(code: int, message: str, data: Any = None) -> Response:
    return JSONResponse({"success": code == 200, "code": code, "msg": message, "data": data})
