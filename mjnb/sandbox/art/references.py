"""What a drawn picture takes over from a given one: its colours, or the thing in its middle.

One idea: colours move by one map of the whole colour space, so a sky stays smooth; a thing is whatever
near the middle does not look like the edges.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps

from .colour import oklab_from_srgb, srgb_from_oklab
from .noise import Field, smoothstep

_SAMPLE = 64  # pixels a side of the copies whose colours are counted
_STEPS = 17  # of red, green and blue in a colour map
_SUBJECT = 128  # pixels of the longer side of the copy in which the subject is looked for
_EDGE_COLOURS = 80  # of the edges, that the subject is held against
_TALL = 0.72  # height of the subject's frame, as a part of the picture's


def restyled(picture: Image.Image, references: Sequence[Image.Image], strength: float = 1.0) -> Image.Image:
    """Give a picture the colours of others: the mean and the spread of their colours, seen together.

    Args:
        picture: RGB; it is left as it was.
        references: one or more RGB pictures.
        strength: 0 (as it was) to 1 (their colours).

    Source: the linear Monge-Kantorovich map (Pitié and Kokaram 2007), here in OKLab.
    """
    return picture.filter(colour_map(picture, references, strength))


def colour_map(
    picture: Image.Image, references: Sequence[Image.Image], strength: float
) -> ImageFilter.Color3DLUT:
    """Return the map of colours that `restyled` applies."""
    own, theirs = _colours(picture), np.concatenate([_colours(one) for one in references])
    own_spread, their_spread = _spread(own), _spread(theirs)
    root = _root(own_spread)
    back = np.linalg.inv(root)
    turn = back @ _root(root @ their_spread @ root) @ back
    level = np.linspace(0, 255, _STEPS)
    blue, green, red = np.meshgrid(level, level, level, indexing="ij")
    space = np.stack([red, green, blue], axis=-1).reshape(-1, 3)
    before = oklab_from_srgb(space.astype(np.uint8))
    after = (before - own.mean(axis=0)) @ turn.T + theirs.mean(axis=0)
    moved = srgb_from_oklab(before + strength * (after - before)).astype(np.float32) / 255
    return ImageFilter.Color3DLUT(_STEPS, moved.ravel(), _copy_table=False)


def with_subject(
    picture: Image.Image, reference: Image.Image, weight: float, place: float = 0.0
) -> Image.Image:
    """Put the thing in the middle of one picture into another.

    Args:
        picture: RGB, what it is put into; it is left as it was.
        reference: RGB, what it is taken from.
        weight: 0 (a shadow of it) to 1 (opaque).
        place: how far right of the middle it stands, in parts of the picture's width.
    """
    frame = round(_TALL * picture.height)
    size = (max(1, round(frame * reference.width / reference.height)), frame)
    corner = (round(picture.width * (0.5 + place) - size[0] / 2), picture.height - frame)
    small = ImageOps.contain(reference, (_SUBJECT, _SUBJECT))
    mask = Image.fromarray((_subject(small) * (0.30 + 0.70 * weight) * 255).astype(np.uint8))
    together = picture.copy()
    together.paste(
        reference.resize(size, Image.Resampling.BICUBIC), corner, mask.resize(size, Image.Resampling.BICUBIC)
    )
    return together


def cropped(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Fill a size with the middle of a picture."""
    return ImageOps.fit(picture, size, Image.Resampling.BICUBIC)


def _colours(picture: Image.Image) -> Field:
    small = picture.resize((_SAMPLE, _SAMPLE), Image.Resampling.BOX)
    return oklab_from_srgb(np.asarray(small).reshape(-1, 3))


def _spread(colours: Field) -> NDArray[np.float64]:
    """Covariance, kept away from 0 so that a picture of one grey has one, too."""
    return np.asarray(np.cov(colours.T) + 2e-4 * np.eye(3))


def _root(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """The square root of a symmetric positive matrix."""
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.sqrt(np.maximum(values, 1e-12))) @ vectors.T)


def _subject(small: Image.Image) -> Field:
    """Where the subject is, 0 to 1: near the middle, and of a colour that the edges do not have."""
    lab = oklab_from_srgb(np.asarray(small)).astype(np.float32)
    rim = max(1, min(small.size) // 16)
    edges = np.concatenate([part.reshape(-1, 3) for part in (lab[:, :rim], lab[:, -rim:], lab[:rim])])
    known = edges[:: max(1, len(edges) // _EDGE_COLOURS)]
    distance = np.min([np.abs(lab - colour).max(axis=-1) for colour in known], axis=0)
    y, x = np.mgrid[-1 : 1 : small.height * 1j, -1 : 1 : small.width * 1j]
    middle = smoothstep(0.95, 0.55, np.hypot(x, y))
    unlike = Image.fromarray((middle * smoothstep(0.03, 0.07, distance) * 255).astype(np.uint8))
    filled = unlike.filter(ImageFilter.GaussianBlur(min(small.size) / 20))
    return smoothstep(0.30, 0.55, np.asarray(filled, np.float32) / 255)
