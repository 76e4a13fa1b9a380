"""Which cases made a pair cross the limits of a statistical rule: those without which it does not.

Every case of a pair weighs the same in a 2x2 table, so one case less is the same table whichever is left out. What
differs is when they came: where one case less is not enough, the newest that together made the pair cross are named.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tvec_pv.domain.signals.pairs import Statistics
from tvec_pv.domain.signals.rules import Thresholds, crosses

Without = Callable[[int], Statistics | None]


@dataclass(frozen=True, slots=True)
class Crossing:
    """What a rule hangs on: without `needed` of `cases` the pair does not cross.

    With `needed` of 1, each of the cases alone decides; else the newest ones, which do so together.
    """

    rule: str
    needed: int
    cases: tuple[str, ...]


def crossing(rule: str, oldest_first: Sequence[str], without: Without, limits: Thresholds) -> Crossing | None:
    """Which cases made a rule cross; `without` gives the statistics of the pair without so many of its cases.

    None where the pair does not cross. Below the smallest count no rule crosses, so the search ends.
    """
    if not crosses(rule, without(0), limits):
        return None
    needed = next(left for left in range(1, len(oldest_first) + 1) if not crosses(rule, without(left), limits))
    cases = oldest_first if needed == 1 else oldest_first[-needed:]
    return Crossing(rule, needed, tuple(cases))
