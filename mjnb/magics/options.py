"""The options of ``%mj`` itself, taken out of a line before anything else reads it."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass

YES, DRY_RUN, WAIT, QUIET, EACH, HELP = "--yes", "--dry-run", "--wait", "--quiet", "--each", "--help"
OUT = "-o"

HELPS: Mapping[str, str] = {
    DRY_RUN: "send nothing; show the exact request and what it may cost",
    EACH: "in %%mj: one task for each line of the body, but for empty ones and comments (# and a blank)",
    HELP: "show the page of this help",
    OUT: "at the beginning, with a name: put the result into that variable",
    QUIET: "show nothing",
    WAIT: "wait for the pictures; Interrupt gives the prompt back and loses nothing",
    YES: "pay for more tasks than are made without asking",
}

_WORDS = re.compile(r"(?<!\S)(" + "|".join(word for word in HELPS if word != OUT) + r")(?!\S)[ \t]?")
_SILENT = re.compile(r"\s*+;[\s;]*+\Z")
_OUT_FIRST = re.compile(r"\s*-o(?!\S)[ \t]*(\S*)[ \t]*")
_OUT_ANYWHERE = re.compile(r"(?<!\S)-o(?!\S)[ \t]*(\S*)[ \t]*")


@dataclass(frozen=True)
class Options:
    """Which of our own words stood in a line, the variable named by ``-o``, and whether it ended in ``;``."""

    words: frozenset[str] = frozenset()
    out: str = ""
    silent: bool = False

    @property
    def yes(self) -> bool:
        return YES in self.words

    @property
    def dry_run(self) -> bool:
        return DRY_RUN in self.words

    @property
    def wait(self) -> bool:
        return WAIT in self.words

    @property
    def quiet(self) -> bool:
        return QUIET in self.words

    @property
    def each(self) -> bool:
        return EACH in self.words

    @property
    def help(self) -> bool:
        return HELP in self.words


def take(line: str, cell: str | None) -> tuple[str, str | None, Options]:
    """Take our own words out of a line and a cell's body.

    ``-o NAME`` counts at the beginning of a ``%mj`` line, and anywhere in the line of a cell magic.  A ``;``
    at the end is IPython's way to ask for silence and no text: the same as ``--quiet``.

    Returns:
        The rest of both, as it was, and the options.

    Raises:
        PromptError: ``-o`` without the name of a variable.
    """
    silent = _SILENT.search(line if cell is None else cell)
    line, cell = (_SILENT.sub("", line), None) if cell is None else (line, _SILENT.sub("", cell))
    words = set(_WORDS.findall(line)) | set(_WORDS.findall(cell or "")) | ({QUIET} if silent else set())
    line, cell = _WORDS.sub("", line), None if cell is None else _WORDS.sub("", cell)
    found = (_OUT_FIRST.match if cell is None else _OUT_ANYWHERE.search)(line)
    out = found[1] if found else ""
    if found:
        _check_name(out)
        line = line[: found.start()] + line[found.end() :]
    return line, cell, Options(frozenset(words), out, silent is not None)


def _check_name(name: str) -> None:
    from ..errors import PromptError

    if not name.isidentifier() or keyword.iskeyword(name):
        said = f"{name!r} is no name for a variable" if name else "-o needs a name"
        raise PromptError(said, hint="%mj -o fox a red fox, or: fox = %mj a red fox")
