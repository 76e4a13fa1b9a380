"""Quality: what a file looked like, kept to compare the next one with, and the report of a night's data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tvec_pv.actions.contents import Contents
from tvec_pv.actions.runs import House, utc_now
from tvec_pv.checks.suites import read_checks
from tvec_pv.domain.drift import SourceProfile, drift, source_of
from tvec_pv.domain.errors import CannotWrite
from tvec_pv.domain.findings import Finding, Severity
from tvec_pv.exports.quality_report import CheckCount, Completeness, Quality, write_quality_report
from tvec_pv.reference_files import drift_limits
from tvec_pv.store import changes, quality_reads, record_reads
from tvec_pv.store.database import reading


@dataclass(frozen=True, slots=True)
class QualityResult:
    """Where a report lies, and what it counts."""

    run: int
    path: Path
    records: int
    findings: int
    alerts: tuple[str, ...]

    @property
    def lines(self) -> list[str]:
        return [*(f"ALERT: {alert}" for alert in self.alerts), f"quality report {self.path}"]

    def as_json(self) -> dict[str, Any]:
        """The documented form of `tvec-pv quality --json`."""
        return {
            "run": self.run,
            "path": str(self.path),
            "records": self.records,
            "findings": self.findings,
            "alerts": list(self.alerts),
        }


def record_profile(transaction: Any, file_id: int, contents: Contents, file_name: str) -> None:
    """Keep what a complete file looked like, under its source; in the transaction that completes it."""
    source = source_of(contents.format, contents.envelope.sender, file_name)
    changes.add_profile(transaction, file_id, contents.tally.profile(source), utc_now())


def write_quality(house: House, run_id: int | None = None, folder: Path | None = None) -> QualityResult:
    """Write the quality report of an intake, the newest unless another is named; a report of that intake is replaced.

    It counts what is known of the intake's files now, so that what was replayed since is counted as it ended.
    """
    quality = _quality(house, run_id)
    target = (folder or house.settings.quality).resolve()
    path = target / f"quality_{quality.started_at:%Y%m%d}_run{quality.run:04d}.html"
    try:
        target.mkdir(parents=True, exist_ok=True)
        write_quality_report(quality, path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CannotWrite(f"the quality report cannot be written to {target} ({reason})") from error
    alerts = tuple(f"{file} {finding.element}: {finding.message}" for file, finding in quality.drift)
    return QualityResult(quality.run, path, quality.records, sum(one.findings for one in quality.checks), alerts)


def _quality(house: House, run_id: int | None) -> Quality:
    with reading(house.store) as connection:
        run = quality_reads.intake_run(connection, run_id)
        receipts = record_reads.run_receipts(connection, run["id"])
        before = quality_reads.intake_before(connection, run["id"])
        earlier = _new_files(record_reads.run_receipts(connection, before)) if before else []
        ids = _new_files(receipts)
        profiles = [
            (one, profile, quality_reads.profiles_before(connection, profile.source, one["file_id"]))
            for one in receipts
            if one["file_id"] in ids and (profile := quality_reads.profile_of(connection, one["file_id"]))
        ]
        checks = _checks(house, quality_reads.finding_counts(connection, ids))
        counted_before = {one["check"]: one["findings"] for one in quality_reads.finding_counts(connection, earlier)}
        return Quality(
            product=house.knowledge.product,
            run=run["id"],
            started_at=run["started_at"],
            outcome=run["outcome"],
            versions=run["versions"],
            files=[one | {"balance": record_reads.receipt_balance(one)} for one in receipts],
            records=quality_reads.count_records(connection, ids),
            checks=checks,
            run_before=before,
            before=counted_before,
            completeness=_completeness([(profile, history) for _, profile, history in profiles]),
            held=record_reads.held_records(connection),
            drift=[
                (one["name"], finding) for one, profile, history in profiles for finding in _drift(profile, history)
            ],
        )


def _new_files(receipts: Sequence[Mapping[str, Any]]) -> list[int]:
    return sorted({one["file_id"] for one in receipts if not one["is_repeat"]})


def _drift(profile: SourceProfile, history: Sequence[SourceProfile]) -> tuple[Finding, ...]:
    return drift(history, profile, drift_limits())


def _checks(house: House, counts: Sequence[Mapping[str, Any]]) -> list[CheckCount]:
    """Most severe first; a finding of the readers and the rules has no Kahn category."""
    kahn = {check.id: check.kahn for check in read_checks(house.settings.expectations)}
    order = list(Severity)
    found = [
        CheckCount(
            check=one["check"],
            severity=Severity(one["severity"]),
            kahn=kahn.get(one["check"], ""),
            sentence=one["message"],
            findings=one["findings"],
            records=one["records"],
            cases=tuple(one["cases"]),
        )
        for one in counts
    ]
    return sorted(found, key=lambda one: (order.index(one.severity), -one.records, one.check))


def _completeness(profiles: Sequence[tuple[SourceProfile, Sequence[SourceProfile]]]) -> list[Completeness]:
    """By source: how many of tonight's reports say each key element, and of all that the source sent before."""
    by_source: dict[str, list[tuple[SourceProfile, Sequence[SourceProfile]]]] = {}
    for profile, history in profiles:
        by_source.setdefault(profile.source, []).append((profile, history))
    return [
        Completeness(
            source,
            sum(profile.reports for profile, _ in of_source),
            {
                name: (_share([one for one, _ in of_source], number), _share(of_source[0][1], number))
                for number, name in drift_limits().key_elements.items()
            },
        )
        for source, of_source in sorted(by_source.items())
    ]


def _share(profiles: Sequence[SourceProfile], number: str) -> float | None:
    reports = sum(one.reports for one in profiles)
    return sum(one.elements.get(number, 0) for one in profiles) / reports if reports else None
