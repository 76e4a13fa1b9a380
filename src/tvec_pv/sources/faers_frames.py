"""The tables of a FAERS quarter as columns, for counting. They are held in memory whole."""

import io
from pathlib import Path

import polars as pl

from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.sources.faers_tables import TABLES, open_quarter
from tvec_pv.sources.joined_tables import Table


def read_tables(path: Path) -> dict[str, pl.DataFrame]:
    """The seven tables as text columns with today's names; a table that is missing is empty."""
    with open_quarter(path) as quarter:
        return {
            name: _frame(quarter.tables[name])
            if name in quarter.tables
            else pl.DataFrame(schema={"primaryid": pl.String})
            for name in TABLES
        }


def _frame(table: Table) -> pl.DataFrame:
    (file,) = table.files
    columns = ["primaryid" if column == table.key else column for column in file.columns]
    text = io.BytesIO()
    for line in table.lines():
        if line.is_whole:
            text.write("$".join(line.cells[: len(columns)]).encode() + b"\n")
    if not text.tell():
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    text.seek(0)
    try:
        frame = pl.read_csv(
            text, separator="$", quote_char=None, infer_schema=False, has_header=False, new_columns=columns
        )
    except pl.exceptions.PolarsError as error:
        raise UnreadableFile(f"the {table.name} table is not a '$'-separated table") from error
    stripped = frame.with_columns(pl.all().str.strip_chars())
    return stripped.with_columns(pl.when(pl.all() == "").then(None).otherwise(pl.all()).name.keep())
