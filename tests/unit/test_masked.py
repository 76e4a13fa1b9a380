"""Which medicines hide a pair: the worked example of the methods' reference, and what is shown of many."""

import numpy as np
import pytest

from tvec_pv.domain.background import Background
from tvec_pv.domain.signals.masked import maskers
from tvec_pv.domain.signals.pairs import measure
from tvec_pv.reference_files import thresholds


def measured(a, product_reports, c, rest):
    [found] = measure(Background("test", rest, {"it": c}), ["it"], [a], product_reports)
    return found


def test_a_medicine_with_most_reports_of_the_reaction_hides_it():
    # a 3, b 1,135; the masker has 300 of the 420 other reports of the reaction, and 2,000 without it: PRR 1.248, 4.318
    hidden = measured(3, 1138, 420, 198_862)

    [one] = maskers(hidden, ["other", "masker"], np.array([500, 2300]), np.array([0, 300]), thresholds())

    assert hidden.prr == pytest.approx(1.248, abs=5e-4)
    assert (one.substance, one.reports, one.with_reaction) == ("masker", 2300, 300)
    assert one.ratio == pytest.approx(3.46, abs=5e-3)
    assert one.reveals == ("evans", "ror")  # ROR's lower bound goes from .401 to 1.374


def test_a_rule_that_is_met_already_is_not_revealed():
    seen = measured(12, 1138, 420, 198_862)

    [one] = maskers(seen, ["masker"], np.array([2300]), np.array([300]), thresholds())

    assert one.ratio > 3
    assert one.reveals == ()


def test_of_many_the_three_that_hide_most_are_shown_and_none_that_hides_nothing():
    pair = measured(3, 1000, 100, 99_000)
    with_reaction = np.array([1, 50, 10, 30, 20, 0])
    reports = np.array([9_000, 100, 100, 100, 100, 50])

    found = maskers(pair, list("abcdef"), reports, with_reaction, thresholds())

    assert [one.substance for one in found] == ["b", "d", "e"]
    assert maskers(pair, ["a"], np.array([9_000]), np.array([1]), thresholds()) == ()
