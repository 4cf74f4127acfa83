"""The panel: everything that ``%mj`` can, with controls, results, history and sweeps.

The form is drawn from the parameter table; results, history and sweeps are widgets of their own in the same
frame.  All front ends are plain ES modules of the package: no build step, no network.

(``panel.py`` puts it together; ``form.py`` describes and ``controls.py`` shows the form, ``live.py`` reads
it, ``references.py`` holds its pictures; ``runs.py`` sends, ``actions.py`` does what a result's buttons say,
``page.py`` is the frame and the static form.  ``cards.py``, ``shelf.py``, ``gallery.py`` and ``history.py``
show tasks; ``sweeping.py`` and ``axes.py`` are the sweep tab.)
"""

from .panel import Panel, panel

__all__ = ["Panel", "panel"]
