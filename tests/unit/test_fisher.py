"""Fisher's exact test against every possible table in fifty digits and against scipy, never against itself."""

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from tvec_pv.domain.statistics.contingency import table
from tvec_pv.domain.statistics.fisher import fisher_greater, fisher_two_sided

counts = st.integers(0, 60)
tables = st.tuples(counts, counts, counts, counts)


def counted(a, b, c, d):
    """The one-sided and the two-sided p, from every possible table in fifty digits."""
    product, reaction, total = a + b, a + c, a + b + c + d
    least, most = max(0, product + reaction - total), min(product, reaction)
    with localcontext(prec=50):
        ways = {least: Decimal(1)}
        for k in range(least, most):
            more, fewer = (reaction - k) * (product - k), (k + 1) * (total - reaction - product + k + 1)
            ways[k + 1] = ways[k] * more / fewer
        everything = sum(ways.values())
        as_rare = ways[a] * (1 + Decimal("1e-40"))
        greater = sum(way for k, way in ways.items() if k >= a)
        return float(greater / everything), float(sum(way for way in ways.values() if way <= as_rare) / everything)


@pytest.mark.parametrize(
    ("cells", "greater", "two_sided"),
    [((3, 1, 1, 3), 17 / 70, 34 / 70), ((4, 0, 0, 4), 1 / 70, 2 / 70), ((0, 4, 4, 0), 1, 2 / 70)],
)
def test_the_lady_tasting_tea(cells, greater, two_sided):
    assert float(fisher_greater(table(*cells))) == pytest.approx(greater, rel=1e-13)
    assert float(fisher_two_sided(table(*cells))) == pytest.approx(two_sided, rel=1e-13)


@settings(deadline=None)
@given(tables)
def test_it_is_what_counting_every_table_gives(cells):
    if not sum(cells):
        assert math.isnan(float(fisher_greater(table(*cells))))
        assert math.isnan(float(fisher_two_sided(table(*cells))))
        return
    greater, two_sided = counted(*cells)
    assert float(fisher_greater(table(*cells))) == pytest.approx(greater, rel=1e-11)
    assert float(fisher_two_sided(table(*cells))) == pytest.approx(two_sided, rel=1e-11)


@pytest.mark.parametrize(
    "cells",
    [
        (12, 1_126, 420, 198_442),
        (12, 1_126, 420, 19_998_442),
        (900, 8_100, 19_100, 171_900),
        (2, 9_998, 400, 99_600),
        (40, 2_960, 2_960, 994_040),
    ],
    ids=str,
)
def test_it_keeps_its_digits_among_millions_of_reports(cells):
    greater, two_sided = counted(*cells)
    assert float(fisher_greater(table(*cells))) == pytest.approx(greater, rel=1e-9)
    assert float(fisher_two_sided(table(*cells))) == pytest.approx(two_sided, rel=1e-9)


def test_many_pairs_at_once_are_those_of_scipy():
    random = np.random.default_rng(20261125)
    rows = random.integers(0, 400, (200, 4)) // random.integers(1, 40, (200, 4))
    rows = rows[rows.sum(axis=1) > 0]
    cells = table(*rows.T)
    greater = [fisher_exact(row.reshape(2, 2), alternative="greater").pvalue for row in rows]
    two_sided = [fisher_exact(row.reshape(2, 2)).pvalue for row in rows]
    assert fisher_greater(cells) == pytest.approx(greater, rel=1e-10)
    assert fisher_two_sided(cells) == pytest.approx(two_sided, rel=1e-10)


@pytest.mark.parametrize("cells", [(0, 0, 5, 9), (0, 9, 0, 5), (7, 0, 3, 0), (4, 5, 0, 0)], ids=str)
def test_an_empty_margin_leaves_nothing_to_chance(cells):
    assert float(fisher_greater(table(*cells))) == 1
    assert float(fisher_two_sided(table(*cells))) == 1


@settings(deadline=None)
@given(tables)
def test_the_table_turned_over_is_as_probable(cells):
    a, b, c, d = cells
    for test in (fisher_greater, fisher_two_sided):
        there, back = float(test(table(a, b, c, d))), float(test(table(a, c, b, d)))
        assert there == pytest.approx(back, rel=1e-11, nan_ok=True)


@settings(deadline=None)
@given(st.lists(tables, min_size=1, max_size=6))
def test_a_pair_among_others_has_the_p_it_has_alone(rows):
    together = table(*np.array(rows, dtype=float).T)
    for test in (fisher_greater, fisher_two_sided):
        assert test(together).tolist() == pytest.approx([float(test(table(*row))) for row in rows], nan_ok=True)
