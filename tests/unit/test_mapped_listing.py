"""Partners' listings and their mapping files: what is read by them, and every mistake in one by file and key."""

import csv
import io

import pytest
from openpyxl import Workbook

from tests.factories import day, line_listing_csv
from tests.reference_pages.line_listing import kinds_of_columns
from tests.samples.mapped_listing import HEADER, ROWS, YAML, listing
from tvec_pv.domain.errors import MappingError, UnreadableFile
from tvec_pv.domain.findings import Severity, critical
from tvec_pv.domain.icsr import NullFlavor, Seriousness
from tvec_pv.domain.seriousness import is_serious
from tvec_pv.reference_files import product
from tvec_pv.sources.detection import detect
from tvec_pv.sources.formats import Format, Options, read
from tvec_pv.sources.mapping import DATES, NUMBERS, find_mapping, read_mapping

SMALL = "name: small\ncolumns: {Nr: case_id, Was: reaction, Womit: drug}\n"


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "mappings"
    made.mkdir()
    return made


@pytest.fixture
def mapped(tmp_path, folder):
    """The records of a listing (rows of cells, the first its header; or bytes) by one mapping, found by its content."""

    def of(yaml, content):
        (folder / "partner.yaml").write_text(yaml, "utf-8")
        path = tmp_path / "listing"
        path.write_bytes(content if isinstance(content, bytes) else table(content))
        options = Options(product(), mappings=folder)
        assert detect(path, options) is Format.MAPPED_LISTING
        return list(read(path, Format.MAPPED_LISTING, options))

    return of


@pytest.fixture
def one(mapped):
    """The one record of a small listing with one more column, given its mapping and its cell."""

    def of(column, cell):
        yaml = f"name: small\ncolumns: {{Nr: case_id, Was: reaction, Womit: drug, Mehr: {column}}}\n"
        (record,) = mapped(yaml, [("Nr", "Was", "Womit", "Mehr"), ("1", "fever", "Imlygic", cell)])
        return record

    return of


def table(rows, delimiter=";"):
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter).writerows(rows)
    return written.getvalue().encode()


def checks(record):
    return [
        (finding.check, finding.where or finding.element) for finding in record.findings if finding.check != "MAP-USED"
    ]


# --- a whole listing -----------------------------------------------------------------------------------------------


def test_a_clinics_listing_is_read_by_its_mapping(mapped):
    first, second = mapped(YAML, listing())
    fever, cellulitis = first.case.reactions
    (drug,) = first.case.drugs

    assert (first.where, second.where) == ("rows 4 to 5", "row 6")
    assert first.case.sender_case_id == "DE-KLINIKUMBEISPIEL-2026-0007"
    assert (first.case.first_received, first.case.latest_received) == (day("2026-10-05"), day("2026-10-06"))
    assert (first.case.patient.name, first.case.patient.sex) == (NullFlavor.MSK, "2")
    assert (first.case.patient.birth_date, first.case.patient.weight_kg) == (day("1958"), 71.5)
    assert [one.term.name for one in first.case.patient.history] == ["Melanom", "Hypertonie"]
    assert (fever.reported, fever.start, fever.outcome) == ("Pyrexia", day("2026-09-22"), "1")
    assert (fever.seriousness.death, is_serious(fever)) == (False, False)
    assert (cellulitis.outcome, cellulitis.highlighted) == ("2", "4")
    assert cellulitis.seriousness == Seriousness(hospitalisation=True)
    assert (drug.name, drug.role) == ("Imlygic", "1")
    assert [(dose.lot, dose.start) for dose in drug.doses] == [("TV26D001", day("2026-09-21"))]
    assert (first.case.reporters[0].qualification, first.case.reporters[0].country) == ("1", "DE")
    assert second.case.reactions[0].start == day("2026-09")
    assert second.case.latest_received == day("2026-10-08")
    assert second.case.drugs[0].doses[0].lot is NullFlavor.UNK
    assert (checks(first), checks(second)) == ([], [])


def test_which_mapping_was_used_is_kept_with_each_record(mapped):
    for record in mapped(YAML, listing()):
        (used,) = [finding for finding in record.findings if finding.check == "MAP-USED"]
        assert used.severity is Severity.INFO
        assert used.where.startswith("partner.yaml ")


def test_the_columns_may_stand_in_another_order_and_be_written_otherwise(mapped):
    header = tuple(reversed(HEADER))
    shuffled = listing(ROWS, header)
    shouted = [(name.upper().replace(" ", " \n ") if name else None) for name in header]

    book = Workbook()
    book.active.title = "Meldungen"
    for row in ([], [], shouted, *([row.get(name) for name in header] for row in ROWS)):
        book.active.append(row)
    written = io.BytesIO()
    book.save(written)

    assert [record.case for record in mapped(YAML, shuffled)] == [record.case for record in mapped(YAML, listing())]
    assert [record.case for record in mapped(YAML, written.getvalue())] == [
        record.case for record in mapped(YAML, listing())
    ]


def test_a_column_that_is_neither_mapped_nor_ignored_is_a_finding(mapped):
    found = mapped(YAML, listing(tuple(row | {"Station": "7"} for row in ROWS), (*HEADER, "Station")))

    assert [checks(record) for record in found] == [[("LIST-COLUMN", "Station")]] * 2


def test_an_optional_column_may_be_absent_and_a_required_one_not(tmp_path, folder):
    (folder / "a.yaml").write_text(YAML, "utf-8")
    path = tmp_path / "listing"
    for absent, fits in (("Bericht", True), ("Ausgang", False)):
        path.write_bytes(listing(ROWS, tuple(name for name in HEADER if name != absent)))
        assert (find_mapping(path, folder) is not None) is fits


# --- values --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "written", "read_as"),
    [
        ("dd.mm.yyyy", "05.10.2026", "20261005"),
        ("dd.mm.yyyy", "5.1.2026", "20260105"),
        ("dd-MMM-yyyy", "05-Oct-2026", "20261005"),
        ("dd-MMM-yyyy", "05-OCTOBER-2026", "20261005"),
        ("mm/dd/yyyy", "10/05/2026", "20261005"),
        ("dd/mm/yyyy", "10/05/2026", "20260510"),
        ("yyyymmdd", "20261005", "20261005"),
        ("MMM yyyy", "Oct 2026", "202610"),
        ("UNK-MMM-yyyy", "UNK-Oct-2026", "202610"),
        ("yyyy", "2026", "2026"),
        ("dd.mm.yyyy", "05.10.2026 14:30", "202610051430"),
    ],
)
def test_a_date_is_read_in_the_form_that_the_mapping_gives(one, form, written, read_as):
    record = one(f'{{to: latest_received, date: "{form}"}}', written)

    assert record.case.latest_received.text == read_as
    assert checks(record) == []


@pytest.mark.parametrize("written", ["10/05/2026", "2026-10-05", "05.Okt.2026", "31.02.2026", "05.13.2026", "05.10.26"])
def test_a_date_in_another_form_is_a_finding_and_no_date(one, written):
    record = one("{to: latest_received, date: [dd.mm.yyyy, mm.yyyy]}", written)

    assert record.case.latest_received is None
    assert [check for check, _ in checks(record)] == ["READ-DATE"]
    assert all(written not in finding.message for finding in record.findings)


@pytest.mark.parametrize(("written", "value"), [("71,5", 71.5), ("1.071,5", 1071.5), ("71", 71.0)])
def test_a_number_may_have_a_decimal_comma(one, written, value):
    assert one('{to: weight_kg, decimal: ","}', written).case.patient.weight_kg == value


def test_a_number_with_a_point_where_a_comma_is_agreed_is_no_number(one):
    """2.5 mL must not become 25."""
    record = one('{to: weight_kg, decimal: ","}', "2.5")

    assert record.case.patient.weight_kg is None
    assert checks(record) == [("READ-NUMBER", "Mehr")]


@pytest.mark.parametrize("written", ["ja", "JA", " Ja "])
def test_a_word_is_translated_in_any_case(one, written):
    assert is_serious(one("{to: seriousness, words: {Ja: serious}}", written).case.reactions[0])


def test_a_word_that_is_not_translated_is_judged_as_in_our_own_listing(one):
    record = one("{to: seriousness, words: {Ja: serious}}", "vielleicht")

    assert [finding.check for finding in critical(record.findings)] == ["LIST-WORD"]


def test_a_formula_without_a_value_is_a_finding(mapped):
    book = Workbook()
    for row in (("Nr", "Was", "Womit"), ("1", "=A1", "Imlygic")):
        book.active.append(row)
    written = io.BytesIO()
    book.save(written)
    (record,) = mapped(SMALL, written.getvalue())

    assert record.case.reactions == ()
    assert [check for check, _ in checks(record)] == ["LIST-FORMULA"]


# --- one row per report, or per reaction ---------------------------------------------------------------------------

PER_REPORT = """\
name: one row per report
one_row_per: report
columns:
  Nr: case_id
  Was: {to: reaction, separator: ";"}
  Ausgang: {to: outcome, separator: ";"}
  Schwer: seriousness
  Womit: {to: drug, separator: "|"}
"""
HEAD = ("Nr", "Was", "Ausgang", "Schwer", "Womit")


def test_a_row_may_hold_lists_of_reactions_and_medicines(mapped):
    (record,) = mapped(
        PER_REPORT, [HEAD, ("1", "fever; chills;", "recovered;fatal", "hospitalisation", "Imlygic | nivolumab")]
    )

    assert [(one.reported, one.outcome) for one in record.case.reactions] == [("fever", "1"), ("chills", "5")]
    assert all(one.seriousness.hospitalisation for one in record.case.reactions)
    assert [one.name for one in record.case.drugs] == ["Imlygic", "nivolumab"]


def test_lists_of_different_lengths_hold_the_report(mapped):
    (record,) = mapped(PER_REPORT, [HEAD, ("1", "fever; chills; rash", "recovered;fatal", "", "Imlygic")])

    assert [finding.check for finding in critical(record.findings)] == ["MAP-LIST"]


def test_one_row_per_report_never_joins_two_rows(mapped):
    rows = [HEAD, ("1", "fever", "", "", "Imlygic"), ("1", "chills", "", "", "Imlygic")]

    assert len(mapped(PER_REPORT, rows)) == 2
    assert len(mapped(PER_REPORT.replace("per: report", "per: reaction"), rows)) == 1


def test_what_is_repeated_in_each_row_is_one_medicine_with_one_dose(mapped):
    yaml = "name: x\ncolumns: {Nr: case_id, Was: reaction, Womit: drug, Charge: lot, Text: narrative}\n"
    head = ("Nr", "Was", "Womit", "Charge", "Text")
    (record,) = mapped(yaml, [head, ("1", "fever", "Imlygic", "L1", "a"), ("1", "chills", "Imlygic", "L1", "a")])
    (other,) = mapped(yaml, [head, ("1", "fever", "Imlygic", "L1", "a"), ("1", "chills", "Imlygic", "L2", "b")])

    assert [len(one.doses) for one in record.case.drugs] == [1]
    assert [dose.lot for dose in other.case.drugs[0].doses] == ["L1", "L2"]
    assert checks(other) == [("MAP-ROWS", "Text")]


# --- which mapping -------------------------------------------------------------------------------------------------


def test_two_mappings_that_fit_are_refused_by_name(tmp_path, folder):
    (folder / "one.yaml").write_text(SMALL)
    (folder / "two.yml").write_text(SMALL.replace("Nr: case_id, ", "Nr: case_id, Mehr: {to: lot, optional: true}, "))
    path = tmp_path / "listing"
    path.write_bytes(table([("Nr", "Was", "Womit"), ("1", "fever", "Imlygic")]))

    with pytest.raises(UnreadableFile, match=r"one\.yaml and two\.yml"):
        detect(path, Options(product(), mappings=folder))


def test_our_own_listing_needs_no_mapping(tmp_path, folder):
    (folder / "own.yaml").write_text("name: x\ncolumns: {case_id: case_id, reaction: reaction, drug: drug}\n")
    path = tmp_path / "listing"
    path.write_bytes(line_listing_csv([{"case_id": "1"}]))

    assert detect(path, Options(product(), mappings=folder)) is Format.LINE_LISTING


def test_a_mistaken_mapping_holds_only_a_listing_that_no_other_fits(tmp_path, folder):
    (folder / "broken.yaml").write_text("name: x\ncolumns: {Nr: number}\n")
    (folder / "small.yaml").write_text(SMALL)
    fitting, other = tmp_path / "fitting", tmp_path / "other"
    fitting.write_bytes(table([("Nr", "Was", "Womit")]))
    other.write_bytes(table([("A", "B", "C")]))
    options = Options(product(), mappings=folder)

    assert detect(fitting, options) is Format.MAPPED_LISTING
    with pytest.raises(UnreadableFile, match=r"broken\.yaml: columns\.Nr"):
        detect(other, options)


@pytest.mark.parametrize("names", [None, "nowhere"])
def test_without_a_folder_of_mappings_a_strange_table_is_refused(tmp_path, names):
    path = tmp_path / "listing"
    path.write_bytes(table([("Nr", "Was", "Womit")]))

    with pytest.raises(UnreadableFile):
        detect(path, Options(product(), mappings=names and tmp_path / names))


# --- mistakes in a mapping -----------------------------------------------------------------------------------------

COLUMNS_OF = "name: x\ncolumns: {Nr: case_id, Was: reaction, Womit: drug, Mehr: %s}\n"
MISTAKES = {
    "no YAML": ("a: b: c", "not YAML in line 1"),
    "nested without end": ("[" * 100_000, "not YAML"),
    "no table": ("- a", "the file: must be a table"),
    "nothing": ("", "the file: must be a table"),
    "no name": ("columns: {}", "name: is missing"),
    "an unknown key": (SMALL + "colums: {}\n", "colums: no such key"),
    "a key twice": (SMALL + "name: again\n", "name: stands twice"),
    "a column twice": ("name: x\ncolumns: {Nr: case_id, nr: drug, Was: reaction}\n", "columns.nr: stands twice"),
    "an alias": ("name: &n x\nsheet: *n\ncolumns: {}\n", "aliases"),
    "a tag that makes an object": ("name: !!python/object/apply:os.getcwd []\ncolumns: {}\n", "not YAML"),
    "a target that is none": (COLUMNS_OF % "narativ", "columns.Mehr: narativ is no column"),
    "no target": (COLUMNS_OF % "{date: yyyy}", "columns.Mehr.to: is missing"),
    "an unknown key of a column": (COLUMNS_OF % "{to: lot, dat: yyyy}", "columns.Mehr.dat: no such key"),
    "a date on what is none": (COLUMNS_OF % "{to: lot, date: yyyy}", "columns.Mehr.date: lot is no date"),
    "a date without a year": (COLUMNS_OF % "{to: test_date, date: dd.mm}", "columns.Mehr.date: must be made of"),
    "a year of two digits": (COLUMNS_OF % "{to: test_date, date: dd.mm.yy}", "columns.Mehr.date: must be made of"),
    "a day without a month": (COLUMNS_OF % "{to: test_date, date: dd yyyy}", "columns.Mehr.date: has a day"),
    "two dates that look alike": (
        COLUMNS_OF % "{to: test_date, date: [dd/mm/yyyy, mm/dd/yyyy]}",
        "columns.Mehr.date: two forms look alike",
    ),
    "a decimal that is none": (COLUMNS_OF % "{to: age, decimal: x}", "columns.Mehr.decimal"),
    "a decimal on what is no number": (COLUMNS_OF % '{to: lot, decimal: ","}', "columns.Mehr.decimal"),
    "a yes that YAML takes for true": (
        COLUMNS_OF % "{to: seriousness, words: {Yes: serious}}",
        "columns.Mehr.words: the key True is no text",
    ),
    "a country that YAML takes for false": (SMALL + "constants: {reporter_country: NO}\n", "reporter_country"),
    "a target filled twice": (SMALL + "constants: {drug: Imlygic}\n", "drug is filled twice"),
    "a needed target that nothing fills": ("name: x\ncolumns: {Nr: case_id}\n", "nothing fills reaction, drug"),
    "a header row that is none": (SMALL + "header_row: first\n", "header_row: must be the number"),
    "a kind of rows that is none": (SMALL + "one_row_per: drug\n", "one_row_per: must be"),
    "ignored columns that are no list": (SMALL + "ignored: Station\n", "ignored: must be a list"),
    "an optional that is neither": (COLUMNS_OF % "{to: lot, optional: 1}", "columns.Mehr.optional"),
    "an empty separator": (COLUMNS_OF % '{to: lot, separator: ""}', "columns.Mehr.separator"),
}


@pytest.mark.parametrize("kind", MISTAKES)
def test_a_mistake_is_named_with_file_and_key(folder, kind):
    yaml, message = MISTAKES[kind]
    file = folder / "partner.yaml"
    file.write_text(yaml, "utf-8")

    with pytest.raises(MappingError) as mistake:
        read_mapping(file)
    assert str(mistake.value).startswith("partner.yaml: ")
    assert message in str(mistake.value)


def test_a_mapping_that_is_a_link_is_not_followed(tmp_path, folder):
    outside = tmp_path / "outside.yaml"
    outside.write_text(SMALL)
    (folder / "link.yaml").symlink_to(outside)

    with pytest.raises(MappingError, match=r"link\.yaml: a link"):
        read_mapping(folder / "link.yaml")


def test_a_mapping_in_another_encoding_is_a_mistake(folder):
    (folder / "partner.yaml").write_bytes(SMALL.replace("Was", "Übelkeit").encode("cp1252"))

    with pytest.raises(MappingError, match="not YAML in UTF-8"):
        read_mapping(folder / "partner.yaml")


def test_the_dates_and_numbers_of_a_mapping_are_those_of_our_listing():
    kinds = kinds_of_columns()

    assert set(DATES) == {column for column, kind in kinds.items() if kind == "day"}
    assert set(NUMBERS) == {column for column, kind in kinds.items() if kind in ("number", "quantity")} | {"version"}
