"""What both layouts share: the title, the pictures with their notes, the caption."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from matplotlib.axes import Axes

from .artists import Mosaic
from .data import Place, Series, Table
from .figure import SweepFigure
from .mosaic import gutter, hatched
from .text import SMALL, TITLE, Ticks, font, height_of, width_of, wrap
from .themes import Theme
from .web import web_page
from .words import describe

LEAST = 400  # pixels: narrower figures have no room for words
EDGE = 12  # white at the left and right
TOP = 10  # white above and below


@dataclass(frozen=True)
class Page:
    """Title and caption, fitted to the width before the height of the figure is known.

    Args:
        width: of the figure in pixels.
        title: lines.
        caption: lines.
    """

    width: int
    title: tuple[str, ...]
    caption: tuple[str, ...]

    @classmethod
    def of(cls, width: int, title: str, caption: str, remarks: str) -> Page:
        """Wrap the title to two lines, the caption to three, and what the figure itself remarks to two.

        Raises:
            ValueError: the figure is too narrow for words.
        """
        if width < LEAST:
            raise ValueError(f"width {width} is too narrow: a sweep figure needs at least {LEAST} pixels")
        room = width - 2 * EDGE
        lines = wrap(caption, room, SMALL, lines=3) + wrap(remarks, room, SMALL, lines=2)
        return cls(int(width), tuple(wrap(title, room, TITLE, bold=True)), tuple(lines))

    @property
    def head(self) -> int:
        """Pixels above the content."""
        return TOP + (height_of(len(self.title), TITLE) + 12 if self.title else 0)

    @property
    def foot(self) -> int:
        """Pixels below the content."""
        return TOP + (height_of(len(self.caption), SMALL) + 10 if self.caption else 0)

    def begin(self, content: float, theme: Theme) -> SweepFigure:
        """A figure with room for so many pixels of content, title and caption written."""
        height = int(self.head + content + self.foot + 0.5)
        figure = SweepFigure(self.width, height, theme)
        if self.title:
            figure.write(EDGE, TOP, "\n".join(self.title), TITLE, bold=True)
        if self.caption:
            figure.write(EDGE, height - TOP, "\n".join(self.caption), SMALL, color=theme.soft, va="bottom")
        return figure


def draw_pictures(
    figure: SweepFigure, table: Table, box: tuple[int, int, int, int], slot: tuple[int, int]
) -> Axes:
    """One image on ordinal axes: the cell of values i and j is centred at x = i, y = j."""
    left, top, width, height = box
    columns, rows = (*table.shape, 1)[:2]
    axes = figure.place(left, top, width, height)
    axes.add_image(Mosaic(axes, table, (width, height), slot, figure.theme))
    axes.set_xlim(-0.5, columns - 0.5)
    axes.set_ylim(-0.5, rows - 0.5)
    figure.has_pictures |= len(hatched(table)) < columns * rows
    for place in hatched(table):
        lines = _lines(table, place, width / columns, height / rows)
        column, row = (*place, 0)[:2]
        if lines:
            axes.text(column, row, "\n".join(lines), ha="center", va="center", linespacing=1.2,
                      **font(SMALL, figure.theme.soft))  # fmt: skip
    return axes


def _lines(table: Table, place: Place, width: float, height: float) -> list[str]:
    """What a cell without pictures says; nothing where most would say that they are not run."""
    silent = table.sparse and place not in table.cells
    return [] if silent else note_lines(table.note(place), width, height)


def note_lines(note: str, width: float, height: float) -> list[str]:
    """A note wrapped into a cell; empty when the cell is too small for it."""
    room = min(width, height * 2) - gutter(min(width, height)) - 8
    if room < width_of("moderat", SMALL):
        return []
    return wrap(note, room, SMALL, lines=max(1, min(5, int(height / height_of(1, SMALL) / 1.4))))


def remarks(table: Table, width: float, height: float) -> str:
    """What the hatched cells are that do not say so themselves."""
    notes = Counter(table.note(place) for place in hatched(table) if not _lines(table, place, width, height))
    return "Hatched: " + ", ".join(f"{note} ({count})" for note, count in notes.items()) if notes else ""


def finish(
    figure: SweepFigure, table: Table, series: Sequence[Series], words: tuple[str, str]
) -> SweepFigure:
    """Describe a drawn figure in words, and let it make its page.

    Args:
        figure: all drawn.
        table: what was swept, sheets that were left out included.
        series: its metrics.
        words: title and caption.
    """
    figure.alt = describe(table, series, words[0])
    figure.page = partial(web_page, table, series, words, figure.alt)
    return figure


def label_rows(axes: Axes, ticks: Ticks, theme: Theme) -> None:
    """Write fitted labels beside the rows of an axes."""
    shown = [(i, label) for i, label in enumerate(ticks.labels) if label]
    look = font(ticks.points, theme.ink) | {"linespacing": 1.2}
    axes.set_yticks([i for i, _ in shown], [label for _, label in shown], **look)
    axes.tick_params(axis="y", which="both", length=0, pad=4)
