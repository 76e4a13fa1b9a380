"""How much memory a gigabyte of each format takes, and files made to fill it: `python -m tests.performance.memory`.

Everything is generated. Each file is read in a process of its own, as the intake does, and its peak is what counts.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

from tests.e2b_writer.r2 import r2_file, r2_report
from tests.factories import a_case, e2b_batch, e2b_message
from tests.performance.figures import Figure

MEGABYTES = 1_000
MOST_MEGABYTES = 500
CASE = a_case("US-GENERATED-0000000", narrative="Synthetic. Fièvre, frissons und Kältegefühl. " * 50)
NUMBER = b"US-GENERATED-0000000"

_READ = """
import json, resource, sys
from pathlib import Path
from tvec_pv.actions.intake import Contents
from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.domain.records import Record
from tvec_pv.reference_files import product
from tvec_pv.sources.detection import detect
from tvec_pv.sources.formats import Options, read

def peak_kilobytes():
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))

path, options = Path(sys.argv[1]), Options(product())
cases, reasons = 0, []
try:
    for _, item in Contents(read(path, detect(path, options), options)).numbered():
        if isinstance(item, Record) and item.case is not None:
            cases += 1
        elif isinstance(item, Record):
            reasons += [finding.check for finding in item.findings]
except UnreadableFile:
    reasons.append("READ-FILE")
print(json.dumps({"cases": cases, "reasons": reasons, "megabytes": peak_kilobytes() / 1024}))
"""


@dataclass(frozen=True)
class Found:
    """Cases that were read, the checks that held something back, and the peak of memory in megabytes."""

    cases: int
    reasons: list[str]
    megabytes: float


def read_in_a_process(path: Path) -> Found:
    done = subprocess.run([sys.executable, "-c", _READ, path], check=True, capture_output=True, text=True)
    return Found(**json.loads(done.stdout))


Pieces = Iterator[bytes]


def write(path: Path, pieces: Pieces) -> int:
    """Write pieces until there are no more; the size in bytes."""
    with path.open("wb") as file:
        return sum(map(file.write, pieces))


# --- a gigabyte -----------------------------------------------------------------------------------------------------


def many(whole: bytes, start: bytes, end: bytes, reports: int, between: bytes = b"") -> Pieces:
    """A file with its one report, from `start` to `end`, written that many times under numbers of its own."""
    first, last = whole.index(start), whole.rindex(end) + len(end)
    report = whole[first:last]
    yield whole[:first]
    for number in range(reports):
        yield (between if number else b"") + report.replace(NUMBER, b"US-GENERATED-%07d" % number)
    yield whole[last:]


R3 = e2b_batch(e2b_message(CASE))
R2 = r2_file(r2_report(CASE))
FHIR = {
    "resourceType": "AdverseEvent",
    "identifier": {"value": NUMBER.decode()},
    "event": {"text": "Pyrexia"},
    "suspectEntity": [{"instance": {"display": "Imlygic"}}],
    "note": [{"text": CASE.narrative}],
}
OPENFDA = {
    "results": [
        {
            "safetyreportid": NUMBER.decode(),
            "patient": {
                "drug": [{"medicinalproduct": "IMLYGIC", "openfda": {"brand_name": ["IMLYGIC"] * 20}}],
                "reaction": [{"reactionmeddrapt": "Pyrexia"}],
                "summary": {"narrativeincludeclinical": CASE.narrative},
            },
        }
    ]
}
_OPENFDA = json.dumps(OPENFDA, separators=(",", ":")).encode()
LARGE: dict[str, Callable[[int], Pieces]] = {
    "E2B(R3)": lambda reports: many(R3, b"<PORR_IN049016UV", b"</PORR_IN049016UV>", reports),
    "E2B(R2)": lambda reports: many(R2, b"<safetyreport>", b"</safetyreport>", reports),
    "FAERS XML": lambda reports: many(
        R2.replace(b"Example Biologics", b"FDA-Public Use"), b"<safetyreport>", b"</safetyreport>", reports
    ),
    "openFDA": lambda reports: many(_OPENFDA, b'{"safetyreportid"', b"}}", reports, between=b","),
    "FHIR lines": lambda reports: many(json.dumps(FHIR).encode() + b"\n", b"{", b"\n", reports),
}


def reports_in(kind: str, megabytes: int) -> int:
    one, two = (sum(map(len, LARGE[kind](count))) for count in (1, 2))
    return megabytes * 10**6 // (two - one)


# --- made to do harm ------------------------------------------------------------------------------------------------

THREE = [a_case(f"US-GENERATED-000000{number}") for number in range(1, 4)]
R3_OF_THREE = e2b_batch(*map(e2b_message, THREE))
R2_OF_THREE = r2_file(*map(r2_report, THREE))
_REACTION = (
    b'<subjectOf2 typeCode="SBJ"><observation classCode="OBS" moodCode="EVN"><id root="1"/>'
    b'<code code="29" codeSystem="2.16.840.1.113883.3.989.2.1.1.19"/></observation></subjectOf2>'
)


def in_the_second(whole: bytes, end: bytes, before: bytes, pieces: Pieces) -> Pieces:
    """The file with pieces put into its second report, before the first place where that stands."""
    place = whole.index(before, whole.index(end))
    yield whole[:place]
    yield from pieces
    yield whole[place:]


def _in_r3(pieces: Pieces) -> Pieces:
    return in_the_second(R3_OF_THREE, b"</PORR_IN049016UV>", b'<subjectOf2 typeCode="SBJ">', pieces)


def _in_r2(pieces: Pieces) -> Pieces:
    return in_the_second(R2_OF_THREE, b"</safetyreport>", b"<reaction>", pieces)


def _numbered(pattern: bytes, count: int) -> Pieces:
    for start in range(0, count, 10_000):
        yield b"".join(pattern % number for number in range(start, min(count, start + 10_000)))


def _around(start: bytes, pieces: Pieces, end: bytes) -> Pieces:
    yield start
    yield from pieces
    yield end


MB = b"x" * 10**6
HARMFUL: dict[str, Callable[[int], Pieces]] = {
    "E2B(R3), a million reactions in a case": lambda size: _in_r3(repeat(_REACTION, size)),
    "E2B(R3), a million empty elements in a case": lambda size: _in_r3(_around(b"<x>", repeat(b"<y/>", size), b"</x>")),
    "E2B(R3), a million attributes": lambda size: _in_r3(_around(b"<x", _numbered(b" a%d=''", size), b"/>")),
    "E2B(R3), a text of two gigabytes": lambda size: _in_r3(_around(b"<x>", repeat(MB, size // 500), b"</x>")),
    "E2B(R2), a million reactions in a case": lambda size: _in_r2(repeat(b"<reaction></reaction>", size)),
    "E2B(R2), a million attributes": lambda size: _in_r2(_around(b"<x", _numbered(b" a%d=''", size), b"/>")),
    "E2B(R2), a text of two gigabytes": lambda size: _in_r2(_around(b"<x>", repeat(MB, size // 500), b"</x>")),
    "XML, a million entities before the first tag": lambda size: _around(
        b"<!DOCTYPE ichicsr [", _numbered(b'<!ENTITY e%d "xxxxxxxxxx">', size), b"]>" + R2_OF_THREE
    ),
    "XML, a million attributes of the first tag": lambda size: _around(
        b"<ichicsr", _numbered(b" a%d=''", size), b"></ichicsr>"
    ),
    "XML, a comment of two gigabytes": lambda size: _around(b"<!--", repeat(MB, size // 500), b"-->" + R2_OF_THREE),
    "openFDA, a text of two gigabytes": lambda size: _around(
        b'{"results": [{"safetyreportid": "', repeat(MB, size // 500), b'"}]}'
    ),
    "FHIR, a text of two gigabytes": lambda size: _around(
        b'{"resourceType": "AdverseEvent", "id": "', repeat(MB, size // 500), b'"}'
    ),
    "listing, a cell of two gigabytes": lambda size: _around(
        b'case_id,reaction,drug\nDE-1,x,"', repeat(MB, size // 500), b'"\n'
    ),
    "listing, a million rows of one case": lambda size: _around(
        b"case_id,reaction,drug\nDE-1,x,Imlygic\n", repeat(b"DE-2,x,Imlygic\n", size), b"DE-3,x,Imlygic\n"
    ),
    "FAERS list, a line of two gigabytes": lambda size: _around(
        b"\r\n10000001\r\n10000002\r\n", repeat(b"1" * 10**6, size // 500), b"\r\n"
    ),
}


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        for kind, pieces in LARGE.items():
            reports = reports_in(kind, MEGABYTES)
            figure, found = _figure(kind, path, pieces(reports))
            if found.cases != reports or found.reasons:
                raise AssertionError(f"{kind}: {reports} reports were written, {found.cases} were read")
            yield figure
        for kind, pieces in HARMFUL.items():
            figure, found = _figure(kind, path, pieces(1_000_000))
            if not found.reasons:
                raise AssertionError(f"{kind}: nothing was held back")
            yield figure


def _figure(kind: str, path: Path, pieces: Pieces) -> tuple[Figure, Found]:
    size = write(path, pieces)
    began = time.perf_counter()
    found = read_in_a_process(path)
    name = f"{kind}, {size // 10**6} MB: {found.cases} cases, {' '.join(sorted(set(found.reasons))) or 'nothing'} held"
    name = f"{name}, {time.perf_counter() - began:.0f} s: peak of memory"
    return Figure(name, found.megabytes, MOST_MEGABYTES, " MB", at_most=True), found


if __name__ == "__main__":
    missed = 0
    for figure in measure():
        sys.stdout.write(figure.line + "\n")
        sys.stdout.flush()
        missed += not figure.is_met
    sys.exit(1 if missed else 0)
