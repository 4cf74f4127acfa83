"""What Midjourney takes of the flags that stay in the text, by model version; from the table.

Outside of what any version takes, or of what Midjourney's own pages say of one, is a fault: it would be paid
and not be followed, or fail.  What only others say, or disagree about, is told and sent.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ..errors import MJError, PromptWarning
from ..params import NOTHING, REST, Domain, Generate, PassedFlag, Request, given, rows
from .commands import PREFIX
from .flags import PASSED, PICTURES, number_or_word
from .reading import Prompt, read

_NOBODY = ("anywidget", "asyncio", "concurrent", "ipykernel", "ipywidgets", "threading", "traitlets")
MOST_TOLD = 5
_INSIDE = ("mjnb", "IPython", "decorator")  # whose code asks for nobody


class Limits(NamedTuple):
    """What is wrong with the flags of a text, and what may be."""

    faults: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class _Sent(NamedTuple):
    """What a line is sent with."""

    version: str | None
    task_type: str | None
    flags: frozenset[str]
    pictures: bool


def check(line: Prompt, said: Mapping[str, Any]) -> Limits:
    """Return what Midjourney does not take of a line's flags.

    Args:
        line: A line, read.
        said: What it is sent with, by the table's names; a version that is not said is the service's choice.
    """
    flags = frozenset(one.split()[0].lower() for one in line.passed)
    kind = said.get("task_type")
    known = str(kind) if isinstance(kind, str) else None
    sent = _Sent(_version(said.get("version")), known, flags, said.get(PICTURES.name) is not None)
    faults: list[str] = []
    told = [f"{word} is no flag that is known: it is sent as it stands" for word in line.unknown]
    for typed in line.passed:
        name, *words = typed.split()
        if flag := PASSED.get(name.lower()):
            found = _faults(name, flag, words, sent)
            faults += found
            told += [] if found else _warnings(name, flag, words, sent)
    return Limits(tuple(faults), tuple(told))


def doubts(request: Generate) -> list[str]:
    """Return what a request's text says that may not be followed; nothing is refused any more."""
    return [*check(sent_line(request.prompt), given(request)).warnings]


def sent_line(text: str) -> Prompt:
    """Return a text that was read once, read again; as nothing but prose when it would be refused now."""
    try:
        return read(f"{PREFIX} {text}")
    except MJError:
        return Prompt(text, {}, ())


def tell(*requests: Request) -> None:
    """Warn of what texts say that may not be followed, once each, where a user's code asks for them.

    What a front end asks for has no such place: the panel shows it by itself.
    """
    texts = {one.prompt: one for one in requests if isinstance(one, Generate)}
    told = dict.fromkeys(doubt for request in texts.values() for doubt in doubts(request))
    if not told:
        return
    frame = sys._getframe()
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] in _INSIDE:
        frame = frame.f_back
    if frame.f_globals.get("__name__", "").partition(".")[0] in _NOBODY:
        return
    for doubt in [*told][:MOST_TOLD]:
        warnings.warn_explicit(doubt, PromptWarning, frame.f_code.co_filename, frame.f_lineno)


def _version(said: object) -> str | None:
    try:
        return None if said is None else str(rows()["version"].domain.read(said))
    except ValueError:
        return None


def _faults(name: str, flag: PassedFlag, words: Sequence[str], sent: _Sent) -> list[str]:
    if flag.domain is NOTHING:
        return [f"{name} is not taken by any model version of the service: {flag.note}"]
    if flag.on is not None and sent.task_type is not None and sent.task_type not in flag.on:
        return [f"{name} does not apply to {sent.task_type}; it is for {' and '.join(sorted(flag.on))}"]
    if flag.words and not words and (flag.domain is not None or flag.words == REST):
        return [f"{name} needs {flag.domain or 'words'}"]
    if flag.domain is not None and (fault := _outside(flag.domain, words)):
        return [f"{name} {fault}"]
    own = flag.by.get(sent.version or "")
    if own is NOTHING:
        return [f"{name} is not taken by version {sent.version} (Midjourney's limit){_note(flag)}"]
    if own is not None and (fault := _outside(own, words)):
        return [f"{name} {fault} with version {sent.version} (Midjourney's limit)"]
    return []


def _warnings(name: str, flag: PassedFlag, words: Sequence[str], sent: _Sent) -> list[str]:
    usual = flag.usual.get(sent.version or "")
    found = []
    if usual is NOTHING:
        found.append(f"{name} may not be taken by version {sent.version}{_note(flag)}")
    elif usual is not None and (fault := _outside(usual, words)):
        found.append(f"{name} {fault} with version {sent.version}, as far as is known")
    if flag.serves and flag.serves not in sent.flags and not sent.pictures:
        found.append(f"{name} serves {flag.serves}, which the prompt does not have")
    return found


def _outside(domain: Domain, words: Sequence[str]) -> str:
    try:
        domain.read(number_or_word(words[0]) if words else "")
    except ValueError as fault:
        return str(fault)
    return ""


def _note(flag: PassedFlag) -> str:
    return f"; {flag.note}" if flag.note else ""
