"""Generated files of any size in every format. Nobody in them exists.

Each report has a text of its own out of some megabytes of made-up words, so that nothing packs better than true files.
"""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from random import Random
from typing import IO, TypeAlias

from tests.e2b_writer.r2 import r2_file, r2_report
from tests.factories import a_case, e2b_batch, e2b_message, line_listing_xlsx, vaers_tables
from tests.performance.faers import write_quarter
from tests.samples import mapped_listing
from tests.unit import test_eudravigilance as eudravigilance

Pieces: TypeAlias = Iterator[bytes]

NUMBER, TEXT = b"US-GENERATED-0000000", b"A text that stands for another."
LETTERS = 5_000  # of each text
ONE_IN = 1_000  # reports of VAERS that are the product's
_SYLLABLES = ("a", "be", "ci", "dor", "fe", "glu", "kälte", "lam", "mi", "no", "pru", "ritus", "se", "tos", "zu", "é")


def _words() -> bytes:
    random = Random(20_261_124)
    words = ["".join(random.choices(_SYLLABLES, k=random.randint(1, 4))) for _ in range(500_000)]
    return " ".join(words).encode()


_WORDS = _words()


def text(number: int) -> bytes:
    """The text of a report: whole letters, and no two alike."""
    start = number * 7_919 % (len(_WORDS) - LETTERS)
    return _WORDS[start : start + LETTERS].decode(errors="ignore").encode()


def numbered(report: bytes, number: int) -> bytes:
    return report.replace(NUMBER, b"US-GENERATED-%07d" % number).replace(TEXT, text(number))


def many(whole: bytes, start: bytes, end: bytes, reports: int, between: bytes = b"") -> Pieces:
    """A file whose one report, from `start` to `end`, is there that many times, each time as another."""
    first, last = whole.index(start), whole.rindex(end) + len(end)
    report = whole[first:last]
    yield whole[:first]
    for number in range(reports):
        yield (between if number else b"") + numbered(report, number)
    yield whole[last:]


CASE = a_case(NUMBER.decode(), narrative=TEXT.decode())
R3 = e2b_batch(e2b_message(CASE))
R2 = r2_file(r2_report(CASE))
OPENFDA = {
    "results": [
        {
            "safetyreportid": NUMBER.decode(),
            "patient": {
                "drug": [{"medicinalproduct": "IMLYGIC", "openfda": {"brand_name": ["IMLYGIC"] * 20}}],
                "reaction": [{"reactionmeddrapt": "Pyrexia"}],
                "summary": {"narrativeincludeclinical": TEXT.decode()},
            },
        }
    ]
}
FHIR = (
    {"resourceType": "Patient", "id": NUMBER.decode(), "gender": "female"},
    {
        "resourceType": "AdverseEvent",
        "identifier": {"value": NUMBER.decode()},
        "subject": {"reference": f"Patient/{NUMBER.decode()}"},
        "event": {"text": "Pyrexia"},
        "suspectEntity": [{"instance": {"display": "Imlygic"}}],
        "note": [{"text": TEXT.decode()}],
    },
)
ROW = {"case_id": NUMBER.decode(), "latest_received": "2026-10-05", "reaction": "Pyrexia", "seriousness": "non-serious",
       "drug": "Imlygic", "role": "suspect", "lot": "L1", "narrative": TEXT.decode()}  # fmt: skip


def r3(reports: int) -> Pieces:
    return many(R3, b"<PORR_IN049016UV", b"</PORR_IN049016UV>", reports)


def r2(reports: int) -> Pieces:
    return many(R2, b"<safetyreport>", b"</safetyreport>", reports)


def faers_xml(reports: int) -> Pieces:
    whole = R2.replace(b"Example Biologics", b"FDA-Public Use")
    return many(whole, b"<safetyreport>", b"</safetyreport>", reports)


def openfda(reports: int) -> Pieces:
    whole = json.dumps(OPENFDA, separators=(",", ":")).encode()
    return many(whole, b'{"safetyreportid"', b"}}", reports, between=b",")


def fhir_lines(reports: int) -> Pieces:
    """Each event points to a patient of its own: all of them can be looked up."""
    return many(b"".join(json.dumps(one).encode() + b"\n" for one in FHIR), b"{", b"\n", reports)


def fhir_bundle(reports: int) -> Pieces:
    whole = json.dumps({"resourceType": "Bundle", "entry": [{"resource": one} for one in FHIR]}).encode()
    return many(whole, b'{"resource"', b"}}", reports, between=b",")


def listing(reports: int) -> Pieces:
    return table(ROW, ROW, reports)


def table(
    columns: Iterable[str], row: Mapping[str, str], reports: int, *, start: str = "", delimiter: str = ","
) -> Pieces:
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, list(columns), restval="", delimiter=delimiter)
    writer.writeheader()
    header = written.getvalue()
    writer.writerow(row)
    whole = (start + written.getvalue()).encode()
    return many(whole, written.getvalue()[len(header) :].encode(), b"\r\n", reports)


def partners_listing(reports: int) -> Pieces:
    row = {"Fallnummer": NUMBER.decode(), "Stand": "05.10.2026", "Melder": "Arzt", "Reaktion": "Fieber",
           "Ausgang": "wiederhergestellt", "Arzneimittel": "Imlygic", "Bericht": TEXT.decode()}  # fmt: skip
    return table(mapped_listing.HEADER, row, reports, start="Klinikum Beispiel\r\n\r\n", delimiter=";")


def eudravigilance_csv(reports: int) -> Pieces:
    """Its reports have no text; their list of reactions is long instead."""
    reactions = ",<BR><BR>".join([eudravigilance.ROW[eudravigilance.REACTIONS]] * 20)
    row = eudravigilance.ROW | {"EU Local Number": NUMBER.decode(), eudravigilance.REACTIONS: reactions}
    return table(eudravigilance.HEADER, row, reports, start="\ufeff\ufeff")


def deleted_list(cases: int) -> Pieces:
    yield b" \r\n"
    for start in range(0, cases, 1_000):
        yield b"".join(b"%d\r\n" % (10_000_000 + number) for number in range(start, min(start + 1_000, cases)))


_ROW_PLACE = re.compile(rb'r="([A-Z]*)2"')


def sheet(whole: bytes, reports: int) -> Pieces:
    """A sheet of an Excel workbook whose second row is there that many times, each with its own number."""
    numberless = _ROW_PLACE.sub(rb'r="\1@@"', whole)
    rows = many(numberless, b'<row r="@@"', b"</row>", reports)
    yield next(rows)
    for number, row in zip(range(2, reports + 2), rows, strict=False):
        yield row.replace(b"@@", b"%d" % number)
    yield next(rows)


# --- files of a size ------------------------------------------------------------------------------------------------


def put(file: IO[bytes], pieces: Pieces) -> int:
    """Write pieces until there are no more; the size in bytes."""
    return sum(map(file.write, pieces))


def write(path: Path, pieces: Pieces) -> int:
    with path.open("wb") as file:
        return put(file, pieces)


def pack(path: Path, members: Mapping[str, Pieces]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, pieces in members.items():
            with archive.open(name, "w", force_zip64=True) as file:
                put(file, pieces)


def reports_in(size: int, pieces: Callable[[int], Pieces]) -> int:
    one, two = (sum(map(len, pieces(reports))) for reports in (1, 2))
    return size // (two - one)


Large: TypeAlias = Callable[[Path, int], int]
"""Writes a file of that many bytes, of an archive when it is unpacked; the number of its reports."""


def _plain(pieces: Callable[[int], Pieces]) -> Large:
    def large(path: Path, size: int) -> int:
        reports = reports_in(size, pieces)
        write(path, pieces(reports))
        return reports

    return large


def _packed_openfda(path: Path, size: int) -> int:
    reports = reports_in(size, openfda)
    pack(path, {"drug-event-0001-of-0001.json": openfda(reports)})
    return reports


def _workbook(path: Path, size: int) -> int:
    with zipfile.ZipFile(io.BytesIO(line_listing_xlsx([ROW], list(ROW)))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    [name] = (name for name in parts if name.endswith("sheet1.xml"))
    whole = parts.pop(name)
    reports = reports_in(size, partial(sheet, whole))
    pack(path, {part: iter([content]) for part, content in parts.items()} | {name: sheet(whole, reports)})
    return reports


def _vaers(path: Path, size: int) -> int:
    """The three tables of a year, together of that size; of the reports one in a thousand names the product."""
    number, name = NUMBER.decode(), "VACCINE"
    tables = vaers_tables(
        data=[{"VAERS_ID": number, "RECVDATE": "01/15/2026", "SYMPTOM_TEXT": TEXT.decode()}],
        vax=[{"VAERS_ID": number, "VAX_NAME": name}],
        symptoms=[{"VAERS_ID": number, "SYMPTOM1": "Chills"}] * 2,
        encoding="utf-8",
    )
    split = {file: content.split(b"\r\n", 1) for file, content in tables.items()}
    reports = size // sum(len(numbered(rows, 0)) for _, rows in split.values())

    def pieces(header: bytes, rows: bytes) -> Pieces:
        yield header + b"\r\n"
        for report in range(reports):
            vaccine = b"IMLYGIC" if report % ONE_IN == 0 else b"FLUZONE"
            yield numbered(rows, report).replace(b"US-GENERATED-", b"").replace(name.encode(), vaccine)

    pack(path, {file: pieces(*parts) for file, parts in split.items()})
    return reports


LARGE: dict[str, Large] = {
    "E2B(R3)": _plain(r3),
    "E2B(R2)": _plain(r2),
    "FAERS XML": _plain(faers_xml),
    "openFDA JSON": _plain(openfda),
    "openFDA JSON in a zip": _packed_openfda,
    "FAERS ASCII in a zip": write_quarter,
    "list of deleted cases": _plain(deleted_list),
    "VAERS, three tables in a zip": _vaers,
    "EudraVigilance CSV": _plain(eudravigilance_csv),
    "line listing as CSV": _plain(listing),
    "line listing as XLSX": _workbook,
    "mapped listing as CSV": _plain(partners_listing),
    "FHIR, a resource in a line": _plain(fhir_lines),
}
