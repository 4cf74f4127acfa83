"""The names that a line may mean: those of the function that it stands in, then the notebook's.

A magic is a call, and Python binds no names for the text in it.  So the frames are asked: first that of the
code that called, then those of the functions around it as far as they still run, then the notebook.  A name
that Python would look for elsewhere (one deleted, or not set yet; one of a function around that has ended)
is not taken from the notebook: it would be paid with a value that nobody meant.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping
from types import CodeType, FrameType
from typing import Any

INSIDE = ("mjnb", "IPython", "decorator")  # whose code is not the caller


def caller() -> FrameType:
    """Return the frame of the code of a user that is running."""
    frame = sys._getframe()
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] in INSIDE:
        frame = frame.f_back
    return frame


def names_at(frame: FrameType, notebook: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what names mean in a frame, and those that mean nothing there, with the reason.

    Args:
        frame: Where the line stands.
        notebook: The notebook's variables.
    """
    names = dict(notebook)
    unset: dict[str, str] = {}
    for one in reversed(_around(frame)):
        for name in _own(one.f_code):
            names.pop(name, None)
            unset[name] = "it has no value at this place"
        here = dict(one.f_locals)
        names |= here
        unset = {name: why for name, why in unset.items() if name not in here}
    if _misses_outer(frame):
        known = {*frame.f_code.co_names, *frame.f_locals}
        lost = [name for name in notebook if name not in known and not name.startswith("_")]
        why = "the function around has ended, and may have had it: use the name in this function, too"
        unset |= dict.fromkeys(lost, why)
        names = {name: value for name, value in names.items() if name not in unset}
    return names, unset


def _around(frame: FrameType) -> list[FrameType]:
    """Return a frame and those of the functions around it that still run, the innermost first."""
    found = [frame] if _is_function(frame.f_code) or frame.f_locals is not frame.f_globals else []
    code, outer = frame.f_code, frame.f_back
    while outer is not None and _nested(code):
        if _is_function(outer.f_code) and _holds(outer.f_code, code):
            found.append(outer)
            code = outer.f_code
        outer = outer.f_back
    return found


def _own(code: CodeType) -> tuple[str, ...]:
    """Return the names that a code calls its own; hidden ones of comprehensions in a cell, too."""
    return (*code.co_varnames, *code.co_cellvars, *code.co_freevars)


def _misses_outer(frame: FrameType) -> bool:
    """Return whether a function stands in another one whose frame is gone."""
    around = _around(frame)
    return _nested((around[-1] if around else frame).f_code)


def _nested(code: CodeType) -> bool:
    return "<locals>" in code.co_qualname.rpartition(".")[0]


def _is_function(code: CodeType) -> bool:
    return bool(code.co_flags & inspect.CO_OPTIMIZED)


def _holds(code: CodeType, inner: CodeType) -> bool:
    """Return whether a code is written inside another one; classes may stand between."""
    inside = [one for one in code.co_consts if isinstance(one, CodeType)]
    classes = [one for one in inside if not _is_function(one)]
    return any(one is inner for one in inside) or any(_holds(one, inner) for one in classes)
