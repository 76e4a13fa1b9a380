"""What can be said of a record before the store is asked: scope, checks, validity, content and assessment.

It needs no database, so it can be done in several processes at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from tvec_pv.actions.contents import Received
from tvec_pv.checks.suites import check_cases
from tvec_pv.domain.assessment import Knowledge, assess
from tvec_pv.domain.case_json import content_hash, encode
from tvec_pv.domain.documents import plain
from tvec_pv.domain.findings import Finding, Severity, critical
from tvec_pv.domain.icsr import Case, case_key, is_suspect
from tvec_pv.domain.product_names import Verdict, match_case, match_drug
from tvec_pv.domain.records import Attachment, Deletions, OtherProducts, RecordClass
from tvec_pv.domain.validity import MINIMUM_CRITERIA, missing_criteria, names_a_medicine
from tvec_pv.domain.versions import VersionKey, version_key


@dataclass(frozen=True, slots=True)
class Prepared:
    """A record on its way into the store. `settled` is its class where no look at the store can change it.

    `assessment` is there for what may become a case version, as the document that is stored; `document` is the case by
    E2B(R3) numbers. Both are plain, because they travel between processes.
    """

    place: str
    findings: tuple[Finding, ...]
    settled: RecordClass | None = None
    reports: int = 1
    key: str | None = None
    version: VersionKey | None = None
    document: dict[str, Any] | None = None
    assessment: dict[str, Any] | None = None
    product_is_suspect: bool = False
    attachments: tuple[Attachment, ...] = ()
    withdrawn: tuple[str, ...] = ()
    withdrawn_as_of: date | None = None

    @property
    def content_hash(self) -> str | None:
        return self.version.content_hash if self.version else None

    @property
    def is_held(self) -> bool:
        """Critical findings hold a record. A nullification need not name patient, reaction and product once more."""
        held = critical(self.findings)
        if self.version and self.version.is_nullification:
            held = tuple(finding for finding in held if finding.check not in MINIMUM_CRITERIA)
        return bool(held)


@dataclass(frozen=True, slots=True)
class Judge:
    """All that preparing a record needs: what is known, the suites, and the day on which it is judged."""

    knowledge: Knowledge
    expectations: Path
    today: date


def prepare(judge: Judge, batch: Sequence[Received]) -> list[Prepared]:
    """A batch of records, each with what readers, checks and rules say of it."""
    drafts = [_draft(judge, received) for received in batch]
    in_scope = [one for one in drafts if one.case is not None and one.settled is None]
    if in_scope:
        cases = [one.case for one in in_scope if one.case is not None]
        checked = check_cases(cases, judge.knowledge.product, judge.expectations, judge.today)
        for one, case, findings in zip(in_scope, cases, checked, strict=True):
            one.findings.extend((*findings, *missing_criteria(case)))
    return [_prepared(judge, one) for one in drafts]


@dataclass(slots=True)
class _Draft:
    received: Received
    case: Case | None = None
    settled: RecordClass | None = None
    findings: list[Finding] = field(default_factory=list)


def _draft(judge: Judge, received: Received) -> _Draft:
    """Settle what needs no look at the store: unreadable records, and those of other products."""
    if isinstance(received, OtherProducts | Deletions):
        return _Draft(received, settled=RecordClass.OUT_OF_SCOPE)
    one = _Draft(received, received.case, findings=list(received.findings))
    if received.case is None:
        one.settled = RecordClass.QUARANTINED
        return one
    match = match_case(judge.knowledge.product, received.case)
    if match.verdict is Verdict.UNDECIDED:
        one.findings.append(_UNDECIDED)
        one.settled = RecordClass.QUARANTINED
    elif match.verdict is Verdict.OTHER and any(names_a_medicine(drug) for drug in received.case.drugs):
        one.findings.append(_OTHER)
        one.settled = RecordClass.OUT_OF_SCOPE
    return one


_UNDECIDED = Finding(
    "PRODUCT-UNDECIDED", Severity.CRITICAL, "a medicine may or may not be the product: a person decides", "G.k.2.2"
)
_OTHER = Finding("PRODUCT-OTHER", Severity.INFO, "no medicine of the report is the product", "G.k.2.2")


def _prepared(judge: Judge, one: _Draft) -> Prepared:
    received, case = one.received, one.case
    if isinstance(received, Deletions):
        return Prepared(
            received.where,
            (),
            one.settled,
            len(received.case_keys),
            withdrawn=tuple(key.upper() for key in received.case_keys),
            withdrawn_as_of=received.as_of,
        )
    if isinstance(received, OtherProducts):
        return Prepared(received.where, received.findings, one.settled, received.count)
    if case is None:
        return Prepared(received.where, tuple(one.findings), one.settled)
    document = encode(case)
    return Prepared(
        place=received.where,
        findings=tuple(one.findings),
        settled=one.settled,
        key=case_key(case),
        version=version_key(case, content_hash(document)),
        document=document,
        assessment=plain(assess(case, judge.knowledge)) if one.settled is None else None,
        product_is_suspect=suspects_product(judge.knowledge, case),
        attachments=received.attachments,
    )


def suspects_product(known: Knowledge, case: Case, *, undecided: bool = False) -> bool:
    """Whether the product is suspect or interacting in a case: it then counts in every table.

    `undecided` counts the medicines that may be the product: where a person decided that they are.
    """
    verdicts = (Verdict.PRODUCT, Verdict.UNDECIDED) if undecided else (Verdict.PRODUCT,)
    return any(is_suspect(drug) and match_drug(known.product, drug).verdict in verdicts for drug in case.drugs)
