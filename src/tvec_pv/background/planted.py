"""Which signals are planted in generated reports: pairs of a medicine and a reaction, each with its true ratio."""

import numpy as np
from numpy.typing import NDArray

from tvec_pv.background.generated import Signal, World, share_of_reports

NEAR_ENOUGH = 0.2  # of log E


def plant(world: World, reports: int, seed: int) -> tuple[Signal, ...]:
    """Signals to plant among so many reports: expected counts even on the log scale, ratios in turn.

    No medicine and no reaction is in more than one of them, so that none hides or feeds another.
    """
    planted = world.data["planted"]
    wanted = max(planted["at_least"], round(planted["per_million"] * reports / 1e6))
    random = np.random.default_rng([seed, 1])
    cases = reports * (1 - world.data["versions"]["follow_up"])
    with_substance, shares = cases * _suspect_share(world), share_of_reports(world)
    free_substance = np.ones(len(with_substance), bool)
    free_reaction = shares <= planted["highest_share"]
    free_reaction[[one.reaction for one in world.product_signals]] = False
    low, high = np.log(planted["expected"])
    rarest, commonest = np.log(shares.min()), np.log(planted["highest_share"])
    signals: list[Signal] = []
    for log_expected in random.uniform(low, high, wanted):
        enough = max(rarest, log_expected - np.log(with_substance.max()))
        share = random.uniform(min(enough, commonest), commonest)
        substance, _ = _nearest(np.log(with_substance), free_substance, log_expected - share)
        reaction, distance = _nearest(np.log(shares), free_reaction, log_expected - np.log(with_substance[substance]))
        if distance < NEAR_ENOUGH:
            ratio = planted["ratios"][len(signals) % len(planted["ratios"])]
            signals.append(Signal(substance, reaction, ratio))
            free_substance[substance] = free_reaction[reaction] = False
    return tuple(signals)


def _nearest(values: NDArray[np.float64], free: NDArray[np.bool_], wanted: float) -> tuple[int, float]:
    """The place of the free value that is nearest to what is wanted, and how far it is."""
    distance = np.where(free, np.abs(values - wanted), np.inf)
    place = int(distance.argmin())
    return place, float(distance[place])


def _suspect_share(world: World) -> NDArray[np.float64]:
    """How many of all reports have a substance as suspect or interacting, by substance and about."""
    shares = np.diff(np.concatenate([[0.0], world.used]))
    more = world.data["substances_more"]
    others = sum(one["share"] for one in world.data["role"] if one["code"] != "C")
    return np.asarray(shares * (1 + more * others))
