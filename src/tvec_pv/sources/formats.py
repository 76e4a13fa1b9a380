"""What formats there are, which files hold reports, and who reads them."""

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
    E2B_R2 = "E2B(R2)"
    FAERS_ASCII = "FAERS ASCII"
    FAERS_XML = "FAERS XML"
    FAERS_DELETED = "FAERS deleted cases"
    OPENFDA = "openFDA JSON"
    VAERS = "VAERS"
    FHIR = "FHIR AdverseEvent"
    EUDRAVIGILANCE = "EudraVigilance line listing"
    MAPPED_LISTING = "mapped line listing"
    LINE_LISTING = "line listing"


@dataclass(frozen=True, slots=True)
class Options:
    """What a reader may need beside the file: the product, and what the installation says of sources.

    `schemas` is the folder of the ICH schema set, `mappings` that of the partners' mapping files, `name` the name
    under which the file came (it is read from a copy that is named by its hash).
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


def tables_in(path: Path) -> list[Path]:
    """The tables that make a folder one file, an unpacked FAERS quarter or the three of VAERS; of a file, none."""
    return [*faers_files(path), *vaers_files(path)] if path.is_dir() and not path.is_symlink() else []


def faers_files(folder: Path) -> list[Path]:
    """The tables and lists of an unpacked quarter, or nothing where the folder holds none."""
    from tvec_pv.sources.faers_tables import files_in, is_extract

    files = files_in(folder)
    return files if is_extract(file.as_posix() for file in files) else []


def vaers_files(folder: Path) -> list[Path]:
    """The tables of VAERS that a folder holds, or nothing where they are not all there."""
    from tvec_pv.sources.vaers import files_in, is_complete

    files = files_in(folder)
    return list(files) if is_complete(files.values()) else []


def _files_in(folder: Path, taken: tuple[Path, ...] = ()) -> list[Path]:
    """What a folder holds beside what was taken. One that has tables is itself a file, beside what else is in it."""
    tables = tuple(file for file in tables_in(folder) if file not in taken)
    found = [folder] if tables else []
    for child in sorted(folder.iterdir()):
        if child.name.startswith(".") or child in tables or child in taken:
            continue
        if child.is_dir() and not child.is_symlink():
            found.extend(_files_in(child, tables))
        else:
            found.append(child)
    return found


def read(path: Path, file_format: Format, options: Options) -> Iterator[Item]:
    """The items of a file of a known format; `UnreadableFile` for what breaks its reading off."""
    return guarded_file(_items(path, file_format, options))


def _items(path: Path, file_format: Format, options: Options) -> Iterator[Item]:
    """The reader of a format is imported when there is a file to read."""
    match file_format:
        case Format.E2B_R3:
            from tvec_pv.sources import e2b_r3

            return e2b_r3.read(path, options.schemas)
        case Format.E2B_R2:
            from tvec_pv.sources import e2b_r2

            return e2b_r2.read(path)
        case Format.FAERS_XML:
            from tvec_pv.sources import e2b_r2

            return e2b_r2.read_public_faers(path, options.may_be_product)
        case Format.OPENFDA:
            from tvec_pv.sources import openfda

            return openfda.read(path, options.may_be_product)
        case Format.FAERS_ASCII:
            from tvec_pv.sources import faers_ascii

            return faers_ascii.read(path, options.may_be_product)
        case Format.FAERS_DELETED:
            from tvec_pv.sources import faers_deleted

            return faers_deleted.read(path, options.name or path.name)
        case Format.VAERS:
            from tvec_pv.sources import vaers

            return vaers.read(path, options.may_be_product)
        case Format.EUDRAVIGILANCE:
            from tvec_pv.sources import eudravigilance

            return eudravigilance.read(path)
        case Format.MAPPED_LISTING:
            from tvec_pv.sources import mapped_listing

            return mapped_listing.read_by_content(path, options.mappings)
        case Format.FHIR:
            from tvec_pv.sources import fhir

            return fhir.read(path)
        case Format.LINE_LISTING:
            from tvec_pv.sources import line_listing

            return line_listing.read(path)
