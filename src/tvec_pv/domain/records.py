"""What a file holds, record by record, and the sum that must come out even."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

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
class Record:
    """One report as it stood in a file. Without a case, `findings` says why it could not be read."""

    where: str
    case: Case | None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class OtherProducts:
    """Reports of other products in a bulk extract: counted out of scope, not kept one by one."""

    where: str
    count: int


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
