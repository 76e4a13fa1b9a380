"""What people do with held records: give them to somebody, read them anew, take them in, or reject them for good.

A held record is never changed: each step is added to it, and the newest step that gives it a class holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tvec_pv.actions.intake import finish_file, judge, open_file, receive
from tvec_pv.actions.preparation import Prepared, suspects_product
from tvec_pv.actions.runs import House, given_reason, run, utc_now
from tvec_pv.actions.storing import ACCEPTED, Arrived, Held, store_batch
from tvec_pv.actions.workers import contents_of, workers
from tvec_pv.domain.case_json import decode_case
from tvec_pv.domain.errors import Refused
from tvec_pv.domain.icsr import case_key
from tvec_pv.domain.records import RecordClass
from tvec_pv.domain.versions import WAITS, version_key
from tvec_pv.store import changes, record_reads
from tvec_pv.store.database import reading, writing
from tvec_pv.store.raw_files import RawFile, kept_path
from tvec_pv.store.record_reads import HELD, REJECTED, REPLAYED


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a held record."""

    record: int
    record_class: str

    @property
    def line(self) -> str:
        still = " still" if self.record_class == RecordClass.QUARANTINED else ""
        return f"record {self.record}:{still} {self.record_class}"


def replay(house: House, record_ids: Sequence[int] = ()) -> tuple[Outcome, ...]:
    """Read held records anew, from the bytes as they were received; all that are held when none is named.

    It helps where something was mended since: a mapping, a reader, a suite. What reads well now is stored.
    """
    with run(house, "replay") as under_way, workers(judge(house, under_way), house.settings) as at_work:
        chosen = _chosen(house, record_ids)
        by_file: dict[str, list[dict[str, Any]]] = {}
        for one in chosen:
            by_file.setdefault(one["sha256"], []).append(one)
        for records in by_file.values():
            raw = _raw_file(house, records[0])
            _check_same_records(house, records[0], raw)
            taken_up = {one["position"]: Held(one["id"], REPLAYED) for one in records}
            file = open_file(house, under_way, raw, taken_up)
            receive(house, under_way, at_work.begin([file]), taken_up)
            finish_file(house, under_way, file)
        outcomes = _outcomes(house, [one["id"] for one in chosen])
        under_way.summary.update(records=len(outcomes), stored=sum(_is_settled(one) for one in outcomes))
    return outcomes


def accept(house: House, record_id: int, reason: str, actor: str) -> Outcome:
    """Take a held record in as it was read, on a person's word: the findings stay with it."""
    with run(house, "accept") as under_way:
        held = _held(house, record_id)
        prepared = _as_read(house, held)
        arrived = Arrived(held["position"], prepared, Held(record_id, ACCEPTED, given_reason(reason)))
        [record_class] = store_batch(house, under_way, held["file_id"], [arrived], actor=actor)
        under_way.summary.update(record=record_id, record_class=str(record_class))
    return Outcome(record_id, record_class)


def reject(house: House, record_id: int, reason: str, actor: str) -> Outcome:
    """Decide that a held record is no valid report. It is kept and stays counted as quarantined."""
    _held(house, record_id)
    step = {"action": REJECTED, "record_class": RecordClass.QUARANTINED.value, "reason": given_reason(reason)}
    _add_step(house, record_id, step, actor)
    return Outcome(record_id, RecordClass.QUARANTINED)


def assign(house: House, record_id: int, owner: str, actor: str) -> None:
    """Say who has a held record."""
    _held(house, record_id)
    if not owner.strip():
        raise Refused("say who is to have the record")
    _add_step(house, record_id, {"action": "assigned", "owner": owner.strip()[:100]}, actor)


def _add_step(house: House, record_id: int, step: dict[str, Any], actor: str) -> None:
    with run(house, step["action"]) as under_way, writing(house.store) as transaction:
        at = utc_now()
        row = step | {"record_id": record_id, "run_id": under_way.id, "actor": actor, "at": at}
        [step_id] = changes.add_steps(transaction, [row])
        entry = changes.AuditEntry(f"held record {step['action']}", f"record {record_id}", {"step": step_id})
        changes.append_audit(transaction, actor, [entry], at)


def _chosen(house: House, record_ids: Sequence[int]) -> list[dict[str, Any]]:
    with reading(house.store) as connection:
        if not record_ids:
            return record_reads.held_records(connection)
    return [_held(house, record_id, also_rejected=True) for record_id in dict.fromkeys(record_ids)]


def _held(house: House, record_id: int, *, also_rejected: bool = False) -> dict[str, Any]:
    with reading(house.store) as connection:
        held = record_reads.get_held(connection, record_id)
    if held["record_class"] != RecordClass.QUARANTINED:
        raise Refused(f"record {record_id} is not held any more: it is {held['record_class']}")
    if held["state"] != HELD and not also_rejected:
        raise Refused(f"record {record_id} was rejected; `tvec-pv quarantine replay {record_id}` takes it up again")
    return held


def _raw_file(house: House, held: dict[str, Any]) -> RawFile:
    path = kept_path(house.settings.raw, held["sha256"])
    if not path.exists():
        raise Refused(f"the bytes of record {held['id']} are not in the raw folder: restore it from the backup")
    return RawFile(held["file"], held["sha256"], path.stat().st_size if path.is_file() else 0, path)


def _check_same_records(house: House, held: dict[str, Any], raw: RawFile) -> None:
    """A file that now reads as other records cannot be replayed one by one: its rows would not add up."""
    contents = contents_of(raw, house.knowledge.product, house.settings)
    positions = {position for position, _ in contents.numbered()}
    with reading(house.store) as connection:
        recorded = record_reads.recorded_positions(connection, held["file_id"])
    if recorded.keys() - positions:
        raise Refused(
            f"the file of record {held['id']} now reads as fewer records than it did; nothing was changed. "
            "Give it to the developers, or ask the sender for the file in another form."
        )


def _as_read(house: House, held: dict[str, Any]) -> Prepared:
    document = held["case"]
    if document is None:
        raise Refused(
            f"record {held['id']} could not be read, so there is no case to take in: mend what held it, then replay"
        )
    case = decode_case(document)
    key = case_key(case)
    if key is None:
        raise Refused(f"record {held['id']} has no case number, so it cannot be told from other cases: ask the sender")
    if any(finding["check"] == WAITS for finding in held["findings"]):
        raise Refused(f"record {held['id']} nullifies a case that is not here: it takes effect when the case arrives")
    return Prepared(
        place=held["place"],
        findings=(),
        key=key,
        version=version_key(case, held["content_hash"]),
        document=document,
        product_is_suspect=suspects_product(house.knowledge, case, undecided=True),
    )


def _outcomes(house: House, record_ids: Sequence[int]) -> tuple[Outcome, ...]:
    with reading(house.store) as connection:
        classes = record_reads.classes_of(connection, record_ids)
    return tuple(Outcome(record_id, classes[record_id]) for record_id in record_ids)


def _is_settled(outcome: Outcome) -> bool:
    return outcome.record_class != RecordClass.QUARANTINED
