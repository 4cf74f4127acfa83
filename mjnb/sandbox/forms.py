"""Request bodies: JSON of a limited size, and multipart forms by way of a file on disk.

A form goes to disk as it comes and is then read in place, so that a file of 100 MB costs no memory.
(Starlette's own form reader would need another library.)
"""

from __future__ import annotations

import json
import mmap
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from typing import IO, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

PIECE = 1024 * 1024  # bytes read at once
PARTS_LIMIT = 20
HEADER_LIMIT = 8 * 1024  # bytes of one part's header


class BodyRefused(Exception):
    """The request's body cannot be read, and why."""


@dataclass(frozen=True)
class Part:
    """One field of a form: its name, a file's name if it is one, and where its content lies."""

    name: str
    file_name: str | None
    start: int
    end: int


class Form:
    """A multipart form in a file."""

    def __init__(self, content: mmap.mmap, parts: list[Part]) -> None:
        self._content = content
        self.parts = {part.name: part for part in parts}

    def text(self, name: str) -> str | None:
        """Return a field as a text; None when it is not there."""
        part = self.parts.get(name)
        if part is None:
            return None
        return self._content[part.start : min(part.end, part.start + HEADER_LIMIT)].decode("utf-8", "replace")

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield a field's content."""
        part = self.parts[name]
        for start in range(part.start, part.end, PIECE):
            yield self._content[start : min(part.end, start + PIECE)]


async def read_json(request: Request, limit: int) -> dict[str, Any]:
    """Return a JSON object.

    Args:
        request: What came.
        limit: Most bytes that are read.

    Raises:
        BodyRefused: It is too large or no JSON object.
    """
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > limit:
            raise BodyRefused("the request is too large")
    try:
        sent = await run_in_threadpool(_loaded, content) if len(content) > PIECE else _loaded(content)
    except (ValueError, RecursionError):
        raise BodyRefused("the request is not JSON") from None
    if not isinstance(sent, dict):
        raise BodyRefused("the request is not a JSON object")
    return sent


def _loaded(content: bytearray) -> Any:
    found = json.loads(content)
    if b"\\ud" in content.lower():  # half a character, which no answer could hold
        found = json.loads(json.dumps(found, ensure_ascii=False).encode(errors="replace"))
    return found


async def spool(request: Request, limit: int) -> IO[bytes]:
    """Return a request's body in a file; the caller closes it.

    Raises:
        BodyRefused: It has more than ``limit`` bytes.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    try:
        size = 0
        async for piece in request.stream():
            size += len(piece)
            if size > limit:
                raise BodyRefused(f"the file is larger than {limit // 1024**2} MB")
            file.write(piece)
        file.flush()
    except BaseException:
        file.close()
        raise
    return file


@contextmanager
def opened(file: IO[bytes], content_type: str) -> Iterator[Form]:
    """Read a form in place.

    Args:
        file: The body.
        content_type: The request's header, which names the boundary.

    Raises:
        BodyRefused: It is no multipart form.
    """
    header = Message()
    header["Content-Type"] = content_type
    boundary = header.get_param("boundary")
    if header.get_content_type() != "multipart/form-data" or not isinstance(boundary, str) or not boundary:
        raise BodyRefused("the request is not multipart/form-data")
    try:
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except ValueError:
        raise BodyRefused("the request is empty") from None
    with content:
        yield Form(content, list(_parts(content, boundary.encode("latin-1", "replace"))))


def _parts(content: mmap.mmap, boundary: bytes) -> Iterator[Part]:
    """Find the parts (RFC 2046, 5.1.1): each from one delimiter to the next."""
    place = content.find(b"--" + boundary)
    for _ in range(PARTS_LIMIT):
        start = place + len(boundary) + 2
        end = content.find(b"\r\n--" + boundary, start)
        if place < 0 or end < 0:
            return
        part = _part(content, start, end)
        if part is not None:
            yield part
        place = end + 2
    raise BodyRefused("the form has too many parts")


def _part(content: mmap.mmap, start: int, end: int) -> Part | None:
    body = content.find(b"\r\n\r\n", start, min(end, start + HEADER_LIMIT))
    if body < 0:
        return None
    header = BytesHeaderParser().parsebytes(content[start:body].lstrip())
    name = header.get_param("name", header="content-disposition")
    told = _file_name(content[start:body])
    return Part(name, told, body + 4, end) if isinstance(name, str) else None


def _file_name(header: bytes) -> str | None:
    """Return a part's file name; browsers and HTTP libraries send it as UTF-8 in quotes."""
    found = re.search(rb'filename="([^"\r\n]*)"', header)
    return found[1].decode("utf-8", "replace") if found else None
