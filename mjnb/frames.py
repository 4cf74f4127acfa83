"""Typed polars frames out of the ledger's rows, refreshed by reading only what changed.

Types come from the parameter table and from the lists below, never from the data: a ledger begins with
columns full of nulls, from which nothing can be inferred.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from .errors import ConfigError
from .params import Generate, Row, rows

_pids: set[int] = set()  # of this process and its parents, once a frame was made


def hold_unforked() -> None:
    """Hold that no parent process made frames: polars' threads do not live on in a fork, and wait for ever.

    Raises:
        ConfigError: One did.
    """
    _pids.add(os.getpid())
    if len(_pids) > 1:
        raise ConfigError(
            "this process was forked from one that made frames, and polars would wait for ever here",
            hint="Start it with multiprocessing.get_context('spawn'), whose processes are new ones.",
        )


Chunks = Iterator[tuple[list[str], list[tuple[Any, ...]]]]
Reader = Callable[[str, int], Chunks]

TIME = pl.Datetime("ms", "UTC")
TYPES: dict[str, pl.DataType] = {
    "real": pl.Float64(),
    "integer": pl.Int64(),
    "choice": pl.String(),
    "text": pl.String(),
    "switch": pl.Boolean(),
    "urls": pl.String(),
}


URLS = {
    row.name for row in rows(Generate).values() if row.domain.kind == "urls"
}  # texts, as CSV has no lists


def parameter_types() -> dict[str, pl.DataType]:
    """Return the column type of every parameter of the table."""
    return {row.name: _type_of(row) for row in rows(Generate).values()}


def _type_of(row: Row) -> pl.DataType:
    return TYPES[row.domain.kind]


def task_schema() -> dict[str, pl.DataType]:
    """Return the columns of `tasks()`, in order: one row per task."""
    return {
        "id": pl.String(),
        "task_id": pl.String(),
        "state": pl.String(),
        **parameter_types(),
        "credits": pl.Float64(),
        "created_at": TIME,
        "submitted_at": TIME,
        "completed_at": TIME,
        "latency_s": pl.Float64(),
        "error_code": pl.String(),
        "error": pl.String(),
        "sweep": pl.String(),
        "cell": pl.Int64(),
        "parent": pl.String(),
        "parent_image": pl.Int64(),
        "param_json": pl.String(),
        "server_param_json": pl.String(),
        "param_diff": pl.String(),
        "account": pl.String(),
        "payer": pl.String(),
        "base_url": pl.String(),
        "owner": pl.String(),
        "session": pl.String(),
        "request_sha": pl.String(),
        "rev": pl.Int64(),
    }


def image_schema() -> dict[str, pl.DataType]:
    """Return the columns of `images()`, in order: one row per picture."""
    texts = ("state", "url", "sha256", "path", "mime", "error")
    numbers = ("width", "height", "size", "rev")
    types: dict[str, pl.DataType] = dict.fromkeys(texts, pl.String()) | dict.fromkeys(numbers, pl.Int64())
    return {"id": pl.String(), "number": pl.Int64(), **types}


@dataclass
class Held:
    """A frame held in memory that knows how to catch up with its table.

    Attributes:
        table: The ledger's table.
        key: Columns that name a row.
        schema: Columns and types.
    """

    table: str
    key: tuple[str, ...]
    schema: dict[str, pl.DataType]

    def __post_init__(self) -> None:
        hold_unforked()
        self.frame = pl.DataFrame(schema=self.schema)
        self._rev = -1

    def refresh(self, read: Reader) -> pl.DataFrame:
        """Read the rows that changed since the last time and return the whole frame, oldest first."""
        hold_unforked()
        fresh = [frame_of(columns, chunk, self.schema) for columns, chunk in read(self.table, self._rev)]
        if fresh:
            changed = pl.concat(fresh)
            kept = self.frame.join(changed, on=self.key, how="anti")
            self.frame = pl.concat([kept, changed]).sort(self.key)
            self._rev = max(self._rev, int(changed["rev"].max() or 0))  # type: ignore[arg-type]
        return self.frame


def held_tasks() -> Held:
    """Return an empty frame of tasks."""
    return Held("task", ("id",), task_schema())


def held_images() -> Held:
    """Return an empty frame of images."""
    return Held("image", ("id", "number"), image_schema())


def frame_of(
    columns: Sequence[str], chunk: Sequence[tuple[Any, ...]], schema: dict[str, pl.DataType]
) -> pl.DataFrame:
    """Return rows of the ledger as a typed frame: milliseconds as times, addresses with blanks between."""
    values = dict(zip(columns, zip(*chunk, strict=True), strict=True))
    return pl.DataFrame([_series(name, kind, values) for name, kind in schema.items()])


def _series(name: str, kind: pl.DataType, values: dict[str, tuple[Any, ...]]) -> pl.Series:
    if name == "latency_s":
        return pl.Series(name, [None if v is None else v / 1000 for v in values["latency_ms"]], dtype=kind)
    found = values[name]
    if name in URLS:
        return pl.Series(name, [_addresses(v) for v in found], dtype=kind)
    if isinstance(kind, pl.Boolean):
        return pl.Series(name, [None if v is None else bool(v) for v in found], dtype=kind)
    if isinstance(kind, pl.Datetime):
        return pl.Series(name, found, dtype=pl.Int64).cast(kind)
    return pl.Series(name, found, dtype=kind)


def _addresses(said: str | None) -> str | None:
    """Return addresses with blanks between; one row that cannot be read must not hide all others."""
    try:
        found = json.loads(said or "null")
    except (ValueError, RecursionError):
        return said
    return " ".join(map(str, found)) if isinstance(found, list) else said


def frame(columns: Mapping[str, Sequence[Any]], kinds: Mapping[str, str]) -> pl.DataFrame:
    """Return a frame of plain columns.

    Args:
        columns: Values by name.
        kinds: A key of `TYPES` for every column, in order.
    """
    hold_unforked()
    return pl.DataFrame([pl.Series(name, columns[name], dtype=TYPES[kind]) for name, kind in kinds.items()])


def parquet_texts(path: str | os.PathLike[str]) -> dict[str, str]:
    """Return the texts that a Parquet file carries about itself.

    Raises:
        ValueError: It is no Parquet file.
    """
    hold_unforked()
    try:
        return pl.read_parquet_metadata(Path(path))
    except (OSError, pl.exceptions.PolarsError) as error:
        raise ValueError(str(error)) from error
