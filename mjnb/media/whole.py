"""Whether a file is there up to its end: read by its own marks, which decoders do not insist on.

Pillow takes a PNG without its last chunks, and any cut picture once somebody has set
``LOAD_TRUNCATED_IMAGES``; FFmpeg plays an MP4 up to where it breaks off.  What stands behind the end of a
file stays.  JPEG, WebP and MP4 have no checksums: a change inside them is seen only if the decoder
stumbles over it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

PART_LIMIT = 100_000  # chunks, segments or boxes of a file; 64 MiB of a PNG in parts of 8 KiB have 8,192
NEXT_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]", re.DOTALL)  # neither stuffing, fill nor restart
STILL_BRANDS = {
    **dict.fromkeys((b"avif", b"avis"), "AVIF"),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"), "HEIC"),
    **dict.fromkeys((b"mif1", b"mif2", b"msf1"), "HEIF"),
}  # brands of pictures in the container of MP4: ISO 23008-12, annex B; AV1 Image File Format, 6
BOXES = {b"moov", b"mdat", b"moof", b"mfra", b"sidx", b"styp", b"free", b"skip", b"meta", b"uuid", b"wide"}


def is_whole(content: bytes, kind: str) -> bool:
    """Return whether a picture or video reaches its own end.

    Args:
        content: The file.
        kind: ``PNG``, ``JPEG``, ``WEBP`` or ``MP4``; a decoder has found it to be that.
    """
    return {"PNG": _png, "JPEG": _jpeg, "WEBP": _webp, "MP4": _mp4}[kind](content)


def still_brand(content: bytes) -> str:
    """Return which kind of picture a file with MP4's boxes says that it is, or nothing for a video."""
    length = int.from_bytes(content[:4], "big")
    brands = content[8 : min(length, 1024)].lower()  # the major brand, its version, the compatible ones
    found = [STILL_BRANDS.get(brands[at : at + 4], "") for at in range(0, len(brands), 4)]
    return min(filter(None, found), default="")  # the more exact name comes first in the alphabet


def _png(content: bytes) -> bool:
    """PNG specification, 5.3: length, type, data and CRC of each chunk, the last one IEND."""
    at = 8
    for _ in range(PART_LIMIT):
        length = int.from_bytes(content[at : at + 4], "big")
        name, end = content[at + 4 : at + 8], at + 8 + length
        if content[end : end + 4] != zlib.crc32(content[at + 4 : end]).to_bytes(4, "big"):
            return False
        if name == b"IEND":
            return True
        at = end + 4
    return False


def _jpeg(content: bytes) -> bool:
    """ITU T.81, B.1: segments with their lengths, behind a scan's header its data, at the end EOI."""
    at = 2
    for _ in range(PART_LIMIT):
        found = NEXT_MARKER.search(content, at)
        if found is None:
            return False
        marker, at = content[found.start() + 1], found.end()
        if marker == 0xD9:
            return True
        if marker not in (0x01, 0xD8):
            at += int.from_bytes(content[at : at + 2], "big")
    return False


def _webp(content: bytes) -> bool:
    """RIFF: the length behind the first four bytes tells how many follow it."""
    return int.from_bytes(content[4:8], "little") + 8 <= len(content)


def _mp4(content: bytes) -> bool:
    """ISO 14496-12, 4.2: every box is as long as it says, the index (moov) and the data (mdat) among them."""
    names: list[bytes] = []
    for name, end in _boxes(content):
        if end > len(content):
            # what is no box stands behind the end; a box that is cut does not
            return {b"moov", b"mdat"} <= set(names) and b"moof" not in names and name not in BOXES
        names.append(name)
    last = [name for name in names if name in (b"moof", b"mdat")]
    return {b"moov", b"mdat"} <= set(names) and last[-1] == b"mdat"


def _boxes(content: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield the type of each box and where it ends; one without a length ends with the file."""
    at = 0
    for _ in range(PART_LIMIT):
        if at >= len(content):
            return
        length, name, head = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8], 8
        if length == 1:
            length, head = int.from_bytes(content[at + 8 : at + 16], "big"), 16
        if length == 0 and name in BOXES:
            length = len(content) - at
        at = at + length if length >= head and len(name) == 4 else len(content) + 1
        yield name, at
    yield b"", len(content) + 1
