"""What may come next at the cursor: flags after ``--``, values after a flag, nothing in prose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..params import Flag, Row, Span
from .flags import MAPPED, PASSED, legal, takes_value


@dataclass(frozen=True)
class Completion:
    """One proposal: ``text`` in place of what stands from ``start`` to ``end``."""

    text: str
    start: int
    end: int
    help: str


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
        Completion(proposed, start, len(before), help)
        for proposed, help in proposals
        if proposed.startswith(typed)
    ]


def _flags() -> Iterator[tuple[str, str]]:
    for name, (row, _) in MAPPED.items():
        yield name, row.help
    for name, passed in PASSED.items():
        if name not in MAPPED:
            yield name, f"{passed.help} (stays in the text)"


def _values_after(word: str) -> Iterator[tuple[str, str]]:
    if word.lower() not in MAPPED:
        return
    row, flag = MAPPED[word.lower()]
    for value in _words(row, flag) if takes_value(flag) else ():
        yield value, row.help


def _words(row: Row, flag: Flag) -> tuple[str, ...]:
    return _picks(row.domain) if isinstance(row.domain, Span) else legal(row, flag)


def _picks(span: Span) -> tuple[str, ...]:
    """Return the ends of a span and three round numbers between."""
    unit = max(span.step, span.high // 100)
    quarters = (span.low + (span.high - span.low) * i / 4 for i in (1, 2, 3))
    inner = [round(quarter / unit) * unit for quarter in quarters]
    picks = [span.low, *(n for n in inner if span.low < n < span.high), span.high]
    return tuple(map(str, dict.fromkeys(picks)))
