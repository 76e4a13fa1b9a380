"""What a person decides about a signal: added to what was said before, bound to what was seen, undone by reopening."""

from datetime import date

from tvec_pv.actions.runs import House, given_reason, utc_now
from tvec_pv.domain.errors import Refused
from tvec_pv.domain.signals.states import Decision, ReasonCode, check_comes_back
from tvec_pv.reference_files import reason_codes
from tvec_pv.store import changes, signal_changes, signal_reads
from tvec_pv.store.database import exclusively, writing


def decide_signal(
    house: House,
    signal_id: int,
    code: str,
    reason: str,
    actor: str,
    *,
    after_cases: int | None = None,
    on_day: date | None = None,
    seen: str | None = None,
) -> ReasonCode:
    """A person's word on a signal, by a code of the reasons that may be given. The latest counts, `reopened` undoes it.

    It holds for the cases that the signal had at the last look. `seen` is the evidence that the person looked at:
    where it has changed since, the decision is refused.
    """
    version, codes = reason_codes()
    if code not in codes:
        raise Refused(f"there is no reason with this code; there are {', '.join(codes)}")
    given, reason = codes[code], given_reason(reason)
    with exclusively(house.store), writing(house.store) as transaction:
        now = utc_now()
        check_comes_back(given.decision, after_cases, on_day, now.date())
        standing = signal_reads.get_standing(transaction, signal_id)
        if seen is not None and seen != standing["evidence"]:
            raise Refused(
                "the evidence of this signal has changed since it was looked at; `tvec-pv signals explain` shows it"
            )
        decisions = signal_reads.get_signal(transaction, signal_id)["decisions"]
        if given.decision is Decision.REOPENED and (not decisions or decisions[-1]["decision"] == Decision.REOPENED):
            raise Refused("no decision stands on this signal, so there is none to undo")
        decision_id = signal_changes.add_signal_decision(
            transaction,
            signal_id=signal_id,
            standing_id=standing["id"],
            decision=given.decision.value,
            code=code,
            codes_version=version,
            reason=reason,
            after_cases=after_cases,
            on_day=on_day,
            actor=actor[:100],
            at=now,
        )
        detail = {
            "decision": decision_id,
            "said": given.decision.value,
            "code": code,
            "codes": version,
            "evidence": standing["evidence"],
        }
        entry = changes.AuditEntry("signal decided", f"signal {signal_id}", detail)
        changes.append_audit(transaction, actor[:100], [entry], now)
    return given
