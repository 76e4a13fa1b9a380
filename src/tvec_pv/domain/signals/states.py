"""Is a pair that meets a rule open, decided or suppressed? Worked out from what people decided and what is new.

A flag needs a rule and something new: at least one case that the last decision did not know. A decision whose reason
covers more cases of the same kind keeps the statistics quiet; the rules of the case lane are never kept quiet.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tvec_pv.domain.errors import OutOfBalance, Refused
from tvec_pv.domain.signals.rule_names import STATISTICAL_RULES


class State(StrEnum):
    """Where a pair stands: every pair that meets a rule, and every signal there ever was, in exactly one."""

    OPEN = "open"
    DECIDED = "decided"
    SUPPRESSED = "suppressed"


class Decision(StrEnum):
    """What a person decides. Validation is a person's, in the words of GVP IX; `reopened` undoes the last decision."""

    NOT_VALIDATED = "not validated"
    MONITORED = "monitored"
    VALIDATED = "validated"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class ReasonCode:
    """One reason that can be counted, with the decision it stands for."""

    code: str
    decision: Decision
    covers: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Decided:
    """The last decision on a pair, and the cases it was made on: all of the pair, and by rule those that met it.

    A monitored pair comes back after so many new cases, or on a day.
    """

    reason: ReasonCode
    cases: frozenset[str]
    by_rule: Mapping[str, frozenset[str]]
    after_cases: int | None = None
    on_day: date | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a pair stands and why; `flagged` are the active rules that have something new, `new` the cases of it."""

    state: State
    why: str
    flagged: tuple[str, ...] = ()
    new: frozenset[str] = frozenset()


def stand(rules: Mapping[str, frozenset[str]], active: frozenset[str], last: Decided | None, today: date) -> Standing:
    """Where a pair stands that meets `rules` (with the cases behind each), after the last decision on it.

    A signal that meets no rule any more stays where its last decision, or the lack of one, left it.
    """
    met = {rule: cases for rule, cases in rules.items() if rule in active}
    if last is None or last.reason.decision is Decision.REOPENED:
        if rules and not met:
            return Standing(State.SUPPRESSED, f"meets only rules that are not active: {', '.join(rules)}")
        why = "no decision was made yet" if last is None else "the last decision was undone"
        gone = "" if rules else "; it meets no rule any more"
        return Standing(State.OPEN, why + gone, tuple(met), _all(met.values()))
    new = {rule: cases - _known(rule, last) for rule, cases in met.items()}
    by_case = tuple(rule for rule, cases in new.items() if cases and rule not in STATISTICAL_RULES)
    by_statistics = tuple(rule for rule, cases in new.items() if cases and rule in STATISTICAL_RULES)
    fresh = _all(new.values())
    reason = last.reason
    if by_case:
        return Standing(State.OPEN, f"{_cases(fresh)} since it was {reason.decision}", by_case + by_statistics, fresh)
    if reason.decision is Decision.MONITORED:
        return _monitored(last, by_statistics, fresh, today)
    if not by_statistics:
        return Standing(State.DECIDED, f"{reason.decision}: {reason.code}; no new case since")
    if reason.covers:
        return Standing(State.SUPPRESSED, f"{_cases(fresh)}, covered by the decision: {reason.code}", (), fresh)
    return Standing(State.OPEN, f"{_cases(fresh)} since it was {reason.decision}", by_statistics, fresh)


def _monitored(last: Decided, by_statistics: tuple[str, ...], fresh: frozenset[str], today: date) -> Standing:
    if last.on_day is not None and today >= last.on_day:
        return Standing(State.OPEN, f"monitored until {last.on_day.isoformat()}, which has come", by_statistics, fresh)
    if last.after_cases is not None and len(fresh) >= last.after_cases:
        return Standing(State.OPEN, f"monitored, and {_cases(fresh)} came", by_statistics, fresh)
    if not fresh:
        return Standing(State.DECIDED, "monitored; no new case since")
    waits = [f"{last.after_cases} new cases"] if last.after_cases is not None else []
    waits += [last.on_day.isoformat()] if last.on_day is not None else []
    return Standing(State.SUPPRESSED, f"{_cases(fresh)}, monitored until {' or '.join(waits)}", (), fresh)


def _known(rule: str, last: Decided) -> frozenset[str]:
    """The cases that the decision knew: for statistics those of the pair, for another rule those that met it."""
    return last.cases if rule in STATISTICAL_RULES else last.by_rule.get(rule, frozenset())


def _all(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)


def _cases(cases: frozenset[str]) -> str:
    return "1 new case" if len(cases) == 1 else f"{len(cases)} new cases"


def check_comes_back(decision: Decision, after_cases: int | None, on_day: date | None, today: date) -> None:
    """`Refused` where a monitored pair would never come back, or another decision names when it does."""
    if decision is Decision.MONITORED:
        if after_cases is None and on_day is None:
            raise Refused("say when it comes back: after so many new cases (--cases), on a day (--on), or both")
        if (after_cases is not None and after_cases < 1) or (on_day is not None and on_day <= today):
            raise Refused("what is monitored comes back after one new case or more, or on a day to come")
    elif after_cases is not None or on_day is not None:
        raise Refused("only what is monitored comes back by itself: leave --cases and --on out, or decide watched")


def check_states(pairs: Iterable[str], stored: Iterable[tuple[str, State]]) -> dict[State, int]:
    """How many pairs stand in each state; `OutOfBalance` unless each of `pairs` stands in exactly one."""
    standing: dict[str, list[State]] = {}
    for pair, state in stored:
        standing.setdefault(pair, []).append(state)
    wrong = sum(len(standing.get(pair, ())) != 1 for pair in set(pairs) | standing.keys())
    if wrong:
        raise OutOfBalance(f"{wrong} pairs that meet a rule are not open, decided or suppressed: nothing was stored")
    return {state: sum(found == [state] for found in standing.values()) for state in State}
