"""Benjamini and Hochberg's q against the worked numbers, scipy and its own definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from tvec_pv.domain.statistics.multiplicity import benjamini_hochberg

TEN = [0.0004, 0.003, 0.011, 0.02, 0.041, 0.09, 0.2, 0.35, 0.6, 0.9]
shares = st.lists(st.floats(0, 1), min_size=1, max_size=40)


def test_the_ten_worked_tests():
    q = benjamini_hochberg(TEN)
    assert q == pytest.approx([0.004, 0.015, 0.0367, 0.05, 0.082, 0.15, 0.2857, 0.4375, 0.6667, 0.9], abs=5e-5)
    assert (np.sum(q <= 0.05 + 1e-12), np.sum(np.array(TEN) <= 0.05)) == (4, 5)


@settings(deadline=None)
@given(shares)
def test_it_is_that_of_scipy_in_any_order(p):
    assert benjamini_hochberg(p) == pytest.approx(false_discovery_control(p), rel=1e-12, abs=1e-300)


@settings(deadline=None)
@given(shares, st.floats(0.01, 0.5))
def test_the_tests_under_a_limit_are_those_of_the_step_up_procedure(p, limit):
    ordered = sorted(p)
    passing = [place for place, value in enumerate(ordered, 1) if value <= limit * place / len(p) * (1 - 1e-12)]
    assert np.sum(benjamini_hochberg(p) <= limit) >= (max(passing) if passing else 0)


@settings(deadline=None)
@given(shares)
def test_a_smaller_p_never_has_a_larger_q_and_q_is_no_less_than_p(p):
    q = benjamini_hochberg(p)
    order = np.argsort(p, kind="stable")
    assert (np.diff(q[order]) >= 0).all()
    assert (q >= np.array(p) * (1 - 1e-12)).all()
    assert (q <= 1).all()


def test_what_is_not_defined_is_not_counted():
    assert benjamini_hochberg([0.01, np.nan, 0.02]).tolist() == pytest.approx([0.02, np.nan, 0.02], nan_ok=True)
    assert np.isnan(benjamini_hochberg([np.nan])).all()
    assert benjamini_hochberg([]).tolist() == []


@pytest.mark.parametrize("wrong", [-0.1, 1.1])
def test_what_is_no_probability_is_refused(wrong):
    with pytest.raises(ValueError, match="between 0 and 1"):
        benjamini_hochberg([0.5, wrong])
