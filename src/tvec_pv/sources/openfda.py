"""openFDA's drug-event JSON: responses of the API, one report a line, and the bulk downloads as zips.

Read event by event, so that neither a file of hundreds of megabytes nor one nested without end fills the memory.
What openFDA adds under `openfda` is found by the likeness of names, says nothing of the report, and is left out.
"""

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from tvec_pv.domain.findings import Finding, Severity
from tvec_pv.domain.records import Item, Record
from tvec_pv.sources.archives import open_archive, openers_of
from tvec_pv.sources.e2b_r2_values import NO_REPORT, Report
from tvec_pv.sources.metered import TOO_LARGE, Metered, TooLarge
from tvec_pv.sources.public_faers import read_products

_NAMES = re.compile(rb'"(safetyreportid|medicinalproduct|reactionmeddrapt)"\s*:\s*["\d]')
_PEEK = 64 * 1024
_MARK = b"\xef\xbb\xbf"
_ADDED = "openfda"

_MOST_BYTES = 32 * 1024**2  # of one report, with all that openFDA adds to its medicines
_MOST_VALUES = 500_000
_BUFFER = 512 * 1024  # the parser begins a text anew with each buffer: small ones make long texts slow
_DEEPEST = 32  # reports have six levels


Event = tuple[str, Any]


class _NoReport:
    """Stands for a value that was too large or too deep to be one."""


def is_file(path: Path) -> bool:
    with path.open("rb") as file:
        return _is_openfda(file)


def is_archive(archive: zipfile.ZipFile) -> bool:
    """Whether a zip holds openFDA's JSON and nothing else."""
    members = _members(archive)
    if not members or not all(one.filename.lower().endswith(".json") for one in members):
        return False
    first, *_ = openers_of(archive, members).values()
    with first() as file:
        return _is_openfda(file)


def _is_openfda(file: IO[bytes]) -> bool:
    """Whether it is JSON in whose beginning a report's elements are named."""
    text = file.read(_PEEK).removeprefix(_MARK).lstrip()
    return text[:1] in (b"{", b"[") and _NAMES.search(text) is not None


def read(path: Path, is_product: Callable[[str], bool]) -> Iterator[Item]:
    """The product's reports, each as a record, then the number of all others."""
    return read_products(_reports(path), is_product)


def _reports(path: Path) -> Iterator[Report | Record]:
    with path.open("rb") as file:
        if file.read(2) != b"PK":
            file.seek(0)
            yield from _reports_in(file, "")
            return
    with open_archive(path) as archive:
        openers = openers_of(archive, _members(archive))
        for number, opened in enumerate(openers.values(), 1):
            with opened() as file:
                yield from _reports_in(file, f"file {number}, " if len(openers) > 1 else "")


def _members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [one for one in archive.infolist() if not one.is_dir()]


def _reports_in(file: IO[bytes], prefix: str) -> Iterator[Report | Record]:
    """Every entry with its place. A file that breaks off yields one unreadable record for all that follows."""
    import ijson  # type: ignore[import-untyped]

    metered, count = Metered(file, _MOST_BYTES), 0
    try:
        _skip_mark(file)
        for entry in _entries(ijson.basic_parse(metered, multiple_values=True, buf_size=_BUFFER)):
            count += 1
            metered.part_is_finished()
            where = f"{prefix}report {count}"
            if isinstance(entry, dict):
                yield Report(where, entry)
            else:
                yield Record(where, None, (_NO_TRUE_ONE if entry is _NoReport else NO_REPORT,))
    except TooLarge:
        yield Record(f"{prefix}report {count + 1} and all that follows", None, (TOO_LARGE,))
    except Exception:  # noqa: BLE001 (the parser's own text quotes the file; whatever it raises, the rest is lost)
        yield Record(f"{prefix}report {count + 1} and all that follows", None, (_BROKEN_OFF,))


_NO_TRUE_ONE = Finding(
    "READ-SIZE",
    Severity.CRITICAL,
    "the report is larger or more deeply nested than any true one: its bytes are kept, ask the source what it is",
)
_BROKEN_OFF = Finding(
    "READ-JSON", Severity.CRITICAL, "the JSON is damaged or breaks off here: ask for it again or download it again"
)


def _skip_mark(file: IO[bytes]) -> None:
    """Pass over a byte order mark, which the parser does not know."""
    start = file.read(len(_MARK))
    if start != _MARK:
        file.seek(0)


def _entries(events: Iterable[Event]) -> Iterator[Any]:
    """What should be reports: the entries of `results`, or of a list, or objects one after another."""
    events = iter(events)
    for event, value in events:
        if event == "start_array":
            yield from _elements(events)
        elif event == "start_map":
            yield from _results(events)
        else:
            yield value


def _elements(events: Iterator[Event]) -> Iterator[Any]:
    for event, value in events:
        if event == "end_array":
            return
        yield _value(event, value, events)


def _results(events: Iterator[Event]) -> Iterator[Any]:
    """The entries of an object's `results`; an object without them is an entry itself."""
    found: dict[str, Any] = {}
    has_results = False
    for event, name in events:
        if event == "end_map":
            break
        event, value = next(events)
        if name == "results" and event == "start_array":
            has_results = True
            yield from _elements(events)
        else:
            found[name] = _value(event, value, events)
    if not has_results:
        yield found


def _value(event: str, value: Any, events: Iterator[Event]) -> Any:
    """A value with all that is in it, as Python has it, texts as a database can hold them."""
    if not event.startswith("start"):
        return _clean(value)
    top: Any = {} if event == "start_map" else []
    within, names, count = [top], [""], 0
    for event, value in events:
        count += 1
        if event.startswith("end"):
            within.pop()
            names.pop()
            if not within:
                return top
            continue
        if event == "map_key":
            names[-1] = value
            continue
        if count > _MOST_VALUES or len(within) > _DEEPEST:
            _skip(events, len(within) + event.startswith("start"))
            return _NoReport
        if names[-1] == _ADDED:
            _skip(events, int(event.startswith("start")))
            continue
        one: Any = {} if event == "start_map" else [] if event == "start_array" else _clean(value)
        holder = within[-1]
        if isinstance(holder, dict):
            holder[names[-1]] = one
        else:
            holder.append(one)
        if event.startswith("start"):
            within.append(one)
            names.append("")
    return top


def _skip(events: Iterator[Event], depth: int) -> None:
    """Pass over what is left of that many objects and lists, one in another."""
    while depth > 0:
        event, _ = next(events)
        depth += event.startswith("start") - event.startswith("end")


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    return value
