"""Did the product cause it? Naranjo's ten items by the product's conventions, the WHO-UMC proposal, and what neither
of them may do: take a duty to report away."""

from dataclasses import replace
from itertools import product as every_combination
from typing import NamedTuple

import pytest

from tests.factories import a_case, a_dose, a_drug, a_reaction, day, serious
from tests.spec.tables import each
from tvec_pv.domain import assessment
from tvec_pv.domain.assessment import assess
from tvec_pv.domain.causality import Alternatives, Causality, Suspicion, WhoUmc, assess_causality
from tvec_pv.domain.elapsed import since_product
from tvec_pv.domain.icsr import DrugReaction, NullFlavor, PastDrug, Patient, Term
from tvec_pv.domain.onset import assess_onset, find_window
from tvec_pv.domain.safety_profile import Listed
from tvec_pv.reference_files import knowledge, scales

L, U, INDETERMINATE = Listed.LISTED, Listed.UNLISTED, Listed.INDETERMINATE
VISIT = replace(a_dose(), start=day("2026-01-01"), end=day("2026-01-01"))
NOTHING_KNOWN = Alternatives()

# The ten items of the reference: points for yes, points for no.
POINTS = {
    **dict.fromkeys((1, 3, 7, 8, 9, 10), (1, 0)),
    **dict.fromkeys((2, 4), (2, -1)),
    5: (-1, 2),
    6: (-1, 1),
}


class Item(NamedTuple):
    """An item, what the report says, and the answer."""

    item: int
    report: dict[str, object]
    answer: str


class Who(NamedTuple):
    """What is known of other causes, the days from the visit to the reaction, its category, and the proposal."""

    known: dict[str, bool]
    days: str | None
    category: str
    proposal: str


class Grade(NamedTuple):
    """A score and what it is called."""

    score: int
    grade: str


ITEMS = [
    Item(1, {"listed": (L, L)}, "yes"),
    Item(1, {"listed": (L, U)}, "yes"),
    Item(1, {"listed": (U, U)}, "no"),
    Item(1, {"listed": (INDETERMINATE, U)}, "unknown"),
    Item(2, {"start": "2026-01-02"}, "yes"),
    Item(2, {"start": "2026-01-01"}, "unknown"),
    Item(2, {"start": "2025-12-31"}, "no"),
    Item(2, {"start": "2026-01"}, "unknown"),
    Item(2, {"start": "2026-02"}, "yes"),
    Item(2, {"start": None}, "unknown"),
    Item(3, {"action": "1", "outcome": "1"}, "yes"),
    Item(3, {"action": "1", "outcome": "2"}, "yes"),
    Item(3, {"action": "1", "outcome": "4"}, "yes"),
    Item(3, {"action": "1", "outcome": "3"}, "no"),
    Item(3, {"action": "1", "outcome": "5"}, "no"),
    Item(3, {"action": "1", "outcome": "0"}, "unknown"),
    Item(3, {"action": "1", "outcome": NullFlavor.UNK}, "unknown"),
    Item(3, {"action": "4", "outcome": "1"}, "unknown"),
    Item(3, {"action": None, "outcome": "1"}, "unknown"),
    Item(3, {"action": "4", "outcome": "1", "antiviral_against_it": True}, "yes"),
    Item(3, {"action": "4", "outcome": "3", "antiviral_against_it": True}, "no"),
    Item(3, {"action": "4", "outcome": "1", "antiviral_against_it": False}, "unknown"),
    Item(4, {"rechallenge": "1"}, "yes"),
    Item(4, {"rechallenge": "2"}, "no"),
    Item(4, {"rechallenge": "3"}, "unknown"),
    Item(4, {"rechallenge": "4"}, "unknown"),
    Item(4, {"rechallenge": None}, "unknown"),
    Item(4, {"rechallenge": NullFlavor.ASKU}, "unknown"),
    Item(5, {"checkpoint_inhibitor": True}, "yes"),
    Item(5, {"wild_type": True}, "yes"),
    Item(5, {"other_virus": True}, "yes"),
    Item(5, {"other_cause": True}, "yes"),
    Item(5, {"other_cause": False}, "no"),
    Item(5, {}, "unknown"),
    Item(5, {"checkpoint_inhibitor": False, "wild_type": False, "other_virus": False}, "unknown"),
    Item(5, {"other_cause": False, "wild_type": True}, "yes"),
    Item(6, {"report_type": "1"}, "no"),
    Item(6, {"report_type": "2"}, "unknown"),
    Item(6, {"report_type": "3"}, "no"),
    Item(6, {"report_type": "4"}, "unknown"),
    Item(6, {"report_type": None}, "unknown"),
    Item(7, {}, "unknown"),
    Item(7, {"product_in_lesion": True}, "unknown"),
    Item(8, {"action": "2", "outcome": "1"}, "unknown"),
    Item(9, {"seen_before": True}, "yes"),
    Item(9, {"seen_before": False}, "unknown"),
    Item(10, {"product_in_lesion": True}, "yes"),
    Item(10, {"product_in_lesion": True, "category": "systemic"}, "unknown"),
    Item(10, {"product_in_lesion": False}, "unknown"),
    Item(10, {}, "unknown"),
]

HERPETIC, IMMUNE = "herpetic", "immune-mediated"
IN_TIME, LATE_BUT_WEAK = "2026-01-15", "2026-03-01"
WHO = [
    Who({}, IN_TIME, HERPETIC, "possible"),
    Who({}, LATE_BUT_WEAK, HERPETIC, "possible"),
    Who({"product_in_lesion": True}, IN_TIME, HERPETIC, "probable"),
    Who({"product_in_lesion": True}, "2026-01-31", HERPETIC, "probable"),
    Who({"product_in_lesion": True}, "2026-02-01", HERPETIC, "possible"),
    Who({"product_in_lesion": True}, None, HERPETIC, "conditional"),
    Who({"product_in_lesion": True, "wild_type": True}, IN_TIME, HERPETIC, "possible"),
    Who({"product_in_lesion": True, "wild_type": False}, IN_TIME, HERPETIC, "probable"),
    Who({"product_in_lesion": True, "product_cultured_elsewhere": True}, IN_TIME, HERPETIC, "certain"),
    Who({"product_cultured_elsewhere": True}, IN_TIME, HERPETIC, "possible"),
    Who({"product_in_lesion": True, "product_cultured_elsewhere": True, "other_cause": True}, IN_TIME, HERPETIC,
        "probable"),
    Who({"product_in_lesion": False}, IN_TIME, HERPETIC, "possible"),
    Who({"wild_type": True}, IN_TIME, HERPETIC, "possible"),
    Who({"other_virus": True}, IN_TIME, HERPETIC, "unlikely"),
    Who({"other_virus": True, "product_in_lesion": True}, IN_TIME, HERPETIC, "unlikely"),
    Who({}, "2025-12-31", HERPETIC, "unlikely"),
    Who({"product_in_lesion": True}, "2025-12-31", HERPETIC, "unlikely"),
    Who({}, "2026-01-01", IMMUNE, "unlikely"),
    Who({}, "2026-01-02", IMMUNE, "possible"),
    Who({}, IN_TIME, IMMUNE, "possible"),
    Who({"checkpoint_inhibitor": True}, IN_TIME, IMMUNE, "possible"),
    Who({"checkpoint_inhibitor": True, "product_in_lesion": True}, IN_TIME, IMMUNE, "possible"),
    Who({"checkpoint_inhibitor": True, "product_in_lesion": True}, IN_TIME, HERPETIC, "probable"),
    Who({"product_in_lesion": True}, IN_TIME, "transmission", "conditional"),
    Who({"product_in_lesion": True}, IN_TIME, IMMUNE, "possible"),
    Who({"product_in_lesion": True}, "2026-01-02", "systemic", "possible"),
    Who({}, IN_TIME, "unlisted-other", "possible"),
    Who({}, "2020-01-01", "unlisted-other", "possible"),
    Who({}, None, IMMUNE, "conditional"),
]  # fmt: skip

GRADES = [
    Grade(13, "definite"),
    Grade(9, "definite"),
    Grade(8, "probable"),
    Grade(5, "probable"),
    Grade(4, "possible"),
    Grade(1, "possible"),
    Grade(0, "doubtful"),
    Grade(-4, "doubtful"),
]


def judged(
    *,
    start="2026-01-15",
    category=HERPETIC,
    listed=(U, U),
    action=None,
    outcome=None,
    rechallenge=None,
    report_type="1",
    seen_before=False,
    is_valid=True,
    is_clinical=True,
    **known,
):
    reaction = a_reaction(id="1", start=day(start) if start else None, outcome=outcome)
    pair = DrugReaction(reaction_id="1", rechallenge=rechallenge)
    drugs = (a_drug(doses=(VISIT,), action_taken=action, reactions=(pair,)),)
    since = since_product(reaction, drugs)
    return assess_causality(
        Suspicion(
            reaction=reaction,
            drugs=drugs,
            category=category,
            is_clinical=is_clinical,
            listed=tuple(zip(("US", "EU"), listed, strict=True)),
            onset=assess_onset(find_window(scales().windows, "", category), since),
            since_first=since.first,
            report_type=report_type,
            seen_before=seen_before,
            is_valid=is_valid,
        ),
        Alternatives(**known),
        scales().naranjo,
    )


@each(ITEMS)
def test_an_item_is_answered_by_what_the_report_says_and_silence_is_unknown(row):
    answered = judged(**row.report).naranjo.answers[row.item - 1]
    yes, no = POINTS[row.item]

    assert (answered.item, answered.answer) == (row.item, row.answer)
    assert answered.points == {"yes": yes, "no": no, "unknown": 0}[row.answer]
    assert answered.reason


def test_the_points_are_those_that_were_published():
    items = scales().naranjo.items

    assert {one.item: (one.yes, one.no) for one in items} == POINTS
    assert sum(min(one.yes, one.no, 0) for one in items) == -4
    assert sum(max(one.yes, one.no) for one in items) == 13


@each(GRADES)
def test_a_score_has_its_grade(row):
    assert scales().naranjo.grade(row.score) == row.grade


def test_the_score_adds_the_answers_up_and_says_how_many_are_unknown():
    """Listed +1, after the product +2, spontaneous +1; the seven others are not known."""
    naranjo = judged(listed=(L, L)).naranjo

    assert (naranjo.score, naranjo.grade, naranjo.unknown) == (4, "possible", 7)


def test_a_report_that_says_nothing_scores_by_the_convention_on_placebo_alone():
    naranjo = judged(start=None).naranjo

    assert (naranjo.score, naranjo.grade, naranjo.unknown) == (1, "possible", 8)
    assert "by convention" in naranjo.answers[5].reason


def test_an_antiviral_that_helped_does_not_tell_the_products_virus_from_the_wild_type():
    assert "wild type" in judged(outcome="1", antiviral_against_it=True).naranjo.answers[2].reason
    assert "wild type" not in judged(outcome="1", action="1").naranjo.answers[2].reason


@each(WHO)
def test_the_proposal_follows_the_criteria_of_who_umc(row):
    given = judged(start=row.days, category=row.category, **row.known)

    assert given.who_umc == row.proposal
    assert given.reason
    assert given.would_change


def test_a_report_that_lacks_a_minimum_criterion_cannot_be_assessed():
    assert judged(is_valid=False, product_in_lesion=True).who_umc is WhoUmc.UNASSESSABLE
    case = a_case(patient=Patient(name=NullFlavor.UNK))
    assert assess(case, knowledge()).reactions[0].causality.who_umc is WhoUmc.UNASSESSABLE


def test_naranjo_is_not_made_for_another_person_nor_for_an_exposure():
    other = judged(is_other_person=True, product_in_lesion=True)
    exposure = judged(is_clinical=False)

    assert (other.who_umc, other.naranjo) == (WhoUmc.PROBABLE, None)
    assert (exposure.who_umc, exposure.naranjo) == (WhoUmc.NOT_APPLICABLE, None)
    assert "another person" in other.naranjo_reason
    assert exposure.naranjo_reason


@pytest.mark.parametrize(
    ("name", "reaction", "answer"),
    [
        ("Imlygic", "Cold sore", "yes"),
        ("talimogene laherparepvec", "Oral herpes", "yes"),
        ("Imlygic", "Chills", "unknown"),
        ("pembrolizumab", "Oral herpes", "unknown"),
        (NullFlavor.ASKU, "Oral herpes", "unknown"),
        ("Imlygic", None, "unknown"),
    ],
)
def test_a_similar_reaction_before_is_read_from_earlier_treatments(name, reaction, answer):
    past = PastDrug(name=name, reaction=Term(name=reaction) if reaction else None)
    case = a_case(patient=Patient(name="A.B.", past_drugs=(past,)))
    (assessed,) = assess(case, knowledge()).reactions

    assert assessed.causality.naranjo.answers[8].answer == answer


# --- no duty ends with a low score ---------------------------------------------------------------------------------

UNLIKELY_REPORTS = [
    ("2025-12-31", None, None),  # before the product
    ("2026-01-15", "1", "3"),  # withdrawn, and no better
    ("2026-01-15", None, None),
    (None, None, "0"),
]


def verdicts(start="2026-01-15", action=None, outcome=None, rechallenge=None):
    reaction = a_reaction("Tinnitus", id="1", start=day(start) if start else None, outcome=outcome,
                          seriousness=serious("hospitalisation"))  # fmt: skip
    pair = DrugReaction(reaction_id="1", rechallenge=rechallenge)
    case = a_case(reactions=(reaction,))
    case = replace(case, drugs=(a_drug(doses=(VISIT,), action_taken=action, reactions=(pair,)),))
    return [(one.region, one.verdict, one.due) for one in assess(case, knowledge()).verdicts]


@pytest.mark.parametrize(("start", "action", "outcome"), UNLIKELY_REPORTS)
@pytest.mark.parametrize("rechallenge", ["2", None])
def test_what_speaks_against_the_product_takes_no_duty_away(start, action, outcome, rechallenge):
    given = verdicts(start, action, outcome, rechallenge)

    assert [verdict for _, verdict, _ in given] == ["15_DAY", "15_DAY"]
    assert all(due is not None for _, _, due in given)


@pytest.mark.parametrize("category", WhoUmc)
def test_whatever_is_proposed_the_duty_to_report_is_the_same(category, monkeypatch):
    before = verdicts()
    monkeypatch.setattr(assessment, "assess_causality", lambda *_: Causality(category, "made up", "", None))

    assert verdicts() == before


def test_no_combination_of_other_causes_makes_a_negative_of_the_silence():
    """Item 5 gives its two points only where the report itself excludes other causes."""
    names = ("checkpoint_inhibitor", "wild_type", "other_virus")
    for values in every_combination((None, False), repeat=3):
        assert judged(**dict(zip(names, values, strict=True))).naranjo.answers[4].answer == "unknown"
