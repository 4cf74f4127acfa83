"""What is known about one parameter and one metric: a row of the table of effects."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Effect:
    """The effect of one parameter on one metric; NaN where there is nothing to say.

    Attributes:
        parameter: Its name.
        metric: Its name.
        ordered: Whether the parameter's values are numbers; choices and switches have no order.
        direction: 1 rises, -1 falls, 0 when unordered, not distinguishable from noise, or of two minds (the
            ranks go one way and the fitted line the other).
        size: In the metric's unit.  Ordered: the change along the least-squares line from the lowest value to
            the highest.  Unordered: the range of the level means.  The other parameters are adjusted for.
        low: Lower end of the 95 % confidence interval of `size`; never below 0 when unordered.
        high: Its upper end.
        rank_correlation: Spearman's correlation of parameter and metric over tasks, -1..1, the other
            parameters adjusted for; NaN when unordered.
        share: Partial omega squared, 0..1: the part of the variance that lies between the parameter's values.
        p: Of the permutation test, two-sided, 0..1.
        p_adjusted: The same after Holm's correction over all pairs tested together.
        tasks: How many tasks it rests on.
        repeats: Tasks per cell that would show such an effect with 80 % power at `p_adjusted` <= alpha; None
            when it is shown already, when over 100, and when the noise cannot be estimated.
        verdict: All this in a sentence.
    """

    parameter: str
    metric: str
    ordered: bool
    direction: int
    size: float
    low: float
    high: float
    rank_correlation: float
    share: float
    p: float
    p_adjusted: float
    tasks: int
    repeats: int | None
    verdict: str
