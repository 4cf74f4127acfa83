"""Late, foreign, repeated or odd answers: nothing is lost, and nobody waits for ever."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from faulty import GENERATE, RECORD, TASK_ID, Answer, Faulty, Seen, envelope, page, record, taken
from PIL import Image

from mjnb import errors
from mjnb.sessions import Session
from mjnb.sessions.desk import UnsettledWarning

KEY = "a-key-of-the-test-2718"
SCALE = 2000.0
WAIT = 60.0  # seconds; longer than anything here
OTHER = "f" * 32


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def service(faulty: Faulty) -> Faulty:
    """A service that takes every task, each under an id of its own, and has a picture everywhere."""
    numbers = iter(range(10_000))
    faulty.script(GENERATE, lambda _: taken(f"{next(numbers):032x}"))
    faulty.script(".png", Answer(200, picture()))
    return faulty


def opened(service: Faulty, folder: Path, scale: float = SCALE) -> Session:
    return Session(base_url=service.url, api_key=KEY, time_scale=scale, data_dir=folder)


@pytest.fixture
def session(service: Faulty, tmp_path: Path) -> Iterator[Session]:
    with opened(service, tmp_path / "data") as session:
        yield session


def until(holds: Callable[[], object]) -> None:
    breath = threading.Event()
    for _ in range(int(WAIT / 0.01)):
        if holds():
            return
        breath.wait(0.01)
    pytest.fail("it never came to hold")


def of(asked: Seen, flag: int = 1, **more: Any) -> Answer:
    """Return the record that was asked for."""
    said = {"taskId": asked.query["taskId"][0], "paramJson": None, "completeTime": None}
    return record(flag, **{**said, **more})


def urls_at(service: Faulty) -> list[str]:
    return [f"{service.url}/{n}.png" for n in range(4)]


# ---- D3: results that come late, or in another form ----

NOT_YET: list[Any] = [None, [], "", "null", "[]", "{}", {}, {"resultUrls": []}, {"resultUrls": None}, '""']


def test_a_success_without_results_is_asked_for_again(session: Session, service: Faulty) -> None:
    for empty in NOT_YET:
        asked_for: list[str] = []

        def answer(asked: Seen, empty: Any = empty, seen: list[str] = asked_for) -> Answer:
            seen.append(asked.query["taskId"][0])
            late = {"resultUrls": [{"resultUrl": url} for url in urls_at(service)]}
            return of(asked, resultInfoJson=empty if len(seen) < 3 else late)

        service.script(RECORD, answer)
        task = session.imagine("a red fox").wait(WAIT)
        assert [one.state for one in task.images] == ["stored"] * 4, empty
        assert task.error is None


def test_results_are_taken_in_every_form(session: Session, service: Faulty) -> None:
    urls = urls_at(service)
    inner = {"resultUrls": [{"resultUrl": url} for url in urls]}
    forms: dict[str, Any] = {
        "an object": inner,
        "text": json.dumps(inner),
        "text of text": json.dumps(json.dumps(inner)),
        "a list": urls,
        "a list as text": json.dumps(urls),
        "the list inside as text": {"resultUrls": json.dumps(urls)},
        "with commas": ", ".join(urls),
        "under url": [{"url": url} for url in urls],
        "padded": [f" {url}\n" for url in urls],
        "without scheme": [url.removeprefix("http:") for url in urls],
    }
    for name, form in forms.items():
        service.script(RECORD, lambda asked, form=form: of(asked, resultInfoJson=form))
        task = session.imagine("a red fox").wait(WAIT)
        assert [one.state for one in task.images] == ["stored"] * 4, name


@pytest.mark.parametrize("restarted", [False, True], ids=["in the session", "after a restart"])
def test_without_results_it_ends_and_says_so_and_takes_late_ones(
    service: Faulty, tmp_path: Path, restarted: bool
) -> None:
    service.script(RECORD, lambda asked: of(asked, resultInfoJson=None))
    with opened(service, tmp_path) as session:
        task = session.imagine("a red fox")
        with pytest.raises(errors.TaskFailed, match="no results"):
            task.wait(WAIT)
        assert (task.state, task.images) == ("succeeded", [])
        assert "no results" in repr(task)
        task.fetch()  # still none
        assert isinstance(task.error, errors.TaskFailed)
        if not restarted:
            hold_late(service, session, task.id)
    if restarted:
        with opened(service, tmp_path) as again:
            hold_late(service, again, task.id)
    assert service.count(GENERATE) == 1


def hold_late(service: Faulty, session: Session, own_id: str) -> None:
    service.script(RECORD, lambda asked: of(asked, resultInfoJson=urls_at(service)))
    task = session.task(own_id).fetch()
    assert [one.state for one in task.images] == ["stored"] * 4
    assert task.error is None
    assert task.wait(WAIT) is task


def test_a_session_that_dies_meanwhile_leaves_it_to_the_next(service: Faulty, tmp_path: Path) -> None:
    service.script(RECORD, lambda asked: of(asked, resultInfoJson="[]"))
    with opened(service, tmp_path, scale=20) as session:  # nine seconds of patience
        task = session.imagine("a red fox")
        until(lambda: task.trouble)
        assert "no results yet" in task.trouble
    service.script(RECORD, lambda asked: of(asked, resultInfoJson=urls_at(service)))
    with opened(service, tmp_path) as again:
        assert len(again.task(task.id).wait(WAIT).images) == 4


# ---- D4: a record of another task ----


def test_a_record_of_another_task_is_not_believed(session: Session, service: Faulty) -> None:
    wrong = iter(
        [{"taskId": OTHER}, {"taskId": f" {OTHER}"}, {"taskId": 7}, {"taskId": None, "task_id": OTHER}]
    )

    def answer(asked: Seen) -> Answer:
        more = next(wrong, None)
        if more is None:
            return of(asked, 1, resultInfoJson=urls_at(service))
        return of(asked, 2, errorMessage="of another", **more)

    service.script(RECORD, answer)
    task = session.imagine("a red fox").wait(WAIT)
    assert (task.state, len(task.images)) == ("succeeded", 4)
    service.script(RECORD, lambda asked: of(asked, taskId=OTHER))
    with pytest.raises(errors.ServerError, match="another task"):
        task.record()


def test_an_id_in_another_spelling_or_none_is_the_tasks_own(session: Session, service: Faulty) -> None:
    names: list[dict[str, Any]] = [{"taskId": ""}, {"taskId": None}, {"taskId": "null"}]
    spelled: list[Callable[[str], Any]] = [str.upper, lambda one: f" {one}\n", str.title]
    for more in names:
        service.script(RECORD, lambda asked, m=more: of(asked, resultInfoJson=urls_at(service), **m))
        assert session.imagine("a red fox").wait(WAIT).state == "succeeded"
    for spell in spelled:
        service.script(
            RECORD,
            lambda asked, s=spell: of(
                asked, resultInfoJson=urls_at(service), taskId=s(asked.query["taskId"][0])
            ),
        )
        assert session.imagine("a red fox").wait(WAIT).state == "succeeded"


# ---- H1: the same id twice ----


def test_the_second_task_of_an_id_is_unknown_and_nobody_waits(service: Faulty, tmp_path: Path) -> None:
    service.script(RECORD, lambda asked: of(asked, resultInfoJson=urls_at(service)))
    service.script(GENERATE, taken())
    with opened(service, tmp_path) as session:
        first = session.imagine("a red fox").wait(WAIT)
        for again in (taken(), taken(f" {TASK_ID}\n"), envelope({"task_id": TASK_ID})):
            service.script(GENERATE, again)
            with pytest.raises(errors.ServerError, match=TASK_ID):
                session.imagine("a blue fox")
        unknown = session.tasks()
        states = unknown.sort("id")["state"].to_list()
        assert states == ["succeeded", "unknown", "unknown", "unknown"]
        assert all(TASK_ID in said for said in unknown.sort("id")["error"].to_list()[1:])
        own_id = unknown.sort("id")["id"].to_list()[1]
        with pytest.raises(errors.TaskUnknown, match=TASK_ID):
            session.task(own_id).wait(WAIT)
        with pytest.raises(errors.InvalidRequest, match="already"):
            session.resolve(own_id, TASK_ID)
        sweep = session.sweep("a fox", stylization=[0, 100, 200])
        sweep.run()
        assert {task.state for task in sweep.tasks if task} == {"unknown"}
    with (
        pytest.warns(UnsettledWarning, match="6 tasks are unknown"),
        opened(service, tmp_path) as later,
        pytest.raises(errors.ServerError, match=TASK_ID),
    ):
        later.imagine("a green fox")
    assert first.task_id == TASK_ID
    assert service.count(GENERATE) == 8


# ---- D7: addresses, and why a picture could not be had ----


def test_an_odd_address_is_fetched(session: Session, service: Faulty) -> None:
    base = service.url
    odd = [
        f" {base}/a.png ",
        f"{base}/a b.png",
        f"{base}/a\n b.png",
        f"{base}/füchse ä.png",
        f"{base}/a.png?x=1&amp;name=b.png",
        f"{base.removeprefix('http:')}/a.png",
        f'"{base}/a.png"',
        f"{base}/{{a}}|b.png",
    ]
    service.script(RECORD, lambda asked: of(asked, resultInfoJson=odd))
    task = session.imagine("a red fox").wait(WAIT)
    assert [(one.state, one.error) for one in task.images] == [("stored", None)] * len(odd)
    asked_for = {seen.path + str(seen.query) for seen in service.seen}
    assert "/a.png{'x': ['1'], 'name': ['b.png']}" in asked_for


def test_the_first_cause_stays_when_the_second_try_fails_too(session: Session, service: Faulty) -> None:
    service.script("gone.jpg", page(410))
    service.script("download-url", envelope(code=500, msg="no link today"))
    old = {"completeTime": 1_700_000_000_000}
    service.script(RECORD, lambda asked: of(asked, resultInfoJson=[f"{service.url}/gone.jpg"], **old))
    task = session.imagine("a red fox").wait(WAIT)
    (said,) = [one.error or "" for one in task.images]
    assert "410" in said
    assert "fresh link" in said


# ---- U4: a server that is not the service ----


def test_a_foreign_server_is_told_as_such(faulty: Faulty, tmp_path: Path) -> None:
    for answer in (page(404), page(405), Answer(404, b'{"detail":"Not Found"}'), Answer(404, b"")):
        faulty.script(GENERATE, answer)
        with opened(faulty, tmp_path) as session, pytest.raises(errors.BadRequest) as told:
            session.imagine("a red fox")
        assert "does not look like the task API" in str(told.value)
        assert "task id" not in str(told.value)


def test_a_page_instead_of_a_record_does_not_make_a_task_unknown_to_the_service(
    session: Session, service: Faulty
) -> None:
    pages = iter([page(404)] * 40)
    service.script(RECORD, lambda asked: next(pages, None) or of(asked, resultInfoJson=urls_at(service)))
    assert session.imagine("a red fox").wait(WAIT).state == "succeeded"
