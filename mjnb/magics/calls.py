"""Completion of the parameters of ``mj.imagine(…)``, ``mj.sweep(…)``, ``mj.animate(…)``, with their ranges.

IPython itself would propose the names alone.  Nothing is called to find out whose verb it is.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from types import ModuleType
from typing import Any

CALL = re.compile(r"(?:^|[^\w.])(?:(?P<whose>\w+)\.)?(?P<verb>\w+)\((?P<inside>(?:[^()]|\([^()]*\))*)$")
TYPED = re.compile(r"(?:^|,)\s*(?P<typed>\w*)$")
SAID = re.compile(r"(\w+)\s*=")
TEXT = re.compile(r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"")
LONGEST = 2000  # characters before the cursor that are looked at


def parameters(code: str, names: dict[str, Any]) -> tuple[str, list[tuple[str, str]]]:
    """Return what of a parameter's name is typed, and the parameters that begin so with what they take.

    Args:
        code: What stands before the cursor.
        names: The notebook's variables.
    """
    call = CALL.search(TEXT.sub("''", code[-LONGEST:]))
    typed = TYPED.search(call["inside"]) if call else None
    verb = _verb(names, call["whose"], call["verb"]) if call and typed else None
    if call is None or typed is None or verb is None:
        return "", []
    from ..params import Legal, rows

    word, there = typed["typed"], set(SAID.findall(call["inside"]))
    takes = {
        name: one.annotation
        for name, one in inspect.signature(verb).parameters.items()
        if name.startswith(word) and name not in {*there, "self", "params"}
    }
    tables = {name: legal.domain for name, legal in takes.items() if isinstance(legal, Legal)}
    found = [(f"{name}=", f"{domain} · {rows()[name].help}") for name, domain in tables.items()]
    return word, [*found, *((f"{name}=", str(what)) for name, what in takes.items() if name not in tables)]


def _verb(names: dict[str, Any], whose: str | None, name: str) -> Callable[..., Any] | None:
    """Return a verb of the package's or of a session's, by its name in the notebook."""
    from ..sessions.verbs import Verbs

    verb = vars(Verbs).get(name)
    there = names.get(whose or name)
    if whose is None:
        ours = inspect.isfunction(there) and there.__module__ == Verbs.__module__
    else:
        ours = isinstance(there, Verbs) or (type(there) is ModuleType and there.__name__ == "mjnb")
    return verb if ours and inspect.isfunction(verb) else None
