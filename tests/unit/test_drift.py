"""What a file looks like, and when it is unlike those that its source sent before."""

import pytest

from tests.factories import a_case, a_patient, a_reaction
from tvec_pv.domain.drift import (
    DriftLimits,
    SourceProfile,
    drift,
    profile,
    read_source_profile,
    source_of,
    unusual_volume,
)
from tvec_pv.domain.icsr import NullFlavor, Quantity
from tvec_pv.reference_files import drift_limits

LIMITS = DriftLimits(
    "test",
    minimum_files=5,
    minimum_reports=100,
    chance=0.001,
    deviations=5.0,
    coded=frozenset({"D.5", "D.2.2", "E.i.7"}),
)


def a_file(reports=20, elements=None, codes=None):
    return SourceProfile("E2B(R3), A", reports, elements or {}, codes or {})


def found(history, now):
    return [(finding.check, finding.element) for finding in drift(history, now, LIMITS)]


# --- the profile


def test_a_profile_counts_the_reports_that_say_an_element_however_often_each_says_it():
    twice = a_case(reactions=(a_reaction(), a_reaction("Chills")))
    without = a_case(narrative=None, reactions=())

    of = profile("A", [twice, without], LIMITS)

    assert (of.source, of.reports) == ("A", 2)
    assert {number: of.elements.get(number) for number in ("C.1.1", "E.i.7", "H.1", "D.3")} == {
        "C.1.1": 2,
        "E.i.7": 1,
        "H.1": 1,
        "D.3": None,
    }


def test_a_profile_has_the_codes_of_coded_elements_and_the_units_of_amounts_and_no_other_value():
    cases = [
        a_case(patient=a_patient(sex="1", age=Quantity(value=6.0, unit="10.a"))),
        a_case(patient=a_patient(sex=NullFlavor.MSK, age=Quantity(value=61.0, unit="a"))),
    ]

    assert profile("A", cases, LIMITS).codes == {"D.5": {"1"}, "D.2.2": {"10.a", "a"}, "E.i.7": {"1"}}


def test_an_element_that_is_masked_is_said():
    assert profile("A", [a_case(patient=a_patient(name=NullFlavor.MSK))], LIMITS).elements["D.1"] == 1


def test_a_profile_is_the_same_after_it_was_stored():
    of = profile("A", [a_case()], LIMITS)

    assert read_source_profile(of.source, of.reports, of.as_json()) == of


@pytest.mark.parametrize(
    ("file_format", "sender", "name", "source"),
    [
        ("E2B(R3)", "COMPANY-A", "batch_17.xml", "E2B(R3), COMPANY-A"),
        ("line listing", None, "Partner_2026-10.csv", "line listing, partner_#-#.csv"),
        ("line listing", "  ", "Partner_2026-11.csv", "line listing, partner_#-#.csv"),
        ("FAERS ASCII", None, "faers_ascii_2026q3.zip", "FAERS ASCII, faers_ascii_#q#.zip"),
    ],
)
def test_a_source_is_a_format_and_a_sender_or_the_shape_of_the_file_name(file_format, sender, name, source):
    assert source_of(file_format, sender, name) == source


# --- a column that vanished


ALWAYS = [a_file(elements={"D.5": 20, "D.3": 3}) for _ in range(5)]


def test_an_element_of_every_earlier_report_is_missed():
    assert found(ALWAYS, a_file(elements={"D.3": 3})) == [("DRIFT-COLUMN", "D.5")]


def test_an_element_that_one_report_still_says_did_not_vanish():
    assert found(ALWAYS, a_file(elements={"D.5": 1, "D.3": 3})) == []


def test_an_element_that_chance_leaves_out_is_not_missed():
    """15 % of reports had a weight: that none of 20 has one happens in 4 files of 100, none of 60 in 1 of 17,000."""
    assert found(ALWAYS, a_file(20, {"D.5": 20})) == []
    big = [a_file(60, {"D.5": 60, "D.3": 9}) for _ in range(5)]
    assert found(big, a_file(60, {"D.5": 60})) == [("DRIFT-COLUMN", "D.3")]


def test_an_element_of_half_of_the_reports_is_not_missed_in_a_file_of_few():
    half = [a_file(4, {"D.3": 2}) for _ in range(5)]

    assert found(half, a_file(4)) == []


def test_a_file_without_reports_misses_nothing():
    assert ("DRIFT-COLUMN", "D.5") not in found(ALWAYS, a_file(0))


# --- a code never seen


KNOWN = [a_file(codes={"E.i.7": frozenset({"1", "2"})}) for _ in range(5)]


def test_a_code_that_the_source_never_sent_is_named_by_its_element_and_not_by_its_value():
    known = [a_file(elements={"E.i.7": 20}, codes={"E.i.7": frozenset({"1"})}) for _ in range(5)]
    now = a_file(elements={"E.i.7": 20}, codes={"E.i.7": frozenset({"1", "secret"})})
    (finding,) = drift(known, now, LIMITS)

    assert (finding.check, finding.element) == ("DRIFT-CODE", "E.i.7")
    assert "secret" not in finding.message


@pytest.mark.parametrize(("reports", "is_news"), [(19, False), (20, True)])
def test_a_code_is_news_only_after_a_hundred_reports_that_said_another(reports, is_news):
    files = [a_file(reports, elements={"E.i.7": reports}, codes={"E.i.7": frozenset({"1"})}) for _ in range(5)]
    now = a_file(reports, elements={"E.i.7": reports}, codes={"E.i.7": frozenset({"5"})})

    assert found(files, now) == ([("DRIFT-CODE", "E.i.7")] if is_news else [])


def test_a_code_that_came_once_is_known():
    once = [*KNOWN[1:], a_file(codes={"E.i.7": frozenset({"5"})})]

    assert found(once, a_file(codes={"E.i.7": frozenset({"5"})})) == []


def test_an_element_that_the_source_never_coded_is_not_news():
    assert found(KNOWN, a_file(codes={"D.5": frozenset({"2"})})) == []


# --- an unusual volume


@pytest.mark.parametrize(
    ("earlier", "now", "is_unusual"),
    [
        ([100, 100, 100, 100, 100], 150, False),  # Poisson: 5 times sqrt(100) = 50
        ([100, 100, 100, 100, 100], 151, True),
        ([100, 100, 100, 100, 100], 50, False),
        ([100, 100, 100, 100, 100], 49, True),
        ([80, 90, 100, 110, 120], 174, False),  # median absolute deviation 10: 5 times 14.826 = 74.13
        ([80, 90, 100, 110, 120], 175, True),
        ([10, 10, 10, 10, 10_000], 26, True),  # one huge file does not make the next one usual
        ([0, 0, 0, 0, 0], 5, False),
        ([0, 0, 0, 0, 0], 6, True),
    ],
)
def test_a_volume_is_unusual_beyond_five_robust_deviations(earlier, now, is_unusual):
    assert unusual_volume(earlier, now, LIMITS) is is_unusual


def test_an_unusual_volume_is_a_finding_of_the_file():
    assert found([a_file(100)] * 5, a_file(0)) == [("DRIFT-VOLUME", "")]


# --- a source hardly known


def test_of_a_source_with_too_few_files_nothing_is_said():
    strange = a_file(5000, codes={"E.i.7": frozenset({"9"})})

    assert found(ALWAYS[:4], strange) == []
    assert found(ALWAYS, strange) != []


def test_the_limits_that_ship_are_dated_and_sharp_enough():
    limits = drift_limits()

    assert limits.minimum_files >= 3
    assert 0 < limits.chance <= 0.01
    assert {"E.i.7", "G.k.1", "D.5", "C.2.r.4"} <= limits.coded
