"""Reads one folder of `reference/profile/`: a version of the safety profile, the product's names and the periods.

Beside its settings it holds tables; a mistake in one is named with file, row and column.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date
from importlib.resources.abc import Traversable
from itertools import combinations
from typing import Any

from tvec_pv.domain.errors import ReferenceDataError
from tvec_pv.domain.periodic import PeriodicRules, Psur
from tvec_pv.domain.product_names import Product, normalise_code
from tvec_pv.domain.safety_profile import (
    Category,
    Concept,
    LabelVersion,
    Listed,
    Qualifier,
    SafetyProfile,
    Spelling,
    Statement,
    index,
)
from tvec_pv.domain.terms import normalise, said
from tvec_pv.domain.timelines import ReportingRules
from tvec_pv.profile_rows import (
    CodeRow,
    ConceptRow,
    Decides,
    DesignatedRow,
    ExclusionRow,
    KindOfName,
    NameKind,
    NameRow,
    ProductNameRow,
    QualifierRow,
    SourceRow,
    StatementRow,
)
from tvec_pv.profile_settings import SETTINGS, read_settings
from tvec_pv.reference_tables import check_known, read_table


def read_safety_profile(folder: Traversable) -> SafetyProfile:
    settings = read_settings(folder)
    categories = _categories(settings)
    ids = {one.id for one in categories}
    sources = read_table(folder / "sources.csv", SourceRow, ("mark",))
    marks = {mark for (mark,) in sources}
    labels = _labels(folder, settings, marks)
    concepts = read_table(folder / "concepts.csv", ConceptRow, ("id",))
    for column in ("category", "also"):
        check_known("concepts.csv", concepts, column, ids, SETTINGS)
    _check_sources("concepts.csv", concepts, marks)
    known = {concept for (concept,) in concepts}
    names = read_table(folder / "names.csv", NameRow, ("concept", "name"))
    check_known("names.csv", names, "concept", known, "concepts.csv")
    _check_sources("names.csv", names, marks)
    statements = _statements(folder, labels, known, settings["conditions"], marks)
    designated = read_table(folder / "designated.csv", DesignatedRow, ("term",))
    _check_sources("designated.csv", designated, marks)
    excluded = _exclusions(folder, names, known, marks)
    made = tuple(
        _concept(row, number, names.values(), excluded.get(row.id, ()), statements[row.id])
        for number, row in enumerate(concepts.values(), 2)
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
        qualifiers=_qualifiers(folder, settings, known, ids, marks),
        spelling=_spelling(settings),
        designated=frozenset(normalise(term) for (term,) in designated),
        by_name=index(made),
    )


def read_product(folder: Traversable) -> Product:
    settings = read_settings(folder)
    product = settings["product"]
    marks = {mark for (mark,) in read_table(folder / "sources.csv", SourceRow, ("mark",))}
    names = read_table(folder / "product_names.csv", ProductNameRow, ("name",))
    codes = read_table(folder / "codes.csv", CodeRow, ("kind", "code"))
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
        development=frozenset(normalise(row.name) for row in names.values() if row.kind is NameKind.DEVELOPMENT),
        misspellings=frozenset(normalise(row.name) for row in names.values() if row.kind is NameKind.MISSPELLING),
    )


def read_reporting_rules(folder: Traversable) -> ReportingRules:
    settings = read_settings(folder)
    periods = settings["reporting"]
    return ReportingRules(
        version=settings["version"],
        periodic=_periodic(settings),
        **{**periods, "eea": frozenset(periods["eea"])},
    )


def _periodic(settings: Mapping[str, Any]) -> PeriodicRules:
    given = dict(settings["periodic"])
    psurs = sorted((Psur(**one) for one in given.pop("eu_reports")), key=lambda one: one.data_lock_point)
    return PeriodicRules(us_licence=settings["product"]["us_licence"], psurs=tuple(psurs), **given)


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
    rows = read_table(folder / file, StatementRow, ("concept", "since"))
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
            rule=row.rule or "",
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


def _categories(settings: Mapping[str, Any]) -> tuple[Category, ...]:
    categories = tuple(Category(**entry) for entry in settings["category"])
    ids = [one.id for one in categories]
    for one in categories:
        if ids.count(one.id) > 1:
            raise ReferenceDataError(f"{SETTINGS}: category {one.id}: stands twice")
        if one.of_another_person and one.of_another_person not in ids:
            raise ReferenceDataError(f"{SETTINGS}: category {one.id}: of_another_person is none of the categories")
    return categories


def _spelling(settings: Mapping[str, Any]) -> Spelling:
    rules = settings["spelling"]
    if any(len(pair) != 2 for pair in rules["apart"]):
        raise ReferenceDataError(f"{SETTINGS}: [spelling]: apart holds pairs of words")
    return Spelling(**{**rules, "apart": tuple((one, other) for one, other in rules["apart"])})


def _exclusions(
    folder: Traversable, names: Mapping[tuple[str, ...], NameRow], concepts: set[str], marks: set[str]
) -> dict[str, tuple[str, ...]]:
    """Words beside a name that make it something else; none stands in a name of the concept itself."""
    file = "exclusions.csv"
    rows = read_table(folder / file, ExclusionRow, ("concept",))
    check_known(file, rows, "concept", concepts, "concepts.csv")
    _check_sources(file, rows, marks)
    for number, row in enumerate(rows.values(), 2):
        for name in names.values():
            if name.concept == row.concept and (word := said(name.name, row.not_if)):
                raise ReferenceDataError(f"{file}, row {number}, column not_if: {word!r} stands in {name.name!r}")
    return {row.concept: row.not_if for row in rows.values()}


def _qualifiers(
    folder: Traversable, settings: Mapping[str, Any], concepts: set[str], categories: set[str], marks: set[str]
) -> tuple[Qualifier, ...]:
    file = "qualifiers.csv"
    rows = read_table(folder / file, QualifierRow, ("name", "base"))
    for column in ("base", "qualified"):
        check_known(file, rows, column, concepts, "concepts.csv")
    check_known(file, rows, "also", categories, SETTINGS)
    _check_sources(file, rows, marks)
    for number, row in enumerate(rows.values(), 2):
        if bool(row.qualified) == bool(row.also):
            raise ReferenceDataError(f"{file}, row {number}, column qualified: either this or also is given")
    return tuple(
        Qualifier(
            name=row.name,
            base=row.base,
            qualified=row.qualified,
            also=row.also,
            words=row.words,
            unless=(*(word for word in settings["undone_by"] if word not in row.words), *row.unless),
        )
        for row in rows.values()
    )


def _concept(
    row: ConceptRow, number: int, names: Iterable[NameRow], not_if: tuple[str, ...], statements: tuple[Statement, ...]
) -> Concept:
    own = [name for name in names if name.concept == row.id]
    terms = tuple(name.name for name in own if name.kind is KindOfName.TERM)
    if not terms:
        raise ReferenceDataError(f"concepts.csv, row {number}, column id: {row.id} has no term in names.csv")
    given = {one.name: getattr(row, one.name) for one in fields(row)}
    return Concept(
        **given | {"ime": row.ime or "", "frequency_eu": row.frequency_eu or ""},
        terms=terms,
        synonyms=tuple(name.name for name in own if name.kind is KindOfName.SYNONYM),
        not_if=not_if,
        statements=statements,
    )


def _check_names(names: Mapping[tuple[str, ...], NameRow]) -> None:
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
