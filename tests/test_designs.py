"""Which cells a sweep has: every way to say it, every kind of design, and everything that is refused."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from mjnb import errors
from mjnb.params import Choice, NumberChoice, Span, rows
from mjnb.prompt import expand
from mjnb.prompt.spans import MOST, spread
from mjnb.sweeps import Design, design
from mjnb.sweeps.design_making import grown

ARGS = {"kind", "n", "around", "cells", "repeat", "seed", "order", "limit"}


def made(prompt: Any = "a fox", **said: Any) -> Design:
    """Return a design; what is no argument of `design` is a parameter or a template name."""
    how = {name: said.pop(name) for name in list(said) if name in ARGS}
    return design(prompt, said, **how)


def points(prompt: Any = "a fox", **said: Any) -> list[tuple[Any, ...]]:
    return list(made(prompt, **said).points)


def prompts(found: Design) -> list[str]:
    return [cell.request.prompt for cell in found.cells]


def faults(prompt: Any = "a fox", **said: Any) -> str:
    with pytest.raises(errors.InvalidRequest) as told:
        made(prompt, **said)
    return "\n".join(told.value.faults)


# ---- spans ----


@pytest.mark.parametrize(
    ("span", "values"),
    [
        ("0..1000/250", [0, 250, 500, 750, 1000]),
        ("0..1000/300", [0, 300, 600, 900]),
        (" 0 .. 100 / 50 ", [0, 50, 100]),
        ("1000..0/500", [1000, 500, 0]),
        ("900..1000", [900, 950, 1000]),
        (["0..500/250", 1000], [0, 250, 500, 1000]),
        ("5..5/1", [5]),
    ],
)
def test_a_span_stands_for_numbers(span: Any, values: list[int]) -> None:
    assert made(stylization=span).axes["stylization"] == tuple(values)


def test_a_span_of_a_number_choice_has_its_choices() -> None:
    told = spread("1..4", NumberChoice((1, 2, 4)))
    assert told == [1, 2, 4]


@given(some.integers(-500, 500), some.integers(-500, 500), some.integers(1, 200))
def test_a_span_goes_from_one_end_towards_the_other(low: int, high: int, step: int) -> None:
    found = spread(f"{low}..{high}/{step}")
    assert found[0] == low
    assert all(abs(b - a) == step for a, b in itertools.pairwise(found))
    assert min(low, high) <= min(found)
    assert max(found) <= max(low, high)
    assert abs(high - found[-1]) < step


SPAN_FAULTS = {
    "words": ("0..many", "no span"),
    "no step": ("0..1000/0", "has no step"),
    "half": ("0..", "no span"),
    "fraction": ("0..1/0.1", "no span"),
    "outside": ("0..2000/1000", "2000 is outside 0 to 1000"),
    "too many": ("0..100000/1", "100,001 values"),
}


@pytest.mark.parametrize(("span", "fault"), SPAN_FAULTS.values(), ids=SPAN_FAULTS)
def test_a_wrong_span_is_refused(span: str, fault: str) -> None:
    assert fault in faults(stylization=span)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("a fox --s {0..1000/250}", {"stylization": [0, 250, 500, 750, 1000]}),
        (
            "a fox --w {0..3000/1000} --s {0,250,500}",
            {"weirdness": "0..3000/1000", "stylization": [0, 250, 500]},
        ),
        ("a fox --c {0..100}", {"variety": "0..100"}),
        ("a fox --s {0..500/250, 1000}", {"stylization": [0, 250, 500, 1000]}),
    ],
)
def test_a_span_in_the_prompt_is_the_same_sweep(line: str, said: dict[str, Any]) -> None:
    assert Counter(cell.sha for cell in made(line).cells) == Counter(cell.sha for cell in made(**said).cells)


@pytest.mark.parametrize(
    "text", ["a fox {0..9} b", r"a \{0..9/3\} b", "{0..3/1, b", "a --no {1..2}", "0..9/3", "{{0..9}}"]
)
def test_what_is_no_span_of_a_number_stays_text(text: str) -> None:
    assert expand(text) == [text.replace("\\", "")]


def test_a_span_may_stand_deep_in_sets() -> None:
    assert expand("{a --s {0..2/1}, b {7..8/1}}") == ["a --s 0", "a --s 1", "a --s 2", "b 7", "b 8"]


@pytest.mark.parametrize(
    ("text", "fault"), [("a {0..99999/1}", "allowed"), ("a --s {5..5}", "without braces")]
)
def test_a_wrong_span_in_the_prompt_is_refused(text: str, fault: str) -> None:
    with pytest.raises(errors.PromptError, match=fault):
        expand(text)


# ---- templates and prompts ----


def test_a_name_in_braces_is_an_axis() -> None:
    found = made("a {subject} at {time}", subject=["red fox", "grey owl"], time=["dawn", "dusk"])
    assert list(found.axes) == ["subject", "time"]
    assert prompts(found) == [
        "a red fox at dawn",
        "a red fox at dusk",
        "a grey owl at dawn",
        "a grey owl at dusk",
    ]
    assert found.kinds == {"subject": "text", "time": "text"}
    assert found.title == "a {subject} at {time}"


def test_a_name_in_braces_may_have_one_value_or_numbers() -> None:
    found = made("{ count } foxes in {place}", count=[2, 3], place="snow")
    assert prompts(found) == ["2 foxes in snow", "3 foxes in snow"]
    assert found.fixed["place"] == "snow"


def test_what_is_filled_in_is_not_filled_again_and_an_empty_text_is_one() -> None:
    assert prompts(made("a {x} {y}", x=["{y}", ""], y="z")) == ["a {y} z", "a  z"]


def test_templates_and_permutations_multiply() -> None:
    found = made("a {red, blue} {what} --s {0, 100}", what=["fox", "owl"])
    assert set(found.axes) == {"prompt", "stylization", "what"}
    assert len({cell.sha for cell in found.cells}) == 8


def test_a_set_may_hold_a_name() -> None:
    assert prompts(made("{a {x}, two {x}s}", x=["fox", "owl"])) == ["a fox", "a owl", "two foxs", "two owls"]


def test_several_prompts_are_an_axis() -> None:
    found = made(["a fox, red", "an {owl, eagle}"], stylization=[0, 100])
    assert found.axes["prompt"] == ("a fox, red", "an owl", "an eagle")
    assert len(found.cells) == 6


def test_a_sweep_may_have_more_prompts_than_a_plain_line() -> None:
    text = "a {" + ", ".join(map(str, range(41))) + "} fox"
    assert len(made(text, limit=MOST).cells) == 41


TEXT_FAULTS: dict[str, tuple[Any, dict[str, Any], str]] = {
    "unknown, near a name": ("a {subject}", {"subjct": ["a"]}, "did you mean 'subject'"),
    "unknown, near a parameter": ("a {subject}", {"stylisation": [0]}, "did you mean 'stylization'"),
    "unknown, near nothing": ("a fox", {"colour": ["red"]}, "the prompt has no {colour} either"),
    "flags in a value": ("a {x}", {"x": ["fox --s 5"]}, "also says stylization"),
    "repeats in a value": ("a {x}", {"x": ["fox --r 5"]}, "also says repeat"),
    "a wrong flag": ("a {x}", {"x": ["fox --s 5000"]}, "5000 is outside"),
    "no text": ("a {x}", {"x": [True]}, "needs texts"),
    "no texts": ("a {x}", {"x": []}, "x has no values"),
    "twice": ("a {x}", {"x": ["fox", "fox"]}, "fox more than once"),
    "the same cell": ("{a {x}, b}", {"x": ["fox", "owl"]}, "two cells ask for the same"),
    "empty prompt": ("{x}", {"x": ["", "a"]}, "prompt is empty"),
    "the same prompt twice": ("a {red, red} fox", {}, "more than once"),
    "no prompts": ([], {}, "needs a text"),
    "no prompt": (None, {"stylization": [0, 1]}, "prompt is missing"),
    "no text for a prompt": (7, {}, "needs a text"),
    "repeats that differ": ("a fox --r {2, 3}", {}, "--r differs"),
}


@pytest.mark.parametrize(("prompt", "said", "fault"), TEXT_FAULTS.values(), ids=TEXT_FAULTS)
def test_wrong_texts_are_refused(prompt: Any, said: dict[str, Any], fault: str) -> None:
    assert fault in faults(prompt, **said)


# ---- grids ----


def test_file_urls_are_one_value() -> None:
    found = made(file_urls=["https://a.example/1.png", "https://a.example/2.png"], stylization=[0, 100])
    assert list(found.axes) == ["stylization"]
    assert len(found.cells[0].request.file_urls or ()) == 2


def test_ten_thousand_cells_are_the_most() -> None:
    assert len(made(stylization=range(100), weirdness=range(100)).cells) == MOST
    assert "10,100 cells" in faults(stylization=range(101), weirdness=range(100))
    assert "20,000 cells (10,000 x 2 repeats)" in faults(
        stylization=range(100), weirdness=range(100), repeat=2
    )
    assert "more than 10,000 values" in faults(stylization=itertools.count())


def test_many_faults_are_told_in_part() -> None:
    told = faults(stylization=range(2000, 3000)).splitlines()
    assert len(told) == 21
    assert told[-1] == "… and 980 more"


@pytest.mark.parametrize("values", [{0, 100}, {0: 1}])
def test_values_without_an_order_are_refused(values: Any) -> None:
    assert "in an order, such as a list" in faults(stylization=values)


def test_arrays_and_generators_are_read_once() -> None:
    assert made(stylization=(n for n in (0, 50))).axes["stylization"] == (0, 50)
    assert made(stylization=np.array([0, 50])).axes["stylization"] == (0, 50)
    assert made(stylization=pl.Series([0, 50])).axes["stylization"] == (0, 50)


# ---- samples ----

WIDE = {"stylization": "0..1000", "weirdness": [0, 3000], "speed": ["fast", "turbo", "relaxed"]}


@pytest.mark.parametrize("kind", ["latin", "sobol"])
@pytest.mark.parametrize("n", [1, 2, 7, 20, 64])
def test_a_sample_has_n_distinct_cells_on_the_steps_of_the_table(kind: str, n: int) -> None:
    found = made(**WIDE, kind=kind, n=n)
    assert len(found.cells) == len({cell.sha for cell in found.cells}) == n
    for name, values in found.axes.items():
        domain = rows()[name].domain
        if isinstance(domain, Span):
            assert all(value % domain.step == 0 for value in values)
            assert list(values) == sorted(set(values))
        else:
            assert isinstance(domain, Choice)
        assert set(values) == {at[list(found.axes).index(name)] for at in found.points}


@pytest.mark.parametrize("kind", ["latin", "sobol"])
def test_a_sample_is_made_by_its_seed(kind: str) -> None:
    assert made(**WIDE, kind=kind, n=9, seed=4) == made(**WIDE, kind=kind, n=9, seed=4)
    assert made(**WIDE, kind=kind, n=9, seed=4).points != made(**WIDE, kind=kind, n=9, seed=5).points


@pytest.mark.parametrize("n", [3, 5, 10, 21, 40])
def test_a_latin_hypercube_meets_each_stratum_once(n: int) -> None:
    found = made(**WIDE, kind="latin", n=n)
    levels = [at[0] // 50 for at in found.points]  # 0 to 20
    if n <= 21:
        assert sorted(int(level * n / 21) for level in levels) == list(range(n))
    counts = Counter(levels)
    assert max(counts.values()) - min([*counts.values(), 0 if n < 21 else 1]) <= 1
    speeds = Counter({"fast": 0, "turbo": 0, "relaxed": 0}) + Counter(at[2] for at in found.points)
    assert max(speeds.values()) - min(speeds.values()) <= 1


def test_sobol_points_are_a_net() -> None:
    """64 points fill each of 8 x 8 squares once: a (0, 6, 2)-net in base 2."""
    found = made(stylization="0..70/10", weirdness="0..700/100", kind="sobol", n=64)
    assert set(found.points) == set(itertools.product(range(0, 71, 10), range(0, 701, 100)))


def test_a_larger_sobol_sample_begins_with_the_smaller() -> None:
    small, large = (made(**WIDE, kind="sobol", n=n).points for n in (10, 50))
    assert large[:10] == small


@pytest.mark.parametrize("kind", ["latin", "sobol"])
def test_a_sample_of_all_combinations_is_the_grid(kind: str) -> None:
    said = {"stylization": "0..100/50", "speed": ["fast", "turbo"]}
    assert set(made(**said, kind=kind, n=6).points) == set(made(**said).points)


SAMPLE_FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "no n": ({"kind": "latin"}, "needs n"),
    "n of zero": ({"kind": "sobol", "n": 0}, "needs n"),
    "n of a half": ({"kind": "sobol", "n": 1.5}, "needs n"),
    "n of a grid": ({"n": 5}, "n is for latin and sobol"),
    "too many": ({"kind": "sobol", "n": 10}, "only 3 = 3 combinations"),
    "no such design": ({"kind": "soboll", "n": 2}, "did you mean 'sobol'"),
    "seed": ({"seed": -1}, "seed needs"),
    "order": ({"order": "sorted"}, "random, listed"),
    "around a grid": ({"around": {"stylization": 0}}, "around is for one-at-a-time"),
}


@pytest.mark.parametrize(("how", "fault"), SAMPLE_FAULTS.values(), ids=SAMPLE_FAULTS)
def test_a_wrong_way_to_choose_is_refused(how: dict[str, Any], fault: str) -> None:
    assert fault in faults(stylization="0..100", **how)


def test_a_sample_needs_an_axis() -> None:
    assert "needs an axis" in faults(kind="latin", n=3)


# ---- one at a time ----


def test_one_at_a_time_varies_each_axis_alone() -> None:
    found = made(
        stylization=[0, 500],
        weirdness=[0, 1000],
        kind="one-at-a-time",
        around={"stylization": 250},
        order="listed",
    )
    assert found.axes == {"stylization": (0, 250, 500), "weirdness": (0, 1000)}
    assert found.points == ((250, 0), (0, 0), (500, 0), (250, 1000))


def test_one_at_a_time_takes_texts() -> None:
    found = made("a {x} {red, blue}", x=["fox", "owl"], kind="one-at-a-time", around={"x": "owl"})
    assert found.points == (("a {x} red", "owl"), ("a {x} blue", "owl"), ("a {x} red", "fox"))


@pytest.mark.parametrize(
    ("around", "fault"),
    [
        ({"version": 7}, "version is no axis"),
        ({"stylization": [0, 5]}, "needs one value"),
        ({"stylization": 5000}, "5000 is outside"),
        ({"stylisation": 5}, "did you mean 'stylization'"),
        ({"prompt": "a bear"}, "none of the prompts"),
        (250, "needs a value by axis"),
    ],
)
def test_a_wrong_centre_is_refused(around: Any, fault: str) -> None:
    assert fault in faults(stylization=[0, 100], kind="one-at-a-time", around=around)


# ---- frames ----


def test_a_frame_has_a_row_for_each_cell() -> None:
    frame = pl.DataFrame(
        {"stylization": [500, None, 0], "speed": ["fast", "turbo", "fast"], "who": ["fox", "owl", "owl"]}
    )
    found = made("a {who}", cells=frame, version=7)
    assert found.points == ((500, "fast", "fox"), (None, "turbo", "owl"), (0, "fast", "owl"))
    assert found.axes["stylization"] == (None, 0, 500)
    assert [cell.request.stylization for cell in found.cells] == [500, None, 0]
    assert prompts(found) == ["a fox", "a owl", "a owl"]
    assert found.fixed["version"] == "7"


def test_a_frame_may_have_the_prompts() -> None:
    found = made(None, cells=pl.DataFrame({"prompt": ["a fox", "an owl, white"], "stylization": [1, 1]}))
    assert prompts(found) == ["a fox", "an owl, white"]
    assert found.fixed == {"stylization": 1}


def test_cells_may_be_a_list_and_repeat() -> None:
    found = made(cells=[{"stylization": 1}, {"weirdness": 2}], repeat=2)
    assert [(cell.at, cell.repeat) for cell in found.cells] == [
        ((1, None), 1),
        ((1, None), 2),
        ((None, 2), 1),
        ((None, 2), 2),
    ]


FRAME_FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "twice the same": (
        {"cells": [{"stylization": 1}, {"stylization": 1.0}]},
        "rows 0 and 1 (from 0) are the same",
    ),
    "no rows": ({"cells": pl.DataFrame({"stylization": []})}, "no rows"),
    "no frame": ({"cells": "grid"}, "needs a polars frame"),
    "unknown column": ({"cells": [{"stylisation": 1}]}, "did you mean 'stylization'"),
    "out of range": (
        {"cells": [{"stylization": 1}, {"stylization": 1001}]},
        "row 1: stylization 1001 is outside",
    ),
    "not of the task type": ({"cells": [{"ow": 1}, {"ow": 2}]}, "ow does not apply to mj_txt2img"),
    "also axes": ({"cells": [{"stylization": 1}], "weirdness": [0, 1]}, "give it a column"),
    "also fixed": ({"cells": [{"stylization": 1}], "stylization": 5}, "beside cells and as a column"),
    "also a design": ({"cells": [{"stylization": 1}], "kind": "latin", "n": 1}, "leave design='latin' out"),
    "no text": ({"cells": [{"water_mark": "a"}, {"water_mark": "b"}]}, "cannot be an axis"),
    "a list in a cell": ({"cells": [{"stylization": [1, 2]}]}, "needs a whole number"),
    "a mapping in a cell": ({"cells": [{"stylization": {"a": 1}}]}, "needs a whole number"),
}


@pytest.mark.parametrize(("how", "fault"), FRAME_FAULTS.values(), ids=FRAME_FAULTS)
def test_a_wrong_frame_is_refused(how: dict[str, Any], fault: str) -> None:
    assert fault in faults(**how)


@pytest.mark.parametrize(
    ("prompt", "cells", "fault"),
    [
        ("a {red, blue} fox", [{"stylization": 1}], "permutations beside cells"),
        (None, [{"stylization": 1}], "the prompt is missing"),
        ("a {x}", [{"x": "a"}, {"x": None}], "x has nulls"),
        (None, [{"prompt": "a --s 5"}], "also says stylization"),
        ("a fox", [{"prompt": "an owl"}], "prompt is given twice"),
    ],
)
def test_wrong_prompts_beside_a_frame_are_refused(prompt: Any, cells: Any, fault: str) -> None:
    assert fault in faults(prompt, cells=cells)


# ---- run order and JSON ----


def test_the_run_order_is_random_by_default_and_made_by_the_seed() -> None:
    found = made(stylization=range(30))
    assert sorted(found.run_order) == list(range(30))
    assert found.run_order != tuple(range(30))
    assert found.run_order == made(stylization=range(30)).run_order
    assert found.run_order != made(stylization=range(30), seed=1).run_order
    assert [cell.at for cell in found.cells] == [(n,) for n in range(30)]


def test_the_run_order_may_be_as_listed() -> None:
    assert made(stylization=range(30), order="listed").run_order == tuple(range(30))


EVERY_KIND: dict[str, Any] = {
    "grid": lambda: made("a {x} {red, blue}", x=["u", "v"], stylization="0..100", version=7, repeat=2),
    "one cell": lambda: made("a fox"),
    "latin": lambda: made(**WIDE, kind="latin", n=5, seed=3),
    "sobol": lambda: made(**WIDE, kind="sobol", n=5, seed=3, repeat=2),
    "one-at-a-time": lambda: made(stylization=[0, 100], weirdness=[0, 5], kind="one-at-a-time"),
    "cells": lambda: made("a {x}", cells=[{"x": "a", "stylization": None}, {"x": "b", "stylization": 5}]),
    "pictures": lambda: made(file_urls=["https://a.example/1.png"], stylization=[0, 1], order="listed"),
    "switch": lambda: made(enable_translation=[True, False]),
}


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_a_design_is_made_again_from_its_json(kind: str) -> None:
    found = EVERY_KIND[kind]()
    assert Design.from_json(found.to_json()) == found


def test_the_json_of_an_older_mjnb_is_a_grid_in_listed_order() -> None:
    old = {"prompt": "a fox", "axes": {"version": [7, "6.1"]}, "fixed": {"prompt": "a fox"}, "repeat": 2}
    found = Design.from_json(json.dumps(old))
    assert found.points == (("7",), ("6.1",))
    assert found.run_order == (0, 1, 2, 3)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"prompt": "a", "axes": 3, "fixed": {}, "repeat": 1}', "null"]
)
def test_what_is_no_design_is_refused(text: str) -> None:
    with pytest.raises(errors.InvalidRequest, match="no design"):
        Design.from_json(text)


def test_a_run_order_of_other_cells_is_refused() -> None:
    spec = json.loads(made(stylization=[0, 100]).to_json())
    with pytest.raises(errors.InvalidRequest, match="run order"):
        Design.from_json(json.dumps({**spec, "run_order": [0, 0]}))
    many = {name: list(range(1000)) for name in ("stylization", "weirdness", "other")}
    with pytest.raises(errors.InvalidRequest, match="1,000,000,000 cells"):  # before they are made
        Design.from_json(json.dumps({**spec, "axes": many, "points": None}))
    for wrong in ({"repeat": "3"}, {"run_order": ["a", None]}, {"points": [[1, 2, 3]]}):
        with pytest.raises(errors.InvalidRequest, match="this is no design"):
            Design.from_json(json.dumps({**spec, **wrong}))


@settings(max_examples=50)
@given(
    some.lists(some.integers(0, 1000), min_size=1, max_size=5, unique=True),
    some.lists(some.sampled_from(["fast", "turbo", "relaxed"]), min_size=1, unique=True),
    some.integers(1, 3),
    some.integers(0, 2**32),
)
def test_any_grid_comes_back_from_its_json(
    numbers: list[int], speeds: list[str], repeat: int, seed: int
) -> None:
    found = made(stylization=numbers, speed=speeds, repeat=repeat, seed=seed)
    assert len(found.cells) == len(numbers) * len(speeds) * repeat
    assert Design.from_json(found.to_json()) == found


# ---- growing ----


def shas(found: Design) -> Counter[str]:
    return Counter(cell.sha for cell in found.cells)


GROWTH: dict[str, tuple[Any, dict[str, Any], dict[str, Any], int]] = {
    "values": (lambda: made(stylization=[0, 500]), {"stylization": [100, 500, 750]}, {}, 4),
    "one value": (lambda: made(stylization=[0, 500]), {"stylization": 250}, {}, 3),
    "a span": (lambda: made(stylization=[0, 500]), {"stylization": "0..1000/250"}, {}, 5),
    "what was fixed": (lambda: made(stylization=[0, 500], version=7), {"version": ["6.1"]}, {}, 4),
    "repeats": (lambda: made(stylization=[0, 500], repeat=2), {}, {"repeat": 5}, 10),
    "texts": (lambda: made("a {x}", x=["u"]), {"x": ["v", "w"]}, {}, 3),
    "prompts": (lambda: made("a {red, blue} fox"), {"prompt": ["an owl, grey"]}, {}, 3),
    "a prompt with names": (lambda: made("a {x}", x=["u", "v"]), {"prompt": "two {x}s"}, {}, 4),
    "sobol": (lambda: made(**WIDE, kind="sobol", n=6), {}, {"n": 20}, 20),
    "latin repeats": (lambda: made(**WIDE, kind="latin", n=6), {}, {"repeat": 2}, 12),
    "one at a time": (
        lambda: made(stylization=[0, 500], weirdness=[0, 5], kind="one-at-a-time"),
        {"weirdness": [7]},
        {},
        4,
    ),
    "rows": (
        lambda: made(cells=[{"stylization": 1}, {"stylization": 2}]),
        {},
        {"cells": [{"stylization": 2}, {"weirdness": 5}]},
        4 - 1,
    ),
}


@pytest.mark.parametrize(("start", "said", "how", "count"), GROWTH.values(), ids=GROWTH)
def test_a_grown_design_has_the_old_cells_and_more(
    start: Any, said: dict[str, Any], how: dict[str, Any], count: int
) -> None:
    old = start()
    new = grown(old, said, **how)
    assert len(new.cells) == count
    assert shas(old) <= shas(new)
    assert Design.from_json(new.to_json()) == new
    assert grown(new, {}).cells == new.cells


def test_rising_numbers_stay_rising() -> None:
    assert grown(made(stylization=[0, 500]), {"stylization": [100]}).axes["stylization"] == (0, 100, 500)
    assert grown(made(stylization=[500, 0]), {"stylization": [100]}).axes["stylization"] == (500, 0, 100)


SHRUNK: dict[str, tuple[Any, dict[str, Any], dict[str, Any], str]] = {
    "fewer repeats": (lambda: made(stylization=[0], repeat=3), {}, {"repeat": 2}, "from 3"),
    "fewer samples": (lambda: made(**WIDE, kind="sobol", n=6), {}, {"n": 5}, "from 6"),
    "samples of a latin": (lambda: made(**WIDE, kind="latin", n=6), {}, {"n": 9}, "no further samples"),
    "values of a latin": (
        lambda: made(**WIDE, kind="latin", n=6),
        {"stylization": [5]},
        {},
        "no further values",
    ),
    "rows of a grid": (lambda: made(stylization=[0]), {}, {"cells": [{"stylization": 1}]}, "made of cells"),
    "another axis": (lambda: made(stylization=[0]), {"weirdness": [1]}, {}, "weirdness is not said"),
    "unknown": (lambda: made(stylization=[0]), {"stylisation": [1]}, {}, "did you mean 'stylization'"),
    "out of range": (lambda: made(stylization=[0]), {"stylization": [1001]}, {}, "1001 is outside"),
    "flags in a prompt": (lambda: made("a {red, blue} fox"), {"prompt": "b --s 5"}, {}, "also says"),
}


@pytest.mark.parametrize(("start", "said", "how", "fault"), SHRUNK.values(), ids=SHRUNK)
def test_a_wrong_extension_is_refused(
    start: Any, said: dict[str, Any], how: dict[str, Any], fault: str
) -> None:
    with pytest.raises(errors.InvalidRequest, match=fault):
        grown(start(), said, **how)
