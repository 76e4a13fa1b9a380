"""The product and each reaction reported with it: in how many cases, and how that compares with the background."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tvec_pv.domain.background import Background
from tvec_pv.domain.statistics.contingency import Table, from_margins
from tvec_pv.domain.statistics.disproportionality import chi_square_yates, prr, ror
from tvec_pv.domain.statistics.gamma_poisson import Prior
from tvec_pv.domain.statistics.information_component import information_component
from tvec_pv.domain.statistics.posterior import shrink
from tvec_pv.domain.terms import normalise


@dataclass(frozen=True, slots=True)
class CountedReaction:
    """A reaction of a current, valid case version in which the product is suspect or interacting."""

    case_key: str
    version_id: int
    name: str
    category: str
    serious: bool
    serious_unlisted: bool
    designated: bool
    case_rule: str
    fatal: bool = False


@dataclass(frozen=True, slots=True)
class Statistics:
    """The cells and measures of one pair; None where a measure is not defined."""

    a: int
    b: int
    c: int
    d: int
    expected: float
    prr: float | None
    prr_lower: float | None
    prr_upper: float | None
    chi_square_yates: float | None
    ror: float | None
    ror_lower: float | None
    ror_upper: float | None
    ic: float | None
    ic_lower: float | None
    ic_upper: float | None
    ebgm: float | None = None
    eb05: float | None = None
    eb95: float | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """The product and one reaction: who reported it, and the statistics where there is a background.

    `key` is the normalised name, by which the pair is known from night to night. `suspected` of its cases are
    probably copies of another one, and `without_suspected` are the statistics that count each patient once.
    """

    key: str
    name: str
    category: str
    versions: tuple[int, ...]
    serious: int
    statistics: Statistics | None
    suspected: int = 0
    without_suspected: Statistics | None = None


def count_pairs(
    reactions: Sequence[CountedReaction],
    product_reports: int,
    background: Background | None,
    copies: Mapping[str, str] = MappingProxyType({}),
    prior: Prior | None = None,
) -> tuple[Pair, ...]:
    """Every reaction reported with the product, counted in cases, in order of name.

    Names are equal when they are so after normalisation; `background.with_reaction` is keyed by such names. `copies`
    leads from each case that is suspected to be a copy to the one that stands for its patient: the second statistics
    count patients instead of cases, with all that any of their cases says. Without the `prior` of the background there
    is no EBGM.
    """
    by_name: dict[str, dict[str, CountedReaction]] = {}
    for reaction in reactions:
        by_name.setdefault(normalise(reaction.name), {}).setdefault(reaction.case_key, reaction)
    serious = {(normalise(one.name), one.case_key) for one in reactions if one.serious}
    names = sorted(by_name)
    patients = {name: len({copies.get(case, case) for case in by_name[name]}) for name in names}
    statistics = measure(background, names, [len(by_name[name]) for name in names], product_reports, prior)
    without = statistics
    if copies:
        counts = [patients[name] for name in names]
        without = measure(background, names, counts, product_reports - len(copies), prior)
    return tuple(
        Pair(
            key=name,
            name=next(iter(by_name[name].values())).name,
            category=next(iter(by_name[name].values())).category,
            versions=tuple(sorted(one.version_id for one in by_name[name].values())),
            serious=sum((name, case) in serious for case in by_name[name]),
            statistics=measured,
            suspected=len(by_name[name]) - patients[name],
            without_suspected=measured_without,
        )
        for name, measured, measured_without in zip(names, statistics, without, strict=True)
    )


def measure(
    background: Background | None,
    names: Sequence[str],
    with_reaction: Sequence[int],
    product_reports: int | Sequence[int],
    prior: Prior | None = None,
) -> list[Statistics | None]:
    """The statistics of reactions by normalised name; none without a background or without a report of the product."""
    if background is None or not names:
        return [None] * len(names)
    rest = [background.with_reaction.get(name, 0) for name in names]
    found = measures(from_margins(with_reaction, product_reports, rest, background.reports), prior)
    return [_statistics({name: float(values[at]) for name, values in found.items()}) for at in range(len(names))]


def measures(cells: Table, prior: Prior | None = None) -> dict[str, NDArray[np.float64]]:
    """Cells and measures of many pairs by the names of `Statistics`; nan where one is not defined."""
    found = {
        "a": cells.a,
        "b": cells.b,
        "c": cells.c,
        "d": cells.d,
        "expected": cells.expected,
        **prr(cells).named("prr"),
        "chi_square_yates": chi_square_yates(cells),
        **ror(cells).named("ror"),
        **information_component(cells).named("ic"),
    }
    if prior is None:
        return found
    shrunk = shrink(cells.a, cells.expected, prior)
    return found | {"ebgm": shrunk.ebgm, "eb05": shrunk.eb05, "eb95": shrunk.eb95}


def _statistics(values: Mapping[str, float]) -> Statistics:
    named: dict[str, Any] = {name: _defined(value) for name, value in values.items()}
    return Statistics(**named | {cell: int(values[cell]) for cell in "abcd"})


def _defined(value: float) -> float | None:
    return None if np.isnan(value) else value
