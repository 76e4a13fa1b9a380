"""Which format is this? Told by content, never by the file's name."""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.domain.product_names import Product, Verdict, match_name
from tvec_pv.domain.records import Item
from tvec_pv.sources.guard import guarded_file


class Format(StrEnum):
    E2B_R3 = "E2B(R3)"
    E2B_R2 = "E2B(R2)"
    FAERS_ASCII = "FAERS ASCII"
    FAERS_XML = "FAERS XML"
    OPENFDA = "openFDA JSON"
    LINE_LISTING = "line listing"


@dataclass(frozen=True, slots=True)
class Options:
    """What a reader may need beside the file: the product, and what the installation says of sources.

    `schemas` is the folder of the ICH schema set, `mappings` that of the partners' mapping files.
    """

    product: Product
    schemas: Path | None = None
    mappings: Path | None = None

    def may_be_product(self, name: str) -> bool:
        return match_name(self.product, name).verdict is not Verdict.OTHER


def find_files(paths: list[Path]) -> list[Path]:
    """The files that the paths name or hold, in name order; an unpacked FAERS extract counts as one file.

    Names that begin with a dot belong to the operating system and are left out.
    """
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise UnreadableFile(f"there is no file or folder {path}")
        found.extend([path] if path.is_file() else _files_in(path))
    return found


def _files_in(folder: Path, taken: tuple[Path, ...] = ()) -> list[Path]:
    """What a folder holds beside what was taken. One that is an extract is itself a file, beside what else is in it."""
    tables = _faers_tables(folder, taken)
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
        return Format.FAERS_ASCII
    if path.is_symlink() or not path.is_file():
        raise UnreadableFile("a link or a device is not followed: put the file itself into the inbox")
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(b"PK"):
        return _detect_archive(path)
    if _is_xml(start):
        return _detect_xml(path)
    if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[") and _is_openfda(path):
        return Format.OPENFDA
    if _is_text(start) and _is_listing(path):
        return Format.LINE_LISTING
    raise UnreadableFile("the format is not one that is read: see docs/reference/formats.md")


def read(path: Path, file_format: Format, options: Options) -> Iterator[Item]:
    """The items of a file of a known format; `UnreadableFile` for what breaks its reading off."""
    return guarded_file(_items(path, file_format, options))


def _items(path: Path, file_format: Format, options: Options) -> Iterator[Item]:
    if file_format is Format.E2B_R3:
        from tvec_pv.sources import e2b_r3

        return e2b_r3.read(path)
    if file_format is Format.E2B_R2:
        from tvec_pv.sources import e2b_r2

        return e2b_r2.read(path)
    if file_format is Format.FAERS_XML:
        from tvec_pv.sources import e2b_r2

        return e2b_r2.read_public_faers(path, options.may_be_product)
    if file_format is Format.OPENFDA:
        from tvec_pv.sources import openfda

        return openfda.read(path, options.may_be_product)
    if file_format is Format.FAERS_ASCII:
        from tvec_pv.sources import faers_ascii

        return faers_ascii.read(path, options.may_be_product)
    from tvec_pv.sources import line_listing

    return line_listing.read(path)


def _faers_tables(folder: Path, taken: tuple[Path, ...]) -> tuple[Path, ...]:
    """The tables of an unpacked extract, or nothing where the folder holds none."""
    from tvec_pv.sources.faers_ascii import is_extract, tables_in

    tables = tuple(file for file in tables_in(folder) if file not in taken)
    return tables if is_extract([file.as_posix() for file in tables]) else ()


def _detect_archive(path: Path) -> Format:
    from tvec_pv.sources import openfda
    from tvec_pv.sources.faers_ascii import is_extract

    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if is_extract(names):
                return Format.FAERS_ASCII
            if "xl/workbook.xml" in names:
                return Format.LINE_LISTING
            if openfda.is_archive(archive):
                return Format.OPENFDA
    except Exception as error:
        raise UnreadableFile("the archive is damaged: ask for it again or download it again") from error
    raise UnreadableFile("the archive is neither a FAERS quarter nor an Excel workbook, nor openFDA's JSON")


def _detect_xml(path: Path) -> Format:
    from lxml import etree

    from tvec_pv.sources import e2b_r2
    from tvec_pv.sources.e2b_r3 import BATCH

    try:
        with path.open("rb") as file:
            events = etree.iterparse(file, events=("start",), resolve_entities=False, load_dtd=False, no_network=True)
            _, root = next(iter(events))
    except (etree.XMLSyntaxError, StopIteration) as error:
        raise UnreadableFile("the XML is broken from its first element on: ask the sender for it again") from error
    if root.tag == BATCH:
        return Format.E2B_R3
    if root.tag == e2b_r2.ROOT:
        return Format.FAERS_XML if e2b_r2.is_public_faers(path) else Format.E2B_R2
    raise UnreadableFile("the XML is no file of safety reports, neither E2B(R3) nor E2B(R2)")


def _is_xml(start: bytes) -> bool:
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    return text.startswith(b"<") or start[:4] in (b"\xff\xfe<\0", b"\xfe\xff\0<")


def _is_openfda(path: Path) -> bool:
    from tvec_pv.sources import openfda

    return openfda.is_file(path)


def _is_text(start: bytes) -> bool:
    return bool(start.strip()) and b"\0" not in start


def _is_listing(path: Path) -> bool:
    from tvec_pv.sources.line_listing import header_of, is_listing

    return is_listing(header_of(path))
