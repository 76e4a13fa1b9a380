"""Intake: keep each file's bytes, read its records, check and classify them, and store each in its one class."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tvec_pv.actions.preparation import Judge, Preparation, Received, preparation
from tvec_pv.actions.quality import new_tally, record_profile
from tvec_pv.actions.runs import House, Run, run, utc_now
from tvec_pv.actions.storing import Arrived, Held, store_batch
from tvec_pv.domain.drift import Tally
from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.domain.findings import Finding, Severity
from tvec_pv.domain.records import Balance, Deletions, Envelope, Item, OtherProducts, Record, RecordClass, add_up
from tvec_pv.progress import report
from tvec_pv.sources.detection import detect
from tvec_pv.sources.formats import Options, find_files, read, tables_in
from tvec_pv.store import changes, record_reads
from tvec_pv.store.database import reading, writing
from tvec_pv.store.raw_files import RawFile, clear_unfinished, keep, shown_name

_NOTHING: Mapping[int, Held] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one file. `alert` is what the operator has to know about its coming."""

    name: str
    sha256: str
    format: str
    balance: Balance
    is_repeat: bool
    findings: tuple[dict[str, str], ...]
    alert: str = ""


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
    def alerts(self) -> list[str]:
        """What is no failure, and yet no silent success."""
        if not self.files:
            return ["the inbox is empty; if reports were expected, ask the source"]
        if self.is_unchanged:
            return [
                "every file is byte for byte one that was received before; if new reports were expected, ask the source"
            ]
        return [f"{file.name} {file.alert}" for file in self.files if file.alert]

    @property
    def lines(self) -> list[str]:
        """What the operator reads: each file, the alerts, whether anything changed, and the balance last."""
        lines = []
        for file in self.files:
            classes = ", ".join(f"{count} {one}" for one, count in file.balance.classes.items() if count)
            again = ", received before" if file.is_repeat else ""
            lines.append(
                f"{file.name} ({file.format}{again}): received {file.balance.received}: {classes or 'nothing'}"
            )
        lines.extend(f"ALERT: {alert}" for alert in self.alerts)
        if self.files and self.is_unchanged:
            lines.append("nothing changed: every file was taken in before")
        return [*lines, self.balance.sentence]

    def as_json(self) -> dict[str, Any]:
        """The documented form of `tvec-pv intake --json`."""
        return {
            "run": self.run,
            "received": self.balance.received,
            "classes": {str(one): count for one, count in self.balance.classes.items()},
            "alerts": self.alerts,
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


def take_in(house: House, paths: Sequence[Path]) -> IntakeResult:
    """Take in every file that the paths name or hold. The same bytes are taken in once, however often they come."""
    files = find_files(list(paths))
    with run(house, "intake") as under_way, preparation(judge(house, under_way), house.settings) as prepared:
        clear_unfinished(house.settings.raw)
        results = []
        for group in _groups(house, files):
            results.extend(_take_group(house, under_way, prepared, group))
        report("reading", len(files), len(files))
        result = IntakeResult(under_way.id, tuple(results))
        under_way.summary.update(
            received=result.balance.received,
            classes={str(one): count for one, count in result.balance.classes.items()},
            files=len(files),
            alerts=result.alerts,
        )
    return result


def judge(house: House, under_way: Run) -> Judge:
    return Judge(house.knowledge, house.settings.expectations, under_way.started_at.date())


def _groups(house: House, paths: Sequence[Path]) -> Iterator[list[RawFile]]:
    """Kept files in the order in which they came, small ones together: a check costs as much for one as for a thousand.

    The same bytes twice are never in one group, so that the second time they are known.
    """
    group: list[RawFile] = []
    for number, path in enumerate(paths):
        report("reading", number, len(paths), shown_name(path))
        raw = keep(path, house.settings.raw, tables_in(path))
        if group and (
            sum(one.size for one in group) + raw.size > _TOGETHER or raw.sha256 in {one.sha256 for one in group}
        ):
            yield group
            group = []
        group.append(raw)
    if group:
        yield group


_TOGETHER = 32 * 1024**2


def _take_group(house: House, under_way: Run, prepared: Preparation, group: Sequence[RawFile]) -> list[FileResult]:
    with reading(house.store) as connection:
        known = {raw.sha256: record_reads.file_state(connection, raw.sha256) for raw in group}
        before = {
            raw.sha256: record_reads.last_receipt(connection, raw.name[:500], raw.sha256, under_way.id) for raw in group
        }
    complete = {sha256: state for sha256, state in known.items() if state and state.is_complete}
    opened = {raw.sha256: open_file(house, under_way, raw) for raw in group if raw.sha256 not in complete}
    receive(house, under_way, prepared, list(opened.values()))
    results = []
    for raw in group:
        if raw.sha256 in complete:
            results.append(_receive_again(house, under_way, raw, complete[raw.sha256]))
            continue
        balance, findings = finish_file(house, under_way, opened[raw.sha256])
        name, alert = opened[raw.sha256].format, _shrunk(raw, balance, before[raw.sha256])
        results.append(FileResult(raw.name, raw.sha256, name, balance, False, findings, alert))
    return results


def _shrunk(raw: RawFile, balance: Balance, before: dict[str, Any] | None) -> str:
    if before is None or (balance.received >= before["received"] and raw.size >= before["size"]):
        return ""
    return (
        f"shrank: {balance.received} reports in {raw.size} bytes, and {before['received']} in {before['size']} when a "
        f"file of this name last came, on {before['started_at']:%Y-%m-%d}; ask the source whether it is whole"
    )


def _receive_again(house: House, under_way: Run, raw: RawFile, known: record_reads.FileState) -> FileResult:
    """Bytes that were taken in before: each of their reports is a duplicate, and nothing is stored again."""
    with reading(house.store) as connection:
        reports = sum(record_reads.file_classes(connection, known.id).values())
    balance = Balance(reports, {RecordClass.DUPLICATE: reports})
    with writing(house.store) as transaction:
        _add_receipt(house, transaction, under_way, known.id, raw, balance, is_repeat=True)
    alert = f"is byte for byte a file that was received on {known.received_at:%Y-%m-%d}"
    return FileResult(raw.name, raw.sha256, known.format, balance, True, (), alert)


@dataclass(slots=True)
class OpenFile:
    """A kept file under way. `recorded` are the positions that have their row already and are left alone.

    `taken_up` are held records, by position, that are read anew; a person's name and reason come with them.
    """

    id: int
    raw: RawFile
    format: str
    contents: "Contents"
    recorded: Set[int]
    taken_up: Mapping[int, Held]
    tally: Tally

    def missing(self) -> Iterator[tuple[tuple["OpenFile", int], Received]]:
        for position, item in self.contents.numbered(self.tally):
            if position not in self.recorded:
                yield (self, position), item


def open_file(house: House, under_way: Run, raw: RawFile, taken_up: Mapping[int, Held] = _NOTHING) -> OpenFile:
    """Say that the bytes are here before anything is read from them, then what they are."""
    with writing(house.store) as transaction:
        file_id = changes.add_file(transaction, raw, under_way.id)
    name, contents = open_kept(house, raw)
    with writing(house.store) as transaction:
        changes.describe_file(transaction, file_id, name)
    with reading(house.store) as connection:
        recorded = record_reads.recorded_positions(connection, file_id).keys() - taken_up.keys()
    return OpenFile(file_id, raw, name, contents, recorded, taken_up, new_tally())


def receive(house: House, under_way: Run, prepared: Preparation, files: Sequence[OpenFile]) -> None:
    """Read files to their end, and store what has no row yet, file after file."""
    missing = (item for file in files for item in file.missing())
    for batch in prepared.batches(missing, house.settings.batch_size):
        for _, of_file in groupby(batch, key=lambda one: one[0][0].id):
            some = list(of_file)
            file = some[0][0][0]
            arrived = [Arrived(position, one, file.taken_up.get(position)) for (_, position), one in some]
            store_batch(house, under_way, file.id, arrived)


def finish_file(house: House, under_way: Run, file: OpenFile) -> tuple[Balance, tuple[dict[str, str], ...]]:
    """The balance and the findings of a file that was read to its end; complete only where it balances."""
    contents = file.contents
    with reading(house.store) as connection:
        balance = Balance(contents.received, record_reads.file_classes(connection, file.id))
        findings = record_reads.file_findings(connection, file.id)
    with writing(house.store) as transaction:
        if balance.difference == 0:
            changes.complete_file(transaction, file.id, contents.envelope, utc_now())
            record_profile(transaction, file.id, file.format, contents.envelope.sender, file.raw.name, file.tally)
        _add_receipt(house, transaction, under_way, file.id, file.raw, balance, is_repeat=False)
    return balance, tuple(findings)


@dataclass(slots=True)
class Contents:
    """The items of a file as they are read: how many reports were met so far, and the envelope once it was read."""

    items: Iterator[Item]
    received: int = 0
    envelope: Envelope = field(default_factory=Envelope)

    def numbered(self, tally: Tally | None = None) -> Iterator[tuple[int, Received]]:
        """Each record with its position; what breaks the file off is its last record, and so is that it holds none.

        Every case is counted in the tally, also one that was stored when the file was read before.
        """
        position = 1
        for item in self._whole():
            if isinstance(item, Envelope):
                self.envelope = item
                continue
            if tally is not None and isinstance(item, Record) and item.case is not None:
                tally.add(item.case)
            yield position, item
            self.received += _reports(item)
            position += _width(item)

    def _whole(self) -> Iterator[Item]:
        is_empty = True
        try:
            for item in self.items:
                is_empty = is_empty and isinstance(item, Envelope)
                yield item
            if is_empty:
                raise UnreadableFile("the file holds no report")
        except UnreadableFile as error:
            yield _unreadable(error)


def open_kept(house: House, raw: RawFile) -> tuple[str, Contents]:
    """The name of a file's format and its items; of an unknown format, one unreadable record."""
    options = Options(house.knowledge.product, house.settings.schemas, house.settings.mappings, raw.name)
    try:
        file_format = detect(raw.path, options)
    except UnreadableFile as error:
        return "unknown", Contents(iter([_unreadable(error)]))
    return str(file_format), Contents(read(raw.path, file_format, options))


def _unreadable(error: UnreadableFile) -> Record:
    return Record("file", None, (Finding("READ-FILE", Severity.CRITICAL, str(error)),))


def _reports(item: Received) -> int:
    if isinstance(item, OtherProducts):
        return item.count
    return len(item.case_keys) if isinstance(item, Deletions) else 1


def _width(item: Received) -> int:
    """How many positions an item takes: of a list of deleted cases, each may become a record of its own."""
    return len(item.case_keys) + 1 if isinstance(item, Deletions) else 1


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
