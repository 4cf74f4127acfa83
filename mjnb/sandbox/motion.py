"""A still picture begins to move: the frames of the sandbox's videos.

One idea: a video shows one still through a net whose knots travel.  A camera drives in, drifts and leans;
what is near drifts faster than what is far; ripples run through it.  At the first frame the net is at rest,
so a video begins with exactly the picture that it was given, and another can go on from its last.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from .art.colour import words_of
from .art.noise import Field, stream

FRAMES = 120
RATE = 24  # frames a second
MESH = 34  # pixels across a mesh of the net ...
MESHES = (4, 24)  # ... of which at least and at most so many lie along a side
STRENGTH = {"high": 1.0, "low": 0.22}
DRIFT = 0.075  # of the picture's width: how far the far things drift in a clip of high motion
_BRIGHT = [round(16 + v * 219 / 255) for v in range(256)]  # to the levels that video uses (ITU-T H.273)
_COLOUR = [round(128 + (v - 128) * 224 / 255) for v in range(256)]
_BRIGHT_BACK = [min(255, max(0, round((v - 16) * 255 / 219))) for v in range(256)]
_COLOUR_BACK = [min(255, max(0, round(128 + (v - 128) * 255 / 224))) for v in range(256)]
TURNS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1), "rises": (0, -1), "falls": (0, 1)}


@dataclass(frozen=True)
class Path:
    """How a clip moves: strength of motion, where the camera goes, how the ripples run."""

    strength: float
    drive: float  # how much nearer it comes
    drift: tuple[float, float]  # a direction of length 1
    lean: float  # radians
    wave: tuple[float, float, float]  # cycles across, cycles down, cycles in a clip

    @classmethod
    def of(cls, motion: str, prompt: str, *chance: object) -> Path:
        """Return the path that a prompt's words ask for, and chance where they are silent.

        Args:
            motion: ``high`` or ``low``.
            prompt: Words such as left, right, up and down turn the camera.
            chance: What names the clip.
        """
        dice = stream("path", *chance)
        angle, drive, lean, *wave = dice.uniform(0, 1, 6)
        asked = [TURNS[word] for word in words_of(prompt) if word in TURNS]
        drift = asked[0] if asked else (math.cos(2 * math.pi * angle), 0.5 * math.sin(2 * math.pi * angle))
        return cls(
            STRENGTH[motion],
            0.20 + 0.10 * drive,
            drift,
            0.08 * (lean - 0.5),
            (1.5 + 2 * wave[0], 2 + 3 * wave[1], 3 + 2 * wave[2]),
        )


class Still:
    """A picture made ready to move: its three planes of brightness and colour, and how near its parts are."""

    def __init__(self, picture: Image.Image) -> None:
        """Take an RGB picture of even width and height."""
        self.size = picture.size
        bright, blue, red = picture.convert("YCbCr").split()
        full = (bright.point(_BRIGHT), blue.point(_COLOUR), red.point(_COLOUR))
        half = (picture.width // 2, picture.height // 2)
        self.planes = (full[0], *(plane.resize(half, Image.Resampling.BOX) for plane in full[1:]))
        down, across = (min(max(length // MESH, MESHES[0]), MESHES[1]) for length in picture.size[::-1])
        self.nearness = _nearness(full[0], (across + 1, down + 1))

    def at(self, part: float, path: Path, towards: Still | None = None) -> tuple[Image.Image, ...]:
        """Return the planes of the frame at a part (0..1) of the clip.

        Args:
            part: 0 at the first frame, 1 at the last.
            path: How it moves.
            towards: A still of the same size that this one turns into meanwhile.
        """
        net = _net(part, path, self.nearness)
        planes = self.planes
        if towards is not None:
            planes = tuple(Image.blend(a, b, part) for a, b in zip(self.planes, towards.planes, strict=True))
        return tuple(_through(plane, net) for plane in planes)

    def last(self, path: Path, towards: Still | None = None) -> Image.Image:
        """Return the last frame as an RGB picture."""
        brightness, *colours = self.at(1.0, path, towards)
        whole = [plane.resize(self.size, Image.Resampling.BILINEAR).point(_COLOUR_BACK) for plane in colours]
        return Image.merge("YCbCr", (brightness.point(_BRIGHT_BACK), *whole)).convert("RGB")

    def frames(self, path: Path, towards: Still | None = None) -> Iterator[tuple[Image.Image, ...]]:
        """Yield the planes of every frame, first to last."""
        for number in range(FRAMES):
            yield self.at(number / (FRAMES - 1), path, towards)


def _nearness(brightness: Image.Image, knots: tuple[int, int]) -> Field:
    """How near every knot is, 0 to 1: low things and things that stand out are taken to be near."""
    small = brightness.resize(knots, Image.Resampling.BOX)
    light = np.asarray(small.filter(ImageFilter.GaussianBlur(2)), np.float64) / 255
    stands_out = np.abs(light - np.median(light))
    low = np.linspace(0, 1, knots[1])[:, None]
    return np.asarray(np.clip(0.7 * low + 0.3 * stands_out / max(stands_out.max(), 0.05), 0, 1))


def _net(part: float, path: Path, nearness: Field) -> Field:
    """Where every knot looks, as parts of width and height: rows of pairs of x and y."""
    y, x = np.mgrid[0 : 1 : nearness.shape[0] * 1j, 0 : 1 : nearness.shape[1] * 1j]
    gone = path.strength * part
    scale = 1 / (1 + path.drive * gone * (0.75 + 0.5 * nearness))
    turn = path.lean * gone
    off_x, off_y = x - 0.5, y - 0.5
    seen_x = 0.5 + scale * (math.cos(turn) * off_x - math.sin(turn) * off_y)
    seen_y = 0.5 + scale * (math.sin(turn) * off_x + math.cos(turn) * off_y)
    reach = DRIFT * gone * (0.35 + 1.3 * nearness)
    across, down, pace = path.wave
    swell = 0.007 * path.strength * min(1.0, 5 * part) * (0.4 + nearness)
    phase = 2 * math.pi * (across * x + down * y - pace * part)
    seen_x = seen_x + reach * path.drift[0] + swell * np.sin(phase)
    seen_y = seen_y + reach * path.drift[1] + swell * np.cos(phase + 2 * x)
    return np.asarray(np.clip(np.stack([seen_x, seen_y], axis=-1), 0, 1))


def _through(plane: Image.Image, net: Field) -> Image.Image:
    """Show a plane through the net."""
    width, height = plane.size
    knots = net * (width, height)
    down, across = net.shape[0] - 1, net.shape[1] - 1
    columns = [round(width * k / across) for k in range(across + 1)]
    rows = [round(height * k / down) for k in range(down + 1)]
    corners = np.concatenate(
        [knots[:-1, :-1], knots[1:, :-1], knots[1:, 1:], knots[:-1, 1:]], axis=-1
    ).tolist()
    meshes = [
        ((columns[k], rows[j], columns[k + 1], rows[j + 1]), corners[j][k])
        for j in range(down)
        for k in range(across)
        if columns[k] < columns[k + 1] and rows[j] < rows[j + 1]
    ]
    return plane.transform(plane.size, Image.Transform.MESH, meshes, Image.Resampling.BILINEAR)
