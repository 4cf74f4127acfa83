"""A ledger that goes away under an open session: nothing is sent any more, and it is said which tasks run."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from faulty import until
from ledgers import an_intent

from mjnb.errors import LedgerMoved
from mjnb.ledger import Ledger
from mjnb.sandbox import Sandbox
from mjnb.sessions import Session


def test_a_task_shows_itself_when_its_session_is_closed_and_when_its_ledger_is_gone(
    server: Sandbox, tmp_path: Path
) -> None:
    with Session(sandbox=server, data_dir=tmp_path / "data") as session:
        task = session.imagine("a fox", wait=True)
        child = task.upscale(wait=True)
    for shown in (task, child):
        assert "a fox" in repr(shown) or "upscale" in repr(shown)
    assert len(task.children()) == 1  # its ledger is read on
    shutil.rmtree(tmp_path / "data")
    for shown in (task, child):
        assert "task" in repr(shown)


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with Sandbox(time_scale=300, long_side=64) as running:
        yield running


def replaced(data: Path, other: Path) -> None:
    shutil.copyfile(other, data / "new.db")
    (data / "new.db").replace(data / "ledger.db")


def by_another_ledger(data: Path) -> None:
    Ledger(f"sqlite:///{data.parent / 'other.db'}").close()
    replaced(data, data.parent / "other.db")


def anew_by_another_session(data: Path) -> None:
    shutil.rmtree(data)
    Ledger(f"sqlite:///{data / 'ledger.db'}").close()


def git_clean(data: Path) -> None:
    for words in (["init", "-q"], ["clean", "-fdxq"]):
        subprocess.run(["git", "-C", str(data.parent), *words], check=True, timeout=60)


def link_pointed_elsewhere(data: Path) -> None:
    (data.parent / "real").mkdir()
    data.unlink()
    data.symlink_to(data.parent / "real")


GONE: dict[str, Callable[[Path], object]] = {
    "rm -rf": shutil.rmtree,
    "rm of the file": lambda data: (data / "ledger.db").unlink(),
    "rm of all its files": lambda data: [file.unlink() for file in data.glob("ledger.db*")],
    "git clean": git_clean,
    "mv of the folder": lambda data: data.rename(data.with_name("renamed")),
    "mv of the file": lambda data: (data / "ledger.db").rename(data / "old.db"),
    "another ledger in its place": by_another_ledger,
    "a copy of itself in its place": lambda data: replaced(data, data / "ledger.db"),
    "a new one of another session": anew_by_another_session,
    "rm of the log": lambda data: (data / "ledger.db-wal").unlink(),
    "a file in place of the folder": lambda data: (data.rename(data.with_name("x")), data.write_text("")),
    "a link to itself": lambda data: (data.rename(data.with_name("x")), data.symlink_to(data)),
    "a link pointed elsewhere": link_pointed_elsewhere,
}


def test_a_ledger_that_goes_away_stops_all_paying(server: Sandbox, tmp_path: Path) -> None:
    for number, (what, go) in enumerate(GONE.items()):
        data = tmp_path / str(number) / "data"
        data.parent.mkdir()
        if what == "a link pointed elsewhere":
            (data.parent / "was").mkdir()
            data.symlink_to(data.parent / "was")
        with Session(sandbox=server, data_dir=data) as session:
            session.imagine("a fox", wait=True)
            before = server.account.submits
            go(data)
            was_there = (data / "ledger.db").exists()
            with pytest.raises(LedgerMoved, match="while it was in use; nothing more is sent") as caught:
                session.imagine("a hare")
            assert "open a new one" in caught.value.hint
            with pytest.raises(LedgerMoved):
                session.sweep("a boat", stylization=[0, 250]).run()
            assert server.account.submits == before, what
            assert (data / "ledger.db").exists() == was_there, "no file is made in its place"


def test_a_folder_that_is_put_back_goes_on_and_a_lock_is_made_again(server: Sandbox, tmp_path: Path) -> None:
    data, aside = tmp_path / "data", tmp_path / "aside"
    with Session(sandbox=server, data_dir=data) as session:
        session.imagine("a fox", wait=True)
        said = (data / "ledger.db.lock").read_bytes()
        data.rename(aside)
        with pytest.raises(LedgerMoved, match="deleted or moved"):
            session.imagine("a hare")
        aside.rename(data)
        assert session.imagine("a hare", wait=True).images
        (data / "ledger.db.lock").unlink()
        with Session(sandbox=server, data_dir=data) as other:
            assert other.imagine("a boat", wait=True).images
            assert session.imagine("a pier", wait=True).images
        assert (data / "ledger.db.lock").read_bytes() == said
        assert len(session.tasks()) == 4


def test_what_was_sent_before_is_named_and_kept(tmp_path: Path) -> None:
    data = tmp_path / "data"
    slow = Sandbox(time_scale=5, long_side=64)  # a task takes 12 s
    with slow, Session(sandbox=slow, data_dir=data) as session:
        sweep = session.sweep("a fox", stylization=[0, 250]).run(wait=False)
        until(lambda: len(slow.account.tasks) == 2)  # perhaps before their answers came
        shutil.rmtree(data)
        with pytest.raises(LedgerMoved) as caught:
            sweep.wait(120)
        assert all(task_id in str(caught.value) for task_id in slow.account.tasks), caught.value
    ledger = Ledger(f"sqlite:///{data / 'ledger.db'}", data / "spool")
    first, second = (ledger.intend(an_intent(prompt))[0] for prompt in ("a pier", "a gate"))
    shutil.rmtree(data)
    for own_id, task_id in ((first, "t-first"), (second, "t-second")):
        with pytest.raises(LedgerMoved, match=f"{own_id[-6:]} is submitted: {task_id} .kept in"):
            ledger.submitted(own_id, task_id)
    (kept,) = (data / "spool").iterdir()
    assert all(word in kept.read_text() for word in (first, "t-first", second, "t-second"))
    ledger.close()


FORKED = """
import os, sys, warnings
from pathlib import Path
warnings.simplefilter("ignore")
import mjnb as mj
from mjnb.errors import ConfigError
with mj.Sandbox(long_side=64, time_scale=1000) as server:
    session = mj.Session(sandbox=server, data_dir=Path(sys.argv[1]))
    sweep = session.sweep("a fox", stylization=[0, 250])
    sweep.run()
    session.tasks()
    session.images()
    session.imagine("a hare", wait=True)
    session.tasks()
    verbs = {
        "tasks": lambda: session.tasks(),
        "images": lambda: session.images(),
        "plan": lambda: sweep.plan(),
        "run": lambda: sweep.run(),
        "frame": lambda: sweep.frame(),
        "repr": lambda: repr(sweep),
        "new": lambda: mj.Session(sandbox=server, data_dir=Path(sys.argv[1]) / "new").tasks(),
        "sweep": lambda: session.sweep("a boat", stylization=[0, 1]).run(),
    }
    for name, verb in verbs.items():
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            try:
                verb()
            except ConfigError as error:
                os.write(1, f"{name} {'spawn' in error.hint}\\n".encode())
            except BaseException as error:
                os.write(1, f"{name} {error!r}\\n".encode())
            os._exit(0)
        os.waitpid(pid, 0)
    session.close()
"""


def test_frames_in_a_forked_process_are_refused_and_never_waited_for(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FORKED, str(tmp_path)], capture_output=True, text=True, timeout=120
    )
    names = ("tasks", "images", "plan", "run", "frame", "new", "sweep")  # a sweep shows itself all the same
    assert done.stdout.split("\n")[:-1] == [f"{name} True" for name in names], done.stderr
