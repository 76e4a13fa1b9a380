"""What is read of probable duplicates: proposals, decisions, and what follows from them for the counts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, or_, select

from tvec_pv.domain.duplicates import Decision, Standing, Suspected, merged_into, suspected_copies
from tvec_pv.domain.errors import NotFound
from tvec_pv.store.duplicate_tables import DuplicateDecision, DuplicatePair
from tvec_pv.store.reads import CurrentVersion, current_versions
from tvec_pv.store.statements import batched
from tvec_pv.store.tables import StoredCase

SUSPECTED, LAPSED = "suspected", "lapsed"


@dataclass(frozen=True, slots=True)
class Patients:
    """What duplicates do to the counts: each mapping leads from a case to the one that stands for its patient."""

    merged: Mapping[str, str]
    suspected: Mapping[str, str]


def case_ids(connection: Connection, case_keys: Iterable[str]) -> dict[str, int]:
    """The ids of cases by their numbers; a case that is not stored is left out."""
    return {
        row.case_key: row.id
        for keys in batched(sorted(set(case_keys)))
        for row in connection.execute(select(StoredCase.id, StoredCase.case_key).where(StoredCase.case_key.in_(keys)))
    }


def patients(connection: Connection, counted: Sequence[CurrentVersion]) -> Patients:
    """Which of the counted cases a person merged, and which more are suspected to be copies."""
    keys = {version.case_key for version in counted}
    merged = merged_into(standing_decisions(connection), keys)
    suspected = [
        Suspected(one["a"], one["b"], tuple(one["completeness"]))
        for one in duplicate_pairs(connection, counted)
        if one["state"] == SUSPECTED
    ]
    return Patients(merged, suspected_copies(suspected, merged, keys - merged.keys()))


def standing_decisions(connection: Connection) -> list[Standing]:
    """The latest word on each pair, where it is not undone."""
    latest = {(one["a"], one["b"]): one for one in _decisions(connection)}
    return [
        Standing(one["a"], one["b"], Decision(one["decision"]), one["master"])
        for one in latest.values()
        if one["decision"] != Decision.UNDONE
    ]


def duplicate_pairs(
    connection: Connection, counted: Sequence[CurrentVersion], case_id: int | None = None
) -> list[dict[str, Any]]:
    """Every pair that was ever proposed or decided, with its newest evidence; what waits for a decision comes first.

    A proposal lapses when a newer version of one of the cases comes, or one is nullified: the next run looks anew.
    With `case_id`, the pairs of one case.
    """
    current = {version.version_id for version in counted}
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for one in _proposals(connection, case_id):
        stands = {one["version_a_id"], one["version_b_id"]} <= current
        found[one["a"], one["b"]] = _pair(one, SUSPECTED if stands else LAPSED)
    for decision in _decisions(connection, case_id):
        pair = found.setdefault((decision["a"], decision["b"]), _pair(decision, LAPSED))
        pair["decisions"] = [*pair["decisions"], decision]
    for pair in found.values():
        if pair["decisions"] and pair["decisions"][-1]["decision"] != Decision.UNDONE:
            pair["state"] = pair["decisions"][-1]["decision"]
            pair["master"] = pair["decisions"][-1]["master"]
    order = (SUSPECTED, *Decision, LAPSED)
    return sorted(
        found.values(), key=lambda pair: (order.index(pair["state"]), -(pair["weight"] or 0), pair["a"], pair["b"])
    )


def suspected_with(connection: Connection, case_key: str) -> list[str]:
    """The cases that are proposed to be the same patient's as this one, and wait for a decision."""
    case_id = case_ids(connection, [case_key])[case_key]
    keys = {one[name] for one in _proposals(connection, case_id) for name in ("a", "b")}
    counted = [one for key in keys for one in current_versions(connection, key) if not one.is_nullified]
    waiting = (one for one in duplicate_pairs(connection, counted, case_id) if one["state"] == SUSPECTED)
    return sorted(one["b"] if one["a"] == case_key else one["a"] for one in waiting)


def get_duplicate_pair(connection: Connection, a: str, b: str, counted: Sequence[CurrentVersion]) -> dict[str, Any]:
    wanted = {a.strip().upper(), b.strip().upper()}
    for pair in duplicate_pairs(connection, counted):
        if {pair["a"], pair["b"]} == wanted:
            return pair
    raise NotFound("these two cases were neither proposed nor decided; `tvec-pv duplicates list` shows those that were")


def known_evidence(connection: Connection, hashes: Sequence[str]) -> set[str]:
    """Those of the hashes that were proposed before."""
    return {
        found
        for some in batched(hashes)
        for found in connection.scalars(
            select(DuplicatePair.evidence_hash).where(DuplicatePair.evidence_hash.in_(some))
        )
    }


def _pair(one: Mapping[str, Any], state: str) -> dict[str, Any]:
    evidence = one.get("evidence") or {"fields": [], "completeness": [0, 0]}
    return {
        "a": one["a"],
        "b": one["b"],
        "state": state,
        "master": None,
        "probability": one.get("probability"),
        "weight": one.get("weight"),
        "model": one.get("model_version"),
        "proposed_at": one.get("proposed_at"),
        "fields": evidence["fields"],
        "completeness": evidence["completeness"],
        "decisions": [],
    }


def _proposals(connection: Connection, case_id: int | None = None) -> list[dict[str, Any]]:
    """Oldest first, by the numbers of their cases."""
    return _with_keys(connection, connection.execute(_about(case_id, DuplicatePair)))


def _decisions(connection: Connection, case_id: int | None = None) -> list[dict[str, Any]]:
    rows = connection.execute(_about(case_id, DuplicateDecision))
    names = ("a", "b", "decision", "master", "reason", "actor", "at")
    return [{name: one[name] for name in names} for one in _with_keys(connection, rows)]


def _about(case_id: int | None, table: Any) -> Select[Any]:
    rows: Select[Any] = select(table).order_by(table.id)
    return rows if case_id is None else rows.where(or_(table.case_a_id == case_id, table.case_b_id == case_id))


def _with_keys(connection: Connection, rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Rows about two cases, with the case numbers in the order of the numbers."""
    found = [dict(row._mapping) for row in rows]
    ids = sorted({one[name] for one in found for name in ("case_a_id", "case_b_id")})
    keys = {
        row.id: row.case_key
        for some in batched(ids)
        for row in connection.execute(select(StoredCase.id, StoredCase.case_key).where(StoredCase.id.in_(some)))
    }
    for one in found:
        one["a"], one["b"] = sorted((keys[one["case_a_id"]], keys[one["case_b_id"]]))
        one["master"] = keys.get(one.get("master_case_id"))
    return found
