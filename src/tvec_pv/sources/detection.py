"""Which format is this? Told by content, never by the file's name."""

import zipfile
from pathlib import Path
from typing import Any, cast

from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.sources.archives import open_archive
from tvec_pv.sources.formats import Format, Options, faers_files, vaers_files
from tvec_pv.sources.guard import unreadable_if_broken
from tvec_pv.sources.metered import Metered, TooLarge

_MARK = b"\xef\xbb\xbf"
_LONGEST_START = 1024**2  # of an XML file, to the end of its first tag


@unreadable_if_broken()
def detect(path: Path, options: Options) -> Format:
    """The format of a file or folder; `UnreadableFile` with what to do when it is none that is read."""
    if path.is_dir() and not path.is_symlink():
        return _detect_folder(path)
    if path.is_symlink() or not path.is_file():
        raise UnreadableFile("a link or a device is not followed: put the file itself into the inbox")
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(b"PK"):
        return _detect_archive(path, options)
    if _is_xml(start):
        return _detect_xml(path)
    if start.removeprefix(_MARK).lstrip()[:1] in (b"{", b"["):
        return _detect_json(path)
    if _is_text(start) and (text_format := _detect_text(path, start, options)):
        return text_format
    raise UnreadableFile("the format is not one that is read: see docs/reference/formats.md")


def _detect_folder(folder: Path) -> Format:
    if not vaers_files(folder):
        return Format.FAERS_ASCII
    if faers_files(folder):
        raise UnreadableFile("the folder holds tables of FAERS and of VAERS: give each a folder of its own")
    return Format.VAERS


def _detect_archive(path: Path, options: Options) -> Format:
    with open_archive(path) as archive:
        found = _archive_format(archive, path, options)
    if found is None:
        raise UnreadableFile("the archive holds none of the formats that are read: see docs/reference/formats.md")
    return found


def _archive_format(archive: zipfile.ZipFile, path: Path, options: Options) -> Format | None:
    from tvec_pv.sources import openfda
    from tvec_pv.sources.faers_tables import is_extract
    from tvec_pv.sources.vaers import is_vaers_archive

    names = archive.namelist()
    if is_extract(names):
        return Format.FAERS_ASCII
    if "xl/workbook.xml" in names:
        return _detect_workbook(path, options)
    if openfda.is_archive(archive):
        return Format.OPENFDA
    return Format.VAERS if is_vaers_archive(path) else None


def _detect_workbook(path: Path, options: Options) -> Format:
    if listing := _find_listing(path, options):
        return listing
    raise UnreadableFile(
        "the workbook's columns are none that are read: see docs/reference/line-listing.md, or write a mapping "
        "(docs/how-to/map-a-partners-listing.md)"
    )


def _detect_xml(path: Path) -> Format:
    from lxml import etree

    from tvec_pv.sources import e2b_r2
    from tvec_pv.sources.e2b_r3 import BATCH

    try:
        with path.open("rb") as file:
            start = cast(Any, Metered(file, _LONGEST_START))
            events = etree.iterparse(start, events=("start",), resolve_entities=False, load_dtd=False, no_network=True)
            _, root = next(iter(events))
    except (etree.XMLSyntaxError, StopIteration) as error:
        raise UnreadableFile("the XML is broken from its first element on: ask the sender for it again") from error
    except TooLarge as error:
        raise UnreadableFile("the XML does not come to its first element: ask the sender what it is") from error
    if root.tag == BATCH:
        return Format.E2B_R3
    if root.tag == e2b_r2.ROOT:
        return Format.FAERS_XML if e2b_r2.is_public_faers(path) else Format.E2B_R2
    raise UnreadableFile("the XML is no file of safety reports, neither E2B(R3) nor E2B(R2)")


def _detect_json(path: Path) -> Format:
    from tvec_pv.sources import openfda
    from tvec_pv.sources.fhir import is_fhir

    if is_fhir(path):
        return Format.FHIR
    if openfda.is_file(path):
        return Format.OPENFDA
    raise UnreadableFile("the JSON is none that is read: see docs/reference/formats.md")


def _detect_text(path: Path, start: bytes, options: Options) -> Format | None:
    from tvec_pv.sources.faers_deleted import is_list
    from tvec_pv.sources.vaers import kind_of

    if is_list(start):
        return Format.FAERS_DELETED
    if kind_of(start):
        raise UnreadableFile("one table of VAERS by itself: put its DATA, VAX and SYMPTOMS into one folder or zip")
    return _find_listing(path, options)


def _find_listing(path: Path, options: Options) -> Format | None:
    """Which listing a table is by its header; our own before a partner's."""
    from tvec_pv.sources import eudravigilance, line_listing
    from tvec_pv.sources.mapping import find_mapping
    from tvec_pv.sources.table import open_table

    names = open_table(path).names
    if line_listing.is_listing(names):
        return Format.LINE_LISTING
    if eudravigilance.is_listing(names):
        return Format.EUDRAVIGILANCE
    return Format.MAPPED_LISTING if find_mapping(path, options.mappings) else None


def _is_xml(start: bytes) -> bool:
    text = start.removeprefix(_MARK).lstrip()
    return text.startswith(b"<") or start[:4] in (b"\xff\xfe<\0", b"\xfe\xff\0<")


def _is_text(start: bytes) -> bool:
    return bool(start.strip()) and (b"\0" not in start or start.startswith((b"\xff\xfe", b"\xfe\xff")))
