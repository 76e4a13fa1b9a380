"""Files, their records and what is held, as they are read: nothing here changes the store."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, ScalarSelect, Select, Subquery, and_, case, exists, func, select
from sqlalchemy.orm import aliased

from tvec_pv.domain.errors import NotFound
from tvec_pv.domain.records import Balance, RecordClass
from tvec_pv.domain.versions import WAITS
from tvec_pv.store.statements import batched
from tvec_pv.store.tables import (
    HeldDocument,
    Receipt,
    RecordFinding,
    RecordStep,
    Run,
    SourceFile,
    SourceRecord,
    Withdrawal,
)


@dataclass(frozen=True, slots=True)
class FileState:
    """A file whose bytes are known, and when they first came."""

    id: int
    format: str
    is_complete: bool
    received_at: datetime


@dataclass(frozen=True, slots=True)
class RecordState:
    """A record that has its row: its class now, and whether it was rejected where it is held."""

    id: int
    record_class: RecordClass
    state: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A nullification that waits for its case."""

    record_id: int
    content_hash: str
    document: dict[str, Any]


def file_state(connection: Connection, sha256: str) -> FileState | None:
    row = connection.execute(
        select(SourceFile.id, SourceFile.format, SourceFile.completed_at, Run.started_at)
        .join(Run, Run.id == SourceFile.first_run_id)
        .where(SourceFile.sha256 == sha256)
    ).one_or_none()
    return None if row is None else FileState(row.id, row.format, row.completed_at is not None, row.started_at)


def recorded_positions(connection: Connection, file_id: int) -> dict[int, RecordState]:
    """The records of a file that have their row already, by position: those of a night that was cut off, say."""
    now = records_now()
    rows = connection.execute(
        select(now.c.position, now.c.id, now.c.record_class, now.c.state).where(now.c.file_id == file_id)
    )
    return {row.position: RecordState(row.id, RecordClass(row.record_class), row.state) for row in rows}


def file_classes(connection: Connection, file_id: int) -> dict[RecordClass, int]:
    """Reports of a file by class, as the rows of its records say."""
    now = records_now()
    rows = connection.execute(
        select(now.c.record_class, func.sum(now.c.reports)).where(now.c.file_id == file_id).group_by(now.c.record_class)
    )
    return {RecordClass(record_class): int(reports) for record_class, reports in rows}


def file_findings(connection: Connection, file_id: int) -> list[dict[str, str]]:
    now = records_now()
    rows = connection.execute(
        select(now.c.place.label("record"), *FINDING)
        .join(now, said_of(now))
        .where(now.c.file_id == file_id)
        .order_by(now.c.position, RecordFinding.id)
    )
    return [dict(row._mapping) for row in rows]


def last_receipt(connection: Connection, name: str, sha256: str, before_run: int) -> dict[str, Any] | None:
    """When a file of this name last came in an earlier run with other bytes, and how much was in it."""
    row = connection.execute(
        select(Receipt.received, SourceFile.size, Run.started_at)
        .join(SourceFile, SourceFile.id == Receipt.file_id)
        .join(Run, Run.id == Receipt.run_id)
        .where(Receipt.name == name, SourceFile.sha256 != sha256, Receipt.run_id < before_run)
        .order_by(Receipt.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else dict(row._mapping)


def waiting_nullifications(connection: Connection, case_keys: Iterable[str]) -> dict[str, list[Waiting]]:
    """Nullifications that are held because their case was unknown, by case key, in order of receipt."""
    now = records_now()
    found: dict[str, list[Waiting]] = {}
    for keys in batched(sorted(set(case_keys))):
        rows = connection.execute(
            select(now.c.id, now.c.case_key, now.c.content_hash, HeldDocument.document)
            .join(HeldDocument, HeldDocument.record_id == now.c.id)
            .where(
                now.c.case_key.in_(keys),
                now.c.record_class == RecordClass.QUARANTINED,
                now.c.state == HELD,
                _same_step(HeldDocument.step_id, now.c.reading_id),
                exists().where(said_of(now), RecordFinding.check_id == WAITS),
            )
            .order_by(now.c.id)
        )
        for row in rows:
            found.setdefault(row.case_key, []).append(Waiting(row.id, row.content_hash, row.document))
    return found


def classes_of(connection: Connection, record_ids: Sequence[int]) -> dict[int, str]:
    """The class of records as they stand now."""
    now = records_now()
    return {
        row.id: row.record_class
        for ids in batched(record_ids)
        for row in connection.execute(select(now.c.id, now.c.record_class).where(now.c.id.in_(ids)))
    }


def held_contents(connection: Connection, case_keys: Iterable[str]) -> dict[tuple[str, str], int]:
    """The first record that holds a content, by case key and content hash, so that the same one is not held twice."""
    now = records_now()
    found: dict[tuple[str, str], int] = {}
    for keys in batched(sorted(set(case_keys))):
        rows = connection.execute(
            select(now.c.case_key, now.c.content_hash, now.c.id)
            .where(now.c.case_key.in_(keys), now.c.record_class == RecordClass.QUARANTINED)
            .order_by(now.c.id)
        )
        for row in rows:
            found.setdefault((row.case_key, row.content_hash), row.id)
    return found


def withdrawals_of(connection: Connection, case_keys: Iterable[str]) -> dict[str, date]:
    """Until when the cases' keepers withdrew them (lists of deleted cases), by case key."""
    return {
        row.case_key: row.as_of
        for keys in batched(sorted(set(case_keys)))
        for row in connection.execute(
            select(Withdrawal.case_key, func.max(Withdrawal.as_of).label("as_of"))
            .where(Withdrawal.case_key.in_(keys))
            .group_by(Withdrawal.case_key)
        )
    }


def held_records(connection: Connection, *, rejected: bool = False) -> list[dict[str, Any]]:
    """Records in quarantine, oldest first, each with all its reasons; those that were rejected only when asked for."""
    now = records_now()
    query = _held_record().where(now.c.record_class == RecordClass.QUARANTINED)
    rows = connection.execute(query if rejected else query.where(now.c.state == HELD)).all()
    findings = findings_of(connection, [row.id for row in rows])
    return [dict(row._mapping) | {"findings": findings.get(row.id, [])} for row in rows]


def get_held(connection: Connection, record_id: int) -> dict[str, Any]:
    """One record that is held or was, with its reasons, its case as it was read, and what was done with it."""
    now = records_now()
    row = connection.execute(_held_record().where(now.c.id == record_id)).one_or_none()
    steps = _steps_of(connection, record_id)
    if row is None or (row.record_class != RecordClass.QUARANTINED and not steps):
        raise NotFound("no record is held under this number; `tvec-pv quarantine list` shows those that are")
    document = connection.scalar(
        select(HeldDocument.document)
        .where(HeldDocument.record_id == record_id)
        .order_by(HeldDocument.id.desc())
        .limit(1)
    )
    findings = findings_of(connection, [record_id]).get(record_id, [])
    return dict(row._mapping) | {"findings": findings, "case": document, "steps": steps}


def _held_record() -> Select[Any]:
    now = records_now()
    owner = (
        select(RecordStep.owner)
        .where(RecordStep.record_id == now.c.id, RecordStep.owner != "")
        .order_by(RecordStep.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(
            now.c.id,
            now.c.file_id,
            now.c.position,
            now.c.place,
            now.c.case_key,
            now.c.content_hash,
            now.c.record_class,
            now.c.received_at,
            SourceFile.name.label("file"),
            SourceFile.sha256,
            now.c.state,
            func.coalesce(owner, "").label("owner"),
        )
        .join(SourceFile, SourceFile.id == now.c.file_id)
        .order_by(now.c.received_at, now.c.id)
    )


def _steps_of(connection: Connection, record_id: int) -> list[dict[str, Any]]:
    rows = connection.execute(
        select(
            RecordStep.action,
            RecordStep.record_class.label("class"),
            RecordStep.owner,
            RecordStep.reason,
            RecordStep.actor,
            RecordStep.at,
        )
        .where(RecordStep.record_id == record_id)
        .order_by(RecordStep.id)
    )
    return [dict(row._mapping) for row in rows]


def all_findings(connection: Connection) -> list[dict[str, Any]]:
    """Every finding with the record it is about, in order of receipt."""
    now = records_now()
    rows = connection.execute(
        select(
            SourceFile.name.label("file"),
            now.c.place.label("record"),
            now.c.case_key,
            now.c.record_class,
            *FINDING,
        )
        .join(now, said_of(now))
        .join(SourceFile, SourceFile.id == now.c.file_id)
        .order_by(now.c.id, RecordFinding.id)
    )
    return [dict(row._mapping) for row in rows]


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


@cache
def records_now() -> Subquery:
    """Every record as it stands now: as it arrived, or as the newest step that gave it a class left it.

    `state` is held or rejected for a quarantined record; `reading_id` the step that read it anew, if one did.
    """

    def newest(*conditions: ColumnElement[bool]) -> ScalarSelect[int | None]:
        query = select(func.max(RecordStep.id)).where(RecordStep.record_id == SourceRecord.id, *conditions)
        return query.correlate(SourceRecord).scalar_subquery()

    decided = aliased(RecordStep)
    return (
        select(
            SourceRecord.id,
            SourceRecord.file_id,
            SourceRecord.position,
            SourceRecord.received_at,
            *(
                func.coalesce(getattr(decided, name), getattr(SourceRecord, name)).label(name)
                for name in ("place", "case_key", "content_hash", "record_class", "reports", "case_version_id")
            ),
            case((decided.action == REJECTED, REJECTED), else_=HELD).label("state"),
            newest(RecordStep.action == REPLAYED).label("reading_id"),
        )
        .outerjoin(decided, decided.id == newest(RecordStep.record_class.is_not(None)))
        .subquery("records_now")
    )


HELD, REJECTED, REPLAYED = "held", "rejected", "replayed"


FINDING = (
    RecordFinding.check_id.label("check"),
    RecordFinding.severity,
    RecordFinding.message,
    RecordFinding.element,
    RecordFinding.place.label("where"),
)


def said_of(now: Subquery) -> ColumnElement[bool]:
    """Findings of the newest reading of a record."""
    return and_(RecordFinding.record_id == now.c.id, _same_step(RecordFinding.step_id, now.c.reading_id))


def _same_step(one: Any, other: Any) -> ColumnElement[bool]:
    same: ColumnElement[bool] = func.coalesce(one, 0) == func.coalesce(other, 0)
    return same


def findings_of(connection: Connection, record_ids: Sequence[int]) -> dict[int, list[dict[str, str]]]:
    now = records_now()
    found: dict[int, list[dict[str, str]]] = {}
    for ids in batched(record_ids):
        rows = connection.execute(
            select(RecordFinding.record_id, *FINDING)
            .join(now, said_of(now))
            .where(now.c.id.in_(ids))
            .order_by(RecordFinding.id)
        )
        for row in rows:
            finding = dict(row._mapping)
            found.setdefault(finding.pop("record_id"), []).append(finding)
    return found
