"""The information component: how many doublings lie between the observed and the expected count, shrunk by 0.5."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaincinv

from tvec_pv.domain.statistics.contingency import Table
from tvec_pv.domain.statistics.interval import Floats, Interval

SHRINKAGE = 0.5
MOST_IN_A_TABLE = 10_000_000


def information_component(cells: Table) -> Interval:
    """The IC of each table, against what is expected were product and reaction independent: `(a+b)(a+c)/N`."""
    return information_component_of(cells.a, cells.expected)


def information_component_of(observed: ArrayLike, expected: ArrayLike) -> Interval:
    """IC of observed and expected counts; the expected ones may come from strata.

    Formula: log2[(O + 0.5)/(E + 0.5)]; bounds are log2 of the 2.5 % and 97.5 % quantiles of
    Gamma(O + 0.5, rate E + 0.5).
    Convention: IC025 is the exact quantile, not the normal nor the approximate bound that others print under its name.
    Source: Norén, Hopstadius and Bate 2013.
    """
    counts = np.asarray(observed, dtype=np.float64)
    rate = np.asarray(expected, dtype=np.float64) + SHRINKAGE
    return Interval(
        np.log2((counts + SHRINKAGE) / rate),
        np.log2(_gamma_quantile(counts, 0.025) / rate),
        np.log2(_gamma_quantile(counts, 0.975) / rate),
    )


def _gamma_quantile(counts: Floats, probability: float) -> Floats:
    """The quantile of Gamma(count + 0.5, rate 1). Millions of pairs share few counts: each is inverted once."""
    flat = counts.ravel()
    if flat.size < 2 or not _are_table_keys(flat):
        return np.asarray(gammaincinv(counts + SHRINKAGE, probability))
    keys = flat.astype(np.intp)
    is_there = np.zeros(keys.max() + 1, dtype=bool)
    is_there[keys] = True
    present = np.flatnonzero(is_there)
    quantiles = np.empty(len(is_there))
    quantiles[present] = gammaincinv(present + SHRINKAGE, probability)
    return np.asarray(quantiles[keys].reshape(counts.shape))


def _are_table_keys(counts: Floats) -> bool:
    return bool(counts.max() < MOST_IN_A_TABLE and counts.min() >= 0 and np.array_equal(counts, np.trunc(counts)))
