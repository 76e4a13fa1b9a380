"""The safety profile and the cases: what another version would change, and assessing again under the one in force."""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from tvec_pv import __version__
from tvec_pv.actions.runs import House, utc_now
from tvec_pv.domain.assessment import assess
from tvec_pv.domain.assessment_changes import AssessmentChange, assessment_changes
from tvec_pv.domain.case_json import decode_case
from tvec_pv.domain.documents import plain
from tvec_pv.progress import report
from tvec_pv.reference_files import find_profile, is_shipped, read_knowledge
from tvec_pv.store import assessment_reads, changes, reads
from tvec_pv.store.database import reading, writing

_AT_ONCE = 500  # cases in memory, and in one transaction


@dataclass(frozen=True, slots=True)
class ProfileDifference:
    """What a version of the profile makes of the current cases that another one makes not."""

    old: str
    new: str
    cases: int
    changed: dict[str, tuple[AssessmentChange, ...]]

    @property
    def counts(self) -> Counter[str]:
        """In how many cases each judgement changes."""
        return Counter(what for found in self.changed.values() for what in {one.what for one in found})

    @property
    def lines(self) -> list[str]:
        lines = [f"profile {self.new} against {self.old}: {len(self.changed)} of {self.cases} cases change"]
        lines += [f"  {what}: {cases}" for what, cases in sorted(self.counts.items())]
        for key, found in self.changed.items():
            lines.append(f"case {key}")
            lines += [f"  {_place(one)}: {one.was or 'nothing'} -> {one.now or 'nothing'}" for one in found]
        return [*lines, "nothing was stored"]

    def as_json(self) -> dict[str, Any]:
        return {
            "old": self.old,
            "new": self.new,
            "cases": self.cases,
            "changed": len(self.changed),
            "changes": [
                {"case_key": key, "changes": [asdict(one) for one in found]} for key, found in self.changed.items()
            ],
        }


def _place(change: AssessmentChange) -> str:
    return f"reaction {change.reaction}, {change.what}" if change.reaction else change.what


def profile_difference(house: House, old: str, new: str) -> ProfileDifference:
    """Assess the current cases under another version of the profile, by name or folder; nothing is stored.

    What is stored under the old version stands for it. A case that this release has not assessed under it, with the
    MedDRA that is at hand, is assessed under both.
    """
    dictionary = house.knowledge.dictionary
    before, after = (read_knowledge(find_profile(version), dictionary) for version in (old, new))
    of_old = before.profile.version if is_shipped(find_profile(old)) else ""
    changed = {}
    with reading(house.store) as connection:
        current = {one.version_id: one.case_key for one in reads.current_versions(connection) if not one.is_nullified}
        ids = list(current)
        for done in range(0, len(ids), _AT_ONCE):
            report("comparing", done, len(ids), "cases")
            batch = ids[done : done + _AT_ONCE]
            stored = assessment_reads.assessments_under(connection, batch, of_old, __version__)
            for version_id, document in reads.case_documents(connection, batch):
                case, was = decode_case(document), stored.get(version_id)
                if was is None or was.get("meddra") != dictionary.version:
                    was = plain(assess(case, before, accepted=True))
                if found := assessment_changes(was, plain(assess(case, after, accepted=True))):
                    changed[current[version_id]] = found
    report("comparing", len(ids), len(ids))
    return ProfileDifference(before.profile.version, after.profile.version, len(ids), dict(sorted(changed.items())))


@dataclass(frozen=True, slots=True)
class AssessedAgain:
    """How many current cases were assessed under the profile in force, and in how many each judgement changed."""

    cases: int
    changed: int
    counts: Counter[str]

    @property
    def lines(self) -> list[str]:
        if not self.cases:
            return []
        what = "".join(f", {what} in {cases}" for what, cases in sorted(self.counts.items()))
        return [f"{self.cases} cases were assessed under a new safety profile, {self.changed} of them changed{what}"]


def assess_again(house: House) -> AssessedAgain:
    """Assess current versions that were assessed under another profile only; what was judged before stays.

    A batch at a time, each with its audit row: what was interrupted goes on where it stopped.
    """
    profile = house.knowledge.profile.version
    with reading(house.store) as connection:
        ids = [version.version_id for version in reads.current_versions(connection)]
        missing = assessment_reads.unassessed(connection, ids, profile)
    counts: Counter[str] = Counter()
    changed = 0
    for done in range(0, len(missing), _AT_ONCE):
        batch = missing[done : done + _AT_ONCE]
        report("assessing again", done, len(missing), "cases")
        with reading(house.store) as connection:
            documents = list(reads.case_documents(connection, batch))
            before = assessment_reads.newest_assessments(connection, batch)
        assessed = [
            (version_id, plain(assess(decode_case(document), house.knowledge, accepted=True)))
            for version_id, document in documents
        ]
        of_batch: Counter[str] = Counter()
        for version_id, assessment in assessed:
            found = assessment_changes(before[version_id], assessment) if version_id in before else ()
            of_batch.update({one.what for one in found})
            changed += bool(found)
        with writing(house.store) as transaction:
            now = utc_now()
            changes.add_assessments(transaction, assessed, __version__, now)
            detail = {"case_versions": len(assessed), "changed": dict(sorted(of_batch.items()))}
            entry = changes.AuditEntry("assessed again", f"profile {profile}", detail)
            changes.append_audit(transaction, house.settings.actor, [entry], now)
        counts += of_batch
    if missing:
        report("assessing again", len(missing), len(missing))
    return AssessedAgain(len(missing), changed, counts)
