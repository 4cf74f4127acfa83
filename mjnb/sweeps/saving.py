"""A sweep as a folder: tables as Parquet, pictures, figure, report, ratings, and what opens it elsewhere."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InvalidRequest, MediaError, MJError
from ..ledger import Judgement, Ledger
from ..ledger.ratings import about, standing
from ..media import bare
from ..tracking import Task, TaskImage
from . import answers, parquet, private, report, tables
from .design import Design
from .manifest import FORMAT, PICTURES
from .manifest import NAME as MANIFEST
from .manifest_writing import Copied, manifest
from .numbers import Numbers

if TYPE_CHECKING:
    import polars as pl

    from ..metrics import Metric
    from ..plots import SweepFigure
    from .verdicts import Verdicts

TABLES = ("cells", "images", "metrics", "ratings")
WRITTEN = {
    MANIFEST,
    PICTURES,
    answers.NAME,
    "figure.png",
    "figure.html",
    "report.html",
    *(f"{name}.parquet" for name in TABLES),
}
UNITS = {"credits": "credits", "at": "ms since 1970-01-01 UTC", "width": "pixels", "height": "pixels"}


class Saved:
    """What is to be written.

    Args:
        design, tasks, numbers: The sweep.
        ledger: Where the ratings are.
    """

    def __init__(
        self, design: Design, tasks: Sequence[Task | None], numbers: Numbers, ledger: Ledger
    ) -> None:
        self.design, self.tasks, self.numbers = design, tasks, numbers
        self.files: dict[tuple[str, int], Copied] = {}  # of every picture, within the folder
        self.missing: list[str] = []
        self.secrets = private.secrets(design, tasks)
        self.history = ledger.ratings.about(pictures_of(tasks))
        self.said = standing(self.history)

    def images(self) -> list[tuple[int, TaskImage]]:
        """Return every picture with its cell's number."""
        pairs = zip(self.design.cells, self.tasks, strict=True)
        return [(cell.number, image) for cell, task in pairs if task for image in task.images]

    def write(self, folder: Path, figure: SweepFigure | None, verdicts: Verdicts | None) -> None:
        """Write everything into an empty folder."""
        self._copy_pictures(folder / PICTURES)
        for name, frame in self._frames().items():
            self._write_table(folder / f"{name}.parquet", frame)
        if figure is not None:
            figure.save(folder / "figure.png", scale=2)
            figure.save(folder / "figure.html")
        text = report.page(self.design, self.tasks, self.numbers, figure, verdicts, self.said, self.missing)
        (folder / "report.html").write_text(private.hide(text, self.secrets), encoding="utf-8")
        told = manifest(self.design, self.tasks, self.files, self.numbers, self.secrets)
        (folder / MANIFEST).write_text(told, encoding="utf-8")
        answers.append(folder, self.history)

    # ---- pictures ----

    def _copy_pictures(self, folder: Path) -> None:
        folder.mkdir()
        for cell, image in self.images():
            if image.state != "stored":
                continue
            name = f"{cell:04}-{image.number}{Path(image.stored).suffix}"
            try:
                self.files[image.task.id, image.number] = self._copy(image, folder, name)
            except (OSError, MediaError) as error:
                why = error.message if isinstance(error, MJError) else error.strerror or error
                self.missing.append(f"picture {image.number} of cell {cell}: {why}")

    def _copy(self, image: TaskImage, folder: Path, name: str) -> Copied:
        """Copy a picture; a note in it that tells a callback address, as older ones do, is left out."""
        if not self.secrets or not private.holds(content := image.path.read_bytes(), self.secrets):
            shutil.copyfile(image.path, folder / name)
            return Copied(name)
        content = bare(content)
        if private.holds(content, self.secrets):
            raise MediaError("the file tells a callback address")
        (folder / name).write_bytes(content)
        return Copied(name, hashlib.sha256(content).hexdigest())

    # ---- tables ----

    def _frames(self) -> dict[str, pl.DataFrame]:
        return {
            "cells": self._cells(),
            "images": self._images(),
            "metrics": self._metrics(),
            "ratings": self._ratings(),
        }

    def _metrics(self) -> pl.DataFrame:
        from .. import frames

        found = tables.picture_frame(self.design, self.tasks, self.numbers).drop("path")
        told = [self._public(error) for error in found["error"]]
        return found.with_columns(frames.frame({"error": told}, {"error": "text"})["error"])

    def _public(self, error: str | None) -> str | None:
        return private.hide(error, self.secrets) if error else None

    def _cells(self) -> pl.DataFrame:
        entries = [task.entry if task else None for task in self.tasks]
        columns: dict[str, list[Any]] = {
            "state": [entry.state if entry else "to pay" for entry in entries],
            "credits": [entry.credits if entry else None for entry in entries],
            "task": [entry.id if entry else None for entry in entries],
        }
        return tables.cell_frame(self.design, columns)

    def _images(self) -> pl.DataFrame:
        from .. import frames

        kinds = {"cell": "integer", "task": "text", "number": "integer", "state": "text", "sha256": "text"}
        kinds |= {"file": "text", "width": "integer", "height": "integer", "url": "text", "error": "text"}
        lines = [
            {name: getattr(image, name) for name in kinds if name not in ("cell", "task", "file")}
            | {"cell": cell, "task": image.task.id, "file": self._file(image)}
            | {"error": self._public(image.error)}
            for cell, image in self.images()
        ]
        return frames.frame({name: [line[name] for line in lines] for name in kinds}, kinds)

    def _file(self, image: TaskImage) -> str | None:
        copied = self.files.get((image.task.id, image.number))
        return f"{PICTURES}/{copied.name}" if copied else None

    def _ratings(self) -> pl.DataFrame:
        from .. import frames

        kinds = {"id": "text", "kind": "text", "picture": "integer", "task": "text", "number": "integer"}
        kinds |= {"sha256": "text", "score": "real", "best": "switch", "worst": "switch"}
        kinds |= {"rater": "text", "at": "integer"}
        lines = [_rating_line(one, place) for one in self.said for place in range(1, len(one.shown) + 1)]
        return frames.frame({name: [line[name] for line in lines] for name in kinds}, kinds)

    def _write_table(self, path: Path, frame: pl.DataFrame) -> None:
        facts = self.numbers.facts if path.stem == "metrics" else {}
        parquet.write(path, frame, {name: _words(name, facts) for name in frame.columns}, format=FORMAT)


def pictures_of(tasks: Sequence[Task | None]) -> set[str]:
    """Return the hashes of the pictures of tasks."""
    return {str(image.sha256) for task in tasks if task for image in task.images if image.sha256}


def take_ratings(folder: str | os.PathLike[str], tasks: Sequence[Task | None], ledger: Ledger) -> Path:
    """Bring ratings that were made in a folder, by whomever, into the ledger, before the folder gives way.

    Args:
        folder: Where a sweep is about to be saved.
        tasks: The sweep's.
        ledger: Where its ratings are.

    Returns:
        The folder's whole path.

    Raises:
        InvalidRequest: Something else is there, or ratings of other pictures.
    """
    target = _place(folder)
    there = list(target.iterdir()) if target.is_dir() else []
    if target.exists() and (not target.is_dir() or (there and not (target / MANIFEST).is_file())):
        raise InvalidRequest(f"{target} is there and is no saved sweep", hint="Choose another folder.")
    if others := sorted(one.name for one in there if one.name not in WRITTEN):
        hint = "Choose another folder; saving again would remove what is not its own."
        raise InvalidRequest(f"{target} holds more than a saved sweep: {', '.join(others[:5])}", hint=hint)
    said = answers.read(target)
    ours = about(said, pictures_of(tasks))
    if others := [one.id for one in said if one not in ours and one.kind != "undo"]:
        hint = f"Choose another folder; {target / answers.NAME} would be lost."
        raise InvalidRequest(f"{target} holds {len(others)} ratings of other pictures", hint=hint)
    ledger.ratings.take_in(ours)
    return target


def _place(folder: str | os.PathLike[str]) -> Path:
    """Return a folder's whole path; of a link, that of the folder which it leads to."""
    try:
        found = Path(folder).expanduser().absolute()
        found = found.resolve() if found.is_symlink() else found
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            found.lstat()  # a name that no folder can have is told here
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        raise MediaError(f"cannot write {folder!r:.200}: {error}", hint="Choose another folder.") from None
    return found


def save(saved: Saved, target: Path, figure: SweepFigure | None, verdicts: Verdicts | None) -> Path:
    """Write a sweep beside its place and move it there whole; one that was saved there before gives way.

    Args:
        saved: The sweep.
        target: As `take_ratings` returned it.
        figure, verdicts: What there is of them.

    Raises:
        MediaError: It cannot be written.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-"))
        try:
            whole = beside / "whole"
            whole.mkdir()
            saved.write(whole, figure, verdicts)
            _swap(whole, target, beside / "old")
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except OSError as error:
        raise MediaError(
            f"cannot write {target}: {error.strerror or error}", hint="Choose another folder."
        ) from error
    return target


def _swap(whole: Path, target: Path, old: Path) -> None:
    """Put a folder in another's place; one that cannot go there leaves the other where it was."""
    if not target.exists():
        whole.rename(target)
        return
    target.rename(old)
    try:
        known = {one.id for one in answers.read(whole)}
        late = [one for one in answers.read(old) if one.id not in known]  # rated while it was written
        if late:
            answers.append(whole, late)
        whole.rename(target)
    except BaseException:
        old.rename(target)
        raise


def _words(column: str, facts: Mapping[str, Metric]) -> dict[str, str]:
    """Return the unit of a column, and of a metric its label and source."""
    is_error = column not in facts
    fact = facts.get(column.removesuffix("_se"))
    if fact is None:
        return {"unit": UNITS.get(column, "")}
    label = f"standard error of {fact.label}" if is_error else fact.label
    return {"unit": fact.unit, "label": label, "source": fact.source}


def _rating_line(one: Judgement, place: int) -> Mapping[str, Any]:
    shown = one.shown[place - 1]
    chosen = one.kind != "single"
    return {
        "id": one.id,
        "kind": one.kind,
        "picture": place,
        "task": shown.task,
        "number": shown.number,
        "sha256": shown.sha256,
        "score": one.score,
        "best": one.best == place if chosen else None,
        "worst": (one.worst == place if one.kind == "best_worst" else None),
        "rater": one.rater,
        "at": one.at,
    }


def drawn(draw: Callable[[], SweepFigure]) -> SweepFigure | None:
    """Return a figure, or none where there is nothing to draw."""
    try:
        return draw()
    except MJError:
        return None
