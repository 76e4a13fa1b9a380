"""Line listings: CSV or XLSX with the columns of docs/reference/line-listing.md.

Rows that follow each other with the same case_id and version are one report: the first gives what is said of the
case, and each may add a reaction, a drug with one dose, and a test.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import groupby
from pathlib import Path

from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.domain.records import Record
from tvec_pv.sources.guard import guarded_record
from tvec_pv.sources.line_listing_case import COLUMNS, read_case
from tvec_pv.sources.table import (
    MORE_SHEETS,
    MOST_OF_ROWS,
    MOST_ROWS,
    TOO_LONG,
    Line,
    Row,
    cell_findings,
    check_names,
    is_too_long,
    open_table,
    row_of,
    unread_columns,
)

REQUIRED = ("case_id", "reaction", "drug")


def is_listing(header: Iterable[str]) -> bool:
    return set(REQUIRED) <= {name.lower() for name in header}


def read(path: Path) -> Iterator[Record]:
    """One record per report; unknown columns are a finding on each, because what they say was not read."""
    table = open_table(path)
    names = [name.lower() for name in table.names]
    if not is_listing(names):
        raise UnreadableFile(f"a line listing needs at least the columns {', '.join(REQUIRED)}")
    check_names(names)
    unknown = unread_columns(name for name in names if name and name not in COLUMNS)
    once = (MORE_SHEETS,) if table.has_more_sheets else ()
    for lines, rows in reports((line, row_of(names, line)) for line in table.lines):
        first, last = lines[0].number, lines[-1].number
        where = f"row {first}" if first == last else f"rows {first} to {last}"
        if is_too_long(lines):
            yield Record(f"row {first} and those after it", None, (TOO_LONG,))
            continue
        record = guarded_record(where, partial(read_case, rows))
        yield replace(record, findings=once + unknown + cell_findings(names, lines) + record.findings)
        once = ()


def reports(lines: Iterable[tuple[Line, Row]]) -> Iterator[tuple[list[Line], list[Row]]]:
    """The rows of each report; of one that is too long, no more than say so."""
    for _, group in groupby(lines, key=lambda line: (line[1].get("case_id", ""), line[1].get("version", ""))):
        numbered: list[Line] = []
        rows: list[Row] = []
        size = 0
        for line, row in group:
            numbered.append(line)
            rows.append(row)
            size += line.size
            if len(rows) > MOST_ROWS or size > MOST_OF_ROWS:
                break
        yield numbered, rows
