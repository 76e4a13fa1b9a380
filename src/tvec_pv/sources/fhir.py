"""FHIR AdverseEvent of R4 and R5 in JSON: a Bundle, a single resource, or a resource a line (ndjson).

References are resolved inside the file and nowhere else; nothing is ever fetched. A document has to fit into memory
and so has a limit; a file of lines may be of any size, because only the places of its resources are kept.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.domain.findings import Finding, Severity
from tvec_pv.domain.records import Record
from tvec_pv.sources.fhir_case import read_case
from tvec_pv.sources.guard import guarded_record

Resource: TypeAlias = dict[str, Any]
Find: TypeAlias = Callable[[str], Resource | None]

EVENT = "AdverseEvent"
LARGEST = 12_000_000  # of one JSON document: as objects it may take thirty-five times as much memory
LONGEST_LINE = 4_000_000  # of a file of lines, and of a line with all that it points to
MOST_RESOURCES, LONGEST_KEY = 1_000_000, 200  # that lines may point to; FHIR's ids have 64 letters at most
# What an AdverseEvent may point to and is read from there.
POINTED_TO = frozenset(
    (
        *("Patient", "ResearchSubject", "Practitioner", "PractitionerRole", "RelatedPerson", "Organization"),
        *("Medication", "MedicationAdministration", "MedicationStatement", "MedicationUsage", "MedicationRequest"),
        *("Immunization", "Substance", "Device", "Procedure"),
        *("Condition", "Observation", "AllergyIntolerance", "Location", "ResearchStudy"),
    )
)
_KIND = re.compile(rb'"resourceType"\s*:\s*"[A-Z][A-Za-z]+"')
_HISTORY = re.compile(r"/_history/.*\Z", re.DOTALL)


def is_fhir(path: Path) -> bool:
    """Whether the JSON names a resource type early on, as FHIR does."""
    with path.open("rb") as file:
        return bool(_KIND.search(file.read(1 << 16)))


def read(path: Path) -> Iterator[Record]:
    """One record per AdverseEvent; those of one document, or of one identifier in a Bundle, are one report."""
    with path.open("rb") as file:
        first = file.readline(LARGEST + 1)
        is_lines = bool(file.read(1 << 16).strip()) and isinstance(_loads(first), dict)
    if is_lines:
        yield from _read_lines(path)
        return
    if path.stat().st_size > LARGEST:
        yield Record("file", None, (_TOO_LARGE,))
        return
    document = _loads(path.read_bytes())
    if isinstance(document, list):
        document = {"resourceType": "Bundle", "entry": [{"resource": one} for one in document]}
    if not isinstance(document, dict):
        raise UnreadableFile("the JSON cannot be read: it is broken, or nested deeper than any resource is")
    yield from _read_document(document)


def _read_document(document: Resource) -> Iterator[Record]:
    entries = _entries(document)
    index: dict[str, Resource | None] = {}
    for url, resource in entries:
        for key in _keys(url, resource):
            index[key] = resource if index.get(key, resource) == resource else None
    groups: dict[Any, list[tuple[int, str, Resource]]] = {}
    for number, (url, resource) in enumerate(entries, 1):
        if resource.get("resourceType") == EVENT:
            groups.setdefault(_group(document, resource, number), []).append((number, url, resource))
    for group in groups.values():
        events = [resource for _, _, resource in group]
        where = f"entry {', '.join(str(number) for number, _, _ in group)}"
        yield guarded_record(where, partial(read_case, events, group[0][1], _finder(index.get)))


def _entries(document: Resource) -> list[tuple[str, Resource]]:
    """The resources with their addresses; an entry that holds none is left out."""
    if document.get("resourceType") != "Bundle":
        return [("", document)]
    given = document.get("entry")
    entries = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    return [
        (str(one.get("fullUrl") or ""), resource)
        for one in entries
        if isinstance(resource := one.get("resource"), dict)
    ]


def _group(document: Resource, event: Resource, number: int) -> Any:
    """What makes events one report: a document is about one thing, and a case has one number."""
    if document.get("type") == "document":
        return "document"
    given = event.get("identifier")
    first = given[0] if isinstance(given, list) and given else given
    if isinstance(first, dict) and first.get("value"):
        return (str(first.get("system")), str(first["value"]), str(event.get("meta")))
    return number


def _read_lines(path: Path) -> Iterator[Record]:
    with path.open("rb") as file:
        find = partial(_find_line, file, _places(file))
        file.seek(0)
        for number, line in _lines(file):
            if not line.strip():
                continue
            resource = _loads(line)
            if not isinstance(resource, dict):
                yield Record(f"line {number}", None, (_BROKEN_LINE,))
            elif resource.get("resourceType") == EVENT:
                pointed_to = _PointedTo(find, LONGEST_LINE - len(line))
                record = guarded_record(f"line {number}", partial(read_case, [resource], "", _finder(pointed_to.get)))
                yield Record(record.where, None, (_TOO_MUCH,)) if pointed_to.left < 0 else record
            elif resource.get("resourceType") == "Bundle":
                for record in _read_document(resource):
                    yield Record(f"line {number}, {record.where}", record.case, record.findings)


class _PointedTo:
    """What the event of one line points to; nothing more once `left`, in bytes, is used up."""

    def __init__(self, find: Callable[[str], bytes | None], left: int) -> None:
        self._find = find
        self.left = left

    def get(self, reference: str) -> Resource | None:
        line = self._find(reference) if self.left >= 0 else None
        if line is None:
            return None
        self.left -= len(line)
        found = _loads(line) if self.left >= 0 else None
        return found if isinstance(found, dict) else None


def _find_line(file: BinaryIO, places: Mapping[str, int | None], reference: str) -> bytes | None:
    """The line of the resource that a reference names; reading goes on where it was."""
    place = places.get(reference)
    if place is None:
        return None
    back = file.tell()
    file.seek(place)
    line = file.readline(LONGEST_LINE + 1)
    file.seek(back)
    return line


def _places(file: BinaryIO) -> dict[str, int | None]:
    """Where the resources stand that events may point to; None where two have the same name."""
    places: dict[str, int | None] = {}
    file.seek(0)
    place = 0
    for _, line in _lines(file):
        if any(kind in line for kind in _POINTED_TO_IN_BYTES) and isinstance(resource := _loads(line), dict):
            for key in _keys("", resource):
                if len(key) <= LONGEST_KEY:
                    places[key] = None if key in places else place
        if len(places) > MOST_RESOURCES:
            raise UnreadableFile(
                "the file holds more patients and medicines than can be looked up: ask for it in parts"
            )
        place = file.tell()
    return places


_POINTED_TO_IN_BYTES = tuple(f'"{kind}"'.encode() for kind in POINTED_TO)


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Each line with its number; of one that is too long, its beginning, which is then no JSON."""
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        rest = line
        while len(rest) > LONGEST_LINE and not rest.endswith(b"\n"):
            rest = file.readline(LONGEST_LINE + 1)
            line = b"{"
        yield number, line


def _keys(url: str, resource: Resource) -> set[str]:
    """The names by which a resource is pointed to: its address, and its type and id."""
    kind, own = resource.get("resourceType"), resource.get("id")
    if kind not in POINTED_TO:
        return set()
    return {name for name in (url, f"{kind}/{own}" if isinstance(own, str) else "") if name}


def _finder(get: Find) -> Find:
    return lambda reference: get(_HISTORY.sub("", reference))


def _loads(content: bytes) -> Any:
    """The JSON, or None: broken, deeper than 1,024, or with numbers that are none."""
    import orjson

    with suppress(orjson.JSONDecodeError):
        return orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    return None


_TOO_LARGE = Finding(
    "READ-SIZE",
    Severity.CRITICAL,
    "the JSON is larger than is read at once: ask for smaller Bundles, or for a file with a resource in each line",
)
_TOO_MUCH = Finding(
    "READ-SIZE",
    Severity.CRITICAL,
    "the report and what it points to are larger than any true one: its bytes are kept, ask the sender what it is",
)
_BROKEN_LINE = Finding(
    "READ-JSON",
    Severity.CRITICAL,
    "the line is no JSON, too long or nested too deeply: ask the sender for it again",
)
