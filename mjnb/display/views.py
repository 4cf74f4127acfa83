"""What is shown, before it has a look: plain values, made by whoever knows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, NamedTuple

from .parts import mime_bundle

ON_ITS_WAY = "on its way"  # the note of a picture that is being fetched


@dataclass(frozen=True)
class PictureView:
    """One picture or video as shown.

    Attributes:
        number: From 1.
        thumbnail: A small JPEG; of a video, its first frame.  None: it is not here.
        link: Where the original is, as a page can link it; empty: it cannot.
        note: Why it is missing.
        video: Whether the original is a video.
        size: Of the original, in bytes; 0: not known.
        sha256: Hash of the original; empty: not known.
    """

    number: int
    thumbnail: bytes | None = None
    link: str = ""
    note: str = ""
    video: bool = False
    size: int = 0
    sha256: str = ""


class Usual(NamedTuple):
    """How long such tasks take, in seconds: four of five between low and high; equal while nobody knows."""

    low: float
    middle: float
    high: float

    def __str__(self) -> str:
        """Return it in words: ``usually 50 to 80 s``."""
        low, high = _round(self.low), _round(self.high)
        return f"usually about {_round(self.middle):g} s" if low == high else f"usually {low:g} to {high:g} s"

    def after(self, elapsed: float) -> str:
        """Return how far a task is, in words: ``90 s, usually 50 to 80 s; longer than usual``."""
        return f"{elapsed:.0f} s, {self}" + ("; longer than usual" if elapsed > self.high else "")


def _round(seconds: float) -> float:
    """Return seconds to about two figures."""
    step = 0.1 if seconds < 1 else 1 if seconds < 20 else 5 if seconds < 200 else 10
    return round(round(seconds / step) * step, 1)


@dataclass(frozen=True)
class TaskView:
    """A task as shown; times in seconds.

    Attributes:
        magic: What follows ``%mj`` to make the same; `typed` makes it copyable.
        usual: How long such tasks take; None: nobody knows, or it is over.
        title: What the pictures show: the prompt, or that of the task it comes from.
        note: What is odd in what was asked for.
    """

    id: str
    state: str
    prompt: str
    magic: str
    task_id: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    pictures: Sequence[PictureView] = ()
    elapsed: float | None = None
    usual: Usual | None = None
    error: str = ""
    hint: str = ""
    sandbox: bool = False
    trouble: str = ""
    surprises: str = ""
    family: str = ""
    title: str = ""
    note: str = ""


@dataclass(frozen=True)
class RowView:
    """One row of a table as shown under it: a state, a line to copy, and a very small picture.

    Attributes:
        id: The task's own id.
        state: In a word.
        magic: As in `TaskView`.
        alt: The picture's alternative text.
        thumbnail: A very small JPEG, or None.
    """

    id: str
    state: str
    magic: str
    alt: str
    thumbnail: bytes | None = None


@dataclass(frozen=True)
class Tree:
    """A family of tasks as shown: a label, whether it is the one meant, and what comes from it."""

    label: str
    marked: bool = False
    branches: Sequence[Tree] = ()

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> list[str]:
        lines = [self.label + (" ←" if self.marked else "")]
        for branch in self.branches:
            last = branch is self.branches[-1]
            first, *rest = branch._lines()
            lines += [
                ("└─ " if last else "├─ ") + first,
                *(("   " if last else "│  ") + line for line in rest),
            ]
        return lines

    def __repr__(self) -> str:
        return str(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return mime_bundle(str(self), f"<pre>{escape(str(self))}</pre>")


@dataclass(frozen=True)
class CountView:
    """Progress of many tasks as shown: how many are in which state."""

    title: str
    counts: Mapping[str, int]
    total: int
    note: str = ""
    left: float | None = None
