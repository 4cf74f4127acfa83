"""Sweeps: the same prompt at many parameter values, planned, paid once, and looked at.

(``design.py`` is the cells, ``design_making.py`` and its neighbours choose them, ``plans.py`` says what is to
pay, ``running.py`` pays it, ``asking.py`` asks before, ``sweep.py`` is what a user holds, ``findings.py`` the
half of it that looks: ``measuring.py`` with ``own.py``, ``baselines.py`` and ``numbers.py`` makes numbers,
``tables.py`` frames, ``figures.py`` with ``looking.py`` figures, ``verdicts.py`` effects, ``judging.py`` and
``scores.py`` ratings, ``suggesting.py`` with ``neighbourhood.py`` what to pay next.
Folders: ``saving.py`` with ``report.py``, ``parquet.py`` and ``manifest_writing.py`` writes them,
``private.py`` says what is left out; ``opening.py`` with ``manifest.py`` and ``checking.py`` reads them and
believes nothing; ``answers.py`` keeps the ratings in them.)
"""

from .design import Design
from .design_making import design
from .numbers import MetricWarning
from .plans import Plan
from .sweep import Sweep

__all__ = ["Design", "MetricWarning", "Plan", "Sweep", "design"]
