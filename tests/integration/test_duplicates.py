"""Probable duplicates from proposal to decision and back, on both databases, and what they do to every count."""

import json
import math
from dataclasses import replace

import pytest
from openpyxl import load_workbook
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.factories import a_case, a_drug, a_patient, a_reaction, day, e2b_batch, e2b_message, one_patient_twice
from tests.stored import asked, document, number
from tvec_pv.actions import detection
from tvec_pv.actions.detection import detect_signals
from tvec_pv.actions.duplicates import decide_duplicate, propose_duplicates
from tvec_pv.actions.intake import take_in
from tvec_pv.actions.publication import publish
from tvec_pv.domain.background import Background
from tvec_pv.domain.duplicates import Decision
from tvec_pv.domain.errors import NotFound, Refused
from tvec_pv.domain.icsr import NullificationAmendment, Quantity
from tvec_pv.store import duplicate_reads, reads
from tvec_pv.store.database import reading

WHY = "the same patient, asked at both senders"
FIRST, COPY, OTHER = "US-TESTS-1001", "GB-PARTNER-2002", "DE-TESTS-3003"


def first(**changes):
    return replace(one_patient_twice()[0], **changes)


def copy(**changes):
    """The same patient, told by a partner under his own number, the patient masked."""
    return replace(one_patient_twice()[1], **changes)


def other(key=OTHER):
    return a_case(
        key,
        patient=a_patient(name="X.Y.", sex="1"),
        reactions=(a_reaction("Fatigue", start=day("2026-03-01"), country="DE"),),
        drugs=(a_drug(doses=()),),
        narrative="Tired for some days.",
    )


def received(house, folder, *cases):
    folder.mkdir()
    messages = map(e2b_message, cases)
    (folder / "a.xml").write_bytes(e2b_batch(*messages, batch_id=folder.name, created="20261102060000+0000"))
    return take_in(house, [folder])


@pytest.fixture
def three(house, tmp_path):
    """A store with a case, its masked copy, and another patient's case."""
    received(house, tmp_path / "first", first(), copy(), other())
    return house


@pytest.fixture
def proposed(three):
    propose_duplicates(three)
    return three


@pytest.fixture
def with_background(monkeypatch):
    """A background of 10,000 reports, 100 with each reaction."""
    counts = lambda _, names, **__: Background("tests", 10_000, dict.fromkeys(names, 100))  # noqa: E731
    monkeypatch.setattr(detection, "count", counts)


def pairs(house):
    with reading(house.store) as connection:
        valid = [one for one in reads.current_versions(connection) if not one.is_nullified]
        return duplicate_reads.duplicate_pairs(connection, valid)


def state(house):
    [pair] = pairs(house)
    return pair["state"]


def decide(house, what, **changes):
    decide_duplicate(house, *(FIRST, COPY), what, WHY, "officer", **changes)


def nullification(case):
    return replace(
        case,
        latest_received=day("2026-10-12"),
        nullification_amendment=NullificationAmendment.NULLIFICATION,
        nullification_amendment_reason="Entered in error",
    )


# --- proposals -----------------------------------------------------------------------------------------------------


def test_the_copy_is_proposed_with_what_each_field_says_and_no_value_of_a_report(three):
    result = propose_duplicates(three)
    [pair] = pairs(three)

    assert (result.cases, len(result.pairs), result.new, result.waiting) == (3, 1, 1, 1)
    assert (pair["a"], pair["b"], pair["state"]) == (COPY, FIRST, "suspected")
    assert pair["probability"] > 0.8
    said = {one["field"]: one for one in pair["fields"]}
    assert said["onset"]["level"] == "day"
    assert "initials" not in said
    assert "weight" not in said
    [row] = asked(three, "SELECT evidence FROM duplicate_pairs")
    stored = json.dumps(document(row["evidence"])).lower()
    assert not any(value in stored for value in ("tinnitus", "metformin", "k.l.", "2026"))
    prior = math.log2(2 * 0.05 / 2)  # of 3 cases, one in twenty of which has a second report
    said = sum(one["weight"] for one in pair["fields"])
    assert pair["weight"] == pytest.approx(math.log2(2**prior / (1 - 2**prior)) + said, abs=0.1)
    assert pair["probability"] == pytest.approx(1 / (1 + 2 ** -pair["weight"]))


def test_a_case_is_flagged_while_its_pair_waits_for_a_decision(proposed, command):
    def flagged(case):
        said = command("explain", case, house=proposed).out.splitlines()
        return [
            line for line in said if "DUPLICATE_SUSPECT" in line
        ], f"  read: tvec-pv duplicates show {COPY} {FIRST}" in said

    [flag], is_named = flagged(COPY)
    assert flag.startswith("flag DUPLICATE_SUSPECT (review, suggested)")
    assert is_named
    assert flagged(OTHER) == ([], False)

    decide(proposed, Decision.DISTINCT)
    assert flagged(COPY) == ([], False)


def test_the_same_evidence_is_proposed_once(proposed):
    again = propose_duplicates(proposed)

    assert (len(again.pairs), again.new, again.waiting) == (1, 0, 1)
    assert number(proposed, "SELECT count(*) FROM duplicate_pairs") == 1
    assert number(proposed, "SELECT count(*) FROM audit WHERE action = 'duplicate proposed'") == 1


def test_a_newer_version_lapses_the_proposal_until_it_is_compared_anew(proposed, tmp_path):
    received(proposed, tmp_path / "second", replace(copy(), latest_received=day("2026-10-20"), narrative="More."))
    assert state(proposed) == "lapsed"

    assert propose_duplicates(proposed).new == 1
    assert state(proposed) == "suspected"
    assert number(proposed, "SELECT count(*) FROM duplicate_pairs") == 2


def test_a_nullified_case_is_no_candidate(proposed, tmp_path):
    received(proposed, tmp_path / "second", nullification(copy()))

    assert propose_duplicates(proposed).pairs == ()
    assert state(proposed) == "lapsed"


# --- decisions -----------------------------------------------------------------------------------------------------


def test_a_decision_can_be_undone_and_every_word_is_kept(proposed):
    said = []
    for what in (Decision.DISTINCT, Decision.UNDONE, Decision.DUPLICATE, Decision.UNDONE):
        decide(proposed, what)
        said.append(state(proposed))

    assert said == ["distinct", "suspected", "duplicate", "suspected"]
    [pair] = pairs(proposed)
    assert [one["decision"] for one in pair["decisions"]] == ["distinct", "undone", "duplicate", "undone"]
    assert {(one["actor"], one["reason"]) for one in pair["decisions"]} == {("officer", WHY)}
    trail = asked(proposed, "SELECT actor, subject FROM audit WHERE action = 'duplicate decided'")
    assert trail == [{"actor": "officer", "subject": f"cases {COPY} and {FIRST}"}] * 4
    with reading(proposed.store) as connection:
        reads.verify_audit(connection)


@pytest.mark.parametrize("table", ["duplicate_pairs", "duplicate_decisions"])
@pytest.mark.parametrize("change", ["DELETE FROM {}", "UPDATE {} SET case_a_id = case_b_id"])
def test_the_database_refuses_to_change_a_proposal_or_a_decision(proposed, table, change):
    decide(proposed, Decision.DISTINCT)

    with pytest.raises(DBAPIError, match="append-only"), proposed.store.engine.begin() as connection:
        connection.execute(text(change.format(table)))


@pytest.mark.parametrize(
    ("one", "two", "what", "reason", "keep", "words"),
    [
        (FIRST, FIRST, Decision.DUPLICATE, WHY, None, "no duplicate of itself"),
        (FIRST, "US-NOBODY-1", Decision.DUPLICATE, WHY, None, "no case is stored"),
        (FIRST, COPY, Decision.DUPLICATE, "same", None, "give a reason"),
        (FIRST, COPY, Decision.DUPLICATE, WHY, OTHER, "one of the two"),
        (FIRST, COPY, Decision.DISTINCT, WHY, COPY, "only of two duplicates"),
        (FIRST, COPY, Decision.UNDONE, WHY, None, "none to undo"),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused_in_plain_words(proposed, one, two, what, reason, keep, words):
    with pytest.raises((Refused, NotFound), match=words):
        decide_duplicate(proposed, one, two, what, reason, "officer", keep)

    assert number(proposed, "SELECT count(*) FROM duplicate_decisions") == 0


def test_a_pair_that_no_machine_proposed_can_be_decided(three):
    decide_duplicate(three, FIRST.lower(), OTHER, Decision.DUPLICATE, WHY, "officer", OTHER)

    [pair] = pairs(three)
    assert (pair["state"], pair["master"], pair["probability"]) == ("duplicate", OTHER, None)


# --- counts --------------------------------------------------------------------------------------------------------


def cells(result, key="tinnitus"):
    [pair] = [one for one in result.pairs if one.key == key]
    with_all, without = pair.statistics, pair.without_suspected
    return (with_all.a, with_all.b), (without.a, without.b), pair.suspected


def test_a_signal_is_computed_with_and_without_the_suspected_copy(proposed, with_background):
    result = detect_signals(proposed)

    assert (result.cases, result.suspected, result.merged) == (3, 1, 0)
    assert cells(result) == ((2, 1), (1, 1), 1)
    assert cells(result, "fatigue") == ((1, 2), (1, 1), 0)
    assert result.lines[0].startswith("3 cases (1 of them suspected duplicates), ")


def test_a_merged_case_leaves_every_count_and_comes_back_when_it_is_undone(proposed, with_background):
    decide(proposed, Decision.DUPLICATE, keep=FIRST)
    merged = detect_signals(proposed)
    assert (merged.cases, merged.suspected, merged.merged) == (2, 0, 1)
    assert cells(merged) == ((1, 1), (1, 1), 0)

    decide(proposed, Decision.UNDONE)
    assert cells(detect_signals(proposed)) == ((2, 1), (1, 1), 1)

    decide(proposed, Decision.DISTINCT)
    assert cells(detect_signals(proposed)) == ((2, 1), (2, 1), 0)


def test_a_copy_counts_again_when_the_case_that_was_kept_is_nullified(proposed, tmp_path, with_background):
    decide(proposed, Decision.DUPLICATE, keep=FIRST)
    received(proposed, tmp_path / "second", nullification(first()))

    result = detect_signals(proposed)

    assert (result.cases, result.merged) == (2, 0)
    assert cells(result)[0] == (1, 1)


def test_a_statistical_flag_stores_both_and_is_raised_anew_when_the_suspicion_comes(house, tmp_path, with_background):
    more = [
        a_case(
            f"{country}-TESTS-4004",
            patient=a_patient(name=initials, sex=sex, age=Quantity(value=age, unit="a")),
            reactions=(a_reaction("Tinnitus", start=day(onset), country=country),),
            drugs=(a_drug(doses=()),),
            narrative=initials,
        )
        for country, initials, sex, age, onset in (
            ("FR", "C.D.", "1", 31.0, "2026-02-11"),
            ("IT", "E.F.", "2", 44.0, "2026-04-03"),
            ("ES", "G.H.", "1", 58.0, "2026-06-20"),
            ("AT", "I.J.", "2", 80.0, "2026-07-29"),
        )
    ]
    received(house, tmp_path / "first", first(), copy(), other(), *more)
    detect_signals(house)
    before = number(house, "SELECT count(*) FROM flags WHERE rule = 'ror'")

    propose_duplicates(house)
    detect_signals(house)
    detect_signals(house)

    rows = asked(house, "SELECT f.statistics FROM flags f JOIN signals s ON s.id = f.signal_id "
                        "WHERE f.rule = 'ror' AND s.pair = 'tinnitus' ORDER BY f.id")  # fmt: skip
    assert before >= 1
    assert [document(row["statistics"])["suspected"] for row in rows] == [0, 1]
    newest = document(rows[-1]["statistics"])
    assert (newest["a"], newest["without_suspected"]["a"]) == (6, 5)
    assert newest["without_suspected"].keys() == newest.keys() - {"suspected", "without_suspected"}


def rows_of(sheet):
    values = [[cell.value for cell in row] for row in sheet.iter_rows()]
    header = next(at for at, row in enumerate(values) if row[0] in ("Case", "Case number", "Signal"))
    return [dict(zip(values[header], row, strict=True)) for row in values[header + 1 :]]


def test_the_workbook_lists_the_merged_case_and_counts_it_no_more(proposed, tmp_path, with_background):
    decide(proposed, Decision.DUPLICATE, keep=FIRST)
    detect_signals(proposed)
    book = load_workbook(publish(proposed, tmp_path / "out").path)

    cover = {row[0].value: row[1].value for row in book["Cover"].iter_rows()}
    assert cover["Cases (current, not nullified)"] == 2
    assert cover["Merged into another case (in no count)"] == 1
    assert {row["Case number"] for row in rows_of(book["Line listing"])} == {FIRST, OTHER}
    [pair] = rows_of(book["Duplicates"])
    assert (pair["Case"], pair["Other case"], pair["State"]) == (COPY, FIRST, "duplicate")
    assert (pair["Merged into"], pair["Decided by"], pair["Reason"]) == (FIRST, "officer", WHY)


def test_the_workbook_shows_a_signal_with_and_without_the_suspected_copy(proposed, tmp_path, monkeypatch):
    counts = lambda _, names, **__: Background("tests", 10_000, dict.fromkeys(names, 1))  # noqa: E731
    monkeypatch.setattr(detection, "count", counts)
    monkeypatch.setattr(detection, "flag", lambda reactions, pairs, limits, _: _every_pair(reactions, pairs, limits))
    detect_signals(proposed)
    book = load_workbook(publish(proposed, tmp_path / "out").path)

    [row] = [row for row in rows_of(book["Signals"]) if row["Reaction"] == "Tinnitus"]
    assert (row["a"], row["Suspected duplicates then"], row["a without them"]) == (2, 1, 1)
    assert row["Of these suspected duplicates now"] == 1
    assert row["PRR without them"] == pytest.approx((1 / 2) / (1 / 10_000))


def _every_pair(_, pairs, limits):
    from tvec_pv.domain.signals.rules import Flag

    return tuple(Flag(pair, "ror", limits.rules["ror"], pair.versions) for pair in pairs)


# --- the command ---------------------------------------------------------------------------------------------------


def test_the_command_shows_both_cases_side_by_side_and_records_who_decided(proposed, command):
    listed = json.loads(command("duplicates", "list", "--json", house=proposed).out)
    assert [(one["a"], one["b"], one["state"]) for one in listed] == [(COPY, FIRST, "suspected")]

    shown = command("duplicates", "show", FIRST, COPY, house=proposed).out
    assert "chills, tinnitus  |  chills, tinnitus" in shown
    assert "the same day of onset" in shown
    assert "not said" in shown

    said = command(
        *("duplicates", "decide", FIRST, COPY, "--as", "duplicate", "--reason", WHY),
        *("--by", "an officer", "--keep", FIRST),
        house=proposed,
    )
    assert said.code == 0
    shown = json.loads(command("duplicates", "show", COPY, FIRST, "--json", house=proposed).out)
    assert (shown["state"], shown["master"], shown["decisions"][0]["actor"]) == ("duplicate", FIRST, "an officer")
    assert len(shown["cases"]) == 2
    assert f"{COPY}  MERGED into {FIRST}" in command("cases", "list", house=proposed).out

    refused = command(*("duplicates", "decide", FIRST, COPY, "--as", "distinct", "--reason", "no"), house=proposed)
    assert (refused.code, "give a reason" in refused.err) == (1, True)
