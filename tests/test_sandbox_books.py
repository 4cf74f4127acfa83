"""One file of books, several sandboxes: what one process paid for, the others know, see and go on from."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from faulty import GENERATE, RECORD
from PIL import Image

from mjnb.api import DOWNLOAD_URL, ENDPOINTS, UPLOAD_STREAM
from mjnb.params import Upscale
from mjnb.sandbox import Sandbox
from mjnb.sandbox.books import Books
from mjnb.sessions import Session

FOX = {"taskType": "mj_txt2img", "prompt": "a red fox", "speed": "fast"}
INSTANT = dict.fromkeys(("relaxed", "fast", "turbo"), 0.0)  # latencies
KEY = {"Authorization": "Bearer sandbox"}
CELLS = 3

SWEEP = f"""
import sys, time
from mjnb.sessions import Session
with Session(data_dir="data") as session:
    session.sweep("a fox", stylization=range({CELLS})).run(wait=False)
    while set(session.tasks()["state"]) - {{"submitted", "generating"}} or session.tasks().height < {CELLS}:
        time.sleep(0.01)
    print("sent", flush=True)
    sys.stdin.readline()
"""
MANY = """
import sys
from pathlib import Path
from mjnb.params import Generate
from mjnb.sandbox.account import Account
account = Account(books=Path(sys.argv[1]), time_scale=1e9)
print("ready", flush=True)
sys.stdin.readline()
for _ in range(100):
    account.submit(Generate, {"taskType": "mj_txt2img", "prompt": "a red fox " + "!" * 1900, "speed": "fast"})
"""


@pytest.fixture
def books(tmp_path: Path) -> Path:
    return tmp_path / "books.jsonl"


@contextlib.contextmanager
def two(books: Path, time_scale: float = 20.0) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    """Two sandboxes, both started before anything is in the books."""
    with contextlib.ExitStack() as stack:
        sandboxes = [
            stack.enter_context(Sandbox(books=books, latency=INSTANT, long_side=64, time_scale=time_scale))
            for _ in range(2)
        ]
        one, other = (
            stack.enter_context(httpx.Client(base_url=sandbox.url, headers=KEY)) for sandbox in sandboxes
        )
        yield one, other


def submit(http: httpx.Client, path: str = GENERATE, **said: Any) -> str:
    answer = http.post(path, json=said or FOX).json()
    assert answer["code"] == 200, answer
    return str(answer["data"]["taskId"])


def record(http: httpx.Client, task_id: str) -> dict[str, Any]:
    answer = http.get(RECORD, params={"taskId": task_id}).json()
    assert answer["code"] == 200, answer
    return dict(answer["data"])


def pictures(http: httpx.Client, task_id: str) -> list[bytes]:
    urls = record(http, task_id)["resultInfoJson"]["resultUrls"]
    return [httpx.get(one["resultUrl"]).raise_for_status().content for one in urls]


def start(script: str, folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start a process and wait until it says something."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
    )
    assert process.stdout is not None
    if not process.stdout.readline():
        raise AssertionError(process.communicate()[1])
    return process


def lines(books: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in books.read_bytes().split(b"\n") if line]


# ---- two sandboxes ----


def test_each_knows_the_others_tasks_and_draws_the_same(books: Path) -> None:
    with two(books) as (one, other):
        for mine, theirs in ((one, other), (other, one)):
            task_id = submit(mine)
            assert record(theirs, task_id)["successFlag"] == 1
            assert (
                str(theirs.base_url)
                in record(theirs, task_id)["resultInfoJson"]["resultUrls"][0]["resultUrl"]
            )
            assert pictures(theirs, task_id) == pictures(mine, task_id)


def test_a_result_is_there_before_its_record_was_asked_for(books: Path) -> None:
    with two(books) as (one, other):
        name = f"/m/{submit(one)}_0_2.jpeg"
        assert other.get(name).status_code == 200
        link = other.post(DOWNLOAD_URL, json={"url": str(one.base_url.join(name))}).json()["data"]
        assert httpx.get(link).content == one.get(name).content


def test_the_others_tasks_can_be_gone_on_from(books: Path) -> None:
    with two(books) as (one, other):
        parent = submit(one)
        child = submit(other, ENDPOINTS[Upscale], taskId=parent, imageIndex=1)
        assert pictures(one, child) == pictures(other, child)


def test_a_repeat_in_the_other_gives_other_pictures(books: Path) -> None:
    with two(books) as (one, other):
        drawn = [pictures(http, submit(http)) for http in (one, other, one, other)]
    assert len({files[0] for files in drawn}) == 4


def test_a_repeat_counts_as_if_one_sandbox_had_all(books: Path, tmp_path: Path) -> None:
    with two(books) as (one, other):
        shared = [pictures(http, submit(http)) for http in (one, other)]
    with two(tmp_path / "alone.jsonl") as (one, _):
        assert [pictures(one, submit(one)) for _ in range(2)] == shared


def test_an_unknown_task_is_unknown_to_both(books: Path) -> None:
    with two(books) as (one, other):
        submit(one)
        answer = other.get(RECORD, params={"taskId": "0" * 32}).json()
        assert (answer["code"], answer["msg"]) == (422, "The record does not exist")


def test_the_others_uploads_are_inputs_and_are_shown(books: Path) -> None:
    out = io.BytesIO()
    Image.new("RGB", (32, 32), "red").save(out, "PNG")
    with two(books) as (one, other):
        sent = {"file": ("mine.png", out.getvalue(), "image/png")}
        answer = one.post(UPLOAD_STREAM, files=sent, data={"uploadPath": "mine"}).json()
        url = str(answer["data"]["downloadUrl"]).replace(str(one.base_url), str(other.base_url))
        assert httpx.get(url).content == out.getvalue()
        task_id = submit(other, taskType="mj_img2img", prompt="in blue", speed="fast", fileUrls=[url])
        assert pictures(one, task_id) == pictures(other, task_id)


# ---- the file ----


def test_a_torn_line_is_passed_over_and_stays(books: Path) -> None:
    with two(books) as (one, _):
        first = submit(one)
    torn = b'{"task_id": "0123456789abc'
    books.write_bytes(books.read_bytes() + torn)
    with two(books) as (one, other):
        assert record(one, first)["successFlag"] == 1
        assert books.read_bytes().endswith(torn)
        second = submit(other)
        assert record(one, second)["successFlag"] == 1
        third = submit(one)
    assert torn in books.read_bytes().split(b"\n")
    with two(books) as (one, _):
        assert {record(one, task_id)["successFlag"] for task_id in (first, second, third)} == {1}


def test_a_line_is_read_when_it_is_whole(books: Path) -> None:
    with two(books) as (one, _):
        submit(one)
    (line,) = books.read_bytes().splitlines(keepends=True)
    books.write_bytes(b"")
    seen = Books(books)
    for n in range(0, len(line) - 1, 100):
        books.write_bytes(line[:n])
        assert seen.news() == []
    books.write_bytes(line)
    assert [task.task_id for task in seen.news()] == [json.loads(line)["task_id"]]
    assert seen.news() == []


def test_books_that_were_deleted_begin_anew_and_nothing_known_is_lost(books: Path) -> None:
    with two(books) as (one, other):
        known = submit(one)
        assert record(other, known)
        books.unlink()
        fresh = submit(other)
        assert record(one, known)["successFlag"] == record(one, fresh)["successFlag"] == 1
        assert [line["task_id"] for line in lines(books)] == [fresh]


def test_many_at_once_tear_no_line_and_repeat_no_picture(books: Path) -> None:
    with two(books, time_scale=1e9) as (one, other), ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(submit, [one, other] * 50))
        assert all(record(http, task_id) for task_id in ids for http in (one, other))
    found = lines(books)
    assert sorted(line["task_id"] for line in found) == sorted(ids)
    assert len({line["seed"] for line in found}) == 100


# ---- two processes ----


def test_processes_that_write_at_once_tear_no_line_and_repeat_no_picture(books: Path, tmp_path: Path) -> None:
    processes = [start(MANY, tmp_path, str(books)) for _ in range(3)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        _, said = process.communicate(timeout=300)
        assert process.returncode == 0, said
    found = lines(books)
    assert len({line["task_id"] for line in found}) == len({line["seed"] for line in found}) == 300


def test_a_sweep_of_another_process_is_found_finished_and_nothing_expires(tmp_path: Path) -> None:
    """Both embed a sandbox in one folder; this one, started before, has to read what the other added."""
    with Session(data_dir=tmp_path / "data") as session:
        assert session.tasks().height == 0
        process = start(SWEEP, tmp_path)
        try:
            sweep = session.sweep("a fox", stylization=range(CELLS))
            assert sweep.plan().to_pay == 0
            tasks = [session.task(own_id).wait(60) for own_id in session.tasks()["id"]]
            assert [task.state for task in tasks] == ["succeeded"] * CELLS
            assert {image.state for task in tasks for image in task.images} == {"stored"}
        finally:
            process.communicate("\n", timeout=300)
        assert process.returncode == 0
        assert sweep.run().plan().to_pay == 0
        assert session.tasks()["state"].to_list() == ["succeeded"] * CELLS
    assert len(lines(tmp_path / "data" / "sandbox.jsonl")) == CELLS
