"""Whose DNA was found, in what sample: the interpretation of qPCR, and what only looks or sounds like herpes."""

from typing import NamedTuple

import pytest

from tests.factories import a_drug, a_reaction
from tests.spec.flagged import flags_of, said
from tests.spec.tables import each
from tvec_pv.domain.icsr import MedicalHistory, Patient, Term, TestResult


class WithTests(NamedTuple):
    """The reaction, the tests as name and result, and the one flag about the test that follows."""

    reaction: str
    tests: tuple[tuple[str, str], ...]
    flags: tuple[str, ...]


class LooksLikeHerpes(NamedTuple):
    """A reaction as named, the words of the report, and the flags that tell it from herpes."""

    name: str
    words: str
    flags: tuple[str, ...]


LESION, INJECTED = "QPCR_TVEC_POSITIVE_LESION", "QPCR_TVEC_POSITIVE_INJECTED_LESION_NONDIAGNOSTIC"
BLOOD, SHED = "QPCR_TVEC_POSITIVE_BLOOD_NONSPECIFIC", "QPCR_TVEC_POSITIVE_SHEDDING_WEAK"

TESTED = [
    WithTests("Oral herpes", (), ("QPCR_NOT_DONE",)),
    WithTests("Oral herpes", (("T-VEC qPCR", "not done"),), ("QPCR_NOT_DONE",)),
    WithTests("Oral herpes", (("T-VEC qPCR", "pending"),), ("QPCR_PENDING",)),
    WithTests("Oral herpes", (("T-VEC qPCR", "sent to the laboratory"),), ("QPCR_PENDING",)),
    WithTests("Oral herpes", (("T-VEC qPCR", "see attachment"),), ("QPCR_PENDING",)),
    WithTests("Oral herpes", (("T-VEC qPCR of lip vesicle", "positive"),), (LESION,)),
    WithTests("Oral herpes", (("T-VEC qPCR of lip vesicle", "DNA detected"),), (LESION,)),
    WithTests("Oral herpes", (("T-VEC qPCR of lip vesicle", "DNA not detected"),), ("QPCR_TVEC_NEGATIVE",)),
    WithTests("Oral herpes", (("T-VEC qPCR", "positive"),), ("QPCR_TVEC_POSITIVE",)),
    WithTests("Oral herpes", (("T-VEC qPCR, swab of injected lesion", "positive"),), (INJECTED,)),
    WithTests("Oral herpes", (("T-VEC qPCR of the dressing", "positive"),), (INJECTED,)),
    WithTests("Oral herpes", (("T-VEC DNA in blood", "positive"),), (BLOOD,)),
    WithTests("Oral herpes", (("T-VEC DNA in urine", "positive"),), (SHED,)),
    WithTests("Oral herpes", (("T-VEC DNA, oral swab, no lesion", "positive"),), (SHED,)),
    WithTests("Oral herpes", (("T-VEC DNA in CSF", "positive"),), ("QPCR_TVEC_POSITIVE_TISSUE",)),
    WithTests("Oral herpes", (("T-VEC DNA in blood", "positive"), ("T-VEC DNA in CSF", "negative")), (BLOOD,)),
    WithTests(
        "Oral herpes",
        (("T-VEC qPCR of lip vesicle", "negative"), ("HSV-1 PCR", "positive")),
        ("QPCR_TVEC_NEGATIVE_WT_HSV",),
    ),
    WithTests(
        "Oral herpes",
        (("Virus PCR of lip vesicle", "HSV-1 positive; T-VEC-specific qPCR negative"),),
        ("QPCR_TVEC_NEGATIVE_WT_HSV",),
    ),
    WithTests("Oral herpes", (("HSV-1 PCR", "positive; T-VEC typing pending"),), ("QPCR_PENDING",)),
    WithTests("Oral herpes", (("HSV-1 PCR", "positive"),), ("QPCR_NOT_DONE",)),
    WithTests("Oral herpes", (("HSV-1 PCR +", ""),), ("QPCR_NOT_DONE",)),
    WithTests("Oral herpes", (("Wild-type HSV-1 PCR", "positive"),), ("QPCR_WT_HSV",)),
    WithTests("Oral herpes", (("HSV PCR of a vesicle", "HSV positive, wild type"),), ("QPCR_WT_HSV",)),
    WithTests("Oral herpes", (("HSV PCR of a vesicle", "HSV negative, wild type"),), ("QPCR_NOT_DONE",)),
    WithTests("Oral herpes", (("T-VEC culture of a vesicle", "no growth"),), ("QPCR_TVEC_NEGATIVE",)),
    WithTests("Oral herpes", (("HSV-2 PCR", "positive"),), ("HSV_TYPE_MISMATCH", "QPCR_NOT_DONE")),
    WithTests("Oral herpes", (("VZV PCR", "positive"),), ("MIMIC_VZV", "QPCR_NOT_DONE")),
    WithTests("Oral herpes", (("HSV-1 IgG", "positive"),), ("QPCR_NOT_DONE",)),
    WithTests("Herpes zoster", (("VZV PCR", "positive"), ("HSV PCR", "negative")), ("MIMIC_VZV",)),
    WithTests("Nausea", (("T-VEC DNA in blood", "positive"),), ()),
    WithTests("Needle stick injury", (), ()),
    WithTests(
        "Injection site herpes", (("T-VEC DNA, swab of the lesion", "positive"),), ("DUAL_CATEGORY_INJSITE", INJECTED)
    ),
]
OF_TESTS = {flag for row in TESTED for flag in row.flags}

LOOKS = [
    LooksLikeHerpes("Herpes zoster", "Shingles", ("MIMIC_VZV",)),
    LooksLikeHerpes("Post herpetic neuralgia", "Post herpetic neuralgia", ("MIMIC_VZV",)),
    LooksLikeHerpes("Dermatitis herpetiformis", "Dermatitis herpetiformis", ("LEXICAL_NEAR_MISS",)),
    LooksLikeHerpes("Herpangina", "Herpangina", ("LEXICAL_NEAR_MISS",)),
    LooksLikeHerpes("Rash", "Herpetiform rash", ("LEXICAL_NEAR_MISS",)),
    LooksLikeHerpes("Herpes ophthalmic", "Herpes ophthalmic", ("HSV_VZV_UNRESOLVED",)),
    LooksLikeHerpes("Herpes virus infection", "Herpes virus infection", ("HSV_VZV_UNRESOLVED",)),
    LooksLikeHerpes("Oral herpes", "Cold sore", ()),
    LooksLikeHerpes("Herpes simplex", "Herpes at the injection site", ("DUAL_CATEGORY_INJSITE",)),
    LooksLikeHerpes("Hepatic haemorrhage", "Hepatic haemorrhage", ()),
    LooksLikeHerpes("Oral herpes", "No herpes", ("NEGATED_TERM",)),
    LooksLikeHerpes("Oral herpes", "History of cold sores", ("HISTORY_TERM",)),
    LooksLikeHerpes("Oral herpes", "Cold sore of his wife", ("THIRD_PARTY_MENTION",)),
]
OF_LOOKS = {flag for row in LOOKS for flag in row.flags}


@each(TESTED)
def test_a_positive_test_is_read_by_its_sample_and_a_missing_one_is_asked_for(row):
    tests = tuple(TestResult(name=Term(name=name), text=result or None) for name, result in row.tests)
    flags = flags_of(reactions=(a_reaction(row.reaction),), tests=tests)

    assert set(flags) & OF_TESTS == set(row.flags)


@pytest.mark.parametrize(
    ("code", "flag"), [("1", LESION), ("2", "QPCR_TVEC_NEGATIVE"), ("3", "QPCR_PENDING"), (None, "QPCR_PENDING")]
)
def test_a_result_may_be_a_code(code, flag):
    test = TestResult(name=Term(name="T-VEC qPCR of lip vesicle"), result_code=code)

    assert set(flags_of(tests=(test,))) & OF_TESTS == {flag}


def test_on_an_exposed_person_there_is_no_injected_lesion():
    test = TestResult(name=Term(name="T-VEC DNA, injection site of the needle, vesicle"), text="positive")
    reactions = (a_reaction("Needle stick injury"), a_reaction("Herpetic whitlow"))

    assert set(flags_of(reactions=reactions, tests=(test,))) & OF_TESTS == {LESION}


@each(LOOKS)
def test_what_looks_like_herpes_is_told_from_it(row):
    reaction = a_reaction(row.words, term=Term(name=row.name))

    assert set(flags_of(reactions=(reaction,))) & OF_LOOKS == set(row.flags)


def test_a_test_that_names_the_type_settles_it():
    test = TestResult(name=Term(name="HSV-1 PCR"), text="positive")

    assert "HSV_VZV_UNRESOLVED" not in flags_of(reactions=(a_reaction("Herpes ophthalmic"),), tests=(test,))


def test_zoster_in_the_history_is_no_reaction():
    patient = Patient(name="A.B.", history=(MedicalHistory(term=Term(name="Herpes zoster")),))
    flags = flags_of(patient=patient, reactions=(a_reaction("Nausea"),))

    assert said(flags, "MIMIC_VZV_IN_HISTORY") == "info established"
    assert "MIMIC_VZV" not in flags


def test_a_site_near_the_airway_is_that_of_the_injection_not_of_a_pain():
    near = a_drug(doses=(a_drug().doses[0].__class__(text="10^8 PFU/mL into a lymph node of the neck"),))

    assert "AIRWAY_PROXIMITY" in flags_of(drugs=(near,))
    assert "AIRWAY_PROXIMITY" not in flags_of(reactions=(a_reaction("Neck pain"),))
