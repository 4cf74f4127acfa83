"""Frames to MP4 files: the home of PyAV, which is imported when the first video is made."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

CODEC: Final = "libx264"
PRESET, QUALITY = "veryfast", "23"  # the latter is x264's constant rate factor
BT601 = 6  # the matrix of Pillow's YCbCr (ITU-T H.273: SMPTE 170M)
VIDEO_RANGE = 1  # brightness from 16 to 235


def mp4(frames: Iterable[tuple[Image.Image, ...]], size: tuple[int, int], rate: int) -> bytes:
    """Return an H.264 video in an MP4 file that plays before it is loaded whole.

    Args:
        frames: Brightness and two colour planes each, the latter of half the size.
        size: Width and height in pixels, both even.
        rate: Frames a second.
    """
    import av

    with tempfile.TemporaryDirectory(prefix="mjnb-") as folder:
        path = Path(folder, "clip.mp4")  # a file, because faststart reads it again
        with av.open(str(path), "w", options={"movflags": "+faststart"}) as file:
            stream = file.add_stream(CODEC, rate=rate, options={"preset": PRESET, "crf": QUALITY})
            stream.width, stream.height = size
            stream.pix_fmt = "yuv420p"
            context = stream.codec_context
            context.thread_count = 1
            context.colorspace, context.color_range = BT601, VIDEO_RANGE
            for planes in frames:
                frame = av.VideoFrame.from_ndarray(_stacked(planes), format="yuv420p")
                file.mux(stream.encode(frame))
            file.mux(stream.encode())
        return path.read_bytes()


def _stacked(planes: tuple[Image.Image, ...]) -> NDArray[np.uint8]:
    """Planes one after the other, in rows of the first one's width."""
    return np.concatenate([np.asarray(plane).ravel() for plane in planes]).reshape(-1, planes[0].width)
