"""Which cells a sweep has: every combination of the values on its axes, each so many times."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import InvalidRequest, PromptError
from ..ledger import request_sha
from ..params import Domain, Generate, rows
from ..prompt import Prompt, build, expand, read

SWEEPABLE = ("integer", "choice", "switch")


@dataclass(frozen=True)
class CellSpec:
    """One cell: where it stands, which repetition it is, and what is sent for it."""

    number: int
    at: tuple[Any, ...]
    repeat: int
    request: Generate
    sha: str


@dataclass(frozen=True)
class Design:
    """A sweep before anything is paid.

    Attributes:
        prompt: As it was typed.
        axes: Values by axis name, in display order; ``prompt`` is an axis when the text has permutations.
        fixed: What every cell shares.
        repeat: Tasks per combination of values.
        cells: All of them, the last axis fastest.
    """

    prompt: str
    axes: Mapping[str, tuple[Any, ...]]
    fixed: Mapping[str, Any]
    repeat: int
    cells: tuple[CellSpec, ...]

    def to_json(self) -> str:
        """Return what is needed to make the same design again."""
        spec = {
            "prompt": self.prompt,
            "axes": dict(self.axes),
            "fixed": dict(self.fixed),
            "repeat": self.repeat,
        }
        return json.dumps(spec, ensure_ascii=False)


def design(prompt: str, params: Mapping[str, Any], *, repeat: int = 1, speed: str = "fast") -> Design:
    """Return the full grid over every parameter that was given several values.

    Args:
        prompt: Midjourney text; each permutation of ``{a, b}`` is a value of the axis ``prompt``.
        params: One value, or several in a list, tuple, range or array, by parameter name.
        repeat: Tasks per combination; the service has no seed, so two of them differ.
        speed: Used where a speed is needed and none is said.

    Raises:
        InvalidRequest: With every fault of every cell; nothing was sent.
    """
    faults = _axis_faults(params, repeat)
    if faults:
        raise InvalidRequest(faults)
    lines = [read(line) for line in expand(prompt)]
    typed_axes, typed = _axes_of(lines)
    said_axes = {name: tuple(_values(value)) for name, value in params.items() if _is_axis(value)}
    said = {name: value for name, value in params.items() if not _is_axis(value) and value is not None}
    if doubled := sorted({*typed_axes, *typed} & {*said_axes, *said}):
        raise InvalidRequest([f"{name} is given twice: in the text and beside it" for name in doubled])
    axes, fixed = {**typed_axes, **said_axes}, {**typed, **said}
    times = repeat * lines[0].repeat
    return Design(prompt, axes, fixed, times, tuple(_cells(axes, fixed, times, speed)))


def _axes_of(lines: Sequence[Prompt]) -> tuple[dict[str, tuple[Any, ...]], dict[str, Any]]:
    """Return what varies between the lines of a permutation, and what all of them share.

    Flags that vary are axes of their own when the lines are every combination of them; else the lines
    cannot be laid out as a grid.
    """
    told = [{"prompt": line.text, **line.said} for line in lines]
    names = list(dict.fromkeys(name for one in told for name in one))
    values = {name: tuple(dict.fromkeys(one.get(name) for one in told)) for name in names}
    axes = {name: found for name, found in values.items() if len(found) > 1}
    if math.prod(map(len, axes.values())) != len({tuple(one.get(name) for name in axes) for one in told}):
        hint = "Give each flag its own set, or run the lines one by one."
        raise PromptError("these permutations do not make a grid of parameter values", hint=hint)
    if any(None in found for found in axes.values()):
        raise PromptError("a flag is set in some of these permutations only", hint="Give it a value in each.")
    return axes, {name: found[0] for name, found in values.items() if len(found) == 1}


def _cells(axes: Mapping[str, Any], fixed: Mapping[str, Any], repeat: int, speed: str) -> list[CellSpec]:
    faults: dict[str, None] = {}
    cells: list[CellSpec] = []
    for at in itertools.product(*axes.values()):
        try:
            request = build({**fixed, **dict(zip(axes, at, strict=True))}, speed=speed)
        except InvalidRequest as error:
            faults |= dict.fromkeys(error.faults)
            continue
        clean = tuple(getattr(request, name) for name in axes)
        sha = request_sha(request)
        cells += [CellSpec(len(cells) + k, clean, k + 1, request, sha) for k in range(repeat)]
    if faults:
        raise InvalidRequest(list(faults))
    return cells


def _axis_faults(params: Mapping[str, Any], repeat: int) -> list[str]:
    whole = isinstance(repeat, int) and repeat >= 1
    faults = [] if whole else [f"repeat needs a whole number from 1, not {repeat!r}"]
    table = rows(Generate)
    for name, value in params.items():
        if not _is_axis(value) or name not in table:
            continue
        values = [_clean(table[name].domain, one) for one in _values(value)]
        kind = table[name].domain.kind
        if kind not in SWEEPABLE:
            faults.append(f"{name} cannot be an axis: only numbers and choices can")
        elif not values:
            faults.append(f"{name} has no values")
        elif None in values:
            faults.append(f"{name} has None among its values: give each a value")
        elif doubled := sorted({str(v) for v in values if values.count(v) > 1}):
            faults.append(f"{name} has {', '.join(doubled)} more than once")
    return faults


def _clean(domain: Domain, value: Any) -> Any:
    """Return a value as it will be sent; one that is wrong is told of later, with its cell."""
    try:
        return domain.read(value)
    except ValueError:
        return value


def _is_axis(value: Any) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, str | bytes)


def _values(value: Iterable[Any]) -> list[Any]:
    return [item.item() if hasattr(item, "item") else item for item in value]
