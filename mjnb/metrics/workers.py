"""Many pictures measured at once: in processes of our own where that pays, else one after the other.

Measured on 2 cores: a picture takes 9 ms (JPEG) to 60 ms (PNG), mostly decoding; two threads make that 1.1
to 1.3 times as fast, two processes 1.4 to 1.8 times, and a process needs 0.25 s to start.  From `ENOUGH`
pictures on the start is earned back.  The processes are started as programs, not forked (threads hold locks)
and not spawned by ``multiprocessing``, which runs an unguarded script once more in every child: that script
may pay for tasks.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import MediaError
from ..hidden import without_keys
from ..media import Store
from .looks import Measured, measure

ENOUGH = 100  # pictures
MOST = 4  # processes
START = "import sys; sys.path[:] = {path!r}; from mjnb.metrics.workers import serve; serve()"


@dataclass(frozen=True)
class Unmeasured:
    """Why a picture has no numbers."""

    why: str


def measure_all(folder: Path, pictures: Sequence[str], *, processes: int | None = None) -> Iterator[Found]:
    """Measure stored pictures, in order.

    Args:
        folder: The store's.
        pictures: Paths within it.
        processes: How many; None takes one per core from `ENOUGH` pictures on, else none.

    Yields:
        What `measure` returns, or why there is nothing.
    """
    count = _worthwhile(len(pictures)) if processes is None else processes
    if count < 2:
        yield from (measure_one(folder, picture) for picture in pictures)
        return
    crew = [_Worker(folder, pictures[k::count]) for k in range(count)]
    try:
        for place, picture in enumerate(pictures):
            yield crew[place % count].next() or measure_one(folder, picture)  # a dead worker's share is ours
    finally:
        for worker in crew:
            worker.end()


def measure_one(folder: Path, picture: str) -> Found:
    """Measure one stored picture."""
    try:
        with Store(folder).open(picture) as opened:
            return measure(opened)
    except (MediaError, OSError, SyntaxError, ValueError, MemoryError) as error:
        return Unmeasured(str(error).splitlines()[0] if str(error) else type(error).__name__)


def serve() -> None:
    """Be a worker: read a folder and paths, write a line per picture."""
    folder, pictures = json.load(sys.stdin)
    for picture in pictures:
        print(json.dumps(_told(measure_one(Path(folder), picture))), flush=True)


class _Worker:
    """One process with its share of the pictures."""

    def __init__(self, folder: Path, pictures: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", START.format(path=sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=without_keys(os.environ) | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            text=True,
        )
        assert self._process.stdin is not None
        try:
            json.dump([str(folder), list(pictures)], self._process.stdin)
            self._process.stdin.close()
        except OSError:  # it is dead already; `next` says so
            pass

    def next(self) -> Found | None:
        """Return what became of the next picture; None when the process is dead."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        return _read(line) if line.endswith("\n") else None

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


def _worthwhile(pictures: int) -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MOST) if pictures >= ENOUGH and sys.executable else 1


def _told(found: Found) -> dict[str, object]:
    if isinstance(found, Unmeasured):
        return {"why": found.why}
    bits = np.packbits(found.phash).tobytes().hex()
    return {
        "values": found.values,
        "descriptor": base64.b64encode(found.descriptor.tobytes()).decode(),
        "phash": bits,
    }


def _read(line: str) -> Found:
    told = json.loads(line)
    if "why" in told:
        return Unmeasured(told["why"])
    hashed = np.unpackbits(np.frombuffer(bytes.fromhex(told["phash"]), np.uint8)).astype(np.bool_)
    described = np.frombuffer(base64.b64decode(told["descriptor"]), np.float32)
    return Measured(told["values"], described, hashed)


Found = Measured | Unmeasured
