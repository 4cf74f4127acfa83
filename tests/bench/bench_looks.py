"""How late an end is noticed and for how many looks: our way, others', the limit, and what can be had.

Tasks take a lognormal time (median 60 s); one, five, twenty or a hundred run at a time, two looks a second
are allowed.  The limit is Keller's (1974), looks x delay = (integral of sqrt(f S))^2 / 2, with looks for a
density; what can be had at all with whole looks is the best sequence, by dynamic programming.  Plots the
curves to ``build/looks.png``.  Run by ``make bench``; simulated, in planted time, so the same on any machine.
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from simulating import World, lognormal  # beside the tests

from mjnb.tracking.latency import Latency, Part
from mjnb.tracking.looking import KNOWN

MEDIAN, SPREADS = 60.0, (0.5, 0.25, 0.08)
SIZES = {1: 400, 5: 1000, 20: 1500, 100: 1500}  # tasks at a time: tasks in all
PRICES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20)  # seconds of delay that a look costs
PLOT = Path("build") / "looks.png"
Pause = Callable[[float, int], float]  # of a task's age and how often it was looked at


def fixed(seconds: float) -> Pause:
    """Look every so many seconds."""
    return lambda age, looks: seconds


def backoff(first: float, factor: float, longest: float) -> Pause:
    """Wait ever longer."""
    return lambda age, looks: min(first * factor**looks, longest)


def before(spread: float) -> Pause:
    """The schedule until now: from the 5 % quantile on, four looks up to the 95 %; then by age."""
    low, high = (MEDIAN * math.exp(z * spread) for z in (-1.645, 1.645))

    def pause(age: float, looks: int) -> float:
        if age < low:
            return low - age
        return min(max((high - low) / 4 if age < high else age / 8, 1.0), 30.0)

    return pause


def alone(pause: Pause, spread: float, tasks: int = 4000) -> tuple[float, float]:
    """Return looks a task and delay of tasks that do not wait for each other."""
    chance, looks, late = random.Random(7), 0, 0.0
    for _ in range(tasks):
        end, age, many = chance.lognormvariate(math.log(MEDIAN), spread), chance.random() * pause(0, 0), 0
        while True:
            many += 1
            if age >= end:
                break
            age += pause(age, many)
        looks, late = looks + many, late + age - end
    return looks / tasks, late / tasks


def best(spread: float, price: float, steps: int = 2500) -> tuple[float, float]:
    """Return looks and delay of the best sequence when a look costs so much delay: exactly, on a grid."""
    at = np.linspace(0, MEDIAN * math.exp(4.5 * spread), steps)
    with np.errstate(divide="ignore"):
        z = np.log(at / MEDIAN) / spread / math.sqrt(2)
    alive = np.array([math.erfc(one) / 2 for one in z])
    ran = np.concatenate([[0.0], np.cumsum((alive[1:] + alive[:-1]) / 2 * np.diff(at))])
    cost, then = np.zeros(steps), np.zeros(steps, int)
    for here in range(steps - 2, -1, -1):
        there = np.arange(here + 1, steps)
        waits = alive[here] * (at[there] - at[here]) - (ran[there] - ran[here])
        total = price * alive[here] + waits + cost[there]
        then[here] = there[total.argmin()]
        cost[here] = total.min()
    looks = late = 0.0
    here = 0
    while here < steps - 1:
        there_ = int(then[here])
        looks += alive[here]
        late += alive[here] * (at[there_] - at[here]) - (ran[there_] - ran[here])
        here = there_
    return looks, late


def reachable(curve: Sequence[tuple[float, float]], looks: float) -> float:
    """Return the delay of the best curve at a number of looks."""
    xs, ys = zip(*sorted(curve), strict=True)
    return float(np.exp(np.interp(math.log(looks), np.log(xs), np.log(ys))))


def main() -> None:
    """Print a line for every way and size, and plot all of it."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(15, 5), layout="constrained")
    for axes, spread in zip(figure.subplots(1, 3), SPREADS, strict=True):
        truth = Latency([Part(1.0, math.log(MEDIAN), spread)], [math.log(MEDIAN)] * KNOWN)
        limit = truth.work**2 / 2
        print(f"spread {spread:g}: looks x delay >= {limit:.1f} s")
        curve = [best(spread, price) for price in PRICES]
        xs = np.geomspace(1, 60)
        axes.plot(xs, limit / xs, "k:", label="limit (Keller)")
        axes.plot(*zip(*curve, strict=True), "k-", lw=1, label="best whole looks")
        others = {f"fixed {n} s": fixed(n) for n in (1, 2, 5, 10, 15, 30)}
        others |= {"backoff 1 s x 1.5": backoff(1, 1.5, 30), "the schedule until now": before(spread)}
        told = {name: alone(pause, spread) for name, pause in others.items()}
        for name, (looks, late) in told.items():
            print(
                f"  {name:24}{looks:6.1f} looks, {late:6.2f} s late, {looks * late / limit:5.2f} of the limit"
            )
        many = [told[f"fixed {n} s"] for n in (1, 2, 5, 10, 15, 30)]
        axes.plot(*zip(*many, strict=True), "o-", color="tab:grey", label="fixed 1 to 30 s")
        axes.plot(*told["backoff 1 s x 1.5"], "^", color="tab:orange", label="backoff")
        axes.plot(*told["the schedule until now"], "v", color="tab:red", label="the schedule until now")
        for known, mark, colour in ((truth, "s", "tab:blue"), (None, "x", "tab:green")):
            for size, total in SIZES.items():
                tasks, seeds = (total, 1) if known else (max(20, 2 * size), 12)
                draw = lognormal(MEDIAN, spread)
                runs = [World(size, tasks, draw, known, seed) for seed in range(seeds)]
                looks = sum(run.run().per_task for run in runs) / len(runs)
                late = sum(run.delay for run in runs) / len(runs)
                could = reachable(curve, looks)
                what = "known" if known else "empty ledger"
                print(
                    f"  ours, {size:3} at a time, {what:12}{looks:6.1f} looks, {late:6.2f} s late,"
                    f" {looks * late / limit:5.2f} of the limit, {late / could:5.2f} of the best possible"
                )
                axes.plot(looks, late, mark, color=colour, ms=9)
                axes.annotate(f" {size}", (looks, late), color=colour)
            axes.plot([], [], mark, color=colour, label=f"mjnb, {'known' if known else 'empty ledger'}")
        axes.set(
            xscale="log", yscale="log", xlabel="looks a task", title=f"spread {spread:g}", xlim=(0.9, 70)
        )
        axes.set_ylim(0.2, 60)
        axes.set_ylabel("delay from end to look, s (number: tasks at a time)")
        axes.grid(alpha=0.3, which="both")
    axes.legend(fontsize=8)
    PLOT.parent.mkdir(exist_ok=True)
    figure.savefig(PLOT, dpi=110)
    print(f"the curves are in {PLOT}")


if __name__ == "__main__":
    main()
