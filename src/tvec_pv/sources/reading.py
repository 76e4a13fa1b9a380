"""Reading values of one report from text. What does not read becomes a finding and an absent value."""

from collections.abc import Mapping
from typing import TypeVar

from tvec_pv.domain.dates import PartialDate, read_date
from tvec_pv.domain.errors import DateError, NumberError
from tvec_pv.domain.findings import Finding, Severity
from tvec_pv.domain.numbers import read_number, read_whole

Meaning = TypeVar("Meaning")


class Reading:
    """The findings of a report under way; `where` is the reaction, drug or column that is being read."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.where = ""

    def problem(self, check: str, message: str, element: str, severity: Severity = Severity.WARNING) -> None:
        self.findings.append(Finding(check, severity, message, element, self.where))

    def date(self, text: str | None, element: str) -> PartialDate | None:
        try:
            return None if text is None else read_date(text)
        except DateError as error:
            self.problem("READ-DATE", f"the date could not be read: {error}", element)
            return None

    def decimal(self, text: str | None, element: str) -> float | None:
        try:
            return None if text is None else read_number(text)
        except NumberError as error:
            self.problem("READ-NUMBER", f"the number could not be read: {error}", element)
            return None

    def whole(self, text: str | None, element: str) -> int | None:
        try:
            return None if text is None else read_whole(text)
        except NumberError as error:
            self.problem("READ-NUMBER", f"the number could not be read: {error}", element)
            return None

    def meaning(self, text: str | None, codes: Mapping[str, Meaning], element: str) -> Meaning | None:
        """What a code means, in whatever case it was written."""
        if text is None:
            return None
        if text.upper() not in codes:
            self.problem("READ-CODE", "the code is none of those that the format documents; it was not read", element)
        return codes.get(text.upper())
