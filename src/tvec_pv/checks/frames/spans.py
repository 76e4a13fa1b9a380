"""Time between dates as they were reported. Days are the most that they can be, so that a check fails only on what
cannot be true.
"""

from collections.abc import Iterable

from tvec_pv.domain.dates import PartialDate
from tvec_pv.domain.icsr import Day, Quantity, known

DAYS_PER_YEAR = 365.25
_YEARS = {
    "a": 1.0,
    "mo": 1 / 12,
    "wk": 7 / DAYS_PER_YEAR,
    "d": 1 / DAYS_PER_YEAR,
    "h": 1 / DAYS_PER_YEAR / 24,
    "10.a": 10.0,
}


def most_days(earlier: Day, later: Day) -> int | None:
    """The most days that can lie between two dates: negative only when their order is surely wrong."""
    start, end = known(earlier), known(later)
    return None if start is None or end is None else (end.latest - start.earliest).days


def first(days: Iterable[Day]) -> PartialDate | None:
    """The date that can lie earliest."""
    return min((day for one in days if (day := known(one))), key=lambda day: day.earliest, default=None)


def years(age: Quantity | None) -> float | None:
    factor = _YEARS.get(age.unit or "") if age else None
    return None if age is None or factor is None else age.value * factor


def years_apart(age: float | None, born: Day, onset: Day) -> float | None:
    """How far the stated age lies from the ages that the dates allow, in years; 0 when they allow it."""
    youngest, oldest = most_days(onset, born), most_days(born, onset)
    if age is None or youngest is None or oldest is None:
        return None
    return age - min(max(age, -youngest / DAYS_PER_YEAR), oldest / DAYS_PER_YEAR)
