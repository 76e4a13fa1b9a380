"""The time from a dose to a reaction: its Weibull distribution, and how it differs from that of other reactions.

Reports are no cohort. Nobody reports that nothing happened, and whoever started lately can only have had a short time
to onset: the times are cut off on the right (truncated) at the day of the data. Where that is not modelled, times look
too short and a hazard looks falling. So read the comparison with the product's other reactions, which are cut off
alike, before the shape, and neither alone.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize

from tvec_pv.domain.statistics.interval import Floats, Interval, on_log_scale

FLAT = 1e-6
DIFFERENCE = 1e-5
LARGEST_LOGARITHM = 12.0
LARGEST_EXPONENT = 500.0
LARGEST_ERROR = 5.0  # of a logarithm: an interval from a ten-thousandth to ten thousand times determines nothing
POLISHING_STEPS = 3


@dataclass(frozen=True, slots=True)
class Onsets:
    """Times in days: each lies between `earliest` and `latest`, and would not be known were it over `longest`.

    Equal bounds are an exact time; `latest` infinite is censoring on the right, `longest` infinite no truncation. The
    bounds may come from partial dates.
    """

    earliest: Floats
    latest: Floats
    longest: Floats


@dataclass(frozen=True, slots=True)
class Weibull:
    """A fitted distribution. Where it did not converge nothing is claimed: all numbers are nan."""

    shape: Interval
    scale: Interval
    log_likelihood: float
    converged: bool

    @property
    def hazard(self) -> str:
        """What the interval of the shape says of the risk as time goes by."""
        if not self.converged:
            return "not known"
        return "falling" if self.shape.upper < 1 else "rising" if self.shape.lower > 1 else "about constant"


NOWHERE = Interval(*[np.asarray(np.nan)] * 3)
NOT_CONVERGED = Weibull(NOWHERE, NOWHERE, float("nan"), converged=False)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The greatest distance between two cumulative distributions, and how probable one as great is by chance."""

    distance: float
    p: float


def onsets(earliest: ArrayLike, latest: ArrayLike | None = None, longest: ArrayLike | None = None) -> Onsets:
    """Times to onset in days; without `latest` exact, without `longest` not truncated.

    An onset on the day of the dose is a time of less than one day, not of none. `ValueError` where bounds contradict.
    """
    low = np.atleast_1d(np.asarray(earliest, dtype=np.float64))
    high = low if latest is None else np.broadcast_to(np.asarray(latest, dtype=np.float64), low.shape)
    most = np.broadcast_to(np.inf if longest is None else np.asarray(longest, dtype=np.float64), low.shape)
    high = np.where(high == 0, 1.0, high)
    if not ((low >= 0) & (low <= high) & (most > 0) & (low <= most)).all():
        raise ValueError("a time to onset is negative, or its bounds contradict each other")
    return Onsets(low, np.where(np.isfinite(most), np.minimum(high, most), high), most)


def weibull(times: Onsets) -> Weibull:
    """The Weibull distribution of the times, S(t) = exp(-(t/scale)^shape).

    Formula: maximum likelihood with f(t) for an exact time, S(earliest) - S(latest) for one between bounds,
    S(earliest) for one censored on the right, each divided by F(longest) where it is truncated; Wald intervals on the
    log scale from the observed information.
    Convention: exact days are taken as they are, day 0 as less than one day; truncation only where `longest` says so.
    Upper bound of the shape below 1: falling hazard, early reactions; lower bound above 1: rising; else about constant.
    Source: Kalbfleisch and Lawless 1991 for truncation; Meeker and Escobar 1998 for the rest.
    """
    with np.errstate(all="ignore"):  # a hazard past all numbers is infinite, and its terms are rightly 0
        found = _top(times)
        if found is None:
            return NOT_CONVERGED
        at, information = found
        errors = np.sqrt(np.diag(np.linalg.inv(information * len(times.earliest))))
        if errors.max() > LARGEST_ERROR:
            return NOT_CONVERGED
        log_likelihood = -_mean_negative(at, times)[0] * len(times.earliest)
    shape, scale = (on_log_scale(np.exp(one), error) for one, error in zip(at, errors, strict=True))
    return Weibull(shape, scale, log_likelihood, converged=True)


def compare(times: ArrayLike, others: ArrayLike) -> Comparison:
    """The times of one reaction against those of the product's other reactions, by the test of Kolmogorov and Smirnov.

    Formula: D = max |F1(t) - F2(t)|; p is the probability of a D as great when the pooled times are dealt out anew.
    Convention: two-sided, exact, also where times are equal; exact times only. Not defined without times on both sides.
    Source: Schröer and Trenkler 1995; used on times to onset by Van Holle, Tavares Da Silva and Bauchau 2014.
    """
    one, other = (np.sort(np.asarray(values, dtype=np.float64).ravel()) for values in (times, others))
    if not (len(one) and len(other)):
        return Comparison(np.nan, np.nan)
    pooled = np.sort(np.concatenate([one, other]))
    is_last_of_equals = np.append(pooled[1:] != pooled[:-1], True)
    at = pooled[is_last_of_equals]
    distance = np.abs(
        np.searchsorted(one, at, side="right") / len(one) - np.searchsorted(other, at, side="right") / len(other)
    ).max()
    return Comparison(float(distance), _as_great(len(one), len(other), float(distance), is_last_of_equals))


def _as_great(n: int, m: int, distance: float, counts: NDArray[np.bool_]) -> float:
    """P(D >= distance): n + m times are dealt out one by one, and a path that comes as far is taken off the table."""
    reached, paths = 0.0, np.zeros(n + 1)
    paths[0] = 1.0
    ours = np.arange(n + 1)
    for dealt in range(n + m):
        left = n + m - dealt
        to_ours = paths * np.clip(n - ours, 0, None) / left
        paths = paths * np.clip(m - (dealt - ours), 0, None) / left
        paths[1:] += to_ours[:-1]
        if counts[dealt]:
            is_as_far = np.abs(ours / n - (dealt + 1 - ours) / m) >= distance * (1 - 1e-12)
            reached += float(paths[is_as_far].sum())
            paths[is_as_far] = 0.0
    return min(reached, 1.0)


def _top(times: Onsets) -> tuple[Floats, Floats] | None:
    """(ln shape, ln scale) at the top of the likelihood, and the information of one time there; None without a top."""
    if not len(times.earliest):
        return None
    start = np.array([0.0, np.log(max(float(np.median(times.earliest)), 0.5))])
    bounds = [(-LARGEST_LOGARITHM, LARGEST_LOGARITHM)] * 2
    at = minimize(_mean_negative, start, args=(times,), jac=True, method="L-BFGS-B", bounds=bounds).x
    information = _information(at, times)
    for _ in range(POLISHING_STEPS):
        if not (np.isfinite(information).all() and (np.linalg.eigvalsh(information) > FLAT).all()):
            return None
        at = at - np.linalg.solve(information, _mean_negative(at, times)[1])
        information = _information(at, times)
    is_top = np.abs(_mean_negative(at, times)[1]).max() < FLAT and np.abs(at).max() < LARGEST_LOGARITHM
    is_curved = np.isfinite(information).all() and (np.linalg.eigvalsh(information) > FLAT).all()
    return (at, information) if is_top and is_curved else None


def _mean_negative(at: Floats, times: Onsets) -> tuple[float, Floats]:
    """The mean negative log likelihood at (ln shape, ln scale), and its gradient."""
    is_exact = times.earliest == times.latest
    exact = times.earliest[is_exact]
    hazard, by = _cumulative_hazard(at, exact)
    value = float((at[0] + np.log(hazard) - np.log(exact) - hazard).sum())
    gradient = ((1 / hazard - 1) * by).sum(axis=1) + np.array([len(exact), 0.0])

    begin, by_begin = _cumulative_hazard(at, times.earliest[~is_exact])
    value -= float(begin.sum())
    gradient -= by_begin.sum(axis=1)
    ends = np.isfinite(times.latest[~is_exact])
    end, by_end = _cumulative_hazard(at, times.latest[~is_exact][ends])
    within = end - begin[ends]
    value += float(np.log(-np.expm1(-within)).sum())
    gradient += ((by_end - by_begin[:, ends]) / np.expm1(within)).sum(axis=1)

    longest, by_longest = _cumulative_hazard(at, times.longest[np.isfinite(times.longest)])
    value -= float(np.log(-np.expm1(-longest)).sum())
    gradient -= (by_longest / np.expm1(longest)).sum(axis=1)
    return -value / len(times.earliest), -gradient / len(times.earliest)


def _cumulative_hazard(at: Floats, t: Floats) -> tuple[Floats, Floats]:
    """H(t) = (t/scale)^shape and its derivatives by ln shape and ln scale, of shape (2, times); 0 at time 0."""
    shape = np.exp(np.clip(at[0], -LARGEST_LOGARITHM, LARGEST_LOGARITHM))
    with np.errstate(divide="ignore"):
        log_hazard = np.clip(shape * (np.log(t) - at[1]), -LARGEST_EXPONENT, LARGEST_EXPONENT)
    hazard = np.where(t > 0, np.exp(log_hazard), 0.0)
    return hazard, np.stack([hazard * log_hazard, -shape * hazard])


def _information(at: Floats, times: Onsets) -> Floats:
    """The observed information of one time: central differences of the gradient."""
    steps = DIFFERENCE * np.eye(2)
    rows = [(_mean_negative(at + step, times)[1] - _mean_negative(at - step, times)[1]) for step in steps]
    found = np.array(rows) / (2 * DIFFERENCE)
    return np.asarray((found + found.T) / 2)
