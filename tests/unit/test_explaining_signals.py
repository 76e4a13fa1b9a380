"""What explains a signal: the cases that made it cross, how robust it is, and what it may be taken for."""

import math
from datetime import date, timedelta

import pytest

from tvec_pv.actions.explaining import CONSUMERS, traits_of
from tvec_pv.domain.background import Among, Background
from tvec_pv.domain.signals.coding_artefacts import Coded, look_alikes
from tvec_pv.domain.signals.context import (
    Beginning,
    beginning,
    by_quarter,
    chances,
    exact_days,
    lately,
    quarters,
    with_inhibitors,
)
from tvec_pv.domain.signals.crossing import crossing
from tvec_pv.domain.signals.pairs import CountedReaction, count_pairs, measure
from tvec_pv.domain.signals.reaction_groups import Grouping, cases_by_group, grouping
from tvec_pv.domain.signals.robustness import Comparator, Traits, look_again, restrict, restrictions
from tvec_pv.domain.signals.rules import flag
from tvec_pv.domain.substances import fold
from tvec_pv.domain.terms import Dictionary, Query
from tvec_pv.reference_files import background_codes, coding_rules, comparators, knowledge, safety_profile, thresholds

BACKGROUND = Background("test", 20_000, {"chills": 20})


def reactions(cases):
    return [CountedReaction(case, number, "Chills", "systemic", *[False] * 3, "") for number, case in enumerate(cases)]


def rules(cases, product_reports):
    pairs = count_pairs(reactions(cases), product_reports, BACKGROUND)
    return {one.rule for one in flag(reactions(cases), pairs, thresholds())}


@pytest.mark.parametrize("rule", ["evans", "ror", "ic"])
@pytest.mark.parametrize("number", [3, 4, 5, 9])
def test_without_the_cases_that_are_named_the_flag_goes_and_without_fewer_it_stays(rule, number):
    """Counted anew from the reactions of the cases that are left, as detection counts them."""
    cases = [f"US-{case}" for case in range(number)]

    def without(left_out):
        return measure(BACKGROUND, ["chills"], [number - left_out], 1000 - left_out)[0]

    found = crossing(rule, cases, without, thresholds())

    if found is None:
        assert rule not in rules(cases, 1000)
        return
    assert rule in rules(cases, 1000)
    if found.needed == 1:
        assert set(found.cases) == set(cases)
        for case in found.cases:
            assert rule not in rules([one for one in cases if one != case], 999)
    else:
        assert found.cases == tuple(cases[-found.needed :])
        left = [one for one in cases if one not in found.cases]
        assert rule not in rules(left, 1000 - found.needed)
        assert rule in rules([*left, found.cases[0]], 1000 - found.needed + 1)


def test_some_of_those_counts_cross_by_one_case_and_others_by_several():
    needed = {
        crossing(
            "ror", range(n), lambda out, n=n: measure(BACKGROUND, ["chills"], [n - out], 1000 - out)[0], thresholds()
        )
        for n in (3, 4, 5, 9)
    }

    assert {one.needed == 1 for one in needed if one} == {True, False}


def cases(**of):
    return {
        key: Traits(**{"country": "DE", "is_consumer": False, "is_literature": False, "serious": True} | one)
        for key, one in of.items()
    }


def test_a_signal_that_one_country_makes_is_lost_without_it_and_stands_otherwise():
    """Planted: 12 of 400 American cases have the reaction, and none of 600 others."""
    traits = cases(**{f"US{n}": {"country": "US"} for n in range(700)}, **{f"DE{n}": {} for n in range(300)})
    having = frozenset(f"US{n}" for n in range(12))
    ways = restrictions(traits.values(), CONSUMERS, ())

    looks = {
        one.id: one
        for one in look_again("chills", having, restrict(traits, [(way, BACKGROUND) for way in ways]), thresholds())
    }

    assert "(US)" in looks["top-country"].name
    assert looks["top-country"].rules == ()
    assert looks["literature"].rules == looks["consumers"].rules == ("evans", "ror", "ic")


def test_product_and_background_are_restricted_alike():
    traits = cases(
        a={"is_literature": True}, b={"is_consumer": True}, c={"serious": False}, d={"country": "US"}, e={}, f={}
    )
    melanoma = Comparator("melanoma", "with others", frozenset({"dacarbazine"}))
    ways = {one.id: one for one in restrictions(traits.values(), CONSUMERS, (melanoma,))}

    kept = {name: "".join(sorted(case for case, one in traits.items() if way.keeps(one))) for name, way in ways.items()}
    assert kept == {
        "literature": "bcdef",
        "top-country": "d",
        "consumers": "acdef",
        "serious": "abdef",
        "melanoma": "abcdef",
    }
    assert {name: way.among for name, way in ways.items()} == {
        "literature": Among(without_literature=True),
        "top-country": Among(without_countries=frozenset({"DE"})),
        "consumers": Among(without_reporters=frozenset({"consumer"})),
        "serious": Among(serious_only=True),
        "melanoma": Among(substances=frozenset({"dacarbazine"})),
    }


def test_a_look_has_the_cells_of_what_is_left():
    traits = cases(a={"is_literature": True}, b={}, c={}, d={}, e={})
    [way] = [one for one in restrictions(traits.values(), CONSUMERS, ()) if one.id == "literature"]
    left = Background("test", 900, {"chills": 7}, among=way.among)

    [look] = look_again("chills", frozenset("abc"), restrict(traits, [(way, left)]), thresholds())

    cells = look.statistics
    assert (cells.a, cells.b, cells.c, cells.d) == (2, 2, 7, 893)
    [none] = look_again("chills", frozenset("a"), restrict(traits, [(way, left)]), thresholds())
    assert (none.statistics, none.rules) == (None, ())


def test_what_a_stored_case_says_of_itself():
    rules = knowledge().case_rules
    said = traits_of(
        {
            "C.2.r": [
                {"C.2.r.3": "FR", "C.2.r.4": "1"},
                {"C.2.r.3": "US", "C.2.r.4": "5", "C.2.r.5": True},
            ],
            "C.4.r": ["a journal"],
            "E.i": [{"E.i.9": {"nullFlavor": "MSK"}}, {}],
            "G.k": [
                {"G.k.1": "1", "G.k.2.2": "Imlygic"},
                {"G.k.1": "3", "G.k.2.2": {"nullFlavor": "UNK"}, "G.k.2.3.r": [{"G.k.2.3.r.1": "PEMBROLIZUMAB"}]},
            ],
        },
        rules,
        is_serious=True,
    )

    assert said == Traits(country="US", is_consumer=True, is_literature=True, serious=True, names_inhibitor=True)
    assert traits_of({"E.i": [{"E.i.9": "GB"}]}, rules, is_serious=False) == Traits("GB", False, False, False)
    assert traits_of({}, rules, is_serious=False) == Traits(None, False, False, False)
    only_taken_besides = {"G.k": [{"G.k.1": "2", "G.k.2.2": "Keytruda"}]}
    assert not traits_of(only_taken_besides, rules, is_serious=False).names_inhibitor


def test_the_comparators_hold_checkpoint_inhibitors_twice_and_never_the_product():
    melanoma, inhibitors = comparators()

    assert {"pembrolizumab", "nivolumab", "ipilimumab"} <= melanoma.substances & inhibitors.substances
    assert {"dacarbazine", "vemurafenib"} <= melanoma.substances - inhibitors.substances
    assert not any("talimogene" in one for one in melanoma.substances | inhibitors.substances)


def test_the_comparators_are_written_as_the_background_folds_names():
    words, substances = background_codes().names, set().union(*(one.substances for one in comparators()))

    assert {one: fold(words, one.upper(), "") for one in substances} == {one: (one,) for one in substances}
    assert set(fold(words, "INTERFERON ALFA-2B\\RELATLIMAB-RMBW", "")) <= substances


@pytest.mark.parametrize(
    ("one", "other", "category", "why"),
    [
        ("influenza", "influenza like illness", "other", "often coded for each other"),
        ("illness", "influenza", "other", "often coded for each other"),
        ("illness", "influenza like illness", "other", "often coded for each other"),
        ("herpes simplex", "disseminated herpes simplex", "systemic", "one name holds the other"),
        ("herpes simplex", "disseminated herpes simplex", "other", ""),
        ("injection site joint pain", "injection site pain", "systemic", "one name holds the other"),
        ("injection site skin pain", "injection site skin reaction", "systemic", "most words are the same"),
        ("injection site pain", "injection site erythema", "systemic", ""),
        ("pain", "chills", "systemic", ""),
        ("chills", "chills", "systemic", ""),
    ],
)
def test_reactions_that_may_be_one_are_asked_about(one, other, category, why):
    this = Coded(one, one.capitalize(), "systemic", frozenset("ab"))
    that = Coded(other, other.capitalize(), category, frozenset("bcd"))

    found = look_alikes(this, [this, that], coding_rules())

    assert [like.why for like in found] == ([why] if why else [])
    assert [(like.cases, like.in_both) for like in found] == ([(3, 1)] if why else [])
    assert all(like.question.endswith("another thing, or the same coded differently?") for like in found)


def test_the_times_to_onset_of_a_pair_stand_beside_those_of_the_product():
    """The 30 invented times of docs/reference/methods.md would do; here few, so that the median is seen at once."""
    soon = beginning([(0, 1), (1, 2), (2, 3), (5, 6), (1, 30)], [60, 70, 80, 90, 100, 110])

    assert (soon.known, soon.median) == (5, 2.5)
    assert soon.alike < 0.05
    assert soon.shape.lower < soon.shape.estimate < soon.shape.upper
    assert exact_days([(58, 60), (0, 1), (3, 9)]) == [59, 0]
    assert beginning([], [1, 2]) == Beginning(0, None, None, "not known", None)
    assert beginning([(3, 4)], []) == Beginning(1, 3.5, None, "not known", None)


def test_the_last_90_days_are_compared_with_the_90_before():
    until = date(2026, 11, 25)
    days = {
        name: until - timedelta(days=back) for name, back in (("now", 0), ("edge", 89), ("before", 90), ("old", 179))
    }
    of_pair = [days["now"], days["edge"], days["before"], days["old"] - timedelta(days=1)]
    of_all = [*of_pair, *[days["now"]] * 8, *[days["old"]] * 9]

    found = lately(of_pair, sorted(of_all), until)

    assert found.estimate == pytest.approx((2 / 10) / (1 / 10))
    assert found.lower < 1 < found.upper
    assert lately([days["now"]], [days["before"], days["now"]], until).estimate is None  # none before: no number


def test_the_product_with_an_inhibitor_is_compared_with_what_both_explain():
    """By hand: odds 1/9 with either alone and 1/99 with neither give 0.2121 together, so 0.175 of 100 cases."""
    everyone = Background("test", 11_000, {"colitis": 200})
    others = Background("test", 1000, {"colitis": 100})

    expected, omega = with_inhibitors("colitis", 40, 100, 10, 100, others, everyone)

    together = 1 / 9 + 1 / 9 - 100 / 9900
    assert expected == pytest.approx(100 * together / (1 + together))
    assert omega.estimate == pytest.approx(math.log2((40 + 0.5) / (expected + 0.5)))
    assert omega.lower > 0


def test_chances_are_those_of_fisher_and_q_counts_how_many_pairs_were_looked_at():
    background = Background("test", 198_862, {"chills": 420, "rash": 420})

    one = chances({"chills": 12}, 1138, background)["chills"]
    two = chances({"chills": 12, "rash": 3}, 1138, background)["chills"]

    assert one.p == one.q == pytest.approx(9.34e-6, rel=1e-3)  # docs: the table a 12, b 1126, c 420, d 198442
    assert (two.p, two.q) == (one.p, pytest.approx(2 * one.p))


def test_reactions_are_grouped_by_category_and_by_meddra():
    dictionary = Dictionary(
        version="generated",
        name_of={"1": "Oral herpes", "2": "Cold-sore", "3": "Chills"},
        preferred_of={"2": "1"},
        queries_of={"1": (Query("Herpes query", True), Query("Broad query", False))},
        high_level_of={"1": "Herpes level"},
    )
    profile = safety_profile()
    of = {by: grouping(by, profile, dictionary) for by in Grouping}

    assert of[Grouping.CATEGORY]("oral herpes") == {"herpetic"}
    assert of[Grouping.CATEGORY]("no such reaction") == frozenset()
    assert [of[Grouping.HIGH_LEVEL_TERM](name) for name in ("oral herpes", "cold sore", "chills", "other")] == [
        {"Herpes level"}, {"Herpes level"}, frozenset(), frozenset()
    ]  # fmt: skip
    assert [of[Grouping.QUERY](name) for name in ("oral herpes", "cold sore", "chills", "other")] == [
        {"Herpes query"}, {"Herpes query"}, frozenset(), frozenset()
    ]  # fmt: skip
    reactions = [("a", "oral herpes"), ("a", "cold sore"), ("b", "oral herpes"), ("c", "chills")]
    assert cases_by_group(reactions, of[Grouping.QUERY]) == {"Herpes query": {"a", "b"}}


def test_the_trend_of_a_pair_is_over_every_quarter_of_all_reports():
    # Wood's example (see reference/golden): slope 0.2021212 of thirteen quarters of equal exposure
    counts = [12, 14, 33, 50, 67, 74, 123, 141, 165, 204, 253, 246, 240]
    starts = [date(2022 + quarter // 4, 1 + 3 * (quarter % 4), 20) for quarter in range(len(counts))]
    of_pair = [start for start, number in zip(starts, counts, strict=True) for _ in range(number)]
    of_all = quarters(start for start in starts for _ in range(1_000))

    assert by_quarter(of_pair, of_all).estimate == pytest.approx(1.2239964, abs=5e-8)
    assert by_quarter(of_pair[:26], quarters(starts[:2])).estimate is None


def test_a_quarter_without_a_report_counts_as_a_quarter():
    apart = [date(2026, 2, 1), date(2026, 8, 1), date(2026, 11, 1)]

    assert quarters(apart) == {4 * 2026: 1, 4 * 2026 + 2: 1, 4 * 2026 + 3: 1}
