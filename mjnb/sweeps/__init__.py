"""Sweeps: the same prompt at many parameter values, planned, paid once, and looked at.

(``design.py`` says which cells there are, ``sweep.py`` plans, pays and waits; ``measuring.py``, ``tables.py``
and ``figures.py`` make numbers, frames and figures of what came back.)
"""

from .design import Design, design
from .sweep import Plan, Sweep

__all__ = ["Design", "Plan", "Sweep", "design"]
