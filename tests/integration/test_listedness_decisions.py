"""A person decides what a label leaves open: the verdict follows, the clock ends, and no machine undoes it."""

import json
from dataclasses import replace

import pytest

from tests.factories import a_case, a_reaction, day, e2b_batch, e2b_message, serious
from tests.stored import asked
from tvec_pv.actions.intake import take_in
from tvec_pv.actions.listedness import decide_listedness
from tvec_pv.domain.errors import NotFound, Refused
from tvec_pv.domain.icsr import Outcome
from tvec_pv.domain.listedness_decisions import Decision
from tvec_pv.store import reads
from tvec_pv.store.database import reading

CASE = "US-TESTS-OPEN"
WHY = "the physician reads section 5.2 as covering it"
HOSPITAL = serious("hospitalisation")
OPEN = a_case(
    CASE,
    first_received=day("2026-10-05"),
    latest_received=day("2026-10-05"),
    reactions=(
        a_reaction("Eczema herpeticum", seriousness=HOSPITAL),
        a_reaction("Pyrexia", seriousness=HOSPITAL),
        a_reaction("Tinnitus"),
    ),
)
LATER = replace(OPEN, latest_received=day("2026-10-20"), narrative="A follow-up that says where it was treated.")
FATAL = replace(
    OPEN,
    latest_received=day("2026-10-20"),
    reactions=(OPEN.reactions[0], replace(OPEN.reactions[1], outcome=Outcome.FATAL), OPEN.reactions[2]),
)


@pytest.fixture
def stored(house, tmp_path, without_checks):
    """Takes versions in, one night each."""

    def take(*versions):
        for version in versions:
            file = tmp_path / f"{len(list(tmp_path.iterdir()))}.xml"
            file.write_bytes(e2b_batch(e2b_message(version)))
            take_in(house, [file])
        return house

    return take


def decide(house, decision, reaction=1, region="US", case=CASE, reason=WHY):
    return decide_listedness(house, case, reaction, region, Decision(decision), reason, "Dr A")


def seen(house):
    """The US verdict, the listedness of the first reaction in the US, and the state and day 0 of each US clock."""
    with reading(house.store) as connection:
        view = reads.get_case(connection, CASE)
    row = view.assessment["reactions"][0]["listedness"][0]
    us = [(one.verdict, one.state, str(one.day_0)) for one in view.clocks if one.region == "US"]
    return view.assessment["verdicts"][0]["verdict"], row["listed"], us


def test_what_a_person_calls_listed_is_due_no_more_and_its_clock_ends(stored):
    house = stored(OPEN)
    assert seen(house) == ("15_DAY", "I", [("15_DAY", "running", "2026-10-05")])

    decide(house, "listed")

    assert seen(house) == ("PERIODIC", "L", [("15_DAY", "ended by a person", "2026-10-05")])


def test_what_a_person_calls_unlisted_stays_due(stored):
    house = stored(OPEN)
    decide(house, "unlisted")

    assert seen(house) == ("15_DAY", "U", [("15_DAY", "running", "2026-10-05")])


def test_a_person_may_be_stricter_than_the_label(stored):
    house = stored(OPEN)
    decide(house, "listed")
    decide(house, "unlisted", reaction=2)

    assert seen(house) == ("15_DAY", "L", [("15_DAY", "running", "2026-10-05")])


def test_a_decision_that_is_undone_leaves_it_as_the_machine_said(stored):
    house = stored(OPEN)
    decide(house, "listed")
    decide(house, "undone")

    assert seen(house) == ("15_DAY", "I", [("15_DAY", "running", "2026-10-05")])


def test_a_follow_up_does_not_overwrite_what_a_person_decided(stored):
    house = stored(OPEN)
    decide(house, "listed")
    stored(LATER)

    assert seen(house) == ("PERIODIC", "L", [("15_DAY", "ended by a person", "2026-10-05")])


def test_on_another_ground_a_person_is_asked_anew(stored):
    """A listed reaction that was called unlisted, and is fatal now: the label says another thing of that."""
    house = stored(OPEN)
    decide(house, "unlisted", reaction=2)
    stored(FATAL)

    with reading(house.store) as connection:
        row = reads.get_case(connection, CASE).assessment["reactions"][1]["listedness"][0]
    assert (row["rule"], row["listed"]) == ("LR2", "U")
    assert "decided" not in row


def test_the_assessments_that_are_stored_and_earlier_decisions_stay_as_they_were(stored):
    house = stored(OPEN)
    before = asked(house, "SELECT * FROM assessments ORDER BY id")
    decide(house, "unlisted")
    decide(house, "listed", reason="read again with the label of February 2023")

    assert asked(house, "SELECT * FROM assessments ORDER BY id") == before
    said = asked(house, "SELECT decision, reason, actor, reaction, region FROM listedness_decisions ORDER BY id")
    assert [tuple(row.values()) for row in said] == [
        ("unlisted", WHY, "Dr A", "hsv_kve", "US"),
        ("listed", "read again with the label of February 2023", "Dr A", "hsv_kve", "US"),
    ]
    audit = asked(house, "SELECT actor, subject FROM audit WHERE action = 'listedness decided'")
    assert [tuple(row.values()) for row in audit] == [("Dr A", f"case {CASE}")] * 2
    with reading(house.store) as connection:
        assert reads.verify_audit(connection) > 0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"reaction": 3}, "change the safety profile"),
        ({"reaction": 2}, "lists it already"),
        ({"reaction": 9}, "no reaction of this number"),
        ({"region": "JP"}, "US, EU"),
        ({"reason": "so"}, "ten letters"),
        ({"decision": "undone"}, "none to undo"),
    ],
)
def test_what_is_not_open_is_refused_and_says_why(stored, given, message):
    house = stored(OPEN)
    with pytest.raises(Refused, match=message):
        decide(house, **{"decision": "listed"} | given)
    assert asked(house, "SELECT * FROM listedness_decisions") == []


def test_a_case_that_is_not_stored_is_said_to_be_so(stored):
    with pytest.raises(NotFound):
        decide(stored(OPEN), "listed", case="US-NOBODY-1")


def test_the_command_decides_and_explain_says_who_when_and_why(stored, command):
    house = stored(OPEN)
    assert "waits for a decision" in command("listedness", "list", house=house).out
    said = command(
        "listedness", "decide", CASE, 1, "us", "--as", "listed", "--reason", WHY, "--by", "Dr A", house=house
    )
    explained = command("explain", CASE, house=house).out
    listed = json.loads(command("listedness", "list", "--json", house=house).out)

    assert said.code == 0
    assert "hsv_kve in the US: listed by Dr A" in said.out
    assert "US: listed by rule LR5: decided by Dr A on" in explained
    assert WHY in explained
    assert "the machine said: indeterminate" in explained
    assert "clock US 15_DAY, ended by a person" in explained
    assert [(one["region"], one["listed"], one["decided"] and one["decided"]["by"]) for one in listed] == [
        ("US", "L", "Dr A"),
        ("EU", "I", None),
    ]
