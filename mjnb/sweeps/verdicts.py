"""What each parameter does to each metric, over the tasks of a sweep; the reckoning is `mjnb.effects`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from html import escape
from typing import TYPE_CHECKING, Any

from .. import display
from ..errors import InvalidRequest
from ..tracking import Task
from .design import Design
from .numbers import Numbers, null
from .tables import task_means

if TYPE_CHECKING:
    import polars as pl

    from ..effects import Effect

KINDS = {"str": "text", "bool": "switch", "int": "integer", "float": "real", "int | None": "integer"}
CELL = "padding:2px 8px;text-align:left;vertical-align:top"


@dataclass(frozen=True)
class Verdicts:
    """The effects of a sweep: one per parameter and metric.

    Attributes:
        effects: See `mjnb.effects.Effect`.
        tasks: How many tasks they rest on.
    """

    effects: tuple[Effect, ...]
    tasks: int

    @property
    def frame(self) -> pl.DataFrame:
        """One row per parameter and metric, with every field of an effect; null where there is no number."""
        from .. import frames
        from ..effects import Effect

        kinds = {one.name: KINDS[str(one.type)] for one in fields(Effect)}
        columns = {name: [_plain(getattr(one, name)) for one in self.effects] for name in kinds}
        return frames.frame(columns, kinds)

    def __iter__(self) -> Iterator[Effect]:
        return iter(self.effects)

    def __len__(self) -> int:
        return len(self.effects)

    def _in_order(self) -> list[Effect]:
        """The surest first; those with nothing to test last."""
        return sorted(self.effects, key=lambda e: (math.isnan(e.p_adjusted), e.p_adjusted, e.p))

    def __repr__(self) -> str:
        head = f"{len(self.effects)} effects over {self.tasks} tasks"
        return "\n".join([head, *(f"{e.parameter} → {e.metric}: {e.verdict}" for e in self._in_order())])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return display.mime_bundle(repr(self), self.to_html())

    def to_html(self) -> str:
        """Return the effects as a static table."""
        titles = ("metric", "parameter", "verdict", "share", "p adjusted", "repeats")
        head = "".join(f'<th scope="col" style="{CELL}">{title}</th>' for title in titles)
        rows = "".join(
            "<tr>" + "".join(f'<td style="{CELL}">{escape(word)}</td>' for word in _words(effect)) + "</tr>"
            for effect in self._in_order()
        )
        caption = f'<caption style="{CELL}">Effects over {self.tasks} tasks, Holm-corrected</caption>'
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def verdicts(
    design: Design,
    tasks: Sequence[Task | None],
    numbers: Numbers,
    wanted: str | Sequence[str] | None,
    *,
    alpha: float,
    permutations: int,
) -> Verdicts:
    """Return the effect of every axis on every metric; see `Sweep.effects`."""
    from ..effects import effects

    metrics = names_of(numbers, wanted)
    means = task_means(tasks, numbers, metrics)
    counted = [k for k in range(len(tasks)) if any(not math.isnan(means[name][k]) for name in metrics)]
    levels = {name: [design.cells[k].at[place] for k in counted] for place, name in enumerate(design.axes)}
    values = {name: [column[k] for k in counted] for name, column in means.items()}
    found = effects(levels, values, alpha=alpha, permutations=permutations)
    return Verdicts(tuple(found), len(counted))


def names_of(numbers: Numbers, wanted: str | Sequence[str] | None) -> list[str]:
    """Return metrics by name; None: all that there are.

    Raises:
        InvalidRequest: One is none.
    """
    names = [wanted] if isinstance(wanted, str) else list(numbers.facts if wanted is None else wanted)
    for name in names:
        if name not in numbers.facts:
            rated = "no picture of this sweep was rated yet: sweep.rate()"
            told = rated if name in ("rating", "preference") else f"unknown metric {name!r}"
            raise InvalidRequest(told, hint=f"There are {', '.join(numbers.facts)}.")
    return names


def _plain(value: Any) -> Any:
    return null(value) if isinstance(value, float) else value


def _words(effect: Effect) -> tuple[str, ...]:
    share = "" if math.isnan(effect.share) else f"{effect.share:.0%}"
    p = "" if math.isnan(effect.p_adjusted) else f"{effect.p_adjusted:.3g}"
    repeats = "" if effect.repeats is None else str(effect.repeats)
    return effect.metric, effect.parameter, effect.verdict, share, p, repeats
