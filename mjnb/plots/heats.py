"""Heat maps: the means over two axes as colours, with their numbers where they fit."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize

from .data import Floats, Series
from .figure import SweepFigure
from .panels import Box
from .text import SMALL, font, height_of, width_of
from .themes import readable_on

GAP = 6  # pixels between a map and its key


def heat_key(series: Series) -> int:
    """Pixels that the colour bar of a heat map takes at its right."""
    return math.ceil(GAP + 12 + max(width_of(end, SMALL) for end in _ends(series)))


def _ends(series: Series) -> tuple[str, str]:
    known = series.mean[np.isfinite(series.mean)]
    if not known.size:
        return "", ""
    low, high = f"{known.min():.3g}", f"{known.max():.3g}"
    return low, high if high != low else ""


def span_of(series: Series) -> Normalize:
    """The colours' scale: all that is known of a metric, over any axes."""
    known = series.mean[np.isfinite(series.mean)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    return Normalize(low, high if high > low else low + 1.0)


def draw_heat(figure: SweepFigure, series: Series, box: Box, span: Normalize) -> Axes:
    """A heat map of the means with its numbers, where they fit.

    Args:
        figure: where.
        series: the metric over two axes; the first runs along x, the second upwards.
        box: left, top, width and height in pixels.
        span: the colours' scale.
    """
    left, top, width, height = box
    columns, rows = series.mean.shape
    axes = figure.place(left, top, width, height)
    axes.imshow(
        series.mean.T,
        cmap=figure.theme.heat,
        origin="lower",
        aspect="auto",
        interpolation="nearest",
        norm=span,
    )
    _numbers(figure, axes, series.mean, span, (width / columns, height / rows))
    return axes


def draw_key(figure: SweepFigure, series: Series, left: float, top: float, height: float) -> None:
    """The colour bar, with the least and the greatest mean."""
    bar = figure.place(left + GAP, top, 7, height)
    levels = np.linspace(0, 1, 64)[:, None]
    bar.imshow(levels, cmap=figure.theme.heat, origin="lower", aspect="auto", extent=(0, 1, 0, 1))
    low, high = _ends(series)
    figure.write(left + GAP + 10, top, high, SMALL, color=figure.theme.soft)
    figure.write(left + GAP + 10, top + height, low, SMALL, color=figure.theme.soft, va="bottom")


def colours_of(series: Series) -> str:
    """What the colours mean, in words, for maps without numbers and without a key."""
    low, high = _ends(series)
    return f"colours {low} to {high}" if high else ""


def numbers_fit(mean: Floats, cell: tuple[float, float]) -> bool:
    """Whether every number fits into cells of so many pixels."""
    widest = max(width_of(text, SMALL) for text in _texts(mean).values())
    return widest + 4 <= cell[0] and height_of(1, SMALL) <= cell[1]


def _texts(mean: Floats) -> dict[tuple[int, int], str]:
    return {(i, j): f"{v:.3g}" if np.isfinite(v) else "–" for (i, j), v in np.ndenumerate(mean)}


def _numbers(
    figure: SweepFigure, axes: Axes, mean: Floats, span: Normalize, cell: tuple[float, float]
) -> None:
    if not numbers_fit(mean, cell):
        return
    for (i, j), text in _texts(mean).items():
        share = float(span(mean[i, j]))
        color = readable_on(share) if np.isfinite(share) else figure.theme.soft
        axes.text(i, j, text, ha="center", va="center", **font(SMALL, color))
