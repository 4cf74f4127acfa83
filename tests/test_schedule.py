"""When a task is looked at: not before a result can be there, soon then, ever less often later."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mjnb.tracking.schedule import LONGEST, SHORTEST, USUAL, Schedule, quantile

FAST = ("mj_txt2img", "fast")
unhurried = settings(deadline=None)
SECONDS = st.floats(0.5, 600)


def schedule(*past: float, time_scale: float = 1.0) -> Schedule:
    return Schedule(lambda task_type, speed: list(past), time_scale)


@pytest.mark.parametrize("speed", USUAL)
def test_what_is_usual_for_a_speed_is_expected_until_more_is_known(speed: str) -> None:
    assert schedule().expected(("mj_txt2img", speed)) == USUAL[speed]
    assert schedule(time_scale=20).expected(("mj_txt2img", speed)) == USUAL[speed] / 20


def test_a_task_without_a_speed_is_expected_to_be_slow() -> None:
    assert schedule().expected(("mj_video", None)) == USUAL["relaxed"]


def test_the_median_of_what_was_seen_is_expected() -> None:
    assert schedule(50, 70, 55).expected(FAST) == 55


def test_every_kind_has_a_past_of_its_own() -> None:
    past = {"fast": [10.0], "relaxed": [200.0]}
    found = Schedule(lambda task_type, speed: past[speed or ""])
    assert found.expected(("mj_txt2img", "fast")) == 10
    assert found.expected(("mj_txt2img", "relaxed")) == 200


def test_the_past_is_read_once_and_then_learned() -> None:
    reads: list[str] = []

    def past(task_type: str, speed: str | None) -> list[float]:
        reads.append(task_type)
        return [90, 10]

    found = Schedule(past)
    found.learn(FAST, 20)
    assert found.expected(FAST) == 20
    found.learn(FAST, 30)
    assert found.expected(FAST) == 25
    assert reads == ["mj_txt2img"]


def test_the_first_look_waits_for_a_share_of_the_usual_time() -> None:
    assert schedule().pause(FAST, 0) == pytest.approx(0.1 * USUAL["fast"])
    assert schedule().pause(FAST, 4) == pytest.approx(0.1 * USUAL["fast"] - 4)


def test_with_a_known_past_nobody_looks_before_a_result_can_be_there() -> None:
    found = schedule(50, 60, 70)
    assert found.pause(FAST, 0) == pytest.approx(51)
    assert found.pause(FAST, 40) == pytest.approx(11)


def test_while_results_come_in_looks_are_a_quarter_of_their_spread_apart() -> None:
    assert schedule(50, 60, 70).pause(FAST, 60) == pytest.approx((69 - 51) / 4)


def test_when_all_should_be_over_pauses_grow_with_age_to_a_limit() -> None:
    found = schedule(50, 60, 70)
    assert found.pause(FAST, 80) == pytest.approx(10)
    assert found.pause(FAST, 10_000) == LONGEST


@pytest.mark.parametrize("age", [0.0, 30.0, 60.0, 900.0])
def test_when_the_service_reports_by_itself_looking_is_only_a_safety_net(age: float) -> None:
    found = schedule(50, 60, 70, time_scale=2)
    assert found.pause(FAST, age, told=True) == max(found.pause(FAST, age), LONGEST / 2)


@unhurried
@given(st.lists(SECONDS, max_size=8), st.floats(0, 10_000), st.sampled_from([1.0, 20.0, 400.0]))
def test_a_pause_is_never_shorter_than_the_service_allows_nor_endless(
    past: list[float], age: float, scale: float
) -> None:
    found = schedule(*past, time_scale=scale)
    pause = found.pause(FAST, age)
    before = len(past) >= 3 and age < quantile(sorted(past), 0.05)
    assert 0 < pause <= max(LONGEST / scale, max(past, default=0))
    assert before or pause >= SHORTEST / scale


@unhurried
@given(st.floats(0, 3000))
def test_a_faster_clock_scales_every_pause(age: float) -> None:
    assert schedule(time_scale=10).pause(FAST, age / 10) == pytest.approx(schedule().pause(FAST, age) / 10)


@pytest.mark.parametrize(("share", "found"), [(0, 1), (0.5, 2.5), (1, 4), (0.25, 1.75), (0.9, 3.7)])
def test_a_quantile_is_of_type_seven(share: float, found: float) -> None:
    assert quantile([1, 2, 3, 4], share) == pytest.approx(found)


def test_a_quantile_of_one_is_that_one() -> None:
    assert quantile([5.0], 0.95) == 5
