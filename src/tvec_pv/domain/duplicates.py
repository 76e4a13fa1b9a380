"""The same patient reported twice: what a machine may propose, and what a person decides.

Two reports are compared field by field. Each field adds to or takes from the weight of evidence, in bits; what one of
them does not say adds nothing (Fellegi and Sunter 1969; for reports: Norén, Orre, Bate and Edwards 2007).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Chance:
    """That two cases of different patients are alike by chance: that many times the chance of the same value."""

    times: float
    value: str


@dataclass(frozen=True, slots=True)
class Level:
    """One way in which a field of two cases can compare.

    `m` is its probability where both are one patient, `u` where they are not. `rarer` names the value by whose
    frequency among the cases the weight is adjusted: what few cases have is more evidence.
    """

    name: str
    says: str
    m: float
    u: float | Chance
    rarer: str = ""


@dataclass(frozen=True, slots=True)
class LinkageModel:
    """The parameters of one dated file: nothing is learnt at night, so that the same cases always score the same.

    `usual` says of each value how often it is met in general; it counts as much as `cases_behind_it` cases do, so
    that a store of few cases does not take for common what it saw twice.
    """

    version: str
    threshold: float
    duplicates_per_case: float
    cases_behind_it: float
    usual: Mapping[str, float]
    fields: Mapping[str, tuple[Level, ...]]


@dataclass(frozen=True, slots=True)
class FieldEvidence:
    """What one field says: the level that was met, in words without any value, and its weight in bits."""

    field: str
    level: str
    says: str
    weight: float


@dataclass(frozen=True, slots=True)
class ProposedPair:
    """Two cases, in order of their keys, that are probably one patient's. `weight` includes that of the prior."""

    a: str
    b: str
    probability: float
    weight: float
    fields: tuple[FieldEvidence, ...]


class Decision(StrEnum):
    """What a person says of two cases; the latest word counts, and no earlier one is lost."""

    DUPLICATE = "duplicate"
    DISTINCT = "distinct"
    UNDONE = "undone"
