"""The key guard: controls in a notebook keep their own keys.

In JupyterLab and Notebook 7 a focused slider, list or button does not: a letter inserts or deletes a cell,
arrows move from cell to cell (jupyter/notebook#7716).  Also names the sliders of ipywidgets, which a screen
reader otherwise finds without a name.
"""

from __future__ import annotations

from pathlib import Path

import traitlets

from .own import OwnWidget


class KeyGuard(OwnWidget):
    """A widget without looks that guards everything in the panel it stands in, also what comes later.

    Args:
        around: CSS selector of the panel that the guard stands in; its ``data-mjnb-guarded`` tells that it
            works.
    """

    _esm = Path(__file__).with_name("keyguard.js")

    around = traitlets.Unicode(".mjnb-panel").tag(sync=True)
