"""Asking, stopping and resuming in a real JupyterLab: what a button or a key does to what is paid."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsers import chromium, open_page
from faulty import until
from jupyters import FrontEnd, write_notebook
from playwright.sync_api import Locator, Page, expect

from mjnb.sandbox import Sandbox

CELLS = 60  # three windows of 20 submits, so that there is time to stop before the last
SCREENS = Path(__file__).parent.parent / "build" / "screens"
START = """
from mjnb.sessions import Session
session = Session(base_url={url!r}, api_key="sandbox", data_dir="data", time_scale={scale}, ask_above=20)
"""
LAID_OUT = "session.sweep('a fox', stylization=list(range(60)))"
ASKED = f"sweep = {LAID_OUT}\nsweep.run()"
RESUMED = f"sweep = {LAID_OUT}\nsweep.run(yes=True)\nprint('plan:', sweep.plan())"


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox in which a window of 20 submits lasts a second."""
    with Sandbox(time_scale=10, long_side=64) as sandbox:
        yield sandbox


@pytest.fixture
def page(tmp_path: Path, slow: Sandbox) -> Iterator[Page]:
    """A page that shows a notebook with a sweep that costs more than is paid without asking."""
    with FrontEnd("lab", tmp_path) as lab, chromium() as browser:
        write_notebook(
            tmp_path / "asked.ipynb", [START.format(url=slow.url, scale=10), ASKED, ASKED, RESUMED]
        )
        shown = open_page(browser, 1000, 900)
        lab.open(shown, "asked.ipynb")
        yield shown


def run_cell(page: Page, number: int) -> Locator:
    """Run one cell and return what it shows."""
    cell = page.locator(".jp-CodeCell").nth(number)
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    return cell.locator(".jp-Cell-outputArea")


def press(page: Page, button: Locator) -> None:
    """Press a button as someone does who has no mouse: by tabbing to it."""
    for _ in range(60):
        if button.evaluate("e => e === document.activeElement"):
            page.keyboard.press("Enter")
            return
        page.keyboard.press("Tab")
    raise AssertionError("the button cannot be reached by Tab")


def paid(sandbox: Sandbox) -> int:
    """How many tasks the sandbox has taken money for, by its own books."""
    return len(sandbox.account.tasks)


def shot(page: Page, name: str) -> None:
    SCREENS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENS / f"{name}.png")


def test_asked_stopped_and_resumed_by_keys_alone(page: Page, slow: Sandbox) -> None:
    run_cell(page, 0)
    first = run_cell(page, 1)
    pay = first.get_by_role("button", name=re.compile("^Pay about"))
    expect(pay).to_be_visible()
    expect(first.get_by_text(re.compile("60 cells, 60 to pay")).first).to_be_visible()
    shot(page, "asked")
    page.keyboard.press("Escape")  # out of the editor, so that Tab moves on
    press(page, first.get_by_role("button", name="Cancel"))
    expect(first.get_by_text("Cancelled: nothing was paid.")).to_be_visible()
    expect(first.get_by_role("button")).to_have_count(0)
    assert paid(slow) == 0

    second = run_cell(page, 2)
    expect(second.get_by_role("button", name=re.compile("^Pay about"))).to_be_visible()
    assert paid(slow) == 0
    page.keyboard.press("Escape")
    press(page, second.get_by_role("button", name=re.compile("^Pay about")))
    stop = second.get_by_role("button", name="Stop submitting")
    expect(stop).to_be_visible()
    until(lambda: paid(slow) > 0)
    press(page, stop)
    expect(second.get_by_text(re.compile("^Stopped: nothing new is sent"))).to_be_visible()
    expect(second.get_by_role("button")).to_have_count(0)
    ended = second.get_by_text(re.compile(r"^sweep of 60 cells: \d+ succeeded of 60$"))
    expect(ended).to_be_visible()
    before = paid(slow)
    assert 0 < before < CELLS
    assert f" {before} succeeded" in ended.inner_text()  # what was under way is kept and counted
    shot(page, "stopped")

    third = run_cell(page, 3)
    expect(third.get_by_text(re.compile(r"plan: 60 cells, 60 succeeded.*: nothing to pay"))).to_be_visible()
    shot(page, "resumed")
    assert paid(slow) == CELLS  # as many as a run without a stop pays
