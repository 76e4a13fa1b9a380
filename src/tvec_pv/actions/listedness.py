"""A person decides what a label leaves open (LR5): added to what was said before, and never undone by the machine."""

from tvec_pv.actions.runs import House, given_reason, utc_now
from tvec_pv.domain.errors import NotFound, Refused
from tvec_pv.domain.listedness_decisions import (
    Decision,
    ListednessDecision,
    check_decision,
    ground_of,
    reaction_key,
    standing_decisions,
)
from tvec_pv.store import assessment_reads, changes, decision_reads, reads
from tvec_pv.store.database import exclusively, writing
from tvec_pv.store.duplicate_reads import case_ids


def decide_listedness(
    house: House, case: str, reaction: int, region: str, decision: Decision, reason: str, actor: str
) -> ListednessDecision:
    """Say that a reaction of a case, by its number, is listed in a region or not; or take the last word back."""
    case, region, reason = case.strip().upper(), region.strip().upper(), given_reason(reason)
    with exclusively(house.store), writing(house.store) as transaction:
        current = reads.current_versions(transaction, case)
        if not current:
            raise NotFound("no case is stored under this number; `tvec-pv cases list` shows those that are")
        version = current[0].version_id
        assessment = assessment_reads.newest_assessments(transaction, [version]).get(version, {"reactions": ()})
        judged = next((one for one in assessment["reactions"] if one["number"] == reaction), None)
        if judged is None:
            raise Refused("the case has no reaction of this number; `tvec-pv explain` numbers them")
        row = next((one for one in judged["listedness"] if one["region"] == region), None)
        if row is None:
            regions = ", ".join(one["region"] for one in judged["listedness"])
            raise Refused(f"listedness is judged in {regions}: name one of them")
        key = reaction_key(judged)
        known = decision_reads.decisions_of(transaction, [case]).get(case, [])
        check_decision(row, decision, standing_decisions(known).get((key, region)))
        said = ListednessDecision(key, region, decision, ground_of(row), reason, actor[:100], utc_now())
        number = changes.add_listedness_decision(
            transaction,
            case_id=case_ids(transaction, [case])[case],
            reaction=key[:300],
            region=region,
            decision=decision.value,
            ground=said.ground,
            reason=reason,
            actor=said.actor,
            at=said.at,
        )
        detail = {"decision": number, "reaction": reaction, "region": region, "said": decision.value}
        entry = changes.AuditEntry("listedness decided", f"case {case}", detail | {"ground": dict(said.ground)})
        changes.append_audit(transaction, said.actor, [entry], said.at)
    return said
