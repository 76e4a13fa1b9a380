"""Each report that arrives is in one class; the version with the newest information is the current one."""

from datetime import date, timedelta
from itertools import permutations
from typing import NamedTuple

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.factories import a_case, day
from tests.spec.tables import each
from tvec_pv.domain.case_json import content_hash, encode
from tvec_pv.domain.findings import Severity
from tvec_pv.domain.icsr import Case
from tvec_pv.domain.records import RecordClass
from tvec_pv.domain.versions import VersionKey, arrive, current, version_key

STORED = (RecordClass.NEW, RecordClass.FOLLOW_UP, RecordClass.AMENDMENT, RecordClass.NULLIFICATION)
KINDS = {"report": None, "nullification": "1", "amendment": "2"}


class Version(NamedTuple):
    """A report of the case: what it says it is, its date of newest information, its number, its words."""

    kind: str
    received: str
    number: int | None
    says: str


FIRST = Version("report", "2026-10-05", None, "first words")


class Arrival(NamedTuple):
    """What is stored of a case, what arrives, the class it falls into and the finding it carries."""

    stored: tuple[Version, ...]
    arrives: Version
    record_class: str
    finding: str


class Current(NamedTuple):
    """The versions of a case, and which of them counts (its words)."""

    versions: tuple[Version, ...]
    counts: str


ARRIVALS = [
    Arrival((), FIRST, "new", ""),
    Arrival((FIRST,), FIRST, "duplicate", ""),
    Arrival((FIRST,), Version("report", "2026-10-06", None, "more words"), "follow-up", ""),
    Arrival((FIRST,), Version("report", "2026-10-06", None, "first words"), "follow-up", ""),
    Arrival((FIRST,), Version("report", "2026-10-04", None, "more words"), "follow-up", "VERSION-LATE"),
    Arrival((FIRST,), Version("report", "2026-10-05", None, "other words"), "quarantined", "VERSION-CONFLICT"),
    Arrival((FIRST,), Version("report", "2026-10-05", 2, "other words"), "follow-up", ""),
    Arrival(
        (Version("report", "20261005093000", None, "in the morning"),),
        Version("report", "20261005141500", None, "in the afternoon"),
        "follow-up",
        "",
    ),
    Arrival((FIRST,), Version("amendment", "2026-10-05", None, "put right"), "amendment", ""),
    Arrival((FIRST,), Version("amendment", "2026-10-06", None, "put right"), "amendment", ""),
    Arrival((), Version("amendment", "2026-10-05", None, "put right"), "new", "VERSION-AMENDMENT"),
    Arrival((Version("amendment", "2026-10-05", None, "put right"),), FIRST, "follow-up", "VERSION-LATE"),
    Arrival(
        (FIRST, Version("amendment", "2026-10-05", None, "put right")),
        Version("amendment", "2026-10-05", None, "put right otherwise"),
        "quarantined",
        "VERSION-CONFLICT",
    ),
    Arrival((FIRST,), Version("nullification", "2026-10-05", None, "first words"), "nullification", ""),
    Arrival((FIRST,), Version("nullification", "2026-10-06", None, "withdrawn"), "nullification", ""),
    Arrival((), Version("nullification", "2026-10-06", None, "withdrawn"), "quarantined", "VERSION-UNKNOWN"),
    Arrival(
        (FIRST, Version("nullification", "2026-10-06", None, "withdrawn")),
        Version("nullification", "2026-10-06", None, "withdrawn"),
        "duplicate",
        "",
    ),
    Arrival(
        (FIRST, Version("nullification", "2026-10-06", None, "withdrawn")),
        Version("report", "2026-10-05", 2, "older words"),
        "follow-up",
        "VERSION-LATE",
    ),
    Arrival(
        (FIRST, Version("report", "2026-10-08", None, "newest words")),
        Version("report", "2026-10-06", None, "words between"),
        "follow-up",
        "VERSION-LATE",
    ),
    Arrival(
        (FIRST, Version("report", "2026-10-08", None, "newest words")),
        Version("report", "2026-10-05", None, "other words"),
        "quarantined",
        "VERSION-CONFLICT",
    ),
]

CURRENT = [
    Current((FIRST,), "first words"),
    Current((FIRST, Version("report", "2026-10-06", None, "newer")), "newer"),
    Current((FIRST, Version("report", "2026-10-04", None, "older")), "first words"),
    Current((FIRST, Version("report", "2027-01-01", None, "newer")), "newer"),
    Current((FIRST, Version("report", "2026-10-05", 2, "second of the day")), "second of the day"),
    Current(
        (Version("report", "2026-10-05", 2, "second"), Version("report", "2026-10-05", 10, "tenth")),
        "tenth",
    ),
    Current(
        (
            Version("report", "20261005141500", None, "in the afternoon"),
            Version("report", "20261005093000", None, "in the morning"),
        ),
        "in the afternoon",
    ),
    Current((FIRST, Version("nullification", "2026-10-06", None, "withdrawn")), "withdrawn"),
    Current((FIRST, Version("nullification", "2026-10-05", None, "withdrawn")), "withdrawn"),
    Current(
        (
            FIRST,
            Version("nullification", "2026-10-07", None, "withdrawn"),
            Version("report", "2026-10-06", None, "older than the withdrawal"),
        ),
        "withdrawn",
    ),
    Current(
        (
            FIRST,
            Version("nullification", "2026-10-07", None, "withdrawn"),
            Version("report", "2026-10-08", None, "newer than the withdrawal"),
        ),
        "newer than the withdrawal",
    ),
    Current((FIRST, Version("amendment", "2026-10-06", None, "put right")), "put right"),
    Current(
        (
            Version("report", "20261005093000", None, "with a time of day"),
            Version("nullification", "2026-10-05", None, "withdrawn, on that day"),
        ),
        "withdrawn, on that day",
    ),
    Current(
        (
            Version("report", "20261005093000", None, "with a time of day"),
            Version("amendment", "2026-10-05", None, "put right, on that day"),
        ),
        "put right, on that day",
    ),
    Current(
        (
            Version("report", "2026-10-05", 2, "with a number, from a listing"),
            Version("nullification", "2026-10-05", None, "withdrawn, without a number"),
        ),
        "withdrawn, without a number",
    ),
]


def case_of(version):
    return a_case(
        latest_received=day(version.received),
        version=version.number,
        nullification_amendment=KINDS[version.kind],
        narrative=version.says,
    )


def key_of(version):
    case = case_of(version)
    return version_key(case, content_hash(encode(case)))


def intake(versions):
    """The versions stored when the reports arrive in this order: a nullification waits until its case is there."""
    stored, waiting = [], []
    for version in versions:
        key = key_of(version)
        if arrive(key, stored).record_class in STORED:
            stored.extend((key, *waiting))
            waiting.clear()
        elif key.is_nullification and key not in stored:
            waiting.append(key)
    return stored


@each(ARRIVALS)
def test_what_arrives_falls_into_one_class(row):
    stored = [key_of(version) for version in row.stored]
    arrival = arrive(key_of(row.arrives), stored)

    assert str(arrival.record_class) == row.record_class
    assert [finding.check for finding in arrival.findings] == ([row.finding] if row.finding else [])
    assert all(
        (finding.severity is Severity.CRITICAL) is (row.record_class == "quarantined") for finding in arrival.findings
    )


def test_the_same_numbered_version_from_two_public_files_is_one():
    """FAERS as tables has no outcomes, openFDA has: the same version, and nobody to ask which holds."""
    tables, other = (
        a_case("x", sender_case_id="FAERS-1", worldwide_id=None, version=2, narrative=words) for words in ("", "more")
    )
    stored = [version_key(tables, content_hash(encode(tables)))]
    arrival = arrive(version_key(other, content_hash(encode(other))), stored)

    assert arrival.record_class is RecordClass.DUPLICATE
    assert [(one.check, one.severity) for one in arrival.findings] == [("VERSION-COPY", Severity.INFO)]


def test_a_public_case_without_a_version_number_is_held_like_any_other():
    first, other = (a_case(sender_case_id="FAERS-1", worldwide_id=None, narrative=words) for words in ("one", "two"))
    stored = [version_key(first, content_hash(encode(first)))]

    assert arrive(version_key(other, content_hash(encode(other))), stored).record_class is RecordClass.QUARANTINED


def test_a_report_sent_again_is_a_duplicate_whenever_it_was_created():
    first, again = a_case(created=day("2026-10-05")), a_case(created=day("2026-11-05"))
    keys = [version_key(case, content_hash(encode(case))) for case in (first, again)]

    assert arrive(keys[1], keys[:1]).record_class is RecordClass.DUPLICATE


@each(CURRENT)
def test_the_current_version_has_the_newest_information(row):
    counts = {key_of(version): version.says for version in row.versions}

    for order in permutations(counts):
        assert counts[current(order)] == row.counts


def test_an_amendment_counts_before_what_it_amends_although_its_date_is_the_same():
    """An amendment brings no newer information, so its C.1.5 stays; which of the two counts must not be chance."""
    for words in ("with the lot", "with the dose", "with the age", "with the date", "with the sex", "again"):
        amended = key_of(Version("amendment", FIRST.received, None, words))

        assert current([key_of(FIRST), amended]) == amended


def test_a_version_without_a_date_is_older_than_any_with_one():
    undated = Case(narrative="no date")
    keys = [version_key(undated, "f" * 64), version_key(a_case(latest_received=day("1990")), "0" * 64)]

    assert current(keys) is keys[1]


def test_versions_that_are_equal_in_all_but_content_have_one_order():
    keys = [VersionKey(date(2026, 10, 5), None, content) for content in ("a", "b", "c")]

    assert len({current(order) for order in permutations(keys)}) == 1


kinds = st.sampled_from(["report", "report", "report", "amendment", "nullification"])
histories = st.lists(st.tuples(kinds, st.integers(0, 60)), min_size=2, max_size=6, unique_by=lambda one: one[1]).map(
    lambda history: [
        Version(kind, (date(2026, 9, 1) + timedelta(days=days)).isoformat(), None, f"words {place}")
        for place, (kind, days) in enumerate(history)
    ]
)


@settings(deadline=None, max_examples=150)
@given(histories, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_change_the_current_version(history, random):
    """Whatever comes first or late, in any order: the same versions are stored, and the newest counts."""
    assume(any(version.kind != "nullification" for version in history))
    newest = max(history, key=lambda version: version.received)

    for _ in range(4):
        stored = intake(random.sample(history, len(history)))
        assert sorted(stored, key=lambda key: key.order) == sorted(map(key_of, history), key=lambda key: key.order)
        assert current(stored) == key_of(newest)


@settings(deadline=None, max_examples=50)
@given(histories, st.randoms(use_true_random=False))
def test_the_same_reports_sent_again_change_nothing(history, random):
    once = intake(history)
    twice = intake(history + random.sample(history, len(history)))

    assert twice == once
