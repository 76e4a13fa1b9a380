"""Poisson MaxSPRT against published critical values, against simulated reports and against its own definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import poisson

from tvec_pv.domain.statistics.sequential import (
    critical_value,
    expected_reports,
    log_likelihood_ratio,
    probability_of_crossing,
    watch,
)

# The R package Sequential (Kulldorff and Silva): expected count at the end, least count, critical value for alpha 0.05
SEQUENTIAL = [
    (1, 1, 2.85393700326128),
    (2, 1, 3.0469774628286),
    (5, 1, 3.29718279728549),
    (10, 1, 3.46795158033368),
    (20, 1, 3.62812301587201),
    (100, 1, 3.95232090599911),
    (1, 3, 1.7742178463146),
    (2, 4, 2.00015758807598),
    (10, 2, 3.23800870652229),
    (10, 4, 2.92156132978567),
    (20, 10, 2.71713745193818),
]


@pytest.mark.parametrize(("longest", "least", "value"), SEQUENTIAL)
def test_the_critical_values_are_those_of_r(longest, least, value):
    assert critical_value(longest, 0.05, least) == pytest.approx(value, abs=1e-7)


@pytest.mark.parametrize(("longest", "value"), [(1, 2.8539), (2, 3.0470), (5, 3.2972), (10, 3.4680), (20, 3.6281)])
def test_the_critical_values_are_the_published_ones(longest, value):
    assert critical_value(longest) == pytest.approx(value, abs=5e-5)


def test_the_worked_watch_crosses():
    found = watch([1, 4, 9], [1.0, 2.0, 3.2], longest=10)
    assert found.log_likelihood_ratio[-1] == pytest.approx(3.5067, abs=5e-5)
    assert found.critical_value == pytest.approx(3.4680, abs=5e-5)
    assert found.crossed_at == 2


def test_a_crossing_is_not_taken_back():
    found = watch([9, 9, 10], [3.2, 6.0, 9.9], longest=10)
    assert (found.log_likelihood_ratio[1:] < found.critical_value).all()
    assert found.crossed_at == 0


def test_fewer_reports_than_the_least_count_never_cross():
    assert watch([2], [0.01], longest=10).crossed_at == 0
    assert watch([2], [0.01], longest=10, least_count=3).crossed_at is None


@pytest.mark.parametrize(("longest", "least"), [(2, 1), (10, 1), (10, 4)])
def test_reports_that_come_by_chance_cross_as_often_as_alpha_says(longest, least):
    """40,000 simulated watches, looked at after each report: that is when a ratio is greatest."""
    random = np.random.default_rng(20261125)
    arrivals = random.exponential(size=(40_000, 60)).cumsum(axis=1)
    counts = np.arange(1, 61)
    ratio = np.where(counts > arrivals, counts * np.log(counts / arrivals) - (counts - arrivals), 0)
    crosses = (ratio >= critical_value(longest, 0.05, least)) & (arrivals <= longest) & (counts >= least)
    assert crosses.any(axis=1).mean() == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / 40_000))


def test_one_report_that_may_cross_has_a_closed_form():
    """Until the second report can cross, only the first matters: P(a report before mu) = 1 - exp(-mu)."""
    limit = 3.0
    moments = [mu for mu in np.linspace(1e-5, 1, 200_001) if -np.log(mu) - 1 + mu >= limit]
    assert probability_of_crossing(float(moments[-1]), limit) == pytest.approx(1 - np.exp(-moments[-1]), abs=1e-9)


def test_the_first_moment_of_a_least_count_has_a_closed_form():
    """Looked at until the least count ceases to cross at once: P(at least four reports)."""
    limit = 3.0
    mu = max(mu for mu in np.linspace(1e-3, 4, 400_001) if 4 * np.log(4 / mu) - (4 - mu) >= limit)
    assert probability_of_crossing(float(mu), limit, 4) == pytest.approx(poisson.sf(3, mu), abs=1e-6)


@settings(deadline=None, max_examples=30)
@given(st.floats(0.5, 15), st.floats(0.5, 15), st.floats(1, 6))
def test_alpha_is_spent_as_time_goes_by_and_less_of_it_at_a_higher_limit(one, other, limit):
    early, late = sorted((one, other))
    assert 0 <= probability_of_crossing(early, limit) <= probability_of_crossing(late, limit) <= 1
    assert probability_of_crossing(late, limit + 1) <= probability_of_crossing(late, limit)


def test_the_whole_watch_spends_its_alpha():
    found = watch([0, 0, 0], [1.0, 5.0, 10.0], longest=10)
    assert found.alpha_spent[-1] == pytest.approx(0.05, abs=1e-8)
    assert (np.diff(found.alpha_spent) > 0).all()
    assert found.crossed_at is None


@settings(deadline=None)
@given(st.integers(0, 1_000), st.floats(0.01, 1_000))
def test_the_ratio_is_that_of_two_poisson_probabilities(count, mu):
    best = max(count, mu)
    expected = poisson.logpmf(count, best) - poisson.logpmf(count, mu)
    assert float(log_likelihood_ratio(count, mu)) == pytest.approx(expected, rel=1e-7, abs=1e-7)


def test_doses_and_a_rate_give_what_is_expected():
    assert expected_reports([0, 50_000, 200_000], 12.5).tolist() == [0, 0.625, 2.5]


@pytest.mark.parametrize(
    ("counts", "expected"), [([2, 1], [1.0, 2.0]), ([1, 2], [2.0, 1.0]), ([1], [10.5])], ids=["fewer", "back", "over"]
)
def test_looks_that_do_not_count_up_or_come_after_the_end_are_refused(counts, expected):
    with pytest.raises(ValueError, match="looks of a watch"):
        watch(counts, expected, longest=10)


@pytest.mark.parametrize("plan", [(0.0, 0.05, 1), (10.0, 0.0, 1), (10.0, 1.0, 1), (10.0, 0.05, 0), (0.1, 0.05, 4)])
def test_a_plan_that_cannot_be_kept_is_refused(plan):
    with pytest.raises(ValueError, match="watch"):
        critical_value(*plan)
