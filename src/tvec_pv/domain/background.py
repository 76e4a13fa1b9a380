"""The background: how many reports of everything else there are, and how many have each reaction.

A report here is the newest version of a case of the external database that is not on a list of deleted cases.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


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
