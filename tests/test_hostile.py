"""Hostile answers, files, addresses and texts: each is refused, or costs no more than its bound."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from crafting import CRAFTED, patterns
from faulty import CREDIT, GENERATE, RECORD, Answer, Faulty, redirect
from hostile import (
    MARKUP,
    Elsewhere,
    bomb,
    dribbling,
    flood,
    kept_pictures,
    picture,
    refused_pictures,
    run_child,
)
from hostile import (
    RECORD as RECORDS,
)
from hypothesis import HealthCheck, given
from hypothesis import settings as tries

from mjnb import api, client, display, errors, frames, prompt, wire
from mjnb.client import Client
from mjnb.intake import Shield
from mjnb.ledger import Intent, Ledger
from mjnb.loop import the_loop
from mjnb.media import Store
from mjnb.params import Generate, make

FOX = make(Generate, {"task_type": "mj_txt2img", "prompt": "a red fox", "speed": "fast"})
KEPT = Path(__file__).parent / "data"


def with_client(work: Callable[[Client], Awaitable[Any]], url: str, **how: Any) -> Any:
    """Run some work with a client, and close it."""

    async def whole() -> Any:
        made = Client(url, "a key", **how)
        try:
            return await work(made)
        finally:
            await made.close()

    return the_loop().run(whole())


# ---- floods ----

ASKS = """
import asyncio, json, resource, sys, time
from mjnb import client, errors
from mjnb.params import Generate, make
client.READ_TRIES = 1

async def asks(url):
    made = client.Client(url, "a key")
    fox = make(Generate, {"task_type": "mj_txt2img", "prompt": "a", "speed": "fast"})
    told = {}
    for name, work in {
        "credits": lambda: made.credits(),
        "submit": lambda: made.submit(fox),
        "record": lambda: made.record("0" * 32),
        "upload": lambda: made.upload(b"a", "a.png", "image/png"),
        "download": lambda: made.download(url + "/file", 2_000_000),
    }.items():
        try:
            told[name] = str(await work())[:60]
        except errors.MJError as error:
            told[name] = type(error).__name__
    await made.close()
    return told

before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
told = asyncio.run(asks(sys.argv[1]))
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(json.dumps({**told, "grown_mb": grown / 1000}))
"""
EVERY_PATH = (CREDIT, GENERATE, RECORD, "upload", "/file")


@pytest.mark.parametrize("packed", [False, True])
def test_a_hundred_megabytes_are_not_read(faulty: Faulty, packed: bool) -> None:
    how = {"Content-Encoding": "gzip"} if packed else {}
    for path in EVERY_PATH:
        faulty.script(path, Answer(200, bomb() if packed else flood(), how))
    told = run_child(ASKS, faulty.url)
    assert told.pop("grown_mb") < 40
    assert told == {
        "credits": "AnswerLost",
        "submit": "AnswerLost",  # it may have been taken
        "record": "AnswerLost",
        "upload": "AnswerLost",
        "download": "MediaError",
    }


@pytest.mark.parametrize("form", ["br", "zstd", "gzip, gzip", "gzip", "deflate"])
def test_an_answer_packed_otherwise_or_broken_is_no_answer(faulty: Faulty, form: str) -> None:
    faulty.script(GENERATE, Answer(200, b"\x1f\x8b\x08nonsense", {"Content-Encoding": form}))
    with pytest.raises(errors.AnswerLost):
        with_client(lambda made: made.submit(FOX), faulty.url)


def test_a_packed_answer_is_read(faulty: Faulty) -> None:
    faulty.script(CREDIT, Answer(200, bomb(1000), {"Content-Encoding": "gzip"}))
    with pytest.raises(errors.ServerError, match="not a number"):  # it was read
        with_client(lambda made: made.credits(), faulty.url)
    assert "gzip" in faulty.seen[0].headers["accept-encoding"]


HEADS = {
    "a body": b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n",
    "no length": b"HTTP/1.1 200 OK\r\n\r\n",
    "a header": b"HTTP/1.1 200 OK\r\nX-Long: ",
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_an_answer_that_dribbles_in_has_an_end(head: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "SLOWEST", 0.3)
    monkeypatch.setattr(client, "SLOWEST_FILE", 0.3)
    monkeypatch.setattr(client, "READ_TRIES", 1)
    with dribbling(head) as url:
        with pytest.raises(errors.AnswerLost):
            with_client(lambda made: made.submit(FOX), url)
        with pytest.raises(errors.MediaError):
            with_client(lambda made: made.download(f"{url}/1.png"), url)


def test_the_services_words_are_bounded(faulty: Faulty) -> None:
    faulty.script(GENERATE, Answer(200, json.dumps({"code": 422, "msg": MARKUP * 9000}).encode()))
    with pytest.raises(errors.ValidationFailed) as told:
        with_client(lambda made: made.submit(FOX), faulty.url)
    assert len(str(told.value)) < 3000


@pytest.mark.parametrize("wait", ["9" * 400, "\u00b2", "-5", "1e9", "nan", MARKUP])
def test_a_nonsense_retry_after_is_no_wait(faulty: Faulty, wait: str) -> None:
    body = json.dumps({"code": 429, "msg": "too many"}).encode()
    faulty.script(GENERATE, Answer(200, body, {"Retry-After": wait}))
    with pytest.raises(errors.RateLimited) as told:
        with_client(lambda made: made.submit(FOX), faulty.url)
    assert told.value.retry_after in (None, 300.0)


# ---- addresses ----

PRIVATE = [
    "http://127.0.0.1/a",
    "http://127.1/a",
    "http://2130706433/a",
    "http://0x7f.0.0.1/a",
    "http://0/a",
    "http://[::1]/a",
    "http://[::ffff:127.0.0.1]/a",
    "http://[fe80::1%25eth0]/a",
    "http://[fd00::1]/a",
    "http://169.254.169.254/latest/meta-data/",
    "http://10.0.0.1:8080/a",
    "http://192.168.0.1/a",
    "http://100.64.0.1/a",
    "http://localhost/a",
    "http://LOCALHOST./a",
    "http://printer/a",
    "http://db.internal/a",
    "http://a.localhost/a",
]
NO_ADDRESS = [
    "file:///etc/passwd",
    "ftp://example.com/a",
    "data:image/png;base64,AAAA",
    "javascript:alert(1)",
    "http://",
    "//example.com/a",
    "http://user:word@example.com/a",
    "http://example.com@127.0.0.1/a",
    "http://example.com:99999/a",
    "http://example.com:port/a",
    "http://[::1/a",
    "http://exa mple.com/a",
    "http://example.com/\r\nX-Header: 1",
    "http://example.com/" + "a" * 10_000,
    "../../etc/passwd",
    "",
]


@pytest.mark.parametrize("url", PRIVATE + NO_ADDRESS)
def test_a_result_that_is_in_this_network_or_no_address_is_not_asked_for(url: str) -> None:
    with pytest.raises(errors.MediaError):
        with_client(lambda made: made.download(url), "kie")


@pytest.mark.parametrize("url", [*PRIVATE, *(url for url in NO_ADDRESS if url and "\r" not in url)])
def test_a_redirect_from_the_internet_into_this_network_is_not_followed(
    url: str, faulty: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "READ_TRIES", 1)
    faulty.script("/1.png", redirect(url))
    with Faulty() as inside:
        inside.script("/", Answer(200, picture()))
        ways = Elsewhere(
            results_example_com=faulty.url, **dict.fromkeys(("localhost", "printer"), inside.url)
        )
        with pytest.raises(errors.MediaError):
            with_client(lambda made: made.download("http://results.example.com/1.png"), "kie", transport=ways)
        assert inside.seen == []
    assert len(faulty.seen) <= 1 + client.REDIRECTS


def test_a_result_on_the_internet_is_fetched_wherever_it_moved(faulty: Faulty) -> None:
    faulty.script("/1.png", redirect("https://b\u00fccher.example.org/2.png"))
    faulty.script("/2.png", Answer(200, picture()))
    ways = Elsewhere(results_example_com=faulty.url)
    ways._servers["b\u00fccher.example.org"] = ways._servers["results.example.com"]
    found = with_client(lambda made: made.download("http://results.example.com/1.png"), "kie", transport=ways)
    assert found == picture()


def test_a_name_that_stands_for_this_machine_leads_inside() -> None:
    assert asyncio.run(wire._leads_inside("localhost"))
    assert not asyncio.run(wire._leads_inside("no-such-name.invalid"))
    inside = ["127.0.0.1", "::1", "::ffff:10.0.0.1", "fe80::1%eth0", "0.0.0.0", "100.64.0.1", "198.18.0.1"]
    assert [one for one in inside if not wire.is_inside(one)] == []
    assert [one for one in ("8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8") if wire.is_inside(one)] == []


# ---- files ----


@pytest.fixture(scope="module")
def hostile_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both kinds of hostile pictures, as files."""
    folder = tmp_path_factory.mktemp("hostile")
    for kind, files in {"refused": refused_pictures(), "kept": kept_pictures()}.items():
        (folder / kind).mkdir()
        for name, content in files.items():
            (folder / kind / name.replace(" ", "-")).write_bytes(content)
    return folder


KEEPS = """
import json, resource, sys
from pathlib import Path
from mjnb.errors import MediaError
from mjnb.media import Store
store = Store(Path(sys.argv[2]))
Store(Path(sys.argv[2])).keep(Path(sys.argv[1], "kept", "an-animated-PNG").read_bytes())
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
told = {}
for path in sorted(Path(sys.argv[1]).glob("*/*")):
    try:
        kept = store.keep(path.read_bytes(), "a note")
        store.thumbnail(kept.path)
        told[path.name] = "kept"
    except MediaError as error:
        told[path.name] = "refused"
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(json.dumps({"told": told, "grown_mb": grown / 1000}))
"""


def test_hostile_files_are_refused_or_kept_within_bounds(hostile_files: Path, tmp_path: Path) -> None:
    found = run_child(KEEPS, str(hostile_files), str(tmp_path))
    expected = {path.name: path.parent.name for path in hostile_files.glob("*/*")}
    assert found["told"] == expected
    assert found["grown_mb"] < 150
    names = {path.suffix for path in tmp_path.rglob("*") if path.is_file()}
    assert names == {".jpg", ".png", ".webp"}  # by what they are, whatever they said


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_a_thumbnail_holds_nothing_but_its_pixels(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for name, content in kept_pictures().items():
        small = store.thumbnail(store.keep(content, MARKUP).path)
        assert b"script" not in small, name
        assert b"PK\x03\x04" not in small, name


@pytest.mark.parametrize("name", ["../a.png", "/etc/passwd", "a/../../b.png", "..\\a", "\0", "a" * 5000])
def test_no_name_leads_out_of_the_store(name: str, tmp_path: Path) -> None:
    store = Store(tmp_path / "media")
    with pytest.raises(errors.MediaError):
        store.open(name)
    with pytest.raises(errors.MediaError):
        store.thumbnail(name)
    assert not store.holds(name, "0" * 64)


# ---- records ----


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    ledger = Ledger(f"sqlite:///{tmp_path_factory.mktemp('book') / 'ledger.db'}")
    yield ledger
    ledger.close()


def settle(ledger: Ledger, content: bytes) -> None:
    """Take in an answer as the tracker does, and look at everything that comes of it."""
    try:
        record = api.read_record(api.unwrap(200, Shield().body(content)))
    except errors.ServiceError:
        return
    if record is None:
        return
    own_id, _ = ledger.intend(Intent(FOX, "an account", "kie", 8.0))
    ledger.submitted(own_id, own_id)
    (ledger.generating(own_id, record.raw) if record.pending else ledger.settled(own_id, record))
    entry, pictures = ledger.entry(own_id), ledger.pictures(own_id)
    assert entry is not None
    assert entry.state == ("generating" if record.pending else "succeeded" if record.succeeded else "failed")
    assert len(pictures) == (0 if record.pending else len(record.urls))
    view = display.TaskView(own_id, entry.state, entry.prompt or "", "", error=entry.error or "")
    assert "<script" not in display.task_html(view)


@tries(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(RECORDS)
def test_any_record_is_stored_and_shown_or_refused(book: Ledger, said: Any) -> None:
    settle(book, json.dumps({"code": 200, "msg": "success", "data": said}).encode())


def test_the_frame_of_hostile_records_is_read(book: Ledger) -> None:
    settle(
        book, json.dumps({"code": 200, "data": {"successFlag": 2, "errorMessage": "\0" + MARKUP}}).encode()
    )
    held = frames.held_tasks()
    assert held.refresh(book.rows).height > 0


# ---- texts ----


def test_the_patterns_of_all_modules_are_found() -> None:
    assert len(patterns()) >= 25


def test_no_pattern_hangs_on_what_was_made_to_hang_it() -> None:
    """What grows as the cube or faster hangs at 4,000, too; the proof holds each to 10 ms at 20,000."""
    assert run_child(CRAFTED, "4000")["tried"] > 1000


NESTED = ("{a,{" * 10_000 + "}" * 20_000, "{" * 10_000, "{a," * 10_000, "{a,b}" * 10_000, "\\{," * 10_000)


@pytest.mark.parametrize("line", NESTED, ids=range(len(NESTED)))
def test_ten_thousand_sets_are_read_or_refused(line: str) -> None:
    try:
        many = len(prompt.expand(line))
    except errors.PromptError:
        many = prompt.LIMIT
    assert 0 < many <= prompt.LIMIT
