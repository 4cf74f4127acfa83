"""The magic itself: takes a line apart and hands it to its verb."""

from __future__ import annotations

import contextlib
import re
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand

from .options import EACH, Options, take
from .scope import caller, names_at
from .slips import HELP, hold_once, refuse
from .verbs import VERBS, Call, unfit

if TYPE_CHECKING:
    from ..sessions import Session

COMMENT = re.compile(r"\s*#+(?:\s|\Z)")  # not "#ff00aa on white"
LINE_END = re.compile("\r\n|\n|\r")
SANDBOX_NOTICE = "working with the sandbox, which draws its own pictures and costs nothing"


@magics_class
class MJMagics(Magics):
    """The magics of one shell."""

    _told = False

    @no_var_expand
    @line_cell_magic
    def mj(self, line: str, cell: str | None = None) -> Any:
        """Make pictures from a Midjourney prompt; ``%mj help`` tells everything.

        %mj a lighthouse at dusk --ar 16:9 --s 250     one task
        fox = %mj a red fox in snow --v 7              the same, into a variable
        """
        text, body, options = take(line, cell)
        frame = caller()
        if not (options.dry_run or options.help):
            hold_once(_verb_of(text)[0], frame)
        names, unset = names_at(frame, getattr(self.shell, "user_ns", {}))
        call = Call("", names, options, lambda: self._session(options), unset)
        each = options.each and not options.help and _verb_of(text)[0] != "help"
        with _warnings(quiet=options.quiet):
            made = self._each(call, text, body or "") if each else self._one(call, text, body)
        if options.out:
            self.shell.user_ns[options.out] = made  # type: ignore[union-attr]
        return made

    def _one(self, call: Call, line: str, body: str | None) -> Any:
        from .. import prompt

        text = _joined(line, body)
        name, rest = _verb_of(text)
        if call.options.help or text in HELP:
            name, rest = "help", name or ""
        if name is None:
            refuse(text, call.names)
        call.rest = call.filled(rest)
        if name == "imagine":
            bare, named = prompt.without_prefix(f"imagine {call.rest}")  # imagine prompt: a fox
            call.rest = prompt.literal(bare if named else call.rest)
        made = VERBS[name or "imagine"].run(call)
        return None if call.options.silent and body is not None else made

    def _each(self, call: Call, line: str, body: str) -> Any:
        from ..errors import PromptError
        from .making import each

        name, flags = _verb_of(line)
        if name not in (None, "imagine", "use"):
            raise unfit(str(name), f"does not go with {EACH}")
        prompts = [f"{one.strip()} {flags}" for one in _lines(body)]
        if not prompts:
            hint = "%%mj --each takes one prompt per line of the body."
            raise PromptError("there are no prompts", hint=hint)
        lines = [call.filled(one).strip() for one in prompts]
        return each(call, _each_with_preset(call, flags, body) if name == "use" else lines)

    def _session(self, options: Options) -> Session:
        from ..sessions import default_session

        session = default_session()
        if session.settings.embedded and not self._told and not options.quiet:
            from .. import config, display

            self._told = True
            why = "" if config.found()["api_key"].value else "no API key: "
            display.Live().show(why + SANDBOX_NOTICE, display.notice_html(why + SANDBOX_NOTICE))
        return session


def _doc() -> str:
    """Return what ``%mj?`` shows: the page of help, made when it is asked for."""
    from .manual import manual

    return repr(manual())


setattr(MJMagics.mj, "getdoc", _doc)  # noqa: B010  IPython asks a magic for it before it reads the docstring


def _each_with_preset(call: Call, line: str, body: str) -> list[str]:
    """Return the lines of ``%%mj --each use noir --s 10``."""
    from .settings import with_preset

    name, _, flags = line.partition(" ")
    lines = []
    for one in _lines(body):
        call.rest = f"{name} {call.filled(f'{one.strip()} {flags}'.strip())}"
        lines.append(with_preset(call))
    return lines


def _lines(body: str) -> list[str]:
    """Return the lines of a body that are neither empty nor comments; they end where people see them end."""
    return [line for line in LINE_END.split(body) if line.strip() and not COMMENT.match(line)]


@contextlib.contextmanager
def _warnings(*, quiet: bool) -> Iterator[None]:
    """Keep warnings of prompts back where nothing is to be shown."""
    from ..errors import PromptWarning

    with warnings.catch_warnings() if quiet else contextlib.nullcontext():
        if quiet:
            warnings.simplefilter("ignore", PromptWarning)
        yield


def _joined(line: str, body: str | None) -> str:
    """Return the text of a cell magic: its body, then its line; first the line when a verb begins it."""
    if body is None:
        return line.strip()
    parts = [line.strip(), body.strip()] if _verb_of(line)[0] else [body.strip(), line.strip()]
    return " ".join(part for part in parts if part)


def _verb_of(text: str) -> tuple[str | None, str]:
    """Return the verb that a text begins with, if any, and the rest."""
    words = text.split(maxsplit=1)
    if words and words[0] in VERBS:
        return words[0], words[1].strip() if len(words) > 1 else ""
    return None, text.strip()
