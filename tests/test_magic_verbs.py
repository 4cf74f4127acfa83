"""The verbs of ``%mj`` in a real IPython shell: a process of its own, with the sandbox in this one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from faulty import GENERATE, Faulty
from sandbox_talk import EXTEND, UPSCALE, VARY

from mjnb.sandbox import Sandbox

URL = "https://files.example.com/a.png"

SHELL = """
import contextlib, io, json, sys
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()
shell.run_cell("%load_ext mjnb")
for line in sys.stdin:
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        done = shell.run_cell(json.loads(line), store_history=True)
    error = done.error_before_exec or done.error_in_exec
    print(json.dumps([out.getvalue(), type(error).__name__ if error else None, str(error or "")]), flush=True)
"""


class Shell:
    """An interactive shell in another process."""

    def __init__(self, folder: Path, **settings: str) -> None:
        usual = {k: v for k, v in os.environ.items() if not k.startswith(("MJNB_", "KIE_"))}
        own = {"IPYTHONDIR": str(folder / "ipython"), "PYTHONWARNINGS": "error", "NO_COLOR": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-c", SHELL],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
            env={**usual, **own, **settings},
        )

    def tried(self, cell: str) -> tuple[str, str | None, str]:
        """Run a cell; return what was printed, and the kind and words of its error."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(cell) + "\n")
        self._process.stdin.flush()
        printed, kind, words = json.loads(self._process.stdout.readline())
        return printed, kind, words

    def run(self, cell: str) -> str:
        """Run a cell that must work and return what was printed."""
        printed, kind, words = self.tried(cell)
        assert kind is None, (printed, words)
        return printed

    def close(self) -> None:
        self._process.communicate(timeout=30)


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with Sandbox(time_scale=300, long_side=64, short_side=64, latency={"relaxed": 900}) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def wire(server: Sandbox) -> Iterator[Faulty]:
    with Faulty(upstream=server.url) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def shell(wire: Faulty, server: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """A shell in which ``fox`` is a finished task and ``film`` a finished video task."""
    settings = {"MJNB_BASE_URL": wire.url, "MJNB_API_KEY": server.key, "MJNB_TIME_SCALE": "300"}
    opened = Shell(tmp_path_factory.mktemp("shell"), **settings)
    opened.run("import mjnb as mj\nfox = %mj a red fox\nfox.wait();")
    opened.run("film = %mj animate fox 2 it runs --motion low --bs 2\nfilm.wait();")
    yield opened
    opened.run("mj.session().close()")
    opened.close()


def posts(wire: Faulty) -> list[tuple[str, dict[str, Any]]]:
    """Return the paths and bodies of what was sent."""
    return [(one.path, json.loads(one.body)) for one in wire.seen if one.method == "POST"]


def ids(shell: Shell) -> tuple[str, str, str]:
    """Return the service's ids of fox and film, and where the first picture of the fox is."""
    fox, film, url = shell.run("print(fox.task_id, film.task_id, fox.images[0].url)").split()
    return fox, film, url


def test_the_session_began_as_it_should(shell: Shell, wire: Faulty) -> None:
    fox, film, url = ids(shell)
    assert posts(wire)[:2] == [
        (GENERATE, {"taskType": "mj_txt2img", "prompt": "a red fox", "speed": "fast"}),
        (
            GENERATE,
            {
                "taskType": "mj_video",
                "prompt": "it runs",
                "fileUrls": [url.replace("_0_0.", "_0_1.")],
                "motion": "low",
                "videoBatchSize": 2,
            },
        ),
    ]
    assert fox != film


# what is typed, where it goes, the body but for the ids
FOLLOW_UPS: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "upscale": ("%mj upscale fox 2", UPSCALE, "fox", {"imageIndex": 1}),
    "upscale, first": ("%mj upscale fox", UPSCALE, "fox", {"imageIndex": 0}),
    "upscale, spaces": ("%mj   upscale   fox   4  ", UPSCALE, "fox", {"imageIndex": 3}),
    "upscale, by id": ("%mj upscale {{fox.task_id}} 3", UPSCALE, "fox", {"imageIndex": 2}),
    "upscale, picture": ("it = fox.images[2]\n%mj upscale it", UPSCALE, "fox", {"imageIndex": 2}),
    "vary": ("%mj vary fox 3", VARY, "fox", {"imageIndex": 3}),
    "vary, into a variable": ("x = %mj vary fox 1", VARY, "fox", {"imageIndex": 1}),
    "extend": ("%mj extend film 2", EXTEND, "film", {"index": 1, "taskType": "mj_video_extend_auto"}),
    "extend, manual": (
        "%mj extend film 1 it's a leap; isn't it",
        EXTEND,
        "film",
        {"index": 0, "taskType": "mj_video_extend_manual", "prompt": "it's a leap; isn't it"},
    ),
    "extend, question": (
        "%mj extend film 1 where to?",
        EXTEND,
        "film",
        {"index": 0, "taskType": "mj_video_extend_manual", "prompt": "where to?"},
    ),
    "cell": ("%%mj\nupscale fox 2", UPSCALE, "fox", {"imageIndex": 1}),
}


@pytest.mark.parametrize(("typed", "path", "source", "more"), FOLLOW_UPS.values(), ids=FOLLOW_UPS)
def test_follow_ups_are_typed(
    shell: Shell, wire: Faulty, typed: str, path: str, source: str, more: dict[str, Any]
) -> None:
    before = len(posts(wire))
    shell.run(typed)
    task_id = ids(shell)[0 if source == "fox" else 1]
    assert posts(wire)[before:] == [(path, {"taskId": task_id, **more})]


ANIMATED: dict[str, tuple[str, dict[str, Any]]] = {
    "plain": ("%mj animate fox 1 it runs", {"prompt": "it runs", "motion": "high"}),
    "no number": ("%mj animate fox it runs", {"prompt": "it runs", "motion": "high"}),
    "flags": (
        "%mj animate fox 1 it runs --motion low --bs 4 --ar 16:9",
        {"prompt": "it runs", "motion": "low", "videoBatchSize": 4, "aspectRatio": "16:9"},
    ),
    "braces": (r"%mj animate fox 1 a \{boxed\} light", {"prompt": "a {boxed} light", "motion": "high"}),
    "question": ("%mj animate fox 1 who runs?", {"prompt": "who runs?", "motion": "high"}),
}


@pytest.mark.parametrize(("typed", "body"), ANIMATED.values(), ids=ANIMATED)
def test_a_picture_of_a_task_is_animated(
    shell: Shell, wire: Faulty, typed: str, body: dict[str, Any]
) -> None:
    before = len(posts(wire))
    shell.run(typed)
    url = ids(shell)[2]
    assert posts(wire)[before:] == [(GENERATE, {"taskType": "mj_video", "fileUrls": [url], **body})]


def test_a_url_is_animated(shell: Shell, wire: Faulty) -> None:
    shell.run(f"%mj animate {URL} it runs")
    assert posts(wire)[-1][1] == {
        "taskType": "mj_video",
        "prompt": "it runs",
        "fileUrls": [URL],
        "motion": "high",
    }


PROMPTS = {
    "%mj imagine upscale the world": "upscale the world",
    "%mj imagine imagine": "imagine",
    "%mj what is this?": "what is this?",
    "x = %mj what is this?": "what is this?",
    "%mj what is %this??": "what is %this??",
    "  %mj who? me?": "who? me?",
    "%mj really? --s 250": "really?",
    "%%mj\nwhat is this?": "what is this?",
    "if True:\n    %mj and this?": "and this?",
    "%mj upscaled worlds": "upscaled worlds",
}


@pytest.mark.parametrize(("typed", "prompt"), PROMPTS.items(), ids=PROMPTS)
def test_a_prompt_arrives_whole(shell: Shell, wire: Faulty, typed: str, prompt: str) -> None:
    before = len(posts(wire))
    shell.run(typed)
    ((path, body),) = posts(wire)[before:]
    assert (path, body["prompt"]) == (GENERATE, prompt)


def test_help_on_other_names_still_works(shell: Shell) -> None:
    assert "Docstring" in shell.run("len?")
    assert "Midjourney" in shell.run("%mj?")


DRY = [
    "upscale fox 2",
    "vary fox 1",
    "extend film 1",
    "extend film 1 on",
    "animate fox 1 it runs",
    "a fox",
    "imagine x",
]


@pytest.mark.parametrize("typed", DRY)
def test_a_dry_run_sends_nothing(shell: Shell, wire: Faulty, typed: str) -> None:
    before = len(posts(wire))
    shown = shell.run(f"%mj {typed} --dry-run")
    assert "not sent: POST /api/v1/mj/" in shown
    assert len(posts(wire)) == before


# what is typed, what is said
WRONG = {
    "%mj upscale the world": "%mj imagine upscale",
    "%mj upscale": "%mj upscale needs a task",
    "%mj extend a story of the sea": "%mj extend needs a task",
    "%mj animate a cat that runs": "%mj animate needs a task",
    "%mj upscale fox 5": "image 5 of task",
    "%mj upscale fox two": "takes a task and a number, not 'two'",
    "%mj vary fox 2 --ar 16:9": "takes a task and a number, not '--ar 16:9'",
    "%mj vary fox -1": "not '-1'",
    "%mj animate fox 5 it runs": "image 5 of task",
    "%mj animate film 1 it runs": "has videos, and this needs pictures",
    "%mj animate fox 1": "the prompt is empty",
    "%mj animate fox 1 a {red, blue} light": "makes 2 tasks",
    "%mj extend fox 1": "has pictures, and this needs videos",
    "%mj extend film 3": "video 3 of task",
    "%mj animate http://192.168.1.5/a.png it runs": "private address",
    "%mj http://192.168.1.5/a.png it runs": "private address",
    "%mj a fox --ow 100": "ow does not apply to mj_txt2img",
}


@pytest.mark.parametrize(("typed", "said"), WRONG.items(), ids=WRONG)
def test_a_wrong_line_says_what_to_do_and_sends_nothing(
    shell: Shell, wire: Faulty, typed: str, said: str
) -> None:
    before = len(posts(wire))
    _, kind, words = shell.tried(typed)
    assert kind in ("InvalidRequest", "PromptError")
    assert said in words
    assert len(words.splitlines()) >= 2
    assert len(posts(wire)) == before


def test_a_word_is_no_task_though_an_id_ends_so(shell: Shell, wire: Faulty) -> None:
    """``extend a story`` must not pay for a task whose id happens to end in ``a``."""
    before = len(posts(wire))
    for end in "0123456789abcdef":
        assert shell.tried(f"%mj extend {end} story")[1] == "PromptError"
        assert shell.tried(f"%mj animate {end} story")[1] == "PromptError"
    assert len(posts(wire)) == before


def test_a_running_task_is_not_followed_up(shell: Shell, wire: Faulty) -> None:
    shell.run("slow = %mj a slow snail --relax")
    before = len(posts(wire))
    _, kind, words = shell.tried("%mj upscale slow 1")
    assert (kind, "task.wait()" in words) == ("InvalidRequest", True)
    assert len(posts(wire)) == before
