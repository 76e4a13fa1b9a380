"""Intake: keep each file's bytes, read its records, check and classify them, and store each in its one class."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from tvec_pv import __version__
from tvec_pv.actions.runs import House, Run, run, utc_now
from tvec_pv.checks.suites import check_cases
from tvec_pv.domain.assessment import assess
from tvec_pv.domain.case_json import content_hash, encode
from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.domain.findings import Finding, Severity, critical
from tvec_pv.domain.icsr import Case, NullificationAmendment, case_key, is_suspect
from tvec_pv.domain.product_names import Verdict, match_case, product_drugs
from tvec_pv.domain.records import Balance, Deletions, Envelope, Item, OtherProducts, Record, RecordClass, add_up
from tvec_pv.domain.validity import MINIMUM_CRITERIA, missing_criteria, names_a_medicine
from tvec_pv.domain.versions import Arrival, VersionKey, arrive, version_key
from tvec_pv.progress import report
from tvec_pv.sources.formats import Options, detect, find_files, read
from tvec_pv.store import changes, reads
from tvec_pv.store.database import reading, writing
from tvec_pv.store.raw_files import RawFile, keep, shown_name

STORED = (RecordClass.NEW, RecordClass.FOLLOW_UP, RecordClass.AMENDMENT, RecordClass.NULLIFICATION)


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one file."""

    name: str
    sha256: str
    format: str
    balance: Balance
    is_repeat: bool
    findings: tuple[dict[str, str], ...]


@dataclass(frozen=True, slots=True)
class IntakeResult:
    """What a run took in. `is_unchanged` says that every file was known before."""

    run: int
    files: tuple[FileResult, ...]

    @property
    def balance(self) -> Balance:
        return add_up(file.balance for file in self.files)

    @property
    def is_unchanged(self) -> bool:
        return all(file.is_repeat for file in self.files)

    @property
    def lines(self) -> list[str]:
        """What the operator reads: each file, an alert or that nothing changed, and the balance last."""
        lines = []
        for file in self.files:
            classes = ", ".join(f"{count} {one}" for one, count in file.balance.classes.items() if count)
            again = ", received before" if file.is_repeat else ""
            lines.append(
                f"{file.name} ({file.format}{again}): received {file.balance.received}: {classes or 'nothing'}"
            )
        if not self.files:
            lines.append("ALERT: the inbox is empty; if reports were expected, ask the source")
        elif self.is_unchanged:
            lines.append("nothing changed: every file was taken in before")
        return [*lines, self.balance.sentence]

    def as_json(self) -> dict[str, Any]:
        """The documented form of `tvec-pv intake --json`."""
        return {
            "run": self.run,
            "received": self.balance.received,
            "classes": {str(one): count for one, count in self.balance.classes.items()},
            "files": [
                {
                    "name": file.name,
                    "sha256": file.sha256,
                    "format": file.format,
                    "received": file.balance.received,
                    "classes": {str(one): count for one, count in file.balance.classes.items() if count},
                    "findings": list(file.findings),
                }
                for file in self.files
            ],
        }


@dataclass(slots=True)
class _Prepared:
    """A record on its way into the store."""

    position: int
    record: Record | OtherProducts
    findings: list[Finding] = field(default_factory=list)
    document: dict[str, Any] = field(default_factory=dict)
    hash: str | None = None
    settled: RecordClass | None = None

    @property
    def case(self) -> Case | None:
        return self.record.case if isinstance(self.record, Record) else None

    @property
    def key(self) -> str | None:
        return case_key(self.case) if self.case else None


def take_in(house: House, paths: Sequence[Path]) -> IntakeResult:
    """Take in every file that the paths name or hold. The same bytes are taken in once, however often they come."""
    files = find_files(list(paths))
    with run(house, "intake") as under_way:
        results = []
        for number, path in enumerate(files):
            report("reading", number, len(files), shown_name(path))
            results.append(_take_file(house, under_way, path))
        report("reading", len(files), len(files))
        result = IntakeResult(under_way.id, tuple(results))
        under_way.summary.update(
            received=result.balance.received,
            classes={str(one): count for one, count in result.balance.classes.items()},
            files=len(files),
        )
    return result


def _take_file(house: House, under_way: Run, path: Path) -> FileResult:
    raw = keep(path, house.settings.raw)
    with reading(house.store) as connection:
        known = reads.file_state(connection, raw.sha256)
        if known and known.is_complete:
            earlier = reads.file_classes(connection, known.id)
    if known and known.is_complete:
        return _receive_again(house, under_way, raw, known.id, sum(earlier.values()))
    return _receive(house, under_way, raw)


def _receive_again(house: House, under_way: Run, raw: RawFile, file_id: int, reports: int) -> FileResult:
    """Bytes that were taken in before: each of their reports is a duplicate, and nothing is stored again."""
    balance = Balance(reports, {RecordClass.DUPLICATE: reports})
    with writing(house.store) as transaction:
        _add_receipt(house, transaction, under_way, file_id, raw, balance, is_repeat=True)
    with reading(house.store) as connection:
        file_format = next(
            one["format"] for one in reads.run_receipts(connection, under_way.id) if one["file_id"] == file_id
        )
    return FileResult(raw.name, raw.sha256, file_format, balance, is_repeat=True, findings=())


def _receive(house: House, under_way: Run, raw: RawFile) -> FileResult:
    name, records = _open(house, raw)
    with writing(house.store) as transaction:
        file_id = changes.add_file(transaction, raw, name, under_way.id)
    with reading(house.store) as connection:
        recorded = reads.recorded_positions(connection, file_id)
    received = 0
    numbered = enumerate(records, 1)
    while batch := list(islice(numbered, house.settings.batch_size)):
        received += sum(_reports(record) for _, record in batch)
        _store_batch(house, under_way, file_id, [one for one in batch if one[0] not in recorded])
    with reading(house.store) as connection:
        balance = Balance(received, reads.file_classes(connection, file_id))
        findings = reads.file_findings(connection, file_id)
    with writing(house.store) as transaction:
        if balance.difference == 0:
            changes.complete_file(transaction, file_id, utc_now())
        _add_receipt(house, transaction, under_way, file_id, raw, balance, is_repeat=False)
    return FileResult(raw.name, raw.sha256, name, balance, is_repeat=False, findings=tuple(findings))


def _open(house: House, raw: RawFile) -> tuple[str, Iterator[Record | OtherProducts]]:
    """The name of a file's format and its records; of an unknown format, one unreadable record."""
    options = Options(house.knowledge.product, house.settings.schemas, house.settings.mappings)
    try:
        file_format = detect(raw.path, options)
    except UnreadableFile as error:
        return "unknown", iter([_unreadable(error)])
    return str(file_format), _guarded(read(raw.path, file_format, options))


def _guarded(records: Iterator[Item]) -> Iterator[Record | OtherProducts]:
    """What breaks a file off while it is read becomes its last record; a file without records is one too."""
    is_empty = True
    try:
        for record in records:
            if isinstance(record, Envelope | Deletions):
                continue
            is_empty = False
            yield record
        if is_empty:
            raise UnreadableFile("the file holds no report")
    except UnreadableFile as error:
        yield _unreadable(error)


def _unreadable(error: UnreadableFile) -> Record:
    return Record("file", None, (Finding("READ-FILE", Severity.CRITICAL, str(error)),))


def _reports(record: Record | OtherProducts) -> int:
    return record.count if isinstance(record, OtherProducts) else 1


def _add_receipt(
    house: House, transaction: Any, under_way: Run, file_id: int, raw: RawFile, balance: Balance, *, is_repeat: bool
) -> None:
    classes = {str(one): count for one, count in balance.classes.items()}
    changes.add_receipt(transaction, under_way.id, file_id, raw.name, balance.received, classes, is_repeat=is_repeat)
    entry = changes.AuditEntry(
        "file received again" if is_repeat else "file received",
        f"file {raw.sha256}",
        {"run": under_way.id, "received": balance.received, "classes": classes},
    )
    changes.append_audit(transaction, house.settings.actor, [entry], utc_now())


def _store_batch(
    house: House, under_way: Run, file_id: int, batch: Sequence[tuple[int, Record | OtherProducts]]
) -> None:
    """Check and classify a batch, then store all of it in one transaction."""
    prepared = [_prepare(house, position, record) for position, record in batch]
    in_scope = [one for one in prepared if one.settled is None and one.case is not None]
    _check(house, under_way, in_scope)
    with writing(house.store) as transaction:
        stored = reads.versions_of(transaction, [one.key for one in in_scope if one.key])
        entries: list[changes.AuditEntry] = []
        findings: dict[int, Sequence[Finding]] = {}
        for one in prepared:
            arrival, key = _class_of(one, stored)
            one.findings.extend(arrival.findings)
            version_id = None
            if arrival.record_class in STORED and key is not None and one.case is not None and one.key is not None:
                version_id = _store_version(
                    house, transaction, under_way, one.case, one.key, one.document, key, arrival
                )
                stored.setdefault(one.key, []).append(key)
            record_id = _store_record(transaction, under_way, file_id, one, arrival, version_id)
            findings[record_id] = one.findings
            if entry := _entry(one, arrival, record_id, version_id):
                entries.append(entry)
        changes.add_findings(transaction, findings)
        changes.append_audit(transaction, house.settings.actor, entries, utc_now())


def _prepare(house: House, position: int, record: Record | OtherProducts) -> _Prepared:
    """Settle what needs no look at the store: unreadable records, and those of other products."""
    if isinstance(record, OtherProducts):
        return _Prepared(position, record, settled=RecordClass.OUT_OF_SCOPE)
    one = _Prepared(position, record, findings=list(record.findings))
    if record.case is None:
        one.settled = RecordClass.QUARANTINED
        return one
    one.document = encode(record.case)
    one.hash = content_hash(one.document)
    match = match_case(house.knowledge.product, record.case)
    if match.verdict is Verdict.UNDECIDED:
        one.findings.append(
            Finding("PRODUCT-UNDECIDED", Severity.CRITICAL, "a medicine may or may not be the product", "G.k.2.2")
        )
        one.settled = RecordClass.QUARANTINED
    elif match.verdict is Verdict.OTHER and any(names_a_medicine(drug) for drug in record.case.drugs):
        one.findings.append(
            Finding("PRODUCT-OTHER", Severity.INFO, "no medicine of the report is the product", "G.k.2.2")
        )
        one.settled = RecordClass.OUT_OF_SCOPE
    return one


def _check(house: House, under_way: Run, prepared: Sequence[_Prepared]) -> None:
    """Findings of the suites and of the minimum criteria, on the records they are about."""
    if not prepared:
        return
    cases = [one.case for one in prepared if one.case is not None]
    today = under_way.started_at.date()
    checked = check_cases(cases, house.knowledge.product, house.settings.expectations, today)
    for one, case, findings in zip(prepared, cases, checked, strict=True):
        one.findings.extend((*findings, *missing_criteria(case)))


def _class_of(one: _Prepared, stored: dict[str, list[VersionKey]]) -> tuple[Arrival, VersionKey | None]:
    """The one class of a record, and its place among the versions of its case where it has one."""
    if one.settled is not None:
        return Arrival(one.settled), None
    if one.case is None or one.key is None or one.hash is None:
        return Arrival(RecordClass.QUARANTINED), None
    key = version_key(one.case, one.hash)
    arrival = arrive(one.case, key, stored.get(one.key, []))
    if _is_held(one, one.case) and arrival.record_class is not RecordClass.DUPLICATE:
        return Arrival(RecordClass.QUARANTINED), None
    return arrival, key


def _is_held(one: _Prepared, case: Case) -> bool:
    """Critical findings hold a record. A nullification need not name patient, reaction and product once more."""
    held = critical(tuple(one.findings))
    if case.nullification_amendment == NullificationAmendment.NULLIFICATION:
        held = tuple(finding for finding in held if finding.check not in MINIMUM_CRITERIA)
    return bool(held)


def _store_version(
    house: House,
    transaction: Any,
    under_way: Run,
    case: Case,
    number: str,
    document: dict[str, Any],
    key: VersionKey,
    arrival: Arrival,
) -> int:
    now = utc_now()
    version_id = changes.add_case_version(
        transaction,
        number,
        key,
        arrival.record_class,
        document,
        product_is_suspect=any(is_suspect(drug) for drug in product_drugs(house.knowledge.product, case)),
        run_id=under_way.id,
        at=now,
    )
    changes.add_assessment(transaction, version_id, assess(case, house.knowledge), __version__, now)
    return version_id


def _store_record(
    transaction: Any, under_way: Run, file_id: int, one: _Prepared, arrival: Arrival, version_id: int | None
) -> int:
    return changes.add_record(
        transaction,
        file_id=file_id,
        run_id=under_way.id,
        position=one.position,
        place=one.record.where[:200],
        case_key=one.key[:200] if one.key else None,
        content_hash=one.hash,
        record_class=arrival.record_class,
        reports=_reports(one.record),
        case_version_id=version_id,
        received_at=utc_now(),
    )


def _entry(one: _Prepared, arrival: Arrival, record_id: int, version_id: int | None) -> changes.AuditEntry | None:
    """The audit row of a record that was stored or held; duplicates and other products are counted with the file."""
    if version_id is not None:
        return changes.AuditEntry(
            "case version stored",
            f"case {one.key}",
            {"record": record_id, "version": version_id, "class": str(arrival.record_class)},
        )
    if arrival.record_class is RecordClass.QUARANTINED:
        reasons = Counter(finding.check for finding in one.findings if finding.severity is Severity.CRITICAL)
        return changes.AuditEntry("record held", f"record {record_id}", {"reasons": dict(reasons)})
    return None
