"""How far a picture is from the pictures of a baseline: in look, in structure, in palette."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .copies import Floats, Pixels, Planes, working_copy
from .looks import descriptor
from .table import Metric

LEVELS = 255.0  # of luma
C1, C2 = (0.01 * LEVELS) ** 2, (0.03 * LEVELS) ** 2
RADIUS, SIGMA = 5, 1.5  # pixels: an 11 x 11 Gaussian window

DISTANCES: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("descriptor_distance", "distance in look", "", 0, 2, 1, "mean cosine distance", "picture"),
        Metric("ssim_distance", "structural distance", "", 0, 1, 1, "Wang et al. 2004, SSIM", "picture"),
        Metric("palette_distance", "palette distance", "", 0, 1, 1, "Lin 1991, Jensen-Shannon", "picture"),
    )
}


@dataclass(frozen=True)
class Look:
    """What distances are read off: a working copy, and what is derived from it at the first use."""

    pixels: Pixels

    @cached_property
    def planes(self) -> Planes:
        return Planes(self.pixels)

    @cached_property
    def descriptor(self) -> NDArray[np.float32]:
        return descriptor(self.planes)

    @cached_property
    def palette(self) -> Floats:
        return self.planes.colour_shares

    @cached_property
    def luma(self) -> NDArray[np.float32]:
        return self.planes.luma

    @cached_property
    def moments(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Local mean and variance of luma, for SSIM."""
        return local_moments(self.luma)


def look(picture: Image.Image) -> Look:
    """Return the working copy of a picture, ready for distances."""
    return Look(working_copy(picture))


def descriptor_distance(one: Look, other: Look) -> float:
    """Return 1 - cosine of two descriptors (see `descriptor`), 0 (alike) to 2; no unit."""
    return cosine_distance(one.descriptor, other.descriptor)


def ssim_distance(one: Look, other: Look) -> float:
    """Return (1 - SSIM) / 2 of two lumas, 0 (equal) to 1; no unit.

    SSIM is the mean over the picture of (2 m1 m2 + C1)(2 s12 + C2) / ((m1² + m2² + C1)(s1² + s2² + C2)),
    with local means m, variances s² and covariance s12 under a Gaussian window of 11 x 11 pixels and sigma
    1.5, C1 = (0.01 L)², C2 = (0.03 L)², L = 255, edges mirrored.  A picture of another shape is stretched to
    the shape of the other first.  Source: Wang, Bovik, Sheikh and Simoncelli 2004.
    """
    if one.luma.shape != other.luma.shape:
        one = _stretched(one, other.luma.shape)
    (m1, v1), (m2, v2) = one.moments, other.moments
    covariance = _blur(one.luma * other.luma) - m1 * m2
    likeness = (2 * m1 * m2 + C1) * (2 * covariance + C2) / ((m1 * m1 + m2 * m2 + C1) * (v1 + v2 + C2))
    return min(1.0, max(0.0, (1 - float(likeness.mean(dtype=np.float64))) / 2))


def palette_distance(one: Look, other: Look) -> float:
    """Return the Jensen-Shannon distance of the shares of 8 x 8 x 8 colours, 0 (equal) to 1 (none shared).

    The root of the divergence in bits: sqrt(H((p + q) / 2) - (H(p) + H(q)) / 2), which is a metric.
    Source: Lin 1991; Endres and Schindelin 2003.
    """
    p, q = one.palette, other.palette
    bits = _entropy((p + q) / 2) - (_entropy(p) + _entropy(q)) / 2
    return math.sqrt(min(1.0, max(0.0, bits)))


def cosine_distance(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """Return 1 - cosine of two unit vectors, 0 to 2."""
    return float(1 - np.clip(np.dot(one.astype(np.float64), other.astype(np.float64)), -1, 1))


def distances(picture: Look, baseline: Sequence[Look]) -> dict[str, float]:
    """Return a picture's mean distance to the pictures of a baseline.

    Args:
        picture: The picture.
        baseline: The others; it must not be among them, or it makes itself nearer.

    Returns:
        By the names of `DISTANCES`; NaN without a baseline.
    """
    formulas = {
        "descriptor_distance": descriptor_distance,
        "ssim_distance": ssim_distance,
        "palette_distance": palette_distance,
    }
    if not baseline:
        return dict.fromkeys(formulas, math.nan)
    return {
        name: float(np.mean([formula(picture, other) for other in baseline]))
        for name, formula in formulas.items()
    }


def local_moments(luma: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return local mean and variance under the window of SSIM."""
    mean = _blur(luma)
    return mean, _blur(luma * luma) - mean * mean


def _blur(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    """Weigh every pixel's surroundings by the window: first down, then across, edges mirrored."""
    for axis in (0, 1):
        reach = [(0, 0), (0, 0)]
        reach[axis] = (RADIUS, RADIUS)
        wide = np.pad(plane, reach, mode="symmetric")
        length = plane.shape[axis]
        rows = [wide[k : k + length] if axis == 0 else wide[:, k : k + length] for k in range(len(_WINDOW))]
        plane = np.zeros_like(plane)
        for weight, row in zip(_WINDOW, rows, strict=True):
            plane += weight * row
    return plane


def _window() -> NDArray[np.float32]:
    place = np.arange(-RADIUS, RADIUS + 1)
    weights = np.exp(-(place**2) / (2 * SIGMA**2))
    return np.asarray(weights / weights.sum(), np.float32)


_WINDOW = _window()


def _stretched(one: Look, shape: tuple[int, ...]) -> Look:
    size = (shape[1], shape[0])
    return Look(np.asarray(one.planes.image.resize(size, Image.Resampling.BILINEAR)))


def _entropy(shares: Floats) -> float:
    present = shares[shares > 0]
    return float(-(present * np.log2(present)).sum())
