"""Results older than the service keeps them: by a fresh link while that works, else marked as expired."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from faulty import RECORD, Drop, Faulty, Seen, envelope, page
from sandbox_talk import LINK

from mjnb import errors
from mjnb.sandbox import Sandbox
from mjnb.sessions import Session
from mjnb.tracking import Task

YEARS = 1e10  # a clock so fast that every result is too old at once


@pytest.fixture
def late(troubled: Faulty, sandbox: Sandbox, tmp_path: Path) -> Iterator[Session]:
    """A session for which two weeks are over in a moment; the sandbox keeps its results longer."""
    with Session(
        base_url=troubled.url, api_key=sandbox.key, time_scale=YEARS, data_dir=tmp_path / "data"
    ) as opened:
        yield opened


def task_of(made: object) -> Task:
    assert isinstance(made, Task)
    return made


def results(task_id: str | None, count: int = 4) -> list[str]:
    return [f"/m/{task_id}_0_{number}.jpeg" for number in range(count)]


def taken(session: Session, sandbox: Sandbox, troubled: Faulty) -> Task:
    """Return a task that the service has finished, and that the session does not look at yet."""
    troubled.script(RECORD, *[envelope({"successFlag": "?"})] * 1000)
    task = task_of(session.imagine("a fox"))
    task.cancel_wait()
    while sandbox.account.finished(str(task.task_id)) is None:
        httpx.get(f"{sandbox.url}/m/none")
    troubled.script(RECORD)
    return task


def states(session: Session) -> list[str]:
    return session.images().sort("number")["state"].to_list()


def test_a_dead_address_is_got_round_by_a_fresh_link(
    late: Session, sandbox: Sandbox, troubled: Faulty
) -> None:
    task = taken(late, sandbox, troubled)
    for path in results(task.task_id):
        troubled.script(
            path, lambda seen: page(404) if seen.path.startswith("/m/") else upstream(seen, sandbox)
        )
    task.wait()
    assert states(late) == ["stored"] * 4
    asked = [one for one in troubled.seen if one.path == LINK]
    assert len(asked) == 4
    assert all(one.headers["authorization"] == "Bearer sandbox" for one in asked)
    linked = [one for one in troubled.seen if one.path.startswith("/d/")]
    assert len(linked) == 4
    assert not any("authorization" in one.headers for one in linked)


def upstream(seen: Seen, sandbox: Sandbox) -> object:
    from faulty import Answer

    found = httpx.get(sandbox.url + seen.path)
    return Answer(found.status_code, found.content, {"Content-Type": "image/jpeg"})


def test_a_result_that_the_service_deleted_is_expired(
    late: Session, sandbox: Sandbox, troubled: Faulty
) -> None:
    task = taken(late, sandbox, troubled)
    gone = results(task.task_id)[2]
    troubled.script(gone, page(404))
    troubled.script(LINK, envelope(code=422, msg="url is wrong"))
    task.wait()
    assert task.state == "succeeded"
    assert states(late) == ["stored", "stored", "expired", "stored"]
    assert task.images[2].state == "expired"
    with pytest.raises(errors.MediaError, match="the service has deleted it"):
        _ = task.images[2].path
    assert "deleted it: results are kept for about two weeks" in task._repr_mimebundle_()[0]["text/html"]


@pytest.mark.parametrize("trouble", [page(502), Drop()], ids=["page", "drop"])
def test_trouble_with_the_fresh_link_is_an_error_that_may_pass_and_no_end(
    late: Session, sandbox: Sandbox, troubled: Faulty, trouble: object
) -> None:
    task = taken(late, sandbox, troubled)
    gone = results(task.task_id)[0]
    troubled.script(gone, page(404))
    troubled.script(LINK, trouble)  # type: ignore[arg-type]
    task.wait()
    assert states(late) == ["error", "stored", "stored", "stored"]
    assert task.fetch().images[0].state == "stored"


def test_an_expired_result_can_be_asked_for_again(late: Session, sandbox: Sandbox, troubled: Faulty) -> None:
    task = taken(late, sandbox, troubled)
    troubled.script(results(task.task_id)[0], page(404))
    troubled.script(LINK, envelope(code=422, msg="url is wrong"))
    task.wait()
    assert states(late)[0] == "expired"
    task.fetch()
    assert states(late) == ["stored"] * 4


def test_a_young_result_asks_for_no_fresh_link(session: Session, sandbox: Sandbox, tmp_path: Path) -> None:
    with (
        Faulty(upstream=sandbox.url) as proxy,
        Session(base_url=proxy.url, api_key=sandbox.key, time_scale=300, data_dir=tmp_path / "b") as young,
    ):
        task = taken(young, sandbox, proxy)
        proxy.script(results(task.task_id)[1], page(404))
        task.wait()
        assert states(young) == ["stored", "error", "stored", "stored"]
        assert proxy.count(LINK) == 0


def test_after_fifteen_days_the_sandbox_has_nothing_any_more(tmp_path: Path) -> None:
    """Both clocks run alike: the file is gone, the link is refused, the pictures are expired."""
    scale = 15 * 24 * 3600 / 0.4  # fifteen days are 0.4 s
    with (
        Sandbox(time_scale=scale, long_side=64) as server,
        Faulty(upstream=server.url) as proxy,
        Session(base_url=proxy.url, api_key=server.key, time_scale=scale, data_dir=tmp_path) as session,
    ):
        task = taken(session, server, proxy)
        url = server.url + results(task.task_id)[0]
        while httpx.get(url).status_code == 200:
            pass
        assert httpx.get(url).status_code == 404
        task.wait()
        assert task.state == "succeeded"
        assert states(session) == ["expired"] * 4
        assert proxy.count(LINK) == 4


def test_a_task_that_the_service_forgot_is_expired_and_never_resent(
    late: Session, sandbox: Sandbox, troubled: Faulty
) -> None:
    troubled.script(RECORD, *[envelope(code=422, msg="The record does not exist")] * 100)
    task = task_of(late.imagine("a fox"))
    with pytest.raises(errors.TaskExpired, match="no longer knows"):
        task.wait()
    assert late.tasks()["state"].to_list() == ["expired"]
    assert sandbox.account.submits == 1
