"""Pictures as inputs: everything that can be one, uploaded once, and everything that cannot be refused."""

from __future__ import annotations

import base64
import io
import json
import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from faulty import GENERATE, Answer, Faulty, Seen, redirect
from matplotlib.figure import Figure
from PIL import Image
from sandbox_talk import BASE64, STREAM, png

from mjnb import errors
from mjnb.ledger import Entry
from mjnb.media import BYTE_LIMIT
from mjnb.sandbox import Sandbox
from mjnb.sessions import Session
from mjnb.tracking import Task, followups


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with Sandbox(time_scale=300, long_side=64, short_side=64) as sandbox:
        yield sandbox


@pytest.fixture
def wire(server: Sandbox) -> Iterator[Faulty]:
    with Faulty(upstream=server.url) as proxy:
        yield proxy


@pytest.fixture
def lab(wire: Faulty, server: Sandbox, tmp_path: Path) -> Iterator[Session]:
    with Session(
        base_url=wire.url, api_key=server.key, time_scale=300, data_dir=tmp_path / "data"
    ) as session:
        yield session


def task_of(made: object) -> Task:
    assert isinstance(made, Task)
    return made


def uploads(wire: Faulty) -> list[Seen]:
    return [one for one in wire.seen if one.path in (BASE64, STREAM)]


def posts(wire: Faulty) -> list[Seen]:
    return [one for one in wire.seen if one.method == "POST"]


def sent_urls(wire: Faulty) -> list[str]:
    """Return the URLs of the latest paid request."""
    body = json.loads([one for one in wire.seen if one.path == GENERATE][-1].body)
    return list(body["fileUrls"])


def picture(colour: tuple[int, int, int] = (20, 60, 200), side: int = 48) -> Image.Image:
    return Image.new("RGB", (side, side), colour)


def file_of(folder: Path, name: str = "mine.png") -> Path:
    picture().save(folder / name)
    return folder / name


def figure() -> Figure:
    made = Figure(figsize=(1, 1), dpi=60)
    made.subplots().plot([1, 2], [2, 1])
    return made


def large(side: int = 700) -> bytes:
    """Return a PNG of more than a megabyte: noise cannot be compressed."""
    out = io.BytesIO()
    Image.frombytes("RGB", (side, side), random.Random(1).randbytes(side * side * 3)).save(out, "PNG")
    return out.getvalue()


# ---- everything that can be an input ----

KINDS: dict[str, Callable[[Path], Any]] = {
    "path": file_of,
    "text": lambda folder: str(file_of(folder)),
    "bytes": lambda _: png(),
    "bytearray": lambda _: bytearray(png(colour=(1, 2, 3))),
    "memoryview": lambda _: memoryview(png(colour=(3, 2, 1))),
    "Pillow": lambda _: picture(),
    "Pillow, CMYK": lambda _: picture().convert("CMYK"),
    "Pillow, transparent": lambda _: Image.new("RGBA", (32, 32), (1, 2, 3, 40)),
    "figure": lambda _: figure(),
    "JPEG": lambda folder: file_of(folder, "mine.jpg"),
    "WebP": lambda folder: file_of(folder, "mine.webp"),
    "hostile name": lambda folder: file_of(folder, '..;"\r\nX-Evil: 1 ☠.png'),
}


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_a_local_picture_is_uploaded_and_used(
    lab: Session, wire: Faulty, tmp_path: Path, make: Callable[[Path], Any]
) -> None:
    task = task_of(lab.imagine("the same in winter", file_urls=make(tmp_path), wait=True))
    (upload,) = uploads(wire)
    assert upload.headers["authorization"] == "Bearer sandbox"
    (url,) = sent_urls(wire)
    assert url.startswith(f"{wire.url}/f/")
    assert httpx.get(url).content == base64.b64decode(json.loads(upload.body)["base64Data"].partition(",")[2])
    assert (task.task_type, task.state, len(task.images)) == ("mj_img2img", "succeeded", 4)


def test_what_a_file_is_called_here_is_told_to_nobody(lab: Session, wire: Faulty, tmp_path: Path) -> None:
    lab.imagine("x", file_urls=file_of(tmp_path, "my secret project.png"))
    assert not any(b"secret" in one.body for one in wire.seen)


def test_a_home_folder_is_found(
    lab: Session, wire: Faulty, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    file_of(tmp_path)
    lab.imagine("x", file_urls="~/mine.png")
    assert len(uploads(wire)) == 1


def test_a_url_stays_as_it_is_and_nothing_is_uploaded(lab: Session, wire: Faulty) -> None:
    url = "https://files.example.com/a%20b.png?x=1&y=2"
    lab.imagine("x", file_urls=url)
    assert sent_urls(wire) == [url]
    assert uploads(wire) == []


def test_a_list_keeps_its_order_and_may_be_mixed(lab: Session, wire: Faulty, tmp_path: Path) -> None:
    first, url = task_of(lab.imagine("a fox", wait=True)), "https://files.example.com/a.png"
    lab.imagine("x", file_urls=[url, file_of(tmp_path), first.images[1], png(), picture((9, 9, 9))])
    urls = sent_urls(wire)
    assert [urls[0], urls[2]] == [url, first.images[1].url]
    assert len(uploads(wire)) == 3
    assert [httpx.get(urls[n]).status_code for n in (1, 3, 4)] == [200] * 3
    assert len(set(urls)) == 5


def test_an_earlier_result_is_used_where_it_is(lab: Session, wire: Faulty) -> None:
    first = task_of(lab.imagine("a fox", wait=True))
    made = task_of(lab.imagine("a keeper", file_urls=first.images[3], ow=200, wait=True))
    assert sent_urls(wire) == [first.images[3].url]
    assert uploads(wire) == []
    assert made.state == "succeeded"


@pytest.mark.parametrize("days", [12.5, 13.5])
def test_an_old_result_is_uploaded_from_here_before_the_service_forgets_it(
    lab: Session, wire: Faulty, days: float
) -> None:
    first = task_of(lab.imagine("a fox", wait=True))
    made = int((first.entry.completed_at or 0) - days * 24 * 3600 * 1000 / 300)  # at 300 times the speed
    first.entry = replace(first.entry, completed_at=made)
    lab.imagine("x", file_urls=first.images[0])
    assert len(uploads(wire)) == (days > 13)
    assert (sent_urls(wire) == [first.images[0].url]) == (days < 13)


def test_a_sandboxs_result_is_uploaded_for_another_service(
    session: Session, lab: Session, wire: Faulty
) -> None:
    """Its address is on this machine, where the other service cannot reach it."""
    first = task_of(session.imagine("a fox", wait=True))
    lab.animate(first.images[0], "it runs")
    assert len(uploads(wire)) == 1
    assert sent_urls(wire)[0].startswith(wire.url)


def test_every_verb_with_pictures_takes_them(lab: Session, wire: Faulty, tmp_path: Path) -> None:
    made = [
        lab.imagine("x", file_urls=file_of(tmp_path)),
        lab.imagine("x", file_urls=file_of(tmp_path), task_type="mj_style_reference"),
        lab.imagine("x", file_urls=file_of(tmp_path), ow=100),
        lab.animate(file_of(tmp_path), "x"),
        lab.animate(file_of(tmp_path), "x", hd=True),
    ]
    assert [task_of(one).task_type for one in made] == [
        "mj_img2img",
        "mj_style_reference",
        "mj_omni_reference",
        "mj_video",
        "mj_video_hd",
    ]
    assert len(uploads(wire)) == 1


# ---- once per content and lifetime ----


def test_the_same_content_is_uploaded_once(lab: Session, wire: Faulty, tmp_path: Path) -> None:
    one, two = file_of(tmp_path), file_of(tmp_path, "copy.png")
    lab.imagine("x", file_urls=[one, two, one.read_bytes()])
    lab.imagine("y", file_urls=two)
    assert len(uploads(wire)) == 1
    assert len(set(sent_urls(wire))) == 1


def test_threads_that_want_the_same_content_upload_it_once(lab: Session, wire: Faulty) -> None:
    content = png(colour=(7, 8, 9))
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda n: lab.imagine(f"x {n}", file_urls=content), range(6)))
    assert len({str(task_of(one).params["file_urls"]) for one in made}) == 1
    assert len(uploads(wire)) == 1


def test_a_later_session_knows_what_is_up_there(
    lab: Session, wire: Faulty, server: Sandbox, tmp_path: Path
) -> None:
    lab.imagine("x", file_urls=png())
    lab.close()
    with Session(base_url=wire.url, api_key=server.key, time_scale=300, data_dir=tmp_path / "data") as later:
        later.imagine("y", file_urls=png())
    assert len(uploads(wire)) == 1


def test_another_service_gets_a_copy_of_its_own(session: Session, sandbox: Sandbox, tmp_path: Path) -> None:
    """A sandbox has another port at every start; what went to an earlier one is not there."""
    task_of(session.imagine("x", file_urls=png(), wait=True))
    session.close()
    with (
        Sandbox(time_scale=300, long_side=64) as second,
        Session(sandbox=second, data_dir=tmp_path / "data") as later,
    ):
        assert task_of(later.imagine("y", file_urls=png(), wait=True)).state == "succeeded"
        assert (sandbox.faults.requests("upload"), second.faults.requests("upload")) == (1, 1)


def test_after_its_lifetime_it_is_uploaded_again(lab: Session, wire: Faulty) -> None:
    lab.imagine("x", file_urls=png())
    forget_uploads(lab)
    lab.imagine("y", file_urls=png())
    assert len(uploads(wire)) == 2


# ---- how it travels ----


def test_small_ones_travel_as_base64_and_large_ones_as_a_stream(lab: Session, wire: Faulty) -> None:
    content = large()
    assert len(content) > 1024 * 1024
    lab.imagine("x", file_urls=[png(), content])
    small, big = uploads(wire)
    assert (small.path, big.path) == (BASE64, STREAM)
    assert big.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert content in big.body
    assert httpx.get(sent_urls(wire)[1]).content == content


def test_a_refused_upload_sends_no_task(lab: Session, wire: Faulty) -> None:
    wire.script(BASE64, Answer(200, b'{"success":false,"code":400,"msg":"no room"}'))
    with pytest.raises(errors.Refused, match="no room"):
        lab.imagine("x", file_urls=png())
    assert wire.count(GENERATE) == 0
    assert len(lab.tasks()) == 0


def test_the_key_follows_no_redirect_of_an_upload(lab: Session, wire: Faulty, faulty: Faulty) -> None:
    wire.script(BASE64, *[redirect(f"{faulty.url}/steal")] * 5)
    with pytest.raises(errors.MJError):
        lab.imagine("x", file_urls=png())
    assert faulty.seen == []
    assert wire.count(GENERATE) == 0


def test_the_key_is_in_no_download_of_an_old_result(lab: Session, wire: Faulty) -> None:
    task_of(lab.imagine("x", file_urls=png(), wait=True))
    downloads = [one for one in wire.seen if one.path.startswith("/m/")]
    assert len(downloads) == 4
    assert not any("authorization" in one.headers for one in downloads)


# ---- refused with the reason, and nothing is sent ----


def text_file(folder: Path) -> Path:
    (folder / "notes.txt").write_text("no picture")
    return folder / "notes.txt"


def huge_file(folder: Path) -> Path:
    """Return a file of 200 MB that takes no room."""
    with (folder / "huge.png").open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    return folder / "huge.png"


def a_pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.png")
    return folder / "pipe.png"


def cut_file(folder: Path) -> Path:
    (folder / "cut.png").write_bytes(png(600)[:-40])
    return folder / "cut.png"


def padded(_: Path) -> bytes:
    return png() + bytes(BYTE_LIMIT)


BAD: dict[str, tuple[Callable[[Path], Any], str]] = {
    "text file": (text_file, "notes.txt: what came is not a whole picture"),
    "200 MB": (huge_file, "has 209715200 bytes, 67108864 are allowed"),
    "bytes too many": (padded, "the bytes given has .* bytes, 67108864 are allowed"),
    "cut short": (cut_file, "not a whole picture"),
    "missing": (lambda folder: folder / "none.png", "No such file"),
    "missing, as text": (lambda _: "none.png", "No such file"),
    "folder": (lambda folder: folder, "is no file"),
    "pipe that nobody writes to": (a_pipe, "is no file"),
    "device without end": (lambda _: "/dev/zero", "is no file"),
    "no such user": (lambda _: "~no-such-user-here/a.png", "no such user"),
    "null": (lambda _: "a\0b.png", "null"),
    "too long": (lambda _: "a" * 5000, "File name too long"),
    "empty bytes": (lambda _: b"", "not a whole picture"),
    "number": (lambda _: 7, "a int cannot be a picture"),
    "None in a list": (lambda _: [png(), None], "a NoneType cannot be a picture"),
    "nothing": (lambda _: [], "empty list"),
    "file URL": (lambda _: "file:///etc/passwd", "is not an http or https URL"),
    "ftp": (lambda _: "ftp://example.com/a.png", "is not an http or https URL"),
    "user name": (lambda _: "https://me@example.com/a.png", "user name or password"),
    "password": (lambda _: "https://me:word@example.com/a.png", "user name or password"),
    "space": (lambda _: "https://example.com/a b.png", "spaces or control characters"),
    "no host": (lambda _: "https:///a.png", "is not an http or https URL"),
    "bracket": (lambda _: "http://[::1/a.png", "is not a URL"),
}


@pytest.mark.parametrize(("make", "why"), BAD.values(), ids=BAD)
def test_what_cannot_be_a_picture_is_refused_and_nothing_is_sent(
    lab: Session, wire: Faulty, tmp_path: Path, make: Callable[[Path], Any], why: str
) -> None:
    given = make(tmp_path)
    for do in (
        lambda: lab.imagine("x", file_urls=given),
        lambda: lab.imagine("x", file_urls=given, dry_run=True),
        lambda: lab.animate(given, "x"),
    ):
        with pytest.raises(errors.InvalidRequest, match=why) as refused:
            do()
        assert refused.value.hint
    assert posts(wire) == []
    assert len(lab.tasks()) == 0


PRIVATE = [
    "http://127.0.0.1/a.png",
    "http://127.8.9.1:8888/a.png",
    "http://10.0.0.1/a.png",
    "http://172.16.3.4/a.png",
    "https://192.168.1.20/a.png",
    "http://169.254.169.254/latest/meta-data",
    "http://100.64.0.1/a.png",
    "http://0.0.0.0/a.png",
    "http://localhost/a.png",
    "http://LOCALHOST.:8000/a.png",
    "http://app.localhost/a.png",
    "http://[::1]/a.png",
    "http://[fe80::1]/a.png",
    "http://[fd00::1]/a.png",
    "http://[::ffff:192.168.0.1]/a.png",
    "http://nas.local/a.png",
    "http://host.docker.internal/a.png",
]


@pytest.mark.parametrize("url", PRIVATE)
def test_a_private_address_is_refused_wherever_it_is_named(lab: Session, wire: Faulty, url: str) -> None:
    for do in (
        lambda: lab.imagine("x", file_urls=url),
        lambda: lab.imagine("x", file_urls=["https://files.example.com/a.png", url]),
        lambda: lab.imagine("x", file_urls=url, dry_run=True),
        lambda: lab.animate(url, "x"),
        lambda: lab.imagine(f"{url} a fox"),
        lambda: lab.imagine(f"{url} a fox", dry_run=True),
        lambda: lab.imagine(f"a fox --sref {url}"),
        lambda: lab.imagine(f"a fox --oref {url} --ow 5"),
    ):
        with pytest.raises(errors.InvalidRequest, match=r"private address.*give the file itself"):
            do()
    assert posts(wire) == []
    assert len(lab.tasks()) == 0


def test_a_sweep_from_a_private_address_pays_nothing(lab: Session, wire: Faulty) -> None:
    with pytest.raises(errors.InvalidRequest, match="private address"):
        lab.sweep("a fox", file_urls="http://192.168.1.20/a.png", stylization=[0, 100])
    typed = lab.sweep("http://192.168.1.20/a.png a fox --s {0, 100}").run()
    assert [type(error) for error in typed.errors.values()] == [errors.InvalidRequest] * 2
    assert posts(wire) == []


@pytest.mark.parametrize(
    "url", ["http://8.8.8.8/a.png", "https://local.example.com/a.png", "http://[2600::1]/a"]
)
def test_a_public_address_is_taken(lab: Session, wire: Faulty, url: str) -> None:
    lab.imagine("x", file_urls=url)
    assert sent_urls(wire) == [url]


def test_every_fault_of_a_list_is_told_at_once(lab: Session, wire: Faulty, tmp_path: Path) -> None:
    with pytest.raises(errors.InvalidRequest) as refused:
        lab.imagine("x", file_urls=[text_file(tmp_path), "http://10.0.0.1/a.png", tmp_path / "none.png"])
    assert len(refused.value.faults) == 3
    assert posts(wire) == []


def test_a_wrong_parameter_is_found_before_anything_is_uploaded(lab: Session, wire: Faulty) -> None:
    for do in (
        lambda: lab.imagine("x", file_urls=png(), stylization=5000),
        lambda: lab.imagine("x --ar 21:9", file_urls=png()),
        lambda: lab.animate(png(), "x", motion="medium"),
        lambda: lab.animate([png(), png(32)], "x"),
    ):
        with pytest.raises(errors.InvalidRequest):
            do()
    assert posts(wire) == []


def test_a_result_that_is_neither_there_nor_here_says_so(lab: Session, wire: Faulty) -> None:
    first = task_of(lab.imagine("a fox", wait=True))
    gone: Entry = replace(first.entry, completed_at=1)
    first.entry = gone
    first.images[0].path.unlink()
    before = len(posts(wire))
    with pytest.raises(errors.InvalidRequest, match="No such file"):
        lab.imagine("x", file_urls=first.images[0])
    assert len(posts(wire)) == before


# ---- uploads that the service has deleted ----


def forget_uploads(lab: Session) -> None:
    """Let a day pass for all that was uploaded."""
    with closing(sqlite3.connect(lab.settings.data_dir / "ledger.db")) as ledger, ledger:
        assert ledger.execute("UPDATE upload SET expires_at = 1").rowcount > 0


def test_an_upload_that_is_gone_is_not_paid_for(lab: Session, wire: Faulty) -> None:
    """A sweep that was laid out yesterday, a task made again, an address that was copied from the ledger."""
    sweep = lab.sweep("a fox", file_urls=picture(), weirdness=[0, 500])
    made = task_of(lab.imagine("an owl", file_urls=[picture(), "https://example.com/a.png"]))
    (request,) = {followups.again(made.task_type, made.entry.param_json)}
    mine, other = sent_urls(wire)
    forget_uploads(lab)
    before = len(posts(wire))
    deeds: dict[str, Callable[[], object]] = {
        "again": lambda: lab.send(request),
        "its address": lambda: lab.imagine("x", file_urls=[mine]),
        "its address, spelled otherwise": lambda: lab.imagine("x", file_urls=mine.replace("http", "HTTP", 1)),
        "in the text": lambda: lab.imagine(f"{mine} x"),
        "a dry run": lambda: lab.imagine(f"{mine} x", dry_run=True),
        "a reference": lambda: lab.imagine(f"x --sref {mine}"),
        "a video": lambda: lab.animate(mine, "it runs"),
    }
    for name, do in deeds.items():
        with pytest.raises(errors.InvalidRequest, match="which the service has deleted"):
            pytest.fail(f"{name}: {do()}")
    sweep.run(wait=True)
    assert sweep.tasks == [None, None]
    assert len(posts(wire)) == before
    lab.imagine("x", file_urls=[other])  # what was never uploaded is as it was


def test_a_result_that_the_service_has_deleted_is_not_paid_for(lab: Session, wire: Faulty) -> None:
    first = task_of(lab.imagine("a fox", wait=True))
    (url, *_) = (image.url for image in first.images)
    made = task_of(lab.imagine("an owl", file_urls=[url], wait=True))
    with closing(sqlite3.connect(lab.settings.data_dir / "ledger.db")) as ledger, ledger:
        assert ledger.execute("UPDATE task SET completed_at = 1 WHERE id = ?", [first.id]).rowcount == 1
    before = len(posts(wire))
    for do in (
        lambda: lab.send(followups.again(made.task_type, made.entry.param_json)),
        lambda: lab.imagine(f"{url} x"),
        lambda: lab.animate(url, "it runs"),
    ):
        with pytest.raises(errors.InvalidRequest, match="which the service has deleted"):
            do()
    assert len(posts(wire)) == before
    task_of(lab.imagine("a hare", file_urls=first.images[0].path, wait=True))  # uploads it
    (new,) = sent_urls(wire)
    task_of(lab.imagine("a pier", file_urls=[url], wait=True))
    assert sent_urls(wire) == [new]


def test_what_was_uploaded_again_goes_on_under_its_new_address(lab: Session, wire: Faulty) -> None:
    sweep = lab.sweep("a fox", file_urls=picture(), weirdness=[0, 500])
    made = task_of(lab.imagine("an owl", file_urls=picture(), wait=True))
    (old,) = sent_urls(wire)
    forget_uploads(lab)
    task_of(lab.imagine("a hare", file_urls=picture(), wait=True))
    (new,) = sent_urls(wire)
    assert new != old
    task_of(lab.send(followups.again(made.task_type, made.entry.param_json)))
    assert sent_urls(wire) == [new]
    sweep.run(wait=True)
    assert sent_urls(wire) == [new]
    assert [task and task.state for task in sweep.tasks] == ["succeeded"] * 2
    assert lab.sweep("a fox", file_urls=picture(), weirdness=[0, 500]).plan().to_pay == 0


def test_an_upload_that_another_session_made_meanwhile_spoils_none(lab: Session, wire: Faulty) -> None:
    """Two upload the same content at once, and the ledger keeps the later address alone."""
    task_of(lab.imagine("a fox", file_urls=picture(), wait=True))
    (first,) = sent_urls(wire)
    ledger, account = lab.tracker.ledger, lab.tracker.account
    (sha,) = ledger.contents([first]).values()
    ledger.put_upload(sha, account, "https://example.com/second.png", 60)
    lab.imagine("a hare", file_urls=[first])
    assert sent_urls(wire) == ["https://example.com/second.png"]
    ledger.put_upload(sha, "another account", first, 60)  # not expired, under another account
    lab.imagine("an owl", file_urls=[first])
    assert sent_urls(wire) == [first]
