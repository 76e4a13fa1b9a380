"""Which format is this? Told by content, never by the file's name."""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.domain.icsr import Drug
from tvec_pv.domain.product_names import Product, Verdict, match_drug
from tvec_pv.domain.records import Item
from tvec_pv.sources.guard import guarded_file


class Format(StrEnum):
    E2B_R3 = "E2B(R3)"
    FAERS_ASCII = "FAERS ASCII"
    FAERS_DELETED = "FAERS deleted cases"
    VAERS = "VAERS"
    LINE_LISTING = "line listing"


@dataclass(frozen=True, slots=True)
class Options:
    """What a reader may need beside the file: the product, and what the installation says of sources.

    `schemas` is the folder of the ICH schema set, `mappings` that of the partners' mapping files. `name` is the name
    under which the file was received, where its bytes are kept under another.
    """

    product: Product
    schemas: Path | None = None
    mappings: Path | None = None
    name: str = ""

    def may_be_product(self, text: str) -> bool:
        """Whether a medicine of this name, or with this number of a licence, has to be looked at as the product."""
        return match_drug(self.product, Drug(name=text, authorisation_number=text)).verdict is not Verdict.OTHER


def find_files(paths: list[Path]) -> list[Path]:
    """The files that the paths name or hold, in name order; tables that belong together count as one file.

    Names that begin with a dot belong to the operating system and are left out.
    """
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise UnreadableFile(f"there is no file or folder {path}")
        found.extend([path] if path.is_file() else _files_in(path))
    return found


def _files_in(folder: Path, taken: tuple[Path, ...] = ()) -> list[Path]:
    """What a folder holds beside what was taken. One that has the tables of an extract, an unpacked FAERS quarter or
    the three of VAERS, is itself a file, beside what else is in it."""
    tables = tuple(file for file in (*_faers_files(folder), *_vaers_files(folder)) if file not in taken)
    found = [folder] if tables else []
    for child in sorted(folder.iterdir()):
        if child.name.startswith(".") or child in tables or child in taken:
            continue
        if child.is_dir() and not child.is_symlink():
            found.extend(_files_in(child, tables))
        else:
            found.append(child)
    return found


def detect(path: Path, options: Options) -> Format:  # noqa: ARG001 (mapping files will say what listings there are)
    """The format of a file or folder; `UnreadableFile` with what to do when it is none that is read."""
    if path.is_dir() and not path.is_symlink():
        return _detect_folder(path)
    if path.is_symlink() or not path.is_file():
        raise UnreadableFile("a link or a device is not followed: put the file itself into the inbox")
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(b"PK"):
        return _detect_archive(path)
    if _is_xml(start):
        return _detect_xml(path)
    if _is_text(start) and (text_format := _detect_text(path, start)):
        return text_format
    raise UnreadableFile("the format is not one that is read: see docs/reference/formats.md")


def read(path: Path, file_format: Format, options: Options) -> Iterator[Item]:
    """The items of a file of a known format; `UnreadableFile` for what breaks its reading off."""
    return guarded_file(_items(path, file_format, options))


def _items(path: Path, file_format: Format, options: Options) -> Iterator[Item]:
    if file_format is Format.E2B_R3:
        from tvec_pv.sources import e2b_r3

        return e2b_r3.read(path)
    if file_format is Format.FAERS_ASCII:
        from tvec_pv.sources import faers_ascii

        return faers_ascii.read(path, options.may_be_product)
    if file_format is Format.FAERS_DELETED:
        from tvec_pv.sources import faers_deleted

        return faers_deleted.read(path, options.name or path.name)
    if file_format is Format.VAERS:
        from tvec_pv.sources import vaers

        return vaers.read(path, options.may_be_product)
    from tvec_pv.sources import line_listing

    return line_listing.read(path)


def _faers_files(folder: Path) -> list[Path]:
    """The tables and lists of an unpacked quarter, or nothing where the folder holds none."""
    from tvec_pv.sources.faers_tables import files_in, is_extract

    files = files_in(folder)
    return files if is_extract(file.as_posix() for file in files) else []


def _vaers_files(folder: Path) -> list[Path]:
    """The tables of VAERS that a folder holds, or nothing where they are not all there."""
    from tvec_pv.sources.vaers import files_in, is_complete

    files = files_in(folder)
    return list(files) if is_complete(files.values()) else []


def _detect_folder(folder: Path) -> Format:
    if not _vaers_files(folder):
        return Format.FAERS_ASCII
    if _faers_files(folder):
        raise UnreadableFile("the folder holds tables of FAERS and of VAERS: give each a folder of its own")
    return Format.VAERS


def _detect_archive(path: Path) -> Format:
    from tvec_pv.sources.faers_tables import is_extract
    from tvec_pv.sources.vaers import is_vaers_archive

    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
        raise UnreadableFile("the archive is damaged: ask for it again or download it again") from error
    if is_extract(names):
        return Format.FAERS_ASCII
    if "xl/workbook.xml" in names:
        return Format.LINE_LISTING
    if is_vaers_archive(path):
        return Format.VAERS
    raise UnreadableFile("the archive is no FAERS quarter, no year of VAERS and no Excel workbook")


def _detect_xml(path: Path) -> Format:
    from lxml import etree

    from tvec_pv.sources.e2b_r3 import BATCH

    try:
        with path.open("rb") as file:
            events = etree.iterparse(file, events=("start",), resolve_entities=False, load_dtd=False, no_network=True)
            _, root = next(iter(events))
    except (etree.XMLSyntaxError, StopIteration) as error:
        raise UnreadableFile("the XML is broken from its first element on: ask the sender for it again") from error
    if root.tag != BATCH:
        raise UnreadableFile("the XML is not an E2B(R3) batch of safety reports")
    return Format.E2B_R3


def _is_xml(start: bytes) -> bool:
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    return text.startswith(b"<") or start[:4] in (b"\xff\xfe<\0", b"\xfe\xff\0<")


def _is_text(start: bytes) -> bool:
    return bool(start.strip()) and b"\0" not in start


def _detect_text(path: Path, start: bytes) -> Format | None:
    from tvec_pv.sources.faers_deleted import is_list
    from tvec_pv.sources.line_listing import header_of, is_listing
    from tvec_pv.sources.vaers import kind_of

    if is_list(start):
        return Format.FAERS_DELETED
    if kind_of(start):
        raise UnreadableFile("one table of VAERS by itself: put its DATA, VAX and SYMPTOMS into one folder or zip")
    return Format.LINE_LISTING if is_listing(header_of(path)) else None
