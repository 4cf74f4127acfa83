"""The verbs of ``%mj`` in a real IPython shell: a process of its own, with the sandbox in this one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from faulty import GENERATE, Faulty
from sandbox_talk import EXTEND, UPSCALE, VARY
from shells import Shell

from mjnb.magics import VERBS
from mjnb.params import rows
from mjnb.prompt import VERB_WORDS
from mjnb.sandbox import Sandbox

URL = "https://files.example.com/a.png"


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
    "high definition": (
        "%mj animate fox 1 it runs --hd --bs 2",
        {"taskType": "mj_video_hd", "prompt": "it runs", "motion": "high", "videoBatchSize": 2},
    ),
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


# what is called in Python, and what must be found again in its line
AGAIN = {
    "high definition": r"mj.animate(fox.images[0], 'it {runs} \\ {{x}}', hd=True)",
    "a video from a URL": f"mj.animate({URL!r}, 'it runs', motion='low')",
    "a video from a URL with braces": "mj.animate('https://files.example.com/{a,b}/{{c}}.png', 'it runs')",
    "a longer video": "film.extend(1, 'it {{x}} {leaps}')",
    "an option of ours": "mj.imagine('-o x a fox')",
}


@pytest.mark.parametrize("call", AGAIN.values(), ids=AGAIN)
def test_the_line_of_a_task_makes_it_again(shell: Shell, wire: Faulty, call: str) -> None:
    shell.run(f"one = {call}")
    first = posts(wire)[-1]
    shell.run("two = get_ipython().run_line_magic('mj', one.to_magic())\n%mj wait all")
    assert posts(wire)[-1] == first
    assert shell.run("print(two.id != one.id, two.parent == one.parent)") == "True True\n"


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
    "%mj status symbol of a king": "%mj imagine status",
    "%mj wait for me": "%mj imagine wait",
    "%mj cancel culture": "%mj imagine cancel",
    "%mj tasks of a hero": "%mj imagine tasks",
    "%mj tasks sped=fast": "did you mean 'speed'",
    "%mj images of a king": "%mj imagine images",
    "%mj credits to the king": "%mj imagine credits",
    "%mj rerun of a show": "%mj imagine rerun",
    "%mj rerun fox 2": "takes a task, not '2'",
    "%mj panel discussion": "%mj imagine panel",
    "%mj config of a rabbit": "%mj imagine config",
    "%mj save the world": "%mj imagine save",
    "%mj save noir --s 4000": "outside 0 to 1000",
    "%mj use of force": "%mj imagine use",
    "%mj forget me not": "%mj imagine forget",
    "%mj help me escape": "%mj imagine help",
    "%mj sweep the floor": "%mj imagine sweep",
    "%mj -o 2x a fox": "'2x' is no name",
    "%mj -o": "-o needs a name",
    "%mj --each a fox": "one prompt per line",
    "%%mj --each\n\n  \n": "one prompt per line",
    "%%mj --each upscale fox\na": "does not go with --each",
    "%%mj --each\na fox\na --ar 21:9\n--s 5": "line 2: --ar 21:9",
    "%%mj --each\na {{coloor}} fox\nb": "there is no 'coloor'",
    "%%mj --each\n1\n2\n3\n4\n5\n6": "Add --yes",
    "%%mj --each\na {1, 2, 3} fox\nb --r 3": "this makes 6 tasks, about 48 credits",
    "%mj use noir": "%mj imagine use",
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


# ---- what a verb is, and is not ----

STARTS = {
    "%mj imagine status symbol": "status symbol",
    "%mj Status symbol": "Status symbol",
    "%mj status, a symbol": "status, a symbol",
    "%%mj imagine\nwait for me": "wait for me",
    "%%mj --s 50\nimagine help yourself": "help yourself",
    "word = 'status'\n%mj {{word}} symbol": "status symbol",
    "%%mj --each\nstatus symbol": "status symbol",
}


@pytest.mark.parametrize(("typed", "prompt"), STARTS.items(), ids=STARTS)
def test_a_prompt_may_begin_with_the_word_of_a_verb(
    shell: Shell, wire: Faulty, typed: str, prompt: str
) -> None:
    before = len(posts(wire))
    shell.run(typed)
    shell.run("%mj wait --quiet")
    ((_, body),) = posts(wire)[before:]
    assert body["prompt"] == prompt
    line = shell.run("print(mj.task(mj.tasks()['id'][-1]).to_magic())").strip()
    shell.run(f"again = %mj {line}")
    assert posts(wire)[-1][1] == body


def test_every_verb_is_one_that_prompts_know() -> None:
    assert sorted(VERBS) == sorted(VERB_WORDS)


# ---- our own words ----


def test_the_result_goes_into_a_variable(shell: Shell) -> None:
    shell.run("%mj -o one --wait --quiet a red hen")
    shell.run("%%mj -o two --ar 2:3\na grey hen")
    shell.run("%%mj --each --ar 2:3 -o three --wait\na hen\nanother hen")
    said = shell.run(
        "print(one.prompt, one.state, two.prompt, two.params['aspect_ratio'], [x.prompt for x in three])"
    )
    assert said == "a red hen succeeded a grey hen 2:3 ['a hen', 'another hen']\n"


def test_waiting_is_asked_for(shell: Shell) -> None:
    assert shell.run("hen = %mj a slow hen --relax --wait\nprint(hen.state)") == "succeeded\n"
    assert "1 succeeded" in shell.run("%mj a slow cock --relax\n%mj wait all")
    assert "succeeded" in shell.run(
        "cock = %mj a cock --relax\nprint(get_ipython().run_line_magic('mj', 'wait cock').state)"
    )
    assert "nothing runs" in shell.run("%mj wait")


def test_quiet_shows_nothing(shell: Shell) -> None:
    assert shell.run("%mj --quiet a silent hen").replace("Out[", "").count("task") == 0


def test_a_dry_run_of_many_sends_nothing(shell: Shell, wire: Faulty) -> None:
    before = len(posts(wire))
    shown = shell.run("%%mj --each --dry-run --ar 2:3\na red hen\na {blue, green} hen --r 2")
    assert "not sent: 5 tasks, about 40 credits" in shown
    assert shown.count('"aspectRatio": "2:3"') == 5
    assert len(posts(wire)) == before


def test_each_line_is_paid_each_time(shell: Shell, wire: Faulty) -> None:
    before = len(posts(wire))
    shell.run("%%mj --each --yes --wait --quiet\n" + "a same hen\n" * 6)
    assert [body["prompt"] for _, body in posts(wire)[before:]] == ["a same hen"] * 6


# ---- looking ----


def test_status_tells_what_runs_and_how_long_it_takes(shell: Shell) -> None:
    shell.run("%mj wait")
    shell.run("ant = %mj a slow ant | with a pipe --relax")
    shown = shell.run("%mj status")
    assert "1 task runs" in shown
    assert "a slow ant | with a pipe" in shown
    assert ", usually " in shown
    shell.run("ant.wait();")
    assert "nothing runs" in shell.run("%mj status")
    assert "a slow ant" in shell.run("%mj status ant")


def test_tasks_and_images_are_frames_of_what_is_asked_for(shell: Shell) -> None:
    line = "print(get_ipython().run_line_magic('mj', '{}').{})"
    assert shell.run(line.format("tasks 2", "height")) == "2\n"
    assert shell.run(line.format("tasks state=succeeded task_type=mj_video", "height")) != "0\n"
    assert shell.run(line.format("tasks expired", "height")) == "0\n"
    assert shell.run(line.format("images fox", "height")) == "4\n"
    assert shell.run(line.format("images fox number=2", "height")) == "1\n"
    assert shell.run(line.format("images 3", "height")) == "3\n"
    assert float(shell.run("print(get_ipython().run_line_magic('mj', 'credits'))")) > 0


def test_cancelling_is_honest(shell: Shell, wire: Faulty) -> None:
    shell.run("%mj wait")
    assert "nothing runs at the service" in shell.run("%mj cancel")
    shell.run("bee = %mj a slow bee --relax")
    told = shell.run("%mj cancel")
    assert "1 task is at the service" in told
    assert "go on, are paid" in told
    told = shell.run("%mj cancel bee")
    assert "it goes on and is paid" in told
    assert shell.run("%mj wait bee\nprint(bee.state)").endswith("succeeded\n")
    assert "there is nothing to cancel" in shell.run("%mj cancel bee")


def test_cancelling_a_batch_sends_nothing_more(shell: Shell, wire: Faulty) -> None:
    """More than the limit's 20 per 10 s (at this clock: 33 ms), so that some wait."""
    before = len(posts(wire))
    body = "\n".join(f"wasp {n}" for n in range(200))
    told = shell.run(f"%%mj --each --yes --quiet -o wasps\n{body}\n") + shell.run("%mj cancel")
    shell.run("wasps.wait();")
    sent = len(posts(wire)) - before
    assert "1 stopped" in told
    assert f"{200 - sent} not sent" in shell.run("print(repr(wasps).splitlines()[0])")
    assert sent < 200
    ledger = "print(mj.tasks().filter(mj.tasks()['prompt'].str.starts_with('wasp')).height)"
    assert shell.run(ledger) == f"{sent}\n"


def test_rerunning_pays_for_the_same_request_again(shell: Shell, wire: Faulty) -> None:
    shell.run("larger = %mj upscale fox 2 --wait")
    for name in ("fox", "film", "larger"):
        before = len(posts(wire))
        shown = shell.run(f"%mj rerun {name} --dry-run")
        assert (len(posts(wire)), "not sent: POST" in shown) == (before, True)
        shown = shell.run(
            f"x = %mj rerun {name} --wait\nprint(x.to_magic() == {name}.to_magic(), x.id == {name}.id)"
        )
        assert shown == "True False\n"
        assert posts(wire)[-1] in posts(wire)[:-1]
        assert len(posts(wire)) == before + 1


# ---- presets, settings, help ----


def test_presets_are_kept_and_used(shell: Shell, wire: Faulty) -> None:
    assert "saved dusk: --s 400 --w 250" in shell.run("%mj save dusk --s 400 --w 250")
    assert "in place of --s 400 --w 250" in shell.run("%mj save dusk --s 300 --c 5")
    assert "--s 300 --c 5" in shell.run("%mj use")
    shell.run("%mj use dusk a cat --s 10")
    sent = posts(wire)[-1][1]
    assert (sent["prompt"], sent["stylization"], sent["variety"]) == ("a cat", 10, 5)
    before = len(posts(wire))
    shell.run("%%mj --each use dusk --s 20 --wait --quiet\nuse of force\na dog --c 0")
    bodies = [body for _, body in posts(wire)[before:]]
    assert {(one["prompt"], one["stylization"], one["variety"]) for one in bodies} == {
        ("use of force", 20, 5),
        ("a dog", 20, 0),
    }
    assert "dusk was --s 300" in shell.run("%mj forget dusk")
    assert "no presets" in shell.run("%mj use")


def test_settings_are_shown_with_their_source_and_set(shell: Shell) -> None:
    shown = shell.run("%mj config")
    assert [line for line in shown.splitlines() if line.split()[:3] == ["api_key", "set", "MJNB_API_KEY"]]
    assert "from %mj config" in shell.run("%mj config speed turbo")
    assert '"speed": "turbo"' in shell.run("%mj a fox --dry-run")
    assert "speed: fast, from default" in shell.run("%mj config speed default")
    shell.run("%config MJ.speed = 'relaxed'")
    assert '"speed": "relaxed"' in shell.run("%mj a fox --dry-run")
    assert "Give one of relaxed, fast, turbo" in shell.run("%config MJ.speed = 'warp'")
    assert "MJ.speed" in shell.run("%config MJ")
    shell.run("%config MJ.speed = None")
    assert '"speed": "fast"' in shell.run("%mj a fox --dry-run")


def test_a_setting_that_was_taken_back_can_be_chosen_again(shell: Shell) -> None:
    """A limit that is silently not there would be paid for."""
    for _ in range(2):
        shell.run("%config MJ.max_credits = 5000")
        assert "max_credits: 5000, from %config" in shell.run("%mj config max_credits")
        assert "max_credits: not set" in shell.run("%mj config max_credits default")
    shell.run("%config MJ.max_credits = None")


def test_a_refused_setting_leaves_nothing_behind(shell: Shell) -> None:
    shell.run("%config MJ.max_credits = 4000\n%config MJ.max_credits = -5")
    shell.run("%reload_ext mjnb")
    assert "max_credits: 4000, from %config" in shell.run("%mj config max_credits")
    shell.run("%config MJ.max_credits = None\n%reload_ext mjnb")
    assert "max_credits: not set" in shell.run("%mj config max_credits")


def test_a_wrong_setting_in_ipythons_files_is_told_and_nothing_is_half_loaded(tmp_path: Path) -> None:
    wrong = Shell(tmp_path)
    wrong.run("get_ipython().config.MJ.max_credits = -5  # as c.MJ.max_credits does")
    printed, kind, words = wrong.tried("%reload_ext mjnb")
    there = wrong.run("print(any('mjnb' in type(one).__module__ for one in get_ipython().configurables))")
    wrong.close()
    assert (kind, "Give credits" in words, there) == ("ConfigError", True, "False\n"), printed


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://mj:canary-7@db/mj",
        "postgresql://db/mj?password=canary-7",
        "postgresql://mj:a/canary-7@db/mj",
        "host=db password=canary-7",
    ],
)
def test_a_password_in_a_cell_is_refused_and_not_repeated(shell: Shell, url: str) -> None:
    _, kind, words = shell.tried(f"%mj config ledger {url}")
    assert kind == "ConfigError"
    assert "canary-7" not in words
    assert "Set MJNB_LEDGER" in words
    assert "from default" in shell.run("%mj config ledger")


@pytest.mark.parametrize(
    "line",
    ["ledger=postgresql://mj:canary-7@db/mj", "postgresql://mj:canary-7@db/mj", "api_key=canary-7"],
)
def test_a_secret_in_place_of_a_settings_name_is_not_repeated(shell: Shell, line: str) -> None:
    _, kind, words = shell.tried(f"%mj config {line}")
    assert (kind, "canary-7" in words) == ("PromptError", False)
    assert "%mj config speed turbo" in words


def test_a_key_is_taken_where_nobody_sees_it(shell: Shell) -> None:
    _, kind, words = shell.tried("%mj config key canary-55")
    assert kind == "ConfigError"
    assert "canary-55" not in words
    assert "change it at the service" in words
    shell.run("import getpass; asked = getpass.getpass; getpass.getpass = lambda prompt: 'canary-66'")
    shown = shell.run("%mj config key ask")
    assert "api_key: set, from asked for" in shown
    seen = shell.run("%mj config\nprint({k: v for k, v in globals().items() if k != 'asked'})\n%history")
    assert "canary-66" not in shown + seen.replace("lambda prompt: 'canary-66'", "")
    assert "from MJNB_API_KEY" in shell.run("getpass.getpass = asked\n%mj config key forget")


HELP = {
    "": "Flags that stay in the text",
    "ow": "1 to 1000",
    "--ar": "16:9",
    "aspectRatio": "in the API: aspectRatio",
    "--no": "what must not be in the picture",
    "upscale": "U1 to U4",
    "--each": "one task for each line",
    "--hd": "high definition",
    "-o": "into that variable",
}


@pytest.mark.parametrize(("word", "told"), HELP.items(), ids=HELP)
def test_help_tells_what_a_word_means(shell: Shell, word: str, told: str) -> None:
    assert told in shell.run(f"%mj help {word}")


@pytest.mark.parametrize("typed", ["%mj?", "%mj --help", "%mj help"])
def test_help_is_made_from_the_table(shell: Shell, typed: str) -> None:
    shown = " ".join(shell.run(typed).split())
    for row in rows().values():
        for flag in row.flags:
            assert flag.name in shown
    for name in VERBS:
        assert name in shown
    assert "U1 to U4" in shell.run("%mj upscale --help")
