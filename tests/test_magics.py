"""``%mj`` in a real kernel: prompts arrive verbatim, pictures show in their own cell, errors are short."""

from __future__ import annotations

import html
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from kernels import Notebook, error_of, html_of, soon, text_of

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
    "semicolon": "a cat; a dog;",
    "hash": "colour #ff00aa # no comment",
    "emoji": "a fox 🦊 in 雪 👩‍👩‍👧",
    "right to left": "שועל אדום في الثلج",
    "tag": "</script><b>x</b> & &amp; co",
    "percent": "100% wool %matplotlib !ls",
    "backslash": r"C:\new\table",
    "equals": "x = y == z",
    "parenthesis": "a (fox [in",
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
    with Notebook(tmp_path) as notebook:
        notebook.run("%load_ext mjnb")
        messages = notebook.run_all(["%mj a fox --ar 21:9", "open('ran', 'w').close()"])
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
