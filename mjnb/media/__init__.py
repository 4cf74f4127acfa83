"""Pictures and videos on disk: checked, named by content, and there whole or not at all.

What comes from outside is hostile until it has been decoded: size and pixel limits first, then a full
decode, then the parameters are written into the file's own metadata (JPEG comment, PNG text; no pixel
changes), then hash, temporary file, fsync, rename, fsync of the folder.  Thumbnails are a cache beside.
"""

from .files import NotWritten, write_whole
from .pictures import FORMATS, annotate, bare, check, read_note, small_jpeg
from .store import BYTE_LIMIT, THUMBNAIL_SIDE, Kept, Store

__all__ = [
    "BYTE_LIMIT",
    "FORMATS",
    "THUMBNAIL_SIDE",
    "Kept",
    "NotWritten",
    "Store",
    "annotate",
    "bare",
    "check",
    "read_note",
    "small_jpeg",
    "write_whole",
]
