"""Pictures as inputs: whatever a user has at hand becomes a URL that the service can read.

A URL stays one.  A file, its bytes, a Pillow picture, a matplotlib figure or an earlier result is checked
and uploaded, once per content and lifetime.  What cannot be an input is refused before anything is sent.
"""

from __future__ import annotations

import hashlib
import io
import os
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from PIL import Image

from ..api import RESULT_LIFETIME
from ..client import Client
from ..display import short
from ..errors import InvalidRequest, MediaError
from ..identity import address
from ..ledger import Ledger
from ..media import BYTE_LIMIT, FORMATS, check
from ..params import Generate, Request, private_host, url_fault
from .followups import is_video
from .images import TaskImage

Bytes = bytes | bytearray | memoryview

UPLOAD_LIFETIME = 20 * 3600.0  # seconds; the service keeps an upload for 24 hours at least
RESULT_MARGIN = 24 * 3600.0  # seconds before its end from which a result is no longer handed on


class Uploader(Protocol):
    """What uploading needs of the tracker."""

    client: Client
    ledger: Ledger
    account: str


@dataclass(frozen=True)
class Remote:
    """A picture that has a URL."""

    url: str


@dataclass(frozen=True)
class Local:
    """A picture that is to be uploaded.

    Attributes:
        name: What it is called there: by its content, which tells nothing of this machine.
        called: What it is called here: a file's name, or what was given.
    """

    content: bytes
    name: str
    mime: str
    called: str = ""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def read_inputs(given: Any, own_hosts: Collection[str], time_scale: float = 1.0) -> list[Remote | Local]:
    """Return what an input or a list of inputs stands for; nothing is sent.

    Args:
        given: A URL, a path, bytes, a Pillow picture, a matplotlib figure, a `TaskImage`, or a list of these.
        own_hosts: The service's own hosts, whose addresses are good wherever it stands.
        time_scale: How much faster than the service the server's clock runs.

    Raises:
        InvalidRequest: With everything that is wrong.
    """
    things = list(given) if isinstance(given, Sequence) and not isinstance(given, str | Bytes) else [given]
    found: list[Remote | Local] = []
    faults: list[str] = []
    for thing in things:
        try:
            found.append(_read_one(thing, own_hosts, time_scale))
        except (ValueError, MediaError) as error:
            faults.append(error.message if isinstance(error, MediaError) else str(error))
    if faults:
        raise InvalidRequest(faults, hint="Give a URL, a picture file, bytes, a Pillow picture or a figure.")
    return found


async def to_urls(inputs: Sequence[Remote | Local], uploader: Uploader) -> tuple[str, ...]:
    """Return a URL for every input, uploading what has none and is not up there still."""
    return tuple([await _to_url(one, uploader) for one in inputs])


async def _to_url(one: Remote | Local, uploader: Uploader) -> str:
    if isinstance(one, Remote):
        return one.url
    async with uploader.client.uploading:  # of two with the same content, the second finds the first's
        there = uploaded(one, uploader)
        if there is not None:
            return there
        url = await uploader.client.upload(one.content, one.name, one.mime)
        lifetime = UPLOAD_LIFETIME / uploader.client.time_scale
        uploader.ledger.put_upload(one.sha256, uploader.account, url, lifetime)
        return url


def uploaded(one: Local, uploader: Uploader) -> str | None:
    """Return where a picture was uploaded, while it is there; a sandbox of before is there no longer."""
    url = uploader.ledger.uploaded(one.sha256, uploader.account)
    return None if url is None or _unreachable(url, uploader.client.own_hosts) else url


def reachable(request: Request, uploader: Uploader) -> Request:
    """Return a request whose inputs the service can reach, whether named in the text or beside it.

    An upload or a result that the service has deleted since (a sweep that was laid out yesterday, a task made
    again) is handed on by the address that the same content has now.

    Raises:
        InvalidRequest: With every input that it cannot reach.
    """
    urls = (request.file_urls or ()) if isinstance(request, Generate) else ()
    if not isinstance(request, Generate) or not urls:
        return request
    faults = [fault for url in urls if (fault := _unreachable(url, uploader.client.own_hosts))]
    lifetime = RESULT_LIFETIME / uploader.client.time_scale
    now_at = uploader.ledger.places_now(urls, uploader.account, lifetime)
    gone = [url for url in urls if now_at[url] is None]
    faults += [f"{url!r} was an upload or a result, which the service has deleted" for url in gone]
    if faults:
        again = "Nothing was sent; file_urls= takes a picture file, too. A sweep is laid out again with it."
        raise InvalidRequest(faults, hint=again)
    return replace(request, file_urls=tuple(now_at[url] or url for url in urls))


def _read_one(thing: Any, own_hosts: Collection[str], time_scale: float) -> Remote | Local:
    if isinstance(thing, TaskImage):
        return _from_result(thing, own_hosts, time_scale)
    if isinstance(thing, str) and ("://" in thing or urlsplit(thing).scheme in ("http", "https")):
        return Remote(_checked_url(thing, own_hosts))
    if isinstance(thing, str | os.PathLike):
        return _from_file(Path(thing))
    if isinstance(thing, Bytes):
        return _local(bytes(thing), "the bytes given")
    if isinstance(thing, Image.Image):
        return _local(_png(thing), "the picture given")
    if hasattr(thing, "savefig"):
        out = io.BytesIO()
        thing.savefig(out, format="png")
        return _local(out.getvalue(), "the figure given")
    raise ValueError(f"a {type(thing).__name__} cannot be a picture")


def _from_result(image: TaskImage, own_hosts: Collection[str], time_scale: float) -> Remote | Local:
    """An earlier result is used where it is, while it is there; later its file is uploaded."""
    if is_video(image.task.task_type):
        raise ValueError(
            f"result {image.number} of task {short(image.task.id)} is a video, and this needs pictures"
        )
    age = time.time() - (image.task.entry.completed_at or 0) / 1000
    spare, until = -RESULT_MARGIN / time_scale, (RESULT_LIFETIME - RESULT_MARGIN) / time_scale
    if spare < age < until and not _unreachable(image.url, own_hosts):
        return Remote(image.url)
    return _from_file(image.path)


def _checked_url(url: str, own_hosts: Collection[str]) -> str:
    if fault := url_fault(url) or _unreachable(url, own_hosts):
        raise ValueError(fault)
    return url


def _unreachable(url: str, own_hosts: Collection[str]) -> str:
    """Return why the service cannot reach a URL, or an empty text."""
    parts = urlsplit(address(url))
    if not private_host(parts.hostname or "") or parts.netloc in own_hosts:
        return ""
    return f"{url!r} is on a private address, which the service cannot reach: give the file itself"


def _from_file(given: Path) -> Local:
    try:
        path = given.expanduser()
    except RuntimeError:
        raise ValueError(f"cannot read {str(given)!r}: there is no such user") from None
    try:
        if path.exists() and not path.is_file():  # a pipe or a device may never end
            raise ValueError(f"{path} is no file")
        if path.stat().st_size > BYTE_LIMIT:
            raise ValueError(f"{path} has {path.stat().st_size} bytes, {BYTE_LIMIT} are allowed")
        return _local(path.read_bytes(), path.name)
    except OSError as error:
        raise ValueError(f"cannot read {str(path)!r}: {error.strerror}") from None


def _local(content: bytes, name: str) -> Local:
    if len(content) > BYTE_LIMIT:
        raise ValueError(f"{name} has {len(content)} bytes, {BYTE_LIMIT} are allowed")
    try:
        kind, _ = check(content)
    except MediaError as error:
        raise ValueError(f"{name}: {error.message}") from None
    mime, suffix = FORMATS[kind]
    return Local(content, hashlib.sha256(content).hexdigest()[:16] + suffix, mime, name)


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    kept = picture if picture.mode in ("RGB", "RGBA", "L", "LA", "P", "1", "I;16") else picture.convert("RGB")
    kept.save(out, "PNG")
    return out.getvalue()
