"""A sweep that is killed again and again, finished by a later process, held against the sandbox's books."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nursery import Nursery

from mjnb.sandbox import Sandbox

SCALE = 150.0
SIDE = 64  # pixels
LATENCY = 12.0  # seconds at the service: 0.08 here
EXPECTED = ("succeeded",)


def sandbox() -> Sandbox:
    """Return a fresh sandbox: the same sweep makes the same pictures in each."""
    return Sandbox(time_scale=SCALE, latency={"fast": LATENCY}, long_side=SIDE, credits=1e6)


@contextmanager
def serving() -> Iterator[Sandbox]:
    """Run a fresh sandbox; nobody waits for its end."""
    server = sandbox().start()
    try:
        yield server
    finally:
        threading.Thread(target=server.stop).start()


@dataclass
class Tally:
    """What was seen in all trials together."""

    kills: int = 0
    tasks: int = 0
    unknown_paid: int = 0
    unknown_lost: int = 0
    pictures: int = 0
    points: int = 0

    def figures(self) -> dict[str, int]:
        return dict(vars(self))


@dataclass
class Trial:
    """One sweep in a folder and a sandbox of its own.

    Args:
        nursery: Forks the processes.
        server: Takes the tasks.
        folder: Of the ledger and the pictures.
        cells: How many.
    """

    nursery: Nursery
    server: Sandbox
    folder: Path
    cells: int
    tally: Tally = field(default_factory=Tally)

    def die_at(self, point: int) -> bool:
        """Run until a point; False when it ended before."""
        child = self.nursery.start("sweep", **self._how(), die_at=point)
        died = child.end() != 0
        self.tally.kills += died
        return died

    def die_after(self, seconds: float) -> bool:
        """Run, and kill so many seconds after it began to pay; False when it ended before."""
        child = self.nursery.start("sweep", **self._how())
        if child.going():
            time.sleep(seconds)  # the instant of the kill
        died = child.kill() if not child.is_over else False
        self.tally.kills += died
        return died

    def finish(self, words: dict[str, str] | None = None) -> dict[str, Any]:
        """Run it to its end in a new process, after the user's words; return what came of it."""
        path = self.folder / "outcome.json"
        child = self.nursery.start("sweep", **self._how(), outcome=str(path), words=words or {})
        assert child.end() == 0
        found: dict[str, Any] = json.loads(path.read_text())
        self.tally.points = max(self.tally.points, found["points"])
        return found

    def check(self, undisturbed: list[dict[str, Any]]) -> None:
        """Finish it and hold everything against the books; what is unknown is settled by the books' word."""
        outcome = self.finish()
        paid = self.paid()
        self._hold_books(paid, outcome["rows"])
        unknown = [row for row in outcome["rows"] if row["state"] == "unknown"]
        if unknown:
            outcome = self.finish(self._words(unknown, outcome["rows"]))
        again = self.paid()
        assert max(Counter(again.values()).values()) == 1, "a cell was paid twice"
        assert {row["task_id"] for row in outcome["rows"]} - {None} == set(again), "ledger and books differ"
        pairs = zip(outcome["cells"], undisturbed, strict=True)
        differ = [(one, other) for one, other in pairs if one != other]
        assert differ == [], "the frame is not that of an undisturbed run"
        self.tally.tasks += len(again)
        self.tally.pictures += sum(len(cell["pictures"]) for cell in outcome["cells"])

    def paid(self) -> dict[str, int]:
        """Return the cell of every task in the books, by its id."""
        tasks = self.server.account.tasks.values()
        return {task.task_id: json.loads(task.param_json)["stylization"] for task in tasks}

    def _hold_books(self, paid: dict[str, int], rows: list[dict[str, Any]]) -> None:
        ids = {row["task_id"] for row in rows}
        unknown = Counter(row["stylization"] for row in rows if row["state"] == "unknown")
        lost = [cell for task_id, cell in paid.items() if task_id not in ids and not unknown[cell]]
        assert lost == [], "paid, and the ledger does not know"
        assert not paid or max(Counter(paid.values()).values()) == 1, "a cell was paid twice"
        assert {row["state"] for row in rows} <= {"succeeded", "unknown"}

    def _words(self, unknown: list[dict[str, Any]], rows: list[dict[str, Any]]) -> dict[str, str]:
        known = {row["task_id"] for row in rows}
        orphans = {cell: task_id for task_id, cell in self.paid().items() if task_id not in known}
        words = {row["id"]: orphans.get(row["stylization"], "lost") for row in unknown}
        self.tally.unknown_lost += sum(word == "lost" for word in words.values())
        self.tally.unknown_paid += sum(word != "lost" for word in words.values())
        return words

    def _how(self) -> dict[str, Any]:
        where = {"url": self.server.url, "folder": str(self.folder)}
        return {**where, "cells": self.cells, "scale": SCALE}


def undisturbed(nursery: Nursery, folder: Path, cells: int) -> tuple[list[dict[str, Any]], int, float]:
    """Return what a sweep comes to that nobody disturbs, how many points it has, and its seconds."""
    with serving() as server:
        trial = Trial(nursery, server, folder, cells)
        start = time.monotonic()
        outcome = trial.finish()
    assert [cell["state"] for cell in outcome["cells"]] == ["succeeded"] * cells
    assert all(picture[4] for cell in outcome["cells"] for picture in cell["pictures"])
    return outcome["cells"], outcome["points"], time.monotonic() - start


def killed_at_points(nursery: Nursery, folder: Path, cells: int, first: int, stride: int) -> Tally:
    """Kill a sweep at its points, one trial each, until one is reached that it does not have."""
    tally = Tally()
    same, _, _ = undisturbed(nursery, folder / "undisturbed", cells)
    point, died = first, True
    while died:
        with serving() as server:
            trial = Trial(nursery, server, folder / str(point), cells, tally)
            died = trial.die_at(point)
            trial.check(same)
        point += stride
    return tally


def killed_at_instants(nursery: Nursery, folder: Path, cells: int, kills: int, seed: int) -> Tally:
    """Kill sweeps at random instants, several times each, until there were so many kills."""
    tally, chance = Tally(), random.Random(seed)
    same, _, seconds = undisturbed(nursery, folder / "undisturbed", cells)
    number = 0
    while tally.kills < kills:
        number += 1
        with serving() as server:
            trial = Trial(nursery, server, folder / str(number), cells, tally)
            while trial.die_after(chance.uniform(0, seconds / 2)) and tally.kills < kills:
                pass
            trial.check(same)
    return tally
