"""Markup in prompts, watermarks, errors and file names, in a real browser: no script runs, no request leaves.

What a single output shows is held by ``test_outputs_browser.py``; here it is the panel with its gallery and
history, a sweep with its figure and report, and the pages that a saved sweep leaves.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsers import chromium, open_page
from jupyters import FrontEnd, write_notebook
from playwright.sync_api import Browser

from mjnb.sandbox import Sandbox
from mjnb.sandbox.faults import Fault, Faults

HOSTILE = (
    "</script></style></textarea><img src=https://evil.invalid/a.png onerror=window.hacked=1>"
    "<script>window.hacked=1</script><svg onload=window.hacked=1><iframe src=https://evil.invalid></iframe> "
    "![p](https://evil.invalid/b.png) [a](javascript:window.hacked=1) <link rel=icon href=//evil.invalid>"
    "<a href=javascript:window.hacked=1>b</a> `x` $\\unicode[onload=1]{1}$ \"'&quot;"
)
CELLS = (
    """
import mjnb as mj
from mjnb.sessions import Session
session = mj.use(Session(base_url={url!r}, api_key="sandbox", data_dir="data", time_scale=300))
hostile = {hostile!r}
open("sent.txt", "w").write(hostile)
""",
    "try:\n    session.imagine(hostile, water_mark=hostile[:20], wait=True)\nexcept Exception as e: print(e)",
    "[session.imagine(f'{n} {hostile}') for n in range(5)]\nsession.imagine(hostile)",
    "for n in range(4): display(session.imagine(f'a fox {n}'))",
    "failed = [session.task(str(n)) for n in session.tasks()['id']]\n"
    "for one in failed:\n    try: one.wait()\n    except mj.MJError as error: print(error)",
    "mj.panel(session)",
    "sweep = session.sweep('a {{subject}}', subject=[hostile.replace(',', ''), 'fox'])\n"
    "try: sweep.run()\nexcept mj.MJError as error: print(error)\nsweep",
    "sweep.plot()",
    "sweep.save('kept')",
    "session.tasks()",
    "print('all of it ran')",
    "mj.Session(base_url=hostile)",
)
MARKS = "script:not([type]), iframe, link[href*=evil], img[src*=evil], a[href^=javascript], svg[onload]"
WHERE = ".jp-OutputArea-output"


class Watched:
    """A page, and every request that is not this machine's own; none of those gets out."""

    def __init__(self, browser: Browser) -> None:
        self.page = open_page(browser, 1200, 1000)
        self.outside: list[str] = []
        self.page.on("request", lambda request: self._note(request.url))

    def _note(self, url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "file://")):
            self.outside.append(url)

    def is_inert(self, within: str) -> None:
        """Hold that nothing ran, nothing was asked for, and nothing hostile became an element."""
        assert self.page.evaluate("window.hacked") is None
        assert self.outside == []
        assert self.page.locator(f":is({within}) :is({MARKS})").count() == 0


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    faults = Faults([Fault("fail", on="submit", message=HOSTILE, rate=0.4)], seed=3)  # some of them
    with Sandbox(time_scale=300, long_side=128, faults=faults) as sandbox:
        yield sandbox
        assert faults.log


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def ran(server: Sandbox, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The notebook in JupyterLab, right after all of it ran."""
    folder = tmp_path_factory.mktemp("lab")
    begin, *rest = CELLS
    begin = begin.format(url=server.url, hostile=HOSTILE)
    write_notebook(
        folder / "run.ipynb", [begin, *(cell.replace("{{", "{").replace("}}", "}") for cell in rest)]
    )
    with FrontEnd("lab", folder) as front:
        watched = Watched(browser)
        front.run_all(watched.page, "run.ipynb")
        watched.page.get_by_text("all of it ran", exact=True).first.wait_for()
        yield watched, folder
        watched.page.close()


def test_nothing_hostile_runs_in_jupyterlab(ran: Any) -> None:
    watched, _ = ran
    text = watched.page.evaluate(
        "() => JSON.stringify(window.jupyterapp.shell.currentWidget.content.model.toJSON().cells)"
    )
    assert "window.hacked=1" in text
    outputs = watched.page.locator(WHERE)
    for place in range(outputs.count()):
        outputs.nth(place).scroll_into_view_if_needed()
    watched.is_inert(WHERE)


def test_the_pages_of_a_saved_sweep_run_and_ask_nothing(ran: Any, browser: Browser) -> None:
    _, folder = ran
    pages = sorted((folder / "kept").rglob("*.html"))
    assert {page.name for page in pages} >= {"figure.html", "report.html"}
    for path in pages:
        watched = Watched(browser)
        watched.page.goto(path.as_uri())
        assert "window.hacked=1" in str(watched.page.locator("body").text_content())
        watched.page.keyboard.press("Tab")
        assert watched.page.evaluate("window.hacked") is None
        assert watched.outside == []
        assert watched.page.locator("iframe, img[src*=evil], a[href^=javascript], svg[onload]").count() == 0
        watched.page.close()


def test_the_saved_names_hold_no_markup(ran: Any) -> None:
    _, folder = ran
    names = [path.name for root in ("data", "kept") for path in Path(folder / root).rglob("*")]
    assert len(names) > 10
    assert [name for name in names if any(sign in name for sign in "<>\"'$`|;&\\")] == []
