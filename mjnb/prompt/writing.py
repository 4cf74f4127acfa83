"""Request values as one Midjourney line, in the shortest common spelling."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import PromptError
from ..params import VIDEO, Flag, Row, rows
from .flags import PICTURES
from .permutations import escape, expand


def write(said: Mapping[str, Any]) -> str:
    """Write request values as the line that ``read`` takes.

    ``read(write(x))`` gives ``x`` back for everything that has a spelling.  Left out because they have none:
    watermark, callback, translation, and the task types that no flag or picture implies.  A prompt that
    is itself ambiguous (it holds ``--ar 1:1``, or starts with a URL) reads back as what it says.

    Args:
        said: Values by Python name, ``"prompt"`` among them; ``None`` means not said.

    Returns:
        URLs to start from, the prompt, then the flags in table order.  Braces are as they were: a prompt
        that goes through ``interpolate`` and ``expand`` is made ``plain`` before.
    """
    given = {name: value for name, value in said.items() if value is not None}
    task_type = given.get("task_type")
    reference = next((f for f in PICTURES.flags if f.task_type == task_type), None)
    urls = _listed(given.pop(PICTURES.name, ()))
    line = [] if reference else list(urls)
    line.append(str(given.get("prompt", "")))
    moves = any(row.on is not None and row.on <= VIDEO for name, row in rows().items() if name in given)
    line += [
        _spelled(row, given[name])
        for name, row in rows().items()
        if row.flags and name in given and not (name == "task_type" and moves)
    ]
    if reference and urls:
        line += [reference.name, *urls]
    return " ".join(part for part in line if part)


def plain(text: str) -> str:
    """Return Midjourney text that means exactly this prompt, escaped only where it must be.

    A comma outside of braces, and a brace without a partner, are plain already; ``{{name}}`` is not, and
    backslashes may stand for something.

    Args:
        text: The prompt as it was sent.

    Returns:
        A text for which ``expand(interpolate(plain(text), names)) == [text]``, whatever the names.
    """
    try:
        safe = "{{" not in text and "\\" not in text and expand(text) == [text]
    except PromptError:  # too many prompts
        safe = False
    return text if safe else escape(text)


def _listed(urls: str | Iterable[str]) -> tuple[str, ...]:
    return (urls,) if isinstance(urls, str) else tuple(urls)


def _spelled(row: Row, value: object) -> str:
    """Return a value with its flag: one that stands for it or for its kind, else the shortest."""
    word = str(value)
    for flag in row.flags:
        if flag.value == word:
            return flag.name
        if flag.prefix and word.startswith(flag.prefix):
            return f"{flag.name} {word.removeprefix(flag.prefix)}"
    plain = [flag for flag in row.flags if _is_plain(flag)]
    return f"{min(plain, key=lambda flag: len(flag.name)).name} {word}" if plain else ""


def _is_plain(flag: Flag) -> bool:
    return flag.value is None and not flag.prefix
