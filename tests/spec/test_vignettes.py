"""The reports of `vignettes`, told in words a reader knows, are classified and timed as a physician expects."""

import json

import pytest

from tests.factories import NOT_SERIOUS, a_case, a_drug, a_reaction, serious
from tests.real_data import REAL_DATA
from tests.spec.vignettes import VIGNETTES, Vignette
from tvec_pv.domain.assessment import assess
from tvec_pv.domain.icsr import NullFlavor, Patient
from tvec_pv.domain.product_names import Verdict, match_case
from tvec_pv.domain.validity import missing_criteria
from tvec_pv.reference_files import knowledge, product, safety_profile

REFERENCE = REAL_DATA.parent / "reference" / "vignettes.json"

# What `assess` cannot decide yet. When one of these starts to work, its test fails: move it out of this table.
NOT_YET = {
    "V05": "needs the case rules: that the patient is immunocompromised stands in the history; until then a physician",
    "V18": "needs the case rules: that the subject is the exposed nurse, and the EU rule on infectious agents",
    "V22": "needs the case rules: that the route was transcutaneous into the liver; until then a physician",
    "V27": "another product: settled at intake by its name, before anything is assessed",
    "V32": "needs the case rules: the EU rule on lack of efficacy in a life-threatening disease",
    "V46": "no identifiable patient: settled at intake by the minimum criteria, before anything is assessed",
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
CRITERIA = {"DE": "death", "LT": "life_threatening", "HO": "hospitalisation", "IME": "other_important"}


def rows():
    return [
        pytest.param(
            row,
            id=f"{row.id} {row.title}",
            marks=[pytest.mark.xfail(reason=NOT_YET[row.id], strict=True)] if row.id in NOT_YET else [],
        )
        for row in VIGNETTES
    ]


def first_term(concept):
    """The name under which a report would give it; what the profile does not know is given by its own name."""
    return next((one.terms[0] for one in safety_profile().concepts if one.id == concept), concept.capitalize())


def reaction_of(event, country):
    criteria = [CRITERIA[one] for one in event.criteria.split(",") if one in CRITERIA]
    given = serious(*criteria) if criteria else NOT_SERIOUS
    return a_reaction(first_term(event.concept), seriousness=given, outcome=NullFlavor.UNK, country=country)


def case_of(row: Vignette):
    return a_case(
        f"{row.country}-VIGNETTE-{row.id}",
        reactions=tuple(reaction_of(event, row.country) for event in row.events),
        drugs=(a_drug(row.product, substances=()),),
    )


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


@pytest.mark.parametrize("row", VIGNETTES, ids=lambda row: f"{row.id} {row.product}")
def test_the_product_of_a_vignette_is_told_by_its_words(row):
    expected = Verdict.OTHER if row.us == "REJECT_OTHER_PRODUCT" else Verdict.PRODUCT

    assert match_case(product(), case_of(row)).verdict is expected


def test_several_patients_are_no_patient():
    (row,) = (row for row in VIGNETTES if row.us == "HOLD_INVALID")
    held = a_case(reactions=case_of(row).reactions, patient=Patient(name=NullFlavor.UNK), narrative="Several patients")

    assert [finding.check for finding in missing_criteria(held)] == ["VALID-PATIENT"]


def test_each_vignette_that_is_not_decided_yet_is_one_of_the_table():
    assert set(NOT_YET) < {row.id for row in VIGNETTES}


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
        )
        for one in there
    ]
