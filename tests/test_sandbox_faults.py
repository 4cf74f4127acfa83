"""Trouble on demand, over a real socket: every kind strikes where it should, and again with the same seed."""

from __future__ import annotations

import asyncio
import http.client
import json
import logging
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from faulty import CREDIT, GENERATE, RECORD
from PIL import Image
from sandbox_talk import (
    BASE64,
    FOX,
    INSTANT,
    KEY,
    LINK,
    asked,
    fetched,
    finished,
    http_client,
    record,
    submit,
    urls,
)

from mjnb.outcomes import REFUSALS
from mjnb.sandbox import Fault, Faults, Sandbox
from mjnb.sandbox.faults import KINDS, PLACES

LOST = (httpx.RemoteProtocolError, httpx.ReadError)


def troubled(*faults: Fault, seed: int = 0, **said: Any) -> Sandbox:
    return Sandbox(**{"latency": INSTANT, "long_side": 32, **said}, faults=Faults(faults, seed))


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    with troubled(time_scale=1000) as server:
        yield server


@pytest.fixture
def sound(shared: Sandbox) -> Iterator[Sandbox]:
    """A sandbox without faults, to which a test adds its own."""
    yield shared
    shared.faults.clear()
    shared.faults.log.clear()


# ---- answers ----


@pytest.mark.parametrize("code", [*REFUSALS, 500, 501])
def test_any_code_of_the_contract_in_an_envelope(sound: Sandbox, code: int) -> None:
    sound.faults.add(Fault("code", on="submit", code=code, next=1))
    before = len(sound.account.tasks)
    with http_client(sound) as http:
        answer = http.post(GENERATE, json=FOX)
        assert answer.status_code == 200
        assert list(answer.json()) == ["code", "msg", "data"]
        assert (answer.json()["code"], answer.json()["data"]) == (code, None)
        assert answer.json()["msg"]
        assert len(sound.account.tasks) == before
        assert submit(http)


def test_a_message_and_a_retry_after_can_be_said() -> None:
    fault = Fault("code", on="credit", code=429, message="not so fast", retry_after=1.5)
    with troubled(fault) as server, http_client(server) as http:
        answer = http.get(CREDIT)
        assert answer.json()["msg"] == "not so fast"
        assert answer.headers["retry-after"] == "1.5"


def test_a_task_is_made_and_the_answer_is_no_plain_yes(sound: Sandbox) -> None:
    with http_client(sound) as http:
        for code in (401, 501):
            sound.faults.add(Fault("named", on="submit", code=code, next=1))
            answer = http.post(GENERATE, json=FOX).json()
            assert (answer["code"], answer["data"]["taskId"] in sound.account.tasks) == (code, True)
        before = len(sound.account.tasks)
        sound.faults.add(Fault("page_after", on="submit", code=409, next=1))
        answer = http.post(GENERATE, json=FOX)
        assert (answer.status_code, answer.text.startswith("<html>")) == (409, True)
        assert len(sound.account.tasks) == before + 1


def test_a_key_is_echoed_and_nothing_is_done(sound: Sandbox) -> None:
    before = len(sound.account.tasks)
    sound.faults.add(*[Fault("echo", on=place, code=422, next=1) for place in ("submit", "status", "credit")])
    with http_client(sound) as http:
        for answer in (http.post(GENERATE, json=FOX), http.get(RECORD), http.get(CREDIT)):
            assert answer.json() == {"code": 422, "msg": f"Bearer {sound.key}", "data": None}
    assert len(sound.account.tasks) == before


def test_a_record_is_late_or_anothers() -> None:
    with troubled() as server, http_client(server) as http:
        task_id = submit(http)
        done = record(http, task_id)
        server.faults.add(Fault("late", on="status", seconds=60, next=1), Fault("foreign", on="status"))
        late, foreign = record(http, task_id), record(http, task_id)
    assert done["resultInfoJson"]
    assert late == {**done, "resultInfoJson": None}
    assert (foreign["taskId"], foreign["successFlag"]) == (task_id[::-1], 2)


@pytest.mark.parametrize("code", [403, 502])
@pytest.mark.parametrize("place", ["submit", "status", "download", "credit", "link", "upload"])
def test_pages_of_a_proxy_everywhere(sound: Sandbox, place: str, code: int) -> None:
    with http_client(sound) as http:
        task_id = submit(http)
        url = urls(http, task_id)[0]
        text = "data:,"
        calls: dict[str, Callable[[], httpx.Response]] = {
            "submit": lambda: http.post(GENERATE, json=FOX),
            "status": lambda: http.get(RECORD, params={"taskId": task_id}),
            "download": lambda: httpx.get(url),
            "credit": lambda: http.get(CREDIT),
            "link": lambda: http.post(LINK, json={"url": url}),
            "upload": lambda: http.post(BASE64, json={"base64Data": text, "uploadPath": "x"}),
        }
        sound.faults.add(Fault("page", on=place, code=code))
        answers = {name: call() for name, call in calls.items()}
        assert [name for name, answer in answers.items() if answer.status_code != 200] == [place]
        assert answers[place].status_code == code
        assert "<html>" in answers[place].text
        assert [(one.on, one.fault.kind) for one in sound.faults.log] == [(place, "page")]


def test_a_refused_upload_is_refused_in_its_own_form() -> None:
    with troubled(Fault("code", on="upload", code=402)) as server, http_client(server) as http:
        answer = asked(http, BASE64, base64Data="", uploadPath="x")
        assert list(answer) == ["success", "code", "msg", "data"]
        assert (answer["success"], answer["code"]) == (False, 402)


# ---- connections ----


@pytest.mark.parametrize(("kind", "taken"), [("drop_before", 0), ("drop_after", 1)])
def test_a_dropped_submit_was_taken_or_not(kind: str, taken: int, caplog: pytest.LogCaptureFixture) -> None:
    with troubled(Fault(kind, on="submit", next=1)) as server, http_client(server) as http:
        with caplog.at_level(logging.WARNING), pytest.raises(LOST):
            http.post(GENERATE, json=FOX)
        assert len(server.account.tasks) == taken
        assert server.account.credits == 10_000 - 8 * taken
        assert submit(http)
        assert caplog.records == []


def test_a_dropped_connection_says_nothing_at_all() -> None:
    with troubled(Fault("drop_after", on="credit")) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
        connection.request("GET", CREDIT, headers=KEY)
        with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
            connection.getresponse()
        connection.close()


def test_a_kept_connection_can_be_dropped_later() -> None:
    """The second request of a connection that served one already."""
    with troubled() as server, http_client(server) as http:
        assert http.get(CREDIT).status_code == 200
        server.faults.add(Fault("drop_before", on="credit", next=1))
        with pytest.raises(LOST):
            http.get(CREDIT)
        assert http.get(CREDIT).status_code == 200


@pytest.mark.parametrize(("kind", "taken"), [("silence_before", 0), ("silence_after", 1)])
def test_silence_lasts_until_the_client_gives_up(kind: str, taken: int) -> None:
    with troubled(Fault(kind, on="submit", next=1)) as server, http_client(server) as client:
        with pytest.raises(httpx.ReadTimeout):
            client.post(GENERATE, json=FOX, timeout=httpx.Timeout(300, read=0.5))
        assert len(server.account.tasks) == taken
        assert submit(client)


def test_silence_can_end_with_a_closed_connection() -> None:
    with troubled(Fault("silence_after", on="credit", seconds=0.2)) as server, pytest.raises(LOST):
        httpx.get(server.url + CREDIT, headers=KEY)


def test_a_sandbox_stops_while_it_is_silent() -> None:
    with troubled(Fault("silence_before", on="credit")) as server, pytest.raises(httpx.ReadTimeout):
        httpx.get(server.url + CREDIT, headers=KEY, timeout=httpx.Timeout(300, read=0.2))
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.url)


def test_a_slow_answer_comes_in_pieces_and_whole() -> None:
    with troubled() as server, http_client(server) as client:
        url = urls(client, submit(client))[0]
        whole = fetched(url)
        server.faults.add(Fault("slow", on="download", seconds=0.5))
        with httpx.stream("GET", url) as answer:
            pieces = list(answer.iter_raw())
        assert len(pieces) > 3
        assert b"".join(pieces) == whole


def test_a_truncated_picture_ends_half_way() -> None:
    with troubled() as server, http_client(server) as client:
        url = urls(client, submit(client))[0]
        whole = fetched(url)
        server.faults.add(Fault("truncated", on="download", next=1))
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
        connection.request("GET", httpx.URL(url).path)
        answer = connection.getresponse()
        assert int(answer.headers["Content-Length"]) == len(whole)
        with pytest.raises(http.client.IncompleteRead) as cut:
            answer.read()
        connection.close()
        assert cut.value.partial == whole[: len(whole) // 2]
        assert fetched(url) == whole


def test_a_wrong_type_is_a_page_under_the_name_of_a_picture() -> None:
    import io

    with troubled(Fault("wrong_type", on="download")) as server, http_client(server) as client:
        answer = httpx.get(urls(client, submit(client))[0])
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
        with pytest.raises(OSError, match="cannot identify"):
            Image.open(io.BytesIO(answer.content))


# ---- records ----


@pytest.mark.parametrize(
    ("code", "answer"), [(500, (200, "success")), (422, (422, "The record does not exist"))]
)
def test_a_record_is_not_there_at_first(code: int, answer: tuple[int, str]) -> None:
    with (
        troubled(Fault("null", on="status", seconds=1.0, code=code)) as server,
        http_client(server) as client,
    ):
        task_id = submit(client)
        first = client.get(RECORD, params={"taskId": task_id}).json()
        assert (first["code"], first["msg"], first["data"]) == (*answer, None)
        end = time.monotonic() + 300
        while client.get(RECORD, params={"taskId": task_id}).json()["data"] is None:
            assert time.monotonic() < end
            time.sleep(0.05)
        assert record(client, task_id)["successFlag"] == 1


@pytest.mark.parametrize("flag", [2, 3])
def test_a_task_fails_with_its_flag_after_its_time(flag: int) -> None:
    fault = Fault("fail", on="submit", flag=flag, next=1)
    with troubled(fault, latency={"fast": 10.0}) as server, http_client(server) as client:
        task_id = submit(client)
        pending = record(client, task_id)
        found = finished(client, task_id)
        assert list(found) == list(pending)
        assert found["successFlag"] == flag
        assert type(found["completeTime"]) is int
        assert type(found["errorCode"]) is int
        assert "moderation" in found["errorMessage"]
        assert found["resultInfoJson"] is None
        assert finished(client, submit(client))["successFlag"] == 1


@pytest.mark.parametrize("seconds", [7200, -7200])
def test_the_clock_can_be_wrong(seconds: float) -> None:
    with troubled(Fault("skew", on="status", seconds=seconds)) as server, http_client(server) as client:
        found = finished(client, submit(client))
        for name in ("createTime", "completeTime"):
            assert abs(found[name] / 1000 - time.time() - seconds) < 600


def test_faults_that_go_together_strike_together() -> None:
    faults = (Fault("fail", on="submit", next=1), Fault("drop_after", on="submit", next=1))
    with troubled(*faults) as server, http_client(server) as client:
        with pytest.raises(LOST):
            client.post(GENERATE, json=FOX)
        (task,) = server.account.tasks.values()
        assert task.flag == 2


# ---- which requests ----


def test_the_next_n_and_no_more() -> None:
    with troubled(Fault("code", on="credit", code=455, next=3)) as server, http_client(server) as client:
        codes = [client.get(CREDIT).json()["code"] for _ in range(5)]
        assert codes == [455, 455, 455, 200, 200]
        assert [one.number for one in server.faults.log] == [1, 2, 3]


def test_a_rate_strikes_that_part_and_the_same_with_the_same_seed() -> None:
    def struck(seed: int) -> list[bool]:
        faults = Faults([Fault("code", on="status", rate=0.2)], seed)
        return [bool(faults.strike("status")) for _ in range(1000)]

    first = struck(7)
    assert 150 < sum(first) < 250
    assert struck(7) == first
    assert struck(8) != first


def test_other_places_do_not_disturb_a_places_luck() -> None:
    """The status polls between submits depend on timing; which submit is struck does not."""

    def struck(polls: int) -> list[bool]:
        faults = Faults([Fault("code", on="status", rate=0.5), Fault("code", on="submit", rate=0.5)], 3)
        found = []
        for _ in range(50):
            for _ in range(polls):
                faults.strike("status")
            found.append(bool(faults.strike("submit")))
        return found

    assert struck(0) == struck(5)


def test_faults_can_be_added_and_cleared_while_it_runs() -> None:
    with troubled() as server, http_client(server) as client:
        assert client.get(CREDIT).json()["code"] == 200
        server.faults.add(Fault("code", on="credit", code=500))
        assert client.get(CREDIT).json()["code"] == 500
        server.faults.clear()
        assert client.get(CREDIT).json()["code"] == 200
        assert [(one.on, one.number) for one in server.faults.log] == [("credit", 2)]
        assert "1 injected" in repr(server.faults)


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"kind": "dorp", "on": "submit"}, "no kind of fault"),
        ({"kind": "lost", "on": "submit"}, "lost strikes callback"),
        ({"kind": "code", "on": "download"}, "code strikes"),
        ({"kind": "code", "on": "submit", "rate": 1.5}, "rate"),
        ({"kind": "fail", "on": "submit", "flag": 1}, "flag"),
    ],
)
def test_a_fault_that_makes_no_sense_is_named(said: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        Fault(**said)


def test_every_kind_has_its_line_in_the_table_of_the_docstring() -> None:
    from mjnb.sandbox import faults

    assert faults.__doc__ is not None
    assert [kind for kind in KINDS if f"`{kind}`" not in faults.__doc__] == []
    assert {place for places in KINDS.values() for place in places} == set(PLACES)


# ---- in-process ----


def test_in_process_a_dropped_connection_is_an_error() -> None:
    async def post() -> None:
        app = troubled(Fault("drop_after", on="submit")).app
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox", headers=KEY) as client:
            await client.post(GENERATE, json=FOX)

    with pytest.raises(ConnectionResetError):
        asyncio.run(post())


# ---- files and the command line ----

TOML = """
seed = 7
[[faults]]
kind = "code"
on = "credit"
code = 455
next = 2
[[faults]]
kind = "drop_after"
on = "submit"
rate = 0.25
"""
READ = [Fault("code", on="credit", code=455, next=2), Fault("drop_after", on="submit", rate=0.25)]


def test_faults_are_read_from_toml_and_json(tmp_path: Path) -> None:
    toml, text = tmp_path / "a.toml", tmp_path / "a.json"
    toml.write_text(TOML)
    text.write_text(
        json.dumps(
            {
                "seed": 7,
                "faults": [
                    {"kind": "code", "on": "credit", "code": 455, "next": 2},
                    {"kind": "drop_after", "on": "submit", "rate": 0.25},
                ],
            }
        )
    )
    for path in (toml, text):
        faults = Faults.read(path)
        assert faults.seed == 7
        assert [struck.fault for struck in _struck(faults, "credit", 3)] == [READ[0]] * 2
        assert {struck.fault for struck in _struck(faults, "submit", 50)} == {READ[1]}


def _struck(faults: Faults, place: str, times: int) -> list[Any]:
    for _ in range(times):
        faults.strike(place)
    return [one for one in faults.log if one.on == place]


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        '{"faults": 5}',
        '{"seed": []}',
        '{"faults": [{"kind": "code", "on": "submit", "rate": "x"}]}',
        '{"faults": [{"on": "submit"}]}',
        '{"faults": [{"kind": "code", "on": "submit", "cod": 1}]}',
        "{",
    ],
)
def test_a_file_of_another_form_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r".+"):
        Faults.read(path)


def test_the_command_line_takes_faults_and_a_webhook_key(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(TOML)
    command = [
        sys.executable,
        "-m",
        "mjnb",
        "sandbox",
        "--port",
        "0",
        "--faults",
        str(path),
        "--webhook-key",
        "k",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = server.stdout.readline().split()[2].rstrip(";")
        codes = [httpx.get(url + CREDIT, headers=KEY).json()["code"] for _ in range(3)]
        server.terminate()
    assert codes == [455, 455, 200]


def test_the_command_line_names_a_bad_faults_file(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"faults": [{"kind": "dorp", "on": "submit"}]}')
    command = [sys.executable, "-m", "mjnb", "sandbox", "--port", "0", "--faults", str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert "'dorp' is no kind of fault" in done.stderr
    assert "Traceback" not in done.stderr
