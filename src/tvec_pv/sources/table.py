"""Tables as files: CSV or the sheet of an Excel workbook, read row by row, so that no file has to fit into memory.

What a listing means is the business of the readers that use this. What is so long or so wide that no listing is, is
refused: it would be the memory of the machine that ends the night.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import TypeAlias

from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.domain.findings import Finding, Severity

LONGEST_CELL = 5_000_000  # a narrative has 100,000 letters at most
LONGEST_ROW = 10_000_000  # in cells of two letters it takes twenty times as much memory
MOST_COLUMNS = 16_384
MOST_ROWS, MOST_OF_ROWS = 50_000, 64_000_000  # of one report: how many, and about how many bytes they may take
MOST_NAMED = 20


class Uncomputed(Enum):
    """A cell with a formula and no value: nothing is ever computed here."""

    CELL = "not computed"


Cell: TypeAlias = object
Cells: TypeAlias = Sequence[Cell]
Row: TypeAlias = dict[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """A row that holds something; `number` is its place in the file, the first being 1."""

    number: int
    cells: Cells

    @property
    def size(self) -> int:
        """About how many bytes it takes to hold it."""
        return 60 * len(self.cells) + sum(len(cell) for cell in self.cells if isinstance(cell, str))


@dataclass(frozen=True, slots=True)
class Table:
    """The names in the header as they stand, and the rows under it. `has_more_sheets`: of a workbook, one is read."""

    names: tuple[str, ...]
    lines: Iterator[Line]
    has_more_sheets: bool = False


def open_table(path: Path, header_row: int = 1, sheet: str | None = None) -> Table:
    """The table whose header stands in that row; the first sheet, unless one is named."""
    has_more_sheets = False
    lines: Iterator[tuple[int, Cells]]
    if is_workbook(path):
        from tvec_pv.sources.table_xlsx import Workbook

        workbook = Workbook(path)
        has_more_sheets = sheet is None and len(workbook.sheets) > 1
        lines = workbook.rows(sheet)
    else:
        from tvec_pv.sources.table_csv import csv_rows

        lines = csv_rows(path, header_row)
    header: Cells = ()
    for number, cells in lines:
        if number >= header_row:
            header = cells if number == header_row else ()
            break
    names = tuple(text(cell).strip("\ufeff").strip() for cell in header)
    return Table(names, (Line(*line) for line in lines if any(map(is_filled, line[1]))), has_more_sheets)


def is_workbook(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"PK"


def is_too_long(lines: Sequence[Line]) -> bool:
    """Whether the rows of a report are more than any has; a single one has its limit already."""
    return len(lines) > 1 and (len(lines) > MOST_ROWS or sum(line.size for line in lines) > MOST_OF_ROWS)


def is_filled(cell: Cell) -> bool:
    return cell is not None and cell != ""


def check_names(names: Iterable[str]) -> None:
    """`UnreadableFile` where a column stands twice: nobody knows which of them holds."""
    given = [name for name in names if name]
    if doubled := sorted({name for name in given if given.count(name) > 1}):
        raise UnreadableFile(f"the column {', '.join(doubled[:MOST_NAMED])} stands twice: which of them holds?")


def row_of(names: Sequence[str], line: Line) -> Row:
    """The filled cells of a line as text, by the names of their columns."""
    return {
        name: words
        for name, cell in zip(names, line.cells, strict=False)
        if name and is_filled(cell) and (words := text(cell))
    }


def text(cell: Cell) -> str:
    """A cell as text: dates in ISO 8601, whole numbers without their decimals."""
    if cell is None or cell is Uncomputed.CELL:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == cell.time().min else cell.isoformat(timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def unread_columns(names: Iterable[str]) -> tuple[Finding, ...]:
    """A finding for each column that the reader does not know: what they say was not read."""
    unread = list(dict.fromkeys(names))
    found = [
        Finding(
            "LIST-COLUMN", Severity.WARNING, "the listing has a column that is not read: see the documented ones", name
        )
        for name in unread[:MOST_NAMED]
    ]
    if len(unread) > MOST_NAMED:
        message = f"the listing has {len(unread) - MOST_NAMED} more columns that are not read: see the documented ones"
        found.append(Finding("LIST-COLUMN", Severity.WARNING, message))
    return tuple(found)


def cell_findings(names: Sequence[str], lines: Iterable[Line]) -> tuple[Finding, ...]:
    """What is to be said of the cells of a report, whatever they mean."""
    beyond, spoilt, uncomputed = False, False, dict[str, None]()
    for line in lines:
        for place, cell in enumerate(line.cells):
            if not is_filled(cell):
                continue
            name = names[place] if place < len(names) else ""
            beyond |= not name
            if cell is Uncomputed.CELL:
                uncomputed[name] = None
            elif isinstance(cell, str) and "\ufffd" in cell:
                spoilt = True
    found = [
        Finding(
            "LIST-FORMULA",
            Severity.WARNING,
            "a cell holds a formula without a value, or an error: nothing is computed here, so it counts as empty",
            name,
        )
        for name in uncomputed
    ]
    if spoilt:
        message = "a character could not be read and is shown as U+FFFD: ask for the file in UTF-8"
        found.append(Finding("LIST-TEXT", Severity.WARNING, message))
    if beyond:
        found.append(_BEYOND)
    return tuple(found)


_BEYOND = Finding(
    "LIST-CELLS",
    Severity.WARNING,
    "a row has more cells than the listing has columns; what stands in them was not read (is a comma not quoted?)",
)
MORE_SHEETS = Finding(
    "LIST-SHEETS",
    Severity.WARNING,
    "the workbook has more than one sheet and only the first is read: look whether reports stand in the others",
)
TOO_LONG = Finding(
    "LIST-ROWS",
    Severity.CRITICAL,
    "the report has more or longer rows than any report has, so it was not read: is the number of the case missing "
    "in them?",
)
