"""The quality report of an intake: one HTML file that opens anywhere, offline, and asks nothing of anybody.

It holds counts, names of checks and case numbers; of what a report says, nothing.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tvec_pv.domain.findings import Finding, Severity
from tvec_pv.domain.product_names import Product
from tvec_pv.domain.records import RecordClass, add_up

KAHN = {
    "conformance": "is it written as agreed?",
    "completeness": "is it there?",
    "plausibility": "can it be true?",
    "": "readers and rules",
}
AGES = (("today", 0), ("to 7 days", 7), ("to 30 days", 30), ("older", None))


@dataclass(frozen=True, slots=True)
class CheckCount:
    """How often a check spoke, on how many records, and the numbers of some of their cases."""

    check: str
    severity: Severity
    kahn: str
    sentence: str
    findings: int
    records: int
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Completeness:
    """Of one source: the share of tonight's reports that say each element, and of those before (None: no report)."""

    source: str
    reports: int
    shares: Mapping[str, tuple[float | None, float | None]]


@dataclass(frozen=True, slots=True)
class Quality:
    """What a report shows: `records` of the run's new files, `before` the findings of the intake before by check,
    `held` all that is held.
    """

    product: Product
    run: int
    started_at: datetime
    outcome: str
    versions: Mapping[str, str]
    files: Sequence[Mapping[str, Any]]
    records: int
    checks: Sequence[CheckCount]
    run_before: int | None
    before: Mapping[str, int]
    completeness: Sequence[Completeness]
    held: Sequence[Mapping[str, Any]]
    drift: Sequence[tuple[str, Finding]]


def write_quality_report(quality: Quality, path: Path) -> None:
    """Write the page whole or not at all."""
    unfinished = path.with_suffix(".unfinished")
    try:
        unfinished.write_text(quality_page(quality), "utf-8")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def quality_page(quality: Quality) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("tvec_pv.exports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("quality.html").render(
        quality=quality,
        balance=add_up(file["balance"] for file in quality.files),
        classes=list(RecordClass),
        bars=_bars(quality.checks),
        kahn=KAHN,
        held=_held_by_age(quality),
        ages=[name for name, _ in AGES],
        changes=_changes(quality),
        percent=_percent,
    )


def _bars(checks: Sequence[CheckCount]) -> list[dict[str, Any]]:
    """Findings by Kahn category and severity, as parts of a bar of 100."""
    counts = Counter[tuple[str, Severity]]()
    for one in checks:
        counts[one.kahn, one.severity] += one.findings
    most = max((sum(counts[kahn, severity] for severity in Severity) for kahn in KAHN), default=0)
    bars = []
    for kahn, question in KAHN.items():
        parts, start = [], 0.0
        for severity in Severity:
            if count := counts[kahn, severity]:
                width = 100 * count / most
                parts.append({"severity": str(severity), "count": count, "start": start, "width": width})
                start += width
        total = sum(counts[kahn, severity] for severity in Severity)
        bars.append({"kahn": kahn, "question": question, "parts": parts, "total": total, "end": start})
    return bars


def _held_by_age(quality: Quality) -> list[tuple[str, list[int]]]:
    """Records in quarantine by reason and age; one with several reasons stands under each."""
    found: dict[str, list[int]] = {}
    for record in quality.held:
        days = (quality.started_at.date() - record["received_at"].date()).days
        column = next(place for place, (_, limit) in enumerate(AGES) if limit is None or days <= limit)
        for reason in sorted({one["check"] for one in record["findings"] if one["severity"] == Severity.CRITICAL}):
            found.setdefault(reason, [0] * len(AGES))[column] += 1
    return sorted(found.items(), key=lambda one: (-sum(one[1]), one[0]))


def _changes(quality: Quality) -> list[tuple[str, int, int]]:
    """Checks whose count is another than in the intake before: before, now."""
    now = {one.check: one.findings for one in quality.checks}
    both = sorted(now.keys() | quality.before.keys())
    return [
        (one, quality.before.get(one, 0), now.get(one, 0)) for one in both if now.get(one) != quality.before.get(one)
    ]


def _percent(share: float | None) -> str:
    """A share in whole percent that never rounds something to nothing, or a gap away."""
    if share is None:
        return "-"
    if 0 < share < 0.01:
        return "< 1 %"
    if 0.99 < share < 1:
        return "> 99 %"
    return f"{share:.0%}".replace("%", " %")
