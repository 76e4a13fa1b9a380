"""Writes `sample_reports/`: synthetic reports in each format, and what the night makes of each. Nobody in here exists.

`python -m tests.samples` writes the folder again, byte for byte. `EXPECTED` says where each report of the inbox
stands and in which class the night must end it.
"""

import csv
import io
import zipfile
from functools import cache
from pathlib import Path

from tests.samples import (
    faers,
    hospital_listing,
    mapped_listing,
    other_formats,
    partner_listing,
    r2_and_openfda,
    single_files,
)
from tests.samples.kinds import Expected, SampleFile

FOLDER = Path(__file__).parents[2] / "sample_reports"
BACKGROUND = "faers_ascii_2026q2_generated.zip"


@cache
def files() -> tuple[SampleFile, ...]:
    """The inbox in the order in which it is read: by name."""
    found = (
        *single_files.files(),
        *hospital_listing.files(),
        *partner_listing.files(),
        *r2_and_openfda.files(),
        *other_formats.files(),
        faers.inbox_file(),
    )
    return tuple(sorted(found, key=lambda file: file.name))


EXPECTED = tuple(
    Expected(file.name, sample.place, sample.case_id, sample.expected) for file in files() for sample in file.samples
)


def contents() -> dict[str, bytes]:
    """Every file of `sample_reports/` by its path there."""
    from tests.samples.readme import readme

    inbox = {f"inbox/{file.name}": file.content for file in files()}
    others = {f"background/{BACKGROUND}": faers.background(), "README.md": readme(files()).encode()}
    return inbox | mapped_listing.contents() | others


def write(folder: Path = FOLDER) -> list[Path]:
    """Write the folder; files in inbox/, background/ and mappings/ that are no sample any more are removed."""
    wanted = contents()
    for stale in [*folder.glob("inbox/*"), *folder.glob("background/*"), *folder.glob("mappings/*")]:
        if stale.is_file() and stale.relative_to(folder).as_posix() not in wanted:
            stale.unlink()
    for name, content in wanted.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return [folder / name for name in wanted]


def background_rows(table: str) -> list[dict[str, str]]:
    """The rows of a table of the generated quarter, read by the standard library alone."""
    with zipfile.ZipFile(FOLDER / "background" / BACKGROUND) as archive:
        [name] = [name for name in archive.namelist() if table in name]
        text = archive.read(name).decode()
    return list(csv.DictReader(io.StringIO(text), delimiter="$", quoting=csv.QUOTE_NONE))
