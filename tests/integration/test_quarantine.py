"""Quarantine is a place: what is held is kept with its bytes and reasons, and people can do something about it."""

import json
from dataclasses import replace

import pytest

from tests.factories import a_case, a_drug, a_reaction, day, e2b_batch, e2b_message, line_listing_csv
from tests.samples.hospital_listing import FATIGUE
from tests.stored import asked, number, tables
from tvec_pv.actions import preparation
from tvec_pv.actions.detection import detect_signals
from tvec_pv.actions.intake import take_in
from tvec_pv.actions.publication import publish
from tvec_pv.actions.quarantine import accept, assign, reject, replay
from tvec_pv.domain.errors import NotFound, Refused
from tvec_pv.domain.findings import Finding, Severity
from tvec_pv.domain.icsr import NullificationAmendment
from tvec_pv.store import reads, record_reads
from tvec_pv.store.database import reading

WHY = "Seen by the physician on call"
NULLIFIED = {
    "nullification_amendment": NullificationAmendment.NULLIFICATION,
    "nullification_amendment_reason": "A duplicate",
    "latest_received": day("2026-10-12"),
}


pytestmark = pytest.mark.usefixtures("without_checks")


def inbox_of(folder, **named):
    folder.mkdir(exist_ok=True)
    for name, content in named.items():
        (folder / name.replace("_", ".")).write_bytes(content)
    return folder


def e2b(*cases):
    return e2b_batch(*map(e2b_message, cases), batch_id="TESTS", created="20261102060000+0000")


def held(house, **options):
    with reading(house.store) as connection:
        return record_reads.held_records(connection, **options)


def case(house, key):
    with reading(house.store) as connection:
        return reads.get_case(connection, key)


def classes(house):
    """Reports by class as they stand now, in all files."""
    with reading(house.store) as connection:
        files = [row["id"] for row in asked(house, "SELECT id FROM source_files")]
        found = [record_reads.file_classes(connection, file_id) for file_id in files]
    total = {}
    for one in found:
        for name, count in one.items():
            total[str(name)] = total.get(str(name), 0) + count
    return total


UNDECIDED = a_case("US-TESTS-7", drugs=(replace(a_drug(), name="IMLYGIC or RP1", substances=()),))


# --- what is shown -------------------------------------------------------------------------------------------------


def test_a_held_record_is_shown_with_its_reasons_its_bytes_its_age_and_who_has_it(house, tmp_path, command):
    take_in(house, [inbox_of(tmp_path / "in", a_xml=e2b(UNDECIDED))])
    [record] = held(house)
    assign(house, record["id"], "B. Officer", "A. Lead")

    shown = command("quarantine", "show", record["id"], "--json", house=house)
    listed = command("quarantine", "list", house=house).out

    page = json.loads(shown.out)
    assert [one["check"] for one in page["findings"]] == ["PRODUCT-UNDECIDED"]
    assert page["case"]["C.1.1"] == "US-TESTS-7"
    assert open(page["bytes"], "rb").read() == (tmp_path / "in" / "a.xml").read_bytes()  # noqa: PTH123, SIM115
    assert [(step["action"], step["owner"], step["actor"]) for step in page["steps"]] == [
        ("assigned", "B. Officer", "A. Lead")
    ]
    assert "0 days old, B. Officer has it" in listed
    assert "PRODUCT-UNDECIDED: a medicine may or may not be the product" in listed


def test_what_is_not_held_cannot_be_shown(house, tmp_path):
    take_in(house, [inbox_of(tmp_path / "in", a_xml=e2b(a_case()))])

    with reading(house.store) as connection, pytest.raises(NotFound):
        record_reads.get_held(connection, 1)


# --- replay --------------------------------------------------------------------------------------------------------


def test_what_is_still_wrong_stays_held_and_the_attempt_is_kept(house, tmp_path):
    take_in(house, [inbox_of(tmp_path / "in", a_xml=e2b(UNDECIDED))])

    [outcome] = replay(house)

    [record] = held(house)
    assert outcome.line == f"record {record['id']}: still quarantined"
    assert [one["check"] for one in record["findings"]] == ["PRODUCT-UNDECIDED"]
    assert number(house, "SELECT count(*) FROM record_steps WHERE action = 'replayed'") == 1


def test_a_record_is_taken_in_once_what_held_it_is_mended(house, tmp_path, monkeypatch):
    wrong = Finding("CASE-00", Severity.CRITICAL, "a check that was wrong")
    with monkeypatch.context() as patch:
        patch.setattr(preparation, "check_cases", lambda cases, *_: [(wrong,) for _ in cases])
        take_in(house, [inbox_of(tmp_path / "in", a_xml=e2b(a_case("US-TESTS-1"), a_case("US-TESTS-2")))])
    assert classes(house) == {"quarantined": 2}
    first = held(house)[0]

    outcomes = replay(house, [first["id"]])

    assert [one.line for one in outcomes] == [f"record {first['id']}: new"]
    assert classes(house) == {"new": 1, "quarantined": 1}
    assert case(house, "US-TESTS-1").findings == ()
    assert [one["case_key"] for one in held(house)] == ["US-TESTS-2"]
    assert publish(house).path.is_file()


def test_a_file_of_an_unknown_format_is_taken_in_once_it_can_be_read(house, tmp_path, monkeypatch):
    listing = line_listing_csv([FATIGUE | {"case_id": f"GB-TESTS-{one}"} for one in (1, 2, 3)])
    with monkeypatch.context() as patch:
        patch.setattr("tvec_pv.sources.line_listing.is_listing", lambda *_: False)
        take_in(house, [inbox_of(tmp_path / "in", a_csv=listing)])
    assert classes(house) == {"quarantined": 1}

    replay(house)

    assert classes(house) == {"new": 3}
    with reading(house.store) as connection:
        newest = [record_reads.receipt_balance(one) for one in record_reads.all_receipts(connection)][-1]
    assert (newest.received, newest.difference) == (3, 0)
    assert case(house, "GB-TESTS-1").place == "row 2"


def test_replaying_again_changes_nothing(house, tmp_path):
    take_in(house, [inbox_of(tmp_path / "in", a_xml=e2b(a_case("US-TESTS-1"), UNDECIDED))])
    replay(house)
    before = tables(house, "case_versions", "source_records", "cases"), classes(house)

    replay(house)

    assert (tables(house, "case_versions", "source_records", "cases"), classes(house)) == before


def test_a_replay_without_the_bytes_says_what_to_do(house, tmp_path):
    take_in(house, [inbox_of(tmp_path / "in", a_xml=e2b(UNDECIDED))])
    for path in house.settings.raw.glob("*/*"):
        path.unlink()

    with pytest.raises(Refused, match="restore it from the backup"):
        replay(house)


# --- a person's word -----------------------------------------------------------------------------------------------


def test_a_case_whose_product_a_person_decides_counts_from_then_on(house, tmp_path):
    take_in(house, [inbox_of(tmp_path / "in", a_xml=e2b(UNDECIDED))])
    [record] = held(house)

    outcome = accept(house, record["id"], WHY, "B. Officer")

    taken = case(house, "US-TESTS-7")
    assert outcome.line == f"record {record['id']}: new"
    assert [one["check"] for one in taken.findings] == ["PRODUCT-UNDECIDED"]
    assert detect_signals(house).cases == 1
    assert classes(house) == {"new": 1}
    said = asked(house, "SELECT actor, action FROM audit WHERE action LIKE 'held record%'")
    assert said == [{"actor": "B. Officer", "action": "held record accepted"}]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_reports_that_contradict_each_other_the_accepted_one_holds(house, tmp_path, order):
    rivals = [a_case("US-TESTS-1", narrative=words) for words in ("One.", "The other.")]
    take_in(house, [inbox_of(tmp_path / "in", a_xml=e2b(*(rivals[one] for one in order)))])
    assert case(house, "US-TESTS-1").document["H.1"] == rivals[order[0]].narrative
    [record] = held(house)

    accept(house, record["id"], WHY, "B. Officer")

    assert case(house, "US-TESTS-1").document["H.1"] == rivals[order[1]].narrative
    assert case(house, "US-TESTS-1").versions == 2


def test_a_rejected_record_is_kept_and_still_counted(house, tmp_path):
    take_in(house, [inbox_of(tmp_path / "in", a_xml=e2b(a_case("US-TESTS-1", reactions=())))])
    [record] = held(house)

    reject(house, record["id"], WHY, "B. Officer")

    assert held(house) == []
    assert [one["state"] for one in held(house, rejected=True)] == ["rejected"]
    assert classes(house) == {"quarantined": 1}
    with pytest.raises(Refused, match="was rejected"):
        accept(house, record["id"], WHY, "B. Officer")


def test_a_rejected_record_can_be_taken_up_again(house, tmp_path):
    take_in(house, [inbox_of(tmp_path / "in", a_xml=e2b(UNDECIDED))])
    [record] = held(house)
    reject(house, record["id"], WHY, "B. Officer")

    replay(house, [record["id"]])

    assert [one["id"] for one in held(house)] == [record["id"]]


@pytest.mark.parametrize(
    ("case_held", "why", "match"),
    [
        (a_case("US-TESTS-1", **NULLIFIED), WHY, "takes effect when the case arrives"),
        (UNDECIDED, "ok", "a reason that an inspector understands"),
    ],
    ids=["a nullification that waits", "no reason"],
)
def test_what_cannot_be_accepted_says_why(house, tmp_path, case_held, why, match):
    take_in(house, [inbox_of(tmp_path / "in", a_xml=e2b(case_held))])
    [record] = held(house)

    with pytest.raises(Refused, match=match):
        accept(house, record["id"], why, "B. Officer")

    assert classes(house) == {"quarantined": 1}
    assert [row["outcome"] for row in asked(house, "SELECT outcome FROM runs WHERE kind = 'accept'")] == ["failed"]


def test_what_could_not_be_read_cannot_be_accepted(house, tmp_path):
    take_in(house, [inbox_of(tmp_path / "in", a_txt=b"a note")])
    [record] = held(house)

    with pytest.raises(Refused, match="could not be read"):
        accept(house, record["id"], WHY, "B. Officer")


def test_what_was_decided_cannot_be_decided_again(house, tmp_path):
    take_in(house, [inbox_of(tmp_path / "in", a_xml=e2b(UNDECIDED))])
    [record] = held(house)
    accept(house, record["id"], WHY, "B. Officer")

    with pytest.raises(Refused, match="not held any more: it is new"):
        reject(house, record["id"], WHY, "B. Officer")


# --- what waits, and what came twice -------------------------------------------------------------------------------


@pytest.mark.parametrize("files", ["one file", "two files", "two nights"])
def test_a_nullification_takes_effect_when_its_case_arrives(house, tmp_path, files):
    first = a_case("US-TESTS-1")
    nullified = replace(first, **NULLIFIED)
    if files == "one file":
        take_in(house, [inbox_of(tmp_path / "in", a_xml=e2b(nullified, first))])
    elif files == "two files":
        take_in(house, [inbox_of(tmp_path / "in", a_xml=e2b(nullified), b_xml=e2b(first))])
    else:
        take_in(house, [inbox_of(tmp_path / "in", a_xml=e2b(nullified))])
        take_in(house, [inbox_of(tmp_path / "later", b_xml=e2b(first))])

    stored = case(house, "US-TESTS-1")
    assert (stored.is_nullified, stored.versions) == (True, 2)
    assert classes(house) == {"new": 1, "nullification": 1}
    assert held(house) == []
    assert detect_signals(house).cases == 0
    assert publish(house).path.is_file()


def test_the_order_of_arrival_changes_nothing_that_is_known(new_store, opened, tmp_path_factory, without_checks):
    """All orders of four versions, one a night: the same versions, the same current one, the same counts."""
    from itertools import permutations

    first = a_case("US-TESTS-1")
    versions = (
        first,
        replace(first, latest_received=day("2026-10-19"), narrative="More is known."),
        replace(first, narrative="Put right.", nullification_amendment=NullificationAmendment.AMENDMENT),
        replace(first, **NULLIFIED),
    )
    found = set()
    for number_of, order in enumerate(permutations(versions)):
        home = tmp_path_factory.mktemp(f"order{number_of}")
        with new_store(home) as url, opened(home, url) as house:
            for night, version in enumerate(order):
                take_in(house, [inbox_of(home / str(night), one_xml=e2b(version))])
            stored = case(house, "US-TESTS-1")
            kept = tuple(sorted(row["content_hash"] for row in asked(house, "SELECT content_hash FROM case_versions")))
            found.add((stored.document["H.1"], stored.is_nullified, kept, detect_signals(house).cases))
    assert len(found) == 1
    assert next(iter(found))[0] == "More is known."


def test_a_report_that_is_held_already_is_a_duplicate(house, tmp_path):
    flawed = a_case("US-TESTS-1", reactions=())
    other = a_case("US-TESTS-2")
    take_in(house, [inbox_of(tmp_path / "in", a_xml=e2b(flawed), b_xml=e2b(flawed, other), c_xml=e2b(flawed, flawed))])

    assert classes(house) == {"quarantined": 1, "duplicate": 3, "new": 1}
    assert [one["place"] for one in held(house)] == ["message 1"]


def test_a_follow_up_that_mends_a_held_report_is_taken_in(house, tmp_path):
    flawed = a_case("US-TESTS-1", reactions=())
    mended = a_case("US-TESTS-1", latest_received=day("2026-10-20"), reactions=(a_reaction("Pyrexia"),))

    take_in(house, [inbox_of(tmp_path / "in", a_xml=e2b(flawed, mended))])

    assert classes(house) == {"quarantined": 1, "new": 1}


# --- the history of a case -----------------------------------------------------------------------------------------


def test_the_history_of_a_case_shows_what_each_version_changed(house, tmp_path, command):
    first = a_case("US-TESTS-1", narrative="Fever.")
    later = replace(first, latest_received=day("2026-10-20"), narrative="Fever, and a stay in hospital.")
    take_in(house, [inbox_of(tmp_path / "in", a_xml=e2b(later), b_xml=e2b(first))])

    versions = json.loads(command("cases", "history", "us-tests-1", "--json", house=house).out)
    lines = command("cases", "history", "us-tests-1", house=house).out

    assert [one["source"]["file"] for one in versions] == ["b.xml", "a.xml"]
    assert [(one["field"], one["was"], one["now"]) for one in versions[1]["changes"] if one["field"] == "H.1"] == [
        ("H.1", "Fever.", "Fever, and a stay in hospital.")
    ]
    assert "H.1: Fever. -> Fever, and a stay in hospital." in lines
