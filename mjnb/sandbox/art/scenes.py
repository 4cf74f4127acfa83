"""The scenes: what a picture shows, painted far to near.

One idea: a scene is a function that takes a canvas and lays layers on it. It draws its random numbers
always in the same order, whatever the parameters say.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from . import stencils
from .canvas import Canvas
from .colour import Mood, words_of
from .noise import REACH, Field, Profile, cloud, look_up, smoothstep, specks, stream, tiled


@dataclass(frozen=True)
class Scene:
    """A scene: how it is painted, the light it has when the prompt names none, and the words that call it."""

    name: str
    paint: Callable[[Canvas], None]
    mood: Mood
    words: frozenset[str]


@dataclass(frozen=True)
class Sun:
    """Where the sun or the moon stands, and its radius."""

    x: float
    y: float
    radius: float

    def distance(self, canvas: Canvas) -> Field:
        """Distance of every pixel from its centre."""
        return np.hypot(canvas.x - self.x, canvas.y - self.y)


# --- what several scenes share


def sky(canvas: Canvas, clouds: float = 1.0, height: float = -0.38, radius: float = 0.16) -> Sun:
    """Paint a sky with a glow, stars when it is night, a sun or a moon, and clouds; say where the sun is."""
    dice, style, depth = canvas.dice, canvas.style, canvas.depth
    sun = Sun(
        canvas.oddness * 0.45 * dice.number(),
        height + 0.08 * dice.number(),
        radius * (1 + 0.15 * math.tanh(dice.number())),
    )
    away = sun.distance(canvas)
    canvas.tone[:] = 0.42 + 0.24 * depth * smoothstep(-1.2, 0.5, canvas.y) + 0.26 * depth * np.exp(-2.4 * away)
    canvas.phase[:] = 0.05 * style * (1 - canvas.y)
    stars(canvas, canvas.night)
    disc = sun.radius - away
    canvas.lay(canvas.inside(disc), 0.97, 0.06 * style)
    canvas.outline(disc, 0.5)
    veil = cloud(dice, canvas.shape, 3, 3) + 0.8 * canvas.y
    cover = smoothstep(0.35, 1.1, veil) * smoothstep(0.5, -0.3, canvas.y)
    canvas.lay(clouds * (0.28 + 0.42 * style) * cover, 0.80 - 0.14 * canvas.night, 0.02 * style)
    return sun


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


def water(canvas: Canvas, horizon: float, sun: Sun) -> None:
    """Lay water from the horizon down, with ripples and the light of the sun on it."""
    style, depth = canvas.style, canvas.depth
    near = np.clip((canvas.y - horizon) / (1.3 - horizon), 0, 1.5)
    swell = Profile(canvas.dice, 5, 0.6, 1.0).at(canvas.x)
    ripple = np.sin(26 / (near + 0.16) + 3 * canvas.warp[0] + 4 * swell) * (0.25 + 0.75 * style)
    path = np.exp(-(((canvas.x - sun.x) / (0.9 * sun.radius + 0.25 * near)) ** 2))
    tone = 0.52 - 0.28 * near * depth + 0.085 * ripple * np.minimum(1, 5 * near)
    tone += (0.22 + 0.08 * depth) * path * (0.55 + 0.45 * ripple)
    phase = style * (0.10 + 0.10 * near + 0.04 * ripple)
    canvas.lay(canvas.inside(canvas.y - horizon), tone, phase)


def pines(canvas: Canvas, ground: Field, count: int, size: float) -> Field:
    """How deep every pixel lies in a row of pines that stands on `ground`."""
    dice, odd = canvas.dice, canvas.oddness
    slots = np.linspace(-REACH, REACH, count, dtype=np.float32)
    wander, tall = dice.normal(count), np.abs(dice.normal(count))
    tall = (tall + tall[::-1]) / 2 + odd * (tall - tall[::-1]) / 2
    wander = (wander - wander[::-1]) / 2 + odd * (wander + wander[::-1]) / 2
    x = np.linspace(-REACH, REACH, 4096, dtype=np.float32)
    middle = slots + 0.30 * (2 * REACH / count) * np.tanh(wander)
    owner = np.abs(x[:, None] - middle).argmin(axis=1)
    place, height = look_up(x - middle[owner], canvas.x), look_up((size * (0.7 + 0.5 * tall))[owner], canvas.x)
    above = ground - canvas.y
    left = 1 - above / height
    tier = 5 * left
    saw = tier - np.floor(tier)
    width = height * (0.03 + 0.24 * left * (0.55 + 0.45 * saw))
    return np.where(above > 0, np.where(left > 0, width - np.abs(place), -1.0), 0.5)


# --- the scenes


def ridge(canvas: Canvas) -> None:
    """Mountains behind mountains in the haze, pines on the nearest."""
    sky(canvas)
    horizon = 0.08 + 0.08 * canvas.dice.number()
    for k in range(5):
        near = k / 4
        line = Profile(canvas.dice, 6, (0.30 + 0.32 * canvas.style) * (0.8 + 0.35 * near), canvas.oddness)
        height = horizon - 0.14 + 0.225 * k - (0.24 - 0.10 * near) * line.at(canvas.x * (0.9 + 0.1 * k))
        haze = np.exp(-4 * np.clip(canvas.y - height, 0, 4))
        tone = 0.62 - 0.50 * near * canvas.depth + 0.10 * haze * canvas.depth
        if k == 4:
            _wood(canvas, height, 0.14, 0.26 * canvas.style)
        depth = hill(canvas, height, tone, canvas.style * (0.14 * near + 0.06 * (k % 2)))
        if k in (1, 2):
            _snow_cap(canvas, depth, line.at(3 * canvas.x))


def _wood(canvas: Canvas, ground: Field, tone: float, phase: float) -> None:
    canvas.lay(canvas.inside(pines(canvas, ground, 41, 0.26)), tone, phase)


def _snow_cap(canvas: Canvas, depth: Field, ragged: Field) -> None:
    """Snow on the upper part of a mountain, ending in ragged tongues."""
    cap = canvas.inside(depth) * smoothstep(0.02, -0.02, depth - 0.06 - 0.04 * ragged) * 0.7
    canvas.lay(cap * smoothstep(0.12, -0.1, canvas.y), 0.86, 0.0)


def sea(canvas: Canvas) -> None:
    """The sea under a low sun, far hills, a small boat and dark shores."""
    sun = sky(canvas, height=-0.22, radius=0.19)
    horizon = 0.10 + 0.05 * canvas.dice.number()
    far = Profile(canvas.dice, 6, 0.35 + 0.2 * canvas.style, canvas.oddness).at(canvas.x)
    hill(canvas, horizon + 0.03 - 0.15 * np.clip(far, 0, 3), 0.34, 0.10 * canvas.style)
    water(canvas, horizon, sun)
    side, size = canvas.oddness * 0.6 * math.tanh(canvas.dice.number()), 0.17
    sail = canvas.palette.phase_of(35, 0.6)
    stencils.boat().place(canvas, side - 0.10, horizon + 0.02, size, sail)
    for k in range(2):
        line = Profile(canvas.dice, 5, 0.45, canvas.oddness).at(canvas.x)
        bay = np.abs(canvas.x + 0.25 * canvas.oddness * canvas.dice.number()) ** 1.5
        height = 0.92 + 0.16 * k - 0.08 * line - 0.28 * bay
        hill(canvas, height, 0.20 - 0.08 * k, canvas.style * (0.16 + 0.06 * k))


def city(canvas: Canvas) -> None:
    """Towers behind towers, with lit windows."""
    sky(canvas, clouds=0.6)
    horizon = 0.08 + 0.06 * canvas.dice.number()
    for k in range(4):
        _towers(canvas, k, horizon)


def _towers(canvas: Canvas, k: int, horizon: float) -> None:
    count = (23, 33, 41, 27)[k]
    heights = np.abs(canvas.dice.normal(count))
    heights = (heights + heights[::-1]) / 2 + canvas.oddness * (heights - heights[::-1]) / 2
    place = (canvas.x + REACH) * (count / (2 * REACH))
    tower = np.clip(place.astype(np.int32), 0, count - 1)
    within = place - tower
    roof = horizon + 0.34 + 0.17 * k - (0.66 - 0.09 * k) * np.clip(heights, 0.1, 1.5)[tower]
    roof *= 1 - 0.12 * np.minimum(np.abs(canvas.x), 1)
    near, kind = k / 3, tower % 3
    tone = 0.56 - 0.44 * near * canvas.depth + 0.035 * kind - 0.06 * within
    depth = hill(canvas, roof, tone, 0.0)
    canvas.phase += canvas.inside(depth) * canvas.style * (0.08 * k + 0.04 * kind)
    floors, bays = depth * (13 + 2 * k), within * (3 + k % 2)
    floor, bay = floors.astype(np.int32), bays.astype(np.int32)
    up, along = floors - floor, bays - bay
    lit = (floor * 7 + bay * 13 + tower * 5 + (floor * bay) % 3) % 5 < 2
    pane = (up > 0.3) & (up < 0.78) & (along > 0.22) & (along < 0.78) & (depth > 0.04) & lit
    shine = 0.22 + 0.60 * canvas.style + 0.15 * canvas.night
    canvas.lay(pane * np.float32(shine), 0.90, canvas.style * canvas.palette.phase_of(80, 0.9))


def bloom(canvas: Canvas) -> None:
    """A flower seen from above, ring within ring of petals."""
    dice, style, depth = canvas.dice, canvas.style, canvas.depth
    radius = np.hypot(canvas.x, canvas.y) + 1e-4
    angle = np.arctan2(canvas.x, -canvas.y)
    petals = 5 + min(4, round(2 * abs(dice.number())))
    canvas.tone[:] = 0.44 - 0.16 * radius * depth + 0.05 * canvas.drift
    canvas.phase[:] = 0.06 * style * canvas.drift
    twist, bulge, lean = 0.12 * dice.number(), 0.55 + 0.25 * abs(dice.number()), dice.number()
    fine = np.cos(angle * petals * 6) * radius
    for k in range(6):
        reach = 0.98 - 0.155 * k + 0.03 * dice.number()
        turn = angle * petals / 2 + (k % 2) * math.pi / 2 + twist
        cosine = np.cos(turn)
        edge = reach * (0.62 + 0.38 * np.abs(cosine) ** bulge) * (1 + 0.10 * canvas.oddness * np.sin(angle + lean))
        inner = 0.92 * edge - radius
        vein = cosine * cosine
        tone = 0.27 + 0.11 * k * depth + 0.20 * depth * radius / reach - 0.07 * vein * (0.3 + 0.7 * style)
        canvas.lay(canvas.inside(inner), tone + 0.05 * style * fine, style * (0.07 * k + 0.03 * vein))
        canvas.outline(inner, 0.5 + 0.5 * style)
    canvas.lay(canvas.inside(0.13 - radius), 0.85, 0.3 + 0.2 * style)
    seeds = specks(1500, 1.6)
    canvas.glow(0.6 * canvas.inside(0.12 - radius) * tiled(seeds, canvas.x, canvas.y, 300), 0.2)


def lighthouse(canvas: Canvas) -> None:
    """A lighthouse on its rock, its beam over the water."""
    sun = sky(canvas, height=-0.02, radius=0.15)
    horizon = 0.22 + 0.03 * canvas.dice.number()
    far = Profile(canvas.dice, 6, 0.35 + 0.2 * canvas.style, canvas.oddness).at(canvas.x)
    hill(canvas, horizon + 0.02 - 0.08 * np.clip(far, 0, 3), 0.42, 0.06 * canvas.style)
    water(canvas, horizon, sun)
    place = 0.10 + canvas.oddness * 0.40 * math.tanh(canvas.dice.number())
    size = 0.62
    lamp_x, lamp_y, foot = place, -0.52, -0.52 + 1.52 * size
    _beam(canvas, lamp_x, lamp_y)
    rough = Profile(canvas.dice, 7, 0.55 + 0.1 * canvas.style, 0.5).at(1.4 * canvas.x)
    away = np.abs(canvas.x - place + 0.12)
    rock = foot - 0.02 + 0.75 * np.maximum(away - 0.40, 0) ** 1.15 - 0.05 * rough * np.minimum(1, 0.25 + 2 * away)
    stencils.lighthouse().place(canvas, place, foot - 0.9 * size, size, canvas.palette.phase_of(27, 0.45))
    _rock(canvas, rock, rough)
    glow = np.hypot(canvas.x - lamp_x, canvas.y - lamp_y)
    canvas.glow(np.exp(-14 * glow) * 0.8)


def _beam(canvas: Canvas, x: float, y: float) -> None:
    """Two cones of light from a lamp, strongest at night."""
    across = canvas.x - x
    away = np.abs(across)
    spread = 0.012 + 0.11 * away
    fall = (canvas.y - y - 0.06 * across) / spread
    strength = 0.30 + 0.30 * canvas.night + 0.15 * canvas.style
    canvas.glow(strength * np.exp(-fall * fall - 0.75 * away), 0.98)


def _rock(canvas: Canvas, height: Field, rough: Field) -> None:
    depth = canvas.y - height
    facets = np.sin(9 * rough + 7 * depth + 4 * canvas.warp[0])
    tone = 0.27 - 0.16 * np.clip(depth * 2.5, 0, 1) * canvas.depth + (0.02 + 0.035 * canvas.style) * facets
    hill(canvas, height, tone, 0.10 * canvas.style)


FUR: dict[str, tuple[float, float]] = {"fox": (50, 1.0), "wolf": (250, 0.2), "cat": (60, 0.6), "dog": (60, 0.8)}


def fox(canvas: Canvas) -> None:
    """A fox that sits in the snow before a wood."""
    dice, style = canvas.dice, canvas.style
    sky(canvas, clouds=0.8, height=-0.45, radius=0.13)
    for k in range(3):
        line = Profile(dice, 4, 0.35, canvas.oddness).at(canvas.x)
        ground = 0.16 + 0.13 * k - 0.06 * line
        wood = canvas.inside(pines(canvas, ground, (61, 45, 33)[k], (0.30, 0.44, 0.62)[k]))
        open_sky = 1 - 0.0 * canvas.x
        canvas.lay(wood * open_sky, 0.58 - 0.15 * k * canvas.depth, style * (0.04 + 0.05 * k))
        snow = 0.84 + 0.03 * k - 0.10 * np.exp(-6 * np.clip(canvas.y - ground, 0, 2))
        hill(canvas, ground, snow, 0.02 * style * k, 0.4)
    place = canvas.oddness * 0.35 * math.tanh(dice.number())
    flip = dice.number() < 0
    _drift(canvas, 0.62, 0.92)
    shadow = np.hypot((canvas.x - place) / 0.62, (canvas.y - 0.80) / 0.09)
    canvas.lay(0.55 * smoothstep(1.0, 0.5, shadow), 0.52, 0.04 * style)
    stencils.fox().place(canvas, place, 0.26, 0.62, canvas.palette.phase_of(50, 0.6), flip)
    _drift(canvas, 0.86, 0.96)
    flakes = tiled(specks(420, 1.5), canvas.x, canvas.y, 150) + tiled(specks(420, 1.5), canvas.y, canvas.x, 230)
    canvas.glow((0.55 + 0.35 * style) * np.minimum(flakes, 1), 1.0)


def _drift(canvas: Canvas, height: float, tone: float) -> None:
    """A snow drift with a soft blue shade under its rim."""
    line = Profile(canvas.dice, 4, 0.35, canvas.oddness).at(canvas.x)
    rim = height - 0.05 * line
    shade = 0.16 * canvas.depth * smoothstep(0.0, 0.5, canvas.y - rim)
    hill(canvas, rim, tone - shade, 0.03 * canvas.style, 0.35)


def forest(canvas: Canvas) -> None:
    """Tall trunks in the mist, light falling between them, a path."""
    style, dice = canvas.style, canvas.dice
    sun = sky(canvas, clouds=0.4, height=-0.30, radius=0.13)
    canvas.glow(0.5 * np.exp(-1.6 * sun.distance(canvas)), 0.95)
    for k in range(4):
        near = k / 3
        line = Profile(dice, 4, 0.4, canvas.oddness).at(canvas.x)
        ground = 0.26 + 0.15 * k - 0.04 * line
        tone = 0.64 - 0.50 * near * canvas.depth
        trunks = _trunks(canvas, (57, 41, 29, 15)[k], 0.020 + 0.020 * k)
        canvas.lay(canvas.inside(trunks), tone, style * (0.05 + 0.06 * k))
        canvas.outline(trunks, 0.6 * near)
        _leaves(canvas, k, tone + 0.04)
        hill(canvas, ground, tone + 0.03, style * (0.08 + 0.05 * k), 0.5)
        canvas.glow((0.22 - 0.06 * k) * np.exp(-1.5 * sun.distance(canvas)), 0.9)
    _path(canvas)
    rays = _rays(canvas, sun)
    canvas.glow((0.16 + 0.12 * style) * rays, 0.97)


def _trunks(canvas: Canvas, count: int, width: float) -> Field:
    """How deep every pixel lies in one of `count` upright trunks."""
    dice, odd = canvas.dice, canvas.oddness
    wander, thick = dice.normal(count), dice.normal(count)
    wander = (wander - wander[::-1]) / 2 + odd * (wander + wander[::-1]) / 2
    thick = (thick + thick[::-1]) / 2 + odd * (thick - thick[::-1]) / 2
    middle = np.linspace(-REACH, REACH, count) + 0.35 * (2 * REACH / count) * np.tanh(wander)
    x = np.linspace(-REACH, REACH, 4096, dtype=np.float32)
    owner = np.abs(x[:, None] - middle).argmin(axis=1)
    inside = (width * (1 + 0.3 * np.tanh(thick)))[owner] - np.abs(x - middle[owner])
    sway = 0.02 * np.sin(2.2 * canvas.y + 9 * width)
    flare = width * 0.35 * smoothstep(-0.2, 0.9, canvas.y)
    return look_up(inside.astype(np.float32), canvas.x + sway) + flare


def _leaves(canvas: Canvas, k: int, tone: float) -> None:
    """The crown of one row of trees, thick at the top and broken below."""
    crown = cloud(canvas.dice, canvas.shape, 6 + 2 * k, 3) - 3.2 * (canvas.y + 0.82 - 0.05 * k)
    canvas.lay(smoothstep(0.0, 0.22, crown), tone, canvas.style * (0.02 + 0.05 * k))


def _path(canvas: Canvas) -> None:
    bend = 0.10 * canvas.oddness * np.sin(5 * canvas.y)
    wide = 0.04 + 0.42 * np.clip(canvas.y - 0.42, 0, 1)
    edge = wide - np.abs(canvas.x + bend)
    canvas.lay(canvas.inside(edge, 6) * smoothstep(0.40, 0.62, canvas.y), 0.50, 0.0)


def _rays(canvas: Canvas, sun: Sun) -> Field:
    angle = np.arctan2(canvas.x - sun.x, canvas.y - sun.y)
    beams = 0.5 + 0.5 * np.sin(17 * angle + 2 * np.sin(5 * angle))
    return beams * beams * np.exp(-1.1 * sun.distance(canvas))


def planets(canvas: Canvas) -> None:
    """A ringed planet and its moons over a far world's hills."""
    dice, style = canvas.dice, canvas.style
    canvas.tone[:] = 0.16 + 0.30 * canvas.depth * smoothstep(-0.9, 0.8, canvas.y)
    nebula = smoothstep(-0.3, 1.6, cloud(dice, canvas.shape, 3, 3))
    canvas.lay(0.55 * nebula, 0.46, 0.10 * style)
    stars(canvas, 1.0)
    _planet(canvas, canvas.oddness * 0.35 * dice.number(), -0.26 + 0.04 * dice.number(), 0.36)
    moon = Sun(0.72 - 0.2 * canvas.oddness * dice.number(), -0.62, 0.10)
    _ball(canvas, moon, 0.80, canvas.palette.phase_of(85, 0.7) * style)
    for k in range(3):
        line = Profile(dice, 6, 0.30 + 0.30 * style, canvas.oddness).at(canvas.x * (0.8 + 0.2 * k))
        hill(canvas, 0.46 + 0.20 * k - 0.13 * line, 0.42 - 0.16 * k * canvas.depth, style * 0.06 * (k + 1))


def _planet(canvas: Canvas, x: float, y: float, radius: float) -> None:
    """A banded planet and a ring that passes behind and before it."""
    away_x, away_y = canvas.x - x, canvas.y - y
    across, up = away_x + 0.22 * away_y, (away_y - 0.22 * away_x) / 0.24
    ring = np.hypot(across, up) / radius
    band = smoothstep(1.30, 1.36, ring) * smoothstep(2.05, 1.98, ring) * (1 - 0.7 * np.exp(-(((ring - 1.72) / 0.03) ** 2)))
    tint, light = canvas.palette.phase_of(70, 0.75), 0.72 + 0.12 * np.sin(24 * ring)
    canvas.lay(0.85 * band, light, tint * (0.4 + 0.6 * canvas.style))
    stripes = 0.06 * np.sin(16 * (away_y - 0.22 * away_x) / radius + 0.6 * canvas.drift)
    _ball(canvas, Sun(x, y, radius), 0.78, 0.08 * canvas.style, stripes)
    canvas.lay(0.92 * band * (up > 0), light, tint * (0.4 + 0.6 * canvas.style))


def _ball(canvas: Canvas, ball: Sun, tone: float, phase: float, stripes: Field | float = 0.0) -> None:
    """A ball lit from the upper left."""
    away = ball.distance(canvas)
    lit = np.hypot(canvas.x - ball.x + 0.45 * ball.radius, canvas.y - ball.y + 0.45 * ball.radius) / ball.radius
    canvas.lay(canvas.inside(ball.radius - away), tone + stripes - 0.42 * smoothstep(0.5, 1.5, lit), phase)
    canvas.outline(ball.radius - away, 0.5)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SCENES: tuple[Scene, ...] = (
    Scene("lighthouse", lighthouse, Mood(235, 110), _words("lighthouse beacon cliff coast harbour harbor")),
    Scene("fox", fox, Mood(240, 70, 0.06, 0.9), _words("fox wolf cat dog animal bear deer snow winter puppy kitten")),
    Scene("forest", forest, Mood(140, 80), _words("forest wood woods tree trees jungle path grove birch deer")),
    Scene("planets", planets, Mood(285, 90, -0.12, 1.1, 1.0), _words("planet planets space galaxy star stars moon cosmic saturn astronaut alien")),
    Scene("city", city, Mood(255, 120), _words("city town street skyline tower building buildings house neon cyberpunk robot castle")),
    Scene("sea", sea, Mood(220, 120), _words("sea ocean lake river beach island wave waves boat ship sail sailing water")),
    Scene("bloom", bloom, Mood(10, 70), _words("flower flowers rose bloom mandala portrait face bird butterfly pattern abstract garden lotus")),
    Scene("ridge", ridge, Mood(235, 90), _words("mountain mountains hill hills valley desert dune dunes canyon alps landscape dragon")),
)  # fmt: skip


def scene_of(prompt: str) -> Scene:
    """The scene whose words come first in a prompt; without any, one that hangs on the prompt alone."""
    for word in words_of(prompt):
        for scene in SCENES:
            if word in scene.words or word.removesuffix("s") in scene.words:
                return scene
    return SCENES[int(stream("scene", prompt).integers(len(SCENES)))]
