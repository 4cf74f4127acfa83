"""What a task promises: it ends, it can be waited for from anywhere, and what was paid is never lost."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from faulty import (
    GENERATE,
    RECORD,
    TASK_ID,
    Answer,
    Drop,
    Faulty,
    Lost,
    Seen,
    Silence,
    envelope,
    page,
    record,
    until,
)
from patience import SECONDS as WAIT

from mjnb import errors, prompt
from mjnb.client import SENDING
from mjnb.ledger import Intent
from mjnb.media import read_note
from mjnb.params import Generate, make
from mjnb.sandbox import Sandbox
from mjnb.sessions import Session
from mjnb.tracking import Task, Tracker


def open_session(
    server: Faulty, sandbox: Sandbox, folder: Path, *, time_scale: float | None = None
) -> Session:
    """Return a session that reaches the sandbox through the trouble."""
    scale = time_scale or sandbox.time_scale
    return Session(base_url=server.url, api_key=sandbox.key, time_scale=scale, data_dir=folder / "data")


@pytest.fixture
def through(troubled: Faulty, sandbox: Sandbox, tmp_path: Path) -> Iterator[Session]:
    with open_session(troubled, sandbox, tmp_path) as opened:
        yield opened


def states(session: Session) -> list[str]:
    return list(session.tasks()["state"])


def events(folder: Path) -> list[str]:
    """Return what happened, out of a ledger that is closed."""
    connection = sqlite3.connect(folder / "data" / "ledger.db")
    try:
        return [row[0] for row in connection.execute("SELECT kind FROM event ORDER BY seq")]
    finally:
        connection.close()


# ---- a good life ----


def test_a_task_is_taken_then_ends_in_four_pictures(session: Session, sandbox: Sandbox) -> None:
    task = session.imagine("a red fox --s 250 --relax")
    assert task.task_id in sandbox.account.tasks
    assert task.state in ("submitted", "generating")
    assert task.running
    assert task.wait(WAIT) is task
    assert (task.state, task.done, task.running, task.error) == ("succeeded", True, False, None)
    assert [(one.number, one.state) for one in task.images] == [(n, "stored") for n in (1, 2, 3, 4)]
    assert task.params == {
        "task_type": "mj_txt2img",
        "prompt": "a red fox",
        "speed": "relaxed",
        "stylization": 250,
    }
    assert task.server_params["videoBatchSize"] == 1
    assert sandbox.account.submits == 1


def test_every_step_is_in_the_ledger_in_order(session: Session, tmp_path: Path) -> None:
    session.imagine("a red fox", wait=True)
    session.close()
    happened = events(tmp_path)
    assert happened[:3] == ["intent", "answered", "submitted"]
    assert [kind for kind in happened[3:] if kind != "generating"] == ["succeeded"] + ["picture"] * 4


def test_pictures_are_files_with_the_parameters_inside(session: Session) -> None:
    task = session.imagine("a red fox", wait=True)
    for image in task.images:
        note = json.loads(read_note(image.path))
        assert note["taskId"] == task.task_id
        assert json.loads(note["paramJson"])["prompt"] == "a red fox"
        with image.open() as picture:
            assert picture.size == (image.width, image.height) == (64, 64)
        assert image.thumbnail().startswith(b"\xff\xd8")
        assert image.sha256 == image.path.stem


def test_a_picture_that_is_not_here_says_why(session: Session) -> None:
    task = session.imagine("a red fox --relax")
    assert task.images == []
    task.wait(WAIT)
    task.images[1].path.unlink()
    with pytest.raises(errors.MediaError):
        task.images[1].open()


def test_a_task_has_one_handle(session: Session) -> None:
    task = session.imagine("a red fox")
    for name in (task.id, task.id[-6:], str(task.task_id)):
        assert session.task(name) is task


def test_the_service_can_be_asked_directly(session: Session) -> None:
    found = session.imagine("a red fox", wait=True).record()
    assert found is not None
    assert (found.succeeded, len(found.urls)) == (True, 4)


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("a red fox --s 250 --ar 16:9 --relax", {}),
        ("a red fox", {"file_urls": ["https://example.com/{a,b}.png", "https://example.com/{{c}}/x.png"]}),
        ("a fox", {"file_urls": ["https://example.com/{a,b}.png"], "task_type": "mj_style_reference"}),
    ],
)
def test_the_line_that_makes_a_task_makes_it_again(session: Session, text: str, more: dict[str, Any]) -> None:
    task = session.imagine(text, **more)
    again = session.imagine(prompt.interpolate(task.to_magic(), {}))
    assert again.params == task.params
    assert again.id != task.id


# ---- waiting ----


def test_a_wait_that_times_out_leaves_the_task_going(session: Session) -> None:
    task = session.imagine("a red fox --relax")
    with pytest.raises(errors.WaitTimeout, match=r"after 0\.01 s") as told:
        task.wait(0.01)
    assert isinstance(told.value, TimeoutError)
    assert task.wait(WAIT).state == "succeeded"


def test_a_task_can_be_awaited_from_another_loop(session: Session) -> None:
    async def both() -> list[Task]:
        first, second = session.imagine("a red fox"), session.imagine("a blue fox")
        return list(await asyncio.gather(first, second))

    assert [task.state for task in asyncio.run(both())] == ["succeeded"] * 2


def test_cancelling_an_await_leaves_the_task_alone(session: Session) -> None:
    async def impatient() -> Task:
        task = session.imagine("a red fox --relax")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(_await(task), 0.01)
        return await task

    assert asyncio.run(impatient()).state == "succeeded"


async def _await(task: Task) -> Task:
    return await task


def test_many_threads_can_wait_for_one_task(session: Session) -> None:
    task = session.imagine("a red fox")
    with ThreadPoolExecutor(8) as pool:
        assert all(done is task for done in pool.map(lambda _: task.wait(WAIT), range(8)))


def test_a_done_task_is_waited_for_in_no_time(session: Session) -> None:
    task = session.imagine("a red fox", wait=True)
    assert task.wait(0) is task


def test_a_cancelled_wait_frees_the_waiter_and_can_be_taken_up_again(session: Session) -> None:
    task = session.imagine("a red fox --relax")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(task.wait, WAIT)
        until(waiting.running)
        task.cancel_wait()
        with pytest.raises(errors.WaitTimeout, match="no longer waited for"):
            waiting.result(WAIT)
    assert task.running
    assert task.wait(WAIT).state == "succeeded"


def test_cancelling_and_waiting_by_turns_never_confuses(session: Session, sandbox: Sandbox) -> None:
    task = session.imagine("a red fox --relax")
    for _ in range(20):
        task.cancel_wait()
        with pytest.raises(errors.WaitTimeout, match="after"):
            task.wait(0.001)
    assert task.wait(WAIT).state == "succeeded"
    assert sandbox.account.submits == 1


def test_waiting_on_mjnbs_own_thread_is_refused(session: Session) -> None:
    """A watcher that blocks would stop everything; it is told so, and dropped."""
    task = session.imagine("a red fox --relax")
    told: list[BaseException] = []

    def wait_inside(_: Task) -> None:
        try:
            task.wait()
        except RuntimeError as error:
            told.append(error)

    task.watch(wait_inside)
    task.wait(WAIT)
    assert "await instead" in str(told[0])


def test_a_wait_after_the_session_closed_does_not_hang(session: Session) -> None:
    task = session.imagine("a red fox --relax")
    session.close()
    with pytest.raises(errors.MJError):
        task.wait(WAIT)


def test_closing_frees_the_waiters(session: Session) -> None:
    task = session.imagine("a red fox --relax")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(task.wait, WAIT)
        until(waiting.running)
        session.close()
        with pytest.raises(errors.WaitTimeout):
            waiting.result(WAIT)


# ---- watching ----


def test_watchers_see_every_state_and_a_broken_one_is_dropped(session: Session) -> None:
    task = session.imagine("a red fox --relax")
    seen: list[str] = []
    broken: list[int] = []

    def fails(_: Task) -> None:
        broken.append(1)
        raise ValueError("a broken display")

    task.watch(fails)
    task.watch(lambda changed: seen.append(changed.state))
    task.wait(WAIT)
    assert seen[-1] == "succeeded"
    assert "generating" in seen
    assert broken == [1]


def test_watchers_are_called_on_mjnbs_thread(session: Session) -> None:
    task = session.imagine("a red fox")
    names: set[str] = set()
    task.watch(lambda _: names.add(threading.current_thread().name))
    task.wait(WAIT)
    assert names == {"mjnb-loop"}


# ---- bad endings ----


@pytest.mark.parametrize("flag", [2, 3])
def test_a_failed_task_says_the_services_words(through: Session, troubled: Faulty, flag: int) -> None:
    troubled.script(RECORD, record(flag, errorCode=501, errorMessage="banned prompt: fox", taskId=None))
    task = through.imagine("a red fox")
    with pytest.raises(errors.TaskFailed, match="banned prompt: fox") as told:
        task.wait(WAIT)
    assert told.value.hint
    assert task.state == "failed"
    assert through.tasks()["error_code"].to_list() == ["501"]
    with pytest.raises(errors.TaskFailed):
        asyncio.run(_await(task))


def test_a_failure_without_words_is_still_one(through: Session, troubled: Faulty) -> None:
    troubled.script(RECORD, record(2, taskId=None))
    with pytest.raises(errors.TaskFailed, match="no reason"):
        through.imagine("a red fox", wait=True)


def test_a_record_that_is_not_there_yet_is_waited_for(
    troubled: Faulty, sandbox: Sandbox, tmp_path: Path
) -> None:
    troubled.script(RECORD, envelope(None), envelope(code=422, msg="The record does not exist"))
    with open_session(troubled, sandbox, tmp_path, time_scale=20) as patient:
        assert patient.imagine("a red fox").wait(WAIT).state == "succeeded"


def test_a_record_that_never_comes_is_an_expired_task(through: Session, troubled: Faulty) -> None:
    troubled.script(RECORD, *[envelope(None)] * 10_000)
    with pytest.raises(errors.TaskExpired):
        through.imagine("a red fox").wait(WAIT)
    assert states(through) == ["expired"]


@pytest.mark.parametrize("deed", [Drop(), page(502), envelope(code=429, msg="slow"), envelope("junk")])
def test_trouble_while_polling_does_not_lose_the_task(through: Session, troubled: Faulty, deed: Any) -> None:
    troubled.script(RECORD, *[deed] * 7)  # more than one look is repeated
    troubles: set[str] = set()
    task = through.imagine("a red fox")
    task.watch(lambda changed: troubles.add(changed.trouble))
    assert task.wait(WAIT).state == "succeeded"
    assert any(troubles), "the trouble was never shown"
    assert task.trouble == ""


def test_a_key_that_is_refused_while_polling_does_not_lose_the_task(
    through: Session, troubled: Faulty
) -> None:
    troubled.script(RECORD, *[envelope(code=401, msg="no")] * 3)
    assert through.imagine("a red fox").wait(WAIT).state == "succeeded"


def test_a_key_that_stays_refused_ends_the_waiting_and_not_the_task(
    through: Session, troubled: Faulty
) -> None:
    troubled.script(RECORD, *[envelope(code=401, msg="no such key")] * 5)
    task = through.imagine("a red fox")
    with pytest.raises(errors.AuthError, match="no such key"):
        task.wait(WAIT)
    assert (task.state, task.running) == ("submitted", True)
    assert "the service refuses the key" in repr(task)
    assert "no such key" in task._repr_mimebundle_()[0]["text/html"]
    assert task.wait(WAIT).state == "succeeded"  # the key is good again


# ---- bad pictures ----


def half(_: Seen) -> Answer:
    """Return a JPEG that is whole by its headers and cut in its data."""
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.effect_noise((128, 128), 50).save(out, "JPEG")
    return Answer(200, out.getvalue()[: len(out.getvalue()) // 2])


BAD_PICTURES = {
    "cut": half,
    "page": page(200),
    "404": page(404),
    "empty": Answer(200),
}


@pytest.mark.parametrize("deed", BAD_PICTURES.values(), ids=BAD_PICTURES)
def test_a_bad_picture_is_an_error_on_that_picture_alone(
    through: Session, troubled: Faulty, deed: Any
) -> None:
    troubled.script("_0_1.jpeg", deed)
    task = through.imagine("a red fox", wait=True)
    assert task.state == "succeeded"
    assert [one.state for one in task.images] == ["stored", "error", "stored", "stored"]
    assert task.images[1].error
    with pytest.raises(errors.MediaError, match="picture 2"):
        _ = task.images[1].path
    assert "3 pictures" in repr(task)
    task.fetch()
    assert [one.state for one in task.images] == ["stored"] * 4
    assert task.images[1].error is None
    assert "4 pictures" in repr(task)


# ---- sending ----


def test_a_429_is_sent_again_and_paid_once(through: Session, troubled: Faulty, sandbox: Sandbox) -> None:
    troubled.script(GENERATE, *[envelope(code=429, msg="slow down")] * 2)
    task = through.imagine("a red fox", wait=True)
    assert task.state == "succeeded"
    assert (troubled.count(GENERATE), sandbox.account.submits) == (3, 1)
    assert states(through) == ["succeeded"]


def test_maintenance_is_sent_again_a_few_times(through: Session, troubled: Faulty) -> None:
    troubled.script(GENERATE, *[envelope(code=455, msg="maintenance")] * 10)
    with pytest.raises(errors.Maintenance):
        through.imagine("a red fox")
    assert troubled.count(GENERATE) == 3
    assert states(through) == ["rejected"]


def test_a_429_without_end_is_told_and_costs_nothing(
    through: Session, troubled: Faulty, sandbox: Sandbox
) -> None:
    troubled.script(GENERATE, *[envelope(code=429, msg="slow down")] * 500)
    with pytest.raises(errors.RateLimited):
        through.imagine("a red fox")
    assert 6 < troubled.count(GENERATE) < 500  # it waits its turn for ten minutes, here some seconds
    assert sandbox.account.submits == 0
    assert states(through) == ["rejected"]


@pytest.mark.parametrize("code", [401, 402, 422])
def test_a_refusal_is_sent_once_and_recorded(through: Session, troubled: Faulty, code: int) -> None:
    troubled.script(GENERATE, envelope(code=code, msg="the service's words"))
    with pytest.raises(errors.Refused, match="the service's words"):
        through.imagine("a red fox")
    assert troubled.count(GENERATE) == 1
    rows = through.tasks()
    assert rows.select("state", "error_code").rows() == [("rejected", str(code))]
    with pytest.raises(errors.TaskRejected, match="the service's words"):
        through.task(rows["id"][0]).wait(WAIT)


# ---- nobody knows ----

LOST = {
    "lost": Lost(),
    "page": page(502),
}


@pytest.mark.parametrize("deed", LOST.values(), ids=LOST)
def test_a_lost_answer_leaves_an_unknown_task_never_resent(
    through: Session, troubled: Faulty, deed: Any
) -> None:
    troubled.script(GENERATE, deed)
    with pytest.raises((errors.AnswerLost, errors.ServerError)):
        through.imagine("a red fox")
    assert states(through) == ["unknown"]
    task = through.task(through.tasks()["id"][0])
    with pytest.raises(errors.TaskUnknown, match=r"task .{6}: ") as told:
        task.wait(WAIT)
    assert "mj.resolve" in told.value.hint
    assert troubled.count(GENERATE) == 1


def test_an_unknown_task_is_resolved_by_its_id(through: Session, troubled: Faulty, sandbox: Sandbox) -> None:
    troubled.script(GENERATE, Lost())
    with pytest.raises(errors.AnswerLost):
        through.imagine("a red fox")
    (paid,) = sandbox.account.tasks
    task = through.resolve(through.tasks()["id"][0], paid)
    assert task.wait(WAIT).task_id == paid
    assert [one.state for one in task.images] == ["stored"] * 4
    assert sandbox.account.submits == troubled.count(GENERATE) == 1


def test_an_unknown_task_is_resolved_as_lost(through: Session, troubled: Faulty) -> None:
    troubled.script(GENERATE, Drop())
    with pytest.raises(errors.AnswerLost):
        through.imagine("a red fox")
    task = through.resolve(through.tasks()["id"][0][-6:], "lost")
    with pytest.raises(errors.TaskRejected, match="by hand"):
        task.wait(WAIT)
    assert states(through) == ["rejected"]
    assert troubled.count(GENERATE) == 1


def test_only_an_unknown_task_can_be_resolved(session: Session) -> None:
    task = session.imagine("a red fox", wait=True)
    with pytest.raises(errors.InvalidRequest, match="succeeded, not unknown"):
        session.resolve(task.id, "lost")


def test_an_id_that_another_task_has_is_refused(through: Session, troubled: Faulty) -> None:
    there = through.imagine("a red fox", wait=True)
    troubled.script(GENERATE, Drop())
    with pytest.raises(errors.AnswerLost):
        through.imagine("a blue fox")
    unknown = str(through.tasks().filter(state="unknown")["id"][0])
    with pytest.raises(errors.MJError):
        through.resolve(unknown, str(there.task_id))
    assert through.task(unknown).state == "unknown"


def test_an_interrupted_step_is_finished_and_recorded(
    through: Session, troubled: Faulty, sandbox: Sandbox
) -> None:
    """The sending task is cancelled while the request is on its way; its answer is recorded all the same."""
    arrived, go = threading.Event(), threading.Event()

    def slow(_: Seen) -> Any:
        arrived.set()
        go.wait(WAIT)
        from faulty import Pass

        return Pass()

    troubled.script(GENERATE, slow)
    tracker: Tracker = through.tracker
    from mjnb.ledger import Intent
    from mjnb.prompt import to_request

    intent = Intent(to_request("a red fox", {}), tracker.account, troubled.url, 8)
    sending = tracker.loop.start(tracker.send(intent))
    assert arrived.wait(WAIT)
    sending.cancel()
    go.set()
    until(lambda: states(through) != ["intent"])
    (paid,) = sandbox.account.tasks
    assert through.task(paid).wait(WAIT).state == "succeeded"


# ---- taking up again ----


def test_a_new_session_takes_up_what_is_running(session: Session, sandbox: Sandbox, tmp_path: Path) -> None:
    left = session.imagine("a red fox --relax")
    session.close()
    with Session(sandbox=sandbox, data_dir=tmp_path / "data") as later:
        task = later.task(left.id)
        assert task is not left
        assert task.wait(WAIT).state == "succeeded"
        assert [one.state for one in task.images] == ["stored"] * 4
        assert later.desk.notices == ["taken up again: 1 task of an earlier session"]
    assert sandbox.account.submits == 1


def test_a_new_session_fetches_pictures_that_were_not_fetched(
    troubled: Faulty, sandbox: Sandbox, tmp_path: Path
) -> None:
    def never(_: Seen) -> Any:
        troubled.until_over()
        return Drop()

    troubled.script(".jpeg", *[never] * 4)
    with open_session(troubled, sandbox, tmp_path) as first:
        task = first.imagine("a red fox")
        until(lambda: task.state == "succeeded")
        assert not task.done
    troubled.script(".jpeg")
    with open_session(troubled, sandbox, tmp_path) as second:
        again = second.task(task.id).wait(WAIT)
        assert [one.state for one in again.images] == ["stored"] * 4


ABANDON = """
import os, sys
from mjnb.sessions import Session
session = Session(base_url=sys.argv[1], api_key="sandbox", time_scale=150, data_dir="data")
print(session.imagine("a red fox --relax").id, flush=True)
os._exit(1)
"""


def test_what_a_dead_process_left_is_taken_up(troubled: Faulty, sandbox: Sandbox, tmp_path: Path) -> None:
    dead = subprocess.run([sys.executable, "-c", ABANDON, troubled.url], stdout=subprocess.PIPE, text=True)
    assert dead.returncode == 1
    with open_session(troubled, sandbox, tmp_path) as later:
        assert later.task(dead.stdout.strip()).wait(WAIT).state == "succeeded"
        assert later.desk.notices == ["taken up again: 1 task of an earlier session"]
    assert sandbox.account.submits == 1


def test_a_living_sessions_tasks_are_left_to_it(session: Session, sandbox: Sandbox, tmp_path: Path) -> None:
    task = session.imagine("a red fox --relax")
    with Session(sandbox=sandbox, data_dir=tmp_path / "data") as other:
        assert list(other.tasks()["id"]) == [task.id]
        assert other.desk.notices == []
        assert other.task(task.id).wait(WAIT).state == "succeeded"
    assert task.wait(WAIT).state == "succeeded"


# ---- being polite ----


def test_few_looks_per_task_once_latencies_are_known(session: Session) -> None:
    for task in [session.imagine(f"fox {n}") for n in range(8)]:
        task.wait(WAIT)
    before = session.tracker.client.status_requests
    for task in [session.imagine(f"bird {n}") for n in range(12)]:
        task.wait(WAIT)
    assert (session.tracker.client.status_requests - before) / 12 < 8


def test_a_task_is_looked_after_once_however_often_it_is_asked_for(
    session: Session, sandbox: Sandbox
) -> None:
    task = session.imagine("a red fox --relax")
    before = session.tracker.client.status_requests
    for _ in range(50):
        session.tracker.follow(task)
    task.wait(WAIT)
    assert session.tracker.client.status_requests - before < 40


def test_no_such_task_is_said_with_what_to_do(session: Session) -> None:
    ledger = session.tracker.ledger
    fox = make(Generate, {"task_type": "mj_txt2img", "prompt": "a fox", "speed": "fast"})
    ends = [ledger.intend(Intent(fox, session.desk.account, "http://x", 8.0))[0][-1] for _ in range(17)]
    with pytest.raises(errors.LedgerError, match="no task is called") as told:
        session.task(TASK_ID)
    assert "mj.tasks()" in told.value.hint
    with pytest.raises(errors.LedgerError, match=r"\d tasks are called"):
        session.task(max(ends, key=ends.count))  # of 17 ids, two end in the same digit
    with pytest.raises(errors.InvalidRequest, match="named by its id"):
        session.task("")


def test_a_task_has_one_handle_whichever_threads_ask_at_once(session: Session) -> None:
    ledger = session.tracker.ledger
    fox = make(Generate, {"task_type": "mj_txt2img", "prompt": "a fox", "speed": "fast"})
    entries = []
    for _ in range(20):
        own_id, _ = ledger.intend(Intent(fox, session.desk.account, "http://x", 8.0))
        ledger.rejected(own_id, "for the test")
        entries.append(ledger.entry(own_id))
    found: list[list[Task]] = []
    together = threading.Barrier(6)

    def ask() -> None:
        handles = []
        for entry in entries:
            together.wait()
            assert entry is not None
            handles.append(session.tracker.handle(entry))
        found.append(handles)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert all(len({id(task) for task in same}) == 1 for same in zip(*found, strict=True))
    assert all(task.done for task in found[0])


def test_a_fetch_that_the_close_cuts_off_says_nothing_of_the_pictures(
    session: Session, tmp_path: Path
) -> None:
    task = session.imagine("a fox", wait=True)
    pictures = session.tracker.ledger.pictures(task.id)
    for file in (tmp_path / "data").rglob("*.jp*g"):
        file.unlink()
    session.tracker.loop.run(session.tracker.client.close())
    with pytest.raises(errors.MediaError, match="closed"):
        task.fetch()
    assert session.tracker.ledger.pictures(task.id) == pictures


def test_what_waits_for_its_turn_while_the_session_closes_is_not_sent(
    troubled: Faulty, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looks that get no answer hold every place; their end at the close must not let a paid request out."""
    monkeypatch.setattr("mjnb.client.IN_FLIGHT", 2)
    monkeypatch.setattr("mjnb.tracking.tracker.LAST_STEPS", 0.2)
    troubled.script(RECORD, *[Silence()] * 9)
    found: list[BaseException] = []
    owls = [f"owl {number}" for number in range(SENDING)]
    with open_session(troubled, sandbox, tmp_path) as session:
        for said in ("a fox", "a hare"):
            session.imagine(said)
        until(lambda: troubled.count(RECORD) == 2)

        def ask(said: str) -> None:
            try:
                session.imagine(said)
            except errors.MJError as error:
                found.append(error)

        asked = [threading.Thread(target=ask, args=(said,)) for said in owls]
        for one in asked:
            one.start()
        until(lambda: states(session).count("intent") == SENDING)
    for one in asked:
        one.join(WAIT)
    assert [type(one) for one in found] == [errors.NotConnected] * SENDING
    assert troubled.count(GENERATE) == 2
    with open_session(troubled, sandbox, tmp_path) as session:
        assert states(session)[2:] == ["rejected"] * SENDING
