"""How much memory a generated line listing of a gigabyte takes: `python -m tests.performance.listings`."""

import csv
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.performance.figures import Figure

MEGABYTES = 1_000
MOST_MEGABYTES = 500
NARRATIVE = 2_000  # letters: a gigabyte is then about 450,000 reports

_READ = """
import json, resource, sys
from pathlib import Path
from tvec_pv.reference_files import product
from tvec_pv.sources.detection import detect
from tvec_pv.sources.formats import Options, read

def peak_kilobytes():
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))

path, options = Path(sys.argv[1]), Options(product())
cases = sum(record.case is not None for record in read(path, detect(path, options), options))
print(json.dumps({"cases": cases, "megabytes": peak_kilobytes() / 1024}))
"""


def measure_listing() -> Figure:
    """The peak of memory, in megabytes, of reading a CSV listing of a gigabyte in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        listing = Path(folder) / "listing.csv"
        size, reports = write_listing(listing, MEGABYTES)
        started = time.perf_counter()
        found = read_in_a_process(listing)
        seconds = time.perf_counter() - started
    if found["cases"] != reports:
        raise AssertionError(f"{reports} reports were written, {found['cases']:.0f} were read")
    name = f"line listing of {size // 10**6} MB, {reports} reports, read in {seconds:.0f} s: peak of memory"
    return Figure(name, found["megabytes"], MOST_MEGABYTES, " MB", at_most=True)


def read_in_a_process(path: Path) -> dict[str, float]:
    """Cases and the peak of memory in megabytes of a process that reads a file."""
    done = subprocess.run([sys.executable, "-c", _READ, path], check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def write_listing(path: Path, megabytes: int) -> tuple[int, int]:
    """A generated listing of about that size: its size in bytes and the number of its reports."""
    columns = ("case_id", "latest_received", "reaction", "seriousness", "drug", "role", "lot", "narrative")
    narrative = ("Synthetic. Fièvre, frissons und Kältegefühl. " * NARRATIVE)[:NARRATIVE]
    reports = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        while file.buffer.tell() < megabytes * 10**6:
            for _ in range(1_000):
                reports += 1
                row = (f"DE-GENERATED-{reports}", "2026-10-05", "Pyrexia", "non-serious", "Imlygic", "suspect", "L1")
                writer.writerow((*row, f"{reports} {narrative}"))
            file.flush()
    return path.stat().st_size, reports


if __name__ == "__main__":
    sys.stdout.write(measure_listing().line + "\n")
