"""When is a product-reaction pair flagged? By a rule of the case lane, or by statistics against the background.

A flag is a reason to look, never a conclusion. It carries what it was made on: rule, thresholds, cells, versions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from tvec_pv.domain.background import Background
from tvec_pv.domain.statistics.contingency import Table, from_margins
from tvec_pv.domain.statistics.disproportionality import chi_square_yates, prr, ror
from tvec_pv.domain.statistics.information_component import information_component
from tvec_pv.domain.terms import normalise


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Limits of the statistical rules and the sentences of all rules, from one dated file."""

    version: str
    minimum_reports: int
    prr: float
    chi_square_yates: float
    ror_lower: float
    ic_lower: float
    rules: Mapping[str, str]


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


@dataclass(frozen=True, slots=True)
class Flag:
    """A pair flagged by a rule, with the case versions that meet the rule."""

    pair: Pair
    rule: str
    sentence: str
    versions: tuple[int, ...]


def count_pairs(
    reactions: Sequence[CountedReaction],
    product_reports: int,
    background: Background | None,
    copies: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Pair, ...]:
    """Every reaction reported with the product, counted in cases, in order of name.

    Names are equal when they are so after normalisation; `background.with_reaction` is keyed by such names. `copies`
    leads from each case that is suspected to be a copy to the one that stands for its patient: the second statistics
    count patients instead of cases, with all that any of their cases says.
    """
    by_name: dict[str, dict[str, CountedReaction]] = {}
    for reaction in reactions:
        by_name.setdefault(normalise(reaction.name), {}).setdefault(reaction.case_key, reaction)
    serious = {(normalise(one.name), one.case_key) for one in reactions if one.serious}
    names = sorted(by_name)
    patients = {name: len({copies.get(case, case) for case in by_name[name]}) for name in names}
    statistics = _against(background, names, [len(by_name[name]) for name in names], product_reports)
    without = statistics
    if copies:
        without = _against(background, names, [patients[name] for name in names], product_reports - len(copies))
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


def _against(
    background: Background | None, names: Sequence[str], with_reaction: Sequence[int], product_reports: int
) -> Sequence[Statistics | None]:
    if background is None or not names:
        return [None] * len(names)
    rest = [background.with_reaction.get(name, 0) for name in names]
    return _statistics(from_margins(with_reaction, product_reports, rest, background.reports))


def flag(reactions: Sequence[CountedReaction], pairs: Sequence[Pair], thresholds: Thresholds) -> tuple[Flag, ...]:
    """All flags: those of the case rules need one case, those of statistics their thresholds."""
    by_name: dict[str, list[CountedReaction]] = {}
    for reaction in reactions:
        by_name.setdefault(normalise(reaction.name), []).append(reaction)
    flags = []
    for rule, sentence in thresholds.rules.items():
        for pair in pairs:
            if rule in STATISTICAL_RULES:
                versions = pair.versions if _crosses(rule, pair.statistics, thresholds) else ()
            else:
                versions = tuple(sorted({one.version_id for one in by_name[pair.key] if _meets(rule, one)}))
            if versions:
                flags.append(Flag(pair, rule, sentence, versions))
    return tuple(flags)


STATISTICAL_RULES = ("evans", "ror", "ic")


def _meets(rule: str, reaction: CountedReaction) -> bool:
    """A rule of the case lane; one that is neither of the two general ones is named by the profile's concepts."""
    if rule == "designated-medical-event":
        return reaction.designated
    if rule == "serious-unlisted":
        return reaction.serious_unlisted
    return reaction.case_rule == rule


def _crosses(rule: str, measured: Statistics | None, limits: Thresholds) -> bool:
    if measured is None or measured.a < limits.minimum_reports:
        return False
    if rule == "evans":
        return _reaches(measured.prr, limits.prr) and _reaches(measured.chi_square_yates, limits.chi_square_yates)
    bound, limit = (measured.ror_lower, limits.ror_lower) if rule == "ror" else (measured.ic_lower, limits.ic_lower)
    return bound is not None and bound > limit


def _reaches(value: float | None, limit: float) -> bool:
    return value is not None and value >= limit


def _statistics(cells: Table) -> list[Statistics]:
    prr_is, ror_is, ic_is, chi2 = prr(cells), ror(cells), information_component(cells), chi_square_yates(cells)
    return [
        Statistics(
            a=int(cells.a[pair]),
            b=int(cells.b[pair]),
            c=int(cells.c[pair]),
            d=int(cells.d[pair]),
            expected=float(cells.expected[pair]),
            prr=_defined(prr_is.estimate[pair]),
            prr_lower=_defined(prr_is.lower[pair]),
            prr_upper=_defined(prr_is.upper[pair]),
            chi_square_yates=_defined(chi2[pair]),
            ror=_defined(ror_is.estimate[pair]),
            ror_lower=_defined(ror_is.lower[pair]),
            ror_upper=_defined(ror_is.upper[pair]),
            ic=_defined(ic_is.estimate[pair]),
            ic_lower=_defined(ic_is.lower[pair]),
            ic_upper=_defined(ic_is.upper[pair]),
        )
        for pair in range(len(cells.a))
    ]


def _defined(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
