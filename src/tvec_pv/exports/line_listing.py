"""The line listing: one row per case, in the shape of CIOMS II with this product's own columns."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from tvec_pv.domain.case_json import decode_case
from tvec_pv.domain.clocks import Clock, due_by_region
from tvec_pv.domain.dates import PartialDate
from tvec_pv.domain.icsr import Case, Day, Dose, NullFlavor, Quantity, known
from tvec_pv.domain.product_names import Product, product_drugs
from tvec_pv.domain.safety_profile import SafetyProfile
from tvec_pv.domain.seriousness import NAMES
from tvec_pv.exports.sheets import Cell, Column

NOTE = (
    "Number of cases, one row each: current versions, nullified and merged ones left out. "
    "L listed, U unlisted, I indeterminate."
)


class CaseView(Protocol):
    """What the listing needs of a case: its stored documents, and where it came from."""

    @property
    def case_key(self) -> str: ...
    @property
    def versions(self) -> int: ...
    @property
    def record_class(self) -> str: ...
    @property
    def latest_received(self) -> date | None: ...
    @property
    def document(self) -> dict[str, Any]: ...
    @property
    def assessment(self) -> dict[str, Any]: ...
    @property
    def clocks(self) -> tuple[Clock, ...]: ...
    @property
    def findings(self) -> tuple[dict[str, str], ...]: ...
    @property
    def file(self) -> str: ...
    @property
    def place(self) -> str: ...


def listing_columns(regions: Sequence[str]) -> list[Column]:
    return [
        Column("Case number", width=30),
        Column("Versions", "whole", 9),
        Column("Current version came as", width=15),
        Column("Country", width=9),
        Column("Report type", width=13),
        Column("Age", width=12),
        Column("Sex", width=9),
        Column("Relevant history", width=36),
        Column("Product doses", width=36),
        Column("Route", width=16),
        Column("Lot", width=14),
        Column("First dose", "day", 12),
        Column("First onset", "day", 12),
        Column("Days to onset", "whole", 9),
        Column("Reactions as reported", width=40),
        Column("Reactions (terms)", width=36),
        Column("Primary category", width=24),
        Column("Serious", width=9),
        Column("Criteria", width=30),
        *(Column(f"Listed in the {region}", width=36) for region in regions),
        Column("Outcome", width=18),
        *(
            column
            for region in regions
            for column in (Column(f"{region} verdict", width=20), Column(f"{region} due", "day", 12))
        ),
        Column("First received", "day", 12),
        Column("Latest received", "day", 12),
        Column("Reporter", width=20),
        Column("Warnings", width=26),
        Column("Source", width=44),
    ]


def listing_rows(cases: Sequence[CaseView], product: Product, profile: SafetyProfile) -> list[list[Cell]]:
    """One row per case; fatal first, then serious, then by case number."""
    ordered = sorted(cases, key=lambda view: (*_gravity(view.assessment), view.case_key))
    return [_row(view, product, profile) for view in ordered]


def _gravity(assessment: Mapping[str, Any]) -> tuple[bool, bool]:
    return not any(one["fatal"] for one in assessment["reactions"]), not assessment["serious"]


def _row(view: CaseView, product: Product, profile: SafetyProfile) -> list[Cell]:
    case, assessment = decode_case(view.document), view.assessment
    reactions = assessment["reactions"]
    verdicts = {one["region"]: one["verdict"] for one in assessment["verdicts"]}
    due_in = due_by_region(view.clocks)
    drugs = product_drugs(product, case)
    doses = [dose for drug in drugs for dose in drug.doses]
    onset = _first(one.start for one in case.reactions)
    first_dose = _first(dose.start for dose in doses)
    criteria = dict.fromkeys(name for one in reactions for name in one["criteria"])
    return [
        view.case_key,
        view.versions,
        view.record_class,
        assessment["country"],
        _REPORT_TYPES.get(known(case.report_type) or "", _shown(case.report_type)),
        _age(case),
        _SEXES.get(known(case.patient.sex) or "", _shown(case.patient.sex)),
        "; ".join(_history(case)),
        "; ".join(dict.fromkeys(_dose(dose) for dose in doses if _dose(dose))),
        "; ".join(dict.fromkeys(route for dose in doses if (route := known(dose.route) or dose.route_code))),
        "; ".join(dict.fromkeys(lot for dose in doses if (lot := known(dose.lot)))),
        _day(first_dose),
        _day(onset),
        _days_between(first_dose, onset),
        "; ".join(_reported(case)),
        "; ".join(one["name"] for one in reactions),
        profile.category_name(assessment["primary"]),
        "yes" if assessment["serious"] else "no",
        "; ".join(NAMES[name] for name in criteria),
        *("; ".join(f"{one['name']}: {_listed(one, region)}" for one in reactions) for region in profile.regions),
        "; ".join(dict.fromkeys(_OUTCOMES.get(known(one.outcome) or "", "") for one in case.reactions)).strip("; "),
        *(cell for region in profile.regions for cell in (verdicts.get(region), due_in.get(region))),
        _day(case.first_received),
        view.latest_received,
        "; ".join(dict.fromkeys(filter(None, (_QUALIFICATIONS.get(str(one.qualification)) for one in case.reporters)))),
        "; ".join(dict.fromkeys(one["check"] for one in view.findings if one["severity"] != "info")),
        f"{view.file}, {view.place}",
    ]


def _listed(reaction: Mapping[str, Any], region: str) -> str:
    for one in reaction["listedness"]:
        if one["region"] == region:
            return f"L {one['section']}" if one["listed"] == "L" else str(one["listed"])
    return ""


def _age(case: Case) -> str:
    age = case.patient.age
    if isinstance(age, Quantity):
        return f"{age.value:g} {_AGE_UNITS.get(age.unit or '', age.unit or '')}".strip()
    return _shown(age) or _AGE_GROUPS.get(known(case.patient.age_group) or "", "")


def _history(case: Case) -> list[str]:
    terms = [term for one in case.patient.history if (term := one.term.name or one.term.code)]
    text = known(case.patient.history_text)
    return [*terms, text] if text else terms


def _dose(dose: Dose) -> str:
    amount = known(dose.dose)
    return known(dose.text) or (f"{amount.value:g} {amount.unit or ''}".strip() if amount else "")


def _reported(case: Case) -> list[str]:
    return [
        known(one.reported) or known(one.translation) or one.term.name or one.term.code or "not named"
        for one in case.reactions
    ]


def _shown(value: object) -> str:
    return value.value if isinstance(value, NullFlavor) else ""


def _first(days: Iterable[Day]) -> PartialDate | None:
    given = [day for one in days if (day := known(one))]
    return min(given, key=lambda day: day.earliest) if given else None


def _day(value: Day) -> Cell:
    """A full day as a date, a partial one in words of its precision, a null flavor in its own."""
    if isinstance(value, PartialDate):
        return value.earliest if value.is_full_day else value.iso
    return _shown(value) or None


def _days_between(start: PartialDate | None, end: PartialDate | None) -> int | None:
    """Days, where both dates are full; a partial date gives no number."""
    if start is None or end is None or not (start.is_full_day and end.is_full_day):
        return None
    return (end.earliest - start.earliest).days


_REPORT_TYPES = {"1": "spontaneous", "2": "study", "3": "other", "4": "not available"}
_SEXES = {"1": "male", "2": "female"}
_OUTCOMES = {
    "0": "unknown",
    "1": "recovered",
    "2": "recovering",
    "3": "not recovered",
    "4": "recovered with sequelae",
    "5": "fatal",
}
_QUALIFICATIONS = {
    "1": "physician",
    "2": "pharmacist",
    "3": "other health professional",
    "4": "lawyer",
    "5": "consumer",
}
_AGE_UNITS = {"a": "years", "mo": "months", "wk": "weeks", "d": "days", "h": "hours", "10.a": "decades"}
_AGE_GROUPS = {
    "0": "foetus",
    "1": "neonate",
    "2": "infant",
    "3": "child",
    "4": "adolescent",
    "5": "adult",
    "6": "elderly",
}
