"""The safety workbook: cover, reconciliation, signals, line listing, findings.

It is made of what was read in one snapshot; everything on it can be counted again from the store.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from tvec_pv.domain.case_json import canonical
from tvec_pv.domain.product_names import Product
from tvec_pv.domain.records import RecordClass, add_up
from tvec_pv.domain.safety_profile import SafetyProfile
from tvec_pv.domain.signals.states import State
from tvec_pv.exports.line_listing import NOTE, CaseView, listing_columns, listing_rows
from tvec_pv.exports.sheets import Cell, Column, add_cover, add_table, new_workbook, room_is_missed

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
    cases: Sequence[CaseView]
    nullified: int
    merged: int
    suspected: Set[str]
    duplicates: Sequence[Mapping[str, Any]]
    held: int
    findings: Sequence[Mapping[str, Any]]


Rows = list[list[Cell]]


def write_workbook(snapshot: Snapshot, path: Path) -> str:
    """Write the workbook and return the hash of its data: the same snapshot gives the same hash."""
    sheets = {
        "Reconciliation": _reconciliation(snapshot),
        "Signals": _signals(snapshot),
        "Line listing": listing_rows(snapshot.cases, snapshot.product, snapshot.profile),
        "Duplicates": _duplicates(snapshot),
        "Findings": _findings(snapshot),
    }
    data_hash = hashlib.sha256(canonical([[name, _plain(rows)] for name, rows in sheets.items()]).encode()).hexdigest()
    with room_is_missed():
        _write(snapshot, sheets, data_hash, path)
    return data_hash


def _write(snapshot: Snapshot, sheets: Mapping[str, Rows], data_hash: str, path: Path) -> None:
    workbook = new_workbook()
    add_cover(
        workbook,
        "Cover",
        f"{snapshot.product.brand} ({snapshot.product.name}): safety workbook",
        _cover(snapshot, sheets, data_hash),
        _cover_notes(snapshot),
    )
    for name, rows in sheets.items():
        columns, note = _COLUMNS.get(name) or (listing_columns(snapshot.profile.regions), NOTE)
        add_table(workbook, name, columns, rows, note)
    unfinished = path.with_suffix(".unfinished")
    try:
        workbook.save(unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


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
    states = Counter(signal["state"] for signal in snapshot.signals)
    checked = sum(concept.verified for concept in snapshot.profile.concepts)
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
        ("Merged into another case (in no count)", snapshot.merged, "whole"),
        ("Suspected duplicates among the cases", len(snapshot.suspected), "whole"),
        ("Records held in quarantine", snapshot.held, "whole"),
        ("Signals", len(snapshot.signals), "whole"),
        *((f"of these {state}", states[state], "whole") for state in State),
        ("Background of the statistics", snapshot.background, "text"),
        ("Safety profile version", snapshot.versions["safety_profile"], "text"),
        ("Safety profile approved by", approved, "text"),
        ("Concepts checked against a source", f"{checked} of {len(snapshot.profile.concepts)}", "text"),
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
    counted = {view.case_key for view in snapshot.cases}
    for signal in snapshot.signals:
        of_signal = [
            signal["id"],
            signal["name"],
            snapshot.profile.category_name(signal["category"]),
            signal["state"],
            signal["why"],
        ]
        for flag in _newest_of_each_rule(signal["flags"]):
            numbers = flag["statistics"]
            rows.append(
                [
                    *of_signal,
                    flag["rule"],
                    flag["sentence"],
                    flag["raised_at"],
                    len(flag["cases"]),
                    sum(case in counted for case in flag["cases"]),
                    sum(case in snapshot.suspected for case in flag["cases"]),
                    *(numbers.get(name) for name in _STATISTICS),
                    numbers.get("suspected"),
                    *(numbers.get("without_suspected", {}).get(name) for name in _WITHOUT_SUSPECTED),
                    flag["versions"]["background"],
                    flag["versions"]["thresholds"],
                    flag["versions"]["safety_profile"],
                    "; ".join(flag["cases"]),
                ]
            )
        if not signal["flags"]:
            rows.append([*of_signal, *[None] * (len(_COLUMNS["Signals"][0]) - len(of_signal))])
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
    "ebgm",
    "eb05",
    "eb95",
)


_WITHOUT_SUSPECTED = ("a", "prr", "chi_square_yates", "ror_lower", "ic_lower")


def _duplicates(snapshot: Snapshot) -> Rows:
    """Each pair with its newest evidence and the latest word on it."""
    rows: Rows = []
    for pair in snapshot.duplicates:
        last = pair["decisions"][-1] if pair["decisions"] else {}
        rows.append(
            [
                pair["a"],
                pair["b"],
                pair["state"],
                pair["master"],
                pair["probability"],
                pair["weight"],
                "; ".join(f"{one['says']} ({one['weight']:+.1f})" for one in pair["fields"]),
                pair["model"],
                pair["proposed_at"],
                last.get("decision"),
                last.get("reason"),
                last.get("actor"),
                last.get("at"),
            ]
        )
    return rows


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
            Column("State", width=12),
            Column("Why it stands so", width=40),
            Column("Rule", width=24),
            Column("Why it was flagged", width=56),
            Column("Flagged (UTC)", "moment", 17),
            Column("Cases then", "whole", 8),
            Column("Of these counted now", "whole", 10),
            Column("Of these suspected duplicates now", "whole", 11),
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
                    "EBGM",
                    "EB05",
                    "EB95",
                )
            ),
            Column("Suspected duplicates then", "whole", 11),
            Column("a without them", "whole", 9),
            *(
                Column(f"{title} without them", "decimal", 11)
                for title in ("PRR", "Chi-square (Yates)", "ROR lower", "IC lower (IC025)")
            ),
            Column("Background", width=30),
            Column("Thresholds", width=12),
            Column("Safety profile", width=12),
            Column("Cases behind the flag", width=60),
        ],
        "Number of cases, suspect or interacting, as they stood when flagged; no background, no statistics.",
    ),
    "Duplicates": (
        [
            Column("Case", width=30),
            Column("Other case", width=30),
            Column("State", width=12),
            Column("Merged into", width=30),
            Column("Probability", "decimal", 11),
            Column("Weight (bits)", "decimal", 11),
            Column("What speaks for and against it", width=90),
            Column("Parameters", width=12),
            Column("Proposed (UTC)", "moment", 17),
            Column("Latest decision", width=14),
            Column("Reason", width=50),
            Column("Decided by", width=18),
            Column("Decided (UTC)", "moment", 17),
        ],
        "Number of pairs of cases: suspected ones wait for a person and still count; merged cases are in no count.",
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
