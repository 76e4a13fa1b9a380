"""Reads the data files of `reference/` into the domain's values; a mistake is named with file, entry and field."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from tvec_pv.background_files import read_codes
from tvec_pv.case_rule_files import read_case_rules
from tvec_pv.domain.assessment import Knowledge
from tvec_pv.domain.background import Codes
from tvec_pv.domain.case_flags import Status
from tvec_pv.domain.case_rules import CaseRules
from tvec_pv.domain.case_rules import Level as FlagLevel
from tvec_pv.domain.drift import DriftLimits
from tvec_pv.domain.duplicates import Chance, Level, LinkageModel
from tvec_pv.domain.errors import ReferenceDataError
from tvec_pv.domain.golden_numbers import Golden
from tvec_pv.domain.narrative import Reader
from tvec_pv.domain.product_names import Product
from tvec_pv.domain.safety_profile import SafetyProfile
from tvec_pv.domain.scales import Scales
from tvec_pv.domain.signals.coding_artefacts import CodingRules
from tvec_pv.domain.signals.robustness import Comparator
from tvec_pv.domain.signals.rule_names import CASE_RULES, STATISTICAL_RULES
from tvec_pv.domain.signals.rules import LIMITS, Thresholds
from tvec_pv.domain.signals.states import Decision, ReasonCode
from tvec_pv.domain.terms import NO_DICTIONARY, Dictionary, normalise
from tvec_pv.domain.timelines import ReportingRules
from tvec_pv.meddra_files import read_meddra
from tvec_pv.narrative_files import narrative_reader
from tvec_pv.profile_files import read_product, read_reporting_rules, read_safety_profile
from tvec_pv.profile_settings import newest_profile
from tvec_pv.scale_files import read_scales

_REFERENCE = files("tvec_pv") / "reference"


@cache
def knowledge(meddra: Path | None = None) -> Knowledge:
    """Everything that assessments depend on, as it is in force."""
    return read_knowledge(_in_force(), read_meddra(meddra) if meddra else NO_DICTIONARY)


def read_knowledge(folder: Traversable, dictionary: Dictionary) -> Knowledge:
    """Everything that assessments depend on, from one folder of `reference/profile/` or from one like it."""
    profile = read_safety_profile(folder)
    return Knowledge(
        product=read_product(folder),
        profile=profile,
        reporting=read_reporting_rules(folder),
        dictionary=dictionary,
        case_rules=read_case_rules(folder),
        scales=_scales(folder, profile),
        narratives=_narratives(folder, profile),
    )


@cache
def case_rules() -> CaseRules:
    return read_case_rules(_in_force())


def _scales(folder: Traversable, profile: SafetyProfile) -> Scales:
    return read_scales(folder, {one.id for one in profile.concepts}, {one.id for one in profile.categories})


def _narratives(folder: Traversable, profile: SafetyProfile) -> Reader:
    return narrative_reader(folder, {name: match.concept.id for name, match in profile.by_name.items()})


@cache
def product() -> Product:
    return read_product(_in_force())


@cache
def safety_profile() -> SafetyProfile:
    return read_safety_profile(_in_force())


@cache
def reporting_rules() -> ReportingRules:
    return read_reporting_rules(_in_force())


def find_profile(version: str) -> Traversable:
    """A version of the profile by its name, or by the folder that holds it; drafts too."""
    shipped = _REFERENCE / "profile" / version
    found = shipped if shipped.is_dir() else Path(version).resolve()
    if not found.is_dir():
        known = ", ".join(sorted(one.name for one in (_REFERENCE / "profile").iterdir() if one.is_dir()))
        raise ReferenceDataError(f"there is no safety profile {version}: give a folder, or one of {known}")
    return found


def is_shipped(folder: Traversable) -> bool:
    """Whether a folder of the profile is one of the product's own, and no copy under the same name."""
    return isinstance(folder, Path) and folder.resolve().parent == Path(str(_REFERENCE / "profile")).resolve()


def _in_force() -> Traversable:
    return newest_profile(_REFERENCE / "profile")


@cache
def scales() -> Scales:
    return _scales(_in_force(), safety_profile())


@cache
def thresholds() -> Thresholds:
    return read_thresholds(_newest("thresholds"))


def read_thresholds(file: Traversable) -> Thresholds:
    """The limits and rules of one dated file; a limit or a rule that lacks, or that nobody knows, is named."""
    data = _read_version(file)
    try:
        limits, rows = data["statistics"], data["rule"]
        rules = {row["name"]: row["sentence"].format(**limits) for row in rows}
        found = Thresholds(
            version=data["version"],
            **limits,
            levels=tuple(data["case_flags"]["levels"]),
            statuses=tuple(data["case_flags"]["statuses"]),
            rules=rules,
            active=frozenset(row["name"] for row in rows if row["active"]),
        )
    except (KeyError, TypeError) as error:
        needed = ", ".join(LIMITS)
        raise ReferenceDataError(
            f"{file.name}: [statistics] holds exactly {needed}; [case_flags] levels and statuses; "
            f"each [[rule]] name, active and sentence ({error})"
        ) from error
    known = {*STATISTICAL_RULES, *CASE_RULES, *(one.case_rule for one in safety_profile().concepts)} - {""}
    if wrong := known ^ rules.keys():
        raise ReferenceDataError(f"{file.name}: [[rule]] lacks, or has too many: {', '.join(sorted(wrong))}")
    if unknown := {*found.levels} - {*map(str, FlagLevel)} | {*found.statuses} - {*map(str, Status)}:
        raise ReferenceDataError(f"{file.name}: [case_flags] names {', '.join(sorted(unknown))}, which no flag has")
    if len(rows) != len(rules):
        raise ReferenceDataError(f"{file.name}: a rule stands twice")
    if negative := [name for name in LIMITS if not limits[name] >= 0]:
        raise ReferenceDataError(f"{file.name}: [statistics] {', '.join(negative)} must be a number, 0 or more")
    return found


@cache
def reason_codes() -> tuple[str, Mapping[str, ReasonCode]]:
    """The version of the reasons that may be given for a decision about a signal, and the reasons by code."""
    file = _newest("decisions")
    data = _read_version(file)
    try:
        codes = [ReasonCode(**row | {"decision": Decision(row["decision"])}) for row in data["code"]]
    except (KeyError, TypeError, ValueError) as error:
        raise ReferenceDataError(
            f"{file.name}: a [[code]] has code, decision, covers and sentence ({error})"
        ) from error
    return data["version"], {one.code: one for one in codes}


@cache
def comparators() -> tuple[Comparator, ...]:
    data = _read_version(_newest("comparators"))
    return tuple(Comparator(one["id"], one["name"], frozenset(one["substances"])) for one in data["comparator"])


@cache
def coding_rules() -> CodingRules:
    data = _read_version(_newest("coding"))
    groups = tuple(frozenset(map(normalise, group)) for group in data["groups"])
    return CodingRules(data["version"], data["shared_words"], groups)


@cache
def background_codes() -> Codes:
    folders = [one for one in (_REFERENCE / "background").iterdir() if one.is_dir()]
    return read_codes(max(folders, key=lambda one: one.name))


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


@cache
def golden_numbers() -> tuple[str, tuple[Golden, ...]]:
    """Version and entries of the newest file of golden numbers."""
    file = _newest("golden")
    data = _read_version(file)
    try:
        return data["version"], tuple(Golden(**entry) for entry in data["number"])
    except (KeyError, TypeError) as error:
        raise ReferenceDataError(f"{file.name}: a number lacks, or has too many, entries") from error


@cache
def generation() -> Mapping[str, Any]:
    """What generated FAERS quarters are drawn from, as the newest file of `reference/generated` has it."""
    return _read_version(_newest("generated"))


def _linkage_level(entry: Mapping[str, Any]) -> Level:
    u = entry["u"]
    return Level(**dict(entry) | {"u": Chance(**u) if isinstance(u, dict) else u})


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
