"""The flags: those of the parameter table, the one that mjnb carries out itself, those left in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from math import inf, log
from typing import Any

from .. import params
from ..params import Choice, Flag, NumberChoice, Row, Span
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
    return row.domain.read(_number_or_word(word))


_NUMBER = re.compile(r"[+-]?[0-9]{1,18}")
_RATIO = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?):([0-9]{1,9}(?:\.[0-9]{1,9})?)")


def _number_or_word(word: str) -> int | str:
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

REST = -1  # everything up to the next flag


@dataclass(frozen=True)
class PassedFlag:
    """A Midjourney flag for which the API has no field; it goes along in the prompt, not verified.

    ``words`` is how many words after it are its own: 0, 1 or ``REST``.
    """

    help: str
    words: int = 1


PASSED: dict[str, PassedFlag] = {
    "--no": PassedFlag("what must not be in the picture", words=REST),
    "--seed": PassedFlag("number that the noise starts from"),
    "--raw": PassedFlag("less of Midjourney's own taste", words=0),
    "--style": PassedFlag("style variant of the model (raw)"),
    "--tile": PassedFlag("pictures that repeat without seams", words=0),
    "--q": PassedFlag("how much work goes into the details"),
    "--quality": PassedFlag("how much work goes into the details"),
    "--stop": PassedFlag("end early, at this percentage"),
    "--exp": PassedFlag("experimental looks"),
    "--iw": PassedFlag("weight of the pictures at the start of the prompt"),
    "--sref": PassedFlag("style code or random (a URL becomes the style reference)", words=REST),
    "--sw": PassedFlag("weight of the style reference"),
    "--sv": PassedFlag("version of the style reference"),
    "--cref": PassedFlag("character reference of older models"),
    "--cw": PassedFlag("weight of the character reference"),
    "--p": PassedFlag("personal style, by profile code"),
    "--profile": PassedFlag("personal style, by profile code"),
    "--draft": PassedFlag("quick rough pictures", words=0),
    "--loop": PassedFlag("video that ends where it starts", words=0),
    "--end": PassedFlag("last picture of the video"),
    "--video": PassedFlag("film of the picture's making (old models)", words=0),
    "--stealth": PassedFlag("hide the picture from Midjourney's gallery", words=0),
    "--public": PassedFlag("show the picture in Midjourney's gallery", words=0),
}


# ---- slips ------------------------------------------------------------------------------------------

_DASHES = "—–-"
_LETTERS = re.compile(r"[A-Za-z]+")
_STUCK = re.compile(r"[=:].*|[0-9][0-9.:]*[,;!?]*|[.,;!?]+", re.DOTALL)


def slip(word: str, following: str) -> str:
    """Return what was probably meant by a word that is nearly a flag of ours, or an empty text.

    Midjourney's own editor reads none of ``—v 7`` (a word processor's dash), ``--s500``, ``--ar=16:9`` and
    ``--fast,`` as a flag; neither do we, and being silent about it would be paid for.

    Args:
        word: The word.
        following: The word after it, or an empty text.

    Returns:
        The flag as it should be written, with its value if there is one.
    """
    bare = word.lstrip(_DASHES)
    dashes = word[: len(word) - len(bare)]
    letters = _LETTERS.match(bare)
    if letters is None or f"--{letters.group()}".lower() not in MAPPED:
        return ""
    name, stuck = f"--{letters.group()}".lower(), bare[letters.end() :]
    if stuck and not _STUCK.fullmatch(stuck):
        return ""
    if (dashes == "--" and stuck) or "—" in dashes or "–" in dashes:
        return _as_flag(name, stuck.strip("=:.,;!?"), following)
    return ""


def _as_flag(name: str, stuck: str, following: str) -> str:
    row, flag = MAPPED[name]
    if not takes_value(flag):
        return name
    return f"{name} {stuck or (following if _can_follow(row, flag, following) else '')}".rstrip()


def _can_follow(row: Row, flag: Flag, word: str) -> bool:
    try:
        value_of(row, flag, word)
    except ValueError:
        return False
    return True
