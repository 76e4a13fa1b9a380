"""Reports that do not end, under limits made small, and readers that would call an address or run a command.

What the limits are for is shown by test_bounded_memory.py and, at a gigabyte, by `make memory`.
"""

import os
import socket
import stat
import subprocess
import tracemalloc
import zipfile
from io import BytesIO

import pytest

from tests.e2b_writer.r2 import r2_file, r2_report
from tests.factories import (
    a_case,
    a_drug,
    a_patient,
    a_reaction,
    e2b_batch,
    e2b_message,
    faers_quarter,
    line_listing_csv,
    line_listing_xlsx,
    vaers_tables,
    zipped,
)
from tests.fuzz.originals import generated
from tests.performance.large_files import LARGE
from tests.samples import FOLDER
from tvec_pv.domain.dates import read_date
from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.domain.icsr import TestResult
from tvec_pv.domain.product_names import match_name
from tvec_pv.domain.records import Record
from tvec_pv.domain.remembering import remembered
from tvec_pv.domain.terms import normalise
from tvec_pv.domain.visits import exponent_in
from tvec_pv.reference_files import case_rules, product
from tvec_pv.sources import line_listing, table, table_csv
from tvec_pv.sources.detection import detect
from tvec_pv.sources.formats import Format, Options, read
from tvec_pv.sources.guard import MOST_OF_ONE_PART, guarded_record

OPTIONS = Options(product(), mappings=FOLDER / "mappings", name="DELETE24Q1.txt")


@pytest.fixture
def records(tmp_path):
    def of(content):
        path = tmp_path / "file"
        path.write_bytes(content)
        return [item for item in read(path, detect(path, OPTIONS), OPTIONS) if isinstance(item, Record)]

    return of


def checks(record):
    return [finding.check for finding in record.findings]


# --- reports that do not end ----------------------------------------------------------------------------------------

PARTS = {
    "reactions": lambda count: {"reactions": (a_reaction(),) * count},
    "medicines": lambda count: {"drugs": (a_drug(),) * count},
    "tests": lambda count: {"tests": (TestResult(),) * count},
    "doses of a medicine": lambda count: {"drugs": (a_drug(doses=a_drug().doses[:1] * count),)},
    "entries of the history": lambda count: {"patient": a_patient(history=(None,) * count)},
}


@pytest.mark.parametrize("part", PARTS)
def test_a_report_with_more_parts_than_any_true_one_is_held(part):
    most = guarded_record("here", lambda: (a_case(**PARTS[part](MOST_OF_ONE_PART)), ()))
    beyond = guarded_record("here", lambda: (a_case(**PARTS[part](MOST_OF_ONE_PART + 1)), ()))

    assert (most.case is not None, checks(most)) == (True, [])
    assert (beyond.case, checks(beyond)) == (None, ["READ-SIZE"])


def test_the_neighbours_of_a_report_that_does_not_end_are_read(records):
    listing = line_listing_csv(
        {"case_id": f"DE-{case}", "reaction": "cold sore", "drug": "Imlygic"}
        for case in (1, *(2,) * (MOST_OF_ONE_PART + 1), 3)
    )
    before, endless, after = records(listing)

    assert (before.case.sender_case_id, after.case.sender_case_id) == ("DE-1", "DE-3")
    assert (endless.case, checks(endless)) == (None, ["READ-SIZE"])


NAMES = "case_id,reaction,drug,narrative\n"


def test_rows_of_one_report_that_are_longer_than_any_are_held_and_the_neighbours_read(records, monkeypatch):
    monkeypatch.setattr(table, "MOST_OF_ROWS", 30_000)
    monkeypatch.setattr(line_listing, "MOST_OF_ROWS", 30_000)
    row = f",x,Imlygic,{'x' * 1_000}\n"
    before, long, after = records(f"{NAMES}DE-1{row}{f'DE-2{row}' * 40}DE-3{row}".encode())

    assert (before.case.sender_case_id, after.case.sender_case_id) == ("DE-1", "DE-3")
    assert (long.where, long.case, checks(long)) == ("row 3 and those after it", None, ["LIST-ROWS"])


def test_a_single_row_may_be_as_long_as_a_row_may_be(records, monkeypatch):
    monkeypatch.setattr(table, "MOST_OF_ROWS", 30_000)
    [record] = records(f"{NAMES}DE-1,x,Imlygic,{'x' * 40_000}\n".encode())

    assert record.case.narrative == "x" * 40_000


def test_a_row_of_vaers_that_never_ends_is_refused(records, monkeypatch):
    """A quotation mark is closed and opened on each line: no cell is long, and all of them are one row."""
    tables = vaers_tables(
        data=[{"VAERS_ID": "0900001", "SYMPTOM_TEXT": "chills"}],
        vax=[{"VAERS_ID": "0900001", "VAX_NAME": "IMLYGIC"}],
        symptoms=[{"VAERS_ID": "0900001", "SYMPTOM1": "Chills"}],
        encoding="utf-8",
    )
    monkeypatch.setattr(table_csv, "LONGEST_ROW", 30_000)
    endless = tables | {"2026VAERSDATA.csv": tables["2026VAERSDATA.csv"] + b'0900002,"' + b'\n","' * 10_000}

    assert [record.case.sender_case_id for record in records(zipped(tables))] == ["VAERS-0900001"]
    with pytest.raises(UnreadableFile, match="longer than any row"):
        records(zipped(endless))


@pytest.mark.parametrize(("digits", "checked"), [(100, []), (101, ["TABLE-NUMBER"])])
def test_a_report_number_that_is_too_long_to_be_one_is_held(digits, checked, records):
    """Else the numbers of a table would be remembered, however long they are."""
    number = "7" * digits
    tables = vaers_tables(
        data=[{"VAERS_ID": number, "SYMPTOM_TEXT": "chills"}],
        vax=[{"VAERS_ID": number, "VAX_NAME": "IMLYGIC"}],
        symptoms=[{"VAERS_ID": number, "SYMPTOM1": "Chills"}],
        encoding="utf-8",
    )

    assert [check for check in checks(records(zipped(tables))[0]) if check.startswith("TABLE")] == checked


@pytest.mark.parametrize(("letters", "asked"), [(200, 1), (201, 2)])
def test_only_names_of_ordinary_length_are_remembered(letters, asked):
    questions = []
    is_product = remembered(2**17)(lambda name: questions.append(name) or False)

    assert not is_product("x" * letters)
    assert not is_product("x" * letters)
    assert len(questions) == asked


REMEMBERED = {
    "a name, by a reader": ("x" * 10**6, remembered(2**17)(OPTIONS.may_be_product)),
    "a name, by the rule": ("x" * 10**6, lambda name: match_name(OPTIONS.product, name)),
    "a date": (f"20240309141516.{'1' * 10**6}", lambda text: read_date(text).earliest),
    "a name of a reaction": ("x" * 10**6, normalise),
    "words of a dose": ("x" * 10**6, exponent_in),
    "words that many rules ask": ("x" * 10**6, case_rules().medicines.is_in),
    "a date among spaces": (f"2024{' ' * 10**6}", lambda text: read_date(text).earliest),
}


@pytest.mark.parametrize("kind", REMEMBERED)
def test_no_text_of_a_megabyte_is_remembered(kind):
    text, read_it = REMEMBERED[kind]
    tracemalloc.start()
    try:
        read_it(text + text[-1])
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert kept < 10**6


def test_every_format_is_measured():
    """`make memory` reads a gigabyte of each."""
    measured = {"VAERS": "VAERS", "FHIR AdverseEvent": "FHIR", "FAERS deleted cases": "list of deleted cases",
                "EudraVigilance line listing": "EudraVigilance", "mapped line listing": "mapped listing"}  # fmt: skip

    assert [one for one in Format if not any(kind.startswith(measured.get(one, one)) for kind in LARGE)] == []


# --- nothing is fetched, nothing is run, nothing is written ---------------------------------------------------------


@pytest.fixture
def watched(monkeypatch):
    """What reaches for the network or for another program, in this process."""
    reached = []
    for owner, name in (
        (socket.socket, "connect"),
        (socket.socket, "connect_ex"),
        (socket, "getaddrinfo"),
        (subprocess, "Popen"),
        (os, "system"),
        (os, "posix_spawn"),
    ):

        def reach(*given, name=name, **named):
            reached.append(name)
            raise AssertionError(f"{name} was called")

        monkeypatch.setattr(owner, name, reach)
    return reached


ADDRESS = "http://192.0.2.1/called"
CALLING = f'=HYPERLINK("{ADDRESS}")'
REACHING = {
    "E2B(R3) with a schema location": e2b_batch(e2b_message(a_case())).replace(
        b"<MCCI_IN200100UV01", f'<MCCI_IN200100UV01 xsi:schemaLocation="urn:hl7-org:v3 {ADDRESS}"'.encode(), 1
    ),
    "an external document type": r2_file(r2_report(a_case()), doctype=f'<!DOCTYPE ichicsr SYSTEM "{ADDRESS}">'),
    "a stylesheet": e2b_batch(e2b_message(a_case())).replace(
        b"<MCCI_IN200100UV01", f'<?xml-stylesheet href="{ADDRESS}"?><MCCI_IN200100UV01'.encode(), 1
    ),
    "a formula in a CSV": line_listing_csv(
        [{"case_id": "DE-1", "reaction": CALLING, "drug": "=cmd|' /C calc'!A0", "narrative": "+1+cmd"}]
    ),
    "a formula in a workbook": line_listing_xlsx(
        [{"case_id": "DE-1", "reaction": CALLING, "drug": "Imlygic", "narrative": f'=WEBSERVICE("{ADDRESS}")'}]
    ),
    "FHIR that points elsewhere": (
        f'{{"resourceType": "AdverseEvent", "subject": {{"reference": "{ADDRESS}"}}, '
        f'"suspectEntity": [{{"instance": {{"reference": "{ADDRESS}"}}}}]}}'
    ).encode(),
}


@pytest.mark.parametrize("kind", REACHING)
def test_reading_reaches_for_no_address_and_runs_nothing(kind, tmp_path, watched):
    path = tmp_path / "file"
    path.write_bytes(REACHING[kind])

    assert list(read(path, detect(path, OPTIONS), OPTIONS))
    assert watched == []


@pytest.mark.parametrize("name", generated())
def test_no_format_reaches_for_an_address_or_runs_anything(name, tmp_path, watched):
    path = tmp_path / "file"
    path.write_bytes(generated()[name])

    assert list(read(path, detect(path, OPTIONS), OPTIONS))
    assert watched == []


def test_a_link_in_an_archive_is_read_as_what_it_is_and_never_followed(records, tmp_path):
    """A zip may say that a member is a link: what it holds is then the path, which is no table."""
    secret = tmp_path / "secret.txt"
    secret.write_text("primaryid$caseid\n71$7\n")
    with zipfile.ZipFile(BytesIO(quarter())) as whole:
        members = {name: whole.read(name) for name in whole.namelist()}
    written = BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            is_link = name.endswith("REAC24Q1.txt")
            info.external_attr = ((stat.S_IFLNK | 0o777) if is_link else 0o644) << 16
            archive.writestr(info, str(secret).encode() if is_link else content)
    path = tmp_path / "linked.zip"
    path.write_bytes(written.getvalue())

    with pytest.raises(UnreadableFile, match="the REAC table has neither a primaryid nor an isr column"):
        list(read(path, detect(path, OPTIONS), OPTIONS))
    assert sorted(one.name for one in tmp_path.iterdir()) == ["linked.zip", "secret.txt"]


def quarter():
    return faers_quarter(
        demo=[{"caseid": 7}],
        drug=[{"caseid": 7, "drug_seq": 1, "role_cod": "PS", "drugname": "Imlygic"}],
        reac=[{"caseid": 7, "pt": "Oral herpes"}],
    )


def test_an_archive_with_a_member_without_a_name_is_refused_with_a_reason(records):
    with pytest.raises(UnreadableFile, match="ask for it again"):
        records(zipped({"": b"x", "a.txt": b"x"}))
