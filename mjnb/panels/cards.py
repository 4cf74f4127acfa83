"""Cards: a task as the gallery shows it, with what can be done with each of its pictures.

Everything is read off the task's own view and the checks of `mjnb.tracking.followups`; no fact is kept twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from .. import display
from ..errors import InvalidRequest, MediaError
from ..params import TASK_TYPES

if TYPE_CHECKING:
    from ..tracking import Task, TaskImage  # brings client and ledger, without which a panel can open

ALMOST = 0.98  # the share at which a task that takes longer than usual waits for its end

FOLLOWUPS = ("U", "V", "Animate", "Extend")
KEEPING = ("Rate", "Save")  # what needs the file
SCORES = range(1, 6)


@dataclass(frozen=True)
class CardPicture:
    """One picture or video of a card.

    Attributes:
        number: From 1, as in U1 to U4.
        kind: ``image`` or ``video``.
        alt: Its alternative text.
        thumbnail: A small JPEG; of a video, its first frame.  None: it is not here.
        note: Why it is not here.
        coming: Whether it is on its way.
        link: Where a notebook links the original to.
        path: Where the original is.
        size: Its width and height in pixels.
        actions: What can be done with it: some of `FOLLOWUPS` and `KEEPING`.
    """

    number: int
    kind: Literal["image", "video"]
    alt: str
    thumbnail: bytes | None = field(default=None, repr=False)
    note: str = ""
    coming: bool = False
    link: str = ""
    path: Path | None = None
    size: tuple[int, int] = (1, 1)
    actions: tuple[str, ...] = ()

    @property
    def src(self) -> str:
        """The small picture as a data URI; empty when it is not here."""
        return "" if self.thumbnail is None else display.data_uri(self.thumbnail)


@dataclass(frozen=True)
class Card:
    """A task in the gallery.

    Attributes:
        view: What is shown of it, here as in a cell.
        title: Its prompt, or that of the task it comes from.
        pictures: What it has.
        created: When it was asked for, in epoch milliseconds.
        actions: What can be done with the whole of it: ``Rerun``, ``Use``.
    """

    view: display.TaskView
    title: str
    created: int
    pictures: tuple[CardPicture, ...] = ()
    actions: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The task's own id."""
        return self.view.id

    @property
    def state(self) -> str:
        """The task's state, as in the ledger."""
        return self.view.state

    @property
    def status(self) -> str:
        """The state in words, with how long it takes or took."""
        if any(picture.coming for picture in self.pictures):
            return "fetching"
        if self.running:
            return self.state  # the bar beside it has a clock of its own
        return display.task_status(self.view)

    @property
    def prompt(self) -> str:
        """The prompt as it was sent; empty for what needs none."""
        return self.view.prompt

    @property
    def magic(self) -> str:
        """The line that makes the same, behind ``%mj``."""
        return self.view.magic

    @property
    def error(self) -> str:
        """Why there are no pictures."""
        return self.view.error

    @property
    def hint(self) -> str:
        """What can be done about it."""
        return self.view.hint

    @property
    def running(self) -> bool:
        """Whether it is on its way."""
        return self.state in ("intent", "submitted", "generating")

    @property
    def settled(self) -> bool:
        """Whether nothing more will change by itself."""
        return not self.running and not any(picture.coming for picture in self.pictures)

    @property
    def share(self) -> float | None:
        """How far it is, 0..1, by how long such tasks took before; None when that is not known."""
        if not self.running or not self.view.usual:
            return None
        return min(max((self.view.elapsed or 0) / self.view.usual.middle, 0.0), ALMOST)

    @property
    def left(self) -> float | None:
        """Seconds until it is usually done; None as in `share`."""
        if not self.running or not self.view.usual:
            return None
        return max(self.view.usual.middle - (self.view.elapsed or 0), 0.0)


def card(task: Task) -> Card:
    """Return what the gallery shows of a task; from any thread."""
    view = task.view(family=False)
    shown = {picture.number: picture for picture in view.pictures}
    pictures = tuple(_picture(task, image, shown[image.number], view) for image in task.images)
    return Card(view, view.title or view.magic, task.entry.created_at, pictures, _task_actions(task))


def _picture(task: Task, image: TaskImage, shown: display.PictureView, view: display.TaskView) -> CardPicture:
    keeping = KEEPING if shown.thumbnail is not None else ()
    return CardPicture(
        image.number,
        "video" if shown.video else "image",
        display.alt_text(view, image.number),
        shown.thumbnail,
        shown.note,
        image.state == "pending" and image.error is None,
        shown.link,
        _path(image),
        (image.width or 1, image.height or 1),
        (*_followups(task, image.number), *keeping),
    )


def _path(image: TaskImage) -> Path | None:
    try:
        return image.path
    except MediaError:
        return None


def _followups(task: Task, number: int) -> tuple[str, ...]:
    from ..tracking import followups

    checks: dict[str, Callable[[Task, int], object]] = {
        "U": followups.upscale,
        "V": followups.vary,
        "Animate": followups.check_picture,
        "Extend": lambda task, number: followups.extend(task, number, None),
    }
    return tuple(name for name in FOLLOWUPS if _passes(checks[name], task, number))


def _passes(check: Callable[[Task, int], Any], task: Task, number: int) -> bool:
    try:
        check(task, number)
    except InvalidRequest:
        return False
    return True


def _task_actions(task: Task) -> tuple[str, ...]:
    again = () if task.running else ("Rerun",)
    return (*again, *(("Use",) if task.task_type in TASK_TYPES else ()))
