"""What a quality report counts: a run's files and findings, what sources sent before, and what is held."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from tvec_pv.domain.drift import SourceProfile as Profile
from tvec_pv.domain.drift import read_source_profile
from tvec_pv.domain.errors import NotFound
from tvec_pv.store.record_reads import records_now, said_of
from tvec_pv.store.statements import batched
from tvec_pv.store.tables import RecordFinding, Run, SourceProfile

_SHOWN = 10


def intake_run(connection: Connection, run_id: int | None = None) -> dict[str, Any]:
    """An intake that took files in, by its number, or the newest."""
    query = select(Run).where(Run.kind == "intake").order_by(Run.id.desc()).limit(1)
    row = connection.execute(query if run_id is None else query.where(Run.id == run_id)).one_or_none()
    if row is None:
        raise NotFound(
            "there is no intake of this number; `tvec-pv intake PATH` makes one, and says its number in --json"
        )
    return dict(row._mapping)


def intake_before(connection: Connection, run_id: int) -> int | None:
    """The intake before one, whatever came of it."""
    return connection.scalar(select(func.max(Run.id)).where(Run.kind == "intake", Run.id < run_id))


def count_records(connection: Connection, file_ids: Sequence[int]) -> int:
    """Records of files, readable or not; other products' reports of a bulk extract are one."""
    now = records_now()
    return sum(
        connection.scalar(select(func.count()).select_from(now).where(now.c.file_id.in_(ids))) or 0
        for ids in batched(file_ids)
    )


def finding_counts(connection: Connection, file_ids: Sequence[int]) -> list[dict[str, Any]]:
    """The findings on files by check: how many, on how many records, and the numbers of some of the cases."""
    now = records_now()
    counts: dict[str, dict[str, Any]] = {}
    for ids in batched(file_ids):
        rows = connection.execute(
            select(
                RecordFinding.check_id,
                RecordFinding.severity,
                func.min(RecordFinding.message).label("message"),
                func.count().label("findings"),
                func.min(now.c.case_key).label("case_key"),
                now.c.id,
            )
            .join(now, said_of(now))
            .where(now.c.file_id.in_(ids))
            .group_by(RecordFinding.check_id, RecordFinding.severity, now.c.id)
            .order_by(RecordFinding.check_id, now.c.id)
        )
        for row in rows:
            count = counts.setdefault(
                row.check_id,
                {"check": row.check_id, "severity": row.severity, "message": row.message}
                | {"findings": 0, "records": 0, "cases": []},
            )
            count["findings"] += row.findings
            count["records"] += 1
            if row.case_key and len(count["cases"]) < _SHOWN and row.case_key not in count["cases"]:
                count["cases"].append(row.case_key)
    return [counts[check] for check in sorted(counts)]


def profile_of(connection: Connection, file_id: int) -> Profile | None:
    row = connection.execute(_PROFILE.where(SourceProfile.file_id == file_id)).one_or_none()
    return None if row is None else read_source_profile(row.source, row.reports, row.profile)


def profiles_before(connection: Connection, source: str, file_id: int) -> list[Profile]:
    """What a source sent before a file, oldest first."""
    rows = connection.execute(
        _PROFILE.where(SourceProfile.source == source, SourceProfile.file_id < file_id).order_by(SourceProfile.file_id)
    )
    return [read_source_profile(row.source, row.reports, row.profile) for row in rows]


_PROFILE = select(SourceProfile.source, SourceProfile.reports, SourceProfile.profile)
