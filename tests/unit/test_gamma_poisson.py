"""The likelihoods of the gamma-Poisson model against closed forms, other libraries and their own finite differences."""

import math
from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom

from tests.caers import GOLDEN, UNSQUASHED, UNSQUASHED_LOG_LIKELIHOOD, caers
from tvec_pv.domain.statistics.gamma_poisson import Likelihood, Prior, log_likelihood

needs_golden = pytest.mark.skipif(not GOLDEN.is_dir(), reason="golden files are not here: set TVEC_PV_REAL_DATA")
WITH_ZEROS, TRUNCATED = Likelihood.WITH_ZEROS, Likelihood.ZERO_TRUNCATED

positive = st.floats(0.02, 50)
priors = st.builds(Prior, positive, positive, positive, positive, st.floats(0.02, 0.98))
points = st.lists(st.tuples(st.integers(1, 500), st.floats(1e-3, 1e3), st.floats(0.5, 20)), min_size=1, max_size=8)


def of_one(n, e, prior, likelihood=WITH_ZEROS):
    return log_likelihood([n], [e], [1], likelihood)(prior).log_likelihood


@pytest.mark.parametrize(("n", "e"), [(0, 0.3), (1, 0.02), (4, 2.5), (60, 11.0)])
def test_a_count_is_a_mixture_of_negative_binomials(n, e):
    prior = Prior(0.2, 0.1, 2, 4, 1 / 3)
    first = nbinom.pmf(n, prior.alpha1, prior.beta1 / (prior.beta1 + e))
    second = nbinom.pmf(n, prior.alpha2, prior.beta2 / (prior.beta2 + e))
    assert of_one(n, e, prior) == pytest.approx(math.log(prior.p * first + (1 - prior.p) * second), rel=1e-12)


@pytest.mark.parametrize(("n", "e"), [(1, 0.02), (4, 2.5), (60, 11.0)])
def test_zero_truncated_each_component_is_truncated_before_they_are_mixed(n, e):
    prior = Prior(0.2, 0.1, 2, 4, 1 / 3)
    parts = []
    for alpha, beta in ((prior.alpha1, prior.beta1), (prior.alpha2, prior.beta2)):
        stay = beta / (beta + e)
        parts.append(nbinom.pmf(n, alpha, stay) / nbinom.sf(0, alpha, stay))
    expected = math.log(prior.p * parts[0] + (1 - prior.p) * parts[1])
    assert of_one(n, e, prior, TRUNCATED) == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize(("likelihood", "first"), [(WITH_ZEROS, 0), (TRUNCATED, 1)])
def test_the_probabilities_of_all_counts_add_up_to_one(likelihood, first):
    at = Prior(0.2, 0.06, 1.4, 1.8, 0.1)
    assert sum(math.exp(of_one(n, 0.7, at, likelihood)) for n in range(first, 900)) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("n", [1, 3, 1_000, 100_000])
@pytest.mark.parametrize("e", [1e-8, 1e-3, 1.0, 1e6])
def test_the_far_ends_are_exact(n, e):
    """With both shapes 1 the count is geometric, and what is left after truncation too: closed forms."""
    beta = 0.05
    by_hand = -math.log1p(e / beta) - n * math.log1p(beta / e)
    truncated_by_hand = -math.log1p(e / beta) - (n - 1) * math.log1p(beta / e)
    prior = Prior(1, beta, 1, beta, 0.3)
    assert of_one(n, e, prior) == pytest.approx(by_hand, rel=1e-11)
    assert of_one(n, e, prior, TRUNCATED) == pytest.approx(truncated_by_hand, rel=1e-10, abs=1e-10)


@pytest.mark.parametrize("likelihood", Likelihood)
@pytest.mark.parametrize("prior", [Prior(1e-4, 1e-4, 1e5, 1e5, 1e-6), Prior(1e5, 1e-4, 1e-4, 1e5, 1 - 1e-6)])
def test_value_and_gradient_are_finite_everywhere_that_is_searched(likelihood, prior):
    n, e = np.meshgrid([1, 2, 50, 100_000], [1e-8, 1e-3, 1.0, 1e6])
    value = log_likelihood(n.ravel(), e.ravel(), np.ones(n.size), likelihood)(prior)
    assert np.isfinite(value.log_likelihood)
    assert np.isfinite(value.gradient).all()


@given(points, priors, st.sampled_from(Likelihood))
@settings(max_examples=60, deadline=None)
def test_the_gradient_is_that_of_the_value(given_points, prior, likelihood):
    n, e, weight = zip(*given_points, strict=True)
    at = log_likelihood(n, e, weight, likelihood)
    gradient = at(prior).gradient
    for place, (name, of) in enumerate(asdict(prior).items()):
        step = 1e-4 * min(of, 1 - of) if name == "p" else 1e-4 * of
        moved = [replace(prior, **{name: of + by * step}) for by in (-2, -1, 1, 2)]
        far_low, low, high, far_high = (at(one).log_likelihood for one in moved)
        slope = (far_low - 8 * low + 8 * high - far_high) / (12 * step)
        noise = 1e-14 * abs(at(prior).log_likelihood) / step
        assert gradient[place] == pytest.approx(slope, rel=1e-5, abs=max(10 * noise, 1e-7))


@given(points, priors, st.sampled_from(Likelihood))
@settings(max_examples=30, deadline=None)
def test_the_order_of_points_and_of_components_does_not_matter(given_points, prior, likelihood):
    def value(ordered, at):
        return log_likelihood(*zip(*ordered, strict=True), likelihood)(at).log_likelihood

    swapped = Prior(prior.alpha2, prior.beta2, prior.alpha1, prior.beta1, 1 - prior.p)
    assert value(given_points[::-1], swapped) == pytest.approx(value(given_points, prior), rel=1e-10, abs=1e-10)


def test_a_weight_is_as_many_pairs():
    prior = Prior(0.2, 0.1, 2, 4, 1 / 3)
    once = log_likelihood([2] * 3, [0.5] * 3, [1] * 3, TRUNCATED)(prior)
    weighed = log_likelihood([2], [0.5], [3], TRUNCATED)(prior)
    assert weighed.log_likelihood == pytest.approx(once.log_likelihood, rel=1e-13)
    assert weighed.gradient == pytest.approx(once.gradient, rel=1e-12)


@pytest.mark.parametrize(
    ("n", "e", "likelihood", "why"),
    [
        (0, 1.0, TRUNCATED, "zero"),
        (-1, 1.0, WITH_ZEROS, "negative"),
        (1.5, 1.0, WITH_ZEROS, "fraction"),
        (1, 0.0, WITH_ZEROS, "not positive"),
        (1, math.nan, WITH_ZEROS, "not positive"),
    ],
)
def test_what_is_no_count_is_refused(n, e, likelihood, why):
    with pytest.raises(ValueError, match=why):
        log_likelihood([n], [e], [1], likelihood)


@needs_golden
def test_the_log_likelihood_of_openebgm_is_met():
    """At the theta that openEBGM prints with seven digits; that the maximum is met too: `test_prior_fit`."""
    of = caers()
    value = log_likelihood(of.n, of.e, np.ones(len(of.n)), TRUNCATED)(UNSQUASHED)
    assert value.log_likelihood == pytest.approx(UNSQUASHED_LOG_LIKELIHOOD, rel=2e-9)
