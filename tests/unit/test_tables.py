"""Workbooks and CSV as rows: what no listing is made of is refused, and what a workbook keeps to itself is said."""

import io
import re
import zipfile
from datetime import date

import pytest
from openpyxl import Workbook

from tests.factories import line_listing_xlsx
from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.sources import table_csv
from tvec_pv.sources.guard import guarded_file
from tvec_pv.sources.line_listing import read
from tvec_pv.sources.table import MOST_COLUMNS, open_table, row_of

ROW = {"case_id": "DE-1", "reaction": "cold sore", "drug": "Imlygic", "narrative": "Kältegefühl"}
TRANSITIONAL = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET, TEXTS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"


@pytest.fixture
def records(tmp_path):
    """The records of a listing's bytes."""

    def of(content):
        path = tmp_path / "listing"
        path.write_bytes(content)
        return list(guarded_file(read(path)))

    return of


def book(*sheets, **changes):
    """A workbook of sheets given by their rows; parts are rewritten by `changes`, keyed by their names."""
    made = Workbook()
    made.remove(made.active)
    for number, rows in enumerate(sheets, 1):
        sheet = made.create_sheet(f"sheet {number}")
        for row in rows:
            sheet.append(row)
    written = io.BytesIO()
    made.save(written)
    return with_parts(written.getvalue(), changes)


def with_parts(content, changes):
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            change = changes.get(name)
            new.writestr(name, change(old.read(name)) if change else old.read(name))
    return written.getvalue()


HEADER = ("case_id", "reaction", "drug", "narrative")
GOOD = ("DE-1", "cold sore", "Imlygic", "x")


def changed(**changes):
    """A good workbook whose last cell is a shared text, as Excel writes all of them, with changes to its parts."""
    inline, shared = b't="inlineStr"><is><t>x</t></is>', b't="s"><v>0</v>'
    link = (
        b'<Relationship Id="rId9" Type="http://example.org/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    )
    made = book([HEADER, GOOD])
    with zipfile.ZipFile(written := io.BytesIO(made), "a") as archive:
        archive.writestr(TEXTS, b'<sst xmlns="%b"><si><t>x</t></si></sst>' % TRANSITIONAL)
    linked = {
        SHEET: lambda part: part.replace(inline, shared),
        "xl/_rels/workbook.xml.rels": lambda part: part.replace(b"</Relationships>", link),
    }
    made = with_parts(written.getvalue(), linked)
    parts = {"sheet": SHEET, "texts": TEXTS}
    return with_parts(made, {parts[name]: change for name, change in changes.items()})


def checks(record):
    return [(finding.check, finding.element) for finding in record.findings]


# --- what is refused -----------------------------------------------------------------------------------------------

REFUSED = {
    "a document type": (
        lambda: changed(sheet=lambda part: part.replace(b"<worksheet", b"<!DOCTYPE worksheet><worksheet", 1)),
        "declares a document type",
    ),
    "a document type in the texts": (
        lambda: changed(texts=lambda part: part.replace(b"<sst", b'<!DOCTYPE s [<!ENTITY e "x">]><sst', 1)),
        "declares a document type",
    ),
    "a document type in UTF-16": (
        lambda: changed(sheet=lambda _: '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x><x/>'.encode("utf-16")),
        "declares a document type",
    ),
    "a row of more cells than a sheet has": (
        lambda: changed(sheet=lambda part: part.replace(b'r="D2"', b'r="XFE2"')),
        f"more than {MOST_COLUMNS} cells",
    ),
    "texts that are too many for the memory": (
        lambda: changed(texts=lambda part: part.replace(b"</sst>", b"<si><t>x</t></si>" * 4_000_000 + b"</sst>")),
        "more texts or styles than are kept in memory",
    ),
    "styles that are too many for the memory": (
        lambda: with_parts(changed(), {"xl/styles.xml": lambda part: part + b" " * 17_000_000}),
        "more texts or styles than are kept in memory",
    ),
    "a tag without end": (
        lambda: changed(sheet=lambda part: part.replace(b'r="D2"', b'r="D2" x="%b"' % (b"y" * 3_000_000))),
        "longer than any tag",
    ),
    "a nesting without end": (
        lambda: changed(sheet=lambda part: part.replace(b"<sheetData>", b"<sheetData>" + b"<a>" * 100_000)),
        "nested deeper",
    ),
    "a cell of thirty million letters": (
        lambda: changed(sheet=lambda part: part.replace(b"<v>", b"<v>" + b"9" * 30_000_000, 1)),
        "longer than any row",
    ),
    "a workbook of no sheets": (
        lambda: with_parts(changed(), {"xl/workbook.xml": lambda part: re.sub(rb"<sheet .*?/>", b"", part)}),
        "holds no sheet",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_workbook_that_no_listing_is_like_is_refused_with_the_reason(records, kind):
    content, reason = REFUSED[kind]

    with pytest.raises(UnreadableFile, match=reason):
        records(content())


def test_a_bomb_is_refused_unread(records):
    """Three hundred megabytes of spaces in three hundred kilobytes."""
    content = changed(sheet=lambda part: part.replace(b"<sheetData>", b" " * 300_000_000 + b"<sheetData>"))

    with pytest.raises(UnreadableFile, match="made to do harm"):
        records(content)


def test_rows_without_anything_in_them_cost_nothing(records):
    content = changed(sheet=lambda part: part.replace(b"<sheetData>", b"<sheetData>" + b"<row/>" * 300_000))

    with pytest.raises(UnreadableFile, match="needs at least the columns"):
        records(content)


def test_a_csv_row_of_more_cells_than_any_has_is_refused(records):
    with pytest.raises(UnreadableFile, match=f"more than {MOST_COLUMNS} cells"):
        records(b"case_id,reaction,drug" + b",x" * MOST_COLUMNS)


@pytest.mark.parametrize("rest", [b"x" * 20_000, b'x,"\n' + b'",x,"\n' * 5_000], ids=["one line", "many lines"])
def test_a_row_that_never_ends_is_refused(records, monkeypatch, rest):
    monkeypatch.setattr(table_csv, "LONGEST_ROW", 10_000)

    with pytest.raises(UnreadableFile, match="longer than any row"):
        records(b"case_id,reaction,drug\n" + rest)


def test_a_report_of_too_many_rows_is_held_and_costs_no_other(records):
    rows = b"DE-1,fever,Imlygic\n" * 50_001 + b"DE-2,fever,Imlygic\n"
    first, second = records(b"case_id,reaction,drug\n" + rows)

    assert (first.case, first.where) == (None, "row 2 and those after it")
    assert [finding.check for finding in first.findings] == ["LIST-ROWS"]
    assert (second.case.sender_case_id, second.where) == ("DE-2", "row 50003")


# --- what a workbook keeps -----------------------------------------------------------------------------------------


def test_a_formula_without_a_value_is_a_finding_and_an_empty_cell(records):
    (record,) = records(book([HEADER, ("DE-1", "cold sore", "Imlygic", "=1+1")]))

    assert record.case.narrative is None
    assert checks(record) == [("LIST-FORMULA", "narrative")]


def test_a_cell_with_an_error_is_a_finding_and_an_empty_cell(records):
    error = b'<c r="D2" t="e"><v>#REF!</v></c>'
    (record,) = records(changed(sheet=lambda part: re.sub(rb'<c r="D2".*?</c>', error, part)))

    assert record.case.narrative is None
    assert checks(record) == [("LIST-FORMULA", "narrative")]


def test_other_sheets_are_said_once(records):
    found = records(book([HEADER, GOOD, ("DE-2", *GOOD[1:])], [HEADER, ("DE-3", *GOOD[1:])]))

    assert [record.case.sender_case_id for record in found] == ["DE-1", "DE-2"]
    assert [checks(record) for record in found] == [[("LIST-SHEETS", "")], []]


def test_a_sheet_may_be_named(tmp_path):
    path = tmp_path / "book"
    path.write_bytes(book([["a"]], [["b"], ["c"]]))

    assert open_table(path, sheet="sheet 2").names == ("b",)
    with pytest.raises(UnreadableFile, match="no sheet of the name"):
        open_table(path, sheet="sheet 3")


def test_rows_keep_the_numbers_that_the_sheet_gives_them(records):
    content = changed(sheet=lambda part: part.replace(b'<row r="2"', b'<row r="1048576"'))

    assert [record.where for record in records(content)] == ["row 1048576"]


def test_a_strict_workbook_is_read(records):
    """ISO/IEC 29500 strict has other namespaces."""
    strict = lambda part: part.replace(TRANSITIONAL, b"http://purl.oclc.org/ooxml/spreadsheetml/main")  # noqa: E731
    content = with_parts(changed(), dict.fromkeys((SHEET, TEXTS, "xl/workbook.xml"), strict))

    assert records(content)[0].case == records(book([HEADER, GOOD]))[0].case


def test_elements_may_have_a_prefix(records):
    prefixed = lambda part: re.sub(rb"<(/?)(\w)", rb"<\1x:\2", part).replace(b"xmlns=", b"xmlns:x=")  # noqa: E731
    content = changed(sheet=prefixed, texts=prefixed)

    assert records(content)[0].case == records(book([HEADER, GOOD]))[0].case


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        (b"<si><t>two</t></si>", "two"),
        (b"<si><r><t>tw</t></r><r><rPr><b/></rPr><t>o</t></r></si>", "two"),
        (b'<si><t>two</t><rPh sb="0" eb="1"><t>NI</t></rPh></si>', "two"),
        (b"<si><t>a_x000A_b</t></si>", "a\nb"),
        (b"<si><t>_x005F_x0041_</t></si>", "_x0041_"),
        (b"<si><t>a_x0000_b_xD800_</t></si>", "a\ufffdb\ufffd"),
    ],
)
def test_a_shared_text_is_read_as_excel_shows_it(records, written, read_as):
    content = changed(texts=lambda part: part.replace(b"<si><t>x</t></si>", written))

    assert records(content)[0].case.narrative == read_as


def test_a_date_is_a_date_by_its_style_and_by_the_workbooks_calendar(tmp_path):
    path = tmp_path / "book"
    for calendar, serial in ((b"", b"46300"), (b'<workbookPr date1904="1"/>', b"44838")):
        made = book([["day"], [date(2026, 10, 5)]])
        made = with_parts(
            made,
            {
                SHEET: lambda part, serial=serial: re.sub(rb"<v>4\d{4}</v>", b"<v>%b</v>" % serial, part),
                "xl/workbook.xml": lambda part, calendar=calendar: re.sub(rb"<workbookPr\s*/>", calendar, part),
            },
        )
        path.write_bytes(made)
        table = open_table(path)
        assert [row_of(table.names, line) for line in table.lines] == [{"day": "2026-10-05"}]


def test_numbers_are_read_as_they_are_shown(tmp_path):
    path = tmp_path / "book"
    path.write_bytes(book([["a", "b", "c", "d"], [7, 7.5, True, 90000001]]))
    table = open_table(path)

    assert [row_of(table.names, line) for line in table.lines] == [{"a": "7", "b": "7.5", "c": "True", "d": "90000001"}]


def test_what_openpyxl_reads_is_read_alike(tmp_path):
    """An independent reader, on the workbook that the samples are written with."""
    from openpyxl import load_workbook

    cells = ROW | {"age": 67.0, "latest_received": date(2026, 10, 5)}
    rows = [cells | {"case_id": f"DE-{number}"} for number in range(30)]
    path = tmp_path / "book.xlsx"
    path.write_bytes(line_listing_xlsx(rows))
    given = [list(row) for row in load_workbook(path, data_only=True).active.iter_rows(values_only=True)]
    table = open_table(path)

    assert list(table.names) == given[0]
    for line, row in zip(table.lines, given[1:], strict=True):
        width = len(line.cells)
        assert [cell or None for cell in line.cells] == row[:width]
        assert not any(row[width:])


def test_a_text_that_could_not_be_read_is_said(records):
    (record,) = records(b"case_id,reaction,drug\nDE-1,cold\0sore,Imlygic\n")

    assert record.case.reactions[0].reported == "cold\ufffdsore"
    assert checks(record) == [("LIST-TEXT", "")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_read_by_its_mark(records, encoding):
    mark = "" if encoding == "utf-16" else "\ufeff"
    content = f"{mark}case_id\treaction\tdrug\r\nDE-1\tKältegefühl\tImlygic\r\n".encode(encoding)

    assert records(content)[0].case.reactions[0].reported == "Kältegefühl"
