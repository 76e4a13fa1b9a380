"""The data behind the case rules: flags, limits, medicines, conditions, samples, and the words that name things.

What a physician would change is here; what follows from it is in the modules of rules.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from tvec_pv.domain.remembering import remembered
from tvec_pv.domain.terms import normalise

Value = TypeVar("Value")


class Level(StrEnum):
    """How much a flag weighs, gravest first."""

    CRITICAL = "critical"
    MAJOR = "major"
    HOLD = "hold"
    REJECT = "reject"
    REVIEW = "review"
    MINOR = "minor"
    FOLLOW_UP = "follow-up"
    CONTEXT = "context"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class FlagRow:
    """One flag: the rule that raises it, how much it weighs, and what it says and asks.

    `us_level` holds where the US label does; `grave_level` where the rule says that the situation is grave.
    """

    flag: str
    rule: str
    level: Level
    sentence: str
    source: tuple[str, ...]
    verified: bool
    us_level: Level | None = None
    grave_level: Level | None = None
    question: str = ""


@dataclass(frozen=True, slots=True)
class LimitRow:
    """A number that a rule compares with."""

    limit: str
    value: float
    unit: str
    meaning: str
    source: tuple[str, ...]
    verified: bool


@dataclass(frozen=True, slots=True)
class MedicineRow:
    """A medicine by name. `severe` suppresses severely; `prednisone_5` is the amount in mg that equals 5 mg of it."""

    kind: str
    name: str
    source: tuple[str, ...]
    severe: bool = False
    prednisone_5: float | None = None


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """A condition of the patient by its names. `severe` is a severe immunodeficiency."""

    condition: str
    kind: tuple[str, ...]
    words: tuple[str, ...]
    source: tuple[str, ...]
    severe: bool = False


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A kind of sample by its names, and the rule for the product's DNA in it; the first that fits counts."""

    sample: str
    words: tuple[str, ...]
    rule: str
    meaning: str
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WordsRow:
    """The words and codes by which a report says one thing."""

    group: str
    words: tuple[str, ...]
    source: tuple[str, ...]
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MeaningRow:
    """What a concept of the safety profile means for the case rules."""

    concept: str
    meaning: tuple[str, ...]
    note: str = ""


class Phrases(Generic[Value]):
    """Finds names in a text as whole words, the longest first; a denied one ("no history of ...") is not found, nor
    is one within a phrase of `others`, which mean something else ("liver enzymes" are no liver)."""

    def __init__(
        self, named: Iterable[tuple[str, Value]], denials: Iterable[str] = (), others: Iterable[str] = ()
    ) -> None:
        self._values: dict[str, list[Value]] = {normalise(other): [] for other in others}
        for name, value in named:
            self._values.setdefault(normalise(name), []).append(value)
        self._longest = max((name.count(" ") + 1 for name in self._values), default=0)
        self._first = {name.split(" ", 1)[0] for name in self._values}
        words = "|".join(sorted(map(normalise, denials), key=len, reverse=True))
        self._denied = re.compile(rf"\b(?:{words})\b") if words else None

    def find(self, text: str) -> Iterator[Value]:
        """What a text names, in its order."""
        for words in _clauses(text):
            if not self._first.isdisjoint(words) and not (self._denied and self._denied.search(" ".join(words))):
                yield from self._in(words)

    def is_in(self, text: str) -> bool:
        return next(self.find(text), None) is not None

    def _in(self, words: tuple[str, ...]) -> Iterator[Value]:
        start = 0
        while start < len(words):
            if words[start] in self._first:
                for length in range(min(self._longest, len(words) - start), 0, -1):
                    values = self._values.get(" ".join(words[start : start + length]))
                    if values is not None:
                        yield from values
                        start += length - 1
                        break
            start += 1


@remembered(2_000)  # a dozen rules ask the same text for their own words
def _clauses(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(words) for clause in _CLAUSES.split(text) if (words := normalise(clause).split()))


_CLAUSES = re.compile(r"[;\n]|[.,](?=\s)|\bbut\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CaseRules:
    """Everything of one profile version that the case rules read, ready to be looked up."""

    flags: Mapping[str, FlagRow]
    limits: Mapping[str, float]
    medicines: Phrases[MedicineRow]
    conditions: Phrases[ConditionRow]
    samples: tuple[tuple[SampleRow, Phrases[str]], ...]
    words: Mapping[str, Phrases[str]]
    codes: Mapping[str, frozenset[str]]
    meanings: Mapping[str, frozenset[str]]

    def says(self, group: str, text: str) -> bool:
        """Whether a text holds a word of a group."""
        return self.words[group].is_in(text)
