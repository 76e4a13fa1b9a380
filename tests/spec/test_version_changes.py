"""What changed between two versions of a case: each field that differs, and no other."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import a_case, a_drug, a_reaction, another_drug, day
from tvec_pv.domain.case_json import encode
from tvec_pv.domain.icsr import NullFlavor, Outcome
from tvec_pv.domain.version_changes import version_changes

FEVER = a_reaction("Pyrexia", id="r1", outcome=Outcome.RECOVERING)
CHILLS = a_reaction("Chills", id="r2")


def changed(was, now):
    return [(one.field, one.was, one.now) for one in version_changes(encode(was), encode(now))]


def test_equal_versions_differ_in_nothing():
    assert changed(a_case(), a_case()) == []


def test_a_value_that_changed_is_shown_with_what_it_was():
    assert changed(a_case(narrative="Fever."), a_case(narrative="Fever and chills.")) == [
        ("H.1", "Fever.", "Fever and chills.")
    ]


def test_a_value_that_came_and_one_that_went():
    was, now = a_case(reporter_comments="Sure."), a_case(sender_comments="Unlikely.")

    assert sorted(changed(was, now)) == [("H.2", "Sure.", None), ("H.4", None, "Unlikely.")]


def test_why_a_value_is_missing_is_a_change_of_its_own():
    was, now = a_case(narrative=NullFlavor.ASKU), a_case(narrative=NullFlavor.MSK)

    assert changed(was, now) == [("H.1", {"nullFlavor": "ASKU"}, {"nullFlavor": "MSK"})]


def test_a_reaction_is_found_again_by_what_it_is_not_by_its_place_or_its_link():
    was = a_case(reactions=(FEVER, CHILLS))
    now = a_case(reactions=(replace(CHILLS, id="x9"), replace(FEVER, id="x8", outcome=Outcome.FATAL)))

    assert changed(was, now) == [("E.i 2 / E.i.7", "2", "5")]


def test_a_reaction_that_was_added_and_one_that_was_taken_out_are_shown_whole():
    was, now = a_case(reactions=(FEVER,)), a_case(reactions=(CHILLS,))

    assert changed(was, now) == [("E.i 1", None, encode(CHILLS)), ("E.i 1", encode(FEVER), None)]


def test_two_episodes_of_one_reaction_keep_their_order():
    first, second = replace(FEVER, start=day("2026-10-01")), replace(FEVER, start=day("2026-10-09"))
    was, now = a_case(reactions=(first, second)), a_case(reactions=(first, replace(second, end=day("2026-10-10"))))

    assert changed(was, now) == [("E.i 2 / E.i.5", encode(second).get("E.i.5"), "20261010")]


def test_a_dose_of_one_drug_among_several():
    drug = a_drug()
    lots = replace(drug, doses=(replace(drug.doses[0], lot="B-2"), *drug.doses[1:]))
    was, now = a_case(drugs=(another_drug("nivolumab"), drug)), a_case(drugs=(lots, another_drug("nivolumab")))

    assert changed(was, now) == [("G.k 1 / G.k.4.r 1 / G.k.4.r.7", encode(drug.doses[0]).get("G.k.4.r.7"), "B-2")]


def test_when_it_was_sent_is_no_change():
    assert changed(a_case(created=day("2026-10-05")), a_case(created=day("2026-11-05"))) == []


words = st.sampled_from(["Pyrexia", "Chills", "Fatigue", "Oral herpes"])
cases = st.builds(
    lambda names, narrative: a_case(
        reactions=tuple(a_reaction(name, id=str(number)) for number, name in enumerate(names)), narrative=narrative
    ),
    st.lists(words, min_size=1, max_size=5),
    st.sampled_from(["One.", "Two."]),
)


@settings(deadline=None, max_examples=60)
@given(cases, cases)
def test_nothing_that_differs_is_left_out(was, now):
    """There is a change exactly where the versions differ in more than order and links."""

    def said(case):
        return sorted(str({**encode(one), "E.i.0": ""}) for one in case.reactions), case.narrative

    assert bool(changed(was, now)) is (said(was) != said(now))
