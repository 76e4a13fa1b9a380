"""The page of detection power: one of its backgrounds is generated again, and its intervals are those of others."""

import re

import numpy as np
import pytest

from tests.detection_power import PAGE, SEEDS, exact_interval, look, mean_interval, row_of

LINES = PAGE.read_text("utf-8").splitlines()


def cells(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


@pytest.fixture(scope="module")
def first():
    return look(SEEDS[0])


def test_the_first_background_gives_the_row_on_the_page(first):
    start = LINES.index("## Background by background")
    shown = [cells(line) for line in LINES[start:] if line.startswith(f"| {SEEDS[0]} |")]

    assert shown == [row_of(first)]


def test_every_rule_finds_more_of_the_stronger_signals(first):
    for rule in ("evans", "ror", "ic", "eb05"):
        found = [
            np.mean([rule in one.flagged for one in first.planted if one.ratio in ratios])
            for ratios in ({1.5, 2.0}, {3.0, 5.0}, {10.0})
        ]
        assert found == sorted(found), rule
        assert found[-1] > found[0] + 0.3, rule


def test_the_page_counts_every_planted_signal_once():
    start, end = LINES.index("## How many planted signals are found"), LINES.index("## What is flagged besides")
    by_ratio = [int(cells(line)[1]) for line in LINES[start:end] if re.match(r"\| [\d.]+ \|", line)]
    background = LINES.index("## Background by background")
    by_seed = [int(cells(line)[2]) for line in LINES[background:] if re.match(r"\| \d+ \|", line)]

    assert len(by_seed) == len(SEEDS)
    assert 0.9 * sum(by_seed) < sum(by_ratio) <= sum(by_seed)  # a few lie outside the classes of expected counts


def test_intervals_are_those_of_the_tables():
    """Clopper and Pearson 1934 for 0 and 2 of 10; Student with four degrees of freedom, t = 2.7764."""
    assert exact_interval(0, 10) == pytest.approx((0.0, 0.3085), abs=5e-5)
    assert exact_interval(2, 10) == pytest.approx((0.0252, 0.5561), abs=5e-5)
    assert mean_interval([1, 2, 3, 4, 5]) == pytest.approx((3, 3 - 1.9632, 3 + 1.9632), abs=5e-4)
