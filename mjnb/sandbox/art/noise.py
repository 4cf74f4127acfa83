"""Chance and texture: every random number of a picture, and the fields made from them.

One idea: numbers are always drawn in the same order from streams named by prompt, task and picture, so a
parameter changes the look of a picture and never reshuffles it.
"""

import hashlib
import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Field = NDArray[Any]
"""A float32 array, height x width."""

REACH = 3.6
"""Profiles cover x from -REACH to REACH, more than the widest picture shows."""

_TASK_ANGLE = 0.38
_CALMEST, _WILDEST = 0.25, 0.97
_KIN_ANGLE = 0.32


def stream(*key: object) -> np.random.Generator:
    """A generator of random numbers that depends on `key` alone, in every process."""
    digest = hashlib.blake2b("\x1f".join(map(str, key)).encode("utf-8", "replace"), digest_size=16).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "big")))


class Dice:
    """Normal numbers of one picture: a blend of what its prompt, its task and the picture itself draw.

    The blend keeps the variance at 1. The task's share is modest; the picture's share grows with variety.
    A relative of the picture adds a little of its own to every number, and its relatives to its.
    """

    def __init__(
        self, prompt: str, seed: int | str, index: int, variety: float, kin: tuple[str, ...] = ()
    ) -> None:
        """Open the streams of picture `index` (0..3) of a task.

        Args:
            prompt, seed: the task.
            index: which of its pictures.
            variety: 0 to 1.
            kin: one name for every step from that picture to its relative, oldest first.
        """
        self._kin = [stream("kin", prompt, seed, index, *kin[: k + 1]) for k in range(len(kin))]
        self._prompt = stream("prompt", prompt)
        self._task = stream("task", prompt, seed)
        self._picture = stream("picture", prompt, seed, index)
        self.own_share = _CALMEST + (_WILDEST - _CALMEST) * variety
        self._shared = math.sqrt(1 - self.own_share**2)

    def normal(self, *shape: int) -> Field:
        """An array of blended normal numbers."""
        prompt, task, own = (
            source.standard_normal(shape, dtype=np.float32)
            for source in (self._prompt, self._task, self._picture)
        )
        shared = math.cos(_TASK_ANGLE) * prompt + math.sin(_TASK_ANGLE) * task
        return self._related(self._shared * shared + self.own_share * own)

    def _related(self, numbers: Field) -> Field:
        for relative in self._kin:
            strange = relative.standard_normal(numbers.shape, dtype=np.float32)
            numbers = math.cos(_KIN_ANGLE) * numbers + math.sin(_KIN_ANGLE) * strange
        return numbers

    def number(self) -> float:
        """One blended normal number."""
        return float(self.normal(1)[0])

    def shift(self) -> float:
        """A number from -1 to 1 of this picture alone, times its share: nearly 0 when variety is 0."""
        own = np.array([self._picture.standard_normal()], np.float32)
        return self.own_share * math.tanh(float(self._related(own)[0]))


def smoothstep(start: float, end: float, value: Field) -> Field:
    """0 up to `start`, 1 from `end` on, and a soft S between (`start` may be the larger one)."""
    ramp = np.clip((value - start) * (1 / (end - start)), 0, 1)
    return ramp * ramp * (3 - 2 * ramp)


def stretch(field: Field, width: int, height: int) -> Field:
    """Resize a field bicubically."""
    picture = Image.fromarray(np.ascontiguousarray(field, np.float32))
    return np.asarray(picture.resize((width, height), Image.Resampling.BICUBIC))


def cloud(dice: Dice, shape: tuple[int, int], cells: int, octaves: int) -> Field:
    """Fractal value noise of about unit variance: octaves added on a small grid, then stretched once."""
    small = cells << octaves
    total, weight, power = np.zeros((small, small), np.float32), 1.0, 0.0
    for octave in range(octaves):
        knots = (cells << octave) + 1
        total += weight * stretch(dice.normal(knots, knots), small, small)
        power += weight * weight
        weight /= 2
    return stretch(total / (math.sqrt(power) * 0.62), shape[1], shape[0])


class Profile:
    """A rough line over x: a skyline. Its even part is kept, its odd part scaled by `oddness`."""

    def __init__(self, dice: Dice, octaves: int, roughness: float, oddness: float) -> None:
        """Add `octaves` of noise, each `roughness` times the one before; oddness 0 mirrors left and right."""
        size, knots, weight = 4096, 7, 1.0
        place = np.linspace(0, 1, size, dtype=np.float32)
        line = np.zeros(size, np.float32)
        for _ in range(octaves):
            heights = dice.normal(knots + 1)
            position = np.clip(place * knots, 0, knots - 1e-3)
            left = position.astype(np.int32)
            blend = smoothstep(0, 1, position - left)
            line += weight * (heights[left] * (1 - blend) + heights[left + 1] * blend)
            knots *= 2
            weight *= roughness
        mirrored = line[::-1]
        self.table: Field = (line + mirrored) / 2 + oddness * (line - mirrored) / 2

    def at(self, x: Field) -> Field:
        """Height of the line at each x."""
        return look_up(self.table, x)


def look_up(table: Field, x: Field) -> Field:
    """Values of a table that spans -REACH..REACH."""
    place = ((x + REACH) * ((len(table) - 1) / (2 * REACH))).astype(np.int32)
    return table.take(place, mode="clip")


@lru_cache(maxsize=1)
def brush() -> Field:
    """A seamless 512 x 512 tile of brush strokes, unit variance; made once."""
    source = stream("brush")
    tile = np.zeros((512, 512), np.float32)
    for tall, wide, weight in ((4, 24, 1.0), (2, 10, 0.8), (16, 6, 0.7), (1, 2, 0.35)):
        knots = source.standard_normal((512 // tall, 512 // wide), dtype=np.float32)
        layer = _seamless(knots)
        tile += weight * layer / layer.std()
    return _frozen(tile / tile.std())


@lru_cache(maxsize=4)
def specks(count: int, radius: float) -> Field:
    """A seamless 512 x 512 tile of `count` soft dots of unequal light, 0..1: stars or snow; made once."""
    source = stream("specks", count, radius)
    dots = np.zeros((512, 512), np.float32)
    rows, columns = source.integers(8, 504, (2, count))
    dots[rows, columns] = source.uniform(0.25, 1.0, count) ** 2
    soft = Image.fromarray((dots * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(radius))
    tile = np.asarray(soft, np.float32)
    return _frozen(tile / tile.max())


@lru_cache(maxsize=4)
def grain(size: tuple[int, int]) -> Image.Image:
    """Film grain: an RGB picture of grey noise; made once for each size."""
    noise = stream("grain").integers(0, 256, (size[1], size[0]), dtype=np.uint8)
    return Image.fromarray(noise).convert("RGB")


def tiled(tile: Field, x: Field, y: Field, scale: float) -> Field:
    """Repeat a 512 x 512 tile over the plane, `scale` of its pixels to one scene unit."""
    row = ((y + 4) * scale).astype(np.int32) & 511
    column = ((x + 4) * scale).astype(np.int32) & 511
    return tile.ravel().take((row << 9) + column)


def _seamless(knots: Field) -> Field:
    """Stretch knots to a 512 x 512 tile whose opposite edges meet."""
    around = np.pad(knots, 3, mode="wrap")
    height, width = knots.shape
    box = (3.0, 3.0, 3.0 + width, 3.0 + height)
    tile = Image.fromarray(around).resize((512, 512), Image.Resampling.BICUBIC, box=box)
    return np.asarray(tile, np.float32)


def _frozen(field: Field) -> Field:
    field.flags.writeable = False
    return field
