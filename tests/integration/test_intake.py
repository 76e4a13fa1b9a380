"""Intake: nothing lost, nothing twice, a reason for each thing held back. On SQLite and on PostgreSQL."""

import os
import subprocess
import sys
import traceback
from collections import Counter
from dataclasses import dataclass, replace
from hashlib import sha256
from multiprocessing import get_context

import pytest

from tests.case_content import CASE_CONTENT, content_in
from tests.factories import (
    a_case,
    a_patient,
    day,
    deleted_list,
    e2b_batch,
    e2b_message,
    faers_quarter,
    line_listing_csv,
    zipped,
)
from tests.samples import EXPECTED, FOLDER
from tests.samples.hospital_listing import FATIGUE
from tests.stored import asked, document, knowledge, number, tables
from tvec_pv.actions import intake, preparation, workers
from tvec_pv.actions.detection import detect_signals
from tvec_pv.actions.intake import take_in
from tvec_pv.actions.publication import publish
from tvec_pv.actions.runs import run
from tvec_pv.domain.assessment import assess
from tvec_pv.domain.documents import plain
from tvec_pv.domain.errors import AlreadyRunning, OutOfBalance, StoreRefused
from tvec_pv.domain.icsr import Document, NullFlavor, NullificationAmendment, Patient
from tvec_pv.domain.records import Attachment, Record, check_balance
from tvec_pv.domain.versions import VersionKey
from tvec_pv.store import changes, reads, record_reads
from tvec_pv.store.database import reading, writing

INBOX = FOLDER / "inbox"
README_SENTENCE = (
    "received 124 = 47 new + 6 follow-up + 1 amendment + 2 nullification + 2 duplicate + 7 quarantined + "
    "59 out of scope; difference 0"
)
PUBLIC_EXTRACTS = ("faers_ascii_2026q3.zip", "openfda_drug-event_2026q3.json")
NEVER_TWICE = ("cases", "case_versions", "assessments", "assessed_reactions", "source_records", "findings")


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
        return record_reads.held_records(connection)


def case(house, key):
    with reading(house.store) as connection:
        return reads.get_case(connection, key)


@dataclass(frozen=True)
class Known:
    """What a store knows, and the current version of each case: its number, its content, whether it counts."""

    everything: dict[str, list[str]]
    current: list[tuple[str, str, bool]]


def known_by(house):
    with reading(house.store) as connection:
        current = [(one.case_key, one.key.content_hash, one.is_nullified) for one in reads.current_versions(connection)]
    return Known(knowledge(house), current)


@pytest.fixture(scope="session")
def clean(new_store, opened, tmp_path_factory):
    """What is known after one clean night, without checks."""
    home = tmp_path_factory.mktemp("clean")
    with pytest.MonkeyPatch.context() as patch, new_store(home) as url, opened(home, url) as house:
        patch.setattr(preparation, "check_cases", lambda cases, *_: [() for _ in cases])
        take_in(house, [INBOX])
        return known_by(house)


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
    together = {(row["name"], row["record_class"]): row["reports"] for row in stored if row["reports"] > 1}
    expected = {(one.file, one.place): str(one.expected) for one in EXPECTED}
    summed = {place: one for place, one in expected.items() if place not in one_by_one}

    assert one_by_one == {place: one for place, one in expected.items() if place in one_by_one}
    assert together == Counter((name, one) for (name, _), one in summed.items())
    assert set(together) == {(name, "out of scope") for name in PUBLIC_EXTRACTS}


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
    # 47 new cases, without this one, the one that FDA withdrew and the one in which the product is concomitant
    assert night.found.cases == 44
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
    assert classes(again) == {"duplicate": 124}
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

    assert classes(result) == {"new": 1, "duplicate": 124}
    assert "nothing changed" not in " ".join(result.lines)


def test_an_empty_inbox_is_an_alert(house, tmp_path):
    result = take_in(house, [put(tmp_path / "inbox")])

    assert result.lines[0].startswith("ALERT: the inbox is empty")
    assert result.balance.received == 0


def test_files_in_the_opposite_order_leave_the_same_current_versions(clean, house, without_checks):
    """All but one: of two reports that contradict each other, the first is held for true, whichever that is."""
    by_order = {"US-EXAMPLEHOSPITAL-0012"}
    backwards = sorted(INBOX.iterdir(), reverse=True)

    taken = take_in(house, backwards)

    assert [file.name for file in taken.files] == [path.name for path in backwards]
    assert [one for one in known_by(house).current if one[0] not in by_order] == [
        one for one in clean.current if one[0] not in by_order
    ]


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])
def test_the_newest_information_is_current_in_whatever_order_it_came(house, tmp_path, without_checks, order):
    versions = [
        a_case("US-TESTS-1", latest_received=day(when), narrative=f"As known on {when}.")
        for when in ("2026-10-05", "2026-10-12", "2026-10-19")
    ]
    for version in order:
        take_in(house, [put(tmp_path / str(version), one_xml=e2b(versions[version]))])

    stored = case(house, "US-TESTS-1")
    assert (stored.document["H.1"], stored.versions) == ("As known on 2026-10-19.", 3)


def test_an_amendment_replaces_what_it_amends_though_its_date_of_information_is_the_same(
    house, tmp_path, without_checks
):
    for one in range(8):
        first = a_case(f"US-TESTS-{one}")
        amended = replace(
            first,
            narrative=f"Amended, {one}.",
            nullification_amendment=NullificationAmendment.AMENDMENT,
            nullification_amendment_reason="A slip of the keyboard",
        )
        take_in(house, [put(tmp_path / str(one), a_xml=e2b(first), b_xml=e2b(amended))])

    assert [case(house, f"US-TESTS-{one}").record_class for one in range(8)] == ["amendment"] * 8


def test_a_nullification_that_came_before_its_case_takes_effect_when_the_case_arrives(house, tmp_path, without_checks):
    """Its finding says: it waits here until the case arrives."""
    first = a_case("US-TESTS-1")
    nullified = replace(
        first,
        latest_received=day("2026-10-12"),
        nullification_amendment=NullificationAmendment.NULLIFICATION,
        nullification_amendment_reason="A duplicate",
    )
    take_in(house, [put(tmp_path / "inbox", a_xml=e2b(nullified), b_xml=e2b(first))])

    assert case(house, "US-TESTS-1").is_nullified


# --- what a source has to be asked about ---------------------------------------------------------------------------


def test_a_file_that_came_before_is_an_alert_beside_new_ones(house, tmp_path, without_checks):
    take_in(house, [put(tmp_path / "inbox", a_csv=listing({}))])

    again = take_in(house, [put(tmp_path / "inbox", b_csv=listing({"case_id": "GB-TESTS-2"}))])

    assert [alert.partition(" on ")[0] for alert in again.alerts] == ["a.csv is byte for byte a file that was received"]
    assert "nothing changed" not in " ".join(again.lines)


@pytest.mark.parametrize(("rows", "shrank"), [(1, True), (2, True), (3, False), (4, False)])
def test_a_file_that_shrank_is_an_alert(house, tmp_path, without_checks, rows, shrank):
    three, now = ([{"case_id": f"GB-TESTS-{one}"} for one in range(count)] for count in (3, rows))
    take_in(house, [put(tmp_path / "inbox", a_csv=listing(*three))])

    later = take_in(house, [put(tmp_path / "later", a_csv=listing(*now) + b"\n" * (rows == 3))])

    assert any("a.csv shrank" in alert for alert in later.alerts) is shrank


# --- lists of deleted cases ----------------------------------------------------------------------------------------

A_QUARTER = faers_quarter(
    demo=[
        {
            "caseid": 1000000 + number,
            "fda_dt": f"2026090{number}",
            "init_fda_dt": "20260901",
            "occp_cod": "MD",
            "sex": "F",
        }
        for number in (1, 2)
    ],
    drug=[{"caseid": 1000000 + number, "drug_seq": 1, "role_cod": "PS", "drugname": "IMLYGIC"} for number in (1, 2)],
    reac=[{"caseid": 1000000 + number, "pt": "Fatigue"} for number in (1, 2)],
)


@pytest.mark.parametrize("list_first", [False, True])
def test_a_case_on_a_list_of_deleted_cases_leaves_the_counts_whichever_came_first(
    house, tmp_path, without_checks, list_first
):
    quarter = put(tmp_path / "quarter", q_zip=A_QUARTER)
    deleted = put(tmp_path / "list", DELETE26Q3_txt=deleted_list([1000001, 1000777, 1000778]))

    for folder in (deleted, quarter) if list_first else (quarter, deleted):
        taken = take_in(house, [folder])
        assert taken.balance.difference == 0

    assert (case(house, "FAERS-1000001").is_nullified, case(house, "FAERS-1000002").is_nullified) == (True, False)
    assert detect_signals(house).cases == 1
    assert publish(house).path.is_file()
    expected = {"new": 2} if list_first else {"nullification": 1, "out of scope": 2}
    assert classes(taken) == expected
    if list_first:
        assert "VERSION-DELETED" in {one["check"] for one in case(house, "FAERS-1000001").findings}


def test_a_version_newer_than_the_list_stands(house, tmp_path, without_checks):
    take_in(house, [put(tmp_path / "list", DELETE26Q2_txt=deleted_list([1000001]))])
    take_in(house, [put(tmp_path / "quarter", q_zip=A_QUARTER)])

    assert not case(house, "FAERS-1000001").is_nullified


# --- batches -------------------------------------------------------------------------------------------------------


def test_a_batch_ends_where_its_documents_are_large(monkeypatch):
    def record(size):
        content = b"x" * size
        return Record("message", None, (), (Attachment(sha256(content).hexdigest(), content),))

    monkeypatch.setattr(workers, "TOGETHER", 100)
    records = [(None, number, record(size)) for number, size in enumerate((1, 99, 1, 101, 0, 0, 0, 0))]

    pieces = [[number for _, number, _ in piece] for piece in workers._pieces(records, 3)]
    assert pieces == [[0, 1, 2], [3], [4, 5, 6], [7]]


# --- several processes ---------------------------------------------------------------------------------------------


@pytest.fixture
def two_ways(new_store, opened, tmp_path_factory):
    """What one process and what two leave of two files that each come twice, and what they say."""

    def taken_in(batch_size):
        inbox, found = tmp_path_factory.mktemp("inbox"), []
        for time in (1, 2):
            for name in ("imlygic_2026-11-02_batch.xml", "partner_listing_2026-10.csv"):
                (inbox / f"{time}_{name}").write_bytes((INBOX / name).read_bytes())
        for processes in (1, 2):
            home = tmp_path_factory.mktemp(f"processes{processes}")
            with new_store(home) as url, opened(home, url, workers=processes, batch_size=batch_size) as house:
                result = take_in(house, [inbox])
                assert [file.is_repeat for file in result.files] == [False, False, True, True]
                found.append((knowledge(house), result.lines))
        return found

    return taken_in


@pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
def test_two_processes_leave_the_same_store_as_one(two_ways):
    one, two = two_ways(batch_size=2_000)

    assert one == two


@pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
@pytest.mark.parametrize(
    ("batch_size", "together"),
    [(9, 64_000_000), (2_000, 100_000)],
    ids=["more records than a process takes at once", "each file for itself"],
)
def test_however_the_work_is_shared_the_store_is_the_same(two_ways, monkeypatch, without_checks, batch_size, together):
    monkeypatch.setattr(intake, "TOGETHER", together)
    monkeypatch.setattr(workers, "get_context", lambda _: get_context("fork"))  # inherits what was set here
    one, two = two_ways(batch_size)

    assert one == two


# --- a night that was cut off --------------------------------------------------------------------------------------

POINTS = {
    "while the bytes of a file are kept": (intake, "keep", 3),
    "when a file has just been opened": (changes, "add_file", 3),
    "in the midst of a batch": (changes, "add_records", 5),
    "before the findings of a batch": (changes, "add_findings", 9),
    "before the audit rows of a batch": (changes, "append_audit", 17),
    "between two batches": (intake, "store_batch", 9),
    "when all of a file's records are stored": (changes, "complete_file", 4),
    "before the receipt of a file": (changes, "add_receipt", 4),
}


@pytest.mark.parametrize("point", POINTS)
def test_a_night_cut_off_and_run_again_ends_like_one_clean_night(
    clean, store_url, tmp_path, opened, monkeypatch, without_checks, point
):
    module, name, calls = POINTS[point]
    with opened(tmp_path / "home", store_url, batch_size=5) as house:
        with monkeypatch.context() as patch:
            patch.setattr(module, name, killing(calls, getattr(module, name)))
            with pytest.raises(Killed):
                take_in(house, [INBOX])
        assert knowledge(house) != clean.everything

        again = take_in(house, [INBOX])

        assert knowledge(house) == clean.everything
        assert again.balance.difference == 0
        assert [row["outcome"] for row in asked(house, "SELECT outcome FROM runs ORDER BY id")] == ["failed", "done"]
        assert publish(house).path.is_file()


KILL = """
import os, signal, sys
from pathlib import Path
from tvec_pv.actions import intake, preparation
from tvec_pv.actions.runs import open_house
from tvec_pv.settings import settings
from tvec_pv.store import changes

preparation.check_cases = lambda cases, *_: [() for _ in cases]
add, calls = changes.add_findings, []

def add_or_die(*arguments):
    calls.append(arguments)
    if len(calls) == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    add(*arguments)

changes.add_findings = add_or_die
intake.take_in(open_house(settings()), [Path(sys.argv[1])])
"""


def test_a_process_that_was_killed_leaves_a_store_that_the_next_run_completes(
    clean, store_url, tmp_path, opened, without_checks
):
    home = tmp_path / "home"
    environment = os.environ | {
        "TVEC_PV_HOME": str(home),
        "TVEC_PV_DATABASE_URL": store_url,
        "TVEC_PV_BATCH_SIZE": "7",
    }

    killed = subprocess.run([sys.executable, "-c", KILL, INBOX], env=environment, check=False, cwd=tmp_path)

    with opened(home, store_url) as house:
        assert killed.returncode == -9
        assert [row["outcome"] for row in asked(house, "SELECT outcome FROM runs")] == ["running"]
        assert 0 < number(house, "SELECT count(*) FROM source_records") < 40
        take_in(house, [INBOX])
        assert knowledge(house) == clean.everything


def test_bytes_are_kept_before_anything_is_read_from_them(house, tmp_path, monkeypatch):
    content = listing({})
    monkeypatch.setattr(intake, "contents_of", killing(1, intake.contents_of))

    with pytest.raises(Killed):
        take_in(house, [put(tmp_path / "inbox", a_csv=content)])

    assert [path.read_bytes() for path in house.settings.raw.glob("*/*")] == [content]


def test_a_second_run_is_refused_while_one_is_under_way(house, store_url, tmp_path, opened, without_checks):
    inbox = put(tmp_path / "inbox", a_csv=listing({}))
    with opened(tmp_path / "home", store_url) as other:
        with run(house, "intake"), pytest.raises(AlreadyRunning, match="another run is under way"):
            take_in(other, [inbox])
        assert number(house, "SELECT count(*) FROM runs") == 1

        assert classes(take_in(other, [inbox])) == {"new": 1}


# --- what is held back ---------------------------------------------------------------------------------------------


def test_what_is_held_back_keeps_every_reason(house, tmp_path):
    flawed = a_case("US-TESTS-1", latest_received=day("2087-01-31"), patient=Patient(name=NullFlavor.UNK), reactions=())

    take_in(house, [put(tmp_path / "inbox", a_xml=e2b(flawed))])

    [record] = held(house)
    critical = {finding["check"] for finding in record["findings"] if finding["severity"] == "critical"}
    assert (record["file"], record["place"], record["case_key"]) == ("a.xml", "message 1", "US-TESTS-1")
    assert critical == {"CASE-05", "VALID-PATIENT", "VALID-REACTION"}


def test_a_critical_finding_holds_back_that_case_alone(house, tmp_path):
    cases = [a_case(f"US-TESTS-{number}") for number in (1, 2, 3)]
    cases[1] = replace(cases[1], reactions=())

    result = take_in(house, [put(tmp_path / "inbox", a_xml=e2b(*cases))])

    assert classes(result) == {"new": 2, "quarantined": 1}
    assert [record["case_key"] for record in held(house)] == ["US-TESTS-2"]
    assert [one["case_key"] for one in asked(house, "SELECT case_key FROM cases ORDER BY id")] == [
        "US-TESTS-1",
        "US-TESTS-3",
    ]


def test_each_sample_that_is_held_back_names_what_its_list_says(night):
    critical = {
        (record["file"], record["place"]): {one["check"] for one in record["findings"] if one["severity"] == "critical"}
        for record in held(night.house)
    }

    assert critical == {
        ("clinic_note_2026-10-29.txt", "file"): {"READ-FILE"},
        ("imlygic_2026-11-02_batch.xml", "message 16"): {"VALID-PATIENT"},
        ("imlygic_2026-11-02_batch.xml", "message 17"): {"VALID-REACTION"},
        ("imlygic_2026-11-02_batch.xml", "message 18"): {"CASE-05"},
        ("imlygic_2026-11-02_batch.xml", "message 19"): {"VERSION-UNKNOWN"},
        ("imlygic_2026-11-08_broken-off.xml", "message 2 and all that follows"): {"READ-XML"},
        ("partner_listing_2026-10.csv", "row 19"): {"VERSION-CONFLICT"},
    }


def test_a_warning_stays_with_a_case_that_is_stored(night):
    crossed = case(night.house, "GB-EXAMPLEBIO-2026000119")
    found = {(one["check"], one["element"], one["where"]) for one in crossed.findings if one["severity"] == "warning"}

    assert {element for _, element, _ in found} >= {"E.i.5", "E.i.4", "D.2.2", "D.3"}
    assert tuple(sorted({where for _, _, where in found if where})) == ("reaction 1", "reaction 2")


# --- the balance ---------------------------------------------------------------------------------------------------


def losing(read, *, lost=1):
    """A count from the store that misses records."""

    def function(connection, file_id):
        counted = read(connection, file_id)
        first = next(iter(counted))
        return counted | {first: counted[first] - lost}

    return function


def test_a_lost_row_is_a_difference_and_nothing_is_published(house, tmp_path, monkeypatch, without_checks):
    monkeypatch.setattr(record_reads, "file_classes", losing(record_reads.file_classes))

    result = take_in(house, [put(tmp_path / "inbox", a_csv=listing({}))])

    assert result.balance.difference == 1
    assert result.lines[-1].endswith("difference 1")
    with pytest.raises(OutOfBalance, match="Nothing was published"):
        check_balance(result.balance)
    with pytest.raises(OutOfBalance):
        publish(house)
    assert not list(house.settings.workbooks.glob("*"))
    assert number(house, "SELECT count(*) FROM audit WHERE action = 'workbook exported'") == 0


def test_a_night_that_did_not_balance_is_put_right_by_running_it_again(house, tmp_path, monkeypatch, without_checks):
    inbox = put(tmp_path / "inbox", a_csv=listing({}, {"case_id": "GB-TESTS-2"}))
    store_batch = intake.store_batch
    with monkeypatch.context() as patch:
        patch.setattr(intake, "store_batch", lambda *given: store_batch(*given[:-1], given[-1][:-1]))
        assert take_in(house, [inbox]).balance.difference == 1
        with pytest.raises(OutOfBalance):
            publish(house)

    again = take_in(house, [inbox])

    assert classes(again) == {"new": 2}
    assert publish(house).path.is_file()


def test_one_file_too_few_and_another_too_many_do_not_make_a_balance(house, tmp_path, monkeypatch, without_checks):
    """received = their sum, for each file, run and source."""
    inbox = put(tmp_path / "inbox", a_csv=listing({}), b_csv=listing({"case_id": "GB-TESTS-2"}))
    wrong = iter([1, -1])
    read = record_reads.file_classes
    monkeypatch.setattr(record_reads, "file_classes", lambda *given: losing(read, lost=next(wrong))(*given))

    result = take_in(house, [inbox])

    assert [file.balance.difference for file in result.files] == [1, -1]
    with pytest.raises(OutOfBalance):
        publish(house)


# --- hostile input -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "=cmd|' -C calc'!A0.csv",
        "-rf.csv",
        "two\nlines; received 9 = 9 new.csv",
        "\x1b[2J.csv",
        "'; DROP TABLE cases; --.csv",
        "{inbox}%s$HOME.csv",
        "報告書.csv",
        "x" * 251 + ".csv",
        b"not utf-8 \xff.csv",
    ],
)
def test_a_file_may_have_any_name(house, tmp_path, without_checks, name):
    inbox = put(tmp_path / "inbox")
    (inbox / os.fsdecode(name)).write_bytes(listing({}))

    result = take_in(house, [inbox])

    assert classes(result) == {"new": 1}
    assert all("\n" not in line and "\x1b" not in line for line in result.lines)
    assert publish(house).path.is_file()


@pytest.mark.parametrize(
    "number_sent",
    ["'; DROP TABLE cases; --", "../../etc/passwd", "=1+1", "<script>alert(1)</script>", "%s%n", "號" * 60, "x" * 200],
)
def test_a_case_may_have_any_number(house, tmp_path, without_checks, number_sent):
    take_in(house, [put(tmp_path / "inbox", a_csv=listing({"case_id": number_sent}))])

    assert case(house, number_sent).case_key == number_sent.upper()


HOSTILE_LISTINGS = {
    "a version that is no number": {"version": "nan"},
    "a version without end": {"version": "inf"},
    "a version beyond all counting": {"version": "99999999999999999999"},
    "an age that is no number": {"age": "NaN"},
    "a weight without end": {"weight_kg": "inf"},
    "a dose beyond all measure": {"dose": "1e999"},
    "a reaction of a whole page": {"reaction": "r" * 5000},
    "a case number of a whole page": {"case_id": "n" * 5000},
    "characters that XML forbids": {"lot": "lot\uffff", "reaction": "Fatigue\x08\x1f"},
    "dates of another millennium": {"drug_start": "0202-09-21", "reaction_start": "1026-09-21"},
}


@pytest.mark.parametrize("flaw", HOSTILE_LISTINGS)
def test_a_flawed_row_neither_ends_the_night_nor_harms_its_neighbours(house, tmp_path, flaw):
    rows = [{"case_id": "GB-TESTS-1"}, {"case_id": "GB-TESTS-2"} | HOSTILE_LISTINGS[flaw], {"case_id": "GB-TESTS-3"}]

    result = take_in(house, [put(tmp_path / "inbox", a_csv=listing(*rows))])

    assert result.balance.received == 3
    assert result.balance.difference == 0
    assert {"GB-TESTS-1", "GB-TESTS-3"} <= {one["case_key"] for one in asked(house, "SELECT case_key FROM cases")}
    assert publish(house).path.is_file()


def a_quarter(**changes):
    """A quarter with one report of the product."""
    demo = {"caseid": 1, "fda_dt": "20260901", "init_fda_dt": "20260901", "occp_cod": "MD", "sex": "F"}
    drug = {"caseid": 1, "drug_seq": 1, "role_cod": "PS", "drugname": "IMLYGIC"}
    numbers = {name: value for name, value in changes.items() if name in ("primaryid", "caseversion")}
    return faers_quarter(
        demo=[demo | changes], drug=[drug | numbers | changes], reac=[{"caseid": 1, "pt": "Fatigue"} | numbers]
    )


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(a_quarter(lot_num="LOT\0"), id="a NUL in a FAERS table"),
        pytest.param(a_quarter(primaryid="9" * 300), id="a FAERS number of 300 digits"),
        pytest.param(a_quarter(caseversion="nan", primaryid="11"), id="a FAERS version that is no number"),
        pytest.param(a_quarter(age="inf", age_cod="YR"), id="a FAERS age without end"),
        pytest.param(zipped({"DEMO26Q3.txt": b"\xff$\xfe\r\n", "DRUG26Q3.txt": b""}), id="tables of nothing"),
        pytest.param(b"PK\3\4 and then nothing", id="half an archive"),
        pytest.param(b"case_id,reaction,drug\n", id="a listing without rows"),
        pytest.param(b"", id="an empty file"),
        pytest.param(b"<", id="a lone bracket"),
        pytest.param(e2b(a_case(patient=a_patient(weight_kg=float("nan")))), id="a weight that is no number in E2B"),
        pytest.param(e2b()[:-30], id="an E2B batch without messages or end"),
    ],
)
def test_a_flawed_file_neither_ends_the_night_nor_harms_its_neighbours(house, tmp_path, without_checks, content):
    inbox = put(tmp_path / "inbox", a_csv=listing({"case_id": "GB-TESTS-1"}), b_dat=content)
    (inbox / "c.csv").write_bytes(listing({"case_id": "GB-TESTS-3"}))

    result = take_in(house, [inbox])

    assert result.balance.difference == 0
    assert [classes(file) for file in result.files if file.name != "b.dat"] == [{"new": 1}, {"new": 1}]
    assert result.files[1].balance.received >= 1
    assert publish(house).path.is_file()


def test_links_pipes_and_hidden_files_neither_end_the_night_nor_lead_elsewhere(house, tmp_path, without_checks):
    inbox, elsewhere = put(tmp_path / "inbox", a_csv=listing({})), put(tmp_path / "elsewhere", b_csv=listing({}))
    (inbox / "to a file").symlink_to(elsewhere / "b.csv")
    (inbox / "to a folder").symlink_to(elsewhere)
    (inbox / "to nowhere").symlink_to(tmp_path / "nowhere")
    (inbox / "to itself").symlink_to(inbox)
    os.mkfifo(inbox / "pipe")
    (inbox / ".DS_Store").write_bytes(b"x")

    result = take_in(house, [inbox])

    assert {file.name: classes(file) for file in result.files} == {
        "a.csv": {"new": 1},
        "pipe": {"quarantined": 1},
        "to a file": {"quarantined": 1},
        "to a folder": {"quarantined": 1},
        "to itself": {"quarantined": 1},
        "to nowhere": {"quarantined": 1},
    }


def test_an_unpacked_extract_does_not_swallow_the_files_beside_it(house, tmp_path, without_checks):
    inbox = put(tmp_path / "inbox", a_csv=listing({}))
    put(inbox / "faers", DEMO26Q3_txt=b"primaryid$caseid\n11$1\n", DRUG26Q3_txt=b"primaryid$drugname\n11$OPDIVO\n")

    result = take_in(house, [inbox])

    assert {file.name: classes(file) for file in result.files} == {"a.csv": {"new": 1}, "faers": {"out of scope": 1}}


# --- no case content where it does not belong ----------------------------------------------------------------------


PRIVATE = "".join(["L0T", "-77", "-X"])  # nowhere in a source line that a traceback could show


def test_a_night_says_nothing_of_what_the_reports_say(night):
    findings = asked(night.house, "SELECT message, element, place FROM findings")
    audit = asked(night.house, "SELECT action, subject, CAST(detail AS TEXT) AS detail FROM audit")
    said = [night.said, str(findings), str(audit), *night.taken.lines, *night.found.lines, str(night.taken.as_json())]

    assert len(CASE_CONTENT) > 200
    assert content_in(*said) == []


@pytest.mark.parametrize("flaw", [{"age": "nan"}, {"version": "99999999999"}, {"weight_kg": "inf"}, {"version": "nan"}])
def test_what_ends_a_night_says_nothing_of_what_a_report_says(house, tmp_path, without_checks, flaw):
    """If a value ends the night after all, the words around it must not come to light."""
    inbox = put(tmp_path / "inbox", a_csv=listing({"patient_initials": PRIVATE, "lot": PRIVATE} | flaw))
    try:
        said = str(take_in(house, [inbox]).as_json())
    except Exception as error:  # noqa: BLE001
        said = "".join(traceback.format_exception(error))

    assert PRIVATE not in said


@pytest.mark.parametrize("missing", ["record_class", "content_hash"])
def test_an_error_of_the_database_says_nothing_of_what_a_report_says(house, missing):
    row = {"record_class": "new", "content_hash": "0" * 64} | {missing: None}

    with writing(house.store) as transaction:
        run_id = changes.start_run(transaction, "intake", {}, intake.utc_now())
    version = changes.NewVersion(
        "US-TESTS-1",
        VersionKey(None, 1, row["content_hash"]),
        row["record_class"],
        {"H.1": PRIVATE},
        plain(assess(a_case(), house.knowledge)),
        product_is_suspect=True,
    )
    with pytest.raises(StoreRefused) as raised, writing(house.store) as transaction:
        changes.add_case_versions(transaction, [version], "0", run_id, intake.utc_now())

    assert PRIVATE not in "".join(traceback.format_exception(raised.value))


def test_a_value_that_the_database_refuses_is_not_in_its_error(house, tmp_path, monkeypatch, without_checks):
    """The same row twice: the constraint is named, the parameters are not."""
    add = changes.add_records
    monkeypatch.setattr(changes, "add_records", lambda connection, rows: add(connection, [*rows, *rows]))

    with pytest.raises(StoreRefused) as raised:
        take_in(house, [put(tmp_path / "inbox", a_csv=listing({"lot": PRIVATE, "narrative": PRIVATE}))])

    assert PRIVATE not in "".join(traceback.format_exception(raised.value))


# --- the documented form -------------------------------------------------------------------------------------------


def test_the_json_of_a_run_has_exactly_the_documented_keys(night):
    documented = night.taken.as_json()

    assert set(documented) == {"run", "received", "classes", "alerts", "files"}
    assert {frozenset(file) for file in documented["files"]} == {
        frozenset({"name", "sha256", "format", "received", "classes", "findings"})
    }
    assert {frozenset(one) for file in documented["files"] for one in file["findings"]} == {
        frozenset({"record", "check", "severity", "message", "element", "where"})
    }
    assert documented["received"] == sum(documented["classes"].values()) == 124
    assert sum(file["received"] for file in documented["files"]) == 124


# --- documents that came inside a report ---------------------------------------------------------------------------


def test_a_document_inside_a_report_is_kept_as_a_file_under_its_hash(house, tmp_path, without_checks):
    letter = b"A generated discharge letter."
    kept = sha256(letter).hexdigest()
    note = Document(title="Letter", media_type="text/plain", included=True, sha256=kept, size=len(letter))
    message = e2b_message(a_case("US-TESTS-1", documents=(note,)), contents={kept: letter})
    content = e2b_batch(message, batch_id="TESTS", created="20261102060000+0000")

    take_in(house, [put(tmp_path / "inbox", a_xml=content)])

    [document_of_case] = case(house, "US-TESTS-1").document["C.1.6.1.r"]
    assert (document_of_case["sha256"], document_of_case["size"]) == (kept, len(letter))
    assert (house.settings.raw / kept[:2] / kept).read_bytes() == letter
    assert [row["sha256"] for row in asked(house, "SELECT sha256 FROM attachments")] == [kept]


def test_a_file_says_who_sent_it(house, tmp_path, without_checks):
    take_in(house, [put(tmp_path / "inbox", a_xml=e2b(a_case("US-TESTS-1")))])

    [row] = asked(house, "SELECT sender, batch_number FROM source_files")
    assert row["batch_number"] == "TESTS"
    assert row["sender"]
