"""The statistics of all pairs of the background, with the audit row that says with which prior."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tvec_pv.actions.runs import House, run, utc_now
from tvec_pv.background.scores import StoredPrior, score
from tvec_pv.store import changes
from tvec_pv.store.database import writing


@dataclass(frozen=True, slots=True)
class Scored:
    """What was made: the prior, and the file with a row for each pair."""

    stored: StoredPrior
    path: Path

    @property
    def lines(self) -> list[str]:
        one = self.stored
        strata = f", expected counts by {' and '.join(one.strata)}" if one.strata else ""
        return [
            f"{one.release}: {one.reports} reports, {one.substances} substances, {one.reactions} reactions",
            f"{one.pairs} pairs scored{strata}",
            one.line,
            str(self.path),
        ]

    def as_json(self) -> dict[str, Any]:
        return self.stored.as_json() | {"file": str(self.path)}


def score_background(house: House, strata: Sequence[str] = ()) -> Scored:
    """Count and score every pair of what is loaded; the audit row has the prior and the release."""
    with run(house, "scoring") as under_way:
        stored, path = score(house.settings.background, strata)
        entry = changes.AuditEntry("background scored", f"release {stored.release}", stored.as_json())
        with writing(house.store) as transaction:
            changes.append_audit(transaction, house.settings.actor, [entry], utc_now())
        under_way.summary.update(pairs=stored.pairs, converged=stored.usable is not None)
    return Scored(stored, path)
