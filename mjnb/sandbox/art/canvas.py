"""The canvas: where layers are laid over each other, far to near.

One idea: every scene speaks of places in its own units (x to the right, y down, about -1 to 1) and in soft
masks; the canvas bends those places when weirdness asks for it, so scenes need not know.
"""

import math
from copy import copy
from dataclasses import dataclass

import numpy as np

from .colour import Palette
from .noise import Dice, Field, brush, cloud, smoothstep, tiled


@dataclass(frozen=True)
class Controls:
    """Stylization, weirdness and variety as parts of their range, 0 to 1."""

    style: float
    weird: float
    variety: float

    @property
    def oddness(self) -> float:
        """How much of a scene's asymmetry shows: little at weirdness 0, all at the top."""
        return 0.18 + 0.82 * self.weird


class Canvas:
    """Tone, phase and ink of a picture in the making, and the bent coordinates to paint by."""

    def __init__(
        self,
        size: tuple[int, int],
        dice: Dice,
        controls: Controls,
        palette: Palette,
        night: float = 0.0,
        accent: float | None = None,
    ) -> None:
        """Open an empty canvas.

        Args:
            size: width and height in pixels.
            dice: the picture's random numbers.
            controls: stylization, weirdness and variety.
            palette: the picture's colours.
            night: 0 for day to 1 for night.
            accent: the hue in degrees that the prompt gives to the hero, if any.
        """
        width, height = size
        self.dice, self.controls, self.palette, self.night = dice, controls, palette, night
        self.accent = accent
        self.style, self.weird, self.oddness = controls.style, controls.weird, controls.oddness
        self.depth = 0.62 + 0.38 * controls.style
        self.shape = (height, width)
        self.hair = 2.2 / min(width, height)
        self.drift = cloud(dice, self.shape, 2, 2)
        self.warp = (cloud(dice, self.shape, 3, 2), cloud(dice, self.shape, 3, 2))
        self.x, self.y = self._bent_places(width, height)
        self.side = math.copysign(1.0, dice.number())
        self.tone = np.full(self.shape, 0.5, np.float32)
        self.phase = np.zeros(self.shape, np.float32)
        self.ink = np.zeros(self.shape, np.float32)

    def _bent_places(self, width: int, height: int) -> tuple[Field, Field]:
        """Coordinates of every pixel: framed, zoomed and shifted by the picture, bent by weirdness."""
        across, down = frame(width / height)
        x = np.linspace(-across, across, width, dtype=np.float32)[None]
        y = np.linspace(down[0], down[1], height, dtype=np.float32)[:, None]
        zoom, shift = 1 + 0.24 * self.dice.shift(), 0.24 * self.dice.shift()
        amount = 0.008 + 0.112 * self.weird
        bent_x = (x + shift) * zoom + amount * self.warp[0]
        bent_y = y + (zoom - 1) * (y - 0.3) + amount * self.warp[1]
        return self._swirled(bent_x, bent_y)

    def _swirled(self, x: Field, y: Field) -> tuple[Field, Field]:
        centre_x, centre_y, side = 0.35 * self.dice.number(), 0.3 * self.dice.number(), self.dice.number()
        if self.weird == 0:
            return x, y
        away_x, away_y = x - centre_x, y - centre_y
        turn = math.copysign(1.0 * self.weird, side) * np.exp(-1.3 * (away_x**2 + away_y**2))
        cosine, sine = np.cos(turn), np.sin(turn)
        return centre_x + away_x * cosine - away_y * sine, centre_y + away_x * sine + away_y * cosine

    def inside(self, depth: Field, softness: float = 1.0) -> Field:
        """A soft mask of where `depth` (scene units into a shape) is above 0; softness 1 is a crisp edge."""
        width = self.hair * softness
        return smoothstep(-width, width, depth)

    def lay(self, mask: Field, tone: Field | float, phase: Field | float = 0.0) -> None:
        """Lay a layer of `tone` (0 dark to 1 light) and `phase` (turns of hue) over all that lies below.

        The ink of what it covers goes with it: a sun's outline does not shine through a mountain.
        """
        self.tone += mask * (tone - self.tone)
        self.phase += mask * (phase - self.phase)
        self.ink *= 1 - mask

    def part(self, rows: slice, columns: slice) -> "Canvas":
        """A window on this canvas: what is laid on it is laid on the whole."""
        window = copy(self)
        window.x, window.y = self.x[rows, columns], self.y[rows, columns]
        window.tone, window.phase = self.tone[rows, columns], self.phase[rows, columns]
        window.ink = self.ink[rows, columns]
        window.shape = (window.x.shape[0], window.x.shape[1])
        return window

    def glow(self, amount: Field, tone: float = 1.0) -> None:
        """Let light (0..1) fall on what is painted so far; outlines stay."""
        self.tone += amount * (tone - self.tone)

    def outline(self, depth: Field, weight: float = 1.0) -> None:
        """Ink the line where `depth` is 0."""
        line = depth * (1 / self.hair)
        line *= line
        self.ink += weight * np.exp(-np.minimum(line, 30))

    def bent(self, picture: Field) -> Field:
        """Bend a picture of the canvas's size as the places are; what lies outside is mirrored."""
        across, down = frame(self.shape[1] / self.shape[0])
        column = (self.x + across) * ((self.shape[1] - 1) / (2 * across))
        row = (self.y - down[0]) * ((self.shape[0] - 1) / (down[1] - down[0]))
        return between(picture, _mirrored(row, self.shape[0]), _mirrored(column, self.shape[1]))

    def trace(self, light: Field) -> None:
        """Take tones and outlines from a picture of the canvas's size, light 0..1, bent already."""
        low, high = np.quantile(light, (0.02, 0.98))
        self.tone[:] = 0.08 + 0.84 * np.clip((light - low) / max(high - low, 0.05), 0, 1)
        self.phase[:] = 0.10 * (0.3 + 0.7 * self.style) * (self.tone - 0.5)
        steep = np.hypot(*np.gradient(self.tone)) * (min(self.shape) / 40)
        self.ink[:] = smoothstep(0.35, 1.2, steep)

    def finished(self) -> tuple[Field, Field]:
        """The tone and phase of the picture with its brush, contour bands, ink and unusual hues."""
        style, weird = self.style, self.weird
        strokes, wander = tiled(brush(), self.x, self.y, 190), np.tanh(self.drift)
        tone = self.tone + (0.006 + 0.027 * style) * strokes
        tone += 0.030 * style * style * np.sin(2 * np.pi * 9 * (tone + 0.15 * self.drift))
        tone -= (0.015 + 0.20 * style) * np.minimum(self.ink, 1)
        tone += self._light_from_one_side()
        islands = smoothstep(0.15, 0.55, self.warp[0] * self.warp[1] + 0.25 * self.drift)
        pigment = style * (0.05 * wander + 0.02 * strokes)
        phase = self.phase + pigment + weird**1.4 * (0.05 + 0.30 * wander + 0.25 * islands)
        return tone, phase

    def _light_from_one_side(self) -> Field:
        """What weirdness adds to the left and takes from the right, or the other way round."""
        across = np.linspace(-self.side, self.side, self.shape[1], dtype=np.float32)
        return np.asarray(0.27 * self.weird**0.9 * across)


def between(picture: Field, row: Field, column: Field) -> Field:
    """What a picture (height x width x colours) shows between its pixels."""
    top, left = row.astype(np.int32), column.astype(np.int32)
    down, right = (row - top)[..., None], (column - left)[..., None]
    upper = picture[top, left] * (1 - right) + picture[top, left + 1] * right
    lower = picture[top + 1, left] * (1 - right) + picture[top + 1, left + 1] * right
    return np.asarray(upper * (1 - down) + lower * down)


def _mirrored(place: Field, length: int) -> Field:
    """Places folded back into 0..length - 1."""
    last = length - 1.001
    return np.abs((place + last) % (2 * last) - last)


def frame(ratio: float) -> tuple[float, tuple[float, float]]:
    """What a picture of a width-to-height ratio shows: half its width, its top and its bottom, in units.

    Wide pictures see more to the sides; tall ones more of the sky, and a little more of the ground.
    """
    if ratio >= 1:
        return ratio**0.85, (-(ratio**-0.15), ratio**-0.15)
    half = ratio**-0.7
    bottom = 1 + 0.3 * (half - 1)
    return ratio**0.3, (bottom - 2 * half, bottom)
