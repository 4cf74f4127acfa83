"""Requests out of the table: made from what was said, checked, turned into JSON bodies and back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

from ..errors import InvalidRequest
from .table import (
    PASSED_FLAGS,
    TASK_TYPES,
    VIDEO,
    Generate,
    Request,
    Row,
    Upscale,
    Vary,
    VideoExtend,
    given,
    rows,
)

OPTIONS = ("dry_run", "wait")  # arguments of the verbs that make something, no parameters
R = TypeVar("R", Generate, VideoExtend, Upscale, Vary)


def make(cls: type[R], said: Mapping[str, Any]) -> R:
    """Build a request from Python names and values; the only way in.

    Args:
        cls: The request to make.
        said: Values by parameter name; ``None`` means not said.

    Returns:
        The request with every value read by its domain (``version=7`` becomes ``"7"``).

    Raises:
        InvalidRequest: With all faults at once.
    """
    table = rows(cls)
    faults, clean = _read_all(table, said)
    wrong = {name for name, value in said.items() if value is not None} - set(clean)  # has its fault already
    faults += _missing(table, said) + _cross_faults(cls, clean, wrong)
    if faults:
        raise InvalidRequest(faults)
    return cls(**clean)


def _read_all(table: Mapping[str, Row], said: Mapping[str, Any]) -> tuple[list[str], dict[str, Any]]:
    faults: list[str] = []
    clean: dict[str, Any] = {}
    for name, value in said.items():
        if name not in table:
            faults.append(_unknown(name, table))
        elif value is not None:
            try:
                clean[name] = table[name].domain.read(value)
            except ValueError as fault:
                faults.append(f"{name} {fault}")
    return faults, clean


def _missing(table: Mapping[str, Row], said: Mapping[str, Any]) -> list[str]:
    return [
        f"{row.name} is missing: {row.help}"
        for row in table.values()
        if row.required and said.get(row.name) is None
    ]


def _unknown(name: str, table: Mapping[str, Row]) -> str:
    return f"unknown parameter {name!r}{near_parameter(name, table)}"


def near_parameter(name: str, known: Collection[str]) -> str:
    """Return which parameter was probably meant by a name, or how its flag is written; or an empty text.

    Args:
        name: As it was said: also a flag's name (``chaos``), of a parameter or of one without a field.
        known: Names that there are.
    """
    flag = f"--{name.lower().replace('_', '-').strip('-')}"
    by_flag = {one.name: row.name for row in rows(Generate).values() for one in row.flags}
    if flag in by_flag and by_flag[flag] in known:
        return f": did you mean {by_flag[flag]!r} ({flag} in a prompt)?"
    if any(flag in passed.names for passed in PASSED_FLAGS):
        return f": it has no field; write {flag} in the prompt"
    near = get_close_matches(name, (*known, *OPTIONS), n=1) or [
        one for one in (*known, *OPTIONS) if one.replace("_", "") == name.lower().replace("_", "")
    ]
    return f": did you mean {near[0]!r}?" if near else ""


def _cross_faults(cls: type[Request], clean: Mapping[str, Any], wrong: set[str]) -> list[str]:
    """Return the faults that concern more than one parameter; silent while the task type is not known."""
    kind = clean.get("task_type")
    if cls is Generate and kind in TASK_TYPES:
        inputs = [] if "file_urls" in wrong else _input_faults(kind, clean)
        return _misplaced(rows(cls), clean, kind) + inputs + _speed_faults(kind, {*clean, *wrong})
    if cls is VideoExtend and kind == "mj_video_extend_manual" and "prompt" not in {*clean, *wrong}:
        return [f"{kind} needs a prompt; mj_video_extend_auto goes on without one"]
    return _misplaced(rows(cls), clean, kind) if cls is VideoExtend and kind else []


def _misplaced(table: Mapping[str, Row], clean: Mapping[str, Any], kind: str) -> list[str]:
    own_rule = ("speed", "file_urls")
    return [
        f"{n} does not apply to {kind}" for n in clean if n not in own_rule and not table[n].applies(kind)
    ]


def _input_faults(kind: str, clean: Mapping[str, Any]) -> list[str]:
    least, most = TASK_TYPES[kind].inputs
    count = len(clean.get("file_urls", ()))
    if least <= count and (most is None or count <= most):
        return []
    wanted = (
        "no file_urls" if most == 0 else "exactly one file URL" if least == most else "at least one file URL"
    )
    return [f"{kind} takes {wanted}, not {count}"]


def _speed_faults(kind: str, said: set[str]) -> list[str]:
    """Return what is wrong with speed, and with motion, which videos have in its place."""
    faults = []
    if TASK_TYPES[kind].speed == "needed" and "speed" not in said:
        faults.append(f"{kind} needs a speed: {rows(Generate)['speed'].domain}")
    if TASK_TYPES[kind].speed == "refused" and "speed" in said:
        faults.append(f"speed does not apply to {kind}")
    if kind in VIDEO and "motion" not in said:
        faults.append(f"{kind} needs motion: {rows(Generate)['motion'].domain}")
    return faults


# ---- request bodies ----


def body(request: Request) -> dict[str, Any]:
    """Return the JSON body of a request: API names, API counting, only what was said."""
    table = rows(type(request))
    return {table[n].api: _to_api(table[n], v) for n, v in given(request).items()}


def from_body(cls: type[R], sent: Mapping[str, Any]) -> R:
    """Read a JSON body back into a request; what a server does with it.

    Raises:
        InvalidRequest: With all faults at once.
    """
    by_api = {row.api: row for row in rows(cls).values()} | {
        row.also: row for row in rows(cls).values() if row.also
    }
    said: dict[str, Any] = {}
    for key, value in sent.items():
        row = by_api.get(key)
        if row is not None and value is not None and value != "":
            said[row.name] = _from_api(row, value)
    return make(cls, said)


def _to_api(row: Row, value: Any) -> Any:
    if row.counts_from is not None:
        return value - 1 + row.counts_from
    return list(value) if isinstance(value, tuple) else value


def _from_api(row: Row, value: Any) -> Any:
    if row.counts_from is not None and isinstance(value, int | float) and not isinstance(value, bool):
        return value + 1 - row.counts_from
    return value
