"""Which cells to pay for next: where least is known, or where what is known is best."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from .. import display
from ..errors import InvalidRequest
from ..params import Generate, Span, rows
from .design import Design
from .neighbourhood import Neighbourhood, Point, scale

if TYPE_CHECKING:
    import polars as pl

By = Literal["uncertainty", "preference"]
MOST = 2000  # candidates
PAIRS = 500_000  # of candidates and tasks: a second or two
ROOM = 8  # candidates per proposal that leave a choice
HALVINGS = 5  # of the steps of numeric axes


@dataclass(frozen=True)
class Candidate:
    """A combination of values that is not paid for.

    Attributes:
        at: One value per axis.
        predicted: The metric expected there.
        error: Its standard error.
        planned: Whether it is a cell of the sweep already.
    """

    at: Point
    predicted: float
    error: float
    planned: bool


@dataclass(frozen=True)
class Suggestion:
    """What to pay for next, the first first.

    Attributes:
        axes: Their names.
        candidates: What is proposed.
        how: Which rule proposed it.
        kinds: Column types of the axes.
    """

    axes: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    how: str
    kinds: Mapping[str, str]

    @property
    def cells(self) -> list[dict[str, Any]]:
        """The values of each, as ``mj.sweep(prompt, cells=…)`` takes them."""
        return [dict(zip(self.axes, one.at, strict=True)) for one in self.candidates]

    @property
    def frame(self) -> pl.DataFrame:
        """One row per cell: its values, what is expected there, and whether it is planned already."""
        from .. import frames

        columns: dict[str, list[Any]] = {name: [cell[name] for cell in self.cells] for name in self.axes}
        columns["predicted"] = [None if math.isnan(c.predicted) else c.predicted for c in self.candidates]
        columns["error"] = [None if math.isnan(c.error) else c.error for c in self.candidates]
        columns["planned"] = [c.planned for c in self.candidates]
        return frames.frame(
            columns, {**self.kinds, "predicted": "real", "error": "real", "planned": "switch"}
        )

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.cells)

    def __len__(self) -> int:
        return len(self.candidates)

    def __repr__(self) -> str:
        lines = [", ".join(f"{name} {value}" for name, value in cell.items()) for cell in self.cells]
        return "\n".join([f"{len(lines)} cells to pay for next, by {self.how}:", *lines])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        head = display.notice_html(repr(self).splitlines()[0])
        return display.mime_bundle(repr(self), head + self.frame._repr_html_())


def suggest(
    design: Design, paid: Mapping[int, float], n: int, by: By | None, *, metric: str, seed: int = 0
) -> Suggestion:
    """Return the next cells to pay for; see `Sweep.suggest`.

    Candidates are the cells of the sweep that are not paid, of very many a sample; when those are fewer than
    ``n``, also values midway between neighbouring ones of numeric axes, halved until there is a choice.  By
    uncertainty the next is where the standard error is largest; by preference, where the expected metric is
    (Optuna's TPE says where, when it is installed).  After each pick its expected value is taken for granted
    (Ginsbourger et al. 2010, "kriging believer"), so that picks spread out.

    Args:
        design: The sweep.
        paid: What is known of paid cells, by number; NaN where a cell has no number.
        n: How many to propose.
        by: None takes preference when there are numbers, else uncertainty.
        metric: What is preferred, for words.
        seed: Of what is drawn.
    """
    if not isinstance(n, int) or isinstance(n, bool) or not 1 <= n <= MOST:
        raise InvalidRequest(f"n needs a whole number 1..{MOST}, not {n!r}", hint="Nothing was proposed.")
    if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < 2**32:
        raise InvalidRequest(f"seed needs a whole number from 0, not {seed!r}", hint="Nothing was proposed.")
    if by not in (None, "uncertainty", "preference"):
        raise InvalidRequest(f"by is 'uncertainty' or 'preference', not {by!r}", hint="Nothing was proposed.")
    known = any(not math.isnan(value) for value in paid.values())
    if by == "preference" and not known:
        raise InvalidRequest(
            f"no cell has a number for {metric}", hint="sweep.rate() first, or another metric."
        )
    near = Neighbourhood(design.axes)
    for number, value in paid.items():
        near.add(design.cells[number].at, value)
    pool = _candidates(design, paid, n, seed)
    if by == "uncertainty" or not known:
        return _told(design, _pick(near, pool, n, by_error=True), "standard error")
    points = _optuna(design, paid, near, pool, n, seed)
    if points is not None:
        found = [Candidate(point, *near.at(point), pool[point]) for point in points]
        return _told(design, found, f"{metric} (Optuna)")
    return _told(design, _pick(near, pool, n, by_error=False), f"{metric} of the neighbourhood")


def _pick(near: Neighbourhood, pool: Mapping[Point, bool], n: int, *, by_error: bool) -> list[Candidate]:
    left, found = {point: near.sums(point) for point in pool}, list[Candidate]()
    while left and len(found) < n:
        every = [Candidate(point, *near.told(sums), pool[point]) for point, sums in left.items()]
        best = max(every, key=lambda one: _worth(one, by_error=by_error))
        near.add(best.at, best.predicted)
        del left[best.at]
        left = {p: near.summed(sums, p, best.at, best.predicted) for p, sums in left.items()}
        found.append(best)
    return found


def _worth(one: Candidate, *, by_error: bool) -> tuple[float, float]:
    predicted = -math.inf if math.isnan(one.predicted) else one.predicted
    return (one.error, predicted) if by_error else (predicted, one.error)


def _candidates(design: Design, paid: Mapping[int, float], n: int, seed: int) -> dict[Point, bool]:
    """Return what may be proposed, and whether it is a cell of the sweep."""
    there = {cell.at for cell in design.cells}
    planned = {cell.at: True for cell in design.cells if cell.number not in paid}
    most = max(n, min(MOST, PAIRS // max(1, len(paid))))
    if len(planned) >= n:
        chosen = random.Random(seed).sample(list(planned), most) if len(planned) > most else list(planned)
        return dict.fromkeys(chosen, True)
    axes: dict[str, Sequence[Any]] = dict(design.axes)
    fresh: list[Point] = []
    for _ in range(HALVINGS):
        axes = {name: _finer(name, values) for name, values in axes.items()}
        points = itertools.islice(itertools.product(*axes.values()), 50 * MOST)
        fresh = [point for point in points if point not in there]
        if len(fresh) >= ROOM * n:
            break
    if len(fresh) > most:
        fresh = random.Random(seed).sample(fresh, most)
    return planned | dict.fromkeys(fresh, False)


def _finer(name: str, values: Sequence[Any]) -> list[Any]:
    """Return an axis with the middles between its neighbouring numbers, on the parameter's advised steps."""
    row = rows(Generate).get(name)
    if scale(values) is None or row is None or not isinstance(row.domain, Span):
        return list(values)
    known, step = sorted(value for value in values if value is not None), row.domain.step or 1
    middles = [round((a + b) / 2 / step) * step for a, b in itertools.pairwise(known)]
    return list(dict.fromkeys([*values, *(m for m in middles if known[0] < m < known[-1])]))


def _optuna(
    design: Design,
    paid: Mapping[int, float],
    near: Neighbourhood,
    pool: Mapping[Point, bool],
    n: int,
    seed: int,
) -> list[Point] | None:
    """Return the candidates nearest to what Optuna's TPE sampler asks for; None when it is not installed."""
    try:
        import optuna
    except ImportError:
        return None
    level = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=1)
        study = optuna.create_study(direction="maximize", sampler=sampler)
        spaces = {name: _space(optuna, values) for name, values in design.axes.items()}
        for number, value in paid.items():
            if not math.isnan(value):
                params = dict(zip(design.axes, map(_said, design.cells[number].at), strict=True))
                study.add_trial(optuna.trial.create_trial(params=params, distributions=spaces, value=value))
        left, found = list(pool), list[Point]()
        while left and len(found) < n:
            trial = study.ask(spaces)
            wanted = tuple(trial.params[name] for name in design.axes)
            nearest = min(left, key=lambda point: near.distance(tuple(map(_said, point)), wanted))
            predicted, _ = near.at(nearest)
            study.tell(trial, 0.0 if math.isnan(predicted) else predicted)
            left.remove(nearest)
            found.append(nearest)
        return found
    finally:
        optuna.logging.set_verbosity(level)


def _space(optuna: Any, values: Sequence[Any]) -> Any:
    if scale(values) is None or None in values:
        return optuna.distributions.CategoricalDistribution(list(map(_said, values)))
    return optuna.distributions.FloatDistribution(float(min(values)), float(max(values)))


def _said(value: Any) -> Any:
    """Return a value as Optuna takes it: numbers, texts and None."""
    return value if isinstance(value, bool | int | float | str | None) else str(value)


def _told(design: Design, found: Sequence[Candidate], how: str) -> Suggestion:
    return Suggestion(tuple(design.axes), tuple(found), how, design.kinds)
