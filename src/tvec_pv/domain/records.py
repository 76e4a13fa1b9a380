"""What a file holds, record by record, and the sum that must come out even."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from tvec_pv.domain.errors import OutOfBalance
from tvec_pv.domain.findings import Finding
from tvec_pv.domain.icsr import Case


class RecordClass(StrEnum):
    """The one class in which each record received ends."""

    NEW = "new"
    FOLLOW_UP = "follow-up"
    AMENDMENT = "amendment"
    NULLIFICATION = "nullification"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    OUT_OF_SCOPE = "out of scope"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A document that came inside a report (C.1.6.1.r.2); `sha256` is that of its bytes, as in `icsr.Document`."""

    sha256: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Record:
    """One report as it stood in a file. Without a case, `findings` says why it could not be read.

    `sender` is who sent this report of a batch (E2B(R3) N.2.r.2), where the format says it of each.
    """

    where: str
    case: Case | None
    findings: tuple[Finding, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    sender: str | None = None


@dataclass(frozen=True, slots=True)
class OtherProducts:
    """Reports of other products in a bulk extract: counted out of scope, not kept one by one.

    `findings` are those about the extract itself, which belong to no report.
    """

    where: str
    count: int
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Deletions:
    """Cases that their keeper withdrew, from reports of `as_of` and before (FAERS: lists of deleted cases).

    Each is one report received. Those of the product are nullified, also where their case arrives later; the others
    are out of scope.
    """

    where: str
    case_keys: tuple[str, ...]
    as_of: date


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sent a file (E2B(R3) N.1): known when it has been read to its end, and no report itself."""

    sender: str | None = None
    receiver: str | None = None
    batch_number: str | None = None


Item: TypeAlias = Record | OtherProducts | Deletions | Envelope


@dataclass(frozen=True, slots=True)
class Balance:
    """received = the sum of the classes, or nothing is published."""

    received: int
    classes: Mapping[RecordClass, int]

    @property
    def difference(self) -> int:
        return self.received - sum(self.classes.values())

    @property
    def sentence(self) -> str:
        terms = " + ".join(f"{self.classes.get(record_class, 0)} {record_class}" for record_class in RecordClass)
        return f"received {self.received} = {terms}; difference {self.difference}"


def add_up(balances: Iterable[Balance]) -> Balance:
    received, classes = 0, Counter[RecordClass]()
    for balance in balances:
        received += balance.received
        classes.update(balance.classes)
    return Balance(received, {record_class: classes[record_class] for record_class in RecordClass})


def check_balance(balance: Balance) -> None:
    """Raise `OutOfBalance` unless every record received is in exactly one class. Ask it of each file: none pays
    for another.
    """
    if balance.difference:
        raise OutOfBalance(
            f"{balance.sentence}. Nothing was published: find the records that are missing or counted twice "
            "(`tvec-pv quarantine list`, the run's files) and run the night again."
        )
