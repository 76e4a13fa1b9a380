"""Intake: keep each file's bytes, read its records, check and classify them, and store each in its one class."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tvec_pv.actions.preparation import Judge
from tvec_pv.actions.quality import record_profile
from tvec_pv.actions.runs import House, Run, run, utc_now
from tvec_pv.actions.storing import Arrived, Held, store_batch
from tvec_pv.actions.workers import TOGETHER, Batch, OpenFile, Workers, contents_of, workers
from tvec_pv.domain.records import Balance, RecordClass, add_up
from tvec_pv.progress import report
from tvec_pv.sources.formats import find_files, tables_in
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
    with run(house, "intake") as under_way, workers(judge(house, under_way), house.settings) as at_work:
        clear_unfinished(house.settings.raw)
        begun: deque[_Begun] = deque()
        results: list[FileResult] = []
        for group in _groups(house, files):
            while begun and (len(begun) == at_work.groups_at_once or any(one.holds(group) for one in begun)):
                results.extend(_finished(house, under_way, begun.popleft()))
            begun.append(_begin(house, under_way, at_work, group))
        for one in begun:
            results.extend(_finished(house, under_way, one))
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
            sum(one.size for one in group) + raw.size > TOGETHER or raw.sha256 in {one.sha256 for one in group}
        ):
            yield group
            group = []
        group.append(raw)
    if group:
        yield group


@dataclass(frozen=True, slots=True)
class _Begun:
    """A group of files under way. `complete` are those that were taken in before, `earlier` the last of their names."""

    group: Sequence[RawFile]
    complete: Mapping[str, record_reads.FileState]
    earlier: Mapping[str, dict[str, Any] | None]
    opened: Mapping[str, OpenFile]
    batches: Iterator[Batch]

    def holds(self, group: Sequence[RawFile]) -> bool:
        """Whether any of the bytes of a group are in this one: they are then known only when it is finished."""
        return any(raw.sha256 in self.opened for raw in group)


def _begin(house: House, under_way: Run, at_work: Workers, group: Sequence[RawFile]) -> _Begun:
    with reading(house.store) as connection:
        known = {raw.sha256: record_reads.file_state(connection, raw.sha256) for raw in group}
        earlier = {
            raw.sha256: record_reads.last_receipt(connection, raw.name[:500], raw.sha256, under_way.id) for raw in group
        }
    complete = {sha256: state for sha256, state in known.items() if state and state.is_complete}
    opened = {raw.sha256: open_file(house, under_way, raw) for raw in group if raw.sha256 not in complete}
    return _Begun(group, complete, earlier, opened, at_work.begin(list(opened.values())))


def _finished(house: House, under_way: Run, begun: _Begun) -> Iterator[FileResult]:
    receive(house, under_way, begun.batches)
    for raw in begun.group:
        if raw.sha256 in begun.complete:
            yield _receive_again(house, under_way, raw, begun.complete[raw.sha256])
            continue
        file = begun.opened[raw.sha256]
        balance, findings = finish_file(house, under_way, file)
        alert = _shrunk(raw, balance, begun.earlier[raw.sha256])
        yield FileResult(raw.name, raw.sha256, file.contents.format, balance, False, findings, alert)


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


def open_file(house: House, under_way: Run, raw: RawFile, taken_up: Mapping[int, Held] = _NOTHING) -> OpenFile:
    """Say that the bytes are here before anything is read from them, then what they are.

    `taken_up` are held records, by position, that are to be read anew.
    """
    with writing(house.store) as transaction:
        file_id = changes.add_file(transaction, raw, under_way.id)
    contents = contents_of(raw, house.knowledge.product, house.settings)
    with writing(house.store) as transaction:
        changes.describe_file(transaction, file_id, contents.format)
    with reading(house.store) as connection:
        recorded = record_reads.recorded_positions(connection, file_id).keys() - taken_up.keys()
    return OpenFile(file_id, raw, recorded, contents)


def receive(house: House, under_way: Run, batches: Iterable[Batch], taken_up: Mapping[int, Held] = _NOTHING) -> None:
    """Store what has no row yet, batch after batch. A person's name and reason come with what is `taken_up`."""
    for batch in batches:
        for file_id, of_file in groupby(batch, key=lambda one: one[0].id):
            arrived = [Arrived(position, one, taken_up.get(position)) for _, position, one in of_file]
            store_batch(house, under_way, file_id, arrived)


def finish_file(house: House, under_way: Run, file: OpenFile) -> tuple[Balance, tuple[dict[str, str], ...]]:
    """The balance and the findings of a file that was read to its end; complete only where it balances."""
    contents = file.contents
    with reading(house.store) as connection:
        balance = Balance(contents.received, record_reads.file_classes(connection, file.id))
        findings = record_reads.file_findings(connection, file.id)
    with writing(house.store) as transaction:
        if balance.difference == 0:
            changes.complete_file(transaction, file.id, contents.envelope, utc_now())
            record_profile(transaction, file.id, contents, file.raw.name)
        _add_receipt(house, transaction, under_way, file.id, file.raw, balance, is_repeat=False)
    return balance, tuple(findings)


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
