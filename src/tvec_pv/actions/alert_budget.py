"""The alert budget: the false flags that each rule is expected to raise in a week, at the rate of the reports."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from tvec_pv.actions.runs import House
from tvec_pv.background.counts import count
from tvec_pv.background.current import current_reports
from tvec_pv.background.scores import prior_of
from tvec_pv.domain.errors import Refused
from tvec_pv.domain.signals.alert_budget import FalseFlags, Null, false_flags, keeps, log_uniform, simulate
from tvec_pv.store import reads
from tvec_pv.store.database import reading

WEEKS = 52
SEED = 20261125
REPLICATES = 40
_REACTIONS, _LOWEST, _HIGHEST, _REPORTS = 400, 1e-4, 0.05, 20_000_000  # where no background is loaded


@dataclass(frozen=True, slots=True)
class Budget:
    """What was simulated, and which rule keeps the budget, if one does."""

    reports_before: int
    reports_per_week: float
    reactions: str
    per_week: float | None
    expected: tuple[FalseFlags, ...]
    kept_by: str | None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def alert_budget(house: House, per_week: float | None = None, reports_per_week: float | None = None) -> Budget:
    """Simulate a year of nights at the rate of the product's reports, or at another one; nothing is stored."""
    with reading(house.store) as connection:
        counted = [one for one in reads.current_versions(connection) if one.product_is_suspect and not one.is_nullified]
    last = max((one.since for one in counted), default=None)
    in_a_year = sum(last is not None and one.since > last - timedelta(weeks=WEEKS) for one in counted)
    rate = reports_per_week if reports_per_week is not None else in_a_year / WEEKS
    if not 0 < rate < 1_000_000:
        raise Refused("no case says how many reports come in a week: give --reports-per-week")
    current = current_reports(house.settings.background)
    names = current.reactions if current else []
    background = count(house.settings.background, names)
    if background is not None:
        rates = np.array([background.with_reaction.get(name, 0) for name in names], dtype=np.float64)
        reports, of = background.reports, f"{len(names)} reactions as often as in {background.release}"
    else:
        rates, reports = log_uniform(_REACTIONS, _LOWEST, _HIGHEST, _REPORTS), _REPORTS
        of = f"{_REACTIONS} reactions of {_LOWEST:g} to {_HIGHEST:g} of the reports, for no background is loaded"
    stored = prior_of(house.settings.background)
    coming = max(1, round(rate * WEEKS))
    null = Null(rates, reports, before=len(counted), coming=coming)
    looks = simulate(null, house.thresholds, stored.usable if stored else None, REPLICATES, SEED)
    expected = false_flags(looks, coming, rate)
    kept = keeps(per_week, expected) if per_week is not None else None
    return Budget(len(counted), rate, of, per_week, expected, kept.rule if kept else None)
