"""A partner's line listing, read by its mapping file into the rows of our own listing, and then as those are."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.domain.findings import Finding, Severity
from tvec_pv.domain.icsr import Case
from tvec_pv.domain.records import Record
from tvec_pv.sources.guard import guarded_record
from tvec_pv.sources.line_listing import reports
from tvec_pv.sources.line_listing_case import COLUMNS, read_case
from tvec_pv.sources.mapping import DATES, REPORT, Column, ListingMapping, canonical, find_mapping
from tvec_pv.sources.reading import Reading
from tvec_pv.sources.table import (
    MORE_SHEETS,
    TOO_LONG,
    Cell,
    Line,
    Row,
    cell_findings,
    check_names,
    is_filled,
    is_too_long,
    open_table,
    row_of,
    text,
    unread_columns,
)

_NAMES = tuple(COLUMNS)
# What a row says of one reaction, one medicine, one test; the first of each names it.
GROUPS = (
    _NAMES[_NAMES.index("reaction") : _NAMES.index("drug")],
    _NAMES[_NAMES.index("drug") : _NAMES.index("test_name")],
    _NAMES[_NAMES.index("test_name") : _NAMES.index("narrative")],
)
_COMMA_NUMBER = re.compile(r"-?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?", re.ASCII)
_OF_THE_CASE = tuple(name for name in _NAMES if not any(name in group for group in GROUPS))
_SEVERAL_IN_ONE = ("seriousness", "medical_history")  # our listing writes them in one cell, with ";" between them


def read_by_content(path: Path, folder: Path | None) -> Iterator[Record]:
    """The records of a listing, by the mapping of the folder that fits it."""
    mapping = find_mapping(path, folder)
    if mapping is None:
        raise UnreadableFile("the mapping by which this listing was to be read is not there any more")
    yield from read(path, mapping)


def read(path: Path, mapping: ListingMapping) -> Iterator[Record]:
    """One record per report. Columns that the mapping neither maps nor ignores are a finding on each."""
    table = open_table(path, mapping.header_row, mapping.sheet)
    if not mapping.fits(table.names):
        raise UnreadableFile("the listing lacks columns that its mapping requires")
    names = [canonical(name) for name in table.names]
    check_names(names)
    always = (_used(mapping), *unread_columns(unmapped(mapping, table.names)))
    once = (MORE_SHEETS,) if table.has_more_sheets else ()
    named = ((line, row_of(names, line)) for line in table.lines)
    ids = {column.to: name for name, column in mapping.columns.items() if column.to in ("case_id", "version")}
    keyed = ((line, {to: row.get(name, "") for to, name in ids.items()}) for line, row in named)
    groups = ([line] for line, _ in keyed) if mapping.one_row_per == REPORT else (lines for lines, _ in reports(keyed))
    for lines in groups:
        first, last = lines[0].number, lines[-1].number
        where = f"row {first}" if first == last else f"rows {first} to {last}"
        if is_too_long(lines):
            yield Record(f"row {first} and those after it", None, (TOO_LONG,))
            continue
        record = guarded_record(where, partial(_read_report, mapping, names, lines))
        yield replace(record, findings=once + always + cell_findings(names, lines) + record.findings)
        once = ()


def unmapped(mapping: ListingMapping, header: Sequence[str]) -> list[str]:
    """The columns of a header that the mapping neither maps nor ignores."""
    known = mapping.columns.keys() | mapping.ignored
    return [name for name in header if canonical(name) and canonical(name) not in known]


def _used(mapping: ListingMapping) -> Finding:
    """Which mapping a case was read by: without it, nobody could show how its values came about."""
    where = f"{mapping.file} {mapping.sha256[:12]}"
    return Finding("MAP-USED", Severity.INFO, "read by a mapping file, named with the start of its hash", where=where)


class _Cells(Reading):
    """Reads the cells of one row by the mapping's columns."""

    def values(self, column: Column, cell: Cell) -> list[str]:
        """What a cell says in our words: several where the mapping names what separates them."""
        given = text(cell)
        parts = [part.strip() for part in given.split(column.separator)] if column.separator else [given]
        while parts and not parts[-1]:
            parts.pop()
        read = [self._value(column, cell, part) if part else "" for part in parts]
        return ["; ".join(part for part in read if part)] if column.to in _SEVERAL_IN_ONE else read

    def _value(self, column: Column, cell: Cell, given: str) -> str:
        if canonical(given) in column.words:
            return column.words[canonical(given)]
        if column.to in DATES and isinstance(cell, str) and column.dates:
            return self._date(column, given)
        if column.decimal == "," and isinstance(cell, str):
            return self._number(column, given)
        return column.prefix + given

    def _number(self, column: Column, given: str) -> str:
        """A number with a decimal comma. "2.5" is none: it would become 25."""
        if _COMMA_NUMBER.fullmatch(given):
            return given.replace(".", "").replace(",", ".")
        self.flag("READ-NUMBER", "the number could not be read: not written with a decimal comma", column)
        return ""

    def _date(self, column: Column, given: str) -> str:
        for form in column.dates:
            if found := form.read(given):
                return found
        self.flag("READ-DATE", "the date could not be read: not written in a form that the mapping gives", column)
        return ""

    def flag(self, check: str, message: str, column: Column, severity: Severity = Severity.WARNING) -> None:
        self.where = column.name
        self.problem(check, message, COLUMNS[column.to], severity)


def _read_report(
    mapping: ListingMapping, names: Sequence[str], lines: Sequence[Line]
) -> tuple[Case, tuple[Finding, ...]]:
    read = _Cells()
    rows = _without_repetition([row for line in lines for row in _rows(read, mapping, names, line)])
    _compare(read, mapping, rows)
    case, findings = read_case(rows)
    return case, (*read.findings, *findings)


def _rows(read: _Cells, mapping: ListingMapping, names: Sequence[str], line: Line) -> list[Row]:
    """The rows of our listing that one row of the partner's becomes: one for each reaction, medicine or test in it."""
    values: dict[str, list[str]] = {to: [constant] for to, constant in mapping.constants.items()}
    for name, cell in zip(names, line.cells, strict=False):
        column = mapping.columns.get(name)
        if column is not None and is_filled(cell):
            values[column.to] = read.values(column, cell)
    columns = {column.to: column for column in mapping.columns.values()}
    many: list[Row] = []
    for group in GROUPS:
        count = len(values.get(group[0], ()))
        many.extend({} for _ in range(count - len(many)))
        for to in group:
            given = values.get(to, [])
            if len(given) not in (0, 1, count):
                message = "a list has not as many entries as there are names: whose they are cannot be told, so held"
                read.flag("MAP-LIST", message, columns[to], Severity.CRITICAL)
                continue
            for place in range(count):
                if given and (value := given[place if len(given) == count else 0]):
                    many[place][to] = value
    first = {to: words for to in _OF_THE_CASE if (words := "; ".join(filter(None, values.get(to, ()))))}
    if not many:
        return [first]
    many[0].update(first)
    return many


def _without_repetition(rows: list[Row]) -> list[Row]:
    """Where each reaction has a row, what is said of the medicine stands in each: it is one medicine, and one dose."""
    seen: set[tuple[tuple[str, str], ...]] = set()
    for row in rows:
        for group in GROUPS:
            said = tuple((to, row[to]) for to in group if to in row)
            if said in seen:
                for to in group:
                    row.pop(to, None)
            elif said:
                seen.add(said)
    return rows


def _compare(read: _Cells, mapping: ListingMapping, rows: list[Row]) -> None:
    """The case is read from its first row: where a later one says otherwise, somebody has to look."""
    columns = {column.to: column for column in mapping.columns.values()}
    for to in _OF_THE_CASE:
        if to in columns and any(row.get(to, rows[0].get(to)) != rows[0].get(to) for row in rows):
            message = "rows of one report say different things of the case; what the first of them says was read"
            read.flag("MAP-ROWS", message, columns[to])
