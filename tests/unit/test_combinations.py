"""Omega: two medicines together against what each of them explains."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import gamma

from tvec_pv.domain.statistics.combinations import Reports, combination


def reports(*pairs):
    return Reports(*np.array(pairs, dtype=float).T)


def omega(both, product_only, other_only, neither):
    return combination(reports(both), reports(product_only), reports(other_only), reports(neither))


def test_the_worked_combination():
    """Odds 20/980 + 60/1940 - 500/99500 = 0.0463108...: a share of 0.0442611 of 100 reports."""
    found = omega((10, 100), (20, 1_000), (60, 2_000), (500, 100_000))
    odds = 20 / 980 + 60 / 1_940 - 500 / 99_500
    assert float(found.expected[0]) == pytest.approx(100 * odds / (1 + odds), rel=1e-12)
    posterior = gamma(10.5, scale=1 / (float(found.expected[0]) + 0.5))
    bounds = [np.log2(10.5 / (float(found.expected[0]) + 0.5)), *np.log2(posterior.ppf([0.025, 0.975]))]
    assert [found.omega.estimate[0], found.omega.lower[0], found.omega.upper[0]] == pytest.approx(bounds, abs=1e-9)


def test_where_one_medicine_alone_explains_everything_the_other_adds_nothing():
    found = omega((50, 1_000), (50, 1_000), (5, 1_000), (500, 100_000))
    assert float(found.expected[0]) == pytest.approx(50)
    assert float(found.omega.estimate[0]) == pytest.approx(0)


def test_two_medicines_that_add_up_are_no_interaction_though_they_do_not_multiply():
    """Each raises the odds tenfold, together nineteenfold. A multiplicative rule would expect a hundredfold."""
    base, single, together = (1e6 * odds / (1 + odds) for odds in (0.001, 0.01, 0.019))
    found = omega((together, 1e6), (single, 1e6), (single, 1e6), (base, 1e6))
    assert float(found.omega.estimate[0]) == pytest.approx(0, abs=1e-9)


def test_a_medicine_with_fewer_reactions_than_nothing_is_taken_to_do_nothing():
    protective = omega((10, 100), (0, 1_000), (60, 2_000), (500, 100_000))
    neutral = omega((10, 100), (5, 1_000), (60, 2_000), (500, 100_000))
    assert float(protective.expected[0]) == pytest.approx(float(neutral.expected[0]))


@pytest.mark.parametrize("group", range(1, 4))
@pytest.mark.parametrize("empty", [(0, 0), (7, 7)])
def test_a_group_without_reports_or_with_nothing_else_leaves_it_without_a_value(group, empty):
    groups = [(10, 100), (20, 1_000), (60, 2_000), (500, 100_000)]
    groups[group] = empty
    found = omega(*groups)
    assert np.isnan([found.expected[0], found.omega.estimate[0], found.omega.lower[0]]).all()


shares = st.tuples(st.integers(0, 50), st.integers(60, 5_000))


@settings(deadline=None)
@given(shares, shares, shares, shares)
def test_the_two_medicines_may_be_exchanged_and_the_expected_count_lies_within_the_reports(both, one, other, neither):
    there, back = omega(both, one, other, neither), omega(both, other, one, neither)
    assert float(there.expected[0]) == pytest.approx(float(back.expected[0]))
    assert 0 <= float(there.expected[0]) <= both[1]
    assert there.omega.lower[0] <= there.omega.estimate[0] <= there.omega.upper[0] or both[0] == 0
