"""Flags: what a person must see of a case, each with its rule, what was read, and what to ask.

A flag is established where structured fields or the reaction's own words say so, suggested where only free text or
an open date does. A flag never takes anything away.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tvec_pv.domain.case_facts import Basis, CaseFacts
from tvec_pv.domain.case_rules import CaseRules, FlagRow, Level
from tvec_pv.domain.findings import Finding
from tvec_pv.domain.icsr import Case, Reaction
from tvec_pv.domain.narrative import Suggestion
from tvec_pv.domain.product_names import NameMatch
from tvec_pv.domain.safety_profile import Listed
from tvec_pv.domain.virus_results import Statement


class Status(StrEnum):
    ESTABLISHED = "established"
    SUGGESTED = "suggested"


class Who(StrEnum):
    """Whose report it is: the person treated, or another who was exposed to the product."""

    TREATED = "treated patient"
    EXPOSED = "exposed person"
    NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Subject:
    """Who the report is about, and what says so; not `sure` where only the words of a reaction do."""

    who: Who
    reason: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Judged:
    """A reaction as classified: what the rules about flags ask of it. `words` are its own, `meanings` what its
    concept is. `onset` is "too early", "before the product" or "too late" where its whole interval lies outside the
    window."""

    number: int
    reaction: Reaction
    name: str
    concept: str
    is_clinical: bool
    serious: bool
    fatal: bool
    life_threatening: bool
    listed: Mapping[str, Listed] = field(hash=False)
    words: str
    meanings: frozenset[str]
    onset: str = ""

    @property
    def basis(self) -> Basis:
        return Basis("E.i.2.1", f"reaction {self.number}")


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a rule may look at. `labels` are the regions whose label holds where it happened: both where neither
    is known to. `viruses` is what the tests say of them, `missing` which minimum criteria the case does not meet,
    `mentions` what free text names."""

    case: Case
    facts: CaseFacts
    reactions: tuple[Judged, ...]
    subject: Subject
    product: NameMatch
    labels: frozenset[str]
    viruses: tuple[Statement, ...]
    rules: CaseRules
    missing: tuple[Finding, ...] = ()
    mentions: tuple[Suggestion, ...] = ()

    def meaning(self, *meanings: str) -> tuple[Judged, ...]:
        """The reactions that mean one of these."""
        return tuple(one for one in self.reactions if not one.meanings.isdisjoint(meanings))

    def limit(self, name: str) -> float:
        return self.rules.limits[name]


@dataclass(frozen=True, slots=True)
class Found:
    """That a rule holds, by what was read and where."""

    read: str
    basis: tuple[Basis, ...]
    sure: bool = True
    grave: bool = False


Rule = Callable[[Situation], Iterable[Found]]


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag of a case. `line` names the line of the profile that it comes from."""

    flag: str
    rule: str
    level: Level
    status: Status
    sentence: str
    question: str
    read: tuple[str, ...]
    basis: tuple[Basis, ...]
    line: str


def raise_flags(situation: Situation, rules: Mapping[str, Rule]) -> tuple[Flag, ...]:
    """The flags of a case, gravest first."""
    flags = [
        _flag(situation.rules.flags[name], found, situation.labels)
        for name, rule in rules.items()
        if (found := list(rule(situation)))
    ]
    return tuple(sorted(flags, key=lambda flag: (_GRAVEST.index(flag.level), flag.flag)))


_GRAVEST = tuple(Level)


def _flag(row: FlagRow, found: list[Found], labels: frozenset[str]) -> Flag:
    levels = [row.level]
    if row.us_level and "US" in labels:
        levels.append(row.us_level)
    if row.grave_level and any(one.grave for one in found):
        levels.append(row.grave_level)
    return Flag(
        flag=row.flag,
        rule=row.rule,
        level=min(levels, key=_GRAVEST.index),
        status=Status.ESTABLISHED if any(one.sure for one in found) else Status.SUGGESTED,
        sentence=row.sentence,
        question=row.question,
        read=tuple(dict.fromkeys(one.read for one in found)),
        basis=tuple(dict.fromkeys(basis for one in found for basis in one.basis)),
        line=f"flags.csv, rule {row.rule}",
    )
