"""Sheets for three axes and more: readable, on common scales, honest about what is left out."""

import itertools

import numpy as np
import pytest
from test_plots import CURVES, LONG, assert_readable, cell, flat, numbers, written

from mjnb.plots import Axis, Cell, SweepFigure, sheets

NAMES = ("stylization", "weirdness", "variety", "version", "prompt")


def rack(*axes: tuple[object, ...], curves: int = 2, count: int = 4, **other: object) -> SweepFigure:
    """Sheets over any values; numbers grow along every axis."""
    named = [Axis(name, values) for name, values in zip(NAMES, axes, strict=False)]
    places = itertools.product(*(range(len(values)) for values in axes))
    cells = [
        cell(tuple(values[i] for values, i in zip(axes, place, strict=True)), sum(place) / 5, count=count)
        for place in places
    ]
    return sheets(cells, named, CURVES[:curves], **{"title": "fox", "caption": "Seed 3.", **other})  # type: ignore[arg-type]


def words(figure: SweepFigure) -> list[str]:
    """Everything written outside of panels."""
    return [text.get_text() for text in figure.texts]


@pytest.mark.parametrize("view", [None, "heat"])
@pytest.mark.parametrize("curves", [0, 3])
@pytest.mark.parametrize(
    "shape",
    [(3, 3, 3), (2, 2, 2, 2), (4, 3, 2), (1, 1, 1), (2, 9, 3)],
    ids=lambda shape: "x".join(map(str, shape)),
)
def test_sheets_are_readable(shape: tuple[int, ...], curves: int, view: str | None) -> None:
    figure = rack(*map(numbers, shape), curves=curves, view=view, count=1)
    assert_readable(figure)
    assert figure.pixels[0] == 900


@pytest.mark.parametrize("width", [400, 640, 1400])
def test_sheets_of_other_widths_are_readable(width: int) -> None:
    figure = rack(numbers(3), numbers(2), numbers(3), width=width, theme="dark", pictures="middle")
    assert_readable(figure)
    assert figure.raster().width == width


def test_long_prompts_as_facets_are_readable_and_stay_apart() -> None:
    shared = "a lighthouse at dusk, drawn by an old hand with a steel nib on rough paper, and then once more "
    figure = rack(numbers(2), numbers(2), (shared + "calm", shared + "stormy", LONG * 3))
    assert_readable(figure)
    heads = [text.replace("\n", " ") for text in words(figure) if "calm" in text or "stormy" in text]
    assert any("calm" in head and "stormy" not in head for head in heads)
    assert any("stormy" in head and "calm" not in head for head in heads)


def test_every_sheet_says_where_it_is() -> None:
    told = words(rack(numbers(2), numbers(2), numbers(2), ("6", "7")))
    heads = [text.replace("\n", ", ").replace(",,", ",") for text in told if "variety =" in text]
    assert heads == [f"variety = {a}, version = {b}" for b in ("6", "7") for a in (0, 50)]


def test_pictures_stand_on_their_sheets() -> None:
    tones = {0: "red", 1: "lime", 2: "blue"}
    cells = [Cell((0, 0, k), (flat(tone),), {}, {}) for k, tone in tones.items()]
    axes = Axis("s", (0,)), Axis("w", (0,)), Axis("v", (0, 1, 2))
    figure = sheets(cells[::-1], axes, [], title="fox")
    pixels = np.asarray(figure.raster()).astype(int)
    for axes_, (_, tone) in zip(figure.axes, sorted(tones.items()), strict=True):
        x, y = axes_.transData.transform((0, 0))
        rgb = flat(tone).getpixel((0, 0))
        assert pixels[figure.pixels[1] - round(y), round(x)] == pytest.approx(rgb)


def test_panels_of_a_metric_share_their_scale() -> None:
    figure = rack(numbers(3), numbers(2), numbers(3), curves=1)
    limits = [axes.get_ylim() for axes in figure.axes if axes.lines]
    assert len(limits) == 6
    assert len(set(limits[:3])) == 1
    assert len(set(limits[3:])) == 1
    heat = rack(numbers(3), numbers(2), numbers(3), curves=1, view="heat")
    maps = [
        axes.images[0] for axes in heat.axes if axes.images and axes.images[0].get_array().shape == (2, 3)
    ]
    assert len({(one.norm.vmin, one.norm.vmax) for one in maps}) == 1
    assert len(maps) == 3


def test_the_mean_along_each_axis_is_over_all_sheets() -> None:
    figure = rack(numbers(2), numbers(2), numbers(3), curves=1)
    drawn = [
        np.asarray(one.get_ydata(), float)
        for axes in figure.axes[-3:]
        for one in axes.lines
        if one.get_marker() == "o"
    ]
    # Level is (i + j + k) / 5 + 0.15 for the mean of four, times 100.
    assert drawn[0] == pytest.approx([45, 65])
    assert drawn[2] == pytest.approx([35, 55, 75])


def test_what_does_not_fit_is_told_and_found_on_the_next_page() -> None:
    axes = numbers(2), numbers(2), numbers(6), ("6", "7", "8", "9")
    figure = rack(*axes, curves=4, count=1)
    assert figure.pages > 1
    assert figure.pixels[1] <= 3600
    told = " ".join(" ".join(words(figure)).split())
    assert "of 24; the others do not fit here. Show them with page=2" in told
    assert 'save("sweep.html")' in told
    shown = [text for text in words(figure) if text.startswith("variety = ")]
    for page in range(2, figure.pages + 1):
        one = rack(*axes, curves=4, count=1, page=page)
        assert one.pages == figure.pages
        shown += [text for text in words(one) if text.startswith("variety = ")]
    assert len(shown) == len(set(shown)) == 24
    with pytest.raises(ValueError, match=f"page {figure.pages + 1} of {figure.pages}"):
        rack(*axes, curves=4, count=1, page=figure.pages + 1)


def test_all_that_fits_leaves_no_note() -> None:
    assert not any("page=" in text for text in words(rack(numbers(2), numbers(2), numbers(2))))


def test_sheets_describe_every_axis() -> None:
    alt = rack(numbers(2), numbers(3), numbers(4)).alt
    assert alt.startswith(
        "fox: 96 pictures over stylization 0 to 50 and weirdness 0 to 100 and variety 0 to 150"
    )
    assert "rises with variety" in alt


def test_sheets_without_pictures_say_so() -> None:
    axes = [Axis("s", (0, 1)), Axis("w", (0, 1)), Axis("v", (0, 1))]
    figure = sheets([Cell((0, 0, 0), (), {}, {}, "to pay")], axes, CURVES[:2], title="fox")
    assert_readable(figure)
    assert "8 of 8 cells without pictures" in figure.alt
    assert any("to pay" in text.get_text() for text, _ in written(figure))


def test_fewer_axes_are_for_strip_and_grid() -> None:
    with pytest.raises(ValueError, match="use strip or grid"):
        sheets([], [Axis("s", (0,)), Axis("w", (0,))], [], title="")
