"""VAERS, the US reports on vaccines: CSV tables DATA, VAX and SYMPTOMS in a zip or a folder.

The files of several years may lie together. Only the product's reports become cases, the others are counted; a report
is the product's where a vaccine or the other medicines of the patient name it.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path

from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.domain.records import OtherProducts, Record
from tvec_pv.sources.archives import Opener, open_archive, opener_of, openers_of, shown_name
from tvec_pv.sources.joined_tables import Table, TableFile, read_joined
from tvec_pv.sources.table_csv import RowLines
from tvec_pv.sources.text_lines import read_lines
from tvec_pv.sources.vaers_case import read_case

KEY = "VAERS_ID"
KINDS = {"DATA": "SYMPTOM_TEXT", "VAX": "VAX_NAME", "SYMPTOMS": "SYMPTOM1"}  # a column that no other table has
_MEDICINES = {"DATA": ("OTHER_MEDS",), "VAX": ("VAX_NAME",)}
_START = 2_000
_MOST_FILES = 1_000
_LONGEST_CELL = 1_000_000


def kind_of(start: bytes) -> str | None:
    """Which of the three tables text is, by the names of its columns."""
    columns = _columns(start.split(b"\n", 1)[0].decode("latin-1"))
    if KEY not in columns:
        return None
    return next((kind for kind, column in KINDS.items() if column in columns), None)


def is_complete(kinds: Iterable[str]) -> bool:
    return set(kinds) == set(KINDS)


def files_in(folder: Path) -> dict[Path, str]:
    """The tables that lie in a folder, with what each is."""
    found = {}
    for file in sorted(folder.iterdir()):
        if file.is_file() and not file.is_symlink() and (kind := _kind(opener_of(file))):
            found[file] = kind
    return found


def is_vaers_archive(path: Path) -> bool:
    with _open(path) as files:
        return is_complete(kind for kind, _ in files.values())


def read(path: Path, is_product: Callable[[str], bool]) -> Iterator[Record | OtherProducts]:
    """The product's reports, each as a record, then the number of all others."""
    with _open(path) as files:
        tables = {kind: _table(kind, files) for kind in KINDS}
        main, *parts = tables.values()
        yield from read_joined(main, parts, is_product, partial(read_case, is_product=is_product))


@contextmanager
def _open(path: Path) -> Iterator[Mapping[str, tuple[str, Opener]]]:
    """The tables of an archive or folder by name: what each is, and how it is opened."""
    if path.is_dir():
        yield {file.name: (kind, opener_of(file)) for file, kind in files_in(path).items()}
        return
    with open_archive(path) as archive:
        members = [one for one in islice(archive.infolist(), _MOST_FILES) if not one.is_dir()]
        openers = openers_of(archive, members)
        yield {name: (kind, opener) for name, opener in openers.items() if (kind := _kind(opener))}


def _kind(opener: Opener) -> str | None:
    with opener() as file:
        return kind_of(file.read(_START))


def _columns(header: str) -> tuple[str, ...]:
    return tuple(name.strip().upper() for name in header.removeprefix("\ufeff").removeprefix("ï»¿").split(","))


def _table(kind: str, files: Mapping[str, tuple[str, Opener]]) -> Table:
    of_kind = tuple(_file(name, opener) for name, (of, opener) in files.items() if of == kind)
    return Table(kind, KEY, of_kind, _MEDICINES.get(kind, ()), is_essential=True)


def _file(name: str, opener: Opener) -> TableFile:
    columns = tuple(cell.strip().upper() for cell in next(_cells(opener), ()))
    if len(set(columns)) < len(columns):
        raise UnreadableFile("a table of VAERS has a column twice: which of them holds?")
    return TableFile(shown_name(name), columns, lambda: islice(_cells(opener), 1, None))


def _cells(opener: Opener) -> Iterator[list[str]]:
    csv.field_size_limit(_LONGEST_CELL)
    with opener() as file:
        try:
            lines = RowLines(line + "\n" for line in read_lines(file))
            for row in csv.reader(lines):
                lines.read = 0
                yield row
        except csv.Error as error:
            raise UnreadableFile(
                "a quotation mark is not closed, or a cell is too long: the rest cannot be told"
            ) from error
