"""Counts of all pairs: distinct reports, whatever the order, the chunks and the repetitions."""

from collections import Counter
from dataclasses import replace

import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.real_data import REAL_DATA, needs_real_data
from tvec_pv.background.pairs import Incidence, Named, count_pairs
from tvec_pv.background.scores import expected

SUBSTANCES, REACTIONS, STRATA = ("alpha", "beta", "gamma"), ("chills", "fever", "rash", "unseen"), ("F", "M", "")

a_report = st.tuples(
    st.lists(st.sampled_from(SUBSTANCES), max_size=5),
    st.lists(st.sampled_from(REACTIONS[:3]), max_size=5),
    st.sampled_from(STRATA),
)
some_reports = st.lists(a_report, max_size=30)


def named(values, names):
    """Names by report as rows, with the names in an order of their own."""
    rows = [(place, names.index(name)) for place, of_report in enumerate(values) for name in of_report]
    both = np.array(rows, np.int32).reshape(-1, 2)
    return Named(both[:, 0], both[:, 1], names)


def incidence(reports, turned=False):
    """Reports as they come out of an extract; `turned` has the names listed the other way round."""
    substances, reactions, strata = (names[::-1] if turned else names for names in (SUBSTANCES, REACTIONS, STRATA))
    return Incidence(
        len(reports),
        named([one[0] for one in reports], substances),
        named([one[1] for one in reports], reactions),
        named([[one[2]] for one in reports], strata),
    )


def cells(pairs):
    return {
        (pairs.substances[substance], pairs.reactions[reaction]): int(n)
        for substance, reaction, n in zip(pairs.substance, pairs.reaction, pairs.n, strict=True)
    }


def margins(pairs):
    return {
        (kind, stratum, name): int(count)
        for kind, names, counts in (
            ("substance", pairs.substances, pairs.with_substance),
            ("reaction", pairs.reactions, pairs.with_reaction),
        )
        for stratum, of_stratum in zip(pairs.strata, counts, strict=True)
        for name, count in zip(names, of_stratum, strict=True)
        if count
    }


@given(some_reports)
def test_every_pair_has_the_number_of_reports_that_name_both(reports):
    by_hand = Counter(
        (substance, reaction)
        for drugs, reactions, _ in reports
        for substance in set(drugs)
        for reaction in set(reactions)
    )

    assert cells(count_pairs([incidence(reports)])) == by_hand


@given(some_reports)
def test_margins_are_the_reports_with_each_name_and_add_up_over_strata(reports):
    pairs = count_pairs([incidence(reports)])
    by_hand = Counter(("substance", stratum, name) for drugs, _, stratum in reports for name in set(drugs))
    by_hand += Counter(("reaction", stratum, name) for _, reactions, stratum in reports for name in set(reactions))

    assert margins(pairs) == by_hand
    assert dict(zip(pairs.strata, pairs.reports.tolist(), strict=True)) == dict.fromkeys(pairs.strata, 0) | Counter(
        stratum for *_, stratum in reports
    )
    assert pairs.total == len(reports)


@given(some_reports, st.randoms(use_true_random=False), st.integers(1, 40))
def test_neither_the_order_nor_the_chunks_change_a_count(reports, random, rows_together):
    whole = count_pairs([incidence(reports)])
    shuffled = random.sample(reports, len(reports))
    cuts = sorted(random.choices(range(len(reports) + 1), k=3))
    parts = [shuffled[start:end] for start, end in zip([0, *cuts], [*cuts, len(reports)], strict=True)]

    counted = count_pairs([incidence(part, turned=random.random() < 0.5) for part in parts], rows_together)

    assert (cells(counted), margins(counted), counted.total) == (cells(whole), margins(whole), whole.total)
    assert list(cells(counted)) == sorted(cells(whole))


@given(some_reports)
def test_a_name_that_is_listed_again_in_a_report_changes_nothing(reports):
    again = [(drugs * 3, reactions * 2, stratum) for drugs, reactions, stratum in reports]

    counted, once = count_pairs([incidence(again)]), count_pairs([incidence(reports)])

    assert (cells(counted), margins(counted)) == (cells(once), margins(once))


def test_nothing_loaded_has_no_pairs():
    pairs = count_pairs([])

    assert (len(pairs), pairs.total, pairs.substances) == (0, 0, ())


@pytest.mark.parametrize("rows_together", [1, 500, 10**9])
def test_sql_counts_the_same(rows_together):
    """20,000 rows against a count(DISTINCT ...) that knows nothing of matrices."""
    random = np.random.default_rng(5)
    reports = 3_000
    drugs = pl.DataFrame({"report": random.integers(0, reports, 9_000), "substance": random.zipf(1.5, 9_000) % 60})
    terms = pl.DataFrame({"report": random.integers(0, reports, 11_000), "reaction": random.zipf(1.4, 11_000) % 90})
    by_sql = duckdb.sql(
        """SELECT substance, reaction, count(DISTINCT report) FROM drugs JOIN terms USING (report)
           GROUP BY substance, reaction"""
    ).fetchall()
    parts = []
    for start in range(0, reports, 1_000):
        rows = [
            frame.filter(pl.col("report").is_between(start, start + 999)).with_columns(pl.col("report") - start)
            for frame in (drugs, terms)
        ]
        both = [
            Named(frame["report"].to_numpy().astype(np.int32), frame[column].to_numpy().astype(np.int32), names)
            for frame, column, names in zip(
                rows,
                ("substance", "reaction"),
                ([f"s{place:02}" for place in range(60)], [f"r{place:02}" for place in range(90)]),
                strict=True,
            )
        ]
        every = np.arange(1_000, dtype=np.int32)
        parts.append(Incidence(1_000, *both, Named(every, np.zeros_like(every), ["all"])))

    assert len(by_sql) > 1_500
    assert cells(count_pairs(parts, rows_together)) == {
        (f"s{substance:02}", f"r{reaction:02}"): n for substance, reaction, n in by_sql
    }


@pytest.fixture(scope="module")
def caers():
    """FDA's reports on foods and cosmetics as openEBGM's example has them: every row, in the strata of sex."""
    frame = pl.read_csv(REAL_DATA / "golden" / "caers_raw_long.csv", infer_schema=False)
    report = frame["id"].rank("dense").to_numpy().astype(np.int32) - 1
    first = frame.unique("id", keep="first").sort(pl.col("id"))

    def coded(column):
        names = frame[column].unique().sort()
        return names.to_list(), names.search_sorted(frame[column]).to_numpy().astype(np.int32)

    products, reactions, sexes = coded("var1"), coded("var2"), coded("strat1")
    return Incidence(
        first.height,
        Named(report, products[1], products[0]),
        Named(report, reactions[1], reactions[0]),
        Named(report, sexes[1], sexes[0]),
    )


@needs_real_data
@pytest.mark.parametrize(
    ("file", "is_stratified"), [("openEBGM_caers_scores.csv", False), ("openEBGM_caers_stratified_E.csv", True)]
)
def test_all_pairs_of_openebgms_example_have_its_counts_and_expected_counts(caers, file, is_stratified):
    if not is_stratified:
        every = np.arange(caers.reports, dtype=np.int32)
        caers = replace(caers, strata=Named(every, np.zeros_like(every), ["all"]))
    pairs = count_pairs([caers])
    e = expected(pairs)
    published = pl.read_csv(REAL_DATA / "golden" / file, infer_schema_length=None)
    found = {
        (pairs.substances[substance], pairs.reactions[reaction]): (int(n), float(at))
        for substance, reaction, n, at in zip(pairs.substance, pairs.reaction, pairs.n, e, strict=True)
    }

    assert len(found) == published.height == 17_189
    for product, reaction, n, at in published.select("var1", "var2", "N", "E").iter_rows():
        assert found[product, reaction] == (n, pytest.approx(at, rel=1e-12))
