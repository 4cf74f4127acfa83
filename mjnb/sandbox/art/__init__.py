"""Pictures for the sandbox: drawn, deterministic, and following the parameters.

One idea: the prompt chooses a scene, a hue and a light; stylization adds colour, line and texture;
weirdness bends the plane and lets hues stray; variety lets the four pictures of a task part ways.
Nothing is learned and nothing is random: the same arguments give the same picture.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from .canvas import Canvas, Controls
from .colour import coloured, hue_of, mood_of, palette_of
from .noise import Dice, grain
from .references import cropped, restyled, with_subject
from .scenes import scene_of

__all__ = ["Look", "cropped", "draw", "redraw", "restyled", "size_of", "with_subject"]

_BASE = 512
_HUE_TURNS = (-0.35, 0.85, -1.0, 0.4)
_KEPT = 0.35  # how much of a given picture shines through its redrawing


def size_of(aspect_ratio: str, long_side: int) -> tuple[int, int]:
    """The size of a picture, both sides even: "16:9" at 1024 gives (1024, 576).

    Args:
        aspect_ratio: width to height, "16:9".
        long_side: the longer side in pixels, at least 2.

    Raises:
        ValueError: the ratio is not two positive numbers with a colon between.
    """
    try:
        wide, tall = (float(part) for part in aspect_ratio.split(":"))
    except ValueError:
        wide = tall = 0.0
    if not (0 < wide < math.inf and 0 < tall < math.inf):
        raise ValueError(f"aspect_ratio is width:height such as '16:9', not {aspect_ratio!r}")
    longer = max(wide, tall)
    return _even(long_side * wide / longer), _even(long_side * tall / longer)


@dataclass(frozen=True)
class Look:
    """How a picture is drawn, whatever it shows.

    Attributes:
        stylization: 0..1000, colour, line and texture.
        weirdness: 0..3000, bent space, stray hues and lost symmetry.
        variety: 0..100, how far the four pictures part ways.
        aspect_ratio: width to height, "16:9".
        index: 0..3, which of the four.
        seed: the task; another one gives other pictures of the same prompt.
        kin: names of the steps from that picture to a relative of it; none: the picture itself.
        long_side: the longer side in pixels.
        fine: draw twice as finely, for a picture of twice the usual size.
    """

    stylization: int = 100
    weirdness: int = 0
    variety: int = 0
    aspect_ratio: str = "1:1"
    index: int = 0
    seed: int | str = 0
    kin: tuple[str, ...] = ()
    long_side: int = 1024
    fine: bool = False


def draw(prompt: str, **look: Any) -> Image.Image:
    """Draw one of the four pictures of a task.

    Args:
        prompt: any text; its words choose scene, hue and light.
        look: see `Look`.

    Returns:
        An RGB picture, the same for the same arguments, in every process and thread.

    Raises:
        ValueError: the aspect ratio cannot be read.
    """
    said = Look(**look)
    canvas = _canvas(prompt, said)
    scene_of(prompt).paint(canvas)
    return _finished(canvas, said)


def redraw(reference: Image.Image, prompt: str, **look: Any) -> Image.Image:
    """Draw what a given picture shows, in the colours and the manner that the prompt and the look ask for.

    Args:
        reference: RGB; its middle is shown where the aspect ratios differ.
        prompt: any text; its words choose hue and light.
        look: see `Look`.

    Raises:
        ValueError: the aspect ratio cannot be read.
    """
    said = Look(**look)
    canvas = _canvas(prompt, said)
    shown = cropped(reference, (canvas.shape[1], canvas.shape[0]))
    bent = Image.fromarray(canvas.bent(np.asarray(shown, np.float32)).astype(np.uint8))
    canvas.trace(np.asarray(bent.convert("L"), np.float32) / 255)
    drawn = _finished(canvas, said)
    return Image.blend(drawn, bent.resize(drawn.size, Image.Resampling.BICUBIC), _KEPT)


def _canvas(prompt: str, look: Look) -> Canvas:
    size = size_of(look.aspect_ratio, min(look.long_side, _BASE * (2 if look.fine else 1)))
    controls = Controls(_part(look.stylization, 1000), _part(look.weirdness, 3000), _part(look.variety, 100))
    scene, hue = scene_of(prompt), hue_of(prompt)
    mood = mood_of(prompt, scene.mood, None if scene.coat else hue)
    dice = Dice(prompt, look.seed, look.index, controls.variety, look.kin)
    turn = 0.07 * dice.number() + 1.4 * (dice.own_share - 0.2) * _HUE_TURNS[look.index % 4]
    palette = palette_of(mood, controls.style, controls.weird, turn)
    return Canvas(size, dice, controls, palette, mood.night, hue)


def _finished(canvas: Canvas, look: Look) -> Image.Image:
    picture = Image.fromarray(coloured(*canvas.finished(), canvas.palette))
    size = size_of(look.aspect_ratio, look.long_side)
    if picture.size != size:
        picture = picture.resize(size, Image.Resampling.BICUBIC)
    return Image.blend(picture, grain(size), 0.02)


def _even(length: float) -> int:
    return max(2, 2 * round(length / 2))


def _part(value: float, whole: float) -> float:
    return min(1.0, max(0.0, value / whole))
