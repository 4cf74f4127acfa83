"""Reading a line: find the flags, decide which become values, leave everything else where it is.

A request has room for one kind of input pictures.  When a line names more, the first of these has it:
pictures at the start, ``--oref``, ``--sref``; the others stay in the text, where the service carries them
out as Midjourney does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..errors import PromptError
from ..params import IMAGE, REST, TASK_TYPES, VIDEO, Flag, Row
from . import commands
from .flags import MAPPED, PASSED, PICTURES, REPEAT, takes_value, value_of, wanted
from .slips import slip, unknown
from .words import Word, split, without

_CODE = re.compile(r"([0-9]+|random)(::\S*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Prompt:
    """A line of Midjourney text, read.

    ``text`` goes to the API: everything that is no mapped flag, as it was typed.  ``said`` holds the values
    by Python name, with a ``task_type`` only when the line implies one.  ``passed`` are the flags that stay
    in the text, for display: nobody verifies that the service follows them.  ``repeat`` is how often.
    ``unknown`` are words of the text that are written as flags and are none that is known.
    """

    text: str
    said: dict[str, Any]
    passed: tuple[str, ...]
    repeat: int = 1
    unknown: tuple[str, ...] = ()


def read(text: str) -> Prompt:
    """Read a line of Midjourney text; permutations are expanded before.

    Args:
        text: Prompt and flags, in any order.

    Returns:
        What goes to the API as text and what as values.

    Raises:
        PromptError: With all faults at once.

    Source:
        Midjourney's parameter list for the syntax; the parameter table for what is legal.
    """
    text, is_prompt = commands.without_prefix(text)
    found = _find(split(text))
    task_type, finer = _task_type(found), []
    if task_type in VIDEO and (finer := [span for span in found.passed if _is_finer(found.text(span.first))]):
        task_type = _FINER.name
    staying, taken = _settle(found.mentions, task_type)
    passed = sorted([*(span for span in found.passed if span not in finer), *(m.span for m in staying)])
    cut = {n for m in taken for n in m.span.numbers} | set(found.leading) | {span.first for span in finer}
    faults = [] if is_prompt else [fault for fault in (commands.fault(text),) if fault]
    faults += [*found.faults, *_contradictions(found.mentions), *_swallowed(found.words, passed, cut)]
    if _only_flags(found.words, [*passed, *found.refused], cut):
        faults.append("the prompt is empty" + (": there are only flags" if found.words else ""))
    said = {m.row.name: m.value for m in taken}
    if found.leading:
        faults += _faults_of_urls([found.words[n].text for n in found.leading], "the picture at the start:")
        said[PICTURES.name] = tuple(found.words[n].text for n in found.leading)
    if task_type:
        said["task_type"] = task_type
    if faults:
        raise PromptError(list(dict.fromkeys(faults)), hint="Nothing was sent.")
    as_typed = tuple(text[found.words[s.first].start : found.words[s.last].end] for s in passed)
    repeat = said.pop(REPEAT.name, 1)
    return Prompt(without(text, found.words, cut), said, as_typed, repeat, tuple(unknown(found.words)))


# ---- what is found ----------------------------------------------------------------------------------


class _Span(NamedTuple):
    """Some words of the line in a row, by number; both ends belong to it."""

    first: int
    last: int

    @property
    def numbers(self) -> range:
        return range(self.first, self.last + 1)


class _Mention(NamedTuple):
    """A mapped flag in the line, with its value."""

    row: Row
    flag: Flag
    value: Any
    typed: str
    span: _Span


@dataclass
class _Found:
    words: Sequence[Word]
    leading: list[int] = field(default_factory=list)
    mentions: list[_Mention] = field(default_factory=list)
    passed: list[_Span] = field(default_factory=list)
    refused: list[_Span] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def text(self, number: int) -> str:
        """Return a word, or an empty text after the end."""
        return self.words[number].text if number < len(self.words) else ""

    def is_value(self, number: int) -> bool:
        """Whether there is a word that is no flag, known or not."""
        return number < len(self.words) and not self.words[number].is_dashed


def _find(words: Sequence[Word]) -> _Found:
    """Go through the words once."""
    found = _Found(words)
    at_start = True
    here = 0
    while here < len(words):
        name = words[here].text.lower()
        if name in MAPPED:
            here = _mapped(found, here, *MAPPED[name])
        elif at_start and words[here].is_url and not words[here].is_weighted:
            found.leading.append(here)
            here += 1
        else:
            at_start = False
            here = _passed(found, here) if name in PASSED else _prose(found, here)
    return found


def _prose(found: _Found, here: int) -> int:
    """Leave a word in the text, unless it looks like a flag or an option that somebody mistyped."""
    if fault := slip(found.words, here):
        found.faults.append(fault)
    return here + 1


def _passed(found: _Found, here: int) -> int:
    most = PASSED[found.text(here).lower()].words
    end = here + 1
    while found.is_value(end) and (most == REST or end <= here + most):
        end = _prose(found, end)
    found.passed.append(_Span(here, end - 1))
    return end


def _mapped(found: _Found, here: int, row: Row, flag: Flag) -> int:
    if flag.task_type:
        return _reference(found, here, row, flag)
    last = here + 1 if takes_value(flag) else here
    if last > here and not found.is_value(last):
        found.faults.append(f"{flag.name} needs a value: {wanted(row, flag)}")
        found.refused.append(_Span(here, here))
        return last
    typed = found.text(last) if last > here else ""
    try:
        value = value_of(row, flag, typed)
        found.mentions.append(_Mention(row, flag, value, typed, _Span(here, last)))
    except ValueError as fault:
        found.faults.append(f"{flag.name} {fault}")
        found.refused.append(_Span(here, last))
    return last + 1


# ---- references: URLs become values, codes stay ------------------------------------------------------


def _reference(found: _Found, here: int, row: Row, flag: Flag) -> int:
    """Read ``--oref URL`` or ``--sref URL URL``; one that may stay in the text may also be a code."""
    may_stay = flag.name in PASSED
    end = here + 1
    while found.words[end : end + 1] and _is_reference(found.words[end], may_stay):
        end += 1
    if may_stay and end == here + 1 and found.is_value(end):
        end = _prose(found, end)
    given = found.words[here + 1 : end]
    span = _Span(here, end - 1)
    if may_stay and given and not all(word.is_url and not word.is_weighted for word in given):
        found.passed.append(span)
        return end
    faults = _faults_of_reference(flag, [word.text for word in given], may_stay)
    found.faults += faults
    if faults:
        found.refused.append(span)
    else:
        urls = tuple(word.text for word in given)
        found.mentions.append(_Mention(row, flag, urls, " ".join(urls), span))
    return end


def _is_reference(word: Word, codes: bool) -> bool:
    return word.is_url or (codes and _CODE.fullmatch(word.text) is not None)


def _faults_of_reference(flag: Flag, urls: Sequence[str], many: bool) -> list[str]:
    if not urls:
        return [f"{flag.name} needs a URL" + (" or a style code" if many else "")]
    if len(urls) > 1 and not many:
        return [f"{flag.name} takes one URL, not {len(urls)}"]
    return _faults_of_urls(urls, flag.name)


def _faults_of_urls(urls: Sequence[str], where: str) -> list[str]:
    """Return what is wrong with URLs; a comma at the end is part of the address to every server."""
    faults = [f"{where} {url} ends in a comma; put only spaces between" for url in urls if url.endswith(",")]
    try:
        PICTURES.domain.read(tuple(urls))
    except ValueError as fault:
        faults.append(f"{where} {fault}")
    return faults


# ---- what becomes of it -----------------------------------------------------------------------------

_OF_FLAGS = {flag.task_type for flag in PICTURES.flags}
_FROM_PICTURES = [t for t, kind in TASK_TYPES.items() if kind.inputs[0] and t not in _OF_FLAGS]
_PICTURES_TO_PICTURES = next(t for t in _FROM_PICTURES if t in IMAGE)
_FINER = next(kind for kind in TASK_TYPES.values() if kind.word)
_PICTURE_TO_VIDEO = next(t for t in _FROM_PICTURES if t in VIDEO)


def _is_finer(word: str) -> bool:
    return word.lower() == _FINER.word


def _task_type(found: _Found) -> str:
    """Return the task type that the line says or implies, or an empty text."""
    if said := [m.value for m in found.mentions if m.row.name == "task_type"]:
        return str(said[0])
    if found.leading:
        moves = any(m.row.on is not None and m.row.on <= VIDEO for m in found.mentions)
        return _PICTURE_TO_VIDEO if moves else _PICTURES_TO_PICTURES
    named = {m.flag.task_type for m in found.mentions}
    return next((f.task_type for f in PICTURES.flags if f.task_type and f.task_type in named), "")


def _settle(mentions: Sequence[_Mention], task_type: str) -> tuple[list[_Mention], list[_Mention]]:
    """Part the flags into those that stay in the text and those that become values.

    A reference that has to stay keeps the flags that serve only it: ``--ow`` stays with ``--oref``.
    """
    without_room = {m.flag.task_type for m in mentions} - {None, task_type}
    staying: list[_Mention] = []
    taken: list[_Mention] = []
    for mention in mentions:
        stays = mention.flag.task_type in without_room or _serves_only(mention.row, without_room)
        (staying if stays else taken).append(mention)
    return staying, taken


def _serves_only(row: Row, task_types: set[str | None]) -> bool:
    return row.on is not None and len(row.on) == 1 and row.on <= task_types


def _contradictions(mentions: Sequence[_Mention]) -> list[str]:
    """Return where one parameter gets two values; the same value twice is no fault."""
    faults: list[str] = []
    first: dict[tuple[str, str | None], _Mention] = {}
    for mention in mentions:
        other = first.setdefault((mention.row.name, mention.flag.task_type), mention)
        if other.value != mention.value:
            faults.append(_contradiction(other, mention))
    return faults


def _contradiction(one: _Mention, two: _Mention) -> str:
    if one.flag is two.flag:
        return f"{one.flag.name} given twice: {one.typed} and {two.typed}"
    a, b = (f"{m.flag.name} {m.typed}".rstrip() for m in (one, two))
    return f"{a} and {b} contradict each other"


def _swallowed(words: Sequence[Word], passed: Sequence[_Span], cut: set[int]) -> list[str]:
    """Return where taking a flag out would hand the words behind it to a ``--no`` before it."""
    faults = []
    for span in passed:
        after = span.last + 1
        while after in cut:
            after += 1
        takes_rest = PASSED.get(words[span.first].text.lower())
        if after == span.last + 1 or takes_rest is None or takes_rest.words != REST:
            continue
        if after < len(words) and not words[after].is_dashed:
            flag = words[span.first].text
            faults.append(f"{flag} would take {words[after].text!r} for its own: write {flag} last")
    return faults


def _only_flags(words: Sequence[Word], spans: Sequence[_Span], cut: set[int]) -> bool:
    return len(cut.union(*(span.numbers for span in spans))) == len(words)
