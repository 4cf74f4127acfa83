"""Figures cut out once: the fox, the lighthouse, the boat.

One idea: a figure is a short list of outlines in its own square (-1..1, y down), filled with Pillow at
three times the size and kept; scenes place it on their bent plane like any other layer.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from .canvas import Canvas
from .noise import Field

Points = Sequence[tuple[float, float]]

_FINE = 960


class Sketch:
    """A figure in the square -1..1 while it is drawn: where it is, how light, its own hue, its outlines."""

    def __init__(self) -> None:
        self._mask = Image.new("L", (_FINE, _FINE))
        self._tone = Image.new("L", (_FINE, _FINE), 128)
        self._tint = Image.new("L", (_FINE, _FINE))
        self._edge = Image.new("L", (_FINE, _FINE))

    def add(self, points: Points, tone: float, tint: float = 0.0, curved: bool = True) -> None:
        """Lay one outline over the figure: its corners (rounded when `curved`), tone and tint 0..1."""
        corners = rounded(points) if curved else points
        pixels = [((x + 1) * _FINE / 2, (y + 1) * _FINE / 2) for x, y in corners]
        for layer, level in ((self._mask, 1.0), (self._tone, tone), (self._tint, tint)):
            ImageDraw.Draw(layer).polygon(pixels, fill=round(255 * level))
        ImageDraw.Draw(self._edge).polygon(pixels, fill=0, outline=200, width=5)

    def mirrored(self, points: Points, tone: float, tint: float = 0.0, curved: bool = True) -> None:
        """Lay an outline and its mirror image."""
        self.add(points, tone, tint, curved)
        self.add([(-x, y) for x, y in points], tone, tint, curved)

    def symmetric(self, points: Points, tone: float, tint: float = 0.0, curved: bool = True) -> None:
        """Lay an outline given by its right half, from top to bottom."""
        self.add([*points, *((-x, y) for x, y in reversed(points))], tone, tint, curved)

    def cut(self, reduction: int = 3) -> "Stencil":
        """The stencil of the figure, reduced to about the size it is shown at, its inner edges shaded."""
        shaded = Image.blend(self._tone.filter(ImageFilter.GaussianBlur(3)), self._tone, 0.5)
        layers = [
            np.asarray(layer.reduce(reduction)) for layer in (self._mask, shaded, self._tint, self._edge)
        ]
        return Stencil(np.stack(layers, axis=-1).astype(np.float32) / 255)


class Stencil:
    """A figure cut out: for each of its pixels the mask, tone, tint and edge, 0..1."""

    def __init__(self, layers: Field) -> None:
        """Keep the layers, an array of side x side x 4."""
        self._side = len(layers)
        self._layers = layers.reshape(-1, 4)
        self._layers.flags.writeable = False

    def place(
        self, canvas: Canvas, x: float, y: float, size: float, phase: float, flip: bool = False
    ) -> None:
        """Lay the figure on a canvas: its centre, half its side in scene units, and the phase of its tint."""
        rows, columns = _window(canvas, x, y, size)
        scale = self._side / 2 / size
        across = (canvas.x[rows, columns] - x) * (-scale if flip else scale) + self._side / 2 - 0.5
        down = (canvas.y[rows, columns] - y) * scale + self._side / 2 - 0.5
        mask, tone, tint, edge = np.moveaxis(self._between_pixels(across, down), -1, 0)
        part = canvas.part(rows, columns)
        part.lay(mask, tone, phase * tint)
        part.ink += mask * edge

    def _between_pixels(self, across: Field, down: Field) -> Field:
        """The layers at places between pixels, linearly blended; places outside count as the border."""
        across, down = np.clip(across, 0, self._side - 1.001), np.clip(down, 0, self._side - 1.001)
        column, row = across.astype(np.int32), down.astype(np.int32)
        right, lower = (across - column)[..., None], (down - row)[..., None]
        cell = row * self._side + column
        upper_row = _mix(self._layers.take(cell, axis=0), self._layers.take(cell + 1, axis=0), right)
        cell += self._side
        lower_row = _mix(self._layers.take(cell, axis=0), self._layers.take(cell + 1, axis=0), right)
        return _mix(upper_row, lower_row, lower)


def _mix(first: Field, second: Field, share: Field) -> Field:
    return np.asarray(first + share * (second - first))


def _window(canvas: Canvas, x: float, y: float, size: float) -> tuple[slice, slice]:
    """The rows and columns of the canvas in which a figure can show."""
    near = np.asarray((np.abs(canvas.x - x) < size) & (np.abs(canvas.y - y) < size))
    return _extent(np.asarray(near.any(axis=1))), _extent(np.asarray(near.any(axis=0)))


def _extent(used: Field) -> slice:
    places = np.flatnonzero(used)
    return slice(int(places[0]), int(places[-1]) + 1) if len(places) else slice(0, 0)


def rounded(points: Points, passes: int = 3) -> list[tuple[float, float]]:
    """Round the corners of a closed outline (Chaikin 1974)."""
    corners = np.array(points, np.float64)
    for _ in range(passes):
        following = np.roll(corners, -1, axis=0)
        corners = np.stack([0.75 * corners + 0.25 * following, 0.25 * corners + 0.75 * following], axis=1)
        corners = corners.reshape(-1, 2)
    return [(float(x), float(y)) for x, y in corners]


def box(left: float, top: float, right: float, bottom: float) -> list[tuple[float, float]]:
    """A rectangle as an outline."""
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def ellipse(x: float, y: float, wide: float, tall: float) -> list[tuple[float, float]]:
    """An ellipse as an outline."""
    angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    return [(x + wide * float(np.cos(angle)), y + tall * float(np.sin(angle))) for angle in angles]


@lru_cache(maxsize=1)
def fox() -> Stencil:
    """A fox that sits and looks at you, its tail around its side."""
    fur, dark, white = 0.60, 0.10, 0.97
    figure = Sketch()
    tail = [(0.10, 0.74), (0.42, 0.84), (0.74, 0.74), (0.86, 0.42), (0.74, 0.04), (0.62, 0.16), (0.56, 0.46)]
    figure.add([*tail, (0.34, 0.58)], 0.54, 1.0)
    figure.add([(0.86, 0.36), (0.82, 0.10), (0.70, -0.06), (0.60, 0.16), (0.64, 0.30), (0.74, 0.24)], white)
    trunk = [(0.0, -0.22), (0.20, -0.14), (0.30, 0.20), (0.42, 0.58), (0.34, 0.84), (0.0, 0.86)]
    figure.symmetric(trunk, fur, 1.0)
    figure.mirrored([(0.20, 0.30), (0.40, 0.50), (0.42, 0.80), (0.20, 0.84)], 0.52, 1.0)
    figure.mirrored([(0.01, 0.24), (0.19, 0.24), (0.17, 0.88), (0.02, 0.88)], 0.56, 1.0)
    figure.mirrored([(0.02, 0.62), (0.17, 0.60), (0.19, 0.90), (0.02, 0.90)], dark, 0.2)
    figure.symmetric([(0.0, -0.16), (0.17, -0.10), (0.19, 0.10), (0.08, 0.34), (0.0, 0.46)], white)
    _fox_head(figure, fur, dark, white)
    return figure.cut()


def _fox_head(figure: Sketch, fur: float, dark: float, white: float) -> None:
    figure.mirrored([(0.06, -0.60), (0.32, -0.98), (0.40, -0.94), (0.42, -0.46)], fur - 0.06, 1.0)
    figure.mirrored([(0.16, -0.62), (0.32, -0.88), (0.36, -0.84), (0.36, -0.52)], dark + 0.04, 0.4)
    crown = [
        (0.0, -0.66),
        (0.20, -0.66),
        (0.38, -0.50),
        (0.52, -0.26),
        (0.30, -0.12),
        (0.12, 0.08),
        (0.0, 0.10),
    ]
    figure.symmetric(crown, fur + 0.04, 1.0)
    cheek = [(0.52, -0.26), (0.34, -0.36), (0.12, -0.24), (0.05, 0.02), (0.12, 0.08), (0.3, -0.1)]
    figure.mirrored(cheek, white)
    figure.symmetric([(0.0, -0.32), (0.08, -0.22), (0.11, 0.02), (0.07, 0.09), (0.0, 0.11)], white)
    figure.symmetric(
        [(0.0, -0.58), (0.09, -0.46), (0.10, -0.12), (0.06, -0.03), (0.0, -0.02)], fur + 0.10, 1.0
    )
    figure.mirrored([(0.10, -0.30), (0.17, -0.38), (0.27, -0.36), (0.22, -0.28)], dark)
    figure.mirrored(ellipse(0.20, -0.34, 0.016, 0.016), white, curved=False)
    figure.add(ellipse(0.0, 0.025, 0.062, 0.042), 0.04, curved=False)


@lru_cache(maxsize=1)
def lighthouse() -> Stencil:
    """A striped tower with its lamp, and the keeper's house beside it; it stands on y = 0.9."""
    figure = Sketch()
    figure.add(box(-0.62, 0.56, -0.16, 0.92), 0.74, curved=False)
    figure.add([(-0.68, 0.58), (-0.54, 0.36), (-0.22, 0.36), (-0.10, 0.58)], 0.34, 1.0, curved=False)
    for left in (-0.54, -0.38):
        figure.add(box(left, 0.66, left + 0.09, 0.78), 0.95, curved=False)
    for band in range(7):
        _tower_band(figure, band)
    figure.symmetric([(0.19, -0.52), (0.19, -0.47)], 0.12, curved=False)
    figure.symmetric([(0.10, -0.72), (0.10, -0.52)], 1.0, curved=False)
    for middle in (-0.10, -0.034, 0.034, 0.10):
        figure.add(box(middle - 0.008, -0.72, middle + 0.008, -0.52), 0.2, curved=False)
    figure.symmetric([(0.0, -0.92), (0.05, -0.87), (0.13, -0.76), (0.14, -0.72)], 0.36, 1.0, curved=False)
    figure.add([(-0.05, 0.92), (-0.05, 0.76), (0.0, 0.71), (0.05, 0.76), (0.05, 0.92)], 0.14, curved=False)
    return figure.cut()


def _tower_band(figure: Sketch, band: int) -> None:
    """One of the tower's seven bands, light and tinted in turn, with its shaded side."""
    top, bottom = -0.47 + 0.1985 * band, -0.47 + 0.1985 * (band + 1)
    above, below = 0.125 + 0.011 * band, 0.125 + 0.011 * (band + 1)
    tone, tint = (0.40, 1.0) if band % 2 == 0 else (0.94, 0.0)
    figure.add([(-above, top), (above, top), (below, bottom), (-below, bottom)], tone, tint, curved=False)
    shaded = [(above * 0.35, top), (above, top), (below, bottom), (below * 0.35, bottom)]
    figure.add(shaded, tone - 0.17, tint, curved=False)
    if band in (2, 5):
        figure.add(ellipse(-0.01, (top + bottom) / 2, 0.026, 0.044), 0.10, curved=False)


@lru_cache(maxsize=1)
def boat() -> Stencil:
    """A small boat under two sails; its water line is y = 0.7."""
    figure = Sketch()
    figure.add([(-0.7, 0.52), (0.74, 0.52), (0.5, 0.78), (-0.5, 0.78)], 0.16, 0.4, curved=False)
    figure.add(box(-0.02, -0.9, 0.01, 0.52), 0.12, curved=False)
    figure.add([(0.05, -0.85), (0.30, -0.3), (0.62, 0.44), (0.05, 0.44)], 0.90, 0.0, curved=False)
    figure.add([(-0.06, -0.75), (-0.22, -0.1), (-0.6, 0.44), (-0.06, 0.44)], 0.70, 1.0, curved=False)
    return figure.cut(reduction=8)
