"""What is shown of a task, and where its originals are linked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from .. import display, prompt
from ..errors import LedgerError, MediaError
from . import followups

if TYPE_CHECKING:
    from .handle import Task
    from .images import TaskImage

SMALL = 192  # pixels; under a table


def task_view(task: Task, only: int | None = None, *, family: bool = True) -> display.TaskView:
    """Return what is shown of a task, or of one of its pictures.

    Args:
        task: Which.
        only: The picture's number; None: all.
        family: Whether the tree of what comes from it is looked up.
    """
    error = task.error
    return display.TaskView(
        id=task.id,
        state=task.state,
        prompt=task.prompt,
        magic=task.to_magic(),
        task_id=task.task_id or "",
        params=task.params,
        pictures=[_picture_view(image) for image in task.images if only in (None, image.number)],
        elapsed=task.elapsed,
        usual=task.keeper.usual_of(task.entry) if task.running else None,
        error=error.message if error else "",
        hint=error.hint if error else "",
        sandbox=task.keeper.sandbox,
        trouble=task.trouble if task.running else "",
        surprises=str(task.diff) if task.diff and task.diff.surprises else "",
        family=_family_lines(task) if family else "",
        title=title_of(task),
        note=_unfilled(task.prompt),
    )


def row_view(task: Task, number: int | None = None) -> display.RowView:
    """Return what is shown under a table: of a task with its first picture, or of one picture."""
    image = next((one for one in task.images if one.number == (number or 1)), None)
    state = f"{number} {image.state}" if number and image else task.state
    alt = f"{title_of(task) or task.to_magic()}, number {number or 1}"
    return display.RowView(task.id, state, task.to_magic(), alt, _small(image) if image else None)


def title_of(task: Task) -> str:
    """Return what a task's pictures show: its prompt, or that of the task it comes from."""
    return task.prompt or next((one.prompt for one in task.ancestors() if one.prompt), "")


def link(path: Path) -> str:
    """Return a path as a page can link it: relative to the working folder when it is below it."""
    try:
        return quote(path.resolve().relative_to(Path.cwd()).as_posix())
    except (ValueError, OSError):
        return ""


def _unfilled(text: str) -> str:
    """Say which names in braces stand in a prompt that was sent, since only a sweep has values for them."""
    names = ", ".join(f"{{{name}}}" for name in sorted(prompt.names_in(text)))
    return f"sent with {names} as it stands: only a sweep fills it in" if names else ""


def _small(image: TaskImage) -> bytes | None:
    try:
        return image.thumbnail(SMALL)
    except MediaError:
        return None


def _family_lines(task: Task) -> str:
    try:
        has_children = task.state == "succeeded" and task.children()
        return str(task.family()) if task.entry.parent or has_children else ""
    except LedgerError:  # it is gone or closed; to show a task is no error
        return ""


def _picture_view(image: TaskImage) -> display.PictureView:
    video = followups.is_video(image.task.task_type)
    try:
        path = image.path
        return display.PictureView(
            image.number,
            image.thumbnail(),
            link=link(path),
            video=video,
            size=path.stat().st_size,
            sha256=image.sha256 or "",
        )
    except (MediaError, OSError) as error:
        coming = image.state == "pending" and image.error is None
        why = error.message if isinstance(error, MediaError) else f"the file cannot be read: {error.strerror}"
        return display.PictureView(image.number, note=display.ON_ITS_WAY if coming else why, video=video)
