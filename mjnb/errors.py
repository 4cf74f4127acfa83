"""Everything that can go wrong, as one tree.

    MJError
    ├── InvalidRequest            the request is wrong; nothing was sent, nothing was paid
    │   └── PromptError           ... because of how the prompt line is written
    ├── NoPicture                 a task has no picture at that place (also an IndexError)
    ├── NotPickled                a handle stays in its process (also a TypeError)
    ├── NotSaved                  a file could not be written (also an OSError)
    ├── ConfigError               a setting or the API key is missing or wrong
    ├── BudgetExceeded            the step would cost more than is allowed or there
    ├── ConfirmationNeeded        the step costs so much that somebody has to say yes
    ├── ServiceError              the service answered with a code
    │   ├── Refused               ... and did not take the request
    │   │   ├── BadRequest            400
    │   │   ├── AuthError             401, 403
    │   │   ├── InsufficientCredits   402
    │   │   ├── NotFound              404, and "The record does not exist"
    │   │   ├── ValidationFailed      422
    │   │   ├── RateLimited           429
    │   │   ├── DailyLimit            433
    │   │   ├── Maintenance           455
    │   │   └── FeatureDisabled       505
    │   └── ServerError           500, 501, an unknown code, an answer that cannot be read
    ├── NoAnswer                  the network gave no answer
    │   ├── NotConnected          ... and the request surely never left
    │   └── AnswerLost            ... but the request may have arrived
    ├── TaskError                 a task did not end in pictures
    │   ├── TaskFailed            the service made it and failed
    │   ├── TaskRejected          the service never took it
    │   ├── TaskUnknown           nobody knows whether the service took it (and was paid)
    │   └── TaskExpired           its results are gone
    ├── WaitTimeout               waiting ended, the task goes on (also a TimeoutError)
    │   └── OtherKey              ... and only the key that sent it can ask after it
    ├── MediaError                a picture could not be had or is not one
    └── LedgerError               the ledger cannot be read or written
        ├── LedgerAway            its server cannot be reached just now
        ├── LedgerBusy            another process holds it
        ├── LedgerFull            the disk is full
        ├── LedgerMoved           its file went away, or another is in its place
        ├── LedgerCorrupt         the file is damaged
        └── LedgerTooNew          a newer mjnb wrote it

In a notebook each prints as two to four lines: what happened, what the service said, what to do.
"""

from __future__ import annotations

from collections.abc import Sequence


class MJError(Exception):
    """Base of every error that mjnb raises on purpose.

    Args:
        message: What happened, one sentence or one line per fault.
        hint: What to do about it; shown on a line of its own.
    """

    hint = ""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint or type(self).hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message

    def _render_traceback_(self) -> list[str]:
        """Return the lines that IPython shows instead of a traceback."""
        first, *rest = self.message.splitlines() or [""]
        lines = [f"{type(self).__name__}: {first}", *(f"  {line}" for line in rest)]
        return [*lines, f"  → {self.hint}"] if self.hint else lines


class InvalidRequest(MJError, ValueError):
    """The request breaks the rules of the parameter table.

    Args:
        faults: Every fault found, each a short phrase.
    """

    hint = "Nothing was sent; mj.help() lists every parameter."

    def __init__(self, faults: Sequence[str] | str, *, hint: str = "") -> None:
        self.faults = (faults,) if isinstance(faults, str) else tuple(faults)
        super().__init__("\n".join(self.faults), hint=hint)


class NoPicture(MJError, IndexError):
    """A task has no picture at that place."""

    hint = "len(task.images) says how many there are; the first is task.images[0]."


class NotPickled(MJError, TypeError):
    """A handle stays in its process: it holds connections and a key."""

    hint = "Keep task.id: mj.task(id) gives the task again, in any process with the same ledger."


class NotSaved(MJError, OSError):
    """A file could not be written."""

    hint = "Give a path in a folder that can be written."


class PromptError(InvalidRequest):
    """The prompt line cannot be read as Midjourney text."""


class PromptWarning(UserWarning):
    """A prompt says something that may not be followed; it is sent all the same."""


class ConfigError(MJError):
    """A setting is missing or wrong."""

    hint = "Give it as an argument, or in the environment; mjnb.config lists the names."


class BudgetExceeded(MJError):
    """A step would cost more credits than are allowed."""

    hint = "Nothing was sent; allow more credits, or make it cheaper: speed='relaxed', fewer cells."


class ConfirmationNeeded(MJError):
    """A step costs more credits than are paid without asking; nothing was sent."""

    hint = "sweep.run(yes=True) pays for it; Session(ask_above=…) says above how many credits it is asked."


class ServiceError(MJError):
    """The service answered with a code other than 200.

    Args:
        message: The service's own words.
        code: The envelope's code, or the HTTP status when there was no envelope.
    """

    def __init__(self, message: str, *, code: int | None = None, hint: str = "") -> None:
        self.code = code
        self.service_message = message
        super().__init__(f"{message} (code {code})" if code is not None else message, hint=hint)


class Refused(ServiceError):
    """The service did not take the request, and says so: nothing was paid."""


class BadRequest(Refused):
    hint = "The service could not read the request; look at it with dry_run=True."


class AuthError(Refused):
    hint = "Check the API key in MJNB_API_KEY, and that it belongs to this base URL."


class InsufficientCredits(Refused):
    hint = "Top up the account, or make it cheaper: speed='relaxed', fewer cells."


class NotFound(Refused):
    hint = "Check the task id; records of another account or an older service are not found."


class ValidationFailed(Refused):
    hint = "The service refused a parameter; mj.help() lists what each accepts."


class RateLimited(Refused):
    hint = "Wait a few seconds; 20 new tasks per 10 s and account are accepted."
    retry_after: float | None = None  # seconds, when the service said


class DailyLimit(Refused):
    hint = "The key has reached its cap for today; raise it in the key's settings or go on tomorrow."


class Maintenance(Refused):
    hint = "The service is under maintenance; try again later, nothing was paid."


class FeatureDisabled(Refused):
    hint = "The service has switched this feature off."


class ServerError(ServiceError):
    """The service failed, or said something that cannot be understood."""

    hint = "A paid request that ends like this is kept as 'unknown' and never resent by itself."


class NoAnswer(MJError):
    """The network gave no answer."""


class NotConnected(NoAnswer):
    """The request never left: nothing was paid."""

    hint = "Check the network and the base URL; without an API key mjnb uses its sandbox."


class AnswerLost(NoAnswer):
    """The request may have arrived, but its answer did not."""

    hint = "It may have been accepted and paid; it is kept as 'unknown' and never resent by itself."


class TaskError(MJError):
    """A task did not end in pictures."""


class TaskFailed(TaskError):
    hint = "Change the prompt or run it again; the ledger keeps this task."


class TaskRejected(TaskError):
    hint = "Nothing was paid; mend the cause and run it again."


class TaskUnknown(TaskError):
    hint = "See what the service made, then mj.resolve(id, 'lost'), 'credits' or '<task id>' as outcome."


class TaskExpired(TaskError):
    hint = "The service keeps results for about two weeks; run it again for new pictures."


class WaitTimeout(MJError, TimeoutError):
    """Waiting ended before the task did."""

    hint = "The task goes on and stays tracked; wait again or look at mj.tasks() later."


class OtherKey(WaitTimeout):
    """A task was sent under another key of the service, which says that it knows none such for this one."""

    hint = "It stays as it is here; a session with the key that sent it looks after it."


class MediaError(MJError):
    """A picture could not be fetched, or what came is not a picture."""

    hint = "Its address is in mj.images(); the service keeps results for about two weeks."


class LedgerError(MJError):
    """The ledger cannot be read or written."""

    hint = "Look at its file and folder, or name another with MJNB_LEDGER or data_dir=…"


class LedgerAway(LedgerError):
    hint = "Nothing was sent; see that its database server runs, or name another with MJNB_LEDGER."


class LedgerBusy(LedgerError):
    hint = "Another process has held the ledger for long; close it or use another data folder."


class LedgerFull(LedgerError):
    hint = "Free some space; nothing was sent, and what is recorded is safe."


class LedgerMoved(LedgerError):
    hint = (
        "Put the file back where it was, or close this session and open a new one (in a notebook: restart "
        "the kernel), which works with what is there now."
    )


class LedgerCorrupt(LedgerError):
    hint = "mjnb does not write to it; python -m mjnb ledger salvage OLD NEW saves what can be read."


class LedgerTooNew(LedgerError):
    hint = "Upgrade mjnb, or use another data folder."
