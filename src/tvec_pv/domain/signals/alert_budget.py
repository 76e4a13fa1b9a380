"""How many flags a week would each statistical rule raise, were nothing wrong with the product?

Looking every night finds more by chance than looking once. In the null case the product is reported with each reaction
as often as everything else is; its reports come one by one, and after each the pairs in it are looked at. Counted are
the flags of a week: shown every night while a pair crosses; when a case of it is new; and once, where a decision stands
from then on. Pairs are independent of each other, the background does not grow, and no prior is fitted anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tvec_pv.domain.errors import Refused
from tvec_pv.domain.signals.pairs import measures
from tvec_pv.domain.signals.rule_names import STATISTICAL_RULES
from tvec_pv.domain.signals.rules import Thresholds, reach
from tvec_pv.domain.statistics.contingency import from_margins
from tvec_pv.domain.statistics.gamma_poisson import Prior

_GRID = 20  # looks at which it is counted how many pairs cross, evenly over the reports to come


@dataclass(frozen=True, slots=True)
class Null:
    """What is simulated: `counts` of the reactions among `reports` of the background, `before` reports of the product
    that were looked at already, and `coming` ones."""

    counts: NDArray[np.float64]
    reports: int
    before: int
    coming: int


@dataclass(frozen=True, slots=True)
class Looks:
    """A replicate of the null case, on average: pairs that crossed among the coming reports and not before, that cross
    after the last one, that cross on any night; and how often a pair crossed when a case of it was new."""

    ever: float
    at_end: float
    on_a_night: float
    with_new_case: float
    error_of_ever: float


@dataclass(frozen=True, slots=True)
class FalseFlags:
    """Flags by chance that a rule is expected to raise in a week; `error` is the standard error of `once`."""

    rule: str
    every_night: float
    with_new_case: float
    once: float
    error: float


def simulate(null: Null, limits: Thresholds, prior: Prior | None, replicates: int, seed: int) -> dict[str, Looks]:
    """Look after every report of the null case; by statistical rule. Without a prior the EB05 rule is left out."""
    rules = [rule for rule in STATISTICAL_RULES if prior is not None or rule != "eb05"]
    random = np.random.default_rng(seed)
    counts = np.tile(null.counts, replicates)
    chance = counts / null.reports
    cases = random.binomial(null.before, chance)
    time = np.zeros(chance.size, dtype=np.int64)
    knew = {rule: _cross(rules, null, counts, cases, null.before, limits, prior)[rule] for rule in rules}
    ever = {rule: np.zeros(chance.size, dtype=np.bool_) for rule in rules}
    flags = dict.fromkeys(rules, 0)
    nights = np.linspace(null.coming / _GRID, null.coming, _GRID)
    cases_then = np.tile(cases, (_GRID, 1))
    alive = np.flatnonzero(chance > 0)
    while alive.size:
        time[alive] += _until_next(random, chance[alive])
        alive = alive[time[alive] <= null.coming]
        cases[alive] += 1
        cases_then[:, alive] += time[alive] <= nights[:, None]
        crossing = _cross(rules, null, counts[alive], cases[alive], null.before + time[alive], limits, prior)
        for rule in rules:
            flags[rule] += int(crossing[rule].sum())
            ever[rule][alive] |= crossing[rule]
    shown = [
        _cross(rules, null, counts, then, null.before + int(night), limits, prior)
        for night, then in zip(nights, cases_then, strict=True)
    ]
    found = {}
    for rule in rules:
        per_replicate = (ever[rule] & ~knew[rule]).reshape(replicates, -1).sum(axis=1)
        found[rule] = Looks(
            ever=float(per_replicate.mean()),
            at_end=float(shown[-1][rule].sum() / replicates),
            on_a_night=float(np.mean([one[rule].sum() for one in shown]) / replicates),
            with_new_case=flags[rule] / replicates,
            error_of_ever=float(per_replicate.std() / np.sqrt(replicates)),
        )
    return found


def false_flags(looks: dict[str, Looks], coming: int, reports_per_week: float) -> tuple[FalseFlags, ...]:
    """The flags of a week, where so many reports come in one; from what was simulated for `coming` reports."""
    weeks = coming / reports_per_week
    return tuple(
        FalseFlags(
            rule=rule,
            every_night=7 * one.on_a_night,
            with_new_case=one.with_new_case / weeks,
            once=one.ever / weeks,
            error=one.error_of_ever / weeks,
        )
        for rule, one in looks.items()
    )


def keeps(budget: float, expected: Sequence[FalseFlags]) -> FalseFlags | None:
    """The rule that flags most within so many false flags a week, where decisions stand; None where none does."""
    if budget <= 0:
        raise Refused("an alert budget is more than 0 flags a week")
    within = [one for one in expected if one.once <= budget]
    return max(within, key=lambda one: one.once, default=None)


def _until_next(random: np.random.Generator, chance: NDArray[np.float64]) -> NDArray[np.int64]:
    """Reports until the next one that has the reaction; what is too far to be counted is far enough."""
    return np.minimum(random.geometric(np.maximum(chance, 1e-12)), 2**40)


def _cross(
    rules: Sequence[str],
    null: Null,
    counts: NDArray[np.float64],
    cases: NDArray[np.int64],
    product_reports: int | NDArray[np.int64],
    limits: Thresholds,
    prior: Prior | None,
) -> dict[str, NDArray[np.bool_]]:
    """Which pairs cross, by rule; only those with enough cases are computed."""
    found = {rule: np.zeros(cases.size, dtype=np.bool_) for rule in rules}
    enough = np.flatnonzero(cases >= limits.minimum_reports)
    if enough.size:
        reports = np.broadcast_to(product_reports, cases.shape)[enough]
        measured = measures(from_margins(cases[enough], reports, counts[enough], null.reports), prior)
        for rule in rules:
            found[rule][enough] = reach(rule, measured, limits)
    return found


def log_uniform(number: int, lowest: float, highest: float, reports: int) -> NDArray[np.float64]:
    """Counts of so many reactions among reports, their shares evenly spread on a log scale: where no background is."""
    shares = np.exp(np.log(lowest) + (np.arange(number) + 0.5) / number * np.log(highest / lowest))
    return np.asarray(shares * reports)
