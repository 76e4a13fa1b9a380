"""Is the time from the product to a reaction plausible? Each window at its limits and on both sides of them."""

from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import a_case, a_dose, a_drug, a_reaction, day
from tests.spec.tables import each
from tvec_pv.domain.assessment import assess
from tvec_pv.domain.dates import full_day, read_date
from tvec_pv.domain.elapsed import since_product
from tvec_pv.domain.icsr import DrugReaction, NullFlavor, Quantity
from tvec_pv.domain.onset import assess_onset
from tvec_pv.reference_files import knowledge, scales

VISIT = date(2026, 1, 1)

PLAUSIBLE, WEAK, EARLY, LATE, BEFORE = "plausible", "weak", "too early", "too late", "before the product"
NOT_KNOWN, NO_WINDOW = "not known", "no window"


class Days(NamedTuple):
    """A reaction, the calendar days from the only visit to it, and the verdict."""

    reaction: str
    days: int
    verdict: str


class Exposed(NamedTuple):
    """An exposure so many days after the last dose, an infection so many days after the exposure, the verdict."""

    after_last_dose: int
    after_exposure: int
    verdict: str


class Clock(NamedTuple):
    """A reaction, when the visit and the reaction were, to the minute where told, and the verdict."""

    reaction: str
    visit: str
    began: str
    verdict: str
    why: str


class Told(NamedTuple):
    """What the sender says of the time from the first dose, without any date, and the verdict."""

    reaction: str
    value: float
    unit: str
    verdict: str


class Partial(NamedTuple):
    """When the visit and the reaction were, as precisely as it is written; the verdict, and whether it is sure."""

    reaction: str
    visit: str
    began: object
    verdict: str
    sure: bool


class Visits(NamedTuple):
    """The dosages as (start, end), the start of the reaction, and the verdict."""

    reaction: str
    doses: tuple[tuple[str, str | None], ...]
    began: str
    verdict: str
    why: str


def around(reaction, *days):
    return [Days(reaction, number, verdict) for number, verdict in days]


DAYS = [
    *around("Chills", (-1, BEFORE), (0, PLAUSIBLE), (3, PLAUSIBLE), (4, WEAK), (14, WEAK), (15, LATE), (16, LATE)),
    *around("Nausea", (3, PLAUSIBLE), (4, WEAK), (15, LATE)),
    *around("Injection site pain", (0, PLAUSIBLE), (7, PLAUSIBLE), (8, WEAK), (21, WEAK), (22, WEAK)),
    *around("Injection site pain", (59, WEAK), (60, WEAK), (61, LATE)),
    *around("Injection site cellulitis", (0, WEAK), (1, PLAUSIBLE), (2, PLAUSIBLE), (60, PLAUSIBLE), (61, WEAK)),
    *around("Impaired healing", (180, WEAK), (181, WEAK), (365, WEAK), (366, LATE)),
    *around("Oral herpes", (-1, BEFORE), (0, WEAK), (1, PLAUSIBLE), (2, PLAUSIBLE), (29, PLAUSIBLE), (30, PLAUSIBLE)),
    *around("Oral herpes", (31, WEAK), (90, WEAK), (91, WEAK), (400, WEAK)),
    *around("Herpes simplex encephalitis", (0, WEAK), (1, PLAUSIBLE), (60, PLAUSIBLE), (61, WEAK), (121, WEAK)),
    *around("Disseminated herpes simplex", (31, PLAUSIBLE), (60, PLAUSIBLE), (61, WEAK)),
    *around("Vitiligo", (-1, BEFORE), (0, EARLY), (1, WEAK), (6, WEAK), (7, PLAUSIBLE), (8, PLAUSIBLE)),
    *around("Vitiligo", (180, PLAUSIBLE), (181, WEAK), (365, WEAK), (366, WEAK)),
    *around("Plasmacytoma at injection site", (6, EARLY), (7, WEAK), (13, WEAK), (14, PLAUSIBLE)),
    *around("Plasmacytoma at injection site", (365, PLAUSIBLE), (366, WEAK)),
    *around("Obstructive airways disorder", (0, PLAUSIBLE), (14, PLAUSIBLE), (15, WEAK), (30, WEAK), (31, WEAK)),
    *around("Obstructive airways disorder", (60, WEAK), (61, LATE)),
    *around("Hepatic haemorrhage", (0, PLAUSIBLE), (7, PLAUSIBLE), (8, WEAK), (30, WEAK), (31, LATE)),
    *around("Deep vein thrombosis", (0, PLAUSIBLE), (90, PLAUSIBLE), (91, WEAK), (180, WEAK), (181, WEAK), (900, WEAK)),
    *around("Pulmonary embolism", (90, PLAUSIBLE), (91, WEAK)),
    *around("Anaphylactic reaction", (0, PLAUSIBLE), (1, PLAUSIBLE), (2, WEAK), (28, WEAK), (29, LATE)),
    *around("Hypersensitivity", (0, PLAUSIBLE), (14, PLAUSIBLE), (15, WEAK), (28, WEAK), (29, LATE)),
    *around("Tinnitus", (-400, NO_WINDOW), (0, NO_WINDOW), (400, NO_WINDOW)),
]

EXPOSED = [
    *(Exposed(5, days, verdict) for days, verdict in ((-1, BEFORE), (0, WEAK), (1, PLAUSIBLE), (14, PLAUSIBLE))),
    *(Exposed(5, days, verdict) for days, verdict in ((15, WEAK), (21, WEAK), (22, WEAK), (30, WEAK), (31, LATE))),
    *(Exposed(days, 6, verdict) for days, verdict in ((29, PLAUSIBLE), (30, PLAUSIBLE), (31, LATE))),
]

CLOCK = [
    Clock("Oral herpes", "202601010900", "202601010920", EARLY, "20 minutes"),
    Clock("Oral herpes", "202601010900", "202601012059", EARLY, "a minute short of 12 hours"),
    Clock("Oral herpes", "202601010900", "202601012100", WEAK, "12 hours"),
    Clock("Oral herpes", "202601010900", "202601012101", WEAK, "a minute more"),
    Clock("Oral herpes", "202601012100", "202601020800", EARLY, "11 hours, over midnight"),
    Clock("Oral herpes", "2026010109", "2026010120", EARLY, "hours alone: 10 to 12 hours, less a minute"),
    Clock("Oral herpes", "2026010109", "2026010121", WEAK, "hours alone: it may be 12 hours and more"),
    Clock("Oral herpes", "202601010900", "20260101", WEAK, "the same day, at an hour that is not told"),
    Clock("Oral herpes", "202601010900", "202601020000", PLAUSIBLE, "midnight stands for a time that nobody knows"),
    Clock("Oral herpes", "20260101090000+0100", "20260101092000-0500", EARLY, "each by its own clock"),
    Clock("Herpes simplex encephalitis", "202601010900", "202601012059", EARLY, "a minute short of 12 hours"),
    Clock("Herpes simplex encephalitis", "202601010900", "202601012100", WEAK, "12 hours"),
    Clock("Chills", "202601010900", "202601040900", PLAUSIBLE, "72 hours"),
    Clock("Chills", "202601010900", "202601040901", WEAK, "a minute more"),
    Clock("Chills", "202601010900", "202601150900", WEAK, "14 days to the minute"),
    Clock("Chills", "202601010900", "202601150901", LATE, "a minute more"),
    Clock("Oral herpes", "202601010900", "202601020859", WEAK, "a minute short of a day"),
    Clock("Oral herpes", "202601010900", "202601020900", PLAUSIBLE, "a day to the minute"),
    Clock("Oral herpes", "202601010900", "202601310900", PLAUSIBLE, "30 days to the minute"),
    Clock("Oral herpes", "202601010900", "202601310901", WEAK, "a minute more"),
    Clock("Chills", "202601010900", "202601010900", PLAUSIBLE, "the same minute"),
    Clock("Chills", "202601010900", "202601010859", BEFORE, "a minute before the dose"),
    Clock("Vitiligo", "202601010900", "202601020859", EARLY, "a minute short of a day"),
    Clock("Vitiligo", "202601010900", "202601020900", WEAK, "a day"),
    Clock("Vitiligo", "20240228", "20240306", PLAUSIBLE, "7 days over the 29th of February"),
    Clock("Vitiligo", "20240228", "20240305", WEAK, "6 days over the 29th of February"),
    Clock("Vitiligo", "20230228", "20230306", WEAK, "6 days in a year without one"),
]

TOLD = [
    Told("Oral herpes", 20, "min", EARLY),
    Told("Oral herpes", 11, "h", EARLY),
    Told("Oral herpes", 12, "h", WEAK),
    Told("Oral herpes", 1, "d", PLAUSIBLE),
    Told("Oral herpes", 30, "d", PLAUSIBLE),
    Told("Oral herpes", 31, "d", WEAK),
    Told("Oral herpes", 2, "wk", PLAUSIBLE),
    Told("Vitiligo", 0, "d", EARLY),
    Told("Vitiligo", 4, "mo", PLAUSIBLE),
    Told("Vitiligo", 2, "a", WEAK),
    Told("Oral herpes", 9, "{cyclical}", NOT_KNOWN),
    Told("Oral herpes", -3, "d", NOT_KNOWN),
    Told("Oral herpes", 1e300, "a", NOT_KNOWN),
]

PARTIAL = [
    Partial("Oral herpes", "2026-01-31", "2026-02-10", PLAUSIBLE, True),
    Partial("Oral herpes", "2026-01-31", "2026-02", PLAUSIBLE, False),
    Partial("Oral herpes", "2026-01-31", "2026-03", PLAUSIBLE, False),
    Partial("Oral herpes", "2026-01-31", "2026-04", WEAK, True),
    Partial("Oral herpes", "2026-01", "2026-03", PLAUSIBLE, False),
    Partial("Oral herpes", "2026-01-31", "2026", PLAUSIBLE, False),
    Partial("Oral herpes", "2026-01", "2026-02-01", PLAUSIBLE, False),
    Partial("Oral herpes", "2025", "2027", WEAK, True),
    Partial("Oral herpes", "2026-01", "2025-12", BEFORE, True),
    Partial("Oral herpes", "2026-01", "2026-01", PLAUSIBLE, False),
    Partial("Chills", "2026-01-31", "2026-02", PLAUSIBLE, False),
    Partial("Chills", "2026-01-31", "2026-03", LATE, True),
    Partial("Chills", "2026-01-01", "2026", PLAUSIBLE, False),
    Partial("Chills", "2026-01-01", None, NOT_KNOWN, False),
    Partial("Chills", "2026-01-01", NullFlavor.ASKU, NOT_KNOWN, False),
]

FIRST, SECOND = ("2026-01-01", "2026-01-01"), ("2026-01-22", "2026-01-22")
COURSE = ("2026-01-01", "2026-03-01")
NO_END = ("2026-01-01", None)
VISITS = [
    Visits("Chills", (FIRST, SECOND), "2026-01-23", PLAUSIBLE, "a day after the second visit"),
    Visits("Chills", (SECOND, FIRST), "2026-01-23", PLAUSIBLE, "in whatever order they are told"),
    Visits("Chills", (FIRST, SECOND), "2026-01-12", WEAK, "before the second visit: 11 days after the first"),
    Visits("Chills", (FIRST, SECOND), "2026-02-05", WEAK, "14 days after the last"),
    Visits("Chills", (FIRST, SECOND), "2026-02-06", LATE, "15 days after the last"),
    Visits("Oral herpes", (FIRST, SECOND), "2026-01-22", PLAUSIBLE, "on the second visit, three weeks after the first"),
    Visits("Vitiligo", (FIRST, SECOND), "2026-01-22", PLAUSIBLE, "counted from the first dose"),
    Visits("Chills", (COURSE,), "2026-02-10", PLAUSIBLE, "any visit of the course"),
    Visits("Chills", (COURSE,), "2026-03-15", WEAK, "14 days after the course"),
    Visits("Chills", (COURSE,), "2026-03-16", LATE, "15 days after the course"),
    Visits("Chills", (NO_END,), "2026-01-02", PLAUSIBLE, "a start alone is a visit"),
    Visits("Chills", (NO_END,), "2026-01-15", WEAK, "a start alone is a visit"),
    Visits("Chills", (NO_END,), "2026-01-16", NOT_KNOWN, "a later dose may have been given"),
    Visits("Chills", (NO_END, SECOND), "2026-02-06", LATE, "the last visit is told with its end"),
    Visits("Chills", (), "2026-02-06", NOT_KNOWN, "no dose is dated"),
]


def onset(reaction, doses, began, **changes):
    drug = a_drug(doses=doses, **changes)
    (assessed,) = assess(a_case(reactions=(a_reaction(reaction, start=began),), drugs=(drug,)), knowledge()).reactions
    return assessed.onset


def visit(on):
    return replace(a_dose(), start=day(on), end=day(on))


@each(DAYS)
def test_days_after_the_only_visit(row):
    given = onset(row.reaction, (visit(VISIT.isoformat()),), full_day(VISIT + timedelta(days=row.days)))

    assert given.timing == row.verdict


@each(EXPOSED)
def test_an_infection_of_another_person_counts_from_the_exposure(row):
    exposure = VISIT + timedelta(days=row.after_last_dose)
    infection = exposure + timedelta(days=row.after_exposure)
    case = a_case(
        reactions=(
            a_reaction("Needle stick injury", start=full_day(exposure)),
            a_reaction("Transmission of an infectious agent via product", start=full_day(infection)),
        ),
        drugs=(a_drug(doses=(visit(VISIT.isoformat()),)),),
    )
    exposed, infected = assess(case, knowledge()).reactions

    assert exposed.onset is None
    assert (infected.onset.window, infected.onset.timing) == ("contact", row.verdict)


def test_an_infection_of_another_person_has_no_time_without_the_day_of_the_exposure():
    assert onset("Neonatal herpes simplex", (visit("2026-01-01"),), day("2026-01-05")).timing == NOT_KNOWN


@each(CLOCK)
def test_hours_count_where_they_are_told(row):
    assert onset(row.reaction, (visit(row.visit),), day(row.began)).timing == row.verdict


@each(TOLD)
def test_what_the_sender_says_of_the_time_counts_where_dates_are_missing(row):
    case = a_case(reactions=(a_reaction(row.reaction, id="1", start=None),))
    pair = DrugReaction(reaction_id="1", from_first_dose=Quantity(value=row.value, unit=row.unit))
    (assessed,) = assess(replace(case, drugs=(a_drug(doses=(), reactions=(pair,)),)), knowledge()).reactions

    assert assessed.onset.timing == row.verdict


@each(PARTIAL)
def test_a_window_is_violated_only_when_every_day_that_the_report_allows_lies_outside(row):
    began = day(row.began) if isinstance(row.began, str) else row.began
    given = onset(row.reaction, (visit(row.visit),), began)

    assert (given.timing, given.is_sure) == (row.verdict, row.sure)


@each(VISITS)
def test_any_dose_may_have_caused_it_and_a_start_alone_is_not_the_last(row):
    doses = tuple(replace(a_dose(), start=day(start), end=day(end) if end else None) for start, end in row.doses)

    assert onset(row.reaction, doses, day(row.began)).timing == row.verdict


class Lasting(NamedTuple):
    """How long the dosage that began on 1 January lasted, the start of the reaction, and the verdict."""

    value: float
    unit: str
    began: str
    verdict: str


LASTING = [
    Lasting(30, "min", "2026-01-15", WEAK),
    Lasting(30, "min", "2026-01-16", LATE),
    Lasting(1, "d", "2026-01-16", LATE),
    Lasting(14, "d", "2026-01-13", PLAUSIBLE),
    Lasting(14, "d", "2026-01-18", PLAUSIBLE),
    Lasting(14, "d", "2026-01-19", WEAK),
    Lasting(14, "d", "2026-01-29", WEAK),
    Lasting(14, "d", "2026-01-30", LATE),
    Lasting(14, "{cyclical}", "2026-01-30", NOT_KNOWN),
]


@each(LASTING)
def test_a_dosage_ends_when_its_duration_is_over(row):
    dose = replace(a_dose(), start=day("2026-01-01"), end=None, duration=Quantity(value=row.value, unit=row.unit))

    assert onset("Chills", (dose,), day(row.began)).timing == row.verdict


def test_a_duration_that_outlasts_the_calendar_ends_nothing():
    dose = replace(a_dose(), start=day("9999-01-01"), end=None, duration=Quantity(value=150, unit="a"))

    assert onset("Chills", (dose,), day("9999-12-31")).timing == PLAUSIBLE


def test_doses_that_lie_outside_on_different_sides_make_it_weak():
    """No shipped window has limits on both sides; a physician may set one."""
    window = replace(scales().windows[0], too_early_below=1.0, plausible_from=2.0)
    drugs = (a_drug(doses=(visit("2026-01-01"), visit("2026-02-01"))),)
    since = since_product(a_reaction(start=day("2026-02-01")), drugs)

    assert assess_onset(window, since).timing == WEAK


@pytest.mark.parametrize(("value", "unit", "timing"), [(20, "min", EARLY), (13, "h", WEAK)])
def test_the_senders_time_tells_the_hour_that_the_dates_leave_open(value, unit, timing):
    pair = DrugReaction(reaction_id="1", from_first_dose=Quantity(value=value, unit=unit))
    case = a_case(reactions=(a_reaction("Oral herpes", id="1", start=day("2026-01-01")),))
    case = replace(case, drugs=(a_drug(doses=(visit("2026-01-01"),), reactions=(pair,)),))
    (assessed,) = assess(case, knowledge()).reactions

    assert assessed.onset.timing == timing
    assert not assessed.onset.is_contradictory


def test_a_time_from_the_first_dose_that_the_dates_rule_out_is_called_contradictory():
    pair = DrugReaction(reaction_id="1", from_first_dose=Quantity(value=2, unit="d"))
    case = a_case(reactions=(a_reaction("Vitiligo", id="1", start=day("2026-03-01")),))
    case = replace(case, drugs=(a_drug(doses=(visit("2026-01-01"),), reactions=(pair,)),))
    (assessed,) = assess(case, knowledge()).reactions

    assert assessed.onset.is_contradictory
    assert (assessed.onset.hours_min, assessed.onset.hours_max) == (24.0, 59 * 24 + 24.0)


class Words(NamedTuple):
    """When the visit and the reaction were, and how that is told."""

    visit: str
    began: str
    told: str


WORDS = [
    Words("2026-01-01", "2026-01-15", "began 14 days after a dose: "),
    Words("2026-01-01", "2026-01-02", "began 1 day after a dose: "),
    Words("2026-01-01", "2026-01-01", "began on the day of a dose: "),
    Words("2026-01-03", "2026-01-01", "began 2 days before a dose: "),
    Words("202601010900", "202601010901", "began 1 minute after a dose: "),
    Words("202601010900", "202601011059", "began 119 minutes after a dose: "),
    Words("202601010900", "202601011500", "began 6 hours after a dose: "),
    Words("202601010900", "202601031500", "began 2.2 days after a dose: "),
    Words("202601010900", "202601010800", "began 60 minutes before a dose: "),
    Words("2026010109", "2026010115", "began 5 to 7 hours after a dose: "),
    Words("202601010900", "20260101", "began between 9 hours before and 15 hours after a dose: "),
]


@each(WORDS)
def test_the_time_is_told_as_exactly_as_it_is_known(row):
    assert onset("Oral herpes", (visit(row.visit),), day(row.began)).reason.startswith(row.told)


BEYOND = {EARLY, LATE, BEFORE}


@settings(deadline=None)  # on a busy machine the first example takes longer
@given(
    st.sampled_from(scales().windows),
    st.dates(date(2024, 1, 1), date(2026, 12, 31)),
    st.sampled_from(["%Y", "%Y%m"]),
    st.dates(date(2024, 1, 1), date(2026, 12, 31)),
)
def test_a_vague_date_says_no_more_than_the_days_it_stands_for(window, visited, precision, began):
    """Outside only where each of its days is; plausible only where one of them is."""
    vague = read_date(began.strftime(precision))
    drugs = (a_drug(doses=(replace(a_dose(), start=full_day(visited), end=full_day(visited)),)),)

    def timing(start):
        since = since_product(a_reaction(start=start), drugs, (full_day(visited),))
        return assess_onset(window, since).timing

    days = [vague.earliest + timedelta(days=one) for one in range((vague.latest - vague.earliest).days + 1)]
    of_days = {timing(full_day(one)) for one in days}
    if timing(vague) in BEYOND:
        assert of_days <= BEYOND
    assert (timing(vague) == PLAUSIBLE) is (PLAUSIBLE in of_days)


def test_the_reason_names_the_row_and_the_hours():
    given = onset("Oral herpes", (visit("202601010900"),), day("202601010920"))

    assert given.reason == (
        "began 20 minutes after a dose: too early (plausible 1 to 30 days after a dose; windows.csv: herpetic)"
    )
    assert (given.hours_min, given.hours_max) == (0.3, 0.3)
    assert "reactivation of wild-type virus" in onset("Oral herpes", (visit("2026-01-01"),), day("2026-06-01")).reason
