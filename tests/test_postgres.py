"""One ledger for a team, on a real PostgreSQL: numbers in order, restarts, no password shown."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from databases import PASSWORD, Place, Postgres, places
from faulty import until
from ledgers import DONE, HAMMER, a_task, an_intent, elsewhere, entry_of

from mjnb import frames
from mjnb.errors import LedgerAway, LedgerBusy, LedgerError
from mjnb.ledger import Ledger, locks
from mjnb.ledger.addresses import read_url, shown
from mjnb.sandbox import Fault, Sandbox
from mjnb.sessions import Session

NOWHERE = f"postgresql+psycopg://mj:{PASSWORD}@127.0.0.1:1/mj"


@pytest.fixture
def place(postgres: Postgres, tmp_path: Path) -> Iterator[Place]:
    yield from places("postgresql", tmp_path, postgres)


@pytest.fixture(scope="module")
def stoppable() -> Iterator[Postgres]:
    """A server of this module's own."""
    with Postgres() as server:
        yield server


@pytest.fixture
def fragile(stoppable: Postgres) -> Iterator[Postgres]:
    """A server that a test may stop; the next one finds it running, however that test ended."""
    yield stoppable
    if not stoppable.running:
        stoppable.start()


# ---- numbers in order -------------------------------------------------------------------------------


def test_a_frame_that_reads_only_what_changed_misses_nothing_of_concurrent_writers(place: Place) -> None:
    """Without the lock, a number handed out early and committed late is below what was read already."""
    ledger = place.open()
    held, looks = frames.held_tasks(), 0
    script = HAMMER + "assert ends([child(lambda: hammer(count=15)) for _ in range(4)]) == [0] * 4"
    with elsewhere(script, place.url) as process:
        while process.poll() is None:
            held.refresh(ledger.rows)
            looks += 1
        assert process.communicate()[1] == ""
    found, whole = held.refresh(ledger.rows), frames.held_tasks().refresh(ledger.rows)
    assert looks > 5
    assert found.height == 60
    assert found.equals(whole)


def test_a_number_is_seen_when_every_lower_one_is(place: Place) -> None:
    """One writer has its number and does not commit; the next waits with its own."""
    ledger, other = place.open(), place.open()
    first = a_task(ledger, "intent")
    second: list[str] = []
    with ledger._engine.write() as c:
        rev = ledger._log(c, first, "adopted", None)
        writer = threading.Thread(target=lambda: second.append(a_task(other, "intent", "b")))
        writer.start()
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        until(lambda: place.sql(waiting) == [(1,)])
        assert [row for _, rows in ledger.rows("task", since=rev - 1) for row in rows] == []
    writer.join()
    assert rev < entry_of(ledger, second[0]).rev


def test_who_never_commits_is_told_of_and_does_not_stop_the_others_for_ever(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = place.open()
    monkeypatch.setattr(locks, "BUSY_TIMEOUT", 1)
    with psycopg.connect(place.url.replace("+psycopg", "")) as holder:
        holder.execute("SELECT pg_advisory_xact_lock(7736986)")
        with pytest.raises(LedgerBusy, match="is locked"):
            Ledger(place.url)
    assert ledger.intend(an_intent())[1]


def test_a_commit_is_on_the_disk_whatever_the_address_asks_for(place: Place) -> None:
    place.open()
    off = Ledger(place.url + "?options=-csynchronous_commit%3Doff")
    with off._engine.write() as c:
        assert c.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
    off.close()


def test_times_do_not_depend_on_the_time_zone(place: Place) -> None:
    before = a_task(place.open(), "succeeded")
    zoned = Ledger(place.url + "?options=-cTimeZone%3DPacific/Chatham")
    after = a_task(zoned, "succeeded")
    times = {own_id: entry_of(zoned, own_id).created_at for own_id in (before, after)}
    assert 0 <= times[after] - times[before] < 60_000
    assert zoned.left_open("me")[1] == []
    zoned.close()


# ---- away, and back ---------------------------------------------------------------------------------


def through(server: Sandbox, ledger: str, folder: Path) -> Session:
    return Session(sandbox=server, data_dir=folder / "data", ledger=ledger)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_a_restart_in_the_middle_of_a_sweep_loses_and_doubles_nothing(
    fragile: Postgres, tmp_path: Path, how: signal.Signals
) -> None:
    url = fragile.url(fragile.database())
    with Sandbox(time_scale=40, latency={"fast": 10.0}, long_side=32) as server:
        with through(server, url, tmp_path) as session:
            sweep = session.sweep("a harbour", stylization=range(40)).run(wait=False)
            until(lambda: len(server.account.tasks) > 5)
            fragile.stop(how)
            fragile.start()
            sweep.wait()
            assert sweep.errors == {}
            assert [task is not None and task.state for task in sweep.tasks] == ["succeeded"] * 40
            assert session.images()["state"].unique().to_list() == ["stored"]
            assert set(session.tasks()["task_id"]) == set(server.account.tasks)
        assert len(server.account.tasks) == server.account.submits == 40
    assert list((tmp_path / "data" / "spool").iterdir()) == []


def test_an_answer_that_comes_while_the_database_is_away_is_recorded_when_it_is_back(
    fragile: Postgres, tmp_path: Path
) -> None:
    url = fragile.url(fragile.database())
    with (
        Sandbox(time_scale=40, latency={"fast": 10.0}, long_side=32) as server,
        through(server, url, tmp_path) as session,
    ):
        server.faults.add(Fault("slow", on="submit", seconds=2.0, next=1))
        sender = threading.Thread(target=session.imagine, args=("a fox",))
        sender.start()
        until(lambda: server.faults.requests("submit") == 1)  # before that it would not be sent
        fragile.stop()
        sender.join()
        (task_id,) = server.account.tasks
        (kept,) = (tmp_path / "data" / "spool").iterdir()
        assert task_id in kept.read_text()
        fragile.start()
        (task,) = session.tracker.tasks.values()
        assert task.wait().state == "succeeded"
        assert session.tasks().select("task_id", "state").rows() == [(task_id, "succeeded")]
        assert server.account.submits == 1


IMAGINE = """
import sys
import mjnb as mj
url, ledger = sys.argv[1:]
with mj.Session(base_url=url, api_key="sandbox", data_dir="data", ledger=ledger, time_scale=40) as session:
    session.imagine("a fox")
"""


def test_an_answer_that_was_kept_aside_outlives_its_process(fragile: Postgres, tmp_path: Path) -> None:
    """The database is away when the answer comes, and the process is killed before it is back."""
    ledger = fragile.url(fragile.database())
    Ledger(ledger).close()
    with Sandbox(time_scale=40, latency={"fast": 10.0}, long_side=32) as server:
        server.faults.add(Fault("slow", on="submit", seconds=2.0, next=1))
        process = subprocess.Popen([sys.executable, "-c", IMAGINE, server.url, ledger])
        until(lambda: server.faults.requests("submit") == 1)  # before that it would not be sent
        fragile.stop()
        spool = tmp_path / "data" / "spool"
        until(lambda: any('"submitted"' in file.read_text() for file in spool.iterdir()))
        process.kill()
        process.wait()
        fragile.start()
        with Session(
            base_url=server.url, api_key="sandbox", data_dir="data", ledger=ledger, time_scale=40
        ) as session:
            (task,) = (session.task(own_id) for own_id in session.tasks()["id"])
            assert task.wait().state == "succeeded"
            assert [task.task_id] == list(server.account.tasks)
        assert list(spool.iterdir()) == []
        assert server.account.submits == 1


def test_a_database_that_stays_away_is_told_before_anything_is_sent(
    fragile: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mjnb.tracking import sending

    monkeypatch.setattr(sending, "AWAY", 1.0)
    url = fragile.url(fragile.database())
    with Sandbox(time_scale=40) as server, through(server, url, tmp_path) as session:
        assert session.tasks().is_empty()
        fragile.stop()
        with pytest.raises(LedgerAway, match="cannot be reached"):
            session.imagine("a fox")
        assert server.account.submits == 0
        fragile.start()
        assert session.imagine("a fox", wait=True).state == "succeeded"
        assert server.account.submits == 1
        assert session.tasks().filter(state="intent").is_empty()


def test_an_intent_whose_commit_was_lost_sight_of_is_not_left_as_perhaps_paid(
    fragile: Postgres, tmp_path: Path
) -> None:
    ledger = Ledger(fragile.url(fragile.database()), tmp_path / "spool")
    own_id = a_task(ledger, "intent")
    fragile.stop()
    with pytest.raises(LedgerAway):
        ledger.intend(an_intent("b"))
    assert ledger._spool is not None
    ledger._spool.facts[-1]["id"] = own_id  # as if this one had been committed before the connection broke
    fragile.start()
    assert ledger.intend(an_intent(at_most=1))[1], "what was not sent does not count"
    assert entry_of(ledger, own_id).state == "rejected"
    ledger.close()


# ---- passwords --------------------------------------------------------------------------------------


def wrong_password(server: Postgres) -> str:
    return server.url("postgres").replace(PASSWORD, PASSWORD + "x")


def test_a_password_is_in_no_message_traceback_log_or_repr(
    postgres: Postgres, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    good = postgres.url(postgres.database())
    addresses = [
        NOWHERE,
        wrong_password(postgres),
        f"postgresql://mj@127.0.0.1:1/mj?password={PASSWORD}",
        f"postgresql+psycopg://mj:{PASSWORD}@127.0.0.1:port/mj",
        f"mysql://mj:{PASSWORD}@127.0.0.1/mj",
        f"postgresql+psycopg://mj:{PASSWORD}@127.0.0.1:{postgres.port}/not-there",
    ]
    told = []
    for address in addresses:
        with pytest.raises(LedgerError) as caught:
            Ledger(address)
        seen: BaseException | None = caught.value
        while seen is not None:
            stack = traceback.TracebackException.from_exception(seen, capture_locals=True).stack
            ours = [frame for frame in stack if frame.filename != __file__]  # this test's own do hold it
            told += [value for frame in ours for value in (frame.locals or {}).values()]
            told.append(f"{seen!r} {seen} {seen.args}")
            seen = seen.__cause__ or seen.__context__
    with Session(base_url="sandbox", data_dir=tmp_path, ledger=good) as session:
        session.tasks()
        told += [
            repr(session),
            repr(session.settings),
            repr(session.tracker.ledger),
            repr(vars(session.desk)),
        ]
        told.append(repr(session.tracker.ledger._engine.url))
    assert PASSWORD not in "".join(told) + caplog.text


def test_a_password_stays_out_of_processes_that_are_started_and_files_that_are_written(
    place: Place, tmp_path: Path
) -> None:
    with Session(base_url="sandbox", data_dir=tmp_path / "data", ledger=place.url) as session:
        session.imagine("a fox", wait=True)
        files = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
        assert files
        assert all(PASSWORD.encode() not in path.read_bytes() for path in files)
    assert PASSWORD not in "".join(os.environ.values())


def test_an_address_is_shown_without_options_and_finds_its_driver() -> None:
    found = read_url(f"postgresql://mj@db/mj?password={PASSWORD}&sslmode=require")
    assert (found.drivername, found.password) == ("postgresql+psycopg", PASSWORD)
    assert shown(found) == "postgresql+psycopg://mj:***@db/mj"
    assert dict(found.query) == {"sslmode": "require"}


@pytest.mark.parametrize("address", ["", "ledger.db", "mysql://h/d", "sqlite://", "sqlite:///:memory:"])
def test_what_is_no_place_for_a_ledger_is_told_with_one_that_is(address: str) -> None:
    with pytest.raises(LedgerError) as caught:
        Ledger(address)
    assert "sqlite:///ledger.db" in caught.value.hint


# ---- several machines -------------------------------------------------------------------------------


def test_a_live_session_on_a_silent_machine_never_leads_to_paying_twice(place: Place) -> None:
    """Its clock stands, or its network was cut: after ten minutes another takes it for dead, and is wrong."""
    theirs, ours = place.open(), place.open()
    own_id = a_task(theirs, "intent", at_most=1)
    running = a_task(theirs, "generating", "a running one")
    assert ours.left_open("me") == ([], [])
    place.sql(
        "UPDATE session SET host = 'elsewhere', seen_at = seen_at - 660000 WHERE id = ?", theirs.session
    )
    from mjnb.ledger import presence

    presence.mine.discard(theirs.session)  # as another machine sees it
    going_on, unknown = ours.left_open("me")
    assert ([one.id for one in going_on], [one.id for one in unknown]) == ([running], [own_id])
    assert ours.intend(an_intent(at_most=1)) == (own_id, False), "perhaps paid is never paid again"
    assert ours.adopt(running)
    assert theirs.submitted(own_id, "t1"), "its answer comes all the same, and counts"
    assert ours.settled(running, DONE)
    assert not theirs.settled(running, DONE), "two look, one records"
    assert (entry_of(ours, own_id).state, entry_of(ours, own_id).task_id) == ("submitted", "t1")
    assert place.kinds_of(running).count("succeeded") == 1
    presence.mine.add(theirs.session)


def test_a_session_that_follows_tasks_is_heard_of(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from mjnb.ledger import presence

    ledger = place.open()
    seen = "SELECT seen_at FROM session WHERE id = ?"
    before = place.sql(seen, ledger.session)
    ledger.beat()
    assert place.sql(seen, ledger.session) == before, "not every moment"
    monkeypatch.setattr(presence, "BEAT", -1)
    ledger.beat()
    assert place.sql(seen, ledger.session) > before
    a_task(ledger, "submitted")
    place.sql("UPDATE session SET seen_at = 0")
    a_task(ledger, "submitted")
    assert place.sql(seen, ledger.session) > before
