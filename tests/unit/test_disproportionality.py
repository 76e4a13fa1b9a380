"""PRR, ROR, chi-square and IC against numbers that other people published or computed, never against themselves."""

import csv
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.real_data import REAL_DATA
from tvec_pv.domain.statistics.contingency import table
from tvec_pv.domain.statistics.disproportionality import chi_square, chi_square_yates, prr, ror
from tvec_pv.domain.statistics.information_component import information_component, information_component_of

GOLDEN = REAL_DATA / "golden"
needs_golden = pytest.mark.skipif(not GOLDEN.is_dir(), reason="golden files are not here: set TVEC_PV_REAL_DATA")

# The worked example of docs/reference/methods.md: 1,138 reports of the product, 12 of them with the reaction.
WORKED = (12, 1_126, 420, 198_442)

# pvda (R): observed, expected, and the 2.5 %, 50 % and 97.5 % points of its gamma interval
PVDA_IC = [
    (0, 1, -11.576850316528, -1.58496250072116, 0.743841280615017),
    (1, 1, -3.79722726836135, 0.0, 1.63975752112266),
    (2, 1, -1.85167478424107, 0.736965594166206, 2.09676807889369),
    (3, 1, -0.82805093450547, 1.22239242133645, 2.41618797516566),
    (4, 1.1, -0.244904390739417, 1.49185309632967, 2.57158336230678),
    (5, 1, 0.347003490530194, 1.87446911791614, 2.86921663464307),
    (10, 5, -0.0972566417708172, 0.932885804141463, 1.68945677701296),
    (20, 10, 0.263865355661354, 0.965234581839323, 1.5279894975632),
    (30, 10, 0.97586206218098, 1.53841991478413, 2.00815966646445),
    (100, 50, 0.696082232360867, 0.992840208427134, 1.26158064331642),
]

# pvda (R): a, b, c, d, then ROR 2.5 %, ROR, ROR 97.5 %, PRR 2.5 %, PRR, PRR 97.5 % (Wald, on the log scale)
PVDA_RATIOS = [
    (5, 10, 20, 10_000, 78.3953764721906, 250, 797.240893691871, 72.1693774042085, 167, 386.438140428986),
    (10, 20, 15, 10_000, 133.836498627576, 333.333333333333, 830.200373220295, 108.827833921458, 222.555555555556,
     455.131500130646),
    (7, 2, 4, 7, 0.833370006929824, 6.125, 45.016768887819, 0.908535259620646, 2.13888888888889, 5.03540796085619),
    (4, 2, 7, 7, 0.27212081858933, 2, 14.6993531062266, 0.616705526410734, 1.33333333333333, 2.88270122715546),
    (3, 2, 2, 13, 0.950970152593748, 9.75, 99.9637052127444, 1.02908505249269, 4.5, 19.6776738238979),
    (25, 2448, 212, 100_000, 3.17653770069486, 4.81717844370453, 7.30518896514763, 3.16327706913478, 4.77858990302818,
     7.21875477938095),
]  # fmt: skip

counts = st.integers(1, 10**6)
tables = st.tuples(counts, counts, counts, counts)
quick = settings(deadline=None, max_examples=100)


def measures(a, b, c, d):
    """PRR, ROR and IC with their bounds, chi-square with and without Yates, as plain numbers."""
    cells = table(a, b, c, d)
    values = []
    for interval in (prr(cells), ror(cells), information_component(cells)):
        values += [float(interval.estimate), float(interval.lower), float(interval.upper)]
    return (*values, float(chi_square_yates(cells)), float(chi_square(cells)))


def golden_rows(name):
    with (GOLDEN / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# --- published numbers ---------------------------------------------------------------------------------------------


def test_the_worked_example_has_the_numbers_of_the_methods_page():
    cells = table(*WORKED)
    assert float(cells.expected) == pytest.approx(2.4581, abs=5e-5)
    assert float(cells.a / cells.expected) == pytest.approx(4.8819, abs=5e-5)
    expected = [4.9928, 2.8211, 8.8361, 5.0353, 2.8283, 8.9645, 2.0792, 1.1490, 2.7804]
    assert measures(*WORKED)[:9] == pytest.approx(expected, abs=5e-5)
    assert measures(*WORKED)[9:] == pytest.approx([33.523, 37.333], abs=5e-4)


def test_the_ic_bound_is_the_exact_one_and_not_one_of_its_two_namesakes():
    lower = float(information_component(table(*WORKED)).lower)
    assert abs(lower - 1.1490) < 5e-5
    assert min(abs(lower - 1.1006), abs(lower - 1.0380)) > 0.04


def test_the_example_of_the_r_packages_has_their_numbers():
    values = measures(122, 1320, 381, 31_341)
    assert values[:3] == pytest.approx([7.044175, 5.784965, 8.577477], abs=5e-7)
    assert values[3:6] == pytest.approx([7.602804, 6.155362, 9.390613], abs=5e-7)
    assert values[9] == pytest.approx(481.78135, abs=5e-6)


@pytest.mark.parametrize(("observed", "expected", "lower", "estimate", "upper"), PVDA_IC)
def test_the_ic_has_the_gamma_bounds_of_pvda(observed, expected, lower, estimate, upper):
    found = information_component_of(np.asarray(float(observed)), np.asarray(float(expected)))
    assert [float(found.lower), float(found.estimate), float(found.upper)] == pytest.approx(
        [lower, estimate, upper], abs=1e-8
    )


@pytest.mark.parametrize("row", PVDA_RATIOS, ids=lambda row: "-".join(map(str, row[:4])))
def test_ror_and_prr_are_those_of_pvda(row):
    a, b, c, d, ror_lower, ror_is, ror_upper, prr_lower, prr_is, prr_upper = row
    expected = [prr_is, prr_lower, prr_upper, ror_is, ror_lower, ror_upper]
    assert measures(a, b, c, d)[:6] == pytest.approx(expected, rel=1e-10)


def test_three_reports_are_enough_for_the_ic_to_pass_zero_and_two_are_not():
    """Trap 2 of the methods page: pvda's own page says 'exceeds 3'; the limit of a vanishing expectation says 3."""
    found = information_component_of(np.array([2.0, 3.0]), np.array([0.0, 0.0]))
    assert found.lower == pytest.approx([-0.27, 0.76], abs=0.005)


# --- golden files --------------------------------------------------------------------------------------------------


@needs_golden
@pytest.mark.parametrize(("name", "table_here"), [("pvda_ic.csv", PVDA_IC), ("pvda_ror_prr.csv", PVDA_RATIOS)])
def test_the_tables_above_are_the_golden_files(name, table_here):
    rows = [tuple(map(float, row.values())) for row in golden_rows(name)]
    assert rows == [pytest.approx(row, rel=1e-12, abs=1e-12) for row in table_here]


@needs_golden
def test_all_1306_pairs_of_pvda_have_its_numbers_and_five_pass_the_ic():
    rows = golden_rows("pvda_da_drug_event_df.csv")
    obs, n_drug, n_event, total = (
        np.array([float(row[name]) for row in rows]) for name in ("obs", "n_drug", "n_event", "n_tot")
    )
    cells = table(obs, n_drug - obs, n_event - obs, total - n_drug - n_event + obs)
    no_zero = (cells.a > 0) & (cells.b > 0) & (cells.c > 0) & (cells.d > 0)
    assert (len(rows), no_zero.sum()) == (1306, 1306 - sum(row["c"] == "0" for row in rows))

    for columns, found, where in (
        (("ic2.5", "ic", "ic97.5"), information_component(cells), np.ones(len(rows), bool)),
        (("prr2.5", "prr", "prr97.5"), prr(cells), no_zero),
        (("ror2.5", "ror", "ror97.5"), ror(cells), no_zero),
    ):
        for column, values in zip(columns, (found.lower, found.estimate, found.upper), strict=True):
            golden = np.array([float(row[column]) if row[column] not in ("NA", "") else np.nan for row in rows])
            assert values[where] == pytest.approx(golden[where], rel=1e-10, abs=1e-10)
    assert (information_component(cells).lower > 0).sum() == 5
    assert np.isnan(prr(cells).estimate[~no_zero]).all()
    assert np.isnan(ror(cells).estimate[~no_zero]).all()


@needs_golden
def test_the_17189_pairs_of_openebgm_have_its_prr():
    """openEBGM rounds to two decimals and writes Inf where no other report has the event; here that is not defined."""
    scores = golden_rows("openEBGM_caers_scores.csv")
    reports, of_product, of_event = set(), {}, {}
    for row in golden_rows("caers_raw_long.csv"):
        reports.add(row["id"])
        of_product.setdefault(row["var1"], set()).add(row["id"])
        of_event.setdefault(row["var2"], set()).add(row["id"])
    a = np.array([float(row["N"]) for row in scores])
    with_product = np.array([float(len(of_product[row["var1"]])) for row in scores])
    with_event = np.array([float(len(of_event[row["var2"]])) for row in scores])
    cells = table(a, with_product - a, with_event - a, len(reports) - with_product - with_event + a)
    golden = np.array([float(row["PRR"]) for row in scores])
    found = prr(cells).estimate

    assert len(scores) == 17_189
    assert cells.expected == pytest.approx(np.array([float(row["E"]) for row in scores]), rel=1e-12)
    assert np.isnan(found[np.isinf(golden)]).all()
    finite = np.isfinite(golden)
    assert np.abs(found[finite] - golden[finite]).max() < 0.005 + 1e-9


# --- zero cells ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cells",
    [
        (3, 10, 0, 1000),
        (3, 0, 5, 1000),
        (0, 10, 5, 1000),
        (3, 10, 5, 0),
        (0, 0, 5, 1000),
        (0, 10, 0, 1000),
        (0, 0, 0, 0),
    ],
    ids=str,
)
def test_a_zero_cell_leaves_the_odds_ratio_without_a_value(cells):
    found = ror(table(*cells))
    assert all(math.isnan(float(value)) for value in (found.estimate, found.lower, found.upper))


@pytest.mark.parametrize("cells", [(3, 10, 0, 1000), (0, 10, 5, 1000), (0, 0, 5, 1000), (0, 10, 0, 1000)], ids=str)
def test_a_zero_count_of_the_reaction_leaves_the_prr_without_a_value(cells):
    found = prr(table(*cells))
    assert all(math.isnan(float(value)) for value in (found.estimate, found.lower, found.upper))


@pytest.mark.parametrize(
    "cells", [(0, 0, 5, 1000), (0, 10, 0, 1000), (3, 0, 5, 0), (3, 10, 0, 0), (0, 0, 0, 0)], ids=str
)
def test_an_empty_margin_leaves_chi_square_without_a_value(cells):
    assert math.isnan(float(chi_square(table(*cells))))
    assert math.isnan(float(chi_square_yates(table(*cells))))


def test_a_value_that_is_not_defined_passes_no_threshold():
    found = prr(table([3.0, 3.0], [10.0, 10.0], [0.0, 1.0], [1000.0, 1000.0]))
    assert list(found.estimate >= 2) == [False, True]
    assert list(found.lower > 0) == [False, True]


# --- properties ----------------------------------------------------------------------------------------------------


@quick
@given(tables)
def test_an_interval_holds_its_estimate(cells):
    values = measures(*cells)
    for estimate, lower, upper in (values[0:3], values[3:6], values[6:9]):
        assert lower <= estimate <= upper


@quick
@given(tables)
def test_the_table_turned_over_has_the_same_odds_ratio_and_chi_square(cells):
    a, b, c, d = cells
    turned = measures(a, c, b, d)
    assert turned[3:6] == pytest.approx(measures(a, b, c, d)[3:6], rel=1e-9)
    assert turned[6:] == pytest.approx(measures(a, b, c, d)[6:], rel=1e-9, abs=1e-9)


@quick
@given(tables)
def test_product_and_rest_exchanged_invert_the_ratios(cells):
    a, b, c, d = cells
    one, other = measures(a, b, c, d), measures(c, d, a, b)
    assert [one[0] * other[0], one[1] * other[2], one[3] * other[3], one[4] * other[5]] == pytest.approx([1] * 4)


@quick
@given(tables, st.integers(2, 50))
def test_more_of_the_same_reports_keep_the_ratios_and_narrow_the_intervals(cells, times):
    one, many = measures(*cells), measures(*(times * cell for cell in cells))
    assert (many[0], many[3]) == pytest.approx((one[0], one[3]), rel=1e-9)
    for place in (0, 3):
        assert one[place + 1] <= many[place + 1] <= many[place + 2] <= one[place + 2]
    assert many[10] == pytest.approx(times * one[10], rel=1e-6, abs=1e-6)


@quick
@given(tables)
def test_yates_never_raises_chi_square(cells):
    values = measures(*cells)
    assert 0 <= values[9] <= values[10] * (1 + 1e-12)


@quick
@given(st.integers(1, 1000), st.integers(1, 1000), st.integers(1, 1000))
def test_an_independent_reaction_has_ratio_one_and_chi_square_zero(product, rest, share):
    """The reaction stands in the same share of the product's reports and of the rest."""
    values = measures(product, product * share, rest, rest * share)
    assert (values[0], values[3]) == pytest.approx((1, 1))
    assert (values[9], values[10]) == pytest.approx((0, 0), abs=1e-6)


@quick
@given(counts, st.floats(0.001, 1e6))
def test_the_ic_shrinks_the_logarithm_of_observed_to_expected_toward_zero(observed, expected):
    assume(observed != expected)
    found = information_component_of(np.asarray(float(observed)), np.asarray(expected))
    raw = math.log2(observed / expected)
    assert abs(float(found.estimate)) <= abs(raw)
    assert math.copysign(1, float(found.estimate)) == math.copysign(1, raw) or found.estimate == 0


@quick
@given(st.lists(tables, min_size=1, max_size=5))
def test_many_pairs_at_once_have_the_numbers_of_each_alone(rows):
    together = prr(table(*np.array(rows, dtype=float).T)), ror(table(*np.array(rows, dtype=float).T))
    for place, row in enumerate(rows):
        assert [float(found.estimate[place]) for found in together] == [
            float(found.estimate) for found in (prr(table(*row)), ror(table(*row)))
        ]
