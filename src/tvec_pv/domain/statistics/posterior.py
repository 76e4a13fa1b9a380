"""EBGM, EB05 and EB95: what is believed of a pair's ratio once its reports are counted.

After n reports where E were expected, the ratio is spread like (DuMouchel 1999)

    q Gamma(alpha1 + n, rate beta1 + E) + (1 - q) Gamma(alpha2 + n, rate beta2 + E)

with q = p f1(n) / (p f1(n) + (1 - p) f2(n)), f1 and f2 the negative binomials of `gamma_poisson`, never truncated.
EBGM is its geometric mean, exp of the mean of log lambda; EB05 and EB95 are its 5 % and 95 % quantiles.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import digamma, expit, gammainc, gammaincinv, gammaln

from tvec_pv.domain.statistics.gamma_poisson import Floats, Prior, checked_counts


@dataclass(frozen=True, slots=True)
class Shrunk:
    """The ratio of each pair, shrunk towards the prior, with the bounds of its 90 % credibility interval."""

    ebgm: Floats
    eb05: Floats
    eb95: Floats


def weight_of_first(n: ArrayLike, e: ArrayLike, prior: Prior) -> Floats:
    """q of each pair: how probably its ratio comes from the first component."""
    counts, expected = np.asarray(n, dtype=np.float64), np.asarray(e, dtype=np.float64)
    alpha1, beta1, alpha2, beta2, p = prior.theta
    log_odds = (
        np.log(p)
        - np.log1p(-p)
        + (gammaln(alpha1 + counts) - gammaln(alpha1))
        - (gammaln(alpha2 + counts) - gammaln(alpha2))
        - alpha1 * np.log1p(expected / beta1)
        + alpha2 * np.log1p(expected / beta2)
        + counts * np.log1p((beta2 - beta1) / (beta1 + expected))
    )
    return np.asarray(expit(log_odds))


def shrink(n: ArrayLike, e: ArrayLike, prior: Prior) -> Shrunk:
    """EBGM, EB05 and EB95 of each pair, exact."""
    counts, expected = checked_counts(n), np.asarray(e, dtype=np.float64)
    alpha1, beta1, alpha2, beta2, _ = prior.theta
    q = weight_of_first(counts, expected, prior)
    mean = q * (digamma(alpha1 + counts) - np.log(beta1 + expected)) + (1 - q) * (
        digamma(alpha2 + counts) - np.log(beta2 + expected)
    )
    shapes, rates = (alpha1 + counts, alpha2 + counts), (beta1 + expected, beta2 + expected)
    bounds = []
    for probability in (0.05, 0.95):
        ends = [gammaincinv(shape, probability) / rate for shape, rate in zip(shapes, rates, strict=True)]
        low, high = np.minimum(*ends), np.maximum(*ends)
        for _ in range(200):
            middle = np.sqrt(low) * np.sqrt(high)
            below = q * gammainc(shapes[0], rates[0] * middle) + (1 - q) * gammainc(shapes[1], rates[1] * middle)
            low, high = np.where(below < probability, middle, low), np.where(below < probability, high, middle)
        bounds.append(np.sqrt(low) * np.sqrt(high))
    return Shrunk(np.exp(mean), bounds[0], bounds[1])


def shrink_by_table(n: ArrayLike, e: ArrayLike, prior: Prior) -> Shrunk:
    """EBGM, EB05 and EB95 of millions of pairs."""
    return shrink(n, e, prior)
