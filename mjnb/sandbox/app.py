"""The task API as an ASGI app, in front of an account's books.

Every answer is an envelope with HTTP status 200, errors included, as the service does it.  Result files
carry no envelope and need no key; they are made when they are first asked for.  API and uploads, two hosts
at the service, are one address here.
"""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from .. import api
from ..outcomes import NOT_THERE
from ..params import REQUESTS
from ..params import Request as Asked
from .account import MESSAGES, Account, Ending, Refusal, Source
from .callbacks import Postman
from .faults import Fault, Faults
from .files import Files
from .forms import BodyRefused, read_json
from .studio import Studio
from .tasks import Task
from .trouble import Endpoint, envelope, found, troubled
from .uploading import upload_routes

BODY_LIMIT = 1024 * 1024  # bytes
MODERATED = "The prompt was refused by content moderation"
WRONG_URL = "url is wrong"

Handler = Callable[[Request], Awaitable[Any]]


def make_app(account: Account, files: Files, studio: Studio, postman: Postman, faults: Faults) -> Starlette:
    """Return the API of one account as an ASGI app.

    Args:
        account: The books.
        files: What is behind the addresses.
        studio: Makes the results.
        postman: Delivers the callbacks.
        faults: What goes wrong.
    """

    def submits(kind: type[Asked]) -> Handler:
        async def submit(request: Request) -> Any:
            sent = await read_json(request, BODY_LIMIT)
            host = request.url.netloc

            def find(url: str) -> Source:
                return files.source(url, host)

            task = await run_in_threadpool(account.submit, kind, sent, find, _ending(request.state.faults))
            told = json.loads(task.param_json).get("callBackUrl")
            if told:
                postman.expect(task, told, _base(request))
            return {"taskId": task.task_id}

        return submit

    async def record_info(request: Request) -> Any:
        task_id = request.query_params.get("taskId", "")
        if not task_id:
            raise Refusal(422, "taskId is missing")
        record = account.record(task_id)
        if record is None:
            raise Refusal(422, NOT_THERE)
        if not _is_there(record, request.state.faults):
            return None
        told = _spoilt(record, request.state.faults)
        return _skewed(_with_addresses(told, _base(request)), request.state.faults)

    async def credit(_request: Request) -> Any:
        return account.credits

    async def download_url(request: Request) -> Any:
        url = (await read_json(request, BODY_LIMIT)).get("url")
        path = files.link_to(url, request.url.netloc) if isinstance(url, str) else None
        if path is None:
            raise Refusal(422, WRONG_URL)
        return _base(request) + path

    async def file_of(there: tuple[Task, int] | None) -> Response:
        if there is None:
            return Response("Not Found", 404)
        kind = "video/mp4" if there[0].is_video else "image/jpeg"
        return Response(await run_in_threadpool(studio.file, *there), media_type=kind)

    async def result(request: Request) -> Response:
        return await file_of(files.result(request.path_params["name"]))

    async def linked(request: Request) -> Response:
        return await file_of(files.linked(request.path_params["token"], request.path_params["name"]))

    async def uploaded(request: Request) -> Response:
        upload = files.upload(request.scope["path"])
        if upload is None:
            return Response("Not Found", 404)
        return FileResponse(files.uploads.file(upload.upload_id), media_type=upload.mime)

    def route(path: str, method: str, place: str, handler: Handler) -> Route:
        return Route(path, troubled(faults, place, _enveloped(account, handler), _refused), methods=[method])

    def download(path: str, endpoint: Endpoint) -> Route:
        return Route(path, troubled(faults, "download", endpoint, _refused), methods=["GET"])

    return Starlette(
        routes=[
            *(route(api.ENDPOINTS[kind], "POST", "submit", submits(kind)) for kind in REQUESTS),
            route(api.RECORD_INFO, "GET", "status", record_info),
            route(api.CREDIT, "GET", "credit", credit),
            route(api.DOWNLOAD_URL, "POST", "link", download_url),
            *upload_routes(files, studio, faults, lambda request: holds_key(account, request)),
            download("/m/{name}", result),
            download("/d/{token}/{name}", linked),
            Route("/f/{rest:path}", uploaded, methods=["GET"]),
        ]
    )


def holds_key(account: Account, request: Request) -> bool:
    """Return whether a request carries the account's key."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return kind.lower() == "bearer" and hmac.compare_digest(token.encode(), account.key.encode())


def _enveloped(account: Account, handler: Handler) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        try:
            if not holds_key(account, request):
                raise Refusal(401)
            return envelope(200, "success", await handler(request))
        except Refusal as no:
            return envelope(no.code, str(no), None)
        except BodyRefused as no:
            return envelope(400, str(no), None)

    return endpoint


def _refused(fault: Fault) -> Response:
    return envelope(fault.code, fault.message or MESSAGES.get(fault.code, "Server error"), None)


def _ending(faults: list[Fault]) -> Ending | None:
    fault = found(faults, "fail")
    return Ending(fault.flag, fault.message or MODERATED) if fault else None


def _is_there(record: dict[str, Any], faults: list[Fault]) -> bool:
    """Return whether a record shows already.

    Raises:
        Refusal: It does not, and is said not to exist.
    """
    fault = found(faults, "null")
    if fault is None or time.time() * 1000 >= record["createTime"] + fault.lasts() * 1000:
        return True
    if fault.code == 422:
        raise Refusal(422, NOT_THERE)
    return False


def _spoilt(record: dict[str, Any], faults: list[Fault]) -> dict[str, Any]:
    """Return a record whose results are not named yet, or that is another task's."""
    late = found(faults, "late")
    if late and record["completeTime"] and time.time() * 1000 < record["completeTime"] + late.lasts() * 1000:
        return {**record, "resultInfoJson": None}
    if found(faults, "foreign"):
        nobody = record["taskId"][::-1]
        return {
            **record,
            "taskId": nobody,
            "successFlag": 2,
            "resultInfoJson": None,
            "errorMessage": "foreign",
        }
    return record


def _skewed(record: dict[str, Any], faults: list[Fault]) -> dict[str, Any]:
    fault = found(faults, "skew")
    if fault is None:
        return record
    off = int(fault.lasts() * 1000)
    times = {name: record[name] + off for name in ("createTime", "completeTime") if record[name] is not None}
    return {**record, **times}


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _with_addresses(record: dict[str, Any], base: str) -> dict[str, Any]:
    if record["resultInfoJson"] is None:
        return record
    named = record["resultInfoJson"]["resultUrls"]
    return {
        **record,
        "resultInfoJson": {"resultUrls": [{"resultUrl": base + one["resultUrl"]} for one in named]},
    }
