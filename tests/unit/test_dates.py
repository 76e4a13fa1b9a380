"""Dates of reports: what they can mean, and what names no day."""

import calendar
import re
from datetime import date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tvec_pv.domain.dates import PartialDate, full_day, read_date
from tvec_pv.domain.errors import DateError

# `ts` in datatypes-base.xsd of the HL7 schema set, and the even lengths that ICH E2B(R3) makes of it
HL7_TIME_STAMP = r"([0-9]{4}|[0-9]{6}|[0-9]{8})|([0-9]{10}|[0-9]{12}|[0-9]{14}|[0-9]{14}\.[0-9]+)([+-][0-9]{1,4})?"

days = st.dates(min_value=date(1000, 1, 1))
times = st.times().map(lambda time: time.strftime("%H%M%S"))
offsets = st.sampled_from(["", "+9", "+09", "+0900", "-0500", "+0000", "-11", "+1345"])


def refuses(text):
    try:
        read_date(text)
    except DateError:
        return True
    return False


# --- precision -----------------------------------------------------------------------------------------------------


def test_a_year_may_be_any_of_its_days():
    assert read_date("2024") == PartialDate("2024", date(2024, 1, 1), date(2024, 12, 31))


def test_a_month_may_be_any_of_its_days():
    assert read_date("202404") == PartialDate("202404", date(2024, 4, 1), date(2024, 4, 30))


def test_december_ends_with_the_year():
    assert read_date("202412") == PartialDate("202412", date(2024, 12, 1), date(2024, 12, 31))


def test_a_day_is_that_day():
    assert read_date("20240309") == PartialDate("20240309", date(2024, 3, 9), date(2024, 3, 9))


@pytest.mark.parametrize(("month", "last"), [("202402", 29), ("202302", 28), ("190002", 28), ("200002", 29)])
def test_february_is_as_long_as_its_year_makes_it(month, last):
    assert read_date(month).latest.day == last


@pytest.mark.parametrize("text", ["20240229", "20000229", "24000229"])
def test_a_leap_day_is_a_day_of_a_leap_year(text):
    assert read_date(text).is_full_day


@pytest.mark.parametrize("text", ["20230229", "19000229", "21000229"])
def test_a_leap_day_is_no_day_of_another_year(text):
    with pytest.raises(DateError):
        read_date(text)


@pytest.mark.parametrize(
    ("text", "is_full"),
    [("2024", False), ("202403", False), ("20240309", True), ("2024030914", True), ("20240309141516-0500", True)],
)
def test_only_a_day_or_better_is_a_full_day(text, is_full):
    assert read_date(text).is_full_day is is_full


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2024", "2024"),
        ("202403", "2024-03"),
        ("20240309", "2024-03-09"),
        ("2024030914", "2024-03-09"),
        ("20240309141516-0500", "2024-03-09"),
        ("20240309141516.25+09", "2024-03-09"),
    ],
)
def test_iso_has_the_precision_of_the_text(text, iso):
    assert read_date(text).iso == iso


# --- times and offsets ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "2024030914",
        "202403091415",
        "20240309141516",
        "20240309141516.1",
        "20240309141516.1234",
        "20240309141516+9",
        "20240309141516+09",
        "20240309141516-0500",
        "202403091415+0100",
        "20240309000000",
        "20240309235959",
    ],
)
def test_a_time_of_day_leaves_the_day_alone(text):
    assert read_date(text) == PartialDate(text, date(2024, 3, 9), date(2024, 3, 9))


@pytest.mark.parametrize(
    "text", ["20240309233000-0500", "20240309003000+0900", "20240101000000+14", "20241231235959-11"]
)
def test_an_offset_never_moves_the_day(text):
    expected = date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    assert (read_date(text).earliest, read_date(text).latest, read_date(text).text) == (expected, expected, text)


@pytest.mark.parametrize("text", ["2024030924", "202403091260", "20240309126100", "20240309995959", "20240309121561"])
def test_a_time_that_no_clock_shows_is_refused(text):
    with pytest.raises(DateError):
        read_date(text)


@pytest.mark.parametrize("text", ["2025-01", "2025-0101", "202501-15", "202501+01", "20250115-05", "2025+0100"])
def test_an_offset_without_a_time_of_day_is_refused(text):
    """HL7 allows none there, and "2025-01" is how ISO writes January, not the year 2025 of some clock."""
    with pytest.raises(DateError):
        read_date(text)


# --- what is no date -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["20250231", "20250431", "20251301", "20250001", "20250100", "20250132", "202513", "202500", "0000", "00000101"],
)
def test_a_day_that_is_in_no_calendar_is_refused(text):
    with pytest.raises(DateError):
        read_date(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "2025-01-01",
        "2025/01/01",
        "01/02/2025",
        "25",
        "202",
        "20250",
        "2025011",
        "202501011",
        "2025010112301",
        "20250101123015.",
        "2025010112.5",
        "20250101120000+",
        "20250101120000+09000",
        "20250101120000Z",
        "20250101T120000",
        "+2025",
        "-2025",
        "2 025",
        "unknown",
        "UNK",
        "2025x",
        "x2025",
        "2025\n2026",
    ],
)
def test_a_text_of_another_form_is_refused(text):
    with pytest.raises(DateError):
        read_date(text)


@pytest.mark.parametrize("text", ["٢٠٢٥", "２０２５０１０１", "2025०१"])
def test_digits_of_another_script_are_refused(text):
    with pytest.raises(DateError):
        read_date(text)


@pytest.mark.parametrize("text", ["20250231", "2025-01-01"])
def test_a_refusal_does_not_repeat_the_value(text):
    """Findings and logs are made of these messages, and a birth date has no place in them."""
    with pytest.raises(DateError) as refusal:
        read_date(text)
    assert text not in str(refusal.value)


def test_space_around_a_date_is_dropped():
    assert read_date(" 20240309\n") == read_date("20240309")


# --- properties ----------------------------------------------------------------------------------------------------


@given(days)
def test_every_day_of_the_calendar_is_read(day):
    read = read_date(f"{day:%Y%m%d}")
    assert (read.earliest, read.latest, read.iso) == (day, day, day.isoformat())


@given(days, times, offsets)
def test_the_reporters_own_day_is_kept_whatever_the_clock_and_offset(day, time, offset):
    text = f"{day:%Y%m%d}{time}{offset}"
    read = read_date(text)
    assert (read.text, read.earliest, read.latest) == (text, day, day)


@given(days)
def test_less_precision_never_leaves_the_day_out(day):
    text = f"{day:%Y%m%d}"
    by_day, by_month, by_year = read_date(text), read_date(text[:6]), read_date(text[:4])
    assert by_year.earliest <= by_month.earliest <= by_day.earliest == day
    assert day == by_day.latest <= by_month.latest <= by_year.latest


@given(st.integers(1, 9999), st.integers(1, 12))
def test_a_month_has_the_days_of_the_calendar(year, month):
    read = read_date(f"{year:04}{month:02}")
    assert read.earliest == date(year, month, 1)
    assert (read.latest - read.earliest).days + 1 == calendar.monthrange(year, month)[1]


@given(st.integers(1, 9999))
def test_a_year_has_365_days_or_366(year):
    read = read_date(f"{year:04}")
    assert (read.latest - read.earliest).days + 1 == (366 if calendar.isleap(year) else 365)


@given(st.integers(0, 9999), st.integers(0, 99), st.integers(0, 99))
def test_eight_digits_are_read_exactly_when_they_name_a_day(year, month, day):
    try:
        date(year, month, day)
    except ValueError:
        is_a_day = False
    else:
        is_a_day = True
    assert refuses(f"{year:04}{month:02}{day:02}") is not is_a_day


near_dates = st.from_regex(r"[0-9]{1,16}(\.[0-9]{0,5})?([+-][0-9]{0,5})?", fullmatch=True)


@given(st.text() | near_dates)
@example("99991231")
@example("999912")
def test_any_text_is_read_as_a_period_or_refused_as_no_date(text):
    try:
        read = read_date(text)
    except DateError:
        return
    assert read.text == text.strip()
    assert read.earliest <= read.latest
    assert read.iso == read.earliest.isoformat()[: len(read.iso)]


@given(near_dates.filter(lambda text: not re.fullmatch(HL7_TIME_STAMP, text)))
@example("2025-01")
def test_what_the_schema_does_not_allow_is_refused(text):
    assert refuses(text)


@given(days)
def test_a_full_day_reads_back_as_itself(day):
    assert read_date(full_day(day).text) == full_day(day) == PartialDate(f"{day:%Y%m%d}", day, day)


@given(days, st.integers(1, 1000))
def test_different_days_are_different_dates(day, later):
    try:
        other = day + timedelta(days=later)
    except OverflowError:
        other = day - timedelta(days=later)
    assert full_day(day) != full_day(other)


@given(days, offsets)
def test_dates_of_one_day_in_different_words_are_told_apart(day, offset):
    """The text is what was sent: with a time it is not the same statement as without."""
    assert read_date(f"{day:%Y%m%d}12{offset}") != read_date(f"{day:%Y%m%d}")


@given(days)
def test_a_date_can_be_a_key(day):
    assert len({read_date(f"{day:%Y%m%d}"), full_day(day)}) == 1


# --- moments -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2024", datetime(2024, 1, 1, 0, 0), datetime(2024, 12, 31, 23, 59)),
        ("202402", datetime(2024, 2, 1, 0, 0), datetime(2024, 2, 29, 23, 59)),
        ("20240309", datetime(2024, 3, 9, 0, 0), datetime(2024, 3, 9, 23, 59)),
        ("2024030909", datetime(2024, 3, 9, 9, 0), datetime(2024, 3, 9, 9, 59)),
        ("202403090920", datetime(2024, 3, 9, 9, 20), datetime(2024, 3, 9, 9, 20)),
        ("20240309092059+0100", datetime(2024, 3, 9, 9, 20), datetime(2024, 3, 9, 9, 20)),
        ("20240309092059.5-0500", datetime(2024, 3, 9, 9, 20), datetime(2024, 3, 9, 9, 20)),
        ("20240309235960", datetime(2024, 3, 9, 23, 59), datetime(2024, 3, 9, 23, 59)),
        ("20240309000000", datetime(2024, 3, 9, 0, 0), datetime(2024, 3, 9, 23, 59)),
        ("202403090001", datetime(2024, 3, 9, 0, 1), datetime(2024, 3, 9, 0, 1)),
    ],
)
def test_a_date_lies_between_two_moments_of_the_reporters_clock(text, earliest, latest):
    assert (read_date(text).earliest_moment, read_date(text).latest_moment) == (earliest, latest)
