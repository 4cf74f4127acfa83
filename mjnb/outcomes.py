"""What became of a submit: surely refused, surely taken, or unclear.  This is the only place that decides it.

| what came | outcome |
|---|---|
| an envelope with code 200 and a ``taskId`` | taken |
| any answer that names a task otherwise, whatever its status and code | unclear |
| an envelope with a code of `REFUSALS` | refused |
| an envelope with any other code, or 200 and no id | unclear |
| no envelope, HTTP status in `PAGES` | refused: the proxy in front lets nothing through |
| no envelope, any other status: 2xx, redirects, 400, 408, 409, 499, 5xx | unclear |
| a network error of `NEVER_LEFT` | refused: no byte of the request was written |
| any other network error; an answer cut, too large, or packed wrongly | unclear |

What is refused may be sent again.  What is unclear may be paid for: it becomes ``unknown`` and is never sent
again by itself; when it names a task, that task's record may settle it.

501 is unclear: the documents say of it "generation task failed", so that there was a task, and nowhere that
it costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from . import errors, intake

REFUSALS: Mapping[int, type[errors.Refused]] = {
    400: errors.BadRequest,
    401: errors.AuthError,
    402: errors.InsufficientCredits,
    403: errors.AuthError,
    404: errors.NotFound,
    422: errors.ValidationFailed,
    429: errors.RateLimited,
    433: errors.DailyLimit,
    455: errors.Maintenance,
    505: errors.FeatureDisabled,
}
PAGES: Mapping[int, type[errors.Refused]] = {
    401: errors.AuthError,
    403: errors.AuthError,
    404: errors.BadRequest,
    405: errors.BadRequest,
    413: errors.BadRequest,
    414: errors.BadRequest,
    415: errors.BadRequest,
    429: errors.RateLimited,
    431: errors.BadRequest,
}
NEVER_LEFT = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol"})
NOT_THERE = "The record does not exist"
FOREIGN = "the answer is not from the task API"
ELSEWHERE = "This address does not look like the task API; check MJNB_BASE_URL."
MAYBE = "and it may be paid for: it is kept as 'unknown' and never resent by itself."
RAW = 4000  # characters of an answer that are kept


class Outcome(Enum):
    """What became of a submit."""

    TAKEN = "taken"
    REFUSED = "refused"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Verdict:
    """What an answer to a submit, or its absence, means.

    Attributes:
        outcome: Taken, refused or unclear.
        task_id: The task that the answer names; of an unclear one to be looked up, not to be believed.
        error: What is told, unless it was taken.
        raw: The answer's text, bounded.
    """

    outcome: Outcome
    task_id: str = ""
    error: errors.MJError | None = None
    raw: str = field(default="", repr=False)

    def task(self) -> str:
        """Return the id of a task that was taken; raises the error otherwise."""
        if self.error is not None:
            raise self.error
        return self.task_id


def judge(status: int, said: str, retry_after: str = "", asked: str = "") -> Verdict:
    """Say what an answer to a submit means.

    Args:
        status: The HTTP status.
        said: The body, as it came through `mjnb.intake`.
        retry_after: The header of that name.
        asked: The id of the task that the request goes on from: naming that one names no new task.
    """
    answer, raw = envelope(said), said[:RAW]
    fault = fault_of(status, answer, retry_after)
    names, task_id = intake.named_in(said, asked)
    if fault is None and answer is not None and (taken := _plain_id(answer)):
        return Verdict(Outcome.TAKEN, taken, None, raw)
    if names:
        return Verdict(Outcome.UNCLEAR, task_id, _naming(fault, task_id, status), raw)
    if isinstance(fault, errors.Refused):
        return Verdict(Outcome.REFUSED, "", fault, raw)
    nameless = errors.ServerError("the service accepted the task but named no taskId", code=200)
    return Verdict(Outcome.UNCLEAR, "", fault or nameless, raw)


def unanswered(error: errors.NoAnswer, said: str = "", asked: str = "") -> Verdict:
    """Say what it means that no whole answer came.

    Args:
        error: What the network said.
        said: What came of an answer before it broke off.
        asked: As in `judge`.
    """
    if isinstance(error, errors.NotConnected):
        return Verdict(Outcome.REFUSED, "", error)
    _, task_id = intake.named_in(said, asked)
    if task_id:
        error = errors.AnswerLost(f"{error.message}; what came names task {task_id}")
    return Verdict(Outcome.UNCLEAR, task_id, error, said[:RAW])


def never_left(error: BaseException) -> bool:
    """Return whether a network error is one that comes before any byte of a request is written."""
    return type(error).__name__ in NEVER_LEFT


def envelope(said: str) -> dict[str, Any] | None:
    """Return an answer in the service's own form, with its code as a number; None: it is not in that form."""
    try:
        answer = intake.read(said)
    except ValueError:
        return None
    code = intake.code(answer.get("code")) if isinstance(answer, dict) else None
    return None if code is None else {**answer, "code": code}


def fault_of(
    status: int, answer: Mapping[str, Any] | None, retry_after: str = ""
) -> errors.ServiceError | None:
    """Return what an answer says went wrong, of the kind that its code stands for; None: nothing did."""
    if answer is None:
        kind: type[errors.ServiceError] = PAGES.get(status, errors.ServerError)
        hint = "" if kind in (errors.AuthError, errors.RateLimited) else ELSEWHERE
        if kind is errors.ServerError:
            hint = f"{ELSEWHERE} A paid request may have been taken, {MAYBE}"
        return _told_to_wait(kind(FOREIGN, code=status, hint=hint), retry_after)
    code, message = answer["code"], intake.text(answer.get("msg") or "no message", intake.WORDS) or ""
    if code == 200:
        return None
    if code == 422 and NOT_THERE in message:
        return errors.NotFound(message, code=code)
    return _told_to_wait(REFUSALS.get(code, errors.ServerError)(message, code=code), retry_after)


def _told_to_wait(fault: errors.ServiceError, retry_after: str) -> errors.ServiceError:
    if isinstance(fault, errors.RateLimited):
        fault.retry_after = intake.seconds(retry_after)
    return fault


def _plain_id(answer: Mapping[str, Any]) -> str:
    """Return the id that an answer names where the service is known to write it."""
    data = intake.unfold(answer.get("data"))
    for where in (data, answer):
        if isinstance(where, Mapping):
            for key, value in where.items():
                if key.lower() in intake.TASK_NAMES and (found := intake.identifier(value)):
                    return found
    return ""


def _naming(fault: errors.ServiceError | None, task_id: str, status: int) -> errors.ServerError:
    """Return the error of an answer that is no plain yes and names a task all the same."""
    said = fault.service_message if fault else "the service accepted the task"
    code = fault.code if fault else status
    what = f"names task {task_id}" if task_id else "names a task whose id cannot be read"
    hint = f"The service may have taken it, {MAYBE}"
    return errors.ServerError(f"{said}; the answer {what}", code=code, hint=hint)
