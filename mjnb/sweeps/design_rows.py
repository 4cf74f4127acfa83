"""Cells made by hand: one row each of a polars frame (or of a list of mappings), parameters as columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set, Sized
from typing import Any

from ..params import Generate, rows
from .design import check_size, told
from .design_axes import SWEEPABLE, plain_text, unknown

Point = tuple[Any, ...]


def columns_of(cells: Any) -> dict[str, list[Any]]:
    """Return hand-made cells as columns; what a row does not say is None.

    Args:
        cells: A polars frame, or a list of mappings.

    Raises:
        InvalidRequest: It is neither, or has no rows.
    """
    if isinstance(cells, Sized):
        check_size(len(cells), 1)
    found = cells.to_dicts() if hasattr(cells, "to_dicts") else cells
    if not isinstance(found, Sequence) or not all(isinstance(row, Mapping) for row in found):
        raise told([f"cells needs a polars frame or a list of mappings, not {type(cells).__name__}"])
    if not found:
        raise told(["cells has no rows"])
    names = list(dict.fromkeys(str(name) for row in found for name in row))
    return {name: [row.get(name) for row in found] for name in names}


def read_rows(
    columns: Mapping[str, Sequence[Any]], slots: Set[str]
) -> tuple[dict[str, tuple[Any, ...]], dict[str, Any], list[Point], list[str]]:
    """Return what hand-made cells vary, what they share, the cells, and what is wrong with them.

    Two rows that say the same are refused and not taken for repeats, which ``repeat`` is for.

    Args:
        columns: Values by name.
        slots: Names that stand in braces in the prompt.
    """
    faults: list[str] = []
    read = {name: _column(name, values, slots, faults) for name, values in columns.items()}
    distinct = {name: tuple(dict.fromkeys(values)) for name, values in read.items()}
    fixed = {name: found[0] for name, found in distinct.items() if len(found) == 1 and found[0] is not None}
    axes = {name: _in_order(found) for name, found in distinct.items() if len(found) > 1}
    count = len(next(iter(columns.values()), ()))
    points = [tuple(read[name][row] for name in axes) for row in range(count)]
    return axes, fixed, points, faults + _doubled(points)


def _column(name: str, values: Sequence[Any], slots: Set[str], faults: list[str]) -> list[Any]:
    table = rows(Generate)
    is_text = name == "prompt" or (name not in table and name in slots)
    if name not in table and name not in slots:
        faults.append(unknown(name, slots))
    elif (
        not is_text
        and table[name].domain.kind not in (*SWEEPABLE, "urls")
        and values.count(values[0]) < len(values)
    ):
        faults.append(f"{name} cannot be an axis: only numbers, choices and prompts can")
    elif is_text and None in values:
        faults.append(f"{name} has nulls: give each row a text")
    return [_read(name, value, is_text, row, faults) for row, value in enumerate(values)]


def _read(name: str, value: Any, is_text: bool, row: int, faults: list[str]) -> Any:
    """Return a clean value; a list, such as one of URLs, as a tuple, which can be compared."""
    table = rows(Generate)
    value = tuple(value) if isinstance(value, list) else value
    if value is None:
        return None
    if not is_text and name not in table:
        return repr(value)
    try:
        return plain_text(value) if is_text else table[name].domain.read(value)
    except ValueError as fault:
        faults.append(f"row {row}: {name} {fault}")
        return repr(value)  # of any type, so that rows can still be compared


def _doubled(points: Sequence[Point]) -> list[str]:
    first: dict[Point, int] = {}
    return [
        f"rows {first[point]} and {row} (from 0) are the same cell; repeat=2 pays each cell twice"
        for row, point in enumerate(points)
        if first.setdefault(point, row) != row
    ]


def _in_order(values: Sequence[Any]) -> tuple[Any, ...]:
    """Return numbers rising, and anything else as it stands there; what is not said comes first."""
    said = [value for value in values if value is not None]
    numbers = all(isinstance(value, int) and not isinstance(value, bool) for value in said)
    return (*([None] if None in values else []), *(sorted(said) if numbers else said))
