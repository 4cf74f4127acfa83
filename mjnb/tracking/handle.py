"""The handle that a user holds: one task, its pictures, and the ways to wait for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Protocol

from PIL import Image

from .. import display, prompt
from ..api import Record, read_params
from ..errors import (
    MediaError,
    MJError,
    TaskError,
    TaskExpired,
    TaskFailed,
    TaskRejected,
    TaskUnknown,
    WaitTimeout,
)
from ..ledger import OPEN, Entry, Picture
from ..loop import Loop
from ..media import Store
from ..params import Generate, rows

ENDS: dict[str, type[TaskError]] = {
    "failed": TaskFailed,
    "rejected": TaskRejected,
    "unknown": TaskUnknown,
    "expired": TaskExpired,
}


class Keeper(Protocol):
    """What a handle needs from the tracker."""

    loop: Loop
    store: Store
    sandbox: bool

    def follow(self, task: Task) -> None: ...
    def leave(self, task: Task) -> None: ...
    def expected(self, entry: Entry) -> float: ...
    async def look(self, task_id: str) -> Record | None: ...
    async def fetch(self, task: Task) -> None: ...


class TaskImage:
    """One picture of a task.

    Attributes:
        number: From 1, as in U1 to U4.
        state: ``pending``, ``stored`` or ``error``.
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
        return self.task.keeper.store.folder / self.stored

    @property
    def stored(self) -> str:
        """The file's path within the store; raises as `path` does."""
        if self._picture.path is None:
            why = self.error or "it has not been fetched yet"
            raise MediaError(
                f"picture {self.number} of task {display.short(self.task.id)} is not here: {why}"
            )
        return self._picture.path

    def open(self) -> Image.Image:
        """Open the picture with Pillow; raises as `path` does."""
        return self.task.keeper.store.open(self.stored)

    def thumbnail(self) -> bytes:
        """Return a small JPEG; raises as `path` does."""
        return self.task.keeper.store.thumbnail(self.stored)

    def __repr__(self) -> str:
        return f"<TaskImage {self.number} of {display.short(self.task.id)}: {self.state}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        view = self.task.view(only=self.number)
        return display.mime_bundle(repr(self), display.task_html(view), display.task_metadata(view))


class Task:
    """One task: made by `imagine`, `%mj` or a sweep; awaitable; shows its pictures in a notebook.

    Attributes:
        id: Its own id in the ledger; the last six characters are enough to name it.
    """

    def __init__(self, keeper: Keeper, entry: Entry, pictures: list[Picture] | None = None) -> None:
        self.keeper = keeper
        self.entry = entry
        self.id = entry.id
        self.trouble = ""  # why the tracker cannot see it just now
        self._pictures = pictures or []
        self._done: Future[Task] = Future()
        self._watchers: list[Callable[[Task], None]] = []
        self._shown_in: int | None = None  # the cell that shows it already
        self._live: display.Live | None = None

    # ---- what it is ----

    @property
    def state(self) -> str:
        """``intent``, ``submitted``, ``generating``, then how it ended: ``succeeded``, ``failed``, …"""
        return self.entry.state

    @property
    def task_id(self) -> str | None:
        """The service's id."""
        return self.entry.task_id

    @property
    def prompt(self) -> str:
        return self.entry.prompt or ""

    @property
    def params(self) -> dict[str, Any]:
        """What was sent, by the table's names."""
        sent = read_params(self.entry.param_json)
        return {row.name: sent[row.api] for row in rows(Generate).values() if row.api in sent}

    @property
    def server_params(self) -> dict[str, Any]:
        """What the service recorded, by the API's names; empty until the task ends."""
        return read_params(self.entry.server_param_json)

    @property
    def images(self) -> list[TaskImage]:
        """The pictures, as far as the service has told."""
        return [TaskImage(self, picture) for picture in self._pictures]

    @property
    def error(self) -> TaskError | None:
        """Why there are no pictures, or None."""
        kind = ENDS.get(self.state)
        return kind(f"task {display.short(self.id)}: {self.entry.error or self.state}") if kind else None

    @property
    def done(self) -> bool:
        """Whether nothing more will change by itself."""
        return self._done.done()

    @property
    def elapsed(self) -> float:
        """Seconds that it took, or has taken so far."""
        if self.state == "succeeded" and self.entry.latency_ms is not None:
            return self.entry.latency_ms / 1000
        start = self.entry.submitted_at or self.entry.created_at
        end = self.entry.completed_at if self.entry.completed_at and not self.running else time.time() * 1000
        return max(0.0, (end - start) / 1000)

    @property
    def running(self) -> bool:
        return self.state in ("intent", *OPEN)

    # ---- waiting ----

    def wait(self, timeout: float | None = None) -> Task:
        """Wait until the pictures are here.

        Args:
            timeout: Seconds; None waits for ever.

        Returns:
            The task itself.

        Raises:
            TaskError: It ended without pictures; the kind says how.
            WaitTimeout: Time is up, or `cancel_wait` was called; the task goes on.
        """
        self.keeper.follow(self)
        try:
            return self.keeper.loop.wait(self._done, timeout)
        except TimeoutError as error:
            if isinstance(error, MJError):
                raise
            raise WaitTimeout(f"task {display.short(self.id)} is {self.state} after {timeout:g} s") from None
        finally:
            self._show()

    def __await__(self) -> Generator[Any, None, Task]:
        return self._join().__await__()

    async def _join(self) -> Task:
        self.keeper.follow(self)
        try:
            return await self.keeper.loop.join(self._done)
        finally:
            self._show()

    def cancel_wait(self) -> None:
        """Stop looking for the result in this session; the service goes on, and `wait` takes it up again."""
        self.keeper.leave(self)

    def record(self) -> Record | None:
        """Ask the service now what it knows of the task; None when it knows nothing."""
        if self.task_id is None:
            return None
        return self.keeper.loop.run(self.keeper.look(self.task_id))

    def fetch(self) -> Task:
        """Fetch again the pictures that could not be had."""
        self.keeper.loop.run(self.keeper.fetch(self))
        return self

    def watch(self, watcher: Callable[[Task], None]) -> None:
        """Call a function with the task after every change, on mjnb's thread; one that raises is dropped."""
        self._watchers.append(watcher)

    # ---- told by the tracker, on the loop ----

    def changed(self, entry: Entry, pictures: list[Picture] | None = None) -> None:
        """Take in a new state and tell the watchers."""
        self.entry = entry
        if pictures is not None:
            self._pictures = pictures
        for watcher in list(self._watchers):
            try:
                watcher(self)
            except Exception:  # a broken display must not stop the tracker
                self._watchers.remove(watcher)

    def finish(self, error: BaseException | None = None) -> None:
        """Let the waiters go."""
        if self._done.done():
            return
        if error is None:
            self._done.set_result(self)
        else:
            self._done.set_exception(error)

    def reopen(self) -> None:
        """Make the task one that can be waited for again."""
        if self._done.done() and self.running:
            self._done = Future()

    # ---- how it looks ----

    def view(self, only: int | None = None) -> display.TaskView:
        """Return what is shown of the task, or of one of its pictures."""
        error = self.error
        return display.TaskView(
            id=self.id,
            state=self.state,
            prompt=self.prompt,
            magic=self.to_magic(),
            task_id=self.task_id or "",
            params=self.params,
            pictures=[_picture_view(image) for image in self.images if only in (None, image.number)],
            elapsed=self.elapsed,
            expected=self.keeper.expected(self.entry) if self.running else None,
            error=error.message if error else "",
            hint=error.hint if error else "",
            sandbox=self.keeper.sandbox,
            trouble=self.trouble if self.running else "",
        )

    def to_magic(self) -> str:
        """Return the line that makes the same task: ``%mj`` and this."""
        return prompt.write(self.params)

    def __repr__(self) -> str:
        return display.task_text(self.view())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return display.mime_bundle(*self._render())

    def present(self) -> None:
        """Show the task in the running cell, in place until it is settled; once per cell."""
        if self._shown_in is not None and self._shown_in == display.this_cell():
            return
        self._shown_in = display.this_cell()
        self._live = display.Live()
        self._show()
        if not self.done:
            self.keeper.loop.start(display.keep_showing(self._live, self._render, lambda: self.done))

    def _show(self) -> None:
        """Bring what is shown up to date now, before a waiting cell ends."""
        if self._live is not None:
            self._live.show(*self._render())

    def _ipython_display_(self) -> None:
        self.present()

    def _render(self) -> tuple[str, str, dict[str, Any]]:
        view = self.view()
        return display.task_text(view), display.task_html(view), display.task_metadata(view)


def _picture_view(image: TaskImage) -> display.PictureView:
    try:
        return display.PictureView(image.number, image.thumbnail(), link=_link(image.path))
    except MediaError as error:
        return display.PictureView(
            image.number, note=error.message if image.state == "error" else "on its way"
        )


def _link(path: Path) -> str:
    """Return a path as a notebook can link it: relative to the working folder when it is below it."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return ""
