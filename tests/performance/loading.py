"""What loading a quarter costs beside a bare read of the same bytes: `python -m tests.performance.loading`.

The quarter is generated. Bare read and load take turns, and each round gives a ratio of its own. Processor time counts,
so that the number of cores does not. The bare read is polars', of the columns that a load keeps; of the zip it has to
unpack them too. Of an unpacked quarter there is nothing to unpack, so that what is beyond reading weighs more.
"""

import io
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import polars as pl

from tests.performance.faers import write_quarter
from tests.performance.figures import Figure
from tests.performance.read_files import peak_megabytes
from tvec_pv.background.extracts import Contents, write_extract
from tvec_pv.reference_files import background_codes, product

SIZE, ROUNDS = 150 * 10**6, 3
MOST_MEGABYTES = 2_000
COLUMNS = {
    "DEMO": [
        "primaryid", "caseid", "caseversion", "fda_dt", "mfr_num", "auth_num", "lit_ref", "age", "age_cod", "age_grp",
        "sex", "occp_cod", "reporter_country", "occr_country",
    ],
    "DRUG": ["primaryid", "role_cod", "drugname", "prod_ai", "nda_num"],
    "REAC": ["primaryid", "pt"],
    "OUTC": ["primaryid", "outc_cod"],
    "RPSR": ["primaryid", "rpsr_cod"],
}  # fmt: skip


def measure(size: int = SIZE) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        packed, unpacked = Path(folder) / "quarter.zip", Path(folder) / "quarter"
        reports = write_quarter(packed, size)
        with zipfile.ZipFile(packed) as archive:
            archive.extractall(unpacked)
        what = f"A quarter of {size // 10**6} MB, {reports} reports: loading"
        yield Figure(f"{what} the zip, of a bare read", _ratio(packed, _read_packed), 3, at_most=True)
        yield Figure(f"{what} it unpacked, of a bare read", _ratio(unpacked, _read_unpacked), 3, at_most=True)
        peak, loaded = _in_a_process(packed)
        if loaded != reports:
            raise AssertionError(f"{reports} reports were written, {loaded} were loaded")
        yield Figure(f"{what}, peak of memory", peak, MOST_MEGABYTES, " MB", at_most=True)


def _ratio(path: Path, bare: Callable[[Path], object]) -> float:
    return median(_seconds(lambda: load(path)) / _seconds(lambda: bare(path)) for _ in range(ROUNDS))


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def load(path: Path) -> Contents:
    with tempfile.TemporaryDirectory() as folder:
        return write_extract(path, Path(folder), product(), background_codes())


def _read_packed(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        for table, columns in COLUMNS.items():
            [name] = [name for name in archive.namelist() if table in name]
            _read(io.BytesIO(archive.read(name)), columns)


def _read_unpacked(path: Path) -> None:
    for table, columns in COLUMNS.items():
        [file] = path.glob(f"ascii/{table}*")
        _read(file, columns)


def _read(source: io.BytesIO | Path, columns: list[str]) -> pl.DataFrame:
    return pl.read_csv(source, separator="$", quote_char=None, infer_schema=False, columns=columns)


def _in_a_process(path: Path) -> tuple[float, int]:
    """The peak of memory, in megabytes, of a process that loads a quarter, and how many reports it found."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.performance.loading", path], check=True, capture_output=True, text=True
    )
    peak, reports = done.stdout.split()
    return float(peak), int(reports)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        found = load(Path(sys.argv[1]))
        sys.stdout.write(f"{peak_megabytes()} {found.reports}\n")
    else:
        sys.stdout.writelines(f"{figure.line}\n" for figure in measure())
