"""How fast ratios are shrunk, and how well a prior is found: `python -m tests.performance.shrinkage`.

Processor time of one core, on pairs drawn from the model itself: a table of 5,000 products and 15,000 reactions, which
is 75 million cells. R and openEBGM are not run here; what they took on such tables was measured once, and stands below.
"""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import gammainc
from scipy.stats import nbinom

from tests.caers import GOLDEN, caers
from tests.performance.drawn_pairs import TRUTH, Drawn, drawn_pairs
from tests.performance.figures import Figure
from tvec_pv.domain.statistics.gamma_poisson import Likelihood, Prior
from tvec_pv.domain.statistics.posterior import Shrunk, shrink, shrink_by_table
from tvec_pv.domain.statistics.prior_fit import fit_prior, observed_points, points_with_zeros

Result = TypeVar("Result")

# openEBGM 0.9.1 under R 4.2.2, seconds of one core
OPENEBGM_SCORES = 209.5 / 4_073_842  # of a pair: Qn, EBGM, EB05 and EB95, for a prior and a table as here
OPENEBGM_FIT_WITH_ZEROS = 18.0  # five starts, on 24,600 points of a table of 75 million cells
OPENEBGM_FIT_OF_CAERS = 19.5  # five starts, not squashed
APART = Prior(0.21047962, 0.04913095, 26.0841, 28.7585, 0.02670612)  # under which bounds leap


@dataclass(frozen=True)
class Size:
    products: int = 5_000
    reactions: int = 15_000
    reports: int = 1_000_000
    most: tuple[int, int] = (80_000, 76_000)
    sample: int = 200_000
    by_brent: int = 1_000


FULL = Size()


def measure(size: Size = FULL) -> Iterator[Figure]:
    sys.stderr.write("openEBGM is not run here: ratios are to its processor time as last measured\n")
    drawn = drawn_pairs(size.products, size.reactions, size.reports, size.most, 77, TRUTH)
    sys.stderr.write(f"{len(drawn.n):,} pairs of {size.products * size.reactions:,} cells\n")
    yield from _scores(drawn, size)
    yield from _fits(drawn)
    yield _recovered(size)


def _scores(drawn: Drawn, size: Size) -> Iterator[Figure]:
    pairs = len(drawn.n)
    chosen = np.random.default_rng(1).choice(pairs, min(size.sample, pairs), replace=False)
    n, e = drawn.n[chosen], drawn.e[chosen]
    took, exact = _timed(lambda: shrink(n, e, TRUTH))
    exactly = took / len(n)
    few = list(zip(n[: size.by_brent].tolist(), e[: size.by_brent].tolist(), strict=True))
    took, by_brent = _timed(lambda: [_eb05_by_brent(*pair, TRUTH) for pair in few])
    if not np.allclose(by_brent, exact.eb05[: len(few)], rtol=1e-9):
        raise AssertionError("EB05 is not what Brent's method finds")
    yield Figure("EBGM, EB05 and EB95 exactly, as Brent's method for EB05 alone", took / len(few) / exactly, 10)
    yield Figure("EBGM, EB05 and EB95 exactly, as openEBGM", OPENEBGM_SCORES / exactly, 8)
    took, table = _timed(lambda: shrink_by_table(drawn.n, drawn.e, TRUTH))
    sys.stderr.write(f"{took:.2f} s for the table and all pairs, {1e6 * exactly:.2f} s per million exactly\n")
    yield Figure(f"EBGM, EB05 and EB95 of {pairs:,} pairs by table, as openEBGM", OPENEBGM_SCORES / (took / pairs), 150)
    yield Figure("the table, off the exact", _off(table, exact, chosen), 1, " millionths", at_most=True)
    leaping = shrink_by_table(drawn.n, drawn.e, APART)
    off = _off(leaping, shrink(n, e, APART), chosen)
    yield Figure("the table where bounds leap, off the exact", off, 1, " millionths", at_most=True)


def _off(table: Shrunk, exact: Shrunk, chosen: NDArray[np.int64]) -> float:
    names = ("ebgm", "eb05", "eb95")
    return 1e6 * max(float(np.abs(getattr(table, one)[chosen] / getattr(exact, one) - 1).max()) for one in names)


def _eb05_by_brent(n: int, e: float, prior: Prior) -> float:
    """What one would write first."""
    of_first = prior.p * nbinom.pmf(n, prior.alpha1, prior.beta1 / (prior.beta1 + e))
    of_second = (1 - prior.p) * nbinom.pmf(n, prior.alpha2, prior.beta2 / (prior.beta2 + e))
    q = of_first / (of_first + of_second)

    def off(x: float) -> float:
        below = q * gammainc(prior.alpha1 + n, (prior.beta1 + e) * x)
        return float(below + (1 - q) * gammainc(prior.alpha2 + n, (prior.beta2 + e) * x) - 0.05)

    return float(brentq(off, 1e-9, 1e6, xtol=1e-14, rtol=1e-12))


def _fits(drawn: Drawn) -> Iterator[Figure]:
    margins = drawn.rows, drawn.columns, drawn.reports
    took, points = _timed(lambda: points_with_zeros(drawn.n, drawn.e, *margins))
    yield Figure("zero cells counted from the margins, and pairs squashed", took, 1, " s", at_most=True)
    took, fit = _timed(lambda: fit_prior(points, Likelihood.WITH_ZEROS))
    sys.stderr.write(f"{len(points.n):,} points, theta {fit.prior.theta}, {fit.agreeing} of 5 starts agree\n")
    yield Figure("prior with zero cells from five starts, as openEBGM", OPENEBGM_FIT_WITH_ZEROS / took, 25)
    if not GOLDEN.is_dir():
        sys.stderr.write("openEBGM's example is not here: set TVEC_PV_REAL_DATA\n")
        return
    of = caers()
    took, _ = _timed(lambda: fit_prior(observed_points(of.n, of.e), Likelihood.ZERO_TRUNCATED))
    yield Figure(
        "zero-truncated prior of openEBGM's example, not squashed, as openEBGM", OPENEBGM_FIT_OF_CAERS / took, 50
    )


def _recovered(size: Size) -> Figure:
    """Five times the reports, so that 2 % of each parameter is more than four standard errors."""
    most = (5 * size.most[0], 5 * size.most[1])
    drawn = drawn_pairs(size.products, size.reactions, 5 * size.reports, most, 20261125, TRUTH)
    points = points_with_zeros(drawn.n, drawn.e, drawn.rows, drawn.columns, drawn.reports)
    fit = fit_prior(points, Likelihood.WITH_ZEROS)
    sys.stderr.write(f"{len(drawn.n):,} pairs, theta {fit.prior.theta}, standard errors {fit.standard_errors}\n")
    off = np.abs(np.array(fit.prior.theta) / TRUTH.theta - 1).max()
    return Figure("known prior, off in its worst parameter", float(off) * 100, 2, " %", at_most=True)


def _timed(work: Callable[[], Result]) -> tuple[float, Result]:
    began = time.process_time()
    result = work()
    return time.process_time() - began, result


if __name__ == "__main__":
    for figure in measure():
        sys.stdout.write(figure.line + "\n")
