"""The sandbox reports the end of a task: bodies, signatures, retries, and to whom it does not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from faulty import Answer, Drop, Faulty, Seen, Silence
from jsonschema import Draft202012Validator
from sandbox_talk import INSTANT, finished, http_client, record, submit, urls

from mjnb.sandbox import Fault, Faults, Sandbox

SPEC = yaml.safe_load((Path(__file__).parent / "data" / "openapi.yaml").read_text())
HOOK = "/hook"
SOON: dict[str, Any] = {"latency": INSTANT, "long_side": 32}
FAST = 2000.0  # time scale: retries after 0.03, 0.15 and 0.45 s


@pytest.fixture
def receiver() -> Iterator[Faulty]:
    """A receiver that answers 200 unless it is told otherwise."""
    with Faulty() as server:
        server.script(HOOK, Answer(200))
        yield server


def until(receiver: Faulty, count: int) -> list[Seen]:
    """Wait for so many callbacks."""
    end = time.monotonic() + 300
    while receiver.count(HOOK) < count:
        assert time.monotonic() < end, f"{receiver.count(HOOK)} callbacks instead of {count}"
        time.sleep(0.01)
    return receiver.seen


def told(http: httpx.Client, receiver: Faulty, **said: Any) -> str:
    return submit(http, callBackUrl=f"{receiver.url}{HOOK}?nonce=5", **said)


def settled(server: Sandbox, count: int) -> list[int | str]:
    """Wait until so many deliveries have been attempted and return what came back."""
    end = time.monotonic() + 300
    while len(server.deliveries) < count:
        assert time.monotonic() < end, server.deliveries
        time.sleep(0.01)
    return [one.answer for one in server.deliveries]


def test_the_documented_body(receiver: Faulty) -> None:
    with Sandbox(**SOON) as server, http_client(server) as http:
        task_id = told(http, receiver)
        (seen,) = until(receiver, 1)
        assert (seen.method, seen.query, seen.headers["content-type"]) == (
            "POST",
            {"nonce": ["5"]},
            "application/json",
        )
        body = json.loads(seen.body)
        Draft202012Validator({**SPEC, "$ref": "#/components/schemas/CallbackBody"}).validate(body)
        assert list(body) == ["code", "msg", "data"]
        assert (body["code"], body["msg"]) == (200, "success")
        assert list(body["data"]) == ["taskId", "promptJson", "resultUrls"]
        assert body["data"] == {
            "taskId": task_id,
            "promptJson": record(http, task_id)["paramJson"],
            "resultUrls": urls(http, task_id),
        }
        assert httpx.get(body["data"]["resultUrls"][3]).status_code == 200
        assert "x-webhook-signature" not in seen.headers


def test_the_later_body(receiver: Faulty) -> None:
    with Sandbox(**SOON, callback_form="later") as server, http_client(server) as http:
        task_id = told(http, receiver)
        body = json.loads(until(receiver, 1)[0].body)
        assert list(body["data"]) == ["taskId", "taskType", "resultInfoJson", "successFlag"]
        assert body["data"] == {
            name: record(http, task_id)[name]
            for name in ("taskId", "taskType", "resultInfoJson", "successFlag")
        }


def test_there_is_no_third_form() -> None:
    with pytest.raises(ValueError, match="documented or later"):
        Sandbox(callback_form="latest")


@pytest.mark.parametrize("form", ["documented", "later"])
def test_a_failure_is_reported_too(receiver: Faulty, form: str) -> None:
    faults = Faults([Fault("fail", on="submit", flag=3, message="no")])
    with Sandbox(**SOON, callback_form=form, faults=faults) as server, http_client(server) as http:
        told(http, receiver)
        body = json.loads(until(receiver, 1)[0].body)
        assert (body["code"], body["msg"]) == (500, "no")
        data = body["data"]
        assert data.get("resultUrls") == [] if form == "documented" else data["successFlag"] == 3


def test_it_comes_when_the_task_has_ended_and_not_before(receiver: Faulty) -> None:
    with Sandbox(latency={"fast": 20.0}, long_side=32) as server, http_client(server) as http:
        task_id = told(http, receiver)
        assert receiver.count(HOOK) == 0 or record(http, task_id)["successFlag"] == 1
        until(receiver, 1)
        assert record(http, task_id)["successFlag"] == 1


def test_a_signature_is_over_id_and_time(receiver: Faulty) -> None:
    with Sandbox(**SOON, webhook_key="geheim") as server, http_client(server) as http:
        before = int(time.time())
        task_id = told(http, receiver)
        headers = until(receiver, 1)[0].headers
        stamp = headers["x-webhook-timestamp"]
        assert before <= int(stamp) <= time.time()
        digest = hmac.new(b"geheim", f"{task_id}.{stamp}".encode(), hashlib.sha256).digest()
        assert headers["x-webhook-signature"] == base64.b64encode(digest).decode()


def test_a_clock_that_is_wrong_shows_in_the_time(receiver: Faulty) -> None:
    faults = Faults([Fault("skew", on="callback", seconds=-3600)])
    with Sandbox(**SOON, webhook_key="geheim", faults=faults) as server, http_client(server) as http:
        told(http, receiver)
        stamp = int(until(receiver, 1)[0].headers["x-webhook-timestamp"])
        assert abs(time.time() - 3600 - stamp) < 600


@pytest.mark.parametrize(
    "deed", [Answer(500), Drop(), Answer(302, headers={"Location": "http://127.0.0.1:1/"})]
)
def test_a_receiver_that_does_not_say_200_is_told_three_times_more(
    receiver: Faulty, deed: Answer | Drop
) -> None:
    receiver.script(HOOK, deed)
    with Sandbox(**SOON, time_scale=FAST) as server, http_client(server) as http:
        told(http, receiver)
        seen = until(receiver, 4)
        assert [one.attempt for one in server.deliveries[:3]] == [1, 2, 3]
        answers = settled(server, 4)
        assert 200 not in answers
        waits = [b.at - a.at for a, b in itertools.pairwise(server.deliveries)]
        assert waits == sorted(waits)
        assert len({one.body for one in seen}) == 1


def test_a_receiver_that_comes_to_itself_is_told_no_more(receiver: Faulty) -> None:
    receiver.script(HOOK, Answer(503), Answer(200))
    with Sandbox(**SOON, time_scale=FAST) as server, http_client(server) as http:
        told(http, receiver)
        until(receiver, 2)
        assert settled(server, 2) == [503, 200]
        finished(http, told(http, receiver))  # another one, so that there was time for a third
        assert settled(server, 3)[2] == 200
        assert [one.attempt for one in server.deliveries] == [1, 2, 1]


def test_a_silent_receiver_holds_up_nobody_and_is_told_again(receiver: Faulty) -> None:
    receiver.script(HOOK, lambda seen: Silence() if b"quiet" in seen.body else Answer(200))
    with Sandbox(**SOON, time_scale=FAST) as server, http_client(server) as http:
        told(http, receiver, prompt="quiet")
        told(http, receiver, prompt="loud")
        seen = until(receiver, 3)
        quiet = [b"quiet" in one.body for one in seen]
        assert (sorted(quiet[:2]), quiet[2]) == (
            [False, True],
            True,
        )  # the loud one did not wait for the silence
        assert settled(server, 2)[0] == 200
        assert "time" in str(server.deliveries[1].answer).lower()


def test_duplicates_losses_and_news_from_halfway(receiver: Faulty) -> None:
    faults = Faults([Fault("lost", on="callback", next=1)])
    with Sandbox(latency={"fast": 4.0}, long_side=32, faults=faults) as server, http_client(server) as http:
        lost = told(http, receiver, prompt="lost")
        faults.clear()
        faults.add(Fault("duplicate", on="callback", next=1))
        twice = told(http, receiver, prompt="twice")
        until(receiver, 2)
        faults.add(Fault("intermediate", on="callback", next=1))
        slow = told(http, receiver, prompt="slow")
        bodies = [json.loads(one.body)["data"] for one in until(receiver, 4)]
        assert finished(http, lost)["successFlag"] == 1
        assert [one["taskId"] for one in bodies] == [twice, twice, slow, slow]
        assert [len(one["resultUrls"]) for one in bodies] == [4, 4, 0, 4]
        assert [one.fault.kind for one in faults.log] == ["lost", "duplicate", "intermediate"]


@pytest.mark.parametrize(
    "url",
    ["http://example.com/hook", "https://127.0.0.1:1/x", "http://127.0.0.1.example.com/", "http://0.0.0.0/"],
)
def test_it_goes_to_this_machine_only(url: str) -> None:
    with Sandbox(**SOON) as server, http_client(server) as http:
        submit(http, callBackUrl=url)
        (answer,) = settled(server, 1)
        assert "this machine only" in str(answer)


def test_a_stopped_sandbox_reports_nothing_more(receiver: Faulty) -> None:
    with Sandbox(latency={"fast": 4.0}, long_side=32) as server, http_client(server) as http:
        told(http, receiver)
    with Sandbox(latency={"fast": 8.0}, long_side=32) as server, http_client(server) as http:
        after = told(http, receiver)
        assert json.loads(until(receiver, 1)[0].body)["data"]["taskId"] == after
