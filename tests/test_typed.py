"""What people type: slips are paid by nobody, prompts that look odd arrive as they were typed.

The two lists in ``tests/data`` go through ``%mj`` in a real shell; the sandbox's books say what was paid.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from shells import Shell

from mjnb.sandbox import Sandbox

DATA = Path(__file__).parent / "data"
OURS = ("PromptError", "InvalidRequest", "ConfigError")


def lines_of(name: str) -> dict[str, list[str]]:
    """Return a list of lines by the heading that they stand under."""
    found: dict[str, list[str]] = {}
    for line in (DATA / name).read_text().splitlines():
        if line.startswith("## "):
            kind = found.setdefault(line.removeprefix("## "), [])
        else:
            kind.append(line)
    return found


SLIPS, HONEST = lines_of("slips.txt"), lines_of("honest.txt")


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with Sandbox(time_scale=3000, long_side=64, short_side=64) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def shell(server: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """A shell in which ``fox`` and ``x`` are a finished task and ``film`` is a finished video task."""
    settings = {"MJNB_BASE_URL": server.url, "MJNB_API_KEY": server.key, "MJNB_TIME_SCALE": "3000"}
    opened = Shell(tmp_path_factory.mktemp("typed"), **settings)
    opened.run("import mjnb as mj\nimport numpy as np\nfox = %mj a red fox\nx = fox.wait()")
    opened.run("film = %mj animate fox 2 it runs --motion low\nfilm.wait();")
    yield opened
    opened.run("mj.session().close()")
    opened.close()


def prompts(server: Sandbox) -> list[str]:
    """Return the prompts that were paid, oldest first."""
    return [json.loads(task.param_json).get("prompt", "") for task in list(server.account.tasks.values())]


def test_the_lists_are_long_and_varied() -> None:
    for kinds in (SLIPS, HONEST):
        lines = [line for found in kinds.values() for line in found]
        assert len(lines) == len(set(lines)) >= 200
    assert len(SLIPS) >= 15


def test_two_hundred_slips_pay_nothing(shell: Shell, server: Sandbox) -> None:
    """Each is refused with what was meant and how to mean it literally, or done: help, credits, a dry run."""
    paid, unclear = [], []
    for kind, lines in SLIPS.items():
        for line in lines:
            before = len(server.account.tasks)
            _, error, words = shell.tried(f"%mj {line}")
            if len(server.account.tasks) > before:
                paid.append((kind, line))
            if error is not None and (error not in OURS or len(words.splitlines()) < 2):
                unclear.append((kind, line, error, words))
    assert paid == []
    assert unclear == []


def test_two_hundred_odd_prompts_arrive_as_they_were_typed(shell: Shell, server: Sandbox) -> None:
    wrong = []
    for kind, lines in HONEST.items():
        for line in lines:
            before = prompts(server)
            _, error, words = shell.tried(f"%mj --quiet {line}")
            if prompts(server) != [*before, line]:
                wrong.append((kind, line, error, words, prompts(server)[len(before) :]))
    assert wrong == []
