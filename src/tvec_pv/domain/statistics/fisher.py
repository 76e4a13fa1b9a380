"""Fisher's exact test of a 2x2 table, for all pairs at once.

A tail of the hypergeometric distribution is summed outwards, term by term by their ratio and always away from the
mode: every sum falls fast, and a pair leaves the loop when its terms no longer count.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, kl_div

from tvec_pv.domain.statistics.contingency import Table
from tvec_pv.domain.statistics.interval import Floats

NEGLIGIBLE = 1e-17
AS_LIKELY = 1e-7  # how much likelier, relatively, a table may be and still count as no likelier: rounding


@dataclass(frozen=True, slots=True)
class _Margins:
    """Reports of the product, reports with the reaction, all reports: what the test holds fixed."""

    product: Floats
    reaction: Floats
    total: Floats

    @property
    def least(self) -> Floats:
        return np.maximum(self.product + self.reaction - self.total, 0.0)

    @property
    def most(self) -> Floats:
        return np.minimum(self.product, self.reaction)

    @property
    def mode(self) -> Floats:
        return np.floor((self.product + 1) * (self.reaction + 1) / (self.total + 2))

    def of(self, places: NDArray[np.intp]) -> "_Margins":
        return _Margins(self.product[places], self.reaction[places], self.total[places])


def fisher_greater(cells: Table) -> Floats:
    """One-sided p: how probable a count of at least a is with these margins, were there no association.

    Formula: sum over k >= a of C(a+c, k) C(b+d, a+b-k) / C(N, a+b).
    Convention: conditional on both margins, a itself included; 1 where a margin is empty, not defined where N is 0.
    Source: Fisher 1934.
    """
    margins, observed = _margins(cells)
    is_above = observed > margins.mode
    tail = _tail(margins, np.where(is_above, observed, observed - 1), np.where(is_above, 1, -1))
    return _shaped(np.where(is_above, tail, 1 - tail), cells)


def fisher_two_sided(cells: Table) -> Floats:
    """Two-sided p: how probable a table is that is no more probable than the observed one.

    Formula: the sum of all P(k) <= P(a) (1 + 1e-7).
    Convention: small probabilities are summed, as R and scipy do; not twice the one-sided p.
    Source: Fisher 1934; Freeman and Halton 1951.
    """
    margins, observed = _margins(cells)
    likely = _log_probability(margins, observed) + np.log1p(AS_LIKELY)
    everything = _log_probability(margins, margins.mode) <= likely
    highest = np.where(observed >= margins.mode, observed, margins.most + 1)
    lowest = np.where(observed <= margins.mode, observed, margins.least - 1)
    above = _tail(margins, _first_no_likelier(margins, likely, highest), np.ones_like(observed))
    below = _tail(margins, _first_no_likelier(margins, likely, lowest), -np.ones_like(observed))
    return _shaped(np.where(everything, 1.0, above + below), cells)


def _margins(cells: Table) -> tuple[_Margins, Floats]:
    a, b, c, d = (one.ravel() for one in np.broadcast_arrays(cells.a, cells.b, cells.c, cells.d))
    return _Margins(a + b, a + c, a + b + c + d), a


def _shaped(p: Floats, cells: Table) -> Floats:
    total = np.asarray(cells.total)
    return np.where(total > 0, np.clip(p, 0.0, 1.0).reshape(total.shape), np.nan)


def _tail(margins: _Margins, start: Floats, step: Floats) -> Floats:
    """The probability of `start` and all counts beyond it, upwards or downwards; 0 where `start` is impossible."""
    total = np.zeros_like(start)
    places = np.flatnonzero((start >= margins.least) & (start <= margins.most))
    margins, step, k = margins.of(places), step[places], start[places]
    first = np.exp(_log_probability(margins, k))
    term, terms = np.ones_like(k), np.ones_like(k)
    active = np.arange(len(places))
    while len(active):
        term = term * _ratio(margins, k, step)
        k = k + step
        terms[active] += term
        goes_on = term > NEGLIGIBLE * terms[active]
        if not goes_on.all():
            active, margins = active[goes_on], margins.of(np.flatnonzero(goes_on))
            k, step, term = k[goes_on], step[goes_on], term[goes_on]
    total[places] = first * terms
    return total


def _ratio(margins: _Margins, k: Floats, step: Floats) -> Floats:
    """P(k + step) / P(k); 0 past the last possible count."""
    lower = np.where(step > 0, k, k - 1)
    up = (margins.reaction - lower) * (margins.product - lower)
    down = (lower + 1) * (margins.total - margins.reaction - margins.product + lower + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(step > 0, up / down, down / up)


def _first_no_likelier(margins: _Margins, likely: Floats, far: Floats) -> Floats:
    """The count nearest to the mode, on the side of `far`, whose log probability is at most `likely`; by bisection.

    `far` is such a count, or the impossible one past the last; then it is the answer where there is none.
    """
    far, near = far.copy(), margins.mode
    places = np.flatnonzero(np.abs(far - near) > 1)
    while len(places):
        middle = np.floor((near[places] + far[places]) / 2)
        no_likelier = _log_probability(margins.of(places), middle) <= likely[places]
        far[places[no_likelier]] = middle[no_likelier]
        near[places[~no_likelier]] = middle[~no_likelier]
        places = places[np.abs(far[places] - near[places]) > 1]
    return far


def _log_probability(margins: _Margins, k: Floats) -> Floats:
    """ln P(k) as three binomials of one probability (Loader 2000), which keeps its digits among millions of reports."""
    with np.errstate(invalid="ignore"):
        share = margins.product / margins.total
    return (
        _log_binomial(k, margins.reaction, share)
        + _log_binomial(margins.product - k, margins.total - margins.reaction, share)
        - _log_binomial(margins.product, margins.total, share)
    )


def _log_binomial(k: Floats, n: Floats, share: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = (
            _stirling_error(n)
            - _stirling_error(k)
            - _stirling_error(n - k)
            - kl_div(k, n * share)
            - kl_div(n - k, n * (1 - share))
            - np.log(2 * np.pi * k * (n - k) / n) / 2
        )
        none, all_ = n * np.log1p(-share), n * np.log(share)
    at_an_end = np.where(n == 0, 0.0, np.where(k == 0, none, all_))
    return np.where((k > 0) & (k < n), middle, at_an_end)


def _stirling_error(n: Floats) -> Floats:
    """ln n! less Stirling's formula for it."""
    many = np.maximum(n, 16.0)
    series = (1 / 12 - (1 / 360 - (1 / 1260 - 1 / 1680 / many**2) / many**2) / many**2) / many
    few = np.clip(n, 1.0, 16.0)
    exact = gammaln(few + 1) - (few + 0.5) * np.log(few) + few - np.log(2 * np.pi) / 2
    return np.asarray(np.where(n >= 16, series, exact))
