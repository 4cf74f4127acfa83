"""The task API as pure functions: where requests go, what answers mean.

Nothing here touches the network.  What an answer means is said here, and of a submit in `mjnb.outcomes`; its
form is made regular by `mjnb.intake`.  ``paramJson`` is a JSON text that is kept as it came.
"""

from __future__ import annotations

import ipaddress
import json
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

from . import errors, intake, outcomes
from .params import Generate, Request, Upscale, Vary, VideoExtend, as_number, body

BASE_URLS = {"kie": "https://api.kie.ai", "midapi": "https://api.midapi.ai"}
UPLOAD_URLS = {BASE_URLS["kie"]: "https://kieai.redpandaai.co"}  # the key goes there, too; else the same host
UPLOAD_STREAM = "/api/file-stream-upload"
UPLOAD_BASE64 = "/api/file-base64-upload"
UPLOAD_URL = "/api/file-url-upload"
RECORD_INFO = "/api/v1/mj/record-info"
CREDIT = "/api/v1/chat/credit"
DOWNLOAD_URL = "/api/v1/common/download-url"
ENDPOINTS: dict[type[Request], str] = {
    Generate: "/api/v1/mj/generate",
    VideoExtend: "/api/v1/mj/generateVideoExtend",
    Upscale: "/api/v1/mj/generateUpscale",
    Vary: "/api/v1/mj/generateVary",
}

PORTS = {"http": 80, "https": 443}
RESULT_LIFETIME = 14 * 24 * 3600.0  # seconds that result files are readable, about
SUBMIT_LIMIT = (20, 10.0)  # new tasks, in any window of so many seconds, per account

RESULT_LISTS = ("resultUrls", "result_urls", "urls")
RESULT_URLS = ("resultUrl", "url")


# ---- where ----


def origin(service: str) -> str:
    """Return the one spelling of a service's address.

    Args:
        service: A preset's name, or an address; any other name stays, in small letters.  What cannot be
            read stays as it is: a ledger may have it from long ago.
    """
    word = service.strip()
    try:
        parts = urlsplit(BASE_URLS.get(word.lower(), word))
    except ValueError:
        return word
    if not parts.netloc:
        return word.lower()
    return urlunsplit((parts.scheme, netloc(parts), _path(parts.path), parts.query, ""))


def netloc(parts: SplitResult) -> str:
    """Return host and port in their one spelling: small letters, no final dot, no default port.

    A number is an address as the system's resolver reads it: ``127.1`` and ``2130706433`` are 127.0.0.1.
    """
    host = (parts.hostname or "").rstrip(".")
    try:
        port = parts.port
    except ValueError:
        return parts.netloc.lower()
    shown = "" if port in (None, PORTS.get(parts.scheme)) else f":{port}"
    return f"{_host(host)}{shown}"


def _host(host: str) -> str:
    name, percent, zone = host.partition("%")
    try:
        address = ipaddress.ip_address(as_number(name) or name)
    except ValueError:
        return _ascii(host)
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or f"[{address.compressed}{percent}{zone}]")


def _path(path: str) -> str:
    """Return a path as a server is asked for it: without ``.`` and ``..``, doubled or final slashes."""
    return posixpath.normpath(f"/{path.lstrip('/')}").rstrip("/")


def _ascii(host: str) -> str:
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return host


# ---- what is sent, and what it means ----


def request_text(request: Request) -> str:
    """Return the exact JSON text that is sent for a request, and kept as its ``param_json``."""
    return json.dumps(body(request), ensure_ascii=False)


def unwrap(status: int, said: str, retry_after: str = "") -> Any:
    """Return the ``data`` of an answer.

    Args:
        status: The HTTP status, which decides only when the body is no envelope.
        said: The answer's body, as it came through `mjnb.intake`.
        retry_after: The header of that name.

    Raises:
        ServiceError: The kind that the code stands for, with the service's own words.
    """
    answer = outcomes.envelope(said)
    fault = outcomes.fault_of(status, answer, retry_after)
    if fault is not None or answer is None:
        raise fault or AssertionError("an answer without an envelope is a fault")
    return answer.get("data")


def uploaded_url(status: int, said: str) -> str:
    """Return where an upload can be read from.

    Raises:
        ServiceError: The upload was refused: HTTP 200 with ``success`` false, or a code.
    """
    data = intake.unfold(unwrap(status, said))
    answer = outcomes.envelope(said) or {}
    found = data.get("downloadUrl") if isinstance(data, Mapping) else None
    if answer.get("success") is False or not isinstance(found, str) or not found:
        raise errors.BadRequest(str(answer.get("msg") or "the upload was refused"), code=answer["code"])
    return found


PENDING, SUCCEEDED = 0, 1
IDS = ("taskId", "task_id")
FLAGS = (PENDING, SUCCEEDED, 2, 3)  # successFlag; 2: failed, 3: created, but generation failed


@dataclass(frozen=True)
class Record:
    """What record-info says of a task.

    Attributes:
        task_id: The service's id.
        flag: 0 generating, 1 success, 2 failed, 3 created but generation failed.
        param_json: The server's own parameters, exactly as they came.
        urls: Where the results are.
        created: When the service made the task.
        completed: When it ended.
        error_code: Number or text, as a text.
        error_message: The service's words on a failure.
        raw: The whole of ``data`` as JSON text.
    """

    task_id: str
    flag: int
    task_type: str = ""
    param_json: str | None = None
    urls: tuple[str, ...] = ()
    created: datetime | None = None
    completed: datetime | None = None
    error_code: str | None = None
    error_message: str | None = None
    raw: str = field(default="", repr=False)

    @property
    def pending(self) -> bool:
        return self.flag == PENDING

    @property
    def succeeded(self) -> bool:
        return self.flag == SUCCEEDED


def read_record(data: Any, task_id: str = "", scheme: str = "https") -> Record | None:
    """Read record-info's ``data``; None means that the service knows no such task (yet).

    Args:
        data: As it came.
        task_id: Whose record was asked for; empty: anybody's.
        scheme: Of result URLs that name none.

    Raises:
        ServerError: It is no record at all, or one of another task.
    """
    data = intake.unfold(data)
    if data is None:
        return None
    flag = intake.code(data.get("successFlag")) if isinstance(data, Mapping) else None
    if not isinstance(data, Mapping) or flag not in FLAGS:
        raise errors.ServerError("the record cannot be read", code=200)
    found = next((one for name in IDS if (one := intake.identifier(data.get(name)))), "")
    if task_id and found and not intake.same_id(found, task_id):
        raise errors.ServerError(f"the record is of another task: {found}", code=200)
    return Record(
        task_id=task_id or found,
        flag=flag,
        task_type=intake.text(data.get("taskType"), intake.WORDS) or "",
        param_json=intake.text(data.get("paramJson")),
        urls=_urls(data, scheme),
        created=intake.moment(data.get("createTime")),
        completed=intake.moment(data.get("completeTime")),
        error_code=intake.text(data.get("errorCode"), intake.WORDS),
        error_message=intake.text(data.get("errorMessage"), intake.WORDS) or None,
        raw=json.dumps(data, ensure_ascii=False),
    )


def read_params(param_json: str | None) -> dict[str, Any]:
    """Return a paramJson text as a dict; an unreadable one is empty, its text stays with the task."""
    found = intake.unfold(param_json)
    return found if isinstance(found, dict) else {}


def _urls(data: Mapping[str, Any], scheme: str) -> tuple[str, ...]:
    """Find the result URLs in any of the forms that the family of services uses."""
    info = intake.unfold(data.get("resultInfoJson"))
    inside = info if isinstance(info, Mapping) else {"resultUrls": info}
    lists = (where.get(name) for where in (inside, data) for name in RESULT_LISTS)
    found = (intake.addresses(one, RESULT_URLS, scheme) for one in lists)
    return tuple(next(filter(None, found), ()))
