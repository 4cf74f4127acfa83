"""Widgets: the few controls that a notebook needs beside its static outputs.

Each stands next to a static form that says the same and tells the line of code that does the same, for
notebooks that are reopened, sent around or run without a browser.  Never an ``ipywidgets.Output``: nbclient
hangs on it.

(``confirm.py`` asks before paying, ``stopping.py`` stops what runs, ``showing.py`` puts a widget in a cell,
``listening.py`` hands on what a front end says, ``own.py`` is the base of those with a front end.)
"""

from .confirm import Confirm
from .stopping import StopButton

__all__ = ["Confirm", "StopButton"]
