"""What comes from outside, taken apart: of the right type, within bounds, or a ValueError that says what."""

from __future__ import annotations

import json
import math
import os
import stat
from collections.abc import Callable, Hashable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from ..errors import InvalidRequest

BYTE_LIMIT = 256 * 1024 * 1024  # of a file that is read as a whole
TEXT_LIMIT = 100_000  # characters; a prompt has 2,000, a paramJson some thousands
WHOLE_LIMIT = 2**53  # epoch milliseconds have 41 bits
REAL_LIMIT = 1e300
DAMAGE = (
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
)  # what reading something that is not what it says ends in

T = TypeVar("T")


def content(path: Path, limit: int = BYTE_LIMIT) -> bytes:
    """Return a file's content: of a regular file that is no link, and not too large.

    Raises:
        OSError: There is none.
        InvalidRequest: It is something else, or too large.
    """
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode):
        raise InvalidRequest(f"{path} is no file of its own", hint="Links and devices are not followed.")
    if found.st_size > limit:
        raise InvalidRequest(f"{path} has {found.st_size:,} bytes, {limit:,} are allowed", hint="Save again.")
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, "rb") as file:
        return file.read(limit + 1)[:limit]


def parsed(text: str | bytes) -> Any:
    """Return what JSON says, strictly: no NaN, no infinity, no half characters.

    Raises:
        ValueError: It is none, or nested too deeply.
    """
    try:
        found = json.loads(text, parse_constant=_no_number)
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()  # 1e999 is infinite, "\ud800" is half
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return found


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no number")


def text(value: Any, most: int = TEXT_LIMIT, least: int = 0) -> str:
    """Return a text of so many characters."""
    if not isinstance(value, str) or not least <= len(value) <= most:
        raise ValueError(f"{_shown(value)} is no text of {least} to {most} characters")
    return value


def whole(value: Any, low: int = 0, high: int = WHOLE_LIMIT) -> int:
    """Return a whole number between two."""
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f"{_shown(value)} is no whole number from {low} to {high}")
    return value


def real(value: Any, low: float = -REAL_LIMIT, high: float = REAL_LIMIT) -> float:
    """Return a finite number between two."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f"{_shown(value)} is no number from {low:g} to {high:g}")
    return float(value)


def number(value: Any) -> float:
    """Return a finite number; NaN for null."""
    return math.nan if value is None else real(value)


def one_of(value: Any, words: Iterable[str]) -> str:
    """Return one of some words."""
    if value not in (known := tuple(words)):
        raise ValueError(f"{_shown(value)} is none of {', '.join(known)}")
    return str(value)


def maybe(read: Callable[..., T], value: Any, *how: Any) -> T | None:
    """Return what a reader makes of a value; None for null."""
    return None if value is None else read(value, *how)


def listed(value: Any) -> list[Any]:
    """Return a list."""
    if not isinstance(value, list):
        raise ValueError(f"{_shown(value)} is no list")
    return value


def named(value: Any) -> Mapping[str, Any]:
    """Return an object."""
    if not isinstance(value, dict):
        raise ValueError(f"{_shown(value)} is no object")
    return value


def distinct(found: Iterable[Hashable], what: str) -> None:
    """Refuse what is there twice."""
    seen: set[Hashable] = set()
    for one in found:
        if one in seen:
            raise ValueError(f"two {what} are the same: {_shown(one)}")
        seen.add(one)


def _shown(value: Any) -> str:
    said = repr(value)
    return said if len(said) <= 60 else f"{said[:60]}…"
