"""The store: pictures and videos in a folder, named by their content."""

from __future__ import annotations

import contextlib
import hashlib
import io
import re
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from ..errors import MediaError
from ..foreign import Foreign, inside
from . import pictures, videos
from .files import write_whole

BYTE_LIMIT = 64 * 1024 * 1024
KEPT_LIMIT = 2 * BYTE_LIMIT  # of a file as stored, with its note; a saved sweep's may be anybody's
THUMBNAIL_SIDE = 384  # pixels, as shown in a notebook
HASHED = re.compile(r"[0-9a-f]{64}")


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
    """A folder of pictures and videos named by content.

    Args:
        folder: Where they go; made at the first write.
        thumbnails: Where small ones are cached; None: beside them.
    """

    def __init__(self, folder: Path, thumbnails: Path | None = None) -> None:
        self.folder = folder
        self._thumbnails = thumbnails

    def keep(self, content: bytes, note: str = "") -> Kept:
        """Check a picture or video and store it.

        Args:
            content: The file as it came.
            note: A text written into the file's metadata; JSON of the task's parameters.

        Returns:
            What was stored; the same content twice is stored once.

        Raises:
            MediaError: It is neither, is damaged or too large.
            NotWritten: It is good and cannot be written.
        """
        if len(content) > BYTE_LIMIT:
            raise MediaError(f"the file has {len(content)} bytes, {BYTE_LIMIT} are allowed")
        if videos.is_video(content):
            (width, height), (mime, suffix) = videos.check(content), videos.FORMAT
        else:
            kind, (width, height) = pictures.check(content)
            mime, suffix = pictures.FORMATS[kind]
            content = pictures.annotate(content, kind, note) if note else content
        sha = hashlib.sha256(content).hexdigest()
        relative = f"{sha[:2]}/{sha}{suffix}"
        write_whole(self.at(relative), content)
        return Kept(sha, relative, mime, width, height, len(content))

    def holds(self, relative: str, sha256: str) -> bool:
        """Return whether a stored file is there as it was kept, neither deleted nor damaged since.

        Args:
            relative: The file's path in the store.
            sha256: Its hash.
        """
        try:
            with (self.at(relative)).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == sha256
        except (OSError, MediaError):
            return False

    def at(self, relative: str) -> Path:
        """Return where a file of the store is.

        Raises:
            MediaError: The path, or a link on it, leads out of the store's folder.
        """
        try:
            return inside(self.folder, relative)
        except Foreign as fault:
            raise MediaError(f"the path {relative!r:.80} of a picture {fault}") from None

    def open(self, relative: str) -> Image.Image:
        """Open a stored picture; of a video, its first frame.

        Raises:
            MediaError: The file is missing, cannot be read, or is not the one that was kept.
        """
        try:
            content = self._kept(relative)
            if relative.endswith(videos.FORMAT[1]):
                return videos.first_frame(content)
            return Image.open(io.BytesIO(content), formats=list(pictures.FORMATS))
        except (OSError, SyntaxError) as error:
            raise MediaError(f"cannot open the picture {relative}: {error}") from error

    def _kept(self, relative: str) -> bytes:
        """Return a file's content, which must be what its name is the hash of; a saved sweep's has none."""
        path, name = self.at(relative), Path(relative).stem
        if path.exists() and not path.is_file():  # a pipe or a device may never end
            raise MediaError(f"the picture {relative} is no file")
        if path.stat().st_size > KEPT_LIMIT:
            raise MediaError(f"the picture {relative} has more than {KEPT_LIMIT} bytes")
        content = path.read_bytes()
        if HASHED.fullmatch(name) and hashlib.sha256(content).hexdigest() != name:
            raise MediaError(
                f"the picture {relative} is damaged or replaced; its task's fetch() gets it again"
            )
        return content

    def thumbnail(self, relative: str, side: int = THUMBNAIL_SIDE) -> bytes:
        """Return a small JPEG of a stored picture, made once.

        Args:
            relative: The picture's path in the store.
            side: Longest side in pixels.
        """
        self.at(relative)  # refuses what can be no picture's
        name = f"{Path(relative).stem}-{side}-plain.jpg"
        cached = self._thumbnails / name if self._thumbnails else self.at(f"thumbnails/{name}")
        if cached.exists():
            return cached.read_bytes()
        try:
            with self.open(relative) as picture:
                content = pictures.small_jpeg(picture, side)
        except (OSError, SyntaxError, ValueError) as error:
            raise MediaError(f"the picture {relative} is damaged: {error}") from error
        with contextlib.suppress(MediaError):  # a cache that cannot be written is no reason not to look
            write_whole(cached, content)
        return content
