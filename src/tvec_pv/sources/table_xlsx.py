"""The rows of a sheet of an Excel workbook (ECMA-376), streamed out of its archive.

The parts are parsed with expat and never become a tree: what a hostile workbook can cost is a chunk of a part, the
longest row and the table of shared texts, and each has a limit. A document type ends the reading, whatever it
declares. Formulas are not computed: the value that the workbook keeps of them is read. Links lead nowhere.
"""

import re
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from posixpath import join, normpath
from typing import Any
from xml.parsers import expat

from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.sources.archives import open_archive, openers_of
from tvec_pv.sources.table import LONGEST_ROW, MOST_COLUMNS, Cell, Cells, Uncomputed

MOST_TEXTS, MOST_OTHERS = 64_000_000, 16_000_000  # bytes of what is kept whole: the shared texts; styles and sheets
DEEPEST = 64
LONGEST_TOKEN = 1_000_000
_CHUNK = 1 << 16
_WORKBOOK = "xl/workbook.xml"
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_PLACE = re.compile(r"([A-Z]{1,3})\d+")


class Workbook:
    """An opened workbook: its sheets by name, in their order."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with open_archive(path) as archive:
            parts = _Links(archive, "xl/_rels/workbook.xml.rels").parts
            listed = _Sheets(archive, _WORKBOOK)
            self.sheets = {
                name: parts[link][1]
                for name, link in listed.sheets
                if link in parts and parts[link][0].endswith("/worksheet")
            }
            self.counts_from_1904 = listed.counts_from_1904
            self.texts = next((part for kind, part in parts.values() if kind.endswith("/sharedStrings")), None)
            self.styles = next((part for kind, part in parts.values() if kind.endswith("/styles")), None)
        if not self.sheets:
            raise UnreadableFile("the workbook holds no sheet: save it again as .xlsx")

    def rows(self, sheet: str | None = None) -> Iterator[tuple[int, Cells]]:
        """The rows of the sheet of that name, else of the first; each with its number."""
        if sheet is not None and sheet not in self.sheets:
            raise UnreadableFile("the workbook has no sheet of the name that the mapping gives")
        part = self.sheets[sheet] if sheet is not None else next(iter(self.sheets.values()))
        with open_archive(self.path) as archive:
            texts = _Texts(archive, self.texts).found if self.texts else []
            dates = _Styles(archive, self.styles).date_styles if self.styles else {}
            reader = _Rows(texts, dates, self.counts_from_1904)
            for _ in _chunks(archive, part, reader):
                yield from reader.rows
                reader.rows.clear()


class _Part:
    """What expat tells of a part: names without prefix, and how deep and how silent it is."""

    def __init__(self) -> None:
        self.depth = 0
        self.silent = 0

    def parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate()
        parser.buffer_text = True  # else each entity and each line is a text of its own
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        return parser

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.silent = 0
        if self.depth > DEEPEST:
            raise UnreadableFile("the workbook is nested deeper than any workbook is")
        self.start(name.rpartition(":")[2], attributes)

    def _end(self, name: str) -> None:
        self.depth -= 1
        self.silent = 0
        self.end(name.rpartition(":")[2])

    def _text(self, text: str) -> None:
        self.silent = 0
        self.text(text)

    def start(self, name: str, attributes: dict[str, str], /) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, text: str) -> None:
        """Some of the text between two tags."""


class _Kept(_Part):
    """A part that is read whole, at once, and is small."""

    most = MOST_OTHERS

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        super().__init__()
        if archive.getinfo(name).file_size > self.most:
            raise UnreadableFile("the workbook has more texts or styles than are kept in memory: save it as CSV")
        for _ in _chunks(archive, name, self):
            pass


class _Links(_Kept):
    """The parts that the workbook is made of, by their link: kind and name. Links to the outside are none of them."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self.parts: dict[str, tuple[str, str]] = {}
        super().__init__(archive, name)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            part = normpath(join("/xl", attributes["Target"])).lstrip("/")
            self.parts[attributes["Id"]] = (attributes["Type"], part)


class _Sheets(_Kept):
    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self.sheets: list[tuple[str, str]] = []
        self.counts_from_1904 = False
        super().__init__(archive, name)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            link = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
            self.sheets.append((attributes["name"], link))
        elif name == "workbookPr":
            self.counts_from_1904 = attributes.get("date1904") in ("1", "true")


class _Texts(_Kept):
    """The shared texts. Of a text with phonetic runs (rPh) the text alone is kept."""

    most = MOST_TEXTS

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self.found: list[str] = []
        self._runs: list[str] = []
        self._in_text = self._in_phonetic = False
        super().__init__(archive, name)

    def start(self, name: str, _: dict[str, str], /) -> None:
        if name == "si":
            self._runs.clear()
        elif name == "rPh":
            self._in_phonetic = True
        self._in_text = name == "t" and not self._in_phonetic

    def end(self, name: str) -> None:
        self._in_text = False
        if name == "rPh":
            self._in_phonetic = False
        elif name == "si":
            self.found.append(_unescaped("".join(self._runs)))

    def text(self, text: str) -> None:
        if self._in_text:
            self._runs.append(text)


class _Styles(_Kept):
    """The styles that make a number a date, and whether they make it a span of time."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        from openpyxl.styles.numbers import BUILTIN_FORMATS

        self.date_styles: dict[str, bool] = {}
        self._formats: dict[int, str] = dict(BUILTIN_FORMATS)
        self._in_cells = False
        self._count = 0
        super().__init__(archive, name)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        from openpyxl.styles.numbers import is_date_format, is_timedelta_format

        if name == "numFmt":
            self._formats[int(attributes["numFmtId"])] = attributes["formatCode"]
        elif name == "cellXfs":
            self._in_cells = True
        elif name == "xf" and self._in_cells:
            form = self._formats.get(int(attributes.get("numFmtId", 0)), "General")
            if is_date_format(form):
                self.date_styles[str(self._count)] = bool(is_timedelta_format(form))
            self._count += 1

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._in_cells = False


class _Rows(_Part):
    """The rows of a sheet that are whole; whoever takes them clears them."""

    def __init__(self, texts: list[str], dates: dict[str, bool], counts_from_1904: bool) -> None:
        from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

        super().__init__()
        self.rows: list[tuple[int, list[Cell]]] = []
        self._texts, self._dates = texts, dates
        self._epoch: datetime = MAC_EPOCH if counts_from_1904 else WINDOWS_EPOCH
        self._number = self._column = self._length = 0
        self._cells: dict[int, Cell] = {}
        self._kind, self._style = "n", ""
        self._words: list[str] = []
        self._in_value = self._in_phonetic = self._is_formula = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._column = _column(attributes["r"]) if "r" in attributes else self._column + 1
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
            self._is_formula = False
            self._words.clear()
        elif name == "v" or (name == "t" and not self._in_phonetic):
            self._in_value = True
        elif name == "f":
            self._is_formula = True
        elif name == "row":
            self._number = int(attributes["r"]) if "r" in attributes else self._number + 1
            self._column = self._length = 0
            self._cells = {}
        elif name == "rPh":
            self._in_phonetic = True

    def end(self, name: str) -> None:
        self._in_value = False
        if name == "c":
            cell = self._value("".join(self._words))
            if cell is not None:
                self._cells[self._column] = cell
        elif name == "row":
            width = max(self._cells, default=0)
            self.rows.append((self._number, [self._cells.get(place) for place in range(1, width + 1)]))
        elif name == "rPh":
            self._in_phonetic = False

    def text(self, text: str) -> None:
        if not self._in_value:
            return
        self._length += len(text)
        if self._length > LONGEST_ROW:
            raise UnreadableFile("a row is longer than any row of a listing: the rest cannot be told")
        self._words.append(text)

    def _value(self, words: str) -> Cell:
        if self._kind == "e" or (self._is_formula and not words):
            return Uncomputed.CELL
        if not words:
            return None
        if self._kind == "s":
            return self._texts[int(words)]
        if self._kind == "b":
            return words == "1"
        if self._kind != "n":
            return _unescaped(words)
        number = float(words)
        if self._style in self._dates:
            return self._date(number)
        return int(words) if words.isdigit() else number

    def _date(self, number: float) -> Cell:
        from openpyxl.utils.datetime import from_excel

        try:
            date: Any = from_excel(number, self._epoch, timedelta=self._dates[self._style])
        except (OverflowError, ValueError):
            return number
        return date


def _chunks(archive: zipfile.ZipFile, name: str, part: _Part) -> Iterator[None]:
    """Feed a part to its reader; yield after each chunk, so that what was found can be taken."""
    parser = part.parser()
    with openers_of(archive, [archive.getinfo(name)])[name]() as file:
        while chunk := file.read(_CHUNK):
            part.silent += len(chunk)
            parser.Parse(chunk, False)
            if part.silent > LONGEST_TOKEN:
                raise UnreadableFile("the workbook holds a tag that is longer than any tag is")
            yield
    parser.Parse(b"", True)
    yield


def _refuse_doctype(*_: object) -> None:
    raise UnreadableFile("the workbook declares a document type, which no workbook has: it was not read")


def _column(place: str) -> int:
    """The number of the column of a place such as AB12."""
    match = _PLACE.fullmatch(place)
    if match is None:
        raise UnreadableFile("the workbook has a cell without a place: save it again as .xlsx")
    number = 0
    for letter in match[1]:
        number = number * 26 + ord(letter) - ord("A") + 1
    if number > MOST_COLUMNS:
        raise UnreadableFile(f"a row has more than {MOST_COLUMNS} cells: no listing has so many columns")
    return number


def _unescaped(text: str) -> str:
    """Excel writes what XML cannot hold as _x000D_; what no database holds either becomes U+FFFD."""

    def letter(match: re.Match[str]) -> str:
        code = int(match[1], 16)
        return chr(code) if code in (9, 10, 13) or (code >= 32 and not 0xD800 <= code <= 0xDFFF) else "\ufffd"

    return _ESCAPED.sub(letter, text) if "_x" in text else text
