"""The page of a sweep in a real browser: keyboard, pointer, words of others, nothing from outside."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsers import chromium, open_page
from PIL import Image
from playwright.sync_api import Browser
from test_plots import CURVES, cell, field, flat, line, noisy, numbers, picture

from mjnb.plots import Axis, Cell, Curve, SweepFigure, grid, sheets, strip

HOSTILE = '</script><img src=x onerror="window.hacked=1"><svg onload=window.hacked=1>\'"&amp;<!--'
OUTSIDE = re.compile(r"https?:|//[a-z]")
FLAGS = ["--no-sandbox", "--disable-background-networking"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with chromium() as opened:
        yield opened


class Visit:
    """A page in the browser with everything that it asked for and complained of."""

    def __init__(self, browser: Browser, path: Path, **settings: Any) -> None:
        self.asked: list[str] = []
        self.faults: list[str] = []
        self.page = open_page(browser, 1000, 800, **settings)
        self.page.route("**/*", self._gate)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda told: self.faults.append(told.text))
        self.page.goto(path.as_uri())

    def _gate(self, route: Any) -> None:
        if route.request.url.startswith("file:"):
            route.continue_()
        else:
            self.asked.append(route.request.url)
            route.abort()

    def focused(self) -> str:
        """The name of the cell that has the focus."""
        return str(self.page.evaluate("document.activeElement.getAttribute('aria-label') || ''"))

    def table(self, name: str) -> list[list[str]]:
        """A table of the panel, cell by cell."""
        rows = self.page.locator(f"#{name} tr")
        return [rows.nth(i).locator("th,td").all_inner_texts() for i in range(rows.count())]

    def close(self) -> None:
        """Nothing was asked for and nothing went wrong."""
        assert self.asked == []
        assert self.faults == []
        self.page.context.close()


def visit(browser: Browser, figure: SweepFigure, folder: Path, **settings: Any) -> Visit:
    return Visit(browser, figure.save(folder / "sweep.html"), **settings)


def test_arrows_walk_the_grid_and_the_panel_follows(browser: Browser, tmp_path: Path) -> None:
    shown = visit(browser, field(numbers(3), numbers(3)), tmp_path)
    keys = shown.page.keyboard
    walk = [
        ("Tab", 0, 100), ("ArrowRight", 50, 100), ("ArrowDown", 50, 50), ("End", 100, 50),
        ("ArrowRight", 100, 50), ("ArrowDown", 100, 0), ("ArrowDown", 100, 0), ("Home", 0, 0),
        ("ArrowUp", 0, 50), ("ArrowLeft", 0, 50),
    ]  # fmt: skip
    for key, x, y in walk:
        keys.press(key)
        assert shown.focused().startswith(f"stylization {x}, weirdness {y}. 4 pictures. Colourfulness "), key
        assert shown.table("parameters") == [["stylization", str(x)], ["weirdness", str(y)]]
    metrics = shown.table("metrics")
    assert metrics[0] == ["metric", "picture 1", "cell"]
    assert metrics[1] == ["Colourfulness", "20", "35 ± 13"]
    assert metrics[3][2] == "0.0667 ± 0.05"
    first = shown.page.locator("#big").get_attribute("src")
    keys.press("3")
    assert shown.table("metrics")[1] == ["Colourfulness", "40", "35 ± 13"]
    assert shown.page.locator("#big").get_attribute("src") != first
    assert shown.page.locator("#big").get_attribute("alt") == "picture 3 of 4: stylization 0, weirdness 50"
    assert shown.page.locator("[role=gridcell][tabindex='0']").count() == 1
    shown.close()


def test_pointing_shows_the_picture_under_the_pointer(browser: Browser, tmp_path: Path) -> None:
    shown = visit(browser, field(numbers(2), numbers(2)), tmp_path)
    target = shown.page.locator("[role=gridcell]").nth(3).locator("img").nth(1)
    target.hover()
    assert shown.table("parameters") == [["stylization", "50"], ["weirdness", "0"]]
    assert shown.page.locator("#big").get_attribute("src") == target.get_attribute("src")
    assert shown.page.evaluate("document.querySelector('#big').naturalWidth") == 48
    assert shown.page.locator("svg .here[visibility=visible]").count() == 6
    shown.page.locator("#others img").nth(3).click()
    assert "picture 4 of 4" in str(shown.page.locator("#big").get_attribute("alt"))
    shown.close()


def test_pages_turn_sheets(browser: Browser, tmp_path: Path) -> None:
    axes = [Axis("s", (0, 1)), Axis("w", (0, 1)), Axis("v", (5, 6, 7))]
    cells = [cell(at, sum(at) / 9, count=1) for at in itertools.product((0, 1), (0, 1), (5, 6, 7))]
    shown = visit(browser, sheets(cells, axes, CURVES[:2], title="fox"), tmp_path)
    assert shown.page.locator("h2").all_inner_texts() == ["v = 5", "v = 6", "v = 7"]
    for key, sheet in (("Tab", 5), ("PageDown", 6), ("PageDown", 7), ("PageDown", 7), ("PageUp", 6)):
        shown.page.keyboard.press(key)
        assert shown.focused().startswith(f"s 0, w 1, v {sheet}. 1 picture. ")
    assert shown.page.locator("[role=grid]").count() == 3
    shown.close()


def test_words_of_others_run_nothing(browser: Browser, tmp_path: Path) -> None:
    axis = Axis(HOSTILE, (HOSTILE, "b"))
    cells = [
        Cell((HOSTILE,), (picture(1),), {"a": [1.0, 2.0]}, {}, line=HOSTILE),
        Cell(("b",), (), {}, {}, note=HOSTILE),
    ]
    figure = strip(cells, axis, [Curve("a", HOSTILE, HOSTILE)], title=HOSTILE, caption=HOSTILE)
    shown = visit(browser, figure, tmp_path)
    shown.page.keyboard.press("Tab")
    shown.page.wait_for_timeout(200)
    assert shown.page.evaluate("window.hacked") is None
    assert shown.page.locator("img[src=x]").count() == 0
    assert shown.page.locator("h1").inner_text() == HOSTILE
    assert shown.page.locator("#line").inner_text() == HOSTILE
    assert HOSTILE in shown.table("metrics")[1][0]
    shown.page.keyboard.press("ArrowRight")
    assert HOSTILE in shown.focused()
    assert shown.page.locator("#big").get_attribute("src") is None
    shown.close()


def test_the_policy_forbids_what_the_page_does_not_need(browser: Browser, tmp_path: Path) -> None:
    shown = visit(browser, line(numbers(2)), tmp_path)
    shown.page.evaluate(
        """() => {
        const script = document.createElement('script');
        script.textContent = 'window.hacked = 1';
        document.body.append(script);
        document.body.insertAdjacentHTML('beforeend', '<img src=y.png onerror="window.hacked=1">');
        const picture = new Image(); picture.src = 'https://example.org/a.png';
        }"""
    )
    shown.page.wait_for_timeout(300)
    assert shown.page.evaluate("window.hacked") is None
    assert shown.asked == []
    assert any("Content Security Policy" in fault for fault in shown.faults)
    shown.faults.clear()
    shown.close()


@pytest.mark.parametrize(("scheme", "paper"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(17, 17, 17)")])
def test_light_and_dark_follow_the_reader(browser: Browser, tmp_path: Path, scheme: str, paper: str) -> None:
    shown = visit(browser, line(numbers(2)), tmp_path, color_scheme=scheme)
    assert shown.page.evaluate("getComputedStyle(document.body).backgroundColor") == paper
    shown.close()


@pytest.mark.parametrize("width", [360, 900, 1400])
def test_nothing_is_wider_than_the_window(browser: Browser, tmp_path: Path, width: int) -> None:
    shown = visit(browser, field(numbers(5), numbers(5)), tmp_path)
    shown.page.set_viewport_size({"width": width, "height": 700})
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= width
    if width > 760:
        box = shown.page.locator("[role=grid]").bounding_box()
        panel = shown.page.locator("aside").bounding_box()
        assert box
        assert panel
        assert box["x"] + box["width"] <= panel["x"]
    shown.close()


def test_the_middle_picture_stands_for_its_set(browser: Browser, tmp_path: Path) -> None:
    pictures = tuple(flat(tone) for tone in ("red", "lime", "blue", "yellow"))
    figure = strip(
        [Cell((0,), pictures, {}, {}, middle=2)], Axis("s", (0,)), [], title="fox", pictures="middle"
    )
    shown = visit(browser, figure, tmp_path)
    assert shown.page.locator("[role=gridcell] img:visible").count() == 1
    assert "picture 3 of 4" in str(shown.page.locator("#big").get_attribute("alt"))
    assert shown.page.locator("#others img").count() == 4
    shown.close()


def test_the_page_is_one_small_file(tmp_path: Path) -> None:
    axes = Axis("s", numbers(5)), Axis("w", numbers(5))
    grain = np.asarray(noisy((0, 0), 3).pictures[0].resize((400, 400)))
    turned = iter(range(0, 400, 4))
    cells = [
        Cell(at, tuple(Image.fromarray(np.roll(grain, next(turned), 1)) for _ in range(4)), {}, {})
        for at in itertools.product(numbers(5), numbers(5))
    ]
    path = grid(cells, *axes, CURVES[:3], title="fox").save(tmp_path / "sweep.html")
    page = path.read_text()
    assert len(page) < 3_000_000
    assert page.count("data:image/webp") == 100
    assert not OUTSIDE.search(re.sub(r'src="data:[^"]*"', "", page))


def test_a_picture_is_kept_once(tmp_path: Path, browser: Browser) -> None:
    one, same = Image.new("RGB", (40, 40), "red"), Image.new("RGB", (40, 40), "red")
    cells = [Cell((0,), (one, same), {}, {}), Cell((1,), (one,), {}, {})]
    figure = strip(cells, Axis("s", (0, 1)), [], title="fox")
    assert figure.page is not None
    assert figure.page().count("data:image/webp") == 1
    shown = visit(browser, figure, tmp_path)
    assert shown.page.evaluate("[...document.images].every(image => image.src.startsWith('data:'))")
    shown.close()


def test_a_bare_figure_has_no_page(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no cells"):
        SweepFigure(400, 100).save(tmp_path / "sweep.html")
    assert not list(tmp_path.iterdir())
