"""What people's decisions and open proposals do to the counts: a patient counts once, and never not at all."""

from typing import NamedTuple

import pytest

from tests.spec.tables import each
from tvec_pv.domain.duplicates import (
    Decision,
    Standing,
    Suspected,
    check_decision,
    merged_into,
    suspected_copies,
)
from tvec_pv.domain.errors import Refused


def kept(master, dropped):
    return Standing(*sorted((master, dropped)), Decision.DUPLICATE, master)


class Merged(NamedTuple):
    """Who was kept over whom, which cases count by themselves, and what is merged into what."""

    decisions: tuple[tuple[str, str], ...]
    counted: str
    merged: dict[str, str]


class Asked(NamedTuple):
    """Who was kept over whom, whom somebody now wants to keep over whom, and whether that can be."""

    decisions: tuple[tuple[str, str], ...]
    keep: str
    drop: str
    can_be: bool


class Copies(NamedTuple):
    """Pairs that wait for a decision, merged cases, how much each case says, and which stands for which."""

    pairs: tuple[tuple[str, str], ...]
    merged: dict[str, str]
    says: dict[str, int]
    copies: dict[str, str]


MERGED = [
    Merged((), "ABC", {}),
    Merged((("A", "B"),), "ABC", {"B": "A"}),
    Merged((("B", "A"),), "ABC", {"A": "B"}),
    Merged((("A", "B"), ("B", "C")), "ABC", {"B": "A", "C": "A"}),
    Merged((("A", "B"), ("A", "C")), "ABC", {"B": "A", "C": "A"}),
    Merged((("A", "B"), ("C", "D")), "ABCD", {"B": "A", "D": "C"}),
    Merged((("A", "B"),), "B", {}),  # the kept one was nullified: the other counts again
    Merged((("A", "B"), ("B", "C")), "BC", {"C": "B"}),
    Merged((("A", "B"), ("B", "C")), "C", {}),
    Merged((("A", "C"), ("A", "B")), "CB", {"C": "B"}),
    Merged((("A", "B"),), "C", {}),
]

ASKED = [
    Asked((), "A", "B", True),
    Asked((("A", "B"),), "B", "A", True),  # the other way round, the latest word counts
    Asked((("A", "B"),), "A", "C", True),
    Asked((("A", "B"),), "B", "C", True),
    Asked((("A", "B"),), "C", "A", True),
    Asked((("A", "B"),), "C", "B", False),  # B is merged already
    Asked((("A", "B"), ("B", "C")), "C", "A", False),  # a circle
    Asked((("A", "B"), ("B", "C"), ("C", "D")), "D", "A", False),
]

COPIES = [
    Copies((), {}, {}, {}),
    Copies((("A", "B"),), {}, {"A": 5, "B": 5}, {"B": "A"}),
    Copies((("A", "B"),), {}, {"A": 5, "B": 9}, {"A": "B"}),
    Copies((("A", "B"), ("B", "C")), {}, {"A": 5, "B": 5, "C": 9}, {"A": "C", "B": "C"}),
    Copies((("A", "B"), ("C", "D")), {}, {"A": 5, "B": 5, "C": 5, "D": 6}, {"B": "A", "C": "D"}),
    Copies((("B", "C"),), {"B": "A"}, {"A": 0, "B": 9, "C": 5}, {"A": "C"}),
    Copies((("A", "B"),), {"B": "A"}, {"A": 5, "B": 5}, {}),
    Copies((("A", "Z"),), {}, {"A": 5, "Z": 5}, {}),  # Z does not count
]


@each(MERGED)
def test_a_merged_case_counts_by_the_one_that_was_kept(row):
    standing = [kept(*one) for one in row.decisions]

    assert merged_into(standing, set(row.counted)) == row.merged
    assert merged_into(standing[::-1], set(row.counted)) == row.merged


@each(MERGED)
def test_merging_never_takes_a_patient_out_of_the_counts(row):
    merged = merged_into([kept(*one) for one in row.decisions], set(row.counted))

    assert set(merged.values()) <= set(row.counted) - merged.keys()


@each(ASKED)
def test_a_decision_that_would_leave_nobody_to_count_is_refused(row):
    standing = [kept(*one) for one in row.decisions]
    if row.can_be:
        check_decision(standing, row.keep, row.drop, row.keep)
        return
    with pytest.raises(Refused, match="undo"):
        check_decision(standing, row.keep, row.drop, row.keep)


def test_what_is_no_merge_is_never_refused():
    check_decision([kept("A", "B"), kept("B", "C")], "A", "C", None)


@each(COPIES)
def test_the_most_complete_case_stands_for_a_suspected_patient(row):
    suspected = [Suspected(a, b, (row.says[a], row.says[b])) for a, b in row.pairs]
    counted = set("ABCD") - row.merged.keys()

    assert suspected_copies(suspected, row.merged, counted) == row.copies
    assert suspected_copies(suspected[::-1], row.merged, counted) == row.copies
