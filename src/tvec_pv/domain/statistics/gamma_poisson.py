"""DuMouchel's gamma-Poisson model: how probable are the counts of all pairs, given a prior of their ratios?

A pair is reported n times where E were expected. n is Poisson with mean lambda E, and the ratios lambda of all pairs
are spread like a mixture of two gamma distributions (DuMouchel 1999):

    lambda ~ p Gamma(alpha1, rate beta1) + (1 - p) Gamma(alpha2, rate beta2)

So n is a mixture of two negative binomials, each with

    log f(n) = lgamma(alpha + n) - lgamma(alpha) - lgamma(n + 1) - alpha log(1 + E/beta) - n log(1 + beta/E)

Two likelihoods, which give different priors and must not be compared with each other. Of the full table, zero cells
included: f as it is. Of the pairs that were reported: each negative binomial is conditioned on n >= 1 and p weighs the
*truncated* distributions, f(n) / (1 - f(0)), as in openEBGM and PhViD; vigipy truncates the mixture instead, where p
weighs the whole ones.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import digamma, gammaln

from tvec_pv.domain.statistics.interval import Floats

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Prior:
    """theta: shapes and rates of the two gamma distributions, and the weight p of the first."""

    alpha1: float
    beta1: float
    alpha2: float
    beta2: float
    p: float

    @property
    def theta(self) -> tuple[float, float, float, float, float]:
        return self.alpha1, self.beta1, self.alpha2, self.beta2, self.p

    @property
    def mean(self) -> float:
        """The mean ratio of all pairs: near 1 where the prior fits the table it was fitted on."""
        return self.p * self.alpha1 / self.beta1 + (1 - self.p) * self.alpha2 / self.beta2


class Likelihood(StrEnum):
    WITH_ZEROS = "with zero cells"
    ZERO_TRUNCATED = "zero-truncated"


class Value(NamedTuple):
    """A log likelihood and its derivatives by alpha1, beta1, alpha2, beta2 and p."""

    log_likelihood: float
    gradient: Floats


def log_likelihood(n: ArrayLike, e: ArrayLike, weight: ArrayLike, likelihood: Likelihood) -> Callable[[Prior], Value]:
    """The log likelihood of points as a function of the prior; `weight` says how many pairs stand at each point.

    Counts are whole and expected counts positive, else `ValueError`; zero-truncated no count is 0. What depends on the
    counts alone is computed once for each distinct one.
    """
    counts, expected, weights = checked_counts(n), checked_expected(e), np.asarray(weight, dtype=np.float64)
    truncated = likelihood is Likelihood.ZERO_TRUNCATED
    if truncated and not counts.all():
        raise ValueError("a count of zero has no place in a zero-truncated likelihood")
    distinct, position = np.unique(counts, return_inverse=True)
    constant = _dot(weights, gammaln(distinct + 1.0)[position])

    def component(alpha: float, beta: float) -> tuple[Floats, Floats, Floats]:
        """log f + lgamma(n + 1) of each point, and its derivatives by alpha and beta."""
        ratio = expected / beta
        stay = np.log1p(ratio)
        log_f = (gammaln(alpha + distinct) - gammaln(alpha))[position] - alpha * stay - counts * np.log1p(1 / ratio)
        by_alpha = (digamma(alpha + distinct) - digamma(alpha))[position] - stay
        scale = beta * (1 + ratio)
        by_beta = (alpha * ratio - counts) / scale
        if truncated:
            exponent = alpha * stay  # f(0) = exp(-exponent)
            log_f -= np.log(-np.expm1(-exponent))
            with np.errstate(over="ignore"):
                odds = 1 / np.expm1(exponent)
            by_alpha -= odds * stay
            by_beta += odds * alpha * ratio / scale
        return log_f, by_alpha, by_beta

    def at(prior: Prior) -> Value:
        first, by_alpha1, by_beta1 = component(prior.alpha1, prior.beta1)
        second, by_alpha2, by_beta2 = component(prior.alpha2, prior.beta2)
        first += np.log(prior.p)
        second += np.log1p(-prior.p)
        ahead = first - second
        lesser = np.exp(-np.abs(ahead))
        both = np.maximum(first, second) + np.log1p(lesser)
        greater = 1 / (1 + lesser)
        of_first = weights * np.where(ahead > 0, greater, lesser * greater)
        of_second = weights * np.where(ahead > 0, lesser * greater, greater)
        gradient = [
            _dot(of_first, by_alpha1),
            _dot(of_first, by_beta1),
            _dot(of_second, by_alpha2),
            _dot(of_second, by_beta2),
            of_first.sum() / prior.p - of_second.sum() / (1 - prior.p),
        ]
        return Value(_dot(weights, both) - constant, np.array(gradient))

    return at


def _dot(one: Floats, other: Floats) -> float:
    """The sum of products, in this thread: BLAS would wake others for a moment's work, and have them spin."""
    return float(np.einsum("i,i->", one, other))


def checked_counts(n: ArrayLike) -> Counts:
    """Counts as whole numbers; `ValueError` where one is negative or a fraction."""
    given = np.asarray(n)
    counts = given.astype(np.int64)
    if (counts < 0).any() or (counts != given).any():
        raise ValueError("a count of reports is negative or a fraction")
    return counts


def checked_expected(e: ArrayLike) -> Floats:
    """Expected counts; `ValueError` where one is not positive or not finite."""
    expected = np.asarray(e, dtype=np.float64)
    if not (np.isfinite(expected) & (expected > 0)).all():
        raise ValueError("an expected count is not positive")
    return expected
