"""The verbs that look and wait: nothing here is paid."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from .options import HELP
from .verbs import VERBS, Call, nothing_more, only_task, task_and_rest, unfit, verb

if TYPE_CHECKING:
    import polars as pl

    from ..display import Live
    from ..pages import Page
    from ..sessions import Session
    from ..tracking import Task

ALL = "all"
COMPARED = re.compile(r"(\w+)=(.*)")


@verb("status", "[TASK]", "what runs, and how long it usually takes", "any")
def status(call: Call) -> Any:
    """Show the tasks that run, or one task."""
    from ..pages import Page, Table, Words

    if call.rest:
        return only_task(call, "status")
    session = call.session
    rows = [_line(task) for task in _running(session)]
    told = [*_summary(session, len(rows)), *session.notices]
    table = [Table(["task", "state", "time", "prompt"], rows)] if rows else []
    return Page.of(Words("\n".join(told)), *table)


def _summary(session: Session, running: int) -> Iterator[str]:
    from .batch import running as sending

    yield f"{running} {'task runs' if running == 1 else 'tasks run'}" if running else "nothing runs"
    if waiting := sum(batch.unsent for batch in sending()):
        yield f"{waiting} more wait to be sent"
    if session.spent:
        yield f"spent by this session: about {session.spent:g} credits"


def _line(task: Task) -> list[str]:
    from ..display import short

    time = task.keeper.usual_of(task.entry).after(task.elapsed)
    prompt = " ".join((task.prompt or task.task_type).split())
    state = f"{task.state}; {task.trouble}" if task.trouble else task.state
    return [f"`{short(task.id)}`", state, time, prompt[:77] + "…" if len(prompt) > 78 else prompt]


def _running(session: Session) -> list[Task]:
    return [task for task in list(session.tracker.tasks.values()) if task.running]


@verb("wait", "[TASK|all]", "wait for one task, or for all that run", "any")
def wait(call: Call) -> Any:
    """Wait for a task, a batch, a sweep, or everything; Interrupt gives the prompt back and loses nothing."""
    held = _held_many(call)
    if held is not None:
        return held.wait()
    if call.rest and call.rest != ALL:
        task = only_task(call, "wait")
        if not call.options.quiet:
            task.present()
        return task.wait()
    tasks = _unsettled(call.session)
    for many in [*_sending(call)]:
        many.wait()
    return _wait_for({task.id: task for task in (*tasks, *_unsettled(call.session))}.values())


def _unsettled(session: Session) -> list[Task]:
    """Return the tasks of which something is still to come, be it only a picture on its way."""
    return [task for task in list(session.tracker.tasks.values()) if task.running or not task.done]


def _wait_for(tasks: Collection[Task]) -> Page:
    import time
    from collections import Counter

    from .. import display
    from ..errors import MJError
    from ..pages import Page, Words

    live = display.Live()
    shown = False
    for task in tasks:
        while not task.done:
            shown = True
            _show_counts(live, tasks)
            try:
                task.wait(timeout=0.5)
            except TimeoutError:
                time.sleep(0)
            except MJError:  # how it ended stands in its state
                break
    if shown:
        _show_counts(live, tasks)
    live.end()
    ends = Counter(task.state for task in tasks)
    return Page.of(Words(", ".join(f"{n} {state}" for state, n in ends.items()) or "nothing runs"))


def _show_counts(live: Live, tasks: Collection[Task]) -> None:
    from collections import Counter

    from .. import display

    left = max((one.keeper.left(one) for one in tasks if one.running), default=0.0)
    view = display.CountView(
        "waiting", Counter(one.state for one in tasks), len(tasks), left=max(left, 0.0) or None
    )
    live.show(display.count_text(view), display.count_html(view))


@verb(
    "cancel", "[TASK|all]", "send nothing more of batches and sweeps; what is at the service goes on", "any"
)
def cancel(call: Call) -> Page:
    """Stop what can be stopped, and say what cannot."""
    from ..pages import Page, Words

    held = _held_many(call)
    if held is not None:
        held.stop()
        return Page.of(Words(f"nothing more of it is sent.\n{_goes_on(_running(call.session))}"))
    if call.rest and call.rest != ALL:
        return Page.of(Words(_let_go(only_task(call, "cancel"))))
    stopped = [*_sending(call)]
    left = sum(one.stop() or 0 for one in stopped)
    said = (
        f"{len(stopped)} stopped" + (f", at most {left} tasks are not sent" if left else "")
        if stopped
        else ""
    )
    return Page.of(
        Words("\n".join([said or "nothing was waiting to be sent.", _goes_on(_running(call.session))]))
    )


def _sending(call: Call) -> Iterator[Any]:
    from ..sweeps import Sweep
    from .batch import running

    yield from running()
    seen: set[int] = set()
    for held in list(call.names.values()):
        if issubclass(type(held), Sweep) and held.goes_on and id(held) not in seen:
            seen.add(id(held))
            yield held


def _goes_on(tasks: Sequence[Task]) -> str:
    if not tasks:
        return "nothing runs at the service."
    count = f"{len(tasks)} tasks are" if len(tasks) > 1 else "1 task is"
    return (
        f"{count} at the service already, which has no way to cancel: they go on, are paid, and stay tracked."
    )


def _let_go(task: Task) -> str:
    from ..display import short

    if not task.running:
        return f"task {short(task.id)} is {task.state}: there is nothing to cancel."
    task.cancel_wait()
    return (
        f"task {short(task.id)} is at the service, which has no way to cancel: it goes on and is paid.\n"
        f"mjnb no longer looks for its pictures; %mj wait {short(task.id)} or the next session goes on."
    )


def _held_many(call: Call) -> Any:
    """Return the batch or sweep that the rest of the line names, or None."""
    from ..sweeps import Sweep
    from .batch import Batch

    held = call.names.get(call.rest)
    return held if isinstance(held, Batch | Sweep) else None


# ---- tables ----


@verb(
    "tasks", "[N] [STATE] [COLUMN=VALUE]", "the ledger's tasks as a frame: the last N, those that …", "column"
)
def tasks(call: Call) -> pl.DataFrame:
    return _filtered(call, call.session.tasks(), "tasks")


@verb("images", "[TASK] [N] [COLUMN=VALUE]", "the ledger's pictures as a frame", "task")
def images(call: Call) -> pl.DataFrame:
    frame = call.session.images()
    first = call.rest.partition(" ")[0]
    if first and not first.isdecimal() and first not in set(frame["state"]) and not COMPARED.match(first):
        task, _, call.rest = task_and_rest(call, "images")
        frame = frame.filter(frame["id"] == task.id)
    return _filtered(call, frame, "images")


def _filtered(call: Call, frame: pl.DataFrame, verb: str) -> pl.DataFrame:
    last: int | None = None
    for word in call.rest.split():
        compared = COMPARED.fullmatch(word)
        if word.isdecimal() and len(word) < 10:
            last = int(word)
        elif compared and compared[1] in frame.columns:
            values = [None if value is None else str(value) for value in frame[compared[1]].to_list()]
            frame = frame.filter([value == compared[2] for value in values])
        elif compared:
            raise unfit(verb, f"has no column {compared[1]!r}{_near(compared[1], frame.columns)}")
        elif word in STATES:
            frame = frame.filter(frame["state"] == word)
        else:
            raise unfit(verb, f"takes a number, a state or column=value, not {word!r}")
    return frame if last is None else frame.tail(last)


STATES = {
    *("intent", "submitted", "generating", "succeeded", "failed", "rejected", "unknown", "expired"),
    *("pending", "stored", "error"),  # of pictures
}


def _near(word: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, known, n=1)
    return f": did you mean {near[0]!r}?" if near else ""


@verb("credits", "", "what is left on the account")
def credits(call: Call) -> float:
    nothing_more(call, "credits")
    return call.session.credits()


@verb("panel", "", "the form: every parameter as a control")
def panel(call: Call) -> Any:
    nothing_more(call, "panel")
    from .. import panels

    return panels.panel(call.session)


# ---- help ----


@verb("help", "[FLAG|NAME|VERB]", "this page, or what one word means", "help")
def help(call: Call) -> Page:
    """Return the page of help, or of one flag, parameter or verb."""
    from .. import reference
    from ..errors import InvalidRequest
    from .manual import manual, option_page, verb_page

    asked = sorted(call.options.words - {HELP})
    word = call.rest.lower() or (asked[0] if asked else "")
    if not word:
        return manual()
    if word in VERBS:
        return verb_page(word)
    if (option := option_page(word)) is not None:
        return option
    try:
        return reference.entry(call.rest)
    except InvalidRequest as error:
        raise unfit("help", f"{call.rest[:40]!r}: {error.message}") from None
