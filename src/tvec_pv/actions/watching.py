"""A signal watched month by month on the doses shipped: sequential monitoring with exact limits."""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from itertools import accumulate
from pathlib import Path
from typing import Any

from tvec_pv.actions.detection import counted_cases
from tvec_pv.actions.runs import House
from tvec_pv.domain.errors import Refused
from tvec_pv.domain.statistics.sequential import expected_reports, watch
from tvec_pv.store import signal_reads
from tvec_pv.store.database import reading


@dataclass(frozen=True, slots=True)
class Look:
    """The end of a month: doses shipped, reports that came and those expected, all since the watch began."""

    month: str
    doses: int
    reports: int
    expected: float
    log_likelihood_ratio: float
    alpha_spent: float


@dataclass(frozen=True, slots=True)
class Watched:
    """A watch with its looks; `crossed` is the month in which it crossed its limit."""

    name: str
    per_million: float
    alpha: float
    least: int
    critical_value: float
    looks: tuple[Look, ...]
    crossed: str | None

    @property
    def lines(self) -> list[str]:
        says = f"crossed in {self.crossed}: more than {self.per_million:g} in a million doses explain"
        return [
            f"{self.name}: {self.per_million:g} reports expected of a million doses; alpha {self.alpha:g} over the "
            f"watch, alarm from {self.least} reports and a log likelihood ratio of {self.critical_value:.4f} on",
            "month    doses shipped  reports  expected   ratio  alpha spent",
            *(
                f"{look.month}  {look.doses:13,}  {look.reports:7}  {look.expected:8.2f}  "
                f"{look.log_likelihood_ratio:6.3f}  {look.alpha_spent:11.4f}"
                for look in self.looks
            ),
            says if self.crossed else "did not cross: which says little, because not every reaction is reported",
        ]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def watch_signal(
    house: House, signal_id: int, doses: Path, per_million: float, until: float, alpha: float, least: int
) -> Watched:
    """The cases of a signal by the month in which each was first known, against the doses shipped until then.

    Cases of before the first month are not counted. `until` is the number of doses for which the watch was planned; it
    decides the limit, so it has to be fixed beforehand.
    """
    if not (per_million > 0 and 0 < alpha < 1 and least >= 1):
        raise Refused("a rate is above 0, alpha between 0 and 1, and the least number of reports 1 or more")
    shipped = dict(_shipped(doses))
    if sum(shipped.values()) > until:
        raise Refused("more doses were shipped than the watch was planned for: plan a new one")
    with reading(house.store) as connection:
        signal = signal_reads.get_signal(connection, signal_id)
        cases = set(signal_reads.get_standing(connection, signal_id)["document"]["cases"])
    since = Counter(f"{one.since:%Y-%m}" for one in counted_cases(house).counted if one.case_key in cases)
    so_far = list(accumulate(shipped.values()))
    reports = list(accumulate(since[month] for month in shipped))
    expected = expected_reports(so_far, per_million)
    found = watch(reports, expected, float(expected_reports(until, per_million)), alpha, least)
    return Watched(
        name=signal["name"],
        per_million=per_million,
        alpha=alpha,
        least=least,
        critical_value=found.critical_value,
        looks=tuple(
            Look(*row)
            for row in zip(
                shipped,
                so_far,
                reports,
                expected.tolist(),
                found.log_likelihood_ratio.tolist(),
                found.alpha_spent.tolist(),
                strict=True,
            )
        ),
        crossed=None if found.crossed_at is None else list(shipped)[found.crossed_at],
    )


def _shipped(path: Path) -> Iterator[tuple[str, int]]:
    """Months with the doses shipped in them, month after month; `Refused` names the row of a mistake."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Refused("the file of doses is not readable: it is a CSV file with the columns month and doses") from error
    if not rows or not {"month", "doses"} <= rows[0].keys():
        raise Refused("the file of doses has the columns month and doses, and a row for each month")
    before: date | None = None
    for number, row in enumerate(rows, 2):
        try:
            month, doses = date.fromisoformat(f"{(row['month'] or '').strip()}-01"), int(row["doses"] or "")
        except ValueError as error:
            raise Refused(f"row {number} of the doses: a month is written 2026-01, doses as a whole number") from error
        if doses < 0 or (before and month != _after(before)):
            raise Refused(f"row {number} of the doses: doses are not negative, and no month is missing or out of order")
        before = month
        yield f"{month:%Y-%m}", doses


def _after(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
