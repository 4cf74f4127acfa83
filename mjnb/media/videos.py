"""Video files: checked by decoding every frame, and stood for by their first one."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from PIL import Image

from ..errors import MediaError
from .whole import is_whole, still_brand

FORMAT = ("video/mp4", ".mp4")
FRAME_LIMIT = 60 * 60  # frames; a clip of 5 s has 120
PIXEL_LIMIT = 4096 * 2304  # of one frame


def is_video(content: bytes) -> bool:
    """Return whether a file says that it is an MP4 (ISO 14496-12, 4.3: the file type box comes first)."""
    return content[4:8] == b"ftyp"


def check(content: bytes) -> tuple[int, int]:
    """Return a video's width and height in pixels after decoding all of it.

    Raises:
        MediaError: It is damaged, has no picture, is a picture, or exceeds a limit.
    """
    if still := still_brand(content):
        raise MediaError(f"what came is a picture as {still}; JPEG, PNG, WebP and MP4 are kept")
    if not is_whole(content, "MP4"):
        raise MediaError(f"what came is not a whole video ({len(content)} bytes): a part of it is missing")
    with _stream(content) as (container, stream):
        size = (stream.codec_context.width, stream.codec_context.height)
        if size[0] * size[1] > PIXEL_LIMIT:
            raise MediaError(f"the video has {size[0]} x {size[1]} pixels, {PIXEL_LIMIT} are allowed")
        frames = 0
        for frame in container.decode(stream):
            if frame.is_corrupt:
                raise MediaError(f"what came is not a whole video: frame {frames + 1} is damaged")
            frames += 1
            if frames > FRAME_LIMIT:
                raise MediaError(f"the video has more than {FRAME_LIMIT} frames")
        if frames == 0 or frames < stream.frames:
            raise MediaError(f"the video is cut short: {frames} of {stream.frames} frames")
    return size


def first_frame(content: bytes) -> Image.Image:
    """Return a video's first frame; raises as `check`."""
    with _stream(content) as (container, stream):
        for frame in container.decode(stream):
            picture: Image.Image = frame.to_image()
            return picture
    raise MediaError("the video has no frame")


@contextmanager
def _stream(content: bytes) -> Iterator[tuple[Any, Any]]:
    import av

    try:
        with av.open(io.BytesIO(content), format="mp4") as container:
            if not container.streams.video or container.streams.video[0].codec_context is None:
                raise MediaError("the video has no picture")
            yield container, container.streams.video[0]
    except (av.FFmpegError, ValueError, IndexError) as error:
        raise MediaError(f"what came is not a whole video ({len(content)} bytes): {error}") from error
