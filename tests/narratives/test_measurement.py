"""The sentences are what the page says they are, and our figures on it are those that come out."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.narratives.measure import ours
from tests.narratives.scoring import (
    HISTORY_AND_PERSONS,
    KINDS,
    SENTENCES,
    TRAPS,
    VIGNETTES,
    Score,
    Taken,
    scores,
    sentences,
    traps,
    vignettes,
)
from tests.spec.narratives import NARRATIVES
from tvec_pv.reference_files import knowledge

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "narratives.md").read_text("utf-8")
HALVES = {"building half": False, "held-out half": True}
SETS = {
    **{name: (held_out, SENTENCES) for name, held_out in HALVES.items()},
    **{f"past and persons: {name}": (held_out, HISTORY_AND_PERSONS) for name, held_out in HALVES.items()},
}


def rows_of(texts):
    """The page's figures of one set: how many there are, our precision, our recall, by kind."""
    found = re.findall(rf"^\| {re.escape(texts)} \| ([\w ]+) \| (\d+) \| ([\d.]+) \| ([\d.]+) \|", PAGE, re.MULTILINE)
    return {kind: (int(count), precision, recall) for kind, count, precision, recall in found}


def computed(truth):
    return {
        kind: (score.right + score.missed, f"{score.precision:.2f}", f"{score.recall:.2f}")
        for kind, score in scores(truth, ours()).items()
        if score.right + score.missed
    }


@pytest.mark.parametrize("texts", SETS)
def test_our_figures_are_those_of_the_page(texts):
    assert rows_of(texts) == computed(sentences(*SETS[texts]))


@pytest.mark.skipif(not VIGNETTES.is_file(), reason="the reference is not here")
def test_our_figures_on_the_vignettes_are_those_of_the_page():
    assert rows_of("vignettes") == computed(vignettes())


def test_no_trap_is_taken_for_a_reaction():
    assert [traps(sentences(held_out), ours()) for held_out in HALVES.values()] == [(5, 0), (11, 0)]
    assert "5 in the building half and 11 in the held-out" in PAGE


def test_there_are_enough_sentences_and_each_is_of_one_kind():
    halves = [sentences(held_out) for held_out in HALVES.values()]
    concepts = {match.concept.id for match in knowledge().profile.by_name.values()}
    taken = [one for half in halves for found in half.values() for one in found]

    assert sum(map(len, halves)) == 175
    assert "are 175, written for this" in PAGE
    assert sum(len(sentences(held_out, HISTORY_AND_PERSONS)) for held_out in HALVES.values()) == 84
    assert "84 more" in PAGE
    assert {one.concept for one in taken} <= concepts
    assert {one.kind for one in taken} == {*KINDS, *TRAPS}
    assert min(Counter(one.kind for one in taken).values()) >= 5


def test_the_rules_are_not_shown_on_the_sentences_by_which_they_are_measured():
    measured = {text for given in SETS.values() for text in sentences(*given)}

    assert [row.sentence for row in NARRATIVES if row.sentence in measured] == []


def test_a_score_counts_what_is_right_wrong_and_missed():
    truth = {
        "both": frozenset({Taken("fever", "reaction"), Taken("sepsis", "negated")}),
        "product": frozenset({Taken("herpes", "product")}),
    }
    said = {
        "both": frozenset({Taken("fever", "reaction"), Taken("sepsis", "reaction")}),
        "product": frozenset({Taken("herpes", "reaction")}),
    }

    found = scores(truth, said.__getitem__)

    assert found["reaction"] == Score(right=1, wrong=2, missed=0)
    assert found["negated"] == Score(right=0, wrong=0, missed=1)
    assert (found["all"].precision, found["all"].recall) == (1 / 3, 1 / 2)
    assert traps(truth, said.__getitem__) == (1, 1)
