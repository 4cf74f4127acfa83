"""Looks go where they save most waiting, within the budget, whatever the service does; in planted time."""

from __future__ import annotations

import math
import random
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulating import KIND, World, lognormal

from mjnb.ledger import Intent, Ledger
from mjnb.pacing import BURST, RATE, Purse
from mjnb.params import Generate, make
from mjnb.tracking.latency import USUAL, Latency, Part, learned
from mjnb.tracking.looking import KNOWN, SAFETY_NET, Watched, choose

NEVER = math.inf
unhurried = settings(deadline=None, max_examples=60)


def certain(median: float, spread: float) -> Latency:
    """Return a distribution that needs no learning."""
    return Latency([Part(1.0, math.log(median), spread)], [math.log(median)] * KNOWN)


def holds_budget(looks: Sequence[float], rate: float = RATE, burst: float = BURST) -> None:
    """Hold that no window saw more looks than were saved up and came in."""
    first = 0
    spent = [at - number / rate for number, at in enumerate(looks)]
    for number, one in enumerate(spent):  # looks first..number took number - first + 1 out, in that time
        if spent[first] < one:
            first = number
        assert (spent[first] - one) * rate + 1 <= burst + 1e-6, f"too many looks until {looks[number]:.1f} s"


# ---- at the limit ----


@pytest.mark.parametrize(("at_once", "most"), [(1, 1.15), (5, 1.15), (20, 1.15), (100, 1.5)])
def test_looks_times_delay_stay_at_the_limit(at_once: int, most: float) -> None:
    """Of a hundred at a time each has less than two looks: even the best has 1.3 of the limit then."""
    truth = certain(60, 0.5)
    world = World(at_once, 500, lognormal(60, 0.5), truth).run()
    assert world.per_task * world.delay <= most * truth.work**2 / 2
    assert world.delay <= 1.5 or at_once > 5
    holds_budget(world.looks)


@pytest.mark.parametrize("at_once", [1, 5])
def test_an_empty_ledger_learns_as_it_goes(at_once: int) -> None:
    worlds = [World(at_once, 20, lognormal(60, 0.5), seed=seed).run() for seed in range(8)]
    looks = sum(world.per_task for world in worlds) / len(worlds)
    delay = sum(world.delay for world in worlds) / len(worlds)
    assert delay <= 1.5
    assert looks * delay <= 1.5 * certain(60, 0.5).work ** 2 / 2


# ---- a service that is not as it was ----


def test_a_service_three_times_slower_at_noon_is_noticed() -> None:
    noon = 1500.0
    world = World(5, 250, lambda chance, at: chance.lognormvariate(math.log(60 if at < noon else 180), 0.2))
    world.run(noon + 200)
    before = len(world.delays)
    world.run(noon + 1200)
    settled = len(world.delays)
    world.run()
    assert 0 < before < settled < 250
    assert max(world.delays[before:settled]) < 30
    later = world.delays[settled:]
    assert sum(later) / len(later) <= 1.8
    assert world.model.usual[0] > 100
    holds_budget(world.looks)


def test_one_straggler_is_no_shift_and_three_in_a_row_are() -> None:
    known = [60.0 + n % 7 for n in range(30)]
    assert learned([*known, 200], [], "fast").usual[1] == pytest.approx(63, abs=2)
    assert learned([*known, 200, 190, 210], [], "fast").usual[1] == pytest.approx(200, abs=1)
    assert learned([*known, 20, 21, 19], [], "fast").usual[1] == pytest.approx(20, abs=1)


def test_tasks_that_never_end_starve_nobody() -> None:
    def draw(chance: random.Random, at: float) -> float:
        return NEVER if chance.random() < 0.02 else chance.lognormvariate(math.log(60), 0.3)

    world = World(15, 400, draw).run(2700)
    stuck = [one for one in world.tasks if world.ends[one.name] == NEVER]
    assert len(stuck) >= 3
    assert len(world.delays) >= 380
    assert world.delay < 5
    assert all(world.now - one.looked < 300 for one in stuck), "also they are looked at"
    holds_budget(world.looks)


def test_refusals_of_looks_slow_all_down_and_pass() -> None:
    world = World(10, 200, lognormal(60, 0.3), certain(60, 0.3), refuse=lambda at: 500 < at < 700)
    world.run(700)
    during = [at for at in world.looks if at > 500]
    assert 3 <= len(during) <= 60, "less than a third of what is allowed otherwise"
    world.run()
    assert len(world.delays) == 200
    assert world.purse.rate == RATE
    holds_budget(world.looks)


def test_a_clock_that_jumps_ahead_saves_up_no_more_than_a_burst() -> None:
    world = World(20, 200, lognormal(60, 0.3), certain(60, 0.3))
    for jump in (3 * 3600.0, 400 * 86400.0, 5.0):
        world.run(world.now + 40)
        world.now += jump
    world.run()
    assert len(world.delays) == 200
    holds_budget(world.looks)


def test_a_purse_whose_clock_is_set_back_goes_on() -> None:
    now = [1000.0]
    purse = Purse(lambda: now[0])
    while purse.take():
        pass
    now[0] = 10.0
    assert not purse.take()
    now[0] = 11.0
    assert purse.take()


def test_two_thousand_tasks_at_once_share_the_budget_fairly() -> None:
    world = World(2000, 600, lognormal(60, 0.5), certain(60, 0.5)).run(400)
    holds_budget(world.looks)
    assert len(world.looks) >= 350 * RATE, "all of it is used"
    assert len(world.delays) >= 0.8 * len(world.looks), "on tasks that have most likely ended"
    oldest = min(one.looked for one in world.tasks)
    assert oldest == 0.0  # there are two looks a second, and two thousand tasks
    again = World(500, 10**6, lambda chance, at: NEVER, certain(60, 0.5)).run(270)
    assert min(one.looked for one in again.tasks) > 0, "none is left out"


# ---- several processes ----


def test_processes_that_share_an_account_keep_its_budget() -> None:
    """Each has its part, by how many of the running tasks it follows."""
    worlds = [World(size, 10**6, lognormal(60, 0.4), seed=size) for size in (4, 12, 24)]
    for world in worlds:
        world.purse.share("ledger", world.at_once / 40)
        world.run(900)
        assert len(world.delays) > world.at_once, "each goes on"
    holds_budget(sorted(at for world in worlds for at in world.looks))


OTHER = """
import sys
from pathlib import Path
from mjnb.ledger import Intent, Ledger
from mjnb.params import Generate, make
ledger = Ledger(Path(sys.argv[1]))
for number in range(3):
    fox = make(Generate, {"task_type": "mj_txt2img", "prompt": f"fox {number}", "speed": "fast"})
    own_id, _ = ledger.intend(Intent(fox, "me", "http://x", 8.0, payer=sys.argv[2]))
    ledger.submitted(own_id, f"{number:032x}")
print("ready", flush=True)
sys.stdin.readline()
"""


def test_a_process_takes_its_part_of_what_living_processes_follow(tmp_path: Path) -> None:
    place = tmp_path / "ledger.db"
    ledger = Ledger(place)
    assert ledger.part_of_open("payer") == 1
    fox = make(Generate, {"task_type": "mj_txt2img", "prompt": "a fox", "speed": "fast"})
    own_id, _ = ledger.intend(Intent(fox, "me", "http://x", 8.0, payer="payer"))
    ledger.submitted(own_id, "f" * 32)
    for payer, part in (("payer", 1 / 4), ("another", 1)):
        pipe = subprocess.PIPE
        command = [sys.executable, "-c", OTHER, str(place), payer]
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == "ready\n"
            assert ledger.part_of_open("payer") == part
            other.kill()
            other.wait()
        assert ledger.part_of_open("payer") == 1, "the dead look at nothing"
    ledger.close()


def test_the_smallest_part_counts_and_what_was_saved_up_shrinks_with_it() -> None:
    purse = Purse(lambda: 0.0)
    purse.share("one ledger", 0.5)
    purse.share("another", 0.2)
    assert (purse.part, purse.left, purse.rate) == (0.2, BURST * 0.2, RATE * 0.2)
    purse.share("another", 0)
    assert purse.part == 0.5


# ---- callbacks ----


def test_told_tasks_are_looked_at_as_a_safety_net_only() -> None:
    world = World(4, 10**6, lognormal(60, 0.3), certain(60, 0.3))
    for _ in range(4):
        world.begin()
    for one in world.tasks:
        one.told, one.pause = True, SAFETY_NET
    world.run(58)
    assert len(world.looks) <= 8
    silent = world.tasks[0]
    world.tasks, world.at_once = [silent], 1
    world.ends[silent.name] = world.now
    world.run(world.now + SAFETY_NET + 60)
    assert silent not in world.tasks, "its callback never came"


def test_who_is_due_comes_first_and_who_is_busy_not_at_all() -> None:
    known, purse = certain(60, 0.3), Purse(lambda: 100.0)
    due, late, busy = (Watched(name, KIND, 0.0, 0.0) for name in ("due", "late", "busy"))
    due.due, due.since, due.looked, busy.busy = 99.0, 99.0, 99.0, True
    assert choose([late, due, busy], lambda _: known, purse, 100.0).task is due
    due.due = 103.0
    assert choose([late, due, busy], lambda _: known, purse, 100.0).task is late
    assert choose([due, busy], lambda _: known, purse, 100.0).wait <= 3.0


# ---- distributions ----


@unhurried
@given(
    st.lists(st.floats(0.0, 1e7), max_size=20),
    st.lists(st.floats(0, 1e8), max_size=8),
    st.sampled_from([*USUAL, None]),
)
def test_whatever_was_seen_the_end_stays_possible(
    ended: list[float], running: list[float], speed: str | None
) -> None:
    latency = learned(ended, running, speed)
    ages = [0.0, 0.5, 5.0, 60.0, 3600.0, 1e6, 1e8]
    urges = [latency.urge(age) for age in ages]
    assert all(0 < latency.hazard(age) < math.inf for age in ages)
    assert all(a < b < math.inf for a, b in pairwise(urges))
    assert all(0 <= latency.survival(age) <= 1 for age in ages)
    low, middle, high = latency.usual
    assert 0 < low <= middle <= high < math.inf
    assert 0 < choose([Watched("a", KIND, 0.0, 0.0)], lambda _: latency, Purse(lambda: 0.0), 0.0).wait <= 5.0


@pytest.mark.parametrize("speed", USUAL)
def test_while_nothing_was_seen_the_usual_is_supposed(speed: str) -> None:
    assert learned([], [], speed).usual == (USUAL[speed],) * 3
    assert learned([], [], None).usual == (USUAL["relaxed"],) * 3


def test_running_tasks_count_as_longer_than_they_are() -> None:
    ended = [55.0, 58.0, 60.0, 62.0, 66.0]
    alone, beside = learned(ended, [], "fast"), learned(ended, [64.0] * 5, "fast")
    assert beside.parts[0].mean > alone.parts[0].mean


def test_the_median_of_what_was_seen_is_what_is_usual() -> None:
    assert learned([50, 70, 55], [], "fast").usual[1] == 55
