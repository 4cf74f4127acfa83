"""What tasks, sweeps and sessions look like: text, and static HTML that survives a saved notebook.

Plain HTML with small pictures inline is the only form that still shows after reopening, untrusted, on
GitHub and in nbviewer; so no widget, no script, no stylesheet from elsewhere.  Colours come from the
notebook's theme with fallbacks; GitHub drops every ``style`` and every ``<video>``, so nothing hangs on
them alone.  Everything that came from outside is escaped.  Nothing here raises: a picture of a thing must
never break the thing.

(``views.py`` says what is shown, ``tasks.py``, ``figures.py``, ``counts.py`` and ``tables.py`` how it looks,
``live.py`` changes it in place, ``parts.py`` has what they share.)
"""

from .counts import count_html, count_text
from .figures import alt_text
from .live import Live, in_notebook, keep_showing, repeat_stale, show, this_cell
from .parts import SHORT, data_uri, mime_bundle, notice_html, short, typed, typed_html
from .tables import answer_for, table_html
from .tasks import metadata, task_html, task_metadata, task_status, task_text
from .views import ON_ITS_WAY, CountView, PictureView, RowView, TaskView, Tree, Usual

__all__ = [
    "ON_ITS_WAY",
    "SHORT",
    "CountView",
    "Live",
    "PictureView",
    "RowView",
    "TaskView",
    "Tree",
    "Usual",
    "alt_text",
    "answer_for",
    "count_html",
    "count_text",
    "data_uri",
    "in_notebook",
    "keep_showing",
    "metadata",
    "mime_bundle",
    "notice_html",
    "repeat_stale",
    "short",
    "show",
    "table_html",
    "task_html",
    "task_metadata",
    "task_status",
    "task_text",
    "this_cell",
    "typed",
    "typed_html",
]
