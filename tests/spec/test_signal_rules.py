"""A pair of product and reaction is flagged by one case where a rule says so, or by statistics from three cases on."""

from typing import NamedTuple

import pytest

from tests.factories import NOT_SERIOUS, a_case, a_reaction, day, serious
from tests.spec.tables import each
from tvec_pv.domain.assessment import assess
from tvec_pv.domain.background import Background
from tvec_pv.domain.signals.pairs import CountedReaction, Pair, Statistics, count_pairs
from tvec_pv.domain.signals.rules import CountedFlag, flag
from tvec_pv.domain.statistics.gamma_poisson import Prior
from tvec_pv.reference_files import knowledge, safety_profile, thresholds

CASE_RULES = (
    *("designated-medical-event", "fatal", "disseminated-herpes", "transmission", "serious-unlisted", "case-flag"),
)


class Limit(NamedTuple):
    """A measure with its limit in force, and how a value must stand to it."""

    measure: str
    limit: float
    relation: str


class Measured(NamedTuple):
    """Cases and measures of one pair (none where not defined), and the statistical rules that flag it."""

    cases: int
    prr: float | None
    chi_square_yates: float | None
    ror_lower: float | None
    ic_lower: float | None
    flagged: tuple[str, ...]
    eb05: float | None = None


class OneCase(NamedTuple):
    """One reaction in one case, its seriousness and day 0, and the rules that flag the pair by this case alone."""

    reported: str
    seriousness: str
    day_0: str
    flagged: tuple[str, ...]


class SmallestCount(NamedTuple):
    """1,138 reports of the product against 20 million others: the smallest number of cases that flags."""

    background_rate: float
    ror: int
    evans: int
    ic: int


LIMITS = [
    Limit("minimum_reports", 3, "at least"),
    Limit("prr", 2.0, "at least"),
    Limit("chi_square_yates", 4.0, "at least"),
    Limit("ror_lower", 1.0, "above"),
    Limit("ic_lower", 0.0, "above"),
    Limit("eb05", 2.0, "at least"),
]

MEASURED = [
    Measured(3, 2.0, 4.0, 0.5, -0.5, ("evans",)),
    Measured(3, 1.999, 4.0, 0.5, -0.5, ()),
    Measured(3, 2.001, 4.001, 0.5, -0.5, ("evans",)),
    Measured(3, 2.0, 3.999, 0.5, -0.5, ()),
    Measured(2, 2.0, 4.0, 0.5, -0.5, ()),
    Measured(4, 2.0, 4.0, 0.5, -0.5, ("evans",)),
    Measured(3, 1.0, 1.0, 1.0, -0.5, ()),
    Measured(3, 1.0, 1.0, 1.001, -0.5, ("ror",)),
    Measured(3, 1.0, 1.0, 0.999, -0.5, ()),
    Measured(2, 1.0, 1.0, 1.001, -0.5, ()),
    Measured(3, 1.0, 1.0, 0.5, 0.0, ()),
    Measured(3, 1.0, 1.0, 0.5, 0.001, ("ic",)),
    Measured(3, 1.0, 1.0, 0.5, -0.001, ()),
    Measured(2, 1.0, 1.0, 0.5, 0.001, ()),
    Measured(12, 4.9928, 33.523, 2.8283, 1.149, ("evans", "ror", "ic")),
    Measured(2, 900.0, 900.0, 90.0, 5.0, ()),
    Measured(1, 900.0, 900.0, 90.0, 5.0, ()),
    Measured(3, None, 900.0, None, -0.5, ()),
    Measured(3, 900.0, None, None, None, ()),
    Measured(3, None, None, None, 0.5, ("ic",)),
    Measured(3, None, None, None, None, ()),
    Measured(3, 1.0, 1.0, 0.5, -0.5, ("eb05",), 2.0),
    Measured(3, 1.0, 1.0, 0.5, -0.5, (), 1.999),
    Measured(3, 1.0, 1.0, 0.5, -0.5, ("eb05",), 2.001),
    Measured(2, 1.0, 1.0, 0.5, -0.5, (), 9.0),
]

ONE_CASE = [
    OneCase("Anaphylactic reaction", "hospitalisation", "2026-10-05", ("designated-medical-event", "serious-unlisted")),
    OneCase("Erythema multiforme", "", "2026-10-05", ("designated-medical-event",)),
    OneCase("Agranulocytosis", "", "2026-10-05", ("designated-medical-event",)),
    OneCase("Disseminated herpes simplex", "hospitalisation", "2026-10-05", ("disseminated-herpes",)),
    OneCase("Disseminated herpes simplex", "", "2026-10-05", ("disseminated-herpes",)),
    OneCase("Disseminated herpes simplex", "death", "2026-10-05", ("fatal", "disseminated-herpes", "serious-unlisted")),
    OneCase(
        "Disseminated herpes simplex", "hospitalisation", "2023-01-31", ("disseminated-herpes", "serious-unlisted")
    ),
    OneCase("Disseminated herpes simplex", "hospitalisation", "2023-02-01", ("disseminated-herpes",)),
    OneCase("HSV encephalitis", "life_threatening", "2026-10-05", ("disseminated-herpes", "serious-unlisted")),
    OneCase("Secondary transmission", "", "2026-10-05", ("transmission",)),
    OneCase("Neonatal herpes simplex", "hospitalisation", "2026-10-05", ("transmission", "serious-unlisted")),
    OneCase("Deep vein thrombosis", "hospitalisation", "2026-10-05", ("serious-unlisted",)),
    OneCase("Deep vein thrombosis", "", "2026-10-05", ()),
    OneCase("Myocarditis", "life_threatening", "2026-10-05", ("serious-unlisted",)),
    OneCase("Myocarditis", "", "2026-10-05", ()),
    OneCase("Eczema herpeticum", "other_important", "2026-10-05", ("serious-unlisted",)),
    OneCase("Tinnitus", "disability", "2026-10-05", ("serious-unlisted",)),
    OneCase("Tinnitus", "", "2026-10-05", ()),
    OneCase("Pyrexia", "hospitalisation", "2026-10-05", ()),
    OneCase("Pyrexia", "death", "2026-10-05", ("fatal", "serious-unlisted")),
    OneCase("Oral herpes", "", "2026-10-05", ()),
    OneCase("Herpes zoster", "", "2026-10-05", ()),
    OneCase("Needle stick injury", "", "2026-10-05", ()),
]

SMALLEST_COUNTS = [
    SmallestCount(1e-5, 3, 3, 3),
    SmallestCount(1e-4, 3, 3, 3),
    SmallestCount(5e-4, 3, 3, 4),
    SmallestCount(1e-3, 4, 4, 5),
    SmallestCount(5e-3, 11, 12, 12),
    SmallestCount(1e-2, 19, 23, 20),
    SmallestCount(5e-2, 72, 114, 73),
]


def counted(reported, case_key="US-1", version_id=1, **changes):
    """A reaction as it is counted: of one case, with nothing that a case rule would flag."""
    given = {
        "case_key": case_key,
        "version_id": version_id,
        "name": reported,
        "category": "systemic",
        "serious": False,
        "serious_unlisted": False,
        "designated": False,
        "case_rule": "",
    }
    return CountedReaction(**given | changes)


def counted_case(row):
    """The one reaction of a case, judged under the profile in force and counted."""
    given = serious(row.seriousness) if row.seriousness else NOT_SERIOUS
    case = a_case(latest_received=day(row.day_0), reactions=(a_reaction(row.reported, seriousness=given, start=None),))
    (one,) = assess(case, knowledge()).reactions
    return counted(
        one.name,
        category=one.category,
        serious=one.serious,
        serious_unlisted=one.serious_unlisted,
        designated=one.designated,
        case_rule=one.case_rule,
        fatal=one.fatal,
    )


def rules_of(flags):
    return tuple(one.rule for one in flags)


def flagged_with(cases, with_reaction, others=20_000_000, product_reports=1138):
    """The rules that flag a pair of so many cases, against a background."""
    reactions = [counted("Chills", f"US-{number}", number) for number in range(cases)]
    background = Background("test", others, {"chills": with_reaction})
    return set(rules_of(flag(reactions, count_pairs(reactions, product_reports, background), thresholds())))


@each(LIMITS)
def test_the_limits_in_force(row):
    assert getattr(thresholds(), row.measure) == row.limit


def test_every_rule_has_its_sentence_and_the_sentence_names_its_limits():
    rules = thresholds().rules

    assert tuple(rules) == (*CASE_RULES, "evans", "ror", "ic", "eb05")
    assert thresholds().active == set(rules)
    assert "at least 2," in rules["evans"]
    assert "at least 4," in rules["evans"]
    assert "3 cases or more" in rules["evans"]
    assert "above 1," in rules["ror"]
    assert "above 0," in rules["ic"]


@each(MEASURED)
def test_statistics_flag_at_their_limits_and_never_below_three_cases(row):
    measured = Statistics(
        row.cases, 1000, 100, 100_000, 1.0, row.prr, None, None, row.chi_square_yates, None, row.ror_lower, None, None,
        row.ic_lower, None, None, row.eb05, None,
    )  # fmt: skip
    versions = tuple(range(row.cases))
    pair = Pair("chills", "Chills", "systemic", versions, 0, measured)
    reactions = [counted("Chills", f"US-{version}", version) for version in versions]
    flags = flag(reactions, [pair], thresholds())

    assert rules_of(flags) == row.flagged
    assert all(one.versions == versions for one in flags)


@each(ONE_CASE)
def test_one_case_is_enough_for_the_rules_of_the_case_lane(row):
    reactions = [counted_case(row)]

    assert rules_of(flag(reactions, count_pairs(reactions, 1, None), thresholds())) == row.flagged


@each(SMALLEST_COUNTS)
def test_the_smallest_count_that_flags(row):
    with_reaction = round(20_000_000 * row.background_rate)

    for rule, smallest in (("ror", row.ror), ("evans", row.evans), ("ic", row.ic)):
        assert rule in flagged_with(smallest, with_reaction)
        assert rule not in flagged_with(smallest - 1, with_reaction)


@pytest.mark.parametrize("cases", [1, 2, 3, 100, 1138])
def test_nothing_is_flagged_by_statistics_without_a_background(cases):
    reactions = [counted("Chills", f"US-{number}", number) for number in range(cases)]
    (pair,) = count_pairs(reactions, 1138, None)

    assert pair.statistics is None
    assert flag(reactions, [pair], thresholds()) == ()


def test_two_cases_are_never_flagged_by_statistics_however_rare_the_reaction():
    for with_reaction in (0, 1, 2, 20):
        assert flagged_with(2, with_reaction, product_reports=2) == set()


def test_a_reaction_that_the_background_never_saw_has_no_ratio_and_flags_by_the_ic_alone():
    assert flagged_with(3, 0) == {"ic"}


def test_only_the_cases_that_meet_a_rule_stand_behind_its_flag():
    mild, hard = counted("Tinnitus", "US-1", 1), counted("Tinnitus", "US-2", 2, serious=True, serious_unlisted=True)
    reactions = [mild, hard]
    (found,) = flag(reactions, count_pairs(reactions, 2, None), thresholds())

    assert (found.rule, found.versions) == ("serious-unlisted", (2,))
    assert found.pair.versions == (1, 2)
    assert found.sentence == thresholds().rules["serious-unlisted"]


def test_a_reaction_counts_once_per_case_however_often_and_however_it_is_spelt():
    reactions = [
        counted("Oral herpes", "US-1", 1),
        counted("ORAL  HERPES", "US-1", 1, serious=True),
        counted("oral-herpes", "US-2", 2),
        counted("Chills", "US-2", 2),
    ]
    pairs = {pair.key: pair for pair in count_pairs(reactions, 10, Background("test", 1000, {"oral herpes": 5}))}

    assert sorted(pairs) == ["chills", "oral herpes"]
    assert pairs["oral herpes"].versions == (1, 2)
    assert pairs["oral herpes"].serious == 1
    cells = pairs["oral herpes"].statistics
    assert (cells.a, cells.b, cells.c, cells.d) == (2, 8, 5, 995)
    assert (pairs["chills"].statistics.a, pairs["chills"].statistics.c) == (1, 0)


def test_a_flag_of_a_case_that_alarms_makes_a_pair_of_its_own_that_no_statistic_is_about():
    alarming = [
        CountedFlag(case, version, "OL_ROUTE_IV", "It was given into a vein.")
        for case, version in (("US-1", 1), ("US-2", 2))
    ]
    reactions = [counted("Chills")]
    pairs = count_pairs(reactions, 2, Background("test", 1000, {}))

    flags = flag(
        reactions, pairs, thresholds(), [*alarming, CountedFlag("US-2", 2, "EXP_NEONATE", "A newborn was exposed.")]
    )

    found = [(one.rule, one.pair.name, one.versions, one.pair.statistics) for one in flags]
    assert found == [
        ("case-flag", "A newborn was exposed.", (2,), None),
        ("case-flag", "It was given into a vein.", (1, 2), None),
    ]


def test_a_prior_adds_the_shrunken_ratio_and_without_one_there_is_none():
    background = Background("test", 198_862, {"chills": 420})
    reactions = [counted("Chills", f"US-{number}", number) for number in range(12)]
    prior = Prior(0.2, 0.1, 2, 4, 1 / 3)
    (without,) = count_pairs(reactions, 1138, background)
    (with_it,) = count_pairs(reactions, 1138, background, prior=prior)

    assert (without.statistics.ebgm, without.statistics.eb05, without.statistics.eb95) == (None, None, None)
    shrunk = with_it.statistics
    assert (shrunk.ebgm, shrunk.eb05, shrunk.eb95) == pytest.approx((4.5412, 2.6945, 7.2062), abs=1e-4)


def test_every_rule_that_the_profile_names_is_one_that_is_run():
    named = {concept.case_rule for concept in safety_profile().concepts} - {""}

    assert named == {"disseminated-herpes", "transmission"}
    assert named <= set(thresholds().rules)


def test_without_reactions_there_are_no_pairs():
    assert count_pairs([], 0, Background("test", 1000, {})) == ()
    assert flag([], [], thresholds()) == ()


def test_a_measure_that_is_not_defined_is_absent_and_not_a_number():
    (pair,) = count_pairs([counted("Chills")], 1, Background("test", 1000, {}))

    assert (pair.statistics.prr, pair.statistics.ror, pair.statistics.ror_lower) == (None, None, None)
    assert pair.statistics.ic is not None
