"""A design: which cells a sweep has, in which order they are run, and all of it as one line of JSON."""

from __future__ import annotations

import itertools
import json
import math
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import InvalidRequest
from ..identity import request_sha
from ..params import Generate, rows
from ..prompt import build
from ..prompt.spans import MOST

FAULTS_SHOWN = 20
ORDERS = ("random", "listed")
NO_OTHER = "spaces make no other prompt"  # nor do the two spellings of an é
SLOT = re.compile(r"\{\s*([^\W\d]\w*)\s*\}")  # {subject} in a prompt


@dataclass(frozen=True)
class CellSpec:
    """One cell: where it stands, which repetition it is, and what is sent for it."""

    number: int
    at: tuple[Any, ...]
    repeat: int
    request: Generate
    sha: str


@dataclass(frozen=True)
class How:
    """How the cells were chosen, and what it takes to choose more of them alike.

    Attributes:
        kind: ``grid``, ``latin``, ``sobol``, ``one-at-a-time`` or ``cells`` (made by hand).
        repeat: Tasks per combination of values.
        seed: Of the samples and of the run order.
        order: ``random`` or ``listed``.
        speed: Used where a speed is needed and none is said.
        n: Samples that were asked for.
        around: The centre, by axis.
        between: What may be sampled, by axis.
    """

    kind: str = "grid"
    repeat: int = 1
    seed: int = 0
    order: str = "random"
    speed: str = "fast"
    n: int | None = None
    around: Mapping[str, Any] = field(default_factory=dict)
    between: Mapping[str, Sequence[Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Design:
    """A sweep before anything is paid.

    Attributes:
        prompt: As it was typed.
        axes: Distinct values by axis name, in display order; ``prompt`` is an axis when the text has
            permutations, and a name that stands in braces in the prompt is one of its own.
        fixed: What every cell shares.
        repeat: Tasks per combination of values.
        cells: All of them; in a grid with the last axis fastest.
        run_order: The numbers of the cells in the order in which they are sent.
        how: How the cells were chosen.
    """

    prompt: str
    axes: Mapping[str, tuple[Any, ...]]
    fixed: Mapping[str, Any]
    repeat: int
    cells: tuple[CellSpec, ...]
    run_order: tuple[int, ...]
    how: How

    @property
    def kinds(self) -> dict[str, str]:
        """What the values of every axis are: ``integer``, ``real``, ``choice``, ``switch``, ``text``."""
        table = rows(Generate)
        return {
            name: table[name].domain.kind if name in table else _kind(values)
            for name, values in self.axes.items()
        }

    @property
    def points(self) -> tuple[tuple[Any, ...], ...]:
        """The combinations of values, once each, in cell order."""
        return tuple(cell.at for cell in self.cells if cell.repeat == 1)

    @property
    def title(self) -> str:
        """The prompt that all cells share, else the text that stands for all of them."""
        prompts = {cell.request.prompt for cell in self.cells}
        return prompts.pop() if len(prompts) == 1 else self.prompt

    def to_json(self) -> str:
        """Return what is needed to make the same design again, seed and run order included."""
        how = {name: value for name, value in vars(self.how).items() if name != "repeat"}
        spec = {
            "prompt": self.prompt,
            "axes": dict(self.axes),
            "fixed": dict(self.fixed),
            "repeat": self.repeat,
            "how": how,
            "points": None if self.how.kind == "grid" else self.points,
            "run_order": self.run_order,
        }
        return json.dumps(spec, ensure_ascii=False)

    @staticmethod
    def from_json(text: str) -> Design:
        """Make a design again from what `to_json` returned.

        Args:
            text: JSON; that of an mjnb without seeds is read, too, as a grid in listed order.

        Raises:
            InvalidRequest: It is no design, or one whose values this mjnb does not know.
        """
        try:
            spec = json.loads(text)
            axes = {name: tuple(clean(name, v) for v in found) for name, found in spec["axes"].items()}
            fixed = {name: tuple(v) if isinstance(v, list) else v for name, v in spec["fixed"].items()}
            how = _how(spec["repeat"], spec.get("how", {"order": "listed"}))
            if not spec.get("points"):
                check_size(math.prod(map(len, axes.values())), how.repeat)
            points = [tuple(point) for point in spec.get("points") or itertools.product(*axes.values())]
            if wrong := [point for point in points if len(point) != len(axes)]:
                raise ValueError(f"{wrong[0]!r} has no value for each axis")
            run_order = tuple(map(int, spec["run_order"])) if "run_order" in spec else None
            prompt = str(spec["prompt"])
        except InvalidRequest:
            raise
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InvalidRequest(f"this is no design: {type(error).__name__}: {error}") from None
        return lay_out(prompt, axes, fixed, points, how, run_order)


def lay_out(
    prompt: str,
    axes: Mapping[str, tuple[Any, ...]],
    fixed: Mapping[str, Any],
    points: Sequence[tuple[Any, ...]],
    how: How,
    run_order: tuple[int, ...] | None = None,
) -> Design:
    """Return the design with these combinations of values, every cell checked.

    Args:
        prompt: As it was typed.
        axes: Distinct values by axis.
        fixed: What all cells share.
        points: One value per axis each; None is not said.
        how: How they were chosen.
        run_order: As recorded; None: made from the seed.

    Raises:
        InvalidRequest: With the faults of the cells, also two that would pay for the same.
    """
    check_size(len(points), how.repeat)
    cells = tuple(_cells(axes, fixed, points, how))
    order = _run_order(len(cells), how) if run_order is None else run_order
    if sorted(order) != list(range(len(cells))):
        raise InvalidRequest("the recorded run order is not one of these cells")
    return Design(prompt, axes, fixed, how.repeat, cells, order, how)


def check_size(points: int, repeat: int) -> None:
    """Refuse a sweep of more than `MOST` cells.

    Raises:
        InvalidRequest: With how many there would be.
    """
    if points * repeat > MOST:
        times = f" ({points:,} x {repeat:,} repeats)" if repeat > 1 else ""
        hint = "Fewer values, or design='sobol' with n=… samples of them."
        raise InvalidRequest(
            f"this sweep has {points * repeat:,} cells{times}, {MOST:,} are allowed", hint=hint
        )


def clean(name: str, value: Any) -> Any:
    """Return a parameter's value as it will be sent; one that is wrong is told of with its cell."""
    table = rows(Generate)
    try:
        return table[name].domain.read(value) if name in table and value is not None else value
    except ValueError:
        return value


def told(faults: Iterable[str], *, hint: str = "") -> InvalidRequest:
    """Return the error that tells of faults, each once, and of so many that they can be read."""
    once = list(dict.fromkeys(faults))
    more = [f"… and {len(once) - FAULTS_SHOWN:,} more"] if len(once) > FAULTS_SHOWN else []
    return InvalidRequest([*once[:FAULTS_SHOWN], *more], hint=hint)


def filled(text: str, values: Mapping[str, Any]) -> str:
    """Return a prompt with the values of its slots in place of their names; nothing is filled twice."""
    return SLOT.sub(lambda slot: str(values[slot[1]]) if slot[1] in values else slot[0], text)


def _kind(values: Iterable[Any]) -> str:
    """Return what the values of a part of the prompt are: numbers when all are, else texts."""
    kinds = {type(value) for value in values}
    return "integer" if kinds == {int} else "real" if kinds <= {int, float} else "text"


def _how(repeat: int, said: Mapping[str, Any]) -> How:
    between = {name: tuple(values) for name, values in said.get("between", {}).items()}
    if not isinstance(repeat, int) or isinstance(repeat, bool) or repeat < 1:
        raise ValueError(f"repeat is {repeat!r}")
    return How(**{**said, "repeat": repeat, "between": between})


# ---- cells ------------------------------------------------------------------------------------------


def _cells(
    axes: Mapping[str, Any], fixed: Mapping[str, Any], points: Sequence[tuple[Any, ...]], how: How
) -> list[CellSpec]:
    faults: dict[str, None] = {}
    cells: list[CellSpec] = []
    first: dict[str, tuple[tuple[Any, ...], str]] = {}
    for at in points:
        try:
            request = _request({**fixed, **dict(zip(axes, at, strict=True))}, how.speed)
        except InvalidRequest as error:
            faults |= dict.fromkeys(error.faults)
            continue
        sha = request_sha(request)
        other, its_prompt = first.setdefault(sha, (at, request.prompt))
        if other is not at:
            twins = f"{_words(axes, other)} and {_words(axes, at)}"
            spelled = "" if its_prompt == request.prompt else f"; {NO_OTHER}"
            faults[f"two cells ask for the same: {twins}{spelled}; repeat=2 pays a cell twice"] = None
        cells += [CellSpec(len(cells) + k, at, k + 1, request, sha) for k in range(how.repeat)]
    if faults:
        raise told(faults)
    return cells


def _request(said: Mapping[str, Any], speed: str) -> Generate:
    table = rows(Generate)
    slots = {name: value for name, value in said.items() if name not in table}
    known = {name: value for name, value in said.items() if value is not None and name not in slots}
    if slots and "prompt" in known:
        known["prompt"] = filled(known["prompt"], slots).strip()
    return build(known, speed=speed)


def _words(axes: Iterable[str], at: Iterable[Any]) -> str:
    said = ", ".join(f"{name} {value}" for name, value in zip(axes, at, strict=True) if value is not None)
    return f"({said or 'nothing said'})"


def _run_order(count: int, how: How) -> tuple[int, ...]:
    order = list(range(count))
    if how.order == "random":
        random.Random(how.seed).shuffle(order)
    return tuple(order)
