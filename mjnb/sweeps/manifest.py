"""``sweep.json``: what it takes to open a saved sweep elsewhere, written here and read here.

Reading believes nothing: names of files stay inside the folder, pictures must have the content they had,
numbers must be numbers and within range, nothing is there twice, and whatever is wrong is an InvalidRequest.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from PIL import Image

from ..errors import InvalidRequest, MediaError
from ..foreign import Foreign, file_name
from ..ledger import Entry, Judgement, Picture
from ..media import BYTE_LIMIT as PICTURE_LIMIT
from ..media import FORMATS
from ..params import TASK_TYPES, Generate, rows
from ..prompt.spans import MOST
from . import answers, checking, tables
from .checking import distinct, listed, maybe, named, number, one_of, real, text, whole
from .design import ORDERS, Design
from .numbers import Numbers
from .scores import PREFERENCE, RATING

FORMAT = 2  # 2: ratings in a file of their own
NAME, PICTURES = "sweep.json", "pictures"
MADE = "sweep.save(folder) writes one."
ACCOUNT = "saved"  # of every task in an opened sweep
STATES = ("intent", "submitted", "generating", "succeeded", "failed", "rejected", "unknown", "expired")
ID_LIMIT, WORD_LIMIT = 100, 500  # characters of ids, and of labels and the like
NUMBER_LIMIT = 100  # pictures of a task; the service makes four
ONLY_HERE = ("nonce", "session", "rev", "request_sha", "cell", "account", "payer", "parent", "parent_image")
TIMES = ("created_at", "submitted_at", "completed_at", "latency_ms")
OWN_COLUMNS = {*tables.PLACE, *tables.FILE, "error", "credits"}  # no metric and no axis is called so


@dataclass(frozen=True)
class Saved:
    """A saved sweep, checked.

    Attributes:
        design: Its cells.
        entries: Its tasks.
        pictures: Their pictures: there as they were saved, or with the reason why not.
        numbers: What was measured.
        ratings: Those of a folder of format 1, which had them here.
    """

    design: Design
    entries: list[Entry]
    pictures: list[Picture]
    numbers: Numbers
    ratings: list[Judgement]


def read(home: Path) -> Saved:
    """Return what a folder says, checked.

    Raises:
        InvalidRequest: There is no saved sweep, a damaged one, or one of a newer mjnb.
    """
    path = home / NAME
    told = _told(path)
    if (home / PICTURES).is_symlink():
        raise InvalidRequest(f"{home / PICTURES} is a link, which is not followed", hint="Copy it.")
    try:
        design = _design(named(told["design"]))
        lines = [named(line) for line in listed(told["tasks"])]
        entries = [_entry(line, design) for line in lines]
        distinct((entry.id for entry in entries), "tasks")
        distinct((entry.task_id for entry in entries if entry.task_id), "tasks of the service")
        distinct((entry.cell for entry in entries), "cells of tasks")
        known = {entry.id for entry in entries}
        pictures = [_picture(named(line), home / PICTURES, known) for line in listed(told["pictures"])]
        distinct(((one.id, one.number) for one in pictures), "pictures")
        numbers = _numbers(named(told["numbers"]), design)
        ratings = [answers.judgement(line | {"undoes": None}) for line in listed(told.get("ratings", []))]
    except InvalidRequest as error:
        raise InvalidRequest([f"{path} is damaged", *error.faults], hint="Save the sweep again.") from None
    except checking.DAMAGE as error:
        why = f"{type(error).__name__}: {str(error)[:WORD_LIMIT]}"
        raise InvalidRequest(f"{path} is damaged: {why}", hint="Save the sweep again.") from None
    return Saved(design, entries, pictures, numbers, ratings)


def _told(path: Path) -> Mapping[str, Any]:
    try:
        found = checking.parsed(checking.content(path))
    except OSError as error:
        why = error.strerror or error
        raise InvalidRequest(
            f"{path.parent} is no saved sweep: it has no {NAME} ({why})", hint=MADE
        ) from None
    except checking.DAMAGE as error:
        raise InvalidRequest(f"{path} cannot be read: {error}", hint="Save the sweep again.") from None
    made = found.get("format") if isinstance(found, dict) else None
    if not isinstance(made, int) or isinstance(made, bool) or made < 1:
        raise InvalidRequest(f"{path} is not mjnb's", hint=MADE)
    if made > FORMAT:
        shown = str(made)[:20]
        raise InvalidRequest(f"{path} has format {shown}, this mjnb knows {FORMAT}", hint="Upgrade mjnb.")
    return dict(found)


# ---- the design ----


def _design(spec: Mapping[str, Any]) -> Design:
    """Return the design, after holding that laying it out is no work without end."""
    axes = {text(name, WORD_LIMIT, 1): listed(values) for name, values in named(spec["axes"]).items()}
    if clash := OWN_COLUMNS.intersection(axes):
        raise ValueError(f"an axis is called {min(clash)}")
    for name, values in axes.items():
        distinct(map(_typed, values), "values of an axis")
        if name not in rows(Generate) and not all(isinstance(value, str) for value in values):
            raise ValueError(f"{name} has values that are no text")
    points = spec.get("points")
    count = math.prod(map(len, axes.values())) if points is None else len(listed(points))
    if count * whole(spec["repeat"], 1, MOST) > MOST:
        raise ValueError(f"it has more than {MOST:,} cells")
    known = [set(map(_typed, values)) for values in axes.values()]
    for point in points or ():
        if any(_typed(value) not in there for value, there in zip(listed(point), known, strict=True)):
            raise ValueError(f"a cell stands outside the axes: {str(point)[:WORD_LIMIT]}")
    text(spec["prompt"])
    how = named(spec.get("how", {}))
    one_of(how.get("order", "listed"), ORDERS)
    maybe(whole, how.get("seed"), -checking.WHOLE_LIMIT)
    maybe(whole, how.get("n"), 0, MOST)
    named(how.get("around", {}))
    for values in named(how.get("between", {})).values():
        listed(values)
    return Design.from_json(json.dumps(spec))


def _typed(value: Any) -> tuple[type, Any]:
    """Return a value that differs from others of another type: 1 is not true."""
    return type(value), value


# ---- tasks and pictures ----


def _entry(line: Mapping[str, Any], design: Design) -> Entry:
    """Return a task as a row; the request's hash is that of its cell as this mjnb reckons it."""
    cell = design.cells[whole(line["cell"], 0, len(design.cells) - 1)]
    own_id = text(line["id"], ID_LIMIT, 1)
    texts = {one.name for one in fields(Entry)} - {*ONLY_HERE, *TIMES, "credits"}
    known: dict[str, Any] = {name: maybe(text, line.get(name)) for name in texts}
    known |= {name: maybe(whole, line.get(name)) for name in TIMES}
    known |= {
        "id": own_id,
        "task_id": maybe(text, line.get("task_id"), WORD_LIMIT, 1),
        "state": one_of(line["state"], STATES),
        "task_type": one_of(line["task_type"], TASK_TYPES),
        "param_json": _object(line["param_json"]),
        "server_param_json": maybe(_object, line.get("server_param_json")),
        "param_diff": maybe(_object, line.get("param_diff")),
        "base_url": text(line["base_url"], WORD_LIMIT),
        "created_at": whole(line["created_at"]),
        "credits": maybe(real, line.get("credits"), 0, 1e9),
        "request_sha": cell.sha,
        "cell": cell.number,
        "account": ACCOUNT,
        "payer": ACCOUNT,
        "nonce": own_id,
        "session": "saved",
        "rev": 0,
    }
    return Entry(**known, parent=None, parent_image=None)


def _object(value: Any) -> str:
    """Return a text that is a JSON object."""
    named(checking.parsed(text(value)))
    return str(value)


def _picture(line: Mapping[str, Any], folder: Path, tasks: set[str]) -> Picture:
    """Return a picture that is there as it was saved, or with the reason why not."""
    own_id, place = text(line["task"], ID_LIMIT), whole(line["number"], 1, NUMBER_LIMIT)
    if own_id not in tasks:
        raise ValueError(f"a picture of task {own_id}, which is none")
    facts: dict[str, Any] = {"id": own_id, "number": place, "url": text(line["url"])}
    error, name = maybe(text, line["error"]), maybe(text, line["file"], WORD_LIMIT)
    if text(line["state"]) != "stored" or name is None:
        return Picture(**facts, state="error", error=error or "it was not here when saved")
    sha = text(line["sha256"], 64, 1)
    try:
        width, height = _checked(name, maybe(text, line.get("file_sha256"), 64, 1) or sha, folder)
    except (MediaError, InvalidRequest, OSError, ValueError) as fault:
        return Picture(**facts, state="error", error=f"{name}: {fault}".splitlines()[0])
    return Picture(**facts, state="stored", sha256=sha, path=name, width=width, height=height)


def _checked(name: str, sha: str, folder: Path) -> tuple[int, int]:
    """Return the size of a picture in pixels, 0 of a video."""
    try:
        path = folder / file_name(name)
    except Foreign as fault:
        raise MediaError(f"its name {fault}") from None
    if path.is_symlink() or hashlib.sha256(checking.content(path, PICTURE_LIMIT)).hexdigest() != sha:
        raise MediaError("it is not what was saved")
    if path.suffix == ".mp4":
        return 0, 0
    try:
        with Image.open(path, formats=list(FORMATS)) as picture:
            return picture.size
    except (SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise MediaError(f"it is no picture: {error}") from None


# ---- numbers ----


def _numbers(line: Mapping[str, Any], design: Design) -> Numbers:
    """Return saved numbers; ratings are reckoned anew from what was said."""
    from ..metrics import METRICS, Metric

    facts: dict[str, Metric] = {}
    for name, said in _kept(line["facts"]).items():
        fact = named(said)
        per = one_of(fact["per"], ("picture", "set"))
        known = METRICS.get(name)
        if not name.isidentifier() or name in OWN_COLUMNS or name in design.axes:
            raise ValueError(f"{name!r} is no name of a metric")
        if known is not None and known.per != per:
            raise ValueError(f"{name} is a number per {known.per}")
        low, high = maybe(real, fact["low"]), maybe(real, fact["high"])
        facts[name] = Metric(
            name,
            text(fact["label"], WORD_LIMIT),
            text(fact["unit"], WORD_LIMIT),
            -math.inf if low is None else low,
            math.inf if high is None else high,
            whole(fact["version"]),
            text(fact["source"], WORD_LIMIT),
            "set" if per == "set" else "picture",
        )
    pictures = {
        text(sha, 64): _found(found, facts, "picture") for sha, found in named(line["pictures"]).items()
    }
    sets = {text(own, ID_LIMIT): _found(found, facts, "set") for own, found in named(line["sets"]).items()}
    return Numbers(
        {sha: {name: number(value) for name, value in found.items()} for sha, found in pictures.items()},
        {own: {name: _pair(value) for name, value in found.items()} for own, found in sets.items()},
        facts,
    )


def _kept(found: Any) -> dict[str, Any]:
    return {
        text(n, WORD_LIMIT, 1): value for n, value in named(found).items() if n not in (RATING, PREFERENCE)
    }


def _found(found: Any, facts: Mapping[str, Any], per: str) -> dict[str, Any]:
    kept = _kept(found)
    if strange := [name for name in kept if name not in facts or facts[name].per != per]:
        raise ValueError(f"{strange[0]} is no metric per {per}")
    return kept


def _pair(value: Any) -> tuple[float, float]:
    one, error = listed(value)
    return number(one), number(error)
