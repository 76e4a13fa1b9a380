"""Deaths, no effect, no reaction, listedness, names and minimum criteria: flags, and the verdicts that follow."""

from dataclasses import replace
from typing import NamedTuple

import pytest

from tests.factories import NOT_SERIOUS, a_case, a_drug, a_patient, a_reaction, another_drug, day, judged, serious
from tests.spec.flagged import flags_of, said
from tests.spec.tables import each
from tvec_pv.domain.assessment import assess
from tvec_pv.domain.case_facts import gather
from tvec_pv.domain.case_flags import Judged, Situation, Subject, Who, raise_flags
from tvec_pv.domain.exposure_rules import Named
from tvec_pv.domain.flag_rules import RULES
from tvec_pv.domain.icsr import MedicalHistory, NullFlavor, Outcome, Patient, Term
from tvec_pv.domain.label_conditions import label_conditions
from tvec_pv.domain.product_names import match_case, product_drugs
from tvec_pv.reference_files import case_rules, knowledge, product


class Death(NamedTuple):
    """The fatal reaction, the cause of death (D.9.2), the reporter's opinion, and the one flag of death."""

    reaction: str
    cause: str
    opinion: str
    flag: str


class NoEffect(NamedTuple):
    """What is reported, the opinion of the reporter, and the verdict of the EU."""

    reported: str
    opinion: str
    eu: str


class Escalation(NamedTuple):
    """A reaction, its criterion, and whether a physician must see it at once."""

    reaction: str
    criterion: str
    at_once: bool


class Lacking(NamedTuple):
    """What a report lacks, the flag, and the verdict of both regions."""

    what: str
    flag: str
    verdict: str


DEATHS = [
    Death("Death", "", "", "DEATH_CAUSE_UNKNOWN"),
    Death("Sudden death", "", "", "DEATH_CAUSE_UNKNOWN"),
    Death("Death", "Unknown cause", "", "DEATH_CAUSE_UNKNOWN"),
    Death("Death", "Myocardial infarction", "", "DEATH"),
    Death("Sepsis", "", "", "DEATH"),
    Death("Malignant neoplasm progression", "", "Not related", "DEATH_DISEASE_PROGRESSION"),
    Death("Malignant neoplasm progression", "", "Related", "DEATH"),
    Death("Malignant neoplasm progression", "", "", "DEATH"),
    Death("Death", "Metastatic melanoma", "Not related", "DEATH_DISEASE_PROGRESSION"),
    Death("Death", "Metastatic melanoma", "", "DEATH"),
    Death("Sepsis", "", "Not related", "DEATH"),
]
OF_DEATH = {row.flag for row in DEATHS}

NO_EFFECT = [
    NoEffect("Drug ineffective", "", "15_DAY"),
    NoEffect("Drug ineffective", "Not related", "15_DAY"),
    NoEffect("Disease progression", "", "15_DAY"),
    NoEffect("Treatment failure", "", "15_DAY"),
    NoEffect("Disease progression", "Related", "15_DAY"),
    NoEffect("Disease progression", "Not related", "90_DAY"),
    NoEffect("Nausea", "", "90_DAY"),
]

ESCALATIONS = [
    Escalation("Sepsis", "death", True),
    Escalation("Obstructive airways disorder", "life_threatening", True),
    Escalation("Obstructive airways disorder", "hospitalisation", False),
    Escalation("Myocarditis", "life_threatening", False),
    Escalation("Nausea", "", False),
]

LACKING = [
    Lacking("patient", "INVALID_ICSR_NO_PATIENT", "HOLD_INVALID"),
    Lacking("reporter", "INVALID_ICSR_NO_REPORTER", "HOLD_INVALID"),
    Lacking("reaction", "INVALID_ICSR_NO_REACTION", "HOLD_INVALID"),
    Lacking("suspect medicine", "INVALID_ICSR_NO_PRODUCT", "HOLD_INVALID"),
    Lacking("nothing", "", "15_DAY"),
]


def answers(case):
    """What the case answers to the conditions of label statements."""
    facts, assessment = gather(case, product_drugs(product(), case), case_rules()), assess(case, knowledge())
    named = [
        Named(one.concept, one.name, reaction.reported)
        for one, reaction in zip(assessment.reactions, case.reactions, strict=True)
    ]
    return label_conditions(facts, assessment.subject, named, case_rules())


@each(DEATHS)
def test_a_death_without_a_cause_is_never_progression_by_default(row):
    fatal = a_reaction(row.reaction, outcome=Outcome.FATAL)
    drug = a_drug(reactions=(judged(1, row.opinion),) if row.opinion else ())
    flags = flags_of(
        reactions=(fatal,),
        drugs=(drug,),
        patient=a_patient(causes_of_death=(Term(name=row.cause),) if row.cause else ()),
    )

    assert set(flags) & OF_DEATH == {row.flag}
    assert "MEDICAL_ESCALATION" in flags


def test_a_date_of_death_is_a_death_whatever_became_of_the_reactions():
    flags = flags_of(patient=a_patient(death_date=day("2026-09-20")))

    assert said(flags, "DEATH_CAUSE_UNKNOWN") == "critical established"
    assert "MEDICAL_ESCALATION" in flags


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"patient": a_patient(death_date=day("2026-09-20"))}, "15_DAY"),
        ({"patient": a_patient(death_date=day("2026-09-20"), causes_of_death=(Term(name="Unknown"),))}, "15_DAY"),
        ({"patient": a_patient(death_date=day("2026-09-20"), causes_of_death=(Term(name="Stroke"),))}, "PERIODIC"),
        ({"reactions": (a_reaction("Found dead", outcome=Outcome.UNKNOWN),)}, "15_DAY"),
        ({}, "PERIODIC"),
    ],
)
def test_a_death_without_a_cause_is_serious_and_unlisted_whatever_the_reactions_say(changes, verdict):
    us, _ = assess(a_case(**changes), knowledge()).verdicts

    assert us.verdict == verdict


@each(NO_EFFECT)
def test_no_effect_in_a_life_threatening_disease_is_due_in_15_days_in_the_eu(row):
    drug = a_drug(reactions=(judged(1, row.opinion),) if row.opinion else ())
    case = a_case(reactions=(a_reaction(row.reported, country="DE"),), drugs=(drug,))
    us, eu = assess(case, knowledge()).verdicts

    assert (us.verdict, eu.verdict) == ("PERIODIC", row.eu)
    assert ("lack of efficacy" in eu.reason) is (row.eu == "15_DAY")


def test_two_opinions_must_agree_before_progression_takes_the_15_days_away():
    drug = a_drug(reactions=(judged(1, "Not related"), judged(1, "Related", "Sender")))
    case = a_case(reactions=(a_reaction("Disease progression", country="DE"),), drugs=(drug,))

    assert assess(case, knowledge()).verdicts[1].verdict == "15_DAY"


@each(ESCALATIONS)
def test_a_physician_sees_at_once_what_is_fatal_or_graver_than_the_label(row):
    given = serious(row.criterion) if row.criterion else NOT_SERIOUS

    flags = flags_of(reactions=(a_reaction(row.reaction, seriousness=given),))

    assert ("MEDICAL_ESCALATION" in flags) is row.at_once


@each(LACKING)
def test_a_report_that_lacks_a_minimum_criterion_is_held_and_its_clocks_run_once_a_person_accepted_it(row):
    given = {"reactions": (a_reaction("Tinnitus", seriousness=serious("hospitalisation"), country="DE"),)}
    given |= {
        "patient": {"patient": Patient(name=NullFlavor.UNK)},
        "reporter": {"reporters": ()},
        "reaction": {"reactions": (a_reaction(NullFlavor.UNK, seriousness=serious("hospitalisation")),)},
        "suspect medicine": {"drugs": (another_drug("IMLYGIC"),)},
        "nothing": {},
    }[row.what]
    case = a_case(**given)
    held, accepted = assess(case, knowledge()), assess(case, knowledge(), accepted=True)

    assert [one.verdict for one in held.verdicts] == [row.verdict] * 2
    assert {flag.flag for flag in held.flags if flag.flag.startswith("INVALID")} == ({row.flag} - {""})
    assert held.flags == accepted.flags
    assert "HOLD_INVALID" not in [one.verdict for one in accepted.verdicts]


@pytest.mark.parametrize(
    ("reactions", "found"),
    [
        (("Medication error",), True),
        (("Medication error", "Nausea"), False),
        (("Nausea",), False),
    ],
)
def test_an_error_without_a_reaction_is_no_adverse_event(reactions, found):
    assert ("NO_AE" in flags_of(reactions=tuple(map(a_reaction, reactions)))) is found


@pytest.mark.parametrize(
    ("reaction", "flags"),
    [
        ("Deep vein thrombosis", {"US_EU_LISTEDNESS_DIVERGENT"}),
        ("Eczema herpeticum", {"LISTEDNESS_INDETERMINATE"}),
        ("Nausea", set()),
        ("Tinnitus", set()),
        ("Drug ineffective", set()),
    ],
)
def test_where_the_labels_differ_or_leave_it_open_a_flag_says_so(reaction, flags):
    of_labels = {"US_EU_LISTEDNESS_DIVERGENT", "LISTEDNESS_INDETERMINATE"}

    assert set(flags_of(reactions=(a_reaction(reaction),))) & of_labels == flags


@pytest.mark.parametrize(
    ("name", "flag"),
    [
        ("RP1 vusolimogene oderparepvec", "DRUG_NOT_TVEC"),
        ("laherparavec", "DRUGNAME_FUZZY"),
        ("IMLYGIC", ""),
    ],
)
def test_the_name_of_the_product_is_flagged_where_it_is_another_or_misspelt(name, flag):
    raised = flags_of(drugs=(a_drug(name, substances=()),))

    assert {one for one in raised if one.startswith("DRUG")} == ({flag} - {""})


def test_a_coded_pneumonia_is_no_near_miss():
    assert "LEXICAL_NEAR_MISS" not in flags_of(reactions=(a_reaction("Pneumonia"),))
    assert "LEXICAL_NEAR_MISS" in flags_of(reactions=(a_reaction("Herpetiform stomatitis"),))


@pytest.mark.parametrize(
    ("onset", "flag"),
    [
        ("too early", "TTO_IMPLAUSIBLE_TOO_EARLY"),
        ("too late", "TTO_IMPLAUSIBLE_TOO_LATE"),
        ("before the product", "TTO_IMPLAUSIBLE_TOO_EARLY"),
        ("", ""),
    ],
)
def test_an_onset_outside_its_window_is_flagged(onset, flag):
    case, rules = a_case(), case_rules()
    reaction = Judged(
        1, case.reactions[0], "Oral herpes", "hsv_oral", True, False, False, False, {}, "", frozenset(), onset
    )
    facts = gather(case, product_drugs(product(), case), rules)
    subject = Subject(Who.TREATED, "")
    situation = Situation(case, facts, (reaction,), subject, match_case(product(), case), frozenset({"US"}), (), rules)

    raised = {one.flag for one in raise_flags(situation, RULES)}

    assert {one for one in raised if one.startswith("TTO")} == ({flag} - {""})


@pytest.mark.parametrize(
    ("changes", "condition", "answer"),
    [
        ({"history": (MedicalHistory(term=Term(name="CLL")),)}, "immunocompromised", True),
        ({"history": (MedicalHistory(term=Term(name="CLL"), continuing=False),)}, "immunocompromised", None),
        ({"history_text": "CLL"}, "immunocompromised", None),
        ({"history": (MedicalHistory(term=Term(name="Anaemia"), comment="of CLL"),)}, "immunocompromised", None),
        ({}, "immunocompromised", None),
        ({}, "intrahepatic-route", None),
    ],
)
def test_only_a_structured_field_meets_the_condition_of_a_label(changes, condition, answer):
    """What takes a duty away; and nothing ever says that a condition is not met."""
    case = a_case(patient=a_patient(**changes))

    assert answers(case)[condition] is answer


@pytest.mark.parametrize(
    ("text", "additional", "answer"),
    [
        ("into a liver metastasis", None, True),
        ("not into the liver", None, None),
        ("given once the liver enzymes were normal", None, None),
        ("into a lesion of the leg", "liver metastases are stable", None),
    ],
)
def test_only_the_words_of_a_dose_say_that_it_went_into_the_liver(text, additional, answer):
    drug = a_drug(additional_text=additional)
    case = a_case(drugs=(replace(drug, doses=(replace(drug.doses[0], text=text),)),))

    assert answers(case)["intrahepatic-route"] is answer


@pytest.mark.parametrize(
    ("reaction", "other", "at_work"),
    [
        ("Needle stick injury", True, True),
        ("Exposure via skin contact", True, None),
        ("Oral herpes", None, None),
    ],
)
def test_whose_reaction_it_is_is_a_condition_of_a_label_too(reaction, other, at_work):
    told = answers(a_case(reactions=(a_reaction(reaction),)))

    assert (told["another-person"], told["occupational-exposure"]) == (other, at_work)
