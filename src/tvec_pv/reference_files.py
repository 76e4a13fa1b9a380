"""Reads the data files of `reference/` into the domain's values; a mistake is named with file, entry and field."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from tvec_pv.domain.assessment import Knowledge
from tvec_pv.domain.drift import DriftLimits
from tvec_pv.domain.duplicates import Chance, Level, LinkageModel
from tvec_pv.domain.errors import ReferenceDataError
from tvec_pv.domain.product_names import Product, normalise_code
from tvec_pv.domain.safety_profile import Category, Concept, Label, Listed, SafetyProfile, index
from tvec_pv.domain.signals import STATISTICAL_RULES, Thresholds
from tvec_pv.domain.terms import NO_DICTIONARY, Dictionary, normalise
from tvec_pv.domain.timelines import ReportingRules

_REFERENCE = files("tvec_pv") / "reference"


@cache
def knowledge(meddra: Path | None = None) -> Knowledge:
    """The newest version of everything that assessments depend on."""
    return Knowledge(product(), safety_profile(), reporting_rules(), read_meddra(meddra) if meddra else NO_DICTIONARY)


@cache
def product() -> Product:
    data = _read(_REFERENCE / "product.toml")
    names, codes = data["names"], data["codes"]
    unsure = codes["unverified"]
    return Product(
        version=data["version"],
        name=data["name"],
        brand=data["brand"],
        abbreviation=data["abbreviation"],
        licences=(("US", data["us_licence"]), ("EU", data["eu_authorisation"])),
        exact=frozenset(map(normalise, names["exact"])),
        fuzzy=frozenset(map(normalise, names["fuzzy"])),
        never=frozenset(map(normalise, names["never"])),
        minimum_letters=names["minimum_letters"],
        maximum_distance=names["maximum_distance"],
        codes=frozenset(normalise_code(code) for kind in ("ndc", "rxcui", "atc") for code in codes[kind]),
        unsure_codes=frozenset(normalise_code(code) for kind in ("ndc", "eutct", "bla") for code in unsure[kind]),
    )


@cache
def safety_profile() -> SafetyProfile:
    file = _newest("safety_profile")
    profile = read_profile(_read_version(file), file.name)
    designated = _read(_REFERENCE / "designated_medical_events.toml")["terms"]
    return replace(profile, designated=frozenset(map(normalise, designated)))


@cache
def thresholds() -> Thresholds:
    data = _read_version(_newest("thresholds"))
    limits = data["statistics"]
    missing = [rule for rule in STATISTICAL_RULES if rule not in data["rules"]]
    if missing:
        raise ReferenceDataError(f"thresholds {data['version']}: [rules] lacks {', '.join(missing)}")
    return Thresholds(
        version=data["version"],
        **limits,
        rules={rule: sentence.format(**limits) for rule, sentence in data["rules"].items()},
    )


@cache
def drift_limits() -> DriftLimits:
    data = _read_version(_newest("drift"))
    return DriftLimits(
        version=data["version"],
        minimum_files=data["minimum_files"],
        minimum_reports=data["minimum_reports"],
        chance=data["chance"],
        deviations=data["deviations"],
        coded=frozenset(data["coded"]),
        key_elements=data["key_elements"],
    )


@cache
def reporting_rules() -> ReportingRules:
    data = _read_version(_newest("reporting"))
    return ReportingRules(
        version=data["version"],
        us_alert_days=data["US"]["alert_days"],
        eu_serious_days=data["EU"]["serious_days"],
        eu_non_serious_days=data["EU"]["non_serious_days"],
        eea=frozenset(data["EU"]["eea"]),
    )


@cache
def linkage_model() -> LinkageModel:
    file = _newest("linkage")
    data = _read_version(file)
    try:
        fields = {field["name"]: tuple(_linkage_level(one) for one in field["level"]) for field in data["field"]}
        return LinkageModel(
            version=data["version"],
            threshold=data["threshold"],
            duplicates_per_case=data["duplicates_per_case"],
            cases_behind_it=data["cases_behind_it"],
            usual=data["usual"],
            fields=fields,
        )
    except (KeyError, TypeError) as error:
        raise ReferenceDataError(f"{file.name}: a field or a level lacks, or has too many, entries") from error


def _linkage_level(entry: Mapping[str, Any]) -> Level:
    u = entry["u"]
    return Level(**dict(entry) | {"u": Chance(**u) if isinstance(u, dict) else u})


def read_profile(data: Mapping[str, Any], file: str) -> SafetyProfile:
    """A safety profile from its parsed file; `ReferenceDataError` names file, concept and field of a mistake."""
    _check_fields(data, _PROFILE_FIELDS, ("version", "approved_by", "regions", "category", "concept"), file)
    categories = tuple(_category(entry, file) for entry in data["category"])
    known_categories = {category.id for category in categories}
    concepts = tuple(_concept(entry, file, known_categories, data["regions"]) for entry in data["concept"])
    ids = [concept.id for concept in concepts]
    if doubled := sorted({one for one in ids if ids.count(one) > 1}):
        raise ReferenceDataError(f"{file}: concept {', '.join(doubled)} stands twice")
    try:
        by_name = index(concepts)
    except ValueError as error:
        raise ReferenceDataError(f"{file}: {error}") from error
    return SafetyProfile(
        version=data["version"],
        approved_by=data["approved_by"],
        regions=tuple(data["regions"]),
        categories=categories,
        concepts=concepts,
        by_name=by_name,
    )


# What each field of a profile holds; a list holds the type in it.
_PROFILE_FIELDS: Mapping[str, Any] = {
    "version": str,
    "approved_by": str,
    "regions": [str],
    "category": [dict],
    "concept": [dict],
    "sources": dict,
}
_CATEGORY_FIELDS: Mapping[str, Any] = {"id": str, "name": str}
_CONCEPT_FIELDS: Mapping[str, Any] = {
    "id": str,
    "category": str,
    "terms": [str],
    "synonyms": [str],
    "clinical": bool,
    "serious_by_default": bool,
    "ime": str,
    "dme": bool,
    "mimic": str,
    "case_rule": str,
    "note": str,
    "source": [str],
    "verified": bool,
    "label": [dict],
}
_LABEL_FIELDS: Mapping[str, Any] = {
    "region": str,
    "from": date,
    "until": date,
    "listed": str,
    "section": str,
    "fatal_listed_if": str,
    "verified": bool,
    "note": str,
}


def _category(entry: Mapping[str, Any], file: str) -> Category:
    _check_fields(entry, _CATEGORY_FIELDS, ("id", "name"), f"{file}: category {entry.get('id', '(without id)')}")
    return Category(entry["id"], entry["name"])


def _concept(entry: Mapping[str, Any], file: str, categories: set[str], regions: list[str]) -> Concept:
    place = f"{file}: concept {entry.get('id', '(without id)')}"
    _check_fields(entry, _CONCEPT_FIELDS, ("id", "category", "terms", "source", "verified"), place)
    if entry["category"] not in categories:
        raise ReferenceDataError(f"{place}: category {entry['category']!r} is not one of {sorted(categories)}")
    if not entry["terms"]:
        raise ReferenceDataError(f"{place}: terms is empty")
    for name in ("terms", "synonyms"):
        if any(not normalise(word) for word in entry.get(name, ())):
            raise ReferenceDataError(f"{place}: {name} holds a name without letters")
    labels = tuple(_label(label, place, regions) for label in entry.get("label", ()))
    for region in regions:
        _check_dates([label for label in labels if label.region == region], f"{place}: label {region}")
    return Concept(
        id=entry["id"],
        category=entry["category"],
        terms=tuple(entry["terms"]),
        synonyms=tuple(entry.get("synonyms", ())),
        is_clinical=entry.get("clinical", True),
        serious_by_default=entry.get("serious_by_default", False),
        ime=entry.get("ime", ""),
        dme=entry.get("dme", False),
        mimic=entry.get("mimic", ""),
        case_rule=entry.get("case_rule", ""),
        note=entry.get("note", ""),
        source=tuple(entry["source"]),
        verified=entry["verified"],
        labels=labels,
    )


def _label(entry: Mapping[str, Any], place: str, regions: list[str]) -> Label:
    place = f"{place}: label {entry.get('region', '(without region)')}"
    _check_fields(entry, _LABEL_FIELDS, ("region", "from", "listed", "section", "verified"), place)
    if entry["region"] not in regions:
        raise ReferenceDataError(f"{place}: region is not one of {regions}")
    try:
        listed = Listed(entry["listed"])
    except ValueError as error:
        raise ReferenceDataError(f"{place}: listed must be L, U or I") from error
    return Label(
        region=entry["region"],
        start=entry["from"],
        end=entry.get("until"),
        listed=listed,
        section=entry["section"],
        fatal_listed_if=entry.get("fatal_listed_if", ""),
        verified=entry["verified"],
    )


def _check_dates(labels: list[Label], place: str) -> None:
    """On any day one region says one thing of a concept, or nothing."""
    for label in labels:
        if label.end is not None and label.end < label.start:
            raise ReferenceDataError(f"{place}: until lies before from")
        if any(other is not label and other.is_in_force(label.start) for other in labels):
            raise ReferenceDataError(f"{place}: two statements are in force on {label.start.isoformat()}")


def _check_fields(entry: Mapping[str, Any], types: Mapping[str, Any], required: tuple[str, ...], place: str) -> None:
    for name in required:
        if name not in entry:
            raise ReferenceDataError(f"{place}: {name} is missing")
    for name, value in entry.items():
        if name not in types:
            raise ReferenceDataError(f"{place}: {name} is not a field of the profile")
        if not _is_of(value, types[name]):
            kind = types[name]
            wanted = f"a list of {kind[0].__name__}" if isinstance(kind, list) else kind.__name__
            raise ReferenceDataError(f"{place}: {name} must be {wanted}")


def _is_of(value: Any, kind: Any) -> bool:
    if isinstance(kind, list):
        return isinstance(value, list) and all(_is_of(item, kind[0]) for item in value)
    return isinstance(value, kind) and not (kind is date and isinstance(value, datetime))


def read_meddra(folder: Path) -> Dictionary:
    """The names and preferred terms of a MedDRA release, from the licence holder's own llt.asc and pt.asc."""
    llt, pt = folder / "llt.asc", folder / "pt.asc"
    missing = [file.name for file in (llt, pt) if not file.is_file()]
    if missing:
        raise ReferenceDataError(f"TVEC_PV_MEDDRA names a folder without {' and '.join(missing)}")
    name_of = dict(_meddra_rows(pt, 2))
    preferred_of = {}
    for code, name, preferred in _meddra_rows(llt, 3):
        name_of.setdefault(code, name)
        preferred_of[code] = preferred
    release = folder / "meddra_release.asc"
    version = release.read_text("utf-8", errors="replace").split("$")[0] if release.is_file() else "not stated"
    return Dictionary(version, name_of, preferred_of)


def _meddra_rows(file: Path, columns: int) -> Iterator[list[str]]:
    """The first columns of each row; a row that has fewer is not of such a file."""
    for number, line in enumerate(file.read_text("utf-8", errors="replace").splitlines(), 1):
        if not line.strip():
            continue
        cells = line.split("$")
        if len(cells) < columns:
            raise ReferenceDataError(f"{file.name}, line {number}: not a row of a MedDRA ASCII file")
        yield cells[:columns]


def _newest(folder: str) -> Traversable:
    """The file of the latest date; its name is its version."""
    found = [file for file in (_REFERENCE / folder).iterdir() if file.name.endswith(".toml")]
    if not found:
        raise ReferenceDataError(f"reference/{folder} holds no file")
    return max(found, key=lambda file: file.name)


def _read_version(file: Traversable) -> dict[str, Any]:
    """A dated file, whose name is its version: assessments are remade when it changes, so the two must agree."""
    data = _read(file)
    if f"{data.get('version')}.toml" != file.name:
        raise ReferenceDataError(f"{file.name}: its version is {data.get('version')!r}; a change is a new file")
    return data


def _read(file: Traversable) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ReferenceDataError(f"{file.name}: {error}") from error
