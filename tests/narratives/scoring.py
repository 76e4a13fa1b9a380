"""What a physician takes from each sentence of `sentences.csv`, and how a reading of them is scored.

The sentences were written before the rules. Those whose SHA-256 begins with an odd byte are held out: while the rules
were made they were neither run nor looked at again. So it is with `history_and_persons.csv`, which was written when the
first showed that the past and other persons are missed most, before the cues for them were added.
"""

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.real_data import REAL_DATA

SENTENCES = Path(__file__).with_name("sentences.csv")
HISTORY_AND_PERSONS = SENTENCES.with_name("history_and_persons.csv")
TAKEN_FROM_VIGNETTES = SENTENCES.with_name("vignettes.csv")
VIGNETTES = REAL_DATA.parent / "reference" / "vignettes.json"
KINDS = ("reaction", "negated", "history", "other person", "hypothetical")
TRAPS = ("product", "near miss")


class Taken(NamedTuple):
    """One thing that is taken from a text: which concept, told as what."""

    concept: str
    kind: str


Truth = dict[str, frozenset[Taken]]
Reading = Callable[[str], frozenset[Taken]]


def sentences(held_out: bool, written_in: Path = SENTENCES) -> Truth:
    """One half of the sentences of a file, each with what a physician takes from it."""
    found: dict[str, set[Taken]] = {}
    with written_in.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            taken = found.setdefault(row["sentence"], set())
            if row["kind"] != "nothing":
                taken.add(Taken(row["concept"], row["kind"].replace("-", " ")))
    return {text: frozenset(taken) for text, taken in found.items() if is_held_out(text) is held_out}


def is_held_out(text: str) -> bool:
    return hashlib.sha256(text.encode()).digest()[0] % 2 == 1


class Score(NamedTuple):
    """Right, wrong and missed, of one kind."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 0.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 0.0


def scores(truth: Truth, reading: Reading) -> dict[str, Score]:
    """The score of each kind, and of all five together."""
    right, wrong, missed = Counter[str](), Counter[str](), Counter[str]()
    for text, expected in truth.items():
        found = {one for one in reading(text) if one.kind in KINDS}
        expected = frozenset(one for one in expected if one.kind in KINDS)
        right.update(one.kind for one in found & expected)
        wrong.update(one.kind for one in found - expected)
        missed.update(one.kind for one in expected - found)
    of = {kind: Score(right[kind], wrong[kind], missed[kind]) for kind in KINDS}
    return {**of, "all": Score(right.total(), wrong.total(), missed.total())}


def traps(truth: Truth, reading: Reading) -> tuple[int, int]:
    """How many product descriptions and near misses there are, and in how many a reaction was seen."""
    laid = [(text, one.concept) for text, expected in truth.items() for one in expected if one.kind in TRAPS]
    return len(laid), sum(Taken(concept, "reaction") in reading(text) for text, concept in laid)


def vignettes() -> Truth:
    """The narratives of the reference's cases, each with what a physician takes from it.

    Much of it is inferred and stands in no word of the profile (vesicles in a dermatome with VZV are zoster): it counts
    as missed where it is not found.
    """
    taken: dict[str, set[Taken]] = {}
    with TAKEN_FROM_VIGNETTES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            taken.setdefault(row["vignette"], set()).add(Taken(row["concept"], row["kind"]))
    cases = json.loads(VIGNETTES.read_text("utf-8"))
    return {case["narrative"]: frozenset(taken.get(case["id"], ())) for case in cases}
