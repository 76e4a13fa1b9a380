"""Reads the data files of `reference/` into the domain's values; a mistake is named with file, entry and field."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from tvec_pv.domain.assessment import Knowledge
from tvec_pv.domain.errors import ReferenceDataError
from tvec_pv.domain.product_names import Product
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
    names = data["names"]
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
    )


@cache
def safety_profile() -> SafetyProfile:
    file = _newest("safety_profile")
    profile = read_profile(_read(file), file.name)
    designated = _read(_REFERENCE / "designated_medical_events.toml")["terms"]
    return replace(profile, designated=frozenset(map(normalise, designated)))


@cache
def thresholds() -> Thresholds:
    data = _read(_newest("thresholds"))
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
def reporting_rules() -> ReportingRules:
    data = _read(_newest("reporting"))
    return ReportingRules(
        version=data["version"],
        us_alert_days=data["US"]["alert_days"],
        eu_serious_days=data["EU"]["serious_days"],
        eu_non_serious_days=data["EU"]["non_serious_days"],
        eea=frozenset(data["EU"]["eea"]),
    )


def read_profile(data: Mapping[str, Any], file: str) -> SafetyProfile:
    """A safety profile from its parsed file; `ReferenceDataError` names file, concept and field of a mistake."""
    categories = tuple(Category(one["id"], one["name"]) for one in data["category"])
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


_CONCEPT_FIELDS = {
    "id": str,
    "category": str,
    "terms": list,
    "synonyms": list,
    "event": bool,
    "serious_by_default": bool,
    "ime": str,
    "dme": bool,
    "mimic": str,
    "signal": str,
    "note": str,
    "source": list,
    "verified": bool,
    "label": list,
}
_LABEL_FIELDS = {
    "region": str,
    "from": date,
    "until": date,
    "listed": str,
    "section": str,
    "fatal_listed_if": str,
    "verified": bool,
    "note": str,
}


def _concept(entry: Mapping[str, Any], file: str, categories: set[str], regions: list[str]) -> Concept:
    place = f"{file}: concept {entry.get('id', '(without id)')}"
    _check_fields(entry, _CONCEPT_FIELDS, ("id", "category", "terms", "source", "verified"), place)
    if entry["category"] not in categories:
        raise ReferenceDataError(f"{place}: category {entry['category']!r} is not one of {sorted(categories)}")
    if not entry["terms"]:
        raise ReferenceDataError(f"{place}: terms is empty")
    return Concept(
        id=entry["id"],
        category=entry["category"],
        terms=tuple(entry["terms"]),
        synonyms=tuple(entry.get("synonyms", ())),
        is_event=entry.get("event", True),
        serious_by_default=entry.get("serious_by_default", False),
        ime=entry.get("ime", ""),
        dme=entry.get("dme", False),
        mimic=entry.get("mimic", ""),
        signal=entry.get("signal", ""),
        note=entry.get("note", ""),
        source=tuple(entry["source"]),
        verified=entry["verified"],
        labels=tuple(_label(label, place, regions) for label in entry.get("label", ())),
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


def _check_fields(entry: Mapping[str, Any], types: Mapping[str, type], required: tuple[str, ...], place: str) -> None:
    for name in required:
        if name not in entry:
            raise ReferenceDataError(f"{place}: {name} is missing")
    for name, value in entry.items():
        if name not in types:
            raise ReferenceDataError(f"{place}: {name} is not a field of the profile")
        if not isinstance(value, types[name]):
            raise ReferenceDataError(f"{place}: {name} must be {types[name].__name__}")


def read_meddra(folder: Path) -> Dictionary:
    """The names and preferred terms of a MedDRA release, from the licence holder's own llt.asc and pt.asc."""
    llt, pt = folder / "llt.asc", folder / "pt.asc"
    missing = [file.name for file in (llt, pt) if not file.is_file()]
    if missing:
        raise ReferenceDataError(f"TVEC_PV_MEDDRA names a folder without {' and '.join(missing)}")
    name_of, preferred_of = {}, {}
    for line in pt.read_text("utf-8", errors="replace").splitlines():
        code, name, *_ = line.split("$")
        name_of[code] = name
    for line in llt.read_text("utf-8", errors="replace").splitlines():
        code, name, preferred, *_ = line.split("$")
        name_of.setdefault(code, name)
        preferred_of[code] = preferred
    release = folder / "meddra_release.asc"
    version = release.read_text("utf-8", errors="replace").split("$")[0] if release.is_file() else "not stated"
    return Dictionary(version, name_of, preferred_of)


def _newest(folder: str) -> Traversable:
    """The file of the latest date; its name is its version."""
    found = [file for file in (_REFERENCE / folder).iterdir() if file.name.endswith(".toml")]
    if not found:
        raise ReferenceDataError(f"reference/{folder} holds no file")
    return max(found, key=lambda file: file.name)


def _read(file: Traversable) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ReferenceDataError(f"{file.name}: {error}") from error
