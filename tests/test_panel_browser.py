"""The panel in JupyterLab, Notebook 7 and Voila: by mouse, by keys alone, to a screen reader, to the eye."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsers import chromium, decoded, open_page
from fronts import Front
from playwright.sync_api import Browser, Locator, Page, expect
from test_panels import TRAPS

from mjnb.sandbox import Sandbox

SCREENS = Path(__file__).parent.parent / "build" / "screens"
SLOW = 6
SCALE = 30  # a fast task takes two seconds: long enough to be seen running
CELL = """
import mjnb as mj
from mjnb.sessions import Session
session = Session(base_url={url!r}, api_key="sandbox", data_dir={name!r}, time_scale={scale})
panel = mj.panel(session)
panel
"""
DARK = "window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})"
HOSTILE = 'it\'s </script><img src=x onerror=window.hurt=1> "quoted" 🦊'


@pytest.fixture(scope="module")
def service() -> Iterator[Sandbox]:
    with Sandbox(time_scale=SCALE, long_side=256) as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = open_page(browser, 1280, 1400)
    yield opened
    opened.context.close()


@pytest.fixture(scope="module")
def fronts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Front]]:
    """The servers, each started at its first use."""

    class Started(dict[str, Front]):
        def __missing__(self, kind: str) -> Front:
            self[kind] = Front(kind, tmp_path_factory.mktemp(kind))
            return self[kind]

    started = Started()
    yield started
    for front in started.values():
        front.__exit__(None, None, None)


def run(
    front: Front, page: Page, service: Sandbox, name: str, scale: int = SCALE, theme: str = "light"
) -> Locator:
    """Run a notebook with a panel of its own ledger, and return the panel."""
    front.write(name, CELL.format(url=service.url, name=name, scale=scale))
    front.run(page, name, theme)
    panel = page.locator(".mjnb-panel")
    expect(panel).to_have_attribute("data-mjnb-guarded", "true")
    expect(panel.get_by_role("button", name="Generate")).to_be_visible()
    return panel


def text_of(panel: Locator) -> Locator:
    """Return the field of the prompt."""
    return panel.get_by_role("textbox", name=re.compile("^Prompt"))


def shot(page: Page, name: str) -> None:
    SCREENS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENS / f"panel-{name}.png")


def serious(page: Page) -> list[Any]:
    """Return what axe-core finds wrong with the panel."""
    found = Axe().run(page, context={"include": [[".mjnb-panel"]]}).response["violations"]
    return [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found]


def misnamed(panel: Locator) -> list[str]:
    """Return the buttons whose name does not hold the words that stand on them."""
    shown = panel.locator("button[aria-label]:visible").evaluate_all(
        "all => all.map(e => [e.innerText.trim(), e.getAttribute('aria-label')])"
    )
    return [f"{words}: {name}" for words, name in shown if words not in f"× {name}"]


def prompts(front: Front, name: str) -> list[str]:
    """Return the prompts of a notebook's ledger, oldest first."""
    with sqlite3.connect(front.folder / name / "ledger.db") as connection:
        rows = connection.execute("SELECT param_json FROM task ORDER BY id").fetchall()
    connection.close()
    return [json.loads(row[0]).get("prompt", "") for row in rows]


def pictures(panel: Locator, count: int) -> None:
    """Wait until so many pictures are there, decoded."""
    images = panel.locator(".mjnb-gallery img")
    expect(images).to_have_count(count)
    for number in range(count):
        decoded(images.nth(number))


# ---- by mouse ----


def test_by_mouse(fronts: dict[str, Front], page: Page, service: Sandbox) -> None:
    front = fronts["lab"]
    panel = run(front, page, service, "mouse")
    shot(page, "idle")
    assert serious(page) == []
    generate = panel.get_by_role("button", name="Generate")
    prompt = text_of(panel)

    prompt.fill("a lighthouse at dusk, waves --s 300")
    panel.get_by_role("radio", name="16:9").check()
    expect(prompt).to_have_value("a lighthouse at dusk, waves")  # its flag went into its control
    expect(panel.get_by_label("Stylization", exact=True)).to_have_value("300")
    expect(panel.locator(".mjnb-live code")).to_have_text("%mj a lighthouse at dusk, waves --ar 16:9 --s 300")
    expect(panel.locator(".mjnb-cost")).to_contain_text("about 8 credits")
    generate.dblclick()
    expect(panel.locator(".mjnb-card progress")).to_have_count(1)

    prompt.fill(HOSTILE)
    expect(panel.locator(".mjnb-live code")).to_contain_text("</script>")
    expect(generate).not_to_have_attribute("aria-disabled", "true")
    generate.click()
    expect(panel.locator(".mjnb-card")).to_have_count(2)
    shot(page, "running")
    pictures(panel, 8)
    expect(panel.get_by_role("status").first).to_have_text("2 finished")
    assert prompts(front, "mouse") == ["a lighthouse at dusk, waves", HOSTILE]
    shot(page, "gallery")
    assert serious(page) == []
    assert misnamed(panel) == []

    lighthouse = panel.locator(".mjnb-card", has_text="a lighthouse at dusk")
    lighthouse.get_by_role("button", name="(U2)").click()
    lighthouse.first.get_by_role("button", name="(V3)").click()
    expect(panel.locator(".mjnb-card")).to_have_count(4)
    pictures(panel, 13)

    panel.get_by_label("Task type").select_option(label="Video")
    expect(panel.get_by_role("group", name=re.compile("^Motion"))).to_be_visible()
    expect(panel.get_by_label("Stylization", exact=True)).to_be_hidden()
    panel.get_by_label("URL or earlier result").fill("https://example.com/fox.png")
    panel.get_by_role("button", name="Add this reference picture").click()
    expect(panel.locator(".mjnb-references li")).to_have_count(1)
    prompt.fill("a {red, blue} fox --motion fast")
    expect(panel.locator(".mjnb-faults li")).not_to_have_count(0)
    generate.click()
    expect(panel.get_by_role("alert").filter(has_text="Nothing was sent")).to_be_visible()
    shot(page, "error")
    assert serious(page) == []
    assert len(prompts(front, "mouse")) == 4
    assert page.evaluate("window.hurt") is None


def test_trap_prompts_are_sent_as_typed(fronts: dict[str, Front], page: Page, service: Sandbox) -> None:
    front = fronts["lab"]
    panel = run(front, page, service, "traps")
    generate = panel.get_by_role("button", name="Generate")
    for number, text in enumerate(TRAPS, 1):
        text_of(panel).fill(text)
        text_of(panel).press("ControlOrMeta+Enter")
        expect(panel.locator(".mjnb-card")).to_have_count(number)
        expect(generate).not_to_have_attribute("aria-disabled", "true")
    assert prompts(front, "traps") == TRAPS
    assert page.evaluate("window.hurt") is None


def test_a_drag_is_one_message(fronts: dict[str, Front], page: Page, service: Sandbox) -> None:
    sent: list[str | bytes] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda one: sent.append(one)))
    panel = run(fronts["lab"], page, service, "drag")
    text_of(panel).fill("a fox")
    expect(panel.locator(".mjnb-live code")).to_have_text("%mj a fox")
    box = panel.get_by_role("slider", name="Weirdness").bounding_box()
    assert box is not None
    sent.clear()
    page.mouse.move(box["x"] + 8, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 8, box["y"] + box["height"] / 2, steps=60)
    page.mouse.up()
    expect(panel.locator(".mjnb-live code")).to_have_text(re.compile(r"^%mj a fox --w [23]\d00$"))
    assert 1 <= len([one for one in sent if b"comm_msg" in as_bytes(one)]) <= 5
    kernel = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
    page.evaluate(f"{kernel}.requestExecute({{code: 'panel.close()'}}).done")
    expect(panel).to_have_count(0)
    expect(page.locator(".mjnb-panel-static")).to_be_visible()  # what is saved is there again


def test_two_views_of_one_panel_say_the_same(fronts: dict[str, Front], page: Page, service: Sandbox) -> None:
    run(fronts["lab"], page, service, "views")
    fronts["lab"].command(page, "notebook:create-output-view")
    panels = page.locator(".mjnb-panel")
    expect(panels).to_have_count(2)
    first, second = panels.nth(0), panels.nth(1)
    expect(second.get_by_role("button", name="Generate")).to_be_visible()
    text_of(first).fill("a red fox")
    first.get_by_role("radio", name="turbo").check()
    expect(text_of(second)).to_have_value("a red fox")
    expect(second.get_by_role("radio", name="turbo")).to_be_checked()  # beside its price
    expect(second.locator(".mjnb-cost")).to_contain_text("about 16 credits")
    text_of(second).fill("an owl")
    expect(text_of(first)).to_have_value("an owl")
    second.get_by_role("button", name="Generate").click()
    expect(first.locator(".mjnb-card")).to_have_count(1)
    assert prompts(fronts["lab"], "views") == ["an owl"]
    copy = first.locator(".mjnb-card").get_by_role("button", name="Copy")
    copy.focus()
    expect(first.locator(".mjnb-gallery img")).to_have_count(4)
    expect(copy).to_be_focused()  # in a card that was drawn anew


@pytest.fixture
def slow() -> Iterator[Sandbox]:
    """A service whose tasks take some ten seconds: a sweep can be watched while it grows."""
    with Sandbox(time_scale=SLOW, long_side=128) as server:
        yield server


def test_a_sweep_and_an_interrupt(fronts: dict[str, Front], page: Page, slow: Sandbox) -> None:
    panel = run(fronts["lab"], page, slow, "sweep", SLOW)
    text_of(panel).fill("a red fox --v 7")
    panel.get_by_role("tab", name="Sweep").click()
    tab = panel.locator(".mjnb-sweep")
    expect(tab.get_by_text("Swept with what stands under Make: a red fox --v 7")).to_be_visible()
    picked = (("First", "stylization", "0, 1000"), ("Second", "speed", "fast, relaxed"))
    for name, parameter, values in picked:
        axis = tab.get_by_role("group", name=f"{name} axis")
        axis.get_by_label("Parameter").select_option(parameter)
        axis.get_by_label("Values").fill(values)
    expect(tab.locator(".mjnb-facts")).to_contain_text("4 (2 × 2)")
    go = tab.get_by_role("button", name="Run: 22 credits")
    expect(go).not_to_have_attribute("aria-disabled", "true")
    shot(page, "sweep-plan")
    assert serious(page) == []
    go.click()
    stop = tab.get_by_role("button", name="Stop")
    expect(stop).to_be_visible()
    kernel = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
    page.evaluate(f"{kernel}.interrupt()")  # what is paid goes on
    plot = tab.locator(".mjnb-plot img")
    expect(plot).to_be_visible()
    first = str(plot.get_attribute("src"))
    expect(stop).to_be_visible()
    shot(page, "sweep-running")
    assert serious(page) == []
    assert misnamed(panel) == []
    expect(plot).not_to_have_attribute("src", first)  # it grows
    expect(tab.get_by_text("The sweep ended: 4 of 4 cells are settled.")).to_be_visible()
    expect(stop).to_be_hidden()
    assert decoded(plot) >= 400
    shot(page, "sweep-finished")
    assert serious(page) == []
    page.evaluate(DARK)
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", "false")
    page.wait_for_function("!document.querySelector('#jupyterlab-splash')")
    light = str(plot.get_attribute("src"))
    tab.get_by_role("button", name="Draw what is here").click()  # in the colours of the page
    expect(plot).not_to_have_attribute("src", light)
    expect(stop).to_be_hidden()
    decoded(plot)
    shot(page, "dark-sweep-finished")
    assert serious(page) == []
    assert len(prompts(fronts["lab"], "sweep")) == 4

    panel.get_by_role("tab", name="Make").click()
    panel.get_by_role("button", name="Generate").click()
    page.evaluate(f"{kernel}.interrupt()")
    pictures(panel, 4)
    expect(panel.get_by_role("alert")).to_have_text([""] * panel.get_by_role("alert").count())


def as_bytes(frame: str | bytes) -> bytes:
    return frame.encode() if isinstance(frame, str) else frame


def test_files_are_uploaded(fronts: dict[str, Front], page: Page, service: Sandbox) -> None:
    panel = run(fronts["lab"], page, service, "files")
    panel.get_by_label("Task type").select_option(label="Image to image")
    picture = Path(__file__).parent.parent / "notebooks" / "images" / "sweep.webp"
    panel.get_by_label("Upload files").set_input_files(picture)
    expect(panel.locator(".mjnb-references img")).to_have_count(1)
    text_of(panel).fill("the same in winter")
    expect(panel.locator(".mjnb-live code")).to_have_text(
        re.compile("^%mj http://127.0.0.1.* the same in winter$")
    )
    panel.get_by_text("JSON", exact=True).click()
    shot(page, "references")


# ---- by keys alone ----


@pytest.mark.parametrize("kind", ["lab", "notebook"])
def test_by_keys_alone(fronts: dict[str, Front], page: Page, service: Sandbox, kind: str) -> None:
    front = fronts[kind]
    panel = run(front, page, service, "keys")
    keys = page.keyboard
    cells = page.locator(".jp-Notebook .jp-Cell").count()
    panel.get_by_role("tab", name="Make").focus()
    keys.press("ArrowRight")
    expect(panel.get_by_role("tab", name="History")).to_be_focused()
    keys.press("Home")
    keys.press("Tab")
    expect(panel.get_by_label("Task type")).to_be_focused()
    keys.type("vid")
    expect(panel.get_by_label("Task type")).to_have_value("mj_video")
    keys.press("Home")
    expect(panel.get_by_label("Task type")).to_have_value("mj_txt2img")
    keys.press("Tab")
    keys.type("a red fox")
    keys.press("Tab")  # speed
    keys.press("ArrowDown")
    expect(panel.get_by_role("radio", name="relaxed")).to_be_checked()
    keys.press("Tab")  # aspect ratio
    keys.press("ArrowRight")
    expect(panel.get_by_role("radio", name="1:2")).to_be_checked()
    keys.press("Tab")
    expect(panel.get_by_label("Version")).to_be_focused()
    keys.type("6.1")
    keys.press("Tab")
    slider = panel.get_by_role("slider", name="Variety")
    expect(slider).to_be_focused()
    keys.press("ArrowRight")
    keys.press("ArrowUp")
    expect(slider).to_have_value("10")
    keys.press("Tab")
    keys.press("ArrowDown")
    expect(panel.get_by_label("Variety", exact=True)).to_have_value("5")
    expect(panel.locator(".mjnb-live code")).to_have_text("%mj a red fox --relax --ar 1:2 --v 6.1 --c 5")
    keys.press("Control+Enter")
    expect(panel.locator(".mjnb-card")).to_have_count(1)
    assert page.locator(".jp-Notebook .jp-Cell").count() == cells
    pictures(panel, 4)
    assert prompts(front, "keys") == ["a red fox"]
    for name, count in (("(U2)", 5), ("(V3)", 9)):
        panel.locator(".mjnb-card").last.get_by_role("button", name=name).focus()
        keys.press("Enter")
        pictures(panel, count)
    expect(panel.get_by_role("alert")).to_have_text([""] * panel.get_by_role("alert").count())
    assert serious(page) == []
    focusable = panel.locator("input, select, textarea, button, summary")
    names = focusable.evaluate_all("all => all.map(e => e.hasAttribute('data-lm-suppress-shortcuts'))")
    assert all(names)
    shot(page, f"keys-{kind}")


# ---- other places, other looks ----


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_in_voila(fronts: dict[str, Front], page: Page, service: Sandbox, theme: str) -> None:
    front, name = fronts["voila"], f"voila-{theme}"
    panel = run(front, page, service, name, theme=theme)
    text_of(panel).fill("an owl in the snow")
    panel.get_by_role("button", name="Generate").click()
    pictures(panel, 4)
    panel.get_by_role("button", name="(U2)").click()
    pictures(panel, 5)
    owl = panel.locator(".mjnb-card").last
    owl.get_by_role("group", name="Rate picture 3").get_by_role("button", name="5 of 5").click()
    expect(owl.locator("[data-rate='3'] button[aria-pressed=true]")).to_have_text("5")
    owl.get_by_role("button", name="Enlarge picture 1").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("img")).to_be_visible()
    shot(page, f"{name}-dialog")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    shot(page, f"{name}-gallery")
    assert serious(page) == []
    panel.get_by_role("tab", name="History").click()
    expect(panel.locator(".mjnb-history .mjnb-card")).to_have_count(2)
    shot(page, f"{name}-history")
    assert serious(page) == []
    small_sweep(panel)
    shot(page, f"{name}-sweep")
    assert serious(page) == []
    assert prompts(front, name) == ["an owl in the snow", "", *["an owl in the snow"] * 2]


def test_a_sweep_and_buttons_in_notebook_7(fronts: dict[str, Front], page: Page, service: Sandbox) -> None:
    front = fronts["notebook"]
    panel = run(front, page, service, "small")
    text_of(panel).fill("an owl in the snow")
    small_sweep(panel)
    shot(page, "notebook-sweep")
    panel.get_by_role("tab", name="History").click()
    card = panel.locator(".mjnb-history .mjnb-card").first
    card.get_by_role("button", name="Use these settings").click()
    expect(panel.get_by_label("Stylization", exact=True)).to_have_value(re.compile("^(0|1000)$"))
    assert serious(page) == []
    assert prompts(front, "small") == ["an owl in the snow"] * 2


def small_sweep(panel: Locator) -> None:
    """Plan, pay and see a sweep of two cells."""
    panel.get_by_role("tab", name="Sweep").click()
    tab = panel.locator(".mjnb-sweep")
    axis = tab.get_by_role("group", name="First axis")
    axis.get_by_label("Parameter").select_option("stylization")
    axis.get_by_label("Values").fill("0, 1000")
    expect(tab.locator(".mjnb-facts")).to_contain_text("2 (2)")
    tab.get_by_role("button", name="Run: 16 credits").click()
    expect(tab.get_by_text("The sweep ended: 2 of 2 cells are settled.")).to_be_visible()
    plot = tab.locator(".mjnb-plot img")
    assert decoded(plot) >= 400


def test_dark_and_narrow(fronts: dict[str, Front], page: Page, service: Sandbox) -> None:
    front = fronts["lab"]
    panel = run(front, page, service, "dark")
    text_of(panel).fill("a fox --foo 4")
    expect(panel.locator(".mjnb-warnings li")).to_have_count(1)
    panel.get_by_label("Weirdness", exact=True).fill("5000")
    expect(panel.locator(".mjnb-faults li")).to_have_count(1)
    page.evaluate(DARK)
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", "false")
    panel.get_by_label("Weirdness", exact=True).fill("300")
    panel.get_by_role("button", name="Generate").click()
    pictures(panel, 4)
    panel.scroll_into_view_if_needed()
    shot(page, "dark")
    assert serious(page) == []
    panel.get_by_role("tab", name="Sweep").click()
    expect(panel.locator(".mjnb-sweep")).to_be_visible()
    shot(page, "dark-sweep")
    assert serious(page) == []
    panel.get_by_role("tab", name="Make").click()
    page.set_viewport_size({"width": 400, "height": 1400})
    page.evaluate("window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'})")
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", "true")
    page.wait_for_function("!document.querySelector('#jupyterlab-splash')")
    expect(panel.get_by_role("button", name="Generate")).to_be_visible()
    panel.get_by_text("Advanced", exact=True).click()
    assert panel.evaluate("one => one.scrollWidth <= one.clientWidth")
    shot(page, "narrow")
    assert serious(page) == []
    panel.locator(".mjnb-gallery").evaluate("one => one.scrollIntoView()")
    pictures(panel, 4)
    rows = panel.locator(".mjnb-scores").evaluate_all(
        "all => all.map(e => new Set([...e.querySelectorAll('button')].map(b => b.offsetTop)).size)"
    )
    assert rows == [1, 1, 1, 1]
    shot(page, "narrow-gallery")


# ---- a kernel that restarts, a notebook that is reopened ----


def test_restarted_and_reopened(fronts: dict[str, Front], page: Page, service: Sandbox) -> None:
    front = fronts["lab"]
    panel = run(front, page, service, "again")
    text_of(panel).fill("a fox in snow")
    panel.get_by_role("button", name="Generate").click()
    expect(panel.locator(".mjnb-card")).to_have_count(1)
    page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    front.ready(page)
    text_of(panel).fill("an owl")
    expect(panel.get_by_role("alert").filter(has_text="run the cell again")).to_be_visible()
    shot(page, "restarted")

    front.command(page, "notebook:run-all-cells")
    expect(panel).to_have_count(1)
    expect(panel).to_have_attribute("data-mjnb-guarded", "true")
    fox = panel.locator(".mjnb-card", has_text="a fox in snow")  # taken up, and paid once
    expect(fox.locator("img")).to_have_count(4)
    expect(panel.get_by_text("taken up again: 1 task of an earlier session")).to_be_visible()
    shot(page, "resumed")
    text_of(panel).fill("an owl")
    panel.get_by_role("button", name="Generate").click()
    expect(panel.locator(".mjnb-card", has_text="an owl").locator("img")).to_have_count(4)
    assert prompts(front, "again") == ["a fox in snow", "an owl"]

    front.command(page, "docmanager:save")
    page.reload()  # the kernel lives: so does the panel
    front.ready(page)
    expect(text_of(panel)).to_have_value("an owl")
    expect(panel.locator(".mjnb-card", has_text="an owl").locator("img")).to_have_count(4)
    front.command(page, "notebook:run-all-cells")  # again, which closes the one before
    expect(panel).to_have_count(1)
    text_of(panel).fill("a heron --ar 2:3")
    panel.get_by_role("button", name="Generate").click()
    pictures(panel, 4)
    expect(page.locator(".mjnb-panel-static img")).to_have_count(4)
    front.command(page, "docmanager:save")

    page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    front.open(page, "again")
    form = page.locator(".mjnb-panel-static")
    expect(form).to_contain_text("%mj a heron --ar 2:3")
    expect(form.locator("img")).to_have_count(4)
    expect(page.locator(".mjnb-panel")).to_have_count(0)
    expect(page.get_by_text("Error displaying widget")).to_have_count(0)
    shot(page, "reopened")
