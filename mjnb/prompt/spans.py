"""Spans: ``0..1000/250`` is 0, 250, 500, 750, 1000; without a step it is that of the parameter table.

Both ends belong to a span when its step meets them.  One that goes down (``1000..0/250``) has its values in
that order.  In a prompt, a span stands alone in braces or among the options of a set:
``--s {0..500/250, 1000}``.  One without a step is read only behind a flag whose parameter is a number;
elsewhere ``{0..9}`` is plain text.
"""

from __future__ import annotations

import re

from .. import params
from ..params import Domain, NumberChoice, Span

MOST = 10_000  # values of one span, and cells of one sweep

_SPAN = re.compile(r"\s*(-?[0-9]{1,9})\s*\.\.\s*(-?[0-9]{1,9})\s*(?:/\s*([0-9]{1,9})\s*)?")
_MEANT = re.compile(
    r"\s*(?:range\()?\s*(-?[0-9]{1,9})\s*(?:[-‐‑‒–—―−:~,]|\.{3,}|…|to|bis|until)\s*(-?[0-9]{1,9})"
    r"\s*(?:(?:[:/,]|step|by)\s*([0-9]{1,9}))?\s*\)?"
)
_FLAG = re.compile(r"(?:^|\s)(--\S+)\s+$")


def is_span(text: object) -> bool:
    """Return whether something is meant as a span: a text with two dots in a row."""
    return isinstance(text, str) and ".." in text


def spread(text: str, domain: Domain | None = None) -> list[int]:
    """Return the values of a span.

    Args:
        text: ``low..high/step`` or, for a number of the table, ``low..high``.
        domain: The parameter's domain, which has the usual step.

    Raises:
        ValueError: It is no span; with a phrase that follows a name.
    """
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no span: write low..high/step in whole numbers, such as 0..1000/250")
    low, high, step = (None if part is None else int(part) for part in found.groups())
    assert low is not None
    assert high is not None
    if step is None and isinstance(domain, NumberChoice):
        return _chosen(text, domain, low, high)
    step = usual_step(domain) if step is None else step
    if step == 0:
        raise ValueError(f"{text!r} has no step: write low..high/step")
    count = abs(high - low) // step + 1
    if count > MOST:
        raise ValueError(f"{text!r} has {count:,} values, {MOST:,} are allowed")
    return list(range(low, high + 1, step) if low <= high else range(low, high - 1, -step))


def _chosen(text: str, domain: NumberChoice, low: int, high: int) -> list[int]:
    found = [value for value in domain.values if low <= value <= high]
    if not found:
        raise ValueError(f"{text!r} has none of {domain}")
    return found


def usual_step(domain: Domain | None) -> int:
    """Return the table's step of a number, 0 for anything else."""
    return domain.step if isinstance(domain, Span) else 1 if isinstance(domain, NumberChoice) else 0


def number_after(text: str) -> Domain | None:
    """Return the domain of the number whose flag stands at the end of a text; None for any other text."""
    flag = _FLAG.search(text)
    name = flag[1].lower() if flag else ""
    row, _ = params.flags().get(name, (None, None))
    passed = next((one for one in params.PASSED_FLAGS if name in one.names), None)
    domain = row.domain if row is not None else passed.domain if passed is not None else None
    return domain if domain is not None and domain.kind in ("integer", "number") else None


def advice(text: object) -> str:
    """Return how a span is written, for a text that means one: ``0-1000``, ``0:1000``, ``0 to 1000``."""
    found = _MEANT.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return ""
    low, high, step = found.groups()
    usual = max(1, abs(int(high) - int(low)) // 4)
    return f"; several values are a span or a list: write {low}..{high}/{step or usual}"


def options(text: str, domain: Domain | None) -> list[str] | None:
    """Return what an option of a set stands for when it is a span, None when it is plain text.

    Raises:
        ValueError: It is a span, and too long or without a step.
    """
    found = _SPAN.fullmatch(text)
    if found is None or (found[3] is None and domain is None):
        return None
    return [str(value) for value in spread(text, domain)]
