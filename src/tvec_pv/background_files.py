"""Reads `reference/background/<date>/`: how a report of the background is coded and its medicines' names are folded."""

from dataclasses import dataclass
from enum import StrEnum
from importlib.resources.abc import Traversable

from tvec_pv.domain.background import AgeGroup, Codes
from tvec_pv.domain.errors import ReferenceDataError
from tvec_pv.domain.substances import NameWords
from tvec_pv.domain.terms import normalise
from tvec_pv.reference_tables import read_table


class _Kind(StrEnum):
    SALT = "salt"
    WATER = "water"
    ELEMENT = "element"
    FORM = "form"
    UNIT = "unit"


@dataclass(frozen=True, slots=True)
class _Word:
    kind: _Kind
    word: str
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class _Country:
    code: str
    names: tuple[str, ...]
    region: str
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class _AgeGroup:
    code: str
    group: str
    from_days: float
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class _Reporter:
    code: str
    reporter: str
    source: str
    verified: bool


def read_codes(folder: Traversable) -> Codes:
    """The tables of a folder, whose name is their version."""
    countries = read_table(folder / "countries.csv", _Country, ("code",)).values()
    groups = [AgeGroup(one.code, one.group, one.from_days) for one in _ages(folder)]
    reporters = read_table(folder / "reporters.csv", _Reporter, ("code",)).values()
    return Codes(
        version=folder.name,
        names=_name_words(folder),
        country_of={name.upper(): one.code for one in countries for name in (one.code, *one.names)},
        region_of={one.code: one.region for one in countries},
        age_groups=tuple(groups),
        reporter_of={one.code: one.reporter for one in reporters},
    )


def _ages(folder: Traversable) -> list[_AgeGroup]:
    groups = list(read_table(folder / "age_groups.csv", _AgeGroup, ("code",)).values())
    if [one.from_days for one in groups] != sorted({one.from_days for one in groups}) or groups[0].from_days != 0:
        raise ReferenceDataError("age_groups.csv, column from_days: the groups must follow each other, from 0 on")
    return groups


def _name_words(folder: Traversable) -> NameWords:
    words: dict[_Kind, set[str]] = {kind: set() for kind in _Kind}
    for one in read_table(folder / "name_words.csv", _Word, ("kind", "word")).values():
        words[one.kind].add(normalise(one.word))
    return NameWords(
        version=folder.name,
        salts=frozenset(words[_Kind.SALT]),
        waters=frozenset(words[_Kind.WATER]),
        elements=frozenset(words[_Kind.ELEMENT]),
        forms=frozenset(words[_Kind.FORM]),
        units=frozenset(words[_Kind.UNIT]),
    )
