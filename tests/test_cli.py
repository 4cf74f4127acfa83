"""The command line: ``python -m mjnb sandbox`` serves by hand and ends when told."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from faulty import CREDIT, GENERATE

import mjnb
from mjnb.cli import main
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
    _, said = process.communicate(timeout=30)
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


@pytest.mark.parametrize("arguments", [[], ["sandbx"], ["sandbox", "--port", "many"]])
def test_a_wrong_command_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_the_version_is_printed_by_the_module_too() -> None:
    done = subprocess.run([sys.executable, "-m", "mjnb", "--version"], capture_output=True, text=True)
    assert done.stdout.strip() == mjnb.__version__
