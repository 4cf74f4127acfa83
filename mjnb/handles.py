"""Handles: objects that stand for a thing elsewhere: a task of the service, a session with its key."""

from __future__ import annotations

from typing import NoReturn, Self

from .errors import NotPickled


class Handle:
    """A base for handles: a copy of one is itself, and it stays in its process."""

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise NotPickled(f"a {type(self).__name__} cannot be pickled: it belongs to this process")
