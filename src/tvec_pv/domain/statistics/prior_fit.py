"""The prior of a background, fitted by maximum likelihood, with a report by which to trust it or not.

On a background of FAERS' shape fit *with zero cells*: the reported pairs alone do not determine the prior there, and
the search runs to the boundary alpha1 -> 0. The zero-truncated likelihood is for agreement with openEBGM and for small
sets. One product's own reports determine neither.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize
from scipy.special import expit, logit

from tvec_pv.domain.statistics.gamma_poisson import (
    Counts,
    Likelihood,
    Prior,
    checked_counts,
    checked_expected,
    log_likelihood,
)
from tvec_pv.domain.statistics.interval import Floats

STARTS = (
    Prior(0.2, 0.1, 2, 4, 1 / 3),  # DuMouchel 1999
    Prior(0.2, 0.05, 2, 2, 0.1),
    Prior(1, 0.2, 1, 1, 0.1),
    Prior(3, 0.5, 20, 20, 0.05),
    Prior(0.05, 0.02, 0.5, 0.5, 0.2),
)
BIN_WIDTH = 0.02  # of log E
CELLS_AT_A_TIME = 1 << 18
BINNED_UP_TO = 64  # reports; the likelihood of more bends too much within a bin
SHAPES_AND_RATES = (1e-4, 1e5)  # where the search is held
WEIGHTS = (1e-6, 1 - 1e-6)
SAME_LOG_LIKELIHOOD = 1e-3
NEAR_THE_TOP = 1e-3  # standard errors
NEWTON_STEPS = 6
FLAT = 1e-6


@dataclass(frozen=True, slots=True)
class Points:
    """Counts, expected counts, and how many pairs stand at each."""

    n: Counts
    e: Floats
    weight: Floats


@dataclass(frozen=True, slots=True)
class End:
    """Where the search from one start ended. `gradient_norm` is the largest slope of the log likelihood, per pair that
    was reported, along log alpha, log beta and logit p; a slope that points out of bounds counts as none."""

    start: Prior
    prior: Prior
    log_likelihood: float
    gradient_norm: float
    evaluations: int


@dataclass(frozen=True, slots=True)
class Fit:
    """The best end, and whether it can be trusted.

    - `converged`: a further Newton step would move no parameter by more than a thousandth of its standard error (on the
      boundary: the slope is flat), and at least two starts, or the only one, ended at this log likelihood.
    - `is_interior`: every parameter is at least ten times its bound away, and the log likelihood is curved in all
      directions. Where it is not, the data do not determine the prior: do not use it.
    - `standard_errors` of alpha1, beta1, alpha2, beta2, p from the curvature; None where it is not interior.

    A likelihood of mixtures can have more than one top: this is the highest that was reached from `starts`.
    """

    prior: Prior
    log_likelihood: float
    likelihood: Likelihood
    converged: bool
    is_interior: bool
    gradient_norm: float
    standard_errors: tuple[float, ...] | None
    starts: tuple[End, ...]

    @property
    def agreeing(self) -> int:
        """How many starts ended at this log likelihood."""
        return sum(abs(self.log_likelihood - end.log_likelihood) < SAME_LOG_LIKELIHOOD for end in self.starts)


def observed_points(n: ArrayLike, e: ArrayLike, bin_width: float | None = None) -> Points:
    """The pairs that were reported, equal ones counted together.

    With a bin width they are squashed: pairs of the same n up to 64 whose log E lies in one bin stand together at their
    mean E. What that does to theta: docs/reference/methods.md. `ValueError` where a count is 0.
    """
    counts, expected = checked_counts(n), checked_expected(e)
    if not counts.all():
        raise ValueError("a pair without a report is not an observed point: count it among the zero cells")
    if bin_width is None:
        return _together(counts, expected)
    few = counts <= BINNED_UP_TO
    rest = _together(counts[~few], expected[~few])
    bins = np.floor(np.log(expected[few]) / bin_width).astype(np.int64)
    first, last = (bins.min(), bins.max()) if len(bins) else (0, 0)
    cell = counts[few] * (last - first + 1) + bins - first
    pairs = np.bincount(cell)
    summed = np.bincount(cell, expected[few])
    filled = np.flatnonzero(pairs)
    return Points(
        np.concatenate([filled // (last - first + 1), rest.n]),
        np.concatenate([summed[filled] / pairs[filled], rest.e]),
        np.concatenate([pairs[filled].astype(np.float64), rest.weight]),
    )


def points_with_zeros(
    n: ArrayLike,
    e: ArrayLike,
    rows: ArrayLike,
    columns: ArrayLike,
    total: ArrayLike,
    bin_width: float = BIN_WIDTH,
    squash: bool = True,
) -> Points:
    """The whole table of products and reactions: the pairs that were reported, and every cell without a report.

    `rows` and `columns` are the reports of each product and of each reaction, `total` those of all, and e = row x
    column / total, as it is for the zero cells. Within strata they have a column for each stratum, `total` has as many
    numbers, and e is the sum over strata. `ValueError` where an e is not what the margins say.

    The zero cells are counted by bins of log E, without a table being made, and each bin of them stands at their mean
    E. A margin of 0 has no cells. The observed pairs are squashed to bins of the same width, if wanted.
    """
    counts, expected = checked_counts(n), checked_expected(e)
    observed = observed_points(counts, expected, bin_width if squash else None)
    rows, columns, total = (np.asarray(one, dtype=np.float64) for one in (rows, columns, total))
    count_cells = _cells_of_margins if rows.ndim == 1 else _cells_in_strata
    first, cells, summed = count_cells(rows, columns, total, bin_width)
    bins = _bins(expected, bin_width) - first
    if bins.min() < 0 or bins.max() >= len(cells):
        raise ValueError("expected counts are not the products of these margins")
    cells = cells - np.bincount(bins, minlength=len(cells))
    summed = summed - np.bincount(bins, expected, minlength=len(cells))
    if cells.min() < -1:  # a rounding at an edge is not worth a word
        raise ValueError("expected counts are not the products of these margins")
    empty = np.flatnonzero(cells > 0)
    edges = _lower_edges(empty + first, bin_width), _lower_edges(empty + first + 1, bin_width)
    return Points(
        np.concatenate([observed.n, np.zeros(len(empty), dtype=np.int64)]),
        np.concatenate([observed.e, np.clip(summed[empty] / cells[empty], *edges)]),
        np.concatenate([observed.weight, cells[empty]]),
    )


def fit_prior(points: Points, likelihood: Likelihood, starts: Sequence[Prior] = STARTS) -> Fit:
    """The prior under which the points are most probable: the best end of a search from each start.

    L-BFGS-B with the analytic gradient along log alpha, log beta and logit p, then Newton steps from the best end. The
    component with the greater mean is the first, so that one theta can be compared with another.

    Formula: the greatest sum of weight x ln[p f1(n) + (1 - p) f2(n)], each f a negative binomial of shape alpha and
    success probability beta/(beta + E).
    Convention: with zero cells, f as it is, over the whole table; zero-truncated, each f(n)/(1 - f(0)), over the pairs
    that were reported, as openEBGM and PhViD do (vigipy truncates the mixture).
    Source: DuMouchel 1999; DuMouchel and Pregibon 2001 for the truncation.
    """
    reported = float(points.weight[points.n > 0].sum())
    if not reported:
        raise ValueError("no pair was reported: there is nothing to fit a prior on")
    climb = _climb_along(points, likelihood, reported)
    found = [_search(climb, start, reported) for start in starts]
    ends, places = [end for end, _ in found], [place for _, place in found]
    best = max(range(len(ends)), key=lambda one: ends[one].log_likelihood)
    top = _top(climb, places[best], reported) if _is_within(places[best]) else None
    place = places[best] if top is None else top.place
    height, slope = climb(place)
    gradient_norm = float(np.abs(_inwards(place, slope)).max())
    is_settled = gradient_norm < FLAT if top is None else top.distance < NEAR_THE_TOP
    fit = Fit(
        prior=_prior(place),
        log_likelihood=height * reported,
        likelihood=likelihood,
        converged=is_settled,
        is_interior=top is not None,
        gradient_norm=gradient_norm,
        standard_errors=None if top is None else top.standard_errors,
        starts=tuple(ends),
    )
    return replace(fit, converged=is_settled and fit.agreeing >= min(2, len(ends)))


# A place is a prior without constraints: log alpha1, log beta1, log alpha2, log beta2, logit p.
_Climb = Callable[[Floats], tuple[float, Floats]]
_LOW = np.array([*np.log([SHAPES_AND_RATES[0]] * 4), logit(WEIGHTS[0])])
_HIGH = np.array([*np.log([SHAPES_AND_RATES[1]] * 4), logit(WEIGHTS[1])])


def _place(prior: Prior) -> Floats:
    return np.array([*np.log(prior.theta[:4]), logit(prior.p)])


def _prior(place: Floats) -> Prior:
    alpha1, beta1, alpha2, beta2 = (float(one) for one in np.exp(place[:4]))
    return Prior(alpha1, beta1, alpha2, beta2, float(expit(place[4])))


def _ordered(place: Floats) -> Floats:
    """The same prior with the component of the greater mean first."""
    is_first_greater = place[0] - place[1] >= place[2] - place[3]
    return place if is_first_greater else np.array([*place[[2, 3, 0, 1]], -place[4]])


def _inwards(place: Floats, slope: Floats) -> Floats:
    """The slope without what points out of bounds."""
    out = ((place <= _LOW) & (slope < 0)) | ((place >= _HIGH) & (slope > 0))
    return np.where(out, 0.0, slope)


def _is_within(place: Floats) -> bool:
    return bool(((place > _LOW + np.log(10)) & (place < _HIGH - np.log(10))).all())


def _climb_along(points: Points, likelihood: Likelihood, reported: float) -> _Climb:
    """The log likelihood per reported pair and its slope, at a place."""
    value_at = log_likelihood(points.n, points.e, points.weight, likelihood)

    def climb(place: Floats) -> tuple[float, Floats]:
        prior = _prior(place)
        value = value_at(prior)
        steps = np.array([*prior.theta[:4], prior.p * (1 - prior.p)])
        return value.log_likelihood / reported, value.gradient * steps / reported

    return climb


def _search(climb: _Climb, start: Prior, reported: float) -> tuple[End, Floats]:
    def descend(place: Floats) -> tuple[float, Floats]:
        height, slope = climb(place)
        return -height, -slope

    found = minimize(
        descend,
        np.clip(_place(start), _LOW, _HIGH),
        jac=True,
        method="L-BFGS-B",
        bounds=list(zip(_LOW, _HIGH, strict=True)),
        options={"gtol": 1e-7, "ftol": 1e-12, "maxiter": 500},
    )
    place = _ordered(found.x)
    norm = float(np.abs(_inwards(found.x, -found.jac)).max())
    return End(start, _prior(place), -float(found.fun) * reported, norm, int(found.nfev)), place


@dataclass(frozen=True, slots=True)
class _Top:
    place: Floats
    distance: float
    standard_errors: tuple[float, ...]


def _top(climb: _Climb, place: Floats, reported: float) -> _Top | None:
    """The top beside a place, by Newton steps; None where the log likelihood is not curved like a top.

    The curvature is the central difference of the analytic slope. A step's length in standard errors is the root of
    step' information step, which no single parameter exceeds.
    """
    for _ in range(NEWTON_STEPS):
        information = -reported * np.array([_difference(climb, place, axis) for axis in np.eye(len(place))])
        information = (information + information.T) / 2
        if not (np.linalg.eigvalsh(information) > 0).all():
            return None
        step = np.linalg.solve(information, reported * climb(place)[1])
        distance = float(np.sqrt(step @ information @ step))
        if distance < 1e-3 * NEAR_THE_TOP:
            break
        place = place + step
    prior = _prior(place)
    steps = np.array([*prior.theta[:4], prior.p * (1 - prior.p)])
    errors = steps * np.sqrt(np.diag(np.linalg.inv(information)))
    return _Top(place, distance, tuple(float(one) for one in errors))


def _difference(climb: _Climb, place: Floats, axis: Floats, width: float = 1e-4) -> Floats:
    return (climb(place + width * axis)[1] - climb(place - width * axis)[1]) / (2 * width)


def _together(counts: Counts, expected: Floats) -> Points:
    order = np.lexsort((expected, counts))
    n, e = counts[order], expected[order]
    first = np.flatnonzero(np.diff(n, prepend=-1) | (np.diff(e, prepend=-1) != 0))
    return Points(n[first], e[first], np.diff(first, append=len(n)).astype(np.float64))


def _bins(expected: Floats, width: float) -> Counts:
    """Bins of log E around multiples of the width: E = 1, which rounding moves either way, is amid one, on no edge."""
    return np.floor(np.log(expected) / width + 0.5).astype(np.int64)


def _lower_edges(bins: Counts, width: float) -> Floats:
    return np.asarray(np.exp((bins - 0.5) * width))


def _cells_of_margins(rows: Floats, columns: Floats, total: Floats, width: float) -> tuple[int, Floats, Floats]:
    """The first bin of log E, and of each bin how many cells it has and what their expected counts add up to.

    Of each row, the sorted columns say how many cells lie below each edge, and their sums what those add up to.
    """
    shorter, longer = sorted((margin[margin > 0] for margin in (rows, columns)), key=len)
    longer = np.sort(longer)
    summed_margins = np.concatenate([[0.0], np.cumsum(longer)])
    ends = np.array([shorter.min() * longer[0], shorter.max() * longer[-1]]) / total
    first, last = _bins(ends, width) + np.array([-1, 2])  # the edges are beyond any rounding
    edges = _lower_edges(np.arange(first, last + 1), width)
    below, summed = np.zeros(len(edges)), np.zeros(len(edges))
    for scale, times in zip(*np.unique(shorter / total, return_counts=True), strict=True):
        place = np.searchsorted(longer, edges / scale)
        below += times * place
        summed += times * scale * summed_margins[place]
    return int(first), np.diff(below), np.diff(summed)


def _cells_in_strata(rows: Floats, columns: Floats, total: Floats, width: float) -> tuple[int, Floats, Floats]:
    """The same within strata, where no order of the columns helps: every cell is looked at, some rows at a time."""
    filled = total > 0
    in_strata, columns = rows[:, filled] / total[filled], columns[:, filled].T
    first, last = _bins(np.array([1 / total.max(), total.sum()]), width) + np.array([-1, 1])
    cells, summed = np.zeros(last - first + 1), np.zeros(last - first + 1)
    step = max(1, CELLS_AT_A_TIME // columns.shape[1])
    for start in range(0, len(in_strata), step):
        expected = (in_strata[start : start + step] @ columns).ravel()
        expected = expected[expected > 0]
        bins = _bins(expected, width) - first
        cells += np.bincount(bins, minlength=len(cells))
        summed += np.bincount(bins, expected, minlength=len(cells))
    return int(first), cells, summed
