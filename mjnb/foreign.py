"""What somebody else may have written: ledgers, saved sweeps, presets, projects, lines left by the dead.

Every value from such a file that reaches a path, a limit or a database passes here, and is refused when it
reaches outside its folder, runs, or loosens a limit.  Each door turns `Foreign` into its own error, which
says where the value stands and what to do.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

PATH_LIMIT = 200  # characters
DEVICES = re.compile(
    r"(?i)(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\..*)?"
)  # files of Windows
VARIABLE = re.compile(r"\$\w|\$\{|%\w+%")
PLAIN = re.compile(  # a table, or an index of columns by their names
    r"create\s+(table\s.*|(unique\s+)?index\s[^()]*\(\s*\w+(\s+(asc|desc))?(\s*,\s*\w+(\s+(asc|desc))?)*\s*\)\s*)",
    re.IGNORECASE | re.DOTALL,
)
QUOTED = re.compile(  # what is no word of SQL's own
    r"""--[^\n]*|/\*.*?(?:\*/|\Z)|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^]]*\]""", re.DOTALL
)
RUNS = re.compile(  # what a definition computes, replaces or deletes by itself, when a row is read or written
    r"(?i)\b(as|cascade|check|collate|conflict|default|generated|select|set|where|virtual|trigger|view)\b"
)


class Foreign(ValueError):
    """A value from a file is not taken; says why, as the end of a sentence about it."""


def hex_id(said: object, digits: int) -> str:
    """Return an id of so many hexadecimal digits, in lower case, and nothing else.

    Raises:
        Foreign: It is something else.
    """
    if not isinstance(said, str) or not re.fullmatch(rf"[0-9a-f]{{{digits}}}", said):
        raise Foreign(f"is no id of {digits} hexadecimal digits")
    return said


def file_name(said: str) -> str:
    """Return the name of one file in a folder, good on every system.

    Raises:
        Foreign: It is no such name.
    """
    if "/" in said:
        raise Foreign("leads into another folder")
    return _within(said)


def inside(folder: Path, said: str) -> Path:
    """Return where a path below a folder leads; a link on it may not lead out.

    Raises:
        Foreign: It leads out of the folder, or is no path on every system.
    """
    path = folder / _within(said)
    try:
        stays = path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # links in a circle
        stays = False
    if not stays:
        raise Foreign("leads out of the folder by a link")
    return path


def _within(said: str) -> str:
    """Return a relative path that goes down only, as every system reads it."""
    if not said or len(said) > PATH_LIMIT:
        raise Foreign(f"is no path of 1 to {PATH_LIMIT} characters")
    if not said.isprintable():
        raise Foreign("has characters that no path has")
    if said.startswith(("/", "~")) or "\\" in said or ":" in said or VARIABLE.search(said):
        raise Foreign("leads out of the folder: a home, a drive, a variable or an absolute path")
    for part in said.split("/"):
        if part != "." and part != part.rstrip(". "):  # Windows drops what stands there: "... " is ".."
            raise Foreign("leads out of the folder")
        if DEVICES.fullmatch(part):
            raise Foreign("is a device of Windows")
    return said


NO_LINK: int = getattr(os, "O_NOFOLLOW", 0)  # for `os.open`, so that no link comes in between


def tighter(said: float, bound: float) -> float:
    """Return a limit that a file says, if it is no looser than what holds without the file.

    Raises:
        Foreign: It is above that.
    """
    if said > bound:
        raise Foreign(f"is above {bound:g}, which holds without it; a file may only lower it")
    return said


def hold_plain(definitions: Iterable[tuple[str, str | None]]) -> None:
    """Refuse what runs by itself in a database of SQLite's.

    The text alone counts: SQLite makes of a definition what its text says, whatever the other columns say.

    Args:
        definitions: Name and SQL of everything that its schema has; None: SQLite's own index.

    Raises:
        Foreign: A trigger, a view, a virtual table; or a table or index that computes, checks, replaces or
            deletes by itself.
    """
    for name, sql in definitions:
        words = "" if sql is None else QUOTED.sub(" x ", sql).strip()
        found = None if sql is None or PLAIN.fullmatch(words) else "no plain table, no index of columns"
        if found is None and (word := RUNS.search(words)):
            found = f"its definition says {word[0].upper()}"
        if found:
            raise Foreign(f"has something that runs by itself: {name!r:.60} ({found})")
