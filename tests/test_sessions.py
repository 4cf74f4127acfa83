"""What a session promises: nothing before it is needed, and every trouble told with what to do."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from faulty import GENERATE, Drop, Faulty, Lost, envelope

import mjnb
from mjnb import errors
from mjnb.sandbox import Sandbox
from mjnb.sessions import Session, UnsettledWarning, use

KEY = "sk-do-not-show-0123456789"


def told_with_a_hint(work: Callable[[], object], kind: type[errors.MJError]) -> errors.MJError:
    """Do what must fail, and return the error after holding that it helps and hides the key."""
    with pytest.raises(kind) as told:
        work()
    assert told.value.hint, "an error without what to do"
    assert KEY not in str(told.value)
    assert 2 <= len(told.value._render_traceback_()) <= 4
    return told.value


def rows_of(folder: Path, table: str = "task") -> int:
    connection = sqlite3.connect(folder / "ledger.db")
    try:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    finally:
        connection.close()


def closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


# ---- making one ----


def test_making_a_session_touches_nothing(tmp_path: Path) -> None:
    before = set(sys.modules)
    with Session(data_dir=tmp_path / "data") as session:
        assert repr(session)
    assert list(tmp_path.iterdir()) == []
    assert not {name for name in set(sys.modules) - before if "sqlalchemy" in name}


def test_without_a_key_it_works_with_a_sandbox_of_its_own(tmp_path: Path) -> None:
    with Session() as session:
        assert session.settings.embedded
        session.imagine("a fox --turbo")
        assert session.credits() == 10_000 - 16
        assert "sandbox" in repr(session)
    assert (tmp_path / "mjnb-data" / "ledger.db").is_file()
    assert (tmp_path / "mjnb-data" / "sandbox.jsonl").is_file()


def test_the_embedded_sandbox_remembers_its_tasks(tmp_path: Path) -> None:
    with Session() as session:
        left = session.imagine("a fox --turbo").id
    with Session() as session:
        assert session.task(left).wait(60).state == "succeeded"


def test_the_environment_says_where(
    monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox, tmp_path: Path
) -> None:
    monkeypatch.setenv("MJNB_BASE_URL", sandbox.url)
    monkeypatch.setenv("MJNB_API_KEY", sandbox.key)
    monkeypatch.setenv("MJNB_TIME_SCALE", "300")
    monkeypatch.setenv("MJNB_DATA_DIR", str(tmp_path / "elsewhere"))
    with Session() as session:
        assert session.imagine("a fox", wait=True).state == "succeeded"
    assert rows_of(tmp_path / "elsewhere") == 1
    assert sandbox.account.submits == 1


def test_arguments_win_over_the_environment(
    monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox, tmp_path: Path
) -> None:
    monkeypatch.setenv("MJNB_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("MJNB_API_KEY", "wrong")
    monkeypatch.setenv("MJNB_DATA_DIR", str(tmp_path / "not here"))
    with Session(base_url=sandbox.url, api_key=sandbox.key, data_dir=tmp_path / "here") as session:
        assert session.credits() == 10_000
    assert not (tmp_path / "not here").exists()


def test_the_second_name_of_the_key_is_kies_alone(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> None:
    monkeypatch.setenv("KIE_API_KEY", sandbox.key)
    assert Session().settings.key == sandbox.key
    with pytest.raises(errors.ConfigError, match="one from KIE_API_KEY, which is for kie"):
        Session(base_url=sandbox.url)
    monkeypatch.setenv("MJNB_API_KEY", sandbox.key)
    with Session(base_url=sandbox.url) as session:
        assert session.credits() == 10_000


def test_a_ledger_may_be_elsewhere(sandbox: Sandbox, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'team' / 'ledger.db'}"
    with Session(sandbox=sandbox, data_dir=tmp_path / "mine", ledger=url) as session:
        session.imagine("a fox", wait=True)
    assert rows_of(tmp_path / "team") == 1
    assert not (tmp_path / "mine" / "ledger.db").exists()


def test_a_base_url_without_a_key_is_refused() -> None:
    told_with_a_hint(lambda: Session(base_url="kie"), errors.ConfigError)


def test_the_key_shows_nowhere(faulty: Faulty, tmp_path: Path) -> None:
    with Session(base_url=faulty.url, api_key=KEY, data_dir=tmp_path) as session:
        faulty.script(GENERATE, envelope(code=401, msg="no"))
        told_with_a_hint(lambda: session.imagine("a fox"), errors.AuthError)
        shown = [repr(session), repr(session.settings), repr(session.tracker.client), str(session.tasks())]
        assert not any(KEY in text for text in shown)
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not any(KEY.encode() in content for content in files)


# ---- the verbs ----


def test_the_package_has_the_verbs_of_the_session(session: Session) -> None:
    use(session)
    assert mjnb.session() is session
    task = mjnb.imagine("a fox", wait=True)
    assert mjnb.task(task.id[-6:]) is task
    assert mjnb.credits() == session.credits() == 10_000 - 8
    assert mjnb.tasks()["id"].to_list() == [task.id]
    assert mjnb.images()["number"].to_list() == [1, 2, 3, 4]
    assert mjnb.sweep("a fox", stylization=[0, 1]).plan().to_pay == 2
    with pytest.raises(errors.InvalidRequest):
        mjnb.resolve(task.id, "lost")
    assert set(mjnb.VERBS) <= set(dir(mjnb))


def test_the_package_has_no_other_names() -> None:
    with pytest.raises(AttributeError, match="imagin"):
        _ = mjnb.imagin


@pytest.mark.parametrize("prompt", ["a {red, blue} fox", "a fox --r 3"])
def test_imagine_makes_one_task_or_none(session: Session, sandbox: Sandbox, prompt: str) -> None:
    told_with_a_hint(lambda: session.imagine(prompt), errors.PromptError)
    assert sandbox.account.submits == 0


def test_a_wrong_request_sends_and_records_nothing(session: Session, sandbox: Sandbox) -> None:
    with pytest.raises(errors.InvalidRequest, match="stylization 5000 is outside"):
        session.imagine("a fox", stylization=5000)
    with pytest.raises(errors.InvalidRequest, match="did you mean 'weirdness'"):
        session.imagine("a fox", wierdness=5)
    assert (sandbox.account.submits, session.tasks().height) == (0, 0)


def test_frames_read_only_what_changed_and_are_whole(session: Session) -> None:
    first = session.imagine("a fox")
    assert session.tasks()["state"].to_list() in (["submitted"], ["generating"], ["succeeded"])
    second = session.imagine("a bird")
    first.wait(60)
    second.wait(60)
    assert session.tasks()["id"].to_list() == [first.id, second.id]
    assert session.tasks()["state"].to_list() == ["succeeded"] * 2
    assert session.images().height == 8
    assert session.images()["state"].unique().to_list() == ["stored"]


def test_two_sessions_share_a_ledger(session: Session, sandbox: Sandbox, tmp_path: Path) -> None:
    with Session(sandbox=sandbox, data_dir=tmp_path / "data") as other:
        mine, theirs = session.imagine("a fox"), other.imagine("a bird")
        assert session.task(theirs.id).wait(60).state == "succeeded"
        assert other.task(mine.id).wait(60).state == "succeeded"
        assert session.tasks()["id"].to_list() == other.tasks()["id"].to_list() == [mine.id, theirs.id]


# ---- closing ----


def test_closing_twice_is_once(session: Session) -> None:
    session.imagine("a fox")
    session.close()
    session.close()


def test_closing_one_that_was_never_opened_is_nothing(tmp_path: Path) -> None:
    Session().close()
    assert list(tmp_path.iterdir()) == []


def test_a_closed_session_opens_again_when_asked(session: Session) -> None:
    left = session.imagine("a fox --relax")
    session.close()
    assert session.task(left.id).wait(60).state == "succeeded"


LEAVE = """
import sys
from mjnb.sessions import Session
session = Session(base_url=sys.argv[1], api_key="sandbox", time_scale=300, data_dir="data")
session.imagine("a fox --relax")
"""


def test_leaving_python_closes_what_is_open(sandbox: Sandbox, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", LEAVE, sandbox.url], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert rows_of(tmp_path / "data", "session WHERE ended_at IS NOT NULL") == 1


# ---- unknown tasks ----


def test_unknown_tasks_are_told_at_the_next_opening(
    troubled: Faulty, sandbox: Sandbox, tmp_path: Path
) -> None:
    def opened() -> Session:
        return Session(base_url=troubled.url, api_key="sandbox", time_scale=300, data_dir=tmp_path / "data")

    troubled.script(GENERATE, Lost(), Drop())
    with opened() as first:
        for _ in range(2):
            with pytest.raises(errors.AnswerLost):
                first.imagine("a fox")
        names = first.tasks()["id"].to_list()
    with opened() as second:
        with pytest.warns(UnsettledWarning, match="2 tasks are unknown") as told:
            second.tasks()
        assert "mj.resolve" in str(told[0].message)
        assert all(name[-6:] in repr(second) for name in names)
        (paid,) = sandbox.account.tasks
        assert second.resolve(names[0], paid).wait(60).state == "succeeded"
        second.resolve(names[1], "lost")
    with opened() as third, warnings.catch_warnings():
        warnings.simplefilter("error")
        assert sorted(third.tasks()["state"]) == ["rejected", "succeeded"]


# ---- trouble ----


def test_a_wrong_key_is_told_and_recorded(sandbox: Sandbox, tmp_path: Path) -> None:
    with Session(base_url=sandbox.url, api_key=KEY, data_dir=tmp_path) as session:
        told_with_a_hint(session.credits, errors.AuthError)
        told_with_a_hint(lambda: session.imagine("a fox"), errors.AuthError)
        assert session.tasks()["state"].to_list() == ["rejected"]
    assert rows_of(tmp_path) == 1


def test_no_network_is_told_and_recorded(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{closed_port()}"
    with Session(base_url=url, api_key=KEY, data_dir=tmp_path, time_scale=300) as session:
        told_with_a_hint(lambda: session.imagine("a fox"), errors.NotConnected)
        told_with_a_hint(session.credits, errors.NotConnected)
        assert session.tasks()["state"].to_list() == ["rejected"]


def test_no_credits_is_told_and_recorded(tmp_path: Path) -> None:
    with Sandbox(credits=7) as sandbox, Session(sandbox=sandbox, data_dir=tmp_path) as session:
        told_with_a_hint(lambda: session.imagine("a fox"), errors.InsufficientCredits)
        assert session.tasks().select("state", "error_code").rows() == [("rejected", "402")]
        sandbox.account.credits += 1
        assert session.imagine("a fox").task_id


def test_a_data_folder_that_cannot_be_made_is_told_before_anything_is_sent(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a folder")
    with Session(sandbox=sandbox, data_dir=tmp_path / "file" / "data") as session:
        told = told_with_a_hint(lambda: session.imagine("a fox"), errors.LedgerError)
        assert "data_dir" in told.hint
    assert sandbox.account.submits == 0
    assert (tmp_path / "file").read_text() == "not a folder"


FULL = """
import resource, signal, sys
from mjnb.errors import ConfigError, LedgerError
from mjnb.sessions import Session

session = Session(base_url=sys.argv[1], api_key="sandbox", time_scale=300, data_dir="data")
session.imagine("a fox", wait=True)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))  # no file grows any further
told = []
for n in range(50):
    try:
        session.imagine(f"a bird {n}")
    except LedgerError as error:
        told.append(error)
        break
print(len(told), bool(told and told[0].hint), flush=True)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
session.imagine("an owl", wait=True)
session.close()
"""


def test_a_full_disk_is_told_before_anything_is_sent(sandbox: Sandbox, tmp_path: Path) -> None:
    """A limit on the size of files stands in for the full disk: writes fail in the same places."""
    done = subprocess.run([sys.executable, "-c", FULL, sandbox.url], capture_output=True, text=True)
    assert done.stdout == "1 True\n", done.stderr
    assert done.returncode == 0, done.stderr
    assert rows_of(tmp_path / "data") == len(sandbox.account.tasks)


@pytest.mark.parametrize("junk", [b"this is no database, " * 500, b"SQLite format 3\0" + os.urandom(5000)])
def test_a_damaged_ledger_is_told_and_left_as_it_is(sandbox: Sandbox, tmp_path: Path, junk: bytes) -> None:
    (tmp_path / "ledger.db").write_bytes(junk)
    with Session(sandbox=sandbox, data_dir=tmp_path) as session:
        told_with_a_hint(lambda: session.imagine("a fox"), errors.LedgerCorrupt)
        told_with_a_hint(session.tasks, errors.LedgerCorrupt)
    assert (tmp_path / "ledger.db").read_bytes() == junk
    assert sandbox.account.submits == 0


def test_a_proxy_in_the_environment_does_not_hide_the_embedded_sandbox(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    with Session() as session:
        assert session.credits() == 10_000
