"""Pictures for the page: small, encoded once each, all together within a budget."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from PIL import Image

from .mosaic import opaque

LADDER = ((384, 80), (384, 62), (384, 42), (320, 38), (256, 38), (192, 38), (128, 38))  # pixels and quality
EACH, LEAST, MOST = 19_000, 1_900_000, 9_000_000  # bytes of a picture, and of all that a page may have
SAMPLE = 12


def encoded(picture: Image.Image, side: int, quality: int) -> bytes:
    """A picture in WebP, its longer side at most ``side`` pixels."""
    small = opaque(picture).copy()  # thumbnail() changes its picture
    if max(small.size) > side:
        small.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    buffer = io.BytesIO()
    small.save(buffer, "WEBP", quality=quality, method=3)
    return buffer.getvalue()


def rung(pictures: Sequence[Image.Image]) -> tuple[int, int]:
    """The best size and quality with which so many pictures stay within the budget, judged by a sample."""
    budget = min(MOST, max(LEAST, EACH * len(pictures)))
    sample = pictures[:: max(1, len(pictures) // SAMPLE)]
    for side, quality in LADDER[:-1]:
        size = sum(len(encoded(picture, side, quality)) for picture in sample)
        if size * len(pictures) <= budget * max(1, len(sample)):
            return side, quality
    return LADDER[-1]


@dataclass
class Album:
    """Data addresses of pictures, each kept once.

    Args:
        side: pixels of the longer side.
        quality: of WebP.
    """

    side: int
    quality: int
    _numbers: dict[str, int] = field(default_factory=dict)
    _seen: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, pictures: Sequence[Image.Image]) -> Album:
        """An album whose budget holds all of these."""
        return cls(*rung(list({id(picture): picture for picture in pictures}.values())))

    def add(self, picture: Image.Image) -> tuple[int, str]:
        """The number of a picture and its data address, which is empty when the page has it already.

        Pictures must outlive the album: they are known by identity first, by content second.
        """
        known = self._seen.get(id(picture))
        if known is not None:
            return known, ""
        data = encoded(picture, self.side, self.quality)
        digest = hashlib.blake2b(data, digest_size=16).hexdigest()
        number = self._numbers.get(digest)
        self._seen[id(picture)] = len(self._numbers) if number is None else number
        if number is not None:
            return number, ""
        self._numbers[digest] = len(self._numbers)
        return self._numbers[digest], f"data:image/webp;base64,{base64.b64encode(data).decode('ascii')}"
