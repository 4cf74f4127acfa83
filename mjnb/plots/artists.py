"""The mosaic as an artist: pictures come to the page at its own pixels, composed when it is drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage

from .data import Table
from .mosaic import SCALE, Pixels, compose
from .themes import Theme


class Mosaic(AxesImage):
    """The pictures of a one- or two-axis table, which fill their axes.

    matplotlib scales an image to the page each time it draws one.  This one is composed for the pixels that
    the page has, so that every picture is scaled once, from its own pixels, whatever the page's resolution.

    Args:
        axes: where; the cell of values i and j is centred at x = i, y = j.
        table: cells by (column,) or (column, row).
        size: width and height in figure pixels.
        slot: rows and columns of pictures in a cell.
        theme: colours of what is no picture.
    """

    def __init__(
        self, axes: Axes, table: Table, size: tuple[int, int], slot: tuple[int, int], theme: Theme
    ) -> None:
        columns, rows = (*table.shape, 1)[:2]
        extent = (-0.5, columns - 0.5, -0.5, rows - 0.5)
        super().__init__(axes, extent=extent, origin="upper", interpolation="nearest")
        self._table, self._size, self._slot, self._theme = table, size, slot, theme
        self._drawn: tuple[float, Pixels] | None = None
        self.set_data(np.array([[theme.paper_levels]], np.uint8))

    def make_image(self, renderer: Any, magnification: float = 1.0, unsampled: bool = False) -> Any:
        """Return red, green, blue and opacity, lowest row first, with where it stands; matplotlib's own hook.

        Args:
            renderer: draws the page.
            magnification: picture pixels per unit of the page.
            unsampled: whether the page scales pictures itself.
        """
        box = self.axes.bbox
        if unsampled:
            self.set_data(self._composed(SCALE))
            return super().make_image(renderer, magnification, unsampled)
        pixels = self._composed(box.width * magnification / self._size[0])
        whole = np.full((*pixels.shape[:2], 4), 255, np.uint8)
        whole[..., :3] = pixels[::-1]
        return whole, box.x0, box.y0, None

    def get_cursor_data(self, event: Any) -> None:
        """Return nothing: a pixel's colour is no number of the sweep."""

    def _composed(self, scale: float) -> Pixels:
        scale = round(scale, 3)  # the figure's own sliver is no other scale
        if self._drawn is None or self._drawn[0] != scale:
            self._drawn = scale, compose(self._table, self._size, self._slot, self._theme, scale=scale)
        return self._drawn[1]
