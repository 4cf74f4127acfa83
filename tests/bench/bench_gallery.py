"""What a gallery of 200 pictures costs a browser, and how long a page of a history of 10,000 tasks takes.

Run by ``make bench``; figures are of one run on one machine.  Memory is that of the page's process and of
the whole browser (proportional set size, /proc/PID/smaps_rollup), above that of the same page with an empty
gallery, after everything was scrolled through.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parent.parent))  # what the tests share

from browsers import CHROMIUM, FLAGS
from fronts import Front
from hearing import listen
from patience import MILLISECONDS as WAIT
from playwright.sync_api import Browser, Page, expect, sync_playwright

import mjnb as mj
from mjnb.ledger import schema
from mjnb.ledger.records import new_id
from mjnb.panels.history import History, Query

expect.set_options(timeout=WAIT)

TASKS = 50  # of four pictures
LEDGER = 10_000
MEMORY = 100.0  # MB allowed
PAGE = 0.2  # seconds for a page of the history
CELLS = (
    """
from mjnb.sessions import Session
session = Session(base_url={url!r}, api_key="sandbox", data_dir="data", time_scale=300)
from dataclasses import replace
from mjnb.panels.cards import card
from mjnb.panels.gallery import Gallery
gallery = Gallery(lambda *said: None)
real = [card(session.imagine(f"picture number {{n}}", wait=True)) for n in range(10)]
gallery.widget
""",
    """
for n in range({count}):
    one = real[n % 10]
    gallery.put(replace(one, view=replace(one.view, id=f"{{n:032x}}")))
""",
)
SCROLL = """async () => {
    const scroller = [...document.querySelectorAll('*')].find((one) =>
        one.scrollHeight > one.clientHeight + 500 && /auto|scroll/.test(getComputedStyle(one).overflowY));
    const frames = [];
    let last = performance.now();
    while (scroller.scrollTop + scroller.clientHeight < scroller.scrollHeight - 2) {
        scroller.scrollTop += 120;
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        frames.push(now - last);
        last = now;
    }
    return frames;
}"""


def main() -> None:
    """Measure both."""
    with tempfile.TemporaryDirectory() as folder, mj.Sandbox(time_scale=300, long_side=512) as sandbox:
        gallery(sandbox, Path(folder))
    with tempfile.TemporaryDirectory() as folder, mj.Sandbox(time_scale=300, long_side=512) as sandbox:
        history(sandbox, Path(folder))


# ---- the gallery ----


def gallery(sandbox: mj.Sandbox, folder: Path) -> None:
    """Show 200 pictures in JupyterLab, scroll through them, and say what it took."""
    with Front("lab", folder) as lab, sync_playwright() as play:
        lab.write("gallery", *(cell.format(url=sandbox.url, count=TASKS) for cell in CELLS))
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1200, "height": 1000})
        lab.open(page, "gallery")
        lab.command(page, "notebook:run-cell-and-select-next")
        expect(page.locator(".mjnb-gallery")).to_be_visible()
        empty = memory(browser, page)
        start = time.perf_counter()
        lab.command(page, "notebook:run-cell")
        expect(page.locator(".mjnb-gallery figure")).to_have_count(4 * TASKS)
        drawn = time.perf_counter() - start
        frames = sorted(page.evaluate(SCROLL))
        full = memory(browser, page)
        browser.close()
    heap, own, whole = (after - before for before, after in zip(empty, full, strict=True))
    print(f"{4 * TASKS} pictures in {TASKS} cards: there after {drawn:.1f} s")
    print(f"       {heap:.0f} MB of script heap, {own:.0f} MB of the page, {whole:.0f} MB of the browser")
    middle, late = frames[len(frames) // 2], frames[int(len(frames) * 0.95)]
    print(f"       {len(frames)} frames of scrolling: median {middle:.0f} ms, 95 % below {late:.0f} ms")
    print(f"       {whole / MEMORY:.2f} of {MEMORY:g} MB allowed")


def memory(browser: Browser, page: Page) -> tuple[float, float, float]:
    """Return the script heap, the largest renderer's memory and the whole browser's, in MB."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    sizes = [(one["type"], proportional(int(one["id"]))) for one in processes]
    renderers = [size for kind, size in sizes if kind == "renderer"]
    return metrics["JSHeapUsedSize"] / 1e6, max(renderers), sum(size for _, size in sizes)


def proportional(pid: int) -> float:
    """Return a process's proportional set size in MB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024 / 1e6


# ---- the history ----


def history(sandbox: mj.Sandbox, folder: Path) -> None:
    """Make a ledger of 10,000 tasks with pictures and time what somebody does with its history."""
    with mj.Session(sandbox=sandbox, data_dir=folder) as session:
        for n in range(12):
            session.imagine(f"picture of a fox {n}", wait=True)
        multiply(session)
    with mj.Session(sandbox=sandbox, data_dir=folder) as session:
        made = History(session, lambda *_: None)
        heard = listen(made.widget)
        took = {"first look": timed(lambda: made.look(Query()))}
        took |= {f"page {page}": timed(lambda: made.look(Query(page=page))) for page in (2, 400, 834)}  # noqa: B023
        took["search, none found"] = timed(lambda: made.look(Query(text="an owl")))
        took["search, a tenth found"] = timed(lambda: made.look(Query(text="FOX 7")))
        took["again, nothing new"] = timed(made.refresh)
        sent = sum(len(content) for _, buffers in heard.custom for content in buffers)
    print(f"history of {LEDGER:,} tasks, a page of 12 with 48 pictures:")
    for name, seconds in took.items():
        print(f"       {name}: {1000 * seconds:.0f} ms")
    share = took["page 2"] / PAGE
    print(f"       {sent / 5e6:.1f} MB for a page of pictures; {share:.2f} of {PAGE:g} s allowed")


def multiply(session: mj.Session) -> None:
    """Copy the tasks and pictures that are there until there are enough, in one transaction."""
    engine = session.tracker.ledger._engine
    with engine.write() as c:
        tasks = [dict(one) for one in c.execute(sa.select(schema.task)).mappings()]
        images = [dict(one) for one in c.execute(sa.select(schema.image)).mappings()]
        of = {one["id"]: [each for each in images if each["id"] == one["id"]] for one in tasks}
        for number in range(LEDGER - len(tasks)):
            source, own_id = tasks[number % len(tasks)], new_id()
            unique = {"id": own_id, "nonce": own_id, "task_id": own_id}
            c.execute(sa.insert(schema.task).values(**{**source, **unique}))
            c.execute(sa.insert(schema.image), [{**each, "id": own_id} for each in of[source["id"]]])


def timed(work: Callable[[], Any]) -> float:
    """Return how many seconds something takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
