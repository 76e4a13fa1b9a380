"""When does a pair of product and reaction meet a rule? By one case, or by statistics against the background.

A flag is a reason to look, never a conclusion. Whether it is put before the officer: `domain/signals/states.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tvec_pv.domain.signals.pairs import CountedReaction, Pair, Statistics
from tvec_pv.domain.signals.rule_names import CASE_FLAG, STATISTICAL_RULES
from tvec_pv.domain.terms import normalise

SITUATION = "special"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Limits of the statistical rules and the sentences of all rules, from one dated file.

    `active` names the rules that flag. `levels` and `statuses` are those of the flags of a case that alarm.
    """

    version: str
    minimum_reports: int
    prr: float
    chi_square_yates: float
    ror_lower: float
    ic_lower: float
    eb05: float
    levels: tuple[str, ...]
    statuses: tuple[str, ...]
    rules: Mapping[str, str]
    active: frozenset[str]

    @property
    def limits(self) -> dict[str, float]:
        return {name: getattr(self, name) for name in LIMITS}


LIMITS = ("minimum_reports", "prr", "chi_square_yates", "ror_lower", "ic_lower", "eb05")


@dataclass(frozen=True, slots=True)
class CountedFlag:
    """A flag that alarms, of a current, valid case version in which the product is suspect or interacting."""

    case_key: str
    version_id: int
    flag: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Flag:
    """A pair that meets a rule, with the case versions that meet it."""

    pair: Pair
    rule: str
    sentence: str
    versions: tuple[int, ...]


def flag(
    reactions: Sequence[CountedReaction],
    pairs: Sequence[Pair],
    thresholds: Thresholds,
    case_flags: Sequence[CountedFlag] = (),
) -> tuple[Flag, ...]:
    """Every rule that a pair meets, active or not, in the order of the thresholds."""
    by_name: dict[str, list[CountedReaction]] = {}
    for reaction in reactions:
        by_name.setdefault(normalise(reaction.name), []).append(reaction)
    situations = _situations(case_flags)
    flags: list[Flag] = []
    for rule, sentence in thresholds.rules.items():
        if rule == CASE_FLAG:
            flags.extend(Flag(pair, rule, sentence, pair.versions) for pair in situations)
            continue
        for pair in pairs:
            if rule in STATISTICAL_RULES:
                versions = pair.versions if crosses(rule, pair.statistics, thresholds) else ()
            else:
                versions = tuple(sorted({one.version_id for one in by_name[pair.key] if _meets(rule, one)}))
            if versions:
                flags.append(Flag(pair, rule, sentence, versions))
    return tuple(flags)


def crosses(rule: str, measured: Statistics | None, limits: Thresholds) -> bool:
    """Whether the statistics of a pair reach the limits of a statistical rule."""
    return measured is not None and bool(reach(rule, asdict(measured), limits))


def reach(rule: str, measured: Mapping[str, Any], limits: Thresholds) -> NDArray[np.bool_]:
    """Whether pairs reach the limits of a statistical rule, by the measures of one or arrays of them.

    A measure that is not defined reaches nothing.
    """
    given = {name: np.asarray(measured[name], dtype=np.float64) for name in _ASKS[rule] if name in measured}
    if len(given) < len(_ASKS[rule]):
        return np.zeros(np.shape(measured["a"]), dtype=np.bool_)
    enough = given["a"] >= limits.minimum_reports
    if rule == "evans":
        return enough & (given["prr"] >= limits.prr) & (given["chi_square_yates"] >= limits.chi_square_yates)
    if rule == "ror":
        return enough & (given["ror_lower"] > limits.ror_lower)
    if rule == "ic":
        return enough & (given["ic_lower"] > limits.ic_lower)
    return enough & (given["eb05"] >= limits.eb05)


_ASKS = {
    "evans": ("a", "prr", "chi_square_yates"),
    "ror": ("a", "ror_lower"),
    "ic": ("a", "ic_lower"),
    "eb05": ("a", "eb05"),
}


def crossed(measured: Statistics | None, limits: Thresholds) -> tuple[str, ...]:
    """The statistical rules that statistics cross."""
    return tuple(rule for rule in STATISTICAL_RULES if crosses(rule, measured, limits))


def _situations(case_flags: Sequence[CountedFlag]) -> list[Pair]:
    """The product and each flag that alarms, as a pair of its own: what no statistic is about."""
    by_flag: dict[str, set[int]] = {}
    sentences = {one.flag: one.sentence for one in case_flags}
    for one in case_flags:
        by_flag.setdefault(one.flag, set()).add(one.version_id)
    return [
        Pair(f"{CASE_FLAG} {flag}", sentences[flag], SITUATION, tuple(sorted(versions)), 0, None)
        for flag, versions in sorted(by_flag.items())
    ]


def _meets(rule: str, reaction: CountedReaction) -> bool:
    """A rule of the case lane; one that is none of the general ones is named by the profile's concepts."""
    if rule == "designated-medical-event":
        return reaction.designated
    if rule == "fatal":
        return reaction.fatal
    if rule == "serious-unlisted":
        return reaction.serious_unlisted
    return reaction.case_rule == rule
