"""The front ends: plain ES modules and stylesheets of the package, put together without a build step.

A module of anywidget's cannot import its neighbour, so the parts that several share (``dom.js``,
``cards.js``) stand before the one that draws.  Nothing of it asks the network.
"""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent


def joined(*names: str) -> str:
    """Return files of this folder as one text, in order."""
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in names)
