"""The working copy: every picture shrunk once, and the conversions that several numbers share."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float64]


def working_copy(picture: Image.Image, side: int = 256) -> Pixels:
    """Shrink a picture to the size at which everything is measured.

    Args:
        picture: any Pillow picture, of any mode; it is left as it was. Transparency is laid over white;
            16-bit grey is scaled to 8 bits. A JPEG that is not decoded yet is decoded at a reduced size.
        side: longest side in pixels. Smaller pictures are not enlarged.

    Returns:
        Height x width x 3, uint8 sRGB, area-averaged (BOX).
    """
    scale = min(1.0, side / max(picture.size))
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    source = _reduced_jpeg(picture, size) if scale < 1 else picture
    colours = _as_rgb_or_rgba(source)
    if colours.size != size:
        colours = colours.resize(size, Image.Resampling.BOX)
    return np.asarray(_over_white(colours))


def _reduced_jpeg(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """A second reader of an unread JPEG file, set to decode at about twice `size`; else the picture itself.

    A second reader, because `draft()` would change the size of the caller's own picture.
    """
    handle = picture.fp if isinstance(picture, ImageFile.ImageFile) else None
    if picture.format != "JPEG" or handle is None or not handle.seekable():
        return picture
    position = handle.tell()
    try:
        reader = Image.open(handle)
        reader.draft("RGB", (2 * size[0], 2 * size[1]))
        reader.load()
    finally:
        handle.seek(position)
    return reader


def _as_rgb_or_rgba(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):
        picture = _from_wide_grey(picture)
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _from_wide_grey(picture: Image.Image) -> Image.Image:
    """8-bit grey from 16-bit (or 32-bit holding 16-bit) grey; Pillow itself would clip it to white."""
    levels = np.asarray(picture).astype(np.float64)
    if picture.mode != "I" or levels.max() > 255:
        levels = levels / 257
    return Image.fromarray(np.clip(np.rint(levels), 0, 255).astype(np.uint8))


def _over_white(picture: Image.Image) -> Image.Image:
    if picture.mode == "RGB":
        return picture
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture).convert("RGB")


class Planes:
    """A working copy and the conversions that several metrics share, each made at its first use."""

    def __init__(self, pixels: Pixels) -> None:
        self.pixels = pixels
        self.image = Image.fromarray(pixels)

    @cached_property
    def grey(self) -> Image.Image:
        """Rec. 601 luma as a Pillow picture."""
        return self.image.convert("L")

    @cached_property
    def luma(self) -> NDArray[np.float32]:
        """Rec. 601 luma, 0..255."""
        return np.asarray(self.grey, np.float32)

    @cached_property
    def hsv(self) -> Pixels:
        """Hue, saturation and value, each 0..255."""
        return np.asarray(self.image.convert("HSV"))

    @cached_property
    def colour_shares(self) -> Floats:
        """Share of the pixels in each of 512 colours: 8 levels of red, green and blue."""
        level = self.pixels.astype(np.int32) >> 5
        code = (level[..., 0] << 6) | (level[..., 1] << 3) | level[..., 2]
        return np.bincount(code.ravel(), minlength=512) / code.size


Picture = Pixels | Planes


def as_planes(picture: Picture) -> Planes:
    return picture if isinstance(picture, Planes) else Planes(picture)
