"""Sweeps: the same prompt at many parameter values, planned, paid once, and looked at.

(``design.py`` is the cells, ``design_making.py`` and its neighbours choose them, ``plans.py`` says what is to
pay, ``running.py`` pays it, ``asking.py`` asks before, ``sweep.py`` is what a user holds; ``measuring.py``,
``tables.py`` and ``figures.py`` make numbers, frames and figures of what came back.)
"""

from .design import Design
from .design_making import design
from .plans import Plan
from .sweep import Sweep

__all__ = ["Design", "Plan", "Sweep", "design"]
