"""Tasks: the handle that a user holds, and the one tracker that settles all running tasks.

(``facts.py`` is what is known of a task, ``handle.py`` the `Task`, ``images.py`` one
of its pictures, ``showing.py`` how both look, ``tracker.py`` is the one tracker, ``sending.py`` sends,
``following.py`` follows to the end, ``polling.py`` says whose turn it is to be looked at: by ``latency.py``,
how long tasks take, and ``looking.py``, who gains most; ``hints.py`` takes hints, ``fetching.py`` brings the
pictures,
``budget.py`` says what may be spent, ``settling.py`` settles what is unknown,
``followups.py`` what a task can become, ``inputs.py`` what may be an input.)
"""

from . import followups, inputs
from .handle import Task
from .images import TaskImage
from .tracker import Tracker

__all__ = ["Task", "TaskImage", "Tracker", "followups", "inputs"]
