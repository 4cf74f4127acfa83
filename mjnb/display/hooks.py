"""What hangs in a shell while the extension is loaded, and is gone when it is not."""

from __future__ import annotations

import contextlib
from typing import Any

from .live import repeat_stale
from .tables import bundle_of

AFTER_CELL = "post_run_cell"
FRAME = ("polars.dataframe.frame", "DataFrame")
NAME = ".".join(FRAME)


def install(shell: Any) -> None:
    """Show frames of tasks with their pictures, and repeat at the end of a cell what threads said.

    Args:
        shell: IPython's; polars is not imported for it.
    """
    uninstall(shell)
    shell.events.register(AFTER_CELL, repeat_stale)
    formatter = shell.display_formatter.mimebundle_formatter
    try:
        formatter.lookup_by_type(NAME)  # somebody else's way to show frames stays
    except KeyError:
        formatter.for_type_by_name(*FRAME, bundle_of)


def uninstall(shell: Any) -> None:
    """Take both away again; a formatter of somebody else's stays."""
    with contextlib.suppress(ValueError):
        shell.events.unregister(AFTER_CELL, repeat_stale)
    formatter = shell.display_formatter.mimebundle_formatter
    with contextlib.suppress(KeyError):
        if formatter.lookup_by_type(NAME) is bundle_of:
            formatter.pop(NAME)
