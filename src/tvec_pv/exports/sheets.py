"""Writing sheets with openpyxl: numbers as numbers, dates as dates, and no text that becomes a formula."""

import errno
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import ceil
from typing import Any, TypeAlias

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter

Cell: TypeAlias = str | int | float | bool | date | datetime | None

CHARACTERS_ACROSS = 210  # of a readable printed page
FIRST_DAY = date(1900, 3, 1)  # before it spreadsheets disagree on what a date is, or have none
LINE = 13.5  # height of a line in points
MOST_LINES = 30  # Excel shows no row higher than 409 points
LONGEST_TEXT = 32_767
_FORBIDDEN = re.compile("[\ud800-\udfff\ufffe\uffff]")  # what XML forbids beside control characters
CUT = " [cut: the whole text is in the case]"
_FORMATS = {"text": "@", "whole": "0", "decimal": "0.00", "day": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet; `kind` is one of text, whole, decimal, day, moment; `width` in characters."""

    title: str
    kind: str = "text"
    width: int = 14


@contextmanager
def room_is_missed() -> Iterator[None]:
    """`OSError` also where libxml2, which writes the cells, says in its own way that there is no room."""
    try:
        yield
    except Exception as error:
        if type(error).__name__ != "SerialisationError":  # of lxml, which only `sources` know
            raise
        code = getattr(errno, str(error).removeprefix("IO_"), errno.EIO)
        raise OSError(code, os.strerror(code)) from error


def safe_text(value: object) -> str:
    """Text that Excel can hold: no control characters, no more than it can show, and cut visibly."""
    text = _FORBIDDEN.sub("", ILLEGAL_CHARACTERS_RE.sub("", str(value)))
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - len(CUT)] + CUT


def new_workbook() -> Workbook:
    """A write-only workbook with this product's styles."""
    workbook = Workbook(write_only=True)
    line = Side(style="thin", color="BFC7D1")
    header = NamedStyle("header", font=_font(bold=True, color="FFFFFF"), fill=PatternFill("solid", fgColor="1F3A5F"))
    header.alignment = Alignment(wrap_text=True, vertical="center")
    title = NamedStyle("title", font=_font(bold=True, size=16, color="1F3A5F"))
    label = NamedStyle("label", font=_font(bold=True), alignment=Alignment(vertical="top"))
    note = NamedStyle("note", font=_font(italic=True, color="44546A"), alignment=Alignment(vertical="top"))
    numbers = NamedStyle("header of numbers", font=header.font, fill=header.fill)
    numbers.alignment = Alignment("right", "center", wrap_text=True)
    for style in (header, numbers, title, label, note):
        workbook.add_named_style(style)
    for kind, number_format in _FORMATS.items():
        style = NamedStyle(kind, font=_font(), number_format=number_format, border=Border(bottom=line))
        is_text = kind == "text"
        style.alignment = Alignment("left" if is_text else "right", "top", wrap_text=is_text, indent=not is_text)
        workbook.add_named_style(style)
    return workbook


def _font(**changes: Any) -> Font:
    return Font(name="Calibri", **({"size": 10} | changes))


def add_table(
    workbook: Workbook, name: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], note: str
) -> None:
    """A sheet with one line that says what is counted, a frozen header with filters, and the rows."""
    sheet = _new_sheet(workbook, name)
    for number, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    sheet.freeze_panes = "B3"
    sheet.print_title_rows = "2:2"
    sheet.print_title_cols = "A:A"
    sheet.page_setup.fitToWidth = ceil(sum(column.width for column in columns) / CHARACTERS_ACROSS)
    sheet.append([_styled(sheet, note, "note")])
    sheet.row_dimensions[2].height = LINE * max(_lines(column.title, column.width - 3) for column in columns) + 4
    sheet.append(
        [_styled(sheet, column.title, "header" if column.kind == "text" else "header of numbers") for column in columns]
    )
    cells = [_styled(sheet, None, column.kind) for column in columns]
    styles = [cell._style for cell in cells]
    widths = [column.width for column in columns]
    count = 2
    for row in rows:
        for cell, value, style in zip(cells, row, styles, strict=True):
            _put(cell, value)
            cell._style = style
        count += 1
        sheet.row_dimensions[count].height = LINE * max(map(_lines, row, widths))
        sheet.append(cells)
    sheet.auto_filter.ref = f"A2:{get_column_letter(len(columns))}{max(count, 2)}"


def add_cover(
    workbook: Workbook, name: str, title: str, lines: Sequence[tuple[str, Cell, str]], notes: Sequence[str]
) -> None:
    """The first sheet: a title, labelled values (label, value, kind) and sentences."""
    sheet = _new_sheet(workbook, name)
    sheet.column_dimensions["A"].width = 34
    sheet.column_dimensions["B"].width = 78
    sheet.append([_styled(sheet, title, "title")])
    sheet.append([])
    for label, value, kind in lines:
        cell = _styled(sheet, None, kind)
        style = cell._style
        _put(cell, value)
        cell._style = style
        cell.alignment = Alignment(horizontal="left", vertical="top", wrap_text=True)
        sheet.append([_styled(sheet, label, "label"), cell])
    sheet.append([])
    for sentence in notes:
        sheet.append([_styled(sheet, sentence, "note")])


def _lines(value: Cell, width: float) -> int:
    """About how many lines a text takes in a column; viewers do not measure rows of a streamed workbook."""
    if not isinstance(value, str):
        return 1
    return min(MOST_LINES, sum(max(1, ceil(len(line) / (width * 0.95))) for line in value.split("\n")))


def _new_sheet(workbook: Workbook, name: str) -> Any:
    sheet: Any = workbook.create_sheet(name)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.left.text = name
    sheet.oddFooter.right.text = "page &P of &N"
    return sheet


def _styled(sheet: Any, value: Cell, style: str) -> Any:
    cell: Any = WriteOnlyCell(sheet)
    cell.style = style
    kept = cell._style
    _put(cell, value)
    cell._style = kept
    return cell


def _put(cell: Any, value: Cell) -> None:
    """Text stays text, whatever it begins with; moments are written in UTC, because Excel knows no time zone."""
    if isinstance(value, str):
        cell.value = safe_text(value)
        cell.data_type = "s"
    elif isinstance(value, datetime):
        cell.value = value.astimezone(UTC).replace(tzinfo=None)
    elif isinstance(value, date) and value < FIRST_DAY:
        cell.value = value.isoformat()
    else:
        cell.value = value
