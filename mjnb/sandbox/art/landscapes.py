"""Scenes without a hero: mountains, the sea, a city, a forest.

One idea: each function takes a canvas and lays the scene on it, far to near, drawing its random numbers in
the same order whatever the parameters say.
"""

import math

import numpy as np

from . import stencils
from .canvas import Canvas
from .noise import REACH, Field, Profile, cloud, look_up, smoothstep
from .parts import Disc, half_mirrored, hill, nearest, pines, sky, spread, water


def ridge(canvas: Canvas) -> None:
    """Mountains behind mountains in the haze, pines on the nearest."""
    sky(canvas, height=-0.46)
    horizon = 0.06 + 0.06 * canvas.dice.number()
    for k in range(5):
        near = k / 4
        rough = (0.30 + 0.24 * canvas.style) * (0.9 + 0.25 * near)
        line = Profile(canvas.dice, 6, rough, canvas.oddness).at(canvas.x * (1.3 - 0.1 * k))
        peaks = 1.0 - 1.35 * np.abs(line) if k < 3 else line
        height = horizon - 0.06 + 0.205 * k - (0.44, 0.36, 0.26, 0.10, 0.08)[k] * peaks
        haze = np.exp(-3.5 * np.clip(canvas.y - height, 0, 4))
        tone = 0.60 - 0.50 * near * canvas.depth + 0.04 * haze
        tone = tone + 0.20 * (1 - near) * smoothstep(0.05, 0.55, canvas.y - height)
        phase = canvas.style * (0.05 + 0.04 * (k % 2)) * (1 - near)
        if k >= 3:
            row = pines(canvas, height, (59, 37)[k - 3], (0.20, 0.38)[k - 3])
            canvas.lay(canvas.inside(row), 0.36 - 0.25 * (k - 3) * canvas.depth, phase)
        depth = hill(canvas, height, tone, phase)
        if k < 3:
            _snow_cap(canvas, depth, line, peaks)


def _snow_cap(canvas: Canvas, depth: Field, line: Field, peaks: Field) -> None:
    """Snow on the high parts of a mountain, in ragged tongues, darker on the side away from the sun."""
    ragged = Profile(canvas.dice, 6, 0.85, canvas.oddness).at(1.6 * canvas.x + 0.15 * depth)
    reach = 0.26 * (peaks - 0.42) + 0.035 * ragged
    snow = canvas.inside(depth) * smoothstep(-0.008, 0.008, reach - depth)
    canvas.glow(0.8 * snow, 0.94)
    canvas.glow(0.35 * snow * (line > 0), 0.62)


def sea(canvas: Canvas) -> None:
    """The sea under a low sun, far hills, a small boat and dark shores."""
    sun = sky(canvas, height=-0.16, radius=0.17)
    horizon = 0.10 + 0.05 * canvas.dice.number()
    far = Profile(canvas.dice, 6, 0.35 + 0.2 * canvas.style, canvas.oddness).at(canvas.x)
    hill(canvas, horizon + 0.03 - 0.15 * np.clip(far, 0, 3), 0.38, 0.10 * canvas.style)
    water(canvas, horizon, sun)
    side = canvas.oddness * 0.6 * math.tanh(canvas.dice.number()) - 0.16
    sail = canvas.palette.phase_of(35, 0.6)
    stencils.boat().place(canvas, side, horizon, 0.24, sail)
    for k in range(2):
        line = Profile(canvas.dice, 5, 0.45, canvas.oddness).at(canvas.x)
        bay = np.abs(canvas.x + 0.25 * canvas.oddness * canvas.dice.number()) ** 1.5
        height = 0.98 + 0.14 * k - 0.08 * line - 0.30 * np.minimum(bay, 1.2)
        hill(canvas, height, 0.20 - 0.08 * k, -canvas.style * (0.06 + 0.04 * k))


def city(canvas: Canvas) -> None:
    """Towers behind towers, with lit windows."""
    sky(canvas, clouds=0.6, height=-0.42)
    horizon = 0.08 + 0.06 * canvas.dice.number()
    for k in range(4):
        _towers(canvas, k, horizon)


def _towers(canvas: Canvas, k: int, horizon: float) -> None:
    count = (37, 45, 41, 27)[k]
    heights = half_mirrored(np.abs(canvas.dice.normal(count)), canvas.oddness)
    place = (canvas.x + REACH) * (count / (2 * REACH))
    tower = np.clip(place.astype(np.int32), 0, count - 1)
    within = place - tower
    roof = horizon + 0.30 + 0.19 * k - ((0.70, 0.58, 0.46, 0.38)[k] * np.clip(heights, 0.1, 1.5))[tower]
    roof *= 1 - 0.12 * np.minimum(np.abs(canvas.x), 1)
    near, kind = k / 3, tower % 3
    shade = 0.05 * (within > 0.68)
    tone = 0.58 - 0.46 * near * canvas.depth + 0.035 * kind - shade
    depth = hill(canvas, roof, tone, 0.0)
    canvas.phase += canvas.inside(depth) * canvas.style * (0.05 * k + 0.04 * kind)
    _windows(canvas, k, tower, within, depth)


def _windows(canvas: Canvas, k: int, tower: Field, within: Field, depth: Field) -> None:
    """Light some of the windows of one row of towers, in a pattern of the tower's own."""
    floors, bays = depth * (13 + 2 * k), within * (3 + k % 2)
    floor, bay = floors.astype(np.int32), bays.astype(np.int32)
    up, along = floors - floor, bays - bay
    lit = (floor * 7 + bay * 13 + tower * 5 + (floor * bay) % 3) % 5 < 2
    pane = (up > 0.3) & (up < 0.78) & (along > 0.22) & (along < 0.78) & (depth > 0.04) & lit
    shine = min(1.0, 0.50 + 0.35 * canvas.style + 0.20 * canvas.night)
    canvas.lay(pane * np.float32(shine), 0.92, canvas.palette.phase_of(82, 0.92))


def forest(canvas: Canvas) -> None:
    """Tall trunks in the mist, light falling between them, a path."""
    style, dice = canvas.style, canvas.dice
    sun = sky(canvas, clouds=0.3, height=-0.28, radius=0.12)
    halo = np.exp(-1.7 * sun.distance(canvas))
    canvas.glow(0.6 * halo, 0.97)
    for k in range(4):
        near = k / 3
        line = Profile(dice, 4, 0.4, canvas.oddness).at(canvas.x)
        ground = 0.30 + 0.15 * k - 0.04 * line
        tone = 0.66 - 0.54 * near * canvas.depth
        trunks = _trunks(canvas, (39, 29, 21, 13)[k], (0.014, 0.024, 0.038, 0.062)[k])
        canvas.lay(canvas.inside(trunks), tone, style * (0.03 + 0.05 * k))
        canvas.outline(trunks, 0.6 * near)
        _leaves(canvas, k, tone + 0.03)
        mossy = tone + 0.16 - 0.12 * smoothstep(0.0, 0.3, canvas.y - ground)
        hill(canvas, ground, mossy, style * (0.04 - 0.05 * k), 0.5)
        mist = np.exp(-(((canvas.y - ground + 0.06) / 0.22) ** 2))
        canvas.glow((0.30 - 0.08 * k) * np.maximum(mist, halo), 0.88)
    _path(canvas)
    canvas.glow((0.16 + 0.10 * style) * _rays(canvas, sun), 0.97)


def _trunks(canvas: Canvas, count: int, width: float) -> Field:
    """How deep every pixel lies in one of `count` upright trunks."""
    places = spread(canvas, count, 0.42)
    thick = half_mirrored(canvas.dice.normal(count), canvas.oddness)
    owner, beside = nearest(places)
    inside = (width * (1 + 0.35 * np.tanh(thick)))[owner] - np.abs(beside)
    sway = 0.02 * np.sin(2.2 * canvas.y + 40 * width)
    flare = width * 0.5 * smoothstep(-0.2, 0.9, canvas.y)
    return look_up(inside.astype(np.float32), canvas.x + sway) + flare


def _leaves(canvas: Canvas, k: int, tone: float) -> None:
    """The crown of one row of trees, thick at the top and broken below."""
    leafy = cloud(canvas.dice, canvas.shape, 10, 4)
    crown = leafy - 4.5 * np.maximum(canvas.y + 0.80 - 0.07 * k, -0.20)
    canvas.lay(smoothstep(0.0, 0.12, crown), tone + 0.03 * leafy, canvas.style * (0.02 - 0.03 * k))


def _path(canvas: Canvas) -> None:
    """A pale path that narrows into the wood."""
    far = np.clip(canvas.y - 0.36, 0, 1.2)
    bend = (0.06 + 0.10 * canvas.oddness) * np.sin(6.5 * far)
    edge = 0.015 + 0.40 * far**1.25 - np.abs(canvas.x + bend)
    canvas.lay(0.85 * smoothstep(-0.03, 0.03, edge) * smoothstep(0.36, 0.50, canvas.y), 0.62, 0.0)


def _rays(canvas: Canvas, sun: Disc) -> Field:
    """Light that falls in beams from the sun downwards."""
    away_x, away_y = canvas.x - sun.x, canvas.y - sun.y
    angle = np.arctan2(away_x, np.maximum(away_y, 0) + 0.25)
    beams = 0.5 + 0.5 * np.sin(15 * angle + 2 * np.sin(5 * angle))
    fade = np.exp(-0.9 * np.hypot(away_x, away_y))
    return np.asarray(beams * fade * smoothstep(-0.3, 0.2, away_y))
