"""Many tasks at once: how many are in which state, as a line and a bar."""

from __future__ import annotations

from .parts import MUTED, PLAIN, bar, never_raises, outside
from .views import CountView

ENDS = ("succeeded", "failed", "rejected", "expired", "unknown")


@never_raises
def count_text(view: CountView) -> str:
    """Return the progress of many tasks as one line."""
    counts = ", ".join(f"{count} {state}" for state, count in view.counts.items() if count)
    left = f", about {view.left:.0f} s left" if view.left else ""
    return f"{view.title}: {counts or 'nothing yet'} of {view.total}{left}" + (
        f"\n{view.note}" if view.note else ""
    )


@never_raises
def count_html(view: CountView) -> str:
    """Return the progress of many tasks as a bar and a line."""
    done = sum(view.counts.get(state, 0) for state in ENDS)
    progress = bar(done / view.total) if view.total and done < view.total else ""
    return f'<div class="mjnb-progress {PLAIN}" style="{MUTED}">{outside(count_text(view))}{progress}</div>'
