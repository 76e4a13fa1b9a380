"""Change against the last period and the trend over quarters, against scipy, R and a regression of one's own."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from tvec_pv.domain.statistics.trend import change, trend

few = st.integers(0, 60)
exposures = st.integers(1, 10_000)


def numbers(interval, place=...):
    return [np.squeeze(one[place]).tolist() for one in (interval.estimate, interval.lower, interval.upper)]


# --- change ----------------------------------------------------------------------------------------------------------


def test_the_example_of_r():
    found = change(11, 6 + 8 + 7, 800, 1_083 + 1_050 + 878)
    assert numbers(found.ratio) == pytest.approx([1.9714881, 0.8584264, 4.2772659], abs=5e-8)


@settings(deadline=None)
@given(few, few, exposures, exposures)
def test_its_bounds_are_those_of_an_exact_binomial(now, before, to, of):
    found = change(now, before, to, of)
    if not now + before:
        assert np.isnan([*numbers(found.ratio), float(found.p)]).all()
        return
    test = binomtest(now, now + before, to / (to + of))
    low, high = test.proportion_ci()
    bounds = [low / (1 - low) * of / to, high / (1 - high) * of / to if high < 1 else np.inf]
    assert numbers(found.ratio)[1:] == pytest.approx(bounds, rel=1e-7)
    one_sided = [binomtest(now, now + before, to / (to + of), alternative=side).pvalue for side in ("greater", "less")]
    assert float(found.p) == pytest.approx(min(1, 2 * min(one_sided)), rel=1e-7)


@settings(deadline=None)
@given(few, few, exposures, exposures)
def test_the_interval_holds_one_where_p_is_large_and_only_there(now, before, to, of):
    found = change(now, before, to, of)
    if now + before and abs(float(found.p) - 0.05) > 1e-6:
        _, lower, upper = numbers(found.ratio)
        assert (lower <= 1 <= upper) == (float(found.p) > 0.05)


def test_nothing_before_is_infinitely_more_and_its_lower_bound_is_finite():
    found = change([5, 0, 0], [0, 5, 0], 100, 100)
    assert numbers(found.ratio, 0) == [np.inf, pytest.approx(1 / (0.025 ** (-1 / 5) - 1)), np.inf]
    assert numbers(found.ratio, 1) == [0, 0, pytest.approx(0.025 ** (-1 / 5) - 1)]
    assert np.isnan(numbers(found.ratio, 2)).all()


# --- trend -----------------------------------------------------------------------------------------------------------


def regression(counts, exposure):
    """Level, slope, error of the slope and dispersion of a Poisson regression, by weighted least squares."""
    y, offset = np.asarray(counts, dtype=float), np.log(np.asarray(exposure, dtype=float))
    design = np.column_stack([np.ones(len(y)), np.arange(len(y))])
    at = np.linalg.lstsq(design, np.log(y + 0.5) - offset, rcond=None)[0]
    for _ in range(200):
        mean = np.exp(design @ at + offset)
        information = design.T @ (design * mean[:, None])
        at = at + np.linalg.solve(information, design.T @ (y - mean))
    dispersion = max(1.0, ((y - mean) ** 2 / mean).sum() / (len(y) - 2))
    return at[1], np.sqrt(dispersion * np.linalg.inv(information)[1, 1]), dispersion


def test_the_slope_that_r_prints():
    y = [12, 14, 33, 50, 67, 74, 123, 141, 165, 204, 253, 246, 240]
    assert np.log(numbers(trend(y, 1).ratio)[0]) == pytest.approx(0.2021212, abs=5e-8)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(1, 80), st.integers(50, 5_000)), min_size=3, max_size=16))
def test_it_is_a_poisson_regression(rows):
    counts, exposure = np.array(rows).T
    slope, error, dispersion = regression(counts, exposure)
    found = trend(counts, exposure)
    bounds = np.exp(slope + np.array([0, -1, 1]) * 1.959963984540054 * error)
    assert numbers(found.ratio) == pytest.approx(bounds, rel=1e-6)
    assert float(found.dispersion[0]) == pytest.approx(dispersion, rel=1e-6)


def test_counts_that_jump_widen_the_interval():
    calm, jumping = trend([[10, 10, 10, 10, 10, 10], [2, 18, 2, 18, 2, 18]], 1).dispersion
    assert (calm, jumping > 5) == (1, True)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 50), exposures), min_size=3, max_size=10), st.integers(2, 100))
def test_neither_the_unit_of_exposure_nor_the_direction_of_time_matter(rows, unit):
    counts, exposure = np.array(rows).T
    ratio = numbers(trend(counts, exposure).ratio)
    assert numbers(trend(counts, exposure * unit).ratio) == pytest.approx(ratio, rel=1e-6)
    turned = numbers(trend(counts[::-1], exposure[::-1]).ratio)
    assert [turned[0], turned[1], turned[2]] == pytest.approx([1 / ratio[0], 1 / ratio[2], 1 / ratio[1]], rel=1e-6)


def test_many_pairs_at_once_have_the_trend_of_each_alone():
    rows = np.random.default_rng(1).poisson(3, (50, 8))
    together = trend(rows, np.arange(100, 108))
    for place, row in enumerate(rows):
        assert numbers(together.ratio, place) == pytest.approx(
            numbers(trend(row, np.arange(100, 108)).ratio), rel=1e-9, nan_ok=True
        )


@pytest.mark.parametrize(
    "counts", [[0, 0, 0, 0], [0, 0, 0, 9], [9, 0, 0, 0], [3, 4]], ids=["none", "at the end", "at the start", "two"]
)
def test_where_there_is_no_slope_to_tell_there_is_no_value(counts):
    assert np.isnan(numbers(trend(counts, 1).ratio)).all()


def test_a_quarter_without_exposure_is_left_out():
    with_gap = trend([4, 0, 6, 8], [10, 0, 10, 10])
    again = trend([4, 0, 6, 8], [10, 1e-12, 10, 10])
    assert numbers(with_gap.ratio)[0] == pytest.approx(numbers(again.ratio)[0], rel=1e-6)
    with pytest.raises(ValueError, match="no exposure"):
        trend([4, 1, 6, 8], [10, 0, 10, 10])
