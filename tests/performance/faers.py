"""How much memory a generated FAERS quarter of a gigabyte takes: `python -m tests.performance.faers`."""

import json
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random

from tests.factories import FAERS_COLUMNS
from tests.performance.figures import Figure

MEGABYTES = 1_000
MOST_MEGABYTES = 500
BYTES_PER_REPORT = 1_450  # with its rows in all tables; DRUG alone has three fifths of them
ONE_IN = 5_000  # reports of the product

_READ = """
import json, resource, sys
from pathlib import Path
from tvec_pv.domain.records import OtherProducts, Record
from tvec_pv.reference_files import product
from tvec_pv.sources.detection import detect
from tvec_pv.sources.formats import Options, read

def peak_kilobytes():
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))

path, options = Path(sys.argv[1]), Options(product())
records = others = 0
for item in read(path, detect(path, options), options):
    records += isinstance(item, Record)
    others += item.count if isinstance(item, OtherProducts) else 0
print(json.dumps({"records": records, "others": others, "megabytes": peak_kilobytes() / 1024}))
"""


def measure_faers() -> Figure:
    """The peak of memory, in megabytes, of reading a quarter of a gigabyte in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        quarter = Path(folder) / "quarter.zip"
        size, reports = write_quarter(quarter, MEGABYTES)
        started = time.perf_counter()
        found = read_in_a_process(quarter)
        seconds = time.perf_counter() - started
    if found["records"] != reports // ONE_IN or found["records"] + found["others"] != reports:
        raise AssertionError(f"{reports} reports were written, {found} were read")
    name = f"FAERS quarter of {size // 10**6} MB, {reports} reports, read in {seconds:.0f} s: peak of memory"
    return Figure(name, found["megabytes"], MOST_MEGABYTES, " MB", at_most=True)


def read_in_a_process(path: Path) -> dict[str, float]:
    """Records, reports of other products and the peak of memory in megabytes of a process that reads a file."""
    done = subprocess.run([sys.executable, "-c", _READ, path], check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def write_quarter(path: Path, megabytes: int) -> tuple[int, int]:
    """A generated quarter of about that size when unpacked: its size in bytes and the number of its reports."""
    reports = megabytes * 10**6 // BYTES_PER_REPORT
    size = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for table, header in FAERS_COLUMNS.items():
            with archive.open(f"ascii/{table}26Q1.txt", "w", force_zip64=True) as file:
                for block in _blocks(header, _rows(table, reports)):
                    size += file.write(block)
    return size, reports


def _blocks(header: str, rows: Iterator[str]) -> Iterator[bytes]:
    block = [header]
    for row in rows:
        block.append(row)
        if len(block) == 10_000:
            yield ("\r\n".join(block) + "\r\n").encode()
            block = []
    yield ("\r\n".join(block) + "\r\n").encode()


def _rows(table: str, reports: int) -> Iterator[str]:
    random = Random(table)
    words = [f"{random.choice(_SYLLABLES)}{random.choice(_SYLLABLES)}{random.choice(_SYLLABLES)}" for _ in range(5_000)]
    for number in range(1, reports + 1):
        case = 20_000_000 + number
        for rest in _rests(table, number, random, words):
            yield f"{case}1${case}${rest}"


_SYLLABLES = ("ABA", "CELI", "DORI", "FENO", "GLU", "LAMI", "MEZO", "NIVO", "PRA", "SERTI", "TOLU", "ZUMAB", "XIMAB")


def _rests(table: str, number: int, random: Random, words: list[str]) -> Iterable[str]:
    """The rows of a report in a table, without their two numbers."""
    code = int(random.random() * 9 * 10**6)
    word = words[code % len(words)]
    if table == "DEMO":
        sender = f"{word} LIMITED"
        return (f"1$I$20260101$20260102$20260110$20260110$EXP$$US-{sender}-{code}${sender}$$67$YR$$F$Y$80.{code % 100}$"
                "KG$20260110$$CN$US$US",)  # fmt: skip
    if table == "DRUG":
        first = "IMLYGIC" if number % ONE_IN == 0 else word
        names = [first, *(words[(code + place * 7) % len(words)] for place in range(1, 9))]
        roles = ("PS", *("C",) * 8)
        dose = f"1$Oral${code % 500} MG, ONCE DAILY$$$U$U$L{code}$$2{code % 9999}$$$FILM-COATED TABLET$QD"
        return [
            f"{place}${role}${name} {code % 9}0 MG${name}${dose}"
            for place, (role, name) in enumerate(zip(roles, names, strict=True), 1)
        ]
    if table in ("REAC", "INDI"):
        prefix = "" if table == "REAC" else "1$"
        suffix = "$" if table == "REAC" else ""
        return [f"{prefix}{words[(code + place) % len(words)].lower()} disorder{suffix}" for place in range(4)]
    return {"OUTC": ("HO",), "RPSR": ("HP",) if code % 9 == 0 else (), "THER": ("1$20251201$20251230$$",) * 2}[table]


if __name__ == "__main__":
    sys.stdout.write(measure_faers().line + "\n")
