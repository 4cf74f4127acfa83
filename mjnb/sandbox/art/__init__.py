"""Pictures for the sandbox: drawn, deterministic, and following the parameters.

One idea: the prompt chooses a scene, a hue and a light; stylization adds colour, line and texture;
weirdness bends the plane and lets hues stray; variety lets the four pictures of a task part ways.
Nothing is learned and nothing is random: the same arguments give the same picture.
"""

import math

from PIL import Image

from .canvas import Canvas, Controls
from .colour import coloured, hue_of, mood_of, palette_of
from .noise import Dice, grain
from .scenes import scene_of

__all__ = ["draw", "size_of"]

_BASE = 512
_HUE_TURNS = (-0.35, 0.85, -1.0, 0.4)


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


def draw(
    prompt: str,
    *,
    stylization: int = 100,
    weirdness: int = 0,
    variety: int = 0,
    aspect_ratio: str = "1:1",
    index: int = 0,
    seed: int | str = 0,
    long_side: int = 1024,
) -> Image.Image:
    """Draw one of the four pictures of a task.

    Args:
        prompt: any text; its words choose scene, hue and light.
        stylization: 0..1000, colour, line and texture.
        weirdness: 0..3000, bent space, stray hues and lost symmetry.
        variety: 0..100, how far the four pictures part ways.
        aspect_ratio: width to height, "16:9".
        index: 0..3, which of the four.
        seed: the task; another one gives other pictures of the same prompt.
        long_side: the longer side in pixels.

    Returns:
        An RGB picture, the same for the same arguments, in every process and thread.

    Raises:
        ValueError: the aspect ratio cannot be read.
    """
    size = size_of(aspect_ratio, long_side)
    controls = Controls(_part(stylization, 1000), _part(weirdness, 3000), _part(variety, 100))
    scene = scene_of(prompt)
    hue = hue_of(prompt)
    mood = mood_of(prompt, scene.mood, None if scene.coat else hue)
    dice = Dice(prompt, seed, index, controls.variety)
    turn = 0.07 * dice.number() + 1.4 * (dice.own_share - 0.2) * _HUE_TURNS[index % 4]
    palette = palette_of(mood, controls.style, controls.weird, turn)
    canvas = Canvas(size_of(aspect_ratio, min(long_side, _BASE)), dice, controls, palette, mood.night, hue)
    scene.paint(canvas)
    picture = Image.fromarray(coloured(*canvas.finished(), palette))
    if picture.size != size:
        picture = picture.resize(size, Image.Resampling.BICUBIC)
    return Image.blend(picture, grain(size), 0.02)


def _even(length: float) -> int:
    return max(2, 2 * round(length / 2))


def _part(value: float, whole: float) -> float:
    return min(1.0, max(0.0, value / whole))
