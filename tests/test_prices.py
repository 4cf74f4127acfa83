"""Estimates: one table of prices, and every request finds its line."""

from __future__ import annotations

from typing import Any

import pytest

from mjnb.params import Generate, Request, Upscale, Vary, VideoExtend, make
from mjnb.prices import PRICES, estimate

URL = "https://files.example.com/a.png"
TEXT = {"task_type": "mj_txt2img", "prompt": "a fox"}
OMNI = {"task_type": "mj_omni_reference", "prompt": "a fox", "file_urls": URL}
VIDEO = {"prompt": "a fox", "file_urls": URL, "motion": "high"}
FOLLOW = {"task_id": "1"}
EXTEND = FOLLOW | {"task_type": "mj_video_extend_auto", "video": 1}

COSTS: list[tuple[type[Any], dict[str, Any], float]] = [
    (Generate, TEXT | {"speed": "relaxed"}, 3),
    (Generate, TEXT | {"speed": "fast"}, 8),
    (Generate, TEXT | {"speed": "turbo"}, 16),
    (Generate, OMNI, 8),
    (Generate, OMNI | {"speed": "relaxed"}, 3),
    (Generate, VIDEO | {"task_type": "mj_video"}, 15),
    (Generate, VIDEO | {"task_type": "mj_video", "video_batch_size": 4}, 60),
    (Generate, VIDEO | {"task_type": "mj_video_hd", "video_batch_size": 2}, 90),
    (VideoExtend, EXTEND, 60),
    (Upscale, FOLLOW | {"image": 1}, 0),
    (Vary, FOLLOW | {"image": 1}, 0),
]


@pytest.mark.parametrize(("cls", "said", "credits"), COSTS)
def test_a_request_costs_what_the_table_says(cls: type[Any], said: dict[str, Any], credits: float) -> None:
    assert estimate(make(cls, said)) == credits


@pytest.mark.parametrize(("cls", "said", "_credits"), COSTS)
def test_a_table_of_ones_own_is_the_only_one_asked(
    cls: type[Any], said: dict[str, Any], _credits: float
) -> None:
    request: Request = make(cls, said)
    assert estimate(request, dict.fromkeys(PRICES, 0.0)) == 0
    assert estimate(request, dict.fromkeys(PRICES, 7.0)) == 7 * said.get("video_batch_size", 1)
