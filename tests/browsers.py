"""A real Chromium for the tests: Debian's, without a network, patient, with nothing written to the home."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import patience
from faulty import until
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
# Whole, and not the pixel that stands for a picture which is not looked at.
DECODED = "one => one.complete && one.naturalWidth > 1 ? one.naturalWidth : 0"


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start it, and end it."""
    expect.set_options(timeout=patience.MILLISECONDS)
    with tempfile.TemporaryDirectory(prefix="mjnb-chromium-") as home, sync_playwright() as play:
        opened = play.chromium.launch(
            executable_path=CHROMIUM,
            args=FLAGS,
            env={**os.environ, "HOME": home, "XDG_CONFIG_HOME": home, "XDG_CACHE_HOME": home},
            timeout=patience.MILLISECONDS,
        )
        yield opened
        opened.close()


def open_page(browser: Browser, width: int, height: int, **settings: Any) -> Page:
    """Open a page in a context of its own; what is done there waits until it can be done."""
    context = browser.new_context(viewport={"width": width, "height": height}, **settings)
    context.set_default_timeout(patience.MILLISECONDS)
    return context.new_page()


def decoded(image: Locator) -> int:
    """Wait until a picture is decoded, and return its width in pixels.

    A card is drawn anew when its task goes on, and a picture that is scrolled to takes the place of a pixel:
    the element is looked for at each try.
    """
    width = 0

    def shown() -> int:
        nonlocal width
        image.scroll_into_view_if_needed()
        width = image.evaluate(DECODED)
        return width

    until(shown)
    return width
