"""How many planted signals each rule finds, and what it flags besides: `python -m tests.detection_power`.

Writes docs/reference/detection-power.md from generated backgrounds. In an uneven one medicines differ in all classes of
reactions, as in life; in an even one nothing differs but the planted pairs, so that every other flag is false.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from textwrap import fill

import numpy as np
from scipy.stats import beta
from scipy.stats import t as student

from tests.generated_background import a_world, counted
from tests.reference_pages.markdown import NOTICE, document, table
from tvec_pv.background.scores import fit, row_groups
from tvec_pv.domain.signals.rules import reach
from tvec_pv.domain.statistics.gamma_poisson import Prior
from tvec_pv.reference_files import generation, thresholds

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "detection-power.md"
REPORTS, SEEDS, PLANTED = 200_000, range(1, 21), 400
EXPECTED = ((0.3, 1.0), (1.0, 2.0), (2.0, 5.0), (5.0, 15.0), (15.0, 50.0))
MADE_BY = "<!-- Written by `make detection-power` (tests/detection_power.py), which takes minutes. Do not edit. -->"
RULES = {"Evans": "evans", "ROR": "ror", "IC": "ic", "EB05": "eb05"}


@dataclass(frozen=True)
class Planted:
    """A planted signal: its true ratio, the reports expected without it, and the rules that flag it."""

    ratio: float
    expected: float
    flagged: frozenset[str]


@dataclass(frozen=True)
class Look:
    """What the rules said of one background. `others` are pairs with a report that are not planted, `enough` of them
    with as many as a flag needs; `false` are those flagged, by rule."""

    seed: int
    planted: tuple[Planted, ...]
    pairs: int
    others: int
    enough: int
    false: Mapping[str, int]
    prior: Prior


def look(seed: int, reports: int = REPORTS, *, even: bool = False, prior: Prior | None = None) -> Look:
    """Generate a background, count it, and apply the rules to every pair; EBGM by its own prior unless one is given."""
    planting = generation()["planted"] | {"at_least": PLANTED}
    world = a_world(seed, even=even, planted=planting)
    pairs, signals = counted(world, reports, seed)
    prior = prior or fit(pairs, "generated").prior
    flagged = flags(pairs, prior)
    substances = {name: place for place, name in enumerate(pairs.substances)}
    reactions = {name: place for place, name in enumerate(pairs.reactions)}
    key = pairs.substance.astype(np.int64) * len(reactions) + pairs.reaction
    found = []
    is_other = np.ones(len(pairs), bool)
    of_substance, of_reaction = pairs.with_substance.sum(axis=0), pairs.with_reaction.sum(axis=0)
    for signal in (*signals, *world.product_signals):
        substance = substances.get(world.substances[signal.substance])
        reaction = reactions.get(world.reactions[signal.reaction])
        if substance is None or reaction is None:
            continue
        place = int(np.searchsorted(key, substance * len(reactions) + reaction))
        is_there = place < len(key) and key[place] == substance * len(reactions) + reaction
        is_other[place if is_there else slice(0, 0)] = False
        if signal in signals:
            n = int(pairs.n[place]) if is_there else 0
            without = of_substance[substance] * (of_reaction[reaction] - n) / (pairs.total - of_substance[substance])
            rules = frozenset(rule for rule in RULES.values() if is_there and flagged[rule][place])
            found.append(Planted(signal.ratio, float(without), rules))
    return Look(
        seed=seed,
        planted=tuple(found),
        pairs=len(pairs),
        others=int(is_other.sum()),
        enough=int((is_other & (pairs.n >= thresholds().minimum_reports)).sum()),
        false={rule: int((flagged[rule] & is_other).sum()) for rule in RULES.values()},
        prior=prior,
    )


def flags(pairs, prior: Prior) -> dict[str, np.ndarray]:
    """Which pairs each rule flags, by the thresholds in force."""
    limits = thresholds()
    parts: dict[str, list[np.ndarray]] = {rule: [] for rule in RULES.values()}
    for places, measured in row_groups(pairs, prior):
        for rule, part in parts.items():
            part.append(reach(rule, measured | {"a": pairs.n[places]}, limits))
    return {rule: np.concatenate(part) for rule, part in parts.items()}


def exact_interval(hits: int, of: int) -> tuple[float, float]:
    """Clopper and Pearson's 95 % interval of a share."""
    low = beta.ppf(0.025, hits, of - hits + 1) if hits else 0.0
    high = beta.ppf(0.975, hits + 1, of - hits) if hits < of else 1.0
    return float(low), float(high)


def mean_interval(values: Sequence[float]) -> tuple[float, float, float]:
    """The mean of some backgrounds with Student's 95 % interval: pairs of one background are not independent."""
    mean, size = float(np.mean(values)), len(values)
    error = float(student.ppf(0.975, size - 1)) * float(np.std(values, ddof=1)) / sqrt(size)
    return mean, mean - error, mean + error


def page(uneven: Sequence[Look], even: Sequence[Look]) -> str:
    planted = [one for each in uneven for one in each.planted]
    limits = thresholds()
    ratios = generation()["planted"]["ratios"]
    rules = (
        ("Evans", f"PRR at least {limits.prr:g} and chi-square (Yates) at least {limits.chi_square_yates:g}"),
        ("ROR", f"lower bound above {limits.ror_lower:g}"),
        ("IC", f"lower bound above {limits.ic_lower:g}"),
        ("EB05", f"at least {limits.eb05:g}; the prior is fitted on each background, with zero cells"),
    )
    found = []
    for low, high in EXPECTED:
        among = [one for one in planted if low <= one.expected < high]
        found.append(f"### {low:g} to {high:g} reports expected")
        found.append(table(("true ratio", "planted", *RULES), [_power(ratio, among) for ratio in ratios]))
    return document(
        "Detection power",
        _prose(
            f"""How the rules behave where the truth is known: `make detection-power` generates {len(uneven)}
            backgrounds of {REPORTS:,} reports (seeds {uneven[0].seed} to {uneven[-1].seed}, data
            {generation()["version"]}) and plants {len(planted):,} signals in them, pairs that stand together
            {min(ratios):g} to {max(ratios):g} times as often as the reaction stands in all reports. Nobody in them
            exists, and they say nothing about any medicine. By the thresholds of {limits.version} a rule flags a pair
            with at least {limits.minimum_reports} reports where"""
        ),
        table(("rule", "limit"), rules),
        "## How many planted signals are found",
        _prose(
            """Percent of those planted, at one look, by the true ratio and by the reports that were to be expected
            without the signal. In brackets the exact 95 % interval (Clopper and Pearson)."""
        ),
        *found,
        "## What is flagged besides",
        _prose(
            """Flags on pairs that were not planted, per 100,000 pairs with a report: the mean over the backgrounds with
            its 95 % interval (Student; a background counts as one, because its pairs are not independent). In **even**
            backgrounds nothing differs but the planted pairs, and every such flag is false, save those of medicines
            that stand in the same reports as a planted one. One case in a hundred is sent twice and counted twice, as
            in FAERS. In **uneven** ones medicines differ by class of reaction, as in life: many of these pairs are
            truly reported more often without being planted. Even backgrounds are scored with the prior of the uneven
            one of the same seed: where all ratios are alike none can be fitted."""
        ),
        table(
            ("backgrounds", "pairs with a report", "of those with enough", *RULES),
            [_others("even", even), _others("uneven", uneven)],
        ),
        "## What a flag is worth",
        _prose(
            """Of all flags in the even backgrounds, the percent that are planted signals (exact 95 % interval). It
            depends on how many signals there are to find, and here they are few among all pairs."""
        ),
        table(tuple(RULES), [[_worth(rule, even) for rule in RULES.values()]]),
        "## Background by background",
        "The uneven ones: planted signals found, and other pairs flagged. A test generates the first one again.",
        table(
            ("seed", "pairs", "planted", *(f"{name} {what}" for name in RULES for what in ("found", "others"))),
            map(row_of, uneven),
        ),
    )


def _prose(text: str) -> str:
    return fill(" ".join(text.split()), 120, break_on_hyphens=False)


def row_of(one: Look) -> list[str]:
    """The counts of one background, as the page shows them."""
    counts = ((sum(rule in each.flagged for each in one.planted), one.false[rule]) for rule in RULES.values())
    return [
        str(value) for value in (one.seed, one.pairs, len(one.planted), *(value for both in counts for value in both))
    ]


def _power(ratio: float, among: Iterable[Planted]) -> list[str]:
    those = [one for one in among if one.ratio == ratio]
    hits = [sum(rule in one.flagged for one in those) for rule in RULES.values()]
    return [f"{ratio:g}", str(len(those)), *(_percent(hit, len(those)) for hit in hits)]


def _percent(hits: int, of: int) -> str:
    if not of:
        return ""
    low, high = exact_interval(hits, of)
    return f"{100 * hits / of:.0f} ({100 * low:.0f} to {100 * high:.0f})"


def _others(name: str, looks: Sequence[Look]) -> list[str]:
    cells = []
    for rule in RULES.values():
        mean, low, high = mean_interval([100_000 * one.false[rule] / one.others for one in looks])
        cells.append(f"{mean:.1f} ({max(low, 0):.1f} to {high:.1f})")
    pairs, enough = np.mean([one.others for one in looks]), np.mean([one.enough for one in looks])
    return [name, f"{pairs:,.0f}", f"{enough:,.0f}", *cells]


def _worth(rule: str, looks: Sequence[Look]) -> str:
    right = sum(rule in one.flagged for each in looks for one in each.planted)
    return _percent(right, right + sum(each.false[rule] for each in looks))


def main() -> None:
    uneven, even = [], []
    for seed in SEEDS:
        uneven.append(look(seed))
        even.append(look(seed, even=True, prior=uneven[-1].prior))
        sys.stdout.write(f"background {seed}: {', '.join(row_of(uneven[-1]))}\n")
        sys.stdout.flush()
    PAGE.write_text(page(uneven, even).replace(NOTICE, MADE_BY), "utf-8")


if __name__ == "__main__":
    main()
