"""Reads one folder of `reference/profile/`: a version of the safety profile, the product's names and the periods.

Beside its settings it holds tables; a mistake in one is named with file, row and column.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from importlib.resources.abc import Traversable
from itertools import combinations
from typing import Any

from tvec_pv.domain.errors import ReferenceDataError
from tvec_pv.domain.product_names import Product, normalise_code
from tvec_pv.domain.safety_profile import Category, Concept, LabelVersion, Listed, SafetyProfile, Statement, index
from tvec_pv.domain.terms import normalise
from tvec_pv.domain.timelines import ReportingRules
from tvec_pv.profile_settings import SETTINGS, read_settings
from tvec_pv.reference_tables import check_known, read_table


def read_safety_profile(folder: Traversable) -> SafetyProfile:
    settings = read_settings(folder)
    categories = tuple(Category(entry["id"], entry["name"]) for entry in settings["category"])
    sources = read_table(folder / "sources.csv", _Source, ("mark",))
    marks = {mark for (mark,) in sources}
    labels = _labels(folder, settings, marks)
    concepts = read_table(folder / "concepts.csv", _Concept, ("id",))
    check_known("concepts.csv", concepts, "category", {one.id for one in categories}, SETTINGS)
    _check_sources("concepts.csv", concepts, marks)
    known = {concept for (concept,) in concepts}
    names = read_table(folder / "names.csv", _Name, ("concept", "name"))
    check_known("names.csv", names, "concept", known, "concepts.csv")
    _check_sources("names.csv", names, marks)
    statements = _statements(folder, labels, known, settings["conditions"], marks)
    designated = read_table(folder / "designated.csv", _Designated, ("term",))
    _check_sources("designated.csv", designated, marks)
    made = tuple(
        _concept(row, number, names.values(), statements[row.id]) for number, row in enumerate(concepts.values(), 2)
    )
    _check_names(names)
    return SafetyProfile(
        version=settings["version"],
        approved_by=settings["approved_by"],
        regions=tuple(settings["regions"]),
        categories=categories,
        labels=tuple(labels.values()),
        concepts=made,
        conditions=settings["conditions"],
        designated=frozenset(normalise(term) for (term,) in designated),
        by_name=index(made),
    )


def read_product(folder: Traversable) -> Product:
    settings = read_settings(folder)
    product = settings["product"]
    marks = {mark for (mark,) in read_table(folder / "sources.csv", _Source, ("mark",))}
    names = read_table(folder / "product_names.csv", _ProductName, ("name",))
    codes = read_table(folder / "codes.csv", _Code, ("kind", "code"))
    _check_sources("product_names.csv", names, marks)
    _check_sources("codes.csv", codes, marks)
    for number, row in enumerate(names.values(), 2):
        if row.may_be_misspelt and row.kind is NameKind.NEVER:
            raise ReferenceDataError(
                f"product_names.csv, row {number}, column may_be_misspelt: must be no where the kind is never"
            )
    return Product(
        version=settings["version"],
        name=product["name"],
        brand=product["brand"],
        abbreviation=product["abbreviation"],
        licences=(("US", product["us_licence"]), ("EU", product["eu_authorisation"])),
        exact=frozenset(normalise(row.name) for row in names.values() if row.kind is not NameKind.NEVER),
        fuzzy=frozenset(normalise(row.name) for row in names.values() if row.may_be_misspelt),
        never=frozenset(normalise(row.name) for row in names.values() if row.kind is NameKind.NEVER),
        minimum_letters=product["minimum_letters"],
        maximum_distance=product["maximum_distance"],
        codes=frozenset(normalise_code(row.code) for row in codes.values() if row.decides is Decides.PRODUCT),
        unsure_codes=frozenset(normalise_code(row.code) for row in codes.values() if row.decides is Decides.UNDECIDED),
    )


def read_reporting_rules(folder: Traversable) -> ReportingRules:
    settings = read_settings(folder)
    periods = settings["reporting"]
    return ReportingRules(version=settings["version"], **{**periods, "eea": frozenset(periods["eea"])})


# --- the tables ----------------------------------------------------------------------------------------------------


class Ime(StrEnum):
    """On the list of important medical events: by the reference, or by general knowledge alone."""

    YES = "yes"
    UNVERIFIED = "unverified"


class Frequency(StrEnum):
    """How often by the EU label: at least 1 in 10, in 100, in 1,000."""

    VERY_COMMON = "very common"
    COMMON = "common"
    UNCOMMON = "uncommon"


class KindOfName(StrEnum):
    TERM = "term"
    SYNONYM = "synonym"


class NameKind(StrEnum):
    """What kind of name of the product it is, or that it never is one."""

    NAME = "name"
    BRAND = "brand"
    ABBREVIATION = "abbreviation"
    DEVELOPMENT = "development"
    LANGUAGE = "language"
    MISSPELLING = "misspelling"
    NEVER = "never"


class Decides(StrEnum):
    """What a code alone makes of a medicine."""

    PRODUCT = "product"
    UNDECIDED = "undecided"
    NOTHING = "not compared"


@dataclass(frozen=True, slots=True)
class _Source:
    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class _Concept:
    """The columns of a concept: its fields but for names and statements, which have tables of their own."""

    id: str
    category: str
    is_clinical: bool
    serious_by_default: bool
    dme: bool
    source: tuple[str, ...]
    verified: bool
    serious_if: str = ""
    ime: Ime | None = None
    window: str = ""
    frequency_eu: Frequency | None = None
    mimic: str = ""
    case_rule: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Name:
    concept: str
    name: str
    kind: KindOfName
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Statement:
    concept: str
    since: str
    listed: Listed
    section: str
    source: tuple[str, ...]
    verified: bool
    until: str = ""
    rule: str = ""
    fatal_if: str = ""
    only_if: str = ""


@dataclass(frozen=True, slots=True)
class _Designated:
    term: str
    source: tuple[str, ...]
    verified: bool


@dataclass(frozen=True, slots=True)
class _ProductName:
    name: str
    kind: NameKind
    may_be_misspelt: bool
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Code:
    code: str
    kind: str
    decides: Decides
    source: tuple[str, ...]


def _labels(folder: Traversable, settings: Mapping[str, Any], marks: set[str]) -> dict[str, LabelVersion]:
    labels = read_table(folder / "labels.csv", LabelVersion, ("id",))
    check_known("labels.csv", labels, "region", settings["regions"], SETTINGS)
    _check_sources("labels.csv", labels, marks)
    product = settings["product"]
    licensed = {"US": product["us_licence"], "EU": product["eu_authorisation"]}
    begun: set[tuple[str, date]] = set()
    for number, label in enumerate(labels.values(), 2):
        place = f"labels.csv, row {number}, column start"
        if label.start < licensed.get(label.region, label.start):
            raise ReferenceDataError(f"{place}: lies before the licence of the region")
        if (label.region, label.start) in begun:
            raise ReferenceDataError(f"{place}: another label of the region begins on this day")
        begun.add((label.region, label.start))
    return {label.id: label for label in labels.values()}


def _statements(
    folder: Traversable,
    labels: Mapping[str, LabelVersion],
    concepts: set[str],
    conditions: Mapping[str, str],
    marks: set[str],
) -> dict[str, tuple[Statement, ...]]:
    """The statements on each concept; on any day one region says one thing of it, or nothing."""
    file = "statements.csv"
    rows = read_table(folder / file, _Statement, ("concept", "since"))
    check_known(file, rows, "concept", concepts, "concepts.csv")
    for column in ("since", "until"):
        check_known(file, rows, column, labels, "labels.csv")
    for column in ("fatal_if", "only_if"):
        check_known(file, rows, column, conditions, SETTINGS)
    _check_sources(file, rows, marks)
    found: dict[str, tuple[Statement, ...]] = dict.fromkeys(concepts, ())
    for number, row in enumerate(rows.values(), 2):
        made = Statement(
            since=labels[row.since],
            listed=row.listed,
            section=row.section,
            until=labels.get(row.until),
            rule=row.rule,
            fatal_if=row.fatal_if,
            only_if=row.only_if,
            source=row.source,
            verified=row.verified,
        )
        if made.until and (made.until.region != made.region or made.until.start <= made.since.start):
            raise ReferenceDataError(f"{file}, row {number}, column until: must be a later label of the same region")
        if (made.fatal_if or made.only_if) and made.listed is not Listed.LISTED:
            raise ReferenceDataError(f"{file}, row {number}, column listed: only what is listed has a condition")
        for one, other in combinations((*found[row.concept], made), 2):
            if one.region == other.region and (
                one.is_in_force(other.since.start) or other.is_in_force(one.since.start)
            ):
                raise ReferenceDataError(
                    f"{file}, row {number}, column since: another statement on {row.concept} is in force then"
                )
        found[row.concept] = (*found[row.concept], made)
    return found


def _concept(row: _Concept, number: int, names: Iterable[_Name], statements: tuple[Statement, ...]) -> Concept:
    own = [name for name in names if name.concept == row.id]
    terms = tuple(name.name for name in own if name.kind is KindOfName.TERM)
    if not terms:
        raise ReferenceDataError(f"concepts.csv, row {number}, column id: {row.id} has no term in names.csv")
    given = {one.name: getattr(row, one.name) for one in fields(row)}
    return Concept(
        **given | {"ime": row.ime or "", "frequency_eu": row.frequency_eu or ""},
        terms=terms,
        synonyms=tuple(name.name for name in own if name.kind is KindOfName.SYNONYM),
        statements=statements,
    )


def _check_names(names: Mapping[tuple[str, ...], _Name]) -> None:
    """A name has letters, and belongs to one concept however it is spelt."""
    owner: dict[str, str] = {}
    for number, row in enumerate(names.values(), 2):
        place = f"names.csv, row {number}, column name"
        key = normalise(row.name)
        if not key:
            raise ReferenceDataError(f"{place}: has no letters")
        if owner.setdefault(key, row.concept) != row.concept:
            raise ReferenceDataError(f"{place}: {row.name!r} is a name of {owner[key]} too")


def _check_sources(file: str, rows: Mapping[tuple[str, ...], Any], marks: set[str]) -> None:
    """Every mark is explained, and what is called verified rests on a document: a mark R and its number."""
    check_known(file, rows, "source", marks, "sources.csv")
    for number, row in enumerate(rows.values(), 2):
        if getattr(row, "verified", False) and not any(mark.startswith("R") for mark in row.source):
            raise ReferenceDataError(f"{file}, row {number}, column verified: yes needs a source that was read")
