"""What was said about a figure, checked before it is drawn: options, their kinds, and their layouts."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable
from typing import Any

from ..errors import InvalidRequest
from .design import Design
from .figures import Look

LAYOUTS = {1: "a strip (one axis)", 2: "a grid (two axes)", 3: "sheets (three axes or more)"}
ONLY = {"scale": (1, 2), "view": (2, 3), "page": (3,)}  # the layouts that take it; all take the others
WIDTHS = (400, 4000)  # pixels
CHOICES = {
    "pictures": ("all", "middle"),
    "scale": ("ordinal", "value"),
    "view": ("curves", "heat", None),
    "theme": ("light", "dark"),
}
HINT = "Nothing was computed."


def check_look(design: Design, look: Look) -> None:
    """Refuse a layout that a figure cannot have.

    Args:
        design: The sweep.
        look: How it is to be laid out.

    Raises:
        InvalidRequest: With every fault: a wrong kind or choice, or an option that this layout does not take.
    """
    if faults := [*_kinds(look), *_by(look.by)]:
        raise InvalidRequest(faults, hint=HINT)
    layout = min(3, max(1, _axes(design, look.by)))
    plain, said = Look(), vars(look)
    idle = [
        name for name, layouts in ONLY.items() if layout not in layouts and said[name] != getattr(plain, name)
    ]
    if idle:
        takes = ", ".join(name for name in said if layout in ONLY.get(name, (layout,)))
        faults = [f"{name}={said[name]!r} does nothing in {LAYOUTS[layout]}" for name in idle]
        raise InvalidRequest(faults, hint=f"It takes {takes}.")


def check_metric(metric: object) -> None:
    """Refuse what can be no name of a metric, and no list of names.

    Raises:
        InvalidRequest: It is none.
    """
    names = metric if isinstance(metric, list | tuple) else [] if metric is None else [metric]
    if strange := [name for name in names if not isinstance(name, str)]:
        raise InvalidRequest(f"a metric needs a name, not {reprlib.repr(strange[0])}", hint=HINT)


def _axes(design: Design, by: Iterable[str] | None) -> int:
    """Return how many axes are laid out."""
    return len(list(by)) if by is not None else sum(len(values) > 1 for values in design.axes.values())


def _kinds(look: Look) -> list[str]:
    """Return the faults of options whose kind the layouts take for granted."""
    faults, (low, high) = [], WIDTHS
    if not (_whole(look.width) and low <= look.width <= high):
        faults.append(f"width needs whole pixels {low}..{high}, not {reprlib.repr(look.width)}")
    if not (_whole(look.page) and look.page >= 1):
        faults.append(f"page needs a whole number from 1, not {reprlib.repr(look.page)}")
    if not isinstance(look.title, str):
        faults.append(f"title needs a text, not {reprlib.repr(look.title)}")
    for name, words in CHOICES.items():
        if (said := getattr(look, name)) not in words:
            faults.append(f"{name}={reprlib.repr(said)}: use {' or '.join(map(repr, words))}")
    return faults


def _by(by: Any) -> list[str]:
    if by is None:
        return []
    if not isinstance(by, list | tuple) or not by or not all(isinstance(name, str) for name in by):
        return [f"by needs names of axes in a list, not {reprlib.repr(by)}"]
    doubled = sorted({name for name in by if by.count(name) > 1})
    return [f"by names {name!r} more than once" for name in doubled]


def _whole(number: Any) -> bool:
    return isinstance(number, int) and not isinstance(number, bool)
