"""How far every picture is from those of a baseline cell."""

from __future__ import annotations

import hashlib
import math
import reprlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import InvalidRequest
from ..ledger import Ledger
from ..params import Generate, rows
from ..tracking import Task, TaskImage
from .design import CellSpec, Design
from .numbers import Faults, Line, Progress, nan, null

if TYPE_CHECKING:
    from ..metrics import Look, Metric

EMBEDDING_DISTANCE = "embedding_distance"
Found = dict[tuple[str, int], dict[str, float]]  # by task and number of a picture
Vector = Callable[[str], Any]


def facts(*, embedding: bool) -> dict[str, Metric]:
    """Return the table of distances, with that of the user's embedding if there is one."""
    from ..metrics import DISTANCES, Metric

    own = Metric(EMBEDDING_DISTANCE, "own distance", "", 0, 2, 0, "the user's embedding", "picture")
    return DISTANCES | ({EMBEDDING_DISTANCE: own} if embedding else {})


def measure(
    design: Design,
    tasks: Sequence[Task | None],
    baseline: Mapping[str, Any],
    ledger: Ledger,
    vector: Vector | None = None,
) -> tuple[Found, list[str]]:
    """Return every picture's mean distance to the pictures of its baseline cell, and notes of what has none.

    A picture of the baseline itself is compared with the others there: that is how far pictures of one cell
    are apart anyway, and what a distance has to exceed.

    Args:
        design: The cells.
        tasks: The task of every cell.
        baseline: Values by axis.  An axis that is not named keeps each cell's own value, so that with
            ``{"stylization": 0}`` cells of one weirdness are compared with stylization 0 at that weirdness.
        ledger: Keeps the distances, by the contents of all pictures concerned.
        vector: From a picture's hash to its embedding, if the user has one.

    Raises:
        InvalidRequest: The baseline is no cell of the sweep.
    """
    wanted = _clean(design, baseline)
    images = {cell.number: _here(task) for cell, task in zip(design.cells, tasks, strict=True)}
    reader = _Reader(ledger, vector)
    found: Found = {}
    progress = Progress(sum(map(len, images.values())), "measuring distances")
    try:
        for at, group in _by_baseline(design, wanted).items():
            base = [image for cell in design.cells if cell.at == at for image in images[cell.number]]
            reader.begin(base)
            if not base and any(images[cell.number] for cell in group):
                reader.faults.add("distances", _words(design, at), "the baseline cell has no pictures")
            for image in (image for cell in group for image in images[cell.number]):
                found[image.task.id, image.number] = reader.read(image)
                progress.step()
    finally:
        reader.keep()
    return found, reader.faults.told()


class _Reader:
    """Compares pictures with one baseline after another; knows what the ledger has."""

    def __init__(self, ledger: Ledger, vector: Vector | None) -> None:
        self.faults = Faults()
        self._ledger, self._vector = ledger, vector
        self._base: list[TaskImage] = []
        self._looks: dict[str, Look | None] = {}
        self._fresh: list[Line] = []

    def begin(self, base: Sequence[TaskImage]) -> None:
        """Take the pictures of a baseline."""
        self._base, self._looks = list(base), {}

    def read(self, image: TaskImage) -> dict[str, float]:
        """Return one picture's distances."""
        from ..metrics import DISTANCES

        others = [o for o in self._base if (o.task.id, o.number) != (image.task.id, image.number)]
        name = _subject(image, others)
        cached = self._ledger.metrics([name]) if others else {}
        keys = {m.name: (name, m.name, m.version) for m in DISTANCES.values()}
        if others and all(key in cached for key in keys.values()):
            found = {metric: nan(cached[key][0]) for metric, key in keys.items()}
        else:
            found = self._compare(image, others)
            if others and not any(map(math.isnan, found.values())):
                self._fresh += [(*keys[m], null(value), None) for m, value in found.items()]
        if self._vector is not None:
            found[EMBEDDING_DISTANCE] = self._embedded(image, others)
        return found

    def keep(self) -> None:
        """Write what is new to the ledger."""
        self._ledger.put_metrics(dict.fromkeys(self._fresh))

    def _compare(self, image: TaskImage, others: Sequence[TaskImage]) -> dict[str, float]:
        from ..metrics import DISTANCES, distances

        own = self._look(image, keep=any(one is image for one in self._base))
        looks = [look for other in others if (look := self._look(other, keep=True)) is not None]
        return dict.fromkeys(DISTANCES, math.nan) if own is None else distances(own, looks)

    def _look(self, image: TaskImage, *, keep: bool) -> Look | None:
        """Return what a picture is compared by; only the baseline's are kept in memory."""
        from .. import metrics

        sha = str(image.sha256)
        if sha in self._looks:
            return self._looks[sha]
        try:
            with image.open() as picture:
                found: Look | None = metrics.look(picture)
        except Exception as error:  # a damaged picture costs its own distances only
            self.faults.add("distances", image, f"{type(error).__name__}: {error}".splitlines()[0])
            found = None
        if keep:
            self._looks[sha] = found
        return found

    def _embedded(self, image: TaskImage, others: Sequence[TaskImage]) -> float:
        from ..metrics import cosine_distance

        assert self._vector is not None
        own = self._vector(str(image.sha256))
        vectors = [v for other in others if (v := self._vector(str(other.sha256))) is not None]
        if own is None or not vectors or any(v.shape != own.shape for v in vectors):
            return math.nan
        return sum(cosine_distance(own, v) for v in vectors) / len(vectors)


def _clean(design: Design, baseline: Mapping[str, Any]) -> dict[str, Any]:
    """Return the baseline's values as they were sent; refuse what is on no axis."""
    if not isinstance(baseline, Mapping):
        raise InvalidRequest(
            f"a baseline needs values by axis, not {reprlib.repr(baseline)}",
            hint="Name a cell of the sweep: baseline={'stylization': 0}.",
        )
    faults, clean = [], {}
    table = rows(Generate)
    for name, value in baseline.items():
        if name not in design.axes:
            faults.append(f"{name!r} is no axis of this sweep: there are {', '.join(design.axes) or 'none'}")
            continue
        place = list(design.axes).index(name)
        there = list(dict.fromkeys(cell.at[place] for cell in design.cells))
        try:
            clean[name] = table[name].domain.read(value) if name in table else value
        except ValueError:
            clean[name] = value
        if clean[name] not in there:
            faults.append(f"the baseline {name}={value!r} is outside the sweep: there are {there}")
    if not baseline:
        faults.append("a baseline needs a value on one axis at least")
    if faults:
        raise InvalidRequest(faults, hint="Name a cell of the sweep: baseline={'stylization': 0}.")
    return clean


def _by_baseline(design: Design, wanted: Mapping[str, Any]) -> dict[tuple[Any, ...], list[CellSpec]]:
    groups: dict[tuple[Any, ...], list[CellSpec]] = {}
    for cell in design.cells:
        at = tuple(wanted.get(name, own) for name, own in zip(design.axes, cell.at, strict=True))
        groups.setdefault(at, []).append(cell)
    there = {cell.at for cell in design.cells}
    if not there & set(groups):
        told = ", ".join(f"{name}={value}" for name, value in wanted.items())
        raise InvalidRequest(f"no cell of this sweep stands at {told}", hint="Name every axis of one cell.")
    return groups


def _here(task: Task | None) -> list[TaskImage]:
    return [image for image in task.images if image.state == "stored"] if task is not None else []


def _subject(image: TaskImage, others: Sequence[TaskImage]) -> str:
    shas = [str(image.sha256), *sorted(str(other.sha256) for other in others)]
    return hashlib.sha256(("distance:" + "|".join(shas)).encode()).hexdigest()


def _words(design: Design, at: tuple[Any, ...]) -> str:
    return "cells against " + ", ".join(f"{n}={v}" for n, v in zip(design.axes, at, strict=True))
