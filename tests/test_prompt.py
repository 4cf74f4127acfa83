"""Prompt text: nothing typed is ever lost, only known flags are flags, and what is not applied is said."""

from __future__ import annotations

import re
from difflib import get_close_matches
from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mjnb import params
from mjnb.errors import InvalidRequest, PromptError
from mjnb.params import Choice, NumberChoice, Span, Urls
from mjnb.prompt import (
    ASK_ABOVE,
    LIMIT,
    PASSED,
    Completion,
    complete,
    escape,
    expand,
    interpolate,
    plain,
    read,
    write,
)

URL = "https://s.mj.run/a-b.png"
URL2 = "https://cdn.example.com/two.jpg?x=1&y=--v"
unhurried = settings(deadline=None)  # the machine is shared
KNOWN = {*params.flags(), *PASSED, "--r", "--repeat"}


def faults(line: str) -> tuple[str, ...]:
    with pytest.raises(PromptError) as caught:
        read(line)
    return caught.value.faults


def words_offered(line: str) -> list[str]:
    return [proposal.text for proposal in complete(line, len(line))]


# ---- read: what becomes a value ---------------------------------------------------------------------

MAPPED: list[tuple[str, dict[str, Any]]] = [
    ("--ar 16:9", {"aspect_ratio": "16:9"}),
    ("--aspect 1:2", {"aspect_ratio": "1:2"}),
    ("--s 250", {"stylization": 250}),
    ("--stylize 0", {"stylization": 0}),
    ("--c 10", {"variety": 10}),
    ("--chaos 100", {"variety": 100}),
    ("--w 3000", {"weirdness": 3000}),
    ("--weird 1", {"weirdness": 1}),
    ("--v 7", {"version": "7"}),
    ("--version 6.1", {"version": "6.1"}),
    ("--niji 6", {"version": "niji6"}),
    ("--fast", {"speed": "fast"}),
    ("--relax", {"speed": "relaxed"}),
    ("--turbo", {"speed": "turbo"}),
    ("--ow 400", {"ow": 400}),
    (f"--oref {URL}", {"file_urls": (URL,), "task_type": "mj_omni_reference"}),
    (f"--sref {URL}", {"file_urls": (URL,), "task_type": "mj_style_reference"}),
    (f"--sref {URL} {URL2}", {"file_urls": (URL, URL2), "task_type": "mj_style_reference"}),
    ("--motion high", {"motion": "high"}),
    ("--bs 2", {"video_batch_size": 2}),
    ("--video", {"task_type": "mj_video"}),
]


@pytest.mark.parametrize(("typed", "said"), MAPPED)
@pytest.mark.parametrize("where", ["{} a red fox", "a {} red fox", "a red fox {}", "a red\n{}\tfox"])
def test_a_mapped_flag_is_read_wherever_it_stands(typed: str, said: dict[str, Any], where: str) -> None:
    prompt = read(where.format(typed))
    assert prompt.said == said
    assert prompt.text.split() == ["a", "red", "fox"]
    assert prompt.passed == ()


def test_every_flag_of_the_table_has_a_vector_here() -> None:
    assert {typed.split()[0] for typed, _ in MAPPED} == set(params.flags())


def test_flags_may_be_in_upper_case() -> None:
    assert read("fox --AR 16:9 --Fast").said == {"aspect_ratio": "16:9", "speed": "fast"}


def test_pictures_at_the_start_are_file_urls() -> None:
    prompt = read(f"{URL} {URL2} a fox --ar 1:1")
    assert prompt.text == "a fox"
    assert prompt.said == {"file_urls": (URL, URL2), "task_type": "mj_img2img", "aspect_ratio": "1:1"}


def test_a_picture_that_moves_is_a_video() -> None:
    assert read(f"{URL} it runs --motion low").said["task_type"] == "mj_video"
    assert read(f"{URL} it runs --bs 4").said["task_type"] == "mj_video"


def test_a_picture_inside_the_text_or_with_a_weight_is_text() -> None:
    for line in (f"a fox like {URL} there", f"{URL}::2 a fox"):
        assert read(line).text == line
        assert read(line).said == {}


def test_repeat_is_carried_out_by_us() -> None:
    assert read("fox --r 4").repeat == 4
    assert read("fox --repeat 40").repeat == LIMIT
    assert read("fox").repeat == 1
    assert read("fox --r 4").text == "fox"
    assert faults("fox --r 41") == ("--r 41 is outside 1 to 40",)


def test_what_was_read_makes_a_request() -> None:
    prompt = read(f"a fox --oref {URL} --ow 400 --v 7 --seed 3")
    request = params.make(params.Generate, {"prompt": prompt.text, **prompt.said})
    assert request.ow == 400
    assert request.prompt == "a fox --seed 3"
    video = read(f"{URL} it runs --motion low")
    assert params.make(params.Generate, {"prompt": video.text, **video.said}).motion == "low"


def test_flags_of_another_task_type_are_read_and_left_to_params() -> None:
    prompt = read("a fox --ow 100 --fast")
    with pytest.raises(InvalidRequest, match="ow does not apply to mj_txt2img"):
        params.make(params.Generate, {"task_type": "mj_txt2img", "prompt": prompt.text, **prompt.said})


# ---- read: what stays -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "'tis the season",
        'a "quoted phrase" and an unclosed "one',
        "a cat ;",
        "a cat # not a comment",
        "{cat} $x ${x} %s %(x)s {0} {{",
        "cost -1 or -v or - v 7",
        "50% off, rock'n'roll \\ back\\slash \\n",
        "a cat -- a dog",
        "a cat -v- and -x 7, U-V, x = 1, a=b",
        "hot dog::1.5 food::-1 ::",
        "rain—fast and slow – v 7 — s",
        "well--fast as one word",
        "a\tb\n\n  c",
        'say "--help" and "--stylze 3"',
        "雪の狐 🦊 naïve",
    ],
)
def test_prose_survives_byte_for_byte(line: str) -> None:
    prompt = read(line)
    assert prompt.text == line
    assert (prompt.said, prompt.passed, prompt.repeat) == ({}, (), 1)


def test_words_that_are_written_as_flags_and_are_none_stay_and_are_listed() -> None:
    prompt = read("a cat --unknown 3 --vibe --s-curve --c3po -- --1")
    assert prompt.text == "a cat --unknown 3 --vibe --s-curve --c3po -- --1"
    assert prompt.unknown == ("--unknown", "--vibe", "--s-curve", "--c3po")


@pytest.mark.parametrize(
    ("line", "text", "said"),
    [
        ("a cat --ar 16:9 in the rain", "a cat in the rain", {"aspect_ratio": "16:9"}),
        ("a cat --no text --v 7", "a cat --no text", {"version": "7"}),
        ("'tis --s 5 the season", "'tis the season", {"stylization": 5}),
        ("a  b --fast  c", "a  b c", {"speed": "fast"}),
        ("one --fast\n\ntwo", "one\n\ntwo", {"speed": "fast"}),
        ("--v 7\na fox", "a fox", {"version": "7"}),
    ],
)
def test_a_flag_taken_out_leaves_the_rest_as_it_was(line: str, text: str, said: dict[str, Any]) -> None:
    assert (read(line).text, read(line).said) == (text, said)


@pytest.mark.parametrize(
    "typed",
    [
        "--sw 100",
        "--sv 6",
        "--iw 2",
        "--no text, frames",
        "--no well-lit room",
        "--seed 7",
        "--tile",
        "--q 2",
        "--raw",
        "--style raw",
        "--stop 80",
        "--exp 10",
        "--p a-b",
        "--draft",
        f"--cref {URL}",
        "--cw 0",
        "--loop",
        f"--end {URL}",
        "--stealth",
        "--sref 12345",
        "--sref random",
        "--sref 123 456::2",
        f"--sref {URL}::2 {URL2}",
        f"--sref 123 {URL}",
        "--sref my-code",
    ],
)
def test_flags_without_a_field_stay_in_the_text(typed: str) -> None:
    prompt = read(f"a fox {typed} --v 7")
    assert prompt.text == f"a fox {typed}"
    assert prompt.passed == (typed,)
    assert prompt.said == {"version": "7"}


def test_several_that_stay_are_listed_in_order() -> None:
    assert read("fox --seed 7 --no a b --TILE").passed == ("--seed 7", "--no a b", "--TILE")


def test_a_hyphen_in_a_value_is_no_flag() -> None:
    prompt = read(f"fox --sref {URL} --v 7 --no well-lit room --s 5")
    assert prompt.text == "fox --no well-lit room"
    assert prompt.said["file_urls"] == (URL,)
    assert (prompt.said["version"], prompt.said["stylization"]) == ("7", 5)


def test_references_without_room_stay_in_the_text() -> None:
    prompt = read(f"fox --sref {URL2} --sw 5 --oref {URL} --ow 9")
    assert prompt.said == {"file_urls": (URL,), "task_type": "mj_omni_reference", "ow": 9}
    assert prompt.text == f"fox --sref {URL2} --sw 5"
    assert prompt.passed == (f"--sref {URL2}", "--sw 5")


def test_the_weight_of_a_reference_that_stays_stays_with_it() -> None:
    prompt = read(f"{URL2} fox --oref {URL} --ow 9")
    assert prompt.said == {"file_urls": (URL2,), "task_type": "mj_img2img"}
    assert prompt.text == f"fox --oref {URL} --ow 9"


def test_only_sref_is_both_mapped_and_passed() -> None:
    assert set(PASSED) & set(params.flags()) == {"--sref"}
    assert all(passed.help for passed in PASSED.values())


# ---- read: what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("--ar 21:9", "--ar 21:9 is not one of 1:2, .*; nearest is 2:1"),
        ("--ar 4:5", "nearest is 5:6"),
        ("--ar 7:4", "nearest is 16:9"),
        ("--ar 1920:1080", "nearest is 16:9"),
        ("--ar 1:9", "nearest is 1:2"),
        ("--ar 16x9", "did you mean 16:9"),
        ("--ar 0:1", "not one of"),
        ("--ar", "--ar needs a value: 1:2, 9:16"),
        ("--ar --v 7", "--ar needs a value"),
        ("--v 3", "--v 3 is not one of 7, 6.1, 6, 5.2, 5.1$"),
        ("--v 8.1", "--v 8.1 is not one of"),
        ("--niji 5", "--niji 5 is not one of 6, 7"),
        ("--niji", "--niji needs a value: 6, 7"),
        ("--s", "--s needs a value: 0 to 1000"),
        ("--s 1001", "--s 1001 is outside 0 to 1000"),
        ("--s -5", "--s -5 is outside"),
        ("--s 2.5", "--s needs a whole number, not '2.5'"),
        ("--s 250,", "needs a whole number, not '250,'"),
        (f"--s {'9' * 5000}", "needs a whole number"),
        ("--c 101", "outside 0 to 100"),
        ("--w 3001", "outside 0 to 3000"),
        ("--bs 3", "--bs 3 is not one of 1, 2, 4"),
        ("--motion fast", "--motion fast is not one of high, low"),
        ("--oref", "--oref needs a URL"),
        ("--oref cat", "--oref needs a URL"),
        (f"--oref {URL} {URL2}", "--oref takes one URL"),
        ("--oref https://", "not an http or https URL"),
        (f"--oref {URL},", "ends in a comma"),
        ("--sref", "--sref needs a URL or a style code"),
        ("--sref --v 7", "--sref needs a URL or a style code"),
        ("--s 100 --s 250", "--s given twice: 100 and 250"),
        ("--s 100 --stylize 250", "--s 100 and --stylize 250 contradict each other"),
        ("--v 7 --niji 6", "--v 7 and --niji 6 contradict each other"),
        ("--fast --relax", "--fast and --relax contradict each other"),
        ("--r 2 --repeat 3", "contradict each other"),
        (f"--oref {URL} --oref {URL2}", "--oref given twice"),
        (f"--sref {URL} --sref {URL2}", "--sref given twice"),
        ("--s500", "--s500 is not read as a flag: did you mean --s 500?"),
        ("--v6.1,", "did you mean --v 6.1?"),
        ("--ar16:9", "did you mean --ar 16:9?"),
        ("--ar=16:9", "did you mean --ar 16:9?"),
        ("--ar= 16:9", "did you mean --ar 16:9?"),
        ("--R4", "did you mean --r 4?"),
        ("--fast,", "did you mean --fast?"),
        ("--fast=true", "did you mean --fast?"),
        ("—v 7", "did you mean --v 7?"),
        ("–ar 16:9", "did you mean --ar 16:9?"),
        ("——s500", "did you mean --s 500?"),
        ("—fast", "did you mean --fast?"),
        ("--no text —v 7", "did you mean --v 7?"),
        ("—weird and wet", "did you mean --weird?"),
        ("--no text --ar 16:9 in the rain", "--no would take 'in' for its own"),
    ],
)
def test_what_would_not_be_applied_is_refused(typed: str, fault: str) -> None:
    found = faults(f"a fox {typed}")
    assert any(re.search(fault, one) for one in found), found


def test_all_faults_come_at_once_and_each_once() -> None:
    assert len(faults("--ar 21:9 --v 3 --s 9999 --s 9999 --fast --relax")) == 5


def test_the_same_value_twice_is_no_fault() -> None:
    assert read("fox --s 5 --stylize 5 --fast --fast").said == {"stylization": 5, "speed": "fast"}


@pytest.mark.parametrize(
    "line", ["", "  \n", "--ar 16:9", "--seed 7", "--no text --tile", URL, f"{URL} --v 7 --no a"]
)
def test_an_empty_prompt_is_refused(line: str) -> None:
    assert any(fault.startswith("the prompt is empty") for fault in faults(line))


def test_pictures_at_the_start_are_checked() -> None:
    assert any("ends in a comma" in fault for fault in faults(f"{URL}, {URL2} a fox"))
    assert any("user name" in fault for fault in faults("https://me:secret@example.com/a.png a fox"))


# ---- read: properties -------------------------------------------------------------------------------

tricky = st.sampled_from(
    ["'tis", '"a', "--", "—", "–", "--x", "-v", "::2", "{a,", "b}", "$x", "\\,", "#", ";", "--sx", "a--v"]
)
prose_words = st.lists(st.one_of(tricky, st.text(min_size=1, max_size=8)), min_size=1, max_size=8)


def is_plain(prose: str) -> bool:
    """Whether a text has nothing that resembles a known flag, and no picture at its start."""
    names = {known[2:] for known in KNOWN}
    words = prose.split()
    for word, following in zip(words, [*words[1:], ""], strict=False):
        found = re.match(r"[-—–]+([A-Za-z]+)", word)
        letters = (found.group(1) if found else following if word == "--" else "").lower()
        if letters in names or (found and (len(letters) < 4 or get_close_matches(letters, names))):
            return False
    return bool(prose.strip()) and not prose.strip().lower().startswith("http")


@unhurried
@given(st.lists(st.one_of(tricky, st.text(max_size=8), st.sampled_from([" ", "\n", "\t"]))).map("".join))
def test_no_character_of_prose_is_lost(prose: str) -> None:
    if is_plain(prose):
        assert read(prose).text == prose.strip()


@unhurried
@given(prose_words, st.data())
def test_flags_between_words_leave_exactly_the_words(drawn: list[str], data: st.DataObject) -> None:
    words = " ".join(drawn).split()
    if not is_plain(" ".join(words)):
        return
    flags = data.draw(st.lists(st.sampled_from([f for f, _ in MAPPED if "ref" not in f]), max_size=4))
    one_each = {next(iter(dict(MAPPED)[flag])): flag for flag in flags}
    line = list(words)
    for flag in one_each.values():
        line.insert(data.draw(st.integers(0, len(line))), flag)
    prompt = read(" ".join(line))
    assert prompt.text == " ".join(words)
    assert set(prompt.said) == set(one_each)


# ---- write ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ({"prompt": "fox", "stylization": 250, "aspect_ratio": "16:9"}, "fox --ar 16:9 --s 250"),
        ({"prompt": "fox", "version": "7"}, "fox --v 7"),
        ({"prompt": "fox", "version": "niji6", "speed": "relaxed"}, "fox --relax --niji 6"),
        ({"prompt": "fox", "variety": 0, "weirdness": 5}, "fox --c 0 --w 5"),
        ({"prompt": "fox", "task_type": "mj_img2img", "file_urls": (URL, URL2)}, f"{URL} {URL2} fox"),
        ({"prompt": "fox", "task_type": "mj_omni_reference", "file_urls": (URL,)}, f"fox --oref {URL}"),
        ({"prompt": "fox", "task_type": "mj_style_reference", "file_urls": [URL]}, f"fox --sref {URL}"),
        ({"prompt": "fox", "task_type": "mj_txt2img", "water_mark": "me", "enable_translation": True}, "fox"),
        ({"prompt": "fox", "call_back_url": URL, "version": None}, "fox"),
        ({"stylization": 1}, "--s 1"),
        ({}, ""),
    ],
)
def test_write_uses_the_shortest_common_spelling(said: dict[str, Any], line: str) -> None:
    assert write(said) == line


def values_of(row: params.Row) -> st.SearchStrategy[Any]:
    domain = row.domain
    if isinstance(domain, Span):
        return st.integers(domain.low, domain.high)
    assert isinstance(domain, Choice | NumberChoice)
    return st.sampled_from(domain.values)


SPELLED_TYPES = [None, "mj_img2img", "mj_style_reference", "mj_omni_reference", "mj_video"]
PROMPTS = [
    "a fox",
    "'tis {a, b} \\, \"x",
    "a\n\nfox -- --x 3",
    "fox --no text, a-b",
    "fox --seed 7 --sref 12 5",
]


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    """Values that a line can say, drawn from the table."""
    kind = draw(st.sampled_from(SPELLED_TYPES))
    said: dict[str, Any] = {"prompt": draw(st.sampled_from(PROMPTS))}
    for name, row in params.rows().items():
        fits = row.flags and not isinstance(row.domain, Urls) and row.applies(kind or "mj_txt2img")
        fits = fits and name != "task_type"
        if fits and (draw(st.booleans()) or (name, kind) == ("motion", "mj_video")):
            said[name] = draw(values_of(row))
    if kind:
        many = 1 if kind in ("mj_omni_reference", "mj_video") else 3
        urls = draw(st.lists(st.sampled_from([URL, URL2, "http://example.org/x"]), min_size=1, max_size=many))
        said |= {"task_type": kind, "file_urls": tuple(urls)}
    return said


@unhurried
@given(requests())
def test_what_is_written_reads_back(said: dict[str, Any]) -> None:
    prompt = read(write(said))
    assert {"prompt": prompt.text, **prompt.said} == said


@unhurried
@given(requests())
def test_a_written_line_survives_the_other_doors_when_escaped(said: dict[str, Any]) -> None:
    assert expand(interpolate(escape(write(said)), {})) == [write(said)]


# ---- expand -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "prompts"),
    [
        (
            "a {red, green} bird in the {jungle, desert}",
            [
                "a red bird in the jungle",
                "a red bird in the desert",
                "a green bird in the jungle",
                "a green bird in the desert",
            ],
        ),
        (
            "A {sculpture, painting} of a {seagull {on a pier, on a beach}, poodle {on a sofa, in a truck}}",
            [
                f"A {art} of a {animal}"
                for art in ("sculpture", "painting")
                for animal in (
                    "seagull on a pier",
                    "seagull on a beach",
                    "poodle on a sofa",
                    "poodle in a truck",
                )
            ],
        ),
        (r"{red, pastel \, yellow} bird", ["red bird", "pastel, yellow bird"]),
        (r"{red, pastel\, yellow} bird", ["red bird", "pastel, yellow bird"]),
        ("bird --{v 5, niji, test}", ["bird --v 5", "bird --niji", "bird --test"]),
        ("bird --{v 5.2, niji 6}", ["bird --v 5.2", "bird --niji 6"]),
        ("bird --ar {3:2, 1:1}", ["bird --ar 3:2", "bird --ar 1:1"]),
        ("bird --s {0, 250}", ["bird --s 0", "bird --s 250"]),
        ("no sets, just commas", ["no sets, just commas"]),
        ("{a, b", ["{a, b"]),
        ("a, b}", ["a, b}"]),
        ("{} {a} {b {c}}", ["{} {a} {b {c}}"]),
        ("{a {b, c}}", ["{a b}", "{a c}"]),
        ("{x, {a}}", ["x", "{a}"]),
        ("{open {a, b}", ["{open a", "{open b"]),
        ("{a, b}}", ["a}", "b}"]),
        ("{a,}s", ["as", "s"]),
        (r"\{a, b\}", ["{a, b}"]),
        (r"{\{, \}}", ["{", "}"]),
        (r"{a\\, b}", ["a\\", "b"]),
        (r"C:\temp \n \\ \'", [r"C:\temp \n \\ \'"]),
        ("", [""]),
    ],
)
def test_permutations(line: str, prompts: list[str]) -> None:
    assert expand(line) == prompts


def test_permutations_in_flags_read_well() -> None:
    said = [read(line).said for line in expand("a bird --{v 5.2, niji 6} --s {0, 250}")]
    assert said == [{"version": v, "stylization": s} for v, s in product(("5.2", "niji6"), (0, 250))]


def test_the_limit_is_refused_not_cut() -> None:
    assert len(expand("{a,b}" * 5)) == 32
    with pytest.raises(PromptError, match="make 64 prompts, 40 are allowed"):
        expand("{a,b}" * 6)
    assert len(expand("{a,b}" * 6, limit=64)) == 64
    assert len(expand("{" + ",".join("x" * LIMIT) + "}")) == LIMIT
    assert ASK_ABOVE < LIMIT


def test_ten_thousand_nested_braces() -> None:
    with pytest.raises(PromptError, match="make 10,001 prompts"):
        expand("{a," * 10_000 + "b" + "}" * 10_000)
    with pytest.raises(PromptError, match="more than"):
        expand("{a,b}" * 10_000)
    for literal in ("{" * 10_000, "}" * 10_000, "{" * 10_000 + "a" + "}" * 10_000, "{a," * 10_000):
        assert expand(literal) == [literal]


@unhurried
@given(st.text(alphabet="{}ab \\,\n"))
def test_without_commas_or_escapes_nothing_changes(text: str) -> None:
    plain = text.replace(",", "").replace("\\", "")
    assert expand(plain) == [plain]


trees: st.SearchStrategy[Any] = st.recursive(
    st.text(alphabet="ab{},\\é'-", min_size=1, max_size=4),
    lambda inner: st.lists(st.lists(inner, max_size=3), min_size=2, max_size=3),
    max_leaves=8,
)


def written(node: Any) -> str:
    """Return a tree as a line: a text is plain, a list is a set of options."""
    if isinstance(node, str):
        return escape(node)
    return "{" + ", ".join("".join(map(boxed, option)) for option in node) + "}"


def boxed(node: Any) -> str:
    """Return a tree as a line that may stand before a mark or a text: an ``x`` keeps them apart."""
    return written(node) + "x"


def meant(node: Any) -> list[str]:
    if isinstance(node, str):
        return [node + "x"]
    options = [["".join(way) for way in product(*map(meant, option))] for option in node]
    return [text + "x" for option in options for text in option]


@unhurried
@given(trees)
def test_expand_gives_every_way_once_in_order(tree: Any) -> None:
    prompts = expand(boxed(tree), limit=10**6)
    assert prompts == meant(tree)


# ---- interpolate ------------------------------------------------------------------------------------

spicy = st.one_of(st.text(), st.text(alphabet="\\{}, a", max_size=12))


def test_names_and_attributes() -> None:
    names = {"x": "fox", "n": 7, "row": SimpleNamespace(colour=SimpleNamespace(name="red"))}
    assert interpolate("a {{x}} {{ n }} {{row.colour.name}} {{x}}", names) == "a fox 7 red fox"


@pytest.mark.parametrize(
    "text", ["{{", "a {{x", "{{}}", "{{ 1 }}", "{{a b}}", "{{x[0]}}", "{{red, b}, c}", "$x {x}"]
)
def test_other_braces_stay(text: str) -> None:
    assert interpolate(text, {"x": "fox", "red": 1}) == text


def test_three_braces_are_a_set_around_a_name() -> None:
    assert expand(interpolate("{{{x}}, b}", {"x": "a, c"})) == ["a, c", "b"]


def test_a_value_is_never_read_again() -> None:
    assert interpolate("{{x}}", {"x": "{{y}}", "y": "no"}, escape=False) == "{{y}}"
    assert expand(interpolate("{{x}}", {"x": "{{y}}", "y": "no"})) == ["{{y}}"]


def test_missing_names_come_all_at_once_with_a_guess() -> None:
    row = SimpleNamespace(colour="red")
    with pytest.raises(PromptError) as caught:
        interpolate("{{anmial}} {{row.color}} {{nothing}}", {"animal": 1, "row": row})
    assert caught.value.faults == (
        "{{anmial}}: there is no 'anmial'; did you mean 'animal'?",
        "{{nothing}}: there is no 'nothing'",
        "{{row.color}}: 'row' has no 'color'; did you mean 'colour'?",
    )


@unhurried
@given(spicy)
def test_a_value_comes_through_as_it_is(value: str) -> None:
    assert expand(interpolate("{{x}}", {"x": value})) == [value]
    assert expand(escape(value)) == [value]
    assert interpolate("{{x}}", {"x": value}, escape=False) == value


@unhurried
@given(spicy)
def test_a_plain_text_comes_through_as_it_is(text: str) -> None:
    assert expand(interpolate(plain(text), {"a": "fox"})) == [text]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a fox, red", "a fox, red"),
        ("a {fox}, red {", "a {fox}, red {"),
        ("a {red, blue} fox", "a \\{red\\, blue\\} fox"),
        ("a {{fox}}", "a \\{\\{fox\\}\\}"),
    ],
)
def test_only_what_must_be_is_escaped(text: str, line: str) -> None:
    assert plain(text) == line


@unhurried
@given(spicy, spicy)
def test_values_are_plain_inside_sets_and_beside_each_other(one: str, two: str) -> None:
    names = {"x": one, "y": two}
    assert expand(interpolate("{a {{x}}{{y}}., b}", names)) == [f"a {one}{two}.", "b"]
    assert expand(interpolate("{{{x}}{m, n}{{y}}", names)) == [f"{{{one}m{two}", f"{{{one}n{two}"]
    assert expand(interpolate(r"a\{{x}}\{ , {{y}}, b", names)) == [f"a\\{one}{{ , {two}, b"]
    assert [w.strip() for w in expand(interpolate("{ {{x}}, {{y}} }", names))] == [one.strip(), two.strip()]


# ---- complete ---------------------------------------------------------------------------------------


def test_flags_are_offered_after_two_hyphens() -> None:
    assert set(words_offered("a fox --")) == KNOWN
    assert words_offered("a fox --as") == ["--aspect"]
    assert "--stylize" in words_offered("a fox\n--st")
    assert words_offered("a fox --AR") == ["--ar"]
    assert words_offered("--zzz") == []


def test_a_completion_knows_its_place() -> None:
    line = "a fox --asp in the rain"
    help = params.rows()["aspect_ratio"].help
    assert complete(line, 11) == [Completion("--aspect", 6, 11, help)]
    assert complete("fox --motion ", 13)[0].start == 13


def test_values_are_offered_after_a_flag() -> None:
    assert words_offered("fox --ar ") == list(params.rows()["aspect_ratio"].domain.values)  # type: ignore[union-attr]
    assert words_offered("fox --ar 16") == ["16:9"]
    assert words_offered("fox --v ") == ["7", "6.1", "6", "5.2", "5.1"]
    assert words_offered("fox --niji ") == ["6", "7"]
    assert words_offered("fox --bs ") == ["1", "2", "4"]
    assert words_offered("fox --s ") == ["0", "250", "500", "750", "1000"]
    assert words_offered("fox --STYLIZE 2") == ["250"]
    assert words_offered("fox --ow ") == ["1", "250", "500", "750", "1000"]


@pytest.mark.parametrize(
    "line", ["", "a", "a fox ", "fox --ar 16:9 ", "fox --fast ", "fox --oref ", "fox --no ", "-"]
)
def test_nothing_is_offered_in_prose(line: str) -> None:
    assert complete(line, len(line)) == []


@unhurried
@given(st.sampled_from(sorted(set(params.flags()) - {"--oref", "--sref"})))
def test_every_offered_value_is_accepted(name: str) -> None:
    for value in words_offered(f"fox {name} ") or [""]:
        assert read(f"fox {name} {value}").text == "fox"


# ---- time -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "unit",
    [
        "{", "}", "{,", "{a,b}", "\\", "\\,", " ,", "{{", "{{ ", "{{a.", "—", "--", "--s", "--s 1 ", "--s ",
        "--s9 ", "--no ", "--no x --s 1 ", "::", "9", "1:", " ", "\n", "é", f"{URL} ", f"--sref {URL} ",
        f"--oref {URL} --sref {URL2} ", "1 --s 1 --no x --fast ",
    ],
)  # fmt: skip
def test_time_grows_with_length_only(unit: str) -> None:
    """Crafted lines of 200,000 characters finish at all; anything quadratic would take minutes."""
    crafted = unit * (200_000 // len(unit))
    for line in (f"fox --v {crafted}", *([f"{crafted} fox"] if unit.isspace() or "://" in unit else [])):
        for door in (
            lambda line: interpolate(line, {"a": 1}),
            expand,
            read,
            lambda line: complete(line, len(line)),
        ):
            try:
                door(line)
            except PromptError:
                continue
