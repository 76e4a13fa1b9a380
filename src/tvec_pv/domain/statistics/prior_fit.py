"""The prior of a background, fitted by maximum likelihood, with a report by which to trust it or not."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize
from scipy.special import expit, logit

from tvec_pv.domain.statistics.gamma_poisson import Counts, Floats, Likelihood, Prior, checked_counts, log_likelihood

STARTS = (
    Prior(0.2, 0.1, 2, 4, 1 / 3),  # DuMouchel 1999
    Prior(0.2, 0.05, 2, 2, 0.1),
    Prior(1, 0.2, 1, 1, 0.1),
    Prior(3, 0.5, 20, 20, 0.05),
    Prior(0.05, 0.02, 0.5, 0.5, 0.2),
)
BIN_WIDTH = 0.02  # of log E


@dataclass(frozen=True, slots=True)
class Points:
    """Counts, expected counts, and how many pairs stand at each."""

    n: Counts
    e: Floats
    weight: Floats


@dataclass(frozen=True, slots=True)
class End:
    """Where the search from one start ended."""

    start: Prior
    prior: Prior
    log_likelihood: float
    gradient_norm: float


@dataclass(frozen=True, slots=True)
class Fit:
    prior: Prior
    log_likelihood: float
    likelihood: Likelihood
    converged: bool
    is_interior: bool
    starts: tuple[End, ...]


def observed_points(n: ArrayLike, e: ArrayLike, bin_width: float | None = None) -> Points:
    """The pairs that were reported."""
    counts, expected = checked_counts(n), np.asarray(e, dtype=np.float64)
    points = np.column_stack([counts, expected if bin_width is None else np.exp(_binned(expected, bin_width))])
    distinct, weight = np.unique(points, axis=0, return_counts=True)
    return Points(distinct[:, 0].astype(np.int64), distinct[:, 1], weight.astype(np.float64))


def points_with_zeros(
    n: ArrayLike, e: ArrayLike, rows: ArrayLike, columns: ArrayLike, total: float, bin_width: float = BIN_WIDTH
) -> Points:
    """The whole table of products and reactions: the pairs that were reported and all cells without a report."""
    observed = observed_points(n, e, bin_width)
    cells = np.log(np.multiply.outer(np.asarray(rows), np.asarray(columns)).ravel() / total)
    lowest = np.floor(cells.min() / bin_width)
    filled = np.bincount((np.floor(cells / bin_width) - lowest).astype(np.int64))
    taken = np.floor(np.log(observed.e) / bin_width) - lowest
    empty = filled - np.bincount(taken.astype(np.int64), observed.weight, len(filled))
    middles = np.exp((lowest + np.arange(len(filled)) + 0.5) * bin_width)
    some = empty > 0
    return Points(
        np.concatenate([observed.n, np.zeros(some.sum(), dtype=np.int64)]),
        np.concatenate([observed.e, middles[some]]),
        np.concatenate([observed.weight, empty[some]]),
    )


def fit_prior(points: Points, likelihood: Likelihood, starts: Sequence[Prior] = STARTS) -> Fit:
    """The prior under which the points are most probable, from several starts."""
    value_at = log_likelihood(points.n, points.e, points.weight, likelihood)
    size = points.weight[points.n > 0].sum()

    def negative(free: Floats) -> tuple[float, Floats]:
        prior = _prior(free)
        value = value_at(prior)
        steps = np.array([*prior.theta[:4], prior.p * (1 - prior.p)])
        return -value.log_likelihood / size, -value.gradient * steps / size

    bounds = [(np.log(1e-5), np.log(1e5))] * 4 + [(logit(1e-6), -logit(1e-6))]
    ends = []
    for start in starts:
        free = np.array([*np.log(start.theta[:4]), logit(start.p)])
        found = minimize(negative, free, jac=True, method="L-BFGS-B", bounds=bounds, options={"gtol": 1e-10, "ftol": 0})
        ends.append(End(start, _ordered(_prior(found.x)), -found.fun * size, float(np.abs(found.jac).max())))
    best = max(ends, key=lambda end: end.log_likelihood)
    agree = sum(best.log_likelihood - end.log_likelihood < 1e-3 for end in ends)
    inside = all(1.1e-5 < one < 0.9e5 for one in best.prior.theta[:4]) and 1.1e-6 < best.prior.p < 1 - 1.1e-6
    converged = best.gradient_norm < 1e-6 and agree >= min(2, len(ends))
    return Fit(best.prior, best.log_likelihood, likelihood, converged, inside, tuple(ends))


def _binned(expected: Floats, width: float) -> Floats:
    return (np.floor(np.log(expected) / width) + 0.5) * width


def _prior(free: Floats) -> Prior:
    alpha1, beta1, alpha2, beta2 = (float(one) for one in np.exp(free[:4]))
    return Prior(alpha1, beta1, alpha2, beta2, float(expit(free[4])))


def _ordered(prior: Prior) -> Prior:
    """The same prior with the component of the greater mean first."""
    if prior.alpha1 / prior.beta1 >= prior.alpha2 / prior.beta2:
        return prior
    return Prior(prior.alpha2, prior.beta2, prior.alpha1, prior.beta1, 1 - prior.p)
