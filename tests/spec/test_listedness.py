"""Whether a label lists a reaction: by region, on day 0, with its qualifier, its severity and its outcome."""

from typing import NamedTuple

import pytest

from tests.factories import a_case, a_reaction, day, serious
from tests.spec.tables import each
from tvec_pv.domain.assessment import assess
from tvec_pv.domain.safety_profile import Listed
from tvec_pv.reference_files import knowledge

TODAY = "2026-10-05"


class Row(NamedTuple):
    """A reported term and what each label says of it: L listed, U unlisted, I for a physician to decide."""

    reported: str
    us: str
    eu: str
    why: str


class OnDay(NamedTuple):
    """A term on a day 0, in one region."""

    reported: str
    region: str
    day_0: str
    listed: str
    why: str


class Fatal(NamedTuple):
    """A reaction with a fatal outcome, and the same one survived."""

    reported: str
    us_survived: str
    us_fatal: str
    eu_survived: str
    eu_fatal: str
    why: str


class Condition(NamedTuple):
    """A reaction of which a label speaks only in some patients, and whether the case says that this is one."""

    reported: str
    outcome: str
    condition: str
    holds: bool | None
    us: str
    eu: str
    us_rule: str
    why: str


class Subject(NamedTuple):
    """A reaction in somebody who was not treated; whether that person was exposed at work."""

    reported: str
    at_work: bool | None
    listed: str
    rule: str
    why: str


class Named(NamedTuple):
    """The rule that decided in each region."""

    reported: str
    us: str
    eu: str


class Clock(NamedTuple):
    """What the US clock makes of a serious reaction of that listedness."""

    reported: str
    us: str
    verdict: str


LR1_GREATER_SEVERITY_OR_SPECIFICITY = [
    Row("Herpes simplex", "L", "L", "the group that 5.2 and 4.8 name"),
    Row("Herpes simplex encephalitis", "U", "U", "more specific than herpetic infections"),
    Row("Herpes simplex meningitis", "U", "U", "more specific than herpetic infections"),
    Row("HSV hepatitis", "U", "U", "more specific than herpetic infections"),
    Row("Herpes simplex pneumonia", "U", "U", "an organ infection, and not the immune pneumonitis"),
    Row("Herpes oesophagitis", "U", "U", "an organ infection"),
    Row("Glomerulonephritis", "L", "L", "named by both labels"),
    Row("IgA nephropathy", "I", "I", "more specific than the listed glomerulonephritis"),
    Row("Leukocytoclastic vasculitis", "I", "I", "more specific than the listed vasculitis"),
    Row("Interstitial lung disease", "I", "I", "wider than the listed pneumonitis"),
    Row("Septic shock", "U", "U", "more severe than a systemic bacterial infection"),
    Row("Anaphylactic reaction", "U", "I", "more severe than the hypersensitivity of the EU label"),
    Row("Pulmonary embolism", "U", "U", "in neither label"),
    Row("Tinnitus", "U", "U", "a term the profile does not know is in no label"),
]

LR2_FATAL_OUTCOME = [
    Fatal("Oral herpes", "L", "U", "L", "U", "no label states a fatal cold sore"),
    Fatal("Pyrexia", "L", "U", "L", "U", "no label states a fatal fever"),
    Fatal("Pneumonitis", "L", "U", "L", "U", "no label states a fatal pneumonitis"),
    Fatal("Disseminated herpes simplex", "L", "I", "L", "I", "fatal only in the immunocompromised: not known here"),
    Fatal(
        "Hepatic haemorrhage", "I", "I", "I", "I", "US 5.7: only by the transcutaneous intrahepatic route: not known"
    ),
    Fatal("Herpes simplex encephalitis", "U", "U", "U", "U", "unlisted either way"),
    Fatal("Eczema herpeticum", "I", "I", "I", "I", "for a physician either way"),
]

SURVIVED, DIED = "1", "5"
_WEAK, _LIVER = "immunocompromised", "intrahepatic-route"
LR2_CONDITIONS_OF_THE_LABEL = [
    Condition(
        "Disseminated herpes simplex", DIED, _WEAK, True, "L", "L", "LR2", "5.2 states the death of such patients"
    ),
    Condition(
        "Disseminated herpes simplex", DIED, _WEAK, False, "U", "U", "LR2", "no label states the death of others"
    ),
    Condition("Disseminated herpes simplex", DIED, _WEAK, None, "I", "I", "LR2", "not known is not no"),
    Condition("Disseminated herpes simplex", SURVIVED, _WEAK, False, "L", "L", "LR7", "survived: listed for everybody"),
    Condition("Disseminated herpes simplex", SURVIVED, _WEAK, None, "L", "L", "LR7", "survived: listed for everybody"),
    Condition("Herpes simplex encephalitis", DIED, _WEAK, True, "U", "U", "LR1", "a condition lists nothing by itself"),
    Condition("Oral herpes", DIED, _WEAK, True, "U", "U", "LR2", "no label states a fatal cold sore for anybody"),
    Condition(
        "Hepatic haemorrhage", DIED, _LIVER, True, "L", "I", "LR2", "5.7 states death by this route; EU to check"
    ),
    Condition("Hepatic haemorrhage", DIED, _LIVER, False, "U", "I", "LR2", "given otherwise: unlisted"),
    Condition("Hepatic haemorrhage", DIED, _LIVER, None, "I", "I", "LR2", "route not known"),
    Condition("Hepatic haemorrhage", SURVIVED, _LIVER, True, "L", "I", "LR4", "5.7 speaks of this route alone"),
    Condition("Hepatic haemorrhage", SURVIVED, _LIVER, False, "U", "I", "LR4", "5.7 speaks of another route"),
    Condition("Hepatic haemorrhage", SURVIVED, _LIVER, None, "I", "I", "LR4", "route not known"),
]

LR3_UMBRELLA = [
    Row("Immune-mediated adverse reaction", "L", "L", "the bare umbrella"),
    Row("Glomerulonephritis", "L", "L", "named under the umbrella"),
    Row("Vasculitis", "L", "L", "named under the umbrella"),
    Row("Pneumonitis", "L", "L", "named under the umbrella"),
    Row("Vitiligo", "L", "L", "named under the umbrella"),
    Row("Myocarditis", "U", "U", "not named"),
    Row("Colitis", "U", "U", "not named"),
    Row("Immune-mediated hepatitis", "U", "U", "not named"),
    Row("Encephalitis", "U", "U", "not named"),
    Row("Hypothyroidism", "U", "U", "not named"),
    Row("Type 1 diabetes mellitus", "U", "U", "not named"),
]

LR4_QUALIFIER = [
    Row("Worsening psoriasis", "L", "L", "the labels say worsening"),
    Row("Psoriasis flare", "L", "L", "the labels say worsening"),
    Row("New psoriasis", "U", "U", "new onset is not worsening"),
    Row("Psoriasis", "U", "U", "not said to be worse than before"),
    Row("Plasmacytoma near the injection site", "L", "L", "the labels say near the injection site"),
    Row("Plasmacytoma", "I", "I", "the site is not stated"),
    Row("Necrosis of injected tumour", "L", "L", "the labels say necrosis of the tumour"),
    Row("Skin necrosis", "I", "I", "not said to be the injected tumour"),
    Row("Injection site ulcer", "L", "L", "the labels say ulceration of the tumour"),
    Row("Skin ulcer", "I", "I", "the site is not stated"),
    Row("Injection site vesicles", "I", "I", "herpes is not stated"),
    Row("Herpes at the injection site", "L", "L", "herpes is stated"),
]

LR5_INDETERMINATE = [
    Clock("Pneumonitis", "L", "PERIODIC"),
    Clock("Eczema herpeticum", "I", "15_DAY"),
    Clock("Sepsis", "I", "15_DAY"),
    Clock("Plasmacytoma", "I", "15_DAY"),
    Clock("Pulmonary embolism", "U", "15_DAY"),
]

LR7_LABEL_IN_FORCE_ON_DAY_0 = [
    OnDay("Disseminated herpes simplex", "US", "2023-01-31", "I", "the old 5.2: may occur in the immunocompromised"),
    OnDay("Disseminated herpes simplex", "US", "2023-02-01", "L", "5.2 of February 2023"),
    OnDay("Disseminated herpes simplex", "US", "2023-02-02", "L", "5.2 of February 2023"),
    OnDay("Disseminated herpes simplex", "EU", "2021-12-31", "U", "before the EU change"),
    OnDay("Disseminated herpes simplex", "EU", "2022-01-01", "L", "after the EU change"),
    OnDay("Hepatic haemorrhage", "US", "2022-05-31", "U", "before 5.7"),
    OnDay("Hepatic haemorrhage", "US", "2022-06-01", "L", "5.7 of June 2022"),
    OnDay("Hepatic haemorrhage", "US", "2022-06-02", "L", "5.7 of June 2022"),
    OnDay("Oral herpes", "US", "2015-10-26", "U", "the day before the licence"),
    OnDay("Oral herpes", "US", "2015-10-27", "L", "the day of the licence"),
    OnDay("Oral herpes", "EU", "2015-12-15", "U", "the day before the authorisation"),
    OnDay("Oral herpes", "EU", "2015-12-16", "L", "the day of the authorisation"),
    OnDay("Disseminated herpes simplex", "US", "2023", "I", "of a year, its first day counts: the stricter label"),
    OnDay("Disseminated herpes simplex", "US", "2023-02", "L", "of a month, its first day counts"),
]

LR8_REGIONS_DIFFER = [
    Row("Deep vein thrombosis", "U", "L", "EU only"),
    Row("Oedema peripheral", "U", "L", "EU only"),
    Row("Hypersensitivity", "U", "L", "EU only"),
    Row("Anaemia", "U", "L", "EU only"),
    Row("Tumour pain", "U", "L", "EU only"),
    Row("Injection site reaction", "U", "L", "EU only: an umbrella term in the US"),
    Row("Cellulitis", "L", "L", "both labels, without a site"),
]

LR10_THIRD_PERSONS = [
    Row("Needle stick injury", "L", "L", "seen in health professionals, and in both labels"),
    Row("Splash in eye", "L", "L", "seen in health professionals, and in both labels"),
    Row("Secondary transmission", "I", "I", "a risk that the labels state, not a reaction they describe"),
    Row("Neonatal herpes simplex", "U", "U", "the labels state the risk only"),
]


LR10_INFECTION_OF_ANOTHER_PERSON = [
    Subject("Herpetic whitlow", True, "L", "LR7", "seen in health professionals, section 5.1"),
    Subject("Herpetic whitlow", False, "I", "LR10", "spread at home is a risk that the labels state"),
    Subject("Herpetic whitlow", None, "I", "LR10", "not known to be at work"),
    Subject("Oral herpes", None, "I", "LR10", "not known to be at work"),
    Subject("Pyrexia", True, "I", "LR10", "the labels list it for the patient"),
    Subject("Herpes simplex encephalitis", False, "U", "LR1", "unlisted stays unlisted"),
    Subject("Needle stick injury", None, "L", "LR10", "the exposure itself is described"),
]

RULE_THAT_DECIDED = [
    Named("Herpes simplex encephalitis", "LR1", "LR1"),
    Named("IgA nephropathy", "LR1", "LR1"),
    Named("Tinnitus", "LR1", "LR1"),
    Named("Vitiligo", "LR3", "LR3"),
    Named("Myocarditis", "LR3", "LR3"),
    Named("Hypothyroidism", "LR3", "LR3"),
    Named("Psoriasis", "LR4", "LR4"),
    Named("Worsening psoriasis", "LR4", "LR4"),
    Named("Plasmacytoma", "LR4", "LR4"),
    Named("Plasmacytoma near the injection site", "LR4", "LR4"),
    Named("Eczema herpeticum", "LR5", "LR5"),
    Named("Sepsis", "LR5", "LR5"),
    Named("Oral herpes", "LR7", "LR7"),
    Named("Pyrexia", "LR7", "LR7"),
    Named("Deep vein thrombosis", "LR8", "LR8"),
    Named("Tumour pain", "LR8", "LR8"),
    Named("Secondary transmission", "LR10", "LR10"),
    Named("Needle stick injury", "LR10", "LR10"),
]

LR9_CORE_LIKE = [
    Row("Oral herpes", "L", "", "listed in both"),
    Row("Deep vein thrombosis", "U", "", "unlisted in the US"),
    Row("Anaphylactic reaction", "U", "", "unlisted in the US, indeterminate in the EU"),
    Row("Eczema herpeticum", "I", "", "indeterminate in both"),
    Row("Tinnitus", "U", "", "in neither"),
]


def judged(reported, day_0=TODAY, conditions=None, **changes):
    """The assessed reaction of a case received on a day, of which the facts answer some conditions."""
    received = day(day_0) if day_0 else None
    case = a_case(
        first_received=received, latest_received=received, reactions=(a_reaction(reported, start=None, **changes),)
    )
    (reaction,) = assess(case, knowledge(), conditions).reactions
    return reaction


def letters(reaction):
    return reaction.listed_in("US").value, reaction.listed_in("EU").value


@each(LR1_GREATER_SEVERITY_OR_SPECIFICITY)
def test_lr1_greater_severity_or_specificity_is_not_listed(row):
    assert letters(judged(row.reported)) == (row.us, row.eu)


@each(LR2_FATAL_OUTCOME)
def test_lr2_a_fatal_outcome_is_listed_only_where_the_label_states_it(row):
    survived, by_outcome = judged(row.reported), judged(row.reported, outcome="5")
    by_criterion = judged(row.reported, seriousness=serious("death"))

    assert letters(survived) == (row.us_survived, row.eu_survived)
    assert letters(by_outcome) == letters(by_criterion) == (row.us_fatal, row.eu_fatal)


def test_lr2_names_itself_and_the_condition_that_the_label_makes():
    us, eu = judged("Disseminated herpes simplex", outcome="5").listedness

    assert (us.rule, eu.rule) == ("LR2", "LR2")
    assert "immunocompromised" in us.reason


@each(LR2_CONDITIONS_OF_THE_LABEL)
def test_lr2_and_lr4_a_condition_of_the_label_is_answered_by_the_case(row):
    reaction = judged(row.reported, outcome=row.outcome, conditions={row.condition: row.holds})

    assert letters(reaction) == (row.us, row.eu)
    assert reaction.listedness[0].rule == row.us_rule


@each(LR10_INFECTION_OF_ANOTHER_PERSON)
def test_lr10_spread_to_another_person_is_not_described_but_at_work(row):
    conditions = {"another-person": True, "occupational-exposure": row.at_work}
    reaction = judged(row.reported, conditions=conditions)

    assert reaction.listed_in("US").value == row.listed
    assert reaction.listedness[0].rule == row.rule


@pytest.mark.parametrize("answer", [None, False])
def test_lr10_says_nothing_of_the_patient(answer):
    assert letters(judged("Oral herpes", conditions={"another-person": answer})) == ("L", "L")


@each(RULE_THAT_DECIDED)
def test_the_rule_that_decided_is_named(row):
    assert [one.rule for one in judged(row.reported).listedness] == [row.us, row.eu]


@each(LR9_CORE_LIKE)
def test_lr9_core_like_is_what_every_region_lists(row):
    core = judged(row.reported).core_like

    assert (core.listed.value, core.rule) == (row.us, "LR9")
    assert "stands in for" in core.reason


@each(LR3_UMBRELLA)
def test_lr3_an_umbrella_lists_only_what_it_names(row):
    assert letters(judged(row.reported)) == (row.us, row.eu)


@each(LR4_QUALIFIER)
def test_lr4_the_qualifier_of_the_label_must_match(row):
    assert letters(judged(row.reported)) == (row.us, row.eu)


@each(LR5_INDETERMINATE)
def test_lr5_indeterminate_is_treated_as_unlisted_until_a_physician_decides(row):
    case = a_case(reactions=(a_reaction(row.reported, seriousness=serious("hospitalisation")),))
    assessment = assess(case, knowledge())

    assert assessment.reactions[0].listed_in("US").value == row.us
    assert assessment.verdicts[0].verdict == row.verdict


@each(LR7_LABEL_IN_FORCE_ON_DAY_0)
def test_lr7_the_label_in_force_on_day_0_decides(row):
    by_this_route = {"intrahepatic-route": True}

    assert judged(row.reported, row.day_0, by_this_route).listed_in(row.region).value == row.listed


@pytest.mark.parametrize(
    ("reported", "day_0", "label", "day_is_open"),
    [
        ("Disseminated herpes simplex", "2023-01-31", "US-2022-06", False),
        ("Disseminated herpes simplex", "2023-02-01", "US-2023-02", True),
        ("Disseminated herpes simplex", "2023-02-28", "US-2023-02", True),
        ("Disseminated herpes simplex", "2023-03-01", "US-2023-02", False),
        ("Oral herpes", "2015-10-27", "US-2015-10", False),
        ("Oral herpes", "2023-02-01", "US-2023-02", False),
    ],
)
def test_lr7_names_the_label_and_says_when_its_first_day_is_not_known(reported, day_0, label, day_is_open):
    us = judged(reported, day_0).listedness[0]

    assert us.label == label
    assert ("on a day that is not known" in us.reason) is day_is_open


def test_lr7_without_a_day_0_the_newest_label_decides_and_it_is_said():
    us = judged("Disseminated herpes simplex", None).listedness[0]

    assert (us.listed, us.label, us.line) == (
        Listed.LISTED,
        "US-2023-02",
        "statements.csv: hsv_dissem, US-2023-02",
    )
    assert "day 0 is not known" in us.reason


def test_lr7_a_statement_that_came_later_is_named_with_its_date():
    us = judged("Hepatic haemorrhage", "2022-05-31").listedness[0]

    assert (us.rule, us.listed) == ("LR7", Listed.UNLISTED)
    assert "2022-06-01" in us.reason


@each(LR8_REGIONS_DIFFER)
def test_lr8_us_and_eu_are_separate_lists(row):
    assert letters(judged(row.reported)) == (row.us, row.eu)


@each(LR10_THIRD_PERSONS)
def test_lr10_a_warning_of_spread_is_a_risk_statement(row):
    assert letters(judged(row.reported)) == (row.us, row.eu)


def test_every_statement_carries_its_region_its_rule_and_its_reason():
    for reported in ("Oral herpes", "Eczema herpeticum", "Tinnitus", "Psoriasis"):
        for statement in judged(reported).listedness:
            assert statement.region in ("US", "EU")
            assert statement.rule.startswith("LR")
            assert statement.reason
