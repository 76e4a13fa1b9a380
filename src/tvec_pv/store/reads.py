"""Everything that is read, as values: nothing here changes the store."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, select

from tvec_pv.domain.audit import GENESIS, chain_hash
from tvec_pv.domain.errors import AuditBroken, NotFound
from tvec_pv.domain.records import Balance, RecordClass
from tvec_pv.domain.signals import CountedReaction
from tvec_pv.domain.versions import VersionKey, current
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

_MOST_VARIABLES = 500  # of one IN (...): SQLite and PostgreSQL both take more


@dataclass(frozen=True, slots=True)
class FileState:
    id: int
    is_complete: bool


@dataclass(frozen=True, slots=True)
class CurrentVersion:
    """The version of a case that counts, and where it stands among all of them."""

    case_key: str
    version_id: int
    key: VersionKey
    is_nullified: bool
    product_is_suspect: bool
    versions: int


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case version with its assessment, as documents, and the findings of the record that brought it."""

    case_key: str
    version_id: int
    record_class: str
    is_nullified: bool
    stored_at: datetime
    latest_received: date | None
    versions: int
    document: dict[str, Any]
    assessment: dict[str, Any]
    findings: tuple[dict[str, str], ...]
    file: str
    place: str


def file_state(connection: Connection, sha256: str) -> FileState | None:
    row = connection.execute(
        select(SourceFile.id, SourceFile.completed_at).where(SourceFile.sha256 == sha256)
    ).one_or_none()
    return None if row is None else FileState(row.id, row.completed_at is not None)


def recorded_positions(connection: Connection, file_id: int) -> set[int]:
    """The records of a file that have their row already: those of a night that was cut off."""
    return set(connection.scalars(select(SourceRecord.position).where(SourceRecord.file_id == file_id)))


def file_classes(connection: Connection, file_id: int) -> dict[RecordClass, int]:
    """Reports of a file by class, as the rows of its records say."""
    rows = connection.execute(
        select(SourceRecord.record_class, func.sum(SourceRecord.reports))
        .where(SourceRecord.file_id == file_id)
        .group_by(SourceRecord.record_class)
    )
    return {RecordClass(record_class): int(reports) for record_class, reports in rows}


def file_findings(connection: Connection, file_id: int) -> list[dict[str, str]]:
    rows = connection.execute(
        select(SourceRecord.place.label("record"), *_FINDING)
        .join(SourceRecord, SourceRecord.id == RecordFinding.record_id)
        .where(SourceRecord.file_id == file_id)
        .order_by(SourceRecord.position, RecordFinding.id)
    )
    return [dict(row._mapping) for row in rows]


def versions_of(connection: Connection, case_keys: Iterable[str]) -> dict[str, list[VersionKey]]:
    """The stored versions of cases, by case key; a case that is not stored is left out."""
    found: dict[str, list[VersionKey]] = {}
    for keys in _chunks(sorted(set(case_keys))):
        rows = connection.execute(
            select(StoredCase.case_key, *_VERSION_KEY)
            .join(CaseVersion, CaseVersion.case_id == StoredCase.id)
            .where(StoredCase.case_key.in_(keys))
        )
        for row in rows:
            found.setdefault(row.case_key, []).append(_version_key(row))
    return found


def current_versions(connection: Connection, case_key: str | None = None) -> list[CurrentVersion]:
    """The current version of every case, or of one, in order of case number; nullified ones are marked."""
    query = select(StoredCase.case_key, CaseVersion.id, CaseVersion.product_is_suspect, *_VERSION_KEY).join(
        CaseVersion, CaseVersion.case_id == StoredCase.id
    )
    rows = connection.execute(query if case_key is None else query.where(StoredCase.case_key == case_key))
    by_case: dict[str, dict[VersionKey, Any]] = {}
    for row in rows:
        by_case.setdefault(row.case_key, {})[_version_key(row)] = row
    found = []
    for case_key, versions in sorted(by_case.items()):
        newest = current(list(versions))
        stored = versions[newest]
        found.append(
            CurrentVersion(
                case_key, stored.id, newest, newest.is_nullification, stored.product_is_suspect, len(versions)
            )
        )
    return found


def unassessed(
    connection: Connection, version_ids: Sequence[int], profile_version: str
) -> list[tuple[int, dict[str, Any]]]:
    """Case versions without an assessment under a profile version, with their documents."""
    assessed: set[int] = set()
    for ids in _chunks(version_ids):
        assessed.update(
            connection.scalars(
                select(StoredAssessment.case_version_id).where(
                    StoredAssessment.case_version_id.in_(ids), StoredAssessment.profile_version == profile_version
                )
            )
        )
    missing = [version_id for version_id in version_ids if version_id not in assessed]
    return [
        (row.id, row.document)
        for ids in _chunks(missing)
        for row in connection.execute(select(CaseVersion.id, CaseVersion.document).where(CaseVersion.id.in_(ids)))
    ]


def counted_reactions(
    connection: Connection, versions: Sequence[CurrentVersion], profile_version: str
) -> list[CountedReaction]:
    """The assessed reactions of case versions, under one version of the profile."""
    keys = {version.version_id: version.case_key for version in versions}
    rows = (
        row
        for ids in _chunks(sorted(keys))
        for row in connection.execute(
            select(StoredAssessment.case_version_id, AssessedReaction)
            .join(AssessedReaction, AssessedReaction.assessment_id == StoredAssessment.id)
            .where(StoredAssessment.profile_version == profile_version, StoredAssessment.case_version_id.in_(ids))
            .order_by(StoredAssessment.case_version_id, AssessedReaction.number)
        )
    )
    return [
        CountedReaction(
            case_key=keys[row.case_version_id],
            version_id=row.case_version_id,
            name=row.name,
            category=row.category,
            serious=row.serious,
            serious_unlisted=row.serious_unlisted,
            designated=row.designated,
            case_rule=row.case_rule,
        )
        for row in rows
    ]


def case_views(connection: Connection, versions: Sequence[CurrentVersion]) -> Iterator[CaseView]:
    """Cases with all that is shown of them, in the order given."""
    by_id = {version.version_id: version for version in versions}
    for ids in _chunks([version.version_id for version in versions]):
        found = {
            row.id: row
            for row in connection.execute(
                select(
                    CaseVersion.id,
                    CaseVersion.record_class,
                    CaseVersion.stored_at,
                    CaseVersion.latest_received,
                    CaseVersion.document,
                    SourceRecord.id.label("record_id"),
                    SourceRecord.place,
                    SourceFile.name.label("file"),
                )
                .join(SourceRecord, SourceRecord.case_version_id == CaseVersion.id)
                .join(SourceFile, SourceFile.id == SourceRecord.file_id)
                .where(CaseVersion.id.in_(ids))
            )
        }
        assessments = _newest_assessments(connection, ids)
        findings = _findings_of(connection, [row.record_id for row in found.values()])
        for version_id in ids:
            row, version = found[version_id], by_id[version_id]
            yield CaseView(
                case_key=version.case_key,
                version_id=version_id,
                record_class=row.record_class,
                is_nullified=version.is_nullified,
                stored_at=row.stored_at,
                latest_received=row.latest_received,
                versions=version.versions,
                document=row.document,
                assessment=assessments.get(version_id, {}),
                findings=tuple(findings.get(row.record_id, ())),
                file=row.file,
                place=row.place,
            )


def get_case(connection: Connection, case_key: str) -> CaseView:
    """One case by its number, as it stands now."""
    versions = current_versions(connection, case_key.strip().upper())
    if not versions:
        raise NotFound("no case is stored under this number; `tvec-pv cases list` shows those that are")
    return next(case_views(connection, versions))


def held_records(connection: Connection) -> list[dict[str, Any]]:
    """Records in quarantine, oldest first, each with all its reasons."""
    rows = connection.execute(
        select(
            SourceRecord.id,
            SourceRecord.place,
            SourceRecord.case_key,
            SourceRecord.received_at,
            SourceFile.name.label("file"),
            SourceFile.sha256,
        )
        .join(SourceFile, SourceFile.id == SourceRecord.file_id)
        .where(SourceRecord.record_class == RecordClass.QUARANTINED)
        .order_by(SourceRecord.received_at, SourceRecord.id)
    ).all()
    findings = _findings_of(connection, [row.id for row in rows])
    return [dict(row._mapping) | {"findings": findings.get(row.id, [])} for row in rows]


def all_findings(connection: Connection) -> list[dict[str, Any]]:
    """Every finding with the record it is about, in order of receipt."""
    rows = connection.execute(
        select(
            SourceFile.name.label("file"),
            SourceRecord.place.label("record"),
            SourceRecord.case_key,
            SourceRecord.record_class,
            *_FINDING,
        )
        .join(SourceRecord, SourceRecord.id == RecordFinding.record_id)
        .join(SourceFile, SourceFile.id == SourceRecord.file_id)
        .order_by(SourceRecord.id, RecordFinding.id)
    )
    return [dict(row._mapping) for row in rows]


def signals(connection: Connection) -> list[dict[str, Any]]:
    """Every signal with its flags, newest evidence of each rule last, and the cases behind each."""
    cases: dict[int, list[str]] = {}
    for row in connection.execute(
        select(FlagCase.flag_id, StoredCase.case_key)
        .join(CaseVersion, CaseVersion.id == FlagCase.case_version_id)
        .join(StoredCase, StoredCase.id == CaseVersion.case_id)
        .order_by(StoredCase.case_key)
    ):
        cases.setdefault(row.flag_id, []).append(row.case_key)
    flags: dict[int, list[dict[str, Any]]] = {}
    for stored in connection.execute(select(StoredFlag).order_by(StoredFlag.id)):
        flag = dict(stored._mapping)
        flag["cases"] = list(dict.fromkeys(cases.get(flag["id"], [])))
        flags.setdefault(flag["signal_id"], []).append(flag)
    rows = connection.execute(select(Signal).order_by(Signal.id))
    return [dict(row._mapping) | {"flags": flags.get(row.id, [])} for row in rows]


def get_signal(connection: Connection, signal_id: int) -> dict[str, Any]:
    for signal in signals(connection):
        if signal["id"] == signal_id:
            return signal
    raise NotFound("no signal has this number; `tvec-pv signals list` shows those that there are")


def run_receipts(connection: Connection, run_id: int) -> list[dict[str, Any]]:
    """The files of a run in order of receipt, each with its balance."""
    rows = connection.execute(
        select(Receipt, SourceFile.sha256, SourceFile.format)
        .join(SourceFile, SourceFile.id == Receipt.file_id)
        .where(Receipt.run_id == run_id)
        .order_by(Receipt.id)
    )
    return [dict(row._mapping) for row in rows]


def all_receipts(connection: Connection) -> list[dict[str, Any]]:
    rows = connection.execute(
        select(Receipt, SourceFile.sha256, SourceFile.format, Run.started_at)
        .join(SourceFile, SourceFile.id == Receipt.file_id)
        .join(Run, Run.id == Receipt.run_id)
        .order_by(Receipt.id)
    )
    return [dict(row._mapping) for row in rows]


def receipt_balance(receipt: dict[str, Any]) -> Balance:
    return Balance(receipt["received"], {RecordClass(name): count for name, count in receipt["classes"].items()})


def runs(connection: Connection) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in connection.execute(select(Run).order_by(Run.id))]


def has_audit(connection: Connection, action: str, subject: str) -> bool:
    query = select(AuditRow.id).where(AuditRow.action == action, AuditRow.subject == subject).limit(1)
    return connection.scalar(query) is not None


def verify_audit(connection: Connection) -> int:
    """Walk the audit chain; the number of its rows, or `AuditBroken` naming the first row that does not fit."""
    previous, count = GENESIS, 0
    for row in connection.execution_options(yield_per=1000).execute(select(AuditRow).order_by(AuditRow.id)):
        said = dict(row._mapping)
        if said["previous"] != previous or chain_hash(said) != said["hash"]:
            raise AuditBroken(f"the audit trail was altered at row {said['id']} or before it")
        previous, count = said["hash"], count + 1
    return count


_VERSION_KEY = (
    CaseVersion.latest_received,
    CaseVersion.number,
    CaseVersion.content_hash,
    CaseVersion.is_nullification,
    CaseVersion.is_amendment,
    CaseVersion.received_at,
)
_FINDING = (
    RecordFinding.check_id.label("check"),
    RecordFinding.severity,
    RecordFinding.message,
    RecordFinding.element,
    RecordFinding.place.label("where"),
)


def _version_key(row: Any) -> VersionKey:
    return VersionKey(
        row.latest_received,
        row.number,
        row.content_hash,
        row.is_nullification,
        row.is_amendment,
        row.received_at,
    )


def _newest_assessments(connection: Connection, version_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    rows = connection.execute(
        select(StoredAssessment.case_version_id, StoredAssessment.document)
        .where(StoredAssessment.case_version_id.in_(version_ids))
        .order_by(StoredAssessment.id)
    )
    return {row.case_version_id: row.document for row in rows}


def _findings_of(connection: Connection, record_ids: Sequence[int]) -> dict[int, list[dict[str, str]]]:
    found: dict[int, list[dict[str, str]]] = {}
    for ids in _chunks(record_ids):
        rows = connection.execute(
            select(RecordFinding.record_id, *_FINDING)
            .where(RecordFinding.record_id.in_(ids))
            .order_by(RecordFinding.id)
        )
        for row in rows:
            finding = dict(row._mapping)
            found.setdefault(finding.pop("record_id"), []).append(finding)
    return found


def _chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), _MOST_VARIABLES):
        yield values[start : start + _MOST_VARIABLES]
