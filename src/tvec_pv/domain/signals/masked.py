"""Which other medicines hide a pair? Their many reports of the reaction raise what is expected of everybody else."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tvec_pv.domain.signals.pairs import Statistics, measures
from tvec_pv.domain.signals.rules import Thresholds, reach
from tvec_pv.domain.statistics.contingency import Table, table
from tvec_pv.domain.statistics.masking import masking

SHOWN = 3
RULES = ("evans", "ror", "ic")  # those that need no prior: one is fitted with the medicine in


@dataclass(frozen=True, slots=True)
class Masker:
    """A medicine with its reports, in all and with the reaction. Without them the PRR of the pair is `ratio` times as
    high, and the rules of `reveals` are met that are not met with them."""

    substance: str
    reports: int
    with_reaction: int
    ratio: float
    reveals: tuple[str, ...]


def maskers(
    measured: Statistics,
    substances: Sequence[str],
    reports: NDArray[np.int64],
    with_reaction: NDArray[np.int64],
    limits: Thresholds,
) -> tuple[Masker, ...]:
    """The few medicines without whose reports the PRR rises most, the one that hides most first."""
    candidates = np.flatnonzero(with_reaction > 0)
    cells = table(*([getattr(measured, cell)] for cell in "abcd"))
    having, without = with_reaction[candidates], (reports - with_reaction)[candidates]

    def meets(tables: Table) -> NDArray[np.bool_]:
        found = measures(tables)
        return np.array([reach(rule, found, limits) for rule in RULES])

    found = masking(cells, having, without, meets)
    ratio, revealed = found.ratio, dict(zip(RULES, found.reveals, strict=True))
    order = [place for place in np.argsort(-np.nan_to_num(ratio, nan=0.0), kind="stable") if ratio[place] > 1]
    return tuple(
        Masker(
            substance=substances[candidates[place]],
            reports=int(reports[candidates[place]]),
            with_reaction=int(having[place]),
            ratio=float(ratio[place]),
            reveals=tuple(rule for rule, is_revealed in revealed.items() if is_revealed[place]),
        )
        for place in order[:SHOWN]
    )
