"""The task API as pure functions: where requests go, what answers mean.

Nothing here touches the network.  Shapes and oddities are those of the contract: HTTP status is 200 even
for errors and ``code`` decides; times come as epoch milliseconds or ISO texts; ``resultInfoJson`` as an
object, a JSON text or null; ``paramJson`` is a JSON text that is kept as it came.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from . import errors
from .params import Generate, Request, Upscale, Vary, VideoExtend, body

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

RESULT_LIFETIME = 14 * 24 * 3600.0  # seconds that result files are readable, about
SUBMIT_LIMIT = (20, 10.0)  # new tasks, in any window of so many seconds, per account

BY_CODE: dict[int, type[errors.ServiceError]] = {
    400: errors.BadRequest,
    401: errors.AuthError,
    402: errors.InsufficientCredits,
    403: errors.AuthError,
    404: errors.NotFound,
    422: errors.ValidationFailed,
    429: errors.RateLimited,
    433: errors.DailyLimit,
    455: errors.Maintenance,
    500: errors.ServerError,
    501: errors.GenerationRefused,
    505: errors.FeatureDisabled,
}
WORDS = 2000  # characters of a message that are shown and kept; all of a record is in its event
NOT_THERE = "The record does not exist"


def request_text(request: Request) -> str:
    """Return the exact JSON text that is sent for a request, and kept as its ``param_json``."""
    return json.dumps(body(request), ensure_ascii=False)


def unwrap(status: int, content: bytes) -> Any:
    """Return the ``data`` of an answer.

    Args:
        status: The HTTP status, which decides only when the body is no envelope.
        content: The answer's body.

    Raises:
        ServiceError: The kind that the code stands for, with the service's own words.
    """
    envelope = _envelope(content)
    if envelope is None:
        raise _not_an_envelope(status)
    code, message = envelope["code"], str(envelope.get("msg") or "no message")[:WORDS]
    if code == 200:
        return envelope.get("data")
    if code == 422 and NOT_THERE in message:
        raise errors.NotFound(message, code=code)
    raise BY_CODE.get(code, errors.ServerError)(message, code=code)


def _envelope(content: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(content)
        if b"\\ud" in content.lower():  # a text cut inside an emoji: half a character cannot be stored
            answer = json.loads(json.dumps(answer, ensure_ascii=False).encode(errors="replace"))
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) and type(answer.get("code")) is int else None


def _not_an_envelope(status: int) -> errors.ServiceError:
    """A page of the proxy in front, not the service: a 4xx refuses, anything else leaves it open."""
    refused = 400 <= status < 500 and status != 408
    kind = BY_CODE.get(status, errors.BadRequest) if refused else errors.ServerError
    return kind("the answer is not from the task API", code=status)


def submitted_id(data: Any) -> str:
    """Return the task id of a submit's answer.

    Raises:
        ServerError: There is none; the task may exist all the same.
    """
    found = data.get("taskId") if isinstance(data, Mapping) else None
    if not isinstance(found, str) or not found:
        raise errors.ServerError("the service accepted the task but named no taskId", code=200)
    return found


def uploaded_url(status: int, content: bytes) -> str:
    """Return where an upload can be read from.

    Raises:
        ServiceError: The upload was refused: HTTP 200 with ``success`` false, or a code.
    """
    data = unwrap(status, content)
    answer = json.loads(content)
    found = data.get("downloadUrl") if isinstance(data, Mapping) else None
    if answer.get("success") is False or not isinstance(found, str) or not found:
        raise errors.BadRequest(str(answer.get("msg") or "the upload was refused"), code=answer["code"])
    return found


PENDING, SUCCEEDED = 0, 1
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


def read_record(data: Any) -> Record | None:
    """Read record-info's ``data``; None means that the service knows no such task (yet).

    Raises:
        ServerError: It is no record at all.
    """
    if data is None:
        return None
    flag = data.get("successFlag") if isinstance(data, Mapping) else None
    if not isinstance(data, Mapping) or type(flag) is not int or flag not in FLAGS:
        raise errors.ServerError("the record cannot be read", code=200)
    return Record(
        task_id=str(data.get("taskId") or ""),
        flag=flag,
        task_type=str(data.get("taskType") or ""),
        param_json=_text(data.get("paramJson")),
        urls=_urls(data),
        created=read_time(data.get("createTime")),
        completed=read_time(data.get("completeTime")),
        error_code=_text(data.get("errorCode")),
        error_message=(_text(data.get("errorMessage")) or "")[:WORDS] or None,
        raw=json.dumps(data, ensure_ascii=False),
    )


def read_time(value: Any) -> datetime | None:
    """Read epoch milliseconds (number or digits) or an ISO text as UTC; None when it is neither."""
    try:
        if isinstance(value, str) and value.isdecimal():
            value = int(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000, UTC)
        if isinstance(value, str):
            found = datetime.fromisoformat(value)
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def read_params(param_json: str | None) -> dict[str, Any]:
    """Return a paramJson text as a dict; an unreadable one is empty, its text stays with the task."""
    found = _json(param_json or "")
    return found if isinstance(found, dict) else {}


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _urls(data: Mapping[str, Any]) -> tuple[str, ...]:
    """Find the result URLs in any of the forms that the family of services uses."""
    info = data.get("resultInfoJson")
    if isinstance(info, str):
        info = _json(info)
    found = info.get("resultUrls") if isinstance(info, Mapping) else info
    if not isinstance(found, list):
        found = data.get("resultUrls")
    if not isinstance(found, list):
        return ()
    urls = (item.get("resultUrl") if isinstance(item, Mapping) else item for item in found)
    return tuple(url for url in urls if isinstance(url, str) and url)
