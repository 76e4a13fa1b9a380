"""What is known about the product: concepts with their terms, categories and dated label statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from tvec_pv.domain.terms import normalise


class Listed(StrEnum):
    """Listed, unlisted, or indeterminate: to be treated as unlisted until a physician decides (rule LR5)."""

    LISTED = "L"
    UNLISTED = "U"
    INDETERMINATE = "I"


@dataclass(frozen=True, slots=True)
class LabelVersion:
    """One version of a region's label, from its first day until the next version of that region.

    `is_day_known` is false where only the month of the change was published; `start` is then the first of it.
    """

    id: str
    region: str
    start: date
    is_day_known: bool = True
    changes: str = ""
    source: tuple[str, ...] = ()
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """What a region's label says of a concept, from the label version `since` until, without it, `until`."""

    since: LabelVersion
    listed: Listed
    section: str
    until: LabelVersion | None = None
    rule: str = ""
    fatal_if: str = ""
    only_if: str = ""
    source: tuple[str, ...] = ()
    verified: bool = False

    @property
    def region(self) -> str:
        return self.since.region

    def is_in_force(self, on: date) -> bool:
        return self.since.start <= on and (self.until is None or on < self.until.start)


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing that can happen, by all the names it goes by.

    `also` are categories it belongs to beside its own; `not_if` words that make a report of it one of something else.
    `is_clinical` is false for an exposure or an error without a reaction. `case_rule` names the rule of the case lane
    that flags it; `mimic` says that it is easily taken for something it is not. `serious_if` says what would make it
    serious.
    """

    id: str
    category: str
    terms: tuple[str, ...]
    synonyms: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    not_if: tuple[str, ...] = ()
    is_clinical: bool = True
    serious_by_default: bool = False
    serious_if: str = ""
    ime: str = ""
    dme: bool = False
    frequency_eu: str = ""
    mimic: str = ""
    case_rule: str = ""
    note: str = ""
    source: tuple[str, ...] = ()
    verified: bool = False
    statements: tuple[Statement, ...] = ()

    def statements_in_force(self, region: str, on: date) -> tuple[Statement, ...]:
        return tuple(one for one in self.statements if one.region == region and one.is_in_force(on))


@dataclass(frozen=True, slots=True)
class Category:
    """A group of concepts; the first of those of a case, in the profile's order, is its primary one.

    `of_another_person` is the group that leads where the reaction is one of a person who was not treated.
    """

    id: str
    name: str
    of_another_person: str = ""


@dataclass(frozen=True, slots=True)
class Qualifier:
    """Words of a report that make one of the concepts `base` the concept `qualified`, or put it into `also` too.

    `unless` are words that undo it, wherever they stand beside it.
    """

    name: str
    base: tuple[str, ...]
    qualified: str
    also: str
    words: tuple[str, ...]
    unless: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spelling:
    """How much a reported name may differ from one of the profile's, and what never passes as a slip of the pen."""

    minimum_letters: int
    letters_for_one: int
    letters_for_two: int
    apart: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """How a name led to a concept: by term or by synonym, and which."""

    concept: Concept
    how: str
    name: str


@dataclass(frozen=True, slots=True)
class SafetyProfile:
    """One version of the profile, with its concepts found by any of their names.

    `conditions` are what a statement may ask of the case, by id, in words that follow "only".
    """

    version: str
    approved_by: str
    regions: tuple[str, ...]
    categories: tuple[Category, ...]
    labels: tuple[LabelVersion, ...]
    concepts: tuple[Concept, ...]
    conditions: Mapping[str, str] = field(default_factory=dict)
    qualifiers: tuple[Qualifier, ...] = ()
    spelling: Spelling | None = None
    designated: frozenset[str] = frozenset()
    by_name: Mapping[str, Match] = field(default_factory=dict)

    def find(self, name: str) -> Match | None:
        return self.by_name.get(normalise(name))

    def in_force(self, region: str, on: date) -> LabelVersion | None:
        """The region's label of a day; none before the first."""
        begun = [label for label in self.labels if label.region == region and label.start <= on]
        return max(begun, key=lambda label: label.start, default=None)

    def is_designated(self, name: str) -> bool:
        """Whether a term is a designated medical event, by the list or by its concept."""
        match = self.find(name)
        return normalise(name) in self.designated or (match is not None and match.concept.dme)

    def concept(self, id_: str) -> Concept:
        return next(one for one in self.concepts if one.id == id_)

    def category_name(self, category: str) -> str:
        return next((one.name for one in self.categories if one.id == category), category)

    def of_another_person(self, category: str) -> str:
        """The category that leads where a reaction of this one is of a person who was not treated, or none."""
        return next((one.of_another_person for one in self.categories if one.id == category), "")

    def primary(self, categories: Sequence[str]) -> str:
        """The first of the categories in the profile's order of precedence, or none."""
        return next((one.id for one in self.categories if one.id in categories), "")


def index(concepts: Sequence[Concept]) -> dict[str, Match]:
    """Concepts by normalised term and synonym; `ValueError` names a name that two of them claim."""
    found: dict[str, Match] = {}
    for concept in concepts:
        for how, names in (("term", concept.terms), ("synonym", concept.synonyms)):
            for name in names:
                key = normalise(name)
                if key in found and found[key].concept is not concept:
                    raise ValueError(f"{name!r} belongs to {found[key].concept.id} and to {concept.id}")
                found.setdefault(key, Match(concept, how, name))
    return found
