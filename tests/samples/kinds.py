"""What a sample is: a report, the class in which the night must end it, and what it is there to show."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from tests.factories import LISTING_COLUMNS, e2b_batch, e2b_message, line_listing_csv, line_listing_xlsx
from tvec_pv.domain.icsr import Case
from tvec_pv.domain.records import RecordClass

NEW = RecordClass.NEW
FOLLOW_UP = RecordClass.FOLLOW_UP
AMENDMENT = RecordClass.AMENDMENT
NULLIFICATION = RecordClass.NULLIFICATION
DUPLICATE = RecordClass.DUPLICATE
QUARANTINED = RecordClass.QUARANTINED
OUT_OF_SCOPE = RecordClass.OUT_OF_SCOPE


class Expected(NamedTuple):
    """Where a report stands, by the names that the readers give, and the class it must end in."""

    file: str
    place: str
    case_id: str
    expected: RecordClass


@dataclass(frozen=True)
class Sample:
    """One report. `case` is what was written, where it was written from a case."""

    case_id: str
    expected: RecordClass
    shows: str
    place: str = "file"
    case: Case | None = None


@dataclass(frozen=True)
class SampleFile:
    name: str
    content: bytes
    samples: tuple[Sample, ...]


@dataclass(frozen=True)
class Message:
    """An E2B(R3) message to be."""

    case: Case
    expected: RecordClass
    shows: str


@dataclass(frozen=True)
class Listed:
    """A report of a line listing: one or more rows."""

    rows: Sequence[Mapping[str, Any]]
    expected: RecordClass
    shows: str


def e2b_file(name: str, messages: Iterable[Message], *, batch_id: str, created: str, again: str = "") -> SampleFile:
    """An E2B(R3) file; `again` makes the message ids differ from those of an earlier transmission."""
    messages = tuple(messages)
    written = (
        e2b_message(one.case, message_id=f"{one.case.sender_case_id}{again}" if again else None) for one in messages
    )
    samples = tuple(
        Sample(one.case.sender_case_id or "", one.expected, one.shows, f"message {number}", one.case)
        for number, one in enumerate(messages, 1)
    )
    return SampleFile(name, e2b_batch(*written, batch_id=batch_id, created=created), samples)


def listing_file(name: str, reports: Iterable[Listed], columns: Sequence[str] = LISTING_COLUMNS) -> SampleFile:
    """A line listing, as a workbook or as CSV by its name."""
    reports = tuple(reports)
    rows = [row for report in reports for row in report.rows]
    content = (line_listing_xlsx if name.endswith(".xlsx") else line_listing_csv)(rows, columns)
    samples, number = [], 2
    for report in reports:
        last = number + len(report.rows) - 1
        place = f"row {number}" if last == number else f"rows {number} to {last}"
        samples.append(Sample(str(report.rows[0]["case_id"]), report.expected, report.shows, place))
        number = last + 1
    return SampleFile(name, content, tuple(samples))
