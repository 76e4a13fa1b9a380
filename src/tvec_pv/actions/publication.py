"""Publication: the workbook of what is known now, and the audit row of its export."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tvec_pv.actions.runs import House, run, utc_now
from tvec_pv.background.manifest import find_release, status
from tvec_pv.domain.errors import CannotWrite, refusal
from tvec_pv.domain.records import check_balance
from tvec_pv.exports.workbook import Snapshot, workbook_name, write_workbook
from tvec_pv.progress import report
from tvec_pv.store import changes, duplicate_reads, reads, record_reads, signal_reads
from tvec_pv.store.database import reading, writing


@dataclass(frozen=True, slots=True)
class ExportResult:
    run: int
    path: Path
    data_hash: str

    def as_json(self) -> dict[str, Any]:
        return {"run": self.run, "path": str(self.path), "data_hash": self.data_hash}


def publish(house: House, folder: Path | None = None) -> ExportResult:
    """Write the workbook; `OutOfBalance` when the newest receipt of a file does not add up."""
    target = (folder or house.settings.workbooks).resolve()
    with run(house, "export") as under_way:
        report("exporting", 0, 1, "workbook")
        snapshot = _snapshot(house, under_way.started_at)
        newest_of_each_file = {one["file_id"]: one["balance"] for one in snapshot.receipts}
        for balance in newest_of_each_file.values():
            check_balance(balance)
        path, data_hash = _write(snapshot, target)
        report("exporting", 1, 1)
        result = ExportResult(under_way.id, path, data_hash)
        with writing(house.store) as transaction:
            detail = {"data_hash": data_hash, "cases": len(snapshot.cases), "run": under_way.id}
            entry = changes.AuditEntry("workbook exported", path.name, detail)
            changes.append_audit(transaction, house.settings.actor, [entry], utc_now())
        under_way.summary.update(file=path.name, data_hash=data_hash)
    return result


def _write(snapshot: Snapshot, folder: Path) -> tuple[Path, str]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / workbook_name(snapshot.product, snapshot.data_lock_point, folder)
        return path, write_workbook(snapshot, path)
    except OSError as error:
        raise CannotWrite(f"the workbook cannot be written to {folder} ({refusal(error)})") from error


def _snapshot(house: House, at: Any) -> Snapshot:
    release = find_release(status(house.settings.background))
    with reading(house.store) as connection:
        current = reads.current_versions(connection)
        valid = [version for version in current if not version.is_nullified]
        patients = duplicate_reads.patients(connection, valid)
        counted = [version for version in valid if version.case_key not in patients.merged]
        receipts = [
            one | {"balance": record_reads.receipt_balance(one)} for one in record_reads.all_receipts(connection)
        ]
        return Snapshot(
            data_lock_point=at,
            product=house.knowledge.product,
            profile=house.knowledge.profile,
            versions=house.versions,
            background=release or "no background: no statistic was computed",
            period_start=min((one["started_at"].date() for one in receipts), default=None),
            receipts=receipts,
            signals=signal_reads.signals(connection),
            cases=list(reads.case_views(connection, counted)),
            nullified=len(current) - len(valid),
            merged=len(patients.merged),
            suspected=frozenset(patients.suspected),
            duplicates=duplicate_reads.duplicate_pairs(connection, valid),
            held=len(record_reads.held_records(connection)),
            findings=record_reads.all_findings(connection),
        )
