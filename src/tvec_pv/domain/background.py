"""The background: how many reports of everything else there are, and how many have each reaction.

A report here is the newest version of a case of the external database that is not on a list of deleted cases.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tvec_pv.domain.substances import NameWords


@dataclass(frozen=True, slots=True)
class Among:
    """Which reports of the background are counted; without a restriction, all.

    `substances` (folded names) make a comparator: only reports in which one of them is suspect or interacting. The
    sets `without_...` hold values that are left out; `sex`, `age_group` and `region` are the one value that is kept. A
    report that does not say what is asked for is left out by what is kept, and kept by what is left out.
    """

    substances: frozenset[str] | None = None
    serious_only: bool = False
    without_reporters: frozenset[str] = frozenset()
    without_countries: frozenset[str] = frozenset()
    without_literature: bool = False
    sex: str | None = None
    age_group: str | None = None
    region: str | None = None


EVERYONE = Among()


@dataclass(frozen=True, slots=True)
class Background:
    """Reports of everything else among which one looks, and how many of them have each reaction (normalised name).

    Left out are `left_out` reports that `among` does not ask for and, of those it asks for, `product_reports` that name
    the product, `overlap_certain` more that are cases stored here by their numbers, and `overlap_possible` that may be
    either: nobody is counted twice. The other number, with those that only may be, adds `overlap_possible` to `reports`
    and `possible_with_reaction` to `with_reaction`.
    """

    release: str
    reports: int
    with_reaction: Mapping[str, int]
    among: Among = EVERYONE
    left_out: int = 0
    product_reports: int = 0
    overlap_certain: int = 0
    overlap_possible: int = 0
    possible_with_reaction: Mapping[str, int] = field(default_factory=dict)

    @property
    def with_possible(self) -> "Background":
        """The same with the reports that may be either among everything else."""
        names = self.with_reaction.keys() | self.possible_with_reaction.keys()
        return replace(
            self,
            reports=self.reports + self.overlap_possible,
            with_reaction={
                name: self.with_reaction.get(name, 0) + self.possible_with_reaction.get(name, 0) for name in names
            },
            overlap_possible=0,
            possible_with_reaction={},
        )


@dataclass(frozen=True, slots=True)
class AgeGroup:
    """A group by FAERS's code for it, by its name, and by the age in days at which it begins."""

    code: str
    group: str
    from_days: float


@dataclass(frozen=True, slots=True)
class Codes:
    """How a report of the background is coded: each mapping leads from what FAERS writes, in capitals.

    `region_of` leads from a country's code to its region.
    """

    version: str
    names: NameWords
    country_of: Mapping[str, str]
    region_of: Mapping[str, str]
    age_groups: tuple[AgeGroup, ...]
    reporter_of: Mapping[str, str]


def report_number(text: str) -> str:
    """A case's number as it is compared: capital letters A to Z and digits; senders write the rest as they like.

    >>> report_number("us-EXAMPLE BIO-2026/0017")
    'USEXAMPLEBIO20260017'
    """
    return BESIDE_NUMBERS.sub("", text.upper())


BESIDE_NUMBERS = re.compile("[^A-Z0-9]")
