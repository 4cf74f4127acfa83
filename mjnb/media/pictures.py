"""Picture files: checked by decoding, made small, and with a note inside."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

from PIL import Image

from ..errors import MediaError
from .whole import is_whole

PIXEL_LIMIT = 64 * 1000 * 1000  # 8,000 x 8,000; an upscaled picture has 4 million
FORMATS = {"JPEG": ("image/jpeg", ".jpg"), "PNG": ("image/png", ".png"), "WEBP": ("image/webp", ".webp")}
QUALITIES = (80, 70, 60, 45, 30)  # of a small picture, tried in order ...
BYTES_PER_PIXEL = 0.3  # ... until it has at most so many: 44 KB at 384 x 384
COMMENT_LIMIT = 60_000  # bytes; a JPEG segment holds 65,533
PNG_HEADER = 8 + 25  # bytes: signature and IHDR chunk


def check(content: bytes) -> tuple[str, tuple[int, int]]:
    """Return a picture's format and size after decoding all of it.

    Raises:
        MediaError: It is no JPEG, PNG or WebP, is damaged, or exceeds a limit.
    """
    try:
        with Image.open(io.BytesIO(content), formats=list(FORMATS)) as picture:
            kind, size = str(picture.format).replace("MPO", "JPEG"), picture.size  # MPO: several JPEGs in one
            if size[0] * size[1] > PIXEL_LIMIT:
                raise MediaError(f"the picture has {size[0]} x {size[1]} pixels, {PIXEL_LIMIT} are allowed")
            picture.load()
        if not is_whole(content, kind):  # a decoder may have shown it all the same
            raise MediaError(
                f"what came is not a whole picture ({len(content)} bytes): its end is missing or damaged"
            )
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise MediaError("the picture has far too many pixels") from error
    except (OSError, SyntaxError, ValueError, struct.error) as error:
        raise MediaError(f"what came is not a whole picture ({len(content)} bytes): {error}") from error
    return kind, size


def small_jpeg(picture: Image.Image, side: int) -> bytes:
    """Return a picture as a JPEG whose longest side is at most ``side`` pixels.

    Its quality is lowered where the file would be large: four of them must stay small in a notebook.
    """
    picture.draft("RGB", (side, side))
    small = picture.convert("RGB")
    small.thumbnail((side, side), Image.Resampling.LANCZOS)
    small.info.clear()  # the note inside the file tells the parameters, which a blind rating must not
    content = b""
    for quality in QUALITIES:
        out = io.BytesIO()
        small.save(out, "JPEG", quality=quality, optimize=True)
        content = out.getvalue()
        if len(content) <= BYTES_PER_PIXEL * side * side:
            break
    return content


def annotate(content: bytes, kind: str, note: str) -> bytes:
    """Return the file with a text in its metadata and every pixel untouched.

    JPEG: a COM segment after SOI (ITU T.81, B.2.4.5).  PNG: an iTXt chunk after IHDR (PNG spec, 11.3.4.5).
    Other kinds, and notes too long for a segment, are returned as they are: the ledger has the text anyway.
    """
    text = note.encode()
    if len(text) > COMMENT_LIMIT:
        return content
    if kind == "JPEG":
        return content[:2] + b"\xff\xfe" + struct.pack(">H", len(text) + 2) + text + content[2:]
    if kind == "PNG":
        chunk = b"iTXt" + b"mjnb\x00\x00\x00\x00\x00" + text
        framed = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        return content[:PNG_HEADER] + framed + content[PNG_HEADER:]
    return content


def bare(content: bytes) -> bytes:
    """Return a JPEG or PNG without the text that `annotate` wrote into it, and every pixel untouched."""
    if content[:4] == b"\xff\xd8\xff\xfe":
        return content[:2] + content[4 + struct.unpack(">H", content[4:6])[0] :]
    if content[PNG_HEADER + 4 : PNG_HEADER + 13] == b"iTXtmjnb\x00":
        length = struct.unpack(">I", content[PNG_HEADER : PNG_HEADER + 4])[0]
        return content[:PNG_HEADER] + content[PNG_HEADER + 12 + length :]
    return content


def read_note(path: Path) -> str:
    """Return the text that `annotate` wrote into a file, or an empty text."""
    with Image.open(path, formats=list(FORMATS)) as picture:
        comments = [text for name, text in getattr(picture, "applist", ()) if name == "COM"]
        found = comments[0] if comments else picture.info.get("mjnb", "")  # ours stands before any other
    return found.decode("utf-8", "replace") if isinstance(found, bytes) else str(found)
