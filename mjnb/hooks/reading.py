"""What a callback says, and whether the service said it: pure functions.

The signature covers the task's id and the time, not the body (``base64(HMAC-SHA256(key, taskId + "." +
timestamp))``): one more reason to take nothing from a body but the id.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from .. import intake

WINDOW = 300  # seconds that a timestamp may be off, either way
TIMESTAMP, SIGNATURE = "X-Webhook-Timestamp", "X-Webhook-Signature"
NONCE = "n"  # the query parameter of a callback URL that names the row

_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
_SECONDS = re.compile(r"[0-9]{1,12}")


class Refusal(Exception):
    """A callback is not taken.

    Args:
        reason: The name of the count it belongs to; see `Counts`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Hint:
    """That a task may have news.

    Attributes:
        task_id: The service's id, as the callback has it.
        nonce: What the callback URL carried; names the row.
        terminal: Whether it speaks of the task's end; an intermediate callback brings no results.
    """

    task_id: str
    nonce: str = ""
    terminal: bool = True


def with_nonce(url: str, nonce: str) -> str:
    """Return a callback URL that names a row."""
    return f"{url}?{urlencode({NONCE: nonce})}"


def nonce_in(url: str) -> str:
    """Return the nonce that a callback URL carries, or an empty text."""
    try:
        found = parse_qs(urlsplit(url).query, max_num_fields=20).get(NONCE, [""])[0]
    except ValueError:
        return ""
    return found if _ID.fullmatch(found) else ""


def read_callback(body: bytes, query: str = "") -> Hint:
    """Read a callback in any of the documented shapes.

    Args:
        body: As it came.
        query: The query of the URL it came to.

    Raises:
        Refusal: ``unreadable``: it names no task.
    """
    try:
        said = intake.read(body.decode(errors="replace"))
    except ValueError:
        raise Refusal("unreadable") from None
    if not isinstance(said, dict):
        raise Refusal("unreadable")
    inside = intake.unfold(said.get("data"))
    data: Mapping[str, Any] = inside if isinstance(inside, dict) else {}
    task_id = _task_id(said, data)
    if task_id is None:
        raise Refusal("unreadable")
    return Hint(task_id, nonce_in(f"?{query}"), _is_terminal(said, data))


def _task_id(said: Mapping[str, Any], data: Mapping[str, Any]) -> str | None:
    places = (intake.identifier(where.get(name)) for where in (said, data) for name in ("taskId", "task_id"))
    return next((one for one in places if _ID.fullmatch(one)), None)


def _is_terminal(said: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    """Return whether a body has results, or tells of a failure."""
    failed = (intake.code(said.get("code")) or 0) >= 400
    ended = (intake.code(data.get("successFlag")) or 0) > 0
    return failed or ended or _has_results(data)


def _has_results(data: Mapping[str, Any]) -> bool:
    info = intake.unfold(data.get("resultInfoJson"))
    inside = info.get("resultUrls") if isinstance(info, dict) else None
    return any(isinstance(urls, list) and bool(urls) for urls in (inside, data.get("resultUrls")))


def sign(task_id: str, timestamp: str, key: str) -> str:
    """Return the signature that the service sends along."""
    digest = hmac.new(key.encode(), f"{task_id}.{timestamp}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def verify(task_id: str, headers: Mapping[str, str], key: str, now: float) -> int:
    """Verify a callback's signature, in constant time, and then its age.

    Args:
        task_id: As the body has it.
        headers: Of the request, names as sent or in lower case.
        key: The webhook key.
        now: Epoch seconds.

    Returns:
        The timestamp, in epoch seconds.

    Raises:
        Refusal: ``unsigned``, ``forged`` or ``late``.
    """
    timestamp, signature = _header(headers, TIMESTAMP), _header(headers, SIGNATURE)
    if not signature or not _SECONDS.fullmatch(timestamp):
        raise Refusal("unsigned")
    if not hmac.compare_digest(sign(task_id, timestamp, key).encode(), signature.encode(errors="replace")):
        raise Refusal("forged")
    if abs(now - int(timestamp)) > WINDOW:
        raise Refusal("late")
    return int(timestamp)


def _header(headers: Mapping[str, str], name: str) -> str:
    return (headers.get(name) or headers.get(name.lower()) or "").strip()
