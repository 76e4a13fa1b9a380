"""Reports whose rows lie in several tables, put together by report number in bounded memory.

FAERS and VAERS are published so. A first pass over every table finds the reports that name the product; a second one
gathers their rows, some reports at a time. Reports of other products are only counted. What does not fit together is
said: with the report that it is about, or once for its table.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple, TypeAlias

from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.domain.findings import Finding, Severity, critical
from tvec_pv.domain.icsr import Case
from tvec_pv.domain.records import OtherProducts, Record
from tvec_pv.domain.remembering import remembered
from tvec_pv.sources.guard import guarded_record

Row: TypeAlias = dict[str, str | None]
Rows: TypeAlias = dict[str, list[Row]]

MOST_REPORTS = 2_000_000  # five times the largest quarter of FAERS
REPORTS_TOGETHER = 2_000
BYTES_TOGETHER = 64 * 1024**2
LONGEST_NUMBER = 100  # of a report; FAERS and VAERS have ten digits at most


@dataclass(frozen=True, slots=True)
class TableFile:
    """One file of a table. `rows` reads its cells below the header, anew each time; a blank line has none."""

    name: str
    columns: tuple[str, ...]
    rows: Callable[[], Iterator[list[str]]]


class Line(NamedTuple):
    """A row of a table as it stands. `is_whole` says that it has a cell for each column and nothing beyond."""

    file: TableFile
    number: int
    report: str
    cells: list[str]
    is_whole: bool

    @property
    def place(self) -> str:
        return f"{self.file.name} row {self.number}"

    @property
    def row(self) -> Row:
        """The cells by column, without spaces around them; an empty one is None."""
        return {column: cell.strip() or None for column, cell in zip(self.file.columns, self.cells, strict=False)}

    @property
    def size(self) -> int:
        """About how many bytes it takes to hold it."""
        return 60 * len(self.cells) + sum(map(len, self.cells))


@dataclass(frozen=True, slots=True)
class Table:
    """A table in one file or several. `key` is the column of the report number, `medicines` are those that tell one.

    Of what is `essential`, a row that cannot be read holds its report back: it may have said what made it serious.
    """

    name: str
    key: str
    files: tuple[TableFile, ...]
    medicines: tuple[str, ...] = ()
    is_essential: bool = False

    def lines(self) -> Iterator[Line]:
        for file in self.files:
            width, key = len(file.columns), file.columns.index(self.key)
            for number, cells in enumerate(file.rows(), 2):
                if cells:
                    report = cells[key].strip() if key < len(cells) else ""
                    is_whole = len(cells) == width or (len(cells) > width and not any(map(str.strip, cells[width:])))
                    yield Line(file, number, report if len(report) <= LONGEST_NUMBER else "", cells, is_whole)


ReadCase: TypeAlias = Callable[[Row, Rows], tuple[Case, tuple[Finding, ...]]]


def read_joined(
    main: Table, parts: Sequence[Table], is_product: Callable[[str], bool], read_case: ReadCase
) -> Iterator[Record | OtherProducts]:
    """The product's reports in the order of the main table, then what else names the product, then all others.

    Every row of the main table is one report received.
    """
    survey = _survey(main, parts, is_product)
    others = size = 0
    together: list[Line] = []
    for line in main.lines():
        if not line.is_whole or not line.report:
            yield Record(line.place, None, (_BROKEN_REPORT if not line.is_whole else _NUMBERLESS,))
        elif line.report not in survey.wanted:
            others += 1
        else:
            together.append(line)
            size += line.size
        if size > BYTES_TOGETHER or len(together) == REPORTS_TOGETHER:
            yield from _records(together, main, parts, survey, read_case)
            together, size = [], 0
    yield from _records(together, main, parts, survey, read_case)
    for report in sorted(survey.wanted - survey.numbers):
        yield Record(f"{main.key} {report or 'without number'}", None, (_ORPHAN,))
    findings = tuple(_about_tables(main, parts, survey))
    if others or findings:
        yield OtherProducts(main.name, others, findings)


@dataclass(slots=True)
class _Survey:
    """What the first pass finds: report numbers of the main table, those in it twice, those that name the product.

    `broken` and `orphans` count rows by table.
    """

    numbers: set[str] = field(default_factory=set)
    repeated: set[str] = field(default_factory=set)
    wanted: set[str] = field(default_factory=set)
    broken: dict[str, int] = field(default_factory=dict)
    orphans: dict[str, int] = field(default_factory=dict)


def _survey(main: Table, parts: Sequence[Table], is_product: Callable[[str], bool]) -> _Survey:
    survey = _Survey()
    names_it = remembered(2**17)(is_product)

    def names_product(line: Line, columns: Sequence[int]) -> bool:
        """Where a row is broken, any of its cells may be the name."""
        cells = [line.cells[column] for column in columns] if line.is_whole else line.cells
        return any(names_it(name) for cell in cells if (name := cell.strip()))

    for table in (main, *parts):
        broken = orphans = 0
        file: TableFile | None = None
        columns: tuple[int, ...] = ()
        for line in table.lines():
            if line.file is not file:
                file, columns = line.file, _places(line.file, table.medicines)
            broken += not line.is_whole
            if table is main:
                known = len(survey.numbers)
                survey.numbers.add(line.report)
                if len(survey.numbers) == known and line.is_whole:
                    survey.repeated.add(line.report)
            elif line.report not in survey.numbers:
                orphans += 1
            if table.medicines and (line.report or table is not main) and names_product(line, columns):
                survey.wanted.add(line.report)
            if max(len(survey.numbers), len(survey.wanted)) > MOST_REPORTS:
                raise UnreadableFile("more than two million reports in one place: give each quarter or year its own")
        survey.numbers.discard("")
        survey.broken[table.name], survey.orphans[table.name] = broken, orphans
    survey.repeated.discard("")
    return survey


def _places(file: TableFile, columns: Sequence[str]) -> tuple[int, ...]:
    return tuple(file.columns.index(column) for column in columns if column in file.columns)


def _records(
    lines: Sequence[Line], main: Table, parts: Sequence[Table], survey: _Survey, read_case: ReadCase
) -> Iterator[Record]:
    for line, found in _gathered(lines, parts):
        yield _record(line, found, main, parts, survey, read_case)


_Found: TypeAlias = dict[str, list[Line]]


def _gathered(lines: Sequence[Line], parts: Sequence[Table]) -> Iterator[tuple[Line, _Found | None]]:
    """Each line with its report's lines by table, or with None where those are more than may be held."""
    reports = {line.report for line in lines}
    found = _lines_of(reports, parts)
    if found is not None or len(reports) == 1:
        yield from ((line, None if found is None else found[line.report]) for line in lines)
    else:
        middle = len(lines) // 2
        yield from _gathered(lines[:middle], parts)
        yield from _gathered(lines[middle:], parts)


def _lines_of(reports: set[str], parts: Sequence[Table]) -> dict[str, _Found] | None:
    found: dict[str, _Found] = {report: {table.name: [] for table in parts} for report in reports}
    size = 0
    for table in parts if reports else ():
        for line in table.lines():
            if line.report in found:
                found[line.report][table.name].append(line)
                size += line.size
                if size > BYTES_TOGETHER:
                    return None
    return found


def _record(
    line: Line, found: _Found | None, main: Table, parts: Sequence[Table], survey: _Survey, read_case: ReadCase
) -> Record:
    where = f"{main.key} {line.report}"
    if found is None:
        return Record(where, None, (_TOO_LONG,))
    flaws = tuple(
        replace(_BROKEN_ESSENTIAL if table.is_essential else _BROKEN_ROW, where=table.name)
        for table in parts
        if not all(one.is_whole for one in found[table.name])
    )
    if critical(flaws):
        return Record(where, None, flaws)
    rows = {name: [one.row for one in lines] for name, lines in found.items()}
    record = guarded_record(where, partial(read_case, line.row, rows))
    repeated = (_REPEATED,) if line.report in survey.repeated else ()
    return replace(record, findings=flaws + repeated + record.findings)


def _about_tables(main: Table, parts: Sequence[Table], survey: _Survey) -> Iterator[Finding]:
    """What is said once of a table: of reports of other products nothing else is kept."""
    if repeated := len(survey.repeated - survey.wanted):
        yield Finding(
            "TABLE-REPEATED",
            Severity.WARNING,
            f"{repeated} reports of other products stand in this table more than once; each row was counted",
            where=main.name,
        )
    for table in parts:
        if count := survey.broken[table.name]:
            yield Finding(
                "TABLE-CELLS",
                Severity.WARNING,
                f"{count} rows of this table have more or fewer cells than it has columns; they were not read",
                where=table.name,
            )
        if count := survey.orphans[table.name]:
            yield Finding(
                "TABLE-ORPHAN",
                Severity.WARNING,
                f"{count} rows of this table belong to no report of the main table; they were not read",
                where=table.name,
            )


_BROKEN_REPORT = Finding(
    "TABLE-CELLS",
    Severity.CRITICAL,
    "the row has more or fewer cells than its table has columns, so none of them can be trusted: ask the source",
)
_BROKEN_ESSENTIAL = Finding(
    "TABLE-CELLS",
    Severity.CRITICAL,
    "a row of the report has more or fewer cells than its table has columns: held, because it may have named a "
    "medicine, a reaction or what made it serious",
)
_BROKEN_ROW = Finding(
    "TABLE-CELLS",
    Severity.WARNING,
    "a row of the report has more or fewer cells than its table has columns; it was not read",
)
_NUMBERLESS = Finding(
    "TABLE-NUMBER",
    Severity.CRITICAL,
    "the row has no report number, or one that is too long to be one, so nothing can be joined to it",
)
_ORPHAN = Finding(
    "TABLE-ORPHAN", Severity.CRITICAL, "a table names the product for a report that the main table does not hold"
)
_REPEATED = Finding(
    "TABLE-REPEATED", Severity.WARNING, "the report stands in the main table more than once; each row was taken"
)
_TOO_LONG = Finding(
    "TABLE-SIZE",
    Severity.CRITICAL,
    "the rows of the report are more than can be held at a time, which no report needs: look at the file",
)
