"""The reference: the table in words, whole, and found by any of a parameter's names."""

from __future__ import annotations

import re
from html import unescape

import pytest

import mjnb
from mjnb.errors import InvalidRequest
from mjnb.pages import Heading, Page, Table, Words
from mjnb.params import REQUESTS, TASK_TYPES, Flag, Generate, Request, Row, every_row, rows
from mjnb.prompt import PASSED
from mjnb.reference import entry, page

FLAGS = [(row, flag) for row in rows(Generate).values() for flag in row.flags]


def table_under(heading: str) -> list[list[str]]:
    """Return the cells of the table under a heading."""
    section = page().split(f"## {heading}", 1)[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


@pytest.mark.parametrize("cls", REQUESTS)
def test_a_request_has_one_line_per_parameter_in_table_order(cls: type[Request]) -> None:
    names = [cells[0].split("`")[1] for cells in table_under(f"{cls.__name__}:")]
    assert names == list(rows(cls))


@pytest.mark.parametrize("cls", REQUESTS)
def test_every_line_has_all_its_cells(cls: type[Request]) -> None:
    cells = table_under(f"{cls.__name__}:")
    assert {len(line) for line in cells} == {5}
    assert all(cell for line in cells for cell in line)


def test_every_task_type_says_what_it_takes() -> None:
    found = {cells[0].strip("`"): cells[2:] for cells in table_under("Task types")}
    assert set(found) == set(TASK_TYPES)
    assert found["mj_txt2img"] == ["none", "needed"]
    assert found["mj_img2img"] == ["1 or more", "needed"]
    assert found["mj_video"] == ["1", "refused"]


def test_a_line_says_range_step_flags_and_task_types() -> None:
    line = next(cells for cells in table_under("Generate:") if "`weirdness`" in cells[0])
    assert line[1] == "0 to 3000 (in steps of 100)"
    assert line[2] == "`--w`, `--weird`"
    assert "`mj_txt2img`" in line[4]
    assert "`mj_video`" not in line[4]


@pytest.mark.parametrize("row", every_row().values(), ids=lambda row: row.name)
def test_an_entry_is_found_by_name_and_by_the_apis_name(row: Row) -> None:
    assert entry(row.name).startswith(f"**{row.name}**: {row.help}")
    assert entry(row.name.upper()) == entry(row.name)
    assert f"`{row.api}`" in entry(row.name)
    assert str(row.domain) in entry(row.api)


@pytest.mark.parametrize(("row", "flag"), FLAGS, ids=[flag.name for _, flag in FLAGS])
def test_an_entry_is_found_by_its_flags(row: Row, flag: Flag) -> None:
    assert entry(flag.name).startswith(entry(row.name).rstrip())
    assert f"`{flag.name}`" in entry(row.name)


@pytest.mark.parametrize("name", sorted(PASSED))
def test_a_flag_that_stays_in_the_text_is_told_of(name: str) -> None:
    assert PASSED[name].help in entry(name)


@pytest.mark.parametrize(("typed", "meant"), [("stylizaton", "stylization"), ("--chaso", "--chaos")])
def test_a_slip_is_answered_with_what_was_meant(typed: str, meant: str) -> None:
    with pytest.raises(InvalidRequest, match=f"did you mean '{meant}'"):
        entry(typed)


@pytest.mark.parametrize("name", ["", "nonsense", "--", "weird ness <b>"])
def test_what_is_not_there_is_said_so(name: str) -> None:
    with pytest.raises(InvalidRequest, match="no parameter is called") as caught:
        entry(name)
    assert "mj.help()" in caught.value.hint


def test_a_page_is_markdown_to_a_notebook_and_text_to_a_terminal() -> None:
    assert isinstance(page(), Page)
    forms, _ = page()._repr_mimebundle_()
    assert set(forms) == {"text/plain", "text/html"}
    assert forms["text/plain"] == repr(page())
    for row in rows(Generate).values():
        assert row.help in unescape(forms["text/html"])
        assert row.name in forms["text/plain"]
    assert "|" not in repr(page())
    assert forms["text/html"].count("<table>") == forms["text/html"].count("</table>") == 1 + len(REQUESTS)
    assert forms["text/html"].count('<th scope="col"') == 4 + 5 * len(REQUESTS)


def test_a_pages_words_are_no_markup() -> None:
    hostile = "<script>alert(1)</script> `<b>` **<i>** | x"
    made = Page.of(Heading(hostile), Words(hostile), Table([hostile], [[hostile]]))
    found = made._repr_mimebundle_()[0]["text/html"]
    assert re.findall(r"<script|<i>|<code[^>]*><b>", found) == []
    assert ">&lt;b&gt;</code>" in found
    assert "\\|" in str(made)


def test_no_line_of_text_is_cut_or_runs_on() -> None:
    long = "word " * 60
    lines = repr(Page.of(Words(long), Table(["a", "b"], [[long, "x"]]))).splitlines()
    assert max(map(len, lines)) <= 100
    assert " ".join(lines).split().count("word") == 120


def test_help_is_the_page_or_one_entry() -> None:
    assert mjnb.help() == page()
    assert mjnb.help("--s") == entry("stylization")
