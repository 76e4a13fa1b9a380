"""How long after the product was given did a reaction begin? Between two limits, in minutes, as the report allows.

Dates and times of day are those of the reporter's own clock. What the sender says about the time from the first or
the last dose (G.k.9.i.3) is taken as right to one of its units: "9 days" lies between 8 and 10.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tvec_pv.domain.dates import PartialDate, full_day
from tvec_pv.domain.icsr import Dose, Drug, Quantity, Reaction, known

HOUR, DAY = 60, 1440
_MINUTES = {"s": 1 / 60, "min": 1, "h": HOUR, "d": DAY, "wk": 7 * DAY, "mo": 43_830, "a": 525_960}
_LONGEST = 200 * 525_960


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Minutes between which the time lies; below 0 where the reaction may have come first."""

    least: int
    most: int

    def overlaps(self, least: float, most: float) -> bool:
        return self.least <= most and least <= self.most

    @property
    def ends(self) -> tuple[int, int]:
        return self.least, self.most

    @property
    def uncertainty(self) -> int:
        """The minutes that it leaves open beyond what two full dates leave."""
        return max(0, self.most - self.least - (2 * DAY - 2))

    def since(self, what: str) -> str:
        """'20 minutes after a dose', '14 days after a dose' by two dates, 'between 2 days before and 3 days after'."""
        if self.is_between_dates:
            days = (self.most + 1) // DAY - 1
            if days == 0:
                return f"on the day of {what}"
            return f"{_in_words(abs(days) * DAY)} {'after' if days > 0 else 'before'} {what}"
        if self.most < 0:
            return f"{_range(-self.most, -self.least)} before {what}"
        if self.least < 0:
            return f"between {_in_words(-self.least)} before and {_in_words(self.most)} after {what}"
        return f"{_range(self.least, self.most)} after {what}"

    @property
    def is_between_dates(self) -> bool:
        """Whether it is what two full dates without a time of day leave open."""
        return self.most - self.least == 2 * DAY - 2 and (self.most + 1) % DAY == 0


def _range(least: int, most: int) -> str:
    shorter, longer = _in_words(least), _in_words(most)
    if shorter == longer:
        return longer
    number, unit = shorter.split()
    return f"{number if longer.endswith(unit) else shorter} to {longer}"


def _in_words(minutes: int) -> str:
    name, length = ("minute", 1) if minutes < 2 * HOUR else ("hour", HOUR) if minutes < 2 * DAY else ("day", DAY)
    if minutes == DAY:
        name, length = "day", DAY
    number = f"{round(minutes / length, 1):g}"
    return f"{number} {name}" if number == "1" else f"{number} {name}s"


@dataclass(frozen=True, slots=True)
class Since:
    """The time to a reaction from the first dose, from each dose and, of another person, from each exposure.

    `last_is_known`: the report says when the newest course ended; a start alone does not say that none followed.
    `is_contradictory`: the sender's own time from the first dose is shorter than its dates allow.
    """

    first: Elapsed | None = None
    doses: tuple[Elapsed, ...] = ()
    last_is_known: bool = False
    is_contradictory: bool = False
    exposures: tuple[Elapsed, ...] = ()
    exposure_after_last_dose: Elapsed | None = None


def since_product(reaction: Reaction, drugs: Sequence[Drug], exposures: Sequence[PartialDate] = ()) -> Since:
    """The time to the start of a reaction from the product's doses, and from the days on which somebody was exposed."""
    stated = [pair for drug in drugs for pair in drug.reactions if reaction.id and pair.reaction_id == reaction.id]
    from_first = next((one for pair in stated if (one := _stated(pair.from_first_dose))), None)
    from_last = next((one for pair in stated if (one := _stated(pair.from_last_dose))), None)
    courses = [course for drug in drugs for dose in drug.doses if (course := _course(dose))]
    start = known(reaction.start)
    dated = _from_first_course(courses, start)
    doses = [course.until(start) for course in courses] if start else []
    for one in (from_first, from_last):
        if one:
            doses = _with(doses, one)
    last = _last_dose(courses)
    return Since(
        first=_reconciled(dated, from_first),
        doses=tuple(doses),
        last_is_known=from_last is not None or last is not None,
        is_contradictory=bool(dated and from_first and from_first.most < dated.least),
        exposures=tuple(between(day, start) for day in exposures) if start else (),
        exposure_after_last_dose=between(last, max(exposures, key=_newest)) if last and exposures else None,
    )


def between(earlier: PartialDate, later: PartialDate) -> Elapsed:
    return Elapsed(
        _minutes(earlier.latest_moment, later.earliest_moment), _minutes(earlier.earliest_moment, later.latest_moment)
    )


@dataclass(frozen=True, slots=True)
class _Course:
    """One dosage: a visit (`end` is its start) or doses from start to end; without an end, nobody knows until when."""

    start: PartialDate
    end: PartialDate | None
    is_visit: bool

    def until(self, reaction: PartialDate) -> Elapsed:
        """Since a dose of this course: any of them where there may be several, the last one before the reaction too."""
        whole = between(self.start, reaction)
        if self.is_visit:
            return whole
        least = min(0, whole.least)
        if self.end:
            least = min(whole.least, max(least, between(self.end, reaction).least))
        return Elapsed(least, whole.most)


def _course(dose: Dose) -> _Course | None:
    start, end = known(dose.start), known(dose.end)
    if start is None:
        return _Course(end, end, is_visit=True) if end else None
    lasts = _stated(dose.duration)
    if end is None and lasts is not None:
        end = start if lasts.least < DAY else _day_after(start.latest, lasts.most)
    several = dose.interval is not None or (lasts is not None and lasts.least >= DAY)
    return _Course(start, end, is_visit=end == start or (end is None and not several))


def _day_after(day: date, minutes: int) -> PartialDate | None:
    """The day on which a course ends at the latest; None where the calendar ends before."""
    days = minutes // DAY
    return full_day(day + timedelta(days=days)) if days <= (date.max - day).days else None


def _last_dose(courses: Sequence[_Course]) -> PartialDate | None:
    """The end of the newest course, where the report gives it."""
    return max(courses, key=lambda course: _newest(course.start)).end if courses else None


def _newest(day: PartialDate) -> datetime:
    return day.latest_moment


def _from_first_course(courses: Sequence[_Course], reaction: PartialDate | None) -> Elapsed | None:
    if not courses or reaction is None:
        return None
    earliest = min(course.start.earliest_moment for course in courses)
    latest = min(course.start.latest_moment for course in courses)
    return Elapsed(_minutes(latest, reaction.earliest_moment), _minutes(earliest, reaction.latest_moment))


def _reconciled(dated: Elapsed | None, stated: Elapsed | None) -> Elapsed | None:
    """What dates and statement agree on; an earlier first dose that only the statement knows; both, if they clash."""
    if dated is None or stated is None:
        return dated or stated
    if stated.least > dated.most:
        return stated
    if stated.most < dated.least:
        return Elapsed(stated.least, dated.most)
    return Elapsed(max(dated.least, stated.least), min(dated.most, stated.most))


def _with(doses: list[Elapsed], stated: Elapsed) -> list[Elapsed]:
    """The doses, with that one told more exactly which the sender means; another dose where it fits none."""
    for number, dose in enumerate(doses):
        if dose.overlaps(stated.least, stated.most):
            exact = Elapsed(max(dose.least, stated.least), min(dose.most, stated.most))
            return [*doses[:number], exact, *doses[number + 1 :]]
    return [*doses, stated]


def _stated(quantity: Quantity | None) -> Elapsed | None:
    """A time as the sender gives it, right to one of its units; None where it has no unit of time or cannot be."""
    if quantity is None or quantity.unit not in _MINUTES:
        return None
    unit = _MINUTES[quantity.unit]
    if not 0 <= quantity.value * unit <= _LONGEST:
        return None
    return Elapsed(max(0, int((quantity.value - 1) * unit) + 1), max(0, int((quantity.value + 1) * unit) - 1))


def _minutes(earlier: datetime, later: datetime) -> int:
    return int((later - earlier).total_seconds() // 60)
