"""EudraVigilance line listings: the public export (adrreports.eu) and EVDAS, as CSV or Excel.

A row is a report. Excel cuts long cells: what does not fit stands in the rows that follow, whose number is empty.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.domain.records import Record
from tvec_pv.sources.eudravigilance_case import (
    COLUMNS,
    LOCAL_NUMBER,
    OTHERS,
    REACTIONS,
    SUSPECTS,
    WORLDWIDE,
    read_case,
)
from tvec_pv.sources.guard import guarded_record
from tvec_pv.sources.table import (
    LONGEST_CELL,
    MORE_SHEETS,
    MOST_ROWS,
    TOO_LONG,
    Line,
    Row,
    cell_findings,
    check_names,
    open_table,
    row_of,
    unread_columns,
)

_LISTS = (REACTIONS, SUSPECTS, OTHERS)


class _Report(NamedTuple):
    """A row with the rows into which its long cells run over."""

    lines: list[Line]
    row: Row

    @property
    def is_too_long(self) -> bool:
        return len(self.lines) > MOST_ROWS or any(len(self.row.get(name, "")) > LONGEST_CELL for name in _LISTS)


def is_listing(header: Iterable[str]) -> bool:
    """Whether these are the columns of a EudraVigilance listing, whichever dash stands in their names."""
    names = {column_name(name) for name in header}
    return {REACTIONS, SUSPECTS} <= names and bool({LOCAL_NUMBER, WORLDWIDE} & names)


def read(path: Path) -> Iterator[Record]:
    """One record per report; unknown columns are a finding on each, because what they say was not read."""
    table = open_table(path)
    names = [column_name(name) for name in table.names]
    if not is_listing(names):
        raise UnreadableFile("a EudraVigilance listing needs a number, its reaction list and its suspect drug list")
    check_names(names)
    unknown = unread_columns(name for name in names if name and name not in COLUMNS)
    is_misread = any(_unmangled(name) != name for name in table.names)
    once = (MORE_SHEETS,) if table.has_more_sheets else ()
    for report in _reports(names, table.lines):
        first, last = report.lines[0].number, report.lines[-1].number
        where = f"row {first}" if first == last else f"rows {first} to {last}"
        if report.is_too_long:
            yield Record(f"row {first} and those after it", None, (TOO_LONG,))
            continue
        row = {name: _unmangled(cell) if is_misread else cell for name, cell in report.row.items()}
        record = guarded_record(where, partial(read_case, row))
        yield replace(record, findings=once + unknown + cell_findings(names, report.lines) + record.findings)
        once = ()


def column_name(name: str) -> str:
    """A column's name in lower case, without the order of what stands in its cells."""
    plain = " ".join(_unmangled(name).strip("\ufeff ").lower().split())
    return next((one for one in _LISTS if plain.startswith(one)), plain)


def _unmangled(text: str) -> str:
    """Text in UTF-8 that somebody read as Windows-1252 and saved."""
    if text.isascii():
        return text
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text


def _reports(names: list[str], lines: Iterable[Line]) -> Iterator[_Report]:
    report: _Report | None = None
    for line in lines:
        row = row_of(names, line)
        if report and row.keys() <= set(_LISTS):
            if not report.is_too_long:
                _run_over(report, names, line)
            continue
        if report:
            yield report
        report = _Report([line], row | _lists(names, line))
    if report:
        yield report


def _lists(names: list[str], line: Line) -> Row:
    """The list cells with their spaces: a cell is cut anywhere, also between two words."""
    cells = zip(names, line.cells, strict=False)
    return {name: cell for name, cell in cells if name in _LISTS and isinstance(cell, str)}


def _run_over(report: _Report, names: list[str], line: Line) -> None:
    report.lines.append(line)
    for name, more in _lists(names, line).items():
        report.row[name] = _joined(report.row.get(name, ""), more)


def _joined(begun: str, more: str) -> str:
    """A cell and what it runs over into: an entry that is whole needs the comma that the cut took away."""
    is_whole = begun.rstrip().endswith(")") and not more.lstrip().startswith((",", "<"))
    return f"{begun}, {more}" if is_whole else begun + more
