"""The verbs: what each is called, what may follow it, and what carries it out; and what all of them need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .options import Options

if TYPE_CHECKING:
    from ..errors import PromptError
    from ..sessions import Session
    from ..tracking import Task


@dataclass
class Call:
    """One use of the magic: what follows the verb, and what it works with.

    Attributes:
        rest: What follows the verb.
        names: The variables: of the function that the line stands in, and the notebook's.
        options: Our own words.
        open: Returns the session to work with.
        unset: Names that mean nothing at this place, and why.
    """

    rest: str
    names: Mapping[str, Any]
    options: Options
    open: Callable[[], Session]
    unset: Mapping[str, str] = field(default_factory=dict)

    def filled(self, text: str) -> str:
        """Return a text with values for its ``{{name}}``.

        Raises:
            PromptError: With every name that has none.
        """
        from ..errors import PromptError
        from ..prompt import interpolate, wanted

        if lost := sorted(wanted(text) & {*self.unset}):
            faults = [f"{{{{{name}}}}}: {self.unset[name]}" for name in lost]
            raise PromptError(faults, hint="Nothing was sent.")
        return interpolate(text, self.names)

    @property
    def session(self) -> Session:
        """The session to work with; made at the first need."""
        return self.open()


@dataclass(frozen=True)
class Verb:
    """One verb.

    Attributes:
        usage: What may follow it.
        help: What it does, in one line.
        run: Carries it out.
        takes: What completion offers after it: ``task``, ``any`` (also batches, sweeps and ``all``),
            ``preset``, ``setting``, ``help`` or ``prompt``.
    """

    usage: str
    help: str
    run: Callable[[Call], Any]
    takes: str = ""


VERBS: dict[str, Verb] = {}


def verb(name: str, usage: str, help: str, takes: str = "") -> Callable[[Callable[[Call], Any]], Any]:
    """Register a function as a verb."""

    def registered(run: Callable[[Call], Any]) -> Callable[[Call], Any]:
        VERBS[name] = Verb(usage, help, run, takes)
        return run

    return registered


def unfit(verb: str, why: str) -> PromptError:
    """Return the error for a line whose first word is a verb, but whose rest cannot be its arguments."""
    from ..errors import PromptError

    hint = f"A prompt that begins with {verb!r}: %mj imagine {verb} …"
    return PromptError(f"%mj {verb} {why}", hint=hint)


# ---- naming tasks ----


def task_and_rest(call: Call, verb: str) -> tuple[Task, int | None, str]:
    """Read ``NAME …``: a variable or the end of an id, and what follows.

    The end of an id is as long as it is shown: ``%mj extend a story`` names no task that ends in ``a``.

    Returns:
        The task, the number of its picture when the variable holds one, and what follows.

    Raises:
        PromptError: No task is called so.
    """
    from ..display import SHORT
    from ..errors import LedgerError
    from ..tracking import Task, TaskImage

    name, _, after = call.rest.partition(" ")
    held = call.names.get(name)
    if isinstance(held, TaskImage):
        return held.task, held.number, after.strip()
    if isinstance(held, Task):
        return held, None, after.strip()
    try:
        if len(name) < SHORT:
            raise LedgerError(f"no task is called {name!r}")
        return call.session.task(name), None, after.strip()
    except LedgerError as error:
        raise unfit(verb, f"needs a task: {error.message}") from None


def task_and_number(call: Call, verb: str) -> tuple[Task, int, str]:
    """Read ``NAME [NUMBER] …``: a task, which of its pictures from 1, and what follows."""
    task, held, after = task_and_rest(call, verb)
    if held is not None:
        return task, held, after
    number, _, words = after.partition(" ")
    return (task, int(number), words.strip()) if number.isdecimal() else (task, 1, after)


def only_task(call: Call, verb: str) -> Task:
    """Read ``NAME`` and nothing else."""
    task, _, more = task_and_rest(call, verb)
    if more:
        raise unfit(verb, f"takes a task, not {more!r}")
    return task


def nothing_more(call: Call, verb: str) -> None:
    """Refuse words after a verb that takes none."""
    if call.rest:
        raise unfit(verb, f"takes nothing, not {call.rest[:40]!r}")
