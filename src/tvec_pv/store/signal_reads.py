"""What is read of signals: their flags, where they stand, and what people decided about them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from tvec_pv.domain.errors import NotFound
from tvec_pv.domain.signals.states import Decided, ReasonCode, State
from tvec_pv.store.signal_tables import FlagCase, Signal, SignalDecision, SignalStanding, StoredFlag
from tvec_pv.store.tables import CaseVersion, StoredCase


def signals(connection: Connection, signal_id: int | None = None) -> list[dict[str, Any]]:
    """Every signal, or one, with where it stands, every flag (newest last) with its cases, and every decision."""
    cases: dict[int, list[str]] = {}
    for row in connection.execute(
        _about(
            signal_id,
            StoredFlag,
            select(FlagCase.flag_id, StoredCase.case_key)
            .join(StoredFlag, StoredFlag.id == FlagCase.flag_id)
            .join(CaseVersion, CaseVersion.id == FlagCase.case_version_id)
            .join(StoredCase, StoredCase.id == CaseVersion.case_id)
            .order_by(StoredCase.case_key),
        )
    ):
        cases.setdefault(row.flag_id, []).append(row.case_key)
    flags: dict[int, list[dict[str, Any]]] = {}
    for stored in connection.execute(_about(signal_id, StoredFlag, select(StoredFlag).order_by(StoredFlag.id))):
        flag = dict(stored._mapping)
        flag["cases"] = list(dict.fromkeys(cases.get(flag["id"], [])))
        flags.setdefault(flag["signal_id"], []).append(flag)
    decisions: dict[int, list[dict[str, Any]]] = {}
    for row in connection.execute(
        _about(signal_id, SignalDecision, select(SignalDecision).order_by(SignalDecision.id))
    ):
        decision = dict(row._mapping)
        decisions.setdefault(decision.pop("signal_id"), []).append(decision)
    standing = standings(connection, signal_id)
    rows = connection.execute(
        select(Signal).order_by(Signal.id) if signal_id is None else select(Signal).where(Signal.id == signal_id)
    )
    return [
        dict(row._mapping)
        | {name: standing[row.id][name] if row.id in standing else None for name in ("state", "why", "evidence")}
        | {"flags": flags.get(row.id, []), "decisions": decisions.get(row.id, [])}
        for row in rows
    ]


def get_signal(connection: Connection, signal_id: int) -> dict[str, Any]:
    for signal in signals(connection, signal_id):
        return signal
    raise NotFound("no signal has this number; `tvec-pv signals list` shows those that there are")


def standings(connection: Connection, signal_id: int | None = None) -> dict[int, dict[str, Any]]:
    """Where each signal stands, by its number: the newest row of each, without its document."""
    columns = (column for column in SignalStanding.__table__.columns if column.name != "document")
    rows = connection.execute(select(*columns).where(SignalStanding.id.in_(_newest(signal_id))))
    return {row.signal_id: dict(row._mapping) for row in rows}


def get_standing(connection: Connection, signal_id: int) -> dict[str, Any]:
    """Where one signal stands, with what explains it."""
    row = connection.execute(select(SignalStanding).where(SignalStanding.id.in_(_newest(signal_id)))).one_or_none()
    if row is None:
        get_signal(connection, signal_id)
        raise NotFound("this signal was flagged before it was kept where signals stand: run `tvec-pv detect` first")
    return dict(row._mapping)


def _newest(signal_id: int | None) -> Any:
    return _about(signal_id, SignalStanding, select(func.max(SignalStanding.id)).group_by(SignalStanding.signal_id))


def signal_ids(connection: Connection) -> dict[str, int]:
    """The number of every signal, by its pair."""
    return {row.pair: row.id for row in connection.execute(select(Signal.pair, Signal.id))}


def states(connection: Connection) -> list[tuple[str, State]]:
    """The pair of every signal that stands anywhere, with its state."""
    pair_of = {number: pair for pair, number in signal_ids(connection).items()}
    return [(pair_of[number], State(row["state"])) for number, row in standings(connection).items()]


def last_decisions(connection: Connection, codes: Mapping[str, ReasonCode]) -> dict[str, tuple[int, Decided]]:
    """The number and the sense of the last decision on each pair, with the cases that it was made on."""
    newest = select(func.max(SignalDecision.id)).group_by(SignalDecision.signal_id)
    rows = connection.execute(
        select(Signal.pair, SignalDecision, SignalStanding.document)
        .join(Signal, Signal.id == SignalDecision.signal_id)
        .join(SignalStanding, SignalStanding.id == SignalDecision.standing_id)
        .where(SignalDecision.id.in_(newest))
    )
    return {
        row.pair: (
            row.id,
            Decided(
                reason=codes[row.code],
                cases=frozenset(row.document["cases"]),
                by_rule={rule: frozenset(cases) for rule, cases in row.document["rules"].items()},
                after_cases=row.after_cases,
                on_day=row.on_day,
            ),
        )
        for row in rows
    }


def _about(signal_id: int | None, table: Any, query: Any) -> Any:
    return query if signal_id is None else query.where(table.signal_id == signal_id)
