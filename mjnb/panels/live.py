"""The live line: what the form says, read as a request, a `%mj` command, Python, JSON, and all that is wrong.

Flags typed into the prompt count as they do for `%mj`; where a flag and a control say different things, the
flag wins, and `Live.params` has what counts.  Nothing here is sent, waits or needs an open ledger.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .. import prompt
from ..errors import InvalidRequest, MJError
from ..params import TASK_TYPES, VIDEO, Generate, body, rows
from ..preview import preview
from ..prices import DOLLARS_PER_CREDIT

SEVERAL = "this prompt makes {} tasks: the Sweep tab plans and pays them (\\{{ and \\}} are plain braces)"
_BY_FLAG = {flag.task_type for row in rows().values() for flag in row.flags if flag.task_type}


@dataclass(frozen=True)
class Live:
    """The form, read.

    Attributes:
        params: What counts, by the table's names; ``mj.imagine(**params)`` makes the same.
        request: What would be sent; None when there are faults.
        command: The cell that makes the same: ``%mj …``, or Python where a value has no flag; empty when
            there are faults, as is the next.
        json: The exact body.
        credits: What it may cost, an estimate; None when there are faults.
        warnings: What may not do what was meant.
        faults: Everything that is wrong.
    """

    params: Mapping[str, Any] = field(default_factory=dict)
    request: Generate | None = None
    command: str = ""
    json: str = ""
    credits: float | None = None
    warnings: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def cost(self) -> str:
        """What it may cost, in words."""
        if self.credits is None:
            return ""
        return f"about {self.credits:g} credits (${self.credits * DOLLARS_PER_CREDIT:.3f}, estimated)"


def look(said: Mapping[str, Any], urls: Sequence[str], prices: Mapping[str, float], speed: str) -> Live:
    """Return what the form says.

    Args:
        said: The values of the controls by the table's names, the prompt as it was typed among them.
        urls: The addresses of the reference pictures.
        prices: Credits per item.
        speed: Used where a speed is needed and none is said.
    """
    faults, line = read(str(said.get("prompt") or ""))
    params = _together(said, line, urls)
    if faults:
        params["prompt"] = line.text
    faults += prompt.check(line, params).faults
    try:
        request = prompt.build({**params, "prompt": line.text or "-"}, speed=speed)
    except InvalidRequest as error:
        return Live(params, faults=tuple(dict.fromkeys([*faults, *error.faults])))
    if faults:
        return Live(params, faults=tuple(faults))
    command = to_command(params)
    seen = preview(request, prices)
    text = json.dumps(body(request), indent=2, ensure_ascii=False)
    return Live(params, request, command, text, seen.credits, seen.warnings)


def read(text: str) -> tuple[list[str], prompt.Prompt]:
    """Return what is wrong with a prompt as it was typed, and how it is read as far as it can be."""
    try:
        return [], prompt.read(_only_line(text))
    except MJError as error:
        found = list(error.faults) if isinstance(error, InvalidRequest) else [error.message]
        return found, prompt.Prompt(text.strip(), {}, ())


def _only_line(text: str) -> str:
    lines = prompt.expand(text)
    if (tasks := len(lines) * prompt.read(lines[0]).repeat) > 1:
        raise InvalidRequest(SEVERAL.format(tasks))
    return prompt.one_line(text)


def _together(said: Mapping[str, Any], line: prompt.Prompt, urls: Sequence[str]) -> dict[str, Any]:
    """Return the controls' values and the flags', whose word is the last."""
    params = {name: value for name, value in said.items() if value is not None and name != "file_urls"}
    typed = dict(line.said)
    pictures = tuple(dict.fromkeys((*urls, *typed.pop("file_urls", ()))))
    kind = typed.pop("task_type", None)
    had = str(params.get("task_type"))
    if kind and (kind in _BY_FLAG or not takes_pictures(had) or (kind in VIDEO and had not in VIDEO)):
        params["task_type"] = kind
    params |= typed | {"prompt": prompt.literal(prompt.plain(line.text))}
    if pictures:
        params["file_urls"] = pictures
    return {name: params[name] for name in (*rows(), *params) if name in params}


def takes_pictures(task_type: str) -> bool:
    """Return whether a task type starts from pictures."""
    return task_type in TASK_TYPES and TASK_TYPES[task_type].inputs[1] != 0


# ---- as code ----


def to_command(params: Mapping[str, Any]) -> str:
    """Return the cell that makes the same: ``%mj``, ``%%mj`` for several lines, Python without a spelling."""
    line = to_magic(params)
    if _reads_back(line, params):
        return to_cell(line)
    return to_python(params)


def to_cell(line: str) -> str:
    """Return the cell that runs what stands behind ``%mj``: ``%%mj`` when it has several lines."""
    return f"%%mj\n{line}" if "\n" in line else f"%mj {line}".rstrip()


def to_magic(params: Mapping[str, Any]) -> str:
    """Return the line behind ``%mj`` that comes nearest to the values."""
    line = prompt.write(params)
    return line if prompt.without_prefix(line)[1] else prompt.led(line)


def to_python(params: Mapping[str, Any]) -> str:
    """Return the call that makes the same."""
    rest = "".join(f", {name}={_spelled(value)}" for name, value in params.items() if name != "prompt")
    return f"mj.imagine({params.get('prompt', '')!r}{rest})"


def _spelled(value: Any) -> str:
    return repr(list(value) if isinstance(value, tuple) else value)


def _reads_back(line: str, params: Mapping[str, Any]) -> bool:
    """Return whether a line says all of the values."""
    try:
        there = prompt.read(_only_line(line.removeprefix("imagine ")))
        again = {**there.said, "prompt": there.text}
        again.setdefault("task_type", "mj_txt2img")
        text, _ = prompt.without_prefix(prompt.expand(str(params["prompt"]))[0])
        wanted = {**params, "prompt": text}
        return again == wanted
    except (MJError, KeyError):
        return False
