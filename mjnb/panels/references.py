"""Reference pictures: by upload, by address, or from an earlier result; each becomes a URL at once.

An upload is free and kept by content, so the panel can show the exact command and JSON before anything is
paid.  What came from the front end is checked as a picture before it is used.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import display
from ..errors import InvalidRequest, MediaError
from ..params import url_fault

if TYPE_CHECKING:
    from ..sessions import Session
    from ..tracking import TaskImage

THUMBNAIL_SIDE = 96  # pixels
MOST_PARTS = 1000
MOST_FILES = 8  # under way at once; of more, the one that began first was left by a page that is gone

_RESULT = re.compile(r"(?P<task>[\w-]{4,})(?:[/# ](?P<number>[1-4]))?")


class Upload(bytes):
    """The content of a picture file that came from the browser, with its name."""

    name = "a file"

    def __repr__(self) -> str:
        return f"<{self.name}, {len(self):,} bytes>"


@dataclass(frozen=True)
class Reference:
    """One reference picture.

    Attributes:
        thing: What it was given as; `Session.imagine` takes it.
        label: What it is called.
        url: Where the service finds it.
        thumbnail: A small JPEG, when there is one.
    """

    thing: Any
    label: str
    url: str
    thumbnail: bytes | None = None

    @property
    def told(self) -> dict[str, str]:
        """What the front end shows of it."""
        picture = display.data_uri(self.thumbnail) if self.thumbnail else ""
        return {"label": self.label, "url": self.url, "picture": picture}


def from_address(text: str) -> Reference:
    """Return a reference by URL, whose host is checked when it is sent; raises `InvalidRequest` for none."""
    if fault := url_fault(text):
        raise InvalidRequest(fault)
    return Reference(text, text, text)


def from_text(session: Session, text: str) -> Reference:
    """Return what was typed: a URL, a file of the kernel's machine, or an earlier result as ``a1b2c3/2``.

    Raises:
        InvalidRequest, LedgerError, MediaError: It is none of them, or not a picture.
    """
    text = text.strip()
    if "://" in text:
        return from_thing(session, text)
    found = _RESULT.fullmatch(text)
    if found is None or Path(text).is_file():
        return from_thing(session, Path(text))
    return from_thing(session, picture_of(session, found["task"], int(found["number"] or 1)))


def picture_of(session: Session, task: str, number: int) -> TaskImage:
    """Return a picture of an earlier task."""
    images = session.task(task).images
    if not 1 <= number <= len(images):
        raise InvalidRequest(f"task {task} has {len(images)} pictures, and no number {number}")
    return images[number - 1]


def from_thing(session: Session, thing: Any) -> Reference:
    """Return a reference for what `Session.imagine` takes; what has no URL is uploaded now.

    Raises:
        InvalidRequest: It is no picture, or the service could not reach it.
        NoAnswer, ServiceError: The upload failed.
    """
    from ..tracking import inputs

    tracker = session.tracker
    found = inputs.read_inputs(thing, tracker.client.own_hosts, tracker.client.time_scale)
    if len(found) != 1:
        raise InvalidRequest(f"one picture at a time, not {len(found)}")
    (url,) = tracker.loop.run(inputs.to_urls(found, tracker))
    return Reference(thing, _label(thing), url, _thumbnail(thing))


def _label(thing: Any) -> str:
    from ..tracking import TaskImage

    if isinstance(thing, TaskImage):
        return f"picture {thing.number} of task {display.short(thing.task.id)}"
    return str(getattr(thing, "name", thing if isinstance(thing, str) else type(thing).__name__))


def _thumbnail(thing: Any) -> bytes | None:
    from PIL import Image

    from ..media import small_jpeg
    from ..tracking import TaskImage

    try:
        if isinstance(thing, TaskImage):
            return thing.thumbnail()
        content = thing.read_bytes() if isinstance(thing, Path) else thing
        if not isinstance(content, bytes):
            return None
        with Image.open(io.BytesIO(content)) as picture:
            return small_jpeg(picture, THUMBNAIL_SIDE)
    except (OSError, ValueError, MediaError):
        return None


class Parts:
    """Files that arrive from the browser in parts, since a message of many megabytes ends the connection."""

    def __init__(self) -> None:
        self._coming: dict[str, list[bytes]] = {}

    def take(self, name: str, key: str, part: int, of: int, content: bytes) -> Upload | None:
        """Take a part, in order; return the file when it is whole.

        Args:
            name: The file's name.
            key: Which of the files under way it belongs to.
            part: Its number, from 0.
            of: How many parts there are.
            content: The bytes.

        Raises:
            InvalidRequest: It is too large, or a part is missing.
        """
        from ..media import BYTE_LIMIT

        parts = self._coming.setdefault(key, [])
        if len(self._coming) > MOST_FILES:
            del self._coming[next(iter(self._coming))]
        if part != len(parts) or not 0 < of <= MOST_PARTS:
            del self._coming[key]
            raise InvalidRequest(f"{name} did not arrive whole", hint="Choose the file again.")
        parts.append(bytes(content))
        if sum(map(len, parts)) > BYTE_LIMIT:
            del self._coming[key]
            raise InvalidRequest(f"{name} is larger than {BYTE_LIMIT:,} bytes")
        if len(parts) < of:
            return None
        whole = Upload(b"".join(self._coming.pop(key)))
        whole.name = Path(name).name[:80] or "a file"
        return whole


def things(references: Iterable[Reference]) -> list[Any]:
    """Return what `Session.imagine` takes for ``file_urls``."""
    return [one.thing for one in references]
