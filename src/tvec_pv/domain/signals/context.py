"""What stands beside the statistics of a pair: when the reaction begins, whether it comes more often than before, and
whether it comes more often together with a checkpoint inhibitor than both explain.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from tvec_pv.domain.background import Background
from tvec_pv.domain.statistics.combinations import Reports, combination
from tvec_pv.domain.statistics.contingency import from_margins
from tvec_pv.domain.statistics.fisher import fisher_greater
from tvec_pv.domain.statistics.interval import Interval
from tvec_pv.domain.statistics.multiplicity import benjamini_hochberg
from tvec_pv.domain.statistics.time_to_onset import compare, onsets, weibull
from tvec_pv.domain.statistics.trend import change, trend

PERIOD = timedelta(days=90)
FEWEST_TIMES = 3
EXACT = 2.0  # between two days that are known by their dates alone lie up to 24 hours more or less


@dataclass(frozen=True, slots=True)
class Bounded:
    """An estimate with its 95 % interval; None where it is not defined."""

    estimate: float | None
    lower: float | None
    upper: float | None


@dataclass(frozen=True, slots=True)
class Beginning:
    """Days from dose to reaction, of the cases that tell: the median, the shape of a Weibull distribution and what it
    says of the risk as time goes by, and how probable it is that the product's other reactions begin alike."""

    known: int
    median: float | None
    shape: Bounded | None
    hazard: str
    alike: float | None


@dataclass(frozen=True, slots=True)
class Chance:
    """How probable as many cases are without an association (Fisher, one-sided), and the share of chance findings among
    the pairs that are as improbable (Benjamini and Hochberg). Information: no rule asks for it."""

    p: float
    q: float


def exact_days(days: Sequence[tuple[float, float]]) -> list[float]:
    """Whole days, of the times whose bounds are those of two known dates."""
    return [(earliest + latest) // 2 for earliest, latest in days if latest - earliest <= EXACT]


def beginning(days: Sequence[tuple[float, float]], others: Sequence[float]) -> Beginning:
    """By the bounds of each time, in days; `others` are exact times of the product's other reactions.

    What is told is what has happened by now: those treated lately can only have early reactions (truncation, which a
    spontaneous report does not let one correct), so it is compared with the other reactions of the product.
    """
    if not days:
        return Beginning(0, None, None, "not known", None)
    earliest, latest = np.array(days, dtype=np.float64).T
    distance = compare(exact_days(days), others)
    with np.errstate(all="ignore"):  # the search tries shapes whose likelihood is no number, and leaves them
        fitted = weibull(onsets(earliest, latest)) if len(days) >= FEWEST_TIMES else None
    return Beginning(
        known=len(days),
        median=float(np.median((earliest + latest) / 2)),
        shape=_bounded(fitted.shape) if fitted and fitted.converged else None,
        hazard=fitted.hazard if fitted else "not known",
        alike=_defined(distance.p),
    )


def lately(of_pair: Iterable[date], of_all: Sequence[date], until: date) -> Bounded:
    """How many times as often the pair is among the reports of the last 90 days as among those of the 90 before.

    `of_all` are in order.
    """
    counts = []
    for days in (sorted(of_pair), of_all):
        oldest, middle, newest = (bisect_right(days, until - periods * PERIOD) for periods in (2, 1, 0))
        counts.append((newest - middle, middle - oldest))
    return _bounded(change(*counts[0], *counts[1]).ratio)


def by_quarter(of_pair: Sequence[date], of_all: Mapping[int, int]) -> Bounded:
    """How many times as often per quarter the pair is among the reports, on average from the first report on.

    `of_all` are all reports by quarter, as `quarters` counts them.
    """
    every = range(min(of_all), max(of_all) + 1)
    counts = quarters(of_pair)
    return _bounded(trend([counts[one] for one in every], [of_all.get(one, 0) for one in every]).ratio)


def quarters(days: Iterable[date]) -> Counter[int]:
    """How many days lie in each quarter, counted from the year 0."""
    return Counter(4 * day.year + (day.month - 1) // 3 for day in days)


def with_inhibitors(
    pair: str, with_it: int, all_with_it: int, without: int, all_without: int, others: Background, everyone: Background
) -> tuple[float | None, Bounded]:
    """Expected cases and Omega of the product together with a checkpoint inhibitor, each suspect or interacting.

    `with_it` of `all_with_it` cases that name one have the reaction, `without` of `all_without` others; `others` are
    the reports of the background that name one.
    """
    of_others = others.with_reaction.get(pair, 0)
    groups = (
        (with_it, all_with_it),
        (without, all_without),
        (of_others, others.reports),
        (everyone.with_reaction.get(pair, 0) - of_others, everyone.reports - others.reports),
    )
    found = combination(*(Reports(np.array([float(n)]), np.array([float(total)])) for n, total in groups))
    return _defined(float(found.expected[0])), _bounded(found.omega)


def chances(counts: Mapping[str, int], product_reports: int, background: Background) -> dict[str, Chance]:
    """How probable each pair is by chance, by its name, and q among them all."""
    rest = [background.with_reaction.get(name, 0) for name in counts]
    p = fisher_greater(from_margins(list(counts.values()), product_reports, rest, background.reports))
    q = benjamini_hochberg(p)
    return {name: Chance(float(one), float(of_all)) for name, one, of_all in zip(counts, p, q, strict=True)}


def _bounded(interval: Interval) -> Bounded:
    values = (interval.estimate, interval.lower, interval.upper)
    return Bounded(*(_defined(float(np.ravel(value)[0])) for value in values))


def _defined(value: float) -> float | None:
    """None for what is not defined, and for what has no bound: JSON knows neither."""
    return value if np.isfinite(value) else None
