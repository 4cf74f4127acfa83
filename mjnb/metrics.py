"""Numbers from pictures: what a sweep's curves are made of.

One idea: a picture is decoded once, shrunk once to a small *working copy*, and everything is read off
that copy. Edges and textures are a matter of scale, so one fixed size also makes a 1024-px picture and
its upscaled sister comparable. Eight numbers describe one picture; three describe how much the pictures
of a set differ. They see look and layout, not meaning.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

__all__ = [
    "METRICS", "Measured", "Metric", "Planes", "brightness", "colourfulness", "contrast", "descriptor",
    "edge_energy", "hue_count", "jackknife", "measure", "measure_set", "palette_size", "phash", "saturation",
    "symmetry", "vendi", "working_copy",
]  # fmt: skip

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Metric:
    """The facts about one metric: its words for axes, its range, and where its formula comes from.

    `version` is part of the cache key: it goes up when the formula changes.
    """

    name: str
    label: str
    unit: str
    low: float
    high: float
    version: int
    source: str
    per: Literal["picture", "set"]


@dataclass(frozen=True)
class Measured:
    """What `measure` found in one picture.

    `values` holds the eight picture metrics by name. `descriptor` is a unit vector of 832 numbers (colour,
    shape and layout in equal parts): it sees look and layout, not meaning. `phash` is 64 bits.
    """

    values: dict[str, float]
    descriptor: NDArray[np.float32]
    phash: NDArray[np.bool_]


# --- the working copy


def working_copy(picture: Image.Image, side: int = 256) -> Pixels:
    """Shrink a picture to the size at which everything is measured.

    Args:
        picture: any Pillow picture, of any mode; it is left as it was. Transparency is laid over white;
            16-bit grey is scaled to 8 bits. A JPEG that is not decoded yet is decoded at a reduced size.
        side: longest side in pixels. Smaller pictures are not enlarged.

    Returns:
        Height x width x 3, uint8 sRGB, area-averaged (BOX).
    """
    scale = min(1.0, side / max(picture.size))
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    source = _reduced_jpeg(picture, size) if scale < 1 else picture
    colours = _as_rgb_or_rgba(source)
    if colours.size != size:
        colours = colours.resize(size, Image.Resampling.BOX)
    return np.asarray(_over_white(colours))


def _reduced_jpeg(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """A second reader of an unread JPEG file, set to decode at about twice `size`; else the picture itself.

    A second reader, because `draft()` would change the size of the caller's own picture.
    """
    handle = picture.fp if isinstance(picture, ImageFile.ImageFile) else None
    if picture.format != "JPEG" or handle is None or not handle.seekable():
        return picture
    position = handle.tell()
    try:
        reader = Image.open(handle)
        reader.draft("RGB", (2 * size[0], 2 * size[1]))
        reader.load()
    finally:
        handle.seek(position)
    return reader


def _as_rgb_or_rgba(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):
        picture = _from_wide_grey(picture)
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _from_wide_grey(picture: Image.Image) -> Image.Image:
    """8-bit grey from 16-bit (or 32-bit holding 16-bit) grey; Pillow itself would clip it to white."""
    levels = np.asarray(picture).astype(np.float64)
    if picture.mode != "I" or levels.max() > 255:
        levels = levels / 257
    return Image.fromarray(np.clip(np.rint(levels), 0, 255).astype(np.uint8))


def _over_white(picture: Image.Image) -> Image.Image:
    if picture.mode == "RGB":
        return picture
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture).convert("RGB")


class Planes:
    """A working copy and the conversions that several metrics share, each made at its first use."""

    def __init__(self, pixels: Pixels) -> None:
        self.pixels = pixels
        self.image = Image.fromarray(pixels)

    @cached_property
    def grey(self) -> Image.Image:
        """Rec. 601 luma as a Pillow picture."""
        return self.image.convert("L")

    @cached_property
    def luma(self) -> NDArray[np.float32]:
        """Rec. 601 luma, 0..255."""
        return np.asarray(self.grey, np.float32)

    @cached_property
    def hsv(self) -> Pixels:
        """Hue, saturation and value, each 0..255."""
        return np.asarray(self.image.convert("HSV"))

    @cached_property
    def colour_shares(self) -> Floats:
        """Share of the pixels in each of 512 colours: 8 levels of red, green and blue."""
        level = self.pixels.astype(np.int32) >> 5
        code = (level[..., 0] << 6) | (level[..., 1] << 3) | level[..., 2]
        return np.bincount(code.ravel(), minlength=512) / code.size


Picture = Pixels | Planes


def _planes(picture: Picture) -> Planes:
    return picture if isinstance(picture, Planes) else Planes(picture)


# --- one picture


def brightness(picture: Picture) -> float:
    """Mean Rec. 601 luma of a working copy, 0 (black) to 1 (white); no unit. Source: ITU-R BT.601."""
    return float(_planes(picture).luma.mean(dtype=np.float64) / 255)


def contrast(picture: Picture) -> float:
    """RMS contrast of a working copy: standard deviation of luma, 0 to 0.5; no unit. Source: Peli 1990."""
    return float(_planes(picture).luma.std(dtype=np.float64) / 255)


def colourfulness(picture: Picture) -> float:
    """Colourfulness M3 of a working copy: hypot(std) + 0.3 hypot(mean) of the opponents R-G and (R+G)/2-B.

    Both differences keep their sign; the widely copied absolute values give 7 % less (median).
    Returns 0 (grey) to 297.7; about 15 is slight, 45 average, 110 extreme. No unit.
    Source: Hasler and Süsstrunk 2003.
    """
    red, green, blue = np.moveaxis(_planes(picture).pixels.astype(np.int16), -1, 0)
    red_green = (red - green).astype(np.float32)
    yellow_blue = (red + green - 2 * blue).astype(np.float32) / 2
    spread = math.hypot(red_green.std(dtype=np.float64), yellow_blue.std(dtype=np.float64))
    return spread + 0.3 * math.hypot(red_green.mean(dtype=np.float64), yellow_blue.mean(dtype=np.float64))


def saturation(picture: Picture) -> float:
    """Mean HSV saturation of a working copy, 0 (grey) to 1; no unit. Source: Smith 1978."""
    return float(_planes(picture).hsv[..., 1].mean(dtype=np.float64) / 255)


def palette_size(picture: Picture) -> float:
    """Effective number of colours of a working copy: exp(entropy) of 8 x 8 x 8 RGB shares.

    Returns 1 (one colour) to 512, in effective colours: k equal areas of k colours give k.
    Source: Hill 1973 (order 1) on a colour histogram.
    """
    return _effective_number(_planes(picture).colour_shares)


def hue_count(picture: Picture) -> float:
    """Effective number of hues of a working copy: exp(entropy) of 24 hue bins weighted by saturation x value.

    Returns 1 (one hue, or grey) to 24, in effective hues. Source: Hill 1973 (order 1) on a hue histogram.
    """
    hsv = _planes(picture).hsv
    weight = hsv[..., 1].astype(np.float32) * hsv[..., 2]
    bins = hsv[..., 0].astype(np.int32) * 24 // 256
    shares = np.bincount(bins.ravel(), weight.ravel(), minlength=24)
    total = shares.sum()
    return _effective_number(shares / total) if total > 0 else 1.0


def edge_energy(picture: Picture) -> float:
    """Mean Sobel gradient of the luma of a working copy, 0 (flat) to 4.48, in luma ranges per pixel step.

    Depends on the scale: compare pictures at one working size only. Source: Sobel and Feldman 1968.
    """
    luma = _planes(picture).luma
    if min(luma.shape) < 3:
        return 0.0
    return float(np.hypot(*_sobel(luma)).mean(dtype=np.float64) / 255)


def symmetry(picture: Picture) -> float:
    """Mirror symmetry of a working copy: correlation of luma with its left-right mirror, -1 to 1; no unit.

    A flat picture gives 1. Source: Pearson 1895, the correlation.
    """
    luma = _planes(picture).luma
    centred = luma - luma.mean(dtype=np.float64)
    energy = float((centred * centred).sum())
    return float((centred * centred[:, ::-1]).sum()) / energy if energy > 0 else 1.0


def _effective_number(shares: Floats) -> float:
    """Hill number of order 1 of shares that add up to 1."""
    present = shares[shares > 0]
    return float(np.exp(-(present * np.log(present)).sum()))


def _sobel(luma: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Horizontal and vertical Sobel responses of the inner pixels."""
    down = luma[:-2] + 2 * luma[1:-1] + luma[2:]
    along = luma[:, :-2] + 2 * luma[:, 1:-1] + luma[:, 2:]
    return down[:, 2:] - down[:, :-2], along[2:] - along[:-2]


# --- look and layout of one picture


def descriptor(picture: Picture) -> NDArray[np.float32]:
    """Describe colour, shape and layout of a working copy in equal parts, as a unit vector of 832 numbers.

    Colour: root of the 512 colour shares. Shape: gradient directions in 4 x 4 cells. Layout: 8 x 8 Lab.
    Cosines of such vectors tell look and layout apart, not meaning. Source: Hellinger 1909; Dalal and
    Triggs 2005 (HOG); CIE 1976 (Lab).
    """
    planes = _planes(picture)
    parts = (np.sqrt(planes.colour_shares), _gradient_directions(planes.grey), _lab_layout(planes.image))
    joined = np.concatenate([_unit(part) for part in parts])
    return _unit(joined).astype(np.float32)


def phash(picture: Picture) -> NDArray[np.bool_]:
    """Perceptual hash of a working copy: which of the 8 x 8 lowest DCT terms of its luma top their median.

    Returns 64 bits. A flat picture keeps only its first bit. Source: Zauner 2010.
    """
    small = _planes(picture).grey.resize((32, 32), Image.Resampling.LANCZOS)
    low = (_DCT_ROWS @ np.asarray(small, np.float64) @ _DCT_ROWS.T).ravel()
    return np.asarray(low > np.median(low) + 1e-6)


def _unit(vector: Floats) -> Floats:
    length = float(np.linalg.norm(vector))
    return vector / length if length > 0 else vector


def _gradient_directions(grey: Image.Image, cells: int = 4, directions: int = 8) -> Floats:
    """Histogram of gradient directions in each of cells x cells squares, weighted by the gradient."""
    across, down = _sobel(np.asarray(grey.resize((128, 128), Image.Resampling.BOX), np.float32))
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


def measure(picture: Image.Image) -> Measured:
    """Measure one picture: one decode, one working copy, shared conversions (about 7 ms of CPU).

    Args:
        picture: any Pillow picture, of any mode and size.

    Returns:
        The picture metrics in the order of `METRICS`, the descriptor and the hash.
    """
    planes = Planes(working_copy(picture))
    values = {name: formula(planes) for name, formula in _FORMULAS.items()}
    return Measured(values, descriptor(planes), phash(planes))


# --- a set of pictures


def vendi(similarity: NDArray[Any]) -> float:
    """Vendi Score: the effective number of different things, from 1 (all alike) to n (nothing in common).

    Args:
        similarity: n x n, symmetric, positive semi-definite, ones on the diagonal.

    Returns:
        exp(entropy) of the eigenvalues of similarity / n; NaN when n is 0.

    Raises:
        ValueError: the matrix is not square.

    Source: Friedman and Dieng 2022, arXiv 2210.02410.
    """
    matrix = np.asarray(similarity, np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ValueError(f"vendi needs a square matrix, not one of shape {matrix.shape}")
    if matrix.size == 0:
        return math.nan
    shares = np.linalg.eigvalsh(matrix / len(matrix))
    return _effective_number(np.where(shares > 1e-12, shares, 0.0))


def jackknife(statistic: Callable[[list[int]], float], count: int) -> float:
    """Standard error of a statistic of n things: sqrt((n-1)/n x sum of squared leave-one-out deviations).

    Args:
        statistic: takes the indices of the things kept.
        count: how many things there are. Fewer than 3 give NaN: a pair cannot lose one and stay a set.

    Source: Tukey 1958; Efron and Stein 1981.
    """
    if count < 3:
        return math.nan
    without = np.array([statistic([i for i in range(count) if i != left_out]) for left_out in range(count)])
    return math.sqrt((count - 1) / count * float(((without - without.mean()) ** 2).sum()))


def measure_set(pictures: Sequence[Measured]) -> dict[str, tuple[float, float]]:
    """Measure how much the pictures of one set differ.

    Args:
        pictures: what `measure` returned, usually for the four pictures of one task.

    Returns:
        Value and jackknife standard error of each set metric by name: `vendi` (1..n) and `diversity` (mean
        cosine distance) of the descriptors, `phash_distance` (mean share of differing bits, 0..1). All NaN
        for fewer than 2 pictures, the errors also for 2.
    """
    count = len(pictures)
    if count < 2:
        return {name: (math.nan, math.nan) for name, metric in METRICS.items() if metric.per == "set"}
    vectors = np.stack([_unit(picture.descriptor.astype(np.float64)) for picture in pictures])
    hashes = np.stack([picture.phash for picture in pictures])
    similarity = np.clip(vectors @ vectors.T, -1, 1)
    np.fill_diagonal(similarity, 1.0)
    differing_bits = (hashes[:, None] != hashes[None]).mean(axis=-1)
    statistics: dict[str, Callable[[list[int]], float]] = {
        "vendi": lambda kept: vendi(similarity[np.ix_(kept, kept)]),
        "diversity": lambda kept: _mean_of_pairs(1 - similarity[np.ix_(kept, kept)]),
        "phash_distance": lambda kept: _mean_of_pairs(differing_bits[np.ix_(kept, kept)]),
    }
    everything = list(range(count))
    return {name: (find(everything), jackknife(find, count)) for name, find in statistics.items()}


def _mean_of_pairs(distances: Floats) -> float:
    return float(distances[np.triu_indices(len(distances), 1)].mean())


# --- the table

_FORMULAS: dict[str, Callable[[Picture], float]] = {
    "brightness": brightness,
    "contrast": contrast,
    "colourfulness": colourfulness,
    "saturation": saturation,
    "palette_size": palette_size,
    "hue_count": hue_count,
    "edge_energy": edge_energy,
    "symmetry": symmetry,
}

_HASLER = "Hasler and Süsstrunk 2003, Measuring colourfulness in natural images"
_HILL = "Hill 1973, Diversity and evenness"
_MOST_COLOURFUL = 255 * math.sqrt(1.25 * 1.09)  # equal shares of R, G, C and M, with the best mean
_STEEPEST = 2 * math.sqrt(5)  # the largest Sobel response of any 3 x 3 block of black and white

METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("brightness", "brightness", "", 0, 1, 1, "ITU-R BT.601 luma", "picture"),
        Metric("contrast", "RMS contrast", "", 0, 0.5, 1, "Peli 1990, Contrast in complex images", "picture"),
        Metric("colourfulness", "colourfulness", "", 0, _MOST_COLOURFUL, 1, _HASLER, "picture"),
        Metric("saturation", "saturation", "", 0, 1, 1, "Smith 1978, Color gamut transform pairs", "picture"),
        Metric(
            "palette_size",
            "palette size",
            "effective colours",
            1,
            512,
            1,
            "Hill 1973, Diversity and evenness",
            "picture",
        ),
        Metric(
            "hue_count",
            "hue count",
            "effective hues",
            1,
            24,
            1,
            "Hill 1973, Diversity and evenness",
            "picture",
        ),
        Metric("edge_energy", "edge energy", "", 0, _STEEPEST, 1, "Sobel and Feldman 1968", "picture"),
        Metric("symmetry", "mirror symmetry", "", -1, 1, 1, "Pearson 1895, the correlation", "picture"),
        Metric("vendi", "Vendi score", "effective pictures", 1, math.inf, 1, "arXiv 2210.02410", "set"),
        Metric("diversity", "pairwise distance", "", 0, 2, 1, "mean cosine distance of pairs", "set"),
        Metric("phash_distance", "pHash distance", "", 0, 1, 1, "Zauner 2010", "set"),
    )
}
