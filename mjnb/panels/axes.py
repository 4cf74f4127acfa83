"""Axes of a sweep as they are typed: which parameters there are, what was typed, and the lines of code.

Values are typed as spans and lists: ``0..1000/250``, ``0, 250, 500``, ``1:1, 16:9``.  What they may be stands
in the table; `mjnb.sweeps` reads and checks them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..params import PROMPT_LIMIT, Generate, Row, Span, Switch, rows
from ..prompt import write
from ..prompt.spans import is_span
from ..sweeps.design_axes import SWEEPABLE

MOST_AXES = 2
MOST_REPEATS = 100
WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


@dataclass(frozen=True)
class Axis:
    """One axis as it was typed.

    Attributes:
        name: A parameter of the table.
        text: Its values.
    """

    name: str
    text: str

    @property
    def items(self) -> list[str]:
        """The values, one text each; a span is one."""
        return [part for item in self.text.split(",") if (part := item.strip())]

    @property
    def values(self) -> list[Any]:
        """The values for `mjnb.sweep`; one that cannot be read stays as it was typed, to be told of."""
        return [_value(item, rows(Generate)[self.name]) for item in self.items]


@dataclass(frozen=True)
class Form:
    """What stands in the sweep tab.

    Attributes:
        axes: One or two.
        repeat: How often each cell is paid.
        retry: Whether cells whose task failed are paid again.
    """

    axes: tuple[Axis, ...] = ()
    repeat: int = 1
    retry: bool = False

    @classmethod
    def read(cls, said: object) -> Form:
        """Return what a front end says; what is not understood counts as not said."""
        given = said if isinstance(said, Mapping) else {}
        axes = [_axis(one) for one in _listed(given.get("axes"))[:MOST_AXES]]
        return cls(
            tuple(one for one in axes if one is not None),
            _repeats(given.get("repeat")),
            given.get("retry") is True,
        )

    @property
    def faults(self) -> list[str]:
        """What keeps it from being a sweep, but for the values themselves."""
        names = [axis.name for axis in self.axes]
        if not names:
            return ["Pick a parameter to sweep, and write its values."]
        twice = [f"{name} is both axes" for name in sorted(set(names)) if names.count(name) > 1]
        return twice + [f"{axis.name} has no values" for axis in self.axes if not axis.items]

    def call(self, said: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Return the prompt and the keyword arguments of `mjnb.sweep`.

        Args:
            said: The prompt and the parameters that are held fixed, by the table's names.
        """
        fixed = {name: value for name, value in said.items() if value is not None and name != "prompt"}
        varied = {axis.name: axis.values for axis in self.axes}
        more = {"repeat": self.repeat} if self.repeat > 1 else {}
        return said.get("prompt"), {**fixed, **varied, **more}


def sweepable(task_type: str | None) -> list[Row]:
    """Return the parameters that can be an axis, in table order.

    Args:
        task_type: Only those that apply to it; None: all.
    """
    wanted = [row for row in rows(Generate).values() if row.domain.kind in SWEEPABLE and not row.required]
    return [row for row in wanted if task_type is None or row.applies(task_type)]


def example(row: Row) -> str:
    """Return values that show how they are typed: a span for a number, all of a few words."""
    domain = row.domain
    if isinstance(domain, Span):
        step = max(domain.step, (domain.high - domain.low) // 4)
        return f"{domain.low}..{domain.high}/{step}"
    if isinstance(domain, Switch):
        return "true, false"
    return ", ".join(str(domain).split(", ")[:3])


def python_line(form: Form, said: Mapping[str, Any]) -> str:
    """Return the Python that makes the same sweep and runs it."""
    text, params = form.call(said)
    spans = {axis.name: axis.items[0] for axis in form.axes if len(axis.items) == 1 and is_span(axis.text)}
    words = [f"{name}={_literal(value)}" for name, value in {**params, **spans}.items()]
    how = "retry=True" if form.retry else ""
    return f"mj.sweep({', '.join([_literal(text), *words])}).run({how})"


def magic_line(form: Form, said: Mapping[str, Any]) -> str:
    """Return what follows ``%mj sweep`` in the line that makes the same; empty when there is none."""
    names = {axis.name for axis in form.axes}
    fixed = {name: value for name, value in said.items() if name not in names}
    sets = [_set(axis) for axis in form.axes]
    if form.retry or not all(sets):
        return ""
    repeats = [f"--r {form.repeat}"] if form.repeat > 1 else []
    return " ".join([write(fixed), *sets, *repeats])


def _set(axis: Axis) -> str:
    """Return an axis as Midjourney's permutations write it: ``--s {0, 100}`` or ``{--v 7, --niji 6}``."""
    spelled = [write({axis.name: item}) for item in axis.items]
    parts = [one.split(" ", 1) for one in spelled]
    if not all(spelled):
        return ""
    if len({part[0] for part in parts}) == 1 and all(len(part) == 2 for part in parts):
        return f"{parts[0][0]} {{{', '.join(part[1] for part in parts)}}}"
    return f"{{{', '.join(spelled)}}}"


def _value(item: str, row: Row) -> Any:
    if isinstance(row.domain, Switch):
        return WORDS.get(item.lower(), item)
    if row.domain.kind != "integer" or is_span(item):
        return item
    try:
        return int(item)
    except ValueError:
        return item


def _axis(said: object) -> Axis | None:
    given = said if isinstance(said, Mapping) else {}
    name, text = given.get("name"), given.get("text")
    known = {row.name for row in sweepable(None)}
    if not isinstance(name, str) or name not in known:
        return None
    return Axis(name, text[:PROMPT_LIMIT] if isinstance(text, str) else "")


def _repeats(said: object) -> int:
    whole = isinstance(said, int) and not isinstance(said, bool)
    return int(said) if whole and 1 <= said <= MOST_REPEATS else 1  # type: ignore[operator, call-overload]


def _listed(said: object) -> Sequence[object]:
    return said if isinstance(said, list | tuple) else ()


def _literal(value: Any) -> str:
    """Return a value as Python; of what cannot be written, three dots."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_literal, value))}]"
    return repr(value) if isinstance(value, str | int | float | bool | None) else "..."
