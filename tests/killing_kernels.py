"""Kernels that are killed while a cell pays, beside other trouble; held against the sandbox's books.

    tally = killed_kernels(folder, "restart", kills=20, seed=0)

Each trial has a sandbox in a process of its own and a folder.  A life is a real ipykernel that runs a cell of
``%mj`` lines or a ``%mj sweep``; at random instants the trouble comes and goes, and the kernel is killed
before, in the middle of, or after it.  A last life says what became of the unknown tasks and goes on with
the sweep.
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_client.connect import write_connection_file
from jupyters import Kernel, free_port
from labs import mounted
from nursery import Child, Nursery

TROUBLES = ("nothing", "restart", "closes", "disk", "stopped")
SCALE, LATENCY = 150.0, 12.0  # a task takes 0.08 s
CELLS, LINES, LIVES = 8, 4, 5  # of a sweep; of one life; of a trial
SIZE = "size=24m"  # of the small disk
MODULES = ("ipykernel.kernelapp", "ipykernel.zmqshell", "mjnb.magics", "mjnb.display")
SHARE = 0.5  # of the time of an undisturbed sweep that passes at most to a trouble, of it, and behind it

STEP = 50  # of the sweep's axis
SWEEP = f"%mj sweep a fox --s {{0..{STEP * (CELLS - 1)}/{STEP}}} --yes --wait"
LINE = "%mj a fox in life {life} --s {number}"
SET_UP = "import json, mjnb as mj\nmj.tasks()\n%load_ext mjnb"
SETTLE = """
for own_id, word in json.loads({words!r}).items():
    mj.resolve(own_id, word)
"""
TELL = """
for name in mj.tasks().filter(mj.tasks()["state"].is_in(["submitted", "generating", "succeeded"]))["id"]:
    mj.task(name).wait(60).fetch()
rows = mj.tasks().select("id", "task_id", "state", "prompt", "stylization").rows(named=True)
with open({path!r}, "w") as file:
    json.dump({{"rows": rows, "pictures": mj.images().select("id", "state").rows()}}, file)
"""


@dataclass
class Tally:
    """What was seen in all trials together."""

    kills: int = 0
    trials: int = 0
    tasks: int = 0
    unknown_paid: int = 0
    unknown_lost: int = 0
    pictures: int = 0

    def figures(self) -> dict[str, int]:
        return dict(vars(self))


class Service:
    """A sandbox in a process of its own, which can be killed, begun again, stopped and continued."""

    def __init__(self, nursery: Nursery, folder: Path, *, closes: bool) -> None:
        self.nursery, self.closes = nursery, closes
        self.books, self.port = folder / "books.jsonl", free_port()
        self.child = self._begin()

    def _begin(self) -> Child:
        how = {"port": self.port, "books": str(self.books), "scale": SCALE, "latency": LATENCY}
        child = self.nursery.start("service", **how, closes=self.closes)
        assert child.going()
        return child

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def begin(self) -> None:
        """Begin again, at the same port and with the same books."""
        self.child = self._begin()

    def paid(self) -> dict[str, tuple[str, int]]:
        """Return the prompt and the stylization of every task in the books, by its id."""
        lines = self.books.read_text().splitlines() if self.books.exists() else []
        told = [(line["task_id"], json.loads(line["param_json"])) for line in map(json.loads, lines)]
        return {task_id: (said["prompt"], said["stylization"]) for task_id, said in told}


class Disk:
    """Where the ledgers are: a small one that can be filled; where none can be mounted, files are limited."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.start = mounted(folder, SIZE)
        self._seen = folder

    def belongs_to(self, nursery: Nursery) -> None:
        """Reach it as the nursery and its children see it."""
        if self.start:
            self._seen = Path(f"/proc/{nursery.pid}/root{self.folder}")

    def fill(self, pid: int) -> None:
        if not self.start:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
            return
        with (self._seen / "ballast").open("wb", buffering=0) as file, suppress(OSError):
            while file.write(bytes(4096)) == 4096:
                pass

    def free(self, pid: int) -> None:
        if not self.start:
            with suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        (self._seen / "ballast").unlink(missing_ok=True)

    def clear(self) -> None:
        for folder in self._seen.iterdir():
            shutil.rmtree(folder, ignore_errors=True)


class Life:
    """One kernel."""

    def __init__(self, nursery: Nursery, folder: Path, settings: dict[str, str]) -> None:
        self._sockets = tempfile.TemporaryDirectory()  # a short path: a socket's has at most 107 bytes
        path = f"{self._sockets.name}/kernel.json"
        write_connection_file(path, transport="ipc", ip=f"{self._sockets.name}/k", key=b"a key")
        own = {"HOME": str(folder), "IPYTHONDIR": str(folder / "ipython")}
        self.child = nursery.start("kernel", connection=path, settings=settings | own)
        self.kernel = Kernel(Path(path))

    def kill(self) -> None:
        self.child.kill()
        self.kernel.close()
        self._sockets.cleanup()


@dataclass
class Trial:
    """One folder and one sandbox, and the kernels that are killed there.

    Args:
        kernels: Forks the kernels.
        service: Takes the tasks.
        disk: Where the ledger is.
        folder: For everything else, and the name of the ledger's folder.
        trouble: One of `TROUBLES`.
        chance: Of the instants.
        tally: Is added to.
        longest: Seconds to the trouble, of it, and to the kill behind it, each.
    """

    kernels: Nursery
    service: Service
    disk: Disk
    folder: Path
    trouble: str
    chance: random.Random
    tally: Tally
    longest: float = 0.0

    def begin(self) -> Life:
        data = self.disk.folder / self.folder.name
        settings = {"MJNB_BASE_URL": self.service.url, "MJNB_API_KEY": "sandbox", "MJNB_DATA_DIR": str(data)}
        life = Life(self.kernels, self.folder, settings | {"MJNB_TIME_SCALE": str(SCALE)})
        life.kernel.run(SET_UP)
        return life

    def undisturbed(self) -> float:
        """Run a sweep that nobody disturbs and return its seconds."""
        life = self.begin()
        start = time.monotonic()
        life.kernel.run(SWEEP)
        took = time.monotonic() - start
        life.kill()
        return took

    def die(self, cells: list[str]) -> bool:
        """Run cells, make trouble and kill the kernel; False when all of them were answered before."""
        life = self.begin()
        for cell in cells:
            life.kernel.begin(cell)
        when = self.chance.choice(("before", "within", "behind"))
        self._pause()
        if when != "before":
            self._make_trouble(life)
            self._pause()
        if when == "behind":
            self._end_trouble(life)
            self._pause()
        died = life.kernel.answered() < len(cells)
        life.kill()
        if when == "within":
            self._end_trouble(life)
        self.tally.kills += died
        return died

    def _pause(self) -> None:
        time.sleep(self.chance.uniform(0, self.longest))  # the instant of the trouble, or of the kill

    def _make_trouble(self, life: Life) -> None:
        if self.trouble == "restart":
            self.service.child.kill()
        elif self.trouble == "disk":
            self.disk.fill(life.child.pid)
        elif self.trouble == "stopped":
            both = (life.child, self.service.child)
            self._stopped = self.chance.choice((both, both[:1], both[1:]))
            for child in self._stopped:
                os.kill(child.pid, signal.SIGSTOP)

    def _end_trouble(self, life: Life) -> None:
        if self.trouble == "restart":
            self.service.begin()
        elif self.trouble == "disk":
            self.disk.free(life.child.pid)
        elif self.trouble == "stopped":
            for child in self._stopped:
                if not child.is_over:
                    os.kill(child.pid, signal.SIGCONT)

    def finish(self, cells: list[str], words: dict[str, str] | None = None) -> dict[str, Any]:
        """Say the user's words and run cells to their end, in a new kernel; return what the ledger has."""
        path = self.folder / "told.json"
        life = self.begin()
        life.kernel.run(SETTLE.format(words=json.dumps(words or {})))
        for cell in cells:
            life.kernel.run(cell)
        life.kernel.run(TELL.format(path=str(path)))
        life.kill()
        told: dict[str, Any] = json.loads(path.read_text())
        return told

    def check(self, cells: list[str]) -> None:
        """Hold the ledger against the books, settle what is unknown by their word, go on, and hold again."""
        if self.service.closes:
            self.service.closes = False
            self.service.child.kill()
            self.service.begin()
        told = self.finish([])
        words = self._words(told["rows"])
        self._hold_once()
        told = self.finish(cells, words)
        self._hold_once()
        paid = self.service.paid()
        rows = [row for row in told["rows"] if row["state"] != "rejected"]
        assert {row["state"] for row in rows} <= {"succeeded"}, rows
        assert {row["task_id"] for row in rows} == set(paid), "ledger and books differ"
        assert len(told["pictures"]) == 4 * len(paid)
        assert {state for _, state in told["pictures"]} <= {"stored"}
        self.tally.trials += 1
        self.tally.tasks += len(paid)
        self.tally.pictures += len(told["pictures"])

    def _hold_once(self) -> None:
        paid = Counter(self.service.paid().values())
        assert not paid or max(paid.values()) == 1, f"paid twice: {paid}"

    def _words(self, rows: list[dict[str, Any]]) -> dict[str, str]:
        """Return what the books say of every unknown task; hold that each that was paid is known."""
        known = {row["task_id"] for row in rows}
        orphans = {cell: task_id for task_id, cell in self.service.paid().items() if task_id not in known}
        words = {}
        for row in rows:
            if row["state"] == "unknown":
                words[row["id"]] = orphans.pop((row["prompt"], row["stylization"]), "lost")
        assert orphans == {}, "paid, and the ledger does not know"
        self.tally.unknown_lost += sum(word == "lost" for word in words.values())
        self.tally.unknown_paid += sum(word != "lost" for word in words.values())
        return words


def killed_kernels(folder: Path, trouble: str, *, kills: int, seed: int) -> Tally:
    """Kill kernels beside some trouble, by turns in ``%mj`` lines and ``%mj sweep``, so many times."""
    tally, chance = Tally(), random.Random(f"{trouble}/{seed}")
    disk = Disk(folder / "disk")
    start = disk.start if trouble == "disk" else ()
    with Nursery(*MODULES, before=start) as kernels, Nursery("mjnb.sandbox") as services:
        if trouble == "disk":
            disk.belongs_to(kernels)
        longest = 0.0
        while tally.kills < kills:
            own = Path(tempfile.mkdtemp(dir=folder))
            service = Service(services, own, closes=trouble == "closes")
            trial = Trial(kernels, service, disk, own, trouble, chance, tally, longest)
            if not longest:
                longest = SHARE * trial.undisturbed()
            else:
                _lives(trial, kills, as_sweep=bool(tally.trials % 2))
            service.child.kill()
            disk.clear()
    return tally


def _lives(trial: Trial, kills: int, *, as_sweep: bool) -> None:
    """Let kernels die until the sweep is done, or some lines have been lived through; then check."""
    for life in range(LIVES):
        lines = [LINE.format(life=life, number=STEP * number) for number in range(LINES)]
        died = trial.die([SWEEP] if as_sweep else [*lines, "%mj wait all"])
        if trial.tally.kills >= kills or (as_sweep and not died):
            break
    trial.check([SWEEP] if as_sweep else [])
