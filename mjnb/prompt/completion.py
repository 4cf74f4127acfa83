"""What may come next at the cursor: flags after ``--``, values after a flag, nothing in prose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..params import REST, Flag, Row, Span
from .flags import MAPPED, PASSED, legal, takes_value, wanted


@dataclass(frozen=True)
class Completion:
    """One proposal: ``text`` in place of what stands from ``start`` to ``end``.

    ``help`` says what it means, ``values`` what may follow a flag or, for a number, what else it may be.
    """

    text: str
    start: int
    end: int
    help: str
    values: str = field(default="", compare=False)


def complete(text: str, cursor: int) -> list[Completion]:
    """Return what could be typed at the cursor.

    Args:
        text: The prompt line or cell.
        cursor: How many characters stand before the cursor.

    Returns:
        Proposals, the table's flags first, in table order; none in prose.
    """
    before = text[: max(cursor, 0)]
    last = before.split()[-2:]
    word = last.pop() if last and not before[-1].isspace() else ""
    start = len(before) - len(word)
    proposals = _flags() if word.startswith("--") else _values_after(last[-1] if last else "")
    typed = word.lower()
    return [
        Completion(proposed, start, len(before), help, values)
        for proposed, help, values in proposals
        if proposed.startswith(typed)
    ]


def _flags() -> Iterator[tuple[str, str, str]]:
    for name, (row, flag) in MAPPED.items():
        yield name, row.help, wanted(row, flag) if takes_value(flag) else ""
    for name, passed in PASSED.items():
        if name not in MAPPED:
            follows = {0: "", REST: "words"}.get(passed.words, "a word")
            yield name, f"{passed.help} (stays in the text)", follows


def _values_after(word: str) -> Iterator[tuple[str, str, str]]:
    if word.lower() not in MAPPED:
        return
    row, flag = MAPPED[word.lower()]
    for value in _words(row, flag) if takes_value(flag) else ():
        yield value, row.help, wanted(row, flag) if isinstance(row.domain, Span) else ""


def _words(row: Row, flag: Flag) -> tuple[str, ...]:
    return _picks(row.domain) if isinstance(row.domain, Span) else legal(row, flag)


def _picks(span: Span) -> tuple[str, ...]:
    """Return the ends of a span and three round numbers between."""
    unit = max(span.step, span.high // 100)
    quarters = (span.low + (span.high - span.low) * i / 4 for i in (1, 2, 3))
    inner = [round(quarter / unit) * unit for quarter in quarters]
    picks = [span.low, *(n for n in inner if span.low < n < span.high), span.high]
    return tuple(map(str, dict.fromkeys(picks)))
