"""The one background event loop, and how the rest of Python waits for it.

Everything asynchronous in mjnb runs on one private loop in one daemon thread, so cells, scripts and other
event loops all look at the same futures.  A wait can be interrupted at any moment: it detaches, and the
work goes on.  A *step* is work that must not be cut in half (a paid request and the row that records its
answer): leaving the interpreter waits for steps under way.

Why not nest-asyncio: measured on ipykernel 7, it drops the cells queued behind a waiting one, and with
200 tasks in flight an interrupt lost 3 to 5 paid ones; a private loop lost none.
"""

from __future__ import annotations

import asyncio
import atexit
import concurrent.futures
import os
import signal
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures.thread import ThreadPoolExecutor  # a first import after the main thread's end fails
from types import FrameType, TracebackType
from typing import Any, TypeVar

T = TypeVar("T")
Future = concurrent.futures.Future

GRACE = 40.0  # seconds that leaving the interpreter waits for steps; longer than a request's time-out
TICK = 0.1  # seconds between looks at the interrupt counter


def leaving() -> bool:
    """Return whether the process ends: its main thread is over, and so is every other that it waits for.

    Daemon threads are still there; what they wait for does not come, and nobody reads what they would raise.
    """
    return not any(thread.is_alive() and not thread.daemon for thread in threading.enumerate())


class _Helpers(ThreadPoolExecutor):
    """Threads for what would block the loop; when none starts any more, the loop's own does the work.

    That is from the end of the main thread on.  A script's other threads may go on behind its last line, and
    wait there for pictures.
    """

    def submit(self, function: Callable[..., T], /, *args: Any, **named: Any) -> Future[T]:
        try:
            return super().submit(function, *args, **named)
        except RuntimeError:
            done: Future[T] = Future()
            try:
                done.set_result(function(*args, **named))
            except BaseException as error:  # handed on to who waits for it
                done.set_exception(error)
            return done


class Loop:
    """An event loop in a daemon thread."""

    def __init__(self) -> None:
        self._pid = os.getpid()
        self._steps: set[asyncio.Task[Any]] = set()
        self._loop = asyncio.new_event_loop()
        self._loop.set_default_executor(_Helpers(thread_name_prefix="asyncio"))
        self._thread = threading.Thread(target=self._main, name="mjnb-loop", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def _main(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._cancel_rest()
            self._loop.close()

    def _cancel_rest(self) -> None:
        rest = asyncio.all_tasks(self._loop)
        for task in rest:
            task.cancel()
        if rest:
            self._loop.run_until_complete(asyncio.wait(rest, timeout=1.0))

    @property
    def alive(self) -> bool:
        """Whether the loop runs, in this process (a fork does not inherit its thread)."""
        return self._thread.is_alive() and self._pid == os.getpid()

    @property
    def here(self) -> bool:
        """Whether the caller is on the loop's own thread."""
        return threading.get_ident() == self._thread.ident

    def start(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Start work on the loop, from any thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def call(self, function: Callable[..., object], *args: Any) -> None:
        """Call a function on the loop soon, from any thread."""
        self._loop.call_soon_threadsafe(function, *args)

    def run(self, work: Coroutine[Any, Any, T], timeout: float | None = None) -> T:
        """Start work and wait for it; see `wait`."""
        if self.here:
            work.close()  # refused as a whole: not started, then not waited for
            raise RuntimeError("a blocking call on mjnb's own thread; await instead")
        return self.wait(self.start(work), timeout)

    def wait(self, future: Future[T], timeout: float | None = None) -> T:
        """Wait for a future from outside the loop.

        Args:
            future: What to wait for.
            timeout: Seconds; None waits for ever.

        Returns:
            The future's result.

        Raises:
            TimeoutError: Time is up; the work goes on.
            KeyboardInterrupt: The user interrupted; the work goes on.
            RuntimeError: Called on the loop's own thread, where waiting would stop everything.
        """
        if self.here:
            raise RuntimeError("a blocking call on mjnb's own thread; await instead")
        end = None if timeout is None else time.monotonic() + timeout
        with _Interrupts() as interrupts:
            while not future.done():
                left = TICK if end is None else min(TICK, end - time.monotonic())
                if interrupts.count:
                    raise KeyboardInterrupt
                if left <= 0:
                    raise TimeoutError
                concurrent.futures.wait([future], timeout=left)
        return future.result()

    async def join(self, future: Future[T]) -> T:
        """Await a future from any event loop; cancelling the wait leaves the work alone."""
        return await asyncio.shield(asyncio.wrap_future(future))

    async def step(self, work: Coroutine[Any, Any, T]) -> T:
        """Await work on the loop that is finished even if the awaiting task is cancelled."""
        task = asyncio.ensure_future(work)
        self._steps.add(task)
        task.add_done_callback(self._step_done)
        return await asyncio.shield(task)

    async def settle(self, timeout: float) -> None:
        """Wait on the loop until no step is under way, at most so many seconds."""
        if steps := list(self._steps):
            await asyncio.wait(steps, timeout=timeout)

    def _step_done(self, task: asyncio.Task[Any]) -> None:
        self._steps.discard(task)
        if not task.cancelled():
            task.exception()  # seen, also when nobody awaits the step any more

    def close(self) -> None:
        """Wait for the steps under way, then end the loop."""
        if not self.alive:
            return
        end = time.monotonic() + GRACE
        while self._steps and time.monotonic() < end:
            time.sleep(0.02)
        self.call(self._loop.stop)
        self._thread.join(3.0)


class _Interrupts:
    """Count Ctrl-C instead of raising in the middle of a wait; in the main thread only."""

    def __init__(self) -> None:
        self.count = 0
        self._before: Any = None

    def __enter__(self) -> _Interrupts:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def _note(self, _signal: int, _frame: FrameType | None) -> None:
        self.count += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
        if self.count and error is None:
            raise KeyboardInterrupt


_lock = threading.Lock()
_loops: list[Loop] = []


def the_loop() -> Loop:
    """Return the process's one loop; start it when there is none."""
    with _lock:
        if not _loops or not _loops[-1].alive:
            _loops[:] = [Loop()]
        return _loops[-1]


def nest() -> None:
    """Let code of your own call ``asyncio.run`` inside a cell, with nest-asyncio.

    mjnb never needs it.  The hazard: from ipykernel 7.1 on, Run All silently drops the cells queued behind
    one that waits this way.
    """
    import nest_asyncio  # type: ignore[import-untyped]

    nest_asyncio.apply()
