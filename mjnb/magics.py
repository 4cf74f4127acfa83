"""``%mj`` and ``%%mj``: what Midjourney users type, in a notebook.

The magic adds nothing of its own to the text: ``{{name}}`` becomes a variable's value, permutations become
a sweep, and the rest is what `mjnb.prompt` reads.  It returns at once with a `Task` (or a `Sweep`), which
shows its progress and then its pictures in the cell it was made in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand

if TYPE_CHECKING:
    from .sessions import Session
    from .sweeps import Sweep
    from .tracking import Task

YES = "--yes"  # pays for more tasks than are made without asking
SANDBOX_NOTICE = "no API key: working with the sandbox, which draws its own pictures and costs nothing"


@magics_class
class MJMagics(Magics):
    """The magics of one shell."""

    _told = False

    @no_var_expand
    @line_cell_magic
    def mj(self, line: str, cell: str | None = None) -> Task | Sweep:
        """Make pictures from a Midjourney prompt.

        %mj a lighthouse at dusk --ar 16:9 --s 250     one task
        fox = %mj a red fox in snow --v 7              the same, into a variable
        %mj a {red, blue} bird --s {0, 500}            a sweep of four; above five add --yes
        %%mj --ar 2:3                                  flags here, the prompt in the cell's body

        ``{{name}}`` is replaced by the variable's value, in line and body.
        """
        from .sessions import default_session

        text, yes = _take_yes(line if cell is None else f"{cell.strip()} {line}")
        session = default_session()
        self._tell(session)
        return make(session, text, get_names(self.shell), yes=yes)

    def _tell(self, session: Session) -> None:
        from . import display

        if session.settings.embedded and not self._told:
            self._told = True
            display.Live().show(SANDBOX_NOTICE, display.notice_html(SANDBOX_NOTICE))


def get_names(shell: Any) -> dict[str, Any]:
    """Return the variables of a shell's user."""
    return dict(shell.user_ns)


def make(session: Session, text: str, names: dict[str, Any], *, yes: bool) -> Task | Sweep:
    """Make what a line asks for: one task, or the sweep that its permutations and ``--repeat`` stand for.

    Raises:
        PromptError: More tasks than `prompt.ASK_ABOVE` without ``yes``; nothing was sent.
    """
    from . import prompt
    from .errors import PromptError

    text = prompt.interpolate(text, names)
    lines = prompt.expand(text)
    repeat = prompt.read(lines[0]).repeat
    if len(lines) * repeat == 1:
        task = session.imagine(text)
        task.present()
        return task
    sweep = session.sweep(text)
    plan = sweep.plan()
    if plan.to_pay > prompt.ASK_ABOVE and not yes:
        raise PromptError(f"this makes {plan!r}", hint=f"Add {YES} to pay for them.")
    return sweep.run(wait=False)


def load(shell: Any) -> None:
    """Add the magics to a shell."""
    shell.register_magics(MJMagics)


def unload(shell: Any) -> None:
    """Take the magics away again."""
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("mj", None)
    shell.magics_manager.registry.pop("MJMagics", None)


def _take_yes(text: str) -> tuple[str, bool]:
    words = text.split(" ")
    return " ".join(word for word in words if word != YES), YES in words
