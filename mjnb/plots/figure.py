"""A figure that shows itself: placed in pixels, drawn by Agg, encoded small, described in words."""

from __future__ import annotations

import base64
import html
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from PIL import Image, PngImagePlugin

from ..errors import InvalidRequest, NotSaved
from .mosaic import SCALE
from .text import DPI, font
from .themes import LIGHT, Theme

BUDGET = 220_000  # bytes in a notebook for 900 x 600 pixels: under 300 KB once written in base64
LADDER = ((SCALE, 82), (SCALE, 72), (1.5, 75), (1, 82), (1, 65))  # scale and quality, best first
BARE: dict[str, Any] = {
    "length": 0, "pad": 4, "gridOn": False, "top": False, "right": False,
    "labeltop": False, "labelright": False, "labelleft": True, "labelbottom": True,
}  # fmt: skip


class SweepFigure(Figure):
    """A matplotlib figure laid out in pixels from its top left corner.

    Args:
        width: in pixels.
        height: in pixels.
        theme: its colours.

    Attributes:
        alt: alternative text, a sentence or two saying what was swept and what rises and falls.
        page: makes the page that ``save("x.html")`` writes; None without cells.
        pages: figures that it takes to show everything, this being one of them.
    """

    alt: str = ""
    page: Callable[[], str] | None = None
    pages: int = 1

    def __init__(self, width: int, height: int, theme: Theme = LIGHT) -> None:
        # Agg truncates to whole pixels; the sliver keeps 899.9999 from becoming 899.
        super().__init__(
            figsize=((width + 0.01) / DPI, (height + 0.01) / DPI),
            dpi=DPI,
            facecolor=theme.paper,
            edgecolor=theme.paper,
        )
        self.theme = theme
        self.set_layout_engine("none")
        self.pixels = (width, height)
        self.has_pictures = False
        self._agg = FigureCanvasAgg(self)

    def place(self, left: float, top: float, width: float, height: float) -> Axes:
        """Bare axes at a pixel box: no ticks, no spines, nothing taken from rcParams."""
        w, h = self.pixels
        axes = self.add_axes((left / w, 1 - (top + height) / h, width / w, height / h), facecolor="none")
        axes.minorticks_off()
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_axisbelow(True)
        axes.tick_params(axis="both", which="both", **BARE)
        for spine in axes.spines.values():
            spine.set_visible(False)
        return axes

    def write(
        self, x: float, top: float, text: str, points: float, *, bold: bool = False, **other: Any
    ) -> Text:
        """Write drawable text with its top at a pixel position; it is not parsed, wrapped or cut."""
        w, h = self.pixels
        look: dict[str, Any] = (
            {"va": "top", "ha": "left", "linespacing": 1.2} | font(points, self.theme.ink, bold=bold) | other
        )
        return self.text(x / w, 1 - top / h, text, **look)

    def stroke(self, x: tuple[float, float], top: float, **look: Any) -> None:
        """Draw a level line with one marker in its middle, at pixel positions."""
        w, h = self.pixels
        xs = [x[0] / w, (x[0] + x[1]) / 2 / w, x[1] / w]
        self.add_artist(Line2D(xs, [1 - top / h] * 3, transform=self.transFigure, markevery=[1], **look))

    def raster(self, scale: float = 1.0) -> Image.Image:
        """The figure as a picture.

        Args:
            scale: picture pixels per figure pixel.

        Returns:
            RGB picture of the figure's pixel size times ``scale``.
        """
        before = self.dpi
        try:
            self.set_dpi(DPI * scale)
            self._agg.draw()  # type: ignore[no-untyped-call]
            return Image.fromarray(np.asarray(self._agg.buffer_rgba())).convert("RGB")  # type: ignore[no-untyped-call]
        finally:
            self.set_dpi(before)

    def save(self, path: str | os.PathLike[str], *, scale: float = 1.0) -> Path:
        """Write the figure, with its alternative text inside where the format has a place for it.

        Args:
            path: its suffix tells the format: png, jpg, jpeg, webp, pdf, svg, or html for one page
                with every cell's pictures, parameters and metrics, which needs nothing else.
            scale: picture pixels per figure pixel; 2 is crisp in print.  Not used for pdf and svg.

        Returns:
            The path written.

        Raises:
            InvalidRequest: no such suffix, or a scale outside 0.1 to 8.
            NotSaved: the file cannot be written; it is an OSError, too.
        """
        if not isinstance(path, str | os.PathLike):
            raise InvalidRequest(
                f"save needs a path, not a {type(path).__name__}", hint="Nothing was written."
            )
        target = Path(path).expanduser()
        writer = WRITERS.get(target.suffix.lower())
        if writer is None:
            known = ", ".join(suffix.removeprefix(".") for suffix in WRITERS)
            raise InvalidRequest(
                f"cannot save a figure as {target.suffix or target.name!r}: use one of {known}",
                hint="Nothing was written.",
            )
        if isinstance(scale, bool) or not isinstance(scale, int | float) or not 0.1 <= scale <= 8:
            raise InvalidRequest(f"scale needs a number 0.1..8, not {scale!r}", hint="Nothing was written.")
        content = writer(self, scale)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        except OSError as error:
            raise NotSaved(f"cannot write {target}: {error.strerror or error}") from error
        return target

    def to_html(self) -> str:
        """Static HTML: a figure element whose picture is inside, no wider than its cell."""
        mime, data = self.compact()
        source = f"data:{mime};base64,{base64.b64encode(data).decode('ascii')}"
        width, height = self.pixels
        return (
            f'<figure style="margin:0"><img alt="{html.escape(self.alt)}" width="{width}" height="{height}"'
            f' style="max-width:100%;height:auto;background:{self.theme.paper}" src="{source}"></figure>'
        )

    def compact(self) -> tuple[str, bytes]:
        """Return the figure as a small picture for a screen: its type, and the file."""
        if not self.has_pictures:
            return "image/webp", _webp(self.raster(SCALE), lossless=True)
        data, drawn = b"", {}
        budget = BUDGET * min(2.5, max(1.0, self.pixels[0] * self.pixels[1] / 540_000))
        for scale, quality in LADDER:
            if scale not in drawn:
                drawn = {scale: self.raster(scale)}
            data = _webp(drawn[scale], quality=quality)
            if len(data) <= budget:
                break
        return "image/webp", data

    def _ipython_display_(self) -> None:
        # IPython asks for this before any formatter, so the inline backend's own picture never joins in.
        from IPython.display import display

        display({"text/html": self.to_html(), "text/plain": self.alt or repr(self)}, raw=True)


def _webp(picture: Image.Image, **options: Any) -> bytes:
    return _encode(picture, "WEBP", method=3, **options)


def _encode(picture: Image.Image, form: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


def _png(figure: SweepFigure, scale: float) -> bytes:
    words = PngImagePlugin.PngInfo()
    words.add_itxt("Description", figure.alt)
    # Compression is most of the time a figure takes: level 1 costs a tenth in size and saves two thirds.
    return _encode(figure.raster(scale), "PNG", compress_level=1, pnginfo=words)


def _jpeg(figure: SweepFigure, scale: float) -> bytes:
    return _encode(figure.raster(scale), "JPEG", quality=90, subsampling=0)


def _web(figure: SweepFigure, scale: float) -> bytes:
    return _webp(figure.raster(scale), quality=90)


def _page(figure: SweepFigure, _: float) -> bytes:
    if figure.page is None:
        raise ValueError("this figure has no cells to make a page of")
    return figure.page().encode()


def _vector(form: str, metadata: Callable[[str], dict[str, Any]]) -> Callable[[SweepFigure, float], bytes]:
    def write(figure: SweepFigure, _: float) -> bytes:
        buffer = io.BytesIO()
        # Pictures inside vector files keep every pixel of the mosaic.
        with rc_context({"svg.hashsalt": "mjnb"}):  # else the ids inside differ from one save to the next
            figure.savefig(
                buffer, format=form, dpi=DPI * SCALE, bbox_inches=figure.bbox_inches,
                facecolor=figure.theme.paper,
                metadata=metadata(figure.alt),
            )  # fmt: skip
        return buffer.getvalue()

    return write


WRITERS: dict[str, Callable[[SweepFigure, float], bytes]] = {
    ".png": _png,
    ".jpg": _jpeg,
    ".jpeg": _jpeg,
    ".webp": _web,
    ".html": _page,
    ".pdf": _vector("pdf", lambda alt: {"Subject": alt, "CreationDate": None}),
    ".svg": _vector("svg", lambda alt: {"Description": alt, "Date": None}),
}
