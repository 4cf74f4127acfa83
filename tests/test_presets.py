"""Presets: flags under a name, kept on disk, checked whenever they are read, and never above what is said."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mjnb import prompt
from mjnb.errors import ConfigError, InvalidRequest
from mjnb.presets import FILE, Presets, applied, checked

NOIR = "--s 400 --w 250 --v 7"


@pytest.fixture
def presets(tmp_path: Path) -> Presets:
    return Presets(tmp_path / "data")


def test_what_is_saved_is_there_for_the_next_one(presets: Presets, tmp_path: Path) -> None:
    assert presets.all() == {}
    assert presets.save("noir", NOIR) is None
    assert presets.save("bright", "  --s   50\n--no fog ") is None
    again = Presets(tmp_path / "data")
    assert again.all() == {"bright": "--s 50 --no fog", "noir": NOIR}
    assert again.flags("noir") == NOIR
    assert os.listdir(tmp_path / "data") == [FILE]


def test_saving_again_tells_what_it_replaces(presets: Presets) -> None:
    presets.save("noir", NOIR)
    assert presets.save("noir", "--s 10") == NOIR
    assert presets.forget("noir") == "--s 10"
    assert presets.all() == {}


# what is no preset, and why
WRONG = {
    "": "there are no flags",
    "film noir": "'film noir' is no flag",
    "--s 400 film noir": "'film noir' is no flag",
    "--s 4000": "4000 is outside 0 to 1000",
    "--ar 21:9": "nearest is",
    "--s 1 --s 2": "given twice",
    "--s {1, 2}": "no braces",
    "--q 7": "7.* is not one of",
    "--cref https://a.io/b.png --v 7": "Midjourney's limit",
    "--stylze 300": "did you mean --stylize 300",
    "--r 4": "not how often",
    "--yes": "--yes is an option of %mj",
    "--what": "'--what' is no flag",
    "--no a\x1b[31m": "control characters",
}


@pytest.mark.parametrize(("flags", "why"), WRONG.items(), ids=map(repr, WRONG))
def test_what_is_not_legal_is_not_kept(presets: Presets, flags: str, why: str) -> None:
    with pytest.raises(InvalidRequest, match=why):
        presets.save("noir", flags)
    assert not presets.path.exists()


@pytest.mark.parametrize(
    "name", ["", "two words", "../x", "--s", "1st", "a" * 41, "a=b", "a\nb", "_x", '"x"']
)
def test_a_name_is_a_word(presets: Presets, name: str) -> None:
    with pytest.raises(InvalidRequest, match="is no name for a preset"):
        presets.save(name, NOIR)
    assert not presets.path.exists()


def test_a_name_that_is_not_there_says_which_was_meant(presets: Presets) -> None:
    with pytest.raises(InvalidRequest) as empty:
        presets.flags("noir")
    assert "%mj save" in empty.value.hint
    presets.save("noir", NOIR)
    for ask in (presets.flags, presets.forget):
        with pytest.raises(InvalidRequest, match="did you mean 'noir'"):
            ask("nior")


# what stands in a file that somebody else wrote, and what it says when it is used
FOREIGN = {
    "noir = '--s 4000'": "4000 is outside",
    "noir = '--yes a fox'": "is an option of %mj",
    "noir = 'rm -rf /'": "is no flag",
    'noir = "--no \\u001b[31m"': "control characters",
    "noir = 3": "there is no preset",
    "'../noir' = '--s 4'": "there is no preset",
    "[noir]\ns = 4": "there is no preset",
}


@pytest.mark.parametrize(("text", "why"), FOREIGN.items(), ids=FOREIGN)
def test_a_file_is_hostile_until_checked(presets: Presets, text: str, why: str) -> None:
    presets.path.parent.mkdir()
    presets.path.write_text(text)
    with pytest.raises(InvalidRequest, match=why):
        presets.flags("noir")


@pytest.mark.parametrize("content", [b"noir = ", b"\xff\xfe", b"a" * 1_000_001, b"a = " + b"[" * 100_000])
def test_a_file_that_cannot_be_read_is_named_and_kept(presets: Presets, content: bytes) -> None:
    presets.path.parent.mkdir()
    presets.path.write_bytes(content)
    with pytest.raises(ConfigError, match=FILE):
        presets.all()
    with pytest.raises(ConfigError, match=FILE):
        presets.save("noir", NOIR)
    assert presets.path.read_bytes() == content


def test_a_folder_that_cannot_be_written_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(ConfigError):
        Presets(tmp_path / "data").save("noir", NOIR)
    assert os.listdir(tmp_path) == ["data"]


# flags of the preset, the line, and what is read of both together
APPLIED = {
    "beside": (NOIR, "a cat", {"stylization": 400, "weirdness": 250, "version": "7"}, "a cat"),
    "own first": (NOIR, "a cat --s 10", {"stylization": 10, "weirdness": 250, "version": "7"}, "a cat"),
    "other spelling": ("--s 1 --v 7", "owl --stylize 2 --v 6", {"stylization": 2, "version": "6"}, "owl"),
    "same parameter": ("--v 7", "owl --niji 6", {"version": "niji6"}, "owl"),
    "speed": ("--turbo --s 5", "a cat --relax", {"speed": "relaxed", "stylization": 5}, "a cat"),
    "passed": ("--no fog --raw", "a cat --no dogs", {}, "a cat --no dogs --raw"),
    "reference": (
        "--oref https://example.com/a.png --ow 50",
        "a cat --ow 9",
        {"file_urls": ("https://example.com/a.png",), "task_type": "mj_omni_reference", "ow": 9},
        "a cat",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("flags", "line", "said", "text"), APPLIED.values(), ids=APPLIED)
def test_what_a_line_says_itself_goes_first(
    flags: str, line: str, said: dict[str, object], text: str
) -> None:
    (whole,) = prompt.expand(applied(checked(flags), line))
    read = prompt.read(whole)
    assert (read.said, read.text) == (said, text)


def test_a_line_with_sets_keeps_them() -> None:
    lines = prompt.expand(applied(NOIR, "a {red, blue} cat --s {0, 500}"))
    assert [prompt.read(line).said["stylization"] for line in lines] == [0, 500, 0, 500]
    assert {prompt.read(line).said["weirdness"] for line in lines} == {250}


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_flags_are_kept_as_they_are_or_refused(words: str) -> None:
    """Whatever is kept is read back from the file as it was."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        presets = Presets(Path(folder))
        try:
            clean = checked(f"--no {words}")
        except InvalidRequest:
            return
        presets.save("noir", f"--no {words}")
        assert Presets(Path(folder)).flags("noir") == clean
