"""Numbers from pictures: what a sweep's curves are made of.

One idea: a picture is decoded once, shrunk once to a small *working copy*, and everything is read off that
copy.  Edges and textures are a matter of scale, so one fixed size also makes a 1024-px picture and its
upscaled sister comparable.  Eight numbers describe one picture; three describe how much the pictures of a
set differ.  They see look and layout, not meaning.

(``copies.py`` shrinks, ``pictures.py`` has the eight, ``looks.py`` what pictures are compared by, ``sets.py``
the three, ``table.py`` the words, ranges and sources; ``distances.py`` compares with a baseline, ``own.py``
takes formulas of the user's, ``workers.py`` measures many pictures at once.)
"""

from .copies import Planes, working_copy
from .distances import (
    DISTANCES,
    Look,
    cosine_distance,
    descriptor_distance,
    distances,
    look,
    palette_distance,
    ssim_distance,
)
from .looks import Measured, descriptor, measure, phash
from .own import Own, as_own, metric, name_of, vector
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
from .sets import differences, jackknife, measure_set, middle, vendi
from .table import METRICS, Metric
from .workers import Unmeasured, measure_all

__all__ = [
    "DISTANCES",
    "METRICS",
    "Look",
    "Measured",
    "Metric",
    "Own",
    "Planes",
    "Unmeasured",
    "as_own",
    "brightness",
    "colourfulness",
    "contrast",
    "cosine_distance",
    "descriptor",
    "descriptor_distance",
    "differences",
    "distances",
    "edge_energy",
    "hue_count",
    "jackknife",
    "look",
    "measure",
    "measure_all",
    "measure_set",
    "metric",
    "middle",
    "name_of",
    "palette_distance",
    "palette_size",
    "phash",
    "saturation",
    "ssim_distance",
    "symmetry",
    "vector",
    "vendi",
    "working_copy",
]
