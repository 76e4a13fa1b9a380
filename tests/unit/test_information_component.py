"""The IC of millions of pairs at once is the IC of each alone: no table is interpolated."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import gamma

from tvec_pv.domain.statistics.information_component import information_component_of

rows = st.lists(st.tuples(st.integers(0, 10**6), st.floats(0, 1e6)), min_size=2, max_size=20)


@settings(deadline=None, max_examples=50)
@given(rows)
def test_its_bounds_are_quantiles_of_the_gamma_distribution(pairs):
    observed, expected = np.array(pairs).T
    found = information_component_of(observed, expected)
    posterior = gamma(observed + 0.5, scale=1 / (expected + 0.5))
    assert found.lower == pytest.approx(np.log2(posterior.ppf(0.025)), abs=1e-9)
    assert found.upper == pytest.approx(np.log2(posterior.ppf(0.975)), abs=1e-9)


@settings(deadline=None, max_examples=50)
@given(rows)
def test_a_pair_among_others_has_the_very_number_it_has_alone(pairs):
    observed, expected = np.array(pairs).T
    together = information_component_of(observed, expected)
    for place, (count, mean) in enumerate(pairs):
        alone = information_component_of([count], [mean])
        assert (together.lower[place], together.upper[place]) == (alone.lower[0], alone.upper[0])


def test_counts_that_are_no_whole_numbers_or_very_many_are_taken_too():
    observed = np.array([2.5, 3.0, 2e7])
    found = information_component_of(observed, [1.0, 1.0, 1e7])
    assert found.lower == pytest.approx(np.log2(gamma(observed + 0.5).ppf(0.025) / [1.5, 1.5, 1e7 + 0.5]), abs=1e-9)


def test_a_table_of_pairs_keeps_its_shape():
    found = information_component_of([[1, 2, 3], [4, 5, 6]], 1.0)
    assert found.estimate.shape == found.lower.shape == found.upper.shape == (2, 3)
