"""From a line and keywords to a checked request: what `imagine`, a sweep's cell and the panel all send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import InvalidRequest, MJError, PromptError
from ..params import TASK_TYPES, VIDEO, Generate, make, rows, scalar
from .limits import check
from .permutations import expand
from .reading import Prompt, read


def to_request(text: str, said: Mapping[str, Any], *, speed: str = "fast") -> Generate:
    """Return the request that one line of Midjourney text and keyword values make together.

    Args:
        text: Prompt and flags, permutations already expanded.
        said: Values by parameter name; ``None`` means not said.
        speed: What is used where a speed is needed and none is said.

    Raises:
        InvalidRequest: With every fault of the line and of the values.
    """
    faults, line = _read(text)
    said = {name: scalar(value) for name, value in said.items() if value is not None}
    faults += [
        f"{name} is given twice: {line.said[name]!r} in the text, {said[name]!r} beside it"
        for name in said
        if name in line.said and not _same(name, line.said[name], said[name])
    ]
    together = {**line.said, **said}
    faults += check(line, {"task_type": _implied(together), **together}).faults
    try:
        request = build({**together, "prompt": line.text}, speed=speed)
    except InvalidRequest as error:
        raise InvalidRequest([*faults, *(f for f in error.faults if f not in faults)]) from None
    if faults:
        raise InvalidRequest(faults)
    return request


def build(said: Mapping[str, Any], *, speed: str = "fast") -> Generate:
    """Return the request for values by name, with what follows from them filled in.

    That is the task type from its inputs, a needed speed, and a video's motion.

    Raises:
        InvalidRequest: With every fault.
    """
    kind = said.get("task_type")
    kind = _implied(said) if kind is None else kind
    filled = {**said, "task_type": kind}
    if isinstance(kind, str) and kind in TASK_TYPES and TASK_TYPES[kind].speed == "needed":
        filled.setdefault("speed", speed)
    if isinstance(kind, str) and kind in VIDEO:
        filled.setdefault("motion", "high")
    return make(Generate, filled)


def one_line(text: str) -> str:
    """Return the only line that a text stands for.

    Raises:
        PromptError: It stands for several tasks, each of which would be paid.
    """
    if not isinstance(text, str):
        raise PromptError(f"the prompt needs to be a text, not {text!r}")
    lines = expand(text)
    tasks = len(lines) * read(lines[0]).repeat
    if tasks > 1:
        raise PromptError(
            f"this prompt makes {tasks} tasks",
            hint="mj.sweep(prompt) plans and pays them; write \\{ and \\} for braces that are meant as such.",
        )
    return lines[0]


def _same(name: str, one: object, other: object) -> bool:
    """Return whether two values of a parameter are the same to the table: ``"7"`` and 7."""
    domain = rows()[name].domain
    try:
        return bool(domain.read(one) == domain.read(other))
    except ValueError:
        return False


def _implied(said: Mapping[str, Any]) -> str:
    urls = said.get("file_urls")
    if urls is None or not len(urls):
        return "mj_txt2img"
    return "mj_omni_reference" if said.get("ow") is not None else "mj_img2img"


def _read(text: str) -> tuple[list[str], Prompt]:
    try:
        return [], read(text)
    except MJError as error:
        faults = list(error.faults) if isinstance(error, InvalidRequest) else [error.message]
        return faults, Prompt(text=text.strip() or " ", said={}, passed=())
