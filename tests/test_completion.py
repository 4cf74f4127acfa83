"""Completion: what may come next in ``%mj`` lines and cells, in the shell's own completer; else nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.completer import CompletionContext, provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from mjnb import magics
from mjnb.magics.matcher import LONGEST, NO_BREAK, Matcher, text_before
from mjnb.params import Choice, NumberChoice, Row, Span, rows
from mjnb.presets import Presets
from mjnb.prompt import OWN_WORDS, PASSED, VERB_WORDS, complete
from mjnb.sessions import Session, use

CONFIG = Config({"HistoryManager": {"enabled": False}})


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[InteractiveShell]:
    opened = InteractiveShell(ipython_dir=str(tmp_path / "ipython"), config=CONFIG)
    magics.load(opened)
    yield opened
    magics.unload(opened)


def completed(shell: InteractiveShell, code: str) -> dict[str, str]:
    """Return what the shell's completer proposes at the end of some code, with what stands beside it."""
    with provisionalcompleter():
        found = list(shell.Completer.completions(code, len(code)))
    assert not [one.type for one in found if " " in one.type]  # JupyterLab breaks lines there
    return {code[: one.start] + one.text: one.type.replace(NO_BREAK, " ") for one in found}


def texts(shell: InteractiveShell, code: str) -> list[str]:
    start = len(code) - len(code.split()[-1]) if code and not code[-1].isspace() else len(code)
    return [text[start:] for text in completed(shell, code)]


FLAGS = [(row, flag) for row in rows().values() for flag in row.flags]


@pytest.mark.parametrize(("row", "flag"), FLAGS, ids=[flag.name for _, flag in FLAGS])
def test_a_flag_comes_with_meaning_and_range(shell: InteractiveShell, row: Row, flag: Any) -> None:
    about = completed(shell, f"%mj a cat {flag.name}")[f"%mj a cat {flag.name}"]
    assert row.help[:20] in about
    if isinstance(row.domain, Span):
        assert about == f"{row.domain} · {row.help}"


@pytest.mark.parametrize(("row", "flag"), FLAGS, ids=[flag.name for _, flag in FLAGS])
def test_values_after_a_flag_are_legal(row: Row, flag: Any) -> None:
    line = f"a cat {flag.name} "
    for one in complete(line, len(line)):
        value = f"{flag.prefix}{one.text}"
        row.domain.read(int(value) if isinstance(row.domain, Span | NumberChoice) else value)
    if isinstance(row.domain, Choice | NumberChoice | Span) and flag.value is None:
        assert complete(line, len(line))


# code, some of what is proposed
PLACES = {
    "line": ("%mj a cat --ar 1", ["1:2", "1:1", "16:9"]),
    "value": ("%mj a cat --ar ", ["1:2", "9:16"]),
    "body": ("%%mj\na cat\nat dusk --styl", ["--stylize"]),
    "line of a cell": ("%%mj --styl", ["--stylize"]),
    "assigned": ("x = %mj a cat --styl", ["--stylize"]),
    "assigned to several": ("a, b[0] = %mj a cat --styl", ["--stylize"]),
    "in a block": ("if True:\n    %mj a cat --styl", ["--stylize"]),
    "verb": ("%mj ups", ["upscale"]),
    "verb after an option": ("%mj --wait ups", ["upscale"]),
    "option": ("%mj a cat --dry", ["--dry-run"]),
    "setting": ("%mj config sp", ["speed"]),
    "value of a setting": ("%mj config speed t", ["turbo"]),
    "way of a key": ("%mj config key k", ["keyring"]),
    "help": ("%mj help styliz", ["stylization"]),
    "all": ("%mj wait a", ["all"]),
    "word of a verb": ("%mj animate fox 1 it runs --h", ["--hd", "--help"]),
    "state": ("%mj tasks succ", ["succeeded"]),
    "verb behind a variable": ("%mj -o fox ups", ["upscale"]),
    "verb behind a variable, in a cell": ("%%mj -o fox ups", ["upscale"]),
}


@pytest.mark.parametrize(("code", "proposed"), PLACES.values(), ids=PLACES)
def test_it_knows_where_it_is(shell: InteractiveShell, code: str, proposed: list[str]) -> None:
    found = texts(shell, code)
    assert found[: len(proposed)] == proposed
    assert "str" not in found  # what Python knows means nothing here


@pytest.mark.parametrize(
    "code",
    [
        "%mj a cat sta",
        "%%mj\na cat\nsta",
        "x = %mj fox sta",
        "%mj vary fox 1 sta",
        "%mj str",
        "%mj 🦊",
        "%%mj\n\\al",
    ],
)
def test_a_word_of_a_prompt_is_completed_by_nothing(shell: InteractiveShell, code: str) -> None:
    assert texts(shell, code) == [code.split()[-1]]


@pytest.mark.parametrize("code", ["%mj a cat ", "%%mj\na cat at dusk\n", "x = %mj a cat "])
def test_behind_a_space_of_a_prompt_stand_the_flags(shell: InteractiveShell, code: str) -> None:
    found = texts(shell, code)
    assert {flag.name for _, flag in FLAGS if flag.name.startswith("--")} <= set(found)
    assert all(text.startswith("--") for text in found)


@pytest.mark.parametrize(
    "code", ["sta", "x = sta", "%mjx sta", "%%mjx\nsta", "# %mj\nsta", "%time sta", "'%mj '.sta"]
)
def test_elsewhere_it_is_silent(shell: InteractiveShell, code: str) -> None:
    lines = code.split("\n")
    context = CompletionContext("sta", code, len(lines[-1]), len(lines) - 1, None)
    (ours,) = [one for one in shell.Completer.custom_matchers if isinstance(one, Matcher)]
    assert ours(context) == {"completions": [], "suppress": False}
    if "%" not in code:
        assert "staticmethod" in texts(shell, code)


def test_every_verb_and_option_is_proposed(shell: InteractiveShell) -> None:
    assert sorted(VERB_WORDS) == sorted(magics.VERBS)  # the prompt's own list, which needs no IPython
    assert texts(shell, "%mj ") == sorted(magics.VERBS)
    assert {*OWN_WORDS, *PASSED} < set(texts(shell, "%mj a cat --"))
    assert "-o" in texts(shell, "%mj -")


def test_names_in_braces_are_the_notebooks(shell: InteractiveShell) -> None:
    shell.push({"colour": "green", "count": 3, "_hidden": 1, "call": print, "path": Path("x")})
    assert {text: kind for text, kind in completed(shell, "%mj a {{").items() if "co" in text} == {
        "%mj a {{colour": "green",
        "%mj a {{count": "3",
    }
    assert not {"_hidden", "call", "In", "exit"} & {text[8:] for text in completed(shell, "%mj a {{")}
    assert texts(shell, "%%mj\na red {{ co") == ["colour", "count"]
    assert texts(shell, "%mj a {{dic") == ["{{dic"]  # no dict: Python's own names are not put in


def test_presets_are_proposed_with_their_flags(shell: InteractiveShell, session: Session) -> None:
    use(session)
    Presets(session.settings.data_dir).save("noir", "--s 400 --w 250")
    for verb in ("use", "save", "forget"):
        assert completed(shell, f"%mj {verb} n") == {f"%mj {verb} noir": "--s 400 --w 250"}
    assert "--stylize" in texts(shell, "%mj use noir a cat --sty")


def test_tasks_are_proposed_with_their_prompts(shell: InteractiveShell, session: Session) -> None:
    use(session)
    fox, bird = session.imagine("a red fox").wait(), session.imagine("a  blue\nbird").wait()
    shell.push({"fox": fox, "third": fox.images[2], "other": 1})
    about = {
        "fox": "succeeded · a red fox",
        "third": "3 of succeeded · a red fox",
        bird.id[-6:]: "succeeded · a blue bird",
        fox.id[-6:]: "succeeded · a red fox",
    }
    for verb in ("upscale", "vary", "extend", "animate", "rerun"):
        code = f"%mj {verb} "
        assert completed(shell, code) == {code + name: kind for name, kind in about.items()}
    assert texts(shell, "%mj upscale fox ") == ["1", "2", "3", "4"]
    assert texts(shell, "%mj wait ")[:2] == ["all", "fox"]


def test_it_opens_and_loads_nothing(tmp_path: Path) -> None:
    script = """
import sys
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "mjnb")
words = ("", "a --", "upscale ", "use ", "wait ", "config ", "help ", "{{")
for code in (*(f"%mj {word}" for word in words), "%%mj\\na --ar "):
    with provisionalcompleter():
        list(shell.Completer.completions(code, len(code)))
print(*({"polars", "httpx", "sqlalchemy", "ipywidgets", "matplotlib", "numpy", "PIL"} & set(sys.modules)))
"""
    env = {"PATH": "", "IPYTHONDIR": str(tmp_path), "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=env, cwd=tmp_path
    )
    assert (done.returncode, done.stdout.split()) == (0, []), done.stderr
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith("mjnb")] == []


def test_what_breaks_it_breaks_no_other(shell: InteractiveShell, session: Session) -> None:
    class Rude:
        def __repr__(self) -> str:
            raise RuntimeError("no")

        @property
        def __class__(self) -> type:
            raise RuntimeError("no")

    use(session)
    shell.push({"rude": Rude(), "start": 1})
    assert completed(shell, "%mj upscale ") is not None
    shell.push({"vast": 10**5000})
    assert {"{{rude", "{{start", "{{vast"} <= set(texts(shell, "%mj a {{"))
    path = Presets(session.settings.data_dir).path
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"\xff = broken")
    assert completed(shell, "%mj use ") is not None
    assert "start" in texts(shell, "star")


def test_what_stands_beside_is_one_short_line(shell: InteractiveShell) -> None:
    shell.push({"long": "a\nb\x1b[31m" * 100})
    about = completed(shell, "%mj {{lon")["%mj {{long"]
    assert len(about) <= LONGEST
    assert about.isprintable()


@pytest.mark.parametrize(
    ("text", "line", "column", "before"),
    [
        ("%%mj --ar 2:3\na cat\nb", 1, 3, " --ar 2:3\na c"),
        ("%%mj", 0, 4, None),
        ("%mj", 0, 3, None),
        ("%mj a b", 0, 5, "a"),
        ("%mj a b", 0, 6, "a "),
        ("x = 1\ny = %mj a b", 1, 9, "a"),
    ],
)
def test_what_stands_before_the_cursor(text: str, line: int, column: int, before: str | None) -> None:
    assert text_before(text, line, column) == before


# ---- in Python ----


@pytest.fixture
def python(shell: InteractiveShell, tmp_path: Path) -> Iterator[InteractiveShell]:
    import mjnb

    with Session(base_url="sandbox", data_dir=tmp_path / "data") as session:
        shell.user_ns.update(mj=mjnb, session=session, imagine=mjnb.imagine)
        yield shell


@pytest.mark.parametrize("call", ["mj.imagine(", "x = session.imagine(", "imagine(", "print(mj.sweep("])
@pytest.mark.parametrize("before", ["", "'a (wide, river) mj.task(', ", "file_urls=open('x.png'), "])
def test_a_parameter_comes_with_its_range(python: InteractiveShell, call: str, before: str) -> None:
    code = f"{call}{before}sty"
    row = rows()["stylization"]
    assert completed(python, code)[f"{call}{before}stylization="] == f"{row.domain} · {row.help}"


def test_all_that_a_verb_takes_is_proposed_but_what_is_there(python: InteractiveShell) -> None:
    found = completed(python, "mj.imagine('a fox', weirdness=3, ")
    said = {text.rpartition(" ")[2] for text in found}
    assert {"stylization=", "aspect_ratio=", "wait=", "dry_run="} <= said
    assert found["mj.imagine('a fox', weirdness=3, stylization="].startswith("0 to 1000")
    ours = {text for text, about in found.items() if about.startswith(str(rows()["weirdness"].domain))}
    assert ours == set()
    assert "stylization=" not in {
        text.rpartition(" ")[2] for text in completed(python, "mj.animate(x, 'it runs', ")
    }


@pytest.mark.parametrize(
    "code",
    [
        "other.imagine('a', sty",
        "mj.imagine(stylization=sty",
        "mj.imagine('sty",
        "mj.tasks(sty",
        "imagine(x)(sty",
    ],
)
def test_elsewhere_nothing_of_ours_is_proposed(python: InteractiveShell, code: str) -> None:
    python.user_ns["other"] = object()
    assert not any("0 to 1000" in about for about in completed(python, code).values())
