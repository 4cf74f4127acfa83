"""Pictures to one array: every cell's block is scaled once, straight to its final pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

import numpy as np
import numpy.typing as npt
from PIL import Image

from .data import Place, Table
from .themes import LIGHT, Theme

Pixels = npt.NDArray[np.uint8]

SCALE = 2  # screens with two device pixels per pixel, and vector files
GAP = 2  # between the pictures of one cell, in figure pixels
GUTTER = 8  # between cells


def slots(table: Table, *, column: float = math.inf) -> tuple[int, int]:
    """Rows and columns that every cell gives its pictures: 1x1, 1x2 or 2x2, and 4x1 in narrow columns."""
    most = max((len(table.pictures(place)) for place in table.places()), default=0)
    if column < 84 and most > 1:
        return (2, 1) if most == 2 else (4, 1)
    return {0: (2, 2), 1: (1, 1), 2: (1, 2)}.get(most, (2, 2))


def ratio(table: Table) -> float:
    """Width over height of a typical picture, kept between 1:2 and 2:1 (others are letterboxed)."""
    ratios = [_ratio(picture) for place in table.places() for picture in table.pictures(place)]
    return min(2.0, max(0.5, median(ratios))) if ratios else 1.0


def compose(
    table: Table,
    size: tuple[int, int],
    slot: tuple[int, int],
    theme: Theme = LIGHT,
    *,
    scale: float = SCALE,
) -> Pixels:
    """Draw every cell of a one- or two-axis table into one picture.

    Args:
        table: cells by (column,) or (column, row); row 0 is at the bottom.
        size: width and height in figure pixels.
        slot: rows and columns of pictures in a cell.
        theme: colours of what is no picture.
        scale: picture pixels per figure pixel.

    Returns:
        Array of shape (height x scale, width x scale, 3), rounded; cells without pictures are hatched.
    """
    width, height = (max(1, round(side * scale)) for side in size)
    sheet = np.full((height, width, 3), theme.paper_levels, np.uint8)
    columns, rows = (*table.shape, 1)[:2]
    for place in table.places():
        column, row = (*place, 0)[:2]
        across, down = width / columns, height / rows
        box = _inner((across * column, down * (rows - 1 - row), across, down), scale)
        _draw_cell(sheet, box, table, place, slot, theme, scale)
    return sheet


def gutter(side: float) -> float:
    """Space between cells whose shorter side is ``side`` figure pixels."""
    return min(GUTTER, max(2.0, side * 0.08))


def _inner(box: tuple[float, float, float, float], scale: float) -> tuple[int, int, int, int]:
    left, top, width, height = box
    margin = gutter(min(width, height) / scale) * scale / 2
    x, y = round(left + margin), round(top + margin)
    return x, y, max(1, round(left + width - margin) - x), max(1, round(top + height - margin) - y)


def block(width: float, height: float, slot: tuple[int, int], shape: float, gap: int) -> tuple[int, int]:
    """Width and height of one picture, all of one shape, when a cell of that size holds ``slot`` of them."""
    rows, columns = slot
    wide = min((width - gap * (columns - 1)) / columns, shape * (height - gap * (rows - 1)) / rows)
    return max(1, int(wide)), max(1, int(wide / shape))


def _gap(width: float, height: float, scale: float) -> int:
    return max(1, round(GAP * scale)) if min(width, height) > 30 * scale else 1


def _draw_cell(
    sheet: Pixels,
    box: tuple[int, int, int, int],
    table: Table,
    place: Place,
    slot: tuple[int, int],
    theme: Theme,
    scale: float,
) -> None:
    pictures = table.pictures(place)
    x, y, width, height = box
    rows, columns = slot
    gap = _gap(width, height, scale)
    w, h = block(width, height, slot, median(map(_ratio, pictures)) if pictures else ratio(table), gap)
    across, down = columns * w + gap * (columns - 1), rows * h + gap * (rows - 1)
    left, top = x + (width - across) // 2, y + (height - down) // 2
    if not pictures:
        hole = sheet[max(0, top) : top + down, max(0, left) : left + across]
        hole[:] = _hatch(hole.shape[1], hole.shape[0], theme, scale)
    for i, picture in enumerate(pictures[: rows * columns]):
        _paste(sheet, picture, left + i % columns * (w + gap), top + i // columns * (h + gap), w, h)


def _paste(sheet: Pixels, picture: Image.Image, x: int, y: int, width: int, height: int) -> None:
    shape = _ratio(picture)
    w, h = max(1, min(width, round(height * shape))), max(1, min(height, round(width / shape)))
    # Hamming shrinks as sharply as Lanczos does at a third of its cost, but enlarges in blocks.
    how = Image.Resampling.HAMMING if w <= picture.width else Image.Resampling.LANCZOS
    small = opaque(picture).resize((w, h), how, reducing_gap=2.0)
    x, y = max(0, x + (width - w) // 2), max(0, y + (height - h) // 2)
    room = sheet[y : y + h, x : x + w]
    room[:] = np.asarray(small)[: room.shape[0], : room.shape[1]]


def opaque(picture: Image.Image) -> Image.Image:
    """The picture in RGB, what was transparent being white; the picture itself when it is so already."""
    if "A" in picture.getbands() or "transparency" in picture.info:
        back = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(back, picture.convert("RGBA")).convert("RGB")
    return picture if picture.mode == "RGB" else picture.convert("RGB")  # to its own mode is a copy


def _hatch(width: int, height: int, theme: Theme, scale: float) -> Pixels:
    paper, striped, rim = theme.hatch
    stripe = (np.add.outer(np.arange(height), np.arange(width)) // max(1, round(3 * scale))) % 4 == 0
    box = np.where(stripe[..., None], striped, paper).astype(np.uint8).repeat(3, axis=2)
    thick = max(1, round(scale))
    for edge in (box[:thick], box[-thick:], box[:, :thick], box[:, -thick:]):
        edge[:] = rim
    return box


def _ratio(picture: Image.Image) -> float:
    return max(1, picture.width) / max(1, picture.height)


def hatched(table: Table) -> Sequence[Place]:
    """The places without pictures."""
    return [place for place in table.places() if not table.pictures(place)]
