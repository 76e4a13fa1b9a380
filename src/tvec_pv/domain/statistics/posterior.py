"""EBGM, EB05 and EB95: what is believed of a pair's ratio once its reports are counted.

After n reports where E were expected, the ratio is spread like (DuMouchel 1999)

    q Gamma(alpha1 + n, rate beta1 + E) + (1 - q) Gamma(alpha2 + n, rate beta2 + E)

with q = p f1(n) / (p f1(n) + (1 - p) f2(n)), f1 and f2 the negative binomials of `gamma_poisson`, never truncated.
EBGM is its geometric mean, exp of the mean of log lambda; EB05 and EB95 are its 5 % and 95 % quantiles. All are solved
in y = log lambda.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import digamma, expit, gammainc, gammaincinv, gammaln

from tvec_pv.domain.statistics.gamma_poisson import Counts, Prior, checked_counts, checked_expected
from tvec_pv.domain.statistics.interval import Floats

LOWER, UPPER = 0.05, 0.95
SMALLEST = 1e-300  # ratio that a bound is told from 0
RESIDUAL = 1e-13  # how far from 5 % or 95 % the distribution may stand at a bound
BLOCK = 1 << 15  # pairs at a time: what is in hand stays in the cache
TABLED_UP_TO = 64  # reports
TABLE_WIDTHS = (0.02, 0.0025)  # of log E, from node to node
TABLE_ERROR = 2e-8  # of a logarithm, as two polynomials differ

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Shrunk:
    """The ratio of each pair, shrunk towards the prior, with the bounds of its 90 % credibility interval.

    Where the two components lie far apart, the geometric mean can lie outside the bounds.
    """

    ebgm: Floats
    eb05: Floats
    eb95: Floats


def shrink(n: ArrayLike, e: ArrayLike, prior: Prior) -> Shrunk:
    """EBGM, EB05 and EB95 of each pair. A bound is solved until the distribution stands at 5 % or 95 % to 1e-13.

    `ValueError` where a count is negative or a fraction, or an expected count negative or not a number.

    Formula: EBGM = exp(q [digamma(alpha1 + n) - ln(beta1 + E)] + (1 - q) [digamma(alpha2 + n) - ln(beta2 + E)]); EB05
    and EB95 are quantiles of q Gamma(alpha1 + n, rate beta1 + E) + (1 - q) Gamma(alpha2 + n, rate beta2 + E), q the
    probability that the pair is of the first component.
    Convention: two-sided 90 %; the untruncated negative binomials weigh the components, however the prior was fitted.
    Source: DuMouchel 1999.
    """
    return _shrunk(_solved(checked_counts(n), _checked_expected(e), prior))


def shrink_by_table(n: ArrayLike, e: ArrayLike, prior: Prior) -> Shrunk:
    """The same of millions of pairs, each within 1e-6 of `shrink`, relative.

    For each n up to 64 the logarithms are interpolated in log E by quintics between exact nodes. Where a polynomial of
    seventh degree does not confirm them (a bound leaps where it passes from one component to the other) a finer table
    is laid, and what that does not settle is solved pair by pair, as are the few pairs of more reports.
    """
    return _shrunk(_by_table(checked_counts(n), checked_expected(e), prior, TABLE_WIDTHS))


def _shrunk(log_ratios: Floats) -> Shrunk:
    ebgm, eb05, eb95 = np.exp(log_ratios, out=log_ratios)
    return Shrunk(ebgm, eb05, eb95)


def _blocks(length: int) -> list[slice]:
    return [slice(start, start + BLOCK) for start in range(0, length, BLOCK)]


def _checked_expected(e: ArrayLike) -> Floats:
    expected = np.asarray(e, dtype=np.float64)
    if not (np.isfinite(expected) & (expected >= 0)).all():
        raise ValueError("an expected count is negative or not a number")
    return expected


# --- pair by pair


@dataclass(frozen=True, slots=True)
class _Posterior:
    """The two components of each pair's posterior: their weights, shapes and rates, and lgamma of the shapes."""

    q1: Floats
    q2: Floats
    shape1: Floats
    shape2: Floats
    rate1: Floats
    rate2: Floats
    lgamma1: Floats
    lgamma2: Floats

    def where(self, chosen: Flags) -> "_Posterior":
        return _Posterior(*(getattr(self, field.name)[chosen] for field in fields(self)))

    def at(self, y: Floats) -> tuple[Floats, Floats, Floats]:
        """The distribution at y, its density there, and the slope of the density."""
        ratio = np.exp(y)
        x1, x2 = self.rate1 * ratio, self.rate2 * ratio
        density1 = self.q1 * np.exp(self.shape1 * np.log(x1) - x1 - self.lgamma1)
        density2 = self.q2 * np.exp(self.shape2 * np.log(x2) - x2 - self.lgamma2)
        return (
            self.q1 * gammainc(self.shape1, x1) + self.q2 * gammainc(self.shape2, x2),
            density1 + density2,
            density1 * (self.shape1 - x1) + density2 * (self.shape2 - x2),
        )


def _solved(counts: Counts, expected: Floats, prior: Prior) -> Floats:
    """log EBGM, log EB05 and log EB95, as three rows."""
    log_ratios = np.empty((3, len(counts)))
    for block in _blocks(len(counts)):
        log_ratios[:, block] = _solved_block(counts[block], expected[block], prior)
    return log_ratios


def _solved_block(counts: Counts, expected: Floats, prior: Prior) -> tuple[Floats, Floats, Floats]:
    """What depends on the count alone is computed once for each distinct one, a component's own quantiles too."""
    distinct, position = np.unique(counts.astype(np.float64), return_inverse=True)
    shape1, shape2 = prior.alpha1 + distinct, prior.alpha2 + distinct
    rate1, rate2 = prior.beta1 + expected, prior.beta2 + expected
    log_rate1, log_rate2 = np.log(rate1), np.log(rate2)
    lgamma1, lgamma2 = gammaln(shape1), gammaln(shape2)
    of_count = (lgamma1 - gammaln(prior.alpha1)) - (lgamma2 - gammaln(prior.alpha2))
    log_odds = (
        (np.log(prior.p) - np.log1p(-prior.p) + of_count)[position]
        - prior.alpha1 * np.log1p(expected / prior.beta1)
        + prior.alpha2 * np.log1p(expected / prior.beta2)
        + counts * (log_rate2 - log_rate1)
    )
    q1, q2 = expit(log_odds), expit(-log_odds)
    mean = q1 * (digamma(shape1)[position] - log_rate1) + q2 * (digamma(shape2)[position] - log_rate2)
    posterior = _Posterior(
        q1, q2, shape1[position], shape2[position], rate1, rate2, lgamma1[position], lgamma2[position]
    )
    bounds = []
    for probability in (LOWER, UPPER):
        y1 = np.log(np.maximum(gammaincinv(shape1, probability), SMALLEST))[position] - log_rate1
        y2 = np.log(np.maximum(gammaincinv(shape2, probability), SMALLEST))[position] - log_rate2
        bounds.append(_quantile(posterior, probability, y1, y2))
    return mean, bounds[0], bounds[1]


def _quantile(posterior: _Posterior, probability: float, y1: Floats, y2: Floats) -> Floats:
    """y below which the posterior has this probability. It lies between y1 and y2, the components' own quantiles.

    Halley's steps on the logarithm of the smaller tail, which is nearly straight, from the quantile of the heavier
    component. A step out of the bracket is replaced by its middle, and when steps are many, every other one is, so that
    the bracket closes in any case.
    """
    sign = 1 if probability < 0.5 else -1  # of the tail: below y, or above
    target = min(probability, 1 - probability)
    y, low, high = np.where(posterior.q1 > 0.5, y1, y2), np.minimum(y1, y2), np.maximum(y1, y2)
    solved, unsolved, steps = y.copy(), np.arange(len(y)), 0
    while len(unsolved):
        below, density, slope = posterior.at(y)
        residual = below - probability
        low, high = np.where(residual < 0, y, low), np.where(residual < 0, high, y)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            tail = target + sign * residual
            bend = (slope / density - sign * density / tail) / 2
            newton = -sign * np.log(tail / target) * tail / density
            moved = y + newton / (1 + newton * bend)
        steps += 1
        is_inside = (moved > low) & (moved < high) & (steps < 6 or steps % 2 == 0)
        moved = np.where(is_inside, moved, (low + high) / 2)
        is_open = (np.abs(residual) > RESIDUAL) & (moved != low) & (moved != high)
        solved[unsolved[~is_open]] = y[~is_open]
        unsolved, posterior = unsolved[is_open], posterior.where(is_open)
        y, low, high = moved[is_open], low[is_open], high[is_open]
    return solved


# --- by table


def _to_monomials(nodes: int) -> Floats:
    """The polynomial through equally spaced nodes, as coefficients of powers of t, t in [-1/2, 1/2] amid the nodes."""
    at = np.arange(nodes) - (nodes - 1) / 2
    return np.linalg.inv(np.vander(at, increasing=True))


_QUINTIC, _SEPTIC = _to_monomials(6), _to_monomials(8)
_COMPARED_AT = np.vander(np.linspace(-0.5, 0.5, 9), 8, increasing=True)


def _by_table(counts: Counts, expected: Floats, prior: Prior, widths: Sequence[float]) -> Floats:
    """log EBGM, log EB05 and log EB95, as three rows: from a table, and where it does not hold from a finer one."""
    if not widths or not len(counts):
        return _solved(counts, expected, prior)
    t = np.log(expected) / widths[0]
    interval = np.floor(t)
    t -= interval + 0.5
    first = int(interval.min()) - 3  # room for the nodes beside the outermost intervals
    intervals = int(interval.max()) - first + 5
    cell = np.minimum(counts, TABLED_UP_TO + 1) * intervals + interval.astype(np.int64) - first
    is_filled = np.bincount(cell, minlength=(TABLED_UP_TO + 2) * intervals) > 0
    is_filled[-intervals:] = False  # pairs of more reports
    is_node = np.convolve(is_filled, np.ones(8))[3:-4] > 0.5
    nodes = np.flatnonzero(is_node)
    if len(nodes) > len(counts):
        return _solved(counts, expected, prior)
    values = np.full((3, len(is_node)), np.nan)
    values[:, nodes] = _solved(nodes // intervals, np.exp((nodes % intervals + first) * widths[0]), prior)
    position, quintics = _confirmed(values, np.flatnonzero(is_filled))
    log_ratios, is_open = np.empty((3, len(counts))), np.empty(len(counts), dtype=np.bool_)
    for block in _blocks(len(counts)):
        which = position[cell[block]]
        is_open[block] = which == 0
        for value, coefficients in zip(log_ratios[:, block], quintics, strict=True):
            value[:] = coefficients[-1].take(which)
            for coefficient in coefficients[-2::-1]:
                value *= t[block]
                value += coefficient.take(which)
    log_ratios[:, is_open] = _by_table(counts[is_open], expected[is_open], prior, widths[1:])
    return log_ratios


def _confirmed(values: Floats, filled: NDArray[np.intp]) -> tuple[NDArray[np.int32], Floats]:
    """The quintics that a septic confirms, and which of them each interval has; the first is nan, of all the others."""
    window = np.stack([values[:, filled + step] for step in range(-3, 5)], axis=1)
    quintic = np.einsum("pk,ski->spi", _QUINTIC, window[:, 1:7])
    difference = np.einsum("pk,ski->spi", _SEPTIC, window)
    difference[:, :6] -= quintic
    error = np.abs(np.einsum("tp,spi->sti", _COMPARED_AT, difference)).max(axis=(0, 1))
    is_confirmed = error < TABLE_ERROR
    position = np.zeros(values.shape[1], dtype=np.int32)
    position[filled[is_confirmed]] = 1 + np.arange(is_confirmed.sum())
    return position, np.insert(quintic[:, :, is_confirmed], 0, np.nan, axis=2)
