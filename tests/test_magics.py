"""``%mj`` in a real kernel: prompts arrive verbatim, pictures show in their own cell, errors are short."""

from __future__ import annotations

import html
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from kernels import Notebook, error_of, html_of, soon, text_of

from mjnb.magics.matcher import NO_BREAK
from mjnb.sandbox import Sandbox


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with Sandbox(time_scale=300, long_side=64, latency={"fast": 60, "relaxed": 900, "turbo": 30}) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kernel")


@pytest.fixture(scope="module")
def notebook(server: Sandbox, folder: Path) -> Iterator[Notebook]:
    """One kernel with the extension, on a sandbox in another process: this one."""
    settings = {
        "MJNB_BASE_URL": server.url,
        "MJNB_API_KEY": server.key,
        "MJNB_TIME_SCALE": "300",
        "MJNB_DATA_DIR": str(folder / "data"),
    }
    with Notebook(folder, **settings) as opened:
        assert opened.run("%load_ext mjnb\nimport mjnb as mj") == []
        yield opened


def prompts(folder: Path) -> list[str]:
    """Return the prompts in the ledger, oldest first."""
    connection = sqlite3.connect(folder / "data" / "ledger.db")
    try:
        return [row[0] for row in connection.execute("SELECT prompt FROM task ORDER BY id")]
    finally:
        connection.close()


def alts(page: str) -> list[str]:
    return [html.unescape(found) for found in re.findall(r'<img [^>]*alt="([^"]*)"', page)]


# ---- a task ----


def test_a_line_makes_a_task_that_shows_once_and_changes_in_its_own_cell(notebook: Notebook) -> None:
    started = html_of(notebook.run("%mj a red fox --s 250"))
    assert "task" in started
    html_of(notebook.run("bird = %mj a blue bird"))
    assert notebook.run("fox = mj.task(mj.tasks()['id'][-2])\nfox.wait(); bird.wait();") == []
    fox, bird = html_of(notebook.outputs(-3)), html_of(notebook.outputs(-2))
    assert alts(fox) == [
        f"a red fox, picture {n} of 4 (task_type mj_txt2img, speed fast, stylization 250)"
        for n in (1, 2, 3, 4)
    ]
    assert [alt.split(",")[0] for alt in alts(bird)] == ["a blue bird"] * 4
    assert fox.count('src="data:image/jpeg;base64,') == 4
    assert re.search("<code>%mj a red fox [^<]*--s 250", fox)


def test_the_magic_returns_a_task(notebook: Notebook) -> None:
    shown = notebook.run("owl = %mj a grey owl\nprint(type(owl).__name__, owl.prompt)")
    assert text_of(shown) == "Task a grey owl\n"


def test_waiting_shows_the_pictures_when_the_cell_ends(notebook: Notebook) -> None:
    page = html_of(notebook.run("cat = %mj a white cat\ncat.wait()"))
    assert len(alts(page)) == 4


def test_a_task_named_later_shows_in_that_cell(notebook: Notebook) -> None:
    notebook.run("dog = %mj a black dog\ndog.wait();")
    assert len(alts(html_of(notebook.run("dog")))) == 4


def test_a_task_can_be_awaited_in_a_cell(notebook: Notebook) -> None:
    shown = notebook.run("cow = %mj a brown cow\nprint((await cow).state)")
    assert text_of(shown) == "succeeded\n"


def test_a_cell_magic_takes_flags_and_the_body(notebook: Notebook, folder: Path, server: Sandbox) -> None:
    html_of(notebook.run("%%mj --ar 2:3 --s 50\na wide river\n  under stars"))
    assert prompts(folder)[-1].split() == ["a", "wide", "river", "under", "stars"]
    sent = list(server.account.tasks.values())[-1].param_json
    assert '"aspectRatio":"2:3"' in sent
    assert '"stylization":50' in sent


def test_names_in_double_braces_become_values(notebook: Notebook, folder: Path) -> None:
    notebook.run("colour, weird = 'green, {pale}', 300")
    notebook.run("%mj a {{colour}} frog --w {{weird}}")
    notebook.run("%%mj\na {{colour}} toad")
    assert prompts(folder)[-2:] == ["a green, {pale} frog", "a green, {pale} toad"]


def test_a_missing_name_sends_nothing(notebook: Notebook, folder: Path, server: Sandbox) -> None:
    before = server.account.submits
    lines = error_of(notebook.run("colours = 1\n%mj a {{coloors}} frog"))
    assert "did you mean 'colours'" in "".join(lines)
    assert server.account.submits == before


TRAPS = {
    "apostrophe": "'tis the season",
    "quotes": 'she said "hi" and \'bye',
    "no": "a cat --no text, dogs",
    "escaped braces": r"a \{boxed\} word",
    "dollar": "$HOME and $1",
    "semicolon": "a cat; a dog; a bird",
    "hash": "colour #ff00aa # no comment",
    "emoji": "a fox 🦊 in 雪 👩‍👩‍👧",
    "right to left": "שועל אדום في الثلج",
    "tag": "</script><b>x</b> & &amp; co",
    "percent": "100% wool %matplotlib !ls",
    "backslash": r"C:\new\table",
    "equals": "x = y == z",
    "parenthesis": "a (fox [in",
    "question": "who is there? is this?",
    "marks that Python ends lines at": "a fox\u2028in\u2029snow\x85, \vis \fit {{1}}",
    "line separator in a question": "who is\u2028there?",
    "exclamation": "!ls what a fox!",
    "backslash at the end": "a fox \\",
    "template": "a {{fox} }} {{1}} {{a b}}",
    "no flags": "a -- b --1 -o x",
    "longest": ("lighthouse at dusk, " * 100).strip().ljust(2000, "!"),
    "verb inside": "a status symbol, upscale it",
    "script": "<script>alert('x')</script>",
}


@pytest.mark.parametrize("typed", TRAPS.values(), ids=TRAPS)
@pytest.mark.parametrize("way", ["%mj {}", "x = %mj {}", "%%mj\n{}"])
def test_a_prompt_arrives_verbatim(notebook: Notebook, folder: Path, typed: str, way: str) -> None:
    html_of(notebook.run(way.replace("{}", typed)))
    assert prompts(folder)[-1] == typed.replace(r"\{", "{").replace(r"\}", "}")


def test_what_is_shown_of_a_prompt_is_escaped(notebook: Notebook) -> None:
    page = html_of(
        notebook.run('%mj <img src=x onerror=alert(1)> "</div>\nmj.task(mj.tasks()["id"][-1]).wait();')
    )
    assert "<img src=x" not in page
    assert '"</div>' not in page.replace('alt="', "")


# ---- a sweep ----


def test_permutations_become_a_sweep(notebook: Notebook, folder: Path, server: Sandbox) -> None:
    before = len(prompts(folder))
    notebook.run("birds = %mj a {red, blue} gull --s {0, 500}")
    shown = notebook.run("print(type(birds).__name__, birds.wait().plan())")
    assert text_of(shown).startswith("Sweep 4 cells, 4 succeeded: nothing to pay")
    assert sorted(prompts(folder)[before:]) == ["a blue gull"] * 2 + ["a red gull"] * 2
    assert "4 succeeded of 4" in html_of(notebook.outputs(-2))


def test_above_five_it_asks_before_paying(notebook: Notebook, server: Sandbox) -> None:
    before = server.account.submits
    lines = error_of(notebook.run("%mj a {1, 2, 3, 4, 5, 6} crow"))
    assert "--yes" in "".join(lines)
    assert "48 credits" in "".join(lines)
    assert server.account.submits == before
    notebook.run("crows = %mj a {1, 2, 3, 4, 5, 6} crow --yes\ncrows.wait();")
    assert server.account.submits == before + 6


# ---- errors ----

WRONG = {
    "ratio": ("%mj a fox --ar 21:9", "21:9"),
    "range": ("%mj a fox --s 2000", "2000"),
    "slip": ("%mj a fox --ar16:9", "--ar 16:9"),
    "empty": ("%mj", "empty"),
    "only flags": ("%mj --s 5", "empty"),
}


@pytest.mark.parametrize(("source", "named"), WRONG.values(), ids=WRONG)
def test_a_wrong_line_is_an_error_of_a_few_lines_and_sends_nothing(
    notebook: Notebook, server: Sandbox, source: str, named: str
) -> None:
    before = server.account.submits
    lines = error_of(notebook.run(source))
    assert 2 <= len(lines) <= 4
    assert named in "".join(lines)
    assert server.account.submits == before


def test_an_error_stops_run_all(tmp_path: Path) -> None:
    """Two cells are queued, as Run All does it: the second does not run after the first failed."""

    until = "import os, time\nwhile not os.path.exists('queued'): time.sleep(0.01)"

    async def both_are_queued() -> None:
        (tmp_path / "queued").touch()

    with Notebook(tmp_path) as notebook:
        notebook.run("%load_ext mjnb")
        cells = [f"{until}\n%mj a fox --ar 21:9", "open('ran', 'w').close()"]
        messages = notebook.run_all_and_meanwhile(cells, both_are_queued)
    assert messages == ["error", "aborted"]
    assert not (tmp_path / "ran").exists()


# ---- interrupts ----


def test_interrupt_gives_the_prompt_back_and_the_task_still_settles(
    notebook: Notebook, server: Sandbox
) -> None:
    before = len(server.account.tasks)

    async def press() -> None:
        await soon(lambda: len(server.account.tasks) > before)
        await soon(lambda: "slow" in str(notebook.outputs(-1)))
        await notebook.kernel.interrupt_kernel()

    shown = notebook.run_and_meanwhile("slow = %mj a slow snail --relax\nslow.wait()", press)
    assert shown[-1]["ename"] == "KeyboardInterrupt"
    assert (
        text_of(notebook.run("print(slow.done, slow.state in ('submitted', 'generating'))")) == "False True\n"
    )
    assert text_of(notebook.run("print(slow.wait().state)")) == "succeeded\n"
    assert len(alts(html_of([notebook.outputs(-3)[0]]))) == 4


# ---- the shell ----


def test_unload_takes_the_magic_away_and_load_brings_it_back(notebook: Notebook) -> None:
    there = "print('mj' in get_ipython().magics_manager.magics['line'])"
    assert text_of(notebook.run(there)) == "True\n"
    assert text_of(notebook.run(f"%unload_ext mjnb\n{there}")) == "False\n"
    assert "not found" in str(notebook.run("%mj a fox"))
    assert text_of(notebook.run(f"%load_ext mjnb\n{there}")) == "True\n"


def test_nothing_of_it_stays_in_the_shell(tmp_path: Path) -> None:
    """What the extension hangs in is gone after it, and nothing else is."""
    state = """
def state():
    shell = get_ipython()
    return {
        "magics": {kind: sorted(there) for kind, there in shell.magics_manager.magics.items()},
        "registry": sorted(shell.magics_manager.registry),
        "matchers": list(shell.Completer.custom_matchers),
        "transformers": [*shell.input_transformers_cleanup, *shell.input_transformers_post],
        "events": {name: list(there) for name, there in shell.events.callbacks.items()},
        "configurables": list(shell.configurables),
        "formatters": {
            str(kind): (dict(one.type_printers), dict(one.deferred_printers))
            for kind, one in [
                *shell.display_formatter.formatters.items(),
                ("bundle", shell.display_formatter.mimebundle_formatter),
            ]
        },
        "hooks": sorted(shell.strdispatchers) if hasattr(shell, "strdispatchers") else [],
    }
"""
    with Notebook(tmp_path) as notebook:
        notebook.run(f"{state}\n%config\nbefore = state()")  # which loads IPython's own lazy magics
        notebook.run("%load_ext mjnb\nduring = state()")
        notebook.run("%mj a fox --wait")
        notebook.run("%config MJ.speed = 'turbo'")
        notebook.run("%unload_ext mjnb")
        shown = text_of(
            notebook.run(
                "now = state()\nfrom mjnb import config\n"
                "print([name for name in before if before[name] != now[name]])\n"
                "print([name for name in before if before[name] != during[name]])\n"
                "print(config.found()['speed'].value)"
            )
        )
    changed, hung, speed = shown.splitlines()
    assert changed == "[]"
    assert set(eval(hung)) >= {"magics", "registry", "matchers", "transformers", "events", "configurables"}
    assert speed == "fast"


def test_it_loads_at_its_first_use(tmp_path: Path) -> None:
    """As the docstring of `mjnb.magics` says: one line in ``ipython_config.py``."""
    profile = tmp_path / "ipythondir" / "profile_default"
    profile.mkdir(parents=True)
    (profile / "ipython_config.py").write_text('c.MagicsManager.lazy_magics = {"mj": "mjnb"}\n')
    for source in ("fox = %mj --quiet a red fox\nfox.prompt", "%%mj -o fox --quiet\na red fox"):
        with Notebook(tmp_path) as notebook:
            notebook.run(source)
            assert text_of(notebook.run("print(fox.prompt)")) == "a red fox\n"


def test_help_tells_how_to_use_it(notebook: Notebook) -> None:
    assert "Midjourney" in text_of(notebook.run("print(get_ipython().find_line_magic('mj').__doc__)"))


def test_without_a_key_it_says_once_that_it_is_the_sandbox(tmp_path: Path) -> None:
    with Notebook(tmp_path) as notebook:
        notebook.run("%load_ext mjnb")
        first = notebook.run("a = %mj a red fox --turbo")
        second = notebook.run("b = %mj a blue fox --turbo")
        assert len(first) == 2
        assert "sandbox" in first[0]["data"]["text/plain"]
        assert "no API key" in first[0]["data"]["text/html"]
        assert len(second) == 1
        notebook.run("a.wait(); b.wait();")
        assert len(alts(html_of(notebook.outputs(-3)[1:]))) == 4
        assert "sandbox" in html_of(notebook.outputs(-2))


def test_the_sandbox_that_was_asked_for_does_not_miss_a_key(tmp_path: Path) -> None:
    with Notebook(tmp_path, MJNB_API_KEY="a-key", MJNB_BASE_URL="sandbox", MJNB_TIME_SCALE="300") as notebook:
        notebook.run("%load_ext mjnb")
        notice = str(notebook.run("a = %mj a red fox --turbo\na.wait();")[0])
    assert "sandbox" in notice
    assert "no API key" not in notice


# ---- what the front end asks ----


def completions(notebook: Notebook, code: str) -> list[tuple[str, str, str]]:
    """Return what the kernel proposes: what it would replace, the text, and what stands beside it."""
    reply = notebook.complete(code)
    kinds = reply["metadata"]["_jupyter_types_experimental"]
    return [
        (code[one["start"] : one["end"]], one["text"], one["type"].replace(NO_BREAK, " ")) for one in kinds
    ]


def test_a_kernel_completes_lines_cells_and_assignments(notebook: Notebook) -> None:
    assert completions(notebook, "%mj a cat --st")[0] == (
        "--st",
        "--stylize",
        "0 to 1000 · strength of Midjourney's own style",
    )
    assert [text for _, text, _ in completions(notebook, "%%mj\na cat\n--ar 1")] == ["1:2", "1:1", "16:9"]
    assert [text for _, text, _ in completions(notebook, "x = %mj a cat --chao")] == ["--chaos"]
    assert ("up", "upscale") in [(typed, text) for typed, text, _ in completions(notebook, "%mj up")]


def test_a_kernel_completes_tasks_with_their_prompts_and_names(notebook: Notebook) -> None:
    notebook.run("hare = %mj --wait --quiet a brown hare\nhue = 'green'")
    assert text_of(notebook.run("print(hare.state)")) == "succeeded\n"
    assert completions(notebook, "%mj upscale har") == [("har", "hare", "succeeded · a brown hare")]
    ends = {text for _, text, kind in completions(notebook, "%mj rerun ") if kind.endswith("a brown hare")}
    assert text_of(notebook.run("print(hare.id[-6:])")).strip() in ends
    assert completions(notebook, "%mj a {{hu") == [("hu", "hue", "green")]


def test_what_a_thread_said_last_stays_in_the_notebook(notebook: Notebook) -> None:
    """No cell waits for the swan itself: the end of a later cell tells what became of it."""
    notebook.run("swan = %mj a black swan")
    notebook.run("import time\nwhile not swan.done: time.sleep(0.01)")
    cells = 2
    while not alts(html_of(notebook.outputs(-cells))) and cells < 500:
        notebook.run("time.sleep(0.01)")
        cells += 1
    assert len(alts(html_of(notebook.outputs(-cells)))) == 4


# ---- a batch ----


def test_each_line_of_a_body_becomes_a_task_that_shows_in_its_cell(notebook: Notebook, folder: Path) -> None:
    before = len(prompts(folder))
    notebook.run("hue = 'red'")
    shown = notebook.run(
        "%%mj --each --ar 2:3 -o many\na {{hue}} bird\n\n  # say --s 50 \n#no comment --s 50 \nstatus of it\n"
    )
    assert len(shown) == 4
    assert "3 prompts" in shown[0]["data"]["text/plain"]
    notebook.run("many.wait();")
    assert sorted(prompts(folder)[before:]) == ["#no comment", "a red bird", "status of it"]
    pages = [one["data"]["text/html"] for one in notebook.outputs(-2)]
    assert "3 succeeded of 3" in pages[0]
    assert [alts(page)[0].split(",")[0] for page in pages[1:]] == [
        "a red bird",
        "#no comment",
        "status of it",
    ]
    assert (
        text_of(notebook.run("print([task.params['aspect_ratio'] for task in many])"))
        == "['2:3', '2:3', '2:3']\n"
    )


def test_interrupting_a_batch_gives_the_prompt_back_and_loses_nothing(
    notebook: Notebook, server: Sandbox
) -> None:
    before = len(server.account.tasks)

    async def press() -> None:
        await soon(lambda: len(server.account.tasks) > before + 2)
        await notebook.kernel.interrupt_kernel()

    body = "\n".join(f"snail number {n} --relax" for n in range(3))
    shown = notebook.run_and_meanwhile(f"%%mj --each --wait -o snails\n{body}", press)
    assert shown[-1]["ename"] == "KeyboardInterrupt"
    ours = "t = mj.tasks()\nt = t.filter(t['prompt'].str.starts_with('snail number'))\n"
    assert text_of(notebook.run(f"{ours}print(len(t))")) == "3\n"
    notebook.run("%mj wait --quiet")
    assert text_of(notebook.run(f"{ours}print(set(t['state']))")) == "{'succeeded'}\n"


def test_quiet_shows_nothing(notebook: Notebook) -> None:
    assert notebook.run("%mj --quiet a silent fox") == []
    assert notebook.run("%%mj --quiet --each\na silent owl\na silent cat") == []
    assert notebook.run("%mj --quiet --wait a {silent, still} dog") == []


def test_a_prompt_of_several_lines_has_a_line_to_copy_that_makes_the_same(
    notebook: Notebook, folder: Path
) -> None:
    notebook.run("%%mj --quiet -o river\na wide river\n  under stars")
    magic = text_of(notebook.run("print(repr(river))")).split("\n", 1)[1].strip()
    assert magic.startswith("%%mj\n")
    notebook.run(magic)
    assert prompts(folder)[-2:] == ["a wide river\n  under stars"] * 2
