"""The rater in a real JupyterLab: keys reach it and not the notebook, everything is named, answers arrive."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import patience
import pytest
from browsers import chromium, open_page
from faulty import until
from jupyters import TOKEN, own_environment
from labs import stop
from playwright.sync_api import Page, expect

from mjnb.sandbox import Sandbox
from mjnb.sessions import Session

SCREENS = Path(__file__).parent.parent / "build" / "screens"
CELL = """
from mjnb.sessions import Session
session = Session(base_url={url!r}, api_key="sandbox", data_dir="data", time_scale=300)
sweep = session.sweep("a fox", stylization=[0, 800])
sweep.rate({kind!r}, 3, seed=1, rater="jo")
"""


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox whose pictures are large enough to be looked at."""
    with Sandbox(time_scale=300, long_side=320) as server:
        yield server


@pytest.fixture
def lab(tmp_path: Path, sandbox: Sandbox) -> Iterator[str]:
    """The address of a JupyterLab with a notebook that rates a finished sweep, in pairs and by fours."""
    settings: dict[str, Any] = {"base_url": sandbox.url, "api_key": "sandbox", "time_scale": 300}
    with Session(**settings, data_dir=tmp_path / "data") as session:
        session.sweep("a fox", stylization=[0, 800]).run()
    cells = [
        {"cell_type": "code", "id": kind, "metadata": {}, "outputs": [], "execution_count": None,
         "source": CELL.format(url=sandbox.url, kind=kind)}
        for kind in ("pairs", "best_worst")
    ]  # fmt: skip
    notebook = {"cells": cells, "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}}}
    (tmp_path / "rate.ipynb").write_text(json.dumps({**notebook, "nbformat": 4, "nbformat_minor": 5}))
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.port=0"]
    command += [f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={tmp_path}"]
    command += ["--LabApp.expose_app_in_browser=True"]
    with (tmp_path / "lab.log").open("w") as log:
        server = subprocess.Popen(
            command,
            env=own_environment(tmp_path / "home"),
            cwd=tmp_path,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield address(tmp_path, server)
        finally:
            stop(server)


def address(folder: Path, server: subprocess.Popen[bytes]) -> str:
    told = folder / "home" / "runtime_dir" / f"jpserver-{server.pid}.json"

    def answers() -> bool:
        assert server.poll() is None, (folder / "lab.log").read_text()
        try:
            port = json.loads(told.read_text())["port"]
            with urllib.request.urlopen(
                f"http://127.0.0.1:{port}/api/status?token={TOKEN}", timeout=patience.SECONDS
            ) as answer:
                return bool(answer.status == 200)
        except (OSError, ValueError):
            return False

    until(answers)
    return f"http://127.0.0.1:{json.loads(told.read_text())['port']}"


def run_all(page: Page, url: str) -> None:
    """Open the notebook and run all of its cells."""
    page.goto(f"{url}/lab/tree/rate.ipynb?reset&token={TOKEN}")
    page.wait_for_function("window.jupyterapp !== undefined")
    page.evaluate("window.jupyterapp.restored")
    ready = "() => { const c = window.jupyterapp.shell.currentWidget?.sessionContext;"
    ready += " return !!c && c.isReady && c.session?.kernel?.status === 'idle'; }"
    page.wait_for_function(ready)
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")


def said(folder: Path) -> list[tuple[str, int | None, int | None]]:
    with sqlite3.connect(folder / "data" / "ledger.db") as connection:
        rows = connection.execute("SELECT kind, best, worst FROM rating ORDER BY id").fetchall()
    connection.close()
    return rows


def test_pictures_are_rated_by_keys(lab: str, tmp_path: Path) -> None:
    with chromium() as browser:
        page = open_page(browser, 1200, 1000)
        run_all(page, lab)
        raters = page.locator(".mjnb-rater")
        expect(raters).to_have_count(2)
        pairs, fours = raters.nth(0), raters.nth(1)

        SCREENS.mkdir(parents=True, exist_ok=True)
        pairs.screenshot(path=SCREENS / "rating.png")
        fours.screenshot(path=SCREENS / "rating-fours.png")
        pairs.focus()
        for done, key in enumerate(["ArrowRight", "ArrowLeft"], 1):
            page.keyboard.press(key)
            expect(pairs.get_by_role("status")).to_have_text(re.compile(rf"^{done + 1} of 3"))
        page.keyboard.press("u")
        expect(pairs.get_by_role("status")).to_have_text(re.compile("^2 of 3"))
        page.keyboard.press("=")
        expect(pairs.get_by_role("status")).to_have_text(re.compile("^3 of 3"))
        assert pairs.evaluate("e => e === document.activeElement")
        pairs.get_by_role("button", name="left is better").click()
        expect(pairs.get_by_role("status")).to_have_text(re.compile("^All 3 answered"))
        kept = [("pairs", 2, None), ("pairs", 1, None), ("undo", None, None), ("pairs", None, None)]
        assert said(tmp_path) == [*kept, ("pairs", 1, None)]

        fours.focus()
        page.keyboard.press("3")
        best = fours.get_by_role("button", name="picture 3 is the best")
        expect(best).to_have_attribute("aria-pressed", "true")
        page.keyboard.press("Shift+Digit1")
        expect(fours.get_by_role("status")).to_have_text(re.compile("^2 of 3"))
        assert said(tmp_path)[-1] == ("best_worst", 3, 1)

        for key in (
            "b",
            "d",
            "d",
            "x",
            "ArrowDown",
        ):  # in JupyterLab: a new cell, deleting, cutting, moving on
            page.keyboard.press(key)
        assert page.locator(".jp-Notebook .jp-CodeCell").count() == 2
        names = page.locator(".mjnb-rater button").evaluate_all(
            "all => all.map(e => e.getAttribute('aria-label'))"
        )
        assert all(names)
        assert len(names) == 1 + 8 + 2
        seen = page.locator(".mjnb-rater img").evaluate_all(
            "all => all.map(e => [e.alt, e.naturalWidth > 0])"
        )
        assert seen == [[f"picture {n} of 4", True] for n in range(1, 5)]
