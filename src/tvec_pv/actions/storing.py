"""Storing prepared records: each in its one class, its case version beside it, all of a batch in one transaction."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tvec_pv import __version__
from tvec_pv.actions.preparation import Prepared, suspects_product
from tvec_pv.actions.runs import House, Run, utc_now
from tvec_pv.domain.assessment import assess
from tvec_pv.domain.case_json import decode_case
from tvec_pv.domain.documents import plain
from tvec_pv.domain.findings import Finding, Severity
from tvec_pv.domain.records import RecordClass
from tvec_pv.domain.versions import (
    HELD_ALREADY,
    WAITS,
    WITHDRAWN,
    Arrival,
    VersionKey,
    arrive,
    is_withdrawn,
    upheld,
    version_key,
)
from tvec_pv.store import changes, reads, record_reads
from tvec_pv.store.changes import AuditEntry, NewVersion
from tvec_pv.store.database import writing
from tvec_pv.store.raw_files import keep_bytes
from tvec_pv.store.record_reads import REPLAYED

ACCEPTED, APPLIED = "accepted", "applied"


@dataclass(frozen=True, slots=True)
class Held:
    """A held record that is taken up again: what is done with it, and why."""

    record_id: int
    action: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A prepared record with its position in the file, and the held record that it is, where it is one."""

    position: int
    one: Prepared
    held: Held | None = None


@dataclass(slots=True)
class _Plan:
    """What a batch writes of one record: a row, or a step of a record that has its row (`held`, or `of` this batch)."""

    arrived: Arrived
    record_class: RecordClass
    findings: tuple[Finding, ...] = ()
    version: NewVersion | None = None
    of: "_Plan | None" = None
    record_id: int = 0
    step_id: int | None = None
    version_id: int | None = None

    @property
    def is_step(self) -> bool:
        return self.arrived.held is not None or self.of is not None


def store_batch(
    house: House, under_way: Run, file_id: int, batch: Sequence[Arrived], *, actor: str | None = None
) -> list[RecordClass]:
    """Store a batch, and say the class of each. What waited for one of its cases takes effect in the same transaction.

    `actor` is the person who asked for it, where it is not the machine.
    """
    kept = [(one.position, attached) for one in batch for attached in one.one.attachments]
    for _, attached in kept:
        keep_bytes(attached.content, house.settings.raw)
    with writing(house.store) as transaction:
        planning = _Planning(house, transaction, batch)
        plans = [planned for one in batch for planned in planning.plan(one)]
        now = utc_now()
        _write_versions(transaction, plans, under_way, now)
        _write_records(transaction, plans, under_way, file_id, actor or house.settings.actor, now)
        for one in batch:
            if one.one.withdrawn_as_of:
                changes.add_withdrawals(transaction, file_id, one.one.withdrawn, one.one.withdrawn_as_of)
        entries = [entry for plan in plans for entry in _entries(plan)]
        changes.append_audit(transaction, actor or house.settings.actor, entries, now)
    return [plan.record_class for plan in plans if plan.of is None]


class _Planning:
    """Decides, record by record in order of receipt, on what the store knew and what the batch has added to it."""

    def __init__(self, house: House, transaction: Any, batch: Sequence[Arrived]) -> None:
        keys = [one.one.key for one in batch if one.one.key]
        named = [key for one in batch for key in one.one.withdrawn]
        self._house = house
        self._stored = reads.versions_of(transaction, [*keys, *named])
        self._waiting = record_reads.waiting_nullifications(transaction, keys)
        self._held = record_reads.held_contents(transaction, keys)
        self._withdrawn = record_reads.withdrawals_of(transaction, keys)
        self._waiting_here: dict[str, list[_Plan]] = {}

    def plan(self, arrived: Arrived) -> Iterable[_Plan]:
        one = arrived.one
        if one.withdrawn_as_of is not None:
            yield from self._withdrawal(arrived, one.withdrawn_as_of)
            return
        arrival, key = self._class_of(arrived)
        plan = _Plan(arrived, arrival.record_class, (*one.findings, *arrival.findings))
        if key is None or one.key is None or one.document is None:
            self._remember_held(plan)
            yield plan
            return
        if is_withdrawn(key, self._withdrawn.get(one.key)):
            plan.findings = (*plan.findings, WITHDRAWN)
        assessment = one.assessment or plain(assess(decode_case(one.document), self._house.knowledge, accepted=True))
        plan.version = NewVersion(one.key, key, arrival.record_class, one.document, assessment, one.product_is_suspect)
        self._stored.setdefault(one.key, []).append(key)
        yield plan
        yield from self._applied(one.key)

    def _class_of(self, arrived: Arrived) -> tuple[Arrival, VersionKey | None]:
        """The one class of a record, and its place among the versions of its case where it is to be stored."""
        one, held = arrived.one, arrived.held
        if one.key is None or one.version is None:
            return Arrival(one.settled or RecordClass.QUARANTINED), None
        stored = self._stored.get(one.key, [])
        if held and held.action == ACCEPTED:
            key = upheld(one.version, stored)
            return Arrival(_kind(key, stored)), key
        arrival = Arrival(one.settled) if one.settled else arrive(one.version, stored)
        if one.is_held and arrival.record_class is not RecordClass.DUPLICATE:
            arrival = Arrival(RecordClass.QUARANTINED)
        if arrival.record_class is RecordClass.QUARANTINED and self._is_held_already(arrived):
            return Arrival(RecordClass.DUPLICATE, (HELD_ALREADY,)), None
        is_stored = arrival.record_class not in (
            RecordClass.QUARANTINED,
            RecordClass.DUPLICATE,
            RecordClass.OUT_OF_SCOPE,
        )
        return arrival, one.version if is_stored else None

    def _is_held_already(self, arrived: Arrived) -> bool:
        """Whether the same content is held by an earlier record; a record taken up again is not its own duplicate."""
        earlier = self._held.get((arrived.one.key or "", arrived.one.content_hash or ""))
        return earlier is not None and (arrived.held is None or earlier < arrived.held.record_id)

    def _remember_held(self, plan: _Plan) -> None:
        one = plan.arrived.one
        if plan.record_class is not RecordClass.QUARANTINED or one.key is None or one.content_hash is None:
            return
        self._held.setdefault((one.key, one.content_hash), 0)
        if plan.arrived.held is None and any(finding.check == WAITS for finding in plan.findings):
            self._waiting_here.setdefault(one.key, []).append(plan)

    def _applied(self, case_key: str) -> Iterable[_Plan]:
        """The nullifications that waited for a case which is there now."""
        for waiting in self._waiting.pop(case_key, []):
            yield self._apply(case_key, waiting.document, waiting.content_hash, Held(waiting.record_id, APPLIED), None)
        for plan in self._waiting_here.pop(case_key, []):
            one = plan.arrived.one
            if one.document is not None and one.content_hash is not None:
                yield self._apply(case_key, one.document, one.content_hash, None, plan)

    def _apply(
        self, case_key: str, document: dict[str, Any], content: str, held: Held | None, of: _Plan | None
    ) -> _Plan:
        case = decode_case(document)
        key = version_key(case, content)
        suspect = suspects_product(self._house.knowledge, case)
        record_class = RecordClass.NULLIFICATION
        version = NewVersion(
            case_key, key, record_class, document, plain(assess(case, self._house.knowledge, accepted=True)), suspect
        )
        self._stored.setdefault(case_key, []).append(key)
        one = Prepared("", (), key=case_key, version=key)
        return _Plan(Arrived(0, one, held), record_class, version=version, of=of)

    def _withdrawal(self, arrived: Arrived, as_of: date) -> Iterable[_Plan]:
        """A list of deleted cases: the product's each nullify one, the others are out of scope together."""
        one = arrived.one
        matched = [
            (number, key)
            for number, key in enumerate(one.withdrawn, 1)
            if any(is_withdrawn(version, as_of) for version in self._stored.get(key, ()))
        ]
        if rest := one.reports - len(matched):
            together = Prepared(one.place, (), RecordClass.OUT_OF_SCOPE, rest)
            yield _Plan(Arrived(arrived.position, together), RecordClass.OUT_OF_SCOPE)
        for number, key in matched:
            alone = Prepared(f"{one.place}, {number}", (), key=key)
            yield _Plan(Arrived(arrived.position + number, alone), RecordClass.NULLIFICATION)


def _kind(key: VersionKey, stored: Sequence[VersionKey]) -> RecordClass:
    """The class of a version that a person took in."""
    if key.is_nullification:
        return RecordClass.NULLIFICATION
    if not stored:
        return RecordClass.NEW
    return RecordClass.AMENDMENT if key.is_amendment else RecordClass.FOLLOW_UP


def _write_versions(transaction: Any, plans: Sequence[_Plan], under_way: Run, now: datetime) -> None:
    with_version = [plan for plan in plans if plan.version is not None]
    versions = [plan.version for plan in with_version if plan.version is not None]
    ids = changes.add_case_versions(transaction, versions, __version__, under_way.id, now)
    for plan, version_id in zip(with_version, ids, strict=True):
        plan.version_id = version_id


def _write_records(
    transaction: Any, plans: Sequence[_Plan], under_way: Run, file_id: int, actor: str, now: datetime
) -> None:
    new = [plan for plan in plans if not plan.is_step]
    rows = [
        _described(plan)
        | {"file_id": file_id, "run_id": under_way.id, "position": plan.arrived.position, "received_at": now}
        for plan in new
    ]
    for plan, record_id in zip(new, changes.add_records(transaction, rows), strict=True):
        plan.record_id = record_id
    steps = [plan for plan in plans if plan.is_step]
    for plan in steps:
        plan.record_id = plan.of.record_id if plan.of else plan.arrived.held.record_id if plan.arrived.held else 0
    taken_up = [_step(plan) | {"run_id": under_way.id, "actor": actor, "at": now} for plan in steps]
    for plan, step_id in zip(steps, changes.add_steps(transaction, taken_up), strict=True):
        plan.step_id = step_id
    read = [plan for plan in plans if not plan.is_step or _is_read_anew(plan)]
    changes.add_findings(transaction, [(plan.record_id, plan.step_id, plan.findings) for plan in read])
    changes.add_held_documents(
        transaction,
        [
            {"record_id": plan.record_id, "step_id": plan.step_id, "document": plan.arrived.one.document}
            for plan in read
            if plan.record_class is RecordClass.QUARANTINED and plan.arrived.one.document is not None
        ],
    )
    changes.add_attachments(
        transaction,
        [
            {"record_id": plan.record_id, "sha256": attached.sha256, "size": len(attached.content)}
            for plan in read
            for attached in plan.arrived.one.attachments
        ],
    )


def _is_read_anew(plan: _Plan) -> bool:
    return plan.arrived.held is not None and plan.arrived.held.action == REPLAYED


def _described(plan: _Plan) -> dict[str, Any]:
    one = plan.arrived.one
    return {
        "place": one.place[:200],
        "case_key": one.key[:200] if one.key else None,
        "content_hash": one.content_hash,
        "record_class": plan.record_class.value,
        "reports": one.reports,
        "case_version_id": plan.version_id,
    }


def _step(plan: _Plan) -> dict[str, Any]:
    """A step; only a record that was read anew may stand elsewhere or say something else than before."""
    held = plan.arrived.held or Held(plan.record_id, APPLIED)
    described = _described(plan) if _is_read_anew(plan) else {"record_class": plan.record_class.value}
    return described | {
        "record_id": plan.record_id,
        "action": held.action,
        "reason": held.reason,
        "case_version_id": plan.version_id,
    }


def _entries(plan: _Plan) -> Iterable[AuditEntry]:
    """The audit rows of a record that was stored or held; duplicates and other products are counted with the file."""
    one = plan.arrived.one
    done = {"record": plan.record_id, "class": str(plan.record_class)}
    if plan.step_id is not None:
        action = plan.arrived.held.action if plan.arrived.held else APPLIED
        yield AuditEntry(f"held record {action}", f"record {plan.record_id}", done | {"step": plan.step_id})
    if plan.version_id is not None:
        yield AuditEntry("case version stored", f"case {one.key}", done | {"version": plan.version_id})
    elif plan.record_class is RecordClass.NULLIFICATION:
        yield AuditEntry("case withdrawn", f"case {one.key}", done)
    elif plan.record_class is RecordClass.QUARANTINED and plan.step_id is None:
        reasons = Counter(finding.check for finding in plan.findings if finding.severity is Severity.CRITICAL)
        yield AuditEntry("record held", f"record {plan.record_id}", {"reasons": dict(reasons)})
