"""Outputs in real front ends: right after the run, and reopened un-run and untrusted, in light and dark."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsers import chromium, open_page
from jupyters import FrontEnd, write_notebook
from playwright.sync_api import Browser

from mjnb.sandbox import Sandbox

SCREENS = Path(__file__).parent.parent / "build" / "screens"
HOSTILE = (
    "</script><img src=x onerror=window.hacked=1><script>window.hacked=1</script> </code></pre>"
    "[a](javascript:window.hacked=1) <a href=javascript:window.hacked=1>b</a> **c** $x^2$ $y$ \u202e edoc"
)
BEGIN = """
import pathlib
from PIL import Image
from mjnb import display
from mjnb.sessions import Session
%load_ext mjnb
session = Session(base_url={url!r}, api_key={key!r}, data_dir="data", time_scale=300)
hostile = {hostile!r}
"""
CELLS = {
    "fox": 'fox = session.imagine("a red fox in snow --ar 16:9", wait=True)\nfox',
    "film": 'film = session.animate(fox.images[0], "it runs", wait=True)\nfilm',
    "image": "fox.images[1]",
    "lines": 'session.imagine("first line\\nsecond line", wait=True)',
    "hostile": "session.imagine(hostile, wait=True)",
    "failed": 'display.show("", display.task_html(display.TaskView("0" * 32, "failed", hostile, hostile, '
    "error=hostile, hint=hostile, trouble=hostile, surprises=hostile, family=hostile)))",
    "file": 'name = "<img src=x onerror=hacked=1>.png"\nImage.new("RGB", (300, 300)).save(name)\n'
    'session.imagine("x", file_urls=name, dry_run=True)',
    "later": 'later = session.imagine("a blue bird")\nlater',
    "wait": "later.wait();",
    "tasks": "session.tasks()",
    "session": "session",
}
NUMBER = {name: place for place, name in enumerate(CELLS, 1)}
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
WHOLE = "images => images.length > 0 && images.every(i => i.complete && i.naturalWidth > 0)"


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with Sandbox(time_scale=300, long_side=320) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module", params=["lab", "notebook"])
def front(
    request: pytest.FixtureRequest, server: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FrontEnd]:
    folder = tmp_path_factory.mktemp(request.param)
    begin = BEGIN.format(url=server.url, key=server.key, hostile=HOSTILE)
    write_notebook(folder / "run.ipynb", [begin, *CELLS.values()])
    with FrontEnd(request.param, folder) as opened:
        yield opened


class Watched:
    """A page, and what it asked for."""

    def __init__(self, browser: Browser) -> None:
        self.page = open_page(browser, 1100, 1000)
        self.asked: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))

    def outside(self) -> list[str]:
        """Return the addresses asked for that are not on this machine."""
        kept = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")
        return [url for url in self.asked if not url.startswith(kept)]

    def cell(self, name: str) -> Any:
        """Return the output of a cell."""
        return self.page.locator(".jp-CodeCell").nth(NUMBER[name]).locator(".jp-OutputArea-output")


@pytest.fixture(scope="module")
def ran(front: FrontEnd, browser: Browser) -> Iterator[Watched]:
    """The notebook right after all of it ran, and was saved."""
    watched = Watched(browser)
    front.run_all(watched.page, "run.ipynb")
    watched.cell("later").locator("img").first.wait_for()
    watched.page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    yield watched
    watched.page.close()


@pytest.fixture(scope="module")
def sent(front: FrontEnd, ran: Watched, browser: Browser) -> Iterator[Watched]:
    """The saved notebook as somebody else gets it: not run here, and not trusted."""
    book = json.loads((front.folder / "run.ipynb").read_text())
    book["metadata"]["sent_by"] = "somebody else"  # its signature is no longer known
    (front.folder / "sent.ipynb").write_text(json.dumps(book))
    watched = Watched(browser)
    front.open(watched.page, "sent.ipynb")
    yield watched
    watched.page.close()


@pytest.fixture(params=["Light", "Dark"])
def reopened(request: pytest.FixtureRequest, sent: Watched) -> Watched:
    """The same in a theme."""
    page, theme = sent.page, request.param
    change = "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})"
    page.evaluate(change, f"JupyterLab {theme}")
    told = f"body[data-jp-theme-light={'true' if theme == 'Light' else 'false'}]"
    page.wait_for_selector(told, state="attached")
    sent.cell("fox").locator("img").first.wait_for()
    return sent


def alts(watched: Watched, name: str) -> list[str]:
    found = watched.cell(name).locator("img:visible").evaluate_all("all => all.map(e => e.alt)")
    return [str(alt) for alt in found]


def is_whole(watched: Watched, name: str) -> None:
    """Hold that every picture of a cell is there, and not only its frame."""
    handle = watched.cell(name).locator("img:visible").first
    handle.wait_for()
    assert watched.cell(name).locator("img:visible").evaluate_all(WHOLE)


def lines(watched: Watched, name: str) -> list[str]:
    """Return the lines to copy."""
    return [str(text) for text in watched.cell(name).locator("pre code").all_text_contents()]


def is_inert(watched: Watched) -> None:
    """Hold that nothing from outside ran, was asked for, was linked or was set as a formula."""
    page = watched.page
    assert page.evaluate("window.hacked") is None
    assert watched.outside() == []
    for name in ("hostile", "failed", "file"):
        output = watched.cell(name)
        assert output.locator("script, iframe, b, strong, mjx-container").count() == 0
        assert output.locator("a[href^='javascript']").count() == 0
        sources = output.locator("img").evaluate_all("all => all.map(e => e.src.slice(0, 23))")
        assert set(sources) <= {"data:image/jpeg;base64,"}
    assert HOSTILE in str(watched.cell("failed").first.text_content())


# ---- right after the run ----


def test_a_run_shows_pictures_with_alternative_texts_and_a_line_to_copy(ran: Watched) -> None:
    is_whole(ran, "fox")
    assert [alt.partition(" (")[0] for alt in alts(ran, "fox")] == [
        f"a red fox in snow, picture {n} of 4" for n in (1, 2, 3, 4)
    ]
    assert lines(ran, "fox") == ["%mj a red fox in snow --fast --ar 16:9"]
    assert lines(ran, "lines") == ["%%mj\nfirst line\nsecond line --fast"]


def test_the_original_is_linked_and_opens(ran: Watched) -> None:
    link = ran.cell("fox").locator("a").first
    href = link.get_attribute("href")
    answer = ran.page.request.get(str(link.evaluate("e => e.href")))
    assert (answer.status, answer.headers["content-type"]) == (200, "image/jpeg"), href


def test_a_video_shows_its_first_frame_and_plays(ran: Watched) -> None:
    video = ran.cell("film").locator("video")
    assert str(video.get_attribute("poster")).startswith("data:image/jpeg;base64,")
    assert not [url for url in ran.asked if ".mp4" in url]  # it is fetched when it is played
    video.evaluate("v => { v.scrollIntoView(); return v.play(); }")
    ran.page.wait_for_function("v => v.currentTime > 0.2 && v.readyState >= 2", arg=video.element_handle())
    assert video.evaluate("v => [v.videoWidth > 0, v.videoHeight > 0, v.error]") == [True, True, None]


def test_an_output_that_changed_later_changed_in_its_own_cell(ran: Watched) -> None:
    is_whole(ran, "later")
    assert "4 pictures" in str(ran.cell("later").first.text_content())


def test_nothing_hostile_ran_in_a_trusted_notebook(ran: Watched) -> None:
    is_inert(ran)


def test_the_saved_notebook_is_small_and_says_where_its_outputs_came_from(
    front: FrontEnd, ran: Watched
) -> None:
    book = json.loads((front.folder / "run.ipynb").read_text())
    (fox,) = book["cells"][NUMBER["fox"]]["outputs"]
    (film,) = book["cells"][NUMBER["film"]]["outputs"]
    assert len(json.dumps(fox)) < 0.25 * 2**20
    assert len(json.dumps(film)) < 0.1 * 2**20
    facts = fox["metadata"]["mjnb"]
    assert [image["number"] for image in facts["images"]] == [1, 2, 3, 4]
    assert facts["params"]["prompt"] == "a red fox in snow"
    assert "sandbox" not in json.dumps(fox["metadata"])  # which is this server's key


# ---- reopened, not run, not trusted ----


def test_it_is_not_trusted(reopened: Watched) -> None:
    trusted = reopened.page.evaluate(
        "() => [...window.jupyterapp.shell.currentWidget.content.widgets].map(cell => cell.model.trusted)"
    )
    assert not any(trusted)


def test_pictures_alternative_texts_and_lines_are_there(reopened: Watched) -> None:
    for name, count in (("fox", 4), ("image", 1), ("later", 4), ("tasks", 5)):
        is_whole(reopened, name)
        assert len(alts(reopened, name)) == count, name
        assert all(alts(reopened, name))
    assert alts(reopened, "image")[0].startswith("a red fox in snow, picture 2 of ")
    assert lines(reopened, "fox") == ["%mj a red fox in snow --fast --ar 16:9"]
    assert lines(reopened, "lines") == ["%%mj\nfirst line\nsecond line --fast"]
    assert len(lines(reopened, "tasks")) == 5
    assert lines(reopened, "session") == ["%mj tasks"]


def test_a_video_has_its_first_frame_and_plays_where_its_file_is(reopened: Watched) -> None:
    video = reopened.cell("film").locator("video")
    poster = "v => { const i = new Image(); i.src = v.poster; return i.decode().then(() => i.naturalWidth); }"
    assert video.evaluate(poster) > 0
    video.evaluate("v => v.play()")
    reopened.page.wait_for_function("v => v.currentTime > 0.2", arg=video.element_handle())


def test_nothing_hostile_ran(reopened: Watched) -> None:
    is_inert(reopened)


def test_axe_finds_nothing_serious(reopened: Watched, front: FrontEnd) -> None:
    SCREENS.mkdir(parents=True, exist_ok=True)
    for name in ("fox", "film", "failed", "tasks"):
        reopened.cell(name).first.scroll_into_view_if_needed()
        reopened.page.evaluate(PAINTED)
        theme = "dark" if reopened.page.locator("body[data-jp-theme-light=false]").count() else "light"
        reopened.page.screenshot(path=SCREENS / f"outputs-{front.kind}-{theme}-{name}.png")
    found = Axe().run(reopened.page, context={"include": [[".mjnb-task"], [".mjnb-rows"]]})
    bad = [one for one in found.response["violations"] if one["impact"] in ("serious", "critical")]
    assert [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in bad] == []
