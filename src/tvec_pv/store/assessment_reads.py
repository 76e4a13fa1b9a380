"""What was made of case versions under a version of the profile: assessments, and what detection counts of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from tvec_pv.domain.signals.pairs import CountedReaction
from tvec_pv.domain.signals.rules import CountedFlag, Thresholds
from tvec_pv.store.reads import CurrentVersion
from tvec_pv.store.statements import batched
from tvec_pv.store.tables import AssessedFlag, AssessedReaction, StoredAssessment


def unassessed(connection: Connection, version_ids: Sequence[int], profile_version: str) -> list[int]:
    """Case versions without an assessment under a profile version."""
    assessed: set[int] = set()
    for ids in batched(version_ids):
        assessed.update(
            connection.scalars(
                select(StoredAssessment.case_version_id).where(
                    StoredAssessment.case_version_id.in_(ids), StoredAssessment.profile_version == profile_version
                )
            )
        )
    return [version_id for version_id in version_ids if version_id not in assessed]


def newest_assessments(connection: Connection, version_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The assessment of each case version that was stored last."""
    rows = connection.execute(
        select(StoredAssessment.case_version_id, StoredAssessment.document)
        .where(StoredAssessment.case_version_id.in_(version_ids))
        .order_by(StoredAssessment.id)
    )
    return {row.case_version_id: row.document for row in rows}


def assessments_of(
    connection: Connection, version_ids: Sequence[int], profile_version: str
) -> Iterator[tuple[int, dict[str, Any]]]:
    """What one version of the profile makes of case versions, a batch of them in memory at a time."""
    for ids in batched(version_ids):
        rows = connection.execute(
            select(StoredAssessment.case_version_id, StoredAssessment.document).where(
                StoredAssessment.case_version_id.in_(ids), StoredAssessment.profile_version == profile_version
            )
        )
        yield from ((row.case_version_id, row.document) for row in rows)


def assessments_under(
    connection: Connection, version_ids: Sequence[int], profile_version: str, code_version: str
) -> dict[int, dict[str, Any]]:
    """The assessments of case versions that were made under a profile, by a release of this product."""
    rows = connection.execute(
        select(StoredAssessment.case_version_id, StoredAssessment.document).where(
            StoredAssessment.case_version_id.in_(version_ids),
            StoredAssessment.profile_version == profile_version,
            StoredAssessment.code_version == code_version,
        )
    )
    return {row.case_version_id: row.document for row in rows}


def counted_reactions(
    connection: Connection, versions: Sequence[CurrentVersion], profile_version: str
) -> list[CountedReaction]:
    """The assessed reactions of case versions, under one version of the profile."""
    keys = {version.version_id: version.case_key for version in versions}
    rows = (
        row
        for ids in batched(sorted(keys))
        for row in connection.execute(
            select(StoredAssessment.case_version_id, AssessedReaction)
            .join(AssessedReaction, AssessedReaction.assessment_id == StoredAssessment.id)
            .where(StoredAssessment.profile_version == profile_version, StoredAssessment.case_version_id.in_(ids))
            .order_by(StoredAssessment.case_version_id, AssessedReaction.number)
        )
    )
    return [
        CountedReaction(
            case_key=keys[row.case_version_id],
            version_id=row.case_version_id,
            name=row.name,
            category=row.category,
            serious=row.serious,
            serious_unlisted=row.serious_unlisted,
            designated=row.designated,
            case_rule=row.case_rule,
            fatal=row.fatal,
        )
        for row in rows
    ]


def alarming_flags(
    connection: Connection,
    versions: Sequence[CurrentVersion],
    profile_version: str,
    thresholds: Thresholds,
    sentences: Mapping[str, str],
) -> list[CountedFlag]:
    """The flags of case versions, under one version of the profile, whose level and status alarm; in words by
    `sentences`."""
    keys = {version.version_id: version.case_key for version in versions}
    found = (
        row
        for ids in batched(sorted(keys))
        for row in connection.execute(
            select(StoredAssessment.case_version_id, AssessedFlag.flag)
            .join(AssessedFlag, AssessedFlag.assessment_id == StoredAssessment.id)
            .where(
                StoredAssessment.profile_version == profile_version,
                StoredAssessment.case_version_id.in_(ids),
                AssessedFlag.level.in_(thresholds.levels),
                AssessedFlag.status.in_(thresholds.statuses),
            )
        )
    )
    return [
        CountedFlag(keys[row.case_version_id], row.case_version_id, row.flag, sentences.get(row.flag, row.flag))
        for row in found
    ]
