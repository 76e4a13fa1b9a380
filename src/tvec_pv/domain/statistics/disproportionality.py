"""Disproportionality of product-reaction pairs: PRR, ROR and chi-square, for all pairs at once.

Conventions: natural counts, no 0.5 is added to any cell; where a cell that an estimate divides by is zero, the
estimate is nan and flags nothing. Intervals are 95 %. A high value says that a pair is reported more often than
expected; it is neither a risk nor an incidence.
"""

import numpy as np

from tvec_pv.domain.statistics.contingency import Table
from tvec_pv.domain.statistics.interval import Floats, Interval, on_log_scale


def prr(cells: Table) -> Interval:
    """Proportional reporting ratio.

    Formula: [a/(a+b)] / [c/(c+d)]; SE(ln) = sqrt(1/a - 1/(a+b) + 1/c - 1/(c+d)).
    Convention: nothing added to a cell; not defined where a or c is 0; Wald interval on the log scale.
    Source: Evans, Waller and Davis 2001.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = (cells.a / (cells.a + cells.b)) / (cells.c / (cells.c + cells.d))
        error = np.sqrt(1 / cells.a - 1 / (cells.a + cells.b) + 1 / cells.c - 1 / (cells.c + cells.d))
    return on_log_scale(estimate, error)


def ror(cells: Table) -> Interval:
    """Reporting odds ratio.

    Formula: ad/bc; SE(ln) = sqrt(1/a + 1/b + 1/c + 1/d).
    Convention: nothing added to a cell; not defined where one is 0; Wald interval on the log scale.
    Source: Rothman, Lanes and Sacks 2004.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = (cells.a * cells.d) / (cells.b * cells.c)
    return on_log_scale(estimate, log_ror_error(cells))


def log_ror_error(cells: Table) -> Floats:
    """The standard error of the logarithm of the ROR; infinite where a cell is 0."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.sqrt(1 / cells.a + 1 / cells.b + 1 / cells.c + 1 / cells.d))


def chi_square_yates(cells: Table) -> Floats:
    """Chi-square with Yates' correction.

    Formula: N max(0, |ad - bc| - N/2)^2 / [(a+b)(c+d)(a+c)(b+d)].
    Convention: the corrected difference is never below 0; not defined where a margin is 0.
    Source: Yates 1934; used by Evans, Waller and Davis 2001.
    """
    difference = np.maximum(0.0, np.abs(cells.a * cells.d - cells.b * cells.c) - cells.total / 2)
    return _over_margins(cells, difference)


def chi_square(cells: Table) -> Floats:
    """Pearson's chi-square.

    Formula: N (ad - bc)^2 / [(a+b)(c+d)(a+c)(b+d)].
    Convention: without correction; not defined where a margin is 0.
    Source: Pearson 1900.
    """
    return _over_margins(cells, cells.a * cells.d - cells.b * cells.c)


def _over_margins(cells: Table, difference: Floats) -> Floats:
    margins = (cells.a + cells.b) * (cells.c + cells.d) * (cells.a + cells.c) * (cells.b + cells.d)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(margins > 0, cells.total * difference**2 / margins, np.nan))
