"""Reading values out of FHIR resources, whose shapes differ between R4 and R5 and may be wrong altogether."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from tvec_pv.domain.dates import PartialDate
from tvec_pv.domain.icsr import Day, NullFlavor, Quantity, Term, Text, known
from tvec_pv.sources.reading import Reading

Resource: TypeAlias = dict[str, Any]
Find: TypeAlias = Callable[[str], Resource | None]

MEDDRA = ("http://terminology.hl7.org/CodeSystem/mdr", "http://www.meddra.org", "urn:oid:2.16.840.1.113883.6.163")
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
REASONS = {
    "unknown": NullFlavor.UNK,
    "asked-unknown": NullFlavor.ASKU,
    "temp-unknown": NullFlavor.ASKU,
    "not-asked": NullFlavor.NASK,
    "asked-declined": NullFlavor.ASKU,
    "masked": NullFlavor.MSK,
    "not-applicable": NullFlavor.NA,
}
_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?(Z|[+-]\d\d:\d\d)?)?)?)?", re.ASCII
)


class FhirReading(Reading):
    """Values by element name. `find` gives the resource that a reference names, inside the file."""

    def __init__(self, find: Find) -> None:
        super().__init__()
        self.find = find
        self.contained: dict[str, Resource] = {}

    def table(self, node: Resource, name: str) -> Resource:
        """The element as an object; the first, where R5 allows several and R4 one."""
        found = self.tables(node, name)
        return found[0] if found else {}

    def tables(self, node: Resource, name: str) -> list[Resource]:
        value = node.get(name)
        given = value if isinstance(value, list) else [] if value is None else [value]
        found = [one for one in given if isinstance(one, dict)]
        if len(found) < len(given):
            self.misshapen(name)
        return found

    def text(self, node: Resource, name: str) -> Text:
        """A text, or why there is none (data-absent-reason)."""
        value = node.get(name)
        if isinstance(value, str):
            return value.strip().replace("\0", "\ufffd") or None
        if value is not None:
            self.misshapen(name)
            return None
        return self.reason(self.table(node, f"_{name}"))

    def words(self, node: Resource, name: str) -> str | None:
        return known(self.text(node, name))

    def reason(self, node: Resource) -> NullFlavor | None:
        for extension in self.tables(node, "extension"):
            if extension.get("url") == ABSENT:
                return REASONS.get(str(extension.get("valueCode")), NullFlavor.NI)
        return None

    def day(self, node: Resource, name: str, element: str) -> Day:
        given = self.text(node, name)
        return self.date_of(given, element) if isinstance(given, str) else given

    def date_of(self, given: str, element: str) -> PartialDate | None:
        match = _DATE.fullmatch(given)
        if match is None:
            self.problem("READ-DATE", "the date could not be read: not of the form 2026-11-02T05:06:07Z", element)
            return None
        *parts, zone = match.groups()
        offset = {None: "", "Z": "+0000"}.get(zone, (zone or "").replace(":", ""))
        return self.date("".join(part for part in parts if part) + offset, element)

    def period(self, node: Resource, name: str, element: str) -> tuple[Day, Day]:
        """Start and end of a choice of date and period: `name` is the element without its type."""
        if f"{name}Period" in node:
            period = self.table(node, f"{name}Period")
            return self.day(period, "start", element), self.day(period, "end", element)
        return self.day(node, f"{name}DateTime", element), None

    def quantity(self, node: Resource, name: str, element: str) -> Quantity | None:
        given = self.table(node, name)
        value = given.get("value")
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            self.misshapen(name)
            return None
        number = self.decimal(str(value), element)
        unit = self.words(given, "code") or self.words(given, "unit")
        return None if number is None else Quantity(value=number, unit=unit)

    def term(self, concept: Resource) -> Term:
        """The MedDRA code where there is one; else the name of the first coding that has one."""
        codings = self.tables(concept, "coding")
        coded = next((one for one in codings if one.get("system") in MEDDRA), {})
        names = [self.words(one, "display") for one in (coded, *codings)]
        return Term(
            name=next((name for name in names if name), None),
            code=self.words(coded, "code"),
            version=self.words(coded, "version"),
        )

    def name(self, concept: Resource) -> str | None:
        """A concept in words: as the sender put it, else by its coding."""
        codes = (self.words(one, "code") for one in self.tables(concept, "coding"))
        return self.words(concept, "text") or self.term(concept).name or next((code for code in codes if code), None)

    def codes(self, concept: Resource) -> list[str]:
        """The codes of a concept in lower case and without marks; its text where it has no code."""
        given = [code for one in self.tables(concept, "coding") if (code := self.words(one, "code"))]
        return [re.sub(r"[^a-z0-9]", "", code.lower()) for code in given or filter(None, [self.words(concept, "text")])]

    def code(self, concepts: Iterable[Resource], codes: Mapping[str, str], element: str) -> str | None:
        """The value of the first code that is known; another is kept as it stands and is a finding."""
        given = [code for concept in concepts for code in self.codes(concept)]
        found = list(dict.fromkeys(codes[code] for code in given if code in codes))
        if given and not found:
            self.problem("FHIR-CODE", "not one of the codes of FHIR for this element", element)
            return given[0]
        if len(found) > 1:
            self.problem("FHIR-CODE", "several codes of different meaning: the first of them was read", element)
        return found[0] if found else None

    def concept(self, node: Resource, name: str) -> Resource:
        """A CodeableConcept; of a CodeableReference of R5 its concept, or the code of what it points to."""
        given = self.table(node, name)
        if "concept" in given:
            return self.table(given, "concept")
        if isinstance(given.get("reference"), dict):
            return self.table(self.resolve(self.table(given, "reference"), name), "code")
        return given

    def resolve(self, reference: Resource, name: str) -> Resource:
        """The resource that a reference names: contained, or in the same file; nothing is fetched."""
        target = self.words(reference, "reference")
        if target is None:
            return {}
        found = self.contained.get(target[1:]) if target.startswith("#") else self.find(target)
        if found is None:
            message = "a reference leads to no resource of the file, or to two: what it names was not read"
            self.problem("FHIR-REFERENCE", message, name)
        return found or {}

    def resolved(self, node: Resource, name: str) -> list[Resource]:
        """The resources that the references in an element name; those that lead nowhere are findings."""
        return [found for one in self.tables(node, name) if (found := self.resolve(one, name))]

    def misshapen(self, name: str) -> None:
        self.problem("FHIR-SHAPE", "an element is not of the kind that FHIR gives it, and was not read", name)
