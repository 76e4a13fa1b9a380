"""Generated files that were made to fill the memory, and which checks hold back what cannot be read of them.

They are as large as the texts of two gigabytes and the parts by the million that they are about: most are not read to
their end, and some are small and unfold.
"""

import json
from collections.abc import Callable
from functools import partial
from itertools import repeat
from typing import NamedTuple

from tests.e2b_writer.r2 import r2_file, r2_report
from tests.factories import a_case, e2b_batch, e2b_message
from tests.performance.large_files import Pieces, fhir_bundle, reports_in

MILLION, MEGABYTE = 1_000_000, b"x" * 10**6
TWO_GIGABYTES = 2_000  # megabytes of a text

CASES = [a_case(f"US-GENERATED-000000{number}") for number in range(1, 4)]
R3 = e2b_batch(*map(e2b_message, CASES))
R2 = r2_file(*map(r2_report, CASES))
_REACTION = (
    b'<subjectOf2 typeCode="SBJ"><observation classCode="OBS" moodCode="EVN"><id root="1"/>'
    b'<code code="29" codeSystem="2.16.840.1.113883.3.989.2.1.1.19"/></observation></subjectOf2>'
)


class Harmful(NamedTuple):
    pieces: Callable[[], Pieces]
    checks: set[str]


def _around(start: bytes, pieces: Pieces, end: bytes) -> Pieces:
    yield start
    yield from pieces
    yield end


def _long(start: bytes, end: bytes) -> Pieces:
    return _around(start, repeat(MEGABYTE, TWO_GIGABYTES), end)


def _numbered(pattern: bytes, count: int = MILLION) -> Pieces:
    for start in range(0, count, 10_000):
        yield b"".join(pattern % number for number in range(start, start + 10_000))


def _in_the_second(whole: bytes, end: bytes, before: bytes, pieces: Pieces) -> Pieces:
    """The file with pieces put into its second report, before the first place where that stands."""
    place = whole.index(before, whole.index(end))
    return _around(whole[:place], pieces, whole[place:])


def _r3(pieces: Pieces) -> Pieces:
    return _in_the_second(R3, b"</PORR_IN049016UV>", b'<subjectOf2 typeCode="SBJ">', pieces)


def _r2(pieces: Pieces) -> Pieces:
    return _in_the_second(R2, b"</safetyreport>", b"<reaction>", pieces)


def _attributes() -> Pieces:
    """A thousand elements with a thousand attributes each: the parser itself refuses one with a million."""
    return _around(
        b"<x>", (b"<y" + b"".join(b" a%d=''" % one for one in range(1_000)) + b"/>" for _ in range(1_000)), b"</x>"
    )


def _fhir_event(**more: object) -> bytes:
    return json.dumps({"resourceType": "AdverseEvent", "event": {"text": "Pyrexia"}, **more}).encode() + b"\n"


def _fhir_references() -> Pieces:
    """One event that points a hundred times to each of a hundred resources of three megabytes of small objects."""
    yield _fhir_event(id="1", resultingEffect=[{"reference": f"Condition/{number % 100}"} for number in range(10_000)])
    for number in range(100):
        start, each = b'{"resourceType":"Condition","id":"%d","x":[' % number, b'{"a":0},'
        yield start + each * (3_000_000 // len(each)) + b"{}]}\n"


def _fhir_ids() -> Pieces:
    """Three hundred patients whose ids have three megabytes each, and an event."""
    yield _fhir_event(id="1")
    for number in range(300):
        yield b'{"resourceType":"Patient","id":"%d' % number + MEGABYTE * 3 + b'"}\n'


def _rows(cells: int, letters: bytes, rows: int) -> Pieces:
    """A listing whose second case has that many rows, each of so many cells."""
    columns = b"".join(b",c%d" % number for number in range(cells))
    row = b"%b" + (b"," + letters) * cells + b"\n"
    yield b"case_id,reaction,drug" + columns + b"\n"
    yield row % b"DE-1,x,Imlygic"
    yield from repeat(row % b"DE-2,x,Imlygic", rows)
    yield row % b"DE-3,x,Imlygic"


def _openfda_names() -> Pieces:
    """Six hundred reports, each with a medicine of another product whose name has a megabyte."""
    yield b'{"results": [{"safetyreportid": "1", "patient": {"drug": [{"medicinalproduct": "IMLYGIC"}]}}'
    for number in range(600):
        name = b"%d" % number + MEGABYTE
        yield b', {"safetyreportid": "%d", "patient": {"drug": [{"medicinalproduct": "%b"}]}}' % (number, name)
    yield b"]}"


HARMFUL: dict[str, Harmful] = {
    "E2B(R3), a million reactions in a case": Harmful(lambda: _r3(repeat(_REACTION, MILLION)), {"READ-SIZE"}),
    "E2B(R3), a million empty elements in a case": Harmful(
        lambda: _r3(_around(b"<x>", repeat(b"<y/>", MILLION), b"</x>")), {"READ-SIZE"}
    ),
    "E2B(R3), a million attributes in a case": Harmful(lambda: _r3(_attributes()), {"READ-SIZE"}),
    "E2B(R3), a text of two gigabytes": Harmful(lambda: _r3(_long(b"<x>", b"</x>")), {"READ-XML"}),
    "E2B(R3), two gigabytes of texts in a case": Harmful(
        lambda: _r3(_around(b"<x>", repeat(b"<y>" + MEGABYTE + b"</y>", TWO_GIGABYTES), b"</x>")), {"READ-SIZE"}
    ),
    "E2B(R2), a million reactions in a case": Harmful(
        lambda: _r2(repeat(b"<reaction></reaction>", MILLION)), {"READ-SIZE"}
    ),
    "E2B(R2), a million attributes in a case": Harmful(lambda: _r2(_attributes()), {"READ-SIZE"}),
    "E2B(R2), a text of two gigabytes": Harmful(lambda: _r2(_long(b"<x>", b"</x>")), {"READ-XML"}),
    "XML, a million entities before the first tag": Harmful(
        lambda: _around(b"<!DOCTYPE ichicsr [", _numbered(b'<!ENTITY e%d "xxxxxxxxxx">'), b"]>" + R2), {"READ-FILE"}
    ),
    "XML, a million attributes of the first tag": Harmful(
        lambda: _around(b"<ichicsr", _numbered(b" a%d=''"), b"></ichicsr>"), {"READ-FILE"}
    ),
    "XML, a comment of two gigabytes": Harmful(lambda: _long(b"<!--", b"-->" + R2), {"READ-FILE"}),
    "openFDA, a text of two gigabytes": Harmful(
        lambda: _long(b'{"results": [{"safetyreportid": "', b'"}]}'), {"READ-SIZE"}
    ),
    "openFDA, names of medicines of a megabyte": Harmful(_openfda_names, set()),
    "FHIR, a Bundle of a gigabyte": Harmful(lambda: fhir_bundle(reports_in(10**9, fhir_bundle)), {"READ-SIZE"}),
    "FHIR, a text of two gigabytes": Harmful(
        lambda: _long(b'{"resourceType": "AdverseEvent", "id": "', b'"}'), {"READ-SIZE"}
    ),
    "FHIR, an event that points to resources without end": Harmful(_fhir_references, {"READ-SIZE"}),
    "FHIR, ids of three megabytes": Harmful(_fhir_ids, set()),
    "listing, a cell of two gigabytes": Harmful(
        lambda: _long(b'case_id,reaction,drug\nDE-1,x,"', b'"\n'), {"READ-FILE"}
    ),
    "listing, a row without end": Harmful(
        lambda: _around(b"case_id,reaction,drug\nDE-1,x,Imlygic", repeat(b",ab" * 100_000, 100), b"\n"), {"READ-FILE"}
    ),
    "listing, a million rows of one case": Harmful(partial(_rows, 0, b"", MILLION), {"LIST-ROWS"}),
    "listing, a gigabyte of long rows of one case": Harmful(partial(_rows, 1, b"x" * 30_000, 33_000), {"LIST-ROWS"}),
    "listing, rows of ten thousand cells of one case": Harmful(partial(_rows, 10_000, b"", 10_000), {"LIST-ROWS"}),
    "FAERS list, a line of two gigabytes": Harmful(
        lambda: _around(b"\r\n10000001\r\n10000002\r\n", repeat(b"1" * 10**6, TWO_GIGABYTES), b"\r\n"), {"READ-FILE"}
    ),
}
