"""Names in braces in a prompt (``a {subject}``): which there may be, and which have no value.

The values of such a name are a column in the tables of a sweep, and are said beside the prompt as an argument
is.  So it can be neither the name of another column, nor of a parameter, nor of an argument.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from keyword import iskeyword

from ..params import Generate
from ..params import rows as table_rows
from .tables import reserved

ARGUMENTS = ("self", "prompt", "design", "n", "around", "cells", "repeat", "seed", "order")  # of `mj.sweep`


def wrong_names(slots: Iterable[str]) -> list[str]:
    """Return a fault for each name in braces that means something else in a sweep.

    Args:
        slots: The names.
    """
    return [
        f"{{{name}}} in the prompt: {why}; {another(name)}" for name in sorted(slots) if (why := _why(name))
    ]


def unfilled(slots: Iterable[str], given: Collection[str], *, rows: bool = False) -> list[str]:
    """Return a fault for each name in braces that has no value: it would be sent, and paid, as it stands.

    Args:
        slots: The names.
        given: Those that have a value.
        rows: Whether the prompts are a column of hand-made cells, where braces cannot be escaped.
    """
    return [_unfilled(name, rows=rows) for name in sorted(slots) if name not in given and not _why(name)]


def _unfilled(name: str, *, rows: bool) -> str:
    if rows:
        return f"{{{name}}} in the prompts has no value: give it a column of that name"
    meant = f"\\{{{name}\\}}"
    return f"{{{name}}} in the prompt has no value: give {name}=…, or write {meant} for braces that are meant"


def another(name: str) -> str:
    """Return the advice to call a part of a prompt something else."""
    return f"choose another name, such as {{the_{name}}}"


def _why(name: str) -> str:
    """Return what else a name means, or an empty text."""
    if name in table_rows(Generate) and name != "prompt":
        return f"{name} is a parameter"
    if name in ARGUMENTS:
        return f"{name} is an argument of mj.sweep itself"
    if name in reserved() or (name.endswith("_se") and name[:-3] in reserved()):
        return f"{name} is a column of the sweep's tables"
    return f"{name} is a word of Python" if iskeyword(name) else ""
