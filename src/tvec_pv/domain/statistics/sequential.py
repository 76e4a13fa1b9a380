"""Looking again and again without flagging by chance: Poisson MaxSPRT, on what was reported of what was shipped.

The expected count grows with exposure: doses shipped times a background rate. Doses shipped are not patients treated,
and not every reaction is reported: crossing says that more was reported than the rate explains, not crossing says
little.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln, lambertw, xlogy

from tvec_pv.domain.statistics.interval import Floats

PRECISION = 1e-10


@dataclass(frozen=True, slots=True)
class Watch:
    """A sequential watch, look by look: its log likelihood ratio, the alpha spent by then, and the first look, counted
    from 0, at which it crossed its critical value. None where it did not; a later look does not take a crossing back.
    """

    log_likelihood_ratio: Floats
    critical_value: float
    alpha_spent: Floats
    crossed_at: int | None


def expected_reports(doses: ArrayLike, per_million_doses: ArrayLike) -> Floats:
    """Reports expected of so many doses at a background rate of reports per million doses."""
    return np.asarray(np.asarray(doses, dtype=np.float64) * np.asarray(per_million_doses) / 1e6)


def watch(counts: ArrayLike, expected: ArrayLike, longest: float, alpha: float = 0.05, least_count: int = 1) -> Watch:
    """The looks of a watch that was planned to end at an expected count of `longest`; both counts are cumulative."""
    c, mu = np.atleast_1d(np.asarray(counts, dtype=np.float64)), np.atleast_1d(np.asarray(expected, dtype=np.float64))
    if (np.diff(c) < 0).any() or (np.diff(mu) < 0).any() or (mu > longest).any():
        raise ValueError("the looks of a watch count up, and end where it was planned to end")
    limit = critical_value(longest, alpha, least_count)
    ratio = log_likelihood_ratio(c, mu)
    crossings = np.flatnonzero((ratio >= limit) & (c >= least_count))
    spent = np.array([probability_of_crossing(float(until), limit, least_count) for until in mu])
    return Watch(ratio, limit, spent, int(crossings[0]) if len(crossings) else None)


def log_likelihood_ratio(count: ArrayLike, expected: ArrayLike) -> Floats:
    """How much likelier the best-fitting higher rate makes the count than the expected one does.

    Formula: c ln(c/mu) - (c - mu) where c > mu, else 0.
    Convention: one-sided, only more than expected counts.
    Source: Kulldorff, Davis, Kolczak, Lewis, Lieu and Platt 2011.
    """
    c, mu = np.asarray(count, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(c > mu, xlogy(c, c / mu) - (c - mu), 0.0)


@cache
def critical_value(longest: float, alpha: float = 0.05, least_count: int = 1) -> float:
    """The log likelihood ratio that is reached by chance with probability alpha over the whole watch.

    Formula: the cv at which P(LLR(c, mu) >= cv at some mu <= T) = alpha for a Poisson process.
    Convention: looks are continuous, so that single looks spend less than alpha; T is the expected count at which the
    watch ends and is fixed beforehand; fewer than the least count never cross. Exact: the process is followed from
    each moment at which a count ceases to cross to the next, nothing is simulated.
    Source: Kulldorff, Davis, Kolczak, Lewis, Lieu and Platt 2011; least count Kulldorff and Silva 2015.
    """
    if not (longest > 0 and 0 < alpha < 1 and least_count >= 1):
        raise ValueError("a watch needs an end over 0, an alpha between 0 and 1 and a least count of 1 or more")
    if probability_of_crossing(longest, 0.0, least_count) <= alpha:
        raise ValueError("the watch ends too early for its least count: alpha cannot be spent")
    low, high = 0.0, 1.0
    while probability_of_crossing(longest, high, least_count) > alpha:
        low, high = high, 2 * high
    while high - low > PRECISION:
        middle = (low + high) / 2
        low, high = (middle, high) if probability_of_crossing(longest, middle, least_count) > alpha else (low, middle)
    return high


def probability_of_crossing(until: float, limit: float, least_count: int = 1) -> float:
    """How probable it is by chance to cross `limit` before the expected count is over `until`: the alpha spent.

    A count of n crosses when it is reached before the expected count at which LLR(n, mu) = limit, which is
    -n W(-exp(-1 - limit/n)). `states` holds the probability of each count that has not crossed.
    """
    states, now, count = np.ones(1), 0.0, least_count
    while now < until:
        then = min(_last_moment(count, limit), until)
        states = np.convolve(states, _poisson(count, then - now))[:count]
        now, count = then, count + 1
    return float(1 - states.sum())


def _last_moment(count: int, limit: float) -> float:
    """The expected count up to which so many reports cross; at a limit of 0 rounding leaves Lambert's domain."""
    w = np.nan_to_num(lambertw(-np.exp(-1 - limit / count)).real, nan=-1.0)
    return float(-count * w)


def _poisson(most: int, mean: float) -> Floats:
    """The probabilities of 0 to `most - 1`."""
    counts = np.arange(most)
    return np.asarray(np.exp(xlogy(counts, mean) - mean - gammaln(counts + 1)))
