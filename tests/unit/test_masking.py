"""Masking: what becomes of a pair when another product's reports are left out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tvec_pv.domain.statistics.contingency import table
from tvec_pv.domain.statistics.disproportionality import prr, ror
from tvec_pv.domain.statistics.masking import masking

WORKED = table(3, 1_135, 420, 198_442)


def over_one(cells):
    return ror(cells).lower > 1


def test_the_worked_masker_hides_the_reaction():
    found = masking(WORKED, 300, 2_000, over_one)
    assert float(prr(WORKED).estimate) == pytest.approx(1.248, abs=5e-4)
    assert float(prr(found.cells).estimate) == pytest.approx(4.318, abs=5e-4)
    assert float(ror(WORKED).lower) == pytest.approx(0.401, abs=5e-4)
    assert float(ror(found.cells).lower) == pytest.approx(1.374, abs=5e-4)
    assert float(found.ratio) == pytest.approx(3.46, abs=5e-3)
    assert (bool(found.reveals), bool(found.hides)) == (True, False)


def test_many_candidates_are_tried_at_once():
    found = masking(WORKED, [300, 0, 0, 420], [2_000, 0, 150_000, 100], over_one)
    assert found.reveals.tolist() == [True, False, False, False]
    assert found.ratio[:3] == pytest.approx([3.46, 1, 48_862 / 198_862], abs=5e-3)
    assert np.isnan(found.ratio[3])  # no other report of the reaction would be left to compare with
    assert found.cells.c.tolist() == [120, 420, 420, 0]


def test_a_product_may_also_make_a_pair_disproportionate():
    cells = table(10, 990, 100, 99_900)
    found = masking(cells, [0, 0], [95_000, 0], over_one)
    assert bool(over_one(cells))
    assert found.hides.tolist() == [True, False]


@pytest.mark.parametrize(("with_reaction", "without"), [(421, 0), (0, 198_443)])
def test_a_candidate_with_more_reports_than_there_are_is_refused(with_reaction, without):
    with pytest.raises(ValueError, match="more reports"):
        masking(WORKED, [0, with_reaction], [0, without], over_one)


@settings(deadline=None)
@given(st.integers(0, 419), st.integers(0, 198_000))
def test_the_products_own_reports_stay_and_the_ratio_is_that_of_what_is_expected(with_reaction, without):
    found = masking(WORKED, with_reaction, without, over_one)
    assert (float(found.cells.a), float(found.cells.b)) == (3, 1_135)
    share_now, share_then = 420 / 198_862, (420 - with_reaction) / (198_862 - with_reaction - without)
    assert float(found.ratio) == pytest.approx(share_now / share_then)
