"""What became of a submit: what names a task is never refused, and what is unclear is never sent again."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from faulty import GENERATE, RECORD, TASK_ID, Answer, Deed, Drop, Faulty, envelope, page, record, taken
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mjnb import errors, intake, outcomes
from mjnb.client import Client
from mjnb.outcomes import Outcome, Verdict
from mjnb.params import Generate, Request, Upscale, make
from mjnb.sessions import Session

FOX = make(Generate, {"task_type": "mj_txt2img", "prompt": "a red fox", "speed": "fast"})
KEY = "a-key-of-the-test-2718"
GENERATE_UPSCALE = "/api/v1/mj/generateUpscale"
unhurried = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])


def sent(url: str, transport: httpx.AsyncBaseTransport | None = None, request: Request = FOX) -> Verdict:
    """Send a submit with a client of its own."""

    async def do() -> Verdict:
        client = Client(url, KEY, transport=transport)
        try:
            return await client.send(request)
        finally:
            await client.close()

    return asyncio.run(do())


# ---- answers, drawn ----

CODES = st.one_of(
    st.sampled_from([200, 400, 401, 402, 403, 404, 422, 429, 433, 455, 499, 500, 501, 505, 777, -1]),
    st.sampled_from(["200", "401", " 404 ", "429.0", "ok", "", 200.0, 401.0, 404.5, True, False, None]),
    st.integers(),
    st.floats(),
)
STATUSES = st.sampled_from(
    [200, 201, 202, 204, 301, 302, 400, 401, 403, 404, 405, 408, 409, 413]
) | st.integers(200, 599)
IDS = st.sampled_from([TASK_ID, TASK_ID.upper(), f" {TASK_ID} ", 7, 10**20, 12.0, "t-1", "\n9f\t"])
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=9)
NAMES = st.sampled_from(
    ["taskId", "task_id", "TaskID", "taskid", "task-id", "Task Id", "taskIds", "task_ids"]
)


def packed(value: Any, times: int) -> Any:
    """Return JSON within JSON."""
    for _ in range(times):
        value = json.dumps(value)
    return value


PLACES = {
    "in data": lambda name, one: {"data": {name: one}},
    "on top": lambda name, one: {name: one, "data": None},
    "in data as text": lambda name, one: {"data": packed({name: one}, 1)},
    "in data as text of text": lambda name, one: {"data": packed({name: one}, 2)},
    "in a list": lambda name, one: {"data": [{name: one}]},
    "deep": lambda name, one: {"data": {"task": {"info": {name: one}}}},
    "beside": lambda name, one: {"result": {name: one}, "data": None},
    "as id in data": lambda _, one: {"data": {"id": one}},
    "as id on top": lambda _, one: {"id": one},
    "as id of a task": lambda _, one: {"data": {"task": {"id": one}}},
    "as id of one of many": lambda _, one: {"result": {"tasks": [{"id": one}]}},
    "several": lambda name, one: {"data": {name: [one, one]}},
}
NAMING = st.builds(
    lambda place, name, one: PLACES[place](name, one), st.sampled_from(sorted(PLACES)), NAMES, IDS
)
PLAIN = st.fixed_dictionaries({}, optional={"data": LEAVES | st.lists(LEAVES, max_size=2), "extra": LEAVES})
HEADERS = st.sampled_from(
    [{}, {"Retry-After": "7"}, {"Retry-After": "soon"}, {"Content-Type": "text/html"}, {"Location": "/x"}]
)


def written(code: Any, message: Any, rest: dict[str, Any], form: str) -> bytes:
    text = json.dumps({"code": code, "msg": message, **rest})
    return (json.dumps(text) if form == "text" else text).encode("utf-16" if form == "utf-16" else "utf-8")


def answered(status: int, content: bytes, headers: dict[str, str]) -> Verdict:
    requests = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(content))

    verdict = sent("https://service.example", httpx.MockTransport(answer))
    assert len(requests) == 1
    return verdict


@unhurried
@given(STATUSES, CODES, LEAVES, NAMING, HEADERS, st.sampled_from(["plain", "text", "utf-16"]))
def test_an_answer_that_names_a_task_is_never_a_refusal(
    status: int, code: Any, message: Any, rest: dict[str, Any], headers: dict[str, str], form: str
) -> None:
    verdict = answered(status, written(code, message, rest, form), headers)
    assert verdict.outcome is not Outcome.REFUSED
    assert verdict.outcome is Outcome.TAKEN or type(verdict.error) is errors.ServerError
    assert verdict.task_id == verdict.task_id.strip() != ""
    assert verdict.raw


@unhurried
@given(STATUSES, CODES, LEAVES, PLAIN, HEADERS)
def test_only_what_is_in_the_table_is_a_refusal(
    status: int, code: Any, message: Any, rest: dict[str, Any], headers: dict[str, str]
) -> None:
    verdict = answered(status, written(code, message, rest, "plain"), headers)
    number = intake.code(code)
    listed = outcomes.PAGES if number is None else outcomes.REFUSALS
    refused = (status if number is None else number) in listed
    assert verdict.outcome is (Outcome.REFUSED if refused else Outcome.UNCLEAR)
    assert isinstance(verdict.error, errors.Refused) is refused


@unhurried
@given(STATUSES, st.binary(max_size=300) | st.text(max_size=300).map(str.encode), HEADERS)
def test_any_bytes_are_a_verdict(status: int, content: bytes, headers: dict[str, str]) -> None:
    verdict = answered(status, content, headers)
    assert isinstance(verdict.error, errors.ServiceError)
    assert (verdict.outcome is Outcome.REFUSED) is isinstance(verdict.error, errors.Refused)


# ---- answers, by hand: one line per way to go wrong ----

UUID = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
NAMED = f'{{"code":401,"data":{{"taskId":"{TASK_ID}"}}'
TABLE: dict[str, tuple[Deed, Outcome, str]] = {
    "taken": (taken(), Outcome.TAKEN, TASK_ID),
    "an id as number": (envelope({"taskId": 17}), Outcome.TAKEN, "17"),
    "task_id": (envelope({"task_id": TASK_ID}), Outcome.TAKEN, TASK_ID),
    "a code as text": (Answer(200, b'{"code":"200","data":{"taskId":"t-1"}}'), Outcome.TAKEN, "t-1"),
    "data as text": (envelope(json.dumps({"taskId": "t-1"})), Outcome.TAKEN, "t-1"),
    "packed": (
        Answer(200, gzip.compress(taken().body), {"Content-Encoding": "gzip"}),
        Outcome.TAKEN,
        TASK_ID,
    ),
    "501 with a task": (envelope({"taskId": "t-1"}, code=501), Outcome.UNCLEAR, "t-1"),
    "422 with a task": (envelope({"taskId": "t-1"}, code=422), Outcome.UNCLEAR, "t-1"),
    "401 page with a task": (Answer(401, b"<p>taskId: t-1</p>"), Outcome.UNCLEAR, "t-1"),
    "no code": (Answer(200, b'{"taskId":"t-1"}'), Outcome.UNCLEAR, "t-1"),
    "only an id": (envelope({"id": "t-1"}), Outcome.UNCLEAR, "t-1"),
    "an id given twice": (Answer(403, b'{"code":403,"taskId":"t-1","taskId":null}'), Outcome.UNCLEAR, "t-1"),
    "cut behind the id": (Answer(401, NAMED.encode(), missing=9), Outcome.UNCLEAR, TASK_ID),
    "half an envelope": (Answer(401, NAMED.encode()), Outcome.UNCLEAR, TASK_ID),
    "an id that is none": (envelope({"taskId": {"a": 1}}, code=401), Outcome.UNCLEAR, ""),
    "an endless id": (envelope({"taskId": "a" * 5000}), Outcome.UNCLEAR, ""),
    "501": (envelope(code=501), Outcome.UNCLEAR, ""),
    "499": (envelope(code=499), Outcome.UNCLEAR, ""),
    "no id": (envelope({"taskId": None}), Outcome.UNCLEAR, ""),
    "dropped": (Drop(), Outcome.UNCLEAR, ""),
    "packed otherwise": (Answer(401, b"\x1b", {"Content-Encoding": "br"}), Outcome.UNCLEAR, ""),
    "not packed": (Answer(401, b"{}", {"Content-Encoding": "gzip"}), Outcome.UNCLEAR, ""),
    "too much": (Answer(401, b" " * 1_100_000), Outcome.UNCLEAR, ""),
    **{f"page {one}": (page(one), Outcome.UNCLEAR, "") for one in (200, 302, 400, 408, 409, 499, 502, 524)},
    **{f"page {one}": (page(one), Outcome.REFUSED, "") for one in outcomes.PAGES},
    **{f"code {one}": (envelope(code=one), Outcome.REFUSED, "") for one in outcomes.REFUSALS},
    "ids": (envelope({"taskIds": [TASK_ID]}, code=400), Outcome.UNCLEAR, TASK_ID),
    "an id as a task": (envelope({"task": TASK_ID}, code=422), Outcome.UNCLEAR, TASK_ID),
    "an id as data": (envelope(TASK_ID, code=400), Outcome.UNCLEAR, TASK_ID),
    "an id in a list": (envelope([UUID], code=400), Outcome.UNCLEAR, UUID),
    "an id in a sentence": (envelope(code=422, msg=f"task {UUID} made, no hook"), Outcome.UNCLEAR, UUID),
    "an id in XML": (Answer(403, f"<r><taskId>{TASK_ID}</taskId></r>".encode()), Outcome.UNCLEAR, TASK_ID),
    "half a list of ids": (Answer(404, f'{{"taskIds":["{TASK_ID}"'.encode()), Outcome.UNCLEAR, TASK_ID),
    "an id that is missed": (envelope(code=422, msg="taskId is required"), Outcome.REFUSED, ""),
    "data that is no id": (envelope("no such style", code=422), Outcome.REFUSED, ""),
    "a trace of a request": (envelope(code=422, msg="x", data={"traceId": TASK_ID}), Outcome.REFUSED, ""),
    "no ids": (envelope({"taskIds": [], "task": {"id": None}}, code=400), Outcome.REFUSED, ""),
    "an id of null": (envelope({"taskId": None, "id": ""}, code=401), Outcome.REFUSED, ""),
    "another's JSON": (Answer(404, b'{"detail":"Not Found"}'), Outcome.REFUSED, ""),
}


def test_every_kind_of_answer_has_its_outcome(faulty: Faulty) -> None:
    found = {}
    for name, (deed, _, _) in TABLE.items():
        faulty.script(GENERATE, deed)
        verdict = sent(faulty.url)
        found[name] = (verdict.outcome, verdict.task_id)
    assert found == {name: (outcome, task_id) for name, (_, outcome, task_id) in TABLE.items()}
    assert faulty.count(GENERATE) == len(TABLE)


def test_what_the_ledger_says_and_what_is_sent_again(faulty: Faulty, tmp_path: Path) -> None:
    states = {Outcome.TAKEN: "submitted", Outcome.REFUSED: "rejected", Outcome.UNCLEAR: "unknown"}
    wanted = []
    faulty.script(RECORD, envelope(None))
    with Session(base_url=faulty.url, api_key=KEY, time_scale=2000, data_dir=tmp_path) as session:
        for deed, outcome, task_id in TABLE.values():
            if outcome is Outcome.TAKEN or (deed in (envelope(code=429), envelope(code=455), page(429))):
                continue  # those that are taken have no pictures here, and those that pass are sent again
            faulty.script(GENERATE, deed)
            with pytest.raises(errors.MJError) as told:
                session.imagine("a red fox")
            wanted.append((states[outcome], True))
            assert task_id in str(told.value)
        frame = session.tasks().sort("id")
        found = [(state, bool(error)) for state, error in zip(frame["state"], frame["error"], strict=True)]
    assert found == wanted
    assert faulty.count(GENERATE) == len(wanted)  # nothing was sent again
    with sqlite3.connect(tmp_path / "ledger.db") as connection:
        kept = [one for (one,) in connection.execute("SELECT payload FROM event WHERE kind = 'answered'")]
    connection.close()
    assert f'"taskId":"{TASK_ID}"' in "".join(kept)
    assert max(map(len, kept)) <= outcomes.RAW


ABOUT = "f00dfacef00dfacef00dfacef00dface"  # the task that a request goes on from
REPEATED: dict[str, tuple[Answer, Outcome, str]] = {
    "in a message": (envelope(code=422, msg=f"taskId: {ABOUT} cannot be upscaled"), Outcome.REFUSED, ""),
    "in a sentence": (envelope(code=404, msg=f"task {ABOUT} is not there"), Outcome.REFUSED, ""),
    "in data": (envelope({"taskId": ABOUT, "imageIndex": 0}, code=400), Outcome.REFUSED, ""),
    "in capitals": (envelope({"task_id": f" {ABOUT.upper()} "}, code=422), Outcome.REFUSED, ""),
    "as data": (envelope(ABOUT, code=422), Outcome.REFUSED, ""),
    "in what was asked": (envelope({"request": {"taskId": ABOUT}}, code=402), Outcome.REFUSED, ""),
    "on a page": (Answer(403, f"<p>taskId={ABOUT}</p>".encode()), Outcome.REFUSED, ""),
    "unclear all the same": (envelope({"taskId": ABOUT}, code=500), Outcome.UNCLEAR, ""),
    "cut": (Answer(422, f'{{"taskId":"{ABOUT}"}}'.encode(), missing=9), Outcome.UNCLEAR, ""),
    "beside a new one": (envelope({"from": {"taskId": ABOUT}, "taskId": "t-2"}, 422), Outcome.UNCLEAR, "t-2"),
    "taken": (envelope({"taskId": ABOUT}), Outcome.TAKEN, ABOUT),
}


def test_an_answer_that_repeats_the_task_that_was_asked_about_names_no_new_one(faulty: Faulty) -> None:
    larger, found = make(Upscale, {"task_id": ABOUT, "image": 2}), {}
    for name, (deed, _, _) in REPEATED.items():
        faulty.script(GENERATE_UPSCALE, deed)
        verdict = sent(faulty.url, request=larger)
        found[name] = (verdict.outcome, verdict.task_id)
    assert found == {name: (outcome, task_id) for name, (_, outcome, task_id) in REPEATED.items()}


def test_an_unclear_answer_is_settled_by_the_record_it_names(faulty: Faulty, tmp_path: Path) -> None:
    faulty.script(GENERATE, envelope({"taskId": TASK_ID}, code=501, msg="generation failed"))
    faulty.script(RECORD, record(2, errorMessage="no fox today"))
    with Session(base_url=faulty.url, api_key=KEY, time_scale=2000, data_dir=tmp_path) as session:
        with pytest.raises(errors.ServerError, match=TASK_ID):
            session.imagine("a red fox")
        own_id = session.tasks()["id"][0]
        until_settled(session, own_id)
        assert (session.task(own_id).state, session.task(own_id).task_id) == ("failed", TASK_ID)
    assert faulty.count(GENERATE) == 1


def until_settled(session: Session, own_id: str) -> None:
    over = threading.Event()
    for _ in range(6000):
        if session.task(own_id).state in ("succeeded", "failed"):
            return
        over.wait(0.01)
    pytest.fail(f"it stayed {session.task(own_id).state}")


# ---- the network ----


@contextmanager
def listening(*answers: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """Yield where a server is and what it read; each connection gets the next answer, then an end."""
    seen: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for answer in answers:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    seen.append(connection.recv(65536))
                    connection.sendall(answer)

        worker = threading.Thread(target=serve, daemon=True)
        worker.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}", seen
        listener.shutdown(socket.SHUT_RDWR)
        worker.join(60)


def test_every_error_of_the_library_is_decided() -> None:
    def below(kind: type) -> Iterator[type]:
        for one in kind.__subclasses__():
            yield one
            yield from below(one)

    known = {one.__name__ for one in below(httpx.TransportError)}
    maybe = {"ReadTimeout", "WriteTimeout", "ReadError", "WriteError", "CloseError"}
    maybe |= {"LocalProtocolError", "RemoteProtocolError"}
    assert known - {"TimeoutException", "NetworkError", "ProtocolError"} == maybe | outcomes.NEVER_LEFT
    assert not any(
        outcomes.never_left(kind("x")) for kind in below(httpx.TransportError) if kind.__name__ in maybe
    )


def test_a_failed_handshake_never_sent_the_request() -> None:
    with listening(b"HTTP/1.1 400 Bad Request\r\n\r\n") as (there, seen):
        verdict = sent(f"https://{there}")
    assert (verdict.outcome, type(verdict.error)) == (Outcome.REFUSED, errors.NotConnected)
    assert b"POST" not in b"".join(seen)


def test_a_proxy_that_refuses_never_passed_the_request_on() -> None:
    with listening(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n") as (there, seen):
        verdict = sent("https://service.example", httpx.AsyncHTTPTransport(proxy=f"http://{there}"))
    assert (verdict.outcome, type(verdict.error)) == (Outcome.REFUSED, errors.NotConnected)
    assert seen[0].startswith(b"CONNECT")
    assert KEY.encode() not in b"".join(seen)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x16\x03\x01",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{",
        b"HTTP/1.1 200\r\nbad header\r\n\r\n",
    ],
)
def test_what_was_read_may_have_been_taken(answer: bytes) -> None:
    with listening(answer) as (there, seen):
        verdict = sent(f"http://{there}")
    assert (verdict.outcome, type(verdict.error)) == (Outcome.UNCLEAR, errors.AnswerLost)
    assert b"POST" in seen[0]


def test_a_kept_connection_that_the_server_closed_is_unclear_or_another_one() -> None:
    body = taken().body
    whole = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body

    async def do(url: str) -> list[Verdict]:
        client = Client(url, KEY)
        try:
            return [await client.send(FOX), await client.send(FOX)]
        finally:
            await client.close()

    with listening(whole, whole) as (there, seen):
        first, second = asyncio.run(do(f"http://{there}"))
    assert first.outcome is Outcome.TAKEN
    assert second.outcome is (Outcome.TAKEN if len(seen) == 2 else Outcome.UNCLEAR)
