"""The values of a report whose elements are told by E2B(R2)'s names, whatever it was written in.

A report is a group: names with texts, groups, or lists of either. XML and JSON are read into it alike; what stands
elsewhere than the names say becomes a finding and an absent value.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from tvec_pv.domain.dates import PartialDate
from tvec_pv.domain.findings import Finding, Severity
from tvec_pv.domain.icsr import Case, Flag, NullFlavor, Quantity, Term, Text
from tvec_pv.domain.records import Record
from tvec_pv.sources.e2b_r2_codes import DATE_LENGTHS, WORDS_FOR_NOTHING, YES_NO
from tvec_pv.sources.guard import guarded_record
from tvec_pv.sources.reading import Reading

Group: TypeAlias = dict[str, Any]
Value = TypeVar("Value")
CaseReader: TypeAlias = Callable[[Group], tuple[Case, tuple[Finding, ...]]]


@dataclass(frozen=True, slots=True)
class Report:
    """A report by its names, with its place in the file and what was found while it was taken from there."""

    where: str
    group: Group
    findings: tuple[Finding, ...] = ()

    def record(self, read_case: CaseReader) -> Record:
        record = guarded_record(self.where, lambda: read_case(self.group))
        return Record(record.where, record.case, (*self.findings, *record.findings))


NO_REPORT = Finding("READ-REPORT", Severity.CRITICAL, "what stands where a safety report belongs is none")

_MEDDRA_CODE = re.compile(r"\d{8}", re.ASCII)


def says_something(value: Any) -> bool:
    """Whether any text stands in it, however deep."""
    if isinstance(value, dict):
        return any(map(says_something, value.values()))
    if isinstance(value, list):
        return any(map(says_something, value))
    return value is not None and bool(str(value).strip())


class R2Values(Reading):
    """Reads values by their names in a group. Units and dates stand in two elements, the value and its kind."""

    def text(self, group: Group, name: str, element: str) -> str | None:
        value = group.get(name)
        if isinstance(value, list):
            value, *others = [one for one in value if says_something(one)] or [None]
            if others:
                self.problem("READ-SHAPE", "what may be said once is said more than once; the first was read", element)
        if isinstance(value, dict | list):
            if says_something(value):
                self.problem("READ-SHAPE", "other elements stand where a text belongs; they were not read", element)
            return None
        return None if value is None else str(value).strip() or None

    def groups(self, group: Group, name: str, element: str) -> list[Group]:
        """Every group of that name in which something is said."""
        value = group.get(name)
        found = [one for one in (value if isinstance(value, list) else [value]) if says_something(one)]
        if not all(isinstance(one, dict) for one in found):
            self.problem("READ-SHAPE", "a text stands where other elements belong; it was not read", element)
        return [one for one in found if isinstance(one, dict)]

    def group(self, group: Group, name: str, element: str) -> Group:
        """The group of that name; an empty one where there is none."""
        first, *others = self.groups(group, name, element) or [{}]
        if others:
            self.problem("READ-SHAPE", "what may be said once is said more than once; the first was read", element)
        return first

    def masked(self, group: Group, name: str, element: str) -> Text:
        """A text of which R2's senders write PRIVACY or UNKNOWN where R3 has a null flavor."""
        text = self.text(group, name, element)
        return text if text is None else WORDS_FOR_NOTHING.get(text.upper(), text)

    def code(self, group: Group, name: str, codes: Mapping[str, Value], element: str) -> Value | str | None:
        """What a code means; one that the list does not have stays as it was sent."""
        text = self.text(group, name, element)
        if text is None:
            return None
        for code in (text, text.zfill(3)):
            if code in codes:
                return codes[code]
        self.problem("READ-CODE", "the code is not in its list of E2B(R2); it was kept as it was sent", element)
        return text

    def flag(self, group: Group, name: str, element: str, codes: Mapping[str, Flag] = YES_NO) -> Flag:
        text = self.text(group, name, element)
        if text is None or text in codes:
            return codes.get(text or "")
        self.problem("READ-FLAG", "neither yes nor no", element)
        return None

    def day(self, group: Group, name: str, element: str, format_name: str = "") -> PartialDate | None:
        text = self.text(group, name, element)
        day = self.date(text, element)
        given = self.text(group, format_name or f"{name}format", element)
        if day is not None and text is not None and given is not None and DATE_LENGTHS.get(given) != len(text):
            self.problem(
                "READ-FORMAT", "the date is not as its format code says; it was read as precisely as it stands", element
            )
        return day

    def number(self, group: Group, name: str, element: str) -> float | None:
        return self.decimal(self.text(group, name, element), element)

    def quantity(
        self, group: Group, name: str, element: str, units: Mapping[str, str], unit_name: str = ""
    ) -> Quantity | None:
        value = self.number(group, name, element)
        if value is None:
            return None
        return Quantity(value=value, unit=self.code(group, unit_name or f"{name}unit", units, element))

    def term(self, group: Group, name: str, version_name: str, element: str) -> Term | None:
        """A medical term: R2 has a MedDRA code or a name in the same element."""
        text = self.text(group, name, element)
        if text is None:
            return None
        version = self.text(group, version_name, element)
        if _MEDDRA_CODE.fullmatch(text):
            return Term(code=text, version=version)
        return Term(name=text, version=version)


def plain(text: Text) -> str | None:
    """The text where there is one; for what knows no null flavor."""
    return None if isinstance(text, NullFlavor) else text
