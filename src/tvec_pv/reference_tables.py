"""Tables of reference data: CSV files that a physician can open and read as a diff, turned into typed rows.

A mistake is named with file, row and column. Rows are counted as a spreadsheet counts them: the header is row 1.
"""

import csv
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import MISSING, Field, fields
from datetime import date
from enum import StrEnum
from importlib.resources.abc import Traversable
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from tvec_pv.domain.errors import ReferenceDataError

Row = TypeVar("Row")


def read_table(file: Traversable, row: Callable[..., Row], key: tuple[str, ...]) -> dict[tuple[str, ...], Row]:
    """The rows of a table by their key; `row` is a dataclass whose fields are the columns, in any order.

    A cell is text, a whole number, a number, a date (2023-02-01), yes or no, or one of a list of words; a tuple is
    several of them between semicolons. An empty cell is the field's default, and a mistake where it has none.
    """
    columns = {one.name: one for one in fields(row)}  # type: ignore[arg-type]
    kinds = get_type_hints(row)
    found: dict[tuple[str, ...], Row] = {}
    for number, cells in _rows(file, tuple(columns)):
        place = f"{file.name}, row {number}"
        values = {name: _value(cells[name].strip(), kinds[name], columns[name], place) for name in columns}
        at = tuple(str(values[name]) for name in key)
        if at in found:
            raise ReferenceDataError(f"{place}, column {key[-1]}: {' '.join(at)} stands in an earlier row too")
        found[at] = row(**values)
    return found


def check_known(name: str, rows: Mapping[tuple[str, ...], Any], column: str, known: Container[str], where: str) -> None:
    """Each word in a column of a table, read by `read_table`, is one that stands somewhere else."""
    for number, row in enumerate(rows.values(), 2):
        value = getattr(row, column)
        for one in value if isinstance(value, tuple) else (value,):
            if one and one not in known:
                raise ReferenceDataError(f"{name}, row {number}, column {column}: {one!r} is not in {where}")


def _rows(file: Traversable, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        lines = file.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ReferenceDataError(f"{file.name}: not a readable table ({type(error).__name__})") from error
    table = csv.reader(lines, strict=True)
    try:
        header = [name.strip() for name in next(table, [])]
        _check_header(header, columns, file.name)
        for cells in table:
            if len(cells) != len(header):
                raise ReferenceDataError(f"{file.name}, row {table.line_num}: {len(cells)} cells, not {len(header)}")
            yield table.line_num, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise ReferenceDataError(f"{file.name}, row {table.line_num}: {error}") from error


def _check_header(header: list[str], columns: tuple[str, ...], name: str) -> None:
    for number, column in enumerate(header, 1):
        if column not in columns or column in header[: number - 1]:
            problem = "stands twice" if column in columns else f"is none of {', '.join(columns)}"
            raise ReferenceDataError(f"{name}, row 1, column {number}: {column!r} {problem}")
    if missing := [column for column in columns if column not in header]:
        raise ReferenceDataError(f"{name}, row 1: column {', '.join(missing)} is missing")


def _value(cell: str, kind: Any, column: "Field[Any]", place: str) -> Any:
    if not cell:
        if column.default is not MISSING:
            return column.default
        raise ReferenceDataError(f"{place}, column {column.name}: must not be empty")
    try:
        if get_origin(kind) is tuple:
            return tuple(_read(one.strip(), get_args(kind)[0]) for one in cell.split(";"))
        if isinstance(kind, UnionType):
            kind = next(one for one in get_args(kind) if one is not type(None))
        return _read(cell, kind)
    except ValueError as error:
        raise ReferenceDataError(f"{place}, column {column.name}: {_wanted(kind)}") from error


def _read(cell: str, kind: Any) -> Any:
    if not cell or (kind is bool and cell not in ("yes", "no")):
        raise ValueError
    if kind is bool:
        return cell == "yes"
    return date.fromisoformat(cell) if kind is date else kind(cell)


def _wanted(kind: Any) -> str:
    if get_origin(kind) is tuple:
        return f"several between semicolons, each of which {_wanted(get_args(kind)[0])}"
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return f"must be one of {', '.join(kind)}"
    wanted = {bool: "yes or no", date: "a date such as 2023-02-01", int: "a whole number", float: "a number"}
    return f"must be {wanted.get(kind, 'text')}"
