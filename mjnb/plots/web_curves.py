"""The metric curves of the page: drawings whose colours are the page's, with a mark for the chosen cell."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator

from .data import Axis, Series, Table
from .effects import pooled
from .scales import Scale
from .text import SMALL, shorten, width_of

WIDE, TALL = 300, 96  # units of a drawing; the page scales it
LEFT, RIGHT, TOP, UNDER = 48, 8, 8, 22


def web_curves(table: Table, series: list[Series]) -> str:
    """One row of drawings for each metric, one drawing for each axis with two values or more."""
    return "".join(_row(table, i, one) for i, one in enumerate(series))


def _row(table: Table, number: int, one: Series) -> str:
    flat = len(table.axes) == 1
    scale = Scale.of(one if flat else pooled(one), TALL)
    drawn = "".join(
        _drawing(axis, one if flat else one.along(i), scale, (number, i))
        for i, axis in enumerate(table.axes)
        if len(axis.values) > 1
    )
    key = one.key if flat else "mean over all other parameters ± SD" if len(table.axes) > 2 else "mean ± SD"
    told = " · ".join(part for part in (one.curve.unit, key if one.kind != "none" else "no values") if part)
    name = html.escape(one.curve.label)
    return f'<div><h3>{name} <small>{html.escape(told)}</small></h3><div class="row">{drawn}</div></div>'


def _drawing(axis: Axis, one: Series, scale: Scale, which: tuple[int, int]) -> str:
    count = one.mean.size
    step = (WIDE - LEFT - RIGHT) / count
    xs = [LEFT + step * (i + 0.5) for i in range(count)]
    kind = "one" if one.kind == "pictures" else "whole"
    parts = [*_guides(axis, scale, xs, step), *_bars(one, scale, xs)]
    points = [(x, _y(m, scale)) for x, m in zip(xs, one.mean, strict=True) if math.isfinite(m)]
    parts.append(f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>')
    parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in points]
    for (i,), values in one.dots.items():
        first = xs[i] - 2 * (len(values) - 1)
        parts += [
            f'<circle class="dot" cx="{first + 4 * k:.1f}" cy="{_y(v, scale):.1f}" r="2"/>'
            for k, v in enumerate(values)
            if math.isfinite(v)
        ]
    label = f"{one.curve.label} along {axis.name}: " + ", ".join(
        f"{name} {m:.3g}" if math.isfinite(m) else f"{name} unknown"
        for name, m in zip(axis.labels, one.mean, strict=True)
    )
    metric, place = which
    return (
        f'<figure><svg viewBox="0 0 {WIDE} {TOP + TALL + UNDER}" class="{kind}" role="img"'
        f' aria-label="{html.escape(label)}" data-metric="{metric}" data-axis="{place}"'
        f' data-low="{scale.low!r}" data-high="{scale.high!r}" data-left="{LEFT}" data-step="{step!r}"'
        f' data-top="{TOP}" data-tall="{TALL}">'
        f'{"".join(parts)}<circle class="here" r="5" visibility="hidden"/></svg>'
        f"<figcaption>{html.escape(axis.name)}</figcaption></figure>"
    )


def _y(value: float, scale: Scale) -> float:
    return TOP + TALL * (1 - (value - scale.low) / (scale.high - scale.low))


def _guides(axis: Axis, scale: Scale, xs: list[float], step: float) -> Iterator[str]:
    low = TOP + TALL
    for tick, label in zip(scale.ticks, scale.labels, strict=True):
        y = _y(tick, scale)
        yield f'<path class="rule" d="M{LEFT} {y:.1f}H{WIDE - RIGHT}"/>'
        yield f'<text x="{LEFT - 5}" y="{y + 4:.1f}" text-anchor="end">{label}</text>'
    yield f'<path class="edge" d="M{LEFT} {low}H{WIDE - RIGHT}"/>'
    labels = [shorten(label, 90, SMALL) for label in axis.labels]
    every = math.ceil((max(width_of(label, SMALL) for label in labels) + 6) / step)
    for i, (x, label) in enumerate(zip(xs, labels, strict=True)):
        yield f'<path class="rule" d="M{x:.1f} {TOP}V{low}"/>'
        if i % every == 0:
            yield f'<text x="{x:.1f}" y="{low + 16}" text-anchor="middle">{html.escape(label)}</text>'


def _bars(one: Series, scale: Scale, xs: list[float]) -> Iterator[str]:
    for x, mean, spread in zip(xs, one.mean, one.spread, strict=True):
        if math.isfinite(mean) and math.isfinite(spread):
            high, low = _y(mean + spread, scale), _y(mean - spread, scale)
            caps = f"M{x - 3:.1f} {high:.1f}h6M{x - 3:.1f} {low:.1f}h6"
            yield f'<path class="bar" d="M{x:.1f} {high:.1f}V{low:.1f}{caps}"/>'
