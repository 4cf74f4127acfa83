"""The figure in words: what was swept, and what rises and falls along it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .data import Axis, Floats, Series, Table

MOST = 4  # metrics told; who listens to more than that has lost the first


def describe(table: Table, series: Sequence[Series], title: str) -> str:
    """Alternative text of a sweep figure, over any number of axes.

    Args:
        table: what was swept.
        series: its metrics.
        title: the figure's title.

    Returns:
        A sentence on the sweep and one on the metrics; trends are told from the means along each axis.
    """
    pictures = sum(len(table.pictures(place)) for place in table.places())
    measured = sum(cell.measured for cells in table.cells.values() for cell in cells if cell.pictures)
    counted = f"{pictures} of {measured} measured pictures" if measured > pictures else f"{pictures} pictures"
    one = ", the one nearest the middle of each set," if table.show == "middle" else ""
    swept = " and ".join(f"{axis.name} {_span(axis)}" for axis in table.axes)
    empty = sum(not table.pictures(place) for place in table.places())
    missing = f", {empty} of {int(np.prod(table.shape))} cells without pictures" if empty else ""
    first = f"{_short(title)}: {counted}{one} over {swept}{missing}."
    told = [sentence for s in series if (sentence := _told(s, table.axes))]
    more = f"; and {len(told) - MOST} more" if len(told) > MOST else ""
    second = "; ".join(told[:MOST]) + more
    return f"{first} {second[:1].upper()}{second[1:]}." if told else first


def _short(title: str) -> str:
    line = " ".join(title.split()) or "Sweep"
    return line if len(line) <= 160 else line[:159].rstrip() + "…"


def _span(axis: Axis) -> str:
    labels = axis.labels
    if len(labels) == 1:
        return labels[0]
    return f"{labels[0]} to {labels[-1]}" if axis.is_ordered else f"({', '.join(labels[:8])})"


def _told(series: Series, axes: Sequence[Axis]) -> str:
    if not np.isfinite(series.mean).any():
        return ""
    trends = [
        _trend(series.along(i).mean, axis, float(_middle(series.spread)))
        for i, axis in enumerate(axes)
        if len(axis.values) > 1
    ]
    told = " and ".join(trend for trend in trends if trend)
    return f"{series.curve.label} {told}" if told else f"{series.curve.label} is {_middle(series.mean):.3g}"


def _middle(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")


def _trend(means: Floats, axis: Axis, noise: float) -> str:
    known = np.flatnonzero(np.isfinite(means))
    if len(known) < 2:
        return ""
    values = means[known]
    low, high = known[values.argmin()], known[values.argmax()]
    reach = float(np.ptp(values))
    if reach <= max(1e-12, noise if np.isfinite(noise) else 0.0):
        return f"stays near {_middle(values):.3g} along {axis.name}"
    steps = np.sign(np.diff(values)).sum() / (len(values) - 1)
    if axis.is_ordered and abs(steps) >= 0.6 and abs(values[-1] - values[0]) > 0.6 * reach:
        verb = "rises" if values[-1] > values[0] else "falls"
        return f"{verb} with {axis.name} ({values[0]:.3g} to {values[-1]:.3g})"
    labels = axis.labels
    best, least = f"{labels[high]} ({means[high]:.3g})", f"{labels[low]} ({means[low]:.3g})"
    return f"is highest at {axis.name} {best}, lowest at {least}"
