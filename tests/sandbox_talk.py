"""How the sandbox's tests talk to it: submit, wait, fetch, decode."""

from __future__ import annotations

import io
import time
from typing import Any

import av
import httpx
import numpy as np
import patience
from faulty import GENERATE, RECORD
from numpy.typing import NDArray
from PIL import Image

from mjnb.metrics import measure
from mjnb.sandbox import Sandbox

EXTEND = "/api/v1/mj/generateVideoExtend"
UPSCALE = "/api/v1/mj/generateUpscale"
VARY = "/api/v1/mj/generateVary"
LINK = "/api/v1/common/download-url"
STREAM, BASE64, BY_URL = "/api/file-stream-upload", "/api/file-base64-upload", "/api/file-url-upload"
FOX = {"taskType": "mj_txt2img", "prompt": "a red fox in snow", "speed": "fast"}
KEY = {"Authorization": "Bearer sandbox"}
INSTANT = dict.fromkeys(("relaxed", "fast", "turbo"), 0.0)  # latencies

Pixels = NDArray[np.int16]


def http_client(server: Sandbox) -> httpx.Client:
    return httpx.Client(base_url=server.url, headers=KEY, timeout=patience.SECONDS)


def asked(http: httpx.Client, path: str, **said: Any) -> dict[str, Any]:
    """Return the envelope of a POST."""
    return dict(http.post(path, json=said).json())


def submit(http: httpx.Client, path: str = GENERATE, **said: Any) -> str:
    """Submit a request that must be taken; a fox where nothing else is said."""
    answer = asked(http, path, **({**FOX, **said} if path == GENERATE else said))
    assert answer["code"] == 200, answer
    return str(answer["data"]["taskId"])


def record(http: httpx.Client, task_id: str) -> dict[str, Any]:
    return dict(http.get(RECORD, params={"taskId": task_id}).json()["data"])


def finished(http: httpx.Client, task_id: str) -> dict[str, Any]:
    """Return a task's record once it has ended."""
    end = time.monotonic() + patience.SECONDS
    while not (found := record(http, task_id))["successFlag"]:
        assert time.monotonic() < end, "the task never ended"
        time.sleep(0.01)
    return found


def urls(http: httpx.Client, task_id: str) -> list[str]:
    """Return a finished task's result URLs."""
    found = finished(http, task_id)
    assert found["successFlag"] == 1, found
    return [one["resultUrl"] for one in found["resultInfoJson"]["resultUrls"]]


def fetched(url: str) -> bytes:
    answer = httpx.get(url, timeout=patience.SECONDS)
    assert answer.status_code == 200, url
    return answer.content


def pictures(http: httpx.Client, task_id: str) -> list[Image.Image]:
    """Return a finished task's pictures."""
    return [Image.open(io.BytesIO(fetched(url))).convert("RGB") for url in urls(http, task_id)]


def frames(video: bytes) -> list[Pixels]:
    """Decode a video."""
    with av.open(io.BytesIO(video)) as file:
        return [frame.to_ndarray(format="rgb24").astype(np.int16) for frame in file.decode(video=0)]


def unlike(one: Any, other: Any) -> float:
    """Return the mean difference of two pictures of the same size, 0 to 255."""
    return float(np.abs(np.asarray(one, np.int16) - np.asarray(other, np.int16)).mean())


def distance(one: Image.Image, other: Image.Image) -> float:
    """Return how far two pictures are apart by mjnb's descriptor of look and layout."""
    return 1 - float(measure(one).descriptor @ measure(other).descriptor)


def png(side: int = 64, colour: tuple[int, int, int] = (200, 60, 20)) -> bytes:
    """Return a small PNG file."""
    out = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(out, "PNG")
    return out.getvalue()
