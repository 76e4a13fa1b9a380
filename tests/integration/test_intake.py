"""Intake: nothing lost, nothing twice, a reason for each thing held back. On SQLite and on PostgreSQL."""

import os
import subprocess
import sys
import traceback
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from tests.factories import (
    a_case,
    a_drug,
    a_patient,
    a_reaction,
    another_drug,
    day,
    e2b_batch,
    e2b_message,
    faers_quarter,
    line_listing_csv,
    zipped,
)
from tests.samples import EXPECTED, FOLDER, files
from tests.samples.hospital_listing import FATIGUE
from tests.stored import asked, document, knowledge, number, tables
from tvec_pv.actions import intake
from tvec_pv.actions.detection import detect_signals
from tvec_pv.actions.intake import take_in
from tvec_pv.actions.publication import publish
from tvec_pv.actions.runs import run
from tvec_pv.domain.errors import AlreadyRunning, OutOfBalance
from tvec_pv.domain.icsr import Case, NullFlavor, NullificationAmendment, Patient, known
from tvec_pv.domain.records import OtherProducts, check_balance
from tvec_pv.sources import formats
from tvec_pv.store import changes, reads
from tvec_pv.store.database import reading, writing

INBOX = FOLDER / "inbox"
README_SENTENCE = (
    "received 112 = 41 new + 4 follow-up + 1 amendment + 1 nullification + 2 duplicate + 7 quarantined + "
    "56 out of scope; difference 0"
)
NEVER_TWICE = ("cases", "case_versions", "assessments", "assessed_reactions", "source_records", "findings")
SAMPLE_CASES = [sample.case for file in files() for sample in file.samples if sample.case]


def put(folder, **named):
    """A folder with these files; `_` in a name stands for the dot of its ending."""
    folder.mkdir(exist_ok=True)
    for name, content in named.items():
        (folder / name.replace("_", ".")).write_bytes(content)
    return folder


def e2b(*cases):
    return e2b_batch(*map(e2b_message, cases), batch_id="TESTS", created="20261102060000+0000")


def listing(*rows):
    return line_listing_csv([FATIGUE | row for row in rows])


def classes(result):
    return {str(one): count for one, count in result.balance.classes.items() if count}


def held(house):
    with reading(house.store) as connection:
        return reads.held_records(connection)


def case(house, key):
    with reading(house.store) as connection:
        return reads.get_case(connection, key)


@pytest.fixture
def without_checks(monkeypatch):
    """Great Expectations costs half a second per batch: where checks do not matter, they find nothing."""
    monkeypatch.setattr(intake, "check_cases", lambda cases, *_: [() for _ in cases])


class Killed(BaseException):
    """What ends a night where a test wants it to end."""


def killing(number, original):
    """A function that ends the night when it is called for the n-th time."""
    calls = Counter()

    def function(*arguments, **named):
        calls["all"] += 1
        if calls["all"] == number:
            raise Killed
        return original(*arguments, **named)

    return function


# --- the sample inbox ----------------------------------------------------------------------------------------------


def test_each_sample_report_ends_in_the_class_that_its_list_says(night):
    stored = asked(
        night.house,
        """SELECT f.name, r.place, r.record_class, r.reports FROM source_records r
           JOIN source_files f ON f.id = r.file_id""",
    )
    one_by_one = {(row["name"], row["place"]): row["record_class"] for row in stored if row["reports"] == 1}
    together = [(row["name"], row["record_class"], row["reports"]) for row in stored if row["reports"] > 1]
    expected = {(one.file, one.place): str(one.expected) for one in EXPECTED}
    summed = {place: one for place, one in expected.items() if place not in one_by_one}

    assert one_by_one == {place: one for place, one in expected.items() if place in one_by_one}
    assert together == [("faers_ascii_2026q3.zip", "out of scope", len(summed))]
    assert {(name, one) for (name, _), one in summed.items()} == {("faers_ascii_2026q3.zip", "out of scope")}


def test_each_file_balances_by_the_classes_that_its_list_says(night):
    expected = {}
    for one in EXPECTED:
        expected.setdefault(one.file, Counter())[str(one.expected)] += 1

    assert {file.name: Counter(classes(file)) for file in night.taken.files} == expected
    assert {file.name: file.balance.received for file in night.taken.files} == {
        name: counted.total() for name, counted in expected.items()
    }


def test_the_night_ends_with_the_balance_that_the_samples_readme_states(night):
    assert README_SENTENCE.removesuffix("; difference 0") in (FOLDER / "README.md").read_text("utf-8")
    assert night.taken.lines[-1] == README_SENTENCE
    assert not night.taken.is_unchanged


def test_files_are_read_in_the_order_of_their_names(night):
    assert [file.name for file in night.taken.files] == sorted(path.name for path in INBOX.iterdir())


def test_every_file_is_kept_byte_for_byte_under_its_hash(night):
    kept = {path.name: path.read_bytes() for path in night.house.settings.raw.glob("*/*")}
    received = [path.read_bytes() for folder in ("inbox", "background") for path in (FOLDER / folder).iterdir()]

    assert kept == {sha256(content).hexdigest(): content for content in received}


def test_a_follow_up_is_the_current_version_and_a_late_one_is_not(night):
    followed, late = case(night.house, "US-EXAMPLEBIO-2026000101"), case(night.house, "AT-EXAMPLEBIO-2026000107")

    assert (followed.versions, followed.record_class, followed.document["C.1.5"]) == (2, "follow-up", "20261026")
    assert (late.versions, late.record_class) == (2, "new")
    assert "CT is planned" not in late.document["H.1"]


def test_a_follow_up_in_another_format_joins_its_case_by_the_worldwide_number(night):
    encephalitis = case(night.house, "GB-EXAMPLEBIO-2026000105")

    assert (encephalitis.versions, encephalitis.file) == (2, "partner_listing_2026-10.csv")
    assert encephalitis.document["C.1.1"] == "GB-EXAMPLEPARTNER-0038"


def test_a_nullified_case_is_kept_and_leaves_the_counts(night):
    thrombosis = case(night.house, "US-EXAMPLEBIO-2026000112")

    assert (thrombosis.is_nullified, thrombosis.versions) == (True, 2)
    # 41 new cases, without this one and without the one in which the product is concomitant
    assert night.found.cases == 39
    assert "deep vein thrombosis" not in {pair.key for pair in night.found.pairs}


def test_an_amendment_is_a_version_of_its_case(night):
    cellulitis = case(night.house, "US-EXAMPLEBIO-2026000109")

    assert (cellulitis.record_class, cellulitis.versions, cellulitis.is_nullified) == ("amendment", 2, False)


def test_the_run_is_recorded_with_the_versions_it_worked_with(night):
    row = asked(night.house, "SELECT * FROM runs WHERE kind = 'intake'")
    [versions] = [document(one["versions"]) for one in row]

    assert [(one["outcome"], one["finished_at"] is not None) for one in row] == [("done", True)]
    assert set(versions) == {
        *("code", "product", "safety_profile", "reporting_rules", "thresholds", "expectations", "meddra")
    }
    assert all(versions.values())


# --- nothing twice -------------------------------------------------------------------------------------------------


def test_the_same_inbox_again_changes_nothing_and_says_so(morning):
    names = (*NEVER_TWICE, "source_files", "signals", "flags", "flag_cases")
    before = tables(morning, *names)

    again = take_in(morning, [INBOX])
    detected = detect_signals(morning)

    assert tables(morning, *names) == before
    assert classes(again) == {"duplicate": 112}
    assert again.lines[-2] == "nothing changed: every file was taken in before"
    assert again.balance.difference == 0
    assert detected.new_flags == 0


def test_the_same_bytes_under_another_name_are_a_repeat(morning, tmp_path):
    before = tables(morning, *NEVER_TWICE, "source_files")
    batch = (INBOX / "imlygic_2026-11-02_batch.xml").read_bytes()

    again = take_in(morning, [put(tmp_path / "inbox", renamed_xml=batch)])

    assert tables(morning, *NEVER_TWICE, "source_files") == before
    assert [(file.name, file.is_repeat, classes(file)) for file in again.files] == [
        ("renamed.xml", True, {"duplicate": 21})
    ]
    assert number(morning, "SELECT count(*) FROM receipts WHERE name = 'renamed.xml'") == 1


def test_the_same_bytes_twice_in_one_inbox_are_taken_in_once(house, tmp_path, without_checks):
    result = take_in(house, [put(tmp_path / "inbox", a_csv=listing({}), b_csv=listing({}))])

    assert [classes(file) for file in result.files] == [{"new": 1}, {"duplicate": 1}]
    assert number(house, "SELECT count(*) FROM case_versions") == 1


def test_a_new_file_beside_known_ones_is_a_change(morning, tmp_path):
    result = take_in(morning, [INBOX, put(tmp_path / "more", new_csv=listing({"case_id": "GB-TESTS-1"}))])

    assert classes(result) == {"new": 1, "duplicate": 112}
    assert "nothing changed" not in " ".join(result.lines)


def test_an_empty_inbox_is_an_alert(house, tmp_path):
    result = take_in(house, [put(tmp_path / "inbox")])

    assert result.lines[0].startswith("ALERT: the inbox is empty")
    assert result.balance.received == 0


def test_versions_in_any_order_leave_the_same_current_versions(house, new_store, opened, tmp_path, without_checks):
    """First reports, follow-ups, a late version and an amendment; the nullification has its own test below."""
    first, second, third = (
        a_case("US-TESTS-1", latest_received=day(when), narrative=f"As known on {when}.")
        for when in ("2026-10-05", "2026-10-12", "2026-10-19")
    )
    of_listing = listing({"case_id": "GB-TESTS-2", "version": 1}, {"case_id": "GB-TESTS-2", "version": 2})
    contents = {"a_xml": e2b(first), "b_xml": e2b(second), "c_xml": e2b(third), "d_csv": of_listing}
    inbox = put(tmp_path / "inbox", **contents)
    backwards = put(tmp_path / "backwards", **dict(zip(reversed(contents), contents.values(), strict=True)))
    for name, content in contents.items():  # endings do not matter: formats are told by content
        (backwards / f"{9 - ord(name[0]) % 9}{name}").write_bytes(content)
        (backwards / name.replace("_", ".")).unlink(missing_ok=True)

    take_in(house, [inbox])
    with new_store(tmp_path / "home") as url, opened(tmp_path / "other", url) as other:
        take_in(other, [backwards])
        assert [file["name"] for file in asked(other, "SELECT name FROM source_files ORDER BY id")] != sorted(contents)
        assert current(other) == current(house)


def current(house):
    """The current version of each case: its number, its content, whether it counts."""
    with reading(house.store) as connection:
        return [(one.case_key, one.key.content_hash, one.is_nullified) for one in reads.current_versions(connection)]
