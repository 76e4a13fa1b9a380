"""EBGM, EB05 and EB95 against openEBGM's published scores, other ways to compute them, and what must always hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.optimize import brentq
from scipy.stats import gamma, nbinom

from tests.caers import GOLDEN, SQUASHED, UNSQUASHED, caers, published
from tvec_pv.domain.statistics.gamma_poisson import Prior
from tvec_pv.domain.statistics.posterior import shrink, shrink_by_table

needs_golden = pytest.mark.skipif(not GOLDEN.is_dir(), reason="golden files are not here: set TVEC_PV_REAL_DATA")
FIXED = Prior(0.2, 0.1, 2, 4, 1 / 3)
APART = Prior(0.21047962, 0.04913095, 26.0841, 28.7585, 0.02670612)  # of a background of FAERS' shape; bounds leap
KNOWN = Prior(0.2, 0.06, 1.4, 1.8, 0.1)

shapes, rates = st.floats(0.05, 30), st.floats(0.02, 30)
priors = st.builds(Prior, shapes, rates, shapes, rates, st.floats(0.01, 0.99))
counts = st.integers(0, 2_000)
expected_counts = st.floats(1e-6, 1e4)


def by_hand(n, e, prior):
    """EBGM and the bounds of one pair, slowly: scipy's distributions and Brent's method."""
    of_first = prior.p * nbinom.pmf(n, prior.alpha1, prior.beta1 / (prior.beta1 + e))
    of_second = (1 - prior.p) * nbinom.pmf(n, prior.alpha2, prior.beta2 / (prior.beta2 + e))
    q = of_first / (of_first + of_second)
    first = gamma(prior.alpha1 + n, scale=1 / (prior.beta1 + e))
    second = gamma(prior.alpha2 + n, scale=1 / (prior.beta2 + e))
    mean = q * first.expect(np.log) + (1 - q) * second.expect(np.log)
    bounds = []
    for probability in (0.05, 0.95):
        ends = first.ppf(probability), second.ppf(probability)

        def off(x, at=probability):
            return q * first.cdf(x) + (1 - q) * second.cdf(x) - at

        bounds.append(brentq(off, min(ends) * (1 - 1e-9), max(ends) * (1 + 1e-9), xtol=1e-15, rtol=1e-14))
    return np.exp(mean), *bounds


def of_one(n, e, prior):
    shrunk = shrink([n], [e], prior)
    return shrunk.ebgm[0], shrunk.eb05[0], shrunk.eb95[0]


# --- against numbers of others


@needs_golden
def test_the_scores_of_all_pairs_are_openebgms():
    """All 17,189, given the published theta; the file has seven figures, and theta as many."""
    of, scores = caers(), published()
    assert len(of.pairs) == 17_189
    assert set(of.pairs) == scores.keys()
    column = {name: np.array([scores[pair][name] for pair in of.pairs]) for name in ("N", "E", "EBGM", "Q05", "Q95")}
    assert (column["N"] == of.n).all()
    assert_allclose(of.e, column["E"], rtol=1e-14)
    for shrunk in (shrink(of.n, of.e, SQUASHED), shrink_by_table(of.n, of.e, SQUASHED)):
        assert_allclose(shrunk.ebgm, column["EBGM"], rtol=1e-5)
        assert_allclose(shrunk.eb05, column["Q05"], rtol=1e-5)
        assert_allclose(shrunk.eb95, column["Q95"], rtol=1e-5)


@needs_golden
@pytest.mark.parametrize("prior", [SQUASHED, UNSQUASHED])
def test_131_pairs_have_eb05_over_two(prior):
    of = caers()
    assert (shrink(of.n, of.e, prior).eb05 > 2).sum() == 131
    assert (shrink_by_table(of.n, of.e, prior).eb05 > 2).sum() == 131


@needs_golden
def test_the_first_five_pairs_start_with_the_published_one():
    of = caers()
    first = np.argmax(shrink(of.n, of.e, SQUASHED).eb05)
    assert of.pairs[first] == ("REUMOFAN PLUS", "WEIGHT INCREASED")
    assert of_one(16, 0.40643623, SQUASHED) == pytest.approx((23.26110, 15.685658, 33.47733), rel=1e-6)


WORKED = 1_138 * 432 / 200_000  # E of the worked table of docs/reference/methods.md


@pytest.mark.parametrize(
    ("n", "e", "given_numbers"),
    [
        (12, WORKED, {"ebgm": 4.5412, "eb05": 2.6945, "eb95": 7.2062}),
        (1, 0.02, {"ebgm": 2.604, "eb05": 0.282}),
        (3, 0.5, {"ebgm": 3.368, "eb05": 0.723}),
        (3, 0.05, {"ebgm": 17.857, "eb05": 5.915}),
        (20, 18, {"ebgm": 0.999}),
    ],
)
def test_a_fixed_prior_gives_the_worked_numbers(n, e, given_numbers):
    """Computed apart from this code, the first also by vigipy 3.5.1 and by drawing two million times."""
    shrunk = shrink([n], [e], FIXED)
    for name, number in given_numbers.items():
        decimals = len(str(number).partition(".")[2])
        assert round(getattr(shrunk, name)[0], decimals) == number


@pytest.mark.parametrize("prior", [FIXED, APART, KNOWN])
@pytest.mark.parametrize(("n", "e"), [(0, 0.4), (1, 0.003), (2, 9.0), (7, 0.6), (64, 20.0), (300, 290.0)])
def test_a_pair_is_what_it_is_by_hand(n, e, prior):
    assert of_one(n, e, prior) == pytest.approx(by_hand(n, e, prior), rel=1e-8)


def test_it_is_what_drawing_from_the_model_gives():
    """Draw ratios from the prior and counts from them; keep those with n = 4: their spread is the posterior."""
    random = np.random.default_rng(11)
    size, e = 6_000_000, 1.5
    is_first = random.random(size) < KNOWN.p
    ratio = random.standard_gamma(np.where(is_first, KNOWN.alpha1, KNOWN.alpha2))
    ratio /= np.where(is_first, KNOWN.beta1, KNOWN.beta2)
    kept = ratio[random.poisson(ratio * e) == 4]
    ebgm, eb05, eb95 = of_one(4, e, KNOWN)
    assert len(kept) > 100_000
    assert np.exp(np.log(kept).mean()) == pytest.approx(ebgm, rel=0.006)
    assert np.quantile(kept, [0.05, 0.95]) == pytest.approx([eb05, eb95], rel=0.012)


# --- what must hold for every prior


@given(priors, st.lists(st.tuples(counts, expected_counts), min_size=1, max_size=20))
@settings(max_examples=80, deadline=None)
def test_the_bounds_stand_at_five_and_ninety_five_per_cent(prior, pairs):
    n, e = (np.array(column, dtype=float) for column in zip(*pairs, strict=True))
    shrunk = shrink(n, e, prior)
    assert (shrunk.eb05 < shrunk.eb95).all()
    first = nbinom.logpmf(n, prior.alpha1, prior.beta1 / (prior.beta1 + e)) + np.log(prior.p)
    second = nbinom.logpmf(n, prior.alpha2, prior.beta2 / (prior.beta2 + e)) + np.log1p(-prior.p)
    q = np.exp(first - np.logaddexp(first, second))
    for bound, probability in ((shrunk.eb05, 0.05), (shrunk.eb95, 0.95)):
        below = q * gamma.cdf(bound, prior.alpha1 + n, scale=1 / (prior.beta1 + e))
        below += (1 - q) * gamma.cdf(bound, prior.alpha2 + n, scale=1 / (prior.beta2 + e))
        assert below == pytest.approx(np.full(len(n), probability), abs=1e-8)


@given(st.floats(0.3, 30), rates, st.lists(st.tuples(counts, expected_counts), min_size=1, max_size=20))
@settings(max_examples=50, deadline=None)
def test_of_one_component_the_geometric_mean_lies_between_the_bounds(alpha, beta, pairs):
    """Of two that lie far apart it need not: the next test."""
    shrunk = shrink(*zip(*pairs, strict=True), Prior(alpha, beta, alpha, beta, 0.5))
    assert (shrunk.eb05 <= shrunk.ebgm).all()
    assert (shrunk.ebgm <= shrunk.eb95).all()


def test_a_geometric_mean_can_lie_outside_bounds_that_are_right():
    """3 % of the posterior lies so far below the rest that it draws the mean of the logarithm under the 5 % point."""
    far = Prior(1_000, 1, 1_000, 1e6, 0.97)
    ebgm, eb05, _ = of_one(0, 1e-9, far)
    assert eb05 == pytest.approx(gamma.ppf((0.05 - 0.03) / 0.97, 1_000), rel=1e-6)
    assert ebgm < eb05


@given(priors, counts, expected_counts)
@settings(max_examples=60, deadline=None)
def test_more_reports_raise_all_three_and_more_expected_lower_them(prior, n, e):
    shrunk = shrink([n, n + 1, n], [e, e, e * 1.1], prior)
    for of in (shrunk.ebgm, shrunk.eb05, shrunk.eb95):
        assert of[1] >= of[0] * (1 - 1e-9)
        assert of[2] <= of[0] * (1 + 1e-9)


@given(priors)
@settings(max_examples=40, deadline=None)
def test_where_nothing_was_expected_and_nothing_came_the_prior_stands(prior):
    none, almost = shrink([0], [0.0], prior), shrink([0], [1e-12], prior)
    assert none.eb95 == pytest.approx(almost.eb95, rel=1e-8)
    below = prior.p * gamma.cdf(none.eb95[0], prior.alpha1, scale=1 / prior.beta1)
    below += (1 - prior.p) * gamma.cdf(none.eb95[0], prior.alpha2, scale=1 / prior.beta2)
    assert below == pytest.approx(0.95, abs=1e-10)


@pytest.mark.parametrize("prior", [FIXED, APART, KNOWN, UNSQUASHED])
@pytest.mark.parametrize("ratio", [0.5, 1.0, 20.0])
def test_many_reports_speak_for_themselves(prior, ratio):
    ebgm, eb05, eb95 = of_one(1_000_000, 1_000_000 / ratio, prior)
    assert ebgm == pytest.approx(ratio, rel=1e-3)
    assert (eb05 / ratio - 1, eb95 / ratio - 1) == pytest.approx((-1.645e-3, 1.645e-3), abs=2e-4)


@pytest.mark.parametrize("scores", [shrink, shrink_by_table])
def test_the_far_ends_give_numbers(scores):
    """Counts to a hundred thousand, expected counts from 1e-8 to 1e6, priors at the bounds of the search."""
    n, e = (axis.ravel() for axis in np.meshgrid([0, 1, 2, 65, 100_000], [1e-8, 1e-3, 1.0, 1e6]))
    for prior in (APART, Prior(1e-4, 1e-4, 1e5, 1e5, 1e-6), Prior(1e5, 1e-4, 1e-4, 1e5, 1 - 1e-6)):
        shrunk = scores(n, e, prior)
        assert all(np.isfinite(of).all() and (of >= 0).all() for of in (shrunk.ebgm, shrunk.eb05, shrunk.eb95))


# --- the table


def pairs_to_read(size, seed=5):
    """Counts and expected counts that fill a table, with more reports than it holds among them."""
    random = np.random.default_rng(seed)
    return np.minimum(random.geometric(0.2, size), 80), np.exp(random.uniform(-8, 6, size))


@pytest.mark.parametrize("prior", [FIXED, APART, KNOWN, UNSQUASHED, Prior(0.67, 0.21, 34.3, 15.4, 0.0165)])
def test_the_table_is_within_a_millionth_of_the_exact(prior):
    """Under APART plain quintics are off by up to a tenth where a bound leaps."""
    n, e = pairs_to_read(60_000)
    table, exact = shrink_by_table(n, e, prior), shrink(n, e, prior)
    for name in ("ebgm", "eb05", "eb95"):
        assert_allclose(getattr(table, name), getattr(exact, name), rtol=1e-6)


def test_the_table_solves_few_pairs(monkeypatch):
    from tvec_pv.domain.statistics import posterior

    solved = []
    plain = posterior._solved
    monkeypatch.setattr(posterior, "_solved", lambda n, e, prior: solved.append(len(n)) or plain(n, e, prior))
    shrink_by_table(*pairs_to_read(400_000), KNOWN)
    assert 0 < sum(solved) < 0.2 * 400_000


def test_few_pairs_take_no_table_and_none_give_none():
    n, e = np.array([3, 1, 70]), np.array([0.4, 2.0, 11.0])
    assert shrink_by_table(n, e, FIXED).eb05.tolist() == shrink(n, e, FIXED).eb05.tolist()
    assert shrink_by_table([], [], FIXED).ebgm.tolist() == []


def test_pairs_come_out_in_the_order_in_which_they_went_in():
    n, e = pairs_to_read(60_000)
    order = np.random.default_rng(1).permutation(len(n))
    assert (shrink_by_table(n, e, APART).eb05[order] == shrink_by_table(n[order], e[order], APART).eb05).all()


@pytest.mark.parametrize("scores", [shrink, shrink_by_table])
@pytest.mark.parametrize(("n", "e"), [(-1, 1.0), (1.5, 1.0), (1, -1.0), (1, np.nan), (1, np.inf)])
def test_what_is_no_count_is_refused(scores, n, e):
    with pytest.raises(ValueError, match="count"):
        scores([n], [e], FIXED)
