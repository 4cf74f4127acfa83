"""``{{name}}`` in a prompt is the value of a variable, put in once and never read again as anything else."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from types import ModuleType

from ..errors import PromptError
from .permutations import Piece, joined, pieces

_NAME = re.compile(r"\{\{\s*+([^\W\d]\w*+(?:\.[^\W\d]\w*+)*+)\s*+\}\}")


def wanted(text: str) -> set[str]:
    """Return the names of variables that a line asks for in two braces."""
    return {found.group(1).partition(".")[0] for found in _NAME.finditer(text)}


def interpolate(text: str, names: Mapping[str, object], *, escape: bool = True) -> str:
    """Put values where a line has ``{{name}}`` or ``{{name.attribute}}``.

    Args:
        text: The line; two braces around anything but a name are left alone.
        names: Values by name, such as a notebook's variables.
        escape: Whether braces, commas and backslashes of a value are made plain for ``expand``.

    Returns:
        The line.  Escapes that it already had mean the same as before.

    Raises:
        PromptError: With every name or attribute that does not exist.
    """
    values = _values({found.group(1) for found in _NAME.finditer(text)}, names)
    if not values:
        return text
    if not escape:
        return _NAME.sub(lambda found: values[found.group(1)], text)
    parts: list[Piece] = []
    end = 0
    for found in _NAME.finditer(text):
        parts += [*pieces(text[end : found.start()]), Piece(values[found.group(1)], False)]
        end = found.end()
    return joined([*parts, *pieces(text[end:])])


def _values(wanted: Iterable[str], names: Mapping[str, object]) -> dict[str, str]:
    values: dict[str, str] = {}
    faults: list[str] = []
    for path in sorted(wanted):
        try:
            values[path] = str(_look_up(path, names))
        except LookupError as missing:
            faults.append(str(missing.args[0]))
    if faults:
        raise PromptError(faults, hint="Nothing was sent; define the name first, or write \\{\\{ for braces.")
    return values


def _look_up(path: str, names: Mapping[str, object]) -> object:
    name, *attributes = path.split(".")
    if name not in names:
        raise LookupError(f"{{{{{path}}}}}: there is no {name!r}{_did_you_mean(name, names)}")
    value = names[name]
    for attribute in attributes:
        try:
            value = getattr(value, attribute)
        except AttributeError:
            near = _did_you_mean(attribute, dir(value))
            raise LookupError(f"{{{{{path}}}}}: {name!r} has no {attribute!r}{near}") from None
    if not _is_text(value):
        raise LookupError(f"{{{{{path}}}}} is {_kind_of(value)}, and no text or number{_advice(path, value)}")
    return value


def _is_text(value: object) -> bool:
    """Return whether a value has words of its own for a prompt: no list, task, table, function or nothing."""
    if isinstance(value, str):
        return True
    shows_itself = any(hasattr(value, name) for name in ("_repr_html_", "_repr_mimebundle_", "_repr_png_"))
    wordless = type(value).__str__ is object.__str__ and type(value).__repr__ is object.__repr__
    no_text = value is None or isinstance(value, Collection | ModuleType) or callable(value)
    return not (shows_itself or wordless or no_text)


def _kind_of(value: object) -> str:
    return "None" if value is None else f"a {type(value).__name__}"


def _advice(path: str, value: object) -> str:
    if isinstance(getattr(value, "prompt", None), str):
        return f": {{{{{path}.prompt}}}} is its prompt"
    each = f": mj.sweep('… {{x}} …', x={path}) makes a task for each"
    return each if isinstance(value, Sequence) else ""


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    near = get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
