"""The handbook: whole, from the docstrings, and the same as the page that is committed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import mjnb
from mjnb import errors, handbook
from mjnb.magics import VERBS
from mjnb.params import every_row
from mjnb.sessions import Session
from mjnb.sweeps import Sweep

COMMITTED = Path(__file__).parent.parent / "REFERENCE.md"
PAGE = handbook.page()
HEADINGS = re.findall(r"^#+ (.*)$", PAGE, re.MULTILINE)


class Documented:
    """Something.

    It goes on ``here``.

        code(1)

    Args:
        one, two: What they are: words
            on two lines.
        **more: Others.

    Returns:
        What came.

    Raises:
        ValueError: When
            not.
    """


def test_the_committed_page_is_this_one() -> None:
    assert COMMITTED.read_text() == PAGE, "python -m mjnb.handbook > REFERENCE.md"


def test_every_verb_and_every_name_of_the_package_is_described() -> None:
    described = {
        re.split(r"[(`.]", one.removeprefix("`mj."))[0] for one in HEADINGS if one.startswith("`mj.")
    }
    described |= set(HEADINGS) | set(mjnb.VERBS) | {"MJError", "__version__", "errors"}
    described |= {"PublicMachineWarning", "UnsettledWarning"}  # each says all of it when it comes
    assert set(mjnb.__all__) - described == set()
    assert [name for name in mjnb.VERBS if f"`Session.{name}" not in "\n".join(HEADINGS)] == []


@pytest.mark.parametrize("kind", [Session, Sweep])
def test_every_public_member_is_described(kind: type) -> None:
    own = [vars(one) for one in kind.__mro__ if one.__module__.startswith(kind.__module__.rpartition(".")[0])]
    names = {name for one in own for name, what in one.items() if hasattr(what, "__get__")}
    expected = {name for name in names if not name.startswith("_")} - handbook.INSIDE
    found = {
        re.split(r"[(`]", one.partition(".")[2])[0]
        for one in HEADINGS
        if one.startswith(f"`{kind.__name__}.")
    }
    assert expected <= found


def test_nothing_is_without_words() -> None:
    empty = re.findall(r"^### (`.*`)\n\n(?=#|\Z)", PAGE, re.MULTILINE)
    assert empty == []


def test_parameters_magics_and_errors_are_in_it() -> None:
    kinds = [
        name
        for name, one in vars(errors).items()
        if isinstance(one, type) and one.__module__ == "mjnb.errors"
    ]
    assert [row.name for row in every_row().values() if f"| `{row.name}`" not in PAGE] == []
    assert [name for name in VERBS if not re.search(rf"^\| `{name}[ `]", PAGE, re.MULTILINE)] == []
    assert [name for name in kinds if f"| `{name}` |" not in PAGE] == []


def test_a_docstring_becomes_paragraphs_code_and_lists() -> None:
    said = [block.words for block in handbook.described(Documented)]
    assert said == [
        "Something.",
        "It goes on `here`.",
        "```python\ncode(1)\n```",
        "- `one`, `two`: What they are: words on two lines.\n- `**more`: Others.",
        "Returns: What came.",
        "- raises `ValueError`: When not.",
    ]


def test_a_call_is_shown_without_types() -> None:
    def made(self: object, one: int, *, two: str = "b", **more: object) -> None:
        """Say nothing."""

    heading, words = handbook.called("a.made", made)
    assert (heading.words, words.words) == ("`a.made(one, *, two='b', **more)`", "Say nothing.")
