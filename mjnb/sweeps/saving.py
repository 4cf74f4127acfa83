"""A sweep as a folder: tables as Parquet, pictures, figure, report, and what opens it elsewhere."""

from __future__ import annotations

import json
import math
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InvalidRequest, MediaError, MJError
from ..ledger import Judgement, Ledger
from ..params import Generate, rows
from ..tracking import Task, TaskImage
from . import report, tables
from .design import Design
from .numbers import Numbers, null

if TYPE_CHECKING:
    import polars as pl

    from ..metrics import Metric
    from ..plots import SweepFigure
    from .verdicts import Verdicts

FORMAT = 1
MANIFEST, PICTURES = "sweep.json", "pictures"
TABLES = ("cells", "images", "metrics", "ratings")
WRITTEN = {
    MANIFEST,
    PICTURES,
    "figure.png",
    "figure.html",
    "report.html",
    *(f"{name}.parquet" for name in TABLES),
}
PRIVATE = ("nonce", "session")  # of a task: they mean nothing elsewhere
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
        self.files: dict[tuple[str, int], str] = {}  # of every picture, within the folder
        self.missing: list[str] = []
        shas = {str(image.sha256) for _, image in self.images() if image.sha256}
        self.said = [one for one in ledger.ratings.standing(shas) if shas]

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
        (folder / "report.html").write_text(text, encoding="utf-8")
        (folder / MANIFEST).write_text(self._manifest(), encoding="utf-8")

    # ---- pictures ----

    def _copy_pictures(self, folder: Path) -> None:
        folder.mkdir()
        for cell, image in self.images():
            if image.state != "stored":
                continue
            name = f"{cell:04}-{image.number}{Path(image.stored).suffix}"
            try:
                shutil.copyfile(image.path, folder / name)
            except OSError as error:
                self.missing.append(f"picture {image.number} of cell {cell}: {error.strerror or error}")
            else:
                self.files[image.task.id, image.number] = name

    # ---- tables ----

    def _frames(self) -> dict[str, pl.DataFrame]:
        return {
            "cells": self._cells(),
            "images": self._images(),
            "metrics": tables.picture_frame(self.design, self.tasks, self.numbers).drop("path"),
            "ratings": self._ratings(),
        }

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
            {"cell": cell, "task": image.task.id, "file": self._file(image)}
            | {name: getattr(image, name) for name in kinds if name not in ("cell", "task", "file")}
            for cell, image in self.images()
        ]
        return frames.frame({name: [line[name] for line in lines] for name in kinds}, kinds)

    def _file(self, image: TaskImage) -> str | None:
        name = self.files.get((image.task.id, image.number))
        return f"{PICTURES}/{name}" if name else None

    def _ratings(self) -> pl.DataFrame:
        from .. import frames

        kinds = {"id": "text", "kind": "text", "picture": "integer", "task": "text", "number": "integer"}
        kinds |= {"sha256": "text", "score": "real", "best": "switch", "worst": "switch"}
        kinds |= {"rater": "text", "at": "integer"}
        lines = [_rating_line(one, place) for one in self.said for place in range(1, len(one.shown) + 1)]
        return frames.frame({name: [line[name] for line in lines] for name in kinds}, kinds)

    def _write_table(self, path: Path, frame: pl.DataFrame) -> None:
        facts = self.numbers.facts if path.stem == "metrics" else {}
        words = {name: _words(name, facts) for name in frame.columns}
        frame.write_parquet(path, metadata={"mjnb": json.dumps({"format": FORMAT, "columns": words})})

    # ---- what it takes to open it ----

    def _manifest(self) -> str:
        tasks = [
            _task_line(task) | {"cell": cell.number}
            for cell, task in zip(self.design.cells, self.tasks, strict=True)
            if task is not None
        ]
        pictures = [
            {"task": image.task.id, "number": image.number, "sha256": image.sha256, "state": image.state}
            | {"file": self.files.get((image.task.id, image.number)), "error": image.error}
            | {"width": image.width, "height": image.height, "url": image.url}
            for _, image in self.images()
        ]
        told = {
            "format": FORMAT,
            "design": json.loads(self.design.to_json()),
            "tasks": tasks,
            "pictures": pictures,
            "numbers": _numbers(self.numbers),
            "ratings": [asdict(one) for one in self.said],
        }
        return json.dumps(told, ensure_ascii=False, indent=1)


def save(
    saved: Saved, folder: str | os.PathLike[str], figure: SweepFigure | None, verdicts: Verdicts | None
) -> Path:
    """Write a sweep beside its place and move it there whole; one that was saved there before gives way.

    Raises:
        InvalidRequest: Something else is there.
        MediaError: It cannot be written.
    """
    target = Path(folder).expanduser().absolute()
    there = list(target.iterdir()) if target.is_dir() else []
    if target.exists() and (not target.is_dir() or (there and not (target / MANIFEST).is_file())):
        raise InvalidRequest(f"{target} is there and is no saved sweep", hint="Choose another folder.")
    if others := sorted(one.name for one in there if one.name not in WRITTEN):
        hint = "Choose another folder; saving again would remove what is not its own."
        raise InvalidRequest(f"{target} holds more than a saved sweep: {', '.join(others[:5])}", hint=hint)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-"))
        try:
            whole = beside / "whole"
            whole.mkdir()
            saved.write(whole, figure, verdicts)
            if target.exists():
                target.rename(beside / "old")
            whole.rename(target)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except OSError as error:
        raise MediaError(
            f"cannot write {target}: {error.strerror or error}", hint="Choose another folder."
        ) from error
    return target


def _words(column: str, facts: Mapping[str, Metric]) -> dict[str, str]:
    """Return the unit of a column, and of a metric its label and source."""
    is_error = column not in facts
    fact = facts.get(column.removesuffix("_se"))
    if fact is None:
        return {"unit": UNITS.get(column, "")}
    label = f"standard error of {fact.label}" if is_error else fact.label
    return {"unit": fact.unit, "label": label, "source": fact.source}


def _task_line(task: Task) -> dict[str, Any]:
    line = {name: value for name, value in asdict(task.entry).items() if name not in PRIVATE}
    for name in ("param_json", "server_param_json"):
        line[name] = _without_callback(line[name])
    return line


def _without_callback(text: str | None) -> str | None:
    """Return parameters without the address that callbacks come to, which is nobody else's business."""
    if text is None:
        return None
    try:
        said = json.loads(text)
    except ValueError:
        return "{}"
    if isinstance(said, dict):
        said.pop(rows(Generate)["call_back_url"].api, None)
    return json.dumps(said, ensure_ascii=False)


def _numbers(numbers: Numbers) -> dict[str, Any]:
    facts = {name: asdict(fact) for name, fact in numbers.facts.items()}
    for fact in facts.values():
        fact |= {end: fact[end] if math.isfinite(fact[end]) else None for end in ("low", "high")}
    return {
        "facts": facts,
        "pictures": {s: {n: null(v) for n, v in found.items()} for s, found in numbers.pictures.items()},
        "sets": {
            t: {n: [null(v), null(e)] for n, (v, e) in found.items()} for t, found in numbers.sets.items()
        },
    }


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
