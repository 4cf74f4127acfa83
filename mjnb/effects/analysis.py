"""The whole analysis: every parameter against every metric, corrected together, told in words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..errors import InvalidRequest
from . import words
from .coding import NEGLIGIBLE, Bools, Factor, Floats, Layout, factor, layout, move_together
from .effect import Effect
from .power import least_repeats, repeats_for
from .shuffles import shuffles, smallest_p
from .sizes import shares, sizes
from .testing import holm, permutation_test

HINT = "Nothing was computed."
LARGE = 0.14  # share of the variance


@dataclass(frozen=True)
class Finding:
    """What one parameter and one metric show by themselves, before the others are taken into account.

    Attributes:
        design: None when there was nothing to test; `why` says why.
        trend: Share of the straight line when ordered, of all values when not: what the test can see.
        floor: The smallest p-value that any outcome could have given.
        sampled: Whether `floor` is only due to the number of permutations.
    """

    parameter: str
    metric: str
    ordered: bool
    tasks: int
    design: Layout | None
    why: str = ""
    size: float = math.nan
    low: float = math.nan
    high: float = math.nan
    peak: object = None
    rank_correlation: float = math.nan
    share: float = math.nan
    trend: float = math.nan
    p: float = math.nan
    floor: float = math.nan
    sampled: bool = False


def effects(
    levels: Mapping[str, Sequence[object]],
    values: Mapping[str, Sequence[float]],
    *,
    alpha: float = 0.05,
    permutations: int = 4999,
    seed: int = 0,
) -> list[Effect]:
    """Return the effect of every parameter on every metric, parameters outside, metrics inside.

    * The unit is the task.  Its pictures are not independent: give their mean.
    * p-values come from permutations of the parameter's labels among tasks with equal values of all other
      parameters, so that neither their effects nor their interactions inflate them; where values do not
      repeat (Latin hypercubes) residuals are permuted after Freedman and Lane 1983.  All permutations when
      they are few, else `permutations` random ones with the correction of Phipson and Smyth 2010.
    * Ordered parameters are tested for a trend, by Spearman's rank correlation: a metric that rises and falls
      again by as much is not found.  Give such numbers as text, and any difference between values is tested;
      the verdict says where that may be worth it.
    * All pairs are corrected together after Holm 1979: at most `alpha` of the sweeps in which nothing has an
      effect claim one.  Pairs with nothing to test do not count.
    * Sizes and their intervals: see `sizes.py`; shares of variance and power likewise.

    Args:
        levels: Each parameter's value for every task.
        values: Each metric's value for every task; what is not finite is missing and left out.
        alpha: The risk of a false claim, 0..1; intervals are of 95 % whatever it is.
        permutations: How many at most for a test; p-values get no smaller than 1 / (permutations + 1).
        seed: The same seed gives the same numbers, whichever other metrics are looked at.

    Raises:
        InvalidRequest: When lengths differ, or `alpha` or `permutations` is out of range.
    """
    _check(levels, values, alpha, permutations)
    factors = [factor(name, column) for name, column in levels.items()]
    table = {metric: np.asarray(column, np.float64) for metric, column in values.items()}
    found: dict[tuple[str, str], Finding] = {}
    for kept, metrics in _alike(table):
        for one in factors:
            others = [other.at(kept) for other in factors if other is not one]
            columns = np.stack([table[metric][kept] for metric in metrics], axis=1)
            told = _examine(one.at(kept), others, metrics, columns, permutations, seed)
            found |= {(one.name, finding.metric): finding for finding in told}
    in_order = [found[parameter, metric] for parameter in levels for metric in values]
    return _conclude(in_order, alpha, permutations)


def _check(
    levels: Mapping[str, Sequence[object]],
    values: Mapping[str, Sequence[float]],
    alpha: float,
    permutations: int,
) -> None:
    is_risk = isinstance(alpha, int | float) and 0 < alpha < 1
    faults = [] if is_risk else [f"alpha must lie between 0 and 1, not {alpha!r}"]
    if not isinstance(permutations, int) or isinstance(permutations, bool) or permutations < 1:
        faults.append(f"permutations must be 1 at least, a whole number, not {permutations!r}")
    lengths = {name: len(column) for name, column in [*levels.items(), *values.items()]}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        faults.append(f"every column needs one value per task: {told}")
    if faults:
        raise InvalidRequest(faults, hint=HINT)


def _alike(table: Mapping[str, Floats]) -> Iterator[tuple[Bools, list[str]]]:
    """Yield the tasks that have a metric, and all metrics that the same tasks have."""
    groups: dict[bytes, list[str]] = {}
    for metric, column in table.items():
        groups.setdefault(np.isfinite(column).tobytes(), []).append(metric)
    for metrics in groups.values():
        yield np.isfinite(table[metrics[0]]), metrics


def _examine(
    parameter: Factor,
    others: Sequence[Factor],
    metrics: Sequence[str],
    columns: Floats,
    permutations: int,
    seed: int,
) -> list[Finding]:
    """Return what one parameter does to metrics that the same tasks have."""
    others = [other for other in others if len(other.values) > 1]
    nothing = [Finding(parameter.name, metric, parameter.ordered, len(columns), None) for metric in metrics]
    if why := _untestable(parameter, others):
        return [replace(finding, why=why) for finding in nothing]
    design = layout(parameter, others)
    shuffled = shuffles(design, permutations, np.random.default_rng(seed))
    tested = permutation_test(design, columns, shuffled)
    if tested is None:
        why = words.entangled(parameter.name, [other.name for other in others])
        return [replace(finding, why=why) for finding in nothing]
    sized = sizes(design, columns, np.random.default_rng(seed))
    trends = shares(design, columns, trend=parameter.ordered)
    between = shares(design, columns, trend=False) if parameter.repeats else trends
    few = 0.0 if shuffled.whole else 1 / (permutations + 1)
    exact = smallest_p(design)
    return [
        replace(
            finding,
            design=design,
            size=float(sized.size[k]),
            low=float(sized.low[k]),
            high=float(sized.high[k]),
            peak=sized.peaks[k] if sized.peaks else None,
            rank_correlation=float(tested.rank_correlation[k]),
            share=float(between[k]),
            trend=float(trends[k]),
            p=float(tested.p[k]),
            floor=max(few, exact),
            sampled=few > exact,
        )
        if np.ptp(columns[:, k]) > 0
        else replace(finding, why=words.constant(finding.metric))
        for k, finding in enumerate(nothing)
    ]


def _untestable(parameter: Factor, others: Sequence[Factor]) -> str:
    """Say why there is nothing to test, if so."""
    if not len(parameter.codes):
        return words.NO_TASKS
    if len(parameter.values) < 2:
        return words.nothing_varies(parameter.name)
    twins = [other.name for other in others if move_together(parameter, other)]
    return words.entangled(parameter.name, twins) if twins else ""


def _conclude(found: Sequence[Finding], alpha: float, permutations: int) -> list[Effect]:
    """Correct all p-values together and say what follows."""
    tested = [finding for finding in found if finding.design is not None]
    everything = np.array([finding.p for finding in tested])
    adjusted = {id(finding): p for finding, p in zip(tested, holm(everything.tolist()), strict=True)}
    return [
        _untested(finding)
        if finding.design is None
        else _tested(finding, finding.design, adjusted[id(finding)], everything, alpha, permutations)
        for finding in found
    ]


def _untested(finding: Finding) -> Effect:
    return _effect(finding, 0, math.nan, None, finding.why)


def _tested(
    finding: Finding, design: Layout, adjusted: float, everything: Floats, alpha: float, permutations: int
) -> Effect:
    if adjusted <= alpha:
        direction = _direction(finding)
        return _effect(finding, direction, adjusted, None, _shown(finding, direction, adjusted))
    rivals = int((everything >= finding.p).sum())  # what Holm multiplies this p-value with
    repeats = repeats_for(design, finding.trend, alpha / rivals)
    at_best = int((everything >= finding.floor * (1 - NEGLIGIBLE)).sum())
    if finding.floor * at_best <= alpha:
        verdict = words.noise(repeats, known=not math.isnan(finding.trend), bent=_may_be_bent(finding))
    elif finding.sampled:
        verdict = words.too_few_permutations(permutations, math.ceil(at_best / alpha))
    else:
        verdict = words.too_few_tasks(finding.tasks, least_repeats(design, alpha / at_best), repeats)
    return _effect(finding, 0, adjusted, repeats, verdict)


def _direction(finding: Finding) -> int:
    """Return which way an ordered parameter leads: where ranks and line agree."""
    if not finding.ordered:
        return 0
    by_rank, by_line = np.sign(finding.rank_correlation), np.sign(finding.size)
    return int(by_rank) if by_rank == by_line else 0


def _may_be_bent(finding: Finding) -> bool:
    """Whether values of an ordered parameter differ much (Cohen 1988: 0.14 is large), but not as a line."""
    return finding.ordered and finding.share >= max(LARGE, 2 * finding.trend)


def _shown(finding: Finding, direction: int, p: float) -> str:
    numbers = finding.size, finding.low, finding.high, p
    if finding.ordered:
        return words.rises_or_falls(finding.parameter, direction, *numbers)
    return words.differs(finding.parameter, finding.peak, *numbers)


def _effect(finding: Finding, direction: int, adjusted: float, repeats: int | None, verdict: str) -> Effect:
    return Effect(
        parameter=finding.parameter,
        metric=finding.metric,
        ordered=finding.ordered,
        direction=direction,
        size=finding.size,
        low=finding.low,
        high=finding.high,
        rank_correlation=finding.rank_correlation,
        share=finding.share,
        p=finding.p,
        p_adjusted=adjusted,
        tasks=finding.tasks,
        repeats=repeats,
        verdict=verdict,
    )
