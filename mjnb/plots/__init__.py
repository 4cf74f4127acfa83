"""Figures of a sweep: the pictures at their parameter values, the metric curves beside them.

One idea: a figure is laid out in final pixels before anything is drawn, so nothing is resampled, clipped
or left to a layout engine.  One axis is a `strip`, two are a `grid`, three and more are `sheets`.

Rooms, lowest first: `data` (what is plotted), `text` (fitting words), `themes` (every colour), `mosaic`
(pictures to one array), `artists` (that array at a page's own pixels), `figure` (placing, showing, saving),
`scales` (limits, ticks, places), `panels` (curves), `heats` (heat maps), `effects` (each parameter on its
own), `words` (alternative text), `pages` (title, pictures, caption), `blocks`, `joints` and `racks` (the
metrics of a grid, as lines or as heat maps, and of sheets), and the layouts `strips`, `grids` and `sheets`.
The page that ``save("x.html")`` writes is `web`, with `thumbs`, `web_curves` and `web_look`.  No pyplot and
no global state.
"""

from .data import Axis, Cell, Curve
from .figure import SweepFigure
from .grids import grid
from .sheets import sheets
from .strips import strip

__all__ = ["Axis", "Cell", "Curve", "SweepFigure", "grid", "sheets", "strip"]
