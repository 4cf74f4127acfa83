"""What several scenes share: sky, stars, ground, water and trees.

One idea: a part lays itself on the canvas and gives back what the scene needs to go on, such as where the
sun stands or how deep in the ground every pixel lies.
"""

import math
from dataclasses import dataclass

import numpy as np

from .canvas import Canvas
from .noise import REACH, Field, Profile, cloud, look_up, smoothstep, specks, tiled


@dataclass(frozen=True)
class Disc:
    """A sun, a moon or a planet: its centre and radius."""

    x: float
    y: float
    radius: float

    def distance(self, canvas: Canvas) -> Field:
        """Distance of every pixel from the centre."""
        return np.hypot(canvas.x - self.x, canvas.y - self.y)


def sky(canvas: Canvas, clouds: float = 1.0, height: float = -0.38, radius: float = 0.14) -> Disc:
    """Paint a sky with a glow, stars when it is night, a sun or a moon, and clouds; say where the sun is."""
    dice, style, depth = canvas.dice, canvas.style, canvas.depth
    sun = Disc(
        canvas.oddness * 0.45 * dice.number(),
        height + 0.08 * dice.number(),
        radius * (1 + 0.15 * math.tanh(dice.number())),
    )
    away = sun.distance(canvas)
    halo = np.exp(-2.2 * away)
    rise = smoothstep(-1.15, 0.45, canvas.y)
    canvas.tone[:] = 0.34 + (0.22 + 0.14 * depth) * rise + 0.30 * depth * halo
    canvas.phase[:] = (0.35 + 0.65 * style) * _warmth(canvas) * (0.45 * rise + 0.75 * halo)
    stars(canvas, canvas.night)
    disc = sun.radius - away
    canvas.lay(canvas.inside(disc), 0.98, 0.5 * _warmth(canvas))
    canvas.outline(disc, 0.5)
    veil = _wide_cloud(canvas) + 0.8 * canvas.y + 0.35 * canvas.drift
    cover = smoothstep(0.25, 1.5, veil) * smoothstep(0.5, -0.3, canvas.y)
    canvas.glow(clouds * (0.30 + 0.38 * style) * cover, 0.86 - 0.20 * canvas.night)
    return sun


def _wide_cloud(canvas: Canvas) -> Field:
    """Noise whose blotches are three times as wide as they are tall."""
    height, width = canvas.shape
    return cloud(canvas.dice, (height, 3 * width), 4, 4)[:, width : 2 * width]


def _warmth(canvas: Canvas) -> float:
    """The phase towards which a sky turns near its sun: lilac in a cool picture, gold in a warm one."""
    towards_gold = canvas.palette.phase_of(80, 0.8)
    return towards_gold if abs(towards_gold) < 0.17 else 0.17


def stars(canvas: Canvas, amount: float) -> None:
    """Scatter stars (0..1), fewer towards the horizon."""
    if amount > 0.2:
        dots = tiled(specks(420, 0.9), canvas.x, canvas.y, 250)
        canvas.glow(amount * dots * smoothstep(0.25, -0.5, canvas.y), 1.0)


def hill(canvas: Canvas, height: Field, tone: Field | float, phase: float, ink: float = 1.0) -> Field:
    """Lay ground below a line of heights; say how deep in it every pixel lies."""
    depth = canvas.y - height
    canvas.lay(canvas.inside(depth), tone, phase)
    canvas.outline(depth, ink)
    return depth


def water(canvas: Canvas, horizon: float, sun: Disc) -> None:
    """Lay water from the horizon down, with ripples and the light of the sun on it."""
    style, depth = canvas.style, canvas.depth
    near = np.clip((canvas.y - horizon) / (1.3 - horizon), 0, 1.5)
    swell = Profile(canvas.dice, 5, 0.6, 1.0).at(canvas.x)
    ripple = np.sin(26 / (near + 0.16) + 3 * canvas.warp[0] + 4 * swell) * (0.25 + 0.75 * style)
    path = np.exp(-(((canvas.x - sun.x) / (0.9 * sun.radius + 0.25 * near)) ** 2))
    tone = 0.50 - 0.30 * near * depth + 0.085 * ripple * np.minimum(1, 5 * near)
    tone += (0.22 + 0.08 * depth) * path * (0.55 + 0.45 * ripple)
    phase = _warmth(canvas) * 0.5 * path + style * (-0.06 * near + 0.04 * ripple)
    canvas.lay(canvas.inside(canvas.y - horizon), tone, phase)


def half_mirrored(values: Field, oddness: float) -> Field:
    """A row of values whose odd part is scaled by `oddness`: 0 mirrors left and right."""
    mirrored = values[::-1]
    return (values + mirrored) / 2 + oddness * (values - mirrored) / 2


def spread(canvas: Canvas, count: int, wander: float) -> Field:
    """Places of `count` things along x, each up to `wander` of the way to its neighbour off the even row."""
    noise = canvas.dice.normal(count)
    mirror_sides = (noise - noise[::-1]) / 2 + canvas.oddness * (noise + noise[::-1]) / 2
    even = np.linspace(-REACH, REACH, count, dtype=np.float32)
    return even + wander * (2 * REACH / count) * np.tanh(mirror_sides)


def nearest(places: Field) -> tuple[Field, Field]:
    """For each of 4096 steps along x: which place is nearest, and how far to its right the step lies."""
    x = np.linspace(-REACH, REACH, 4096, dtype=np.float32)
    between = (places[1:] + places[:-1]) / 2
    owner = np.searchsorted(between, x)
    return owner, (x - places[owner]).astype(np.float32)


def pines(canvas: Canvas, ground: Field, count: int, size: float) -> Field:
    """How deep every pixel lies in a row of pines of about `size` that stands on `ground`."""
    places = spread(canvas, count, 0.30)
    tall = half_mirrored(np.abs(canvas.dice.normal(count)), canvas.oddness)
    owner, beside = nearest(places)
    height = look_up((size * (0.70 + 0.35 * np.minimum(tall, 1.6)))[owner], canvas.x)
    above = ground - canvas.y
    down = 1 - above / height
    tier = 6 * down
    branch = 0.5 + 0.5 * (tier - np.floor(tier))
    width = height * 0.19 * down * branch
    return np.where(above > 0, width - np.abs(look_up(beside, canvas.x)), 0.5)
