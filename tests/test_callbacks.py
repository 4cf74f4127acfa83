"""Callbacks: every shape is read, forgeries and floods are refused; a hint is a reason to look, no more."""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from callers import KEY, end, flood, middle, send, signed
from faulty import GENERATE, RECORD, TASK_ID, Answer, Drop, Faulty, Seen, envelope, record, taken, until
from hypothesis import given, settings
from hypothesis import strategies as st
from patience import SECONDS as WAIT
from PIL import Image

import mjnb
from mjnb import errors, hooks
from mjnb.hooks import Counts, Gate, Hint, Refusal, gate, nonce_in, read_callback, sign, verify, with_nonce
from mjnb.loop import the_loop
from mjnb.receiver import Callbacks, callbacks, listener, open_callbacks
from mjnb.sandbox import Sandbox
from mjnb.sandbox.faults import Fault, Faults
from mjnb.sessions import Session
from mjnb.tracking import Task, hints, latency, polling
from mjnb.tracking.hints import NAMES, TRIES

NEVER = 3600.0  # seconds: a pause that no test outlives
OTHER_ID = "f" * 32
NONCE = "the-nonce-of-the-row-x"

# ---- reading ----

LATER = {
    "code": 200,
    "msg": "success",
    "data": {
        "taskId": TASK_ID,
        "taskType": "mj_txt2img",
        "resultInfoJson": {"resultUrls": [{"resultUrl": "https://example.com/1.jpeg"}]},
        "successFlag": 1,
    },
}
BODIES: dict[str, tuple[Any, bool]] = {
    "documented": (end(), True),
    "later": (LATER, True),
    "resultInfoJson as text": (
        {"code": 200, "data": {"taskId": TASK_ID, "resultInfoJson": '{"resultUrls":["x"]}'}},
        True,
    ),
    "id at top level": ({"code": 200, "taskId": TASK_ID, "data": {"resultUrls": ["x"]}}, True),
    "task_id": ({"task_id": TASK_ID, "data": {"successFlag": 1}}, True),
    "task_id inside": ({"data": {"task_id": TASK_ID, "successFlag": 2}}, True),
    "failed": ({"code": 501, "msg": "failed", "data": {"taskId": TASK_ID}}, True),
    "failed without data": ({"code": 500, "msg": "failed", "taskId": TASK_ID, "data": None}, True),
    "no results": (middle(), False),
    "no results, later": ({"code": 200, "data": {"taskId": TASK_ID, "resultInfoJson": None}}, False),
    "running": ({"code": 200, "data": {"taskId": TASK_ID, "successFlag": 0}}, False),
    "id alone": ({"taskId": TASK_ID}, False),
    "results that are none": ({"taskId": TASK_ID, "data": {"resultUrls": "x", "resultInfoJson": "{"}}, False),
    "code that is none": ({"code": "x", "taskId": TASK_ID, "data": {"successFlag": True}}, False),
    "a code as text": ({"code": "501", "taskId": TASK_ID, "data": None}, True),
    "an id with a line end": ({"taskId": f"{TASK_ID}\n"}, False),
    "JSON within JSON": ({"data": json.dumps({"taskId": TASK_ID, "successFlag": "1"})}, True),
}


@pytest.mark.parametrize(("body", "terminal"), BODIES.values(), ids=BODIES)
def test_every_shape_of_body_names_its_task(body: Any, terminal: bool) -> None:
    found = read_callback(json.dumps(body).encode(), f"n={NONCE}")
    assert found == Hint(TASK_ID, NONCE, terminal)


NO_CALLBACKS = {
    "empty": b"",
    "not JSON": b"{",
    "not text": b"\xff\xfe",
    "a list": b"[]",
    "no id": b'{"code":200,"data":{}}',
    "no number either": b'{"taskId":true}',
    "nothing": b'{"taskId":0}',
    "an empty id": b'{"taskId":""}',
    "a long id": b'{"taskId":"' + b"a" * 129 + b'"}',
    "an id with other characters": b'{"taskId":"a/../b"}',
    "an id with a line end inside": b'{"taskId":"abc\\ndef"}',
    "nested": b"[" * 60_000,
}


@pytest.mark.parametrize("body", NO_CALLBACKS.values(), ids=NO_CALLBACKS)
def test_what_names_no_task_is_no_callback(body: bytes) -> None:
    with pytest.raises(Refusal) as told:
        read_callback(body)
    assert told.value.reason == "unreadable"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["taskId", "task_id", "data", "code", "resultUrls", "resultInfoJson", "successFlag"]
            ),
            inner,
        )
    ),
)


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()), st.text(max_size=40))
def test_whatever_comes_is_a_hint_or_refused(body: bytes, query: str) -> None:
    counts = Counts()
    hint = Gate(counts=counts).take(query, {}, body)
    assert (counts.taken, counts.unreadable) == ((1, 0) if hint else (0, 1))


def test_a_nonce_comes_back_out_of_its_url() -> None:
    url = with_nonce("https://example.com/hook/secret", "aB3_-x")
    assert url == "https://example.com/hook/secret?n=aB3_-x"
    assert nonce_in(url) == "aB3_-x"


@pytest.mark.parametrize(
    "url", ["", "https://x/y", "?n=", "?m=a", "?n=a%20b", "http://[", "?" + "a=1&" * 50 + "n=b"]
)
def test_a_url_without_a_nonce_has_none(url: str) -> None:
    assert nonce_in(url) == ""


def test_the_signature_is_what_openssl_makes_of_it() -> None:
    """``printf %s task12345.1700000000 | openssl dgst -sha256 -hmac "hook key" -binary | base64``."""
    assert sign("task12345", "1700000000", "hook key") == "LHLIrPDnZCEzDmSc/GZ3plHnIQhRI8IMx5DJwIrI784="


NOW = 1_700_000_000.0
GOOD = signed(at=NOW)
VERDICTS: dict[str, tuple[dict[str, str], str]] = {
    "good": (GOOD, ""),
    "in lower case": ({name.lower(): value for name, value in GOOD.items()}, ""),
    "five minutes old": (signed(at=NOW - 300), ""),
    "five minutes early": (signed(at=NOW + 300), ""),
    "old": (signed(at=NOW - 301), "late"),
    "early": (signed(at=NOW + 301), "late"),
    "of another key": (signed(at=NOW, key="another"), "forged"),
    "of another task": (signed(OTHER_ID, at=NOW), "forged"),
    "another time than signed": ({**GOOD, "X-Webhook-Timestamp": "1700000001"}, "forged"),
    "another letter case": (
        {**GOOD, "X-Webhook-Signature": GOOD["X-Webhook-Signature"].swapcase()},
        "forged",
    ),
    "not ASCII": ({**GOOD, "X-Webhook-Signature": "ü\ud800"}, "forged"),
    "no headers": ({}, "unsigned"),
    "no signature": ({"X-Webhook-Timestamp": "1700000000"}, "unsigned"),
    "no timestamp": ({"X-Webhook-Signature": GOOD["X-Webhook-Signature"]}, "unsigned"),
    "a time that is none": ({**GOOD, "X-Webhook-Timestamp": "-1"}, "unsigned"),
    "digits of another script": ({**GOOD, "X-Webhook-Timestamp": "١٧٠٠٠٠٠٠٠٠"}, "unsigned"),
    "a time without end": ({**GOOD, "X-Webhook-Timestamp": "9" * 5000}, "unsigned"),
}


@pytest.mark.parametrize(("headers", "reason"), VERDICTS.values(), ids=VERDICTS)
def test_a_signature_is_good_or_refused_with_its_reason(headers: dict[str, str], reason: str) -> None:
    if not reason:
        assert abs(verify(TASK_ID, headers, KEY, NOW) - NOW) <= 300
        return
    with pytest.raises(Refusal) as told:
        verify(TASK_ID, headers, KEY, NOW)
    assert told.value.reason == reason


# ---- the gate ----


def put(found: Gate, body: Any, headers: dict[str, str] | None = None) -> Hint | None:
    return found.take(f"n={NONCE}", headers or {}, json.dumps(body).encode())


def test_a_signature_is_good_once() -> None:
    found = Gate(KEY, clock=lambda: NOW)
    assert put(found, end(), GOOD) == Hint(TASK_ID, NONCE, True)
    assert put(found, end(), GOOD) is None
    assert found.counts == Counts(taken=1, replayed=1)


def test_news_and_end_in_the_same_second_are_two() -> None:
    found = Gate(KEY, clock=lambda: NOW)
    assert put(found, middle(), GOOD) == Hint(TASK_ID, NONCE, False)
    assert put(found, end(), GOOD) == Hint(TASK_ID, NONCE, True)
    assert found.counts == Counts(taken=2, intermediate=1)


def test_an_end_told_again_is_counted_as_a_duplicate() -> None:
    found = Gate()
    for body in (middle(), middle(), end(), LATER, end(OTHER_ID)):
        assert put(found, body)
    assert found.counts == Counts(taken=5, intermediate=2, duplicates=1)
    assert repr(found.counts) == "5 taken, 2 intermediate, 1 duplicates"


def test_without_a_key_signatures_do_not_matter() -> None:
    assert put(Gate(), end(), signed(key="another")) is not None


def test_more_than_enough_is_refused() -> None:
    found = Gate()
    taken_ones = sum(put(found, end(f"{number:032x}")) is not None for number in range(2000))
    assert gate.BURST <= taken_ones < 2000
    assert found.counts.limited == 2000 - taken_ones


def test_forgeries_do_not_use_up_what_is_there_for_the_service() -> None:
    found = Gate(KEY, clock=lambda: NOW)
    for _ in range(1000):
        assert put(found, end(), signed(at=NOW, key="another")) is None
    assert put(found, end(), GOOD) is not None
    assert found.counts == Counts(taken=1, forged=1000)


def test_what_was_refused_for_its_rate_is_no_replay_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "BURST", 1.0)
    monkeypatch.setattr(gate, "RATE", 0.0)
    found = Gate(KEY, clock=lambda: NOW)
    assert put(found, end(OTHER_ID), signed(OTHER_ID, at=NOW)) is not None
    for _ in range(2):
        assert put(found, end(), GOOD) is None
    assert found.counts == Counts(taken=1, limited=2)


def test_a_bucket_fills_again_at_its_rate_up_to_its_size() -> None:
    times = iter([0.0, 0.0, 0.0, 0.0, 0.5, 0.5, 100.0, 100.0, 100.0])
    bucket = gate.Bucket(rate=2.0, burst=2.0, clock=lambda: next(times))
    assert [bucket.take() for _ in range(8)] == [True, True, False, True, False, True, True, False]


def test_memory_forgets_the_oldest() -> None:
    memory = gate.Memory(most=3)
    for number in range(10):
        memory.add(number)
    assert [number for number in range(10) if number in memory] == [7, 8, 9]
    assert len(memory) == 3


def test_counts_of_the_jupyter_server_never_go_back() -> None:
    counts = Counts(taken=3, unknown=2)
    counts.catch_up({**vars(Counts(taken=2, forged=5, unknown=9))})
    assert counts == Counts(taken=3, forged=5, unknown=2)


# ---- a port of its own ----


class Ear:
    """A receiver on a real port, and what it was told."""

    def __init__(self, key: str) -> None:
        self.woken: list[tuple[str, str, bool]] = []
        self.callbacks = open_callbacks(self.wake, the_loop(), key=key, port=0, local=True)
        self.url = self.callbacks.url(NONCE)

    @property
    def counts(self) -> Counts:
        return self.callbacks.counts

    def wake(self, nonce: str, task_id: str, terminal: bool) -> bool:
        self.woken.append((nonce, task_id, terminal))
        if task_id == "broken":
            raise RuntimeError("a fault of our own")
        return nonce == NONCE


@pytest.fixture
def ear() -> Iterator[Ear]:
    opened = Ear(KEY)
    yield opened
    opened.callbacks.close()


def test_a_signed_callback_is_taken_and_told(ear: Ear) -> None:
    assert send(ear.url, end(), signed()).status == 200
    assert ear.woken == [(NONCE, TASK_ID, True)]
    assert ear.counts == Counts(taken=1)


def test_callbacks_for_nobody_are_counted(ear: Ear) -> None:
    assert send(ear.callbacks.url("another-nonce"), end(), signed()).status == 200
    assert ear.counts == Counts(taken=1, unknown=1)


REFUSED: dict[str, tuple[int, str, dict[str, Any]]] = {
    "forged": (404, "forged", {"body": end(), "headers": signed(key="another")}),
    "late": (404, "late", {"body": end(), "headers": signed(at=NOW)}),
    "no signature": (404, "unsigned", {"body": end()}),
    "another body": (404, "forged", {"body": end(OTHER_ID), "headers": signed()}),
    "not JSON": (404, "unreadable", {"body": b"{", "headers": signed()}),
    "oversized": (413, "oversized", {"body": b" " * 70_000, "headers": signed()}),
    "oversized by far": (413, "oversized", {"body": b" " * 900_000, "headers": signed()}),
    "oversized in pieces": (413, "oversized", {"body": iter([b" " * 10_000] * 8), "headers": signed()}),
    "GET": (404, "misdirected", {"headers": signed(), "method": "GET"}),
    "PUT": (404, "misdirected", {"body": end(), "headers": signed(), "method": "PUT"}),
    "OPTIONS": (404, "misdirected", {"headers": {"Origin": "https://evil.example"}, "method": "OPTIONS"}),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_what_is_refused_is_counted_and_wakes_nobody(ear: Ear, case: tuple[int, str, dict[str, Any]]) -> None:
    status, reason, request = case
    answer = send(ear.url, **request)
    assert answer == (status, {"content-length": "0", "connection": "close"}, b"")
    assert ear.woken == []
    assert ear.counts == Counts(**{reason: 1})
    assert send(ear.url, end(), signed()).status == 200


def test_a_replay_is_refused(ear: Ear) -> None:
    headers = signed()
    assert [send(ear.url, end(), headers).status for _ in range(3)] == [200, 404, 404]
    assert ear.woken == [(NONCE, TASK_ID, True)]
    assert ear.counts == Counts(taken=1, replayed=2)


def test_another_address_is_answered_as_a_forgery_is(ear: Ear) -> None:
    parts = urlsplit(ear.url)
    forged = send(ear.url, end(), signed(key="another"))
    for path in ("/", "/mjnb", parts.path[:-1], f"{parts.path}/x", f"{parts.path}%20"):
        assert send(f"http://{parts.netloc}{path}?{parts.query}", end(), signed()) == forged
    assert ear.counts == Counts(forged=1, misdirected=5)
    assert ear.woken == []


def test_a_proxy_may_add_a_path(ear: Ear) -> None:
    parts = urlsplit(ear.url)
    assert send(f"http://{parts.netloc}/tunnel{parts.path}?{parts.query}", end(), signed()).status == 200


def test_a_body_in_pieces_is_read(ear: Ear) -> None:
    text = json.dumps(end()).encode()
    assert send(ear.url, iter([text[:10], text[10:]]), signed()).status == 200


def raw(ear: Ear, content: bytes) -> bytes:
    """Send bytes as they are and return all that comes back."""
    with socket.create_connection(("127.0.0.1", ear.callbacks.port), timeout=WAIT) as connection:
        connection.sendall(content)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def test_a_caller_that_asks_first_is_told_to_go_on(ear: Ear) -> None:
    text = json.dumps(end()).encode()
    lines = [f"POST {urlsplit(ear.url).path} HTTP/1.1", "Host: x", "Expect: 100-continue"]
    lines += [f"Content-Length: {len(text)}", *(f"{name}: {value}" for name, value in signed().items())]
    answer = raw(ear, "\r\n".join([*lines, "", ""]).encode() + text)
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")


GARBAGE = {
    "nothing": b"",
    "noise": bytes(range(256)) * 4,
    "half a request": b"POST / HTTP/1.1\r\nHost:",
    "a header without end": b"POST / HTTP/1.1\r\nX: " + b"a" * 100_000,
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500,
    "two lengths": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
}


@pytest.mark.parametrize("content", GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_answered_as_a_wrong_address_is(ear: Ear, content: bytes) -> None:
    assert raw(ear, content).startswith(b"HTTP/1.1 404 Not Found\r\n")
    assert ear.counts == Counts(misdirected=1)
    assert send(ear.url, end(), signed()).status == 200


def test_a_body_cut_short_wakes_nobody(ear: Ear) -> None:
    head = f"POST {urlsplit(ear.url).path} HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n"
    assert raw(ear, head.encode() + json.dumps(end()).encode()).startswith(b"HTTP/1.1 404")
    assert ear.woken == []


def test_a_fault_of_our_own_ends_one_connection_only(ear: Ear) -> None:
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        send(ear.url, end("broken"), signed("broken"))
    assert send(ear.url, end(), signed()).status == 200


def test_idle_connections_are_bounded_and_ended(ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "CONNECTIONS", 3)
    monkeypatch.setattr(listener, "PATIENCE", 1.0)
    where = ("127.0.0.1", ear.callbacks.port)
    idle = [socket.create_connection(where, timeout=WAIT) for _ in range(4)]
    for one in idle:
        with contextlib.suppress(ConnectionResetError):
            assert one.recv(1) == b""  # nobody waits for ever
        one.close()
    assert send(ear.url, end(), signed()).status == 200


def test_neither_key_nor_secret_is_shown(ear: Ear) -> None:
    secret = urlsplit(ear.url).path.strip("/")
    assert len(secret) >= 40
    assert secret not in repr(ear.callbacks)
    assert KEY not in repr(ear.callbacks)
    assert secret not in repr(hooks.Door(1, secret, KEY))
    assert KEY not in repr(hooks.Door(1, secret, KEY))
    assert repr(ear.callbacks) == (
        f"callbacks at http://127.0.0.1:{ear.callbacks.port}/… through a port of its own, signed: none so far"
    )


def test_every_address_is_another() -> None:
    opened = [open_callbacks(lambda *_: True, the_loop(), port=0, local=True) for _ in range(2)]
    first, second = (urlsplit(one.url("n")).path for one in opened)
    assert first != second
    for one in opened:
        one.close()


def test_a_closed_receiver_is_gone(ear: Ear) -> None:
    ear.callbacks.close()
    ear.callbacks.close()
    with pytest.raises(ConnectionRefusedError):
        send(ear.url, end(), signed())
    assert "closed" in repr(ear.callbacks)


# ---- addresses ----


def test_a_port_that_is_taken_is_said(ear: Ear) -> None:
    with pytest.raises(errors.ConfigError, match="cannot listen") as told:
        open_callbacks(lambda *_: True, the_loop(), port=ear.callbacks.port, local=True)
    assert "another port" in told.value.hint


@pytest.mark.parametrize(
    "url",
    [None, "http://127.0.0.1:8888/", "https://localhost/user/jo/", "http://192.168.1.5/", "ftp://x.org", "x"],
)
def test_an_address_that_the_service_cannot_reach_is_refused(url: str | None) -> None:
    with pytest.raises(errors.ConfigError, match=r"cannot reach|not an http|not a URL") as told:
        open_callbacks(lambda *_: True, the_loop(), public_url=url, port=0)
    assert "public_url=" in told.value.hint


def test_a_public_address_stands_before_the_secret() -> None:
    opened = open_callbacks(lambda *_: True, the_loop(), public_url="https://tunnel.example/x/", port=0)
    assert opened.url("n").startswith("https://tunnel.example/x/")
    assert "//" not in urlsplit(opened.url("n")).path
    opened.close()


@pytest.mark.parametrize(
    ("given", "base", "found"),
    [
        ("https://hub.org/user/jo/lab/tree/a.ipynb?x=1#y", "/user/jo/", "https://hub.org/user/jo/"),
        ("https://hub.org/user/jo", "/user/jo/", "https://hub.org/user/jo/"),
        ("https://hub.org", "/user/jo/", "https://hub.org/user/jo/"),
        ("https://hub.org/", "/user/jo/", "https://hub.org/user/jo/"),
        ("https://proxy.org/behind/user/jo/lab", "/user/jo/", "https://proxy.org/behind/user/jo/"),
        ("https://proxy.org/other/", "/user/jo/", "https://proxy.org/other/"),
        ("https://host.org:8443", "/", "https://host.org:8443/"),
        ("https://proxy.org/mine/", "/", "https://proxy.org/mine/"),
    ],
)
def test_the_jupyter_servers_public_address_is_found_in_what_the_browser_shows(
    given: str, base: str, found: str
) -> None:
    assert callbacks.below(given, base) == found


# ---- the tracker ----


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((64, 64), 50).save(out, "JPEG")
    return out.getvalue()


class Service:
    """A scripted service: one task, which is done when the test says so; its true picture and an evil one."""

    def __init__(self, faulty: Faulty) -> None:
        self.faulty = faulty
        self.done = False
        self.changes: dict[str, Any] = {}  # of the record, in place of what was sent
        faulty.script(GENERATE, taken())
        faulty.script(RECORD, self.record)
        faulty.script("/true.jpeg", Answer(200, jpeg()))
        faulty.script("/evil.jpeg", Answer(200, jpeg()))

    def record(self, asked: Seen) -> Answer:
        known = {"taskId": asked.query["taskId"][0], "paramJson": self.sent, **self.changes}
        return record(1, [f"{self.faulty.url}/true.jpeg"], **known) if self.done else record(0, **known)

    @property
    def sent(self) -> str:
        return next(one.body.decode() for one in reversed(self.faulty.seen) if one.path == GENERATE)

    @property
    def callback_url(self) -> str:
        return str(json.loads(self.sent)["callBackUrl"])

    @property
    def looks(self) -> int:
        return self.faulty.count(RECORD)

    def asked_for(self, task_id: str) -> bool:
        return any(one.path == RECORD and one.query["taskId"] == [task_id] for one in self.faulty.seen)


@pytest.fixture
def service(faulty: Faulty) -> Service:
    return Service(faulty)


@pytest.fixture
def told(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """A session whose callbacks are on, and whose safety net is too slow for any test."""
    monkeypatch.setattr(polling, "SAFETY_NET", NEVER)
    monkeypatch.setattr(hints, "BREATH", 0.2)
    with Session(
        base_url=service.faulty.url, api_key="k", data_dir=tmp_path / "data", webhook_key=KEY
    ) as opened:
        opened.callbacks(port=0)
        yield opened


def counts_of(session: Session) -> Counts:
    return session.callbacks().counts


def test_a_callback_settles_a_task_from_its_record(told: Session, service: Service) -> None:
    task = told.imagine("a red fox")
    service.done = True
    assert send(service.callback_url, end(), signed()).status == 200
    assert task.wait(WAIT).state == "succeeded"
    assert [one.state for one in task.images] == ["stored"]
    assert service.looks == 1
    assert counts_of(told) == Counts(taken=1)


def test_news_that_are_no_end_bring_no_look(told: Session, service: Service) -> None:
    task = told.imagine("a red fox")
    for age in (20, 40, 60):
        assert send(service.callback_url, middle(), signed(at=time.time() - age)).status == 200
    service.done = True
    assert send(service.callback_url, end(), signed()).status == 200
    task.wait(WAIT)
    assert service.looks == 1
    assert counts_of(told) == Counts(taken=4, intermediate=3)


def test_a_callback_that_lies_changes_nothing(told: Session, service: Service) -> None:
    task = told.imagine("a red fox")
    lie = end(TASK_ID, f"{service.faulty.url}/evil.jpeg")
    assert send(service.callback_url, lie, signed()).status == 200
    until(lambda: task.state == "generating")
    assert task.images == []
    assert send(service.callback_url, end(code=501), signed(at=time.time() - 20)).status == 200
    until(lambda: service.looks >= 2)
    assert task.running
    service.done = True
    assert send(service.callback_url, lie, signed(at=time.time() - 40)).status == 200
    assert task.wait(WAIT).state == "succeeded"
    assert [one.url for one in task.images] == [f"{service.faulty.url}/true.jpeg"]
    assert service.faulty.count("/evil.jpeg") == 0


def test_a_callback_that_names_another_task_looks_at_its_own_row(told: Session, service: Service) -> None:
    task = told.imagine("a red fox")
    service.done = True
    assert send(service.callback_url, end(OTHER_ID), signed(OTHER_ID)).status == 200
    assert task.wait(WAIT).task_id == TASK_ID
    assert not service.asked_for(OTHER_ID)


def test_duplicates_after_the_end_bring_no_look(told: Session, service: Service) -> None:
    task = told.imagine("a red fox")
    service.done = True
    send(service.callback_url, end(), signed())
    task.wait(WAIT)
    for age in (20, 40, 60):
        assert send(service.callback_url, end(), signed(at=time.time() - age)).status == 200
    assert counts_of(told) == Counts(taken=4, duplicates=3)
    assert service.looks == 1


def test_a_callback_faster_than_the_submits_answer_is_not_forgotten(told: Session, service: Service) -> None:
    def fast(seen: Seen) -> Answer:
        service.done = True
        url = json.loads(seen.body)["callBackUrl"]
        assert send(url, end(), signed()).status == 200
        return taken()

    service.faulty.script(GENERATE, fast)
    assert told.imagine("a red fox").wait(WAIT).state == "succeeded"
    assert service.looks == 1


def test_hints_that_bring_nothing_are_listened_to_ever_less(told: Session, service: Service) -> None:
    task = told.imagine("a red fox")
    nonce = task.entry.nonce
    for _ in range(20_000):  # past the gate: as if every one of them were good
        told.tracker.loop.call(told.tracker.wake, nonce, TASK_ID, True)
    until(lambda: service.looks >= 2)
    assert task.running
    assert service.looks <= 12
    service.done = True
    told.tracker.loop.call(told.tracker.wake, nonce, TASK_ID, True)
    assert task.wait(WAIT).state == "succeeded"


def test_a_hint_for_nobody_is_refused_without_a_look(told: Session, service: Service) -> None:
    told.imagine("a red fox")
    wake = told.tracker.wake
    assert [wake(nonce, TASK_ID) for nonce in ("", "x", "' OR 1=1", "\ud800")] == [False] * 4
    assert service.looks == 0


def test_tasks_without_our_callback_url_are_polled_as_before(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also while callbacks are on, and again when they are closed."""
    monkeypatch.setitem(latency.USUAL, "fast", 1.0)
    service.done = True
    with Session(base_url=service.faulty.url, api_key="k", data_dir=tmp_path / "data") as session:
        opened = session.callbacks(port=0)
        monkeypatch.setattr(polling, "SAFETY_NET", NEVER)
        own = session.imagine("a red fox", call_back_url="https://example.com/mine")
        assert json.loads(service.sent)["callBackUrl"] == "https://example.com/mine"
        assert own.wait(WAIT).state == "succeeded"
        opened.close()
        service.faulty.script(GENERATE, taken(OTHER_ID))
        later = session.imagine("a blue fox")
        assert "callBackUrl" not in json.loads(service.sent)
        assert later.wait(WAIT).state == "succeeded"


def test_polling_goes_on_when_no_callback_ever_comes(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(latency.USUAL, "fast", 1.0)
    monkeypatch.setattr(polling, "SAFETY_NET", 0.2)
    service.done = True
    with Session(base_url=service.faulty.url, api_key="k", data_dir=tmp_path / "data") as session:
        session.callbacks(port=0)
        assert session.imagine("a red fox").wait(WAIT).state == "succeeded"
        assert counts_of(session) == Counts()


# ---- lost answers ----


@pytest.fixture
def lost(told: Session, service: Service) -> Task:
    """A task whose submit answer was lost."""
    service.faulty.script(GENERATE, Drop())
    with pytest.raises(errors.AnswerLost):
        told.imagine("a red fox")
    task = told.task(str(told.tasks()["id"][0]))
    assert task.state == "unknown"
    return task


def test_a_lost_answer_is_found_again_by_its_nonce(told: Session, service: Service, lost: Task) -> None:
    service.done = True
    assert send(service.callback_url, end(), signed()).status == 200
    until(lambda: lost.task_id == TASK_ID)
    assert lost.wait(WAIT).state == "succeeded"
    assert service.faulty.count(GENERATE) == 1


def test_news_on_the_way_make_a_lost_task_known_too(told: Session, service: Service, lost: Task) -> None:
    assert send(service.callback_url, middle(), signed()).status == 200
    until(lambda: lost.state == "generating")
    service.done = True
    assert send(service.callback_url, end(), signed()).status == 200
    assert lost.wait(WAIT).state == "succeeded"


def test_a_record_of_another_row_is_not_taken(told: Session, service: Service, lost: Task) -> None:
    ours, own = service.sent, service.callback_url
    foreign = json.dumps(
        {**json.loads(ours), "callBackUrl": with_nonce(own.partition("?")[0], "another-nonce")}
    )
    service.done, service.changes = True, {"paramJson": foreign}
    assert send(own, end(OTHER_ID), signed(OTHER_ID)).status == 200
    until(lambda: service.asked_for(OTHER_ID))
    service.changes = {}
    assert send(own, end(), signed()).status == 200
    until(lambda: lost.task_id is not None)
    assert lost.wait(WAIT).task_id == TASK_ID


DOUBTS: dict[str, Any] = {
    "no data": envelope(None),
    "no such record": envelope(code=422, msg="The record does not exist"),
    "another id": record(1, [], taskId=OTHER_ID),
}


@pytest.mark.parametrize("answer", DOUBTS.values(), ids=DOUBTS)
def test_an_id_that_has_no_record_is_not_taken(
    told: Session, service: Service, lost: Task, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(told.tracker.client, "pause", lambda attempt, error: 0.01)

    def doubtful(asked: Seen) -> Answer:
        return answer if asked.query["taskId"] == ["bad"] else service.record(asked)

    service.faulty.script(RECORD, doubtful)
    service.done = True
    assert send(service.callback_url, end("bad"), signed("bad")).status == 200
    until(lambda: service.asked_for("bad"))
    assert send(service.callback_url, end(), signed()).status == 200
    until(lambda: lost.task_id is not None)
    assert lost.wait(WAIT).task_id == TASK_ID


def test_a_record_that_repeats_no_callback_url_is_taken(told: Session, service: Service, lost: Task) -> None:
    service.done, service.changes = True, {"paramJson": '{"prompt":"a red fox"}'}
    assert send(service.callback_url, end(), signed()).status == 200
    until(lambda: lost.state != "unknown")
    assert lost.wait(WAIT).state == "succeeded"


def test_a_trouble_of_the_network_is_outlived(
    told: Session, service: Service, lost: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(told.tracker.client, "pause", lambda attempt, error: 0.01)
    deeds = iter([Drop()] * 12)
    service.faulty.script(RECORD, lambda asked: next(deeds, None) or service.record(asked))
    service.done = True
    assert send(service.callback_url, end(), signed()).status == 200
    until(lambda: lost.state != "unknown")
    assert lost.wait(WAIT).state == "succeeded"


def test_an_id_that_another_row_has_is_not_taken(told: Session, service: Service, lost: Task) -> None:
    own = service.callback_url
    service.faulty.script(GENERATE, taken(OTHER_ID))
    there = told.imagine("a blue fox")
    service.changes = {"paramJson": "{}"}
    assert send(own, end(OTHER_ID), signed(OTHER_ID)).status == 200
    until(lambda: service.asked_for(OTHER_ID))
    service.done = True
    assert send(own, end(), signed()).status == 200
    until(lambda: lost.task_id == TASK_ID)
    assert there.task_id == OTHER_ID
    until(lambda: lost.state == "succeeded")  # a wait may still end with what it was before


def test_false_ids_are_tried_a_few_times_only(
    told: Session, service: Service, lost: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(told.tracker.client, "pause", lambda attempt, error: 0.01)
    service.faulty.script(RECORD, envelope(None))
    for number in range(5000):
        told.tracker.loop.call(told.tracker.wake, lost.entry.nonce, f"{number:032x}", True)
    until(lambda: service.looks == NAMES * TRIES)
    told.tracker.loop.run(_a_moment())
    assert (service.looks, lost.state) == (NAMES * TRIES, "unknown")


async def _a_moment() -> None:
    """Let the loop do what it has to do."""
    import asyncio

    for _ in range(20):
        await asyncio.sleep(0.01)


def test_a_callback_before_the_loss_is_noticed_is_remembered(told: Session, service: Service) -> None:
    def told_then_lost(seen: Seen) -> Drop:
        service.done = True
        assert send(json.loads(seen.body)["callBackUrl"], end(), signed()).status == 200
        return Drop()

    service.faulty.script(GENERATE, told_then_lost)
    with pytest.raises(errors.AnswerLost):
        told.imagine("a red fox")
    (own_id,) = told.tasks()["id"]
    task = told.task(own_id)
    until(lambda: task.state != "unknown")
    assert task.wait(WAIT).task_id == TASK_ID


# ---- the session ----


def test_the_same_callbacks_are_shown_until_others_are_asked_for(told: Session) -> None:
    first = told.callbacks()
    assert told.callbacks() is first
    second = told.callbacks(port=0)
    assert first.closed
    assert not second.closed
    assert told.callbacks() is second


def test_a_session_that_ends_closes_its_callbacks(told: Session) -> None:
    opened = told.callbacks()
    told.close()
    assert opened.closed


def test_the_verb_of_the_package_opens_them(sandbox: Sandbox, tmp_path: Path) -> None:
    with Session(sandbox=sandbox, data_dir=tmp_path / "data") as session:
        mjnb.use(session)
        opened = mjnb.callbacks(port=0)
        assert isinstance(opened, Callbacks)
        assert not opened.signed


def test_the_key_comes_from_the_environment_and_is_not_shown(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MJNB_WEBHOOK_KEY", f" {KEY}\n")
    with Session(base_url=service.faulty.url, api_key="k", data_dir=tmp_path / "data") as session:
        assert session.callbacks(port=0).signed
        task = session.imagine("a red fox")
        assert send(service.callback_url, end()).status == 404
        assert send(service.callback_url, end(), signed()).status == 200
        shown = repr(session) + repr(session.settings) + repr(session.callbacks()) + repr(task)
    assert KEY not in shown
    for path in (tmp_path / "data").rglob("*"):
        assert path.is_dir() or KEY.encode() not in path.read_bytes()


def test_the_address_is_in_nothing_that_a_notebook_keeps(told: Session, service: Service) -> None:
    task = told.imagine("a red fox")
    service.done, service.changes = True, {"paramJson": '{"prompt":"a red fox"}'}
    send(service.callback_url, end(), signed())
    task.wait(WAIT)
    secret = urlsplit(service.callback_url).path.strip("/")
    kept = [
        repr(task),
        json.dumps(task._repr_mimebundle_()),
        repr(told.callbacks()),
        task.to_magic(),
        repr(told),
    ]
    assert [text for text in kept if secret in text or task.entry.nonce in text] == []
    assert secret in task.entry.param_json  # the exact text that was sent


# ---- the sandbox as the caller ----


@pytest.mark.parametrize("form", ["documented", "later"])
def test_the_sandboxs_callbacks_settle_tasks_whose_answers_were_lost_too(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "SAFETY_NET", NEVER * 100)
    faults = Faults(
        [Fault(kind, on="callback", rate=1.0) for kind in ("duplicate", "intermediate")]
        + [Fault("drop_after", on="submit", next=1)]
    )
    server = Sandbox(time_scale=100, long_side=64, webhook_key=KEY, callback_form=form, faults=faults)
    with server, Session(sandbox=server, data_dir=tmp_path / "data", webhook_key=KEY) as session:
        session.callbacks()
        with pytest.raises(errors.AnswerLost):
            session.imagine("a red fox")
        tasks = [session.task(str(session.tasks()["id"][0])), session.imagine("a blue fox")]
        until(lambda: tasks[0].state != "unknown")
        for task in tasks:
            assert task.wait(WAIT).state == "succeeded"
        # a duplicate of the same second is a replay, and is sent again later
        until(lambda: counts_of(session).duplicates + counts_of(session).replayed >= 2)
        counts = counts_of(session)
        assert (counts.taken - counts.duplicates, counts.intermediate, counts.unknown) == (4, 2, 0)
        assert server.account.submits == 2


def test_the_embedded_sandbox_signs_with_the_sessions_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "SAFETY_NET", NEVER * 100)
    with Session(data_dir=tmp_path / "data", webhook_key=KEY, speed="turbo") as session:
        assert session.callbacks().signed
        assert session.imagine("a red fox").wait(WAIT).state == "succeeded"
        assert counts_of(session) == Counts(taken=1)


# ---- floods ----

SCRIPT = """
import sys
from mjnb.sessions import Session
with Session(base_url=sys.argv[1], api_key="k", data_dir="data", webhook_key=sys.argv[2]) as session:
    opened = session.callbacks(port=0)
    task = session.imagine("a red fox")
    print("ready", flush=True)
    for line in sys.stdin:  # what a user does meanwhile
        print(sum(range(100_000)) and line.strip(), task.state, flush=True)
        if line.strip() == "counts":
            print(opened.counts, flush=True)
"""


def test_a_flood_leaves_the_receiver_answering_and_the_script_usable(
    service: Service, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", SCRIPT, service.faulty.url, KEY]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=tmp_path
    ) as script:
        assert script.stdin is not None
        assert script.stdout is not None

        def ask(word: str) -> str:
            assert script.stdin is not None
            assert script.stdout is not None
            script.stdin.write(word + "\n")
            script.stdin.flush()
            return script.stdout.readline().strip()

        assert script.stdout.readline() == "ready\n"
        answers: list[Any] = []
        attack = threading.Thread(target=lambda: answers.append(flood(service.callback_url, end())))
        attack.start()
        during = [ask(f"cell {number}") for number in range(5)]
        service.done = True
        good = send(service.callback_url, end(), signed()).status
        attack.join()
        assert during == [f"cell {number} submitted" for number in range(5)]
        assert good == 200
        assert answers == [{404: 3000}]
        until(lambda: ask("state") == "state succeeded")
        assert ask("counts") == "counts succeeded"
        assert script.stdout.readline() == "1 taken, 3000 forged\n"
        script.stdin.close()
        assert script.wait(WAIT) == 0
