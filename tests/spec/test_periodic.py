"""Which periodic report holds a case, and when it is due: US quarters and years from the licence of 27 October 2015,
with the day that ends each and both its neighbours; EU only where somebody entered the data lock points."""

from dataclasses import replace
from datetime import date
from typing import NamedTuple

import pytest

from tests.factories import a_case, a_reaction, day, serious
from tests.spec.tables import each
from tvec_pv.domain.assessment import assess
from tvec_pv.domain.periodic import Psur, eu_report, us_report
from tvec_pv.reference_files import knowledge, reporting_rules


class UsReport(NamedTuple):
    """Day 0, the report that holds the case, its first and last day, and the day on which it is due."""

    day_0: str
    name: str
    first: str
    last: str
    due: str
    why: str = ""


class EuReport(NamedTuple):
    """Day 0, and the data lock point of the report that holds the case; empty where the profile does not hold it."""

    day_0: str
    data_lock_point: str


QUARTER, YEAR = "quarterly report", "annual report"
US_REPORTS = [
    UsReport(
        "2015-10-27", QUARTER, "2015-10-27", "2016-01-26", "2016-02-25", "the day of the licence begins the first"
    ),
    UsReport("2016-01-26", QUARTER, "2015-10-27", "2016-01-26", "2016-02-25", "the last day of the first quarter"),
    UsReport("2016-01-27", QUARTER, "2016-01-27", "2016-04-26", "2016-05-26"),
    UsReport("2018-10-26", QUARTER, "2018-07-27", "2018-10-26", "2018-11-25", "the last day of three years"),
    UsReport("2018-10-27", YEAR, "2018-10-27", "2019-10-26", "2019-12-26", "the first that is annual"),
    UsReport("2024-02-29", YEAR, "2023-10-27", "2024-10-26", "2024-12-26", "a leap day"),
    UsReport("2025-10-26", YEAR, "2024-10-27", "2025-10-26", "2025-12-26", "60 days after 27 October 2025"),
    UsReport("2025-10-27", YEAR, "2025-10-27", "2026-10-26", "2026-12-26", "an anniversary begins the next year"),
    UsReport("2025-10-28", YEAR, "2025-10-27", "2026-10-26", "2026-12-26"),
]

EU_REPORTS = [
    EuReport("2026-12-15", "2026-12-16"),
    EuReport("2026-12-16", "2026-12-16"),
    EuReport("2026-12-17", "2027-12-16"),
    EuReport("2027-12-17", ""),
]
ENTERED = (Psur(date(2026, 12, 16), date(2027, 2, 24)), Psur(date(2027, 12, 16), date(2028, 2, 24)))


@each(US_REPORTS)
def test_us_reports_are_quarterly_for_three_years_and_then_annual(row):
    report = us_report(reporting_rules().periodic, date.fromisoformat(row.day_0))

    assert (report.name, report.first, report.last, report.due) == (
        row.name,
        *map(date.fromisoformat, (row.first, row.last, row.due)),
    )


@pytest.mark.parametrize("of_day", [date(2015, 10, 26), date.min, date.max])
def test_before_the_licence_and_at_the_end_of_the_calendar_there_is_none(of_day):
    assert us_report(reporting_rules().periodic, of_day) is None


@pytest.mark.parametrize(
    ("licence", "first_closes"),
    [("2015-11-30", "2016-02-28"), ("2015-08-31", "2015-11-29"), ("2016-02-29", "2016-05-28")],
)
def test_a_licence_of_the_last_of_a_month_has_quarters_too(licence, first_closes):
    rules = replace(reporting_rules().periodic, us_licence=date.fromisoformat(licence))

    assert us_report(rules, rules.us_licence).last == date.fromisoformat(first_closes)


@each(EU_REPORTS)
def test_an_eu_report_is_known_only_where_its_data_lock_point_was_entered(row):
    rules = replace(reporting_rules().periodic, psurs=ENTERED)
    report = eu_report(rules, date.fromisoformat(row.day_0))

    assert (report.last.isoformat() if report else "") == row.data_lock_point


def test_the_shipped_profile_holds_no_eu_report_and_says_that_its_rule_was_not_checked():
    rules = reporting_rules().periodic

    assert rules.psurs == ()
    assert rules.verified is False


def test_a_verdict_that_asks_for_no_report_of_its_own_names_the_periodic_one():
    us, eu = assess(a_case(latest_received=day("2026-10-26")), knowledge()).verdicts

    assert (us.verdict, us.due, us.periodic_due) == ("PERIODIC", None, date(2026, 12, 26))
    assert "annual report of 2025-10-27 to 2026-10-26, due 2026-12-26 (the rule was not checked" in us.reason
    assert (eu.due, eu.periodic_due) == (None, None)
    assert "for the PSUR, of which the profile does not tell the day" in eu.reason


def test_a_verdict_with_a_clock_of_its_own_names_none():
    reactions = (a_reaction("Tinnitus", seriousness=serious("hospitalisation")),)

    assert [one.periodic_due for one in assess(a_case(reactions=reactions), knowledge()).verdicts] == [None, None]


def test_without_a_day_0_no_report_is_named():
    us, _ = assess(a_case(first_received=None, latest_received=None), knowledge()).verdicts

    assert (us.verdict, us.periodic_due) == ("PERIODIC", None)
    assert "does not tell the day" in us.reason
