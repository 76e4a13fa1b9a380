"""The tables of a FAERS quarter as columns, some megabytes at a time: for counting millions of reports.

What is a row, what is whole, and which letters its bytes are is decided as `joined_tables` and `text_lines` decide it,
so that a report is read here as the intake reads it. Cells are as they stand, with the spaces around them.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import polars as pl

from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.sources.archives import Opener
from tvec_pv.sources.joined_tables import Table
from tvec_pv.sources.text_lines import LONGEST_LINE, decoded

BLOCK = 4 * 1024**2
_NO_MARKS = bytes(letter for letter in range(256) if letter not in b"$\n")


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of a table: the columns asked for, null where empty; and the cells of rows that are not whole."""

    rows: pl.DataFrame
    broken: list[list[str]]


def read_blocks(table: Table, text: Opener, columns: list[str], size: int = BLOCK) -> Iterator[Block]:
    """A table's rows in order, their columns in any; those of `columns` that it does not have are null."""
    (file,) = table.files
    wanted = [name for name in file.columns if name in columns]
    absent = [pl.lit(None, pl.String).alias(name) for name in columns if name not in wanted]
    header = "$".join(name if name in wanted else f"{place}" for place, name in enumerate(file.columns)) + "\n"
    with text() as opened:
        for block in _whole_lines(opened, header.encode(), size):
            lines, broken = _whole_rows(_as_utf8(block), len(file.columns))
            rows = _frame(lines, wanted, table.name)
            yield Block(rows.with_columns(absent) if absent else rows, broken)


def _frame(text: bytes, wanted: list[str], table: str) -> pl.DataFrame:
    try:
        return pl.read_csv(
            io.BytesIO(text),
            separator="$",
            quote_char=None,
            infer_schema=False,
            columns=wanted,
            truncate_ragged_lines=True,  # an empty cell beyond the last column, as AERS has it in each row
        )
    except pl.exceptions.PolarsError as error:
        raise UnreadableFile(f"the {table} table is not a '$'-separated table") from error


def _whole_lines(file: IO[bytes], header: bytes, size: int) -> Iterator[bytes]:
    """Blocks of whole lines, each below `header`, which stands in place of the file's own."""
    begun = file.read(3).removeprefix(b"\xef\xbb\xbf")
    is_below = False
    while read := file.read(size):
        if not is_below:
            own, end, read = (begun + read).partition(b"\n")
            is_below = bool(end)
            begun = b"" if is_below else own
        cut = read.rfind(b"\n") + 1
        if cut:
            yield b"".join((header, begun, memoryview(read)[:cut]))
            begun = read[cut:]
        else:
            begun += read
        if len(begun) > LONGEST_LINE:
            raise UnreadableFile("a line is longer than a million bytes, which no table has: the file is damaged")
    if begun and is_below:
        yield header + begun + b"\n"


def _as_utf8(block: bytes) -> bytes:
    if b"\0" in block:
        block = block.replace(b"\0", b"")
    if block.isascii():
        return block
    try:
        block.decode()
    except UnicodeDecodeError:
        return b"\n".join(decoded(line).encode() for line in block.split(b"\n"))
    return block


def _whole_rows(block: bytes, width: int) -> tuple[bytes, list[list[str]]]:
    """The block without rows that are not whole, and those; nearly every block has none and is returned as it is."""
    marks = block.translate(None, _NO_MARKS)
    rows = marks.count(b"\n")
    if marks == (b"$" * (width - 1) + b"\n") * rows or _has_each_one_more(block, marks, rows, width):
        return block, []
    whole, broken = [], []
    for line in block.split(b"\n"):
        text = line.removesuffix(b"\r").decode()
        cells = text.split("$")
        if len(cells) == width or (len(cells) > width and not any(map(str.strip, cells[width:]))):
            whole.append("$".join(cells[:width]))
        elif text:
            broken.append(cells)
    return ("\n".join(whole) + "\n").encode(), broken


def _has_each_one_more(block: bytes, marks: bytes, rows: int, width: int) -> bool:
    """Whether each row below the header has an empty cell behind its last column: then its line ends in `$`."""
    below = rows - 1
    ends = block.count(b"$\n") + block.count(b"$\r\n")
    return ends == below and marks == b"$" * (width - 1) + b"\n" + (b"$" * width + b"\n") * below
