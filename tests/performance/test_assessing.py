"""The figure of assessing again, on few cases: it runs, and what it compares agrees."""

from tests.performance.assessing import measure


def test_a_few_cases_are_assessed_again_and_compared_in_time():
    assert [figure.is_met for figure in measure(40)] == [True, True]
