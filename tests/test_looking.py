"""Options of a figure: what a layout does not take is refused, with what it takes."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from mjnb import errors
from mjnb.sessions import Session
from mjnb.sweeps import Sweep

AXES: dict[int, dict[str, list[int]]] = {
    1: {"stylization": [0, 500]},
    2: {"stylization": [0, 500], "weirdness": [0, 500]},
    3: {"stylization": [0, 500], "weirdness": [0, 500], "variety": [0, 50]},
}
IDLE = [(1, "view", "heat"), (1, "page", 2), (2, "page", 2), (3, "scale", "value")]
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "width in words": ({"width": "900"}, "width needs whole pixels 400..4000"),
    "width without end": ({"width": 10**9}, "width needs whole pixels"),
    "no width": ({"width": math.nan}, "width needs whole pixels"),
    "a title that is none": ({"title": 5}, "title needs a text"),
    "no page": ({"page": 0}, "page needs a whole number"),
    "an axis twice": ({"by": ["stylization", "stylization"]}, "more than once"),
    "no axis": ({"by": 5}, "by needs names of axes"),
    "another axis": ({"by": "chaos"}, "no axis of this sweep"),
    "theme": ({"theme": ["light"]}, "use 'light' or 'dark'"),
    "pictures": ({"pictures": "none"}, "use 'all' or 'middle'"),
    "scale": ({"scale": "log"}, "use 'ordinal' or 'value'"),
    "view": ({"view": "both"}, "use 'curves' or 'heat' or None"),
    "metrics": ({"metrics": 5}, "a metric needs a name, not 5"),
    "metrics in lists": ({"metrics": [["vendi"]]}, "a metric needs a name"),
    "all at once": (
        {"width": 1, "title": 2},
        "width needs whole pixels 400..4000, not 1\ntitle needs a text",
    ),
}


def laid_out(session: Session, axes: int = 1) -> Sweep:
    return session.sweep("a fox", **AXES[axes])  # type: ignore[arg-type]


@pytest.mark.parametrize(("axes", "name", "value"), IDLE)
def test_an_option_that_does_nothing_is_refused(
    session: Session, axes: int, name: str, value: object
) -> None:
    with pytest.raises(errors.InvalidRequest, match=f"{name}=.* does nothing in") as told:
        laid_out(session, axes).plot(**{name: value})
    assert "It takes by, width, title" in told.value.hint
    assert name not in told.value.hint


@pytest.mark.parametrize("axes", AXES)
def test_what_is_meant_anyway_may_be_said(session: Session, axes: int) -> None:
    figure = laid_out(session, axes).plot([], scale="ordinal", view=None, page=1, width=500)
    assert figure.pixels[0] == 500


@pytest.mark.parametrize(("look", "fault"), WRONG.values(), ids=WRONG)
def test_a_wrong_option_is_told(session: Session, look: dict[str, Any], fault: str) -> None:
    with pytest.raises(errors.InvalidRequest) as told:
        laid_out(session).plot(**look)
    assert fault in told.value.message


def test_the_only_axis_may_be_named_alone(session: Session) -> None:
    assert laid_out(session).plot([], by="stylization").alt


@pytest.mark.parametrize(
    ("name", "scale", "fault"), [("x.gif", 1, "png, jpg"), ("x", 1, "png"), ("x.png", 0, "0.1..8")]
)
def test_a_figure_says_how_it_can_be_saved(
    session: Session, tmp_path: Path, name: str, scale: float, fault: str
) -> None:
    with pytest.raises(errors.InvalidRequest, match=fault):
        laid_out(session).plot([]).save(tmp_path / name, scale=scale)
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("what", ["effects", "suggest"])
def test_a_metric_is_named_by_a_text(session: Session, what: str) -> None:
    with pytest.raises(errors.InvalidRequest, match="a metric needs a name"):
        getattr(laid_out(session), what)(metric=5)
