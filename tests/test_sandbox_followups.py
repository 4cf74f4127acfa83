"""What the sandbox makes from what it made: upscaled, varied and extended, and what it refuses to."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import httpx
import numpy as np
import pytest
from faulty import CREDIT, TASK_ID
from PIL import Image
from sandbox_talk import (
    EXTEND,
    INSTANT,
    UPSCALE,
    VARY,
    asked,
    distance,
    fetched,
    finished,
    frames,
    http_client,
    pictures,
    record,
    submit,
    unlike,
    urls,
)

from mjnb.params import VideoExtend, rows
from mjnb.sandbox import Fault, Faults, Sandbox

SIDE = 192
CODEC_NOISE = 6.0  # mean difference of a frame before and after H.264, 0 to 255


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    """A sandbox whose tasks are done at once, with small pictures and videos."""
    with Sandbox(latency=INSTANT, long_side=SIDE, short_side=96, time_scale=1000) as running:
        yield running


@pytest.fixture(scope="module")
def http(server: Sandbox) -> Iterator[httpx.Client]:
    with http_client(server) as client:
        yield client


@pytest.fixture(scope="module")
def fox(http: httpx.Client) -> str:
    """A finished task of four pictures."""
    return submit(http, aspectRatio="3:2", stylization=300)


def video(http: httpx.Client, source: str, motion: str = "high", **said: Any) -> str:
    """Submit a video of a task's first picture."""
    said = {"taskType": "mj_video", "prompt": "it moves", **said}
    return submit(http, fileUrls=[urls(http, source)[0]], motion=motion, speed=None, **said)


@pytest.fixture(scope="module")
def pair(http: httpx.Client, fox: str) -> str:
    """A task of two videos."""
    return video(http, fox, videoBatchSize=2)


# ---- upscale ----


@pytest.mark.parametrize("index", range(4))
def test_upscale_is_the_chosen_picture_at_twice_its_size(http: httpx.Client, fox: str, index: int) -> None:
    parents = pictures(http, fox)
    (large,) = pictures(http, submit(http, UPSCALE, taskId=fox, imageIndex=index))
    assert large.size == (2 * parents[0].width, 2 * parents[0].height)
    near = [unlike(large.resize(parent.size), parent) for parent in parents]
    assert near.index(min(near)) == index
    assert min(near) < 0.5 * sorted(near)[1]


def test_upscale_has_detail_that_no_enlarging_gives() -> None:
    """Energy in waves shorter than two pixels of the original, which enlarging cannot make."""
    with Sandbox(latency=INSTANT, long_side=256) as server, http_client(server) as http:
        task_id = submit(http, prompt="neon city at night")
        small = pictures(http, task_id)[1]
        (large,) = pictures(http, submit(http, UPSCALE, taskId=task_id, imageIndex=1))

    def fine_detail(picture: Image.Image) -> float:
        light = np.asarray(picture.convert("L"), np.float64)
        energy = np.abs(np.fft.rfft2(light - light.mean())) ** 2
        down, across = np.fft.fftfreq(light.shape[0])[:, None], np.fft.rfftfreq(light.shape[1])
        return float(energy[np.hypot(down, across) > 0.27].sum())

    assert fine_detail(large) > 3 * fine_detail(small.resize(large.size, Image.Resampling.LANCZOS))


# ---- vary ----


def test_vary_gives_four_relatives_of_the_chosen_picture(http: httpx.Client) -> None:
    source = submit(http, prompt="a quiet sea at dusk", variety=60)
    parents = pictures(http, source)
    for index in (1, 3):
        relatives = pictures(http, submit(http, VARY, taskId=source, imageIndex=index))
        strangers = pictures(http, submit(http, prompt="a quiet sea at dusk", variety=60, stylization=700))
        parent = parents[index - 1]
        assert len({one.tobytes() for one in [parent, *relatives]}) == 5
        assert max(distance(one, parent) for one in relatives) < min(
            distance(one, parent) for one in strangers
        )


def test_relatives_of_relatives_go_on_from_there(http: httpx.Client, fox: str) -> None:
    first = submit(http, VARY, taskId=fox, imageIndex=2)
    second = submit(http, VARY, taskId=first, imageIndex=4)
    parent, grandparent = pictures(http, first)[3], pictures(http, fox)[1]
    children = pictures(http, second)
    mean = np.mean([[distance(one, parent), distance(one, grandparent)] for one in children], axis=0)
    assert mean[0] < mean[1]


def test_a_varied_picture_can_be_upscaled_and_an_upscaled_one_varied(http: httpx.Client, fox: str) -> None:
    varied = submit(http, VARY, taskId=fox, imageIndex=1)
    (large,) = pictures(http, submit(http, UPSCALE, taskId=varied, imageIndex=2))
    near = [unlike(large.resize(one.size), one) for one in pictures(http, varied)]
    assert near.index(min(near)) == 2
    upscaled = submit(http, UPSCALE, taskId=fox, imageIndex=0)
    again = pictures(http, submit(http, VARY, taskId=upscaled, imageIndex=1))
    assert [one.size for one in again] == [pictures(http, fox)[0].size] * 4


# ---- video ----


def test_videos_are_real_files_of_the_documented_kind() -> None:
    with Sandbox(latency=INSTANT) as server, http_client(server) as http:
        (url,) = urls(http, video(http, submit(http, aspectRatio="16:9")))
        answer = httpx.get(url, timeout=60)
    assert answer.headers["content-type"] == "video/mp4"
    with av.open(io.BytesIO(answer.content)) as file:
        stream = file.streams.video[0]
        kind = (stream.codec_context.name, stream.pix_fmt, stream.average_rate)
        assert kind == ("h264", "yuv420p", 24)
        assert (stream.width, stream.height) == (852, 480)
        assert (stream.frames, float(stream.duration * stream.time_base)) == (120, 5.0)
    assert 0 < answer.content.find(b"moov") < answer.content.find(b"mdat")


def test_high_definition_has_one_and_a_half_times_the_size(http: httpx.Client, fox: str) -> None:
    """720 where standard definition has 480."""
    sizes = [
        frames(fetched(urls(http, video(http, fox, taskType=kind))[0]))[0].shape[:2]
        for kind in ("mj_video", "mj_video_hd")
    ]
    assert sizes == [(96, 144), (144, 216)]


@pytest.mark.parametrize(("ratio", "size"), [("1:1", (96, 96)), ("2:3", (96, 144)), ("2:1", (192, 96))])
def test_a_video_has_the_ratio_that_was_asked(
    http: httpx.Client, fox: str, ratio: str, size: tuple[int, int]
) -> None:
    first = frames(fetched(urls(http, video(http, fox, aspectRatio=ratio))[0]))[0]
    assert (first.shape[1], first.shape[0]) == size


def test_a_video_begins_with_the_picture_it_is_made_from(http: httpx.Client, fox: str) -> None:
    source, stranger = pictures(http, fox)[0], pictures(http, submit(http, prompt="a rose"))[0]
    first = frames(fetched(urls(http, video(http, fox))[0]))[0]
    size = (first.shape[1], first.shape[0])
    assert unlike(source.resize(size), first) < CODEC_NOISE < unlike(stranger.resize(size), first)


def test_low_motion_moves_measurably_less_than_high(http: httpx.Client, fox: str) -> None:
    def moves(motion: str) -> float:
        shown = frames(fetched(urls(http, video(http, fox, motion))[0]))
        return float(np.mean([unlike(a, b) for a, b in itertools.pairwise(shown)]))

    low, high = moves("low"), moves("high")
    assert 0 < low < 0.5 * high


def test_motion_is_no_zoom_alone(http: httpx.Client, fox: str) -> None:
    """No picture that is merely cut smaller and enlarged comes near the last frame."""
    shown = frames(fetched(urls(http, video(http, fox))[0]))
    first, last = shown[0], shown[-1]
    height, width, _ = first.shape

    def zoomed(part: float) -> Any:
        off = (1 - part) / 2
        box = (off * width, off * height, (1 - off) * width, (1 - off) * height)
        return Image.fromarray(first.astype(np.uint8)).resize((width, height), box=box)

    best = min(unlike(zoomed(part), last) for part in np.linspace(0.6, 1, 41))
    assert best > 2 * CODEC_NOISE


@pytest.mark.parametrize("count", [1, 4])
def test_a_batch_has_as_many_videos_as_asked_all_different(http: httpx.Client, fox: str, count: int) -> None:
    task_id = video(http, fox, videoBatchSize=count)
    found = urls(http, task_id)
    assert [url.rsplit("/", 1)[1] for url in found] == [f"{task_id}_0_{n}.mp4" for n in range(count)]
    lasts = [frames(fetched(url))[-1] for url in found]
    assert all(unlike(a, b) > CODEC_NOISE for k, a in enumerate(lasts) for b in lasts[:k])


# ---- extend ----


@pytest.mark.parametrize("index", [0, 1])
def test_an_extended_video_goes_on_from_the_last_frame_of_the_chosen_one(
    http: httpx.Client, pair: str, index: int
) -> None:
    befores = [frames(fetched(url)) for url in urls(http, pair)]
    auto = submit(http, EXTEND, taskType="mj_video_extend_auto", taskId=pair, index=index)
    shown = frames(fetched(urls(http, auto)[0]))
    assert len(shown) == 120
    assert shown[0].shape == befores[0][0].shape
    assert [len(before) for before in befores] == [120, 120]
    assert unlike(shown[0], befores[index][-1]) < CODEC_NOISE
    assert unlike(shown[0], befores[1 - index][-1]) > CODEC_NOISE
    assert unlike(shown[-1], shown[0]) > CODEC_NOISE
    again = submit(http, EXTEND, taskType="mj_video_extend_auto", taskId=auto, index=0)
    assert unlike(frames(fetched(urls(http, again)[0]))[0], shown[-1]) < CODEC_NOISE


def test_a_prompt_steers_the_extension(http: httpx.Client, pair: str) -> None:
    def end(prompt: str) -> Any:
        said = {"taskType": "mj_video_extend_manual", "taskId": pair, "index": 0, "prompt": prompt}
        return frames(fetched(urls(http, submit(http, EXTEND, **said))[0]))

    blue, red = end("blue night"), end("red dawn")
    assert unlike(blue[0], red[0]) < CODEC_NOISE
    warmth = [float((shown[-1][..., 0] - shown[-1][..., 2]).mean()) for shown in (blue, red)]
    assert warmth[0] < warmth[1] - 10


# ---- what is refused ----


def refused(http: httpx.Client, path: str, **said: Any) -> str:
    """Return the message of a request that must be refused."""
    answer = asked(http, path, **said)
    assert (answer["code"], answer["data"]) == (422, None), answer
    return str(answer["msg"])


AUTO = {"taskType": "mj_video_extend_auto"}


@pytest.mark.parametrize(
    ("path", "said"),
    [(UPSCALE, {"imageIndex": 1}), (VARY, {"imageIndex": 1}), (EXTEND, {**AUTO, "index": 0})],
)
def test_a_follow_up_needs_a_task_that_ended_well(path: str, said: dict[str, Any]) -> None:
    faults = Faults([Fault("fail", on="submit", next=1)])
    with Sandbox(latency={"fast": 1.0}, time_scale=20, faults=faults) as server, http_client(server) as http:
        failing, running = submit(http), submit(http)
        finished(http, failing)
        server.account.latency["fast"] = 1e6
        endless = submit(http)
        assert running != endless
        assert refused(http, path, taskId=TASK_ID, **said) == "The record does not exist"
        assert "failed" in refused(http, path, taskId=failing, **said)
        assert "still running" in refused(http, path, taskId=endless, **said)


def test_the_wrong_kind_is_refused(http: httpx.Client, fox: str, pair: str) -> None:
    assert "takes videos" in refused(http, EXTEND, taskId=fox, index=0, **AUTO)
    assert "takes pictures" in refused(http, UPSCALE, taskId=pair, imageIndex=0)
    assert "takes pictures" in refused(http, VARY, taskId=pair, imageIndex=1)
    upscaled = submit(http, UPSCALE, taskId=fox, imageIndex=0)
    assert "upscaled already" in refused(http, UPSCALE, taskId=upscaled, imageIndex=0)


@pytest.mark.parametrize("index", [-1, 4, 1.5, "1", True])
def test_indexes_out_of_range_are_refused(http: httpx.Client, fox: str, pair: str, index: object) -> None:
    assert refused(http, UPSCALE, taskId=fox, imageIndex=index)
    assert refused(http, EXTEND, taskId=pair, index=index, **AUTO)
    assert refused(http, VARY, taskId=fox, imageIndex=5 if index == 4 else index)


def test_an_index_beyond_what_the_task_made_is_refused(http: httpx.Client, fox: str, pair: str) -> None:
    upscaled = submit(http, UPSCALE, taskId=fox, imageIndex=0)
    assert "has 1 results" in refused(http, VARY, taskId=upscaled, imageIndex=2)
    assert "has 2 results" in refused(http, EXTEND, taskId=pair, index=2, **AUTO)


def test_a_manual_extension_needs_a_prompt_and_an_automatic_one_takes_none(
    http: httpx.Client, pair: str
) -> None:
    manual = {"taskType": "mj_video_extend_manual", "taskId": pair, "index": 0}
    assert "needs a prompt" in refused(http, EXTEND, **manual)
    assert "does not apply" in refused(http, EXTEND, **{**manual, **AUTO, "prompt": "on"})


def test_a_video_takes_a_picture_of_ours_or_fails(http: httpx.Client, pair: str) -> None:
    """A video cannot start from a video: the address is no picture, and the task fails later."""
    said = {"taskType": "mj_video", "prompt": "on", "motion": "low", "speed": None}
    task_id = submit(http, **said, fileUrls=[urls(http, pair)[0]])
    assert finished(http, task_id)["successFlag"] == 3


# ---- prices, limits, books ----


@pytest.mark.parametrize(
    ("said", "price"),
    [
        ({"taskType": "mj_video", "videoBatchSize": 4}, 60),
        ({"taskType": "mj_video_hd"}, 45),
    ],
)
def test_videos_cost_by_the_price_table(
    http: httpx.Client, fox: str, said: dict[str, Any], price: float
) -> None:
    before = http.get(CREDIT).json()["data"]
    video(http, fox, **said)
    assert http.get(CREDIT).json()["data"] == before - price


def test_follow_ups_cost_by_the_price_table(http: httpx.Client, fox: str, pair: str) -> None:
    def cost(path: str, **said: Any) -> float:
        before = http.get(CREDIT).json()["data"]
        submit(http, path, **said)
        return float(before - http.get(CREDIT).json()["data"])

    assert cost(UPSCALE, taskId=fox, imageIndex=0) == 0
    assert cost(VARY, taskId=fox, imageIndex=1) == 0
    assert cost(EXTEND, taskId=pair, index=0, **AUTO) == 60


def test_follow_ups_count_for_the_limit() -> None:
    with Sandbox(latency=INSTANT, time_scale=1) as server, http_client(server) as http:
        task_id = submit(http)
        codes = [asked(http, VARY, taskId=task_id, imageIndex=1)["code"] for _ in range(20)]
        assert codes == [200] * 19 + [429]


def test_books_keep_lineage_and_sources(tmp_path: Path) -> None:
    said: dict[str, Any] = {"latency": INSTANT, "long_side": 96, "short_side": 48, "time_scale": 1000}
    books = tmp_path / "books.jsonl"
    with Sandbox(books=books, **said) as server, http_client(server) as http:
        source = submit(http)
        made = [submit(http, VARY, taskId=source, imageIndex=2)]
        made += [submit(http, UPSCALE, taskId=made[0], imageIndex=1), video(http, source)]
        made += [submit(http, EXTEND, taskId=made[2], index=0, **AUTO)]
        before = [[fetched(url) for url in urls(http, task_id)] for task_id in made]
        dead = submit(http, taskType="mj_img2img", fileUrls=["https://example.com/a.png"])
        sent = record(http, dead)
    with Sandbox(books=books, **said) as server, http_client(server) as http:
        assert [[fetched(url) for url in urls(http, task_id)] for task_id in made] == before
        assert record(http, dead) == sent


def test_books_hold_prompts_with_any_line_end_and_survive_a_torn_line(tmp_path: Path) -> None:
    books = tmp_path / "books.jsonl"
    with Sandbox(books=books, latency=INSTANT, long_side=32) as server, http_client(server) as http:
        kept = submit(http, prompt="a fox\u2028in\x85snow\x0b and\r\n ice")
        sent = finished(http, kept)["paramJson"]
    with books.open("a") as file:
        file.write('{"task_id": "half')
    for _ in range(2):  # what is written after the torn line is whole, too
        with Sandbox(books=books, latency=INSTANT, long_side=32) as server, http_client(server) as http:
            assert record(http, kept)["paramJson"] == sent
            later = submit(http)
    with Sandbox(books=books) as server:
        assert len(server.account.tasks) == 3
        assert later in server.account.tasks


def test_the_same_line_of_requests_gives_the_same_files_everywhere() -> None:
    """Ids, ports and times differ between two sandboxes; what they draw does not."""

    def run() -> list[bytes]:
        with Sandbox(latency=INSTANT, long_side=64, short_side=48) as server, http_client(server) as http:
            source = submit(http)
            varied = submit(http, VARY, taskId=source, imageIndex=1)
            styled = submit(http, taskType="mj_style_reference", fileUrls=[urls(http, varied)[2]])
            tasks = [varied, styled, video(http, source)]
            return [fetched(url) for task_id in tasks for url in urls(http, task_id)]

    assert run() == run()


def test_the_table_and_the_sandbox_agree_on_what_extends() -> None:
    from mjnb.sandbox.tasks import VIDEOS

    assert set(rows(VideoExtend)["task_type"].domain.values) < VIDEOS  # type: ignore[union-attr]


def test_a_watermark_is_on_the_result(http: httpx.Client) -> None:
    plain, marked = (
        pictures(http, submit(http, prompt="a sea", waterMark=mark))[0]
        for mark in (None, "a mark 狐\n\n\x0b")
    )
    assert plain.tobytes() != marked.tobytes()
