"""Files that would fill the memory, reports that do not end, and readers that would call an address or run a command.

`python -m tests.performance.memory` does the same at a gigabyte.
"""

import os
import socket
import stat
import subprocess
import sys
import zipfile
from io import BytesIO

import pytest

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
    zipped,
)
from tests.fuzz.originals import generated
from tests.performance import memory
from tests.samples import FOLDER
from tests.stored import asked
from tvec_pv.actions.intake import Contents, take_in
from tvec_pv.domain.icsr import Quantity, TestResult
from tvec_pv.domain.records import Record
from tvec_pv.reference_files import product
from tvec_pv.sources.detection import detect
from tvec_pv.sources.formats import Options, read
from tvec_pv.sources.guard import MOST_OF_ONE_PART, guarded_record

OPTIONS = Options(product(), mappings=FOLDER / "mappings", name="DELETE24Q1.txt")
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux how much memory the process took")


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


# --- files that would fill the memory -------------------------------------------------------------------------------


@on_linux
@pytest.mark.parametrize("kind", memory.LARGE)
def test_a_larger_file_takes_no_more_memory(kind, tmp_path):
    found = {}
    for megabytes in (1, 10):
        path = tmp_path / f"{megabytes}"
        reports = memory.reports_in(kind, megabytes)
        size = memory.write(path, memory.LARGE[kind](reports))
        found[megabytes] = memory.read_in_a_process(path)
        assert (found[megabytes].cases, found[megabytes].reasons) == (reports, [])
        assert size > megabytes * 900_000

    assert found[10].megabytes - found[1].megabytes < 15


# By how many megabytes it may raise the peak of a process that reads a small file, which has about 100.
MAY_TAKE = {"E2B(R3), a million attributes": 90, "E2B(R3), a million empty elements in a case": 40}


@on_linux
@pytest.mark.parametrize("kind", memory.HARMFUL)
def test_a_file_made_to_fill_the_memory_does_not(kind, tmp_path):
    """A tenth of what the command writes: a hundred thousand of the one, two hundred megabytes of the other."""
    size = memory.write(tmp_path / "harmful", memory.HARMFUL[kind](100_000))
    found = memory.read_in_a_process(tmp_path / "harmful")

    assert size > 10**6
    assert found.reasons
    assert found.megabytes < 250


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
    "an external document type": f'<!DOCTYPE ichicsr SYSTEM "{ADDRESS}"><ichicsr/>'.encode(),
    "a stylesheet": f'<?xml-stylesheet href="{ADDRESS}"?>'.encode() + e2b_batch(e2b_message(a_case())),
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
    contents = Contents(read(path, detect(path, OPTIONS), OPTIONS))

    assert list(contents.numbered())
    assert watched == []


@pytest.mark.parametrize("name", generated())
def test_no_format_reaches_for_an_address_or_runs_anything(name, tmp_path, watched):
    path = tmp_path / "file"
    path.write_bytes(generated()[name])

    assert list(Contents(read(path, detect(path, OPTIONS), OPTIONS)).numbered())
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
    found = list(Contents(read(path, detect(path, OPTIONS), OPTIONS)).numbered())

    assert found
    assert "71" not in repr([item.case.reactions for _, item in found if isinstance(item, Record) and item.case])
    assert sorted(one.name for one in tmp_path.iterdir()) == ["linked.zip", "secret.txt"]


def quarter():
    return faers_quarter(
        demo=[{"caseid": 7}],
        drug=[{"caseid": 7, "drug_seq": 1, "role_cod": "PS", "drugname": "Imlygic"}],
        reac=[{"caseid": 7, "pt": "Oral herpes"}],
    )


def test_an_archive_with_a_member_without_a_name_is_read_or_refused(records):
    content = zipped({"": b"x"} | {"a.txt": b"x"})
    path_is_told = pytest.raises(Exception, match="none of the formats")

    with path_is_told:
        records(content)


# --- what cannot be true --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "unit", "plausible"),
    [(67, "a", True), (67, "10.a", False), (670, "mo", True), (6_700, "mo", False), (24_000, "d", True)],
)
def test_an_age_in_the_wrong_unit_is_a_finding_and_the_night_goes_on(age, unit, plausible, house, tmp_path):
    aged = a_case("US-EXAMPLEBIO-2026000021", patient=a_patient(age=Quantity(value=float(age), unit=unit)))
    other = a_case("US-EXAMPLEBIO-2026000022")
    (tmp_path / "batch.xml").write_bytes(e2b_batch(e2b_message(aged), e2b_message(other)))
    taken = take_in(house, [tmp_path / "batch.xml"])
    elements = [
        row["element"]
        for row in asked(
            house,
            "SELECT x.element FROM findings x JOIN source_records r ON r.id = x.record_id WHERE r.position = 1",
        )
    ]

    assert taken.balance.difference == 0
    assert ("D.2.2" in " ".join(elements)) is not plausible
