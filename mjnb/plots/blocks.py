"""The metrics of a two-axis sweep: one block each, lines over a heat map where both fit.

A block runs along the axis with more values.  Up to six values of the other axis are lines; more would
be a tangle, so they become a heat map under the mean over that axis.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

from .data import Axis, Floats, Series
from .figure import SweepFigure
from .heats import draw_heat, draw_key, heat_key, span_of
from .pages import label_rows
from .panels import HEAD, draw_lines, draw_mean, label_columns, legend, panel
from .scales import Scale, Spacing, stands, value_ticks
from .text import SMALL, Ticks, fit_across, fit_down, height_of, shorten

PLOT, TALLEST = 72, 240  # pixels of a curve panel
HEAT = 150  # pixels of a heat map that nothing limits
ROOM_FOR_BOTH = 250
MOST_LINES = 6
BETWEEN = 26  # columns of blocks
CLEAR = 12  # pixels between blocks without tick labels


View = Literal["curves", "heat"]


def checked(view: View | None) -> View | None:
    """The view, if it is one.

    Raises:
        ValueError: it is none.
    """
    if view is not None and view not in get_args(View):
        raise ValueError(f"view={view!r}: use 'curves', 'heat' or None for what reads best")
    return view


@dataclass(frozen=True)
class Facets:
    """The metrics turned so that their first axis is the longer one.

    Args:
        along: the longer axis.
        over: the other.
        series: the metrics.
        view: None takes lines and heat maps as they read best, ``"curves"`` only lines.
        spacing: of the longer axis; true to value leaves no place for heat maps.
    """

    along: Axis
    over: Axis
    series: tuple[Series, ...]
    view: View | None = None
    spacing: Spacing = "ordinal"

    @classmethod
    def of(
        cls,
        axes: tuple[Axis, ...],
        series: Sequence[Series],
        view: View | None = None,
        spacing: Spacing = "ordinal",
    ) -> Facets:
        """Turn metrics over two axes."""
        x, y = axes
        if len(y.values) > len(x.values):
            return cls(y, x, tuple(one.swapped() for one in series), view, spacing)
        return cls(x, y, tuple(series), view, spacing)

    @property
    def tangled(self) -> bool:
        """Whether there are too many lines to tell apart."""
        return self.view is None and len(self.over.values) > MOST_LINES

    @property
    def may_heat(self) -> bool:
        """Whether heat maps may stand under the lines."""
        return self.view is None and self.spacing == "ordinal" and len(self.over.values) > 1

    @property
    def places(self) -> Floats:
        """Where the longer axis's values stand."""
        return stands(self.along, self.spacing)

    def key(self, figure: SweepFigure | None, left: float, top: float, width: float) -> int:
        """Draw the key of the lines, or measure it without a figure; returns its height."""
        if self.tangled or len(self.over.values) < 2:
            return 0
        return legend(figure, self.over.name, self.over.labels, (left, top, width)) + 4


@dataclass(frozen=True)
class Blocks:
    """Some of the blocks, laid out in columns.

    Args:
        facets: what they share.
        series: their metrics.
        left: pixels from the figure's left.
        top: pixels from the content's top.
        width: of all columns.
        columns: how many.
        height: of the pictures that the blocks stand beside; None when they stand below.
    """

    facets: Facets
    series: tuple[Series, ...]
    left: float
    top: float
    width: float
    columns: int
    height: float | None = None

    @property
    def rows(self) -> int:
        """Rows of blocks."""
        return math.ceil(len(self.series) / self.columns)

    @cached_property
    def heat(self) -> int:
        """Height of the heat maps, 0 without."""
        # A guess at the labels between rows: the real ones need the width, which needs to know this.
        between = 0 if self.rows < 2 else 2 * height_of(1, SMALL) + 16
        free = (self.height or 0) / max(1, self.rows) - HEAD - between
        if not self.facets.may_heat:
            return 0
        if free >= ROOM_FOR_BOTH:
            return round(min(TALLEST, free * 0.45))
        return HEAT if self.facets.tangled else 0

    @cached_property
    def plot(self) -> float:
        """Height of the curve panels: what the pictures beside them leave to each row."""
        if self.height is None:
            return PLOT if self.heat else PLOT * 1.6
        free = (self.height - (self.rows - 1) * self._between) / self.rows - HEAD
        return max(PLOT, min(TALLEST, free - (self.heat + CLEAR if self.heat else 0)))

    @cached_property
    def margin(self) -> int:
        """Room for the labels at the left of a block."""
        scales = max((Scale.of(one, PLOT).width for one in self.series), default=0)
        rows = (
            fit_down(self.facets.over.labels, 60, widest=60, points=SMALL).height + height_of(1, SMALL) + 14
        )
        return max(scales, rows) if self.heat else scales

    @cached_property
    def _wide(self) -> float:
        return (self.width + BETWEEN) / self.columns - BETWEEN - self.margin - self._key

    @cached_property
    def _key(self) -> int:
        return max(map(heat_key, self.series)) if self.heat else 0

    @cached_property
    def ticks(self) -> Ticks:
        """Labels along the longer axis."""
        along = self.facets.along
        column = self._wide / len(along.values)
        if self.facets.spacing == "value":
            return value_ticks(along, self.facets.places, column, points=SMALL)
        return fit_across(along.labels, column, points=SMALL, thin=True)

    @property
    def _between(self) -> float:
        return self._under if self.columns > 1 or self.heat else CLEAR

    @property
    def _under(self) -> float:
        return self.ticks.height + height_of(1, SMALL) + 16

    @property
    def _tall(self) -> float:
        return HEAD + self.plot + (CLEAR + self.heat if self.heat else 0)

    @property
    def bottom(self) -> float:
        """Pixels from the content's top to the end of the last block."""
        if not self.series:
            return self.top
        return self.top + self.rows * self._tall + (self.rows - 1) * self._between + self._under - 6

    def draw(self, figure: SweepFigure, top: float) -> None:
        """Draw the blocks; ``top`` is where the content begins."""
        for i, one in enumerate(self.series):
            row, column = divmod(i, self.columns)
            x = self.left + column * (self.width + BETWEEN) / self.columns + self.margin
            y = top + self.top + row * (self._tall + self._between) + HEAD
            self._draw_one(figure, one, x, y, last=i + self.columns >= len(self.series))

    def _draw_one(self, figure: SweepFigure, one: Series, x: float, y: float, *, last: bool) -> None:
        over, places, tangled = self.facets.over, self.facets.places, self.facets.tangled
        shown = one.along(0) if tangled else one
        key = shown.mean_key if tangled else one.key
        box = (x, y, self._wide, self.plot)
        axes = panel(figure, shown, box, places, key=key, spare=self._key)
        (draw_mean if tangled else draw_lines)(axes, shown, figure.theme, places)
        end = y + self.plot
        if self.heat:
            axes = draw_heat(figure, one, (x, end + CLEAR, self._wide, self.heat), span_of(one))
            draw_key(figure, one, x + self._wide, end + CLEAR, self.heat)
            rows = fit_down(over.labels, self.heat / len(over.values), widest=60, points=SMALL)
            label_rows(axes, rows, figure.theme)
            name = shorten(over.name, self.heat, SMALL)
            middle = end + CLEAR + self.heat / 2
            figure.write(x - self.margin, middle, name, SMALL, va="center", rotation=90)
            end += CLEAR + self.heat
        if last or self._between > CLEAR:
            label_columns(axes, self.ticks, figure.theme, places)
            name = shorten(self.facets.along.name, self._wide, SMALL)
            figure.write(x + self._wide / 2, end + self.ticks.height + 7, name, SMALL, ha="center")
