"""The rows of a CSV file, streamed: in UTF-8, in UTF-16 with its mark, else in Windows-1252."""

import codecs
import csv
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TextIO

from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.sources.table import LONGEST_CELL, LONGEST_ROW, MOST_COLUMNS

_CHUNK = 1 << 20
_HEAD = 1 << 16


def csv_rows(path: Path, header_row: int = 1) -> Iterator[tuple[int, Sequence[object]]]:
    """Each row with its number, counted as rows and not as lines; `UnreadableFile` where they cannot be told."""
    csv.field_size_limit(LONGEST_CELL)
    with path.open(encoding=_encoding(path), errors="replace", newline="") as file:
        delimiter = _delimiter(file, header_row)
        lines = RowLines(iter(partial(file.readline, LONGEST_ROW), ""))
        try:
            for number, row in enumerate(csv.reader(lines, delimiter=delimiter, strict=True), 1):
                if len(row) > MOST_COLUMNS:
                    raise UnreadableFile(f"a row has more than {MOST_COLUMNS} cells: no listing has so many columns")
                lines.read = 0
                yield number, row
        except csv.Error as error:
            raise UnreadableFile(
                "a quotation mark is not closed, or a cell is too long: the rest cannot be told"
            ) from error


class RowLines:
    """Lines for a CSV reader; `read` counts the characters since the last row was whole, and has a limit.

    Whoever takes a row sets it to 0: a quotation mark that is never closed makes all that follows one row.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.read = 0

    def __iter__(self) -> "RowLines":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.read += len(line)
        if self.read >= LONGEST_ROW:
            raise UnreadableFile("a row is longer than any row of a listing: the rest cannot be told")
        return line.replace("\0", "\ufffd")


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def _delimiter(file: TextIO, header_row: int) -> str:
    """What separates the columns: spreadsheets of many countries write semicolons, some tools tabs."""
    lines = file.read(_HEAD).splitlines()
    file.seek(0)
    header = lines[header_row - 1] if len(lines) >= header_row else ""
    return max(",;\t", key=header.count)
