"""The figures: nothing clipped, nothing overlapping, pictures at their values, shown exactly once."""

import base64
import io
import itertools
import math
import re
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from kernels import Notebook
from matplotlib import colormaps
from matplotlib.colors import to_hex, to_rgb
from matplotlib.font_manager import fontManager
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from PIL import Image

from mjnb.plots import Axis, Cell, Curve, SweepFigure, grid, strip
from mjnb.plots import text as text_room
from mjnb.plots.artists import Mosaic
from mjnb.plots.data import Table
from mjnb.plots.mosaic import SCALE, compose, opaque, ratio, slots
from mjnb.plots.scales import Scale, numerals
from mjnb.plots.text import BOX, MORE, clean, families, fit_across, fit_down, shorten, width_of, wrap
from mjnb.plots.themes import DARK, LIGHT, Theme, luminance, readable_on

CURVES = [
    Curve("colour", "Colourfulness"),
    Curve("edges", "Edge energy", "share"),
    Curve("diversity", "Diversity", "0–1"),
    Curve("palette", "Palette size", "effective colours of a rather long unit"),
    Curve("vendi", "Vendi score"),
    Curve("unknown", "A metric that no cell has"),
]
LONG = "A fox $x_{1}$ \\frac{a}{b} _under_ ^up 😀🦊 שלום עולם 狐 100% #5 <b>&amp;</b>\n\t"
CHOICES = (
    "1:1",
    "raw mode, with a description that goes on for long",
    "Donaudampfschifffahrtsgesellschaft",
    "$",
)


def picture(seed: float, size: tuple[int, int] = (48, 48)) -> Image.Image:
    """Smooth blobs on a gradient, different for every seed."""
    x, y = np.meshgrid(np.linspace(0, 1, size[0]), np.linspace(0, 1, size[1]))
    waves = [np.sin(6 * x * (1 + seed) + k) * np.cos(5 * y + seed * k) for k in (1, 2, 3)]
    return Image.fromarray((127 + 120 * np.stack(waves, axis=-1)).astype(np.uint8))


def cell(at: tuple[object, ...], level: float, size: tuple[int, int] = (48, 48), count: int = 4) -> Cell:
    """A finished task whose numbers grow with ``level``."""
    numbers = [level + k / 10 for k in range(count)]
    return Cell(
        at,
        tuple(picture(level + k, size) for k in range(count)),
        {"colour": [100 * n for n in numbers], "edges": [n / 1000 for n in numbers], "palette": numbers},
        {"diversity": (level / 3, 0.05), "vendi": (1 + level, math.nan)},
    )


def line(values: tuple[object, ...], curves: int = 3, **other: object) -> SweepFigure:
    """A strip over any values."""
    cells = [cell((value,), i / 5) for i, value in enumerate(values)]
    return strip(cells, Axis("stylization", values), CURVES[:curves], title="fox", **other)  # type: ignore[arg-type]


def field(xs: tuple[object, ...], ys: tuple[object, ...], curves: int = 3, **other: object) -> SweepFigure:
    """A grid over any values."""
    cells = [cell((x, y), (i + j) / 5) for i, x in enumerate(xs) for j, y in enumerate(ys)]
    axes = Axis("stylization", xs), Axis("weirdness", ys)
    return grid(cells, *axes, CURVES[:curves], title="fox", **{"caption": "Seed 3.", **other})  # type: ignore[arg-type]


def numbers(count: int) -> tuple[int, ...]:
    return tuple(range(0, 50 * count, 50))


def written(figure: SweepFigure) -> list[tuple[Text, Bbox]]:
    """Every visible text with its extent in pixels, as drawn."""
    figure.raster()
    texts = [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip()]
    shown = {
        id(t) for axes in figure.axes for axis in (axes.xaxis, axes.yaxis) for t in axis.get_ticklabels()
    }
    ticks = {
        id(label)
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks())
        for label in (tick.label1, tick.label2)
    }
    return [(t, t.get_window_extent()) for t in texts if id(t) in shown or id(t) not in ticks]


def assert_readable(figure: SweepFigure) -> None:
    """Every text is inside the figure, and no two texts touch."""
    width, height = figure.pixels
    texts = written(figure)
    for text, box in texts:
        assert box.x0 >= -0.5, f"{text.get_text()!r} sticks out at the left: {box}"
        assert box.y0 >= -0.5, f"{text.get_text()!r} sticks out below: {box}"
        assert box.x1 <= width + 0.5, f"{text.get_text()!r} sticks out at the right: {box}"
        assert box.y1 <= height + 0.5, f"{text.get_text()!r} sticks out above: {box}"
        assert float(text.get_fontsize()) >= 8
    for (one, a), (two, b) in itertools.combinations(texts, 2):
        across, down = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        assert across < 0.5 or down < 1.5, f"{one.get_text()!r} and {two.get_text()!r} overlap: {a} {b}"


@pytest.mark.parametrize("curves", [0, 1, 3, 6])
@pytest.mark.parametrize(
    "values",
    [(0,), (0, 1000), numbers(7), numbers(20), CHOICES, tuple(f"{c} {i}" for i, c in enumerate(CHOICES * 4))],
    ids=["1", "2", "7", "20", "choices", "many choices"],
)
def test_strip_is_readable(values: tuple[object, ...], curves: int) -> None:
    assert_readable(line(values, curves))


@pytest.mark.parametrize("curves", [0, 1, 3, 6])
@pytest.mark.parametrize(
    ("xs", "ys"),
    [
        ((0,), (0,)),
        (numbers(2), numbers(7)),
        (numbers(7), numbers(2)),
        (numbers(4), numbers(3)),
        (numbers(5), numbers(5)),
        (numbers(8), numbers(9)),
        (CHOICES, numbers(3)),
        (numbers(3), CHOICES),
        (numbers(1), numbers(20)),
        (numbers(20), numbers(1)),
    ],
    ids=lambda values: str(len(values)) if isinstance(values[0], int) else "choices",
)
def test_grid_is_readable(xs: tuple[object, ...], ys: tuple[object, ...], curves: int) -> None:
    assert_readable(field(xs, ys, curves))


@pytest.mark.parametrize("width", [400, 640, 1100, 1600])
def test_other_widths_are_readable(width: int) -> None:
    for figure in (line(numbers(7), width=width), field(numbers(4), numbers(3), width=width)):
        assert figure.raster().width == width
        assert_readable(figure)


def test_a_grid_of_400_cells_still_draws() -> None:
    figure = field(numbers(20), numbers(20))
    assert_readable(figure)
    width, height = figure.raster().size
    assert width == 900
    assert height < 1600


def test_long_titles_are_cut_after_two_lines_and_never_parsed() -> None:
    figure = strip(
        [cell((0,), 0.5)], Axis("a $b_c$ \\d", (0,)), [Curve("colour", "$\\bad{ label", "x^$")],
        title=LONG * 25, caption=LONG * 25,
    )  # fmt: skip
    assert_readable(figure)
    title = max((t for t, _ in written(figure)), key=lambda t: t.get_fontsize())
    assert title.get_text().count("\n") == 1
    assert title.get_text().endswith(MORE)
    assert "$x_{1}$ \\frac{a}{b}" in title.get_text()
    assert "😀🦊" in figure.alt


def test_what_no_font_draws_is_boxed_and_its_package_named_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_room, "families", lambda: ("STIXSizeOneSym",))  # next to nothing is in it
    monkeypatch.setattr(text_room, "_told", set())
    text_room._drawable.cache_clear()
    wanted = {
        "fonts-noto-cjk": "字あア한ㄅ〇Ａｱ",
        "fonts-noto-core": "مअשไকதമქ",
        "fonts-symbola": "🦊🫨☃♞",
    }
    try:
        for package, chars in wanted.items():
            assert {text_room.package_for(char) for char in chars} == {package}
            with pytest.warns(text_room.FontWarning, match=f"apt-get install {package} ") as caught:
                assert clean(chars) == BOX * len(chars)
            assert len(caught) == 1
    finally:
        text_room._drawable.cache_clear()


def test_characters_without_a_glyph_are_boxed() -> None:
    assert clean("a\u200d\ufe0f\x07b \U0001fae8") in {f"ab {BOX}", "ab \U0001fae8"}
    assert clean("  tabs\tand\n lines ") == "tabs and lines"


@pytest.mark.parametrize("note", ["failed: moderation", "to pay", "running", LONG * 9, ""])
def test_cells_without_pictures_say_why(note: str) -> None:
    xs, ys = numbers(4), numbers(3)
    cells = [cell((x, y), 0.3) if x != 50 else Cell((x, y), (), {}, {}, note) for x in xs for y in ys]
    figure = grid(cells, Axis("s", xs), Axis("w", ys), CURVES, title="fox")
    assert_readable(figure)
    words = " ".join(" ".join(t.get_text().split()) for t, _ in written(figure))
    assert (clean(note)[:12] or "no pictures") in words
    assert "3 of 12 cells without pictures" in figure.alt


def test_cells_too_small_for_a_note_are_explained_below() -> None:
    xs = numbers(20)
    cells = [Cell((x, y), (), {}, {}, "to pay") for x in xs for y in xs if x < 500]
    figure = grid(cells, Axis("s", xs), Axis("w", xs), CURVES, title="fox")
    assert_readable(figure)
    assert any(t.get_text() == "Hatched: to pay (200), not run (200)" for t, _ in written(figure))


@pytest.mark.parametrize("view", ["heat", "curves"])
@pytest.mark.parametrize("count", [6, 9])
def test_places_that_a_sample_leaves_out_are_told_of_once(view: Any, count: int) -> None:
    xs = numbers(count)
    cells = [cell((x, y), 0.3) for x, y in zip(xs, reversed(xs), strict=True)]
    figure = grid(cells, Axis("s", xs), Axis("w", xs), CURVES, title="fox", view=view)
    assert_readable(figure)
    texts = [t.get_text() for t, _ in written(figure)]
    assert f"Hatched: not run ({count * (count - 1)})" in texts
    assert "not run" not in texts
    if view == "heat":  # its curves are means over the other parameter, of one cell each
        assert not any("± SD" in text for text in texts)


def test_the_bars_of_a_set_are_called_what_they_are() -> None:
    cells = [Cell((x,), (), {}, {"likes": (x, error)}) for x, error in ((0, 0.5), (1, 0.25))]
    bare = [Cell((x,), (), {}, {"likes": (x, math.nan)}) for x in (0, 1)]
    axis, curve = Axis("s", (0, 1)), Curve("likes", "likes", error="Bradley-Terry SE")
    texts = [t.get_text() for t, _ in written(strip(cells, axis, [curve], title="fox"))]
    assert "set ± Bradley-Terry SE" in texts
    assert "set" in [t.get_text() for t, _ in written(strip(bare, axis, [curve], title="fox"))]


def test_nothing_at_all_still_draws() -> None:
    assert_readable(strip([], Axis("s", (0, 1)), CURVES, title=""))
    assert_readable(grid([], Axis("s", (0, 1)), Axis("w", (0,)), CURVES, title=""))


def test_numbers_that_are_not_finite_leave_a_gap() -> None:
    cells = [
        Cell((0,), (), {"colour": [math.nan, math.inf]}, {"diversity": (math.nan, math.nan)}),
        Cell((1,), (), {"colour": [1.0, math.nan, 3.0]}, {"diversity": (0.5, math.inf)}),
    ]
    table = Table.of(cells, Axis("s", (0, 1)))
    assert_readable(strip(cells, Axis("s", (0, 1)), CURVES, title="fox"))
    colour, diversity = table.series(CURVES[0]), table.series(CURVES[2])
    assert math.isnan(colour.mean[0])
    assert colour.mean[1] == 2.0
    assert colour.spread[1] == pytest.approx(math.sqrt(2))
    assert diversity.mean[1] == 0.5
    assert math.isnan(diversity.spread[1])


def test_repeats_of_a_value_are_merged() -> None:
    cells = [Cell((0,), (picture(i),) * 3, {"colour": [i]}, {"vendi": (i, 9.0)}) for i in (1.0, 2.0, 3.0)]
    table = Table.of(cells, Axis("s", (0,)))
    assert len(table.pictures((0,))) == 4
    assert table.series(CURVES[0]).mean[0] == 2.0
    vendi = table.series(CURVES[4])
    assert vendi.mean[0] == 2.0
    assert vendi.spread[0] == pytest.approx(1 / math.sqrt(3))


@pytest.mark.parametrize(
    ("at", "values", "words"),
    [
        ((5,), (0, 1), "5 is not on axis 's'"),
        ((0, 1), (0, 1), "2 values for 1 axes"),
        ((0,), (), "no values"),
    ],
)
def test_cells_off_the_axes_are_refused(
    at: tuple[object, ...], values: tuple[object, ...], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        strip([Cell(at, (), {}, {})], Axis("s", values), [], title="")


def test_figures_too_narrow_for_words_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 400"):
        line((0,), width=200)


# Pictures stand at their values


def flat(color: str, size: tuple[int, int] = (32, 32)) -> Image.Image:
    return Image.new("RGB", size, color)


def test_strip_pictures_stand_over_their_points() -> None:
    colors = ("red", "lime", "blue", "yellow", "cyan")
    cells = [Cell((i,), (flat(c),), {"colour": [float(i)]}, {}) for i, c in enumerate(colors)]
    figure = strip(cells[::-1], Axis("s", tuple(range(5))), CURVES[:1], title="fox")
    pixels = np.asarray(figure.raster()).astype(int)
    pictures, panel = figure.axes
    height = figure.pixels[1]
    for i, color in enumerate(colors):
        x, y = pictures.transData.transform((i, 0))
        assert pixels[height - round(y), round(x)] == pytest.approx(
            Image.new("RGB", (1, 1), color).getpixel((0, 0))
        )
        assert panel.transData.transform((i, 0))[0] == pytest.approx(x)


def test_grid_grows_upwards_and_to_the_right() -> None:
    colors = {(0, 0): "red", (1, 0): "lime", (0, 1): "blue"}
    cells = [Cell(at, (flat(c),), {}, {}) for at, c in colors.items()]
    figure = grid(cells, Axis("s", (0, 1)), Axis("w", (0, 1)), [], title="fox")
    pixels = np.asarray(figure.raster()).astype(int)
    for at, color in colors.items():
        x, y = figure.axes[0].transData.transform(at)
        rgb = Image.new("RGB", (1, 1), color).getpixel((0, 0))
        assert pixels[figure.pixels[1] - round(y), round(x)] == pytest.approx(rgb)


@pytest.mark.parametrize("size", [(1, 1), (3000, 10), (10, 3000), (192, 108), (108, 192)])
def test_any_ratio_is_letterboxed(size: tuple[int, int]) -> None:
    cells = [cell((0,), 0.1), cell((1,), 0.1, size)]
    table = Table.of(cells, Axis("s", (0, 1)))
    sheet = compose(table, (301, 150), slots(table))
    assert sheet.shape == (150 * SCALE, 301 * SCALE, 3)
    assert 0.5 <= ratio(table) <= 2
    assert_readable(strip(cells, Axis("s", (0, 1)), CURVES[:1], title="fox"))


@pytest.mark.parametrize("scale", [1, 1.5, 2])
def test_pictures_are_scaled_once_to_the_pixels_of_the_page(scale: float) -> None:
    figure = field((0, 1, 2), (0, 1), curves=0)
    shown = np.asarray(figure.raster(scale))
    (mosaic,) = figure.axes[0].get_images()
    box = figure.axes[0].bbox
    cells = [cell((x, y), (x + y) / 5) for x in (0, 1, 2) for y in (0, 1)]
    table = Table.of(cells, Axis("stylization", (0, 1, 2)), Axis("weirdness", (0, 1)))
    wanted = compose(table, (round(box.width), round(box.height)), slots(table), scale=scale)
    left, top = round(box.x0 * scale), shown.shape[0] - round(box.y0 * scale) - wanted.shape[0]
    assert isinstance(mosaic, Mosaic)
    assert np.array_equal(shown[top : top + wanted.shape[0], left : left + wanted.shape[1]], wanted)


def test_a_vector_file_has_the_pictures_upright(tmp_path: Path) -> None:
    figure = field((0, 1), (0, 1), curves=0)
    text = figure.save(tmp_path / "x.svg").read_text()
    (data,) = re.findall(r"data:image/png;base64,\s*([^\"]+)", text)
    inside = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB"), float)
    box = figure.axes[0].bbox
    drawn = figure.raster(SCALE).crop(
        (
            box.x0 * SCALE,
            (figure.pixels[1] - box.y1) * SCALE,
            box.x1 * SCALE,
            (figure.pixels[1] - box.y0) * SCALE,
        )
    )
    turned = "scale(1 -1)" in text
    wanted = np.asarray(drawn.resize(inside.shape[1::-1]), float)
    assert np.abs((inside[::-1] if turned else inside) - wanted).mean() < 4


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "F", "YCbCr"])
def test_any_mode_of_picture_is_drawn(mode: str) -> None:
    assert opaque(Image.new(mode, (4, 4))).mode == "RGB"


def test_transparent_pictures_are_white_behind() -> None:
    assert opaque(Image.new("RGBA", (1, 1), (255, 0, 0, 0))).getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("count", "column", "slot"),
    [
        (1, 200, (1, 1)),
        (2, 200, (1, 2)),
        (4, 200, (2, 2)),
        (4, 40, (4, 1)),
        (2, 40, (2, 1)),
        (0, 200, (2, 2)),
    ],
)
def test_slots_follow_the_pictures_and_the_room(count: int, column: float, slot: tuple[int, int]) -> None:
    table = Table.of([cell((0,), 0.1, count=count)], Axis("s", (0,)))
    assert slots(table, column=column) == slot


# Words that fit


@pytest.mark.parametrize("room", [12, 40, 133, 900])
@pytest.mark.parametrize("text", [LONG * 3, "word", "W" * 500, "", "a b c d e f g " * 40])
def test_wrapped_lines_fit(text: str, room: int) -> None:
    lines = wrap(text, room, 9, lines=3)
    assert len(lines) <= 3
    assert all(width_of(one, 9) <= room or len(one) <= 2 for one in lines)
    if "".join(lines).replace(" ", "") != clean(text).replace(" ", ""):
        assert lines[-1].endswith(MORE)


def test_labels_are_wrapped_then_turned_then_thinned() -> None:
    assert not fit_across(["0", "1000"], 60).turned
    assert "\n" in fit_across(["two words", "x"], 60).labels[0]
    assert fit_across(["watercolour"] * 3, 30).turned
    assert fit_across([str(1000 + i) for i in range(30)], 12, thin=True).labels.count("") > 10
    assert fit_down([str(i) for i in range(30)], 5).labels.count("") >= 15


@pytest.mark.parametrize(
    ("given", "told"),
    [((0, 0.25, 0.5), ("0.00", "0.25", "0.50")), ((0, 10, 20), ("0", "10", "20")),
     ((1e6, 2e6), ("1e+06", "2e+06")), ((-0.0, 0.1), ("0.0", "0.1")), ((5.0,), ("5",)), ((), ())],
)  # fmt: skip
def test_numerals(given: tuple[float, ...], told: tuple[str, ...]) -> None:
    assert numerals(given) == told


@pytest.mark.parametrize("level", [0.0, 1e-9, 1e12, -5.0])
def test_scales_of_constant_and_extreme_numbers(level: float) -> None:
    table = Table.of([Cell((0,), (), {"colour": [level, level]}, {})], Axis("s", (0,)))
    scale = Scale.of(table.series(CURVES[0]), 80)
    assert scale.low < level < scale.high
    assert scale.ticks
    assert all(scale.low <= tick <= scale.high for tick in scale.ticks)


def contrast(one: str, two: str) -> float:
    """Contrast ratio of two colours after WCAG 2.2."""
    low, high = sorted(luminance(to_rgb(color)) for color in (one, two))
    return (high + 0.05) / (low + 0.05)


def lab(color: str, sight: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """A colour in CIELAB as seen by eyes whose cones answer as ``sight`` says (Machado et al. 2009)."""
    levels = np.array(to_rgb(color))
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    seen = np.clip(sight @ linear, 0, 1)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.array(to_xyz) @ seen / (0.9505, 1.0, 1.089)
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


SIGHTS = {
    "usual": np.eye(3),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                            [-0.003882, -0.048116, 1.051998]]),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                              [-0.011820, 0.042940, 0.968881]]),
    "tritanopia": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                            [0.004733, 0.691367, 0.303900]]),
}  # fmt: skip


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_words_and_lines_stand_out_from_the_paper(theme: Theme) -> None:
    assert contrast(theme.ink, theme.paper) >= 4.5
    assert contrast(theme.soft, theme.paper) >= 4.5
    assert contrast(theme.ink, theme.rule) >= 4.5
    for color in (theme.one, theme.whole, theme.edge, *theme.lines(6)):
        assert contrast(color, theme.paper) >= 3.0, color


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_lines_are_told_from_each_other_by_any_eyes(theme: Theme, sight: str) -> None:
    seen = [lab(color, SIGHTS[sight]) for color in theme.lines(6)]
    assert [one[0] for one in seen] == sorted(one[0] for one in seen)
    assert min(np.linalg.norm(b - a) for a, b in itertools.pairwise(seen)) > 5
    kinds = lab(theme.one, SIGHTS[sight]), lab(theme.whole, SIGHTS[sight])
    assert np.linalg.norm(kinds[0] - kinds[1]) > 25


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_drawn_words_have_the_contrast_of_their_theme(theme: str) -> None:
    xs = numbers(3)
    figures = (line(xs, theme=theme), field(xs, xs, theme=theme, view="curves"))
    for figure in figures:
        assert to_rgb(figure.get_facecolor()[:3]) == to_rgb(figure.theme.paper)
        for text, _ in written(figure):
            assert contrast(to_hex(text.get_color()), figure.theme.paper) >= 4.5, text.get_text()
        corner = figure.raster().getpixel((0, 0))
        assert corner == figure.theme.paper_levels
        assert f"background:{figure.theme.paper}" in figure.to_html()


def test_numbers_in_heat_maps_can_be_read_on_every_colour() -> None:
    for share in np.linspace(0, 1, 50):
        back = luminance(colormaps["viridis"](share)[:3])
        ink = luminance(to_rgb(readable_on(share)))
        assert (max(back, ink) + 0.05) / (min(back, ink) + 0.05) >= 4.5


def test_labels_that_begin_alike_stay_apart() -> None:
    shared = "a lighthouse at dusk in the style of an old engraving, "
    labels = [shared + end for end in ("calm", "stormy", "calm with a very long ending that goes on")]
    for ticks in (fit_across(labels, 30), fit_across(labels, 70), fit_down(labels, 12, widest=80)):
        assert len(set(ticks.labels)) == 3, ticks.labels
    assert shorten(labels[1], 120, 9).endswith("stormy")
    assert MORE in shorten(labels[1], 120, 9)
    assert all(width_of(shorten(label, 60, 9), 9) <= 60 for label in labels)
    assert shorten("short", 120, 9) == "short"


def test_an_installed_font_draws_what_dejavu_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert clean("\U0001fae8") == BOX or "Symbola" in families() or len(families()) > 1
    path = tmp_path / "emoji.ttf"
    builder = FontBuilder(1000, isTTF=True)
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for point in ((0, 700), (700, 700), (700, 0)):
        pen.lineTo(point)
    pen.closePath()
    builder.setupGlyphOrder([".notdef", "face"])
    builder.setupCharacterMap({0x1FAE8: "face"})
    builder.setupGlyf({".notdef": pen.glyph(), "face": pen.glyph()})
    builder.setupHorizontalMetrics({".notdef": (800, 0), "face": (800, 0)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Noto Emoji", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=800)
    builder.setupPost()
    builder.save(path)
    caches = (families, text_room._drawable, text_room._properties)
    fonts = list(fontManager.ttflist)
    try:
        fontManager.addfont(path)
        for cache in caches:
            cache.cache_clear()  # type: ignore[attr-defined]
        assert "Noto Emoji" in families()
        assert clean("\U0001fae8") == "\U0001fae8"
        assert_readable(strip([cell((0,), 0.1)], Axis("\U0001fae8", (0,)), CURVES[:1], title="\U0001fae8"))
    finally:
        fontManager.ttflist[:] = fonts
        for cache in caches:
            cache.cache_clear()  # type: ignore[attr-defined]


# The middle picture, true places, views


def test_the_middle_picture_is_the_one_shown() -> None:
    tones = ("red", "lime", "blue", "yellow")
    cells = [
        Cell((0,), tuple(flat(tone) for tone in tones), {"colour": [1.0]}, {}, middle=2),
        Cell((1,), tuple(flat(tone) for tone in tones), {"colour": [1.0]}, {}),
    ]
    figure = strip(cells, Axis("s", (0, 1)), CURVES[:1], title="fox", pictures="middle")
    pixels = np.asarray(figure.raster())
    for at, tone in ((0, "blue"), (1, "red")):
        x, y = figure.axes[0].transData.transform((at, 0))
        assert tuple(pixels[figure.pixels[1] - round(y), round(x)]) == Image.new(
            "RGB", (1, 1), tone
        ).getpixel((0, 0))
    assert figure.alt.startswith("fox: 2 pictures, the one nearest the middle of each set, over s 0 to 1")
    with pytest.raises(ValueError, match="middle 4 of 4"):
        Cell((0,), (flat("red"),) * 4, {}, {}, middle=4)


def test_true_places_are_true_and_pictures_stay_in_order() -> None:
    values = (0, 50, 100, 250, 1000)
    figure = line(values, 2, scale="value")
    assert_readable(figure)
    pictures, first, second = figure.axes[:3]
    for panel in (first, second):
        drawn = next(one for one in panel.lines if one.get_marker() == "o" and len(one.get_xdata()) == 5)
        xs = np.asarray(drawn.get_xdata(), float)
        assert xs * 1000 / 4 == pytest.approx(np.array(values))
    lines = [one.get_xdata() for one in figure.axes[-1].lines]
    assert [(x[0], x[-1] * 250) for x in lines] == [(i, pytest.approx(v)) for i, v in enumerate(values)]
    width = figure.pixels[0]
    assert all(0 <= axes.get_position().x0 * width <= width for axes in (pictures, first))


def test_even_values_need_no_leaders() -> None:
    plain, true = line(numbers(5)), line(numbers(5), scale="value")
    assert np.array_equal(np.asarray(plain.raster()), np.asarray(true.raster()))


@pytest.mark.parametrize(
    "values", [(1000, 0, 10), (0, 1, 2, 3, 1000), (-5.5, 0.25, 7), (3,), tuple(i * i for i in range(20))]
)
def test_any_numbers_have_true_places(values: tuple[object, ...]) -> None:
    assert_readable(line(values, 3, scale="value"))


@pytest.mark.parametrize("values", [("a", "b"), (0, None), (0, math.inf), (True, False)])
def test_words_have_no_true_places(values: tuple[object, ...]) -> None:
    with pytest.raises(ValueError, match="scale='value' needs numbers"):
        line(values, scale="value")


@pytest.mark.parametrize(
    ("option", "given"), [("theme", "pink"), ("pictures", "best"), ("scale", "log"), ("view", "pie")]
)
def test_options_that_are_none_are_refused(option: str, given: str) -> None:
    with pytest.raises(ValueError, match=f"{option}='{given}'"):
        field(numbers(2), numbers(2), **{option: given})


@pytest.mark.parametrize("options", [{"view": "heat"}, {"view": "curves"}, {"scale": "value"}], ids=str)
@pytest.mark.parametrize(
    ("xs", "ys"),
    [
        ((0,), (0,)),
        ((0, 50, 1000), numbers(3)),
        (numbers(8), numbers(9)),
        (numbers(2), (0, 1, 2, 3, 4, 5, 99)),
    ],
    ids=lambda values: str(len(values)),
)
@pytest.mark.parametrize("curves", [0, 5])
def test_chosen_views_are_readable(
    xs: tuple[object, ...], ys: tuple[object, ...], options: dict[str, object], curves: int
) -> None:
    assert_readable(field(xs, ys, curves, **options))


def test_heat_maps_have_the_pictures_axes() -> None:
    figure = field(numbers(2), numbers(5), 1, view="heat")
    maps = [axes for axes in figure.axes if axes.images and axes.images[0].get_array().shape == (5, 2)]
    assert len(maps) == 1
    table = np.asarray(maps[0].images[0].get_array())
    assert table[0, 0] == pytest.approx(15)
    assert table[4, 0] == pytest.approx(95)
    assert not any("colours" in text.get_text() for text in figure.texts)
    fine = field(numbers(20), numbers(20), 1, view="heat")
    assert any(text.get_text() == "colours 15 to 775" for text in fine.texts)
    with pytest.raises(ValueError, match="no true places"):
        field(numbers(2), numbers(5), 1, view="heat", scale="value")


# Showing and saving


@pytest.mark.parametrize(
    ("suffix", "magic"),
    [("png", b"\x89PNG"), ("jpg", b"\xff\xd8"), ("jpeg", b"\xff\xd8"), ("webp", b"RIFF"), ("pdf", b"%PDF"),
     ("svg", b"<?xml"), ("PNG", b"\x89PNG")],
)  # fmt: skip
def test_save_by_suffix(tmp_path: Path, suffix: str, magic: bytes) -> None:
    figure = field(numbers(2), numbers(2))
    path = figure.save(tmp_path / f"sweep.{suffix}")
    assert path == tmp_path / f"sweep.{suffix}"
    assert path.read_bytes().startswith(magic)
    assert figure.dpi == 100


def test_saved_pixels_are_the_width_asked_for(tmp_path: Path) -> None:
    figure = line(numbers(5))
    with (
        Image.open(figure.save(tmp_path / "a.png")) as one,
        Image.open(figure.save(tmp_path / "b.png", scale=2)) as two,
    ):
        assert one.size == figure.pixels
        assert one.width == 900
        assert two.size == (one.width * 2, one.height * 2)
        assert one.info["Description"] == figure.alt


@pytest.mark.parametrize("name", ["sweep.gif", "sweep", "sweep.png.zip"])
def test_other_suffixes_are_refused_by_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="png, jpg, jpeg, webp, html, pdf, svg"):
        line((0,)).save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def noisy(at: tuple[object, ...], seed: int) -> Cell:
    """Pictures with the detail of photographs: smooth shapes under film grain."""
    rng = np.random.default_rng(seed)
    smooth = np.asarray(picture(seed / 7, (256, 256)), float)
    pictures = tuple(
        Image.fromarray((smooth + rng.normal(0, 12, smooth.shape)).clip(0, 255).astype(np.uint8))
        for _ in range(4)
    )
    return Cell(at, pictures, {"colour": [seed + 0.1 * k for k in range(4)]}, {})


def test_notebook_html_is_small_and_described() -> None:
    cells = [noisy((x, y), x // 50 + y) for x in numbers(4) for y in range(3)]
    axes = Axis("s", numbers(4)), Axis("w", (0, 1, 2))
    figure = grid(cells, *axes, CURVES[:1], title='"fox" <script>')
    page = figure.to_html()
    assert len(page) < 300_000
    assert re.match(r'<figure style="margin:0"><img alt="&quot;fox&quot; &lt;script&gt;: 48 pictures', page)
    assert page.count("<img") == 1
    assert 'width="900"' in page
    assert page.endswith('"></figure>')


SHOWS = """
from mjnb.plots import *
f = strip([Cell((0,), (), {"a": [1.0, 2.0]}, {})], Axis("s", (0,)), [Curve("a", "A")], title="fox")
f
"""
SETTINGS = "", "%config InlineBackend.figure_formats = ['svg']", "%matplotlib inline"


def test_shown_exactly_once_in_a_notebook(tmp_path: Path) -> None:
    with Notebook(tmp_path) as notebook:
        for setting in SETTINGS:  # one after the other: each is said on top of those before
            said = [notebook.run(setting), notebook.run(SHOWS)]
            assert [[one["output_type"] for one in outputs] for outputs in said] == [[], ["display_data"]], (
                setting
            )
            data = said[1][0]["data"]
            assert set(data) == {"text/html", "text/plain"}, setting
            assert data["text/html"].startswith("<figure"), setting
            assert data["text/plain"].startswith("fox: 0 pictures"), setting


def test_no_pyplot_and_no_notebook_is_loaded() -> None:
    heavy = {"matplotlib.pyplot", "IPython", "polars", "ipywidgets"}
    code = f"import mjnb.plots, sys; print(*{heavy} & set(sys.modules))"
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert not out.stdout.strip()


def test_the_users_style_neither_changes_the_figure_nor_is_changed() -> None:
    plain = field(numbers(3), numbers(3)).raster()
    loud: dict[Any, object] = {
        "axes.grid": True, "text.usetex": True, "axes.facecolor": "black", "figure.facecolor": "black",
        "text.color": "white", "font.size": 30.0, "font.family": ["serif"], "lines.marker": "x",
        "lines.linestyle": "--", "xtick.minor.visible": True, "ytick.right": True, "ytick.labelright": True,
        "xtick.top": True, "xtick.labeltop": True, "image.cmap": "jet", "image.origin": "lower",
        "axes.spines.top": False, "figure.autolayout": True, "savefig.bbox": "tight", "figure.dpi": 33.0,
        "errorbar.capsize": 9.0, "axes.xmargin": 0.4, "lines.dash_capstyle": "round", "axes.titlesize": 40.0,
        "text.parse_math": True, "image.interpolation": "bicubic",
        "axes.edgecolor": "red", "axes.linewidth": 5.0,
    }  # fmt: skip
    with matplotlib.rc_context(loud):
        before = dict(matplotlib.rcParams)
        figure = field(numbers(3), numbers(3))
        styled = figure.raster()
        assert dict(matplotlib.rcParams) == before
    assert np.array_equal(np.asarray(plain), np.asarray(styled))


def test_drawing_is_repeatable_and_safe_in_threads() -> None:
    made: list[bytes] = []

    def draw() -> None:
        buffer = io.BytesIO()
        field(numbers(3), numbers(2)).raster().save(buffer, "PNG")
        made.append(buffer.getvalue())

    threads = [threading.Thread(target=draw) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 3
    assert len(set(made)) == 1


# Alternative text


def test_alt_tells_what_was_swept_and_what_rises() -> None:
    alt = line(numbers(5)).alt
    assert alt.startswith("fox: 20 pictures over stylization 0 to 200.")
    assert "Colourfulness rises with stylization (15 to 95)" in alt
    assert "Diversity rises with stylization" in alt


def test_alt_counts_what_repeats_measured_beside_what_is_shown() -> None:
    values = {CURVES[0].name: tuple(float(number) for number in range(12))}  # of three tasks, one is shown
    cells = [Cell((at,), (flat("red"),) * 4, values, {}) for at in (0, 1)]
    axis = Axis("s", (0, 1))
    assert strip(cells, axis, CURVES[:1], title="fox").alt.startswith("fox: 8 of 24 measured pictures over s")
    middle = strip(
        [replace(cell, middle=0) for cell in cells], axis, CURVES[:1], title="fox", pictures="middle"
    )
    assert middle.alt.startswith(
        "fox: 2 of 24 measured pictures, the one nearest the middle of each set, over"
    )


def test_alt_of_a_grid_names_both_axes() -> None:
    alt = field(numbers(4), numbers(3)).alt
    assert "stylization 0 to 150 and weirdness 0 to 100" in alt
    assert "rises with stylization" in alt
    assert "rises with weirdness" in alt


def test_alt_stops_after_four_metrics() -> None:
    assert line(numbers(3), 6).alt.endswith("; and 1 more.")


def test_alt_of_choices_names_the_highest_and_lowest() -> None:
    alt = line(("1:1", "16:9", "2:3")).alt
    assert "stylization (1:1, 16:9, 2:3)" in alt
    assert "highest at stylization 2:3" in alt


def test_alt_of_noise_says_so() -> None:
    cells = [Cell((i,), (), {"colour": [1.0, 9.0 + i / 100]}, {}) for i in range(4)]
    alt = strip(cells, Axis("s", (0, 1, 2, 3)), CURVES[:1], title="fox").alt
    assert "Colourfulness stays near 5.01 along s" in alt
