"""Since when does a clock run, and until when? Over all versions of a case, in whatever order they arrived."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import NOT_SERIOUS, a_case, a_dose, a_drug, a_reaction, day, serious
from tests.spec.tables import each
from tvec_pv.domain.assessment import assess
from tvec_pv.domain.case_json import content_hash, encode
from tvec_pv.domain.clocks import AssessedVersion, State, assessed_version, clocks
from tvec_pv.domain.documents import plain
from tvec_pv.domain.timelines import Verdict
from tvec_pv.domain.versions import VersionKey, version_key
from tvec_pv.reference_files import knowledge

WORDS = {
    "mild": ("Chills", NOT_SERIOUS),
    "serious": ("Chills", serious("hospitalisation")),  # listed in both regions
    "serious unlisted": ("Tinnitus", serious("hospitalisation")),
    "well": ("Needle stick injury", NOT_SERIOUS),
}
KINDS = {"report": None, "nullification": "1", "amendment": "2"}


class Version(NamedTuple):
    """A version: what its reaction is, the date of its information, its lot number, what kind it is."""

    says: str
    received: str | None
    lot: str = "A1"
    kind: str = "report"


class Clock(NamedTuple):
    """What the versions of a case in the EEA say; the clock that runs in a region with day 0, due date and the number
    of the version that started it; the days by which follow-ups are due."""

    versions: tuple[Version, ...]
    region: str
    verdict: str | None
    day_0: date | None
    due: date | None
    started_by: int | None
    follow_ups: tuple[date | None, ...]
    why: str


def runs(versions, region, verdict, day_0, due, started_by=1, follow_ups=(), why=""):
    return Clock(versions, region, verdict, day_0, due, started_by, follow_ups, why)


def none(versions, region, why):
    return Clock(versions, region, None, None, None, None, (), why)


UNLISTED = Version("serious unlisted", "2024-02-20")
LOT_ONLY = Version("serious unlisted", "2024-03-01", "B2")
MILD = Version("mild", "2025-03-01")
BECAME_SERIOUS = Version("serious unlisted", "2025-05-20")
NULLIFIED = Version("mild", "2025-06-01", kind="nullification")

CLOCKS = [
    runs((UNLISTED,), "US", "15_DAY", date(2024, 2, 20), date(2024, 3, 6), why="over the 29th of February"),
    runs((Version("serious", "2023-02-20"),), "EU", "15_DAY", date(2023, 2, 20), date(2023, 3, 7),
         why="the same in a year without one"),
    runs((Version("serious", "2024-02-14"),), "EU", "15_DAY", date(2024, 2, 14), date(2024, 2, 29),
         why="due on the leap day"),
    runs((Version("serious unlisted", "2025-01-31"),), "US", "15_DAY", date(2025, 1, 31), date(2025, 2, 15),
         why="a Friday; due on a Saturday"),
    runs((Version("serious unlisted", "2025-02-01"),), "US", "15_DAY", date(2025, 2, 1), date(2025, 2, 16),
         why="a Saturday; due on a Sunday"),
    runs((Version("serious unlisted", "20250131193000-0800"),), "US", "15_DAY", date(2025, 1, 31), date(2025, 2, 15),
         why="2025-02-01 03:30 UTC, told in Los Angeles"),
    runs((Version("serious unlisted", "20250201043000+0100"),), "US", "15_DAY", date(2025, 2, 1), date(2025, 2, 16),
         why="the same instant, told in Berlin"),
    runs((Version("serious unlisted", "20250131193000-0800"), Version("serious unlisted", "20250201043000+0100", "B2")),
         "US", "15_DAY", date(2025, 1, 31), date(2025, 2, 15), 1, (date(2025, 2, 16),), "told twice, a date apart"),
    runs((UNLISTED, LOT_ONLY), "US", "15_DAY", date(2024, 2, 20), date(2024, 3, 6), 1, (date(2024, 3, 16),),
         "a follow-up that brings only a lot number"),
    runs((UNLISTED, LOT_ONLY), "EU", "15_DAY", date(2024, 2, 20), date(2024, 3, 6), 1, (date(2024, 3, 16),),
         "a follow-up that brings only a lot number"),
    runs((UNLISTED, LOT_ONLY, Version("serious unlisted", "2024-03-05", "C3")), "US", "15_DAY", date(2024, 2, 20),
         date(2024, 3, 6), 1, (date(2024, 3, 16), date(2024, 3, 20)), "two of them"),
    runs((UNLISTED, LOT_ONLY._replace(kind="amendment")), "US", "15_DAY", date(2024, 2, 20),
         date(2024, 3, 6), 1, (), "an amendment brings no new information"),
    none((MILD,), "US", "periodic: no clock"),
    runs((MILD,), "EU", "90_DAY", date(2025, 3, 1), date(2025, 5, 30), why="non-serious in the EEA"),
    runs((MILD, Version("mild", "2025-04-01", "B2")), "EU", "90_DAY", date(2025, 3, 1), date(2025, 5, 30), 1,
         (date(2025, 6, 30),), "more on a non-serious case"),
    runs((MILD, BECAME_SERIOUS), "US", "15_DAY", date(2025, 5, 20), date(2025, 6, 4), 2, (), "it became serious"),
    runs((MILD, BECAME_SERIOUS), "EU", "15_DAY", date(2025, 5, 20), date(2025, 6, 4), 2, (), "it became serious"),
    runs((Version("serious", "2025-03-01"), BECAME_SERIOUS), "US", "15_DAY", date(2025, 5, 20), date(2025, 6, 4), 2,
         (), "the first serious one was listed, then an unlisted one came"),
    runs((Version("serious", "2025-03-01"), BECAME_SERIOUS), "EU", "15_DAY", date(2025, 3, 1), date(2025, 3, 16), 1,
         (date(2025, 6, 4),), "in the EU it was due since the first"),
    runs((UNLISTED, Version("mild", "2024-03-01")), "US", "15_DAY", date(2024, 2, 20), date(2024, 3, 6), 1, (),
         "no longer serious: a person decides"),
    runs((UNLISTED, Version("well", "2024-03-01")), "EU", "15_DAY", date(2024, 2, 20), date(2024, 3, 6), 1, (),
         "no reaction any more: a person decides"),
    runs((UNLISTED, Version("mild", "2024-03-01"), Version("serious unlisted", "2024-03-04", "B2")), "US", "15_DAY",
         date(2024, 2, 20), date(2024, 3, 6), 1, (date(2024, 3, 19),), "less, and then as before"),
    none((Version("well", "2025-03-01"),), "US", "an exposure alone"),
    runs((Version("well", "2025-03-01"), MILD._replace(received="2025-03-05")), "EU", "90_DAY", date(2025, 3, 5),
         date(2025, 6, 3), 2, (), "a reaction after an exposure"),
    none((BECAME_SERIOUS, NULLIFIED), "US", "nullified"),
    runs((BECAME_SERIOUS, NULLIFIED, Version("serious unlisted", "2025-06-10", "B2")), "US", "15_DAY",
         date(2025, 6, 10), date(2025, 6, 25), 3, (), "newer information after the nullification"),
    runs((Version("serious unlisted", None), Version("serious unlisted", "2025-06-10", "B2")), "US", "15_DAY", None,
         None, 1, (date(2025, 6, 25),), "the first version has no date of receipt"),
]  # fmt: skip


def case_of(version):
    name, given_as = WORDS[version.says]
    received = day(version.received) if version.received else None
    return a_case(
        latest_received=received,
        first_received=received,
        nullification_amendment=KINDS[version.kind],
        reactions=(a_reaction(name, seriousness=given_as, country="DE"),),
        drugs=(a_drug(doses=(a_dose("2024-01-01", version.lot),)),),
    )


def history(versions):
    """The assessments as the store keeps them."""
    cases = [case_of(one) for one in versions]
    return [
        assessed_version(version_key(case, content_hash(encode(case))), plain(assess(case, knowledge())))
        for case in cases
    ]


def running(found, region):
    [one] = [clock for clock in found if clock.region == region and clock.state is State.RUNNING] or [None]
    return one


@each(CLOCKS)
def test_the_clock_that_runs(row):
    clock = running(clocks(history(row.versions)), row.region)

    if row.verdict is None:
        assert clock is None
    else:
        assert (clock.verdict, clock.day_0, clock.due) == (row.verdict, row.day_0, row.due)
        assert clock.version == row.started_by
        assert tuple(one.due for one in clock.follow_ups) == row.follow_ups


@each([row for row in CLOCKS if len(row.versions) > 1])
def test_in_whatever_order_the_versions_arrive(row):
    orders = [clocks(order) for order in permutations(history(row.versions))]

    assert all(found == orders[0] for found in orders)


def test_older_information_that_comes_late_starts_the_clock_when_it_was_known():
    newer, older = history((Version("serious unlisted", "2025-03-20"), Version("serious unlisted", "2025-03-01", "B2")))

    assert running(clocks([newer]), "US").due == date(2025, 4, 4)
    assert running(clocks([newer, older]), "US").due == date(2025, 3, 16)
    assert [one.due for one in running(clocks([newer, older]), "US").follow_ups] == [date(2025, 4, 4)]


def test_earlier_clocks_are_kept():
    found = [one for one in clocks(history((MILD, BECAME_SERIOUS))) if one.region == "EU"]

    assert [(one.verdict, one.state, one.due) for one in found] == [
        ("90_DAY", "replaced", date(2025, 5, 30)),
        ("15_DAY", "running", date(2025, 6, 4)),
    ]
    assert "stays due on this day too" in found[0].remarks[0]


def test_a_nullification_ends_a_clock_and_keeps_it():
    found = [one for one in clocks(history((BECAME_SERIOUS, NULLIFIED))) if one.region == "US"]

    assert [(one.state, one.due) for one in found] == [("nullified", date(2025, 6, 4))]
    assert found[0].remarks == ("version 2 nullifies the case: what was reported is to be nullified there too",)


def test_a_version_that_asks_for_less_is_named_for_a_person():
    us = running(clocks(history((UNLISTED, Version("mild", "2024-03-01")))), "US")

    assert us.remarks == (
        f"version 2 under profile {knowledge().profile.version} asks for less (PERIODIC): "
        "the clock runs on until a person decides",
    )


# --- a new profile -------------------------------------------------------------------------------------------------


def made(profile, verdict, received="2025-03-01", number=1):
    on = date.fromisoformat(received)
    due = on + timedelta(days=15) if verdict == "15_DAY" else None
    key = VersionKey(on, number, f"hash {received} {number}", received_at=received.replace("-", ""))
    return AssessedVersion(key, profile, on, (Verdict("US", verdict, due, "made up"),))


@pytest.mark.parametrize("profiles", [("2026-01-01", "2026-07-01"), ("2026-07-01", "2026-01-01")])
def test_a_profile_that_asks_for_more_starts_a_clock_with_the_day_0_of_that_version(profiles):
    strict, lenient = made(profiles[0], "15_DAY"), made(profiles[1], "PERIODIC")
    us = running(clocks([lenient, strict]), "US")

    assert (us.day_0, us.due, us.version, us.follow_ups) == (date(2025, 3, 1), date(2025, 3, 16), 1, ())


def test_a_profile_that_asks_for_less_stops_no_clock():
    us = running(clocks([made("2026-01-01", "15_DAY"), made("2026-07-01", "PERIODIC")]), "US")

    assert (us.due, len(us.remarks)) == (date(2025, 3, 16), 1)


def test_the_same_version_under_a_new_profile_is_no_follow_up():
    first, again = made("2026-01-01", "15_DAY"), made("2026-07-01", "15_DAY")
    later = [made(profile, "15_DAY", "2025-03-10", 2) for profile in ("2026-01-01", "2026-07-01")]
    us = running(clocks([first, again, *later]), "US")

    assert [(one.version, one.due) for one in us.follow_ups] == [(2, date(2025, 3, 25))]


# --- any history ---------------------------------------------------------------------------------------------------

STRICTNESS = {"15_DAY": 2, "90_DAY": 1}
VERDICTS = ("15_DAY", "90_DAY", "PERIODIC", "NO_AE_LOG", "NOT_SUSPECT")


@st.composite
def histories(draw):
    """Versions of one case, each assessed under one profile or two."""
    found = []
    for number in range(draw(st.integers(0, 6))):
        day_0 = draw(st.none() | st.dates(date(2024, 1, 1), date(2026, 12, 31)))
        key = VersionKey(
            day_0,
            draw(st.none() | st.integers(1, 3)),
            f"hash {number}",
            is_nullification=draw(st.sampled_from([False, False, False, True])),
            is_amendment=draw(st.booleans()),
        )
        for profile in draw(st.sampled_from([("2026-01-01",), ("2026-01-01", "2026-07-01")])):
            verdicts = []
            for region in ("US", "EU"):
                verdict = draw(st.sampled_from(VERDICTS))
                days = {"15_DAY": 15, "90_DAY": 90}.get(verdict)
                due = day_0 + timedelta(days=days) if day_0 and days else None
                verdicts.append(Verdict(region, verdict, due, "made up"))
            found.append(AssessedVersion(key, profile, day_0, tuple(verdicts)))
    return found


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(found, random):
    other = list(found)
    random.shuffle(other)

    assert clocks(other) == clocks(found)


@given(histories())
def test_the_strictest_verdict_since_the_last_nullification_runs_and_no_other(found):
    for region in ("US", "EU"):
        of_region = [one for one in clocks(found) if one.region == region]
        counted = []
        for one in sorted(found, key=lambda one: one.key.order):
            if one.key.is_nullification:
                counted = []
            else:
                counted.extend(verdict.verdict for verdict in one.verdicts if verdict.region == region)
        strictest = max((STRICTNESS.get(verdict, 0) for verdict in counted), default=0)
        running_now = [STRICTNESS[one.verdict] for one in of_region if one.state is State.RUNNING]

        assert running_now == ([strictest] if strictest else [])


@given(histories(), st.sampled_from(VERDICTS), st.sampled_from(VERDICTS))
def test_newer_information_never_moves_or_stops_a_clock_unless_it_asks_for_more(found, us, eu):
    newer = AssessedVersion(
        VersionKey(date(2027, 1, 1), 9, "newest"),
        "2026-07-01",
        date(2027, 1, 1),
        (Verdict("US", us, date(2027, 1, 16), "made up"), Verdict("EU", eu, date(2027, 1, 16), "made up")),
    )
    before, after = clocks(found), clocks([*found, newer])

    for region, asked in (("US", us), ("EU", eu)):
        was, now = running(before, region), running(after, region)
        if was and STRICTNESS.get(asked, 0) <= STRICTNESS[was.verdict]:
            assert replace(now, follow_ups=(), remarks=()) == replace(was, follow_ups=(), remarks=())
        elif was:
            assert any(replace(one, state=was.state, remarks=was.remarks) == was for one in after)
