"""Which periodic report does a case belong to, and when is that due? US 21 CFR 600.80(c)(2); GVP VII in the EU.

In the US the quarters and years are counted from the day of the licence, which begins the first of them. In the EU
the data lock points are those of a published list (EURD), which the profile holds only where somebody entered them.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Psur:
    """One periodic safety update report of the EU."""

    data_lock_point: date
    due: date


@dataclass(frozen=True, slots=True)
class PeriodicRules:
    """The day of the US licence, for how many years reports are quarterly, and within how many days each is due;
    `psurs` in the order of their data lock points."""

    us_licence: date
    us_quarterly_years: int
    us_days_after_quarter: int
    us_days_after_anniversary: int
    psurs: tuple[Psur, ...]
    verified: bool


@dataclass(frozen=True, slots=True)
class PeriodicReport:
    """The report that covers a day, and when it is due; `first` is None where only its end is known."""

    name: str
    first: date | None
    last: date
    due: date

    @property
    def words(self) -> str:
        since = f" of {self.first.isoformat()} to" if self.first else " up to"
        return f"the {self.name}{since} {self.last.isoformat()}, due {self.due.isoformat()}"


def us_report(rules: PeriodicRules, day: date) -> PeriodicReport | None:
    """The periodic adverse experience report in which a day lies; none before the licence."""
    months = (day.year - rules.us_licence.year) * 12 + day.month - rules.us_licence.month
    if _after(rules.us_licence, months) > day:
        months -= 1
    if months < 0 or day.year >= date.max.year - 1:
        return None
    is_quarterly = months < 12 * rules.us_quarterly_years
    length = 3 if is_quarterly else 12
    begun = months - months % length
    following = _after(rules.us_licence, begun + length)
    last = following - timedelta(days=1)
    due = (
        last + timedelta(days=rules.us_days_after_quarter)
        if is_quarterly
        else following + timedelta(days=rules.us_days_after_anniversary)
    )
    name = "quarterly report" if is_quarterly else "annual report"
    return PeriodicReport(name, _after(rules.us_licence, begun), last, due)


def eu_report(rules: PeriodicRules, day: date) -> PeriodicReport | None:
    """The first PSUR whose data lock point is not before a day; none where the profile does not hold it."""
    of_day = next((one for one in rules.psurs if one.data_lock_point >= day), None)
    return PeriodicReport("PSUR", None, of_day.data_lock_point, of_day.due) if of_day else None


def _after(day: date, months: int) -> date:
    """So many months later: the same day of the month, or the last one that it has."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
