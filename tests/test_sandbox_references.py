"""Pictures made from pictures: what a reference gives, and where references may come from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image
from sandbox_talk import (
    BASE64,
    INSTANT,
    asked,
    distance,
    finished,
    http_client,
    pictures,
    submit,
    unlike,
    urls,
)

from mjnb.sandbox import Sandbox

SCENE = "neon city at night"


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    with Sandbox(latency=INSTANT, long_side=256, time_scale=1000) as server, http_client(server) as client:
        yield client


@pytest.fixture(scope="module")
def plain(http: httpx.Client) -> list[Image.Image]:
    """The scene without any reference."""
    return pictures(http, submit(http, prompt=SCENE))


@pytest.fixture(scope="module")
def rose(http: httpx.Client) -> str:
    return urls(http, submit(http, prompt="a golden rose", stylization=800))[0]


@pytest.fixture(scope="module")
def fox(http: httpx.Client) -> str:
    return urls(http, submit(http, prompt="a red fox in snow", stylization=500))[0]


def made_from(http: httpx.Client, kind: str, *sources: str, **said: Any) -> list[Image.Image]:
    return pictures(http, submit(http, taskType=kind, fileUrls=list(sources), **{"prompt": SCENE, **said}))


def picture_at(url: str) -> Image.Image:
    import io

    return Image.open(io.BytesIO(httpx.get(url).content)).convert("RGB")


def palette_distance(one: Image.Image, other: Image.Image) -> float:
    """Return the Hellinger distance of two pictures' shares of 64 colours, 0 to 1."""

    def shares(picture: Image.Image) -> Any:
        level = np.asarray(picture.convert("RGB"), np.int64) // 64
        code = level[..., 0] * 16 + level[..., 1] * 4 + level[..., 2]
        return np.bincount(code.ravel(), minlength=64) / code.size

    return float(np.sqrt(max(0.0, 1 - np.sqrt(shares(one) * shares(other)).sum())))


def outlines(picture: Image.Image) -> Any:
    """Return where a picture has edges, at 64 x 64, of mean 0 and length 1."""
    grey = np.asarray(picture.convert("L").resize((64, 64)), np.float64)
    steep = np.hypot(*np.gradient(grey))
    steep -= steep.mean()
    return steep / np.linalg.norm(steep)


def shape_likeness(one: Image.Image, other: Image.Image) -> float:
    return float((outlines(one) * outlines(other)).sum())


def test_a_style_reference_gives_its_colours_and_not_its_shapes(
    http: httpx.Client, plain: list[Image.Image], rose: str
) -> None:
    reference = picture_at(rose)
    for styled, usual in zip(made_from(http, "mj_style_reference", rose), plain, strict=True):
        assert palette_distance(styled, reference) < 0.7 * palette_distance(usual, reference)
        assert distance(styled, reference) < distance(usual, reference)
        assert shape_likeness(styled, usual) > 0.25 > shape_likeness(styled, reference)


def test_two_style_references_are_seen_together(http: httpx.Client, rose: str, fox: str) -> None:
    both, one = made_from(http, "mj_style_reference", rose, fox), made_from(http, "mj_style_reference", rose)
    assert palette_distance(both[0], picture_at(fox)) < palette_distance(one[0], picture_at(fox))


def test_an_image_prompt_gives_its_composition_and_not_its_colours(
    http: httpx.Client, plain: list[Image.Image], fox: str
) -> None:
    reference = picture_at(fox)
    for drawn, usual in zip(made_from(http, "mj_img2img", fox), plain, strict=True):
        assert shape_likeness(drawn, reference) > 0.3 > shape_likeness(usual, reference)
        assert distance(drawn, reference) < distance(usual, reference)
        assert palette_distance(drawn, reference) > 0.3


def test_stylization_shows_in_an_image_prompt_too(http: httpx.Client, fox: str) -> None:
    from mjnb.metrics import measure

    colourful = [
        measure(made_from(http, "mj_img2img", fox, stylization=level)[0]).values["colourfulness"]
        for level in (0, 400, 1000)
    ]
    assert colourful == sorted(colourful)
    assert colourful[2] > 1.5 * colourful[0]


def test_an_omni_reference_brings_its_subject_the_more_the_higher_ow(http: httpx.Client, fox: str) -> None:
    """The orange of the fox appears in a violet city; how much of it follows the weight."""

    def orange(picture: Image.Image) -> float:
        red, green, blue = np.moveaxis(np.asarray(picture, np.int16), -1, 0)
        return float(((red - blue > 70) & (red - green > 40)).mean())

    shown = [
        np.mean([orange(one) for one in made_from(http, "mj_omni_reference", fox, ow=ow, speed=None)])
        for ow in (1, 250, 1000)
    ]
    without = np.mean([orange(one) for one in pictures(http, submit(http, prompt=SCENE))])
    assert without < 0.01
    assert shown[0] < shown[1] < shown[2]
    assert shown[2] > without + 0.02


def test_an_omni_reference_leaves_the_surroundings(http: httpx.Client, fox: str) -> None:
    given = made_from(http, "mj_omni_reference", fox, ow=1000, speed="fast")[0]
    slight = made_from(http, "mj_omni_reference", fox, ow=1, speed="fast")[0]
    corner, middle = (0, 0, 80, 80), (50, 90, 200, 250)
    assert unlike(given.crop(middle), slight.crop(middle)) > 2 * unlike(
        given.crop(corner), slight.crop(corner)
    )


# ---- where a reference may come from ----


def dead(http: httpx.Client, *sources: str) -> dict[str, Any]:
    """Return the record of a task whose input cannot be read: taken at submit, failed later."""
    task_id = submit(http, taskType="mj_img2img", fileUrls=list(sources))
    found = finished(http, task_id)
    assert (found["successFlag"], found["resultInfoJson"]) == (3, None)
    assert isinstance(found["errorCode"], int)
    assert found["completeTime"] >= found["createTime"]
    path = f"/m/{task_id}_0_0.jpeg"
    assert http.get(path).status_code == 404
    return found


def test_an_address_elsewhere_is_taken_and_fails_later(http: httpx.Client) -> None:
    url = "https://example.com/nothing.png"
    assert dead(http, url)["errorMessage"] == f"the input picture cannot be read: {url}"


def test_one_dead_address_among_good_ones_fails(http: httpx.Client, fox: str) -> None:
    assert "gone.example" in dead(http, fox, "https://gone.example/a.png")["errorMessage"]


@pytest.mark.parametrize("path", ["/m/x.jpeg", f"/m/{'0' * 32}_0_0.jpeg", "/f/0/x.png", "/", "/d/x/y"])
def test_our_own_address_of_nothing_fails_later(http: httpx.Client, path: str) -> None:
    assert path in dead(http, str(http.base_url).rstrip("/") + path)["errorMessage"]


def test_a_damaged_upload_fails_later(http: httpx.Client, fox: str) -> None:
    import base64

    cut = base64.b64encode(httpx.get(fox).content[:3000]).decode()
    answer = asked(http, BASE64, base64Data=cut, uploadPath="x")
    assert answer["success"]
    assert dead(http, answer["data"]["downloadUrl"])


def test_an_address_under_another_name_of_this_machine_is_ours(http: httpx.Client, fox: str) -> None:
    other = fox.replace("127.0.0.1", "localhost")
    assert other != fox
    assert len(made_from(http, "mj_img2img", other)) == 4


def test_the_older_single_field_is_read(http: httpx.Client, fox: str) -> None:
    task_id = submit(http, taskType="mj_img2img", fileUrl=fox)
    assert len(pictures(http, task_id)) == 4
