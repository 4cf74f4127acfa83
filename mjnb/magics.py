"""``%mj`` and ``%%mj``: what Midjourney users type, in a notebook.

The magic adds little of its own to the text: ``{{name}}`` becomes a variable's value, permutations become a
sweep, a first word such as ``upscale`` names another verb, and the rest is what `mjnb.prompt` reads.  It
returns at once with a `Task` (or a `Sweep`), which shows its progress and then its pictures in the cell it
was made in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand

if TYPE_CHECKING:
    from .sessions import Session
    from .tracking import Task

YES = "--yes"  # pays for more tasks than are made without asking
DRY_RUN = "--dry-run"  # sends nothing
SANDBOX_NOTICE = "no API key: working with the sandbox, which draws its own pictures and costs nothing"

QUESTION = re.compile(r"(?P<before>\s*(?:[\w.,\[\] ]+=\s*)?)%mj[ \t]+(?P<text>.*\?)[ \t]*")

Names = Mapping[str, Any]
Said = Collection[str]
Verb = Callable[
    ["Session", str, Names, Said], Any
]  # session, what follows the verb, variables, our own flags


@magics_class
class MJMagics(Magics):
    """The magics of one shell."""

    _told = False

    @no_var_expand
    @line_cell_magic
    def mj(self, line: str, cell: str | None = None) -> Any:
        """Make pictures from a Midjourney prompt.

        %mj a lighthouse at dusk --ar 16:9 --s 250     one task
        fox = %mj a red fox in snow --v 7              the same, into a variable
        %mj a {red, blue} bird --s {0, 500}            a sweep of four; above five add --yes
        %mj sweep a fox --s {0..1000/250} --repeat 2   the same, at any size; asks where much would be paid
        %%mj --ar 2:3                                  flags here, the prompt in the cell's body
        %mj upscale fox 2                              larger (U2); vary fox 3 is V3
        %mj animate fox 1 it runs --motion low         a video; extend VIDEO 1 goes on
        %mj imagine upscale the world                  a prompt that begins with such a word

        ``{{name}}`` is replaced by the variable's value, in line and body.  --dry-run sends nothing and
        shows the exact request.
        """
        from . import prompt
        from .sessions import default_session

        text, said = _take(line if cell is None else f"{cell.strip()} {line}", YES, DRY_RUN)
        names = dict(getattr(self.shell, "user_ns", {}))
        text = prompt.interpolate(text, names)
        session = default_session()
        self._tell(session)
        first, _, rest = text.strip().partition(" ")
        if first in VERBS:
            return VERBS[first](session, rest.strip(), names, said)
        return imagine(session, text, said)

    def _tell(self, session: Session) -> None:
        from . import display

        if session.settings.embedded and not self._told:
            self._told = True
            display.Live().show(SANDBOX_NOTICE, display.notice_html(SANDBOX_NOTICE))


# ---- the verbs ----


def imagine(session: Session, text: str, said: Said = ()) -> Any:
    """Make what a line asks for: one task, or the sweep that its permutations and ``--repeat`` stand for.

    Raises:
        PromptError: More tasks than `prompt.ASK_ABOVE` without ``--yes``; nothing was sent.
    """
    from . import prompt
    from .errors import PromptError

    lines = prompt.expand(text)
    if len(lines) * prompt.read(lines[0]).repeat == 1:
        return session.imagine(text, dry_run=True) if DRY_RUN in said else _shown(session.imagine(text))
    sweep = session.sweep(text)
    plan = sweep.plan()
    if DRY_RUN in said:
        return plan
    if plan.to_pay > prompt.ASK_ABOVE and YES not in said:
        raise PromptError(f"this makes {plan!r}", hint=f"Add {YES} to pay for them.")
    return sweep.run(wait=False, yes=YES in said, stop_button=plan.to_pay > prompt.ASK_ABOVE)


def _imagine(session: Session, rest: str, _names: Names, said: Said) -> Any:
    return imagine(session, rest, said)


def _sweep(session: Session, rest: str, _names: Names, said: Said) -> Any:
    sweep = session.sweep(rest)
    return sweep.plan() if DRY_RUN in said else sweep.run(wait=False, yes=YES in said)


def _upscale(session: Session, rest: str, names: Names, said: Said) -> Any:
    task, number = _only_task_and_number(session, rest, names, "upscale")
    return _shown(session.upscale(task, number, dry_run=DRY_RUN in said))


def _vary(session: Session, rest: str, names: Names, said: Said) -> Any:
    task, number = _only_task_and_number(session, rest, names, "vary")
    return _shown(session.vary(task, number, dry_run=DRY_RUN in said))


def _extend(session: Session, rest: str, names: Names, said: Said) -> Any:
    from . import prompt

    task, number, words = _task_and_number(session, rest, names, "extend")
    line = prompt.one_line(words) if words else None
    return _shown(session.extend(task, number, line, dry_run=DRY_RUN in said))


def _animate(session: Session, rest: str, names: Names, said: Said) -> Any:
    first, _, words = rest.partition(" ")
    if first.startswith(("http://", "https://")):
        source: Any = first
    else:
        task, number, words = _task_and_number(session, rest, names, "animate")
        source = _numbered(task, number)
    return _shown(session.animate(source, words, dry_run=DRY_RUN in said))


VERBS: dict[str, Verb] = {
    "imagine": _imagine,
    "sweep": _sweep,
    "upscale": _upscale,
    "vary": _vary,
    "extend": _extend,
    "animate": _animate,
}


def _task_and_number(session: Session, rest: str, names: Names, verb: str) -> tuple[Task, int, str]:
    """Read ``NAME [NUMBER] …``: a variable or the end of an id, a number from 1, and what follows.

    The end of an id is as long as it is shown: ``%mj extend a story`` names no task that ends in ``a``.
    """
    from .display import SHORT
    from .errors import LedgerError, PromptError
    from .tracking import Task, TaskImage

    name, _, after = rest.partition(" ")
    number, _, words = after.strip().partition(" ")
    held = names.get(name)
    if isinstance(held, TaskImage):
        return held.task, held.number, after.strip()
    try:
        if not isinstance(held, Task) and len(name) < SHORT:
            raise LedgerError(f"no task is called {name!r}")
        task = held if isinstance(held, Task) else session.task(name)
    except LedgerError as error:
        hint = f"A prompt that begins with {verb!r}: %mj imagine {verb} …"
        raise PromptError(f"%mj {verb} needs a task: {error.message}", hint=hint) from None
    return (task, int(number), words.strip()) if number.isdecimal() else (task, 1, after.strip())


def _only_task_and_number(session: Session, rest: str, names: Names, verb: str) -> tuple[Task, int]:
    from .errors import PromptError

    task, number, more = _task_and_number(session, rest, names, verb)
    if more:
        hint = f"A prompt that begins with {verb!r}: %mj imagine {verb} …"
        raise PromptError(f"%mj {verb} takes a task and a number, not {more!r}", hint=hint)
    return task, number


def _numbered(task: Task, number: int) -> Any:
    from .tracking import followups

    followups.check_picture(task, number)
    return task.images[number - 1]


def _shown(made: Any) -> Any:
    """Show a task in its cell; a preview shows itself."""
    if hasattr(made, "present"):
        made.present()
    return made


# ---- the shell ----


def load(shell: Any) -> None:
    """Add the magics to a shell."""
    shell.register_magics(MJMagics)
    if keep_question_marks not in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.append(keep_question_marks)


def unload(shell: Any) -> None:
    """Take the magics away again."""
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("mj", None)
    shell.magics_manager.registry.pop("MJMagics", None)
    if keep_question_marks in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.remove(keep_question_marks)


def keep_question_marks(lines: list[str]) -> list[str]:
    """Keep IPython from reading a prompt that ends in ``?`` as a request for help on its last word.

    Args:
        lines: A cell's lines; those of cell magics and inside of long strings are left alone.
    """
    if lines and lines[0].startswith("%%"):
        return lines
    kept, quoted = [], False
    for line in lines:
        asked = None if quoted else QUESTION.fullmatch(line.rstrip("\n"))
        if asked:
            line = f"{asked['before']}get_ipython().run_line_magic('mj', {asked['text']!r})\n"
        elif line.count('"""') % 2 or line.count("'''") % 2:
            quoted = not quoted
        kept.append(line)
    return kept


def _take(text: str, *words: str) -> tuple[str, set[str]]:
    """Take words of mjnb's own out of a line, and say which were there."""
    pieces = text.split(" ")
    return " ".join(piece for piece in pieces if piece not in words), {
        piece for piece in pieces if piece in words
    }
