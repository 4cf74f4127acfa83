"""The command line: ``sandbox`` serves by hand and ends when told; ``ledger`` looks after ledgers."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from databases import PASSWORD, Place, Postgres
from faulty import CREDIT, GENERATE
from ledgers import a_task

import mjnb
from mjnb.cli import main
from mjnb.ledger import Ledger
from mjnb.sessions import Session

FOX = {"taskType": "mj_txt2img", "prompt": "a red fox", "speed": "fast"}


def start(*arguments: str) -> tuple[subprocess.Popen[str], str, str]:
    """Start a sandbox on a free port; return the process, its address and how to use it."""
    command = [sys.executable, "-m", "mjnb", "sandbox", "--port", "0", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    first, second = process.stdout.readline(), process.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:[0-9]+", first)
    if found is None:
        process.kill()
        raise AssertionError(process.communicate())
    return process, found[0], second


def interrupt(process: subprocess.Popen[str]) -> str:
    """Press Ctrl-C and return what it left on stderr."""
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0
    return said


def test_it_says_where_serves_and_ends_quietly() -> None:
    process, url, how = start("--key", "open sesame", "--credits", "12.5")
    answer = httpx.get(url + CREDIT, headers={"Authorization": "Bearer open sesame"})
    assert answer.json()["data"] == 12.5
    assert f"MJNB_BASE_URL={url}" in how
    assert interrupt(process) == ""
    with pytest.raises(httpx.ConnectError):
        httpx.get(url + CREDIT)


def test_its_line_is_what_a_session_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    process, _, how = start("--time-scale", "300")
    try:
        for setting in how.split():
            monkeypatch.setenv(*setting.split("=", 1))
        with Session() as session:
            assert session.imagine("a fox", wait=True).state == "succeeded"
    finally:
        interrupt(process)


def test_its_books_outlive_it(tmp_path: Path) -> None:
    books = str(tmp_path / "books.jsonl")
    key = {"Authorization": "Bearer sandbox"}
    process, url, _ = start("--books", books)
    task_id = httpx.post(url + GENERATE, json=FOX, headers=key).json()["data"]["taskId"]
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    process, url, _ = start("--books", books)
    params = {"taskId": task_id}
    found = httpx.get(f"{url}/api/v1/mj/record-info", params=params, headers=key).json()
    interrupt(process)
    assert found["data"]["taskId"] == task_id


def test_a_taken_port_is_told_without_a_traceback() -> None:
    process, url, _ = start()
    port = url.rsplit(":", 1)[1]
    again = subprocess.run(
        [sys.executable, "-m", "mjnb", "sandbox", "--port", port], capture_output=True, text=True
    )
    interrupt(process)
    assert again.returncode != 0
    assert port in again.stderr
    assert "Traceback" not in again.stderr


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["sandbox", "--help"]])
def test_questions_are_answered(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 0
    assert (mjnb.__version__ if arguments == ["--version"] else "sandbox") in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["sandbx"], ["ledger", "copy", "one"], ["sandbox", "--port", "many"]])
def test_a_wrong_command_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_the_version_is_printed_by_the_module_too() -> None:
    done = subprocess.run([sys.executable, "-m", "mjnb", "--version"], capture_output=True, text=True)
    assert done.stdout.strip() == mjnb.__version__


# ---- ledgers ----------------------------------------------------------------------------------------


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a command as a user does; whatever happens, it shows no traceback."""
    command = [sys.executable, "-m", "mjnb", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A ledger with three tasks, where a session in this folder keeps it."""
    path = tmp_path / "mjnb-data" / "ledger.db"
    ledger = Ledger(f"sqlite:///{path}")
    for state in ("succeeded", "submitted", "unknown"):
        a_task(ledger, state)
    ledger.close()
    return path


def test_alone_it_says_what_there_is() -> None:
    for arguments, said in (([], "sandbox"), (["ledger"], "salvage")):
        done = run(*arguments)
        assert (done.returncode, done.stderr) == (0, "")
        assert said in done.stdout


def test_a_ledger_is_looked_over_where_a_session_keeps_it(file: Path) -> None:
    for arguments in ([], [file], ["mjnb-data/ledger.db"], [f"sqlite:///{file}"]):
        done = run("ledger", "check", *arguments)
        assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "all is well")
        assert "3 tasks" in done.stdout


def test_a_look_finds_what_does_not_fit(file: Path) -> None:
    other = "UPDATE task SET param_json = replace(param_json, 'fox', 'owl') WHERE state = 'unknown'"
    Place("", file).sql(other)
    Place("", file).sql("UPDATE task SET rev = 1 WHERE state = 'submitted'")
    done = run("ledger", "check")
    assert done.returncode == 1
    assert "1 tasks whose parameters are not those" in done.stdout
    assert "1 tasks whose history does not end" in done.stdout


def test_a_backup_is_a_ledger_and_goes_over_nothing(file: Path) -> None:
    assert run("ledger", "backup", "b.db").returncode == 0
    assert run("ledger", "check", "b.db").returncode == 0
    again = run("ledger", "backup", "b.db", "--ledger", file)
    assert again.returncode == 1
    assert "b.db is there already" in again.stderr
    nowhere = run("ledger", "backup", "nowhere/b.db")
    assert nowhere.returncode == 1
    assert "nowhere" in nowhere.stderr


def test_a_ledger_is_copied_to_postgresql_by_its_address(file: Path, postgres: Postgres) -> None:
    url = postgres.url(postgres.database())
    assert "copied and compared" in run("ledger", "copy", file, url).stdout
    assert "the same is there already" in run("ledger", "copy", url, file).stdout
    Place(url).sql("UPDATE task SET prompt = 'an owl' WHERE state = 'unknown'")
    done = run("ledger", "copy", file, url)
    assert done.returncode == 1
    assert "other rows already (task)" in done.stderr
    assert PASSWORD not in done.stdout + done.stderr


def test_a_copy_says_when_somebody_is_at_work_on_the_old_one(file: Path) -> None:
    alone = run("ledger", "copy", file, "one.db")
    with contextlib.closing(Ledger(f"sqlite:///{file}")):
        shared = run("ledger", "copy", file, "two.db")
    assert (alone.returncode, shared.returncode) == (0, 0)
    assert "at work" not in alone.stdout
    assert "NOTE: 1 at work on the old one" in shared.stdout


def test_a_damaged_ledger_is_told_with_the_command_that_saves_it(file: Path) -> None:
    with file.open("rb+") as damaged:
        damaged.seek(4096 * 5)
        damaged.write(b"\xff" * 4096)
    done = run("ledger", "check")
    assert done.returncode == 1
    found = re.search(r"python -m mjnb (ledger salvage \S+ salvaged\.db)", done.stderr)
    assert found is not None
    saved = run(*found[1].split())
    assert saved.stdout.startswith("salvaged to salvaged.db")
    assert (saved.returncode == 0) == ("nothing was lost" in saved.stdout)
    assert run("ledger", "check", "salvaged.db").returncode == 0
    said = {"base_url": "sandbox", "data_dir": "mjnb-data", "ledger": "sqlite:///salvaged.db"}
    with Session(**said) as session:
        assert session.tasks().height == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "nope.db"],
        ["check", "mysql://host/db"],
        ["check", "postgresql://mj:canary-pw@127.0.0.1:1/mj"],
        ["salvage", "nope.db", "new.db"],
        ["copy", "nope.db", "new.db"],
        ["backup", "new.db"],
    ],
)
def test_what_cannot_be_done_is_told_in_words(arguments: list[str]) -> None:
    done = run("ledger", *arguments)
    assert done.returncode == 1
    assert done.stderr.startswith("mjnb: ")
    assert "→" in done.stderr
    assert "canary-pw" not in done.stderr
    assert not Path("new.db").exists()
