"""Tasks: the handle that a user holds, and the one tracker that settles all running tasks.

(``handle.py`` is the `Task`, ``tracker.py`` sends, polls and fetches, ``schedule.py`` says when to look,
``budget.py`` what may be spent, ``followups.py`` what can be made from a task, ``inputs.py`` what may be
an input.)
"""

from . import followups, inputs
from .handle import Task, TaskImage
from .tracker import Tracker

__all__ = ["Task", "TaskImage", "Tracker", "followups", "inputs"]
