"""Processes to kill: forked from one that has imported everything, so that a trial costs no start.

    with Nursery() as nursery:
        child = nursery.start("sweep", url=…, folder=…, die_at=17)
        child.going()     # it is about to pay
        child.kill()      # or: child.end()

A child may be told to die at the n-th *point*: a step of a coroutine on mjnb's loop (what happens between two
awaits), or an audit event of Python's own about files and sockets (each lock of the ledger, each picture
that is begun or renamed).  Nothing of mjnb is replaced: the loop's task factory counts, and the kernel kills.
"""

from __future__ import annotations

import asyncio
import collections.abc
import itertools
import json
import os
import signal
import subprocess
import sys
import traceback
import warnings
from collections.abc import Coroutine, Generator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import patience

EVENTS = ("fcntl.flock", "os.rename", "os.remove", "os.mkdir", "socket.connect")
TIMEOUT = patience.SECONDS
ROOMS = ["client", "display", "frames", "ledger", "media", "prompt", "sessions", "sweeps", "tracking"]


class Child:
    """One forked process."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self._nursery, self.pid = nursery, pid
        self._ended: tuple[int, str] | None = None

    def going(self) -> bool:
        """Wait until it is about to pay; False when it ended before."""
        return self._nursery.hear(self, "going")

    def kill(self) -> bool:
        """Kill it now; return whether it was still alive."""
        os.kill(self.pid, signal.SIGKILL)  # the nursery has not asked for it yet: the pid is still its own
        return self.end() == -signal.SIGKILL

    def end(self) -> int:
        """Wait for its end and return its code; that of a death by a signal is negative."""
        self._nursery.hear(self, "ended")
        assert self._ended is not None
        code, said = self._ended
        assert code in (0, -signal.SIGKILL), said
        return code

    def over(self, code: int, said: str) -> None:
        self._ended = (code, said)

    @property
    def is_over(self) -> bool:
        return self._ended is not None


class Nursery:
    """The process that forks children, one at a time.

    Args:
        *modules: What it imports besides.
        before: How to start a program in an environment of its own, such as one with a small disk.
    """

    def __init__(self, *modules: str, before: Sequence[str] = ()) -> None:
        self._command = [*before, sys.executable, __file__, *modules]
        self._last: Child | None = None

    def __enter__(self) -> Nursery:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("MJNB_", "KIE_"))}
        environment |= {"OPENBLAS_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1"}
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(self._command, stdin=pipe, stdout=pipe, text=True, env=environment)
        return self

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def start(self, work: str, **how: Any) -> Child:
        """Fork a child that does one of the works below.

        Args:
            work: ``sweep``, or another key of `WORKS`.
            **how: Its arguments; ``die_at`` is the number of the point at which it kills itself.
        """
        assert self._process.stdin is not None
        print(json.dumps({"work": work, **how}), file=self._process.stdin, flush=True)
        self._last = Child(self, int(self._line()[1]))
        return self._last

    def hear(self, child: Child, word: str) -> bool:
        """Listen until a child says a word; False when it ended without."""
        while not child.is_over:
            said = self._line()
            if said[0] == "ended":
                child.over(int(said[1]), json.loads(said[2]))
                print("buried", file=self._process.stdin, flush=True)
            if said[0] == word:
                return True
        return False

    def _line(self) -> list[str]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the nursery is gone"
        return line.rstrip("\n").split(" ", 2)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        if self._last is not None and not self._last.is_over:  # the test has failed meanwhile
            self._last.kill()
        self._process.stdin.close()
        self._process.wait(TIMEOUT)
        assert self._process.stdout is not None
        self._process.stdout.close()


# ---- in the nursery's own process ----


def serve() -> None:
    """Fork a child for every line of JSON, and say how it ended."""
    for name in [*(f"mjnb.{room}" for room in ROOMS), *sys.argv[1:]]:
        __import__(name)
    for line in sys.stdin:
        said = json.loads(line)
        reading, writing = os.pipe()
        if (pid := os.fork()) == 0:
            os.close(reading)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            print("pid", os.getpid(), flush=True)  # before anything that it says itself
            code = _live(said, writing)
            os._exit(code)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            complaint = pipe.read()  # until it is dead
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)  # a zombie keeps its pid until it is buried
        status = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        assert status is not None
        code = status.si_status if status.si_code == os.CLD_EXITED else -status.si_status
        print("ended", code, json.dumps(complaint), flush=True)
        assert sys.stdin.readline() == "buried\n"
        os.waitpid(pid, 0)


def _live(said: dict[str, Any], complaints: int) -> int:
    try:
        warnings.simplefilter("ignore", UserWarning)
        points = Points(said.pop("die_at", None))
        WORKS[said.pop("work")](points=points, **said)
        return 0
    except BaseException:
        os.write(complaints, traceback.format_exc().encode()[-8000:])
        return 1


class Points:
    """Counts points, and dies at one.

    Args:
        die_at: Which, from 1; None counts only.
    """

    def __init__(self, die_at: int | None) -> None:
        self._die_at = die_at
        self._numbers = itertools.count(1)  # `next` is atomic, and points come from several threads
        self.passed = 0
        self._on = False

    def watch(self) -> None:
        """Count from now on."""
        from mjnb.loop import the_loop

        ready = the_loop().start(self._set_up())
        ready.result(TIMEOUT)
        sys.addaudithook(self._event)
        self._on = True

    async def _set_up(self) -> None:
        asyncio.get_running_loop().set_task_factory(
            lambda loop, work, **how: asyncio.Task(Counted(work, self), loop=loop, **how)
        )

    def stop(self) -> None:
        self._on = False

    def pass_one(self) -> None:
        """Pass a point, or die there."""
        if not self._on:
            return
        self.passed = next(self._numbers)
        if self.passed == self._die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def _event(self, name: str, arguments: tuple[Any, ...]) -> None:
        written = name == "open" and len(arguments) == 3 and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if written or name in EVENTS:
            self.pass_one()


class Counted(collections.abc.Coroutine[Any, Any, Any]):
    """A coroutine of which every step is a point."""

    def __init__(self, work: Coroutine[Any, Any, Any] | Generator[Any, Any, Any], points: Points) -> None:
        self._work, self._points = work, points

    def send(self, value: Any) -> Any:
        self._points.pass_one()
        return self._work.send(value)

    def throw(self, *error: Any) -> Any:
        self._points.pass_one()
        return self._work.throw(*error)

    def close(self) -> None:
        self._work.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        return (yield from self._work)  # type: ignore[misc]


# ---- what children do ----


def sweep(
    *,
    points: Points,
    url: str,
    folder: str,
    cells: int,
    scale: float,
    outcome: str = "",
    words: dict[str, str] | None = None,
) -> None:
    """Run a sweep to its end.

    Args:
        url: The sandbox.
        folder: Of the ledger and the pictures.
        cells: How many.
        scale: The sandbox's time scale.
        outcome: A file for what came of it, as JSON.
        words: What the user says of unknown tasks before: their own id to ``lost`` or a task id.
    """
    from mjnb.sessions import Session

    with Session(base_url=url, api_key="sandbox", time_scale=scale, data_dir=folder) as session:
        for own_id, word in (words or {}).items():
            session.resolve(own_id, word)
        what = session.sweep("a fox", stylization=range(cells))
        session.tracker  # noqa: B018  opens everything
        points.watch()
        print("going", flush=True)
        what.run()
        points.stop()
        if outcome:
            Path(outcome).write_text(json.dumps({"points": points.passed, **_outcome(session, what)}))


def _outcome(session: Any, what: Any) -> dict[str, Any]:
    rows = session.tasks().select("id", "task_id", "state", "stylization", "error").rows(named=True)
    return {"rows": rows, "cells": [_cell(task) for task in what.tasks]}


def _cell(task: Any) -> dict[str, Any] | None:
    """Return what must be the same in every run, and the pictures' pixels."""
    import hashlib

    if task is None:
        return None
    entry = task.entry
    same = ("state", "task_type", "prompt", "param_json", "server_param_json", "param_diff", "request_sha")
    more = ("cell", "parent", "parent_image", "speed", "credits", "error", "error_code")
    pictures = []
    for image in task.images:
        content = image.path.read_bytes() if image.state == "stored" else b""
        whole = hashlib.sha256(content).hexdigest() == image.sha256
        pixels = hashlib.sha256(image.open().convert("RGB").tobytes()).hexdigest() if whole else None
        pictures.append([image.number, image.state, image.width, image.height, whole, pixels])
    return {**{name: getattr(entry, name) for name in (*same, *more)}, "pictures": pictures}


def kernel(*, points: Points, connection: str, settings: dict[str, str]) -> None:
    """Be a notebook's kernel.

    Args:
        connection: The file that says on which sockets.
        settings: Environment variables.
    """
    from ipykernel.kernelapp import IPKernelApp

    os.environ.update(settings)
    os.chdir(os.environ["HOME"])
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the nursery's own words go there
    IPKernelApp.launch_instance(["-f", connection])


def service(*, points: Points, port: int, books: str, scale: float, latency: float, closes: bool) -> None:
    """Be a sandbox.

    Args:
        port: Where.
        books: Its file, which an earlier one may have begun.
        scale: Its time scale.
        latency: Seconds of a task, before scaling.
        closes: Whether a connection that was kept is closed unread when a paid request comes over it.
    """
    from mjnb.sandbox import Sandbox, server
    from mjnb.sandbox.trouble import Wire

    class Closes(Wire):
        used = False

        def data_received(self, data: bytes) -> None:
            if self.used and data.startswith(b"POST /api/v1/mj/"):
                self.transport.abort()
                return
            self.used = True
            super().data_received(data)

    if closes:
        server.Wire = Closes  # type: ignore[misc]
    own = {"books": Path(books), "long_side": 64, "credits": 1e6, "port": port}
    with Sandbox(time_scale=scale, latency={"fast": latency}, **own) as running:
        print("going", flush=True)
        running.wait()


WORKS = {"sweep": sweep, "kernel": kernel, "service": service}

if __name__ == "__main__":
    serve()
