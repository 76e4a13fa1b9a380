"""What a kept file holds: its format, and its records one after another, each with its position."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from tvec_pv.domain.drift import Tally
from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.domain.findings import Finding, Severity
from tvec_pv.domain.records import Deletions, Envelope, Item, OtherProducts, Record
from tvec_pv.reference_files import drift_limits
from tvec_pv.sources.detection import detect
from tvec_pv.sources.formats import Options, read

Received: TypeAlias = Record | OtherProducts | Deletions
UNKNOWN = "unknown"


@dataclass(slots=True)
class Contents:
    """A file under way: how many reports were met so far, what they look like, and the envelope once it was read."""

    format: str
    items: Iterator[Item]
    received: int = 0
    envelope: Envelope = field(default_factory=Envelope)
    tally: Tally = field(default_factory=lambda: Tally(drift_limits().coded))

    def numbered(self) -> Iterator[tuple[int, Received]]:
        """Each record with its position; what breaks the file off is its last record, and so is that it holds none."""
        position = 1
        for item in self._whole():
            if isinstance(item, Envelope):
                self.envelope = item
                continue
            if isinstance(item, Record) and item.case is not None:
                self.tally.add(item.case)
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


def open_contents(path: Path, options: Options) -> Contents:
    """A file by the format that its content shows; one of an unknown format is one unreadable record."""
    try:
        file_format = detect(path, options)
    except UnreadableFile as error:
        return Contents(UNKNOWN, iter([_unreadable(error)]))
    return Contents(str(file_format), read(path, file_format, options))


def _unreadable(error: UnreadableFile) -> Record:
    return Record("file", None, (Finding("READ-FILE", Severity.CRITICAL, str(error)),))


def _reports(item: Received) -> int:
    if isinstance(item, OtherProducts):
        return item.count
    return len(item.case_keys) if isinstance(item, Deletions) else 1


def _width(item: Received) -> int:
    """How many positions an item takes: of a list of deleted cases, each may become a record of its own."""
    return len(item.case_keys) + 1 if isinstance(item, Deletions) else 1
