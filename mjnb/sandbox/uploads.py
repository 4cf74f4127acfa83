"""Files that were sent to the sandbox: kept on disk, readable for a day, usable as inputs of tasks.

A file comes in pieces and goes to disk in pieces, so its size is not a matter of memory.  Only pictures are
taken, known by their headers and not by their names.  A picture that a task starts from stays on disk
after its address has ended, since the task's results are drawn from it.  Other processes' uploads into the
same folder are found when they are asked for.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import shutil
import tempfile
import time
import warnings
import weakref
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from PIL import Image

BYTE_LIMIT = 100 * 1024 * 1024
PIXEL_LIMIT = 64 * 1024 * 1024
NAME_LIMIT = 120  # characters
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}
LIFETIME = 24 * 3600.0  # seconds at the service
UPLOAD = re.compile(r"/f/([0-9a-f]{24})/(.+)")


class UploadRefused(Exception):
    """The file is not taken, and why."""


@dataclass(frozen=True)
class Upload:
    """One file: its id and names, what it is, and when it came (epoch seconds)."""

    upload_id: str
    path: str  # folder and name, as the sender wished
    mime: str
    size: int
    sha: str
    uploaded: float

    @property
    def address(self) -> str:
        """The path of its URL."""
        return f"/f/{self.upload_id}/{quote(self.path)}"

    def answer(self, base: str) -> dict[str, Any]:
        """Return what the service says of an upload, keys in its order."""
        return {
            "fileName": self.path.rpartition("/")[2],
            "filePath": self.path,
            "downloadUrl": base + self.address,
            "fileSize": self.size,
            "mimeType": self.mime,
            "uploadedAt": datetime.fromtimestamp(self.uploaded, UTC).isoformat(timespec="milliseconds"),
        }


class Uploads:
    """The folder of uploaded files.

    Args:
        folder: Where they are kept for later sandboxes; None: a temporary folder that goes with this object.
        lifetime: Seconds that an address is good for.
        used: Ids of uploads that tasks start from; other old ones are deleted now.
    """

    def __init__(self, folder: Path | None, lifetime: float, used: Collection[str] = ()) -> None:
        self.lifetime = lifetime
        self._folder = folder
        self._files: dict[str, Upload] = {}
        self._load(used)

    @property
    def folder(self) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="mjnb-sandbox-"))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder

    def keep(self, pieces: Iterable[bytes], folder: Any, name: Any = None) -> Upload:
        """Take a file.

        Args:
            pieces: Its content.
            folder: Where the sender wants it.
            name: What the sender calls it; None: the sandbox finds a name.

        Raises:
            UploadRefused: It is too large, no picture, or its name cannot be used.
        """
        wished = _folder_name(folder)
        upload_id = secrets.token_hex(12)
        target = self.folder / upload_id
        try:
            size, sha = _write(target, pieces)
            mime = _mime_of(target)
            called = _file_name(name) if name else f"{upload_id}.{EXTENSIONS[mime]}"
            upload = Upload(upload_id, f"{wished}/{called}", mime, size, sha, time.time())
            target.with_suffix(".json").write_text(json.dumps(asdict(upload)), encoding="utf-8")
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        self._files[upload_id] = upload
        return upload

    def at(self, path: str) -> Upload | None:
        """Return the upload behind the (unquoted) path of an address, while that is good."""
        found = UPLOAD.fullmatch(path)
        upload = self._upload(found[1]) if found else None
        if found is None or upload is None or upload.path != found[2]:
            return None
        return upload if time.time() < upload.uploaded + self.lifetime else None

    def file(self, upload_id: str) -> Path:
        """Return where an upload is on disk."""
        return self.folder / upload_id

    def open(self, upload_id: str, side: int) -> Image.Image:
        """Return an upload as an RGB picture of at most ``side`` pixels; transparency is laid over white.

        Raises:
            OSError, SyntaxError, ValueError: It is damaged.
        """
        with Image.open(self.file(upload_id), formats=FORMATS) as picture:
            picture.draft("RGB", (side, side))
            colours = picture.convert("RGBA")
            colours.thumbnail((side, side), Image.Resampling.LANCZOS)
        white = Image.new("RGBA", colours.size, "white")
        return Image.alpha_composite(white, colours).convert("RGB")

    def _upload(self, upload_id: str) -> Upload | None:
        """Return an upload, one that another process has taken too."""
        there = self._files.get(upload_id)
        if there is None and self._folder is not None:
            there = _read_note(self._folder / f"{upload_id}.json")
            if there is not None:
                self._files[upload_id] = there
        return there

    def _load(self, used: Collection[str]) -> None:
        if self._folder is None or not self._folder.exists():
            return
        for note in self._folder.glob("*.json"):
            upload = _read_note(note)
            if upload is None:
                continue
            if time.time() < upload.uploaded + self.lifetime or upload.upload_id in used:
                self._files[upload.upload_id] = upload
            else:
                note.unlink(missing_ok=True)
                note.with_suffix("").unlink(missing_ok=True)


def _read_note(note: Path) -> Upload | None:
    """Return what a note says; None when it is not there, or not whole yet."""
    try:
        return Upload(**json.loads(note.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _write(target: Path, pieces: Iterable[bytes]) -> tuple[int, str]:
    """Write a file and return its size and hash."""
    size, digest = 0, hashlib.sha256()
    with target.open("wb") as file:
        for piece in pieces:
            size += len(piece)
            if size > BYTE_LIMIT:
                raise UploadRefused(f"the file is larger than {BYTE_LIMIT // 1024**2} MB")
            digest.update(piece)
            file.write(piece)
    return size, digest.hexdigest()


def _mime_of(path: Path) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # refused below
            with Image.open(path, formats=FORMATS) as picture:
                kind, pixels = str(picture.format), picture.width * picture.height
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UploadRefused("the file is no JPEG, PNG, WebP or GIF picture") from error
    if pixels > PIXEL_LIMIT:
        raise UploadRefused(f"the picture has more than {PIXEL_LIMIT // 1024**2} megapixels")
    return f"image/{kind.lower().replace('mpo', 'jpeg')}"


def _folder_name(wished: Any) -> str:
    if not isinstance(wished, str) or not wished.strip("/ "):
        raise UploadRefused("uploadPath is missing")
    parts = wished.strip("/ ").split("/")
    if len(wished) > NAME_LIMIT or any(part in ("", ".", "..") or _unprintable(part) for part in parts):
        raise UploadRefused("uploadPath is not a folder's name")
    return "/".join(parts)


def _file_name(wished: Any) -> str:
    if (
        not isinstance(wished, str)
        or len(wished) > NAME_LIMIT
        or wished in (".", "..")
        or "/" in wished
        or _unprintable(wished)
    ):
        raise UploadRefused("fileName is not a file's name")
    return wished


def _unprintable(name: str) -> bool:
    return "\\" in name or not name.isprintable()
