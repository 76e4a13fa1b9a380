"""The reports of `vignettes`, told in words a reader knows, are classified and timed as a physician expects."""

import json

import pytest

from tests.real_data import REAL_DATA
from tests.spec.vignette_cases import case_of
from tests.spec.vignettes import VIGNETTES
from tvec_pv.domain.assessment import assess
from tvec_pv.domain.product_names import Verdict, match_case
from tvec_pv.domain.validity import missing_criteria
from tvec_pv.reference_files import knowledge, product

REFERENCE = REAL_DATA.parent / "reference" / "vignettes.json"

# What `assess` cannot decide yet. When one of these starts to work, its test fails: move it out of this table.
NOT_YET = {
    "V27": "another product: settled at intake by its name, before anything is assessed",
}
# Flags beyond those of the reference, and why they are right.
EXTRA = {
    "V05": {
        "CONTRAINDICATED_PRODUCT_ADMINISTERED",  # the US label contraindicates the product in leukaemia, as V33 has it
    },
    "V19": {"LISTEDNESS_INDETERMINATE"},  # rule LR5: the reference itself holds the transmission indeterminate
    "V22": {"LISTEDNESS_INDETERMINATE"},  # the same of the haemorrhage in the EU
    "V27": {"INVALID_ICSR_NO_REACTION"},  # the reference gives it no reaction, because it is rejected first
}
CATEGORIES = {
    "HERPETIC": "herpetic",
    "TRANSMISSION": "transmission",
    "INJSITE": "injection-site",
    "IMMUNE": "immune-mediated",
    "OTHER_LABELLED": "other-labelled",
    "UNLISTED_OTHER": "unlisted-other",
    "SYSTEMIC": "systemic",
    "SPECIAL": "special",
}


def rows():
    return [
        pytest.param(
            row,
            id=f"{row.id} {row.title}",
            marks=[pytest.mark.xfail(reason=NOT_YET[row.id], strict=True)] if row.id in NOT_YET else [],
        )
        for row in VIGNETTES
    ]


@pytest.mark.parametrize("row", rows())
def test_a_vignette_is_judged_as_a_physician_expects(row):
    assessment = assess(case_of(row), knowledge())

    assert [one.category for one in assessment.reactions] == [CATEGORIES[event.category] for event in row.events]
    assert assessment.primary == CATEGORIES.get(row.primary, "NONE")
    for one, event in zip(assessment.reactions, row.events, strict=True):
        stated = [(one.listed_in(region).value, letter) for region, letter in (("US", event.us), ("EU", event.eu))]
        assert [found for found, letter in stated if letter != "n/a"] == [
            letter for _, letter in stated if letter != "n/a"
        ]
    assert [verdict.verdict for verdict in assessment.verdicts] == [row.us, row.eu]


@pytest.mark.parametrize("row", VIGNETTES, ids=lambda row: f"{row.id} {row.title}")
def test_the_flags_of_a_vignette_are_those_of_the_reference_and_no_others_than_the_table_explains(row):
    raised = {flag.flag for flag in assess(case_of(row), knowledge()).flags}

    assert (set(row.flags) - raised, raised - set(row.flags)) == (set(), EXTRA.get(row.id, set()))


@pytest.mark.parametrize("row", VIGNETTES, ids=lambda row: f"{row.id} {row.product}")
def test_the_product_of_a_vignette_is_told_by_its_words(row):
    expected = Verdict.OTHER if row.us == "REJECT_OTHER_PRODUCT" else Verdict.PRODUCT

    assert match_case(product(), case_of(row)).verdict is expected


def test_several_patients_are_no_patient():
    (row,) = (row for row in VIGNETTES if row.us == "HOLD_INVALID")

    assert [finding.check for finding in missing_criteria(case_of(row))] == ["VALID-PATIENT"]


def test_each_vignette_that_is_not_decided_yet_is_one_of_the_table():
    assert set(NOT_YET) | set(EXTRA) < {row.id for row in VIGNETTES}


@pytest.mark.skipif(not REFERENCE.is_file(), reason="the reference is not on this machine")
def test_the_table_says_what_the_reference_says():
    there = json.loads(REFERENCE.read_text("utf-8"))

    assert [
        (
            row.id,
            row.title,
            row.product,
            row.country,
            [[*event[:4], event.criteria] for event in row.events],
            row.primary,
            row.us,
            row.eu,
            list(row.flags),
        )
        for row in VIGNETTES
    ] == [
        (
            one["id"],
            one["title"],
            one["product_verbatim"],
            one["country"],
            [[*event[:4], event[5]] for event in one["events"]],
            one["primary"],
            one["us"],
            one["eu"],
            one["flags"],
        )
        for one in there
    ]
