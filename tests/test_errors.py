"""The error tree: as drawn, and each error says in a notebook what happened and what to do."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import mjnb
from mjnb import errors
from mjnb.errors import InvalidRequest, MJError, RateLimited, ServiceError, WaitTimeout

ALL = {name: one for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, MJError)}
BASES = {"MJError", "ServiceError", "Refused", "NoAnswer", "TaskError"}  # to catch, never to raise

IN_IPYTHON = """
import io, json, sys
from contextlib import redirect_stdout
from IPython.core.interactiveshell import InteractiveShell
from mjnb import errors

shell = InteractiveShell()
shell.colors = "NoColor"
shown = {}
for name in json.loads(sys.argv[1]):
    shell.user_ns["kind"] = getattr(errors, name)
    with redirect_stdout(io.StringIO()) as out:
        result = shell.run_cell("raise kind('the service said no')")
    assert isinstance(result.error_in_exec, getattr(errors, name))
    shown[name] = out.getvalue()
print(json.dumps(shown))
"""


def drawn_tree() -> dict[str, str]:
    """Return every class of the docstring's drawing with its parent."""
    parents: dict[str, str] = {}
    above: dict[int, str] = {}
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"[ │├└─]*?(?=[A-Z])([A-Z]\w+)(?:\s{2,}|$)", line)
        if found and line.startswith("    "):
            depth = found.start(1)
            above = {d: name for d, name in above.items() if d < depth} | {depth: found[1]}
            parents[found[1]] = above[max((d for d in above if d < depth), default=depth)]
    return parents


def raised_in(source: str) -> set[str]:
    """Return the names of what a module raises by name."""
    raises = (node.exc for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Raise))
    made = (one.func for one in raises if isinstance(one, ast.Call))
    return {one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "") for one in made}


@pytest.fixture(scope="module")
def shown() -> dict[str, str]:
    """What an IPython shell prints when each error ends a cell."""
    command = [sys.executable, "-c", IN_IPYTHON, json.dumps(list(ALL))]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, str] = json.loads(done.stdout)
    return found


def test_the_drawn_tree_is_the_real_tree() -> None:
    assert drawn_tree() == {
        name: one.__mro__[1].__name__ if one is not MJError else name for name, one in ALL.items()
    }


@pytest.mark.parametrize("name", sorted(set(ALL) - BASES))
def test_an_error_shows_as_two_to_four_lines_in_ipython(name: str, shown: dict[str, str]) -> None:
    lines = shown[name].strip().splitlines()
    assert 2 <= len(lines) <= 4
    assert lines[0] == f"{name}: the service said no"
    assert lines[-1] == f"  → {ALL[name].hint}"
    assert "Traceback" not in shown[name]


@pytest.mark.parametrize("name", sorted(BASES))
def test_a_base_is_never_raised_itself(name: str) -> None:
    sources = [path.read_text() for path in Path(mjnb.__file__).parent.rglob("*.py")]
    assert any(issubclass(one, ALL[name]) and one is not ALL[name] for one in ALL.values())
    assert name not in set().union(*map(raised_in, sources))


def test_the_search_for_raised_names_finds_some() -> None:
    assert raised_in("raise errors.MJError('x')\nraise NoAnswer('y') from z") == {"MJError", "NoAnswer"}


def test_a_hint_that_is_given_comes_before_the_usual_one() -> None:
    error = RateLimited("too fast", code=429, hint="Breathe.")
    assert error._render_traceback_() == ["RateLimited: too fast (code 429)", "  → Breathe."]
    assert RateLimited("too fast").hint == RateLimited.hint


def test_every_fault_has_a_line_of_its_own() -> None:
    error = InvalidRequest(["weirdness 4000 is outside 0 to 3000", "speed is missing"])
    assert error.faults == ("weirdness 4000 is outside 0 to 3000", "speed is missing")
    first, second, hint = error._render_traceback_()
    assert first == "InvalidRequest: weirdness 4000 is outside 0 to 3000"
    assert second == "  speed is missing"
    assert hint == f"  → {InvalidRequest.hint}"


def test_one_fault_may_be_said_as_a_text() -> None:
    assert InvalidRequest("no good").faults == ("no good",)


def test_the_services_words_and_code_are_kept() -> None:
    error = ServiceError("The current credits are insufficient.", code=402)
    assert error.service_message == "The current credits are insufficient."
    assert error.code == 402
    assert str(error) == "The current credits are insufficient. (code 402)"


def test_a_text_shows_message_and_hint() -> None:
    assert str(WaitTimeout("60 s are over")) == f"60 s are over\n{WaitTimeout.hint}"


def test_an_error_without_words_still_renders() -> None:
    assert MJError("")._render_traceback_() == ["MJError: "]


def test_ordinary_handlers_catch_what_they_expect() -> None:
    assert issubclass(InvalidRequest, ValueError)
    assert issubclass(WaitTimeout, TimeoutError)
