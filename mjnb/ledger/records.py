"""What goes into the ledger and what comes out, as plain values; ids, hashes and times."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..api import Record
from ..params import Generate, Request, Upscale, Vary, VideoExtend, from_body, given, rows

OPEN = ("submitted", "generating")  # the service works on it
LIVE = ("intent", *OPEN, "succeeded", "unknown")  # paid, or perhaps paid: never pay again
TRIED = (*LIVE, "failed", "expired")  # taken by the service, however it ended: pay again only when told to


@dataclass(frozen=True)
class Intent:
    """What is about to be sent, and for whom.

    ``at_most`` says how many tasks of the same request there may be: when so many are there in the states
    that are ``counted``, also of another process, none is added; with ``payers`` only theirs count.
    ``payer`` is who pays (`identity.Payer.name`).  ``nonce`` names the row to the outside: it goes into the
    callback URL, so that a callback finds the row even when the submit's answer, and with it the task id, was
    lost.
    ``owner`` is who asks for it, where several share an account; with a ``limit``, all that the ledger has as
    sent for them may not cost more.
    """

    request: Request
    account: str
    base_url: str
    credits: float
    sweep: str | None = None
    cell: int | None = None
    parent: str | None = None
    parent_image: int | None = None
    at_most: int | None = None
    counted: tuple[str, ...] = LIVE
    payers: frozenset[str] | None = None
    payer: str = ""
    owner: str | None = None
    limit: float | None = None
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(16))


class Found(NamedTuple):
    """What became of one picture of a task: its ``state``, and other columns of `Picture`."""

    own_id: str
    number: int
    columns: Mapping[str, Any]


@dataclass(frozen=True)
class Entry:
    """One task as the ledger has it; times in epoch milliseconds."""

    id: str
    task_id: str | None
    state: str
    task_type: str
    prompt: str | None
    param_json: str
    server_param_json: str | None
    param_diff: str | None
    request_sha: str
    nonce: str
    session: str
    account: str
    payer: str | None
    base_url: str
    sweep: str | None
    cell: int | None
    parent: str | None
    parent_image: int | None
    speed: str | None
    created_at: int
    submitted_at: int | None
    completed_at: int | None
    latency_ms: int | None
    error_code: str | None
    error: str | None
    credits: float | None
    rev: int


@dataclass(frozen=True)
class Picture:
    """One result of a task: pending, stored, or with the error that kept it away."""

    id: str
    number: int
    url: str
    state: str
    sha256: str | None = None
    path: str | None = None
    mime: str | None = None
    width: int | None = None
    height: int | None = None
    size: int | None = None
    error: str | None = None


def now() -> int:
    """Return the time in epoch milliseconds."""
    return time.time_ns() // 1_000_000


def new_id() -> str:
    """Return a UUID of version 7 as hex: 48 bits of milliseconds, then chance (RFC 9562, 5.7)."""
    stamp = now() << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    return f"{stamp:032x}"


def read_request(task_type: str, text: str) -> Request | None:
    """Return the request that a ``param_json`` text says; None when it says none."""
    try:
        sent = json.loads(text)
        if task_type == "mj_upscale":
            return from_body(Upscale, sent)
        if task_type == "mj_vary":
            return from_body(Vary, sent)
        return from_body(VideoExtend, sent) if "extend" in task_type else from_body(Generate, sent)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return None


def parameters(request: Request) -> dict[str, Any]:
    """Return the parameter columns of a request; lists as JSON text, switches as 0 and 1."""
    columns = rows(Generate)
    return {name: _storable(value) for name, value in given(request).items() if name in columns}


def _storable(value: Any) -> Any:
    if isinstance(value, tuple):
        return json.dumps(value, ensure_ascii=False)
    return int(value) if isinstance(value, bool) else value


def milliseconds(when: Any) -> int | None:
    return None if when is None else int(when.timestamp() * 1000)


def latency(record: Record) -> int | None:
    """Return how long the service took, by its own clock."""
    if record.created is None or record.completed is None or record.completed < record.created:
        return None
    return int((record.completed - record.created).total_seconds() * 1000)
