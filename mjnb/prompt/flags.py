"""The flags: those of the parameter table, the one that mjnb carries out itself, those left in the text."""

from __future__ import annotations

import re
from difflib import get_close_matches
from math import inf, log
from typing import Any

from .. import params
from ..params import PASSED_FLAGS, Choice, Flag, NumberChoice, PassedFlag, Row, Span
from .permutations import LIMIT

# ---- flags that become values -----------------------------------------------------------------------

REPEAT = Row(
    name="repeat",
    api="",
    domain=Span(1, LIMIT),
    help="how often the prompt is run; each is a task of its own and is paid",
    flags=(Flag("--r"), Flag("--repeat")),
)

MAPPED: dict[str, tuple[Row, Flag]] = params.flags() | {f.name: (REPEAT, f) for f in REPEAT.flags}


# the parameter that takes pictures: the one whose flags also say the task type
PICTURES: Row = next(row for row in params.rows().values() if any(flag.task_type for flag in row.flags))


def takes_value(flag: Flag) -> bool:
    """Return whether something has to follow the flag (``--ar 16:9``, but ``--fast``)."""
    return flag.value is None


def legal(row: Row, flag: Flag) -> tuple[str, ...]:
    """Return the words that may follow a flag; empty when they are no short list.

    A value that another flag of the row spells is left to that flag: ``--v`` does not offer ``niji6``.
    """
    if not isinstance(row.domain, Choice | NumberChoice):
        return ()
    words = tuple(map(str, row.domain.values))
    if flag.prefix:
        return tuple(w.removeprefix(flag.prefix) for w in words if w.startswith(flag.prefix))
    prefixes = tuple(f.prefix for f in row.flags if f.prefix)
    return tuple(w for w in words if not w.startswith(prefixes))


def wanted(row: Row, flag: Flag) -> str:
    """Return in words what may follow a flag."""
    return ", ".join(legal(row, flag)) or str(row.domain)


def value_of(row: Row, flag: Flag, typed: str) -> Any:
    """Read what was typed after a flag (or the fixed value of one that takes none).

    Args:
        row: The flag's parameter.
        flag: The flag.
        typed: The word after it.

    Returns:
        The clean value, as the table has it.

    Raises:
        ValueError: With a phrase that follows the flag's name.
    """
    word = flag.prefix + typed if flag.value is None else flag.value
    if isinstance(row.domain, Choice) and word not in row.domain.values:
        raise ValueError(f"{typed} is not one of {wanted(row, flag)}{_advice(typed, legal(row, flag))}")
    return row.domain.read(number_or_word(word))


_NUMBER = re.compile(r"[+-]?[0-9]{1,18}")
_RATIO = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?):([0-9]{1,9}(?:\.[0-9]{1,9})?)")


def number_or_word(word: str) -> int | str:
    return int(word) if _NUMBER.fullmatch(word) else word


def _advice(typed: str, words: tuple[str, ...]) -> str:
    """Return which legal word was probably meant: the nearest ratio, or the word that reads most alike."""
    if (ratio := _ratio(typed)) is not None:
        return f"; nearest is {min(words, key=lambda word: _distance(ratio, word))}"
    near = get_close_matches(typed, words, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _ratio(word: str) -> float | None:
    """Return the logarithm of W:H, in which 1:2 is as far from 1:1 as 2:1; None for other words."""
    match = _RATIO.fullmatch(word)
    sides = [float(side) for side in match.groups()] if match else []
    return log(sides[0] / sides[1]) if sides and all(sides) else None


def _distance(ratio: float, word: str) -> float:
    other = _ratio(word)
    return inf if other is None else abs(ratio - other)


# ---- flags that stay in the text --------------------------------------------------------------------

PASSED: dict[str, PassedFlag] = {name: flag for flag in PASSED_FLAGS for name in flag.names}


def fits(name: str, typed: str) -> bool:
    """Return whether a word is a value that may follow a flag, mapped or passed; without a domain none is."""
    try:
        if name in MAPPED and takes_value(MAPPED[name][1]):
            value_of(*MAPPED[name], typed)
            return bool(typed)
        domain = PASSED[name].domain if name in PASSED else None
        return domain is not None and (domain.read(number_or_word(typed)), typed)[1] != ""
    except ValueError:
        return False
