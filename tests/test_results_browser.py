"""Gallery, history and sweep tab in a real JupyterLab: by mouse, by keys, by axe-core, by eye."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsers import chromium, decoded, open_page
from fronts import Front
from playwright.sync_api import Browser, Locator, Page, expect

from mjnb.sandbox import Sandbox

SCREENS = Path(__file__).parent.parent / "build" / "screens"
SEEN = """() => [...document.querySelectorAll('.mjnb-cards img, .mjnb-plot img')].filter((one) => {
    const box = one.getBoundingClientRect();
    return box.width && box.bottom > 0 && box.top < innerHeight;
}).every((one) => one.complete && one.naturalWidth > 1)"""
HOSTILE = 'it\'s a </script><img src=x onerror=window.hurt=1> \\"fox\\" 🦊'
START = """
from mjnb.sessions import Session
session = Session(base_url={url!r}, api_key="sandbox", data_dir={name!r}, time_scale=300, ask_above={above})
"""
GALLERY = f"""
from mjnb.panels.cards import card
from mjnb.panels.gallery import Gallery

acted = []
def show(task):
    task.watch(lambda one: gallery.put(card(one)))
    gallery.put(card(task))

def act(action, own_id, number):
    acted.append([action, number])
    if action == "Save":
        raise OSError("the disk is full")
    task = session.task(own_id)
    made = dict(U=task.upscale, V=task.vary, Extend=task.extend).get(action)
    if made:
        show(made(number))
    if action == "Animate":
        show(session.animate(task.images[number - 1], "it runs"))

gallery = Gallery(act)
show(session.imagine("a red fox in snow --s 250"))
show(session.imagine("{HOSTILE}"))
gallery.widget
"""
HISTORY = """
from mjnb.panels.history import History

tasks = [session.imagine(f"prompt number {n}" + " of an owl" * (n % 5 == 0)) for n in range(30)]
for task in tasks:
    task.wait()
history = History(session, print)
history.widget
"""
SWEEP = """
from mjnb.panels.sweeping import SweepTab

tab = SweepTab(session, lambda: {"prompt": "a red fox in snow", "task_type": "mj_txt2img", "version": "7"})
tab.widget
"""


@pytest.fixture(scope="module")
def service() -> Iterator[Sandbox]:
    server = Sandbox(time_scale=300, long_side=192).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, service: Sandbox) -> Iterator[Front]:
    with Front("lab", tmp_path_factory.mktemp("lab"), comms="perComm") as running:
        for name, source, above in (
            ("gallery", GALLERY, 100),
            ("history", HISTORY, 100),
            ("sweep", SWEEP, 40),
        ):
            start = START.format(url=service.url, name=f"data-{name}", above=above)
            running.write(name, start, source, "print('later')")
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that reports an error when its script fails."""
    opened = open_page(browser, 1200, 1000, permissions=["clipboard-read", "clipboard-write"])
    failures: list[str] = []
    opened.on("pageerror", lambda error: failures.append(str(error)))
    yield opened
    opened.context.close()
    assert failures == []


def run_cell(page: Page, source: str) -> str:
    """Put a cell at the end of the notebook, run it, and return what it printed."""
    cells = page.locator(".jp-Notebook .jp-CodeCell")
    count = cells.count()
    page.evaluate(
        """async (source) => {
            const content = window.jupyterapp.shell.currentWidget.content;
            content.activeCellIndex = content.widgets.length - 1;
            await window.jupyterapp.commands.execute('notebook:insert-cell-below');
            content.activeCell.model.sharedModel.setSource(source);
            await window.jupyterapp.commands.execute('notebook:run-cell');
        }""",
        source,
    )
    return cells.nth(count).locator(".jp-OutputArea-output").inner_text().strip()


def serious(page: Page, selector: str) -> list[Any]:
    """Return what axe-core finds at least serious."""
    found = Axe().run(page, context={"include": [[selector]]}).response["violations"]
    return [
        (
            one["id"],
            one["impact"],
            [node["html"][:160] for node in one["nodes"]],
            [node.get("any") for node in one["nodes"]][:1],
        )
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def theme(page: Page, name: str) -> None:
    page.evaluate(
        f"window.jupyterapp.commands.execute('apputils:change-theme', {{theme: 'JupyterLab {name}'}})"
    )
    light = str(name == "Light").lower()
    page.wait_for_function(f"document.body.dataset.jpThemeLight === '{light}'")
    page.wait_for_function("!document.querySelector('#jupyterlab-splash')")


def look(page: Page, part: Locator, name: str, selector: str) -> None:
    """Keep pictures of a part in both themes and in a narrow window; axe-core is asked in each."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    for kind in ("Light", "Dark"):
        theme(page, kind)
        picture(page, part, f"{name}-{kind.lower()}")
        assert serious(page, selector) == []
    theme(page, "Light")
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": 400, "height": size["height"]})
    picture(page, part, f"{name}-narrow")
    assert part.evaluate("e => e.scrollWidth <= e.clientWidth + 1")
    page.set_viewport_size(size)


def picture(page: Page, part: Locator, name: str) -> None:
    part.evaluate("e => e.scrollIntoView({block: 'start'})")
    page.wait_for_function(SEEN)
    page.screenshot(path=SCREENS / f"{name}.png")


def guarded(part: Locator) -> list[str]:
    """Return what can have the focus and would lose its keys to the notebook's shortcuts."""
    unguarded = part.locator("button, input, select, a, video, [tabindex]").evaluate_all(
        "all => all.filter(e => !e.hasAttribute('data-lm-suppress-shortcuts')).map(e => e.outerHTML)"
    )
    return list(unguarded)


def test_the_gallery_by_mouse_and_keys(page: Page, lab: Front) -> None:
    lab.run(page, "gallery")
    gallery = page.locator(".mjnb-gallery")
    cards = gallery.locator("article")
    expect(cards).to_have_count(2)
    expect(gallery.locator("figure img")).to_have_count(8)
    expect(gallery.get_by_role("status")).to_have_text(re.compile("4 pictures of .* ready"))
    fox = cards.filter(has_text="a red fox in snow")
    fox.scroll_into_view_if_needed()
    page.wait_for_function(SEEN)
    assert "a red fox in snow, picture 2 of 4" in str(fox.locator("img").nth(1).get_attribute("alt"))
    assert page.evaluate("window.hurt") is None
    assert "</script><img src=x onerror=window.hurt=1>" in cards.first.inner_text()

    fox.get_by_role("button", name="Upscale picture 2 (U2) of a red fox in snow").click()
    expect(cards).to_have_count(3)
    expect(gallery.get_by_role("status")).to_have_text("1 picture of a red fox in snow ready")
    fox = cards.filter(has_text="--s 250")
    fox.get_by_role("button", name="Save picture 1 of").click()
    expect(fox.get_by_role("alert")).to_have_text("OSError: the disk is full")

    fox.get_by_role("button", name="Enlarge picture 3").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("img")).to_be_visible()
    assert serious(page, "dialog") == []
    assert decoded(dialog.locator("img")) == 192
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowRight")  # at once: the focus is back where it was
    page.keyboard.press("4")  # rates the picture that has the focus
    expect(dialog).to_have_count(0)
    expect(fox.get_by_role("button", name="Enlarge picture 4")).to_be_focused()
    expect(fox.locator("[data-rate='4'] button[aria-pressed=true]")).to_have_text("4")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.title") == "Vary picture 4 (V4) of a red fox in snow"
    page.keyboard.press("Enter")
    expect(cards).to_have_count(4)
    expect(gallery.get_by_role("status")).to_have_text("4 pictures of a red fox in snow ready")
    assert page.evaluate("document.activeElement.title") == "Vary picture 4 (V4) of a red fox in snow"

    fox.get_by_role("button", name="Animate picture 1").click()
    film = cards.filter(has_text="it runs")
    film.get_by_role("button", name="Play video 1 of it runs").click()
    expect(film.locator("video")).to_be_visible()
    film.locator("video").evaluate(
        "e => new Promise(done => { if (e.readyState >= 2) done(); else e.onloadeddata = done; })"
    )
    film.get_by_role("button", name="4 of 5, very good").click()
    expect(film.locator("[data-rate='1'] button[aria-pressed=true]")).to_have_text("4")
    anew = "gallery.widget.rated({(gallery.cards[0].id, 1): 5}); print('anew')"  # as the panel does
    assert run_cell(page, anew) == "anew"
    expect(film.locator("[data-rate='1'] button[aria-pressed=true]")).to_have_text("5")
    expect(film.locator("video")).to_be_visible()  # it plays on, in a card that is drawn anew
    did = "[['U', 2], ['Save', 1], ['Rate 4', 4], ['V', 4], ['Animate', 1], ['Rate 4', 1]]"
    assert run_cell(page, "acted") == did

    fox.get_by_role("button", name="Copy").click()
    assert page.evaluate("navigator.clipboard.readText()") == "%mj a red fox in snow --fast --s 250"
    assert guarded(gallery) == []
    look(page, gallery, "gallery", ".mjnb-gallery")

    page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function("!window.jupyterapp.shell.currentWidget.context.model.dirty")
    lab.open(page, "gallery")  # the page made again: the kernel tells all of it once more
    expect(cards).to_have_count(5)
    expect(gallery.locator("figure img")).to_have_count(14)
    expect(fox.locator("[data-rate='4'] button[aria-pressed=true]")).to_have_text("4")


def test_the_history_by_keys(page: Page, lab: Front) -> None:
    lab.run(page, "history")
    history = page.locator(".mjnb-history")
    cards = history.locator("article")
    expect(cards).to_have_count(12)
    expect(cards.first).to_contain_text("prompt number 29")
    expect(history.locator(".mjnb-counted")).to_have_text("30 tasks")
    look(page, history, "history", ".mjnb-history")
    history.get_by_role("button", name="Older tasks").focus()
    page.keyboard.press("Enter")
    expect(cards.first).to_contain_text("prompt number 17")
    page.keyboard.press("Space")
    expect(cards).to_have_count(6)
    assert page.evaluate("document.activeElement.title") == "Older tasks"
    history.get_by_role("button", name="Newer tasks").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Space")  # at once: counted from where the first one leads
    expect(cards.first).to_contain_text("prompt number 29")
    expect(cards).to_have_count(12)
    history.get_by_label("Search in prompts").focus()
    page.keyboard.type("AN OWL")
    expect(history.locator(".mjnb-counted")).to_have_text("6 tasks")
    expect(cards).to_have_count(6)
    history.get_by_label("State").focus()
    page.keyboard.type("succ")
    expect(history.get_by_label("State")).to_have_value("succeeded")
    expect(cards).to_have_count(6)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("01012099")
    expect(history.locator(".mjnb-counted")).to_have_text("0 tasks")
    expect(history.get_by_text("No task fits.")).to_be_visible()
    assert page.locator(".jp-Notebook .jp-CodeCell").count() == 3  # no key was the notebook's
    assert guarded(history) == []


def test_the_sweep_tab_by_keys(page: Page, lab: Front) -> None:
    lab.run(page, "sweep")
    tab = page.locator(".mjnb-sweep")
    first = tab.get_by_role("group", name="First axis")
    second = tab.get_by_role("group", name="Second axis")
    first.get_by_label("Parameter").focus()
    page.keyboard.type("styl")
    expect(first.get_by_label("Values")).to_have_value("0..1000/250")
    expect(tab.locator(".mjnb-facts")).to_contain_text("5 (5)")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+a")
    page.keyboard.type("0, 500, lots")
    expect(tab.get_by_role("alert")).to_have_text("stylization needs a whole number, not 'lots'")
    expect(tab.get_by_role("button", name="Run", exact=True)).to_have_attribute("aria-disabled", "true")
    look(page, tab, "sweep-fault", ".mjnb-sweep")
    first.get_by_label("Values").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("0..1000/500")
    page.keyboard.press("Tab")
    page.keyboard.type("weird")
    expect(second.get_by_label("Parameter")).to_have_value("weirdness")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+a")
    page.keyboard.type("0, 3000")
    expect(tab.locator(".mjnb-facts")).to_contain_text("6 (3 × 2)")
    expect(
        tab.get_by_text("%mj sweep a red fox in snow --v 7 --s {0..1000/500} --w {0, 3000}")
    ).to_be_visible()
    tab.get_by_role("button", name="Run: 48 credits").focus()
    page.keyboard.press("Enter")
    expect(tab.get_by_role("button", name="Pay about 48 credits and start")).to_be_visible()
    assert page.evaluate("document.activeElement.textContent") == "Cancel"
    look(page, tab, "sweep-question", ".mjnb-sweep")
    page.keyboard.press("Enter")
    expect(tab.get_by_role("status")).to_have_text("Cancelled: nothing was paid.")
    assert run_cell(page, "session.spent") == "0.0"
    page.keyboard.press("Enter")
    tab.get_by_role("button", name="Run: 48 credits").click()
    tab.get_by_role("button", name="Pay about 48 credits and start").click()
    expect(tab.get_by_role("status")).to_have_text("The sweep ended: 6 of 6 cells are settled.")
    plot = tab.locator(".mjnb-plot img")
    expect(plot).to_have_attribute("alt", re.compile("a red fox in snow.*stylization"))
    assert decoded(plot) >= 400
    expect(tab.locator(".mjnb-facts")).to_contain_text("6 succeeded")
    assert guarded(tab) == []
    look(page, tab, "sweep", ".mjnb-sweep")
    assert run_cell(page, "session.spent") == "48.0"
