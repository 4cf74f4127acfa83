"""Metrics of the user's own over a sweep: called once per picture or set; none can spoil a frame."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import InvalidRequest
from ..ledger import Ledger
from ..tracking import TaskImage
from .numbers import Number, Progress, nan, null, subject

if TYPE_CHECKING:
    from PIL import Image

    from ..metrics import Metric, Own

Sets = Mapping[str, Sequence[TaskImage]]
Note = Callable[[str, TaskImage | str, str], None]
EMBEDDING = "embedding"
BETWEEN = ("vendi", "diversity")  # what is said of a set's embeddings


class Owns:
    """The user's metrics and embedding of one sweep, with the numbers they gave in this session."""

    def __init__(self) -> None:
        self.metrics: dict[str, Own] = {}
        self._serials: dict[str, int] = {}
        self._count = itertools.count()
        self._held: dict[tuple[str, str], Number] = {}  # by a metric's key and a picture or set
        self._vectors: dict[tuple[str, str], Any] = {}  # by the embedding's key and a picture; None: failed

    def copy(self) -> Owns:
        """Return the same metrics and numbers for another sweep: what either takes is not the other's."""
        other = Owns()
        other.metrics, other._serials = dict(self.metrics), dict(self._serials)
        other._count = self._count  # so that numbers of two functions of one name never meet
        other._held, other._vectors = dict(self._held), dict(self._vectors)
        return other

    def declare(
        self, functions: Iterable[Callable[[Any], Any]], named: Mapping[str, Any], taken: Collection[str]
    ) -> None:
        """Take functions under their own names and under given ones.

        Args:
            functions: Called as they call themselves.
            named: By the name of the metric; ``embed`` maps a picture to a vector.
            taken: Names that columns have already.

        Raises:
            InvalidRequest: A name is taken or none, or something is no function.
        """
        from ..metrics import as_own, name_of

        wanted = [*((name_of(function), function) for function in functions), *named.items()]
        faults = [fault for name, function in wanted if (fault := _fault(name, function, taken))]
        if faults:
            raise InvalidRequest(faults, hint="sweep.measure(sharpness=function) names a metric.")
        for name, function in wanted:
            key, own = (EMBEDDING if name == "embed" else name), as_own(function)
            if key not in self.metrics or self.metrics[key] != own:
                self._serials[key] = next(self._count)
            self.metrics[key] = own

    @property
    def embeds(self) -> bool:
        """Whether there is an embedding."""
        return EMBEDDING in self.metrics

    def facts(self) -> dict[str, Metric]:
        """Return the table of these metrics."""
        from dataclasses import replace

        from ..metrics import METRICS

        found = {name: own.fact(name) for name, own in self.metrics.items() if name != EMBEDDING}
        if EMBEDDING in self.metrics:
            for part in BETWEEN:
                name, label = f"{EMBEDDING}_{part}", f"{METRICS[part].label} (own)"
                found[name] = replace(METRICS[part], name=name, label=label, source="the user's embedding")
        return found

    def read(
        self, ledger: Ledger, sets: Sets, note: Note
    ) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, Number]]]:
        """Return the numbers of every picture by its hash, and of every set by its task.

        A function that raises or returns NaN leaves a NaN and a note; all others are called all the same.
        """
        if not self.metrics:
            return {}, {}
        subjects = {task_id: subject(images) for task_id, images in sets.items()}
        self._recall(
            ledger, [*subjects.values(), *(str(i.sha256) for images in sets.values() for i in images)]
        )
        new = {t: images for t, images in sets.items() if self._missing(images, subjects[t])}
        progress = Progress(len(new), "own metrics, tasks")
        known = set(self._held)
        try:
            for task_id, images in new.items():
                self._measure(images, subjects[task_id], task_id, note)
                progress.step()
        finally:
            self._keep(ledger, known)
        pictures = {
            str(image.sha256): self._numbers(str(image.sha256), "picture")
            for images in sets.values()
            for image in images
        }
        return (
            {sha: {name: value for name, (value, _) in found.items()} for sha, found in pictures.items()},
            {task_id: self._numbers(name, "set") for task_id, name in subjects.items()},
        )

    def vector(self, sha: str) -> Any:
        """Return a picture's embedding as a unit vector; None when there is none."""
        return self._vectors.get((self._key(EMBEDDING), sha)) if EMBEDDING in self.metrics else None

    # ---- calling ----

    def _measure(self, images: Sequence[TaskImage], name: str, task_id: str, note: Note) -> None:
        opened: list[Image.Image] = []
        for image in images:
            try:
                with image.open() as file:
                    opened.append(file.convert("RGB"))
            except Exception as error:
                for metric in self.metrics:
                    note(metric, image, _said(error))
                return
        for metric, own in self.metrics.items():
            if metric == EMBEDDING:
                self._embed(own, images, opened, name, note)
            elif own.per == "set":
                where = f"task {task_id[-6:]}"
                self._call(metric, name, [one.copy() for one in opened], where, note)
            else:
                for image, picture in zip(images, opened, strict=True):
                    self._call(metric, str(image.sha256), picture.copy(), image, note)

    def _call(self, metric: str, name: str, given: Any, what: TaskImage | str, note: Note) -> None:
        key = (self._key(metric), name)
        if key in self._held:
            return
        value = math.nan
        try:
            value = self.metrics[metric].number(given)
        except Exception as error:  # a picture that a function cannot take costs that number only
            note(metric, what, _said(error))
        self._held[key] = value, math.nan

    def _embed(
        self, own: Own, images: Sequence[TaskImage], opened: Sequence[Image.Image], name: str, note: Note
    ) -> None:
        from ..metrics import differences, vector

        for image, picture in zip(images, opened, strict=True):
            key = (self._key(EMBEDDING), str(image.sha256))
            if key in self._vectors:
                continue
            self._vectors[key] = None
            try:
                self._vectors[key] = vector(own(picture.copy()))
            except Exception as error:
                note(EMBEDDING, image, _said(error))
        found = [one for image in images if (one := self.vector(str(image.sha256))) is not None]
        numbers = dict.fromkeys(BETWEEN, (math.nan, math.nan))
        try:
            numbers = differences(found)
        except ValueError as error:
            note(EMBEDDING, f"the set of task {images[0].task.id[-6:]}", _said(error))
        for part, number in numbers.items():
            self._held[self._key(f"{EMBEDDING}_{part}"), name] = number

    # ---- remembering ----

    def _key(self, metric: str) -> str:
        """Return what a metric's numbers are kept under: with a version, in the ledger, too."""
        root = EMBEDDING if metric.startswith(EMBEDDING + "_") and EMBEDDING in self.metrics else metric
        own = self.metrics[root]
        return f"own:{metric}@{own.version}" if own.version else f"own:{metric}#{self._serials[root]}"

    def _names(self, per: str) -> list[str]:
        return [name for name, fact in self.facts().items() if fact.per == per]

    def _missing(self, images: Sequence[TaskImage], name: str) -> bool:
        """Whether something of a task was not asked yet; vectors do not survive a session, numbers may."""
        shas = [str(image.sha256) for image in images]
        of_set = any((self._key(metric), name) not in self._held for metric in self._names("set"))
        of_pictures = any(
            (self._key(metric), sha) not in self._held for metric in self._names("picture") for sha in shas
        )
        vectors = EMBEDDING in self.metrics and any(
            (self._key(EMBEDDING), sha) not in self._vectors for sha in shas
        )
        return of_set or of_pictures or vectors

    def _numbers(self, name: str, per: str) -> dict[str, Number]:
        nothing = (math.nan, math.nan)
        return {metric: self._held.get((self._key(metric), name), nothing) for metric in self._names(per)}

    def _recall(self, ledger: Ledger, names: Sequence[str]) -> None:
        keys = {self._key(metric) for metric in self.facts() if "@" in self._key(metric)}
        if not keys:
            return
        for (name, key, _), (value, error) in ledger.metrics(names).items():
            if key in keys:
                self._held.setdefault((key, name), (nan(value), nan(error)))

    def _keep(self, ledger: Ledger, known: Collection[tuple[str, str]]) -> None:
        """Write new numbers to the ledger; what failed is asked again in the next session."""
        ledger.put_metrics(
            (name, key, 0, float(value), null(error))
            for (key, name), (value, error) in self._held.items()
            if "@" in key and (key, name) not in known and not math.isnan(value)
        )


def _fault(name: str, function: Any, taken: Collection[str]) -> str:
    if not callable(function):
        return f"{name} needs a function, not {type(function).__name__}"
    if not name.isidentifier():
        return f"{name!r} is no name for a metric: give one, sweep.measure(name=function)"
    doubled = [column for column in (name, f"{name}_se") if column in taken]
    return f"{doubled[0]} is the name of another column" if doubled else ""


def _said(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
