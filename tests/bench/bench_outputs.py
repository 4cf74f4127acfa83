"""Bytes of outputs in a saved notebook, and milliseconds to make them. Budget: four pictures in 256 KiB.

Run by hand: `python tests/bench/bench_outputs.py`. Times depend on the machine, so no test asserts them.
"""

import json
import os
import tempfile
import time
from collections.abc import Callable
from typing import Any

from mjnb import display
from mjnb.display.tables import bundle_of
from mjnb.sandbox import Sandbox
from mjnb.sessions import Session


def least_cpu(work: Callable[[], object], runs: int = 7) -> float:
    """The least CPU time of several runs, in milliseconds, after one that fills the caches."""
    work()
    times = []
    for _ in range(runs):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return 1000 * min(times)


def told(what: str, bundle: Callable[[], Any]) -> None:
    """Print one line."""
    size = len(json.dumps(bundle())) / 1024
    print(f"{what:<32}{size:8.1f} KiB{least_cpu(bundle):8.2f} ms")


def main() -> None:
    """Print one line for each kind of output, pictures as large as the service's."""
    os.chdir(tempfile.mkdtemp())
    with Sandbox(time_scale=300) as server, Session(sandbox=server, data_dir="data") as session:
        fox = session.imagine("a red fox in snow, every hair sharp --ar 16:9", wait=True)
        square = session.imagine("a city of glass at night, crowded", stylization=1000, wait=True)
        film = session.animate(fox.images[0], "it runs", wait=True)
        films = session.animate(fox.images[0], "it runs", hd=True, batch=4, wait=True)
        told("four pictures, 16:9", fox._repr_mimebundle_)
        told("four pictures, square", square._repr_mimebundle_)
        told("one picture", fox.images[1]._repr_mimebundle_)
        told("one video", film._repr_mimebundle_)
        told("four videos, HD", films._repr_mimebundle_)
        told("a frame of tasks", lambda: bundle_of(session.tasks()))
        told("a frame of pictures", lambda: bundle_of(session.images()))
        told("the session", session._repr_mimebundle_)
        running = display.TaskView(
            "0" * 32, "generating", "a fox", "a fox", elapsed=3.0, usual=display.Usual(50, 60, 80)
        )
        told("a running task", lambda: [display.task_text(running), display.task_html(running)])
        clip = film.images[0].path.stat().st_size / 1024
        print(f"{'(the clip itself, linked)':<32}{clip:8.1f} KiB")


if __name__ == "__main__":
    main()
