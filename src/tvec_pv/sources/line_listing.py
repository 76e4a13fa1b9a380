"""Line listings: CSV or XLSX with the columns of docs/reference/line-listing.md.

Rows that follow each other with the same case_id and version are one report: the first gives what is said of the
case, and each may add a reaction, a drug with one dose, and a test.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.domain.findings import Finding, Severity
from tvec_pv.domain.records import Record
from tvec_pv.sources.guard import guarded_record
from tvec_pv.sources.line_listing_case import COLUMNS, Row, read_case

LONGEST_CELL = 10_000_000
REQUIRED = ("case_id", "reaction", "drug")


class _Line(NamedTuple):
    number: int
    row: Row
    has_more: bool


def is_listing(header: Iterable[str]) -> bool:
    return set(REQUIRED) <= {name.strip().lower() for name in header}


def read(path: Path) -> Iterator[Record]:
    """One record per report; unknown columns are a finding on each, because what they say was not read."""
    with path.open("rb") as file:
        is_archive = file.read(2) == b"PK"
    table = _xlsx_rows(path) if is_archive else _csv_rows(path)
    header = [str(name or "").strip().lower() for name in next(table, ())]
    if not is_listing(header):
        raise UnreadableFile(f"a line listing needs at least the columns {', '.join(REQUIRED)}")
    if doubled := sorted({name for name in header if name and header.count(name) > 1}):
        raise UnreadableFile(f"the column {', '.join(doubled)} stands twice: which of them holds?")
    unknown = tuple(
        Finding(
            "LIST-COLUMN", Severity.WARNING, "the listing has a column that is not read: see the documented ones", name
        )
        for name in header
        if name and name not in COLUMNS
    )
    lines = (
        _Line(
            number,
            dict(zip(header, map(_text, cells), strict=False)),
            any(cell not in (None, "") for cell in cells[len(header) :]),
        )
        for number, cells in enumerate(table, 2)
        if any(cell not in (None, "") for cell in cells)
    )
    for _, group in groupby(lines, key=lambda line: (line.row.get("case_id", ""), line.row.get("version", ""))):
        rows = list(group)
        first, last = rows[0].number, rows[-1].number
        where = f"row {first}" if first == last else f"rows {first} to {last}"
        record = guarded_record(where, partial(read_case, [line.row for line in rows]))
        beyond = (_BEYOND,) if any(line.has_more for line in rows) else ()
        yield replace(record, findings=unknown + beyond + record.findings)


_BEYOND = Finding(
    "LIST-CELLS",
    Severity.WARNING,
    "a row has more cells than the listing has columns; what stands in them was not read (is a comma not quoted?)",
)


def header_of(path: Path) -> list[str]:
    """The column names of a CSV file, to tell what it is."""
    return [str(name) for name in next(_csv_rows(path), ())]


def _csv_rows(path: Path) -> Iterator[tuple[object, ...]]:
    csv.field_size_limit(LONGEST_CELL)
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    lines = io.StringIO(text.replace("\0", ""), newline="")
    try:
        for row in csv.reader(lines, delimiter=_delimiter(text), strict=True):
            yield tuple(row)
    except csv.Error as error:
        raise UnreadableFile(
            "a quotation mark is not closed, or a cell is too long: the rest cannot be told"
        ) from error


def _delimiter(text: str) -> str:
    """What separates the columns: spreadsheets of many countries write semicolons, some tools tabs."""
    header = text[: text.find("\n")] if "\n" in text else text
    return max(",;\t", key=header.count)


def _xlsx_rows(path: Path) -> Iterator[tuple[object, ...]]:
    from openpyxl import load_workbook

    with path.open("rb") as file:
        try:
            workbook = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        except (OSError, KeyError, ValueError) as error:
            raise UnreadableFile("the workbook cannot be opened: save it again as .xlsx") from error
        sheet = workbook.worksheets[0]
        sheet.reset_dimensions()
        yield from sheet.iter_rows(values_only=True)


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == cell.time().min else cell.isoformat(timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
