"""Permutations: ``a {red, blue} bird`` is two prompts.

Braces and commas are *marks*.  A backslash in front makes a mark plain text; in front of anything else a
backslash is a backslash.  Two backslashes before a mark are one backslash and leave the mark a mark, so
that every text can be written.  A set is a pair of braces with a comma of its own; ``{}``, ``{a}`` and a
brace without its partner are plain text.  One space before an escaped comma is dropped.  A span
(``{0..1000/250}``, see `mjnb.prompt.spans`) is a set of its values.

Nothing here recurses: a line may nest as deep as it likes, and costs time by its length.

Source: Midjourney's documents, "Permutation Prompts"; what they leave open is decided above.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..errors import PromptError
from . import spans

ASK_ABOVE = 5
LIMIT = 40
_COUNTED = 10**9

_NAME = re.compile(r"\s*([^\W\d]\w*)\s*")
_MARK = re.compile(r"(?<!\\)(\\*+)([{},])")
_TO_ESCAPE = re.compile(r"( ?)(?<!\\)(\\*+)([{},])")


class Piece(NamedTuple):
    """A stretch of a line: plain text, or one active mark."""

    text: str
    active: bool


def expand(text: str, *, limit: int = LIMIT) -> list[str]:
    """Return the prompts that a line with permutations stands for.

    Args:
        text: The line.
        limit: The most prompts allowed.

    Returns:
        One line for each choice, the rightmost set changing fastest; escapes are resolved.

    Raises:
        PromptError: When there would be more than ``limit``; found out by counting, before any is made.
    """
    parts = _sets_only(_spread(pieces(text)))
    count = _count(parts)
    if count > limit:
        many = f"{count:,}" if count < _COUNTED else f"more than {_COUNTED - 1:,}"
        raise PromptError(f"the sets in braces make {many} prompts, {limit} are allowed")
    return _product(parts)


def one_of(texts: Iterable[str]) -> str:
    """Return the line that stands for several lines, whose own sets stay sets."""
    return "{" + ", ".join(joined(_sets_only(_spread(pieces(text)))) for text in texts) + "}"


def escape(text: str) -> str:
    r"""Return a text in which every brace and comma is plain: ``expand(escape(text)) == [text]``."""
    return _TO_ESCAPE.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    gap, run, mark = found.groups()
    kept = gap * 2 if mark == "," and not run else gap
    return f"{kept}{run * 2}\\{mark}"


def names_in(text: str) -> set[str]:
    r"""Return the words that stand alone in braces: ``subject`` in ``a {subject}``, not if escaped."""
    parts = pieces(text)
    return {
        found[1]
        for before, word, after in zip(parts, parts[1:], parts[2:], strict=False)
        if (before.text, before.active, after.text, after.active) == ("{", True, "}", True)
        and not word.active
        and (found := _NAME.fullmatch(word.text))
    }


# ---- pieces -----------------------------------------------------------------------------------------


def pieces(text: str) -> list[Piece]:
    """Return a line as plain text, escapes resolved, and active marks."""
    found: list[Piece] = []
    end = 0
    for match in _MARK.finditer(text):
        run, mark = match.groups()
        plain = text[end : match.start()]
        if run == "\\" and mark == ",":
            plain = plain.removesuffix(" ")
        plain += "\\" * (len(run) // 2)
        escaped = len(run) % 2 == 1
        found.append(Piece(plain + mark if escaped else plain, False))
        if not escaped:
            found.append(Piece(mark, True))
        end = match.end()
    return [*found, Piece(text[end:], False)]


def joined(parts: Iterable[Piece]) -> str:
    """Return the line that reads as these pieces: ``pieces`` backwards."""
    line: list[str] = []
    plain: list[str] = []
    for piece in parts:
        if not piece.active:
            plain.append(piece.text)
            continue
        line += [_before_mark(escape("".join(plain))), piece.text]
        plain.clear()
    return "".join([*line, escape("".join(plain))])


def _before_mark(escaped: str) -> str:
    """Double the backslashes at the end of a text, so that the mark behind it stays active."""
    return escaped + "\\" * (len(escaped) - len(escaped.rstrip("\\")))


# ---- spans ------------------------------------------------------------------------------------------


def _spread(parts: Sequence[Piece]) -> list[Piece]:
    """Return the pieces with the values of every span in its place, as options of the set it stands in."""
    if not any(".." in piece.text for piece in parts):
        return list(parts)
    closed = _pairs(parts)
    found: list[Piece] = []
    open_sets: list[int] = []
    for number, piece in enumerate(parts):
        values = _options(parts, number, open_sets[-1]) if open_sets and not piece.active else None
        if values is None:
            found.append(piece)
        else:
            found += [part for value in values for part in (Piece(",", True), Piece(value, False))][1:]
        if number in closed:
            open_sets.append(number) if piece.text == "{" else open_sets.pop()
    return found


def _options(parts: Sequence[Piece], number: int, opening: int) -> list[str] | None:
    """Return the values of a piece that is a span and a whole option of the set opened before it."""
    before, after = parts[number - 1], parts[number + 1]
    if not (before.active and after.active) or before.text == "}" or after.text == "{":
        return None
    flagged = parts[opening - 1].text if opening and not parts[opening - 1].active else ""
    try:
        values = spans.options(parts[number].text, spans.number_after(flagged))
    except ValueError as fault:
        raise PromptError(str(fault)) from None
    if values is not None and len(values) == 1 and (before.text, after.text) == ("{", "}"):
        raise PromptError(f"{parts[number].text!r} has one value: write {values[0]} without braces")
    return values


def _pairs(parts: Sequence[Piece]) -> set[int]:
    """Return the numbers of the braces that have a partner."""
    open_braces: list[int] = []
    pairs: set[int] = set()
    for number, piece in enumerate(parts):
        if piece.active and piece.text == "{":
            open_braces.append(number)
        elif piece.active and piece.text == "}" and open_braces:
            pairs.update((open_braces.pop(), number))
    return pairs


# ---- sets -------------------------------------------------------------------------------------------


def _sets_only(parts: Sequence[Piece]) -> list[Piece]:
    """Return the pieces with only the marks of real sets active, and all text between them in one piece."""
    live = _live_marks(parts)
    merged: list[Piece] = []
    plain: list[str] = []
    for number, piece in enumerate(parts):
        if number in live:
            merged += [Piece("".join(plain), False), piece]
            plain.clear()
        else:
            plain.append(piece.text)
    return [*merged, Piece("".join(plain), False)]


def _live_marks(parts: Sequence[Piece]) -> set[int]:
    """Return the numbers of the marks that belong to a closed pair of braces with a comma."""
    live: set[int] = set()
    open_sets: list[list[int]] = []
    for number, piece in enumerate(parts):
        if not piece.active:
            continue
        if piece.text == "{":
            open_sets.append([number])
        elif open_sets and piece.text == ",":
            open_sets[-1].append(number)
        elif open_sets:
            marks = open_sets.pop()
            if len(marks) > 1:
                live.update(marks, (number,))
    return live


def _count(parts: Iterable[Piece]) -> int:
    """Return how many prompts the pieces make, or ``_COUNTED`` if it is that many or more."""
    options, now = [0], [1]  # by depth: prompts of the options before this one, and of this one so far
    for piece in parts:
        if not piece.active:
            continue
        if piece.text == "{":
            options.append(0)
            now.append(1)
        elif piece.text == ",":
            options[-1] += now[-1]
            now[-1] = 1
        else:
            count = options.pop() + now.pop()
            now[-1] = min(now[-1] * count, _COUNTED)
    return now[0]


def _product(parts: Iterable[Piece]) -> list[str]:
    """Return the prompts that the pieces make."""
    options: list[list[str]] = [[]]
    now = [[""]]
    for text, active in parts:
        if not active:
            now[-1] = [start + text for start in now[-1]]
        elif text == "{":
            options.append([])
            now.append([""])
        elif text == ",":
            options[-1] += now[-1]
            now[-1] = [""]
        else:
            chosen = [option.strip() for option in options.pop() + now.pop()]
            now[-1] = [start + option for start in now[-1] for option in chosen]
    return now[0]
