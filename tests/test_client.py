"""The client's promises: a submit goes out once, reading is patient, the key goes nowhere else."""

from __future__ import annotations

import asyncio
import random
import socket
import threading
import time
import traceback
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import httpx
import psutil
import pytest
from faulty import (
    CREDIT,
    GENERATE,
    RECORD,
    TASK_ID,
    Answer,
    Drop,
    Faulty,
    Seen,
    Silence,
    envelope,
    page,
    record,
    redirect,
    taken,
    until,
)
from hostile import dribbling

from mjnb import api, client, errors, pacing
from mjnb.client import READ_TRIES, REDIRECTS, USER_AGENT, Client
from mjnb.params import Generate, make
from mjnb.sandbox import Sandbox

T = TypeVar("T")

KEY = "sk-do-not-show-0123456789"
FOX = make(Generate, {"task_type": "mj_txt2img", "prompt": "a red fox 🦊", "speed": "fast"})
QUICK = 2000.0  # time scale: pauses between attempts are milliseconds


def with_client(
    url: str, work: Callable[[Client], Awaitable[T]], *, key: str = KEY, time_scale: float = QUICK
) -> T:
    """Do some work with a client of its own."""

    async def do() -> T:
        made = Client(url, key, time_scale=time_scale)
        try:
            return await work(made)
        finally:
            await made.close()

    return asyncio.run(do())


async def submit(made: Client) -> str:
    async with made.submits:
        return await made.submit(FOX)


def submitted(server: Faulty) -> str:
    return with_client(server.url, submit)


def looked_up(server: Faulty) -> api.Record | None:
    return with_client(server.url, lambda made: made.record(TASK_ID))


def downloaded(server: Faulty, path: str = "/m/fox.jpeg", **how: Any) -> bytes:
    return with_client(server.url, lambda made: made.download(server.url + path, **how))


def closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up on an answer soon."""
    monkeypatch.setattr(client, "TIMEOUT", httpx.Timeout(0.3, connect=5.0))


# ---- a submit ----


def test_a_submit_sends_the_recorded_text_and_the_key(faulty: Faulty) -> None:
    faulty.script(GENERATE, taken())
    assert submitted(faulty) == TASK_ID
    (seen,) = faulty.seen
    assert (seen.method, seen.path) == ("POST", GENERATE)
    assert seen.body.decode() == api.request_text(FOX)
    assert seen.headers["authorization"] == f"Bearer {KEY}"
    assert seen.headers["content-type"] == "application/json"
    assert seen.headers["user-agent"] == USER_AGENT


AMBIGUOUS = {
    "dropped after reading": (Drop(), errors.AnswerLost),
    "502 page": (page(502), errors.ServerError),
    "500 page": (page(500), errors.ServerError),
    "524 page": (page(524), errors.ServerError),
    "408 page": (page(408), errors.ServerError),
    "200 page": (page(200), errors.ServerError),
    "redirect": (redirect("/elsewhere"), errors.ServerError),
    "500 envelope": (envelope(code=500, msg="internal"), errors.ServerError),
    "501 envelope": (envelope(code=501, msg="generation failed"), errors.ServerError),
    "400 page": (page(400), errors.ServerError),
    "409 page": (page(409), errors.ServerError),
    "499 page": (page(499), errors.ServerError),
    "unknown code": (envelope(code=777, msg="odd"), errors.ServerError),
    "no task id": (envelope({}), errors.ServerError),
    "null data": (envelope(None), errors.ServerError),
    "cut short": (Answer(200, b'{"code":200', missing=50), errors.AnswerLost),
    "half an envelope": (Answer(200, b'{"code":200'), errors.ServerError),
}


@pytest.mark.parametrize(("deed", "kind"), AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_an_ambiguous_submit_is_sent_exactly_once(
    faulty: Faulty, deed: Any, kind: type[errors.MJError]
) -> None:
    faulty.script(GENERATE, deed)
    with pytest.raises(kind) as told:
        submitted(faulty)
    assert type(told.value) is kind
    assert "unknown" in told.value.hint
    assert len(faulty.seen) == 1


@pytest.mark.usefixtures("impatient")
def test_silence_after_a_submit_is_a_lost_answer_sent_once(faulty: Faulty) -> None:
    faulty.script(GENERATE, Silence())
    with pytest.raises(errors.AnswerLost):
        submitted(faulty)
    assert faulty.count(GENERATE) == 1


def test_a_connection_closed_before_it_was_read_is_not_tried_again(faulty: Faulty) -> None:
    faulty.script(GENERATE, taken())
    faulty.close_unread(1)
    with pytest.raises(errors.AnswerLost):
        submitted(faulty)
    assert (faulty.unread, faulty.count(GENERATE)) == (1, 0)


REFUSALS = {
    400: errors.BadRequest,
    401: errors.AuthError,
    402: errors.InsufficientCredits,
    404: errors.NotFound,
    422: errors.ValidationFailed,
    429: errors.RateLimited,
    433: errors.DailyLimit,
    455: errors.Maintenance,
    505: errors.FeatureDisabled,
}


@pytest.mark.parametrize(("code", "kind"), REFUSALS.items())
def test_a_refusal_is_of_its_kind_with_the_services_words(
    faulty: Faulty, code: int, kind: type[errors.Refused]
) -> None:
    faulty.script(GENERATE, envelope(code=code, msg="the service's words"))
    with pytest.raises(errors.Refused, match="the service's words") as told:
        submitted(faulty)
    assert (type(told.value), told.value.code) == (kind, code)
    assert told.value.hint
    assert faulty.count(GENERATE) == 1


@pytest.mark.parametrize(
    ("status", "kind"), [(401, errors.AuthError), (403, errors.AuthError), (429, errors.RateLimited)]
)
def test_a_page_with_a_4xx_status_refuses(faulty: Faulty, status: int, kind: type[errors.Refused]) -> None:
    faulty.script(GENERATE, page(status))
    with pytest.raises(kind):
        submitted(faulty)


def test_a_refused_connection_surely_never_left() -> None:
    with pytest.raises(errors.NotConnected) as told:
        with_client(f"http://127.0.0.1:{closed_port()}", submit)
    assert "network" in told.value.hint


def test_a_host_that_does_not_exist_surely_never_left() -> None:
    with pytest.raises(errors.NotConnected):
        with_client("http://mjnb.invalid", submit)


def test_a_refused_submit_carries_the_wait_it_was_told(faulty: Faulty) -> None:
    faulty.script(GENERATE, envelope(code=429, msg="slow down", Retry_After="7"))
    with pytest.raises(errors.RateLimited) as told:
        submitted(faulty)
    assert told.value.retry_after == 7


# ---- reading ----

PASSING = {
    "500 envelope": envelope(code=500, msg="x"),
    "502 page": page(502),
    "429": envelope(code=429, msg="x"),
    "455": envelope(code=455, msg="x"),
    "drop": Drop(),
    "unreadable record": envelope({"taskId": TASK_ID}),
}


@pytest.mark.parametrize("deed", PASSING.values(), ids=PASSING)
def test_a_record_is_asked_for_again_until_it_comes(faulty: Faulty, deed: Any) -> None:
    faulty.script(RECORD, *[deed] * (READ_TRIES - 1), record(1, ["https://x/1.jpeg"]))
    found = looked_up(faulty)
    assert found is not None
    assert found.urls == ("https://x/1.jpeg",)
    assert faulty.count(RECORD) == READ_TRIES


@pytest.mark.parametrize(
    ("deed", "kind"),
    [
        (page(502), errors.ServerError),
        (Drop(), errors.AnswerLost),
        (envelope(code=429, msg="x"), errors.RateLimited),
    ],
)
def test_reading_gives_up_with_the_error(faulty: Faulty, deed: Any, kind: type[errors.MJError]) -> None:
    faulty.script(RECORD, deed)
    with pytest.raises(kind):
        looked_up(faulty)
    assert faulty.count(RECORD) == READ_TRIES


def test_a_refusal_to_read_is_not_asked_for_again(faulty: Faulty) -> None:
    faulty.script(RECORD, envelope(code=401, msg="no"))
    with pytest.raises(errors.AuthError):
        looked_up(faulty)
    assert faulty.count(RECORD) == 1


@pytest.mark.parametrize(
    "deed",
    [envelope(None), envelope(code=422, msg="The record does not exist"), envelope(code=404, msg="none")],
)
def test_a_record_that_is_not_there_is_none(faulty: Faulty, deed: Any) -> None:
    faulty.script(RECORD, deed)
    assert looked_up(faulty) is None


@pytest.mark.usefixtures("impatient")
def test_a_silent_read_is_repeated(faulty: Faulty) -> None:
    faulty.script(RECORD, Silence(), record(0))
    found = looked_up(faulty)
    assert found is not None
    assert found.pending


def test_a_retry_after_is_honoured(faulty: Faulty) -> None:
    """A lower bound, so that a loaded machine cannot break it."""
    faulty.script(CREDIT, envelope(code=429, msg="slow down", Retry_After="1"), envelope(5.0))
    assert with_client(faulty.url, Client.credits) == 5.0
    assert faulty.seen[1].at - faulty.seen[0].at > 0.95


def test_an_odd_retry_after_is_passed_over(faulty: Faulty) -> None:
    faulty.script(CREDIT, envelope(code=429, msg="x", Retry_After="-3 soon"), envelope(5.0))
    assert with_client(faulty.url, Client.credits) == 5.0


def test_pauses_double_and_jitter() -> None:
    made = Client("http://127.0.0.1", KEY)
    for attempt in range(8):
        usual = min(2**attempt, 30)
        pauses = {made.pause(attempt, errors.AnswerLost("x")) for _ in range(20)}
        assert usual * 0.5 <= min(pauses) < max(pauses) <= usual * 1.5
    asyncio.run(made.close())


# ---- credits ----


@pytest.mark.parametrize("amount", [0, 9, 9.75, -1.5])
def test_credits_are_a_float(faulty: Faulty, amount: float) -> None:
    faulty.script(CREDIT, envelope(amount))
    found = with_client(faulty.url, Client.credits)
    assert (found, type(found)) == (amount, float)


@pytest.mark.parametrize("junk", ["9.5", True, None, {"credit": 3}])
def test_credits_that_are_no_number_are_an_error(faulty: Faulty, junk: object) -> None:
    faulty.script(CREDIT, envelope(junk))
    with pytest.raises(errors.ServerError, match="not a number"):
        with_client(faulty.url, Client.credits)


# ---- files ----


def test_a_file_comes_whole_without_the_key_and_under_our_name(faulty: Faulty) -> None:
    faulty.script("/m/fox.jpeg", Answer(200, b"x" * 200_000))
    assert downloaded(faulty) == b"x" * 200_000
    assert "authorization" not in faulty.seen[0].headers
    assert faulty.seen[0].headers["user-agent"] == USER_AGENT
    assert KEY not in str(faulty.seen)


def test_a_truncated_file_is_fetched_again(faulty: Faulty) -> None:
    faulty.script("/m/fox.jpeg", Answer(200, b"half", missing=4), Answer(200, b"halfhalf"))
    assert downloaded(faulty) == b"halfhalf"


def test_a_file_that_stays_truncated_is_a_media_error(faulty: Faulty) -> None:
    faulty.script("/m/fox.jpeg", Answer(200, b"half", missing=4))
    with pytest.raises(errors.MediaError, match=r"fox\.jpeg"):
        downloaded(faulty)
    assert len(faulty.seen) == READ_TRIES


@pytest.mark.parametrize("status", [404, 403, 410])
def test_a_file_that_is_not_there_is_a_media_error_at_once(faulty: Faulty, status: int) -> None:
    faulty.script("/m/fox.jpeg", page(status))
    with pytest.raises(errors.MediaError, match=str(status)):
        downloaded(faulty)
    assert len(faulty.seen) == 1


def test_a_failing_media_host_is_asked_again(faulty: Faulty) -> None:
    faulty.script("/m/fox.jpeg", page(503), Answer(200, b"fox"))
    assert downloaded(faulty) == b"fox"


def test_a_file_above_the_limit_is_not_read_to_its_end(faulty: Faulty) -> None:
    faulty.script("/m/fox.jpeg", Answer(200, b"x" * 1001))
    with pytest.raises(errors.MediaError, match="1000"):
        downloaded(faulty, limit=1000)
    assert len(faulty.seen) == 1


def test_a_redirect_is_followed_to_another_host_without_the_key(faulty: Faulty) -> None:
    with Faulty() as media:
        media.script("/fox.jpeg", Answer(200, b"fox"))
        faulty.script("/m/fox.jpeg", redirect(f"{media.url}/fox.jpeg"))
        assert downloaded(faulty) == b"fox"
        assert [one.headers.get("authorization") for one in (*faulty.seen, *media.seen)] == [None, None]
        assert media.seen[0].headers["user-agent"] == USER_AGENT


def test_redirects_come_to_an_end(faulty: Faulty) -> None:
    faulty.script("/m/fox.jpeg", redirect("/m/fox.jpeg"))
    with pytest.raises(errors.MediaError, match="redirects"):
        downloaded(faulty)
    assert len(faulty.seen) == REDIRECTS + 1


@pytest.mark.parametrize("url", ["file:///etc/passwd", "not a url", "http://[::1", "ftp://x/y"])
def test_a_file_elsewhere_than_http_is_a_media_error(url: str) -> None:
    with pytest.raises(errors.MediaError):
        with_client("http://127.0.0.1:9", lambda made: made.download(url))


def test_an_api_redirect_does_not_take_the_key_elsewhere(faulty: Faulty) -> None:
    with Faulty() as other:
        faulty.script(CREDIT, redirect(other.url + CREDIT))
        with pytest.raises(errors.ServerError):
            with_client(faulty.url, Client.credits)
        assert other.seen == []


# ---- the key ----


def thrown(work: Callable[[], object]) -> BaseException:
    with pytest.raises(errors.MJError) as told:
        work()
    return told.value


def test_the_key_is_in_no_repr() -> None:
    made = Client("kie", KEY)
    assert repr(made) == "<Client https://api.kie.ai>"
    assert KEY not in repr(vars(made))
    asyncio.run(made.close())


@pytest.mark.parametrize("deed", [Drop(), page(502), envelope(code=401, msg="no")], ids=str)
def test_the_key_is_in_no_error_and_no_traceback(faulty: Faulty, deed: Any) -> None:
    faulty.script(GENERATE, deed)
    faulty.script(RECORD, deed)
    refused = f"http://127.0.0.1:{closed_port()}"
    works = [
        lambda: submitted(faulty),
        lambda: looked_up(faulty),
        lambda: with_client(refused, submit),
    ]
    for error in map(thrown, works):
        assert KEY not in "".join(traceback.format_exception(error))
        seen: BaseException | None = error
        while seen is not None:
            assert KEY not in f"{seen!r} {seen} {seen.args}"
            seen = seen.__cause__ or seen.__context__


# ---- the limiter ----


def test_many_submits_at_once_draw_no_429_and_keep_the_window() -> None:
    async def all_of_them(made: Client) -> list[str]:
        return await asyncio.gather(*(submit(made) for _ in range(45)))

    with Sandbox(time_scale=20) as server:
        ids = with_client(server.url, all_of_them, key=server.key, time_scale=20)
        assert len(set(ids)) == 45
        assert server.account.submits == 45  # 45 taken and 45 seen: none was refused
        times = sorted(task.created for task in server.account.tasks.values())
    window = 10 / 20
    assert all(late - early > window * 0.9 for early, late in zip(times, times[20:], strict=False))


def test_a_place_is_given_back_after_its_use_ended() -> None:
    """However long a request is on its way, no window sees more than the limit arrive."""

    async def uses() -> list[tuple[float, float]]:
        window, clock = pacing.Window(2, 0.05), asyncio.get_running_loop().time
        spans = []

        async def use() -> None:
            async with window:
                start = clock()
                await asyncio.sleep(0.03)
                spans.append((start, clock()))

        await asyncio.gather(*(use() for _ in range(6)))
        return sorted(spans)

    spans = asyncio.run(uses())
    ends = sorted(end for _, end in spans)
    assert all(start >= ends[n] + 0.05 for n, (start, _) in enumerate(spans[2:]))


def test_no_more_than_20_requests_are_in_flight(faulty: Faulty) -> None:
    """The server holds every answer back until twenty are there, and a little longer."""
    lock, full = threading.Lock(), threading.Event()
    inside, most = 0, 0

    def hold(_: Seen) -> Answer:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
            if inside == client.IN_FLIGHT:
                full.set()
        full.wait(300)
        time.sleep(0.1)
        with lock:
            inside -= 1
        return envelope(1.0)

    async def many(made: Client) -> list[float]:
        return await asyncio.gather(*(made.credits() for _ in range(45)))

    faulty.script(CREDIT, hold)
    assert with_client(faulty.url, many) == [1.0] * 45
    assert most == client.IN_FLIGHT


def test_the_status_requests_are_counted(faulty: Faulty) -> None:
    faulty.script(RECORD, page(502), record(0))

    async def count(made: Client) -> int:
        await made.record(TASK_ID)
        return made.status_requests

    assert with_client(faulty.url, count) == faulty.count(RECORD) == 2


# ---- where it goes ----


@pytest.mark.parametrize(
    ("base", "url"), [*api.BASE_URLS.items(), ("http://127.0.0.1:1/", "http://127.0.0.1:1")]
)
def test_a_preset_or_an_address_says_where(base: str, url: str) -> None:
    made = Client(base, KEY)
    assert made.base_url == url
    asyncio.run(made.close())


@pytest.mark.parametrize(
    "base",
    [
        *("kie", "KIE", "https://api.kie.ai", "https://api.kie.ai/", "HTTPS://API.KIE.AI/"),
        *("https://Api.Kie.Ai", "https://api.kie.ai:443", "https://api.kie.ai./", "https://api.kie.ai//"),
    ],
)
def test_every_spelling_of_a_service_has_its_host_for_uploads(base: str) -> None:
    made = Client(base, KEY)
    assert (made.base_url, made.upload_url) == ("https://api.kie.ai", "https://kieai.redpandaai.co")
    assert made.own_hosts == {"api.kie.ai", "kieai.redpandaai.co"}
    asyncio.run(made.close())


@pytest.mark.parametrize("base", ["midapi", "https://api.kie.ai:8443", "https://api.kie.ai.example.com"])
def test_no_other_service_gets_kies_host_for_uploads(base: str) -> None:
    made = Client(base, KEY)
    assert made.upload_url == made.base_url
    asyncio.run(made.close())


# ---- the end ----


def links(port: int) -> list[Any]:
    """Return the connections of this process to a port."""
    all_of_us = psutil.Process().net_connections("tcp")
    return [one for one in all_of_us if one.raddr and one.raddr.port == port]


@pytest.mark.parametrize("seed", range(4))
def test_closing_cuts_off_what_is_under_way_at_any_instant(sandbox: Sandbox, seed: int) -> None:
    chance, port = random.Random(seed), httpx.URL(sandbox.url).port

    async def cut_off() -> None:
        made = Client(sandbox.url, "sandbox", time_scale=QUICK)
        asked = [asyncio.ensure_future(made.record(TASK_ID)) for _ in range(chance.choice([1, 5, 30]))]
        await asyncio.sleep(chance.uniform(0, 0.02))
        await made.close()
        assert links(int(port or 0)) == []
        for end in await asyncio.gather(*asked, return_exceptions=True):
            assert end is None or isinstance(end, errors.NoAnswer), repr(end)  # none is there, or none came
        with pytest.raises(errors.NotConnected, match="closed"):
            await made.credits()

    for _ in range(15):
        asyncio.run(cut_off())


def test_a_slow_media_host_holds_up_nothing_at_the_service(faulty: Faulty) -> None:
    """It has every place that there is for files, and lets a byte fall now and then."""
    faulty.script(GENERATE, taken())
    faulty.script(RECORD, record(0))
    faulty.script(CREDIT, envelope(7.0))

    async def work(made: Client) -> tuple[Any, ...]:
        with dribbling(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n") as host:
            port = int(httpx.URL(host).port or 0)
            files = [asyncio.ensure_future(made.download(f"{host}/{n}.png")) for n in range(30)]
            await asyncio.to_thread(until, lambda: len(links(port)) == client.IN_FLIGHT)
            answers = await submit(made), await made.record(TASK_ID), await made.credits()
            assert not any(one.done() for one in files)
            await made.close()
            assert {type(one) for one in await asyncio.gather(*files, return_exceptions=True)} == {
                errors.MediaError
            }
            return answers

    task_id, found, left = with_client(faulty.url, work)
    assert (task_id, found and found.task_id, left) == (TASK_ID, TASK_ID, 7.0)


def test_a_file_that_takes_too_long_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "SLOWEST_FILE", 2.0)
    heads: list[None] = []

    async def work(made: Client) -> bytes:
        with dribbling(b"HTTP/1.1 200 OK\r\n\r\n", came=lambda: heads.append(None)) as host:
            return await made.download(f"{host}/1.png")

    with pytest.raises(errors.MediaError, match="did not come whole"):
        with_client("http://127.0.0.1:9", work)
    assert len(heads) <= 1  # none, where this machine is slower than that
