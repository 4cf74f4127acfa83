"""One picture or video of a task: its file, and what can be made from it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from .. import display
from ..errors import MediaError
from ..ledger import Picture
from ..media import THUMBNAIL_SIDE
from ..preview import Preview

if TYPE_CHECKING:
    from .handle import Task


class TaskImage:
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
        """
        return self.task.keeper.store.thumbnail(self.stored, side)

    def upscale(self, **how: Any) -> Task | Preview:
        """Make this picture larger; see `Task.upscale`."""
        return self.task.upscale(self.number, **how)

    def vary(self, **how: Any) -> Task | Preview:
        """Make four relatives of this picture; see `Task.vary`."""
        return self.task.vary(self.number, **how)

    def __repr__(self) -> str:
        return f"<TaskImage {self.number} of {display.short(self.task.id)}: {self.state}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        view = self.task.view(only=self.number)
        text = f"{self!r}\n{display.typed(view.magic)}"
        return display.mime_bundle(text, display.task_html(view), display.task_metadata(view))
