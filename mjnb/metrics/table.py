"""The table of metrics: words for axes, ranges, versions, and where each formula comes from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal


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
