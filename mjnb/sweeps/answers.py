"""The ratings of a saved folder: ``ratings.jsonl``, one line each, which is only ever appended to.

A line is written at once and fsynced, so that an answer that was taken is there, also when two people rate
in the same folder.  Nothing in the file is believed: every line is checked before it is anything.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..errors import InvalidRequest, LedgerError
from ..ledger import Judgement, Shown
from . import checking
from .checking import maybe, text, whole

NAME = "ratings.jsonl"
SIZES = {"single": 1, "pairs": 2, "best_worst": 4, "undo": 0}
BEST = 5  # of the scores
ID_LIMIT, NAME_LIMIT = 100, 500  # characters
AGAIN = "Take that line out, or save the sweep into another folder."


def read(folder: Path) -> list[Judgement]:
    """Return the ratings of a folder, in order of their ids, each once.

    A line that is no JSON, such as one that a power cut left half, is left out with a warning: its answer was
    never taken.

    Raises:
        InvalidRequest: One is no rating; the file is a link.
    """
    path, found, torn = folder / NAME, dict[str, Judgement](), 0
    try:
        content = checking.content(path)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise InvalidRequest(f"{path} cannot be read: {error.strerror or error}", hint=AGAIN) from None
    for number, line in enumerate(content.split(b"\n"), 1):
        try:
            said = checking.parsed(line) if line.strip() else None
        except ValueError:
            torn += 1
            continue
        try:
            if said is not None:
                one = judgement(said)
                found.setdefault(one.id, one)
        except checking.DAMAGE as error:
            raise InvalidRequest(f"line {number} of {path} is no rating: {error}", hint=AGAIN) from None
    if torn:
        warnings.warn(f"{path} has {torn} lines that cannot be read: left out", stacklevel=5)
    return [found[own_id] for own_id in sorted(found)]


def append(folder: Path, said: Iterable[Judgement]) -> None:
    """Add ratings to a folder, durable when this returns.

    Raises:
        LedgerError: They cannot be written.
    """
    path = folder / NAME
    content = "".join(f"{_line(one)}\n" for one in said).encode()
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags, 0o644)
        try:
            _write(handle, content)
        finally:
            os.close(handle)
    except OSError as error:
        hint = "Save the sweep into a folder that can be written, and rate it there."
        raise LedgerError(
            f"the rating cannot be kept: {path}: {error.strerror or error}", hint=hint
        ) from error


def _write(handle: int, content: bytes) -> None:
    """Write whole lines after whole lines, at once: what a power cut left half stays a line of its own."""
    size = os.fstat(handle).st_size
    os.lseek(handle, max(0, size - 1), os.SEEK_SET)
    ending = os.read(handle, 1)
    rest = memoryview(content if ending in (b"", b"\n") else b"\n" + content)
    while rest:
        rest = rest[os.write(handle, rest) :]
    os.fsync(handle)


def judgement(said: Any) -> Judgement:
    """Return a rating, checked: places must be among the pictures, scores within their range.

    Raises:
        ValueError: It is none; or any other of `checking.DAMAGE`.
    """
    line = checking.named(said)
    kind = checking.one_of(line["kind"], SIZES)
    shown = tuple(_shown(one) for one in checking.listed(line["shown"]))
    if len(shown) != SIZES[kind]:
        raise ValueError(f"{kind} shows {SIZES[kind]} pictures, not {len(shown)}")
    score = maybe(checking.real, line["score"], 1, BEST)
    best, worst = (maybe(whole, line[name], 1, max(1, len(shown))) for name in ("best", "worst"))
    undoes = maybe(text, line["undoes"], ID_LIMIT, 1)
    said_here = {
        "single": score is not None and best is None and worst is None,
        "pairs": score is None and worst is None,
        "best_worst": score is None and None not in (best, worst) and best != worst,
        "undo": score is None and best is None and worst is None,
    }
    if not said_here[kind] or (kind == "undo") != (undoes is not None):
        raise ValueError(f"{kind} with score {score}, best {best}, worst {worst}")
    return Judgement(
        kind,
        shown,
        score=score,
        best=best,
        worst=worst,
        undoes=undoes,
        rater=text(line["rater"], NAME_LIMIT),
        at=whole(line["at"], 1),
        id=text(line["id"], ID_LIMIT, 1),
    )


def _shown(said: Any) -> Shown:
    line = checking.named(said)
    return Shown(text(line["task"], ID_LIMIT), whole(line["number"], 1), text(line["sha256"], 64, 1))


def _line(one: Judgement) -> str:
    """Return a rating as a line of JSON, which has no line breaks; the sweep's id says nothing elsewhere."""
    said = asdict(one)
    del said["sweep"]
    return json.dumps(said, ensure_ascii=False)
