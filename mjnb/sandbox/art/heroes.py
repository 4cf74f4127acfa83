"""Scenes with a hero: a lighthouse, a fox, a flower, a planet.

One idea: each function takes a canvas and lays the scene on it, far to near, drawing its random numbers in
the same order whatever the parameters say; the hero stands near the middle until weirdness moves it.
"""

import math

import numpy as np

from . import stencils
from .canvas import Canvas
from .noise import Field, Profile, cloud, smoothstep, specks, tiled
from .parts import Disc, hill, pines, sky, stars, water


def lighthouse(canvas: Canvas) -> None:
    """A lighthouse on its rock, its beam over the water."""
    sun = sky(canvas, height=0.06, radius=0.13)
    horizon = 0.20 + 0.03 * canvas.dice.number()
    far = Profile(canvas.dice, 6, 0.35 + 0.2 * canvas.style, canvas.oddness).at(canvas.x)
    hill(canvas, horizon + 0.02 - 0.08 * np.clip(far, 0, 3), 0.42, 0.06 * canvas.style)
    water(canvas, horizon, sun)
    place = 0.12 + canvas.oddness * 0.40 * math.tanh(canvas.dice.number())
    lamp, size = -0.52, 0.62
    foot = lamp + 1.52 * size
    _beam(canvas, place, lamp)
    rough = Profile(canvas.dice, 7, 0.55 + 0.1 * canvas.style, 0.5).at(1.4 * canvas.x)
    away = np.abs(canvas.x - place + 0.12)
    slope = 0.75 * np.maximum(away - 0.38, 0) ** 1.15
    rock = foot - 0.02 + np.minimum(slope, 0.5) - 0.05 * rough * np.minimum(1, 0.25 + 2 * away)
    stencils.lighthouse().place(canvas, place, foot - 0.9 * size, size, canvas.palette.phase_of(27, 0.45))
    _rock(canvas, rock, rough)
    canvas.glow(0.85 * np.exp(-13 * np.hypot(canvas.x - place, canvas.y - lamp)))


def _beam(canvas: Canvas, x: float, y: float) -> None:
    """Two cones of light from a lamp, strongest at night."""
    across = canvas.x - x
    away = np.abs(across)
    fall = (canvas.y - y - 0.06 * across) / (0.014 + 0.12 * away)
    strength = 0.30 + 0.30 * canvas.night + 0.15 * canvas.style
    canvas.glow(strength * np.exp(-np.minimum(fall * fall, 30) - 0.7 * away), 0.98)


def _rock(canvas: Canvas, height: Field, rough: Field) -> None:
    depth = canvas.y - height
    facets = np.sin(9 * rough + 7 * depth + 4 * canvas.warp[0])
    tone = 0.27 - 0.16 * np.clip(depth * 2.5, 0, 1) * canvas.depth + (0.02 + 0.03 * canvas.style) * facets
    hill(canvas, height, tone, -0.06 * canvas.style)


def fox(canvas: Canvas) -> None:
    """A fox that sits in the snow before a wood."""
    dice, style = canvas.dice, canvas.style
    sky(canvas, clouds=0.8, height=-0.58, radius=0.12)
    for k in range(4):
        line = Profile(dice, 4, 0.35, canvas.oddness).at(canvas.x)
        ground = 0.10 + 0.11 * k - 0.06 * line
        wood = canvas.inside(pines(canvas, ground, (67, 51, 39, 31)[k], (0.30, 0.40, 0.50, 0.58)[k]))
        canvas.lay(wood, 0.60 - 0.12 * k * canvas.depth, style * (0.06 - 0.04 * k))
        canvas.glow(0.30 * np.exp(-(((canvas.y - ground + 0.02) / 0.10) ** 2)), 0.86)
        snow = 0.82 + 0.03 * k - 0.10 * np.exp(-6 * np.clip(canvas.y - ground, 0, 2))
        hill(canvas, ground, snow, 0.0, 0.3)
    place = canvas.oddness * 0.35 * math.tanh(dice.number())
    flip = dice.number() < 0
    _drift(canvas, 0.60, 0.93)
    shadow = np.hypot((canvas.x - place) / 0.60, (canvas.y - 0.79) / 0.085)
    canvas.lay(0.6 * smoothstep(1.0, 0.5, shadow), 0.55, 0.0)
    fur = canvas.palette.phase_of(50 if canvas.accent is None else canvas.accent, 0.6)
    stencils.fox().place(canvas, place, 0.26, 0.62, fur, flip)
    _drift(canvas, 0.86, 0.97)
    flakes = tiled(specks(420, 1.5), canvas.x, canvas.y, 150) + tiled(
        specks(420, 1.5), canvas.y, canvas.x, 230
    )
    canvas.glow((0.55 + 0.35 * style) * np.minimum(flakes, 1), 1.0)


def _drift(canvas: Canvas, height: float, tone: float) -> None:
    """A snow drift that grows darker below its rim."""
    line = Profile(canvas.dice, 4, 0.35, canvas.oddness).at(canvas.x)
    rim = height - 0.05 * line
    shade = 0.18 * canvas.depth * smoothstep(0.0, 0.5, canvas.y - rim)
    hill(canvas, rim, tone - shade, 0.0, 0.3)


def bloom(canvas: Canvas) -> None:
    """A flower seen from above, ring within ring of petals."""
    dice, style, depth = canvas.dice, canvas.style, canvas.depth
    radius = np.hypot(canvas.x, canvas.y) + 1e-4
    angle = np.arctan2(canvas.x, -canvas.y)
    petals = 5 + min(4, round(2 * abs(dice.number())))
    petal = -0.39 if canvas.accent is None else canvas.palette.phase_of(canvas.accent, 0.55)
    canvas.tone[:] = 0.34 - 0.14 * radius * depth + (0.02 + 0.08 * style) * canvas.drift
    canvas.phase[:] = 0.08 * style * canvas.drift
    twist, bulge, lean = 0.12 * dice.number(), 0.55 + 0.25 * abs(dice.number()), dice.number()
    fine = np.cos(angle * petals * 6) * radius
    lopsided = 1 + 0.10 * canvas.oddness * np.sin(angle + lean)
    for k in range(6):
        reach = 0.98 - 0.155 * k + 0.03 * dice.number()
        cosine = np.abs(np.cos(angle * petals / 2 + (k % 2) * math.pi / 2 + twist))
        inner = 0.92 * reach * (0.62 + 0.38 * cosine**bulge) * lopsided - radius
        canvas.glow(0.45 * smoothstep(-0.09, 0.0, inner), 0.12)
        vein = cosine * cosine
        tone = 0.30 + 0.075 * k * depth + 0.34 * depth * (radius / reach) ** 2 - (0.03 + 0.05 * style) * vein
        canvas.lay(
            canvas.inside(inner), tone + 0.09 * style * fine, petal + style * (0.05 * k - 0.05 + 0.06 * vein)
        )
        canvas.outline(inner, 0.4 + 0.6 * style)
    canvas.lay(canvas.inside(0.13 - radius), 0.86, canvas.palette.phase_of(90, 0.86))
    canvas.outline(0.13 - radius, 0.5)
    seeds = tiled(specks(1500, 1.6), canvas.x, canvas.y, 300)
    canvas.glow(0.6 * canvas.inside(0.12 - radius) * seeds, 0.2)


def planets(canvas: Canvas) -> None:
    """A ringed planet and its moon over a far world's hills."""
    dice, style = canvas.dice, canvas.style
    canvas.tone[:] = 0.16 + 0.40 * canvas.depth * smoothstep(-0.9, 0.7, canvas.y)
    nebula = smoothstep(-0.3, 1.6, cloud(dice, canvas.shape, 3, 3))
    canvas.lay(0.55 * nebula, 0.48, 0.12 * (0.3 + 0.7 * style))
    stars(canvas, 1.0)
    planet = Disc(canvas.oddness * 0.35 * dice.number(), -0.24 + 0.04 * dice.number(), 0.34)
    _ringed(canvas, planet)
    moon = Disc(0.72 - 0.2 * canvas.oddness * dice.number(), -0.62, 0.10)
    _ball(canvas, moon, 0.84, canvas.palette.phase_of(85, 0.7) * (0.4 + 0.6 * style))
    for k in range(3):
        line = Profile(dice, 6, 0.36 + 0.24 * style, canvas.oddness).at(canvas.x * (0.8 + 0.2 * k))
        peaks = 0.7 - 1.1 * np.abs(line) if k < 2 else 0.6 * line
        tone = 0.46 - 0.19 * k * canvas.depth
        depth = canvas.y - 0.48 - 0.20 * k + 0.16 * peaks
        lit = tone + 0.10 * np.exp(-6 * np.clip(depth, 0, 4))
        hill(canvas, canvas.y - depth, lit, style * 0.05 * (1 - k))


def _ringed(canvas: Canvas, planet: Disc) -> None:
    """A banded planet and a ring that passes behind and before it."""
    away_x, away_y = canvas.x - planet.x, canvas.y - planet.y
    across, up = away_x + 0.22 * away_y, away_y - 0.22 * away_x
    ring = np.hypot(across, up / 0.24) / planet.radius
    gap = 1 - 0.7 * np.exp(-(((ring - 1.72) / 0.03) ** 2))
    band = smoothstep(1.30, 1.36, ring) * smoothstep(2.05, 1.98, ring) * gap
    phase = canvas.palette.phase_of(70, 0.75) * (0.4 + 0.6 * canvas.style)
    light = 0.74 + 0.12 * np.sin(24 * ring)
    canvas.lay(0.85 * band, light, phase)
    stripes = 0.06 * np.sin(16 * up / planet.radius + 0.6 * canvas.drift)
    _ball(canvas, planet, 0.80, 0.08 * canvas.style, stripes)
    canvas.lay(0.92 * band * (up > 0), light, phase)


def _ball(canvas: Canvas, ball: Disc, tone: float, phase: float, stripes: Field | float = 0.0) -> None:
    """A ball lit from the upper left."""
    inner = ball.radius - ball.distance(canvas)
    away_x, away_y = canvas.x - ball.x, canvas.y - ball.y
    shade = smoothstep(0.5, 1.5, np.hypot(away_x / ball.radius + 0.45, away_y / ball.radius + 0.45))
    canvas.lay(canvas.inside(inner), tone + stripes - 0.46 * shade, phase)
    canvas.outline(inner, 0.5)
