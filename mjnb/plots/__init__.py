"""Figures of a sweep: the pictures at their parameter values, the metric curves beside them.

One idea: a figure is laid out in final pixels before anything is drawn, so nothing is resampled, clipped
or left to a layout engine.  Rooms, lowest first: `data` (what is plotted), `text` (fitting words),
`mosaic` (pictures to one array), `words` (alternative text), `figure` (placing, showing, saving), `panels`
(curves and heat maps), `pages` (title, pictures, caption), `blocks` (the metrics of a grid), and the two
layouts, `strips` and `grids`.  No pyplot and no global state.
"""

from .data import Axis, Cell, Curve
from .figure import SweepFigure
from .grids import grid
from .sheets import sheets
from .strips import strip

__all__ = ["Axis", "Cell", "Curve", "SweepFigure", "grid", "sheets", "strip"]
