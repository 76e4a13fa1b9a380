"""Where a report stands among the versions of its case (E2B(R3) C.1.1, C.1.5, C.1.8.1, C.1.11).

The current version is the one with the newest information, not the one that came last: late versions are kept
and replace nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from tvec_pv.domain.findings import Finding, Severity
from tvec_pv.domain.icsr import Case, NullificationAmendment, is_public_copy, known
from tvec_pv.domain.records import RecordClass


@dataclass(frozen=True, slots=True)
class VersionKey:
    """What tells versions of one case apart: their information date, their number, their content.

    `received_at` is C.1.5 as sent: two versions of one day are told apart by its time, where it has one.
    `precedence` is above 0 where a person decided that this version holds against another of the same moment.
    `is_public_copy` says that a regulator published it: in several forms, of which each leaves out something else.
    """

    latest_received: date | None
    number: int | None
    content_hash: str
    is_nullification: bool = False
    is_amendment: bool = False
    received_at: str = ""
    precedence: int = 0
    is_public_copy: bool = False

    @property
    def order(self) -> tuple[date, bool, bool, str, int, int, str]:
        """Oldest first: by day; what nullifies or amends after what it is about; by time and number; a stable end."""
        day, time = self.latest_received or date.min, self.received_at[8:14]
        return (
            day,
            self.is_nullification,
            self.is_amendment,
            time,
            self.number or 0,
            self.precedence,
            self.content_hash,
        )


@dataclass(frozen=True, slots=True)
class Arrival:
    """The class of a report that arrived, and what is to be said about it."""

    record_class: RecordClass
    findings: tuple[Finding, ...] = ()


def version_key(case: Case, content_hash: str) -> VersionKey:
    day = known(case.latest_received)
    return VersionKey(
        latest_received=day.latest if day else None,
        number=case.version,
        content_hash=content_hash,
        is_nullification=case.nullification_amendment == NullificationAmendment.NULLIFICATION,
        is_amendment=case.nullification_amendment == NullificationAmendment.AMENDMENT,
        received_at=day.text if day else "",
        is_public_copy=is_public_copy(case),
    )


def current(versions: Sequence[VersionKey]) -> VersionKey:
    """The version with the newest information. Nothing older than a nullification brings a case back."""
    return max(versions, key=lambda version: version.order)


def arrive(incoming: VersionKey, stored: Sequence[VersionKey]) -> Arrival:
    """The class of a readable, valid report of the product, given the versions of its case already stored."""
    if any(version.content_hash == incoming.content_hash for version in stored):
        return Arrival(RecordClass.DUPLICATE)
    if incoming.is_nullification:
        return Arrival(RecordClass.NULLIFICATION) if stored else Arrival(RecordClass.QUARANTINED, (_WAITING,))
    if any(_same_issue(version, incoming) for version in stored):
        if incoming.is_public_copy and incoming.number is not None:
            return Arrival(RecordClass.DUPLICATE, (_COPY,))
        return Arrival(RecordClass.QUARANTINED, (_CONFLICT,))
    if not stored:
        return Arrival(RecordClass.NEW, (_UNKNOWN_AMENDMENT,) if incoming.is_amendment else ())
    if incoming.is_amendment:
        return Arrival(RecordClass.AMENDMENT)
    newest = current(stored)
    if incoming.order < newest.order:
        return Arrival(RecordClass.FOLLOW_UP, (_LATE,))
    return Arrival(RecordClass.FOLLOW_UP, (_REOPENED,) if newest.is_nullification else ())


def upheld(incoming: VersionKey, stored: Sequence[VersionKey]) -> VersionKey:
    """A version that a person took in although it contradicts another of the same moment: it holds against those."""
    rivals = [version.precedence for version in stored if _same_issue(version, incoming)]
    return replace(incoming, precedence=max(rivals, default=-1) + 1)


def is_withdrawn(version: VersionKey, withdrawn_as_of: date | None) -> bool:
    """Whether the keeper's list of deleted cases (FAERS) covers a version; what is newer than the list stands."""
    return withdrawn_as_of is not None and (version.latest_received or date.min) <= withdrawn_as_of


def _same_issue(stored: VersionKey, incoming: VersionKey) -> bool:
    """Same case, kind, moment of information and number, yet other content: which of the two is right?"""
    return all(
        getattr(stored, name) == getattr(incoming, name)
        for name in ("latest_received", "received_at", "number", "is_nullification", "is_amendment")
    )


WAITS = "VERSION-UNKNOWN"
_WAITING = Finding(
    "VERSION-UNKNOWN",
    Severity.CRITICAL,
    "nullifies a case that was not received yet: it waits here, and takes effect by itself when the case arrives",
    "C.1.11.1",
)
_UNKNOWN_AMENDMENT = Finding(
    "VERSION-AMENDMENT",
    Severity.WARNING,
    "amends a case that was never received; taken as its first version",
    "C.1.11.1",
)
_CONFLICT = Finding(
    "VERSION-CONFLICT",
    Severity.CRITICAL,
    "same case number and same date of information as a stored version, but other content: ask the sender which holds",
    "C.1.5",
)
_COPY = Finding(
    "VERSION-COPY",
    Severity.INFO,
    "the same version from another public file of the regulator, which says other fields: the first is kept",
    "C.1.1",
)
_REOPENED = Finding(
    "VERSION-REOPENED",
    Severity.WARNING,
    "newer information on a case that was nullified: it counts again until a person decides otherwise",
    "C.1.11.1",
)
WITHDRAWN = Finding(
    "VERSION-DELETED",
    Severity.WARNING,
    "its keeper withdrew the case by a list of deleted cases: kept, and in no count",
)
HELD_ALREADY = Finding(
    "VERSION-HELD", Severity.INFO, "the same report is held already: decide about that one, this one is its duplicate"
)
_LATE = Finding(
    "VERSION-LATE",
    Severity.INFO,
    "older information than the case already has; kept, but not the current version",
    "C.1.5",
)
