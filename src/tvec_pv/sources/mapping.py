"""Mapping files: which column of a partner's listing is which column of ours (docs/how-to/map-a-partners-listing.md).

A mapping is YAML of a strict kind: no tags, no aliases, no key twice, no key that is not known. A mistake is named
with file and key. Nothing in it names a file, and the files themselves lie in one folder and are no links.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from tvec_pv.domain.errors import MappingError, UnreadableFile
from tvec_pv.sources.line_listing import REQUIRED
from tvec_pv.sources.line_listing_case import COLUMNS
from tvec_pv.sources.table import open_table

LARGEST_MAPPING = 1_000_000
ENDINGS = (".yaml", ".yml")
DATES = (
    *("first_received", "latest_received", "birth_date", "death_date", "reaction_start", "reaction_end"),
    *("drug_start", "drug_end", "test_date"),
)
NUMBERS = ("version", "age", "weight_kg", "dose")
REPORT, REACTION = "report", "reaction"
_KEYS = ("name", "sheet", "header_row", "one_row_per", "columns", "constants", "ignored")
_COLUMN_KEYS = ("to", "date", "words", "separator", "prefix", "decimal", "optional")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_TOKEN = re.compile("yyyy|MMM|dd?|mm?|.", re.DOTALL)
_PATTERNS = {
    "yyyy": r"(?P<year>\d{4})",
    "MMM": r"(?P<name>[A-Za-z]{3,9})\.?",
    "mm": r"(?P<month>\d{1,2})",
    "dd": r"(?P<day>\d{1,2})",
}
_TIME = r"(?:[ T]+(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d))?)?"


@dataclass(frozen=True, slots=True)
class DateForm:
    """How a date is written, such as dd.mm.yyyy or dd-MMM-yyyy."""

    written: str
    pattern: re.Pattern[str]

    def read(self, text: str) -> str | None:
        """The date as our listing writes it, or None where it is written otherwise."""
        match = self.pattern.fullmatch(text)
        if match is None:
            return None
        given = match.groupdict()
        month = given.get("month")
        if name := given.get("name"):
            found = [number for number, whole in enumerate(_MONTHS, 1) if whole.startswith(name.lower())]
            if not found:
                return None
            month = str(found[0])
        parts = (given["year"], *(part.zfill(2) for part in (month, given.get("day")) if part))
        time = ":".join(part for part in (given["hour"], given["minute"], given["second"]) if part)
        return "-".join(parts) + (f" {time}" if time and len(parts) == 3 else "")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the partner's, and what becomes of its cells: translated, then read as a date or a number."""

    name: str
    to: str
    dates: tuple[DateForm, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    separator: str = ""
    prefix: str = ""
    decimal: str = "."
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class ListingMapping:
    """One mapping file. `columns` and `ignored` go by `canonical` names."""

    file: str
    sha256: str
    name: str
    columns: Mapping[str, Column]
    constants: Mapping[str, str]
    ignored: frozenset[str]
    sheet: str | None = None
    header_row: int = 1
    one_row_per: str = REACTION

    def fits(self, header: Iterable[str]) -> bool:
        """Whether the header holds every column that the mapping requires."""
        return not self.missing(header)

    def missing(self, header: Iterable[str]) -> list[Column]:
        """The required columns that the header lacks."""
        names = set(map(canonical, header))
        return [column for name, column in self.columns.items() if name not in names and not column.is_optional]


def canonical(name: str) -> str:
    """A column's name without what spreadsheets do to it: case, line breaks, doubled spaces."""
    return " ".join(name.strip("\ufeff").casefold().split())


def find_mapping(path: Path, folder: Path | None) -> ListingMapping | None:
    """The mapping that fits a file, or None. `UnreadableFile` where two fit, or where one that may fit is mistaken."""
    if folder is None:
        return None
    try:
        mappings, mistakes = read_mappings(folder)
    except MappingError as error:
        raise UnreadableFile(f"{error}: the listing waits until it does") from error
    headers: dict[tuple[int, str | None], tuple[str, ...]] = {}
    fitting = []
    for mapping in mappings:
        place = (mapping.header_row, mapping.sheet)
        if place not in headers:
            headers[place] = _header(path, *place)
        if mapping.fits(headers[place]):
            fitting.append(mapping)
    if len(fitting) > 1:
        names = " and ".join(mapping.file for mapping in fitting)
        raise UnreadableFile(f"more than one mapping fits this listing: {names}; make one of them require more columns")
    if not fitting and mistakes:
        raise UnreadableFile(f"no mapping fits, and one cannot be used: {'; '.join(mistakes)}")
    return fitting[0] if fitting else None


def read_mappings(folder: Path) -> tuple[list[ListingMapping], list[str]]:
    """The mappings of a folder in name order, and what is wrong with those that cannot be used."""
    if not folder.is_dir():
        raise MappingError("TVEC_PV_MAPPINGS names no folder")
    mappings, mistakes = [], []
    for file in sorted(folder.iterdir()):
        if file.suffix.lower() not in ENDINGS:
            continue
        try:
            mappings.append(read_mapping(file))
        except MappingError as error:
            mistakes.append(str(error))
    return mappings, mistakes


def read_mapping(file: Path) -> ListingMapping:
    """A mapping file; `MappingError` names file, key and what is wrong."""
    if file.is_symlink() or not file.is_file():
        raise MappingError(f"{file.name}: a link or a device is not followed: put the file itself into the folder")
    if file.stat().st_size > LARGEST_MAPPING:
        raise MappingError(f"{file.name}: larger than any mapping is")
    content = file.read_bytes()
    return _mapping(_Reader(file.name), _load(file.name, content), sha256(content).hexdigest())


def _header(path: Path, header_row: int, sheet: str | None) -> tuple[str, ...]:
    try:
        return open_table(path, header_row, sheet).names
    except UnreadableFile:
        return ()


def _load(name: str, content: bytes) -> Any:
    try:
        node = yaml.compose(content.decode("utf-8-sig"), Loader=yaml.SafeLoader)
        if node is not None:
            _check_node(name, node, set())
        return yaml.safe_load(content.decode("utf-8-sig"))
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise MappingError(f"{name}: not YAML{line}: {error.problem}") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise MappingError(f"{name}: not YAML in UTF-8") from error


def _check_node(name: str, node: yaml.Node, seen: set[int]) -> None:
    """No alias, which may unfold without end, and no key twice, of which YAML would keep one without a word."""
    if id(node) in seen:
        raise MappingError(f"{name}: aliases (*name) are not read: write it out")
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        keys = [str(key.value) for key, _ in node.value]
        if doubled := sorted({key for key in keys if keys.count(key) > 1}):
            raise MappingError(f"{name}: {', '.join(doubled)}: stands twice")
        for pair in node.value:
            for one in pair:
                _check_node(name, one, seen)
    elif isinstance(node, yaml.SequenceNode):
        for one in node.value:
            _check_node(name, one, seen)


class _Reader:
    """Checks the values of one file; a mistake names the file and the key."""

    def __init__(self, file: str) -> None:
        self.file = file

    def wrong(self, key: str, what: str) -> MappingError:
        return MappingError(f"{self.file}: {key}: {what}")

    def table(self, value: Any, key: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.wrong(key, "must be a table of keys and values")
        for name in value:
            if not isinstance(name, str):
                raise self.wrong(key, f"the key {name!r} is no text: put it into quotation marks")
        return value

    def known_keys(self, value: Mapping[str, Any], known: Iterable[str], key: str) -> None:
        for name in value:
            if name not in known:
                raise self.wrong(f"{key}{name}", f"no such key; there are {', '.join(known)}")

    def text(self, value: Any, key: str) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int | float | date):
            raise self.wrong(key, "must be text: put it into quotation marks")
        return value.isoformat() if isinstance(value, date) else str(value)

    def target(self, value: Any, key: str) -> str:
        if (name := self.text(value, key)) not in COLUMNS:
            raise self.wrong(key, f"{name} is no column of docs/reference/line-listing.md")
        return name


def _mapping(read: _Reader, content: Any, digest: str) -> ListingMapping:
    given = read.table(content, "the file")
    read.known_keys(given, _KEYS, "")
    for key in ("name", "columns"):
        if key not in given:
            raise read.wrong(key, "is missing")
    header_row = given.get("header_row", 1)
    if isinstance(header_row, bool) or not isinstance(header_row, int) or not 1 <= header_row <= 1000:
        raise read.wrong("header_row", "must be the number of a row, from 1 to 1000")
    one_row_per = given.get("one_row_per", REACTION)
    if one_row_per not in (REPORT, REACTION):
        raise read.wrong("one_row_per", f"must be {REPORT} or {REACTION}")
    columns: dict[str, Column] = {}
    for name, value in read.table(given["columns"], "columns").items():
        if canonical(name) in columns:
            raise read.wrong(f"columns.{name}", "stands twice")
        columns[canonical(name)] = _column(read, name, value)
    constants = {
        read.target(name, f"constants.{name}"): read.text(value, f"constants.{name}")
        for name, value in read.table(given.get("constants", {}), "constants").items()
    }
    ignored = given.get("ignored", [])
    if not isinstance(ignored, list):
        raise read.wrong("ignored", "must be a list of columns")
    _check_targets(read, [column.to for column in columns.values()], constants)
    return ListingMapping(
        file=read.file,
        sha256=digest,
        name=read.text(given["name"], "name"),
        columns=columns,
        constants=constants,
        ignored=frozenset(canonical(read.text(name, "ignored")) for name in ignored),
        sheet=read.text(given["sheet"], "sheet") if "sheet" in given else None,
        header_row=header_row,
        one_row_per=one_row_per,
    )


def _check_targets(read: _Reader, targets: list[str], constants: Mapping[str, str]) -> None:
    given = [*targets, *constants]
    if doubled := sorted({name for name in given if given.count(name) > 1}):
        raise read.wrong("columns", f"{', '.join(doubled)} is filled twice, by columns or constants")
    if missing := [name for name in REQUIRED if name not in given]:
        raise read.wrong("columns", f"nothing fills {', '.join(missing)}, which every listing needs")


def _column(read: _Reader, name: str, value: Any) -> Column:
    key = f"columns.{name}"
    if not isinstance(value, dict):
        return Column(name, read.target(value, key))
    given = read.table(value, key)
    read.known_keys(given, _COLUMN_KEYS, f"{key}.")
    if "to" not in given:
        raise read.wrong(f"{key}.to", "is missing: which column of ours is it?")
    to = read.target(given["to"], f"{key}.to")
    if "date" in given and to not in DATES:
        raise read.wrong(f"{key}.date", f"{to} is no date")
    if "decimal" in given and (to not in NUMBERS or given["decimal"] not in (",", ".")):
        raise read.wrong(f"{key}.decimal", "must be a comma or a full stop, on a column of numbers")
    if not isinstance(given.get("optional", False), bool):
        raise read.wrong(f"{key}.optional", "must be true or false")
    separator = read.text(given.get("separator", ""), f"{key}.separator")
    if "separator" in given and not separator:
        raise read.wrong(f"{key}.separator", "is empty")
    words = read.table(given.get("words", {}), f"{key}.words")
    return Column(
        name,
        to,
        dates=_dates(read, given.get("date", []), f"{key}.date"),
        words={canonical(word): read.text(ours, f"{key}.words.{word}") for word, ours in words.items()},
        separator=separator,
        prefix=read.text(given.get("prefix", ""), f"{key}.prefix"),
        decimal=given.get("decimal", "."),
        is_optional=given.get("optional", False),
    )


def _dates(read: _Reader, value: Any, key: str) -> tuple[DateForm, ...]:
    """One form or several; two that the same text may be written in would leave it open which day it is."""
    forms = tuple(_date_form(read, one, key) for one in (value if isinstance(value, list) else [value]))
    shapes = [re.sub("[dm]+", "#", form.written) for form in forms]
    if len(set(shapes)) < len(shapes):
        raise read.wrong(key, "two forms look alike: the same text would be two days")
    return forms


def _date_form(read: _Reader, value: Any, key: str) -> DateForm:
    written = read.text(value, key)
    tokens = [{"d": "dd", "m": "mm"}.get(token, token) for token in _TOKEN.findall(written)]
    parts = [token for token in tokens if token in _PATTERNS]
    has_month = "mm" in parts or "MMM" in parts
    if len(set(parts)) < len(parts) or "yyyy" not in parts or {"mm", "MMM"} <= set(parts):
        raise read.wrong(key, "must be made of yyyy, mm or MMM, and dd, each once: dd.mm.yyyy, dd-MMM-yyyy, mm/yyyy")
    if "dd" in parts and not has_month:
        raise read.wrong(key, "has a day and no month")
    pattern = "".join(_PATTERNS.get(token, re.escape(token)) for token in tokens)
    if any(first in _PATTERNS and second in _PATTERNS for first, second in pairwise(tokens)):
        pattern = pattern.replace("{1,2}", "{2}")  # without anything between them, digits go by their number
    return DateForm(written, re.compile(pattern + _TIME, re.ASCII))
