"""The safety workbook: cover, reconciliation, signals, line listing, findings.

It is made of what was read in one snapshot; everything on it can be counted again from the store.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from tvec_pv.domain.case_json import canonical, decode_case
from tvec_pv.domain.icsr import Case, Dose, NullFlavor, Quantity, known
from tvec_pv.domain.product_names import Product, product_drugs
from tvec_pv.domain.records import RecordClass, add_up
from tvec_pv.domain.safety_profile import SafetyProfile
from tvec_pv.domain.seriousness import NAMES
from tvec_pv.exports.sheets import Cell, Column, add_cover, add_table, new_workbook

STATEMENT = (
    "Reports do not establish that a medicine caused a reaction; disproportionality is neither a risk nor an incidence."
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a workbook shows, as read at its data lock point."""

    data_lock_point: datetime
    product: Product
    profile: SafetyProfile
    versions: Mapping[str, str]
    background: str
    period_start: date | None
    receipts: Sequence[Mapping[str, Any]]
    signals: Sequence[Mapping[str, Any]]
    cases: Sequence[Any]
    nullified: int
    held: int
    findings: Sequence[Mapping[str, Any]]


Rows = list[list[Cell]]


def write_workbook(snapshot: Snapshot, path: Path) -> str:
    """Write the workbook and return the hash of its data: the same snapshot gives the same hash."""
    sheets = {
        "Reconciliation": _reconciliation(snapshot),
        "Signals": _signals(snapshot),
        "Line listing": _listing(snapshot),
        "Findings": _findings(snapshot),
    }
    data_hash = hashlib.sha256(canonical([[name, _plain(rows)] for name, rows in sheets.items()]).encode()).hexdigest()
    workbook = new_workbook()
    add_cover(
        workbook,
        "Cover",
        f"{snapshot.product.brand} ({snapshot.product.name}): safety workbook",
        _cover(snapshot, sheets, data_hash),
        _cover_notes(snapshot),
    )
    for name, rows in sheets.items():
        columns, note = _COLUMNS[name]
        add_table(workbook, name, columns, rows, note)
    unfinished = path.with_suffix(".unfinished")
    workbook.save(unfinished)
    unfinished.replace(path)
    return data_hash


def workbook_name(product: Product, at: datetime, folder: Path) -> str:
    """The next free name of the day, e.g. BRAND_SAFETY_NIGHTLY_20261122_v01_DRAFT_FULL.xlsx."""
    stem = f"{product.brand.upper()}_SAFETY_NIGHTLY_{at:%Y%m%d}"
    number = 1
    while (folder / f"{stem}_v{number:02d}_DRAFT_FULL.xlsx").exists():
        number += 1
    return f"{stem}_v{number:02d}_DRAFT_FULL.xlsx"


def _cover(snapshot: Snapshot, sheets: Mapping[str, Rows], data_hash: str) -> list[tuple[str, Cell, str]]:
    serious = sum(bool(view.assessment.get("serious")) for view in snapshot.cases)
    fatal = sum(any(one["fatal"] for one in view.assessment["reactions"]) for view in snapshot.cases)
    signals = len(snapshot.signals)
    approved = snapshot.profile.approved_by or "NOBODY YET: a safety physician approves it before use on real cases"
    lines: list[tuple[str, Cell, str]] = [
        ("Status", "DRAFT, not signed", "text"),
        ("Product", f"{snapshot.product.name} ({snapshot.product.brand}, {snapshot.product.abbreviation})", "text"),
        ("Data lock point (UTC)", snapshot.data_lock_point, "moment"),
        ("Period start", snapshot.period_start or "no report received yet", "day"),
        ("Period end", snapshot.data_lock_point.date(), "day"),
        ("Cases (current, not nullified)", len(snapshot.cases), "whole"),
        ("of these serious", serious, "whole"),
        ("of these fatal", fatal, "whole"),
        ("Nullified cases (in no count)", snapshot.nullified, "whole"),
        ("Records held in quarantine", snapshot.held, "whole"),
        ("Pairs flagged", signals, "whole"),
        ("Background of the statistics", snapshot.background, "text"),
        ("Safety profile version", snapshot.versions["safety_profile"], "text"),
        ("Safety profile approved by", approved, "text"),
        ("Thresholds version", snapshot.versions["thresholds"], "text"),
        ("Reporting rules version", snapshot.versions["reporting_rules"], "text"),
        ("Expectation suites", snapshot.versions["expectations"], "text"),
        ("MedDRA", snapshot.versions["meddra"].replace("none", "none: terms are matched by name"), "text"),
        ("Software version", snapshot.versions["code"], "text"),
        ("Data hash (SHA-256)", data_hash, "text"),
    ]
    lines.extend((f"Rows in {name}", len(rows), "whole") for name, rows in sheets.items())
    return lines


def _cover_notes(snapshot: Snapshot) -> list[str]:
    licences = ", ".join(f"{region} {day.isoformat()}" for region, day in snapshot.product.licences)
    return [
        STATEMENT,
        f"First licences: {licences}.",
        "A case is one ICSR in its current version; a case counts once, however often it was sent.",
        "Statistics count cases in which the product is suspect or interacting; intervals are 95 %.",
    ]


def _reconciliation(snapshot: Snapshot) -> Rows:
    rows: Rows = []
    balances = []
    for receipt in snapshot.receipts:
        balance = receipt["balance"]
        balances.append(balance)
        rows.append(
            [
                receipt["run_id"],
                receipt["started_at"],
                receipt["name"],
                receipt["format"],
                *_balance_cells(balance),
                "received before" if receipt["is_repeat"] else "first receipt",
                receipt["sha256"],
            ]
        )
    total = add_up(balances)
    rows.append([None, None, "All files", None, *_balance_cells(total), None, None])
    return rows


def _balance_cells(balance: Any) -> list[Cell]:
    classes = [balance.classes.get(one, 0) for one in RecordClass]
    status = "balances" if balance.difference == 0 else "DOES NOT BALANCE"
    return [balance.received, *classes, sum(classes), balance.difference, status]


def _signals(snapshot: Snapshot) -> Rows:
    rows: Rows = []
    for signal in snapshot.signals:
        for flag in _newest_of_each_rule(signal["flags"]):
            numbers = flag["statistics"]
            rows.append(
                [
                    signal["id"],
                    signal["name"],
                    snapshot.profile.category_name(signal["category"]),
                    flag["rule"],
                    flag["sentence"],
                    flag["raised_at"],
                    len(flag["cases"]),
                    *(numbers.get(name) for name in _STATISTICS),
                    flag["versions"]["background"],
                    flag["versions"]["thresholds"],
                    flag["versions"]["safety_profile"],
                    "; ".join(flag["cases"]),
                ]
            )
    return rows


def _newest_of_each_rule(flags: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return list({flag["rule"]: flag for flag in flags}.values())


_STATISTICS = (
    "a",
    "b",
    "c",
    "d",
    "expected",
    "prr",
    "prr_lower",
    "prr_upper",
    "chi_square_yates",
    "ror",
    "ror_lower",
    "ror_upper",
    "ic",
    "ic_lower",
    "ic_upper",
)


def _listing(snapshot: Snapshot) -> Rows:
    """One row per case; fatal first, then serious, then by case number."""
    ordered = sorted(snapshot.cases, key=lambda view: (*_gravity(view.assessment), view.case_key))
    return [_listing_row(snapshot, view) for view in ordered]


def _gravity(assessment: Mapping[str, Any]) -> tuple[bool, bool]:
    return not any(one["fatal"] for one in assessment["reactions"]), not assessment["serious"]


def _listing_row(snapshot: Snapshot, view: Any) -> list[Cell]:
    case, assessment = decode_case(view.document), view.assessment
    reactions = assessment["reactions"]
    verdicts = {one["region"]: one for one in assessment["verdicts"]}
    drugs = product_drugs(snapshot.product, case)
    doses = [dose for drug in drugs for dose in drug.doses]
    onset = min((day.earliest for one in case.reactions if (day := known(one.start))), default=None)
    first_dose = min((day.earliest for dose in doses if (day := known(dose.start))), default=None)
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
        first_dose,
        onset,
        (onset - first_dose).days if onset and first_dose else None,
        "; ".join(_reported(case)),
        "; ".join(one["name"] for one in reactions),
        snapshot.profile.category_name(assessment["primary"]),
        "yes" if assessment["serious"] else "no",
        "; ".join(NAMES[name] for name in criteria),
        *(
            "; ".join(f"{one['name']}: {_listed(one, region)}" for one in reactions)
            for region in snapshot.profile.regions
        ),
        "; ".join(dict.fromkeys(_OUTCOMES.get(known(one.outcome) or "", "") for one in case.reactions)).strip("; "),
        *(cell for region in snapshot.profile.regions for cell in _verdict_cells(verdicts.get(region))),
        _day(case.first_received),
        view.latest_received,
        "; ".join(dict.fromkeys(filter(None, (_QUALIFICATIONS.get(str(one.qualification)) for one in case.reporters)))),
        "; ".join(dict.fromkeys(one["check"] for one in view.findings if one["severity"] != "info")),
        f"{view.file}, {view.place}",
    ]


def _verdict_cells(verdict: Mapping[str, Any] | None) -> list[Cell]:
    if verdict is None:
        return [None, None]
    return [verdict["verdict"], date.fromisoformat(verdict["due"]) if verdict["due"] else None]


def _listed(reaction: Mapping[str, Any], region: str) -> str:
    for one in reaction["listedness"]:
        if one["region"] == region:
            return f"{one['listed']} {one['section']}".strip()
    return ""


def _findings(snapshot: Snapshot) -> Rows:
    return [
        [
            one["file"],
            one["record"],
            one["case_key"],
            one["record_class"],
            one["severity"],
            one["check"],
            one["element"],
            one["where"],
            one["message"],
        ]
        for one in snapshot.findings
    ]


def _plain(rows: Rows) -> list[list[Any]]:
    return [[cell.isoformat() if isinstance(cell, date) else cell for cell in row] for row in rows]


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
        known(one.translation) or known(one.reported) or one.term.name or one.term.code or "not named"
        for one in case.reactions
    ]


def _shown(value: object) -> str:
    return value.value if isinstance(value, NullFlavor) else ""


def _day(value: object) -> Cell:
    """A full day as a date, a partial one in words."""
    if value is None or isinstance(value, NullFlavor):
        return _shown(value) or None
    return value.earliest if value.is_full_day else value.iso  # type: ignore[attr-defined, no-any-return]


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

_COLUMNS: dict[str, tuple[list[Column], str]] = {
    "Reconciliation": (
        [
            Column("Run", "whole", 8),
            Column("Run started (UTC)", "moment", 18),
            Column("File", width=38),
            Column("Format", width=14),
            Column("Received", "whole", 11),
            *(Column(one.value.capitalize(), "whole", 13) for one in RecordClass),
            Column("Sum", "whole", 9),
            Column("Difference", "whole", 11),
            Column("Status", width=12),
            Column("Receipt", width=16),
            Column("SHA-256 of the file", width=68),
        ],
        "Number of records (reports as received), each in exactly one class; received = sum, or nothing is published.",
    ),
    "Signals": (
        [
            Column("Signal", "whole", 8),
            Column("Reaction", width=30),
            Column("Category", width=24),
            Column("Rule", width=24),
            Column("Why it was flagged", width=56),
            Column("Flagged (UTC)", "moment", 17),
            Column("Cases", "whole", 8),
            *(Column(title, "whole", 9) for title in ("a", "b", "c", "d")),
            *(
                Column(title, "decimal", 11)
                for title in (
                    "Expected",
                    "PRR",
                    "PRR lower",
                    "PRR upper",
                    "Chi-square (Yates)",
                    "ROR",
                    "ROR lower",
                    "ROR upper",
                    "IC",
                    "IC lower (IC025)",
                    "IC upper",
                )
            ),
            Column("Background", width=30),
            Column("Thresholds", width=12),
            Column("Safety profile", width=12),
            Column("Cases behind the flag", width=60),
        ],
        "Number of cases, suspect or interacting, as they stood when flagged; empty statistics: no background was loaded.",
    ),
    "Line listing": (
        [
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
            Column("Listed in the US", width=36),
            Column("Listed in the EU", width=36),
            Column("Outcome", width=18),
            Column("US verdict", width=14),
            Column("US due", "day", 12),
            Column("EU verdict", width=20),
            Column("EU due", "day", 12),
            Column("First received", "day", 12),
            Column("Latest received", "day", 12),
            Column("Reporter", width=20),
            Column("Warnings", width=26),
            Column("Source", width=44),
        ],
        "Number of cases, one row each: current versions, nullified cases left out. L listed, U unlisted, I indeterminate.",
    ),
    "Findings": (
        [
            Column("File", width=36),
            Column("Record", width=22),
            Column("Case number", width=30),
            Column("Class", width=14),
            Column("Severity", width=10),
            Column("Check", width=18),
            Column("E2B element", width=13),
            Column("Where", width=14),
            Column("What was found", width=90),
        ],
        "Number of findings: critical ones held the record back, warnings stay with the case, information is counted.",
    ),
}
