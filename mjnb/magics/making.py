"""The verbs that pay: pictures from a prompt, what is made from pictures, the same again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .options import YES
from .verbs import Call, only_task, task_and_number, unfit, verb

if TYPE_CHECKING:
    from ..sweeps import Sweep
    from .batch import Batch

STARTING = "opening the ledger and the connection …"
NOT_SENT = "no task was made"


@verb("imagine", "PROMPT", "the same as without a verb; for prompts that begin with one", "prompt")
def imagine(call: Call) -> Any:
    """Make what a line asks for: one task, or the sweep that its permutations and ``--repeat`` stand for.

    Raises:
        PromptError: More tasks than `prompt.ASK_ABOVE` without ``--yes``; nothing was sent.
    """
    from .. import prompt
    from ..errors import PromptError

    lines = prompt.expand(call.rest)
    if len(lines) * prompt.read(lines[0]).repeat == 1:
        if call.options.dry_run:
            return call.session.imagine(call.rest, dry_run=True)
        return _first_shown(call, call.rest)
    sweep = call.session.sweep(call.rest)
    plan = sweep.plan()
    if call.options.dry_run:
        return plan
    if plan.to_pay > prompt.ASK_ABOVE and not call.options.yes:
        raise PromptError(f"this makes {plan!r}", hint=f"Add {YES} to pay for them.")
    return _run(call, sweep, stop_button=plan.to_pay > prompt.ASK_ABOVE)


@verb(
    "sweep",
    "PROMPT",
    "every combination of what stands in braces, at any size; what is there is not paid",
    "prompt",
)
def sweep(call: Call) -> Any:
    made = call.session.sweep(call.rest)
    if len(made.design.cells) == 1:
        raise unfit("sweep", "needs values to go through, such as --s {0, 500}")
    return made.plan() if call.options.dry_run else _run(call, made, stop_button=True)


@verb("upscale", "TASK [N]", "one picture larger (U1 to U4)", "task")
def upscale(call: Call) -> Any:
    task, number = _only_task_and_number(call, "upscale")
    return _shown(call, call.session.upscale(task, number, dry_run=call.options.dry_run))


@verb("vary", "TASK [N]", "four relatives of one picture (V1 to V4)", "task")
def vary(call: Call) -> Any:
    task, number = _only_task_and_number(call, "vary")
    return _shown(call, call.session.vary(task, number, dry_run=call.options.dry_run))


@verb("animate", "TASK|URL [N] PROMPT [--hd]", "a video from one picture; --hd: in high definition", "task")
def animate(call: Call) -> Any:
    from .. import prompt

    first, _, words = call.rest.partition(" ")
    if first.startswith(("http://", "https://")):
        source: Any = prompt.expand(first, limit=1)[0]  # its braces and commas are escaped, as in any line
    else:
        task, number, words = task_and_number(call, "animate")
        source = _numbered(task, number)
    return _shown(call, call.session.animate(source, words, dry_run=call.options.dry_run))


@verb("extend", "TASK [N] [PROMPT]", "one video longer", "task")
def extend(call: Call) -> Any:
    from .. import prompt

    task, number, words = task_and_number(call, "extend")
    line = prompt.one_line(words) if words else None
    return _shown(call, call.session.extend(task, number, line, dry_run=call.options.dry_run))


@verb("rerun", "TASK", "the same request again, paid again", "task")
def rerun(call: Call) -> Any:
    from ..tracking import followups

    task = only_task(call, "rerun")
    request = followups.again(task.task_type, task.entry.param_json)
    made = call.session.send(request, task.parent, task.entry.parent_image, dry_run=call.options.dry_run)
    return _shown(call, made)


@verb(
    "use",
    "[PRESET PROMPT]",
    "a prompt with a preset's flags, of which its own go first; alone: list them",
    "preset",
)
def use(call: Call) -> Any:
    from .settings import preset_list, with_preset

    if not call.rest:
        return preset_list(call)
    call.rest = with_preset(call)
    return imagine(call)


def each(call: Call, lines: list[str]) -> Batch | Any:
    """Make one task for each of some lines, of which all are checked before any is sent.

    Raises:
        PromptError: More tasks than `prompt.ASK_ABOVE`, or than are paid without asking, without ``--yes``.
    """
    from .batch import Batch, requests

    session = call.session
    batch = Batch(session, requests(lines, session.speed))
    if call.options.dry_run:
        return batch.previews()
    batch.check(yes=call.options.yes)
    batch.start(quiet=call.options.quiet)
    return batch.wait() if call.options.wait else batch


# ---- small parts ----


def _only_task_and_number(call: Call, verb: str) -> tuple[Any, int]:
    task, number, more = task_and_number(call, verb)
    if more:
        raise unfit(verb, f"takes a task and a number, not {more!r}")
    return task, number


def _numbered(task: Any, number: int) -> Any:
    from ..tracking import followups

    followups.check_picture(task, number)
    return task.images[number - 1]


def _shown(call: Call, made: Any) -> Any:
    """Show a task in its cell and wait for it if asked; a preview shows itself."""
    if not hasattr(made, "present"):
        return made
    if call.options.quiet:
        made.hide()
    else:
        made.present()
    return made.wait() if call.options.wait else made


def _first_shown(call: Call, line: str) -> Any:
    """Make a task; at the first one something shows before the libraries are loaded, which takes a while."""
    from .. import display, prompt

    session = call.session
    if call.options.quiet or session.desk.is_open or not display.in_notebook():
        return _shown(call, session.imagine(line))
    prompt.to_request(prompt.one_line(line), {}, speed=session.speed)  # what is wrong is said first
    live = display.Live()
    live.show(STARTING, display.notice_html(STARTING))
    try:
        task = session.imagine(line)
    except BaseException:
        live.show(NOT_SENT, display.notice_html(NOT_SENT))
        raise
    task.present(live)
    return task.wait() if call.options.wait else task


def _run(call: Call, sweep: Sweep, *, stop_button: bool) -> Sweep:
    if call.options.quiet and not call.options.yes:
        _check_quiet(sweep)
    with _hidden() if call.options.quiet else contextlib.nullcontext():
        sweep.run(wait=False, yes=call.options.yes, stop_button=stop_button and not call.options.quiet)
    return sweep.wait() if call.options.wait else sweep


def _check_quiet(sweep: Sweep) -> None:
    """Refuse what would have to ask: there is nowhere to answer."""
    from ..errors import PromptError
    from ..sweeps.asking import must_ask

    plan = sweep.plan()
    if must_ask(plan, sweep.ask_above):
        raise PromptError(f"this makes {plan!r}", hint=f"Add {YES} to pay for them.")


@contextlib.contextmanager
def _hidden() -> Iterator[None]:
    """Keep what is displayed meanwhile out of the cell, and with it what would change it later."""
    from IPython.utils.capture import capture_output

    with capture_output(stdout=False, stderr=False):
        yield
