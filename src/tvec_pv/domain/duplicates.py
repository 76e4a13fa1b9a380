"""The same patient reported twice: what a machine may propose, and what a person decides.

Two reports are compared field by field. Each field adds to or takes from the weight of evidence, in bits; what one of
them does not say adds nothing (Fellegi and Sunter 1969; for reports: Norén, Orre, Bate and Edwards 2007).
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum

from tvec_pv.domain.errors import Refused


@dataclass(frozen=True, slots=True)
class Chance:
    """That two cases of different patients are alike by chance: that many times the chance of the same value."""

    times: float
    value: str


@dataclass(frozen=True, slots=True)
class Level:
    """One way in which a field of two cases can compare.

    `m` is its probability where both are one patient, `u` where they are not. `rarer` names the value by whose
    frequency among the cases u is adjusted, down to `floor`: what few cases have is more evidence.
    """

    name: str
    says: str
    m: float
    u: float | Chance
    rarer: str = ""
    floor: float = 0.0


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


@dataclass(frozen=True, slots=True)
class Standing:
    """The latest word on two cases, where it is not undone; `master` is the one that is kept of two duplicates."""

    a: str
    b: str
    decision: Decision
    master: str | None = None


@dataclass(frozen=True, slots=True)
class Suspected:
    """Two cases that were proposed and not decided, each with how many of its fields say something."""

    a: str
    b: str
    completeness: tuple[int, int]


def check_decision(standing: Sequence[Standing], a: str, b: str, master: str | None) -> None:
    """`Refused` where merging would leave nobody to count: a case that is merged already, or a circle."""
    if master is None:
        return
    merged = {_dropped(one): one.master for one in standing if one.master and {one.a, one.b} != {a, b}}
    if (b if master == a else a) in merged:
        raise Refused("the case that is not kept is merged into another one already: undo that decision first")
    at: str | None = master
    while at is not None:
        if at != master and at in (a, b):
            raise Refused("the case to keep is itself merged, over others, into the other one: undo that first")
        at = merged.get(at)


def merged_into(standing: Iterable[Standing], counted: Set[str]) -> dict[str, str]:
    """Each counted case that a person merged, with the one that counts for it.

    That is the case that was kept in the end. Where that one does not count itself (it was nullified, or the product
    is not suspect in it), the next one to it does: a patient never leaves the counts because of which case was kept.
    """
    into = {_dropped(one): one.master for one in standing if one.master}
    found = {}
    for group in _groups(into.items()):
        counting = sorted(group & counted, key=lambda case: (_steps(case, into), case))
        found.update(dict.fromkeys(counting[1:], counting[0]) if counting else {})
    return found


def suspected_copies(suspected: Iterable[Suspected], merged: Mapping[str, str], counted: Set[str]) -> dict[str, str]:
    """Each counted case that is suspected to be a copy, with the one that stands for its patient.

    Of cases that hang together, over one pair or several, the most complete one stands for all, then the first by key.
    """
    completeness: dict[str, int] = {}
    pairs = []
    for one in suspected:
        for case, known in zip((one.a, one.b), one.completeness, strict=True):
            completeness[case] = known
        a, b = merged.get(one.a, one.a), merged.get(one.b, one.b)
        if a != b and a in counted and b in counted:
            pairs.append((a, b))
    found = {}
    for group in _groups(pairs):
        first, *copies = sorted(group, key=lambda case: (-completeness.get(case, 0), case))
        found.update(dict.fromkeys(copies, first))
    return found


def _dropped(one: Standing) -> str:
    return one.b if one.master == one.a else one.a


def _steps(case: str, into: Mapping[str, str]) -> int:
    """How many merges lie between a case and the one that is kept in the end."""
    steps = 0
    while case in into:
        case, steps = into[case], steps + 1
    return steps


def _groups(pairs: Iterable[tuple[str, str]]) -> list[set[str]]:
    """The cases that hang together."""
    group_of: dict[str, set[str]] = {}
    for a, b in pairs:
        joined = group_of.get(a, {a}) | group_of.get(b, {b})
        group_of.update(dict.fromkeys(joined, joined))
    return list({id(group): group for group in group_of.values()}.values())
