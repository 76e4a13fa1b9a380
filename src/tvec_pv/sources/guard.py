"""What a hostile or broken input can make a parser do ends here, as a reason and never as the end of the night.

Parsers of archives, workbooks and XML raise whatever they like on bytes made to break them. Only the kind of the
error is kept: its text may hold what stood in the file.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from typing import TypeVar

from tvec_pv.domain.errors import SettingsError, UnreadableFile, refusal
from tvec_pv.domain.findings import Finding, Severity
from tvec_pv.domain.icsr import Case, Drug, Patient
from tvec_pv.domain.records import Record

Item = TypeVar("Item")

MOST_OF_ONE_PART = 10_000  # the largest true reports have some hundreds of medicines and some thousands of tests


def guarded_record(where: str, read: Callable[[], tuple[Case | None, tuple[Finding, ...]]]) -> Record:
    """The record that `read` gives; one that breaks it is held, and costs itself alone."""
    try:
        case, findings = read()
    except Exception as error:  # noqa: BLE001 (see above)
        message = (
            f"the report broke its reader ({type(error).__name__}); its bytes are kept: please tell the developers"
        )
        return Record(where, None, (Finding("READ-BROKEN", Severity.CRITICAL, message),))
    if case is not None and _most_of_one_part(case) > MOST_OF_ONE_PART:
        return Record(where, None, (_TOO_MANY,))
    return Record(where, case, findings)


_TOO_MANY = Finding(
    "READ-SIZE",
    Severity.CRITICAL,
    "the report has more than 10,000 reactions, medicines, tests or other parts of one kind, which no true one has: "
    "its bytes are kept, ask the sender what it is",
)


def _most_of_one_part(case: Case) -> int:
    """How many entries the longest list of a case has: of the case itself, of its patient, or of one of its drugs."""
    parts = ((case, _OF_A_CASE), (case.patient, _OF_A_PATIENT), *((drug, _OF_A_DRUG) for drug in case.drugs))
    return max(len(getattr(part, name)) for part, names in parts for name in names)


def _lists(of: type[Case | Patient | Drug]) -> tuple[str, ...]:
    return tuple(one.name for one in fields(of) if one.default == ())


_OF_A_CASE, _OF_A_PATIENT, _OF_A_DRUG = map(_lists, (Case, Patient, Drug))


def guarded_file(items: Iterator[Item]) -> Iterator[Item]:
    """The items; `UnreadableFile` for whatever breaks off their reading."""
    with unreadable_if_broken():
        yield from items


@contextmanager
def unreadable_if_broken() -> Iterator[None]:
    """Whatever a file does to its parser is `UnreadableFile`; a setting that cannot be used is no fault of the file."""
    try:
        yield
    except (UnreadableFile, SettingsError):
        raise
    except OSError as error:
        raise UnreadableFile(
            f"the file cannot be read here ({refusal(error)}): mend that, then put it into the inbox again"
        ) from None
    except Exception as error:  # noqa: BLE001 (see above)
        raise UnreadableFile(
            f"the file is damaged or was made to do harm ({type(error).__name__}): ask for it again"
        ) from None
