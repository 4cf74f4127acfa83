"""A line as words that know where they stood, so that some can be taken out and the rest left as it was."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from typing import NamedTuple

_WORD = re.compile(r"\S+")
_WEIGHT = re.compile(r"-?[\d.]*")


class Word(NamedTuple):
    """A run of visible characters and its place in the line."""

    text: str
    start: int
    end: int

    @property
    def is_url(self) -> bool:
        """Whether the word starts as an http or https address does."""
        return self.text[:8].lower().startswith(("http://", "https://"))

    @property
    def is_weighted(self) -> bool:
        """Whether the word ends in a Midjourney weight (``…png::2``), for which the API has no field."""
        _, colons, weight = self.text.rpartition("::")
        return bool(colons) and _WEIGHT.fullmatch(weight) is not None

    @property
    def is_dashed(self) -> bool:
        """Whether the word starts with two hyphens, as every flag does, known or not."""
        return self.text.startswith("--")


def split(line: str) -> list[Word]:
    """Return the words of a line, in order."""
    return [Word(m.group(), m.start(), m.end()) for m in _WORD.finditer(line)]


def without(line: str, words: Sequence[Word], cut: Container[int]) -> str:
    """Return the line without some of its words; between the others it stays as it was.

    Args:
        line: The line.
        words: All its words.
        cut: The numbers of the words to leave out.

    Returns:
        The rest.  Where words are cut out, one of the gaps beside them stays: the first, or the one with
        the most line breaks.
    """
    kept: list[str] = []
    gaps: list[str] = []
    for number, word in enumerate(words):
        if number:
            gaps.append(line[words[number - 1].end : word.start])
        if number in cut:
            continue
        if kept:
            kept.append(max(gaps, key=lambda gap: gap.count("\n")))
        kept.append(word.text)
        gaps.clear()
    return "".join(kept)
