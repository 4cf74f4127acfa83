"""One line of the sandbox's books, and what follows from it: how many results, where, and since when.

A task's pictures and videos are a function of its line (and its parents' and sources' lines), so nothing
that was drawn needs to be kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ..params import TASK_TYPES, VIDEO, Choice, Generate, Request, Upscale, VideoExtend, rows, task_type_of

PICTURES = 4
OMNI_LATENCY = 247 / 60  # all in parts of a fast task's; omni as seen, the rest supposed
LATENCIES = {"mj_video": 2.0, "mj_video_hd": 3.0, "mj_upscale": 0.5, "mj_vary": 1.0}
EXTEND_LATENCY = 2.0
FAILED = 501  # errorCode of a task that failed: generation failed
RESULT = re.compile(r"([0-9a-f]{32})_0_([0-9])\.(jpeg|mp4)")


def _extensions() -> frozenset[str]:
    domain = rows(VideoExtend)["task_type"].domain
    return frozenset(domain.values) if isinstance(domain, Choice) else frozenset()


VIDEOS = VIDEO | _extensions()  # task types whose results are videos
UPSCALE = task_type_of(Upscale(task_id="-", image=1))


@dataclass(frozen=True)
class Task:
    """One line of the books; times in epoch seconds.

    Attributes:
        task_id: The service's id.
        task_type: As in the table; follow-ups have their own.
        param_json: What record-info shows.
        seed: What the results are drawn from, besides the parameters.
        created: When it was made.
        ready: When it ends.
        credits: What it cost.
        count: How many results it has.
        parent: The task that it follows up, if any.
        index: Which of the parent's results, from 0.
        sources: The pictures it starts from, as `Files` names them.
        flag: How it ends: 1, 2 or 3, as successFlag.
        error: Why it failed.
    """

    task_id: str
    task_type: str
    param_json: str
    seed: str
    created: float
    ready: float
    credits: float
    count: int = PICTURES
    parent: str = ""
    index: int = 0
    sources: tuple[str, ...] = ()
    flag: int = 1
    error: str = ""

    @classmethod
    def read(cls, line: dict[str, Any]) -> Task:
        """Return a task from a line of a books file, an older one too."""
        return cls(**{**line, "sources": tuple(line.get("sources", ()))})

    @property
    def is_video(self) -> bool:
        return self.task_type in VIDEOS

    def results(self) -> list[str]:
        """Return the paths of its results."""
        kind = "mp4" if self.is_video else "jpeg"
        return [f"/m/{self.task_id}_0_{number}.{kind}" for number in range(self.count)]

    def record(self, now: float) -> dict[str, Any]:
        """Return record-info's data, keys in the service's order, with paths where the service has URLs."""
        done, well = now >= self.ready, self.flag == 1
        urls = {"resultUrls": [{"resultUrl": path} for path in self.results()]}
        return {
            "taskId": self.task_id,
            "taskType": self.task_type,
            "paramJson": self.param_json,
            "completeTime": int(self.ready * 1000) if done else None,
            "resultInfoJson": urls if done and well else None,
            "successFlag": self.flag if done else 0,
            "createTime": int(self.created * 1000),
            "errorCode": None if well or not done else FAILED,
            "errorMessage": None if well or not done else self.error,
        }


def count_of(request: Request) -> int:
    """Return how many results a request gives: four pictures, one enlarged, as many videos as were asked."""
    if isinstance(request, Upscale | VideoExtend):
        return 1
    if isinstance(request, Generate) and request.task_type in VIDEO:
        return request.video_batch_size or 1
    return PICTURES


def latency_of(request: Request, usual: dict[str, float]) -> float:
    """Return how long a request takes at the service, in seconds.

    Args:
        request: What was sent.
        usual: Seconds per speed.
    """
    if isinstance(request, Generate) and TASK_TYPES[request.task_type].speed == "needed":
        return usual[request.speed or "fast"]
    if isinstance(request, Generate) and request.task_type not in VIDEO:
        return usual["fast"] * OMNI_LATENCY
    return usual["fast"] * LATENCIES.get(task_type_of(request), EXTEND_LATENCY)
