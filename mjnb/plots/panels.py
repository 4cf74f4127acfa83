"""Metric panels: a heading, a scale that fits, and dots, lines, bands and bars."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from .data import Floats, Series
from .figure import SweepFigure
from .scales import Scale
from .text import DPI, HEADING, SMALL, Ticks, clean, font, height_of, shorten, told_apart, width_of
from .themes import LIGHT, Theme

MARKERS = ("o", "s", "^", "D", "v", "P")
LINE: dict[str, Any] = {
    "lw": 1.7, "ls": "-", "ms": 5, "mew": 0.6, "solid_capstyle": "projecting",
    "solid_joinstyle": "round",
}  # fmt: skip
BRIDGE: dict[str, Any] = {"lw": 1.0, "ls": ":", "marker": "", "dash_capstyle": "butt"}
BARS: dict[str, Any] = {
    "lw": 1.1, "ls": "-", "marker": "_", "ms": 5, "mew": 1.1, "solid_capstyle": "butt", "zorder": 1.9,
}  # fmt: skip
GUIDE: dict[str, Any] = {"lw": 0.8, "ls": "-", "marker": "", "solid_capstyle": "butt", "zorder": 0.5}
BAND = {"light": 0.13, "dark": 0.24}  # opacity
Box = tuple[float, float, float, float]
HEAD = 20  # pixels above a panel for its heading


def panel(
    figure: SweepFigure,
    series: Series,
    box: Box,
    places: Floats,
    *,
    key: str = "",
    spare: float = 0,
    scale: Scale | None = None,
    first: bool = True,
) -> Axes:
    """Axes for curves, with heading, scale and guides.

    Args:
        figure: where.
        series: the metric.
        box: left, top, width and height of the plot itself in pixels; the heading stands above it.
        places: where values stand; column i is centred at x = i.
        key: what is drawn, in words beside the heading.
        spare: pixels at the right of the plot that the heading may use as well.
        scale: of the metric, where panels share one; None fits this one.
        first: whether this is the first of a row of panels; only that has heading and numbers.
    """
    left, top, width, height = box
    theme = figure.theme
    if first:
        heading(figure, series, (left, top, width + spare), key)
    axes = figure.place(left, top, width, height)
    scale = scale or Scale.of(series, height)
    axes.set_xlim(-0.5, len(places) - 0.5)
    axes.set_ylim(scale.low, scale.high)
    axes.set_yticks(
        scale.ticks, scale.labels if first else [""] * len(scale.ticks), **font(SMALL, theme.soft)
    )
    axes.tick_params(axis="both", which="both", length=0, pad=4)
    guides(axes, theme, places, scale.ticks)
    floor = axes.spines["bottom"]
    floor.set_visible(True)
    floor.set_color(theme.edge)
    floor.set_linewidth(0.8)
    if not np.isfinite(series.mean).any():
        axes.text(0.5, 0.5, "no values yet", transform=axes.transAxes, ha="center", va="center",
                  **font(SMALL, theme.soft))  # fmt: skip
    return axes


def guides(axes: Axes, theme: Theme, xs: Sequence[float] | Floats, ys: Sequence[float]) -> None:
    """Draw faint lines across all of an axes at places of x and of y, each set as one line with gaps."""
    across, ends = np.asarray(ys, float), np.array([0.0, 1.0, np.nan])
    upright = np.asarray(xs, float)
    _add(axes, np.repeat(upright, 3), np.tile(ends, len(upright)), transform=axes.get_xaxis_transform(),
         color=theme.rule, **GUIDE)  # fmt: skip
    _add(axes, np.tile(ends, len(across)), np.repeat(across, 3), transform=axes.get_yaxis_transform(),
         color=theme.rule, **GUIDE)  # fmt: skip


def heading(figure: SweepFigure, series: Series, place: tuple[float, float, float], key: str) -> None:
    """The metric's name above its panel, then its unit and what is drawn, as far as they fit.

    Args:
        figure: where.
        series: the metric.
        place: left and top of the panel and the width there is, in pixels.
        key: what is drawn.
    """
    left, top, width = place
    base, curve = top - 7, series.curve
    name = shorten(curve.label, width, HEADING, bold=True)
    figure.write(left, base, name, HEADING, bold=True, va="baseline")
    start = left + width_of(name, HEADING, bold=True) + 8
    unit = clean(curve.unit)
    for remark in (" · ".join(filter(None, (unit, key))), unit or key, key):
        if remark and start + width_of(remark, SMALL) <= left + width:
            figure.write(start, base, remark, SMALL, color=figure.theme.soft, va="baseline")
            return


def label_columns(axes: Axes, ticks: Ticks, theme: Theme, places: Floats | None = None) -> None:
    """Write fitted labels under the columns of an axes, or where their values stand."""
    at = np.arange(len(ticks.labels)) if places is None else places
    shown = [(x, label) for x, label in zip(at, ticks.labels, strict=True) if label]
    turn = {"rotation": 90 if ticks.turned else 0, "va": "top", "ha": "center", "linespacing": 1.2}
    look = font(ticks.points, theme.ink) | turn
    axes.set_xticks([x for x, _ in shown], [label for _, label in shown], **look)
    axes.tick_params(axis="x", which="both", length=0, pad=4 * 72 / DPI, bottom=True, labelbottom=True)


def draw_strip(axes: Axes, series: Series, theme: Theme, places: Floats) -> None:
    """One metric along one axis: dots, mean line with band and bars; or set values with bars."""
    apart = min(0.12, 8 / (axes.bbox.width / series.mean.size), 0.2 * _closest(places))
    for (i,), values in series.dots.items():
        offset = (np.arange(len(values)) - (len(values) - 1) / 2) * min(apart, 0.5 / len(values))
        axes.plot(places[i] + offset, values, ls="none", marker="o", ms=4, mfc=theme.one, mec=theme.paper,
                  mew=0.5, alpha=0.55)  # fmt: skip
    draw_mean(axes, series, theme, places)


def draw_mean(axes: Axes, series: Series, theme: Theme, places: Floats) -> None:
    """One metric along one axis without its dots."""
    order = np.argsort(places)
    xs, mean, spread = places[order], series.mean[order], series.spread[order]
    if series.kind == "pictures":
        axes.fill_between(xs, mean - spread, mean + spread, color=theme.one, alpha=BAND[theme.name], lw=0)
        _curve(axes, xs, (mean, spread), theme.one, "o", theme)
    else:
        _curve(axes, xs, (mean, spread), theme.whole, "s", theme)


def _closest(places: Floats) -> float:
    return float(np.diff(np.sort(places)).min()) if len(places) > 1 else 1.0


def _curve(axes: Axes, xs: Floats, ys: tuple[Floats, Floats], color: str, marker: str, theme: Theme) -> None:
    mean, spread = ys
    known = np.isfinite(mean)
    barred = known & np.isfinite(spread)
    low, high = mean[barred] - spread[barred], mean[barred] + spread[barred]
    gap = np.full(low.shape, np.nan)
    # One line with gaps for all bars: matplotlib's errorbar() takes twenty times as long.
    bars = np.column_stack([low, high, gap]).ravel()
    step = axes.bbox.width / len(xs)
    cap = min(BARS["ms"], max(2.0, step / 4))  # so that neighbouring ones stay apart
    _add(axes, np.repeat(xs[barred], 3), bars, color=color, **BARS | {"ms": cap})
    # Dotted where the line bridges cells without a number.
    if not known.all():
        _add(axes, xs[known], mean[known], color=color, **BRIDGE)
    _add(axes, xs, mean, color=color, marker=marker, mec=theme.paper, **fine(step))


def _add(axes: Axes, xs: Floats, ys: Floats, **look: Any) -> None:
    """Add a line to axes whose limits are known, so that nothing is measured for them."""
    line = Line2D(xs, ys, **look)
    axes.add_artist(line)
    line.set_clip_path(axes.patch)


def fine(step: float) -> dict[str, Any]:
    """How a line looks whose markers stand ``step`` pixels apart."""
    return LINE | {"ms": min(LINE["ms"], max(2.0, step / 3))}


def draw_lines(axes: Axes, series: Series, theme: Theme, places: Floats) -> None:
    """One metric along the first axis, a line with bars for each value of the second."""
    count = series.mean.shape[1]
    colors, order = theme.lines(count), np.argsort(places)
    for j in range(count):
        shift = (j - (count - 1) / 2) * min(0.08, 0.4 / count) * min(1.0, _closest(places))
        ys = series.mean[order, j], series.spread[order, j]
        _curve(axes, places[order] + shift, ys, colors[j], MARKERS[j % len(MARKERS)], theme)


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
    title = shorten(name, width, SMALL, bold=True)
    x, y = width_of(title, SMALL, bold=True) + 10, 0
    if figure:
        figure.write(left, top, title, SMALL, bold=True)
    theme = figure.theme if figure else LIGHT
    shown = told_apart(labels, lambda label: shorten(label, width - 24, SMALL))
    for label, color, marker in zip(shown, theme.lines(len(labels)), cycle(MARKERS), strict=False):
        need = 16 + width_of(label, SMALL)
        if x + need > width:
            x, y = 0.0, y + row
        if figure:
            at, middle = (left + x, left + x + 12), top + y + (row - 4) / 2
            figure.stroke(at, middle, color=color, marker=marker, mec=theme.paper, **LINE)
            figure.write(left + x + 16, top + y, label, SMALL)
        x += need + 8
    return y + row
