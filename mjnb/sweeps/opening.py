"""Opening a sweep that was saved as a folder: to look at, to measure, to rate; never to pay.

The folder gets a ledger of its own (``ledger.db``), where ratings go; what it says is not believed: names of
files stay inside, pictures must have the content they had, numbers must be numbers.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import math
import os
import shutil
import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from PIL import Image

from ..client import Client
from ..errors import BudgetExceeded, InvalidRequest, LedgerError, MediaError
from ..ledger import Entry, Intent, Judgement, Ledger, Picture, Shown
from ..loop import the_loop
from ..media import FORMATS, Store
from ..tracking import Task, Tracker
from ..tracking.budget import Budget
from .design import Design
from .numbers import Numbers, nan
from .saving import FORMAT, MANIFEST, PICTURES
from .scores import PREFERENCE, RATING

BYTE_LIMIT = 256 * 1024 * 1024  # of sweep.json
NOWHERE = "http://saved.invalid"
SAID = "this sweep was opened from a folder: it can be looked at and rated, not paid for"
INSTEAD = "mj.sweep(…) lays it out again in a session, which can pay."


class Nothing(Budget):
    """A budget of which nothing may be spent."""

    def check(self, credits: float) -> None:
        """Refuse whatever costs something."""
        if credits > 0:
            raise BudgetExceeded(SAID, hint=INSTEAD)


class Shelf(Tracker):
    """The tracker of a sweep from a folder: it has everything and sends nothing."""

    async def send(self, intent: Intent) -> Task:
        """Refuse.

        Raises:
            BudgetExceeded: Always.
        """
        raise BudgetExceeded(SAID, hint=INSTEAD)


def open_saved(folder: str | os.PathLike[str]) -> tuple[Design, Shelf, Numbers]:
    """Return a saved sweep's design, a tracker that knows its tasks, and its numbers.

    Raises:
        InvalidRequest: There is no saved sweep, or one of a newer mjnb.
    """
    home = Path(folder).expanduser().absolute()
    saved = _read(home / MANIFEST)
    try:
        design = Design.from_json(json.dumps(saved["design"]))
        entries = [_entry(line, design) for line in saved["tasks"]]
        pictures = [_picture(line, home / PICTURES) for line in saved["pictures"]]
        numbers = _numbers(saved["numbers"])
        said = [_judgement(line) for line in saved["ratings"]]
    except InvalidRequest:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise InvalidRequest(
            f"{home / MANIFEST} is damaged: {type(error).__name__}: {error}", hint="Save the sweep again."
        ) from None
    ledger = _ledger(home)
    ledger.take_in(entries, [one for one in pictures if one.id in {entry.id for entry in entries}])
    for one in said:
        ledger.ratings.add(one)
    account = entries[0].account if entries else ""
    shelf = Shelf(Client(NOWHERE, ""), ledger, Store(home / PICTURES), the_loop(), account)
    shelf.budget = Nothing()
    atexit.register(close, shelf)
    return design, shelf, numbers


def close(shelf: Tracker) -> None:
    """Close what opening opened; a second time does nothing."""
    if isinstance(shelf, Shelf) and not shelf.closed:
        the_loop().run(shelf.close(), timeout=10)
        shelf.ledger.close()


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > BYTE_LIMIT:
            raise InvalidRequest(f"{path} is too large for a sweep")
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise InvalidRequest(f"{path.parent} is no saved sweep: it has no {MANIFEST}", hint="") from None
    except ValueError as error:
        raise InvalidRequest(f"{path} cannot be read: {error}", hint="Save the sweep again.") from None
    if not isinstance(found, dict) or not isinstance(found.get("format"), int):
        raise InvalidRequest(f"{path} is not mjnb's", hint="sweep.save(folder) writes one.")
    if found["format"] > FORMAT:
        raise InvalidRequest(
            f"{path} has format {found['format']}, this mjnb knows {FORMAT}", hint="Upgrade mjnb."
        )
    return found


def _ledger(home: Path) -> Ledger:
    """Return the ledger of the folder; where it cannot be written, one that lasts until the program ends."""
    try:
        return Ledger(f"sqlite:///{home / 'ledger.db'}")
    except LedgerError as error:
        warnings.warn(f"{error.message}: ratings will not be kept; copy the folder first", stacklevel=4)
        there = Path(tempfile.mkdtemp(prefix="mjnb-"))
        atexit.register(shutil.rmtree, there, ignore_errors=True)
        return Ledger(f"sqlite:///{there / 'ledger.db'}")


def _entry(line: Mapping[str, Any], design: Design) -> Entry:
    """Return a task as a row; the request's hash is that of its cell as this mjnb reckons it."""
    known = {one.name: line.get(one.name) for one in fields(Entry)}
    cell = design.cells[int(line["cell"])]
    known |= {"request_sha": cell.sha, "nonce": str(line["id"]), "session": "saved", "rev": 0}
    known |= {
        "parent": None,
        "parent_image": None,
        "cell": cell.number,
        "param_json": str(line["param_json"]),
    }
    return Entry(**known)  # type: ignore[arg-type]


def _picture(line: Mapping[str, Any], folder: Path) -> Picture:
    """Return a picture that is there as it was saved, or with the reason why not."""
    facts: dict[str, Any] = {"id": str(line["task"]), "number": int(line["number"]), "url": str(line["url"])}
    if line["state"] != "stored" or line["file"] is None:
        return Picture(**facts, state="error", error=str(line["error"] or "it was not here when saved"))
    try:
        width, height = _checked(str(line["file"]), str(line["sha256"]), folder)
    except (MediaError, OSError) as error:
        return Picture(**facts, state="error", error=f"{line['file']}: {error}".splitlines()[0])
    return Picture(
        **facts,
        state="stored",
        sha256=str(line["sha256"]),
        path=str(line["file"]),
        width=width,
        height=height,
    )


def _checked(name: str, sha: str, folder: Path) -> tuple[int, int]:
    if Path(name).name != name or name in ("", ".", ".."):
        raise MediaError("no name of a file")
    path = folder / name
    if path.is_symlink() or hashlib.sha256(path.read_bytes()).hexdigest() != sha:
        raise MediaError("it is not what was saved")
    if path.suffix == ".mp4":
        return 0, 0
    try:
        with Image.open(path, formats=list(FORMATS)) as picture:
            return picture.size
    except (SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise MediaError(f"it is no picture: {error}") from None


def _numbers(line: Mapping[str, Any]) -> Numbers:
    """Return saved numbers; ratings are reckoned anew from what was said."""
    from ..metrics import Metric

    def kept(found: Mapping[str, Any]) -> list[tuple[str, Any]]:
        return [(str(n), v) for n, v in found.items() if n not in (RATING, PREFERENCE)]

    facts = {}
    for name, fact in kept(line["facts"]):
        low, high = fact["low"], fact["high"]
        facts[str(name)] = Metric(
            str(name),
            str(fact["label"]),
            str(fact["unit"]),
            -math.inf if low is None else float(low),
            math.inf if high is None else float(high),
            int(fact["version"]),
            str(fact["source"]),
            "set" if fact["per"] == "set" else "picture",
        )
    return Numbers(
        {sha: {n: _float(v) for n, v in kept(found)} for sha, found in line["pictures"].items()},
        {t: {n: (_float(v), _float(e)) for n, (v, e) in kept(found)} for t, found in line["sets"].items()},
        facts,
    )


def _float(value: Any) -> float:
    return nan(None if value is None else float(value))


def _judgement(line: Mapping[str, Any]) -> Judgement:
    """Return a rating, checked: places must be among the pictures, scores numbers."""
    shown = tuple(Shown(str(one["task"]), int(one["number"]), str(one["sha256"])) for one in line["shown"])
    kind, best, worst, score = line["kind"], line["best"], line["worst"], line["score"]
    places = [place for place in (best, worst) if place is not None]
    sizes = {"single": 1, "pairs": 2, "best_worst": 4}
    if sizes.get(kind) != len(shown) or any(place not in range(1, len(shown) + 1) for place in places):
        raise ValueError("a rating of no pictures")
    return Judgement(
        kind,
        shown,
        score=None if score is None else float(score),
        best=best,
        worst=worst,
        sweep=None,
        rater=str(line["rater"]),
        at=int(line["at"]),
        id=str(line["id"]),
    )
