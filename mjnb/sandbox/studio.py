"""Where results are made: the line of a task becomes pictures or a video when a file is first asked for.

A follow-up is read back to the picture that it comes from: an upscaled picture is that picture drawn twice
as finely; a varied one is a relative of it; a video that goes on begins with the last frame of the one
before.  So nothing is decoded again and nothing needs to be kept but the books.
"""

from __future__ import annotations

import io
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from PIL import Image, ImageDraw

from . import clips
from .art import cropped, draw, redraw, restyled, size_of, with_subject
from .motion import RATE, Path, Still
from .tasks import UPSCALE, Task
from .uploads import Uploads

LONG_SIDE = 1024  # pixels of a picture
SHORT_SIDE = 480  # pixels of a video in standard definition
HIGH_DEFINITION = 1.5  # times that
QUALITY = 90  # JPEG
KEPT_BYTES = 64 * 1024 * 1024  # made files kept in memory
SUBJECT_PLACES = (-0.16, 0.12, -0.04, 0.18)  # of an omni reference, right of the middle
USUAL_OW = 100  # Midjourney's own when none is said
LOOK = ("stylization", "weirdness", "variety")


@dataclass(frozen=True)
class Drawing:
    """A picture before it is drawn: the first task that it goes back to, and what was done to it since."""

    task: Task
    index: int
    kin: tuple[str, ...] = ()
    fine: bool = False


class Studio:
    """Makes the files of tasks, each once.

    Args:
        tasks: The books: parents are looked up there.
        uploads: The uploaded pictures.
        long_side: Longest side of the pictures, in pixels.
        short_side: Shorter side of videos in standard definition, in pixels; high has 1.5 times that.
    """

    def __init__(
        self,
        tasks: Mapping[str, Task],
        uploads: Uploads,
        long_side: int = LONG_SIDE,
        short_side: int = SHORT_SIDE,
    ) -> None:
        self.tasks, self.uploads = tasks, uploads
        self.long_side, self.short_side = long_side, short_side
        self._shelf = Shelf(KEPT_BYTES)

    def file(self, task: Task, number: int) -> bytes:
        """Return a result's file, JPEG or MP4; made when it is first asked for.

        Args:
            task: A task that succeeded.
            number: Which of its results, from 0.
        """
        make = self._video if task.is_video else self._jpeg
        return self._shelf.get((task.task_id, number), lambda: make(task, number))

    # ---- pictures ----

    def _jpeg(self, task: Task, number: int) -> bytes:
        picture = self._marked(task, self._picture(self._drawing(task, number)))
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=QUALITY)
        return out.getvalue()

    def _drawing(self, task: Task, number: int) -> Drawing:
        """Read a result back to the task that first drew it."""
        kin: list[str] = []
        fine = task.task_type == UPSCALE
        while task.parent:
            if task.task_type != UPSCALE:
                kin.append(f"{task.seed}/{number}")
            task, number = self.tasks[task.parent], task.index
        return Drawing(task, number, tuple(reversed(kin)), fine)

    def _picture(self, drawing: Drawing) -> Image.Image:
        task, sent = drawing.task, json.loads(drawing.task.param_json)
        look: dict[str, Any] = {name: sent[name] for name in LOOK if name in sent} | {
            "aspect_ratio": sent.get("aspectRatio", "1:1"),
            "index": drawing.index,
            "seed": task.seed,
            "kin": drawing.kin,
            "long_side": self.long_side * (2 if drawing.fine else 1),
            "fine": drawing.fine,
        }
        if not task.sources:
            return draw(sent["prompt"], **look)
        given = [self._source(name) for name in task.sources]
        return BY_KIND[task.task_type](sent, look, given)

    def _source(self, name: str) -> Image.Image:
        """Return a picture that a task starts from, as it would be fetched."""
        kind, _, rest = name.partition("/")
        if kind == "u":
            return self.uploads.open(rest, max(self.long_side, 3 * self.short_side))
        task = self.tasks[rest[:32]]
        return Image.open(io.BytesIO(self.file(task, int(rest[35])))).convert("RGB")

    # ---- videos ----

    def _video(self, task: Task, number: int) -> bytes:
        still, path, towards = self._clip(task, number)
        frames = still.frames(path, towards)
        mark = json.loads(task.param_json).get("waterMark")
        if mark:
            frames = ((_stamp(planes[0], mark, 235), *planes[1:]) for planes in frames)
        return clips.mp4(frames, still.size, RATE)

    def _clip(self, task: Task, number: int) -> tuple[Still, Path, Still | None]:
        """Return a video's first frame, its path, and what it turns into; earlier ones first."""
        line = [(task, number)]
        while line[-1][0].parent:
            after = line[-1][0]
            line.append((self.tasks[after.parent], after.index))
        first, which = line.pop()
        sent = json.loads(first.param_json)
        still, towards = Still(self._first_frame(first, sent)), None
        path = Path.of(sent["motion"], sent["prompt"], first.seed, which)
        while line:
            picture, (after, which) = still.last(path, towards), line.pop()
            still, towards = Still(picture), None
            prompt = json.loads(after.param_json).get("prompt")
            if prompt:
                path = replace(Path.of(sent["motion"], prompt, after.seed, which), strength=path.strength)
                towards = Still(restyled(picture, [draw(prompt, seed=after.seed, long_side=256)], 0.6))
        return still, path, towards

    def _first_frame(self, task: Task, sent: Mapping[str, Any]) -> Image.Image:
        source = self._source(task.sources[0])
        short = self.short_side * (HIGH_DEFINITION if task.task_type == "mj_video_hd" else 1)
        ratio = sent.get("aspectRatio") or f"{source.width}:{source.height}"
        return cropped(source, _size_by_short_side(ratio, short))

    def _marked(self, task: Task, picture: Image.Image) -> Image.Image:
        mark = json.loads(task.param_json).get("waterMark")
        return _stamp(picture, mark, 255) if mark else picture


class Shelf:
    """Made things by key, each made once even when several ask at once; the longest unused go first.

    Args:
        limit: Most bytes kept.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._making: dict[tuple[str, int], threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: tuple[str, int], make: Callable[[], bytes]) -> bytes:
        """Return a thing; ``make`` makes it when it is not there."""
        with self._lock:
            turn = self._making.setdefault(key, threading.Lock())
        with turn:
            with self._lock:
                if key in self._kept:
                    self._kept.move_to_end(key)
                    return self._kept[key]
            made = make()
            with self._lock:
                self._kept[key] = made
                self._making.pop(key, None)
                while len(self._kept) > 1 and sum(map(len, self._kept.values())) > self._limit:
                    self._kept.popitem(last=False)
            return made


def _image_to_image(sent: Mapping[str, Any], look: dict[str, Any], given: list[Image.Image]) -> Image.Image:
    """What the first picture shows, in the manner of the prompt and in the colours of any others."""
    drawn = redraw(given[0], sent["prompt"], **look)
    return restyled(drawn, given[1:], 0.5) if len(given) > 1 else drawn


def _in_style(sent: Mapping[str, Any], look: dict[str, Any], given: list[Image.Image]) -> Image.Image:
    return restyled(draw(sent["prompt"], **look), given)


def _with_thing(sent: Mapping[str, Any], look: dict[str, Any], given: list[Image.Image]) -> Image.Image:
    weight = (sent.get("ow", USUAL_OW) / 1000) ** 0.5
    drawn = draw(sent["prompt"], **look)
    return with_subject(drawn, given[0], weight, SUBJECT_PLACES[look["index"] % len(SUBJECT_PLACES)])


BY_KIND: dict[str, Callable[[Mapping[str, Any], dict[str, Any], list[Image.Image]], Image.Image]] = {
    "mj_img2img": _image_to_image,
    "mj_style_reference": _in_style,
    "mj_omni_reference": _with_thing,
}


def _size_by_short_side(ratio: str, short: float) -> tuple[int, int]:
    wide, tall = (float(part) for part in ratio.split(":"))
    longer = max(wide, tall) / min(wide, tall)
    return size_of(ratio, round(short * min(longer, 2.5)))


def _stamp(picture: Image.Image, text: str, light: int) -> Image.Image:
    """Write a watermark into the lower right corner."""
    marked = picture.copy()
    height = max(8, picture.height // 32)
    ink = light if picture.mode == "L" else (light,) * 3
    ImageDraw.Draw(marked).text(
        (picture.width - height // 2, picture.height - height // 2),
        text.splitlines()[0][:80],
        fill=ink,
        anchor="rs",
        font_size=height,
    )
    return marked
