"""What people type: slips are paid by nobody, prompts that look odd arrive as they were typed.

The two lists in ``tests/data`` go through ``%mj`` in a real shell; the sandbox's books say what was paid.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from shells import Shell

from mjnb.sandbox import Fault, Sandbox

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
    server.faults.add(Fault("fail", on="submit"))  # what was sent counts: no picture is drawn or fetched
    for kind, lines in HONEST.items():
        for line in lines:
            before = prompts(server)
            _, error, words = shell.tried(f"%mj --quiet {line}")
            if prompts(server) != [*before, line]:
                wrong.append((kind, line, error, words, prompts(server)[len(before) :]))
    server.faults.clear()
    assert wrong == []


# ---- a semicolon at the end ----

SILENT = {
    "%mj --wait a hen;": "a hen",
    "%mj a hen ;": "a hen",
    "%mj a hen;;": "a hen",
    "%mj a hen ; ": "a hen",
    "h = %mj a hen ;": "a hen",
    "h = %mj a hen --s 50;": "a hen",
    "%mj a hen; a cock;": "a hen; a cock",
    "%mj a hen?;": "a hen?",
    "%%mj\na hen;\n": "a hen",
    "%%mj --s 50\na hen;\na cock ; \n\n": "a hen;\na cock",
    "if True:\n    %mj a hen;": "a hen",
    "get_ipython().run_line_magic('mj', 'a hen;')": "a hen",
}


def test_a_semicolon_at_the_end_is_pythons_and_shows_nothing(shell: Shell, server: Sandbox) -> None:
    for cell, text in SILENT.items():
        before = prompts(server)
        shown = shell.run(cell)
        assert prompts(server) == [*before, text], cell
        assert "hen" not in shown, cell
    assert shell.run("%mj credits").strip() != ""
    for cell in ("%mj credits;", "%%mj\ncredits;", "%mj a hen --dry-run;", "%mj help ;"):
        assert shell.run(cell).strip() == "", cell
    assert shell.run("h = %mj a kept hen;\nprint(h.prompt)") == "a kept hen\n"
    paid = len(prompts(server))
    shell.run("h = mj.imagine('a hen; a cock;')")
    assert prompts(server)[paid:] == ["a hen; a cock;"]


# ---- Discord's prefix, literal prompts, videos ----

ARRIVES = {
    "%mj /imagine prompt: a fox": "a fox",
    "%mj /imagine a fox": "a fox",
    "%mj /Imagine prompt:a fox": "a fox",
    "%mj /imagine prompt a fox --s 50": "a fox",
    "%mj imagine prompt: a fox": "a fox",
    "%mj /imagine  prompt : a fox": "a fox",
    "%%mj --s 50\n/imagine prompt: a fox": "a fox",
    "%%mj --each\n/imagine prompt: a fox": "a fox",
    "%mj imagine taks": "taks",
    "%mj imagine zoom x 1": "zoom x 1",
    "%mj /imagine prompt: zoom x 1": "zoom x 1",
    "%mj imagine /settings": "/settings",
    "%mj imagine U1": "U1",
    '%mj a label that says "--dryrun"': 'a label that says "--dryrun"',
    '%mj a label "--stylze 300"': 'a label "--stylze 300"',
    "%%mj --each\n# a comment\n  #\n## two\na fox\n": "a fox",
    "%%mj --each\n#ff00aa on white": "#ff00aa on white",
    "h = mj.imagine('/imagine prompt: vary fox 2')": "vary fox 2",
}


def test_a_prompt_can_be_meant_literally(shell: Shell, server: Sandbox) -> None:
    for cell, text in ARRIVES.items():
        before = prompts(server)
        shell.run(cell)
        assert shell.run("%mj wait --quiet") is not None
        assert prompts(server) == [*before, text], cell
        line = shell.run("print(mj.task(mj.tasks()['id'][-1]).to_magic())").strip()
        shell.run(f"again = %mj {line}")
        assert prompts(server) == [*before, text, text], (cell, line)


URL = "https://files.example.com/a.png"
VIDEOS = {
    f"%mj {URL} it runs --video": ("mj_video", "high", None),
    f"%mj {URL} it runs --VIDEO --motion low": ("mj_video", "low", None),
    f"%mj --video {URL} it runs --bs 2": ("mj_video", "high", 2),
    f"%mj {URL} it runs --video --hd": ("mj_video_hd", "high", None),
    f"%mj {URL} it runs --motion low --hd": ("mj_video_hd", "low", None),
    f"%%mj --video\n{URL} it runs": ("mj_video", "high", None),
    "%mj animate fox 1 it runs --video": ("mj_video", "high", None),
    f"t = mj.imagine('it runs --video', file_urls=['{URL}'])": ("mj_video", "high", None),
    f"t = mj.animate('{URL}', 'it runs --video --hd')": ("mj_video_hd", "high", None),
}


def test_video_makes_a_video_and_no_picture(shell: Shell, server: Sandbox) -> None:
    for cell, (kind, motion, batch) in VIDEOS.items():
        shell.run(cell)
        task = list(server.account.tasks.values())[-1]
        sent = json.loads(task.param_json)
        assert (task.task_type, sent["prompt"], sent["motion"]) == (kind, "it runs", motion), cell
        assert sent.get("videoBatchSize", 1) == (batch or 1), cell
    before = len(server.account.tasks)
    shell.run(f"%mj {URL} it runs --video --loop --dry-run")
    assert "mj_video takes exactly one file URL" in shell.tried("%mj it runs --video")[2]
    assert "--loop does not apply to mj_img2img" in shell.tried(f"%mj {URL} it runs --loop")[2]
    assert len(server.account.tasks) == before


# ---- what may not be followed is told ----

DOUBTED = {
    "a fox --foo 3": "--foo is no flag that is known",
    "a fox --vibe": "--vibe is no flag",
    "a fox --tile --niji 7": "--tile may not be taken by version niji7",
    "a fox --stop 50 --v 7": "--stop may not be taken",
    "a fox --raw --v 6": "there it is --style raw",
    "a fox --q 4 --v 6.1": "with version 6.1, as far as is known",
    "a fox --sv 2 --sref 12 --v 7": "is not one of 4, 6 with version 7",
    "a fox --sw 50": "--sw serves --sref",
    "a fox --cw 50": "--cw serves --cref",
}


def test_what_may_not_be_followed_is_a_warning_before_it_is_paid(shell: Shell, server: Sandbox) -> None:
    """The shell's filters make errors of warnings, as `python -W error` does: then nothing is paid."""
    before = len(server.account.tasks)
    for line, said in DOUBTED.items():
        for cell in (
            f"%mj {line}",
            f"mj.imagine({line!r})",
            f"%%mj --each\n{line}\na hen",
            f"mj.sweep({line!r})",
        ):
            _, error, words = shell.tried(cell)
            assert (error, said in words) == ("PromptWarning", True), (cell, error, words)
        assert said in shell.run(f"%mj {line} --dry-run")
    assert len(server.account.tasks) == before
    shell.run("%mj --quiet a fox --foo 3")
    told = "import warnings as w\nwith w.catch_warnings(record=True) as told:\n    w.simplefilter('always')\n"
    shown = shell.run(f"{told}    t = mj.imagine('a fox --foo 3')\nprint(len(told), told[0].filename)")
    assert shown.startswith("1 <ipython-input")
    assert len(server.account.tasks) == before + 2


# ---- names in braces ----

SCOPES = {
    "x = 'old'\ndef f(x):\n    %mj a {{x}} fox\nf('new')": "a new fox",
    "def f(x):\n    t = %mj a {{x}} fox\nf('new')": "a new fox",
    "def f():\n    x = 'new'\n    get_ipython().run_cell_magic('mj', '', 'a {{x}} fox')\nf()": "a new fox",
    "class A:\n    def f(self, x):\n        %mj a {{x}} {{self.k}}\nA.k = 'fox'\nA().f('new')": "a new fox",
    "run = get_ipython().run_line_magic\nz = [run('mj', 'a {{x}} fox') for x in ['new']]": "a new fox",
    "def f(y):\n    return [run('mj', 'a {{x}} {{y}}') for x in ['new']]\nz = f('fox')": "a new fox",
    "z = list(run('mj', 'a {{x}} fox') for x in ['new'])": "a new fox",
    "z = {x: run('mj', 'a {{x}} fox') for x in ['new']}": "a new fox",
    "z = (lambda x: run('mj', 'a {{x}} fox'))('new')": "a new fox",
    "def f(x):\n    return (lambda: run('mj', 'a {{x}} fox'))()\nz = f('new')": "a new fox",
    "async def f(x):\n    t = %mj a {{x}} fox\nawait f('new')": "a new fox",
    "def f(x):\n    def g():\n        %mj a {{x}} fox\n    g()\nf('new')": "a new fox",
    "def f(x):\n    def g():\n        x\n        %mj a {{x}} fox\n    return g\nf('new')()": "a new fox",
    "class B:\n    x = 'new'\n    t = %mj a {{x}} fox": "a new fox",
    "def f():\n    global x\n    %mj a {{x}} fox\nf()": "a old fox",
    "def g():\n    %mj a {{x}} fox\ndef f(x):\n    g()\nf('caller')": "a old fox",
    "def f(x):\n    yield run('mj', 'a {{x}} fox')\nz = list(f('new'))": "a new fox",
    "def f(x):\n    for x in [x, 'newer']: pass\n    %mj a {{x}} fox\nf('new')": "a newer fox",
    "%mj a {{x}} fox": "a old fox",
}
UNSET = (
    "def f(x):\n    del x\n    %mj a {{x}} fox\nf('new')",
    "def f():\n    %mj a {{x}} fox\n    x = 1\nf()",
    "def f(x):\n    def g():\n        %mj a {{x}} fox\n    return g\nf('new')()",
    "def f(x):\n    del x\n    %mj upscale x 1\nf(fox)",
)


def test_a_functions_names_go_before_the_notebooks(shell: Shell, server: Sandbox) -> None:
    shell.run("x = 'old'")
    for cell, text in SCOPES.items():
        before = prompts(server)
        shell.run(cell)
        assert prompts(server) == [*before, text], cell
    before = prompts(server)
    for cell in UNSET:
        assert shell.tried(cell)[1] == "PromptError", cell
    assert prompts(server) == before
    shell.run("x = 'old'\ndef f(x):\n    t = %mj --quiet upscale x 2\n    return t\nup = f(fox)")
    assert list(server.account.tasks.values())[-1].task_type == "mj_upscale"
    shell.run("x = fox")


# ---- the same in Python, in sweeps, in the panel ----

# one of each kind, and what is said
EACH_KIND = {
    "a fox --dryrun": "dry_run=True",
    "a fox --Wait": "wait=True",
    "a fox —dry-run": "--dry-run",
    "a fox --yes": "is an option of %mj",
    "a fox dry_run=True": "is Python",
    "zoom x 1": "no zoom",
    "remix": "command of Midjourney's",
    f"describe {URL}": "no describe",
    "blend A B": "command of Midjourney's",
    "U1": "%mj upscale",
    "upscale x 1": "mj.upscale",
    "Vary (Strong)": "%mj vary",
    "/settings": "%mj config",
    "/imagin a fox": "did you mean /imagine",
    "%mj a fox": "no part of a prompt",
    "a fox --stylze 300": "did you mean --stylize 300",
    "a fox --aspect-ratio 3:2": "did you mean --ar 3:2",
    "a fox -v 7": "did you mean --v 7",
    "a fox --seed=7": "did you mean --seed 7",
    "a fox --seed abc": "needs a whole number",
    "a fox --iw 9": "outside 0 to 3",
    "a fox --q 7": "not one of",
    "a fox --stop 5": "outside 10 to 100",
    "a fox --sw 2000": "outside 0 to 1000",
    "a fox --cw 200": "outside 0 to 100",
    "a fox --exp 500": "outside 0 to 100",
    "a fox --sv 12": "outside 1 to 6",
    "a fox --hd": "not taken by any model version",
    "a fox --q .5 --v 7": "Midjourney's limit",
    "it runs --video": "takes exactly one file URL",
    "a fox --loop": "does not apply",
}


WORDLESS = {
    "fox": "a Task",
    "fox.images": "a Images",
    "nothing": "None",
    "several": "a list",
    "row": "a dict",
    "frame": "a DataFrame",
    "column": "a Series",
    "array": "a ndarray",
    "call": "a function",
    "np": "a module",
    "thing": "a object",
    "drawn": "a Image",
}
WORDS = {"word": "red", "number": "7", "half": "0.5", "scalar": "2.5", "day": "2026-12-01", "own": "a word"}


def test_only_text_and_numbers_are_put_into_a_prompt(shell: Shell, server: Sandbox) -> None:
    shell.run("import datetime, polars, PIL.Image\nnothing, several, row = None, ['red', 'blue'], {'a': 1}")
    shell.run("frame = polars.DataFrame({'a': [1]})\ncolumn, array, thing = frame['a'], np.eye(2), object()")
    shell.run("drawn = PIL.Image.new('RGB', (8, 8))\nclass Own:\n    def __str__(self): return 'a word'")
    shell.run("word, number, half, scalar, own = 'red', 7, 0.5, np.float64(2.5), Own()")
    shell.run("day, call = datetime.date(2026, 12, 1), lambda: 1")
    before = prompts(server)
    for name, kind in WORDLESS.items():
        _, error, words = shell.tried(f"%mj a {{{{{name}}}}} bird")
        assert (error, f"{{{{{name}}}}} is {kind}" in words) == ("PromptError", True), (name, words)
    assert "{{fox.prompt}}" in shell.tried("%mj a {{fox}} bird")[2]
    assert prompts(server) == before
    for name, text in WORDS.items():
        shell.run(f"%mj a {{{{{name}}}}} bird")
        assert prompts(server)[-1] == f"a {text} bird"


TIMED = (
    *("%timeit -n1 -r2 %mj a hen", "%timeit -n1 -r2 %mj imagine a hen", "%timeit -n1 -r2 %mj upscale fox 1"),
    *("%timeit -n1 -r2 x = %mj a hen", "%%timeit -n1 -r2\n%mj a hen", "%timeit -n1 -r2 %mj vary fox 1"),
    *("%timeit -n1 -r2 %mj rerun fox", "%timeit -n1 -r2 %mj animate fox 1 it runs"),
)


def test_timeit_which_runs_a_line_many_times_pays_nothing(shell: Shell, server: Sandbox) -> None:
    before = prompts(server)
    for cell in TIMED:
        _, error, words = shell.tried(cell)
        assert (error, "each would be paid" in words) == ("PromptError", True), (cell, words)
    shell.run("%timeit -n1 -r2 %mj a hen --dry-run")
    assert "per loop" in shell.run("%timeit -n1 -r2 %mj tasks")
    assert prompts(server) == before
    shell.run("%time %mj a timed hen")
    assert prompts(server) == [*before, "a timed hen"]


def test_python_and_sweeps_refuse_the_same(shell: Shell, server: Sandbox) -> None:
    before = len(server.account.tasks)
    for text, said in EACH_KIND.items():
        for cell in (
            f"mj.imagine({text!r})",
            f"mj.imagine({text!r}, dry_run=True)",
            f"mj.sweep({text!r}).run(yes=True)",
            *([] if "--v" in text else [f"mj.sweep([{text!r}, 'b'])"]),  # there it is no grid
            *([] if "--yes" in text else [f"%%mj --each\na hen\n{text}"]),  # there it is an option
        ):
            _, error, words = shell.tried(cell)
            assert (error in OURS, said in words) == (True, True), (cell, error, words)
    assert len(server.account.tasks) == before


def test_the_panel_shows_the_same_and_does_not_send() -> None:
    from mjnb.panels.live import look
    from mjnb.prices import PRICES

    for text, said in EACH_KIND.items():
        seen = look({"task_type": "mj_txt2img", "prompt": text}, (), PRICES, "fast")
        assert seen.request is None, text
        assert any(said in fault for fault in seen.faults), (text, seen.faults)
    literal = look({"task_type": "mj_txt2img", "prompt": "/imagine prompt: zoom x 1"}, (), PRICES, "fast")
    assert literal.request is not None
    assert literal.request.prompt == "zoom x 1"
    assert literal.command == "%mj /imagine prompt: zoom x 1"
    again = look({"task_type": "mj_txt2img", "prompt": literal.params["prompt"]}, (), PRICES, "fast")
    assert again.request == literal.request
    moves = look({"task_type": "mj_img2img", "prompt": "it runs --video"}, (URL,), PRICES, "fast")
    assert moves.request is not None
    assert moves.request.task_type == "mj_video"


KEYWORDS = {
    "chaos=20": "did you mean 'variety'",
    "ar='3:2'": "did you mean 'aspect_ratio'",
    "aspect='3:2'": "did you mean 'aspect_ratio'",
    "s=250": "did you mean 'stylization'",
    "stylize=250": "did you mean 'stylization'",
    "v=7": "did you mean 'version'",
    "niji=6": "did you mean 'version'",
    "w=300": "did you mean 'weirdness'",
    "weird=300": "did you mean 'weirdness'",
    "seed=7": "write --seed in the prompt",
    "tile=True": "write --tile in the prompt",
    "styliztion=4": "did you mean 'stylization'",
}
SINGLE = {
    "dryrun=True": "did you mean 'dry_run'",
    "dry_runs=True": "did you mean 'dry_run'",
    "version=np.array([7, 6.1])": "is not one of",
    "stylization=np.array([0, 250])": "needs a whole number",
    "stylization=pl.Series([0, 250])": "needs a whole number",
    "task_type=['mj_video']": "is not one of",
    "task_type=np.array(['mj_video'])": "is not one of",
    "speed=np.array([1])": "is not one of",
    "stylization=np.nan": "needs a whole number",
    "stylization=np.array(2.5)": "needs a whole number",
}
MEANT_SPANS = (
    "0-1000",
    "0:1000",
    "0–1000",
    "0 - 1000",
    "0 to 1000",
    "0...1000",
    "0—1000",
    "0~1000",
    "range(0, 1000)",
)
TAKEN = {
    "version=np.array(7)": ("version", "7"),
    "version=np.array(6.1)": ("version", "6.1"),
    "version=np.float64(7)": ("version", "7"),
    "version=np.float32(6.1)": ("version", "6.1"),
    "stylization=np.int64(250)": ("stylization", 250),
    "stylization=np.float32(250)": ("stylization", 250),
    "stylization=np.array(250)": ("stylization", 250),
    "stylization=np.uint8(200)": ("stylization", 200),
    "enable_translation=np.bool_(True)": ("enable_translation", True),
    "speed=np.str_('turbo')": ("speed", "turbo"),
}
AXES = {
    "version=np.array([7, 6.1])": ("version", ("7", "6.1")),
    "version=np.array([7, 6.1], dtype='float32')": ("version", ("7", "6.1")),
    "version=pl.Series([7.0, 6.1])": ("version", ("7", "6.1")),
    "stylization=np.arange(0, 501, 250)": ("stylization", (0, 250, 500)),
    "stylization=np.linspace(0, 500, 3)": ("stylization", (0, 250, 500)),
    "stylization=pl.Series([0, 250])": ("stylization", (0, 250)),
    "stylization=[np.array(0), np.int8(50)]": ("stylization", (0, 50)),
    "stylization='0..1000/250'": ("stylization", (0, 250, 500, 750, 1000)),
}


def test_keywords_and_values_of_other_libraries_work_or_say_what_to_do(shell: Shell, server: Sandbox) -> None:
    shell.run("import numpy as np\nimport polars as pl")
    before = len(server.account.tasks)
    for said, advice in {**KEYWORDS, **SINGLE}.items():
        _, error, words = shell.tried(f"mj.imagine('a fox', {said})")
        assert (error, advice in words) == ("InvalidRequest", True), (said, error, words)
    for said, advice in KEYWORDS.items():
        if said.startswith("seed"):
            continue  # an argument of sweeps: of the order
        _, error, words = shell.tried(f"mj.sweep('a fox', {said})")
        assert (error, advice in words) == ("InvalidRequest", True), (said, error, words)
    for text in MEANT_SPANS:
        for value in (repr(text), f"[{text!r}]"):
            _, error, words = shell.tried(f"mj.sweep('a fox', stylization={value})")
            assert (error, "0..1000/250" in words) == ("InvalidRequest", True), (text, error, words)
    for wrong in ("np.zeros((2, 2))", "np.array([])", "pl.DataFrame({'a': [1]})", "{1, 2}", "[[0], [250]]"):
        assert shell.tried(f"mj.sweep('a fox', stylization={wrong})")[1] == "InvalidRequest", wrong
    for said, (name, value) in TAKEN.items():
        shown = shell.run(f"print(repr(mj.imagine('a fox', {said}, dry_run=True).request.{name}))")
        assert shown == f"{value!r}\n", said
        shown = shell.run(f"print(repr(mj.sweep('a fox', {said}).design.fixed[{name!r}]))")
        assert shown == f"{value!r}\n", said
    for said, (name, values) in AXES.items():
        shown = shell.run(f"print(mj.sweep('a fox', {said}).design.axes[{name!r}])")
        assert shown == f"{values!r}\n", said
    assert len(server.account.tasks) == before


PARTS = {
    "'a boat --sref 1 --sw {sw}', sw='0..1000/250'": ("sw", (0, 250, 500, 750, 1000), "integer"),
    "'a boat --sref 1 --sw {sw}', sw=' 0 .. 1000 / 500 '": ("sw", (0, 500, 1000), "integer"),
    "'a boat --sref 1 --sw {sw}', sw='1000..0/500'": ("sw", (1000, 500, 0), "integer"),
    "'a boat --sref 1 --sw {sw}', sw=['0..200/100', 1000]": ("sw", (0, 100, 200, 1000), "integer"),
    "'a boat --seed {seed_}', seed_='1..3'": ("seed_", (1, 2, 3), "integer"),
    "'a boat --seed {n1}', n1=range(3)": ("n1", (0, 1, 2), "integer"),
    f"'{URL} a boat --iw {{iw}}', iw='0..3/1'": ("iw", (0, 1, 2, 3), "integer"),
    f"'{URL} a boat --iw {{iw}}', iw=[0.5, 1, 2]": ("iw", (0.5, 1, 2), "real"),
    "'a boat --stop {stop}', stop='10..100/45'": ("stop", (10, 55, 100), "integer"),
    "'{many} boats', many='1..9/4'": ("many", (1, 5, 9), "integer"),
    "'{many} boats', many=['0..9', 'two']": ("many", ("0..9", "two"), "text"),
    "'{many} boats', many=[1, 'two']": ("many", ("1", "two"), "text"),
}


def test_a_span_in_a_part_of_the_prompt_is_its_numbers(shell: Shell, server: Sandbox) -> None:
    before = len(server.account.tasks)
    for said, (name, values, kind) in PARTS.items():
        shown = shell.run(f"s = mj.sweep({said})\nprint(s.design.axes[{name!r}], s.design.kinds[{name!r}])")
        assert shown == f"{values!r} {kind}\n", said
    literal = "mj.sweep('{many} boats', many='0..9').design.cells"
    assert shell.run(f"print([one.request.prompt for one in {literal}])") == "['0..9 boats']\n"
    for wrong in ("sw='0..1000/0'", "sw='0-1000'", "sw='0..2000/1000'", "sw=[0, 5000]", "sw='a..b'"):
        _, error, words = shell.tried(f"mj.sweep('a boat --sref 1 --sw {{sw}}', {wrong})")
        assert error == "InvalidRequest", (wrong, words)
    assert len(server.account.tasks) == before
    shell.run("s = mj.sweep('a boat --sref 1 --sw {sw}', sw='0..1000/500')\ns.run(yes=True).wait()")
    assert sorted(prompts(server)[before:]) == [f"a boat --sref 1 --sw {n}" for n in (0, 1000, 500)]
