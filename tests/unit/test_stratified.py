"""Pooled strata against published numbers, against openEBGM's expected counts, and against a single table."""

import csv

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from tests.real_data import REAL_DATA
from tvec_pv.domain.statistics.contingency import table
from tvec_pv.domain.statistics.disproportionality import prr, ror
from tvec_pv.domain.statistics.information_component import information_component
from tvec_pv.domain.statistics.stratified import (
    mantel_haenszel_prr,
    mantel_haenszel_ror,
    stratified_expected,
    stratified_expected_of_margins,
    stratified_information_component,
)

GOLDEN = REAL_DATA / "golden"
needs_golden = pytest.mark.skipif(not GOLDEN.is_dir(), reason="golden files are not here: set TVEC_PV_REAL_DATA")

WORKED = ([9, 6], [300, 60], [200, 120], [20_000, 1_600])
counts = st.integers(1, 5_000)
strata = st.lists(st.tuples(counts, counts, counts, counts), min_size=1, max_size=5)
quick = settings(deadline=None, max_examples=100)


def numbers(interval):
    return [float(interval.estimate), float(interval.lower), float(interval.upper)]


def test_the_worked_strata_have_the_numbers_of_the_methods_page():
    cells = table(*WORKED)
    assert ror(cells).estimate == pytest.approx([3.0, 4 / 3])
    crude = ror(table(*(sum(cell) for cell in WORKED)))
    assert float(crude.estimate) == pytest.approx(15 * 21_600 / (360 * 320))
    assert numbers(mantel_haenszel_ror(cells)) == pytest.approx([2.034, 1.189, 3.481], abs=5e-4)


def test_the_common_ror_has_the_variance_that_a_jackknife_of_its_reports_gives():
    """Far from the formula: each kind of report left out in turn, as often as it stands there."""
    cells = np.array(WORKED, dtype=float)

    def log_ror(at):
        a, b, c, d = at
        total = at.sum(axis=0)
        return np.log((a * d / total).sum() / (b * c / total).sum())

    total = cells.sum()
    left_out, times = [], []
    for place in np.ndindex(cells.shape):
        fewer = cells.copy()
        fewer[place] -= 1
        left_out.append(log_ror(fewer))
        times.append(cells[place])
    mean = np.average(left_out, weights=times)
    variance = (total - 1) / total * np.sum(np.array(times) * (np.array(left_out) - mean) ** 2)
    _, lower, upper = numbers(mantel_haenszel_ror(table(*WORKED)))
    error = np.log(upper / lower) / 2 / 1.959964
    assert error == pytest.approx(np.sqrt(variance), rel=0.05)


def test_the_common_ror_of_berkeley_is_that_of_r():
    male, refused = [512, 353, 120, 138, 53, 22], [313, 207, 205, 279, 138, 351]
    female, refused_too = [89, 17, 202, 131, 94, 24], [19, 8, 391, 244, 299, 317]
    found = numbers(mantel_haenszel_ror(table(male, refused, female, refused_too)))
    assert found == pytest.approx([0.9046968, 0.7719074, 1.0603298], abs=5e-8)


@quick
@given(strata)
def test_one_stratum_is_the_plain_measure(rows):
    cells = table(*np.array(rows[:1]).T)
    plain = table(*rows[0])
    assert numbers(mantel_haenszel_ror(cells)) == pytest.approx(numbers(ror(plain)), rel=1e-9)
    assert numbers(mantel_haenszel_prr(cells)) == pytest.approx(numbers(prr(plain)), rel=1e-9)
    assert numbers(stratified_information_component(cells)) == pytest.approx(
        numbers(information_component(plain)), rel=1e-9, abs=1e-9
    )


@quick
@given(strata, st.randoms())
def test_the_order_of_strata_and_empty_ones_change_nothing(rows, random):
    shuffled = [*rows, (0, 0, 0, 0)]
    random.shuffle(shuffled)
    one, other = table(*np.array(rows).T), table(*np.array(shuffled).T)
    for measure in (mantel_haenszel_ror, mantel_haenszel_prr, stratified_information_component):
        assert numbers(measure(one)) == pytest.approx(numbers(measure(other)), rel=1e-9, abs=1e-9)


@quick
@given(strata)
def test_the_pooled_ratio_lies_among_those_of_the_strata(rows):
    cells = table(*np.array(rows).T)
    for pooled, single in ((mantel_haenszel_ror, ror), (mantel_haenszel_prr, prr)):
        of_strata = single(cells).estimate
        found = float(pooled(cells).estimate)
        assert of_strata.min() * (1 - 1e-9) <= found <= of_strata.max() * (1 + 1e-9)


@quick
@given(strata, st.integers(2, 20))
def test_the_same_strata_again_narrow_the_interval_by_the_root_of_their_number(rows, times):
    once, often = table(*np.array(rows).T), table(*np.array(rows * times).T)
    for measure in (mantel_haenszel_ror, mantel_haenszel_prr):
        estimate, lower, upper = numbers(measure(once))
        again, narrower, wider = numbers(measure(often))
        assert again == pytest.approx(estimate, rel=1e-9)
        assert np.log(wider / narrower) * np.sqrt(times) == pytest.approx(np.log(upper / lower), rel=1e-6)


@quick
@given(strata)
def test_what_is_expected_of_all_four_cells_is_every_report(rows):
    a, b, c, d = np.array(rows, dtype=float).T
    tables = (table(a, b, c, d), table(b, a, d, c), table(c, d, a, b), table(d, c, b, a))
    assert sum(float(stratified_expected(one)) for one in tables) == pytest.approx(np.sum(rows))


@quick
@given(strata)
def test_margins_and_tables_expect_the_same(rows):
    a, b, c, d = np.array(rows, dtype=float).T
    found = stratified_expected_of_margins(
        (a + b)[:, None], (a + c)[:, None], a + b + c + d, np.array([0]), np.array([0])
    )
    assert float(found[0]) == pytest.approx(float(stratified_expected(table(a, b, c, d))))


def test_a_ratio_that_only_the_strata_make_vanishes():
    """Nothing is disproportionate among men, nothing among women; together it looks so (Simpson)."""
    cells = table([40, 2], [400, 200], [100, 100], [1_000, 10_000])
    assert numbers(ror(table(42, 600, 200, 11_000)))[1] > 1
    assert numbers(mantel_haenszel_ror(cells))[0] == pytest.approx(1)
    assert numbers(stratified_information_component(cells))[0] == pytest.approx(0, abs=0.02)


@needs_golden
def test_expected_counts_of_caers_by_sex_are_those_of_openebgm():
    """Counted here in sets of reports, one sex after the other."""
    with (GOLDEN / "caers_raw_long.csv").open(encoding="utf-8", newline="") as file:
        reports = list(csv.DictReader(file))
    with (GOLDEN / "openEBGM_caers_stratified_E.csv").open(encoding="utf-8", newline="") as file:
        golden = list(csv.DictReader(file))
    of_sex, of_product, of_event = {}, {}, {}
    for row in reports:
        of_sex.setdefault(row["strat1"], set()).add(row["id"])
        of_product.setdefault((row["strat1"], row["var1"]), set()).add(row["id"])
        of_event.setdefault((row["strat1"], row["var2"]), set()).add(row["id"])
    products, events = ({key[1]: None for key in found} for found in (of_product, of_event))
    margins = [
        np.array([[len(found.get((sex, name), ())) for name in names] for sex in of_sex], dtype=float)
        for found, names in ((of_product, products), (of_event, events))
    ]
    places = [
        np.array([list(names).index(row[column]) for row in golden])
        for names, column in ((products, "var1"), (events, "var2"))
    ]
    totals = np.array([float(len(found)) for found in of_sex.values()])
    found = stratified_expected_of_margins(*margins, totals, *places)
    assert len(golden) == 17_189
    assert found[0] == pytest.approx(0.0287735849056604, rel=1e-13)
    assert found == pytest.approx(np.array([float(row["E"]) for row in golden]), rel=1e-12)


def test_the_common_prr_solves_its_own_estimating_equation():
    """sum over strata of [a(c+d) - R c(a+b)]/N = 0, solved here by bisection."""
    a, b, c, d = np.array(WORKED, dtype=float)
    total = a + b + c + d
    root = brentq(lambda ratio: ((a * (c + d) - ratio * c * (a + b)) / total).sum(), 0.01, 100)
    assert float(mantel_haenszel_prr(table(*WORKED)).estimate) == pytest.approx(root, rel=1e-9)
