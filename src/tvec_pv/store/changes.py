"""Everything that writes. Only `actions` calls this, inside `database.writing`, with its audit rows beside it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from tvec_pv.domain.assessment import Assessment
from tvec_pv.domain.audit import GENESIS, chain_hash
from tvec_pv.domain.case_json import canonical
from tvec_pv.domain.findings import Finding
from tvec_pv.domain.signals import STATISTICAL_RULES, Flag
from tvec_pv.domain.versions import VersionKey
from tvec_pv.store.documents import plain
from tvec_pv.store.raw_files import RawFile
from tvec_pv.store.tables import (
    AssessedReaction,
    AuditRow,
    CaseVersion,
    FlagCase,
    Receipt,
    RecordFinding,
    Run,
    Signal,
    SourceFile,
    SourceRecord,
    StoredAssessment,
    StoredCase,
    StoredFlag,
)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """What was done to what; `detail` holds ids, counts and versions, never case content."""

    action: str
    subject: str
    detail: Mapping[str, Any]


def start_run(connection: Connection, kind: str, versions: Mapping[str, str], at: datetime) -> int:
    return _insert(connection, Run, kind=kind, started_at=at, outcome="running", versions=dict(versions), summary={})


def finish_run(connection: Connection, run_id: int, outcome: str, summary: Mapping[str, Any], at: datetime) -> None:
    connection.execute(
        update(Run).where(Run.id == run_id).values(finished_at=at, outcome=outcome, summary=dict(summary))
    )


def add_file(connection: Connection, raw: RawFile, file_format: str, run_id: int) -> int:
    """The id of a file, known by its hash; a row is added when it is the first time."""
    known = connection.scalar(select(SourceFile.id).where(SourceFile.sha256 == raw.sha256))
    if known is not None:
        return known
    return _insert(
        connection,
        SourceFile,
        sha256=raw.sha256,
        name=raw.name[:500],
        size=raw.size,
        format=file_format,
        first_run_id=run_id,
    )


def complete_file(connection: Connection, file_id: int, at: datetime) -> None:
    """Say that every record of a file has its row."""
    connection.execute(update(SourceFile).where(SourceFile.id == file_id).values(completed_at=at))


def add_receipt(
    connection: Connection,
    run_id: int,
    file_id: int,
    name: str,
    received: int,
    classes: Mapping[str, int],
    *,
    is_repeat: bool,
) -> None:
    _insert(
        connection,
        Receipt,
        run_id=run_id,
        file_id=file_id,
        name=name[:500],
        received=received,
        classes=dict(classes),
        is_repeat=is_repeat,
    )


def add_record(connection: Connection, **values: Any) -> int:
    """A row for one record of a file: `tables.SourceRecord` names the values."""
    return _insert(connection, SourceRecord, **values)


def add_findings(connection: Connection, findings: Mapping[int, Sequence[Finding]]) -> None:
    """Findings by record id."""
    rows = [
        {
            "record_id": record_id,
            "check_id": finding.check,
            "severity": finding.severity,
            "message": finding.message,
            "element": finding.element[:60],
            "place": finding.where[:200],
        }
        for record_id, of_record in findings.items()
        for finding in of_record
    ]
    if rows:
        connection.execute(insert(RecordFinding), rows)


def add_case_version(
    connection: Connection,
    case_key: str,
    key: VersionKey,
    record_class: str,
    document: Mapping[str, Any],
    *,
    product_is_suspect: bool,
    run_id: int,
    at: datetime,
) -> int:
    """A version of a case, and the case itself where this is its first."""
    case_id = connection.scalar(select(StoredCase.id).where(StoredCase.case_key == case_key))
    if case_id is None:
        case_id = _insert(connection, StoredCase, case_key=case_key)
    return _insert(
        connection,
        CaseVersion,
        case_id=case_id,
        run_id=run_id,
        record_class=record_class,
        latest_received=key.latest_received,
        received_at=key.received_at[:40],
        number=key.number,
        content_hash=key.content_hash,
        is_nullification=key.is_nullification,
        is_amendment=key.is_amendment,
        product_is_suspect=product_is_suspect,
        stored_at=at,
        document=dict(document),
    )


def add_assessment(
    connection: Connection, case_version_id: int, assessment: Assessment, code_version: str, at: datetime
) -> None:
    assessment_id = _insert(
        connection,
        StoredAssessment,
        case_version_id=case_version_id,
        profile_version=assessment.profile_version,
        code_version=code_version,
        primary_category=assessment.primary,
        serious=assessment.serious,
        made_at=at,
        document=plain(assessment),
    )
    rows = [
        {
            "assessment_id": assessment_id,
            "number": reaction.number,
            "name": reaction.name[:300],
            "category": reaction.category,
            "serious": reaction.serious,
            "serious_unlisted": reaction.is_serious_unlisted,
            "fatal": reaction.fatal,
            "designated": reaction.designated,
            "is_clinical": reaction.is_clinical,
            "case_rule": reaction.case_rule,
        }
        for reaction in assessment.reactions
    ]
    if rows:
        connection.execute(insert(AssessedReaction), rows)


def add_flag(
    connection: Connection,
    flag: Flag,
    versions: Mapping[str, str],
    thresholds: Mapping[str, Any],
    run_id: int,
    at: datetime,
) -> int | None:
    """A flag, and its signal where this is the first; None when the same evidence has flagged before.

    Evidence is the case versions and the thresholds and, for a statistic, the background: a pair is not flagged
    again because cases of other pairs moved its expected count a little.
    """
    statistics = {} if flag.pair.statistics is None else asdict(flag.pair.statistics)
    background = versions["background"] if flag.rule in STATISTICAL_RULES else ""
    decided_on = [flag.rule, list(flag.versions), versions["thresholds"], background]
    evidence = hashlib.sha256(canonical(decided_on).encode()).hexdigest()
    signal_id = connection.scalar(select(Signal.id).where(Signal.pair == flag.pair.key[:300]))
    if signal_id is None:
        signal_id = _insert(
            connection,
            Signal,
            pair=flag.pair.key[:300],
            name=flag.pair.name[:300],
            category=flag.pair.category,
            detected_at=at,
            run_id=run_id,
        )
    same = select(StoredFlag.id).where(
        StoredFlag.signal_id == signal_id, StoredFlag.rule == flag.rule, StoredFlag.evidence == evidence
    )
    if connection.scalar(same) is not None:
        return None
    flag_id = _insert(
        connection,
        StoredFlag,
        signal_id=signal_id,
        run_id=run_id,
        rule=flag.rule,
        sentence=flag.sentence,
        evidence=evidence,
        raised_at=at,
        versions=dict(versions),
        thresholds=dict(thresholds),
        statistics=statistics,
    )
    connection.execute(
        insert(FlagCase), [{"flag_id": flag_id, "case_version_id": version} for version in flag.versions]
    )
    return flag_id


def append_audit(connection: Connection, actor: str, entries: Sequence[AuditEntry], at: datetime) -> None:
    """Chain entries to the trail. Two writers who start from the same row cannot both commit."""
    newest = select(func.max(AuditRow.id)).scalar_subquery()
    previous = connection.scalar(select(AuditRow.hash).where(AuditRow.id == newest)) or GENESIS
    rows = []
    for entry in entries:
        row = {"at": at, "actor": actor, **asdict(entry), "subject": entry.subject[:200], "previous": previous}
        row["detail"] = dict(entry.detail)
        previous = row["hash"] = chain_hash(row)
        rows.append(row)
    if rows:
        connection.execute(insert(AuditRow), rows)


def _insert(connection: Connection, table: type[Any], **values: Any) -> int:
    key: int = connection.execute(insert(table).values(**values).returning(table.id)).scalar_one()
    return key
