"""Who the report is about, and how a person who was not treated met the product; ages at the limits and beside them."""

from typing import NamedTuple

import pytest

from tests.factories import a_case, a_drug, a_patient, a_reaction, another_drug, day
from tests.spec.flagged import flags_of, said
from tests.spec.tables import each
from tvec_pv.domain.assessment import assess
from tvec_pv.domain.icsr import DrugRole, NullFlavor, Parent, Patient, Quantity, Term
from tvec_pv.reference_files import knowledge


class Age(NamedTuple):
    """An age of a child, and the flags of a newborn and of an infant."""

    age: object
    newborn: str
    infant: str
    why: str = ""


class WhoseReport(NamedTuple):
    """What a report says, and whose it is."""

    reactions: tuple[str, ...]
    what: str
    who: str


class Exposed(NamedTuple):
    """The reactions of a report, and the flags of exposure that follow."""

    reactions: tuple[str, ...]
    flags: tuple[str, ...]
    eu: str


CRITICAL, MAJOR = "critical established", "major established"

AGES = [
    Age((0, "d"), CRITICAL, ""),
    Age((16, "d"), CRITICAL, ""),
    Age((27, "d"), CRITICAL, ""),
    Age((28, "d"), CRITICAL, "", "the last day of a newborn"),
    Age((29, "d"), "", MAJOR),
    Age((3, "wk"), CRITICAL, "", "21 to 27 days"),
    Age((4, "wk"), "critical suggested", "", "28 to 34 days"),
    Age((5, "wk"), "", MAJOR),
    Age((1, "mo"), "", MAJOR, "at least 30 days"),
    Age((2, "mo"), "", MAJOR),
    Age((12, "wk"), "", MAJOR, "84 to 90 days"),
    Age((3, "mo"), "", ""),
    Age((16, "a"), "", ""),
    Age("born 2026-08-10", CRITICAL, "", "28 days before the reaction of 7 September"),
    Age("born 2026-08-09", "", MAJOR, "29 days before"),
    Age("born 2026-08", "critical suggested", "", "7 to 37 days before"),
    Age("group neonate", CRITICAL, ""),
    Age("not known", "", ""),
]

WHOSE = [
    WhoseReport(("Oral herpes",), "doses and an indication", "treated patient"),
    WhoseReport(("Oral herpes",), "no dose and no indication", "not known"),
    WhoseReport(("Oral herpes",), "the product was not given", "exposed person"),
    WhoseReport(("Oral herpes",), "a parent", "exposed person"),
    WhoseReport(("Oral herpes",), "an age of 20 days", "exposed person"),
    WhoseReport(("Needle stick injury",), "doses and an indication", "exposed person"),
    WhoseReport(("Occupational exposure to product",), "no dose and no indication", "exposed person"),
    WhoseReport(("Exposure via skin contact",), "no dose and no indication", "exposed person"),
    WhoseReport(("Accidental exposure to product",), "doses and an indication", "treated patient"),
    WhoseReport(("Accidental exposure to product",), "no dose and no indication", "not known"),
    WhoseReport(("Oral herpes: cold sore of his wife",), "no dose and no indication", "exposed person"),
    WhoseReport(("Oral herpes: cold sore of his wife",), "doses and an indication", "treated patient"),
    WhoseReport(
        ("Accidental exposure to product: splash in the eye of a nurse",), "no dose and no indication", "exposed person"
    ),
    WhoseReport(("Nausea: of a nurse",), "no dose and no indication", "not known"),
]

EXPOSED = [
    Exposed(("Needle stick injury",), ("EXP_HCP_OCCUPATIONAL", "NO_AE", "THIRD_PARTY_PATIENT"), "NO_ICSR_PSUR"),
    Exposed(
        ("Needle stick injury", "Herpetic whitlow"),
        ("EU_INFECTIOUS_AGENT_RULE", "EXP_HCP_OCCUPATIONAL", "THIRD_PARTY_PATIENT"),
        "15_DAY",
    ),
    Exposed(("Needle stick injury", "Nausea"), ("EXP_HCP_OCCUPATIONAL", "THIRD_PARTY_PATIENT"), "90_DAY"),
    Exposed(("Exposure via skin contact",), ("EXP_CLOSE_CONTACT", "NO_AE", "THIRD_PARTY_PATIENT"), "NO_ICSR_PSUR"),
    Exposed(
        ("Exposure via skin contact", "Oral herpes"),
        ("EU_INFECTIOUS_AGENT_RULE", "EXP_CLOSE_CONTACT", "THIRD_PARTY_PATIENT"),
        "15_DAY",
    ),
    Exposed(("Secondary transmission",), ("EU_INFECTIOUS_AGENT_RULE", "EXP_CLOSE_CONTACT"), "15_DAY"),
    Exposed(("Oral herpes",), (), "90_DAY"),
    Exposed(("Herpes zoster",), (), "90_DAY"),
]
OF_EXPOSURE = {flag for row in EXPOSED for flag in row.flags}


@each(AGES)
def test_a_newborn_is_at_most_28_days_old_and_an_infant_less_than_three_months(row):
    given = {}
    if isinstance(row.age, tuple):
        value, unit = row.age
        given = {"age": Quantity(value=float(value), unit=unit)}
    elif row.age.startswith("born"):
        given = {"birth_date": day(row.age.split()[1])}
    elif row.age == "group neonate":
        given = {"age_group": "1"}
    flags = flags_of(patient=Patient(name="N.N.", **given), reactions=(a_reaction(start=day("2026-09-07")),))

    assert (said(flags, "EXP_NEONATE"), said(flags, "EXP_INFANT_LT3MO")) == (row.newborn, row.infant)


@each(WHOSE)
def test_only_a_field_or_a_reaction_says_whose_report_it_is(row):
    nothing = a_drug(doses=(), indications=())
    drug = {
        "doses and an indication": a_drug(),
        "the product was not given": a_drug(role=DrugRole.NOT_ADMINISTERED),
    }.get(row.what, nothing)
    patient = {
        "a parent": a_patient(parent=Parent()),
        "an age of 20 days": a_patient(age=Quantity(value=20.0, unit="d")),
    }.get(row.what, a_patient())
    coded = (name.split(": ") for name in row.reactions)
    reactions = tuple(a_reaction(": ".join(words) or term, term=Term(name=term)) for term, *words in coded)
    case = a_case(drugs=(drug,), patient=patient, reactions=reactions)

    assert assess(case, knowledge()).subject.who == row.who


def test_what_only_words_say_of_a_contact_is_suggested_and_due_in_15_days_in_the_eu():
    """Or is it her husband who was treated? A person looks; until then the duty stands."""
    husband = a_reaction("Cold sore of her husband", term=Term(name="Oral herpes"), country="DE")
    case = a_case(reactions=(husband,), drugs=(a_drug(doses=(), indications=()),))
    flags = flags_of(reactions=case.reactions, drugs=case.drugs)

    assert said(flags, "THIRD_PARTY_PATIENT") == "context suggested"
    assert said(flags, "EXP_CLOSE_CONTACT") == "major suggested"
    assert said(flags, "EU_INFECTIOUS_AGENT_RULE") == "review suggested"
    assert assess(case, knowledge()).verdicts[1].verdict == "15_DAY"


def test_the_words_of_an_exposure_say_that_it_happened_at_work():
    """So the herpes of a nurse whose eye was splashed is listed, and that of a relative is left open (LR10)."""
    listed = {
        who: [
            one.listed_in("US")
            for one in assess(
                a_case(
                    drugs=(a_drug(doses=(), indications=()),),
                    reactions=(
                        a_reaction(f"Splash in the eye of a {who}", term=Term(name="Accidental exposure to product")),
                        a_reaction("Ophthalmic herpes simplex"),
                    ),
                ),
                knowledge(),
            ).reactions
        ][1]
        for who in ("nurse", "daughter")
    }

    assert listed == {"nurse": "L", "daughter": "I"}


@each(EXPOSED)
def test_an_infection_of_a_person_who_was_not_treated_is_serious_in_the_eu_and_an_exposure_alone_is_not(row):
    reactions = tuple(a_reaction(name, country="DE") for name in row.reactions)
    _, eu = assess(a_case(reactions=reactions), knowledge()).verdicts

    assert sorted(set(flags_of(reactions=reactions)) & OF_EXPOSURE) == sorted(row.flags)
    assert eu.verdict == row.eu
    assert ("infectious agent" in eu.reason) is (row.eu == "15_DAY")


def test_the_reaction_of_an_exposed_person_stays_as_the_reporter_called_it():
    """The rule makes the verdict of the EU serious, not the reaction."""
    reactions = (a_reaction("Needle stick injury", country="DE"), a_reaction("Herpetic whitlow", country="DE"))
    assessment = assess(a_case(reactions=reactions), knowledge())

    assert [one.serious for one in assessment.reactions] == [False, False]
    assert assessment.verdicts[0].verdict == "PERIODIC"


@pytest.mark.parametrize(
    ("words", "flag"),
    [
        ("Splash in the eye of a nurse", "EXP_HCP_OCCUPATIONAL"),
        ("Splash in the eye of her husband", "EXP_CLOSE_CONTACT"),
    ],
)
def test_who_was_splashed_may_stand_in_the_words_of_the_reaction(words, flag):
    reaction = a_reaction(words)
    coded = a_reaction(words, term=Term(name="Accidental exposure to product"))

    assert flag not in flags_of(reactions=(reaction,))
    assert flag in flags_of(reactions=(coded,))


@pytest.mark.parametrize(
    ("reactions", "eu"),
    [(("Needle stick injury", "Herpetic whitlow"), "15_DAY"), (("Nausea",), "NOT_SUSPECT")],
)
def test_a_product_that_was_not_given_is_suspected_all_the_same_where_its_virus_reached_a_person(reactions, eu):
    drug = a_drug(role=DrugRole.NOT_ADMINISTERED)
    case = a_case(
        reactions=tuple(a_reaction(name, country="DE") for name in reactions),
        drugs=(drug, another_drug("nivolumab", DrugRole.SUSPECT)),
    )

    assert assess(case, knowledge()).verdicts[1].verdict == eu


def test_the_herpes_of_a_patient_who_passed_it_on_is_not_that_of_the_other_person():
    reactions = (a_reaction("Oral herpes", country="DE"), a_reaction("Secondary transmission", country="DE"))
    flag = flags_of(reactions=reactions)["EU_INFECTIOUS_AGENT_RULE"]

    assert [basis.where for basis in flag.basis] == ["reaction 2"]


def test_a_contact_who_is_pregnant_weighs_more():
    contact = a_reaction("Exposure via skin contact")

    assert said(flags_of(reactions=(contact,)), "EXP_CLOSE_CONTACT") == MAJOR
    assert said(flags_of(reactions=(contact, a_reaction("Exposure during pregnancy"))), "EXP_CLOSE_CONTACT") == CRITICAL


def test_the_infant_of_a_woman_who_breast_feeds_is_suggested_while_its_age_is_not_known():
    flags = flags_of(reactions=(a_reaction("Maternal exposure during breast feeding"),))

    assert said(flags, "SP_BREASTFEEDING") == "minor established"
    assert (said(flags, "EXP_INFANT_LT3MO"), said(flags, "THIRD_PARTY_PATIENT")) == (
        "major suggested",
        "context suggested",
    )


def test_a_breast_fed_infant_with_a_reaction_weighs_more():
    infant = Patient(name="N.N.", age=Quantity(value=6.0, unit="wk"), sex=NullFlavor.UNK, parent=Parent())
    flags = flags_of(patient=infant, reactions=(a_reaction("Exposure via breast milk"), a_reaction("Pyrexia")))

    assert said(flags, "SP_BREASTFEEDING") == MAJOR
