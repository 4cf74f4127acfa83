"""Effects: what a parameter does to a metric, how surely, and how many repeats would settle it.

(``coding.py`` turns parameter values into columns and blocks, ``shuffles.py`` and ``testing.py`` make
p-values, ``sizes.py`` sizes with intervals, ``power.py`` repeats, ``words.py`` verdicts; ``analysis.py`` does
one after the other.  ``pairs.py`` makes scores of choices between pairs.)

The unit is the task: the four pictures of a task share one draw of the service, so they count once, by their
mean.
"""

from .analysis import effects
from .effect import Effect
from .pairs import bradley_terry

__all__ = ["Effect", "bradley_terry", "effects"]
