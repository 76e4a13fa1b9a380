"""What the background is made of: `manifest.json`, and the folder of Parquet files of each of its entries.

A folder counts only when its entry is written: what a load that was cut off left behind is removed by the next one.
"""

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from tvec_pv.domain.errors import UnreadableFile

MANIFEST = "manifest.json"
LAYOUT = 2
CURRENT = "current-"
EXTRACT, DELETED_CASES = "extract", "deleted cases"


@dataclass(frozen=True, slots=True)
class Quarter:
    """One extract, or one list of deleted cases by itself, as it was loaded.

    `reports` are the rows of DEMO that were read, `product_reports` those that name the product and
    `undecided_reports` those that may; `deleted` cases are on its lists. `refused` counts rows by table and reason.
    `files` are the hashes of its Parquet files.
    """

    name: str
    sha256: str
    kind: str
    quarter: str
    reports: int
    product_reports: int
    undecided_reports: int
    deleted: int
    refused: dict[str, int]
    first_received: str
    last_received: str
    loaded_at: str
    product_version: str
    codes_version: str
    files: dict[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> str:
        """Its name says by which tables it was read, so that what was read before stands until the new is whole."""
        return f"{self.sha256[:16]}-{self.product_version}-{self.codes_version}"

    @property
    def is_extract(self) -> bool:
        return self.kind == EXTRACT

    @property
    def line(self) -> str:
        deleted = f"{self.deleted} deleted cases"
        if not self.is_extract:
            return f"{self.name}: {self.quarter}, a list of {deleted}{self._refused}"
        undecided = f" and {self.undecided_reports} may" if self.undecided_reports else ""
        return (
            f"{self.name}: {self.quarter}, {self.reports} reports, {self.product_reports} of them name the product"
            f"{undecided}, received {self.first_received or '?'} to {self.last_received or '?'}"
            f"{f', {deleted}' if self.deleted else ''}{self._refused}"
        )

    @property
    def _refused(self) -> str:
        rows = sum(self.refused.values())
        return f", {rows} rows not read" if rows else ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that was not loaded, and why."""

    name: str
    sha256: str
    reason: str
    at: str


def status(folder: Path) -> list[Quarter]:
    """What is loaded, in order of loading."""
    return [Quarter(**entry) for entry in _read(folder)["loaded"]]


def refusals(folder: Path) -> list[Refusal]:
    """The files that were refused and not loaded since."""
    return [Refusal(**entry) for entry in _read(folder)["refused"]]


def release(quarters: Sequence[Quarter]) -> str:
    """The name of what is loaded, whatever the order: the same files, read by the same tables, are the same release."""
    read = sorted(f"{one.sha256} {one.product_version} {one.codes_version}" for one in quarters)
    extracts = sorted(one.quarter for one in quarters if one.is_extract)
    lists = len(quarters) - len(extracts)
    span = f", {' to '.join(sorted({extracts[0], extracts[-1]}))}" if extracts else ""
    of_lists = f" and {lists} list(s) of deleted cases" if lists else ""
    key = sha256("\n".join(read).encode()).hexdigest()[:12]
    return f"FAERS {len(extracts)} extract(s){of_lists}{span}, {key}"


def find_release(quarters: Sequence[Quarter]) -> str | None:
    """The name of what is loaded; None where that is no extract, so that nothing is counted."""
    return release(quarters) if any(one.is_extract for one in quarters) else None


def release_key(quarters: Sequence[Quarter]) -> str:
    return key_of(release(quarters))


def key_of(of_release: str) -> str:
    """The part of a release's name that tells it from every other."""
    return of_release.rpartition(" ")[2]


def add(folder: Path, new: Quarter) -> Quarter:
    """Write an entry, in place of one of the same bytes that was read by older tables; the entry with its hashes."""
    others = [one for one in status(folder) if one.sha256 != new.sha256]
    entry = replace(new, files={file.name: _hash(file) for file in sorted((folder / new.folder).iterdir())})
    _write(folder, [*others, entry], [one for one in refusals(folder) if one.sha256 != new.sha256])
    return entry


def refuse(folder: Path, new: Refusal) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder, status(folder), [*(one for one in refusals(folder) if one.sha256 != new.sha256), new])


def clear_unfinished(folder: Path) -> None:
    """Remove the folders that no entry of the manifest names, and what was made of another release."""
    loaded = status(folder)
    kept = {one.folder for one in loaded} | {f"{CURRENT}{release_key(loaded)}"}
    for child in folder.iterdir() if folder.is_dir() else ():
        if child.is_dir() and child.name not in kept:
            shutil.rmtree(child)


def _hash(file: Path) -> str:
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()


def _read(folder: Path) -> dict[str, Any]:
    manifest = folder / MANIFEST
    if not manifest.is_file():
        return {"loaded": [], "refused": []}
    found = json.loads(manifest.read_text("utf-8"))
    if not isinstance(found, dict) or found.get("layout") != LAYOUT:
        raise UnreadableFile(
            f"the background in {folder} was written by another version of tvec-pv: remove the folder and load it again"
        )
    return found


def _write(folder: Path, loaded: Iterable[Quarter], refused: Iterable[Refusal]) -> None:
    """Replace the manifest whole, so that a file is loaded or it is not."""
    content = {"layout": LAYOUT, "loaded": [asdict(one) for one in loaded], "refused": [asdict(one) for one in refused]}
    new = folder / f"{MANIFEST}.new"
    new.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    new.replace(folder / MANIFEST)
