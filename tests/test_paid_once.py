"""Paid once, where it is hardest: several sessions of one account under its limit, and an impatient user."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import Postgres
from faulty import until

from mjnb import errors
from mjnb.client import SENDING
from mjnb.errors import LedgerError
from mjnb.ledger.copying import copy
from mjnb.sandbox import Fault, Sandbox
from mjnb.sessions import Session, UnsettledWarning

SWEEP = """
import sys
import mjnb as mj

url, folder = sys.argv[1:]
with mj.Session(base_url=url, api_key="sandbox", data_dir=folder, time_scale=20) as session:
    sweep = session.sweep("a harbour", stylization=range(30)).run()
    print(sum(task is not None and task.state == "succeeded" for task in sweep.tasks))
"""


@pytest.fixture
def scaled() -> Sandbox:
    return Sandbox(time_scale=20, latency={"fast": 10.0}, long_side=64)


def test_two_processes_beyond_the_limit_pay_every_cell_once(scaled: Sandbox, tmp_path: Path) -> None:
    """Together they would fill the account's window one and a half times; the ledger shares it out."""
    with scaled:
        command = [sys.executable, "-c", SWEEP, scaled.url, str(tmp_path / "data")]
        both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        done = [process.communicate(timeout=300)[0].strip() for process in both]
        assert [process.returncode for process in both] == [0, 0]
        assert done == ["30", "30"]
        assert len(scaled.account.tasks) == 30
        assert scaled.faults.requests("submit") == 30, "none was refused"


def start(url: str, folder: Path) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", SWEEP, url, str(folder)], stdout=pipe, stderr=pipe, text=True
    )


def cells_of(server: Sandbox) -> Counter[int]:
    """Return how often each cell was paid, by the books."""
    return Counter(json.loads(task.param_json)["stylization"] for task in server.account.tasks.values())


@contextlib.contextmanager
def later(url: str, folder: Path, **more: str) -> Iterator[Session]:
    """Open a later session of the same account, which has the tasks to tell of that were left unknown."""
    with Session(base_url=url, api_key="sandbox", time_scale=20, data_dir=folder, **more) as session:
        with pytest.warns(UnsettledWarning, match=f"{SENDING} tasks are unknown"):
            session.tasks()
        yield session


def test_two_notebooks_that_go_on_after_a_third_was_killed_pay_nothing_twice(
    scaled: Sandbox, tmp_path: Path
) -> None:
    """It dies with six paid requests on their way; the others open its ledger at the same moment."""
    with scaled:
        scaled.faults.add(Fault("silence_after", on="submit", next=SENDING))  # no answer comes
        killed = start(scaled.url, tmp_path / "data")
        until(lambda: len(scaled.account.tasks) == SENDING)
        killed.kill()
        killed.communicate()
        both = [start(scaled.url, tmp_path / "data") for _ in range(2)]
        said = [process.communicate(timeout=300) for process in both]
        assert [out.strip() for out, _ in said] == [str(30 - SENDING)] * 2, said
        assert cells_of(scaled) == Counter(range(30))
        with later(scaled.url, tmp_path / "data") as session:
            assert session.tasks().filter(state="unknown").height == SENDING


def test_a_ledger_that_is_copied_in_the_middle_of_a_run_pays_nothing_of_before_again(
    scaled: Sandbox, postgres: Postgres, tmp_path: Path
) -> None:
    """What the copy knows, and be it only as sent, neither of the two pays again."""
    file, server = f"sqlite:///{tmp_path / 'data' / 'ledger.db'}", postgres.url(postgres.database())
    with scaled:
        scaled.faults.add(Fault("silence_after", on="submit", next=SENDING))  # no answer comes
        killed = start(scaled.url, tmp_path / "data")
        until(lambda: len(scaled.account.tasks) == SENDING)
        done = copy(file, server)
        killed.kill()
        killed.communicate()
        assert (done.rows["task"], done.live) == (SENDING, 1)
        before = cells_of(scaled)
        for ledger, folder in ((server, "moved"), (file, "data")):
            with later(scaled.url, tmp_path / folder, ledger=ledger) as session:
                sweep = session.sweep("a harbour", stylization=sorted(before)).run()
                assert sweep.plan().states == ("unknown",) * SENDING
        assert cells_of(scaled) == before == dict.fromkeys(before, 1)
        assert copy(server, f"sqlite:///{tmp_path / 'back.db'}").live == 0


def test_two_sessions_of_a_process_share_the_limit(scaled: Sandbox, tmp_path: Path) -> None:
    with (
        scaled,
        Session(sandbox=scaled, data_dir=tmp_path) as one,
        Session(sandbox=scaled, data_dir=tmp_path) as two,
    ):
        runs = [session.sweep("a harbour", stylization=range(25)) for session in (one, two)]
        for sweep in runs:
            sweep.run(wait=False)
        for sweep in runs:
            sweep.wait()
        assert len(scaled.account.tasks) == 25
        assert scaled.faults.requests("submit") == 25, "none was refused"


def test_a_task_cannot_be_called_lost_while_its_request_is_under_way(
    sandbox: Sandbox, session: Session
) -> None:
    sandbox.faults.add(Fault("slow", on="submit", seconds=1.0, next=1))
    sender = threading.Thread(target=session.imagine, args=("a fox",))
    sender.start()
    while session.tasks().is_empty():
        time.sleep(0.01)
    own_id = session.tasks()["id"][0]
    with pytest.raises(errors.InvalidRequest, match="is intent, not unknown"):
        session.resolve(own_id, "lost")
    sender.join()
    assert session.task(own_id).wait().state == "succeeded"


def test_the_services_answer_is_stronger_than_a_refusal_on_record(session: Session) -> None:
    ledger = session.tracker.ledger
    task = session.imagine("a fox", wait=True)
    assert task.task_id is not None
    from mjnb.ledger import Intent
    from mjnb.params import Generate, make

    request = make(Generate, {"task_type": "mj_txt2img", "prompt": "an owl", "speed": "fast"})
    own_id, _ = ledger.intend(Intent(request, session.desk.account, "http://x", 8.0))
    assert ledger.rejected(own_id, "settled by hand: lost")
    assert ledger.submitted(own_id, "f" * 32)
    found = ledger.entry(own_id)
    assert found is not None
    assert (found.state, found.task_id) == ("submitted", "f" * 32)


def test_a_task_settled_elsewhere_is_not_sent_again(session: Session) -> None:
    task = session.imagine("a fox", wait=True)
    with pytest.raises(LedgerError, match="settled elsewhere"):
        session.tracker.ledger.again(task.id)
