"""Each reaction belongs to one group of the safety profile by its name; the first in precedence leads the case."""

from typing import NamedTuple

import pytest

from tests.factories import a_case, a_reaction
from tests.spec.tables import each
from tvec_pv.domain.assessment import assess
from tvec_pv.reference_files import knowledge, safety_profile


class Named(NamedTuple):
    """A term or one of its everyday names, and the group it belongs to."""

    reported: str
    category: str


class LookAlike(NamedTuple):
    """A name that sounds, looks or is spelt like another one, and where it belongs."""

    reported: str
    category: str
    not_to_be_taken_for: str


class Precedence(NamedTuple):
    """The reactions of a case, in the order reported, and the group that leads it."""

    reported: tuple[str, ...]
    primary: str
    categories: tuple[str, ...]


NAMES = [
    Named("Oral herpes", "herpetic"),
    Named("cold sore", "herpetic"),
    Named("Fever Blister", "herpetic"),
    Named("herpes labialis", "herpetic"),
    Named("HSV-1 infection", "herpetic"),
    Named("Herpes simplex", "herpetic"),
    Named("Herpes virus infection", "herpetic"),
    Named("herpetic keratitis", "herpetic"),
    Named("dendritic ulcer", "herpetic"),
    Named("Nasal herpes", "herpetic"),
    Named("Genital herpes simplex", "herpetic"),
    Named("herpes gladiatorum", "herpetic"),
    Named("herpetic whitlow", "herpetic"),
    Named("Kaposi's varicelliform eruption", "herpetic"),
    Named("Eczema herpeticum", "herpetic"),
    Named("disseminated herpetic infection", "herpetic"),
    Named("HSV encephalitis", "herpetic"),
    Named("Accidental exposure to product", "transmission"),
    Named("splash in eye", "transmission"),
    Named("HCP needlestick", "transmission"),
    Named("Exposure via body fluid", "transmission"),
    Named("caught it from patient", "transmission"),
    Named("Neonatal herpes simplex", "transmission"),
    Named("Glomerulonephritis", "immune-mediated"),
    Named("Vasculitis", "immune-mediated"),
    Named("immune pneumonitis", "immune-mediated"),
    Named("psoriasis flare", "immune-mediated"),
    Named("Vitiligo", "immune-mediated"),
    Named("ICI myocarditis", "immune-mediated"),
    Named("Autoimmune hepatitis", "immune-mediated"),
    Named("Adrenal insufficiency", "immune-mediated"),
    Named("Interstitial granulomatous dermatitis", "immune-mediated"),
    Named("Injection site pain", "injection-site"),
    Named("Injection site erythema", "injection-site"),
    Named("Injection site cellulitis", "injection-site"),
    Named("Impaired healing", "injection-site"),
    Named("Infected neoplasm", "injection-site"),
    Named("Plasmacytoma near injection site", "injection-site"),
    Named("Tumour pain", "injection-site"),
    Named("Fatigue", "systemic"),
    Named("rigors", "systemic"),
    Named("FEVER", "systemic"),
    Named("queasy", "systemic"),
    Named("flu-like symptoms", "systemic"),
    Named("Oedema peripheral", "systemic"),
    Named("Syncope", "systemic"),
    Named("Lymphadenopathy", "systemic"),
    Named("blood poisoning", "other-labelled"),
    Named("Deep vein thrombosis", "other-labelled"),
    Named("stridor", "other-labelled"),
    Named("liver bleed", "other-labelled"),
    Named("Hypersensitivity", "other-labelled"),
    Named("Pulmonary embolism", "unlisted-other"),
    Named("Anaphylactic reaction", "unlisted-other"),
    Named("miscarriage", "unlisted-other"),
    Named("found dead", "unlisted-other"),
    Named("Tinnitus", "unlisted-other"),
    Named("Pneumonia", "unlisted-other"),
    Named("Medication error", "special"),
    Named("Overdose", "special"),
    Named("Exposure during pregnancy", "special"),
    Named("breastfeeding exposure", "special"),
    Named("Drug ineffective", "special"),
]

MIMICS = [
    LookAlike("Herpes zoster", "unlisted-other", "herpetic"),
    LookAlike("shingles", "unlisted-other", "herpetic"),
    LookAlike("zoster", "unlisted-other", "herpetic"),
    LookAlike("VZV reactivation", "unlisted-other", "herpetic"),
    LookAlike("dermatomal vesicles", "unlisted-other", "herpetic"),
    LookAlike("Post herpetic neuralgia", "unlisted-other", "herpetic"),
    LookAlike("post-herpetic neuralgia", "unlisted-other", "herpetic"),
    LookAlike("PHN", "unlisted-other", "herpetic"),
    LookAlike("Ophthalmic herpes zoster", "unlisted-other", "herpetic"),
    LookAlike("HZO", "unlisted-other", "herpetic"),
    LookAlike("Herpes zoster disseminated", "unlisted-other", "herpetic"),
    LookAlike("Herpes zoster oticus", "unlisted-other", "herpetic"),
    LookAlike("Varicella", "unlisted-other", "herpetic"),
    LookAlike("chickenpox", "unlisted-other", "herpetic"),
    LookAlike("Dermatitis herpetiformis", "unlisted-other", "herpetic"),
    LookAlike("herpetiform", "unlisted-other", "herpetic"),
    LookAlike("Duhring", "unlisted-other", "herpetic"),
    LookAlike("Herpangina", "unlisted-other", "herpetic"),
    LookAlike("Hand-foot-and-mouth disease", "unlisted-other", "herpetic"),
    LookAlike("Aphthous ulcer", "unlisted-other", "herpetic"),
    LookAlike("canker sore", "unlisted-other", "herpetic"),
    LookAlike("Impetigo", "unlisted-other", "herpetic"),
    LookAlike("hepatic pain", "unlisted-other", "herpetic"),
    LookAlike("Shingrix reaction", "unlisted-other", "herpetic"),
]

OTHER_LOOK_ALIKES = [
    LookAlike("Herpes ophthalmic", "herpetic", "unlisted-other: HSV or VZV, so herpetic until the type is known"),
    LookAlike("HSV pneumonia", "herpetic", "immune-mediated"),
    LookAlike("herpes pneumonitis", "herpetic", "immune-mediated"),
    LookAlike("Pneumonitis", "immune-mediated", "unlisted-other, as pneumonia is"),
    LookAlike("Influenza", "unlisted-other", "systemic"),
    LookAlike("Influenza like illness", "systemic", "unlisted-other"),
    LookAlike("Illness", "unlisted-other", "systemic"),
    LookAlike("Cellulitis", "other-labelled", "injection-site"),
    LookAlike("Cellulitis at injection site", "injection-site", "other-labelled"),
    LookAlike("Herpes at injection site", "herpetic", "injection-site"),
    LookAlike("Injection site vesicles", "injection-site", "herpetic"),
    LookAlike("Encephalitis", "immune-mediated", "herpetic"),
    LookAlike("Septic shock", "unlisted-other", "other-labelled"),
]

NOT_SAID_TO_HAVE_HAPPENED = [
    LookAlike("denies herpes", "unlisted-other", "herpetic"),
    LookAlike("no cold sore", "unlisted-other", "herpetic"),
    LookAlike("history of herpes simplex", "unlisted-other", "herpetic"),
    LookAlike("herpes simplex ruled out", "unlisted-other", "herpetic"),
    LookAlike("wife had a cold sore", "unlisted-other", "herpetic"),
    LookAlike("modified herpes simplex virus", "unlisted-other", "herpetic"),
]

PRECEDENCE = [
    Precedence(("Injection site pain", "Oral herpes"), "herpetic", ("injection-site", "herpetic")),
    Precedence(("Oral herpes", "Injection site pain"), "herpetic", ("herpetic", "injection-site")),
    Precedence(("Injection site pain", "Needle stick injury"), "transmission", ("injection-site", "transmission")),
    Precedence(("Fever", "Injection site pain"), "injection-site", ("systemic", "injection-site")),
    Precedence(("Fever", "Vitiligo"), "immune-mediated", ("systemic", "immune-mediated")),
    Precedence(("Fever", "Deep vein thrombosis"), "other-labelled", ("systemic", "other-labelled")),
    Precedence(("Fever", "Tinnitus"), "unlisted-other", ("systemic", "unlisted-other")),
    Precedence(("Overdose", "Nausea"), "systemic", ("special", "systemic")),
    Precedence(("Fever", "Chills"), "systemic", ("systemic",)),
    Precedence(
        ("Overdose", "Fever", "Vitiligo", "Injection site pain", "Oral herpes"),
        "herpetic",
        ("special", "systemic", "immune-mediated", "injection-site", "herpetic"),
    ),
    Precedence((), "", ()),
]


def assessed(*reported):
    return assess(a_case(reactions=tuple(a_reaction(words) for words in reported)), knowledge())


@each(NAMES)
def test_a_reaction_is_grouped_by_any_of_its_names(row):
    assert assessed(row.reported).reactions[0].category == row.category


@each(MIMICS)
def test_a_mimic_is_never_herpetic(row):
    assert assessed(row.reported).reactions[0].category == row.category != row.not_to_be_taken_for


@each(OTHER_LOOK_ALIKES)
def test_look_alikes_are_kept_apart(row):
    assert assessed(row.reported).reactions[0].category == row.category != row.not_to_be_taken_for


@each(NOT_SAID_TO_HAVE_HAPPENED)
def test_a_name_inside_other_words_is_no_match(row):
    assert assessed(row.reported).reactions[0].category == row.category != row.not_to_be_taken_for


@each(PRECEDENCE)
def test_all_groups_of_a_case_are_kept_and_the_first_in_precedence_leads(row):
    assessment = assessed(*row.reported)

    assert (assessment.primary, assessment.categories) == (row.primary, row.categories)


@pytest.mark.parametrize("written", ["oral herpes", "ORAL HERPES", " Oral  herpes. ", "Oral-herpes", "oral_herpes"])
def test_neither_case_nor_punctuation_changes_the_group(written):
    assert assessed(written).reactions[0].concept == "hsv_oral"


def test_a_mimic_says_why_it_is_kept_apart():
    reasons = assessed("shingles").reactions[0].reasons

    assert any("kept apart" in reason for reason in reasons)


def test_an_unknown_term_says_that_the_profile_does_not_know_it():
    reaction = assessed("Tinnitus").reactions[0]

    assert (reaction.concept, reaction.matched_by) == ("", "no match")
    assert knowledge().profile.version in reaction.reasons[0]


def test_no_name_of_a_mimic_belongs_to_a_herpetic_concept():
    profile = safety_profile()
    mimics = [concept for concept in profile.concepts if concept.mimic]
    names = [name for concept in mimics for name in (*concept.terms, *concept.synonyms)]

    assert len(names) > 20
    assert {profile.find(name).concept.category for name in names} == {"unlisted-other"}
