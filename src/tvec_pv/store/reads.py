"""Everything that is read, as values: nothing here changes the store."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Connection,
    func,
    select,
    union_all,
)

from tvec_pv.domain.audit import GENESIS, chain_hash
from tvec_pv.domain.clocks import AssessedVersion, Clock, clocks
from tvec_pv.domain.errors import AuditBroken, NotFound
from tvec_pv.domain.versions import VersionKey, current, is_withdrawn
from tvec_pv.store.decision_reads import as_decided, decisions_of, history_of
from tvec_pv.store.record_reads import findings_of, records_now
from tvec_pv.store.statements import batched
from tvec_pv.store.tables import (
    AuditRow,
    CaseVersion,
    RecordStep,
    Run,
    SourceFile,
    SourceRecord,
    StoredAssessment,
    StoredCase,
    Withdrawal,
)


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A version of a case, and where it came from."""

    version_id: int
    record_class: str
    received_at: str
    stored_at: datetime
    file: str
    place: str
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CurrentVersion:
    """The version of a case that counts, and where it stands among all of them; `since` is the oldest one's day."""

    case_key: str
    version_id: int
    key: VersionKey
    is_nullified: bool
    product_is_suspect: bool
    versions: int
    since: date


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case version with its assessment, as documents, and the findings of the record that brought it.

    `clocks` run over all versions of its case.
    """

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
    clocks: tuple[Clock, ...]
    file: str
    place: str


def versions_of(connection: Connection, case_keys: Iterable[str]) -> dict[str, list[VersionKey]]:
    """The stored versions of cases, by case key; a case that is not stored is left out."""
    found: dict[str, list[VersionKey]] = {}
    for keys in batched(sorted(set(case_keys))):
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
    withdrawn = _withdrawn_among_stored(connection, case_key)
    found = []
    for key, versions in sorted(by_case.items()):
        newest = current(list(versions))
        stored = versions[newest]
        found.append(
            CurrentVersion(
                case_key=key,
                version_id=stored.id,
                key=newest,
                is_nullified=newest.is_nullification or is_withdrawn(newest, withdrawn.get(key)),
                product_is_suspect=stored.product_is_suspect,
                versions=len(versions),
                since=min(version.order[0] for version in versions),
            )
        )
    return found


def _withdrawn_among_stored(connection: Connection, case_key: str | None) -> dict[str, date]:
    """Lists of deleted cases name many that were never here: only those that are matter."""
    query = (
        select(StoredCase.case_key, func.max(Withdrawal.as_of).label("as_of"))
        .join(Withdrawal, Withdrawal.case_key == StoredCase.case_key)
        .group_by(StoredCase.case_key)
    )
    rows = connection.execute(query if case_key is None else query.where(StoredCase.case_key == case_key))
    return {row.case_key: row.as_of for row in rows}


def case_versions(connection: Connection, case_key: str) -> list[StoredVersion]:
    """Every version of a case, oldest information first."""
    rows = connection.execute(
        select(CaseVersion, *_VERSION_KEY)
        .join(StoredCase, CaseVersion.case_id == StoredCase.id)
        .where(StoredCase.case_key == case_key.strip().upper())
    ).all()
    if not rows:
        raise NotFound(_NO_CASE)
    in_order = sorted(rows, key=lambda row: _version_key(row).order)
    origins = _origins(connection, [row.id for row in rows])
    return [
        StoredVersion(
            version_id=row.id,
            record_class=row.record_class,
            received_at=row.received_at,
            stored_at=row.stored_at,
            file=origins[row.id].file,
            place=origins[row.id].place,
            document=row.document,
        )
        for row in in_order
    ]


def _origins(connection: Connection, version_ids: Sequence[int]) -> dict[int, Any]:
    """The record that brought each version: the one that arrived with it, or the held one that was taken in later."""
    arrived = select(SourceRecord.case_version_id.label("version_id"), SourceRecord.id.label("record_id")).where(
        SourceRecord.case_version_id.in_(version_ids)
    )
    taken_in = select(RecordStep.case_version_id, RecordStep.record_id).where(
        RecordStep.case_version_id.in_(version_ids)
    )
    brought = union_all(arrived, taken_in).subquery()
    now = records_now()
    rows = connection.execute(
        select(brought.c.version_id, now.c.id.label("record_id"), now.c.place, SourceFile.name.label("file"))
        .join(now, now.c.id == brought.c.record_id)
        .join(SourceFile, SourceFile.id == now.c.file_id)
    )
    return {row.version_id: row for row in rows}


def case_documents(connection: Connection, version_ids: Sequence[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The documents of case versions, a batch of them in memory at a time."""
    for ids in batched(version_ids):
        for row in connection.execute(select(CaseVersion.id, CaseVersion.document).where(CaseVersion.id.in_(ids))):
            yield row.id, row.document


def own_numbers(connection: Connection) -> set[str]:
    """Every number under which a case stored here may be known elsewhere: its own (C.1.1, C.1.8.1), those that other
    senders gave it (C.1.9.1.r) and those of reports linked to it (C.1.10.r). Nullified cases are not counted here.
    """
    versions = [one.version_id for one in current_versions(connection) if not one.is_nullified]
    numbers = [CaseVersion.document[number] for number in ("C.1.1", "C.1.8.1", "C.1.9.1.r", "C.1.10.r")]
    found: set[Any] = set()
    for ids in batched(versions):
        for sender, worldwide, others, linked in connection.execute(select(*numbers).where(CaseVersion.id.in_(ids))):
            found.update((sender, worldwide, *(linked or ()), *(one.get("C.1.9.1.r.2") for one in others or ())))
    return found - {None}


def case_views(connection: Connection, versions: Sequence[CurrentVersion]) -> Iterator[CaseView]:
    """Cases with all that is shown of them, in the order given."""
    by_id = {version.version_id: version for version in versions}
    for ids in batched([version.version_id for version in versions]):
        found = {
            row.id: row
            for row in connection.execute(
                select(
                    CaseVersion.id,
                    CaseVersion.record_class,
                    CaseVersion.stored_at,
                    CaseVersion.latest_received,
                    CaseVersion.document,
                ).where(CaseVersion.id.in_(ids))
            )
        }
        origins = _origins(connection, ids)
        assessments, histories = _assessed(connection, [by_id[version_id].case_key for version_id in ids])
        findings = findings_of(connection, [row.record_id for row in origins.values()])
        for version_id in ids:
            row, version, origin = found[version_id], by_id[version_id], origins[version_id]
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
                findings=tuple(findings.get(origin.record_id, ())),
                clocks=clocks(histories.get(version.case_key, ())),
                file=origin.file,
                place=origin.place,
            )


def get_case(connection: Connection, case_key: str) -> CaseView:
    """One case by its number, as it stands now."""
    versions = current_versions(connection, case_key.strip().upper())
    if not versions:
        raise NotFound(_NO_CASE)
    return next(case_views(connection, versions))


_NO_CASE = "no case is stored under this number; `tvec-pv cases list` shows those that are"


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
    CaseVersion.precedence,
)


def _version_key(row: Any) -> VersionKey:
    return VersionKey(
        row.latest_received,
        row.number,
        row.content_hash,
        row.is_nullification,
        row.is_amendment,
        row.received_at,
        row.precedence,
    )


def _assessed(
    connection: Connection, case_keys: Sequence[str]
) -> tuple[dict[int, dict[str, Any]], dict[str, list[AssessedVersion]]]:
    """The newest assessment of each version of cases, and by case every assessment of every version; each as people
    decided what its label leaves open."""
    rows = connection.execute(
        select(StoredCase.case_key, CaseVersion.id, StoredAssessment.document, StoredAssessment.made_at, *_VERSION_KEY)
        .join(CaseVersion, CaseVersion.id == StoredAssessment.case_version_id)
        .join(StoredCase, StoredCase.id == CaseVersion.case_id)
        .where(StoredCase.case_key.in_(case_keys))
        .order_by(StoredAssessment.id)
    )
    decisions = decisions_of(connection, case_keys)
    newest: dict[int, dict[str, Any]] = {}
    history: dict[str, list[AssessedVersion]] = {}
    for row in rows:
        on_case = decisions.get(row.case_key, ())
        newest[row.id] = as_decided(row.document, on_case)
        history.setdefault(row.case_key, []).extend(history_of(_version_key(row), row.document, row.made_at, on_case))
    return newest, history
