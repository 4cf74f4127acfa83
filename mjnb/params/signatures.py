"""The face of the table: the verbs' parameters by name, for type checkers, editors and completion.

`GenerateParams` is what checkers read, and cannot be made at run time; a test holds it to the table.
`name_parameters` gives a function with ``**params`` the signature that IPython and ``help`` show.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypedDict, get_type_hints

from .domains import Domain
from .table import Generate, rows


class AnimateParams(TypedDict, total=False):
    """Parameters of `animate` by name; ``mj.help()`` tells what each does and which values it takes."""

    aspect_ratio: str | None
    version: str | float | None
    water_mark: str | None
    enable_translation: bool | None
    call_back_url: str | None


class GenerateParams(AnimateParams, total=False):
    """Parameters of `imagine` by name."""

    task_type: str | None
    speed: str | None
    file_urls: Any
    variety: int | None
    stylization: int | None
    weirdness: int | None
    ow: int | None
    motion: str | None
    video_batch_size: int | None


class Legal:
    """What a parameter takes, as a signature shows it.

    Args:
        domain: Of its row in the table.
    """

    def __init__(self, domain: Domain) -> None:
        self.domain = domain

    def __repr__(self) -> str:
        return f"[{self.domain}]"


def name_parameters(
    function: Callable[..., Any], names: type[AnimateParams], *, open_ended: bool = False
) -> None:
    """Name the table's parameters in the signature of a function with ``**params``.

    Args:
        function: Which; it is changed.
        names: The parameters that it takes.
        open_ended: Whether it takes other names, too.
    """
    found = inspect.signature(function)
    own = [one for one in found.parameters.values() if one.kind is not one.VAR_KEYWORD]
    rest = [one for one in found.parameters.values() if one.kind is one.VAR_KEYWORD]
    said, hints, kind = {one.name for one in own}, get_type_hints(names), inspect.Parameter.KEYWORD_ONLY
    ours = [
        inspect.Parameter(name, kind, default=None, annotation=Legal(row.domain))
        for name, row in rows(Generate).items()
        if name in hints and name not in said
    ]
    parameters = [*own, *ours, *(rest if open_ended else ())]
    vars(function)["__signature__"] = found.replace(parameters=parameters)
