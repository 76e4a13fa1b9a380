"""Probable duplicates: the machine proposes pairs of cases, a person decides, and every word is kept."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tvec_pv.actions.runs import House, given_reason, run, utc_now
from tvec_pv.domain.case_json import canonical, decode_case
from tvec_pv.domain.duplicates import Decision, LinkageModel, ProposedPair, check_decision
from tvec_pv.domain.errors import NotFound, Refused
from tvec_pv.domain.linkage_rows import LinkageRow, linkage_row
from tvec_pv.linkage.pairs import find_pairs
from tvec_pv.progress import report
from tvec_pv.reference_files import linkage_model
from tvec_pv.store import changes, duplicate_reads, reads
from tvec_pv.store.database import exclusively, reading, writing


@dataclass(frozen=True, slots=True)
class DuplicatesResult:
    """What a look for duplicates among the current cases gave."""

    run: int
    cases: int
    pairs: tuple[ProposedPair, ...]
    new: int
    waiting: int

    @property
    def lines(self) -> list[str]:
        found = (
            f"{self.cases} cases compared: {len(self.pairs)} pairs are probably one patient's, {self.new} of them new"
        )
        ask = "; decide: tvec-pv duplicates list" if self.waiting else ""
        return [f"{found}, {self.waiting} to be decided{ask}"]

    def as_json(self) -> dict[str, Any]:
        return {
            "run": self.run,
            "cases": self.cases,
            "pairs": len(self.pairs),
            "new": self.new,
            "waiting": self.waiting,
        }


def propose_duplicates(house: House) -> DuplicatesResult:
    """Compare the current cases with each other. What is found is proposed, once on the same evidence; merged is
    nothing."""
    model = linkage_model()
    with run(house, "duplicates") as under_way:
        report("comparing", 0, 1, "cases")
        with reading(house.store) as connection:
            versions = [one for one in reads.current_versions(connection) if not one.is_nullified]
            keys = {one.version_id: one.case_key for one in versions}
            rows = [
                linkage_row(keys[version_id], decode_case(document), house.knowledge)
                for version_id, document in reads.case_documents(connection, sorted(keys))
            ]
        pairs = tuple(find_pairs(rows, model))
        new = _store(house, under_way.id, pairs, rows, {one.case_key: one.version_id for one in versions}, model)
        with reading(house.store) as connection:
            known = duplicate_reads.duplicate_pairs(connection, versions)
        report("comparing", 1, 1)
        waiting = sum(one["state"] == duplicate_reads.SUSPECTED for one in known)
        result = DuplicatesResult(under_way.id, len(rows), pairs, new, waiting)
        under_way.summary.update(result.as_json() | {"model": model.version})
    return result


def _store(
    house: House,
    run_id: int,
    pairs: Sequence[ProposedPair],
    rows: Sequence[LinkageRow],
    versions: dict[str, int],
    model: LinkageModel,
) -> int:
    completeness = {row.key: row.completeness for row in rows}
    hashes = [_evidence_hash(pair, versions, model) for pair in pairs]
    with writing(house.store) as transaction:
        known = duplicate_reads.known_evidence(transaction, hashes)
        ids = duplicate_reads.case_ids(transaction, (key for pair in pairs for key in (pair.a, pair.b)))
        now = utc_now()
        new = [(pair, evidence) for pair, evidence in zip(pairs, hashes, strict=True) if evidence not in known]
        values = []
        for pair, evidence in new:
            a, b = sorted((pair.a, pair.b), key=ids.__getitem__)
            values.append(
                {
                    "run_id": run_id,
                    "case_a_id": ids[a],
                    "case_b_id": ids[b],
                    "version_a_id": versions[a],
                    "version_b_id": versions[b],
                    "probability": pair.probability,
                    "weight": pair.weight,
                    "model_version": model.version,
                    "evidence_hash": evidence,
                    "evidence": {
                        "fields": [asdict(one) for one in pair.fields],
                        "completeness": [completeness[pair.a], completeness[pair.b]],
                    },
                    "proposed_at": now,
                }
            )
        stored = changes.add_duplicate_pairs(transaction, values)
        entries = [
            changes.AuditEntry(
                "duplicate proposed",
                f"cases {pair.a} and {pair.b}",
                {"pair": pair_id, "probability": round(pair.probability, 6), "model": model.version, "run": run_id},
            )
            for pair_id, (pair, _) in zip(stored, new, strict=True)
        ]
        changes.append_audit(transaction, house.settings.actor, entries, now)
    return len(new)


def _evidence_hash(pair: ProposedPair, versions: dict[str, int], model: LinkageModel) -> str:
    """What was compared and what each field said; weights do not count, they move a little with every new case."""
    said = [[one.field, one.level] for one in pair.fields]
    evidence = [versions[pair.a], versions[pair.b], model.version, said]
    return hashlib.sha256(canonical(evidence).encode()).hexdigest()


def decide_duplicate(
    house: House, a: str, b: str, decision: Decision, reason: str, actor: str, keep: str | None = None
) -> None:
    """A person's word on two cases. It is added to what was said before; the latest counts, and undone reopens.

    Of two duplicates `keep` is the case that counts; without it, the one that was stored first.
    """
    a, b = a.strip().upper(), b.strip().upper()
    keep = keep.strip().upper() if keep else None
    reason = given_reason(reason)
    if a == b:
        raise Refused("a case is no duplicate of itself: name two cases")
    if keep and decision is not Decision.DUPLICATE:
        raise Refused("a case is kept only of two duplicates: leave --keep out, or decide duplicate")
    if keep and keep not in (a, b):
        raise Refused("the case to keep must be one of the two")
    with exclusively(house.store), writing(house.store) as transaction:
        ids = duplicate_reads.case_ids(transaction, (a, b))
        if len(ids) < 2:
            raise NotFound("no case is stored under one of these numbers; `tvec-pv cases list` shows those that are")
        standing = duplicate_reads.standing_decisions(transaction)
        if decision is Decision.UNDONE and not any({one.a, one.b} == {a, b} for one in standing):
            raise Refused("no decision stands on these two cases, so there is none to undo")
        first, second = sorted((a, b), key=ids.__getitem__)
        master = (keep or first) if decision is Decision.DUPLICATE else None
        check_decision(standing, a, b, master)
        now = utc_now()
        decision_id = changes.add_duplicate_decision(
            transaction,
            case_a_id=ids[first],
            case_b_id=ids[second],
            decision=decision.value,
            master_case_id=ids[master] if master else None,
            reason=reason,
            actor=actor[:100],
            at=now,
        )
        detail = {"decision": decision_id, "said": decision.value, "kept": master}
        entry = changes.AuditEntry("duplicate decided", f"cases {min(a, b)} and {max(a, b)}", detail)
        changes.append_audit(transaction, actor[:100], [entry], now)
