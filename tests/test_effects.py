"""What effects promise: p-values that hold, intervals that cover, words that say no more than was seen."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
import scipy.optimize
import scipy.stats
from numpy.typing import NDArray

from mjnb.effects import Effect, bradley_terry, effects
from mjnb.effects.coding import Layout, factor, layout
from mjnb.effects.power import least_repeats, repeats_for
from mjnb.effects.shuffles import shuffles, smallest_p
from mjnb.effects.testing import holm
from mjnb.errors import InvalidRequest

Floats = NDArray[np.float64]
NOISE = "not distinguishable from noise"


def grid(*lengths: int, repeats: int = 1) -> NDArray[np.intp]:
    """Return level numbers, tasks x parameters."""
    axes = np.meshgrid(*[np.arange(length) for length in lengths], indexing="ij")
    return np.repeat(np.stack(axes, axis=-1).reshape(-1, len(lengths)), repeats, axis=0)


def numbers(codes: NDArray[np.intp]) -> list[int]:
    return [int(code) * 250 for code in codes]


def choices(codes: NDArray[np.intp]) -> list[str]:
    return [f"v{code}" for code in codes]


def named(values: Floats) -> dict[str, Floats]:
    return {f"metric {k}": column for k, column in enumerate(values.T)}


def means_of_pictures(rng: np.random.Generator, tasks: int, metrics: int) -> Floats:
    """Return task means of four pictures, which share a skewed draw of the service and have skewed noise."""
    shared = rng.lognormal(0, 1, (tasks, 1, 1)) * (1 + rng.standard_normal((tasks, 1, metrics)))
    return np.asarray((shared + rng.exponential(1, (tasks, 4, metrics))).mean(axis=1))


def only(found: Sequence[Effect], parameter: str = "", metric: str = "") -> Effect:
    (one,) = (e for e in found if parameter in ("", e.parameter) and metric in ("", e.metric))
    return one


def laid(levels: Mapping[str, Sequence[object]], name: str) -> Layout:
    factors = [factor(key, column) for key, column in levels.items()]
    (one,) = (each for each in factors if each.name == name)
    return layout(one, [each for each in factors if each is not one])


def rate_of_claims(
    make: Callable[[np.random.Generator], tuple[Mapping[str, Any], Floats]],
    times: int,
    null: Sequence[str] = (),
    permutations: int = 499,
) -> float:
    """Return the share of simulated sweeps that claim an effect of a parameter that has none."""
    rng, claims = np.random.default_rng(2026), 0
    for seed in range(times):
        levels, values = make(rng)
        found = effects(levels, named(values), permutations=permutations, seed=seed)
        claims += any(e.p_adjusted <= 0.05 for e in found if not null or e.parameter in null)
    return claims / times


# ---- calibration ----


def test_of_1000_sweeps_without_effects_at_most_6_percent_claim_one() -> None:
    at = grid(4, 3, repeats=2)
    levels = {"stylization": numbers(at[:, 0]), "version": choices(at[:, 1])}
    rate = rate_of_claims(lambda rng: (levels, means_of_pictures(rng, len(at), 3)), 1000, permutations=999)
    assert 0.02 <= rate <= 0.06  # and not for want of trying


def test_single_tests_claim_5_percent() -> None:
    at = grid(4, 3)
    levels = {"stylization": numbers(at[:, 0]), "version": choices(at[:, 1])}
    rng = np.random.default_rng(7)
    found = [
        e.p
        for seed in range(20)
        for e in effects(levels, named(means_of_pictures(rng, 12, 60)), permutations=199, seed=seed)
    ]
    assert 0.035 <= np.mean(np.array(found) <= 0.05) <= 0.06


def test_interactions_of_others_claim_nothing() -> None:
    at = grid(3, 3, 3)
    levels = {"a": numbers(at[:, 0]), "b": choices(at[:, 1]), "c": numbers(at[:, 2])}
    together = (8 * (at[:, 0] - 1) * (at[:, 1] - 1) + 3 * at[:, 1])[:, None]
    rate = rate_of_claims(
        lambda rng: (levels, means_of_pictures(rng, 27, 3) + together), 300, ["a", "c"], permutations=199
    )
    assert rate <= 0.06


def test_hypercubes_with_a_strong_bent_neighbour_claim_nothing() -> None:
    def make(rng: np.random.Generator) -> tuple[Mapping[str, Any], Floats]:
        a, b = rng.permutation(24), rng.permutation(24)
        bent = (b / 2 + 5 * np.sin(b / 3))[:, None]
        return {"a": a.tolist(), "b": b.tolist()}, means_of_pictures(rng, 24, 3) + bent

    assert rate_of_claims(make, 300, ["a"], permutations=199) <= 0.06


def test_failed_cells_claim_nothing() -> None:
    at = grid(4, 3, repeats=2)

    def make(rng: np.random.Generator) -> tuple[Mapping[str, Any], Floats]:
        kept = at[rng.random(len(at)) < 0.75]
        values = means_of_pictures(rng, len(kept), 3) + 5 * kept[:, 1:]
        return {"s": numbers(kept[:, 0]), "v": choices(kept[:, 1])}, values

    assert rate_of_claims(make, 300, ["s"], permutations=199) <= 0.06


# ---- power ----


def test_real_effects_are_found_with_their_direction() -> None:
    at, rng = grid(5, 3, repeats=2), np.random.default_rng(0)
    levels = {"stylization": numbers(at[:, 0]), "version": choices(at[:, 1])}
    right = 0
    for seed in range(100):
        noise = rng.standard_normal((len(at), 3))
        noise[:, 0] += 0.7 * at[:, 0]
        noise[:, 1] += 2.0 * (at[:, 1] == 2) - 0.7 * at[:, 0]
        found = effects(levels, named(noise), permutations=499, seed=seed)
        up, down = only(found, "stylization", "metric 0"), only(found, "stylization", "metric 1")
        choice = only(found, "version", "metric 1")
        right += (up.direction, down.direction) == (1, -1) and choice.p_adjusted <= 0.05
    assert right >= 90


@pytest.mark.parametrize(("name", "slope"), [("s", 0.3), ("v", 0.8)])
def test_the_repeats_it_asks_for_give_80_percent_power(name: str, slope: float) -> None:
    at = grid(4, 3)
    column = at[:, 0] if name == "s" else (at[:, 1] == 2).astype(np.intp)
    strength = (slope * column).var()
    levels = {"s": numbers(at[:, 0]), "v": choices(at[:, 1])}
    repeats = repeats_for(laid(levels, name), strength / (1 + strength), 0.05)
    assert repeats is not None
    many = {key: list(np.repeat(each, repeats)) for key, each in levels.items()}
    noise = np.random.default_rng(1).standard_normal((12 * repeats, 400))
    values = named(noise + slope * np.repeat(column, repeats)[:, None])
    found = [e.p for e in effects(many, values, permutations=499) if e.parameter == name]
    assert 0.73 <= np.mean(np.array(found) <= 0.05) <= 0.88


@pytest.mark.parametrize(("values", "repeats"), [("abcd", 45), ("ab", 64), ([0, 1], 64)])
def test_power_agrees_with_cohens_tables(values: Sequence[object], repeats: int) -> None:
    """Medium effects, f = 0.25: 45 in each of four groups, 64 in each of two."""
    share = 0.25**2 / (1 + 0.25**2)
    assert repeats_for(laid({"k": list(values)}, "k"), share, 0.05) == repeats


def test_no_share_cannot_be_settled() -> None:
    design = laid({"k": [0, 0, 1, 1]}, "k")
    assert repeats_for(design, 0.0, 0.05) is None
    assert repeats_for(design, 0.001, 0.05) is None  # thousands


def test_an_effect_that_is_not_settled_says_how_many_repeats_would_do() -> None:
    rng = np.random.default_rng(4)
    found = only(effects({"s": [0, 500, 1000] * 2}, {"m": [0, 1, 2] * 2 + rng.normal(0, 1, 6)}))
    assert found.repeats is not None
    assert found.repeats > 2
    assert found.direction == 0
    assert (
        found.verdict == f"{NOISE}; about {found.repeats} repeats per cell would settle an effect this large"
    )


def test_more_tests_together_ask_for_more_repeats() -> None:
    rng = np.random.default_rng(4)
    values = named(np.column_stack([[0, 1, 2] * 2 + rng.normal(0, 1, 6), rng.standard_normal((6, 30))]))
    levels = {"s": [0, 500, 1000] * 2}
    alone = only(effects(levels, {"metric 0": values["metric 0"]})).repeats
    together = only(effects(levels, values), metric="metric 0").repeats
    assert alone is not None
    assert together is not None
    assert together > alone


# ---- against scipy and by hand ----


def spearman(x: Any, y: Any) -> float:
    return float(scipy.stats.spearmanr(x, y).statistic)


def test_the_exact_p_of_one_ordered_parameter_is_that_of_spearmans_test() -> None:
    x, y = [0, 100, 250, 500, 1000, 3000], [3.1, 2.0, 5.5, 4.0, 9.0, 8.0]
    expected = scipy.stats.permutation_test(
        (y,), lambda y: abs(spearman(x, y)), permutation_type="pairings", alternative="greater"
    )
    found = only(effects({"w": x}, {"m": y}))
    assert found.p == pytest.approx(expected.pvalue)
    assert found.rank_correlation == pytest.approx(spearman(x, y))


def test_ties_and_unequal_groups_agree_with_spearmans_test() -> None:
    x, y = [0, 0, 0, 5, 5, 9, 9], [1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 2.5]
    every = [abs(spearman(x, order)) for order in itertools.permutations(y)]
    found = only(effects({"w": x}, {"m": y}))
    assert found.p == pytest.approx(np.mean(np.array(every) >= abs(spearman(x, y)) - 1e-12))
    assert found.rank_correlation == pytest.approx(spearman(x, y))


def test_the_exact_p_of_one_unordered_parameter_is_that_of_the_f_test() -> None:
    groups = [[3.0, 4.1], [5.2, 6.0, 7.7], [1.5, 2.5]]
    expected = scipy.stats.permutation_test(
        groups,
        lambda *g: scipy.stats.f_oneway(*g).statistic,
        permutation_type="independent",
        alternative="greater",
        n_resamples=np.inf,
    )
    labels = [name for name, group in zip("abc", groups, strict=True) for _ in group]
    assert only(effects({"v": labels}, {"m": np.concatenate(groups)})).p == pytest.approx(expected.pvalue)


def test_sampled_p_values_come_near_the_asymptotic_ones() -> None:
    rng = np.random.default_rng(3)
    codes, noise = np.repeat(np.arange(5), 12), rng.standard_normal(60)
    values = noise + 0.25 * codes
    ordered = only(effects({"s": numbers(codes)}, {"m": values}))
    assert ordered.p == pytest.approx(scipy.stats.spearmanr(codes, values).pvalue, abs=0.01)
    groups = [values[codes == code] for code in range(5)]
    unordered = only(effects({"s": choices(codes)}, {"m": values}))
    assert unordered.p == pytest.approx(scipy.stats.f_oneway(*groups).pvalue, abs=0.02)
    assert 0.01 < unordered.p < 0.5


def test_labels_are_shuffled_inside_the_values_of_the_others_only() -> None:
    """All 36 shuffles of 3 labels in 2 blocks, with the F of the additive model worked out for each."""
    at, values = grid(2, 3), np.array([1.0, 2.0, 4.0, 11.0, 12.5, 13.0])

    def f_like(labels: Sequence[int]) -> float:
        model = np.column_stack([at[:, 0] == 0, at[:, 0] == 1, *(np.array(labels) == k for k in (1, 2))])
        return -float(np.linalg.lstsq(model.astype(float), values)[1][0])

    orders = list(itertools.permutations(range(3)))
    every = [f_like([*first, *second]) for first in orders for second in orders]
    found = only(effects({"s": choices(at[:, 0]), "v": choices(at[:, 1])}, {"m": values}), "v")
    assert found.p == pytest.approx(np.mean(np.array(every) >= f_like([0, 1, 2] * 2) - 1e-9))
    assert found.p == 6 / 36


def test_residuals_are_shuffled_where_values_do_not_repeat() -> None:
    """All 720 orders of ranked residuals (Freedman and Lane), the partial correlation worked out for each."""
    a, b = [0, 1, 2, 3, 4, 5], [1.0, 0.0, 3.0, 5.0, 2.0, 9.0]
    values = np.array([1.0, 3.0, 2.0, 9.0, 4.0, 8.5])
    model = np.column_stack([np.ones(6), b])

    def left(column: Any) -> Floats:
        return np.asarray(column - model @ np.linalg.lstsq(model, np.asarray(column, float))[0])

    def partial(ranks: Any) -> float:
        return abs(float(np.corrcoef(left(a), left(ranks))[0, 1]))

    ranks = scipy.stats.rankdata(left(values))
    every = np.array([partial(order) for order in itertools.permutations(ranks)])
    found = only(effects({"a": a, "b": b}, {"m": values}), "a")
    assert found.p == pytest.approx(np.mean(every >= partial(ranks) - 1e-9))
    assert abs(found.rank_correlation) == pytest.approx(partial(ranks))


def test_every_shuffle_keeps_the_blocks_and_none_comes_twice() -> None:
    at = grid(2, 3)
    design = laid({"s": numbers(at[:, 0]), "v": choices(at[:, 1])}, "v")
    whole = shuffles(design, 36, np.random.default_rng(0))
    assert whole.whole
    assert len(np.unique(at[whole.rows, 1], axis=0)) == len(whole.rows) == 36
    some = shuffles(design, 35, np.random.default_rng(0))
    assert not some.whole
    assert some.rows.shape == (35, 6)
    for rows in (whole.rows, some.rows):
        assert (at[rows, 0] == at[:, 0]).all()
        assert (np.sort(some.rows) == np.arange(6)).all()


def test_size_and_interval_are_least_squares_with_hc3_errors() -> None:
    rng = np.random.default_rng(5)
    at = grid(4, 3, repeats=2)[:-3]  # three failed
    levels = {"s": numbers(at[:, 0]), "v": choices(at[:, 1])}
    values = rng.standard_normal(len(at)) * (1 + at[:, 0])
    found = only(effects(levels, {"m": values}), "s")
    model = np.column_stack([at[:, 0] / 3, *(at[:, 1] == k for k in range(3))]).astype(float)
    inverse = np.linalg.inv(model.T @ model)
    slopes = inverse @ model.T @ values
    weighted = (values - model @ slopes) / (1 - np.einsum("ij,jk,ik->i", model, inverse, model))
    error = math.sqrt((inverse @ (model.T * weighted**2) @ model @ inverse)[0, 0])
    margin = float(scipy.stats.t.ppf(0.975, len(at) - 4)) * error
    assert (found.size, found.low, found.high) == pytest.approx(
        (slopes[0], slopes[0] - margin, slopes[0] + margin)
    )


def test_the_interval_of_a_range_is_tukeys() -> None:
    rng = np.random.default_rng(6)
    groups = [rng.standard_normal(size) + mean for size, mean in ((6, 0), (9, 1), (7, 4))]
    labels = [name for name, group in zip("abc", groups, strict=True) for _ in group]
    found = only(effects({"v": labels}, {"m": np.concatenate(groups)}))
    tukey = scipy.stats.tukey_hsd(*groups).confidence_interval()
    assert found.size == pytest.approx(groups[2].mean() - groups[0].mean())
    assert (found.low, found.high) == pytest.approx((tukey.low.max(), tukey.high.max()), rel=0.03)


def test_the_share_is_omega_squared() -> None:
    rng = np.random.default_rng(8)
    codes = np.repeat(np.arange(4), 6)
    values = rng.standard_normal(24) + codes
    statistic = scipy.stats.f_oneway(*(values[codes == code] for code in range(4))).statistic
    expected = 3 * (statistic - 1) / (3 * (statistic - 1) + 24)
    assert only(effects({"v": choices(codes)}, {"m": values})).share == pytest.approx(expected)
    assert only(effects({"s": numbers(codes)}, {"m": values})).share == pytest.approx(expected)


def test_the_share_is_partial_and_unbiased_where_there_is_no_effect() -> None:
    at, rng = grid(4, 4, repeats=2), np.random.default_rng(9)
    values = named(rng.standard_normal((32, 200)) + 50 * at[:, :1] + at[:, 1:])
    levels = {"a": choices(at[:, 0]), "b": choices(at[:, 1])}
    found = [e.share for e in effects(levels, values, permutations=1) if e.parameter == "b"]
    assert np.mean(found) == pytest.approx(1.25 / (1.25 + 1), abs=0.03)  # variance of 0..3 over that plus 1
    nothing = effects(levels, named(rng.standard_normal((32, 200))), permutations=1)
    assert np.median([e.share for e in nothing]) < 0.02


@pytest.mark.parametrize("noise", ["normal", "lognormal", "unequal"])
def test_intervals_cover(noise: str) -> None:
    at, rng = grid(4, 3, repeats=2), np.random.default_rng(10)
    drawn = {
        "normal": rng.standard_normal((24, 1500)),
        "lognormal": rng.lognormal(0, 1, (24, 1500)),
        "unequal": rng.standard_normal((24, 1500)) * (1 + at[:, :1]),
    }[noise]
    levels = {"s": numbers(at[:, 0]), "v": choices(at[:, 1])}
    found = effects(levels, named(drawn + 2 * at[:, :1] - 4 * at[:, 1:]), permutations=1)
    for name, truth in (("s", 6), ("v", 8)):
        covered = [e.low <= truth <= e.high for e in found if e.parameter == name]
        assert np.mean(covered) >= 0.935, name
        assert np.median([e.size for e in found if e.parameter == name]) == pytest.approx(truth, abs=0.4)


def test_a_range_of_nothing_covers_zero() -> None:
    noise = np.random.default_rng(11).standard_normal((20, 1000))
    found = effects({"v": list("abcd") * 5}, named(noise), permutations=1)
    assert 0.93 <= np.mean([e.low == 0 for e in found]) <= 0.97


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.9]) == [1, 1]
    assert holm([]) == []


def test_all_pairs_are_corrected_together() -> None:
    at, rng = grid(4, 3, repeats=2), np.random.default_rng(12)
    levels = {"s": numbers(at[:, 0]), "v": choices(at[:, 1])}
    found = effects(levels, named(rng.standard_normal((24, 3)) + at[:, :1]))
    assert [e.p_adjusted for e in found] == holm([e.p for e in found])
    assert max(e.p_adjusted / e.p for e in found) > 5


# ---- designs ----


def test_a_strong_neighbour_does_not_hide_an_effect() -> None:
    at, rng = grid(5, 4), np.random.default_rng(13)
    values = rng.standard_normal(20) + at[:, 0] + 100 * at[:, 1]
    found = only(effects({"s": numbers(at[:, 0]), "w": numbers(at[:, 1])}, {"m": values}), "s")
    assert found.direction == 1
    assert found.low < 4 < found.high
    assert found.rank_correlation > 0.5
    assert found.share > 0.3


def test_a_bent_neighbour_is_adjusted_for_level_by_level() -> None:
    at, rng = grid(5, 4), np.random.default_rng(22)
    values = rng.standard_normal(20) + at[:, 0] + 100 * (at[:, 1] == 1)
    found = only(effects({"s": numbers(at[:, 0]), "w": numbers(at[:, 1])}, {"m": values}), "s")
    assert found.low < 4 < found.high < found.low + 6


def test_many_levels_are_adjusted_for_by_lines_when_tasks_are_few() -> None:
    rng = np.random.default_rng(23)
    levels = {name: (rng.permutation(24) // 4).tolist() for name in "abcd"}
    assert laid(levels, "a").adjusted.shape == (24, 4)  # the mean and three lines, not 16 level means
    few = {name: [level // 3 for level in column] for name, column in levels.items()}
    assert laid(few, "a").adjusted.shape == (24, 4)  # two levels are a line


def test_a_latin_hypercube_is_analysed() -> None:
    rng = np.random.default_rng(14)
    a, b = rng.permutation(30), rng.permutation(30)
    values = rng.standard_normal(30) - a / 5 + b / 2
    found = only(effects({"a": a.tolist(), "b": (b / 7).tolist()}, {"m": values}), "a")
    assert laid({"a": a.tolist(), "b": b.tolist()}, "a").free
    assert found.direction == -1
    assert found.low < -29 / 5 < found.high
    assert found.share > 0.3


def test_uneven_steps_are_measured_by_their_numbers() -> None:
    x = [0, 100, 250, 3000] * 3
    found = only(effects({"w": x}, {"m": [2 + v / 100 for v in x]}))
    assert (found.size, found.low, found.high) == pytest.approx((30, 30, 30))
    assert found.rank_correlation == pytest.approx(1)
    assert found.share == pytest.approx(1)


@pytest.mark.parametrize("b", [["w", "x", "y", "z"], [0, 10, 100, 1000], [9, 8, 7, 0]])
def test_parameters_that_move_together_cannot_be_told_apart(b: list[object]) -> None:
    found = effects({"a": [0, 1, 2, 3] * 2, "b": b * 2}, {"m": [1.0, 2.0, 4.0, 3.0] * 2})
    assert [e.verdict for e in found] == [
        "cannot be told apart: a always changes together with b",
        "cannot be told apart: b always changes together with a",
    ]
    assert all(math.isnan(e.p) for e in found)


def test_sums_of_the_others_cannot_be_told_apart_from_them() -> None:
    at = grid(3, 3)
    levels = {"a": numbers(at[:, 0]), "b": numbers(at[:, 1]), "sum": numbers(at.sum(axis=1))}
    found = only(effects(levels, {"m": np.arange(9.0) ** 2}), "sum")
    assert found.verdict == "cannot be told apart: sum always changes together with a and b"


def test_numbers_are_ordered_and_nothing_else_is() -> None:
    columns: dict[str, list[object]] = {
        "number": [0, 0.5, np.int64(7), 9],
        "choice": list("abcd"),
        "digits": ["7", "6.1", "7", "5"],
        "switch": [True, False, True, False],
        "unsaid": [None, 0, 1, 2],
    }
    found = [only(effects({name: column}, {"m": [1.0, 2, 3, 5]})) for name, column in columns.items()]
    assert [e.ordered for e in found] == [True, False, False, False, False]
    assert [math.isnan(e.rank_correlation) for e in found] == [False, True, True, True, True]


def test_missing_numbers_are_left_out_for_their_metric_only() -> None:
    at, rng = grid(4, 2, repeats=2), np.random.default_rng(15)
    levels = {"s": numbers(at[:, 0]), "v": choices(at[:, 1])}
    whole = rng.standard_normal(16) + at[:, 0]
    holes = whole.copy()
    holes[[3, 7]] = np.nan
    holes[11] = np.inf
    kept = np.isfinite(holes)
    both = effects(levels, {"whole": whole, "holes": holes})
    alone = effects(
        {k: [v for v, keep in zip(c, kept, strict=True) if keep] for k, c in levels.items()},
        {"holes": whole[kept]},
    )
    for one in alone:
        same = only(both, one.parameter, "holes")
        assert (same.tasks, same.p, same.size, same.low, same.share) == (
            13, one.p, one.size, one.low, one.share
        )  # fmt: skip
    assert only(both, "s", "whole").tasks == 16


# ---- words ----


def test_what_is_seen_is_said() -> None:
    at, rng = grid(5, repeats=4), np.random.default_rng(16)
    noise = rng.standard_normal(20)
    up = only(effects({"stylization": numbers(at[:, 0])}, {"m": 60 * at[:, 0] / 4 + 5 * noise}))
    assert up.verdict == f"rises with stylization: {up.size:+.1f} ({up.low:.1f} to {up.high:.1f}), p < 0.001"
    assert up.repeats is None
    down = only(effects({"weirdness": numbers(at[:, 0])}, {"m": 0.01 * noise - at[:, 0] / 10}))
    assert down.verdict.startswith("falls with weirdness: -0.4")
    assert down.direction == -1
    choice = only(effects({"version": choices(at[:, 0])}, {"m": noise + 9 * (at[:, 0] == 3)}))
    assert choice.verdict.startswith("differs between values of version: by up to ")
    assert choice.verdict.endswith(", highest at v3, p < 0.001")
    assert choice.direction == 0
    assert choice.low > 0


def test_two_tasks_or_four_cannot_tell_and_say_so() -> None:
    one = only(effects({"s": [0, 1]}, {"m": [1.0, 2.0]}))
    assert one.p == 1
    assert one.verdict == (
        "only 2 tasks: no result can be told from noise; repeat=4 would do for a clear effect"
    )
    at = grid(2, 2)
    four = effects({"s": numbers(at[:, 0]), "w": numbers(at[:, 1])}, {"m": [1.0, 2.0, 4.0, 9.0]})
    assert all(e.verdict.startswith("only 4 tasks: no result can be told from noise") for e in four)


@pytest.mark.parametrize("repeat", [1, 2, 3])
def test_the_least_repeats_are_the_first_with_which_a_clear_effect_is_shown(repeat: int) -> None:
    at = grid(2, 2, repeats=repeat)
    levels = {"s": numbers(at[:, 0]), "w": numbers(at[:, 1])}
    clear = np.arange(len(at)) / 1000 + at[:, 0]
    found = only(effects(levels, {"m": clear}), "s")
    assert found.p == pytest.approx(smallest_p(laid(levels, "s")))
    assert least_repeats(laid({k: v[::repeat] for k, v in levels.items()}, "s"), 0.05) == 3
    assert (found.p <= 0.05) == (repeat >= 3)


def test_few_permutations_for_many_tests_are_said_to_be_few() -> None:
    codes = np.repeat(np.arange(4), 5)
    values = named(np.random.default_rng(17).standard_normal((20, 10)) + codes[:, None])
    found = effects({"s": numbers(codes)}, values, permutations=99)
    assert all("so many tests together need at least 200" in e.verdict for e in found)
    enough = effects({"s": numbers(codes)}, values, permutations=200)
    assert any(e.direction == 1 for e in enough)


def test_a_hump_is_no_trend_but_a_difference_when_asked_for() -> None:
    codes = np.repeat(np.arange(5), 4)
    hump = -((codes - 2.0) ** 2) + np.random.default_rng(18).normal(0, 0.5, 20)
    trend = only(effects({"s": numbers(codes)}, {"m": hump}))
    assert trend.verdict.startswith(NOISE)
    assert trend.verdict.endswith("give them as text to test that")
    assert only(effects({"s": choices(codes)}, {"m": hump})).p_adjusted < 0.01


def test_ranks_and_line_that_disagree_have_no_direction() -> None:
    x = list(range(12))
    found = only(effects({"s": x}, {"m": [*range(11), -500.0]}))
    assert found.rank_correlation > 0
    assert found.size < 0
    assert found.direction == 0
    mixed = only(effects({"s": list(range(20))}, {"m": [*range(19), -500.0]}))
    assert mixed.p_adjusted <= 0.05
    assert mixed.direction == 0
    assert mixed.verdict.startswith("changes with s, not steadily up or down: -")


# ---- nothing to tell ----


def test_constants_and_lone_values_and_empty_metrics_do_not_count() -> None:
    levels = {"s": [0, 1, 2, 3, 4], "v": ["7"] * 5}
    rising = [1.0, 2.0, 3.0, 4.0, 5.0]
    found = effects(levels, {"m": rising, "flat": [0.1] * 5, "none": [math.nan] * 5})
    told = {(e.parameter, e.metric): e for e in found}
    assert list(told) == [(p, m) for p in levels for m in ("m", "flat", "none")]
    assert told["s", "m"].p_adjusted == told["s", "m"].p == pytest.approx(2 / 120)
    assert told["s", "flat"].verdict == "nothing to tell: flat is the same for every task"
    assert told["v", "m"].verdict == "nothing to compare: v has one value"
    assert told["s", "none"].verdict == "nothing to compare: no task has this metric"
    assert told["s", "none"].tasks == 0
    assert all(math.isnan(e.p_adjusted) and e.direction == 0 for e in found if e is not told["s", "m"])


def test_a_metric_that_only_the_others_move_is_no_effect() -> None:
    at = grid(4, 3)
    values = 0.1 * at[:, 1] + 1e6
    found = only(effects({"s": numbers(at[:, 0]), "v": choices(at[:, 1])}, {"m": values}), "s")
    assert found.p == 1
    assert found.direction == 0


def test_rounding_is_no_effect() -> None:
    a, b = (np.random.default_rng(seed).permutation(20) for seed in (1, 2))
    found = only(effects({"a": a.tolist(), "b": b.tolist()}, {"m": 1e6 + 0.3 * b}, permutations=99), "a")
    assert found.p == 1


@pytest.mark.parametrize("tasks", [0, 1, 2, 3])
def test_almost_nothing_is_survived(tasks: int) -> None:
    levels = {"s": list(range(tasks)), "v": choices(np.arange(tasks) % 2)}
    found = effects(levels, {"m": [float(k * k) for k in range(tasks)]})
    assert [e.tasks for e in found] == [tasks, tasks]
    assert all(e.verdict and e.direction == 0 for e in found)
    assert effects({}, {"m": [1.0] * tasks}) == []
    assert effects(levels, {}) == []


def test_the_seed_decides_and_other_metrics_do_not() -> None:
    at, rng = grid(5, 3, repeats=2), np.random.default_rng(19)
    levels = {"s": numbers(at[:, 0]), "v": choices(at[:, 1])}
    values = named(rng.standard_normal((30, 2)))
    first, again, other = (effects(levels, values, permutations=99, seed=seed) for seed in (1, 1, 2))
    assert first == again or repr(first) == repr(again)  # NaN equals nothing
    assert [e.p for e in first] != [e.p for e in other]
    alone = effects(levels, {"metric 1": values["metric 1"]}, permutations=99, seed=1)
    assert [e.p for e in alone] == [e.p for e in first if e.metric == "metric 1"]


def test_units_of_the_metric_scale_the_size_only() -> None:
    codes = np.repeat(np.arange(4), 4)
    values = np.random.default_rng(20).standard_normal(16) + codes / 2
    for column in (numbers(codes), choices(codes)):
        one, large = (only(effects({"s": column}, {"m": values * scale})) for scale in (1, 1e6))
        assert (large.size, large.low, large.high) == pytest.approx(
            (one.size * 1e6, one.low * 1e6, one.high * 1e6)
        )
        assert (large.p, large.repeats) == (one.p, one.repeats)
        assert large.share == pytest.approx(one.share)


def test_faults_are_told_together() -> None:
    with pytest.raises(InvalidRequest) as told:
        effects({"s": [1, 2]}, {"m": [1.0]}, alpha=2, permutations=0)
    assert len(told.value.faults) == 3
    assert "s has 2, m has 1" in str(told.value)


# ---- Bradley and Terry ----

# Baseball, American League East 1987: Agresti 2002, Categorical data analysis, table 10.10.
TEAMS = ("Milwaukee", "Detroit", "Toronto", "New York", "Boston", "Cleveland", "Baltimore")
BASEBALL = np.array(
    [
        [0, 7, 9, 7, 7, 9, 11],
        [6, 0, 7, 5, 11, 9, 9],
        [4, 6, 0, 7, 7, 8, 12],
        [6, 8, 6, 0, 6, 7, 10],
        [6, 2, 6, 7, 0, 7, 12],
        [4, 4, 5, 6, 6, 0, 6],
        [2, 4, 1, 3, 1, 7, 0],
    ]
)
PUBLISHED = (1.5814, 1.4364, 1.2945, 1.2476, 1.1077, 0.6839, 0.0)  # Turner and Firth 2012, BradleyTerry2


def by_maximiser(wins: NDArray[Any], half_wins: float = 0.0) -> tuple[Floats, Floats]:
    """Return scores and errors from the likelihood itself, by general methods; scores are centred at last.

    `half_wins` and as many losses are added against a thing of score 0.
    """
    count = len(wins)

    def loss(scores: Floats) -> float:
        against_average = half_wins * (np.logaddexp(0, scores) + np.logaddexp(0, -scores)).sum()
        return float((wins * np.logaddexp(0, scores - scores[:, None])).sum() + against_average)

    best = scipy.optimize.minimize(loss, np.zeros(count), method="BFGS", options={"gtol": 1e-7}).x
    step = 1e-3 * np.eye(count)
    curvature = [
        [loss(best + a + b) - loss(best + a - b) - loss(best - a + b) + loss(best - a - b) for b in step]
        for a in step
    ]
    shared = 0.0 if half_wins else 1.0  # any number: it fixes the sum of scores, which centring takes away
    covariance = np.linalg.inv(np.array(curvature) / 4e-6 + shared)
    centring = np.eye(count) - 1 / count
    return centring @ best, np.sqrt(np.diag(centring @ covariance @ centring))


def test_baseball_agrees_with_the_books_and_with_a_maximiser() -> None:
    scores, errors = bradley_terry(BASEBALL)
    assert scores - scores[-1] == pytest.approx(PUBLISHED, abs=1e-4)
    expected, spread = by_maximiser(BASEBALL)
    assert scores == pytest.approx(expected, abs=1e-5)
    assert errors == pytest.approx(spread, rel=1e-4)
    assert scores.sum() == pytest.approx(0, abs=1e-9)


def test_two_things_have_the_log_odds_apart() -> None:
    scores, errors = bradley_terry(np.array([[5, 6], [2, 5]]))
    assert scores[0] - scores[1] == pytest.approx(math.log(3))
    assert 2 * errors == pytest.approx(math.sqrt(1 / 6 + 1 / 2))


def test_scores_find_what_made_the_choices() -> None:
    rng = np.random.default_rng(21)
    truth = np.linspace(-1, 1, 6)
    chance = 1 / (1 + np.exp(truth - truth[:, None]))
    off = 0
    for _ in range(100):
        games = np.triu(rng.binomial(20, chance), 1)
        scores, errors = bradley_terry(games + np.tril(20 - games.T, -1))
        off += int((np.abs(scores - truth) > 1.96 * errors).sum())
    assert 0.02 <= off / 600 <= 0.08


def test_one_that_never_lost_gets_a_finite_score_with_a_large_error() -> None:
    wins = np.array([[0, 4, 4], [0, 0, 2], [0, 2, 0]])
    scores, errors = bradley_terry(wins)
    assert scores[0] > scores[1] == pytest.approx(scores[2])
    assert np.isfinite([scores, errors]).all()
    assert errors[0] > errors[1]
    expected, spread = by_maximiser(wins, half_wins=0.5)
    assert scores == pytest.approx(expected, abs=1e-5)
    assert errors == pytest.approx(spread, rel=1e-4)


def test_islands_and_things_never_compared_are_borne() -> None:
    wins = np.zeros((5, 5))
    wins[0, 1], wins[1, 0], wins[2, 3], wins[3, 2] = 3, 1, 1, 3
    scores, errors = bradley_terry(wins)
    assert scores[0] == pytest.approx(scores[3])
    assert scores[4] == pytest.approx(0, abs=1e-8)
    assert scores[1] < scores[4] < scores[0]
    assert errors[4] == errors.max()
    assert bradley_terry(np.zeros((1, 1)))[0] == [0]
    assert len(bradley_terry(np.zeros((0, 0)))[0]) == 0


@pytest.mark.parametrize("wins", [np.ones((2, 3)), np.array([[0, -1], [1, 0]]), np.full((2, 2), np.nan)])
def test_wins_that_are_none_are_refused(wins: NDArray[Any]) -> None:
    with pytest.raises(InvalidRequest):
        bradley_terry(wins)
