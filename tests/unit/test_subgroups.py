"""The relative ROR: one subgroup of patients against the others."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tvec_pv.domain.statistics.contingency import table
from tvec_pv.domain.statistics.subgroups import relative_ror

counts = st.integers(1, 10_000)
tables = st.tuples(counts, counts, counts, counts)


def numbers(interval):
    return [float(interval.estimate), float(interval.lower), float(interval.upper)]


def test_it_is_the_ratio_of_two_rors_with_both_their_errors():
    found = numbers(relative_ror(table(10, 100, 200, 20_000), table(20, 500, 1_000, 50_000)))
    variance = 1 / 10 + 1 / 100 + 1 / 200 + 1 / 20_000 + 1 / 20 + 1 / 500 + 1 / 1_000 + 1 / 50_000
    width = np.exp(1.959963984540054 * np.sqrt(variance))
    assert found == pytest.approx([5, 5 / width, 5 * width], rel=1e-12)


def test_it_is_the_interaction_of_a_logistic_regression():
    """Fitted here by weighted least squares on the eight kinds of report: its coefficient and its error."""
    subgroup, others = (12, 88, 300, 9_000), (20, 500, 1_000, 50_000)
    rows = [
        (product, group, product * group, n, with_reaction)
        for group, (a, b, c, d) in ((1, subgroup), (0, others))
        for product, with_reaction, n in ((1, a, a + b), (0, c, c + d))
    ]
    product, group, both, n, with_reaction = np.array(rows, dtype=float).T
    design = np.column_stack([np.ones(4), product, group, both])
    at = np.zeros(4)
    for _ in range(60):
        share = 1 / (1 + np.exp(-design @ at))
        information = design.T @ (design * (n * share * (1 - share))[:, None])
        at = at + np.linalg.solve(information, design.T @ (with_reaction - n * share))
    error = np.sqrt(np.linalg.inv(information)[3, 3])
    bounds = np.exp(at[3] + np.array([0, -1, 1]) * 1.959963984540054 * error)
    assert numbers(relative_ror(table(*subgroup), table(*others))) == pytest.approx(bounds, rel=1e-7)


@pytest.mark.parametrize("place", range(4))
def test_a_zero_cell_on_either_side_leaves_it_without_a_value(place):
    cells = [5, 5, 5, 5]
    cells[place] = 0
    for pair in ((table(*cells), table(5, 5, 5, 5)), (table(5, 5, 5, 5), table(*cells))):
        assert np.isnan(numbers(relative_ror(*pair))).all()


@settings(deadline=None)
@given(tables, tables)
def test_the_two_sides_exchanged_invert_it(one, other):
    there, back = numbers(relative_ror(table(*one), table(*other))), numbers(relative_ror(table(*other), table(*one)))
    assert [there[0] * back[0], there[1] * back[2], there[2] * back[1]] == pytest.approx([1] * 3)
