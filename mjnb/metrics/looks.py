"""What pictures are compared by: a descriptor of look and layout, and a perceptual hash."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .copies import Floats, Picture, Planes, as_planes, working_copy
from .pictures import FORMULAS, sobel


def descriptor(picture: Picture) -> NDArray[np.float32]:
    """Describe colour, shape and layout of a working copy in equal parts, as a unit vector of 832 numbers.

    Colour: root of the 512 colour shares. Shape: gradient directions in 4 x 4 cells. Layout: 8 x 8 Lab.
    Cosines of such vectors tell look and layout apart, not meaning. Source: Hellinger 1909; Dalal and
    Triggs 2005 (HOG); CIE 1976 (Lab).
    """
    planes = as_planes(picture)
    parts = (np.sqrt(planes.colour_shares), _gradient_directions(planes.grey), _lab_layout(planes.image))
    joined = np.concatenate([unit(part) for part in parts])
    return unit(joined).astype(np.float32)


def phash(picture: Picture) -> NDArray[np.bool_]:
    """Perceptual hash of a working copy: which of the 8 x 8 lowest DCT terms of its luma top their median.

    Returns 64 bits. A flat picture keeps only its first bit. Source: Zauner 2010.
    """
    small = as_planes(picture).grey.resize((32, 32), Image.Resampling.LANCZOS)
    low = (_DCT_ROWS @ np.asarray(small, np.float64) @ _DCT_ROWS.T).ravel()
    return np.asarray(low > np.median(low) + 1e-6)


def unit(vector: Floats) -> Floats:
    length = float(np.linalg.norm(vector))
    return vector / length if length > 0 else vector


def _gradient_directions(grey: Image.Image, cells: int = 4, directions: int = 8) -> Floats:
    """Histogram of gradient directions in each of cells x cells squares, weighted by the gradient."""
    across, down = sobel(np.asarray(grey.resize((128, 128), Image.Resampling.BOX), np.float32))
    direction = (np.arctan2(down, across) % np.pi * (directions / np.pi)).astype(np.int32) % directions
    square = np.arange(len(across)) * cells // len(across)
    bins = (square[:, None] * cells + square) * directions + direction
    counts = np.bincount(bins.ravel(), np.hypot(across, down).ravel(), minlength=cells * cells * directions)
    table = counts.reshape(-1, directions)
    faint = 20.0  # keeps the noise of a flat square from counting as much as a real edge
    return np.asarray((table / (np.linalg.norm(table, axis=1, keepdims=True) + faint)).ravel())


def _lab_layout(image: Image.Image) -> Floats:
    """CIE Lab (D65) of an 8 x 8 thumbnail, scaled so that lightness and colour weigh alike."""
    srgb = np.asarray(image.resize((8, 8), Image.Resampling.BOX), np.float64) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    xyz = linear @ _XYZ_FROM_RGB.T
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = np.moveaxis(root, -1, 0)
    lab = np.stack([(116 * y - 16) / 50, 500 * (x - y) / 60, 200 * (y - z) / 60], axis=-1)
    return np.asarray(lab.ravel())


def _dct_rows(size: int, terms: int) -> Floats:
    """The first `terms` rows of the DCT-II matrix (Ahmed, Natarajan and Rao 1974)."""
    place, term = np.arange(size), np.arange(terms)[:, None]
    return np.asarray(np.cos(np.pi * (2 * place + 1) * term / (2 * size)))


_DCT_ROWS = _dct_rows(32, 8)
_XYZ_FROM_RGB = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
) / np.array([[0.95047], [1.0], [1.08883]])


@dataclass(frozen=True)
class Measured:
    """What `measure` found in one picture.

    `values` holds the eight picture metrics by name. `descriptor` is a unit vector of 832 numbers (colour,
    shape and layout in equal parts): it sees look and layout, not meaning. `phash` is 64 bits.
    """

    values: dict[str, float]
    descriptor: NDArray[np.float32]
    phash: NDArray[np.bool_]


def measure(picture: Image.Image) -> Measured:
    """Measure one picture: one decode, one working copy, shared conversions (about 7 ms of CPU).

    Args:
        picture: any Pillow picture, of any mode and size.

    Returns:
        The picture metrics in the order of `METRICS`, the descriptor and the hash.
    """
    planes = Planes(working_copy(picture))
    values = {name: formula(planes) for name, formula in FORMULAS.items()}
    return Measured(values, descriptor(planes), phash(planes))
