"""Is a reaction reported more often with two medicines together than each of them explains? Such as the product and a
checkpoint inhibitor.
"""

from dataclasses import dataclass

import numpy as np

from tvec_pv.domain.statistics.information_component import information_component_of
from tvec_pv.domain.statistics.interval import Floats, Interval


@dataclass(frozen=True, slots=True)
class Reports:
    """Reports of one group, and those of them with the reaction; arrays, one entry per reaction."""

    with_reaction: Floats
    all: Floats


@dataclass(frozen=True, slots=True)
class Combination:
    """What was expected of both together, and Omega: the IC of what was reported against it."""

    expected: Floats
    omega: Interval


def combination(both: Reports, product_only: Reports, other_only: Reports, neither: Reports) -> Combination:
    """Omega, for a three-way table of reports that name both medicines, one of them, or neither.

    Formula: with the odds o = f/(1-f) of the share f of reports with the reaction in each group,
    E = n * (1 - 1/(max(o10, o00) + max(o01, o00) - o00 + 1)), n the reports of both; Omega = log2[(O + 0.5)/(E + 0.5)];
    bounds are log2 of the 2.5 % and 97.5 % quantiles of Gamma(O + 0.5, rate E + 0.5).
    Convention: no interaction means that the odds add up, not that they multiply: what a logistic model takes for no
    interaction hides reactions that each medicine has alone. A medicine that lowers the odds is taken to do nothing.
    Not defined where one of the three other groups has no report, or none without the reaction. The exact gamma
    bounds, not the normal ones.
    Source: Norén, Sundberg, Bate and Edwards 2008.
    """
    product, other, base = _odds(product_only), _odds(other_only), _odds(neither)
    together = np.maximum(product, base) + np.maximum(other, base) - base
    expected = np.asarray(both.all * (1 - 1 / (together + 1)))
    return Combination(expected, information_component_of(both.with_reaction, expected))


def _odds(reports: Reports) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = reports.with_reaction / (reports.all - reports.with_reaction)
    return np.where(np.isfinite(odds), odds, np.nan)
