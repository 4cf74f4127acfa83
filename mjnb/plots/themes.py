"""Colours, light and dark: the only place where one is written.

Text has a contrast of at least 4.5:1 with the paper and lines at least 3:1 (WCAG 2.2, 1.4.3 and 1.4.11).
Lines of an ordered set differ in lightness, so that they can be told apart without seeing hues.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import Colormap, to_hex, to_rgb

ThemeName = Literal["light", "dark"]


@dataclass(frozen=True)
class Theme:
    """Colours of a figure.

    Args:
        name: ``"light"`` or ``"dark"``.
        paper: behind everything.
        ink: words.
        soft: lesser words.
        rule: guides that only help the eye.
        edge: floors of panels, leader lines.
        one: what comes from single pictures (dots, mean, band).
        whole: what comes from whole sets.
        shades: part of the plasma map that lines of an ordered set take.
        hatch: paper, stripe and edge of a cell without pictures, as levels of grey.
    """

    name: ThemeName
    paper: str
    ink: str
    soft: str
    rule: str
    edge: str
    one: str
    whole: str
    shades: tuple[float, float]
    hatch: tuple[int, int, int]

    @property
    def paper_levels(self) -> tuple[int, int, int]:
        """The paper as red, green and blue from 0 to 255."""
        red, green, blue = (round(255 * level) for level in to_rgb(self.paper))
        return red, green, blue

    def lines(self, count: int) -> list[str]:
        """So many colours for an ordered set."""
        low, high = self.shades
        return [to_hex(colormaps["plasma"](low + (high - low) * i / max(1, count - 1))) for i in range(count)]

    @property
    def heat(self) -> Colormap:
        """Colours of a heat map; missing numbers are nearly paper."""
        return colormaps["viridis"].with_extremes(bad=self.rule)


# One and whole after Okabe and Ito 2008; dark paper is JupyterLab's.
LIGHT = Theme("light", "#ffffff", "#222222", "#5a5a5a", "#e4e4e4", "#8a8a8a", "#0072B2", "#D55E00",
              (0.0, 0.63), (247, 229, 205))  # fmt: skip
DARK = Theme("dark", "#111111", "#e6e6e6", "#b0b0b0", "#333333", "#8a8a8a", "#56B4E9", "#E69F00",
             (0.41, 0.97), (24, 44, 74))  # fmt: skip


def theme_of(name: str) -> Theme:
    """The theme of a name.

    Raises:
        ValueError: there is none.
    """
    if name not in get_args(ThemeName):
        raise ValueError(f"theme={name!r}: use 'light' or 'dark'")
    return DARK if name == "dark" else LIGHT


def luminance(rgb: tuple[float, ...]) -> float:
    """Relative luminance of red, green and blue from 0 to 1, after WCAG 2.2."""
    levels = np.array(rgb[:3])
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def readable_on(share: float) -> str:
    """Black or white, whichever reads better on a heat map's colour at a share of its scale."""
    return "black" if luminance(colormaps["viridis"](share)) > 0.179 else "white"
