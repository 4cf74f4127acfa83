"""What can be made from a finished task: larger, varied, moving, longer; checked before anything is paid."""

from __future__ import annotations

from typing import Any, Protocol

from ..api import read_params
from ..display import short
from ..errors import InvalidRequest
from ..params import TASK_TYPES, VIDEO, Generate, Request, Upscale, Vary, VideoExtend, from_body, make, rows
from ..prompt import one_line, to_request
from ..prompt.words import split, without


class Source(Protocol):
    """What a follow-up needs to know of the task that it follows."""

    id: str

    @property
    def state(self) -> str: ...
    @property
    def task_id(self) -> str | None: ...
    @property
    def task_type(self) -> str: ...
    @property
    def result_count(self) -> int: ...


def is_video(task_type: str) -> bool:
    """Return whether a task of this type makes videos."""
    return task_type in VIDEO or task_type.startswith("mj_video")


def upscale(source: Source, image: int) -> Upscale:
    """Return the request that makes a picture larger; raises `InvalidRequest` with what is wrong."""
    _check(source, image, "image", video=False)
    return make(Upscale, {"task_id": source.task_id, "image": image})


def vary(source: Source, image: int) -> Vary:
    """Return the request that makes four relatives of a picture; raises as `upscale`."""
    _check(source, image, "image", video=False)
    return make(Vary, {"task_id": source.task_id, "image": image})


def extend(source: Source, video: int, prompt: str | None) -> VideoExtend:
    """Return the request that makes a video longer, with a prompt or without; raises as `upscale`."""
    _check(source, video, "video", video=True)
    kind = "mj_video_extend_auto" if prompt is None else "mj_video_extend_manual"
    return make(VideoExtend, {"task_type": kind, "task_id": source.task_id, "video": video, "prompt": prompt})


def animate(urls: tuple[str, ...], prompt: str, said: dict[str, Any], *, hd: bool) -> Generate:
    """Return the request that makes videos from one picture; raises `InvalidRequest` with what is wrong.

    ``--hd`` in the prompt says the same as ``hd``, and ``--video`` what is meant already.
    """
    kind = "mj_video_hd"
    prompt = one_line(prompt)
    words = split(prompt)
    asked = {number for number, word in enumerate(words) if word.text.lower() == TASK_TYPES[kind].word}
    known = {number for number, word in enumerate(words) if word.text.lower() == "--video"}
    kind = kind if hd or asked else "mj_video"
    line = one_line(without(prompt, words, asked | known))
    return to_request(line, {**said, "task_type": kind, "file_urls": urls})


def again(task_type: str, param_json: str) -> Request:
    """Return the request that a task was made with; where its answer was reported is left out.

    Args:
        task_type: The task's.
        param_json: What was sent.

    Raises:
        InvalidRequest: The text cannot be read, or says what is not legal any more.
    """
    reported = rows(Generate)["call_back_url"].api
    sent = {name: value for name, value in read_params(param_json).items() if name != reported}
    if task_type == "mj_upscale":
        return from_body(Upscale, sent)
    if task_type == "mj_vary":
        return from_body(Vary, sent)
    if task_type.startswith("mj_video_extend"):
        return from_body(VideoExtend, sent)
    return from_body(Generate, sent)


def check_picture(source: Source, image: int) -> None:
    """Refuse a picture that a follow-up cannot start from."""
    _check(source, image, "image", video=False)


def _check(source: Source, number: int, word: str, *, video: bool) -> None:
    name = f"task {short(source.id)}"
    if source.state in ("intent", "submitted", "generating"):
        raise InvalidRequest(f"{name} is still {source.state}", hint="Wait for it first: task.wait().")
    if source.state != "succeeded" or source.task_id is None:
        raise InvalidRequest(f"{name} is {source.state}: there is nothing to go on from")
    if is_video(source.task_type) != video:
        wanted, has = ("videos", "pictures") if video else ("pictures", "videos")
        raise InvalidRequest(f"{name} has {has}, and this needs {wanted}")
    if type(number) is not int or not 1 <= number <= source.result_count:
        raise InvalidRequest(f"{word} {number!r} of {name}: it has 1 to {source.result_count}")
