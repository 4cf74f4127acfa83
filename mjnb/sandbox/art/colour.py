"""Words to light, and light to colour.

One idea: a scene is painted in tones (dark to light) and phases (how far a thing's hue departs from the
picture's own), and one look-up table per picture turns both into sRGB. Words in the prompt choose the
picture's hue, its light and its time of day; stylization and weirdness choose how much colour there is.
"""

import math
import re
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .noise import Field, stream

PHASES = 64
"""Steps of hue around the circle in a look-up table; a power of two."""

COLOUR_WORDS: dict[str, float] = {
    "red": 27, "crimson": 18, "scarlet": 30, "ruby": 15, "coral": 35, "orange": 55, "copper": 50, "amber": 72,
    "brown": 60, "gold": 80, "golden": 80, "yellow": 98, "lemon": 102, "olive": 115, "lime": 128,
    "green": 145, "emerald": 158, "jade": 165, "mint": 168, "turquoise": 188, "teal": 192, "cyan": 205,
    "aqua": 200, "azure": 245, "blue": 258, "sapphire": 262, "cobalt": 264, "indigo": 278, "violet": 298,
    "purple": 308, "lavender": 302, "lilac": 315, "magenta": 335, "fuchsia": 340, "pink": 355, "rose": 8,
}  # fmt: skip
"""Colour words and their OKLCH hue in degrees."""


@dataclass(frozen=True)
class Mood:
    """The light of a picture.

    `hue` in degrees or None (not said), `span` the turn in degrees from shadows to lights, `light` added to
    the lightness, `colour` a factor on the chroma, `night` from 0 (day) to 1 (stars and a moon).
    """

    hue: float | None = None
    span: float = 60.0
    light: float = 0.0
    colour: float = 1.0
    night: float = 0.0


MOOD_WORDS: dict[str, Mood] = {
    **dict.fromkeys(("dusk", "sunset", "twilight", "evening"), Mood(335, 170, -0.05, 1.25, 0.45)),
    **dict.fromkeys(("dawn", "sunrise", "morning"), Mood(10, 130, 0.05, 1.1, 0.0)),
    **dict.fromkeys(("night", "midnight", "moonlit", "moonlight", "moon"), Mood(270, 60, -0.15, 1.0, 1.0)),
    **dict.fromkeys(("dark", "noir", "gloomy", "gothic", "storm", "stormy"), Mood(250, 40, -0.12, 0.7, 0.3)),
    **dict.fromkeys(("stars", "starry", "galaxy", "space", "cosmic"), Mood(285, 90, -0.12, 1.1, 1.0)),
    **dict.fromkeys(("snow", "snowy", "winter", "frost", "frozen", "ice"), Mood(245, 60, 0.09, 0.85, 0.0)),
    **dict.fromkeys(("fog", "foggy", "mist", "misty", "haze"), Mood(225, 40, 0.07, 0.6, 0.0)),
    **dict.fromkeys(("noon", "sunny", "summer", "bright", "day"), Mood(235, 130, 0.06, 1.15, 0.0)),
    **dict.fromkeys(("spring", "meadow"), Mood(150, -70, 0.06, 1.1, 0.0)),
    **dict.fromkeys(("autumn", "fall"), Mood(55, 60, 0.0, 1.2, 0.0)),
    **dict.fromkeys(("neon", "cyberpunk", "synthwave"), Mood(320, 150, -0.10, 1.4, 0.8)),
    **dict.fromkeys(("desert", "dune", "dunes", "sand"), Mood(65, 50, 0.05, 1.1, 0.0)),
    **dict.fromkeys(("monochrome", "grayscale", "greyscale", "grey", "gray"), Mood(250, 15, 0.0, 0.3, 0.0)),
    "white": Mood(None, 40, 0.08, 0.7, 0.0),
    "black": Mood(None, 40, -0.10, 0.7, 0.2),
}  # fmt: skip
"""Words for the time of day, the season and the weather, and the light that they bring."""


def words_of(prompt: str) -> list[str]:
    """The words of a prompt in lower case, without punctuation."""
    return re.findall(r"[^\W_]+", prompt.lower())


def hue_of(prompt: str) -> float | None:
    """The OKLCH hue in degrees of the first colour word of a prompt, if there is one."""
    return next((COLOUR_WORDS[word] for word in words_of(prompt) if word in COLOUR_WORDS), None)


def mood_of(prompt: str, home: Mood, hue: float | None) -> Mood:
    """The light that a prompt asks for: its mood words and `hue` if given, else the scene's own light.

    A prompt that names no hue turns the scene's own by up to 40 degrees, so that prompts differ.
    """
    moods = [MOOD_WORDS[word] for word in words_of(prompt) if word in MOOD_WORDS]
    mood = _blend(moods, home) if moods else home
    if hue is not None:
        span = math.copysign(min(50, abs(mood.span)), mood.span)
        return replace(mood, hue=hue, span=span, colour=min(1.4, 1.2 * mood.colour))
    turn = float(stream("turn", prompt).uniform(-1, 1)) * (12 if moods else 40)
    return replace(mood, hue=(mood.hue if mood.hue is not None else 250) + turn)


def _blend(moods: list[Mood], home: Mood) -> Mood:
    """Light, colour and night add up over the words; the first word that knows a hue gives the hue."""
    leader = next((mood for mood in moods if mood.hue is not None), None)
    return Mood(
        hue=leader.hue if leader else home.hue,
        span=(leader or moods[0]).span,
        light=float(np.clip(sum(mood.light for mood in moods), -0.17, 0.12)),
        colour=float(np.clip(math.prod(mood.colour for mood in moods), 0.3, 1.4)),
        night=max(mood.night for mood in moods),
    )


@dataclass(frozen=True)
class Palette:
    """The colours of one picture: its hue and the turn from shadows to lights (radians), light and chroma."""

    hue: float
    span: float
    light: float
    chroma: float
    contrast: float

    def phase_of(self, degrees: float, tone: float) -> float:
        """The phase at which something of this `tone` has the absolute OKLCH hue `degrees`."""
        turn = (math.radians(degrees) - self.hue - self.span * (tone - 0.5)) / (2 * math.pi)
        return (turn + 0.5) % 1.0 - 0.5

    def table(self) -> NDArray[np.uint8]:
        """sRGB of every phase and tone: PHASES * 256 rows of red, green and blue."""
        tone = np.linspace(0, 1, 256)[None]
        phase = np.arange(PHASES)[:, None] / PHASES
        lightness = np.clip(0.56 + self.light + (tone - 0.5) * self.contrast, 0.02, 0.99) + 0 * phase
        stands_out = 1 + 0.50 * (1 - np.cos(2 * np.pi * phase))
        chroma = self.chroma * stands_out * (1 - 0.78 * np.abs(2 * lightness - 1.08) ** 2.4)
        hue = self.hue + self.span * (tone - 0.5) + 2 * np.pi * phase
        rows: NDArray[np.uint8] = _srgb_from_oklch(lightness, np.maximum(chroma, 0), hue).reshape(-1, 3)
        return rows


def palette_of(mood: Mood, style: float, weird: float, turn: float) -> Palette:
    """The palette of a picture: stylization (0..1) brings chroma, contrast and more hues from dark to light.

    `turn` in radians is the picture's own turn of the hue.
    """
    chroma = (0.026 + 0.100 * style**0.6 + 0.012 * weird) * mood.colour
    return Palette(
        hue=math.radians(mood.hue or 0.0) + turn,
        span=math.radians(mood.span) * (0.70 + 0.50 * style),
        light=mood.light,
        chroma=chroma,
        contrast=0.64 + 0.29 * style,
    )


def coloured(tone: Field, phase: Field, palette: Palette) -> NDArray[np.uint8]:
    """Turn tones (0..1) and phases (turns of the hue) into an sRGB picture."""
    step = (phase * PHASES).astype(np.int32) & (PHASES - 1)
    level = np.clip(tone * 255, 0, 255).astype(np.int32)
    picture: NDArray[np.uint8] = palette.table().take(step * 256 + level, axis=0)
    return picture


_LMS_FROM_OKLAB = np.array(
    [
        [1, 0.3963377774, 0.2158037573],
        [1, -0.1055613458, -0.0638541728],
        [1, -0.0894841775, -1.2914855480],
    ]
)
_RGB_FROM_LMS = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)
_OKLAB_FROM_LMS = np.linalg.inv(_LMS_FROM_OKLAB)
_LMS_FROM_RGB = np.linalg.inv(_RGB_FROM_LMS)


def oklab_from_srgb(srgb: NDArray[np.uint8]) -> Field:
    """8-bit sRGB to OKLab (Ottosson 2020)."""
    curved = srgb.astype(np.float64) / 255
    linear = np.where(curved <= 0.04045, curved / 12.92, ((curved + 0.055) / 1.055) ** 2.4)
    return np.asarray(np.cbrt(linear @ _LMS_FROM_RGB.T) @ _OKLAB_FROM_LMS.T)


def srgb_from_oklab(lab: Field) -> NDArray[np.uint8]:
    """OKLab to 8-bit sRGB; what lies outside is clipped."""
    linear = np.clip((lab @ _LMS_FROM_OKLAB.T) ** 3 @ _RGB_FROM_LMS.T, 0, 1)
    curved = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.asarray(curved * 255 + 0.5, np.uint8)


def _srgb_from_oklch(lightness: Field, chroma: Field, hue: Field) -> NDArray[np.uint8]:
    """OKLCH to 8-bit sRGB; what lies outside is clipped."""
    return srgb_from_oklab(np.stack([lightness, chroma * np.cos(hue), chroma * np.sin(hue)], axis=-1))
