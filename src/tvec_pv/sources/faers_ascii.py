"""FAERS quarterly ASCII extracts: seven '$'-separated tables in a zip or a folder.

FAERS gives seriousness per case, not per reaction, and no patient or narrative; the case says so. Only the
product's reports become cases, the others are counted. Headers of all eras are read by name.
"""

import re
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import polars as pl

from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.domain.findings import Finding, Severity
from tvec_pv.domain.records import OtherProducts, Record
from tvec_pv.sources.faers_case import Rows, read_case
from tvec_pv.sources.guard import guarded_record

TABLES = ("DEMO", "DRUG", "REAC", "OUTC", "RPSR", "THER", "INDI")
_TABLE_FILE = re.compile(r"(?:^|/)(DEMO|DRUG|REAC|OUTC|RPSR|THER|INDI)\d\dQ\d\.txt$", re.IGNORECASE)
_OLD_NAMES = {"isr": "primaryid", "case": "caseid", "gndr_cod": "sex", "lot_nbr": "lot_num", "i_f_cod": "i_f_code"}
_MOST_BYTES = 8 * 1024**3


def is_extract(names: list[str]) -> bool:
    """Whether file names are those of an extract: the demographic and the drug table at least."""
    tables = {match[1].upper() for name in names if (match := _TABLE_FILE.search(name))}
    return {"DEMO", "DRUG"} <= tables


def tables_in(folder: Path) -> list[Path]:
    """The table files of an unpacked quarter: they lie in the folder itself or in its ascii/."""
    inside = sorted(child for child in folder.iterdir() if not child.is_symlink())
    ascii_folders = [child for child in inside if child.is_dir() and child.name.lower() == "ascii"]
    below = [file for child in ascii_folders for file in sorted(child.iterdir())]
    files = [file for file in (*inside, *below) if file.is_file() and not file.is_symlink()]
    return [file for file in files if _TABLE_FILE.search(file.as_posix())]


def read(path: Path, is_product: Callable[[str], bool]) -> Iterator[Record | OtherProducts]:
    """The product's reports, each as a record, then the number of all others."""
    tables = read_tables(path)
    demo, drugs = tables["DEMO"], tables["DRUG"]
    wanted = _product_reports(drugs, is_product)
    of_product = {name: _by_report(table, wanted) for name, table in tables.items()}
    for primaryid, rows in of_product["DEMO"].items():
        report: Rows = {name: of_product[name].get(primaryid, []) for name in TABLES}
        for row in rows:
            yield guarded_record(f"primaryid {primaryid}", partial(read_case, row, report))
    for primaryid in sorted(wanted - of_product["DEMO"].keys()):
        yield Record(f"primaryid {primaryid}", None, (_ORPHAN,))
    for number in range(demo["primaryid"].null_count()):
        yield Record(f"DEMO row without number {number + 1}", None, (_NUMBERLESS,))
    others = demo.filter(pl.col("primaryid").is_not_null() & ~pl.col("primaryid").is_in(list(wanted))).height
    if others:
        yield OtherProducts("DEMO", others)


_ORPHAN = Finding(
    "FAERS-ORPHAN",
    Severity.CRITICAL,
    "the drug table names the product for a report that the demographic table does not hold",
)

_NUMBERLESS = Finding("FAERS-NUMBER", Severity.CRITICAL, "the row has no report number, so nothing can be joined to it")


def read_tables(path: Path) -> dict[str, pl.DataFrame]:
    """The seven tables as text columns with today's names; a table that is missing is empty."""
    tables = {name: pl.DataFrame(schema={"primaryid": pl.String}) for name in TABLES}
    for name, content in _contents(path):
        if tables[name].width > 1:
            raise UnreadableFile("more than one quarter in one place: give each its own archive or folder")
        tables[name] = _table(name, content)
    if tables["DEMO"].width < 2 or tables["DRUG"].width < 2:
        raise UnreadableFile("the extract lacks its demographic or its drug table")
    return tables


def _contents(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.is_dir():
        for file in tables_in(path):
            yield file.name[:4].upper(), file.read_bytes()
        return
    try:
        with zipfile.ZipFile(path) as archive:
            members = [
                (match[1].upper(), one) for one in archive.infolist() if (match := _TABLE_FILE.search(one.filename))
            ]
            if sum(one.file_size for _, one in members) > _MOST_BYTES:
                raise UnreadableFile("the archive unpacks to more than 8 GiB, which no FAERS quarter does")
            for name, one in members:
                yield name, archive.read(one)
    except (zipfile.BadZipFile, OSError) as error:
        raise UnreadableFile("the archive is damaged: ask for it again or download it again") from error


def _table(name: str, content: bytes) -> pl.DataFrame:
    try:
        frame = pl.read_csv(
            _utf8(content),
            separator="$",
            quote_char=None,
            infer_schema=False,
            truncate_ragged_lines=True,
        )
    except pl.exceptions.PolarsError as error:
        raise UnreadableFile(f"the {name} table is not a '$'-separated table") from error
    headers = {header: _OLD_NAMES.get(header.strip().lower(), header.strip().lower()) for header in frame.columns}
    frame = frame.rename(headers)
    if "primaryid" not in frame.columns:
        raise UnreadableFile(f"the {name} table has neither a primaryid nor an isr column")
    stripped = frame.with_columns(pl.all().str.strip_chars())
    return stripped.with_columns(pl.when(pl.all() == "").then(None).otherwise(pl.all()).name.keep())


def _utf8(content: bytes) -> bytes:
    """UTF-8 bytes; lines that are not UTF-8 are read as Latin-1, as FAERS mixes both."""
    content = content.replace(b"\0", b"")
    try:
        content.decode()
    except UnicodeDecodeError:
        return b"\n".join(_line_utf8(line) for line in content.split(b"\n"))
    return content


def _line_utf8(line: bytes) -> bytes:
    try:
        line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1").encode()
    return line


def _product_reports(drugs: pl.DataFrame, is_product: Callable[[str], bool]) -> set[str]:
    """The reports with the product in any role, asking for each distinct name once."""
    wanted: set[str] = set()
    for column in ("drugname", "prod_ai"):
        if column not in drugs.columns:
            continue
        names = [name for name in drugs[column].unique() if name is not None and is_product(name)]
        wanted.update(drugs.filter(pl.col(column).is_in(names))["primaryid"].drop_nulls())
    return wanted


def _by_report(table: pl.DataFrame, wanted: set[str]) -> dict[str, list[dict[str, str | None]]]:
    rows: dict[str, list[dict[str, str | None]]] = {}
    for row in table.filter(pl.col("primaryid").is_in(list(wanted))).iter_rows(named=True):
        rows.setdefault(row["primaryid"], []).append(row)
    return rows
