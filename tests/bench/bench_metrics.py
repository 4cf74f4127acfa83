"""Pictures measured per second against a plain loop of the same formulas, and memory of 1,000 pictures.

A sweep of 250 tasks is made by a sandbox in a process of its own (1024-px JPEGs); a process of its own
measures it and tells the most memory that it ever held.  Run by ``make bench``; figures are of one run on one
machine, ratios of the same run.
"""

from __future__ import annotations

import multiprocessing
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from PIL import Image

import mjnb as mj
from mjnb.metrics import Planes, descriptor, measure_all, phash, working_copy
from mjnb.metrics.pictures import FORMULAS

TASKS = 250
SPEED_OF = 120  # pictures
LIMIT = 400  # MB
WORKERS = 2  # processes that measure, on 2 cores
BOTH = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
SELF = "import sys; sys.path.insert(0, sys.argv[1]); import bench_metrics; bench_metrics.use(*sys.argv[2:])"


def serve(here: Connection) -> None:
    """Run a sandbox until the other end hangs up."""
    with mj.Sandbox(time_scale=300.0, long_side=1024) as server:
        here.send(server.port)
        here.poll(None)


def plain(path: Path) -> dict[str, float]:
    """Measure one picture with every formula by itself, as a loop of single functions does."""
    values = {}
    for name, formula in [*FORMULAS.items(), ("descriptor", descriptor), ("phash", phash)]:
        with Image.open(path) as picture:
            values[name] = formula(Planes(working_copy(picture)))  # type: ignore[operator]
    return values


def per_second(work: Callable[[], object], pictures: int) -> float:
    start = time.perf_counter()
    work()
    return pictures / (time.perf_counter() - start)


def speed(folder: Path) -> None:
    """Print pictures per second, and how many times those of the plain loop."""
    paths = sorted(folder.glob("??/*.jpg"))
    names = [str(path.relative_to(folder)) for path in paths]
    some = paths[:SPEED_OF]
    loop = per_second(lambda: [plain(path) for path in some], len(some))
    print(f"{len(some)} pictures, every formula by itself: {loop:5.1f} a second; then {len(paths)} pictures:")
    for count in (1, 2):
        found = per_second(lambda count=count: list(measure_all(folder, names, processes=count)), len(names))
        how = "one process " if count == 1 else f"{count} processes"
        print(f"    one working copy, {how}: {found:5.1f} a second, {found / loop:.1f} times the loop")


def use(port: str, folder: str) -> None:
    """Measure, compare and save the sweep; after each step print the most memory held, with its processes."""
    with mj.Session(base_url=f"http://127.0.0.1:{port}", api_key="sandbox", data_dir=folder) as session:
        sweep = session.sweep("a lighthouse at dusk", stylization=range(0, 1000, 4))
        steps: dict[str, Callable[[], object]] = {
            "opened": lambda: sweep.tasks,
            "frame()": sweep.frame,
            "frame() again": sweep.frame,
            "frame(baseline=...)": lambda: sweep.frame(baseline={"stylization": 0}),
            "effects()": sweep.effects,
            "save()": lambda: sweep.save(Path(folder) / "saved"),
        }
        for name, step in steps.items():
            start = time.perf_counter()
            step()
            own, other = (resource.getrusage(who).ru_maxrss / 1024 for who in BOTH)
            held = own + (WORKERS * other if name == "frame()" else 0)  # in no other step are there any
            verdict = "below" if held < LIMIT else "ABOVE"
            took = time.perf_counter() - start
            print(f"    {name:20} {took:6.1f} s, {held:5.0f} MB at most, {verdict} {LIMIT} MB", flush=True)


def main() -> None:
    """Make the pictures, then measure speed, then memory."""
    there, here = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(here,))
    server.start()
    port = there.recv()
    with tempfile.TemporaryDirectory() as folder:
        url = f"http://127.0.0.1:{port}"
        with mj.Session(base_url=url, api_key="sandbox", data_dir=folder, time_scale=300.0) as session:
            session.sweep("a lighthouse at dusk", stylization=range(0, 1000, 4)).run(yes=True)
        speed(Path(folder) / "media")
        print(f"a sweep of {TASKS} tasks, {4 * TASKS} pictures")
        subprocess.run(
            [sys.executable, "-c", SELF, str(Path(__file__).parent), str(port), folder], check=True
        )
    there.send(None)
    server.join()


if __name__ == "__main__":
    main()
