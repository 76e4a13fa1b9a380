"""Reactions that may be one thing coded in several ways: pointed at as a question, never counted together."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CodingRules:
    """Groups of names that a rule does not find, and the share of words from which two names are alike."""

    version: str
    shared_words: float
    groups: tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class Coded:
    """A reaction as it is counted: by its normalised name, with its category and the cases that have it."""

    key: str
    name: str
    category: str
    cases: frozenset[str]


@dataclass(frozen=True, slots=True)
class LookAlike:
    """Another reaction that may be the same thing, why, and how many cases have it and how many have both."""

    name: str
    why: str
    cases: int
    in_both: int

    @property
    def question(self) -> str:
        both = "no case has both" if not self.in_both else f"{self.in_both} have both"
        return f"{self.name} ({self.why}; {self.cases} cases, {both}): another thing, or the same coded differently?"


def look_alikes(one: Coded, others: Sequence[Coded], rules: CodingRules) -> tuple[LookAlike, ...]:
    """The other reactions of which to ask whether they are this one, those with most cases first."""
    found = [
        LookAlike(other.name, why, len(other.cases), len(one.cases & other.cases))
        for other in others
        if other.key != one.key and (why := _why(one, other, rules))
    ]
    return tuple(sorted(found, key=lambda like: (-like.cases, like.name)))


def _why(one: Coded, other: Coded, rules: CodingRules) -> str:
    if any({one.key, other.key} <= group for group in rules.groups):
        return "often coded for each other"
    words, others = set(one.key.split()), set(other.key.split())
    if one.category != other.category or not words & others:
        return ""
    if words <= others or others <= words:
        return "one name holds the other"
    return "most words are the same" if len(words & others) / len(words | others) >= rules.shared_words else ""
