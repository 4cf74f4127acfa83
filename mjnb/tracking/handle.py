"""The handle that a user holds: one task, and the ways to wait for it."""

from __future__ import annotations

import asyncio
import textwrap
from collections.abc import Callable, Generator
from concurrent.futures import Future
from typing import Any, Literal, Protocol, overload

from .. import display
from ..api import Record
from ..errors import InvalidRequest, MJError, WaitTimeout
from ..handles import Handle
from ..ledger import Entry, Ledger, Picture
from ..loop import Loop
from ..media import Store
from ..params import Request
from ..preview import Preview
from . import followups, showing
from .facts import Facts
from .images import Images

LABEL = 80  # characters of a prompt in a family tree


def _is_seconds(said: object) -> bool:
    return isinstance(said, int | float) and not isinstance(said, bool) and said == said  # NaN never ends


class Keeper(Protocol):
    """What a handle needs from the tracker."""

    loop: Loop
    store: Store
    ledger: Ledger
    sandbox: bool

    def follow(self, task: Task) -> None: ...
    def leave(self, task: Task) -> None: ...
    def usual_of(self, entry: Entry) -> display.Usual: ...
    def left(self, task: Task) -> float: ...
    def handle(self, entry: Entry) -> Task: ...
    def put(
        self, request: Request, parent: Task | None, number: int | None, *, wait: bool, dry_run: bool
    ) -> Task | Preview: ...
    async def look(self, task_id: str) -> Record | None: ...
    async def fetch(self, task: Task) -> None: ...


class Task(Handle, Facts):
    """One task: made by `imagine`, `%mj` or a sweep; awaitable; shows its pictures in a notebook.

    Attributes:
        id: Its own id in the ledger; the last six characters are enough to name it.
    """

    def __init__(self, keeper: Keeper, entry: Entry, pictures: list[Picture] | None = None) -> None:
        super().__init__(entry, pictures or [])
        self.keeper = keeper
        self.trouble = ""  # why the tracker cannot see it just now
        self._done: Future[Task] = Future()
        self._watchers: list[Callable[[Task], None]] = []
        self._shown_in: int | None = None  # the cell that shows it already
        self._hidden_in: int | None = None  # the cell that is not to show it
        self._live: display.Live | None = None

    # ---- its pictures ----

    @property
    def images(self) -> Images:
        """The pictures, as far as the service has told; a list that says why there is none."""
        return Images(self, self._pictures)

    @property
    def done(self) -> bool:
        """Whether nothing more will change by itself."""
        return self._done.done()

    # ---- what can be made from it ----

    @overload
    def upscale(self, image: int = ..., *, wait: bool = ..., dry_run: Literal[False] = ...) -> Task: ...
    @overload
    def upscale(self, image: int = ..., *, wait: bool = ..., dry_run: Literal[True]) -> Preview: ...
    @overload
    def upscale(self, image: int = ..., *, wait: bool = ..., dry_run: bool) -> Task | Preview: ...
    def upscale(self, image: int = 1, *, wait: bool = False, dry_run: bool = False) -> Task | Preview:
        """Make one picture larger.

        Args:
            image: Which, from 1 (U1 to U4).
            wait: Wait for the result, too.
            dry_run: Send nothing; return what would be sent.

        Raises:
            InvalidRequest: There is no such picture, or the task is not finished; nothing was sent.
        """
        return self.keeper.put(followups.upscale(self, image), self, image, wait=wait, dry_run=dry_run)

    @overload
    def vary(self, image: int = ..., *, wait: bool = ..., dry_run: Literal[False] = ...) -> Task: ...
    @overload
    def vary(self, image: int = ..., *, wait: bool = ..., dry_run: Literal[True]) -> Preview: ...
    @overload
    def vary(self, image: int = ..., *, wait: bool = ..., dry_run: bool) -> Task | Preview: ...
    def vary(self, image: int = 1, *, wait: bool = False, dry_run: bool = False) -> Task | Preview:
        """Make four relatives of one picture (V1 to V4); as `upscale`."""
        return self.keeper.put(followups.vary(self, image), self, image, wait=wait, dry_run=dry_run)

    @overload
    def extend(
        self, video: int = ..., prompt: str | None = ..., *, wait: bool = ..., dry_run: Literal[False] = ...
    ) -> Task: ...
    @overload
    def extend(
        self, video: int = ..., prompt: str | None = ..., *, wait: bool = ..., dry_run: Literal[True]
    ) -> Preview: ...
    @overload
    def extend(
        self, video: int = ..., prompt: str | None = ..., *, wait: bool = ..., dry_run: bool
    ) -> Task | Preview: ...
    def extend(
        self, video: int = 1, prompt: str | None = None, *, wait: bool = False, dry_run: bool = False
    ) -> Task | Preview:
        """Make one video longer, the way a prompt says or as it comes; as `upscale`."""
        return self.keeper.put(followups.extend(self, video, prompt), self, video, wait=wait, dry_run=dry_run)

    # ---- its family ----

    @property
    def parent(self) -> Task | None:
        """The task that it was made from."""
        entry = self.keeper.ledger.entry(self.entry.parent) if self.entry.parent else None
        return self.keeper.handle(entry) if entry else None

    def ancestors(self) -> list[Task]:
        """Return the tasks that it comes from, its parent first."""
        parent = self.parent
        return [parent, *parent.ancestors()] if parent else []

    def children(self) -> list[Task]:
        """Return the tasks that were made from it, oldest first."""
        return [self.keeper.handle(entry) for entry in self.keeper.ledger.children(self.id)]

    def family(self) -> display.Tree:
        """Return the tree of everything that comes from the same first task, this one marked."""
        first = [self, *self.ancestors()][-1]
        return first._branch(self.id)

    def _branch(self, marked: str) -> display.Tree:
        what = f"{self.task_type.removeprefix('mj_')} {display.short(self.id)}"
        where = f" of {self.entry.parent_image}" if self.entry.parent_image else ""
        said = textwrap.shorten(self.prompt, LABEL, placeholder="…")
        label = f"{what}{where}: {self.state}" + (f", {said}" if said else "")
        return display.Tree(
            label, self.id == marked, tuple(child._branch(marked) for child in self.children())
        )

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
            AuthError: The service refused the key several times in a row; the task goes on there, and
                another `wait` asks for it again.
            InvalidRequest: The timeout is no number of seconds.
        """
        if timeout is not None and not _is_seconds(timeout):
            raise InvalidRequest(f"timeout needs seconds, not {timeout!r}", hint="wait(60), or wait().")
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
        """Fetch again the pictures that could not be had, and those whose file was deleted or damaged."""
        self.keeper.loop.run(self.keeper.fetch(self))
        return self

    def watch(self, watcher: Callable[[Task], None]) -> None:
        """Call a function with the task after every change, on mjnb's thread; one that raises is dropped."""
        if not callable(watcher):
            raise InvalidRequest(f"watch needs a function of the task, not {watcher!r}")
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

    def reopen(self, *, settled_anew: bool = False) -> None:
        """Make the task one that can be waited for again, or that ends otherwise than it did."""
        if self._done.done() and (self.running or settled_anew):
            self._done = Future()

    # ---- how it looks ----

    def view(self, only: int | None = None, *, family: bool = True) -> display.TaskView:
        """Return what is shown of the task, or of one of its pictures; see `showing.task_view`."""
        return showing.task_view(self, only, family=family)

    def __repr__(self) -> str:
        return display.task_text(self.view())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return display.mime_bundle(*self._render())

    def hide(self) -> None:
        """Keep the running cell from showing the task."""
        self._shown_in = self._hidden_in = display.this_cell()

    def present(self, live: display.Live | None = None) -> None:
        """Show the task in the running cell, in place until it is settled; once per cell.

        Args:
            live: An output of the cell to show it in; else it makes one.
        """
        if self._shown_in is not None and self._shown_in == display.this_cell():
            return
        self._shown_in = display.this_cell()
        self._live = live or display.Live()
        self._show()
        if not self.done:
            news = asyncio.Event()
            self.watch(lambda _: self.keeper.loop.call(news.set))
            self.keeper.loop.start(display.keep_showing(self._live, self._render, lambda: self.done, news))

    def _show(self) -> None:
        """Bring what is shown up to date now, before a waiting cell ends."""
        if self._live is not None:
            self._live.draw(self._render)

    def _ipython_display_(self) -> None:
        if display.in_notebook():
            self.present()
        elif self._hidden_in is None or self._hidden_in != display.this_cell():
            print(repr(self))

    def _render(self) -> tuple[str, str, dict[str, Any]]:
        view = self.view()
        return display.task_text(view), display.task_html(view), display.task_metadata(view)
