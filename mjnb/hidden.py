"""Secrets that do not show themselves, and errors that do not carry along what showed them.

A traceback with variables (IPython's ``%xmode Verbose``, pytest's ``-l``, a crash reporter) shows every
argument of every frame by its ``repr``.  So a key is a `Secret` wherever it has a name, and what a library
of HTTP or databases raises is left behind: its frames hold headers and passwords as they are sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn, SupportsIndex, TypeVar

E = TypeVar("E", bound=BaseException)

OWN = ("MJNB_", "KIE_")  # environment variables that may hold keys


class Secret(str):
    """A text that does not show itself where variables are listed, and is not pickled."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<hidden>"

    def __getitem__(self, place: SupportsIndex | slice) -> Secret:
        return Secret(super().__getitem__(place))  # listings shorten a long text before they show it

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, _memo: dict[int, Any]) -> Secret:
        return self

    def __reduce_ex__(self, _protocol: SupportsIndex) -> NoReturn:
        raise TypeError("a key is not pickled; another process takes it from its own environment")


def hidden(said: Any) -> Any:
    """Return what was said as a `Secret`, if it is a text; anything else as it is."""
    return Secret(said) if isinstance(said, str) and said else said


def forget(error: E) -> E:
    """Return an error without the frames that it, and whatever was behind it, came through."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            waiting += [one.__cause__, one.__context__, getattr(one, "orig", None)]
            one.__traceback__ = None
    error.__cause__ = error.__context__ = None
    return error


def without_keys(environ: Mapping[str, str]) -> dict[str, str]:
    """Return an environment for a process of our own that needs no key."""
    return {name: text for name, text in environ.items() if not name.startswith(OWN)}
