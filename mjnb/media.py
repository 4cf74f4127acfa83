"""Pictures on disk: checked, named by their content, written so that a crash leaves no half of one.

What comes from outside is hostile until it has been decoded: size and pixel limits first, then a full
decode, then the parameters are written into the file's own metadata (JPEG comment, PNG text; no pixel
changes), then hash, temporary file, fsync, rename, fsync of the folder.  Thumbnails are a cache beside.
"""

from __future__ import annotations

import hashlib
import io
import os
import struct
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from .errors import MediaError

BYTE_LIMIT = 64 * 1024 * 1024
PIXEL_LIMIT = 64 * 1000 * 1000  # 8,000 x 8,000; an upscaled picture has 4 million
FORMATS = {"JPEG": ("image/jpeg", ".jpg"), "PNG": ("image/png", ".png"), "WEBP": ("image/webp", ".webp")}
THUMBNAIL_SIDE = 384  # pixels, as shown in a notebook
COMMENT_LIMIT = 60_000  # bytes; a JPEG segment holds 65,533
PNG_HEADER = 8 + 25  # bytes: signature and IHDR chunk


@dataclass(frozen=True)
class Kept:
    """A picture in the store.

    Attributes:
        sha256: Hash of the file as stored.
        path: Where it is, relative to the store's folder.
        mime: Its type.
        width, height: In pixels.
        size: In bytes.
    """

    sha256: str
    path: str
    mime: str
    width: int
    height: int
    size: int


class Store:
    """A folder of pictures named by content.

    Args:
        folder: Where they go; made at the first write.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, content: bytes, note: str = "") -> Kept:
        """Check a picture and store it.

        Args:
            content: The file as it came.
            note: A text written into the file's metadata; JSON of the task's parameters.

        Returns:
            What was stored; the same content twice is stored once.

        Raises:
            MediaError: It is no picture, is damaged or too large, or cannot be written.
        """
        kind, (width, height) = check(content)
        mime, suffix = FORMATS[kind]
        content = annotate(content, kind, note) if note else content
        sha = hashlib.sha256(content).hexdigest()
        relative = f"{sha[:2]}/{sha}{suffix}"
        write_whole(self.folder / relative, content)
        return Kept(sha, relative, mime, width, height, len(content))

    def open(self, relative: str) -> Image.Image:
        """Open a stored picture.

        Raises:
            MediaError: The file is missing or cannot be read.
        """
        try:
            return Image.open(self.folder / relative, formats=list(FORMATS))
        except (OSError, SyntaxError) as error:
            raise MediaError(f"cannot open the picture {relative}: {error}") from error

    def thumbnail(self, relative: str, side: int = THUMBNAIL_SIDE) -> bytes:
        """Return a small JPEG of a stored picture, made once.

        Args:
            relative: The picture's path in the store.
            side: Longest side in pixels.
        """
        cached = self.folder / "thumbnails" / f"{Path(relative).stem}-{side}.jpg"
        if cached.exists():
            return cached.read_bytes()
        try:
            with self.open(relative) as picture:
                content = small_jpeg(picture, side)
        except (OSError, SyntaxError, ValueError) as error:
            raise MediaError(f"the picture {relative} is damaged: {error}") from error
        write_whole(cached, content)
        return content


def check(content: bytes) -> tuple[str, tuple[int, int]]:
    """Return a picture's format and size after decoding all of it.

    Raises:
        MediaError: It is no JPEG, PNG or WebP, is damaged, or exceeds a limit.
    """
    if len(content) > BYTE_LIMIT:
        raise MediaError(f"the picture has {len(content)} bytes, {BYTE_LIMIT} are allowed")
    try:
        with Image.open(io.BytesIO(content), formats=list(FORMATS)) as picture:
            kind, size = str(picture.format).replace("MPO", "JPEG"), picture.size  # MPO: several JPEGs in one
            if size[0] * size[1] > PIXEL_LIMIT:
                raise MediaError(f"the picture has {size[0]} x {size[1]} pixels, {PIXEL_LIMIT} are allowed")
            picture.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise MediaError("the picture has far too many pixels") from error
    except (OSError, SyntaxError, ValueError, struct.error) as error:
        raise MediaError(f"what came is not a whole picture ({len(content)} bytes): {error}") from error
    return kind, size


def small_jpeg(picture: Image.Image, side: int, quality: int = 80) -> bytes:
    """Return a picture as a JPEG whose longest side is at most ``side`` pixels."""
    picture.draft("RGB", (side, side))
    small = picture.convert("RGB")
    small.thumbnail((side, side), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    small.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()


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


def read_note(path: Path) -> str:
    """Return the text that `annotate` wrote into a file, or an empty text."""
    with Image.open(path, formats=list(FORMATS)) as picture:
        comments = [text for name, text in getattr(picture, "applist", ()) if name == "COM"]
        found = comments[0] if comments else picture.info.get("mjnb", "")  # ours stands before any other
    return found.decode("utf-8", "replace") if isinstance(found, bytes) else str(found)


def write_whole(target: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, also after a power cut.

    Raises:
        MediaError: The disk is full or the folder cannot be written.
    """
    if target.exists():
        return
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".tmp-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)
    except OSError as error:
        raise MediaError(
            f"cannot write {target.name}: {error.strerror or error}",
            hint=f"Make room in {target.parent} or make it writable; the picture is fetched again next time.",
        ) from error


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows has no handle to sync
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
