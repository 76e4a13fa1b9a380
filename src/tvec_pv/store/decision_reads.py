"""What is read of decisions on listedness, and how a stored assessment reads with them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from tvec_pv.domain.clocks import AssessedVersion, assessed_version
from tvec_pv.domain.listedness_decisions import Decision, ListednessDecision, decided, decisions_on
from tvec_pv.domain.versions import VersionKey
from tvec_pv.reference_files import reporting_rules
from tvec_pv.store.decision_tables import StoredListednessDecision
from tvec_pv.store.tables import AssessedFlag, CaseVersion, StoredAssessment, StoredCase


def decisions_of(connection: Connection, case_keys: Sequence[str]) -> dict[str, list[ListednessDecision]]:
    """Every decision on cases, oldest first, by case; a case without one is left out."""
    rows = connection.execute(
        select(StoredCase.case_key, StoredListednessDecision)
        .join(StoredCase, StoredCase.id == StoredListednessDecision.case_id)
        .where(StoredCase.case_key.in_(case_keys))
        .order_by(StoredListednessDecision.id)
    )
    found: dict[str, list[ListednessDecision]] = {}
    for row in rows:
        found.setdefault(row.case_key, []).append(
            ListednessDecision(
                row.reaction, row.region, Decision(row.decision), row.ground, row.reason, row.actor, row.at
            )
        )
    return found


def as_decided(document: dict[str, Any], decisions: Sequence[ListednessDecision]) -> dict[str, Any]:
    """A stored assessment with the decisions that have their ground in it."""
    standing = decisions_on(document, decisions)
    return decided(document, standing, reporting_rules()) if standing else document


def history_of(
    key: VersionKey, document: dict[str, Any], made_at: datetime, decisions: Sequence[ListednessDecision]
) -> tuple[AssessedVersion, ...]:
    """What one assessment says for the clocks: by itself until a person decided, and as it was decided.

    What was decided before it was made is its verdict from the start.
    """
    by_itself = assessed_version(key, document)
    standing = decisions_on(document, decisions)
    if not standing:
        return (by_itself,)
    with_them = assessed_version(key, decided(document, standing, reporting_rules()))
    if all(one.at <= made_at for one in standing):
        return (with_them,)
    return (by_itself, by_itself.as_decided(with_them.verdicts))


def concerned_cases(connection: Connection, flag: str) -> set[str]:
    """The cases that were flagged because a label leaves something open, and those that people decided on."""
    flagged = (
        select(StoredCase.case_key)
        .join(CaseVersion, CaseVersion.case_id == StoredCase.id)
        .join(StoredAssessment, StoredAssessment.case_version_id == CaseVersion.id)
        .join(AssessedFlag, AssessedFlag.assessment_id == StoredAssessment.id)
        .where(AssessedFlag.flag == flag)
    )
    said = select(StoredCase.case_key).join(StoredListednessDecision, StoredListednessDecision.case_id == StoredCase.id)
    return {*connection.scalars(flagged), *connection.scalars(said)}
