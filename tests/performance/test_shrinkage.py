"""The figures of shrinkage that do not depend on the machine, on a small table."""

from tests.performance.shrinkage import Size, measure


def test_a_small_table_is_read_to_a_millionth():
    small = Size(products=600, reactions=1_500, reports=200_000, most=(20_000, 20_000), sample=20_000, by_brent=50)
    figures = {figure.name: figure for figure in measure(small)}
    assert [figure.is_met for name, figure in figures.items() if name.startswith("the table")] == [True, True]
    assert figures["known prior, off in its worst parameter"].value < 6  # 2 % is asked of the full size
