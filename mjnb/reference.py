"""The reference: every parameter in words, written from the table and from nothing else."""

from __future__ import annotations

from difflib import get_close_matches

from .errors import InvalidRequest
from .pages import Heading, Page, Table, Words
from .params import REQUESTS, REST, TASK_TYPES, Request, Row, TaskType, every_row, rows
from .prompt.flags import MAPPED, PASSED, REPEAT


def page() -> Page:
    """Return the reference of all requests and task types."""
    intro = Words("Written from the parameter table; `mj.help()` shows the same.")
    requests = [block for cls in REQUESTS for block in _request(cls)]
    return Page.of(Heading("Parameters", 1), intro, *_task_types(), *requests)


def entry(name: str) -> Page:
    """Return the reference of one parameter, by its name, the API's name, or a flag.

    Raises:
        InvalidRequest: There is none.
    """
    wanted = name.removeprefix("--").lower()
    for row in every_row().values():
        if name.lower() in (row.name, row.api.lower()):
            return Page.of(Words(_one(row)), *_also(f"--{wanted}"))
    for row in every_row().values():
        if f"--{wanted}" in {flag.name for flag in row.flags}:
            return Page.of(Words(_one(row)), *_also(f"--{wanted}"))
    if passed := PASSED.get(f"--{wanted}"):
        said = f"{passed.help}; it has no field in the API and stays in the text, not verified"
        return Page.of(Words(f"**--{wanted}**: {said}"))
    if f"--{wanted}" in {flag.name for flag in REPEAT.flags}:
        return Page.of(Words(f"**repeat**: {REPEAT.help}\n- values: {_values(REPEAT)}"))
    raise InvalidRequest(
        f"no parameter is called {name!r}{_did_you_mean(wanted)}", hint="mj.help() lists them all."
    )


def _also(flag: str) -> list[Words]:
    """Return what else a flag of a parameter may be: one that stays in the text."""
    return [Words(f"or {PASSED[flag].help}, which stays in the text")] if flag in PASSED else []


def flags() -> Table:
    """Return the flags that become parameters: what may follow them, and what they do."""
    lines = [
        [" ".join(f"`{flag.name}`" for flag in row.flags), _values(row), row.help]
        for row in [*rows().values(), REPEAT]
        if row.flags
    ]
    return Table(["flag", "values", "what it does"], lines)


def passed_flags() -> Table:
    """Return the flags that stay in the text, where the service may follow them."""
    follows = {0: "", REST: "words"}
    lines = [[f"`{name}`", follows.get(one.words, "a word"), one.help] for name, one in PASSED.items()]
    return Table(["flag", "followed by", "what it does"], lines)


def _did_you_mean(wanted: str) -> str:
    known = {word.lower(): word for row in every_row().values() for word in (row.name, row.api)}
    known |= {flag.removeprefix("--"): flag for flag in (*MAPPED, *PASSED)}
    near = get_close_matches(wanted, known, n=1)
    return f": did you mean {known[near[0]]!r}?" if near else ""


def _request(cls: type[Request]) -> tuple[Heading, Table]:
    first = (cls.__doc__ or "").splitlines()[0]
    lines = [
        [
            f"`{row.name}`{' (required)' if row.required else ''}",
            _values(row),
            _flags(row),
            _meaning(row),
            _kinds(row),
        ]
        for row in rows(cls).values()
    ]
    columns = ["parameter", "values", "flags", "what it does", "task types"]
    return Heading(f"{cls.__name__}: {first}"), Table(columns, lines)


def _task_types() -> tuple[Heading, Table]:
    lines = [[f"`{t.name}`", t.help, _inputs(t), t.speed] for t in TASK_TYPES.values()]
    return Heading("Task types"), Table(["task type", "makes", "file URLs", "speed"], lines)


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
