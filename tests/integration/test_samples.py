"""The sample reports: they are what `tests.samples` writes, valid, and read as the cases they were written from."""

import io
import zipfile

import pytest
from lxml import etree

from tests.real_data import REAL_DATA, needs_real_data
from tests.samples import EXPECTED, FOLDER, contents, files
from tvec_pv.domain.records import Envelope, OtherProducts, RecordClass
from tvec_pv.reference_files import product
from tvec_pv.sources.detection import detect
from tvec_pv.sources.formats import Options, read

BROKEN_OFF = "imlygic_2026-11-08_broken-off.xml"
XML_FILES = [file for file in files() if b"<MCCI_IN200100UV01" in file.content]
R2_FILES = [file for file in files() if b"<ichicsr" in file.content]


@pytest.fixture(scope="module")
def ich_schema(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ich")
    with zipfile.ZipFile(REAL_DATA / "e2b_r3" / "ich_icsr_xsd.zip") as archive:
        archive.extractall(folder)
    return etree.XMLSchema(file=str(folder / "multicacheschemas" / "MCCI_IN200100UV01.xsd"))


def unpacked(content):
    """What a zip or a workbook holds: compression may differ between machines, contents may not."""
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {one.filename: (one.date_time, archive.read(one)) for one in archive.infolist()}


def records(file):
    path = FOLDER / "inbox" / file.name
    found = read(path, detect(path, Options(product())), Options(product()))
    return [item for item in found if not isinstance(item, Envelope)]


@needs_real_data
@pytest.mark.parametrize("file", [file for file in XML_FILES if file.name != BROKEN_OFF], ids=lambda file: file.name)
def test_the_e2b_samples_are_valid_against_the_ich_schema(file, ich_schema):
    ich_schema.validate(etree.fromstring(file.content))

    assert [f"{error.line}: {error.message}" for error in ich_schema.error_log] == []


@needs_real_data
@pytest.mark.parametrize("file", R2_FILES, ids=lambda file: file.name)
def test_the_r2_samples_are_valid_against_the_document_type_of_ich(file):
    dtd = etree.DTD(str(REAL_DATA / "e2b_r2" / "dtd" / "icsr21.dtd"))

    assert dtd.validate(etree.fromstring(file.content)), dtd.error_log


def test_writing_the_samples_again_gives_the_files_that_are_there():
    there = {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in FOLDER.rglob("*") if path.is_file()}
    written = contents()

    assert sorted(there) == sorted(written)
    assert [name for name in written if unpacked(there[name]) != unpacked(written[name])] == []


@pytest.mark.parametrize("file", XML_FILES, ids=lambda file: file.name)
def test_an_e2b_sample_reads_as_the_cases_it_was_written_from(file):
    written = [sample.case for sample in file.samples]

    assert [record.case for record in records(file)] == written


@pytest.mark.parametrize("file", R2_FILES, ids=lambda file: file.name)
def test_an_r2_sample_reads_without_a_finding(file):
    """That it reads as what it was written from, as far as R2 can say it, is in tests/unit/test_e2b_r2_and_r3.py."""
    assert [record.findings for record in records(file)] == [()] * len(file.samples)


@pytest.mark.parametrize(
    "file", [file for file in files() if not file.name.endswith(".txt")], ids=lambda file: file.name
)
def test_the_samples_stand_where_their_list_says(file):
    found = records(file)
    places = [record.where for record in found if not isinstance(record, OtherProducts)]
    others = sum(record.count for record in found if isinstance(record, OtherProducts))
    listed = [sample for sample in file.samples if sample.place in places]

    assert [sample.place for sample in listed] == places
    assert len(file.samples) - len(listed) == others


def test_the_inbox_shows_every_class():
    assert {expected.expected for expected in EXPECTED} == set(RecordClass)
