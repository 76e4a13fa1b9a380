"""What differs between two assessments of one case: judgements, not their wording."""

import pytest

from tvec_pv.domain.assessment_changes import AssessmentChange, assessment_changes

WAS = {
    "profile_version": "2026-01-01",
    "primary": "systemic",
    "serious": False,
    "verdicts": [{"region": "US", "verdict": "PERIODIC", "due": None, "reason": "..."}],
    "reactions": [
        {
            "number": 1,
            "name": "Pyrexia",
            "category": "systemic",
            "concept": "sy_pyrexia",
            "serious": False,
            "designated": False,
            "case_rule": "",
            "proposal": "",
            "listedness": [{"region": "US", "listed": "L", "reason": "..."}],
            "reasons": ["..."],
        }
    ],
}
REACTION = WAS["reactions"][0]
NEWER = {"categories": ["systemic"], "sure": "certain", "core_like": {"listed": "L"}}

DIFFERENT = [
    ({"primary": "herpetic"}, ("primary category", "", "systemic", "herpetic")),
    ({"serious": True}, ("serious", "", "no", "yes")),
    (
        {"verdicts": [{"region": "US", "verdict": "15_DAY", "due": "2026-11-05", "reason": ""}]},
        ("US verdict", "", "PERIODIC", "15_DAY, due 2026-11-05"),
    ),
    (
        {"reactions": [REACTION | {"listedness": [{"region": "US", "listed": "U"}]}]},
        ("US listedness", "1 Pyrexia", "L", "U"),
    ),
    (
        {"reactions": [REACTION | {"categories": ["systemic", "herpetic"]}]},
        ("categories", "1 Pyrexia", "systemic", "systemic, herpetic"),
    ),
    ({"reactions": [REACTION | {"concept": ""}]}, ("concept", "1 Pyrexia", "sy_pyrexia", "")),
    ({"reactions": [REACTION | {"designated": True}]}, ("designated medical event", "1 Pyrexia", "no", "yes")),
    ({"reactions": [REACTION | {"proposal": "look"}]}, ("proposal", "1 Pyrexia", "", "look")),
]


@pytest.mark.parametrize(("changed", "change"), DIFFERENT, ids=[one[1][0] for one in DIFFERENT])
def test_a_judgement_that_differs_is_named_with_what_it_was_and_is(changed, change):
    assert assessment_changes(WAS, WAS | changed) == (AssessmentChange(*change),)


def test_other_words_and_another_version_are_no_change():
    reaction = REACTION | {"reasons": ["other"], "listedness": [{"region": "US", "listed": "L", "reason": "other"}]}

    assert assessment_changes(WAS, WAS | {"profile_version": "2027-01-01", "reactions": [reaction]}) == ()


def test_flags_are_compared_whatever_their_order():
    one, other = {"flags": [{"flag": "B"}, {"flag": "A"}]}, {"flags": [{"flag": "A"}, {"flag": "B"}]}

    assert assessment_changes(WAS | one, WAS | other) == ()
    assert assessment_changes(WAS | one, WAS | {"flags": []}) == (AssessmentChange("flags", "", "A, B", ""),)


def test_what_an_older_assessment_does_not_speak_of_has_not_changed():
    newer = WAS | {"flags": [{"flag": "A"}], "reactions": [REACTION | NEWER]}

    assert assessment_changes(WAS, newer) == ()
    assert assessment_changes(newer, WAS) == ()


def test_another_name_is_a_change_of_the_same_reaction():
    found = assessment_changes(WAS, WAS | {"reactions": [REACTION | {"name": "Fever"}]})

    assert found == (AssessmentChange("name", "1 Fever", "Pyrexia", "Fever"),)
