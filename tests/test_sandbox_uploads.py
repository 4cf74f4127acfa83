"""Files sent to the sandbox: the three ways, what is refused, how long they last; and links to results."""

from __future__ import annotations

import base64
import hashlib
import http.client
import io
import os
import struct
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from sandbox_talk import (
    BASE64,
    BY_URL,
    INSTANT,
    LINK,
    STREAM,
    asked,
    http_client,
    pictures,
    png,
    submit,
    urls,
)

from mjnb.sandbox import Sandbox

UPLOAD_KEYS = ["fileName", "filePath", "downloadUrl", "fileSize", "mimeType", "uploadedAt"]
FORM = {"uploadPath": "images/mine"}
NO_DATA = {"success": False, "code": 400, "data": None}


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with Sandbox(latency=INSTANT, long_side=64, short_side=48, time_scale=100) as running:
        yield running


@pytest.fixture(scope="module")
def http_(server: Sandbox) -> Iterator[httpx.Client]:
    with http_client(server) as client:
        yield client


def streamed(http: httpx.Client, content: bytes, name: str = "a.png", **fields: str) -> dict[str, Any]:
    files = {"file": (name, content, "application/octet-stream")}
    return dict(http.post(STREAM, files=files, data={**FORM, **fields}).json())


def picture_file(kind: str, side: int = 32) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side), "teal").save(out, kind)
    return out.getvalue()


def why(answer: dict[str, Any]) -> str:
    """Return the reason of an upload that must have been refused."""
    assert {**answer, "msg": 0} == {**NO_DATA, "msg": 0}
    return str(answer["msg"])


# ---- the three ways ----


@pytest.mark.parametrize(
    ("kind", "mime"), [("JPEG", "jpeg"), ("PNG", "png"), ("WEBP", "webp"), ("GIF", "gif")]
)
def test_a_form_is_kept_and_can_be_read_without_a_key(http_: httpx.Client, kind: str, mime: str) -> None:
    content = picture_file(kind)
    answer = streamed(http_, content, fileName="mein Bild 狐.bin")
    assert list(answer) == ["success", "code", "msg", "data"]
    assert (answer["success"], answer["code"]) == (True, 200)
    data = answer["data"]
    assert list(data) == UPLOAD_KEYS
    assert (data["fileName"], data["filePath"]) == ("mein Bild 狐.bin", "images/mine/mein Bild 狐.bin")
    assert (data["fileSize"], data["mimeType"]) == (len(content), f"image/{mime}")
    read = httpx.get(data["downloadUrl"])
    assert read.content == content
    assert read.headers["content-type"] == f"image/{mime}"


def test_a_form_without_a_name_takes_the_files_own(http_: httpx.Client) -> None:
    assert streamed(http_, png(), name="own.png")["data"]["fileName"] == "own.png"


def test_base64_plain_and_as_data_url(http_: httpx.Client) -> None:
    text = base64.b64encode(png()).decode()
    for sent in (text, f"data:image/png;base64,{text}"):
        answer = asked(http_, BASE64, base64Data=sent, uploadPath="x/y")
        assert answer["success"], answer
        assert httpx.get(answer["data"]["downloadUrl"]).content == png()
        assert answer["data"]["fileName"].endswith(".png")


def test_by_url_takes_our_own_results_uploads_and_links(http_: httpx.Client) -> None:
    result = urls(http_, submit(http_))[0]
    upload = streamed(http_, png())["data"]["downloadUrl"]
    link = asked(http_, LINK, url=result)["data"]
    for url in (result, upload, link):
        answer = asked(http_, BY_URL, fileUrl=url, uploadPath="x", fileName="copy")
        assert answer["success"], answer
        assert httpx.get(answer["data"]["downloadUrl"]).content == httpx.get(url).content


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/a.png",
        "http://127.0.0.1:1/latest/meta-data",
        "file:///etc/passwd",
        "http://[broken",
        "ftp://127.0.0.1/a.png",
        "x",
    ],
)
def test_by_url_fetches_from_nowhere_else(http_: httpx.Client, url: str) -> None:
    assert "its own files only" in why(asked(http_, BY_URL, fileUrl=url, uploadPath="x"))


def test_by_url_does_not_take_videos(http_: httpx.Client) -> None:
    source = urls(http_, submit(http_))[0]
    said = {"taskType": "mj_video", "motion": "low", "speed": None}
    video = urls(http_, submit(http_, fileUrls=[source], **said))[0]
    assert "no JPEG" in why(asked(http_, BY_URL, fileUrl=video, uploadPath="x"))


def test_an_upload_can_be_the_input_of_a_task(http_: httpx.Client) -> None:
    upload = streamed(http_, png(colour=(0, 200, 0)))["data"]["downloadUrl"]
    task_id = submit(http_, taskType="mj_style_reference", prompt="a sea", fileUrls=[upload])
    red, green, blue = pictures(http_, task_id)[0].resize((1, 1)).getpixel((0, 0))
    assert green > red + 60
    assert green > blue + 60


# ---- what is refused ----


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 50,
        b"%PDF-1.4",
    ],
)
def test_what_is_no_picture_is_refused(http_: httpx.Client, content: bytes) -> None:
    assert "no JPEG" in why(streamed(http_, content))
    if content:
        text = base64.b64encode(content).decode()
        assert "no JPEG" in why(asked(http_, BASE64, base64Data=text, uploadPath="x"))


def test_a_bmp_under_the_name_of_a_png_is_refused(http_: httpx.Client) -> None:
    assert "no JPEG" in why(streamed(http_, picture_file("BMP"), name="x.png"))


@pytest.mark.parametrize(("side", "reason"), [(30_000, "no JPEG"), (9_000, "megapixels")])
def test_a_picture_of_far_too_many_pixels_is_refused(http_: httpx.Client, side: int, reason: str) -> None:
    """Its header says so; nothing behind it is looked at."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    assert reason in why(streamed(http_, b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", b"")))


@pytest.mark.parametrize("path", ["", "  ", "..", "a/../b", "a//b", "a\\b", "a\nb", "x" * 121])
def test_a_path_that_is_none_is_refused(http_: httpx.Client, path: str) -> None:
    assert "uploadPath" in why(streamed(http_, png(), uploadPath=path))


@pytest.mark.parametrize("name", ["..", "a/b", "../../etc/passwd", "a\x00b", "x" * 121])
def test_a_name_that_is_none_is_refused(http_: httpx.Client, name: str) -> None:
    text = base64.b64encode(png()).decode()
    assert "fileName" in why(asked(http_, BASE64, base64Data=text, uploadPath="x", fileName=name))


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"base64Data": "?", "uploadPath": "x"}, "not Base64"),
        ({"base64Data": 5, "uploadPath": "x"}, "missing"),
        ({"uploadPath": "x"}, "missing"),
        ({"base64Data": "data:image/png,abc", "uploadPath": "x"}, "without Base64"),
        ({"base64Data": base64.b64encode(png()).decode()}, "uploadPath"),
        ({"base64Data": base64.b64encode(png()).decode(), "uploadPath": ["x"]}, "uploadPath"),
    ],
)
def test_bad_base64_requests_are_refused(http_: httpx.Client, said: dict[str, Any], reason: str) -> None:
    assert reason in why(asked(http_, BASE64, **said))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "multipart/form-data; boundary=x"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"{}", "application/json"),
        (b"--x--", "multipart/form-data"),
        (b"--x\r\n\r\n--x" * 50, "multipart/form-data; boundary=x"),
        (os.urandom(2000), "multipart/form-data; boundary=x"),
        (b"x", ""),
    ],
)
def test_broken_forms_are_refused(http_: httpx.Client, content: bytes, kind: str) -> None:
    answer = http_.post(STREAM, content=content, headers={"Content-Type": kind})
    assert answer.status_code == 200
    assert why(answer.json())


def test_a_boundary_inside_the_file_does_not_cut_it(http_: httpx.Client) -> None:
    """A file may hold anything that looks like a delimiter but is not one."""
    content = png() + b"\r\n--\r\n--boundar\r\n\r\n--"
    body = (
        b'--boundary\r\nContent-Disposition: form-data; name="uploadPath"\r\n\r\nx\r\n'
        b'--boundary\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
        + content
        + b"\r\n--boundary--\r\n"
    )
    headers = {"Content-Type": 'multipart/form-data; boundary="boundary"'}
    answer = http_.post(STREAM, content=body, headers=headers).json()
    assert httpx.get(answer["data"]["downloadUrl"]).content == content


@pytest.mark.parametrize("path", [STREAM, BASE64, BY_URL])
def test_a_stranger_is_refused_in_the_uploads_own_form(server: Sandbox, path: str) -> None:
    answer = httpx.post(server.url + path, json={}, headers={"Authorization": "Bearer no"})
    assert answer.status_code == 200
    assert answer.json() == {
        "success": False,
        "code": 401,
        "msg": "You do not have access permissions",
        "data": None,
    }


def test_more_than_100_megabytes_are_refused_without_being_held_in_memory(server: Sandbox) -> None:
    """What comes is written away as it comes: the process grows by far less than the file has."""
    tracemalloc.start()
    piece, count = bytes(1024 * 1024), 101
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.putrequest("POST", STREAM)
    connection.putheader("Authorization", "Bearer sandbox")
    connection.putheader("Content-Type", "multipart/form-data; boundary=x")
    connection.putheader("Content-Length", str(count * len(piece)))
    connection.endheaders()
    for _ in range(count):
        connection.send(piece)
    answer = connection.getresponse().read()
    connection.close()
    assert b"larger than 100 MB" in answer
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(piece) < peak < 20 * len(piece)


def test_a_large_file_comes_through_whole(http_: httpx.Client) -> None:
    content = png() + os.urandom(5_000_000)
    answer = streamed(http_, content)
    got = httpx.get(answer["data"]["downloadUrl"]).content
    assert hashlib.sha256(got).digest() == hashlib.sha256(content).digest()
    text = base64.b64encode(content).decode()
    answer = asked(http_, BASE64, base64Data=text, uploadPath="x")
    assert answer["data"]["fileSize"] == len(content)


# ---- how long ----


def gone(url: str) -> bool:
    """Wait until an address answers 404."""
    end = time.monotonic() + 300
    while time.monotonic() < end:
        if httpx.get(url).status_code == 404:
            return True
        time.sleep(0.02)
    return False


def test_uploads_links_and_results_last_their_scaled_times() -> None:
    """A day takes 0.4 s here: uploads go after one, results after four, and their record stays."""
    with Sandbox(latency=INSTANT, long_side=32, time_scale=216_000, retention_days=4) as server:
        http = http_client(server)
        upload = streamed(http, png())["data"]["downloadUrl"]
        task_id = submit(http)
        url = urls(http, task_id)[0]
        assert gone(upload)
        assert not asked(http, BY_URL, fileUrl=upload, uploadPath="x")["success"]
        assert gone(url)
        assert urls(http, task_id)[0] == url
        assert asked(http, LINK, url=url) == {"code": 422, "msg": "url is wrong", "data": None}
        http.close()


def test_a_task_outlives_the_address_of_its_upload() -> None:
    with Sandbox(latency=INSTANT, long_side=32, time_scale=216_000, retention_days=1e6) as server:
        http = http_client(server)
        upload = streamed(http, png())["data"]["downloadUrl"]
        task_id = submit(http, taskType="mj_img2img", fileUrls=[upload])
        assert gone(upload)
        assert len(pictures(http, task_id)) == 4
        http.close()


def test_uploads_survive_a_restart_with_their_books(tmp_path: Path) -> None:
    books = tmp_path / "books.jsonl"
    with Sandbox(books=books, latency=INSTANT, long_side=32) as server, http_client(server) as http:
        upload = streamed(http, png())["data"]["downloadUrl"]
        task_id = submit(http, taskType="mj_img2img", fileUrls=[upload])
    with Sandbox(books=books, latency=INSTANT, long_side=32) as server, http_client(server) as http:
        assert http.get(httpx.URL(upload).path).content == png()
        assert len(pictures(http, task_id)) == 4
        again = submit(http, taskType="mj_img2img", fileUrls=[upload])  # its old port means this sandbox, too
        assert len(pictures(http, again)) == 4


def test_old_uploads_that_no_task_needs_are_deleted_at_the_next_start(tmp_path: Path) -> None:
    books = tmp_path / "books.jsonl"
    with Sandbox(books=books, latency=INSTANT, long_side=32) as server, http_client(server) as http:
        used, _ = (streamed(http, png())["data"]["downloadUrl"] for _ in range(2))
        task_id = submit(http, taskType="mj_img2img", fileUrls=[used])
    folder = books.with_suffix(".uploads")
    assert len(list(folder.iterdir())) == 4  # two files and their notes
    with Sandbox(books=books, long_side=32, time_scale=1e9) as server, http_client(server) as http:
        assert {path.stem for path in folder.iterdir()} == {used.split("/")[4]}
        assert http.get(httpx.URL(used).path).status_code == 404
        assert len(server.account.tasks[task_id].sources) == 1


# ---- links ----


def test_a_link_to_a_result_needs_no_key(http_: httpx.Client) -> None:
    url = urls(http_, submit(http_))[2]
    answer = http_.post(LINK, json={"url": url}).json()
    assert list(answer) == ["code", "msg", "data"]
    assert answer["data"] != url
    assert httpx.get(answer["data"]).content == httpx.get(url).content


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/m/x.jpeg",
        "",
        "x",
        None,
        5,
        "http://127.0.0.1/m/" + "0" * 32 + "_0_0.jpeg",
        "http://[",
    ],
)
def test_other_urls_are_wrong(http_: httpx.Client, url: object) -> None:
    assert asked(http_, LINK, url=url) == {"code": 422, "msg": "url is wrong", "data": None}


def test_an_upload_and_a_fifth_picture_get_no_link(http_: httpx.Client) -> None:
    upload = streamed(http_, png())["data"]["downloadUrl"]
    fifth = urls(http_, submit(http_))[0].replace("_0_0.", "_0_4.")
    assert asked(http_, LINK, url=upload)["code"] == 422
    assert asked(http_, LINK, url=fifth)["code"] == 422


def test_a_link_is_good_for_its_own_file_only(http_: httpx.Client) -> None:
    first, second = urls(http_, submit(http_))[:2]
    link = asked(http_, LINK, url=first)["data"]
    other = link.rsplit("/", 1)[0] + "/" + second.rsplit("/", 1)[1]
    assert httpx.get(link).status_code == 200
    assert httpx.get(other).status_code == 404
