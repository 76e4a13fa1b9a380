"""E2B(R2) as files: encodings, what stands beside the reports, what other document types add. All of it is made up."""

from dataclasses import replace

import pytest

from tests.e2b_writer.r2 import DOCTYPE, r2_file, r2_report
from tests.factories import a_case, a_patient
from tvec_pv.domain.records import Envelope, Record
from tvec_pv.reference_files import product
from tvec_pv.sources.detection import detect
from tvec_pv.sources.formats import Options, read

OPTIONS = Options(product())
CASES = [
    a_case(f"FR-EXAMPLE-{number}", patient=a_patient(name="É.Ç."), narrative="Œdème à 38,9 °C – été")
    for number in (1, 2)
]


@pytest.fixture
def items(tmp_path):
    def of(content):
        path = tmp_path / "file"
        path.write_bytes(content)
        return list(read(path, detect(path, OPTIONS), OPTIONS))

    return of


def cases(found):
    return [item.case for item in found if isinstance(item, Record)]


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1", "windows-1252", "UTF-16"])
@pytest.mark.parametrize("lines", [b"\r\n", b"\n", b""], ids=["CRLF", "LF", "one line"])
def test_encodings(encoding, lines, items):
    content = r2_file(*map(r2_report, CASES), encoding=encoding)
    if encoding != "UTF-16":
        content = content.replace(b"\r\n", lines)

    for written, case in zip(CASES, cases(items(content)), strict=True):
        assert (case.patient.name, case.narrative) == (written.patient.name, written.narrative)


@pytest.mark.parametrize(
    "doctype",
    [
        "",
        DOCTYPE,
        '<!DOCTYPE ichicsr SYSTEM "ich-icsr-v2.1.dtd">',
        '<!DOCTYPE ichicsr PUBLIC "-//ICHM2//DTD ICSR Vers. 2.1//EN" "icsr21xml.dtd">',
        '<!DOCTYPE ichicsr SYSTEM "icsr-xml-v2.2.dtd" []>',
    ],
    ids=["none", "ICH", "another name", "public", "an empty subset"],
)
@pytest.mark.parametrize("kind", ["ICSR", "ichicsr", "ICHICSR", "backlog"])
def test_document_types_and_kinds_of_message(doctype, kind, items):
    found = items(r2_file(*map(r2_report, CASES), doctype=doctype, messagetype=kind))

    assert found[0] == Envelope("EXAMPLEBIO", "EXAMPLESAFETY", "EXAMPLEBIO-R2-1")
    assert [case.sender_case_id for case in cases(found)] == ["FR-EXAMPLE-1", "FR-EXAMPLE-2"]


def test_elements_of_other_document_types_are_passed_over(items):
    plain = r2_file(r2_report(CASES[0]))
    added = plain.replace(
        b"<qualification>", b"<reporteremailaddress>x@example.org</reporteremailaddress><qualification>"
    )
    extended = added.replace(b"</patient>", b"<fda><deep><er>x</er></deep></fda></patient>").replace(
        b"<fulfillexpeditecriteria>", b"<combinationproductreport>1</combinationproductreport><fulfillexpeditecriteria>"
    )
    (_, before), (_, after) = items(plain), items(extended)

    assert len(extended) > len(plain)
    assert after.case == replace(before.case, combination_product=True)
    assert after.findings == ()


@pytest.mark.parametrize("place", ["<safetyreport>", "</ichicsr>"], ids=["before the first", "after the last"])
def test_what_stands_beside_the_reports_is_a_record(place, items):
    content = r2_file(*map(r2_report, CASES)).replace(
        place.encode(), b"<SafetyReport>lost</SafetyReport>" + place.encode(), 1
    )
    records = [item for item in items(content) if isinstance(item, Record)]

    assert [record.where for record in records] == ["report 1", "report 2", "report 3"]
    (lost,) = [record for record in records if record.case is None]
    assert [finding.check for finding in lost.findings] == ["READ-REPORT"]


def test_a_file_without_reports_has_no_record(items):
    assert cases(items(r2_file())) == []


@pytest.mark.parametrize("content", ["<safetyreport/>", "<safetyreport>text</safetyreport>"])
def test_an_empty_report_is_a_record_too(content, items):
    (record,) = [item for item in items(r2_file(content)) if isinstance(item, Record)]

    assert record.case.sender_case_id is None
