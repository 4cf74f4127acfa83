"""A session that works for long, and many that are opened and closed: what they leave behind.

    soaked(folder, url, tasks=3000, every=250)      # a look at the process after so many tasks, each time
    opened_and_closed(folder, url, sessions=200)    # a look after a few, and one after all
    used_for_long(folder, url, cells=500)           # a kernel with a panel and callbacks

The first two run in a process of their own.  A *look* counts what a leak would make more of: threads,
descriptors, Python's blocks of memory, mjnb's own objects, files in the temporary folder; and it has the
memory that the system sees.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

LONGEST = 600  # seconds after which a soak hangs
SCALE = 300.0
CELLS = 98  # of one sweep
WARM = 20  # sessions before the first look

Look = dict[str, Any]


def soaked(folder: Path, url: str, *, tasks: int, every: int) -> list[Look]:
    """Run so many tasks in one session of a process of its own, and look at it again and again.

    Args:
        folder: Of the ledger and the pictures.
        url: A sandbox with this module's `SCALE`.
        tasks: How many.
        every: After how many of them it is looked at.
    """
    return _elsewhere("soak", folder, url, tasks, every)


def opened_and_closed(folder: Path, url: str, *, sessions: int) -> list[Look]:
    """Open and close so many sessions with one task each; return a look after a few, and one after all."""
    return _elsewhere("sessions", folder, url, sessions)


def _elsewhere(work: str, folder: Path, *arguments: object) -> list[Look]:
    temporary = folder / "temporary"
    temporary.mkdir()
    usual = {k: v for k, v in os.environ.items() if not k.startswith(("MJNB_", "KIE_"))}
    usual |= {"MALLOC_ARENA_MAX": "2", "POLARS_MAX_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    told = [sys.executable, __file__, work, str(folder / "data"), *map(str, arguments)]
    done = subprocess.run(
        told, capture_output=True, text=True, env=usual | {"TMPDIR": str(temporary)}, timeout=LONGEST
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr, done.stderr
    looks: list[Look] = json.loads(done.stdout)
    return looks


# ---- in the process itself ----


def look() -> Look:
    """Count what there is now."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return {
        "mb": round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1),
        "blocks": sys.getallocatedblocks(),
        "threads": sorted(one.name for one in threading.enumerate()),
        "descriptors": descriptors(),
        "objects": ours(),
        "temporary": len(os.listdir(tempfile.gettempdir())),
    }


def descriptors() -> dict[str, int]:
    """Count the open descriptors: sockets and pipes by their kind, files by their names."""
    kinds: Counter[str] = Counter()
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):  # the one that lists
            kinds[os.readlink(f"/proc/self/fd/{name}").partition(":")[0]] += 1
    return dict(kinds)


def ours() -> dict[str, int]:
    """Count the living objects of mjnb's own classes that a session has one of."""
    wanted = ("Session", "Desk", "Tracker", "Ledger", "Client", "Callbacks")
    kinds = (type(one) for one in gc.get_objects())
    return dict(
        Counter(k.__name__ for k in kinds if k.__name__ in wanted and k.__module__.startswith("mjnb"))
    )


def soak(folder: str, url: str, tasks: str, every: str) -> list[Look]:
    """Run sweeps, and between them a task with a follow-up, as people do."""
    from mjnb.sessions import Session

    looks: list[Look] = []
    paid, due, start = 0, int(every), time.monotonic()
    with Session(base_url=url, api_key="sandbox", time_scale=SCALE, data_dir=folder) as session:
        while paid < int(tasks):
            work(session, paid)
            paid += CELLS + 2
            if paid >= due:
                looks.append(look() | {"tasks": paid, "seconds": round(time.monotonic() - start, 1)})
                due += int(every)
    return looks


def work(session: Any, number: int) -> None:
    """Pay for some tasks and forget them."""
    done = session.sweep(f"a fox {number}", stylization=range(CELLS)).run()
    assert {task.state for task in done.tasks} == {"succeeded"}, done.errors
    session.upscale(session.imagine(f"a hare {number}", wait=True), 1, wait=True)


def sessions(folder: str, url: str, count: str) -> list[Look]:
    """Open and close sessions, each with a task, callbacks and a frame."""
    looks = []
    for number in range(int(count)):
        one_session(folder, url, number)
        if number + 1 in (WARM, int(count)):
            looks.append(look() | {"sessions": number + 1})
    return looks


def one_session(folder: str, url: str, number: int) -> None:
    """Work in a session and close it."""
    from mjnb.sessions import Session

    with Session(base_url=url, api_key="sandbox", time_scale=SCALE, data_dir=folder) as session:
        session.callbacks(port=0)
        session.imagine(f"a fox {number}", wait=True)
        assert len(session.tasks()) == number + 1


# ---- a kernel ----

BEGIN = """
import json, os, threading
import mjnb as mj
from mjnb.panels import panel as a_panel
%load_ext mjnb
def sockets():
    found = {{}}
    for name in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{{name}}")
        except OSError:
            continue
        if target.startswith(("socket:", "anon_inode:[eventfd]")):
            found[name] = target
    return found
before = sockets()
session = mj.Session(base_url={url!r}, api_key="sandbox", time_scale={scale}, data_dir={folder!r})
opened = session.callbacks(port=0)
panel = a_panel(session)
display(panel)
"""
CELL = """
if {number} % 2:
    panel.params = {{"prompt": "a fox {number}"}}
    panel.generate()
else:
    display(session.imagine("a hare {number}"))
print({number})
"""
END = """
import time
while len(panel.tasks) < {cells} // 2:
    time.sleep(0.05)
for task in [*panel.tasks, *session.tracker.tasks.values()]:
    task.wait(60)
taken = opened.counts.taken
panel.close(); session.close()
print(json.dumps([before, sockets(), taken, len(threading.enumerate())]))
"""


def used_for_long(folder: Path, url: str, *, cells: int) -> Look:
    """Run cells, by turns with a task of the panel's and one of their own, in a kernel with callbacks.

    Returns:
        The kernel's own sockets that are gone at the end (``lost``), what its process wrote to its error
        output (``said``), and how many sockets, threads and callbacks there were.
    """
    from kernels import Notebook, text_of

    said = folder / "kernel.err"
    with Notebook(folder, said=said) as notebook:
        begun = notebook.run(BEGIN.format(url=url, scale=SCALE, folder=str(folder / "data")))
        assert not [one for one in begun if one["output_type"] == "error"], begun
        for number in range(cells):
            outputs = notebook.run(CELL.format(number=number))
            assert text_of(outputs).strip() == str(number), outputs
        before, after, taken, threads = json.loads(text_of(notebook.run(END.format(cells=cells))))
    lost = {name: what for name, what in before.items() if after.get(name) != what}
    counts = {"sockets_before": len(before), "sockets_after": len(after), "threads": threads}
    return {**counts, "lost": lost, "said": said.read_text(), "callbacks": taken}


WORKS = {"soak": soak, "sessions": sessions}

if __name__ == "__main__":
    print(json.dumps(WORKS[sys.argv[1]](*sys.argv[2:])))
