"""The tables of a FAERS quarter in a zip or a folder: which files they are, and their columns in today's names."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.sources.archives import Opener, open_archive, opener_of, openers_of
from tvec_pv.sources.joined_tables import Table, TableFile
from tvec_pv.sources.text_lines import read_lines

TABLES = ("DEMO", "DRUG", "REAC", "OUTC", "RPSR", "THER", "INDI")
_TABLE_FILE = re.compile(
    r"(?:^|/)(DEMO|DRUG|REAC|OUTC|RPSR|THER|INDI)(\d\dQ[1-4])(?:_new)?\.txt$",  # FDA shipped a DEMO18Q1_new.txt
    re.IGNORECASE,
)
_DELETED_FILE = re.compile(r"(?:^|/)(?:delete[^/]*/[^/]+|delete\d\dQ[1-4]|[^/]*deletedcases)\.txt$", re.IGNORECASE)
_OLD_NAMES = {
    "case": "caseid",
    "gndr_cod": "sex",
    "lot_nbr": "lot_num",
    "i_f_cod": "i_f_code",
    "outc_code": "outc_cod",
    "init_fda_date": "init_fda_dt",
    "cum_dos_unit": "cum_dose_unit",
}
_OLD_NAMES_IN = {"THER": {"drug_seq": "dsg_drug_seq"}, "INDI": {"drug_seq": "indi_drug_seq"}}
_MEDICINES = {"DRUG": ("drugname", "prod_ai", "nda_num")}
_ESSENTIAL = ("DRUG", "REAC", "OUTC")


@dataclass(frozen=True, slots=True)
class Quarter:
    """An extract that is open. `name` is that of its tables, as 22Q4; `deleted` its lists of deleted cases by name.

    `texts` are the files of `tables`, to be read in another way than line by line.
    """

    name: str
    tables: Mapping[str, Table]
    texts: Mapping[str, Opener]
    deleted: Mapping[str, Opener]


def is_extract(names: Iterable[str]) -> bool:
    """Whether file names are those of an extract: the demographic and the drug table at least."""
    tables = {match[1].upper() for name in names if (match := _TABLE_FILE.search(name))}
    return {"DEMO", "DRUG"} <= tables


def files_in(folder: Path) -> list[Path]:
    """The tables and lists of an unpacked quarter: they lie in the folder itself, in its ascii/ or its deleted/."""
    inside = sorted(child for child in folder.iterdir() if not child.is_symlink())
    parts = [child for child in inside if child.is_dir() and child.name.lower() in ("ascii", "deleted")]
    files = [*inside, *(file for part in parts for file in sorted(part.iterdir()))]
    return [
        file
        for file in files
        if file.is_file()
        and not file.is_symlink()
        and any(kind.search(file.relative_to(folder).as_posix()) for kind in (_TABLE_FILE, _DELETED_FILE))
    ]


@contextmanager
def open_quarter(path: Path) -> Iterator[Quarter]:
    """The extract's tables, each read from its start whenever it is asked for."""
    if path.is_dir():
        yield _quarter({file.relative_to(path).as_posix(): opener_of(file) for file in files_in(path)})
        return
    with open_archive(path) as archive:
        members = [
            one for one in archive.infolist() if _TABLE_FILE.search(one.filename) or _DELETED_FILE.search(one.filename)
        ]
        yield _quarter(openers_of(archive, members))


def _quarter(openers: Mapping[str, Opener]) -> Quarter:
    found = {match: opener for name, opener in openers.items() if (match := _TABLE_FILE.search(name))}
    if len({match[2] for match in found}) > 1 or len({match[1].upper() for match in found}) < len(found):
        raise UnreadableFile("more than one quarter in one place: give each its own archive or folder")
    tables = {match[1].upper(): _table(match[1].upper(), opener) for match, opener in found.items()}
    if not {"DEMO", "DRUG"} <= tables.keys():
        raise UnreadableFile("the extract lacks its demographic or its drug table")
    deleted = {name: opener for name, opener in openers.items() if not _TABLE_FILE.search(name)}
    return Quarter(
        name=next(iter(found))[2],
        tables={name: tables[name] for name in TABLES if name in tables},
        texts={match[1].upper(): opener for match, opener in found.items()},
        deleted=deleted,
    )


def _table(name: str, opener: Opener) -> Table:
    with opener() as file:
        header = next(read_lines(file), "")
    given = [column.strip().lower() for column in header.rstrip("$").split("$")]
    renamed = _OLD_NAMES | _OLD_NAMES_IN.get(name, {})
    columns = tuple(renamed.get(column, column) for column in given)
    if len(set(columns)) < len(columns):
        raise UnreadableFile(f"the {name} table has a column twice: which of them holds?")
    key = next((column for column in ("primaryid", "isr") if column in columns), None)
    if key is None:
        raise UnreadableFile(f"the {name} table has neither a primaryid nor an isr column")
    file_of_table = TableFile(name, columns, partial(_rows, opener))
    return Table(name, key, (file_of_table,), _MEDICINES.get(name, ()), is_essential=name in _ESSENTIAL)


def _rows(opener: Opener) -> Iterator[list[str]]:
    with opener() as file:
        lines = read_lines(file)
        next(lines, None)
        for line in lines:
            yield line.split("$") if line else []
