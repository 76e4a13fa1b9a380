"""Everything that writes. Only `actions` calls this, inside `database.writing`, with its audit rows beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from tvec_pv.domain.audit import GENESIS, chain_hash
from tvec_pv.domain.drift import SourceProfile as Profile
from tvec_pv.domain.findings import Finding
from tvec_pv.domain.records import Envelope
from tvec_pv.domain.versions import VersionKey
from tvec_pv.store.database import AUDIT, in_turn
from tvec_pv.store.decision_tables import StoredListednessDecision
from tvec_pv.store.duplicate_tables import DuplicateDecision, DuplicatePair
from tvec_pv.store.raw_files import RawFile
from tvec_pv.store.statements import batched
from tvec_pv.store.tables import (
    AssessedFlag,
    AssessedReaction,
    AuditRow,
    CaseVersion,
    HeldDocument,
    Receipt,
    RecordFinding,
    RecordStep,
    Run,
    SourceFile,
    SourceProfile,
    SourceRecord,
    StoredAssessment,
    StoredAttachment,
    StoredCase,
    Withdrawal,
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


def add_file(connection: Connection, raw: RawFile, run_id: int) -> int:
    """The id of a file, known by its hash; a row is added when it is the first time, before anything is read."""
    known = connection.scalar(select(SourceFile.id).where(SourceFile.sha256 == raw.sha256))
    if known is not None:
        return known
    return _insert(
        connection,
        SourceFile,
        sha256=raw.sha256,
        name=raw.name[:500],
        size=raw.size,
        format="",
        first_run_id=run_id,
    )


def describe_file(connection: Connection, file_id: int, file_format: str) -> None:
    """Say which format a file was read as."""
    connection.execute(update(SourceFile).where(SourceFile.id == file_id).values(format=file_format))


def complete_file(connection: Connection, file_id: int, envelope: Envelope, at: datetime) -> None:
    """Say that every record of a file has its row, and who sent it."""
    sender, batch = envelope.sender, envelope.batch_number
    connection.execute(
        update(SourceFile)
        .where(SourceFile.id == file_id)
        .values(completed_at=at, sender=sender and sender[:200], batch_number=batch and batch[:200])
    )


def add_profile(connection: Connection, file_id: int, profile: Profile, at: datetime) -> None:
    """Keep what a file looked like. A file that is read again, to replay what is held of it, has its profile."""
    if connection.scalar(select(SourceProfile.file_id).where(SourceProfile.file_id == file_id)) is None:
        values = {"source": profile.source, "reports": profile.reports, "profile": profile.as_json()}
        connection.execute(insert(SourceProfile).values(file_id=file_id, stored_at=at, **values))


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


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version of a case that is to be stored, with what the profile makes of it."""

    case_key: str
    key: VersionKey
    record_class: str
    document: Mapping[str, Any]
    assessment: Mapping[str, Any]
    product_is_suspect: bool


def add_records(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """A row for each record of a file: `tables.SourceRecord` names the values."""
    return _insert_all(connection, SourceRecord, rows)


def add_steps(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """What was done with held records: `tables.RecordStep` names the values."""
    nothing = {"record_class": None, "place": None, "case_key": None, "content_hash": None, "reports": None}
    return _insert_all(
        connection,
        RecordStep,
        [nothing | {"case_version_id": None, "owner": "", "reason": ""} | dict(row) for row in rows],
    )


def add_held_documents(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    _insert_rows(connection, HeldDocument, rows)


def add_attachments(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    _insert_rows(connection, StoredAttachment, rows)


def add_withdrawals(connection: Connection, file_id: int, case_keys: Sequence[str], as_of: date) -> None:
    """The cases of a list of deleted cases, also of those that are not here (yet)."""
    rows = [{"case_key": key[:200], "file_id": file_id, "as_of": as_of} for key in dict.fromkeys(case_keys)]
    _insert_rows(connection, Withdrawal, rows)


def add_findings(connection: Connection, findings: Sequence[tuple[int, int | None, Sequence[Finding]]]) -> None:
    """Findings of a record, or of a step with it: record id, step id, findings."""
    rows = [
        {
            "record_id": record_id,
            "step_id": step_id,
            "check_id": finding.check,
            "severity": finding.severity.value,
            "message": finding.message,
            "element": finding.element[:60],
            "place": finding.where[:200],
        }
        for record_id, step_id, of_record in findings
        for finding in of_record
    ]
    _insert_rows(connection, RecordFinding, rows)


def add_case_versions(
    connection: Connection, versions: Sequence[NewVersion], code_version: str, run_id: int, at: datetime
) -> list[int]:
    """Versions of cases with their assessments, and the cases themselves where these are their first."""
    keys = list(dict.fromkeys(version.case_key for version in versions))
    known = _case_ids(connection, keys)
    new = [key for key in keys if key not in known]
    known.update(zip(new, _insert_all(connection, StoredCase, [{"case_key": key} for key in new]), strict=True))
    rows = [
        {
            "case_id": known[version.case_key],
            "run_id": run_id,
            "record_class": version.record_class,
            "latest_received": version.key.latest_received,
            "received_at": version.key.received_at[:40],
            "number": version.key.number,
            "precedence": version.key.precedence,
            "content_hash": version.key.content_hash,
            "is_nullification": version.key.is_nullification,
            "is_amendment": version.key.is_amendment,
            "product_is_suspect": version.product_is_suspect,
            "stored_at": at,
            "document": version.document,
        }
        for version in versions
    ]
    ids = _insert_all(connection, CaseVersion, rows)
    assessments = [(one, version.assessment) for one, version in zip(ids, versions, strict=True)]
    add_assessments(connection, assessments, code_version, at)
    return ids


def _case_ids(connection: Connection, keys: Sequence[str]) -> dict[str, int]:
    rows = (
        row
        for some in batched(keys)
        for row in connection.execute(select(StoredCase.case_key, StoredCase.id).where(StoredCase.case_key.in_(some)))
    )
    return {row.case_key: row.id for row in rows}


def add_assessments(
    connection: Connection, assessments: Sequence[tuple[int, Mapping[str, Any]]], code_version: str, at: datetime
) -> None:
    """What a version of the profile makes of case versions, as documents (`documents.plain`); beside them reactions as
    columns to count by, and flags to look for."""
    rows = [
        {
            "case_version_id": version_id,
            "profile_version": assessment["profile_version"],
            "code_version": code_version,
            "primary_category": assessment["primary"],
            "serious": assessment["serious"],
            "made_at": at,
            "document": assessment,
        }
        for version_id, assessment in assessments
    ]
    made = list(zip(_insert_all(connection, StoredAssessment, rows), (one for _, one in assessments), strict=True))
    reactions = [
        {
            "assessment_id": assessment_id,
            "name": reaction["name"][:300],
            **{name: reaction[name] for name in _COUNTED},
        }
        for assessment_id, assessment in made
        for reaction in assessment["reactions"]
    ]
    _insert_rows(connection, AssessedReaction, reactions)
    flags = [
        {
            "assessment_id": assessment_id,
            "flag": flag["flag"],
            "level": flag["level"],
            "status": flag["status"],
        }
        for assessment_id, assessment in made
        for flag in assessment["flags"]
    ]
    _insert_rows(connection, AssessedFlag, flags)


_COUNTED = (*("number", "category", "serious", "serious_unlisted", "fatal", "designated", "is_clinical", "case_rule"),)


def append_audit(connection: Connection, actor: str, entries: Sequence[AuditEntry], at: datetime) -> None:
    """Chain entries to the trail, in turn: two writers who started from the same row could not both commit."""
    in_turn(connection, AUDIT)
    newest = select(func.max(AuditRow.id)).scalar_subquery()
    previous = connection.scalar(select(AuditRow.hash).where(AuditRow.id == newest)) or GENESIS
    rows = []
    for entry in entries:
        row = {
            "at": at,
            "actor": actor,
            "action": entry.action,
            "subject": entry.subject[:200],
            "detail": dict(entry.detail),
            "previous": previous,
        }
        previous = row["hash"] = chain_hash(row)
        rows.append(row)
    _insert_rows(connection, AuditRow, rows)


def _insert_rows(connection: Connection, table: type[Any], rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table.__table__), [dict(row) for row in rows])


def _insert_all(connection: Connection, table: type[Any], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Rows in one statement; their keys in the order of the rows."""
    if not rows:
        return []
    key = next(iter(table.__table__.primary_key))
    statement = insert(table.__table__).returning(key, sort_by_parameter_order=True)
    return list(connection.execute(statement, [dict(row) for row in rows]).scalars())


def _insert(connection: Connection, table: type[Any], **values: Any) -> int:
    key: int = connection.execute(insert(table).values(**values).returning(table.id)).scalar_one()
    return key


def add_duplicate_pairs(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Pairs that were not proposed on this evidence before: `duplicate_tables.DuplicatePair` names the values."""
    return _insert_all(connection, DuplicatePair, rows)


def add_duplicate_decision(connection: Connection, **values: Any) -> int:
    """A person's word on two cases: `duplicate_tables.DuplicateDecision` names the values."""
    return _insert(connection, DuplicateDecision, **values)


def add_listedness_decision(connection: Connection, **values: Any) -> int:
    """A person's word on what a label leaves open: `decision_tables.StoredListednessDecision` names the values."""
    return _insert(connection, StoredListednessDecision, **values)
