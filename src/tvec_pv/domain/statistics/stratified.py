"""Statistics within strata (sex, age group, period, region), pooled: a pair is compared with its like.

The cells of a table have the strata along their first axis: shape (strata, pairs), or (strata,) for one pair. A
stratum without reports adds nothing.
"""

import numpy as np
from numpy.typing import NDArray

from tvec_pv.domain.statistics.contingency import Table
from tvec_pv.domain.statistics.information_component import information_component_of
from tvec_pv.domain.statistics.interval import Floats, Interval, on_log_scale


def stratified_expected(cells: Table) -> Floats:
    """Reports expected were product and reaction independent within each stratum.

    Formula: sum over strata of (a+b)(a+c)/N.
    Convention: "unknown" is a stratum like another, so that no report is lost.
    Source: DuMouchel 1999.
    """
    return np.asarray(np.nansum(cells.expected, axis=0))


def stratified_expected_of_margins(
    products: Floats, reactions: Floats, reports: Floats, product_of: NDArray[np.intp], reaction_of: NDArray[np.intp]
) -> Floats:
    """The same for millions of pairs, without a table per stratum.

    `products` (strata, products) and `reactions` (strata, reactions) are reports of each, `reports` (strata,) all
    reports; a pair is a place among the products and one among the reactions.
    """
    found = np.zeros(len(product_of))
    for product, reaction, total in zip(products, reactions, reports, strict=True):
        if total > 0:
            found += product[product_of] * reaction[reaction_of] / total
    return found


def stratified_information_component(cells: Table) -> Interval:
    """The IC of all reports of a pair against what its strata expect.

    Formula: the IC with O = sum of a and E = sum over strata of (a+b)(a+c)/N.
    Convention: strata adjust what is expected, one IC is computed; not a mean of the strata's ICs.
    Source: Norén, Hopstadius and Bate 2013.
    """
    return information_component_of(cells.a.sum(axis=0), stratified_expected(cells))


def mantel_haenszel_ror(cells: Table) -> Interval:
    """The ROR that all strata have in common.

    Formula: sum R / sum S with R = ad/N, S = bc/N of each stratum; with P = (a+d)/N and Q = (b+c)/N,
    SE(ln)^2 = sum PR / (2 (sum R)^2) + sum (PS + QR) / (2 sum R sum S) + sum QS / (2 (sum S)^2).
    Convention: nothing added to a cell; not defined where sum R or sum S is 0; supposes one ROR in all strata.
    Source: Mantel and Haenszel 1959; variance Robins, Breslow and Greenland 1986.
    """
    r, s = _share(cells.a * cells.d, cells), _share(cells.b * cells.c, cells)
    p, q = _share(cells.a + cells.d, cells), _share(cells.b + cells.c, cells)
    sum_r, sum_s = r.sum(axis=0), s.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = (
            (p * r).sum(axis=0) / (2 * sum_r**2)
            + (p * s + q * r).sum(axis=0) / (2 * sum_r * sum_s)
            + (q * s).sum(axis=0) / (2 * sum_s**2)
        )
        return on_log_scale(np.asarray(sum_r / sum_s), np.sqrt(variance))


def mantel_haenszel_prr(cells: Table) -> Interval:
    """The PRR that all strata have in common.

    Formula: sum R / sum S with R = a(c+d)/N, S = c(a+b)/N of each stratum;
    SE(ln)^2 = sum [(a+b)(c+d)(a+c)/N^2 - ac/N] / (sum R sum S).
    Convention: nothing added to a cell; not defined where sum R or sum S is 0; supposes one PRR in all strata.
    Source: Mantel and Haenszel 1959; variance Greenland and Robins 1985.
    """
    product, rest = cells.a + cells.b, cells.c + cells.d
    sum_r = _share(cells.a * rest, cells).sum(axis=0)
    sum_s = _share(cells.c * product, cells).sum(axis=0)
    spread = _share(_share(product * rest * (cells.a + cells.c), cells) - cells.a * cells.c, cells).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return on_log_scale(np.asarray(sum_r / sum_s), np.sqrt(spread / (sum_r * sum_s)))


def _share(value: Floats, cells: Table) -> Floats:
    """A value over the reports of its stratum; 0 in a stratum without any."""
    total = cells.total
    return np.where(total > 0, value / np.where(total > 0, total, 1.0), 0.0)
