"""Disproportionality of product-reaction pairs: PRR, ROR, chi-square and IC, for all pairs at once.

Conventions: natural counts, no 0.5 is added to any cell; where a cell that an estimate divides by is zero, the
estimate is nan and flags nothing. Intervals are 95 %. A high value says that a pair is reported more often than
expected; it is neither a risk nor an incidence.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

from tvec_pv.domain.statistics.contingency import Table

Z_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with the bounds of its 95 % interval."""

    estimate: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]


def prr(cells: Table) -> Interval:
    """Proportional reporting ratio [a/(a+b)] / [c/(c+d)] with its Wald interval on the log scale.

    SE(ln) = sqrt(1/a - 1/(a+b) + 1/c - 1/(c+d)) (Evans, Waller and Davis 2001).
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = (cells.a / (cells.a + cells.b)) / (cells.c / (cells.c + cells.d))
        error = np.sqrt(1 / cells.a - 1 / (cells.a + cells.b) + 1 / cells.c - 1 / (cells.c + cells.d))
    return _log_interval(estimate, error)


def ror(cells: Table) -> Interval:
    """Reporting odds ratio ad/bc with its Wald interval: SE(ln) = sqrt(1/a + 1/b + 1/c + 1/d)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = (cells.a * cells.d) / (cells.b * cells.c)
        error = np.sqrt(1 / cells.a + 1 / cells.b + 1 / cells.c + 1 / cells.d)
    return _log_interval(estimate, error)


def chi_square_yates(cells: Table) -> NDArray[np.float64]:
    """Chi-square with Yates' correction: N (max(0, |ad - bc| - N/2))^2 / product of the margins."""
    difference = np.maximum(0.0, np.abs(cells.a * cells.d - cells.b * cells.c) - cells.total / 2)
    return _over_margins(cells, difference)


def chi_square(cells: Table) -> NDArray[np.float64]:
    """Pearson's chi-square without correction: N (ad - bc)^2 / product of the margins."""
    return _over_margins(cells, cells.a * cells.d - cells.b * cells.c)


def information_component(cells: Table) -> Interval:
    """IC = log2((O + 0.5)/(E + 0.5)) with its exact 95 % gamma credibility interval.

    Bounds are log2 of the 2.5 % and 97.5 % quantiles of Gamma(O + 0.5, rate E + 0.5) (Norén, Hopstadius and
    Bate 2013), not the normal nor the approximate ones that others print under the same name.
    """
    return information_component_of(cells.a, cells.expected)


def information_component_of(observed: NDArray[np.float64], expected: NDArray[np.float64]) -> Interval:
    """The IC of observed and expected counts."""
    shape, rate = observed + 0.5, expected + 0.5
    return Interval(
        np.log2(shape / rate),
        np.log2(gammaincinv(shape, 0.025) / rate),
        np.log2(gammaincinv(shape, 0.975) / rate),
    )


def _log_interval(estimate: NDArray[np.float64], error: NDArray[np.float64]) -> Interval:
    defined = np.isfinite(estimate) & np.isfinite(error) & (estimate > 0)
    with np.errstate(over="ignore", invalid="ignore"):
        lower, upper = estimate * np.exp(-Z_95 * error), estimate * np.exp(Z_95 * error)
    return Interval(*(np.where(defined, value, np.nan) for value in (estimate, lower, upper)))


def _over_margins(cells: Table, difference: NDArray[np.float64]) -> NDArray[np.float64]:
    margins = (cells.a + cells.b) * (cells.c + cells.d) * (cells.a + cells.c) * (cells.b + cells.d)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(margins > 0, cells.total * difference**2 / margins, np.nan))
