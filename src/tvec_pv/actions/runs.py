"""A run: its row, its audit rows, its clock and the versions it works with."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tvec_pv import __version__
from tvec_pv.checks.suites import suites_version
from tvec_pv.domain.assessment import Knowledge
from tvec_pv.domain.errors import Refused, StoreUnavailable
from tvec_pv.domain.signals.rules import Thresholds
from tvec_pv.reference_files import knowledge, thresholds
from tvec_pv.settings import Settings
from tvec_pv.store.changes import AuditEntry, append_audit, finish_run, start_run
from tvec_pv.store.database import Store, exclusively, open_store, writing


@dataclass(frozen=True, slots=True)
class House:
    """The open house: where things are kept and what is known, for one command."""

    settings: Settings
    store: Store
    knowledge: Knowledge
    thresholds: Thresholds

    @property
    def versions(self) -> dict[str, str]:
        """Everything a judgement of this run is made with."""
        return {
            "code": __version__,
            "product": self.knowledge.product.version,
            "safety_profile": self.knowledge.profile.version,
            "reporting_rules": self.knowledge.reporting.version,
            "thresholds": self.thresholds.version,
            "expectations": suites_version(self.settings.expectations),
            "meddra": self.knowledge.dictionary.version or "none",
        }


def open_house(settings: Settings) -> House:
    return House(settings, open_store(settings.url), knowledge(settings.meddra), thresholds())


def given_reason(text: str) -> str:
    """The reason that a person gives for a decision; `Refused` where it says too little."""
    if len(text.strip()) < 10:
        raise Refused("give a reason that an inspector understands, in at least ten letters")
    return text.strip()


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Run:
    """A run under way; what it leaves in `summary` is stored when it ends."""

    id: int
    started_at: datetime
    summary: dict[str, Any]


@contextmanager
def run(house: House, kind: str) -> Iterator[Run]:
    """Hold the store, record the run, and say how it ended, also when it failed."""
    with exclusively(house.store):
        started = utc_now()
        with writing(house.store) as transaction:
            run_id = start_run(transaction, kind, house.versions, started)
            _audit(house, transaction, "run started", kind, run_id, {"versions": house.versions}, started)
        under_way = Run(run_id, started, {})
        try:
            yield under_way
        except BaseException as error:  # which is the reason to give, also where it cannot be noted
            with suppress(StoreUnavailable):
                _finish(house, under_way, kind, "failed", {"error": type(error).__name__})
            raise
        _finish(house, under_way, kind, "done", under_way.summary)


def _finish(house: House, under_way: Run, kind: str, outcome: str, summary: dict[str, Any]) -> None:
    now = utc_now()
    with writing(house.store) as transaction:
        finish_run(transaction, under_way.id, outcome, summary, now)
        _audit(house, transaction, f"run {outcome}", kind, under_way.id, summary, now)


def _audit(
    house: House, transaction: Any, action: str, kind: str, run_id: int, detail: dict[str, Any], at: datetime
) -> None:
    entry = AuditEntry(action, f"{kind} run {run_id}", detail)
    append_audit(transaction, house.settings.actor, [entry], at)
