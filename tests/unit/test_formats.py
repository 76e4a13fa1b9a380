"""The format of a file is told by what it holds, never by its name."""

import io
import zipfile
from datetime import date

import pytest
from openpyxl import Workbook

from tests.e2b_writer.r2 import DOCTYPE, r2_file, r2_report
from tests.factories import (
    a_case,
    deleted_list,
    e2b_batch,
    e2b_message,
    faers_quarter,
    line_listing_csv,
    line_listing_xlsx,
    vaers_tables,
    zipped,
)
from tests.real_data import REAL_DATA, needs_real_data
from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.domain.records import Record
from tvec_pv.reference_files import product
from tvec_pv.sources.detection import detect
from tvec_pv.sources.formats import Format, Options, find_files, read

OPTIONS = Options(product())
ROW = {"case_id": "DE-1", "reaction": "cold sore", "drug": "Imlygic"}
XML = e2b_batch(e2b_message(a_case()))
R2 = r2_file(r2_report(a_case()))
JSON = b'{"meta": {"results": {"skip": 0}}, "results": [{"safetyreportid": "1"}]}'
CSV = line_listing_csv([ROW])
XLSX = line_listing_xlsx([ROW])
FAERS = faers_quarter(demo=[{"caseid": 1}], drug=[{"caseid": 1, "drugname": "Imlygic"}])
DELETED = deleted_list([10153291, 8456123])
VAERS_TABLES = vaers_tables(data=[{"VAERS_ID": "0900001"}], vax=[{"VAERS_ID": "0900001", "VAX_NAME": "Imlygic"}])
VAERS = zipped(VAERS_TABLES)
NAMES = ("report.xml", "report.csv", "report.xlsx", "report.zip", "report.txt", "report", "report.pdf")
LISTING = "case_id,reaction,drug\n"


def a_file(tmp_path, content, name="report"):
    path = tmp_path / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (XML, Format.E2B_R3),
        (R2, Format.E2B_R2),
        (R2.replace(b"Example Biologics", b"FDA-Public Use"), Format.FAERS_XML),
        (JSON, Format.OPENFDA),
        (zipped({"drug-event-0001-of-0001.json": JSON}), Format.OPENFDA),
        (CSV, Format.LINE_LISTING),
        (XLSX, Format.LINE_LISTING),
        (FAERS, Format.FAERS_ASCII),
        (DELETED, Format.FAERS_DELETED),
        (VAERS, Format.VAERS),
    ],
    ids=[
        *("E2B(R3)", "E2B(R2)", "FAERS XML", "openFDA", "openFDA zip", "CSV", "XLSX", "FAERS"),
        *("deleted cases", "VAERS"),
    ],
)
def test_the_name_says_nothing(tmp_path, name, content, expected):
    assert detect(a_file(tmp_path, content, name), OPTIONS) is expected


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + XML,
        b"\n\n  " + XML.partition(b"?>")[2].lstrip(),
        XML.decode().replace("UTF-8", "UTF-16").replace("utf-8", "utf-16").encode("utf-16"),
        XML.partition(b"?>")[2].lstrip(),
    ],
    ids=["byte order mark", "space before the first element", "UTF-16", "no XML declaration"],
)
def test_e2b_is_told_by_its_first_element(tmp_path, content):
    assert detect(a_file(tmp_path, content), OPTIONS) is Format.E2B_R3


@pytest.mark.parametrize(
    "content",
    [
        r2_file(r2_report(a_case()), doctype=""),
        r2_file(r2_report(a_case()), doctype='<!DOCTYPE ichicsr SYSTEM "http://127.0.0.1:9/icsr21xml.dtd">'),
        r2_file(r2_report(a_case()), encoding="ISO-8859-1", messagetype="ICHICSR"),
        b"\xef\xbb\xbf" + r2_file(r2_report(a_case())).replace(DOCTYPE.encode(), b"\n"),
    ],
    ids=["no document type", "a document type elsewhere", "Latin-1", "byte order mark"],
)
def test_e2b_r2_is_told_by_its_root(tmp_path, content):
    assert detect(a_file(tmp_path, content), OPTIONS) is Format.E2B_R2


@pytest.mark.parametrize(
    "content",
    [b"\xef\xbb\xbf" + JSON, b"\n " + JSON, b'[{"safetyreportid": "1"}]', b'{"medicinalproduct" : "X"}\n{}\n'],
    ids=["byte order mark", "space", "a list", "one a line"],
)
def test_openfda_is_told_by_the_names_in_it(tmp_path, content):
    assert detect(a_file(tmp_path, content), OPTIONS) is Format.OPENFDA


@pytest.mark.parametrize(
    "content", [LISTING.encode("utf-8-sig"), b"DRUG,case_ID , Reaction ,x\n", CSV], ids=["BOM", "any order", "full"]
)
def test_a_listing_is_told_by_three_of_its_columns(tmp_path, content):
    assert detect(a_file(tmp_path, content), OPTIONS) is Format.LINE_LISTING


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   \n\n",
        b"\0",
        b"Dear colleague, a patient had a cold sore.",
        b"case_id,reaction\nDE-1,cold sore\n",
        b"%PDF-1.7\n",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"{\"results\": []}",
        b"{",
        b"<html><body>502 Bad Gateway</body></html>",
        b"<MCCI_IN200100UV01/>",
        b"<?xml version='1.0'?><ichicsr xmlns='urn:other'></ichicsr>",
        b'{"meta": {}, "results": [{"term": "PYREXIA", "count": 3}]}',
        b'{"error": {"code": "NOT_FOUND"}}',
        b"10153291 10796583\n",
        b"10153291\nDear colleague,\n",
        b"\n\n10153291\n",
        b"1\n2\n3\n",
        b" \n",
        *VAERS_TABLES.values(),
        b"<",
        b"PK",
        b"PK\x03\x04 and then nothing",
    ],
    ids=lambda content: repr(content[:30]),
)  # fmt: skip
def test_what_is_none_of_the_formats_is_refused(tmp_path, content):
    with pytest.raises(UnreadableFile):
        detect(a_file(tmp_path, content, "report.xml"), OPTIONS)


@pytest.mark.parametrize(
    "content",
    [
        b'{"resourceType": "AdverseEvent"}',
        b'\n { "resourceType" :"Bundle","entry":[]}',
        b'\xef\xbb\xbf{"id":"a","resourceType": "AdverseEvent"}',
        b'{"resourceType":"Patient","id":"1"}\n{"resourceType":"AdverseEvent"}\n',
        b'{"entry":[{"resource":{"resourceType":"AdverseEvent"}}],"resourceType":"Bundle"}',
    ],
)
def test_fhir_is_told_by_its_resource_type(tmp_path, content):
    assert detect(a_file(tmp_path, content), OPTIONS) is Format.FHIR


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252"])
def test_a_listing_is_told_in_any_encoding(tmp_path, encoding):
    content = "case_id\treaction\tdrug\nDE-1\tÜbelkeit\tImlygic\n".encode(encoding)

    assert detect(a_file(tmp_path, content), OPTIONS) is Format.LINE_LISTING


def test_a_zip_of_other_things_is_refused(tmp_path):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("holiday.jpg", "x")

    with pytest.raises(UnreadableFile, match="holds none of the formats that are read"):
        detect(a_file(tmp_path, written.getvalue()), OPTIONS)


def test_a_faers_extract_is_one_source_as_a_folder_too(tmp_path):
    folder = tmp_path / "inbox" / "quarter"
    with zipfile.ZipFile(io.BytesIO(FAERS)) as archive:
        archive.extractall(folder)

    assert find_files([tmp_path / "inbox"]) == [folder]
    assert detect(folder, OPTIONS) is Format.FAERS_ASCII


def test_an_unpacked_faers_quarter_hides_no_other_file_of_the_inbox(tmp_path):
    with zipfile.ZipFile(io.BytesIO(FAERS)) as archive:
        archive.extractall(tmp_path / "faers_ascii_2024q1")
        archive.extractall(tmp_path / "faers_ascii_2024q2")
    (tmp_path / "report.xml").write_bytes(XML)

    assert [path.name for path in find_files([tmp_path])] == ["faers_ascii_2024q1", "faers_ascii_2024q2", "report.xml"]


@pytest.mark.parametrize("inside", ["ascii", "."])
def test_a_faers_quarter_unpacked_into_the_inbox_itself_hides_no_other_file(tmp_path, inside):
    """As `unzip` leaves it: the tables in ascii/ or beside the other files."""
    with zipfile.ZipFile(io.BytesIO(FAERS)) as archive:
        tables = {name.rpartition("/")[2]: archive.read(name) for name in archive.namelist()}
    (tmp_path / inside).mkdir(exist_ok=True)
    for name, content in tables.items():
        (tmp_path / inside / name).write_bytes(content)
    (tmp_path / "report.xml").write_bytes(XML)

    assert "report.xml" in [path.name for path in find_files([tmp_path])]


def test_the_list_of_deleted_cases_belongs_to_its_unpacked_quarter(tmp_path):
    folder = tmp_path / "inbox" / "quarter"
    content = faers_quarter(demo=[{"caseid": 1}], drug=[{"caseid": 1, "drugname": "Imlygic"}], deleted=[10153291])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)
    (tmp_path / "inbox" / "DELETE24Q2.txt").write_bytes(DELETED)

    assert find_files([tmp_path / "inbox"]) == [tmp_path / "inbox" / "DELETE24Q2.txt", folder]


def write(folder, files):
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def test_the_tables_of_vaers_are_one_source_in_a_folder_and_loose_in_the_inbox(tmp_path):
    folder = write(tmp_path / "vaers 2025", VAERS_TABLES)
    write(tmp_path, VAERS_TABLES | {"report.xml": XML})

    assert find_files([tmp_path]) == [tmp_path, tmp_path / "report.xml", folder]
    assert [detect(path, OPTIONS) for path in (tmp_path, folder)] == [Format.VAERS] * 2


def test_tables_of_vaers_of_which_one_is_missing_are_refused_with_what_to_do(tmp_path):
    (name, content), *others = VAERS_TABLES.items()
    write(tmp_path, dict(others))

    assert len(find_files([tmp_path])) == 2
    for path in find_files([tmp_path]):
        with pytest.raises(UnreadableFile, match="DATA, VAX and SYMPTOMS"):
            detect(path, OPTIONS)
    with pytest.raises(UnreadableFile, match="holds none of the formats that are read"):
        detect(a_file(tmp_path, zipped({name: content})), OPTIONS)


def test_a_folder_with_two_extracts_is_refused_with_what_to_do(tmp_path):
    with zipfile.ZipFile(io.BytesIO(FAERS)) as archive:
        archive.extractall(tmp_path)
    write(tmp_path, VAERS_TABLES)

    assert find_files([tmp_path]) == [tmp_path]
    with pytest.raises(UnreadableFile, match="a folder of its own"):
        detect(tmp_path, OPTIONS)


@pytest.mark.parametrize(
    ("told", "is_one"),
    [({"drugname": "Imlygic"}, True), ({"prod_ai": "TALIMOGENE LAHERPAREPVEC"}, True), ({"nda_num": "125518"}, True),
     ({"drugname": "Opdivo", "nda_num": "125554"}, False)],
)  # fmt: skip
def test_a_report_of_faers_is_the_products_by_name_substance_or_licence(tmp_path, told, is_one):
    path = a_file(tmp_path, faers_quarter(demo=[{"caseid": 1}], drug=[{"caseid": 1} | told]))

    (item,) = read(path, Format.FAERS_ASCII, OPTIONS)
    assert isinstance(item, Record) == is_one


def test_the_name_of_a_kept_list_of_deleted_cases_is_told_by_the_options(tmp_path):
    path = a_file(tmp_path, DELETED, "0a1b2c")

    (item,) = read(path, Format.FAERS_DELETED, Options(product(), name="DELETE22Q4.txt"))
    assert item.as_of == date(2022, 12, 31)
    with pytest.raises(UnreadableFile, match="has no quarter"):
        list(read(path, Format.FAERS_DELETED, OPTIONS))


def test_files_are_found_in_the_order_of_their_names_also_in_folders_with_spaces(tmp_path):
    inbox = tmp_path / "in box"
    (inbox / "b folder").mkdir(parents=True)
    for name in ("c.xml", "a.xml", "b folder/2.csv", "b folder/1.csv", ".DS_Store"):
        (inbox / name).write_bytes(b"x")

    found = [path.relative_to(inbox).as_posix() for path in find_files([inbox])]

    assert found == ["a.xml", "b folder/1.csv", "b folder/2.csv", "c.xml"]


def test_a_file_that_is_named_itself_is_taken(tmp_path):
    path = a_file(tmp_path, CSV, "named.csv")

    assert find_files([path]) == [path]


def test_a_path_that_is_not_there_is_said_so(tmp_path):
    with pytest.raises(UnreadableFile, match="no file or folder"):
        find_files([tmp_path / "nowhere"])


def test_an_empty_inbox_holds_no_file(tmp_path):
    assert find_files([tmp_path]) == []


def test_a_workbook_of_something_else_is_refused(tmp_path):
    book = Workbook()
    book.active.append(["name", "budget"])
    written = io.BytesIO()
    book.save(written)

    with pytest.raises(UnreadableFile, match="columns are none that are read"):
        detect(a_file(tmp_path, written.getvalue()), OPTIONS)


@needs_real_data
@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("e2b_r3/*/*.xml", Format.E2B_R3),
        ("faers/*.zip", Format.FAERS_ASCII),
        ("faers/DELETE*.txt", Format.FAERS_DELETED),
        ("vaers", Format.VAERS),
        ("fhir/*.json", Format.FHIR),
    ],
)
def test_real_files_are_known(pattern, expected):
    files = sorted(REAL_DATA.glob(pattern))

    assert files
    assert [detect(path, OPTIONS) for path in files] == [expected] * len(files)


@needs_real_data
@pytest.mark.parametrize(
    "pattern",
    [
        *("e2b_r2/mapping*.xml", "e2b_r3/ack/*", "openfda/*schema.json", "e2b_r3/*.zip"),
        *("faers/ASC*.txt", "vaers/*.csv"),
    ],
)
def test_real_files_of_other_kinds_are_refused(pattern):
    files = sorted(REAL_DATA.glob(pattern))

    assert files
    for path in files:
        with pytest.raises(UnreadableFile):
            detect(path, OPTIONS)
