"""One task: text and HTML with its status, its pictures and a line to copy; and where it came from."""

from __future__ import annotations

import sys
from html import escape
from typing import Any

from .figures import figures
from .parts import BAD, MUTED, PLAIN, bar, never_raises, outside, pre_html, short, typed, typed_html
from .views import ON_ITS_WAY, TaskView

RUNNING = ("intent", "submitted", "generating")
HIDDEN = "call_back_url"  # who knows it can send hints


@never_raises
def task_text(view: TaskView) -> str:
    """Return a task as two or three lines of plain text, with a line to copy."""
    where = " (sandbox)" if view.sandbox else ""
    lines = [f"task {short(view.id)}: {_status(view)}{where}", typed(view.magic)]
    if why := view.error or view.trouble or _missing(view):
        lines.insert(1, why)
    if view.note:
        lines.insert(-1, view.note)
    return "\n".join(lines)


@never_raises
def task_html(view: TaskView) -> str:
    """Return a task as static HTML: status, pictures with alternative texts, a line to copy."""
    parts = [_status_html(view)]
    if view.pictures:
        parts.append(figures(view))
    if view.surprises:
        parts.append(f'<div style="{MUTED}">the service changed it: {outside(view.surprises)}</div>')
    if view.note:
        parts.append(f'<div style="{MUTED}">{outside(view.note)}</div>')
    if view.family:
        parts.append(pre_html(view.family))
    parts.append(typed_html(view.magic))
    return f'<div class="mjnb-task {PLAIN}" style="max-width:960px">{"".join(parts)}</div>'


@never_raises
def task_status(view: TaskView) -> str:
    """Return how far a task is, in a few words: ``4 pictures in 12 s``."""
    return _status(view)


def task_metadata(view: TaskView) -> dict[str, Any]:
    """Return where a task's output came from, for the notebook file: never a key or a callback URL."""
    params = {name: value for name, value in view.params.items() if name != HIDDEN}
    images = [{"number": one.number, "sha256": one.sha256} for one in view.pictures if one.sha256]
    return metadata(
        id=view.id, taskId=view.task_id, state=view.state, magic=view.magic, params=params, images=images
    )


def metadata(**facts: Any) -> dict[str, Any]:
    """Return facts about an output as they stand in the notebook file, with the version that wrote them."""
    version = getattr(sys.modules.get(__package__.partition(".")[0]), "__version__", "")
    return {"mjnb": {"version": version, **facts}}


def _status(view: TaskView) -> str:
    took = "" if view.elapsed is None else f" in {view.elapsed:.0f} s"
    if view.state == "succeeded":
        there = sum(1 for picture in view.pictures if not picture.note)
        kind = "video" if any(picture.video for picture in view.pictures) else "picture"
        coming = sum(1 for picture in view.pictures if picture.note == ON_ITS_WAY)
        if coming:
            return f"{kind}s on their way: {there} of {len(view.pictures)} here"
        return f"{there} {kind}{'s' * (there != 1)}{took}"
    if view.state in RUNNING:
        return f"{view.state}{_clock(view)}"
    return view.state


def _missing(view: TaskView) -> str:
    """Return why pictures are missing: ``2, 3: the address answers 404``."""
    reasons: dict[str, list[str]] = {}
    for one in view.pictures:
        if one.note:
            reasons.setdefault(one.note, []).append(str(one.number))
    return "; ".join(f"{', '.join(numbers)}: {note}" for note, numbers in reasons.items())


def _clock(view: TaskView) -> str:
    if view.elapsed is None:
        return ""
    return f", {view.usual.after(view.elapsed) if view.usual else f'{view.elapsed:.0f} s'}"


def _status_html(view: TaskView) -> str:
    mark = ' · <span title="drawn here, nothing is paid">sandbox</span>' if view.sandbox else ""
    name = f"task <code>{escape(short(view.id))}</code>"
    line = f'<div style="{MUTED}">{name} · {outside(_status(view))}{mark}</div>'
    usual = view.usual.middle if view.usual and view.state in RUNNING else 0.0
    progress = bar((view.elapsed or 0) / usual) if usual else ""
    bad = f'<div style="{BAD}">{outside(view.error)}</div>' if view.error else ""
    hint = f'<div style="{MUTED}">→ {outside(view.hint)}</div>' if view.error and view.hint else ""
    trouble = f'<div style="{MUTED}">{outside(view.trouble)}</div>' if view.trouble else ""
    return line + progress + bad + hint + trouble
