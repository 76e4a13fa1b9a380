"""Loading FAERS quarters, and lists of deleted cases that come by themselves: one at a time, each whole or not at all.

The newest version of each case over all of them is put together by `current`.
"""

import shutil
from pathlib import Path

from tvec_pv.background.extracts import Contents, write_deleted, write_extract
from tvec_pv.background.manifest import DELETED_CASES, EXTRACT, Quarter, add, clear_unfinished, status
from tvec_pv.domain.background import Codes
from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.domain.product_names import Product
from tvec_pv.sources.faers_deleted import is_list

_HEAD = 65_536


def load(
    path: Path, name: str, sha256_of: str, folder: Path, product: Product, codes: Codes, loaded_at: str
) -> tuple[Quarter, bool]:
    """Load a file known by the hash of its bytes; whether it is new, because the same bytes are loaded once.

    Bytes that were read with older tables of names or codes are read again. `UnreadableFile` where the file is neither
    an extract of a known layout nor a list of deleted cases.
    """
    for loaded in status(folder):
        if loaded.sha256 == sha256_of and (loaded.product_version, loaded.codes_version) == (
            product.version,
            codes.version,
        ):
            return loaded, False
    clear_unfinished(folder)
    kind = _kind(path)
    target = folder / "under way"
    target.mkdir(parents=True)
    try:
        if kind == DELETED_CASES:
            contents = write_deleted(path, name, target)
        else:
            contents = write_extract(path, target, product, codes)
        quarter = _entry(contents, kind, name, sha256_of, product, codes, loaded_at)
        target.rename(folder / quarter.folder)
    finally:
        shutil.rmtree(target, ignore_errors=True)
    return add(folder, quarter), True


def _kind(path: Path) -> str:
    if path.is_dir():
        return EXTRACT
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if is_list(head):
        return DELETED_CASES
    if not head.startswith(b"PK"):
        raise UnreadableFile("neither a FAERS extract (a zip, or a folder of its tables) nor a list of deleted cases")
    return EXTRACT


def _entry(
    contents: Contents, kind: str, name: str, sha256_of: str, product: Product, codes: Codes, loaded_at: str
) -> Quarter:
    return Quarter(
        name=name,
        sha256=sha256_of,
        kind=kind,
        quarter=contents.quarter,
        reports=contents.reports,
        product_reports=contents.product_reports,
        undecided_reports=contents.undecided_reports,
        deleted=contents.deleted,
        refused=dict(sorted(contents.refused.items())),
        first_received=contents.first_received,
        last_received=contents.last_received,
        loaded_at=loaded_at,
        product_version=product.version,
        codes_version=codes.version,
    )
