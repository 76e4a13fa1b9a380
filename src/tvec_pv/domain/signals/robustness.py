"""Does a flag stand without some of the reports? The same statistics, product and background restricted alike.

Each restriction leaves out what may alone explain a pair: publications, one country, lay people, copies of a patient,
reports that are not serious; or compares with the reports of a few medicines instead of all.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tvec_pv.domain.background import EVERYONE, Among, Background
from tvec_pv.domain.signals.pairs import Statistics, measure
from tvec_pv.domain.signals.rules import Thresholds, crossed
from tvec_pv.domain.statistics.gamma_poisson import Prior

SUSPECTED = "suspected-duplicates"


@dataclass(frozen=True, slots=True)
class Traits:
    """What a case says that a restriction asks of it."""

    country: str | None
    is_consumer: bool
    is_literature: bool
    serious: bool
    names_inhibitor: bool = False


@dataclass(frozen=True, slots=True)
class Restriction:
    """One way to look again: which cases of the product count, and which reports of the background."""

    id: str
    name: str
    keeps: Callable[[Traits], bool]
    among: Among = EVERYONE


@dataclass(frozen=True, slots=True)
class Comparator:
    """Substances whose reports stand for all of the background."""

    id: str
    name: str
    substances: frozenset[str]


@dataclass(frozen=True, slots=True)
class Look:
    """A pair under one restriction: its statistics, and the statistical rules that it still crosses."""

    id: str
    name: str
    statistics: Statistics | None
    rules: tuple[str, ...]


def restrictions(
    traits: Iterable[Traits], consumers: frozenset[str], comparators: Sequence[Comparator]
) -> tuple[Restriction, ...]:
    """Every restriction, for a product with such cases; `consumers` are the lay reporters of the background."""
    countries = Counter(one.country for one in traits if one.country)
    top = min(countries, key=lambda country: (-countries[country], country), default=None)
    by_country = (
        [
            Restriction(
                "top-country",
                f"without the country of most reports ({top})",
                lambda case: case.country != top,
                Among(without_countries=frozenset({top})),
            )
        ]
        if top
        else []
    )
    return (
        Restriction(
            "literature", "without literature", lambda case: not case.is_literature, Among(without_literature=True)
        ),
        *by_country,
        Restriction(
            "consumers", "without consumers", lambda case: not case.is_consumer, Among(without_reporters=consumers)
        ),
        Restriction("serious", "serious only", lambda case: case.serious, Among(serious_only=True)),
        *(Restriction(one.id, one.name, lambda _: True, Among(substances=one.substances)) for one in comparators),
    )


@dataclass(frozen=True, slots=True)
class Restricted:
    """What is left under a restriction: of the product's cases, and of the background."""

    restriction: Restriction
    cases: frozenset[str]
    background: Background | None


def restrict(
    traits: Mapping[str, Traits], ways: Iterable[tuple[Restriction, Background | None]]
) -> tuple[Restricted, ...]:
    """The product's cases under each restriction, once for all pairs, beside the background counted under it."""
    return tuple(
        Restricted(way, frozenset(case for case, one in traits.items() if way.keeps(one)), background)
        for way, background in ways
    )


def look_again(
    pair: str,
    cases: frozenset[str],
    restricted: Iterable[Restricted],
    limits: Thresholds,
    prior: Prior | None = None,
) -> tuple[Look, ...]:
    """A pair, by its normalised name and the cases that have it, under each restriction.

    The prior is that of the whole background: it says how ratios are spread in general.
    """
    looks = []
    for one in restricted:
        left, way = len(cases & one.cases), one.restriction
        measured = measure(one.background, [pair], [left], len(one.cases), prior)[0] if left else None
        looks.append(Look(way.id, way.name, measured, crossed(measured, limits)))
    return tuple(looks)


def without_copies(measured: Statistics | None, suspected: int, limits: Thresholds) -> Look:
    """A pair with each patient counted once."""
    what = "nobody is suspected to be counted twice" if not suspected else f"without {suspected} suspected duplicates"
    return Look(SUSPECTED, what, measured, crossed(measured, limits))
