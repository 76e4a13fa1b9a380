"""The 2x2 table: its cells from the margins, its total, its expected count."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tvec_pv.domain.statistics.contingency import from_margins, table

counts = st.integers(0, 10**7)


def test_the_cells_follow_from_the_margins():
    cells = from_margins([12], 1_138, [420], 198_862)

    assert [float(cell[0]) for cell in (cells.a, cells.b, cells.c, cells.d)] == [12, 1_126, 420, 198_442]


def test_many_pairs_share_the_products_and_the_backgrounds_reports():
    cells = from_margins([1, 2], 10, [0, 5], 100)

    assert cells.b.tolist() == [9, 8]
    assert cells.d.tolist() == [100, 95]
    assert cells.total.tolist() == [110, 110]


def test_the_expected_count_is_the_product_of_the_margins_over_all_reports():
    assert float(table(12, 1_126, 420, 198_442).expected) == pytest.approx(1_138 * 432 / 200_000)


def test_an_empty_table_expects_nothing_that_can_be_named():
    assert math.isnan(float(table(0, 0, 0, 0).expected))


@pytest.mark.parametrize("place", range(4))
def test_a_negative_count_is_refused(place):
    cells = [5, 5, 5, 5]
    cells[place] = -1

    with pytest.raises(ValueError, match="negative"):
        table(*cells)


def test_one_negative_count_among_many_pairs_is_refused():
    with pytest.raises(ValueError, match="negative"):
        table([1, 1], [1, -1], [1, 1], [1, 1])


@pytest.mark.parametrize(("with_reaction", "reports"), [(11, 10), (1, 0)])
def test_more_reports_with_the_reaction_than_reports_are_refused(with_reaction, reports):
    with pytest.raises(ValueError, match="negative"):
        from_margins([with_reaction], reports, [0], 100)
    with pytest.raises(ValueError, match="negative"):
        from_margins([0], 100, [with_reaction], reports)


@settings(deadline=None)
@given(counts, counts, counts, counts)
def test_the_total_is_the_sum_and_the_expected_counts_of_all_cells_are_too(a, b, c, d):
    cells = table(a, b, c, d)
    assert float(cells.total) == a + b + c + d
    if a + b + c + d:
        expected = [table(a, b, c, d), table(b, a, d, c), table(c, d, a, b), table(d, c, b, a)]
        assert sum(float(one.expected) for one in expected) == pytest.approx(a + b + c + d)
