"""One picture or video of a task: its file, and what can be made from it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, SupportsIndex, overload

from PIL import Image

from .. import display
from ..errors import InvalidRequest, MediaError, NoPicture
from ..handles import Handle
from ..ledger import Picture
from ..media import THUMBNAIL_SIDE
from ..preview import Preview

if TYPE_CHECKING:
    from .handle import Task


class Images(list["TaskImage"]):
    """The pictures of a task, from the first; a place without one says why.

    Args:
        task: Whose.
        pictures: What the ledger has of them.
    """

    def __init__(self, task: Task, pictures: Iterable[Picture]) -> None:
        super().__init__(TaskImage(task, picture) for picture in pictures)
        self._task = task

    @overload
    def __getitem__(self, place: SupportsIndex) -> TaskImage: ...
    @overload
    def __getitem__(self, place: slice) -> list[TaskImage]: ...
    def __getitem__(self, place: SupportsIndex | slice) -> TaskImage | list[TaskImage]:
        """Return one picture, or some; raises `NoPicture` where there is none."""
        try:
            return super().__getitem__(place)
        except IndexError:
            raise self._none(place) from None

    def _none(self, place: object) -> NoPicture:
        task, name = self._task, display.short(self._task.id)
        if task.running:
            return NoPicture(
                f"task {name} has no picture yet: it is still {task.state}", hint="Wait for it: task.wait()."
            )
        if not self:
            return NoPicture(f"task {name} has no pictures: it is {task.state}", hint="task.error says why.")
        last = len(self) - 1
        return NoPicture(f"task {name} has {len(self)} pictures, from images[0] to images[{last}]")


class TaskImage(Handle):
    """One picture of a task.

    Attributes:
        number: From 1, as in U1 to U4.
        state: ``pending``, ``stored``, ``expired`` or ``error``; one that could not be written is ``pending``
            and has an error.
        error: Why it is not here.
    """

    def __init__(self, task: Task, picture: Picture) -> None:
        self.task = task
        self._picture = picture
        self.number, self.state, self.url = picture.number, picture.state, picture.url
        self.sha256, self.error = picture.sha256, picture.error
        self.width, self.height = picture.width, picture.height

    @property
    def path(self) -> Path:
        """Where the file is.

        Raises:
            MediaError: It is not here.
        """
        return self.task.keeper.store.at(self.stored)

    @property
    def stored(self) -> str:
        """The file's path within the store; raises as `path` does."""
        if self._picture.path is None or self.state != "stored":
            why = self.error or "it has not been fetched yet"
            raise MediaError(
                f"picture {self.number} of task {display.short(self.task.id)} is not here: {why}"
            )
        return self._picture.path

    def open(self) -> Image.Image:
        """Open the picture with Pillow; raises as `path` does."""
        return self.task.keeper.store.open(self.stored)

    def thumbnail(self, side: int = THUMBNAIL_SIDE) -> bytes:
        """Return a small JPEG, its longest side that many pixels; of a video, its first frame.

        Raises:
            MediaError: The original is not here.
            InvalidRequest: The side is no whole number of pixels.
        """
        if type(side) is not int or side < 1:
            raise InvalidRequest(f"side needs pixels from 1, not {side!r}", hint="thumbnail(side=384)")
        return self.task.keeper.store.thumbnail(self.stored, side)

    @overload
    def upscale(self, *, wait: bool = ..., dry_run: Literal[False] = ...) -> Task: ...
    @overload
    def upscale(self, *, wait: bool = ..., dry_run: Literal[True]) -> Preview: ...
    @overload
    def upscale(self, *, wait: bool = ..., dry_run: bool) -> Task | Preview: ...
    def upscale(self, *, wait: bool = False, dry_run: bool = False) -> Task | Preview:
        """Make this picture larger; see `Task.upscale`."""
        return self.task.upscale(self.number, wait=wait, dry_run=dry_run)

    @overload
    def vary(self, *, wait: bool = ..., dry_run: Literal[False] = ...) -> Task: ...
    @overload
    def vary(self, *, wait: bool = ..., dry_run: Literal[True]) -> Preview: ...
    @overload
    def vary(self, *, wait: bool = ..., dry_run: bool) -> Task | Preview: ...
    def vary(self, *, wait: bool = False, dry_run: bool = False) -> Task | Preview:
        """Make four relatives of this picture; see `Task.vary`."""
        return self.task.vary(self.number, wait=wait, dry_run=dry_run)

    def __repr__(self) -> str:
        return f"<TaskImage {self.number} of {display.short(self.task.id)}: {self.state}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        view = self.task.view(only=self.number)
        text = f"{self!r}\n{display.typed(view.magic)}"
        return display.mime_bundle(text, display.task_html(view), display.task_metadata(view))
