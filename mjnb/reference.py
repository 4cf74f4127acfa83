"""The reference: every parameter in words, written from the table and from nothing else."""

from __future__ import annotations

from .errors import InvalidRequest
from .params import REQUESTS, TASK_TYPES, Request, Row, TaskType, every_row, rows


class Page(str):
    """A Markdown text that a notebook shows as a page."""

    def _repr_markdown_(self) -> str:
        return str(self)

    def __repr__(self) -> str:
        return str(self)


def page() -> Page:
    """Return the reference of all requests and task types as Markdown."""
    parts = ["# Parameters", "Written from the parameter table; `mj.help()` shows the same.", _task_types()]
    parts += [_request(cls) for cls in REQUESTS]
    return Page("\n\n".join(parts) + "\n")


def entry(name: str) -> Page:
    """Return the reference of one parameter, by its name, the API's name, or a flag.

    Raises:
        InvalidRequest: There is none.
    """
    wanted = name.removeprefix("--").lower()
    for row in every_row().values():
        names = {row.name, row.api, *(flag.name.removeprefix("--") for flag in row.flags)}
        if wanted in {one.lower() for one in names}:
            return Page(_one(row))
    raise InvalidRequest(f"no parameter is called {name!r}", hint="mj.help() lists them all.")


def _request(cls: type[Request]) -> str:
    first = (cls.__doc__ or "").splitlines()[0]
    head = "| parameter | values | flags | what it does | task types |\n|---|---|---|---|---|"
    lines = [
        f"| `{row.name}`{' (required)' if row.required else ''} | {_values(row)} | {_flags(row)} "
        f"| {_meaning(row)} | {_kinds(row)} |"
        for row in rows(cls).values()
    ]
    return "\n".join([f"## {cls.__name__}: {first}\n", head, *lines])


def _task_types() -> str:
    head = "| task type | makes | file URLs | speed |\n|---|---|---|---|"
    lines = [f"| `{t.name}` | {t.help} | {_inputs(t)} | {t.speed} |" for t in TASK_TYPES.values()]
    return "\n".join(["## Task types\n", head, *lines])


def _one(row: Row) -> str:
    lines = [f"**{row.name}**: {_meaning(row)}", f"- values: {_values(row)}", f"- in the API: `{row.api}`"]
    if row.flags:
        lines.append(f"- in a prompt: {_flags(row)}")
    if row.on is not None:
        lines.append(f"- for: {_kinds(row)}")
    return "\n".join(lines)


def _values(row: Row) -> str:
    step = getattr(row.domain, "step", 1)
    return f"{row.domain}" + (f" (in steps of {step})" if step > 1 else "")


def _flags(row: Row) -> str:
    return ", ".join(f"`{flag.name}`" for flag in row.flags) or "–"


def _meaning(row: Row) -> str:
    return row.help + (f"; {row.note}" if row.note else "")


def _kinds(row: Row) -> str:
    if row.on is None:
        return "all"
    ordered = [*TASK_TYPES, *sorted(row.on - set(TASK_TYPES))]
    return ", ".join(f"`{kind}`" for kind in ordered if kind in row.on)


def _inputs(kind: TaskType) -> str:
    least, most = kind.inputs
    if most == 0:
        return "none"
    return str(least) if least == most else f"{least} or more"
