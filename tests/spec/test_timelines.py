"""Who must be told and by when: US 15 days for serious and unlisted on one reaction; EU 15 or 90 days by country."""

from datetime import date
from typing import NamedTuple

import pytest

from tests.factories import NOT_SERIOUS, a_case, a_drug, a_reaction, a_reporter, another_drug, day, serious
from tests.spec.tables import each
from tvec_pv.domain.assessment import assess
from tvec_pv.domain.icsr import NullFlavor
from tvec_pv.reference_files import knowledge

NO_COUNTRY = (a_reporter(country=None),)
LISTED, UNLISTED, INDETERMINATE = "Chills", "Tinnitus", "Eczema herpeticum"


class SameReaction(NamedTuple):
    """The reactions of a case, each serious or not and listed or not in the US, and the US verdict."""

    reactions: tuple[str, ...]
    verdict: str


class ByCountry(NamedTuple):
    """A serious and a non-serious case that occurred in one country, and the EU verdict of each."""

    country: object
    serious: str
    not_serious: str


class Due(NamedTuple):
    """Day 0, the period, and the day on which the report is due."""

    verdict: str
    day_0: str
    due: date | None
    why: str


class NoReaction(NamedTuple):
    """What was reported, whether the reporter called it serious, and both verdicts."""

    reported: tuple[str, ...]
    serious: bool
    us: str
    eu: str


class Role(NamedTuple):
    """The roles in which a report of a serious, unlisted reaction names the product, and both verdicts."""

    roles: tuple[str, ...]
    verdict: str


class WhereItHappened(NamedTuple):
    """Country of the reaction, of the primary reporter and of another reporter, and the country that counts."""

    reaction: object
    primary_reporter: object
    other_reporter: object
    country: str | None


SAME_REACTION = [
    SameReaction(("serious listed",), "PERIODIC"),
    SameReaction(("serious unlisted",), "15_DAY"),
    SameReaction(("serious indeterminate",), "15_DAY"),
    SameReaction(("mild listed",), "PERIODIC"),
    SameReaction(("mild unlisted",), "PERIODIC"),
    SameReaction(("mild indeterminate",), "PERIODIC"),
    SameReaction(("serious listed", "mild unlisted"), "PERIODIC"),
    SameReaction(("mild unlisted", "serious listed"), "PERIODIC"),
    SameReaction(("serious listed", "mild indeterminate"), "PERIODIC"),
    SameReaction(("serious listed", "serious unlisted"), "15_DAY"),
    SameReaction(("mild listed", "serious unlisted"), "15_DAY"),
    SameReaction(("mild unlisted", "mild unlisted", "serious indeterminate"), "15_DAY"),
    SameReaction((), "HOLD_INVALID"),
]

EEA = (
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
    *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
    *("IS", "LI", "NO"),  # in the EEA, not in the EU
)
OUTSIDE = ("GB", "CH", "US", "JP", "TR", "UA", "RS", "CA", "AU")
BY_COUNTRY = [
    *(ByCountry(country, "15_DAY", "90_DAY") for country in EEA),
    *(ByCountry(country, "15_DAY", "NOT_SUBMITTABLE_NON_EEA_NONSERIOUS") for country in OUTSIDE),
    ByCountry("EU", "15_DAY", "90_DAY"),
    ByCountry("EL", "15_DAY", "90_DAY"),
    ByCountry("ZZ", "15_DAY", "90_DAY"),
    ByCountry("XI", "15_DAY", "90_DAY"),
    ByCountry("XK", "15_DAY", "NOT_SUBMITTABLE_NON_EEA_NONSERIOUS"),
    ByCountry(None, "15_DAY", "90_DAY"),
    ByCountry(NullFlavor.ASKU, "15_DAY", "90_DAY"),
]

DUE = [
    Due("15_DAY", "2025-01-31", date(2025, 2, 15), "a Friday; due on a Saturday, with no shift to Monday"),
    Due("15_DAY", "2025-02-01", date(2025, 2, 16), "the day after; due on a Sunday"),
    Due("15_DAY", "2024-02-20", date(2024, 3, 6), "over the 29th of February of a leap year"),
    Due("15_DAY", "2023-02-20", date(2023, 3, 7), "the same in a year without one"),
    Due("15_DAY", "2024-02-14", date(2024, 2, 29), "due on the leap day"),
    Due("15_DAY", "2024-02-29", date(2024, 3, 15), "received on the leap day"),
    Due("15_DAY", "2025-05-20", date(2025, 6, 4), "a follow-up that makes the case serious is a new day 0"),
    Due("15_DAY", "2025-12-20", date(2026, 1, 4), "over the end of a year"),
    Due("90_DAY", "2025-03-01", date(2025, 5, 30), "90 calendar days"),
    Due("90_DAY", "2024-12-01", date(2025, 3, 1), "over the end of a year"),
    Due("PERIODIC", "2025-03-01", None, "no individual clock"),
    Due("NOT_SUBMITTABLE_NON_EEA_NONSERIOUS", "2025-03-01", None, "no individual clock"),
]

LOCAL_DATE = [
    Due("15_DAY", "20250131193000-0800", date(2025, 2, 15), "2025-02-01 03:30 UTC, told in Los Angeles"),
    Due("15_DAY", "20250201043000+0100", date(2025, 2, 16), "the same instant, told in Berlin"),
    Due("15_DAY", "20250131235959", date(2025, 2, 15), "one second before midnight"),
    Due("15_DAY", "20250201000000", date(2025, 2, 16), "midnight"),
    Due("15_DAY", "202502", date(2025, 2, 16), "of a month, its first day: the earliest clock"),
    Due("15_DAY", "2025", date(2025, 1, 16), "of a year, its first day: the earliest clock"),
]

NO_REACTION = [
    NoReaction(("Needle stick injury",), False, "NO_AE_LOG", "NO_ICSR_PSUR"),
    NoReaction(("Splash in eye", "Occupational exposure to product"), False, "NO_AE_LOG", "NO_ICSR_PSUR"),
    NoReaction(("Medication error",), False, "NO_AE_LOG", "NO_ICSR_PSUR"),
    NoReaction(("Overdose",), False, "NO_AE_LOG", "NO_ICSR_PSUR"),
    NoReaction(("Exposure during pregnancy",), False, "NO_AE_LOG", "NO_ICSR_PSUR"),
    NoReaction(("Exposure during breastfeeding",), False, "NO_AE_LOG", "NO_ICSR_PSUR"),
    NoReaction(("Off label use",), False, "NO_AE_LOG", "NO_ICSR_PSUR"),
    NoReaction(("Extra dose administered",), False, "NO_AE_LOG", "NO_ICSR_PSUR"),
    NoReaction(("Incorrect product storage", "Wrong strength"), False, "NO_AE_LOG", "NO_ICSR_PSUR"),
    NoReaction(("Product use in unapproved indication",), False, "NO_AE_LOG", "NO_ICSR_PSUR"),
    NoReaction(("Exposure via mucosa",), False, "NO_AE_LOG", "NO_ICSR_PSUR"),
    NoReaction(("Overdose", "Nausea"), False, "PERIODIC", "90_DAY"),
    NoReaction(("Needle stick injury", "Herpetic whitlow"), False, "PERIODIC", "15_DAY"),
    NoReaction(("Medication error", "Tinnitus"), False, "PERIODIC", "90_DAY"),
    NoReaction(("Overdose",), True, "15_DAY", "15_DAY"),
    NoReaction(("Abortion spontaneous",), True, "15_DAY", "15_DAY"),
]

ROLES = [
    Role(("suspect",), "15_DAY"),
    Role(("interacting",), "15_DAY"),
    Role(("concomitant",), "NOT_SUSPECT"),
    Role(("not administered",), "NOT_SUSPECT"),
    Role(("concomitant", "not administered"), "NOT_SUSPECT"),
    Role(("concomitant", "suspect"), "15_DAY"),
    Role(("not administered", "interacting"), "15_DAY"),
    Role(("not given",), "15_DAY"),
    Role(("no information",), "15_DAY"),
    Role(("concomitant", "no information"), "15_DAY"),
]
_CODES = {
    "suspect": "1",
    "concomitant": "2",
    "interacting": "3",
    "not administered": "4",
    "not given": None,
    "no information": NullFlavor.NI,
}

WHERE = [
    WhereItHappened("DE", "US", "FR", "DE"),
    WhereItHappened(None, "US", "FR", "US"),
    WhereItHappened(NullFlavor.UNK, "US", "FR", "US"),
    WhereItHappened(None, None, "FR", "FR"),
    WhereItHappened(None, NullFlavor.MSK, None, None),
]


def a_reaction_of(words, country="DE"):
    severity, _, listedness = words.partition(" ")
    name = {"listed": LISTED, "unlisted": UNLISTED, "indeterminate": INDETERMINATE}[listedness]
    given = serious("hospitalisation") if severity == "serious" else NOT_SERIOUS
    return a_reaction(name, seriousness=given, country=country)


def verdicts(*reactions, day_0="2026-10-05", **changes):
    received = day(day_0) if isinstance(day_0, str) else day_0
    case = a_case(first_received=received, latest_received=received, reactions=reactions, **changes)
    return assess(case, knowledge()).verdicts


@each(SAME_REACTION)
def test_us_15_days_when_one_and_the_same_reaction_is_serious_and_not_listed(row):
    us, _ = verdicts(*(a_reaction_of(words) for words in row.reactions))

    assert us.verdict == row.verdict


@each(BY_COUNTRY)
def test_eu_15_days_for_serious_anywhere_and_90_days_for_non_serious_within_the_eea(row):
    _, eu_serious = verdicts(a_reaction_of("serious listed", row.country), reporters=NO_COUNTRY)
    _, eu_mild = verdicts(a_reaction_of("mild unlisted", row.country), reporters=NO_COUNTRY)

    assert (eu_serious.verdict, eu_mild.verdict) == (row.serious, row.not_serious)


def test_a_country_that_is_not_known_is_said_to_be_unknown_and_not_outside_the_eea():
    _, unknown = verdicts(a_reaction_of("mild listed", None), reporters=NO_COUNTRY)
    _, outside = verdicts(a_reaction_of("mild listed", "US"), reporters=NO_COUNTRY)

    assert "not known" in unknown.reason
    assert "outside the EEA" not in unknown.reason
    assert "outside the EEA (US)" in outside.reason


@pytest.mark.parametrize("written", ["de", "GERMANY"])
def test_germany_is_never_said_to_lie_outside_the_eea(written):
    _, eu = verdicts(a_reaction_of("mild listed", written), reporters=NO_COUNTRY)

    assert "outside the EEA" not in eu.reason


@each(DUE)
def test_due_is_day_0_plus_the_period_in_calendar_days(row):
    reaction, verdict = {
        "15_DAY": (a_reaction_of("serious unlisted"), 0),
        "90_DAY": (a_reaction_of("mild listed"), 1),
        "PERIODIC": (a_reaction_of("mild listed"), 0),
        "NOT_SUBMITTABLE_NON_EEA_NONSERIOUS": (a_reaction_of("mild listed", "US"), 1),
    }[row.verdict]
    given = verdicts(reaction, day_0=row.day_0, reporters=NO_COUNTRY)[verdict]

    assert (given.verdict, given.due) == (row.verdict, row.due)


@each(LOCAL_DATE)
def test_day_0_is_the_date_where_the_information_was_received(row):
    for verdict in verdicts(a_reaction_of("serious unlisted"), day_0=day(row.day_0)):
        assert (verdict.verdict, verdict.due) == (row.verdict, row.due)


def test_the_newest_information_sets_day_0_and_the_first_receipt_only_where_it_is_missing():
    reaction, first, newest = a_reaction_of("serious unlisted"), day("2025-03-01"), day("2025-05-20")

    follow_up = assess(a_case(first_received=first, latest_received=newest, reactions=(reaction,)), knowledge())
    initial = assess(a_case(first_received=first, latest_received=None, reactions=(reaction,)), knowledge())

    assert [verdict.due for verdict in follow_up.verdicts] == [date(2025, 6, 4)] * 2
    assert [verdict.due for verdict in initial.verdicts] == [date(2025, 3, 16)] * 2


def test_without_any_date_of_receipt_the_duty_stands_and_no_clock_runs():
    case = a_case(first_received=None, latest_received=NullFlavor.NI, reactions=(a_reaction_of("serious unlisted"),))
    assessment = assess(case, knowledge())

    assert assessment.day_0 is None
    assert [(verdict.verdict, verdict.due) for verdict in assessment.verdicts] == [("15_DAY", None)] * 2


def test_a_follow_up_that_makes_the_case_serious_starts_the_15_days():
    first = verdicts(a_reaction_of("mild unlisted"), day_0="2025-03-01")
    then = verdicts(a_reaction_of("serious unlisted"), day_0="2025-05-20")

    assert [verdict.verdict for verdict in first] == ["PERIODIC", "90_DAY"]
    assert [(verdict.verdict, verdict.due) for verdict in then] == [("15_DAY", date(2025, 6, 4))] * 2


@each(NO_REACTION)
def test_an_exposure_or_an_error_without_a_reaction_is_no_individual_report(row):
    given = serious("other_important") if row.serious else NOT_SERIOUS
    us, eu = verdicts(*(a_reaction(words, seriousness=given, country="DE") for words in row.reported))

    assert (us.verdict, eu.verdict) == (row.us, row.eu)


@each(ROLES)
def test_only_a_product_that_is_surely_not_suspected_starts_no_clock(row):
    """Another medicine is the suspect one in each of these reports; a missing role takes no duty away."""
    drugs = (another_drug("nivolumab", "1"), *(a_drug(role=_CODES[role]) for role in row.roles))
    given = verdicts(a_reaction_of("serious unlisted"), drugs=drugs)

    assert [verdict.verdict for verdict in given] == [row.verdict] * 2
    assert all((verdict.due is None) is (row.verdict == "NOT_SUSPECT") for verdict in given)


@each(WHERE)
def test_where_it_happened_is_the_reactions_country_and_else_the_reporters(row):
    reporters = (
        a_reporter(country=row.other_reporter, is_primary=False),
        a_reporter(country=row.primary_reporter, is_primary=True),
    )
    case = a_case(reactions=(a_reaction("Chills", country=row.reaction),), reporters=reporters)

    assert assess(case, knowledge()).country == row.country


def test_the_reason_names_the_reaction_that_decided_and_the_rule():
    us, eu = verdicts(a_reaction_of("mild listed"), a_reaction_of("serious unlisted"))

    assert UNLISTED in us.reason
    assert "21 CFR 600.80" in us.reason
    assert UNLISTED in eu.reason
    assert "GVP VI" in eu.reason
