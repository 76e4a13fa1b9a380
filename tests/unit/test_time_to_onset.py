"""Time to onset: the Weibull fit against NIST, scipy and a known truth; the comparison against every way of dealing."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime, minimize
from scipy.stats import ks_2samp, weibull_min

from tvec_pv.domain.statistics.time_to_onset import compare, onsets, weibull

NIST = [54, 187, 216, 240, 244, 335, 361, 373, 375, 386]


def numbers(interval):
    return [float(interval.estimate), float(interval.lower), float(interval.upper)]


def drawn(size, shape, scale, seed=20261125):
    return scale * np.random.default_rng(seed).weibull(shape, size)


# --- fit -----------------------------------------------------------------------------------------------------------


def test_the_censored_example_of_nist():
    found = weibull(onsets([*NIST, *[500] * 10], [*NIST, *[np.inf] * 10]))
    assert float(found.shape.estimate) == pytest.approx(1.7208, abs=5e-5)
    assert float(found.scale.estimate) == pytest.approx(606.5280, rel=1e-6)
    assert found.log_likelihood == pytest.approx(-75.135, abs=5e-4)


def test_uncensored_times_have_the_fit_of_scipy():
    times = drawn(200, 0.7, 30)
    shape, _, scale = weibull_min.fit(times, floc=0)
    found = weibull(onsets(times))
    assert (float(found.shape.estimate), float(found.scale.estimate)) == pytest.approx((shape, scale), rel=1e-4)
    assert found.log_likelihood == pytest.approx(weibull_min.logpdf(times, shape, scale=scale).sum(), abs=1e-6)


def likelihood(at, exact, between, truncated):
    """Written from scipy's distribution: exact times, bounds, and times that are known only up to a longest."""
    law = weibull_min(np.exp(at[0]), scale=np.exp(at[1]))
    value = law.logpdf(exact).sum()
    value += np.log(law.cdf(between[:, 1]) - law.cdf(between[:, 0])).sum()
    return value + (law.logpdf(truncated[:, 0]) - law.logcdf(truncated[:, 1])).sum()


def test_bounds_and_truncation_together_have_the_maximum_of_their_likelihood():
    random = np.random.default_rng(7)
    times, longest = drawn(90, 0.8, 25), random.uniform(10, 90, 90)
    seen = np.column_stack([times, longest])[times < longest]
    exact, between = drawn(40, 0.8, 25, seed=1), np.floor(drawn(40, 0.8, 25, seed=2))
    between = np.column_stack([between, between + 1])
    found = weibull(
        onsets(
            [*exact, *between[:, 0], *seen[:, 0]],
            [*exact, *between[:, 1], *seen[:, 0]],
            [*[np.inf] * 80, *seen[:, 1]],
        )
    )
    best = minimize(lambda at: -likelihood(at, exact, between, seen), [0, 3], method="Nelder-Mead", tol=1e-10)
    assert np.log([found.shape.estimate, found.scale.estimate]) == pytest.approx(best.x, abs=1e-5)
    assert found.log_likelihood == pytest.approx(-best.fun, abs=1e-6)
    slope = lambda at: approx_fprime(at, likelihood, 1e-5, exact, between, seen)  # noqa: E731
    information = -np.array([approx_fprime(best.x, lambda at, one=one: slope(at)[one], 1e-4) for one in (0, 1)])
    errors = np.sqrt(np.diag(np.linalg.inv(information)))
    for interval, error in ((found.shape, errors[0]), (found.scale, errors[1])):
        _, lower, upper = numbers(interval)
        assert np.log(upper / lower) / 2 / 1.959964 == pytest.approx(error, rel=0.01)


def test_what_truncation_hides_is_found_again_only_where_it_is_said():
    """Generated: true shape 1, scale 60; nobody can be seen for longer than a time between 5 and 100 days."""
    held = 0
    for seed in range(20):
        times = drawn(3_000, 1.0, 60, seed)
        longest = np.random.default_rng(1_000 + seed).uniform(5, 100, len(times))
        seen = times < longest
        told = weibull(onsets(times[seen], longest=longest[seen]))
        held += numbers(told.shape)[1] < 1 < numbers(told.shape)[2]
        held += numbers(told.scale)[1] < 60 < numbers(told.scale)[2]
        assert numbers(weibull(onsets(times[seen])).scale)[2] < 40
    assert held >= 34


def test_nineteen_of_twenty_intervals_hold_the_truth():
    """Generated: 100 samples of 60 times."""
    held = 0
    for seed in range(100):
        _, lower, upper = numbers(weibull(onsets(drawn(60, 0.8, 20, seed))).shape)
        held += lower <= 0.8 <= upper
    assert held / 100 == pytest.approx(0.95, abs=0.06)


@pytest.mark.parametrize(("shape", "hazard"), [(0.5, "falling"), (1.0, "about constant"), (2.0, "rising")])
def test_the_interval_of_the_shape_says_what_the_hazard_does(shape, hazard):
    assert weibull(onsets(drawn(200, shape, 20))).hazard == hazard


@settings(deadline=None, max_examples=25)
@given(st.floats(0.01, 100), st.integers(0, 10_000))
def test_another_unit_of_time_changes_the_scale_alone(unit, seed):
    times = drawn(30, 0.9, 10, seed)
    days, other = weibull(onsets(times)), weibull(onsets(times * unit))
    assert numbers(other.shape) == pytest.approx(numbers(days.shape), rel=1e-5)
    assert numbers(other.scale) == pytest.approx([unit * one for one in numbers(days.scale)], rel=1e-5)


@pytest.mark.parametrize(
    "times", [[], [3.0], [3.0, 3.0, 3.0], [5.0, 5.0]], ids=["none", "one", "three equal", "two equal"]
)
def test_times_without_spread_claim_nothing(times):
    found = weibull(onsets(times))
    assert not found.converged
    assert np.isnan([*numbers(found.shape), *numbers(found.scale), found.log_likelihood]).all()
    assert found.hazard == "not known"


def test_truncation_that_leaves_the_scale_open_claims_nothing():
    """Times that grow denser up to the longest: the longer the scale the better, without end."""
    times = 10 + 2 * np.log(np.linspace(0.02, 0.98, 40))
    assert not weibull(onsets(times, longest=10)).converged


known = st.tuples(st.integers(0, 400), st.sampled_from([0, 0, 0, 1, 30, np.inf]), st.sampled_from([np.inf, 0, 3, 500]))


@settings(deadline=None, max_examples=100)
@given(st.lists(known, min_size=0, max_size=12))
def test_whatever_is_told_of_times_it_either_converges_or_claims_nothing(told):
    """Generated: exact days, bounds, censored ones and truncated ones in any mixture."""
    earliest = np.array([float(day) for day, _, _ in told])
    latest = np.array([day + spread for day, spread, _ in told])
    longest = np.array([max(day, 1) + more for day, _, more in told])
    with np.errstate(all="raise"):
        found = weibull(onsets(earliest, latest, longest))
    values = [*numbers(found.shape), *numbers(found.scale), found.log_likelihood]
    assert np.isfinite(values).all() if found.converged else np.isnan(values).all()
    if found.converged:
        assert found.shape.lower < found.shape.estimate < found.shape.upper


def test_an_onset_on_the_day_of_the_dose_is_a_time_of_less_than_a_day():
    said, given_ = weibull(onsets([0, 0, 3, 9, 20])), weibull(onsets([0, 0, 3, 9, 20], [1, 1, 3, 9, 20]))
    assert said == given_
    assert said.converged


@pytest.mark.parametrize(
    ("earliest", "latest", "longest"),
    [([-1], None, None), ([5], [4], None), ([5], None, [4]), ([5], None, [0]), ([np.nan], None, None)],
    ids=["negative", "turned over", "too late", "no time", "not a number"],
)
def test_bounds_that_contradict_each_other_are_refused(earliest, latest, longest):
    with pytest.raises(ValueError, match="time to onset"):
        onsets(earliest, latest, longest)


# --- comparison ----------------------------------------------------------------------------------------------------


def dealt_out(times, others):
    """The share of all ways to deal out the pooled times in which they lie as far apart."""
    pooled = np.array([*times, *others])

    def distance(places):
        ours = np.zeros(len(pooled), bool)
        ours[list(places)] = True
        return max(abs((pooled[ours] <= at).mean() - (pooled[~ours] <= at).mean()) for at in pooled)

    observed = distance(range(len(times)))
    ways = [distance(places) for places in combinations(range(len(pooled)), len(times))]
    return observed, np.mean([way >= observed - 1e-12 for way in ways])


samples = st.lists(st.integers(0, 6), min_size=1, max_size=6)


@settings(deadline=None, max_examples=60)
@given(samples, samples)
def test_every_way_of_dealing_is_counted_also_where_times_are_equal(times, others):
    found = compare(times, others)
    assert (found.distance, found.p) == pytest.approx(dealt_out(times, others), rel=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_without_equal_times_it_is_the_exact_test_of_scipy(seed):
    random = np.random.default_rng(seed)
    times, others = random.weibull(0.7, 17), random.weibull(1.2, 60)
    expected = ks_2samp(times, others, method="exact")
    assert (compare(times, others).distance, compare(times, others).p) == pytest.approx(
        (expected.statistic, expected.pvalue), rel=1e-8
    )


def test_hundreds_of_times_on_both_sides_are_compared_too():
    random = np.random.default_rng(11)
    times, others = random.weibull(1.0, 400), random.weibull(1.2, 900)
    expected = ks_2samp(times, others, method="asymp")
    found = compare(times, others)
    assert found.distance == pytest.approx(expected.statistic)
    assert found.p == pytest.approx(expected.pvalue, rel=0.3)


@settings(deadline=None)
@given(samples, samples)
def test_the_sides_may_be_exchanged_and_only_the_order_of_times_counts(times, others):
    found = compare(times, others)
    for other in (compare(others, times), compare(np.exp(times), np.exp(others))):
        assert (other.distance, other.p) == pytest.approx((found.distance, found.p), rel=1e-9)
    assert 0 < found.p <= 1


def test_no_times_on_one_side_claim_nothing():
    assert np.isnan([compare([], [1.0]).distance, compare([1.0], []).p]).all()
