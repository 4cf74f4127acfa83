"""Eight numbers that each describe one picture."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .copies import Floats, Picture, as_planes


def brightness(picture: Picture) -> float:
    """Mean Rec. 601 luma of a working copy, 0 (black) to 1 (white); no unit. Source: ITU-R BT.601."""
    return float(as_planes(picture).luma.mean(dtype=np.float64) / 255)


def contrast(picture: Picture) -> float:
    """RMS contrast of a working copy: standard deviation of luma, 0 to 0.5; no unit. Source: Peli 1990."""
    return float(as_planes(picture).luma.std(dtype=np.float64) / 255)


def colourfulness(picture: Picture) -> float:
    """Colourfulness M3 of a working copy: hypot(std) + 0.3 hypot(mean) of the opponents R-G and (R+G)/2-B.

    Both differences keep their sign; the widely copied absolute values give 7 % less (median).
    Returns 0 (grey) to 297.7; about 15 is slight, 45 average, 110 extreme. No unit.
    Source: Hasler and Süsstrunk 2003.
    """
    red, green, blue = np.moveaxis(as_planes(picture).pixels.astype(np.int16), -1, 0)
    red_green = (red - green).astype(np.float32)
    yellow_blue = (red + green - 2 * blue).astype(np.float32) / 2
    spread = math.hypot(red_green.std(dtype=np.float64), yellow_blue.std(dtype=np.float64))
    return spread + 0.3 * math.hypot(red_green.mean(dtype=np.float64), yellow_blue.mean(dtype=np.float64))


def saturation(picture: Picture) -> float:
    """Mean HSV saturation of a working copy, 0 (grey) to 1; no unit. Source: Smith 1978."""
    return float(as_planes(picture).hsv[..., 1].mean(dtype=np.float64) / 255)


def palette_size(picture: Picture) -> float:
    """Effective number of colours of a working copy: exp(entropy) of 8 x 8 x 8 RGB shares.

    Returns 1 (one colour) to 512, in effective colours: k equal areas of k colours give k.
    Source: Hill 1973 (order 1) on a colour histogram.
    """
    return effective_number(as_planes(picture).colour_shares)


def hue_count(picture: Picture) -> float:
    """Effective number of hues of a working copy: exp(entropy) of 24 hue bins weighted by saturation x value.

    Returns 1 (one hue, or grey) to 24, in effective hues. Source: Hill 1973 (order 1) on a hue histogram.
    """
    hsv = as_planes(picture).hsv
    weight = hsv[..., 1].astype(np.float32) * hsv[..., 2]
    bins = hsv[..., 0].astype(np.int32) * 24 // 256
    shares = np.bincount(bins.ravel(), weight.ravel(), minlength=24)
    total = shares.sum()
    return effective_number(shares / total) if total > 0 else 1.0


def edge_energy(picture: Picture) -> float:
    """Mean Sobel gradient of the luma of a working copy, 0 (flat) to 4.48, in luma ranges per pixel step.

    Depends on the scale: compare pictures at one working size only. Source: Sobel and Feldman 1968.
    """
    luma = as_planes(picture).luma
    if min(luma.shape) < 3:
        return 0.0
    return float(np.hypot(*sobel(luma)).mean(dtype=np.float64) / 255)


def symmetry(picture: Picture) -> float:
    """Mirror symmetry of a working copy: correlation of luma with its left-right mirror, -1 to 1; no unit.

    A flat picture gives 1. Source: Pearson 1895, the correlation.
    """
    luma = as_planes(picture).luma
    centred = luma - luma.mean(dtype=np.float64)
    energy = float((centred * centred).sum())
    return float((centred * centred[:, ::-1]).sum()) / energy if energy > 0 else 1.0


def effective_number(shares: Floats) -> float:
    """Hill number of order 1 of shares that add up to 1."""
    present = shares[shares > 0]
    return float(np.exp(-(present * np.log(present)).sum()))


def sobel(luma: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Horizontal and vertical Sobel responses of the inner pixels."""
    down = luma[:-2] + 2 * luma[1:-1] + luma[2:]
    along = luma[:, :-2] + 2 * luma[:, 1:-1] + luma[:, 2:]
    return down[:, 2:] - down[:, :-2], along[2:] - along[:-2]


FORMULAS: dict[str, Callable[[Picture], float]] = {
    "brightness": brightness,
    "contrast": contrast,
    "colourfulness": colourfulness,
    "saturation": saturation,
    "palette_size": palette_size,
    "hue_count": hue_count,
    "edge_energy": edge_energy,
    "symmetry": symmetry,
}
