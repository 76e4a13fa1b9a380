"""Is a reaction reported more often than before? Against the last period, and over the quarters.

Counts are compared per unit of exposure: the product's own reports of the period, or doses shipped. FAERS files a case
under the quarter of its newest version, so the last quarters always look like a fall.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, betaincinv

from tvec_pv.domain.statistics.interval import Floats, Interval, on_log_scale

MOST_STEPS = 100
PRECISION = 1e-12
STEEPEST = 20.0


@dataclass(frozen=True, slots=True)
class Change:
    """How many times as often as in the period before, and how probable so great a difference is by chance."""

    ratio: Interval
    p: Floats


@dataclass(frozen=True, slots=True)
class Trend:
    """How many times as often as in the quarter before, on average. `dispersion` over 1 says that the counts jump more
    than chance does; the interval is widened by its root.
    """

    ratio: Interval
    dispersion: Floats


def change(now: ArrayLike, before: ArrayLike, exposure_now: ArrayLike, exposure_before: ArrayLike) -> Change:
    """Two periods, all pairs at once.

    Formula: (now / exposure now) / (before / exposure before); given their sum, `now` is binomial, and the bounds are
    those of Clopper and Pearson for its share, as odds times exposure before / exposure now.
    Convention: exact and conditional; p is twice the smaller tail, at most 1, so that it agrees with the interval;
    infinite where there was none before, not defined where there was none in either period.
    Source: Przyborowski and Wilenski 1940; Clopper and Pearson 1934.
    """
    x, y, to, of = np.broadcast_arrays(
        *(np.asarray(one, dtype=np.float64) for one in (now, before, exposure_now, exposure_before))
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        lower = np.where(x > 0, betaincinv(x, y + 1, 0.025), 0.0)
        upper = np.where(y > 0, betaincinv(x + 1, y, 0.975), 1.0)
        share = to / (to + of)
        as_many = np.where(x > 0, betainc(x, y + 1, share), 1.0)
        as_few = np.where(y > 0, 1 - betainc(x + 1, y, share), 1.0)
        ratio = (x / to, lower / (1 - lower) / to, upper / (1 - upper) / to)
        ratio = (ratio[0] / (y / of), ratio[1] * of, ratio[2] * of)
    defined = (x + y > 0) & (to > 0) & (of > 0)
    p = np.minimum(2 * np.minimum(as_many, as_few), 1.0)
    return Change(Interval(*(np.where(defined, one, np.nan) for one in ratio)), np.where(defined, p, np.nan))


def trend(counts: ArrayLike, exposure: ArrayLike) -> Trend:
    """A constant rise or fall per quarter, for counts of shape (pairs, quarters), oldest quarter first.

    Formula: counts are Poisson with mean exposure x exp(level + slope x quarter), by maximum likelihood; the ratio is
    exp(slope), its interval Wald's on the log scale.
    Convention: the standard error times the root of max(1, Pearson's chi-square / (quarters - 2)), never narrower than
    Poisson's; a quarter without exposure is left out; not defined with fewer than three quarters, without a report, or
    where all reports stand at one end.
    Source: McCullagh and Nelder 1989, 6.2.
    """
    n = np.atleast_2d(np.asarray(counts, dtype=np.float64))
    m = np.broadcast_to(np.asarray(exposure, dtype=np.float64), n.shape)
    if (n[m <= 0] > 0).any():
        raise ValueError("a quarter has reports and no exposure")
    quarters = np.arange(n.shape[1], dtype=np.float64)
    total = n.sum(axis=1)
    slope, step = np.zeros(len(n)), np.full(len(n), np.inf)
    low, high = np.full(len(n), -STEEPEST), np.full(len(n), STEEPEST)
    for _ in range(MOST_STEPS):
        shares = _shares(m, slope, quarters)
        middle = shares @ quarters
        information = total * (shares * (quarters - middle[:, None]) ** 2).sum(axis=1)
        excess = n @ quarters - total * middle  # falls as the slope rises: its root lies between low and high
        low, high = np.where(excess > 0, slope, low), np.where(excess < 0, slope, high)
        with np.errstate(divide="ignore", invalid="ignore"):
            newton = excess / information
            is_good = (slope + newton > low) & (slope + newton < high) & (np.abs(newton) <= np.abs(step) / 2)
        step = np.where(is_good | (excess == 0), np.nan_to_num(newton), (low + high) / 2 - slope)
        slope = slope + step
        if not (np.abs(step) > PRECISION).any():
            break
    shares = _shares(m, slope, quarters)
    fitted, used = total[:, None] * shares, (m > 0).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        chi_square = np.where(fitted > 0, (n - fitted) ** 2 / fitted, 0.0).sum(axis=1)
        dispersion = np.maximum(1.0, chi_square / (used - 2))
        error = np.sqrt(dispersion / information)
    defined = (used >= 3) & (total > 0) & (np.abs(step) <= 1e-6) & (np.abs(slope) < STEEPEST - 1)
    return Trend(on_log_scale(np.where(defined, np.exp(slope), np.nan), error), np.where(defined, dispersion, np.nan))


def _shares(exposure: Floats, slope: Floats, quarters: Floats) -> Floats:
    """The share of each quarter in a pair's reports, given their sum."""
    powers = slope[:, None] * (quarters - quarters.mean())
    weights = exposure * np.exp(powers - powers.max(axis=1, keepdims=True))
    with np.errstate(invalid="ignore"):
        return np.asarray(weights / weights.sum(axis=1, keepdims=True))
