"""Words that fit: every string is measured in pixels, wrapped, cut or turned before it is drawn.

Prompts hold anything, so text is never parsed as mathtext or TeX, and a character that no installed font
can draw becomes a box here, with one warning for each package of fonts that would help.
"""

from __future__ import annotations

import math
import unicodedata
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import Any

from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font

DPI = 100
TITLE, HEADING, LABEL, SMALL = 12.0, 9.5, 9.0, 8.0  # points
UPRIGHT = 120  # pixels of a label that is turned
WRAPS = 56  # pixels: in narrower columns, words that do not fit are turned instead of torn
EAST_ASIAN = {"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC", "FULLWIDTH", "HALFWIDTH"}
BOX = "\u25a1"
MORE = "\u2026"
# Fonts with the scripts that DejaVu Sans, which comes with matplotlib, lacks; used where installed.
SCRIPTS = (
    "Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Sans CJK TC", "Noto Sans CJK KR", "Noto Sans JP",
    "Noto Sans SC", "Noto Sans KR", "Hiragino Sans", "PingFang SC", "Apple SD Gothic Neo", "Yu Gothic",
    "Microsoft YaHei", "Malgun Gothic", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback",
    "IPAGothic", "Arial Unicode MS", "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Devanagari",
    "Noto Sans Thai", "Nirmala UI", "Leelawadee UI", "Noto Emoji", "Segoe UI Emoji", "Segoe UI Symbol",
    "Symbola", "Unifont",
)  # fmt: skip


_told: set[str] = set()  # packages that were named in this process


class FontWarning(UserWarning):
    """Text in a figure has characters that no installed font can draw."""


@lru_cache(maxsize=1)
def families() -> tuple[str, ...]:
    """DejaVu Sans, then whatever this machine has for other scripts."""
    installed = {font.name for font in fontManager.ttflist}
    return ("DejaVu Sans", *(name for name in SCRIPTS if name in installed and _loads(name)))


def _loads(name: str) -> bool:
    # Fonts whose letters are coloured bitmaps cannot be scaled, and are refused when they are opened.
    try:
        get_font(findfont(FontProperties(family=name)))
    except (OSError, RuntimeError):
        return False
    return True


def font(points: float, color: str, *, bold: bool = False) -> dict[str, Any]:
    """Text arguments that leave nothing to rcParams: family, size, colour, no mathtext, no TeX."""
    return {
        "fontfamily": list(families()), "fontsize": points, "fontweight": "bold" if bold else "normal",
        "fontstyle": "normal", "color": color, "parse_math": False, "usetex": False,
    }  # fmt: skip


@lru_cache(maxsize=4096)
def _drawable(char: str, bold: bool) -> bool:
    weight = "bold" if bold else "normal"
    paths = (findfont(FontProperties(family=name, weight=weight)) for name in families())
    if any(get_font(path).get_char_index(ord(char)) for path in paths):
        return True
    _tell(package_for(char), char)
    return False


def package_for(char: str) -> str:
    """Return the Debian package whose fonts have a character's script; emoji as outlines, not as pictures."""
    script = unicodedata.name(char, "").partition(" ")[0].partition("-")[0]
    if script in EAST_ASIAN:
        return "fonts-noto-cjk"
    return "fonts-noto-core" if unicodedata.category(char)[0] in "LMN" else "fonts-symbola"


def _tell(package: str, char: str) -> None:
    if package in _told:
        return
    _told.add(package)
    warnings.warn(
        f"no installed font has {char!r}: it is drawn as a box. apt-get install {package} (or another font "
        "with this script), then restart the kernel",
        FontWarning,
        stacklevel=2,
    )


def clean(text: str, *, bold: bool = False) -> str:
    """One line of drawable characters: white space joined, invisible ones dropped, others boxed."""
    out = []
    for char in " ".join(text.split()):
        if unicodedata.category(char) in {"Cc", "Cf", "Cs"} or "\ufe00" <= char <= "\ufe0f":
            continue
        out.append(char if _drawable(char, bold) else BOX)
    return "".join(out)


@lru_cache(maxsize=1)
def _renderer() -> RendererAgg:
    return RendererAgg(1, 1, DPI)  # type: ignore[no-untyped-call]


@lru_cache(maxsize=4096)
def _properties(points: float, bold: bool) -> FontProperties:
    return FontProperties(family=list(families()), size=points, weight="bold" if bold else "normal")


def width_of(text: str, points: float, *, bold: bool = False) -> float:
    """Width in pixels of one line of drawable text."""
    measure: Callable[..., tuple[float, float, float]] = _renderer().get_text_width_height_descent
    return float(measure(text, _properties(points, bold), False)[0])


def height_of(lines: int, points: float) -> int:
    """Height in pixels of so many lines, at matplotlib's line spacing of 1.2."""
    return math.ceil(points * DPI / 72 * (1.0 + 1.2 * (lines - 1)) * 1.02) + 1 if lines else 0


def wrap(text: str, room: float, points: float, *, lines: int = 2, bold: bool = False) -> list[str]:
    """Break text into lines that fit.

    Args:
        text: anything; it is made drawable first.
        room: width in pixels.
        points: font size.
        lines: at most so many; what is left over becomes an ellipsis.
        bold: the weight to measure with.

    Returns:
        The lines, none wider than ``room`` as long as that holds one character.
    """
    rest = clean(text, bold=bold)
    done: list[str] = []
    while rest and len(done) < lines:
        fits = _longest(rest, room, points, bold)
        if fits == len(rest):
            return [*done, rest]
        if len(done) == lines - 1:
            return [*done, _cut(rest, room, points, bold)]
        space = rest.rfind(" ", 0, fits + 1)
        at = space if space > 0 else fits
        done.append(rest[:at])
        rest = rest[at:].lstrip()
    return done


def shorten(text: str, room: float, points: float, *, bold: bool = False) -> str:
    """One line that fits: its middle is left out, since what tells labels apart is often at their ends."""
    whole = clean(text, bold=bold)
    if width_of(whole, points, bold=bold) <= room:
        return whole
    low, high = 0, len(whole) - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (
            (middle, high) if width_of(_ends(whole, middle), points, bold=bold) <= room else (low, middle - 1)
        )
    return _ends(whole, low)


def _ends(text: str, count: int) -> str:
    last = count // 2
    return text[: count - last].rstrip() + MORE + text[len(text) - last :].lstrip()


def told_apart(labels: Sequence[str], fit: Callable[[str], str]) -> list[str]:
    """Fit labels; where different ones come out alike, what these begin with in common is left out."""
    fitted = [fit(label) for label in labels]
    for text in set(fitted):
        alike = [i for i, one in enumerate(fitted) if one == text]
        start = _shared([labels[i] for i in alike])
        for i in alike if start > 1 else ():
            fitted[i] = fit(MORE + labels[i][start:])
    return fitted


def _shared(labels: Sequence[str]) -> int:
    """Length of what different labels begin with, whole words if there are any; 0 when all are the same."""
    if len(set(labels)) < 2:
        return 0
    start = sum(1 for _ in takewhile(lambda chars: len(set(chars)) == 1, zip(*labels, strict=False)))
    return labels[0].rfind(" ", 0, start) + 1 or start


def _cut(text: str, room: float, points: float, bold: bool) -> str:
    fits = _longest(text, room - width_of(MORE, points, bold=bold), points, bold)
    return text[:fits].rstrip() + MORE


def _longest(text: str, room: float, points: float, bold: bool) -> int:
    low, high = 1, min(len(text), max(1, int(room)))
    while low < high:
        middle = (low + high + 1) // 2
        if width_of(text[:middle], points, bold=bold) <= room:
            low = middle
        else:
            high = middle - 1
    return low


def broken(text: str, lines: Sequence[str], *, bold: bool = False) -> bool:
    """Whether wrapping cut the text or tore a word."""
    return " ".join(lines) != clean(text, bold=bold)


@dataclass(frozen=True)
class Ticks:
    """Tick labels that fit: an empty string where one was thinned out."""

    labels: tuple[str, ...]
    turned: bool
    height: int
    points: float


def fit_across(labels: Sequence[str], room: float, *, points: float = LABEL, thin: bool = False) -> Ticks:
    """Fit labels under columns: on one line, else wrapped, else turned upright, thinned as a last resort.

    Args:
        labels: one per column.
        room: width of a column in pixels.
        points: font size.
        thin: leave labels out rather than turn them (small panels whose axis is labelled in full elsewhere).

    Returns:
        Labels with their height in pixels.
    """
    clear = room - width_of("n", points)
    wrapped = told_apart(labels, lambda label: "\n".join(wrap(label, clear, points, lines=3)))
    most = max(text.count("\n") + 1 for text in wrapped)
    upright = Ticks(tuple(wrapped), False, height_of(most, points), points)
    if not any(broken(label, text.split("\n")) for label, text in zip(labels, wrapped, strict=True)):
        return upright
    plain = [clean(label) for label in labels]
    widest = max(width_of(label, points) for label in plain)
    if room >= WRAPS and not (thin and widest < WRAPS):
        return upright
    if thin and widest < WRAPS:
        step = math.ceil((widest + 6) / room)
        return Ticks(_every(plain, step), False, height_of(1, points), points)
    cut = told_apart(labels, lambda label: shorten(label, UPRIGHT, points))
    step = math.ceil((height_of(1, points) + 1) / room)
    tall = math.ceil(max(width_of(label, points) for label in cut)) + 2
    return Ticks(_every(cut, step), True, tall, points)


def fit_down(labels: Sequence[str], room: float, *, widest: float = 110, points: float = LABEL) -> Ticks:
    """Fit labels beside rows ``room`` pixels high; ``height`` is then the width they take."""
    lines = max(1, min(3, int(room / height_of(1, points) / 1.1)))
    fitted = told_apart(labels, lambda label: "\n".join(wrap(label, widest, points, lines=lines)))
    shown = _every(fitted, math.ceil((height_of(1, points) + 1) / room))
    width = max(width_of(line, points) for label in shown for line in label.split("\n"))
    return Ticks(shown, False, math.ceil(width), points)


def _every(labels: Sequence[str], step: int) -> tuple[str, ...]:
    return tuple(label if i % step == 0 else "" for i, label in enumerate(labels))
