"""What was said to a sweep, read: which names are axes, with which values; and what stands in the text.

A name is a parameter of the table, or it stands in braces in the prompt (``{subject}``) and its values are
texts.  Numbers may be a list, a range, an array, or a span (``"0..1000/250"``).
"""

from __future__ import annotations

import itertools
import math
import reprlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from ..errors import PromptError
from ..identity import wording
from ..params import Domain, Generate, NumberChoice, Span, near_parameter, rows, scalar
from ..prompt import Prompt, expand, one_of, read
from ..prompt.spans import MOST, advice, is_span, number_after, options, spread
from .design import SLOT, told

SWEEPABLE = ("integer", "choice", "switch")


@dataclass
class Said:
    """What was said, sorted: values by axis, what is fixed, which axes were spans, and what is wrong."""

    axes: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    fixed: dict[str, Any] = field(default_factory=dict)
    spans: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)


# ---- what stands in the text ------------------------------------------------------------------------


def texts_of(prompt: Any) -> list[str]:
    """Return a prompt or several as a list.

    Raises:
        InvalidRequest: It is no text, or there are too many.
    """
    single = isinstance(prompt, str) or not isinstance(prompt, Iterable)
    texts = [prompt] if single else list(itertools.islice(prompt, MOST + 1))
    if not texts or not all(isinstance(text, str) for text in texts):
        raise told([f"the prompt needs a text or a list of texts, not {reprlib.repr(prompt)}"])
    if len(texts) > MOST:
        raise told([f"there are more than {MOST:,} prompts"])
    return texts


def read_prompt(texts: Sequence[str], limit: int) -> tuple[str, list[Prompt]]:
    """Return the text that stands for a prompt or several, and its lines, read.

    Args:
        texts: Midjourney text, one or several.
        limit: The most lines that its permutations may make.

    Raises:
        PromptError: A line cannot be read, or two of them are the same.
    """
    text = texts[0] if len(texts) == 1 else one_of(texts)
    lines = [read(line) for line in expand(text, limit=limit)]
    _check_lines(lines)
    return text, lines


def _check_lines(lines: Sequence[Prompt]) -> None:
    if len({line.repeat for line in lines}) > 1:
        raise PromptError("--r differs between these permutations", hint="Give one, or repeat=…")
    counts = Counter((wording(line.text), tuple(sorted(line.said.items()))) for line in lines)
    twice = sorted({text for (text, _), count in counts.items() if count > 1})
    if twice:
        hint = "Spaces make no other prompt; repeat=2 pays a prompt twice."
        raise PromptError([f"{text!r} stands there more than once" for text in twice[:5]], hint=hint)


def axes_of(lines: Sequence[Prompt]) -> tuple[dict[str, tuple[Any, ...]], dict[str, Any]]:
    """Return what varies between the lines of a permutation, and what all of them share.

    Flags that vary are axes of their own when the lines are every combination of them; else the lines
    cannot be laid out as a grid.

    Raises:
        PromptError: They are no grid.
    """
    said = [{"prompt": line.text, **line.said} for line in lines]
    names = list(dict.fromkeys(name for one in said for name in one))
    values = {name: tuple(dict.fromkeys(one.get(name) for one in said)) for name in names}
    axes = {name: found for name, found in values.items() if len(found) > 1}
    if math.prod(map(len, axes.values())) != len({tuple(one.get(name) for name in axes) for one in said}):
        hint = "Give each flag its own set, or run the lines one by one."
        raise PromptError("these permutations do not make a grid of parameter values", hint=hint)
    if any(None in found for found in axes.values()):
        raise PromptError("a flag is set in some of these permutations only", hint="Give it a value in each.")
    return axes, {name: found[0] for name, found in values.items() if len(found) == 1}


def slots_of(texts: Iterable[str]) -> set[str]:
    """Return the names that stand in braces in prompts."""
    return {slot for text in texts for slot in SLOT.findall(text)}


# ---- what stands beside it --------------------------------------------------------------------------


def read_said(params: Mapping[str, Any], slots: Set[str], texts: Iterable[str] = ()) -> Said:
    """Return keyword values as axes and fixed values, with every fault.

    Args:
        params: By name; None is not said.
        slots: Names that stand in braces in the prompt.
        texts: The prompts, which say behind which flags the names stand.
    """
    said, table, numbers = Said(), rows(Generate), _numbers(texts)
    for name, given in params.items():
        if (value := scalar(given)) is None:
            continue
        try:
            if name in table and not (name == "prompt" and name in slots):  # further prompts of a sweep
                _parameter(said, name, value, table[name].domain)
            elif name in slots:
                _slot(said, name, value, numbers.get(name))
            else:
                said.faults.append(unknown(name, slots))
        except ValueError as fault:
            said.faults.append(f"{name} {fault}{advice(value)}")
    return said


def _numbers(texts: Iterable[str]) -> dict[str, Domain]:
    """Return the domains of the names in braces that stand behind the flag of a number: ``--sw {sw}``."""
    found = ((slot[1], number_after(text[: slot.start()])) for text in texts for slot in SLOT.finditer(text))
    return {name: domain for name, domain in found if domain is not None}


def unknown(name: str, slots: Iterable[str]) -> str:
    """Return the fault of a name that is neither a parameter nor in braces in the prompt."""
    meant = near_parameter(name, [*rows(Generate), *slots])
    return f"unknown parameter {name!r}{meant or f'; the prompt has no {{{name}}} either'}"


def _parameter(said: Said, name: str, value: Any, domain: Domain) -> None:
    if domain.kind == "integer" and is_span(value):
        said.spans.add(name)
        value = spread(value, domain)
    if domain.kind == "urls" or not _is_many(value):
        said.fixed[name] = domain.read(value)
        return
    if domain.kind not in SWEEPABLE:
        raise ValueError("cannot be an axis: only numbers and choices can")
    values = [one for item in _values(value) for one in _spread(item, domain)]
    faults = [_fault(one, domain) for one in values]
    said.faults += [
        f"{name} {fault}{advice(one)}" for one, fault in zip(values, faults, strict=True) if fault
    ]
    right = [domain.read(one) for one, fault in zip(values, faults, strict=True) if not fault]
    if right or not values:
        said.axes[name] = _distinct(right)


def _spread(item: Any, domain: Domain) -> list[Any]:
    return list(spread(item, domain)) if domain.kind == "integer" and is_span(item) else [item]


def _fault(value: Any, domain: Domain) -> str:
    if value is None:
        return "has None among its values: give each a value"
    try:
        domain.read(value)
    except ValueError as fault:
        return str(fault)
    return ""


def _slot(said: Said, name: str, value: Any, domain: Domain | None) -> None:
    """Read a part of a prompt: texts, and numbers where all are; a span as its numbers.

    ``1..5`` without a step is a span behind the flag of a number, and text in prose, as in braces.
    """
    many = _is_many(value)
    spans = [(one, _numbers_of(one, domain)) for one in (_values(value) if many else [value])]
    flat = [part for one, numbers in spans for part in ([one] if numbers is None else numbers)]
    values = flat if all(_is_number(one) for one in flat) else [plain_text(one) for one in flat]
    if many or spans[0][1] is not None:
        said.axes[name] = _distinct(values)
        said.spans |= set() if many else {name}
    else:
        said.fixed[name] = values[0]


def _numbers_of(value: Any, domain: Domain | None) -> list[int] | None:
    """Return the numbers that a part of a prompt goes through, None when it is no span."""
    found = options(value, domain) if isinstance(value, str) and is_span(value) else None
    return None if found is None else [int(one) for one in found]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def plain_text(value: Any) -> str:
    """Return a part of a prompt as text.

    Raises:
        ValueError: It is no text, or has flags, which would be parameters.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"needs texts, not {value!r}")
    text = str(value)
    try:
        found = read(text) if text.strip() else None
    except PromptError as error:
        raise ValueError(f"{text!r}: {'; '.join(error.faults)}") from None
    if found is not None and (found.said or found.repeat != 1):
        flags = ", ".join(found.said) or "repeat"
        raise ValueError(f"{text!r} also says {flags}: give that as a parameter of its own")
    return text


def _is_many(value: Any) -> bool:
    if isinstance(value, Mapping | Set):
        raise ValueError(f"needs values in an order, such as a list, not a {type(value).__name__}")
    return isinstance(value, Iterable) and not isinstance(value, str | bytes)


def _values(value: Iterable[Any]) -> list[Any]:
    found = list(itertools.islice(value, MOST + 1))
    if len(found) > MOST:
        raise ValueError(f"has more than {MOST:,} values")
    flat = [scalar(item) for item in found]
    if any(hasattr(item, "shape") for item in flat):
        raise ValueError("has values in rows and columns: give one list, such as values.ravel()")
    return flat


def _distinct(values: Sequence[Any]) -> tuple[Any, ...]:
    if not values:
        raise ValueError("has no values")
    counts = Counter(values)
    if len(counts) < len(values):
        doubled = ", ".join(sorted(f"{value}" or "''" for value, count in counts.items() if count > 1)[:5])
        raise ValueError(f"has {doubled} more than once; repeat=2 pays each cell twice")
    return tuple(values)


# ---- what may be sampled ----------------------------------------------------------------------------


def levels(name: str, values: Sequence[Any], is_span: bool) -> tuple[Any, ...]:
    """Return the values of an axis that a sample may have.

    Those of a span, or of a choice, are what was said; a list of numbers says only its ends, and between
    them the table's steps are taken.
    """
    row = rows(Generate).get(name)
    if row is None or not isinstance(row.domain, Span) or isinstance(row.domain, NumberChoice) or is_span:
        return tuple(values)
    return tuple(range(min(values), max(values) + 1, row.domain.step))
