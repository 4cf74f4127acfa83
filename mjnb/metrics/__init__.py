"""Numbers from pictures: what a sweep's curves are made of.

One idea: a picture is decoded once, shrunk once to a small *working copy*, and everything is read off that
copy.  Edges and textures are a matter of scale, so one fixed size also makes a 1024-px picture and its
upscaled sister comparable.  Eight numbers describe one picture; three describe how much the pictures of a
set differ.  They see look and layout, not meaning.

(``copies.py`` shrinks, ``pictures.py`` has the eight, ``looks.py`` what pictures are compared by, ``sets.py``
the three, ``table.py`` the words, ranges and sources.)
"""

from .copies import Planes, working_copy
from .looks import Measured, descriptor, measure, phash
from .pictures import (
    brightness,
    colourfulness,
    contrast,
    edge_energy,
    hue_count,
    palette_size,
    saturation,
    symmetry,
)
from .sets import jackknife, measure_set, vendi
from .table import METRICS, Metric

__all__ = [
    "METRICS",
    "Measured",
    "Metric",
    "Planes",
    "brightness",
    "colourfulness",
    "contrast",
    "descriptor",
    "edge_energy",
    "hue_count",
    "jackknife",
    "measure",
    "measure_set",
    "palette_size",
    "phash",
    "saturation",
    "symmetry",
    "vendi",
    "working_copy",
]
