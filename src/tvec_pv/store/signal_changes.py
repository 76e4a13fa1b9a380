"""What is added about signals. Only `actions` calls this, inside `database.writing`, with its audit rows beside it."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from tvec_pv.domain.case_json import canonical
from tvec_pv.domain.signals.pairs import Pair
from tvec_pv.domain.signals.rule_names import STATISTICAL_RULES
from tvec_pv.domain.signals.rules import Flag
from tvec_pv.store.signal_tables import FlagCase, Signal, SignalDecision, SignalStanding, StoredFlag


def signal_of(connection: Connection, pair: Pair, run_id: int, at: datetime) -> int:
    """The signal of a pair; a row is added when it meets a rule for the first time."""
    known = connection.scalar(select(Signal.id).where(Signal.pair == pair.key[:300]))
    if known is not None:
        return known
    return _added(
        connection,
        Signal,
        pair=pair.key[:300],
        name=pair.name[:300],
        category=pair.category,
        detected_at=at,
        run_id=run_id,
    )


def add_flag(
    connection: Connection,
    flag: Flag,
    versions: Mapping[str, str],
    thresholds: Mapping[str, Any],
    run_id: int,
    at: datetime,
) -> int | None:
    """A flag, and its signal where this is the first; None when the same evidence has flagged before.

    Evidence is the case versions and the thresholds and, for a statistic, the background: a pair is not flagged
    again because cases of other pairs moved its expected count a little. That some of its cases are suspected to be
    copies is evidence for the statistics too: they say something else without them.
    """
    statistics = _both_statistics(flag.pair)
    background = versions["background"] if flag.rule in STATISTICAL_RULES else ""
    decided_on: list[object] = [flag.rule, list(flag.versions), versions["thresholds"], background]
    if flag.pair.suspected and flag.rule in STATISTICAL_RULES:
        decided_on.append(flag.pair.suspected)
    evidence = hashlib.sha256(canonical(decided_on).encode()).hexdigest()
    signal_id = signal_of(connection, flag.pair, run_id, at)
    same = select(StoredFlag.id).where(
        StoredFlag.signal_id == signal_id, StoredFlag.rule == flag.rule, StoredFlag.evidence == evidence
    )
    if connection.scalar(same) is not None:
        return None
    flag_id = _added(
        connection,
        StoredFlag,
        signal_id=signal_id,
        run_id=run_id,
        rule=flag.rule,
        sentence=flag.sentence,
        evidence=evidence,
        raised_at=at,
        versions=dict(versions),
        thresholds=dict(thresholds),
        statistics=statistics,
    )
    connection.execute(
        insert(FlagCase), [{"flag_id": flag_id, "case_version_id": version} for version in flag.versions]
    )
    return flag_id


def _both_statistics(pair: Pair) -> dict[str, Any]:
    """The cells and measures with the suspected duplicates, and beside them those without; empty without either."""
    if pair.statistics is None or pair.without_suspected is None:
        return {}
    return asdict(pair.statistics) | {
        "suspected": pair.suspected,
        "without_suspected": asdict(pair.without_suspected),
    }


def add_standing(connection: Connection, **values: Any) -> int:
    """Where a signal stands from now on: `signal_tables.SignalStanding` names the values."""
    return _added(connection, SignalStanding, **values)


def add_signal_decision(connection: Connection, **values: Any) -> int:
    """A person's word on a signal: `signal_tables.SignalDecision` names the values."""
    return _added(connection, SignalDecision, **values)


def _added(connection: Connection, table: type[Any], **values: Any) -> int:
    key: int = connection.execute(insert(table).values(**values).returning(table.id)).scalar_one()
    return key
