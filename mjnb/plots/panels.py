"""Metric panels: a heading, a scale that fits, and dots, lines, bars or a heat map."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Normalize, to_hex
from matplotlib.ticker import MaxNLocator

from .data import Floats, Series
from .figure import SweepFigure
from .text import DPI, HEADING, INK, SMALL, SOFT, Ticks, clean, font, height_of, width_of, wrap

BLUE, VERMILLION = "#0072B2", "#D55E00"  # Okabe and Ito 2008
RULE, EDGE = "#e4e4e4", "#8a8a8a"
MARKERS = ("o", "s", "^", "D", "v", "P")
LINE: dict[str, Any] = {
    "lw": 1.7, "ls": "-", "ms": 5, "mec": "white", "mew": 0.6, "solid_capstyle": "projecting",
    "solid_joinstyle": "round",
}  # fmt: skip
BRIDGE: dict[str, Any] = {"lw": 1.0, "ls": ":", "marker": "", "dash_capstyle": "butt"}
HEAD = 20  # pixels above a panel for its heading


@dataclass(frozen=True)
class Scale:
    """Limits and ticks of a metric's axis, known before the panel is placed."""

    low: float
    high: float
    ticks: tuple[float, ...]
    labels: tuple[str, ...]

    @classmethod
    def of(cls, series: Series, height: float) -> Scale:
        """A linear scale over everything drawn: dots, means and bars.

        Args:
            series: the metric.
            height: of the panel in pixels; it decides how many ticks there are.
        """
        drawn = _drawn(series)
        if not drawn.size:
            return cls(0.0, 1.0, (), ())
        low, high = float(drawn.min()), float(drawn.max())
        pad = 0.1 * (high - low) or 0.1 * abs(high) or 1.0
        floor = 0.0 if low >= 0 else -math.inf
        low, high = low - pad, high + pad
        locator = MaxNLocator(nbins=max(2, min(5, int(height / 28))), steps=[1, 2, 2.5, 5, 10], min_n_ticks=2)
        found = locator.tick_values(max(low, floor), high)
        ticks = tuple(float(tick) for tick in found if max(low, floor) <= tick <= high)
        return cls(low, high, ticks, numerals(ticks))

    @property
    def width(self) -> int:
        """Pixels that the tick labels take at the left."""
        return math.ceil(max((width_of(label, SMALL) for label in self.labels), default=0.0)) + 8


def _drawn(series: Series) -> Floats:
    spread = np.nan_to_num(series.spread)
    dots = [value for values in series.dots.values() for value in values]
    ends = [(series.mean - spread).ravel(), (series.mean + spread).ravel(), np.array(dots, float)]
    drawn: Floats = np.concatenate(ends)
    return drawn[np.isfinite(drawn)]


def numerals(numbers: Sequence[float]) -> tuple[str, ...]:
    """Numbers with as many decimals as tell neighbours apart."""
    if len(numbers) < 2:
        return tuple(f"{number:.3g}" for number in numbers)
    step, most = min(np.diff(sorted(numbers))), max(map(abs, numbers))
    if most >= 1e5 or not step or most < 1e-3:
        return tuple(f"{number:.3g}" for number in numbers)
    places = next((p for p in range(6) if math.isclose(round(step, p), step, rel_tol=1e-6)), 6)
    return tuple(f"{number + 0.0:.{places}f}" for number in numbers)


def panel(
    figure: SweepFigure,
    series: Series,
    box: tuple[float, float, float, float],
    columns: int,
    *,
    key: str = "",
    spare: float = 0,
) -> Axes:
    """Axes for curves over ``columns`` ordinal positions, with heading, scale and guides.

    Args:
        figure: where.
        series: the metric.
        box: left, top, width and height of the plot itself in pixels; the heading stands above it.
        columns: number of positions; position i is at x = i.
        key: what is drawn, in words beside the heading.
        spare: pixels at the right of the plot that the heading may use as well.
    """
    left, top, width, height = box
    _heading(figure, series, left, top, width + spare, key)
    axes = figure.place(left, top, width, height)
    scale = Scale.of(series, height)
    axes.set_xlim(-0.5, columns - 0.5)
    axes.set_ylim(scale.low, scale.high)
    axes.set_yticks(scale.ticks, scale.labels, **font(SMALL, color=SOFT))
    axes.tick_params(axis="both", which="both", length=0, pad=4)
    axes.grid(True, axis="y", color=RULE, linewidth=0.8, linestyle="-", alpha=1.0)
    for x in range(columns):
        axes.axvline(x, color=RULE, linewidth=0.8, linestyle="-", marker="", zorder=0.5)
    floor = axes.spines["bottom"]
    floor.set_visible(True)
    floor.set_color(EDGE)
    floor.set_linewidth(0.8)
    if series.kind == "none":
        axes.text(0.5, 0.5, "no values yet", transform=axes.transAxes, ha="center", va="center",
                  **font(SMALL, color=SOFT))  # fmt: skip
    return axes


def _heading(figure: SweepFigure, series: Series, left: float, top: float, width: float, key: str) -> None:
    """The metric's name above its panel, then its unit and what is drawn, as far as they fit."""
    base, curve = top - 7, series.curve
    (name,) = wrap(curve.label, width, HEADING, lines=1, bold=True) or [""]
    figure.write(left, base, name, HEADING, bold=True, va="baseline")
    start = left + width_of(name, HEADING, bold=True) + 8
    unit = clean(curve.unit)
    for remark in (" · ".join(filter(None, (unit, key))), unit or key, key):
        if remark and start + width_of(remark, SMALL) <= left + width:
            figure.write(start, base, remark, SMALL, color=SOFT, va="baseline")
            return


def label_columns(axes: Axes, ticks: Ticks, *, color: str = INK) -> None:
    """Write fitted labels under the columns of an axes."""
    shown = [(i, label) for i, label in enumerate(ticks.labels) if label]
    turn = {"rotation": 90 if ticks.turned else 0, "va": "top", "ha": "center", "linespacing": 1.2}
    look = font(ticks.points, color=color) | turn
    axes.set_xticks([i for i, _ in shown], [label for _, label in shown], **look)
    axes.tick_params(axis="x", which="both", length=0, pad=4 * 72 / DPI, bottom=True, labelbottom=True)


def draw_strip(axes: Axes, series: Series) -> None:
    """One metric along one axis: dots, mean line with band and bars; or set values with bars."""
    xs = np.arange(series.mean.size, dtype=float)
    apart = min(0.12, 8 / (axes.bbox.width / series.mean.size))
    for (i,), values in series.dots.items():
        offset = (np.arange(len(values)) - (len(values) - 1) / 2) * min(apart, 0.5 / len(values))
        axes.plot(i + offset, values, ls="none", marker="o", ms=4, mfc=BLUE, mec="white", mew=0.5, alpha=0.55)
    if series.kind == "pictures":
        low, high = series.mean - series.spread, series.mean + series.spread
        axes.fill_between(xs, low, high, color=BLUE, alpha=0.13, lw=0)
        _curve(axes, xs, series.mean, series.spread, BLUE, "o")
    else:
        _curve(axes, xs, series.mean, series.spread, VERMILLION, "s")


def _curve(axes: Axes, xs: Floats, mean: Floats, spread: Floats, color: str, marker: str) -> None:
    known = np.isfinite(mean)
    barred = known & np.isfinite(spread)
    axes.errorbar(
        xs[barred], mean[barred], yerr=spread[barred], fmt="none", ecolor=color, elinewidth=1.1, capsize=2.5,
        capthick=1.1,
    )  # fmt: skip
    # Dotted where the line bridges cells without a number.
    axes.plot(xs[known], mean[known], color=color, **BRIDGE)
    axes.plot(xs, mean, color=color, marker=marker, **LINE)


def shades(count: int) -> list[str]:
    """Colours of an ordered set, dark to mid: plasma without the yellow that vanishes on white."""
    return [to_hex(colormaps["plasma"](0.68 * i / max(1, count - 1))) for i in range(count)]


def draw_lines(axes: Axes, series: Series) -> None:
    """One metric along the first axis, a line with bars for each value of the second."""
    columns, count = series.mean.shape
    colors = shades(count)
    for j in range(count):
        shift = (j - (count - 1) / 2) * min(0.08, 0.4 / count)
        xs = np.arange(columns) + shift
        _curve(axes, xs, series.mean[:, j], series.spread[:, j], colors[j], MARKERS[j % len(MARKERS)])


def legend(
    figure: SweepFigure | None, name: str, labels: Sequence[str], box: tuple[float, float, float]
) -> int:
    """Key of the lines: the axis' name, then a marker and a value for each; flows over several rows.

    Args:
        figure: where; None only measures.
        name: of the axis.
        labels: one per line.
        box: left, top and width in pixels.

    Returns:
        Its height in pixels.
    """
    left, top, width = box
    row = height_of(1, SMALL) + 4
    (title,) = wrap(name, width, SMALL, lines=1, bold=True) or [""]
    x, y = width_of(title, SMALL, bold=True) + 10, 0
    if figure:
        figure.write(left, top, title, SMALL, bold=True)
    for label, color, marker in zip(labels, shades(len(labels)), cycle(MARKERS), strict=False):
        text = "".join(wrap(label, width - 24, SMALL, lines=1))
        need = 16 + width_of(text, SMALL)
        if x + need > width:
            x, y = 0.0, y + row
        if figure:
            figure.stroke(
                (left + x, left + x + 12), top + y + (row - 4) / 2, color=color, marker=marker, **LINE
            )
            figure.write(left + x + 16, top + y, text, SMALL)
        x += need + 8
    return y + row


def heat_key(series: Series) -> int:
    """Pixels that the colour bar of a heat map takes at its right."""
    return math.ceil(18 + max(width_of(end, SMALL) for end in _ends(series)))


def _ends(series: Series) -> tuple[str, str]:
    known = series.mean[np.isfinite(series.mean)]
    if not known.size:
        return "", ""
    low, high = f"{known.min():.3g}", f"{known.max():.3g}"
    return low, high if high != low else ""


def draw_heat(figure: SweepFigure, series: Series, box: tuple[float, float, float, float]) -> Axes:
    """A heat map of the means with its numbers, where they fit, and a colour bar at the right.

    Args:
        figure: where.
        series: the metric over two axes; the first runs along x, the second upwards.
        box: left, top, width and height in pixels; the colour bar stands right of it.
    """
    left, top, width, height = box
    known = series.mean[np.isfinite(series.mean)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    columns, rows = series.mean.shape
    axes = figure.place(left, top, width, height)
    cmap = colormaps["viridis"].with_extremes(bad="#f2f2f2")
    span = Normalize(low, high if high > low else low + 1.0)
    axes.imshow(series.mean.T, cmap=cmap, origin="lower", aspect="auto", interpolation="nearest", norm=span)
    _numbers(axes, series.mean, span, (width / columns, height / rows))
    bar = figure.place(left + width + 6, top, 7, height)
    bar.imshow(np.linspace(0, 1, 64)[:, None], cmap=cmap, origin="lower", aspect="auto", extent=(0, 1, 0, 1))
    x = left + width + 16
    figure.write(x, top, _ends(series)[1], SMALL, color=SOFT)
    figure.write(x, top + height, _ends(series)[0], SMALL, color=SOFT, va="bottom")
    return axes


def _numbers(axes: Axes, mean: Floats, span: Normalize, cell: tuple[float, float]) -> None:
    texts = {(i, j): f"{v:.3g}" if np.isfinite(v) else "–" for (i, j), v in np.ndenumerate(mean)}
    widest = max(width_of(text, SMALL) for text in texts.values())
    if widest + 4 > cell[0] or height_of(1, SMALL) > cell[1]:
        return
    for (i, j), text in texts.items():
        share = float(span(mean[i, j]))
        color = readable_on(share) if np.isfinite(share) else INK
        axes.text(i, j, text, ha="center", va="center", **font(SMALL, color=color))


def readable_on(share: float) -> str:
    """Black or white, whichever reads better on a heat map's colour at a share of its scale."""
    # Relative luminance after WCAG 2.2: above 0.179 black has the better contrast.
    rgb = np.array(colormaps["viridis"](share)[:3])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return "black" if linear @ (0.2126, 0.7152, 0.0722) > 0.179 else "white"
