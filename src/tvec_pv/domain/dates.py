"""Dates as reports give them: with the precision they have, and no more."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time

from tvec_pv.domain.errors import DateError
from tvec_pv.domain.remembering import remembered

_TIMESTAMP = re.compile(
    r"(?P<year>\d{4})(?:(?P<month>\d{2})(?:(?P<day>\d{2})"
    r"(?:(?P<time>\d{2}(?:\d{2}(?:\d{2}(?:\.\d+)?)?)?)(?P<offset>[+-]\d{1,4})?)?)?)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A moment as reported, and the days between which it can lie.

    `text` is the HL7 time stamp CCYY[MM[DD[hhmm[ss]]]][+-zzzz] (ICH E2B(R3) implementation guide, appendix II).
    The days are those of the reporter's own clock: an offset is kept in the text, never applied, because
    day 0 is the local date of the receiver.
    """

    text: str
    earliest: date
    latest: date

    @property
    def is_full_day(self) -> bool:
        return self.earliest == self.latest

    @property
    def earliest_moment(self) -> datetime:
        """The first moment that it can mean, by the reporter's own clock."""
        return datetime.combine(self.earliest, self._time_of_day(time(0, 0)))

    @property
    def latest_moment(self) -> datetime:
        """The last moment that it can mean, to the minute: 23:59 where no time of day was given.

        Midnight counts as none: senders fill the digits of a time that they do not know with zeros.
        """
        return datetime.combine(self.latest, self._time_of_day(time(23, 59)))

    def _time_of_day(self, otherwise: time) -> time:
        """The hour and minute of the text; what it leaves out is as in `otherwise`."""
        digits = _TIMESTAMP.fullmatch(self.text)
        given = (digits["time"] if digits else None) or ""
        if not given.strip("0."):
            return otherwise
        return time(int(given[:2] or otherwise.hour), int(given[2:4] or otherwise.minute))

    @property
    def iso(self) -> str:
        """The calendar part as ISO 8601 of the precision it has: 2024, 2024-03 or 2024-03-09."""
        return "-".join(part for part in (self.text[:4], self.text[4:6], self.text[6:8]) if part)


def read_date(text: str) -> PartialDate:
    """Read an HL7 time stamp; `DateError` when it names no day that exists."""
    return _read(text.strip())


@remembered(10_000, longest=40)
def _read(text: str) -> PartialDate:
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        raise DateError("not a date of the form CCYY[MM[DD[hhmmss]]]")
    year, month, day = match["year"], match["month"], match["day"]
    try:
        if day:
            first = last = date(int(year), int(month), int(day))
        elif month:
            first = date(int(year), int(month), 1)
            last = first.replace(day=monthrange(first.year, first.month)[1])
        else:
            first, last = date(int(year), 1, 1), date(int(year), 12, 31)
    except (ValueError, OverflowError) as error:
        raise DateError("no such day in the calendar") from error
    if match["time"]:
        hours, minutes, seconds = match["time"][:2], match["time"][2:4] or "00", match["time"][4:6] or "00"
        if int(hours) > 23 or int(minutes) > 59 or int(seconds) > 60:
            raise DateError("no such time of day")
    return PartialDate(text, first, last)


def full_day(day: date) -> PartialDate:
    return PartialDate(day.isoformat().replace("-", ""), day, day)
