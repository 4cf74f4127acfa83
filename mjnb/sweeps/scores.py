"""From what people said of pictures to numbers: mean scores of pictures, Bradley-Terry scores of tasks."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..ledger import Judgement, Ledger
from ..tracking import Task
from .numbers import Number, Numbers

if TYPE_CHECKING:
    from ..metrics import Metric

RATING, PREFERENCE = "rating", "preference"
LIKERT = "Likert 1932, mean of scores from 1 to 5"
BRADLEY = "Bradley and Terry 1952, log odds"


def with_ratings(numbers: Numbers, ledger: Ledger, tasks: Sequence[Task | None]) -> Numbers:
    """Return the numbers with what was said of these pictures, by anyone, in any sweep.

    ``rating`` is the mean score of a picture, 1 to 5.  Where pictures were only compared it is the
    Bradley-Terry score of their task, in log odds, with its standard error; where there are both, that is
    ``preference``.  The item is the task, not the cell: repeats of a cell stay independent of each other.
    """
    shas = {str(i.sha256): task.id for task in tasks if task for i in task.images if i.state == "stored"}
    said = ledger.ratings.standing(shas)
    scores, strengths = _scores(said), _strengths(said, shas)
    if not scores and not strengths:
        return numbers
    pictures = {sha: dict(found) for sha, found in numbers.pictures.items()}
    sets = {task_id: dict(found) for task_id, found in numbers.sets.items()}
    compared = PREFERENCE if scores else RATING
    for sha, score in scores.items():
        pictures.setdefault(sha, {})[RATING] = score
    for task_id, strength in strengths.items():
        sets.setdefault(task_id, {})[compared] = strength
    facts = dict(numbers.facts)
    if scores:
        facts[RATING] = _fact(RATING, "rating", "of 5", 1, 5, LIKERT, "picture")
    if strengths:
        facts[compared] = _fact(compared, compared, "log odds", -math.inf, math.inf, BRADLEY, "set")
    return replace(numbers, pictures=pictures, sets=sets, facts=facts)


def wins(said: Sequence[Judgement], tasks: dict[str, str]) -> dict[tuple[str, str], float]:
    """Return how often one task was preferred to another; a tie is half a win for each.

    Best and worst of four say five of the six pairs: the best beats all, all beat the worst (Louviere 1991).

    Args:
        said: Judgements that stand.
        tasks: The task of every picture, by its hash.
    """
    found: defaultdict[tuple[str, str], float] = defaultdict(float)
    for one in said:
        for winner, loser, share in _pairs(one):
            pair = tasks[one.shown[winner - 1].sha256], tasks[one.shown[loser - 1].sha256]
            if pair[0] != pair[1]:
                found[pair] += share
    return dict(found)


def _pairs(one: Judgement) -> Iterator[tuple[int, int, float]]:
    places = range(1, len(one.shown) + 1)
    if one.kind == "pairs" and one.best is None:
        yield from ((1, 2, 0.5), (2, 1, 0.5))
    elif one.kind in ("pairs", "best_worst") and one.best is not None:
        yield from ((one.best, place, 1.0) for place in places if place != one.best)
        if one.worst is not None:
            yield from ((p, one.worst, 1.0) for p in places if p not in (one.best, one.worst))


def _scores(said: Sequence[Judgement]) -> dict[str, float]:
    given: defaultdict[str, list[float]] = defaultdict(list)
    for one in said:
        if one.kind == "single" and one.score is not None:
            given[one.shown[0].sha256].append(one.score)
    return {sha: sum(scores) / len(scores) for sha, scores in given.items()}


def _strengths(said: Sequence[Judgement], tasks: dict[str, str]) -> dict[str, Number]:
    counted = wins(said, tasks)
    if not counted:
        return {}
    from ..effects import bradley_terry

    names = list(dict.fromkeys(name for pair in counted for name in pair))
    table: Any = [[counted.get((one, other), 0.0) for other in names] for one in names]
    scores, errors = bradley_terry(table)
    return {name: (float(s), float(e)) for name, s, e in zip(names, scores, errors, strict=True)}


def _fact(name: str, label: str, unit: str, low: float, high: float, source: str, per: Any) -> Metric:
    from ..metrics import Metric

    return Metric(name, label, unit, low, high, 1, source, per)
