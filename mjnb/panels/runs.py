"""Runs: what the panel sends, in the background, each press once; many may be in flight.

A submit waits in a thread of its own for the service's answer, with the session's own verbs and so its own
rules of money; the kernel is free meanwhile.  What comes of it is followed by the tracker.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from ..errors import MJError

if TYPE_CHECKING:
    from ..tracking import Task

AT_ONCE = 4  # submits that wait for their answer
TWICE = 0.8  # seconds within which a second press of the same button is the first one's


class Closed(Exception):
    """The panel is closed: its tasks go on without it."""


class Runs:
    """Work of the panel outside the kernel's main thread.

    Args:
        show: Called with a task whenever it changes, from any thread.
        fail: Called with what went wrong, in words, from any thread.
        tell: Called when the numbers of running and finished tasks change, from any thread.
        ready: Called on the thread of every work before it begins.
    """

    def __init__(
        self,
        show: Callable[[Task], None],
        fail: Callable[[str], None],
        tell: Callable[[], None],
        ready: Callable[[], None],
    ) -> None:
        self._show, self._fail, self._tell, self._ready = show, fail, tell, ready
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="mjnb-panel")
        self._lock = threading.Lock()
        self._showing = threading.RLock()  # an older state must not be shown after a newer one
        self._pressed: dict[Hashable, float] = {}
        self._sending: set[Hashable] = set()
        self.tasks: dict[str, Task] = {}
        self.closed = False

    def pay(self, key: Hashable, send: Callable[[], Any], then: Callable[[], None] | None = None) -> bool:
        """Send something once; a second press while it is on its way, or right after, does nothing.

        Args:
            key: Which button it was.
            send: Sends and returns the task.
            then: Called when the answer is there, whatever it is.

        Returns:
            Whether it is sent.
        """
        now = time.monotonic()
        with self._lock:
            if self.closed or key in self._sending or now - self._pressed.get(key, -TWICE) < TWICE:
                return False
            self._sending.add(key)

        def work() -> None:
            try:
                self._ready()
                self.follow(send())
            finally:
                with self._lock:
                    self._sending.discard(key)
                    self._pressed[key] = now
                if then is not None:
                    then()

        self._pool.submit(self.guarded, work)
        return True

    def work(self, do: Callable[[], object]) -> Future[None]:
        """Do something in the background; what goes wrong is shown."""

        def prepared() -> None:
            self._ready()
            do()

        return self._pool.submit(self.guarded, prepared)

    def guarded(self, do: Callable[[], object]) -> None:
        """Do something here; what goes wrong is shown in the panel and nowhere else."""
        try:
            do()
        except Closed:
            return
        except MJError as error:
            self._fail(str(error))
        except Exception as error:
            self._fail(f"{type(error).__name__}: {error}")

    def follow(self, task: Task) -> None:
        """Show a task from now on."""
        if task.id not in self.tasks:
            self.tasks[task.id] = task
            task.watch(self._changed)
        self._changed(task)

    def _changed(self, task: Task) -> None:
        if self.closed:
            raise Closed  # the task drops a watcher that raises
        with self._showing:
            self._show(task)
            self._tell()

    @property
    def status(self) -> str:
        """How many tasks run and how the others ended, in words."""
        tasks = list(self.tasks.values())
        running = sum(task.running for task in tasks)
        done = sum(task.state == "succeeded" for task in tasks)
        other = len(tasks) - running - done
        parts = [f"{running} running"] if running else []
        parts += [f"{done} finished"] if done else []
        parts += [f"{other} without pictures"] if other else []
        return ", ".join(parts)

    def close(self) -> None:
        """Show nothing any more; what is being sent is sent and recorded."""
        self.closed = True
        self._pool.shutdown(wait=False)
