"""The workbook: opened as its readers open it, every number counted again from the store."""

import csv
import errno
import os
import re
import shutil
import subprocess
import zipfile
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.factories import LISTING_COLUMNS, line_listing_csv
from tests.samples import EXPECTED
from tests.samples.hospital_listing import FATIGUE
from tests.stored import asked, document, number, sample_cases
from tvec_pv.actions.intake import take_in
from tvec_pv.actions.publication import publish
from tvec_pv.actions.runs import open_house
from tvec_pv.domain.errors import CannotWrite
from tvec_pv.settings import Settings

SHEETS = ["Cover", "Reconciliation", "Signals", "Line listing", "Duplicates", "Findings"]
CLASSES = ["New", "Follow-up", "Amendment", "Nullification", "Duplicate", "Quarantined", "Out of scope"]
STATISTICS = {
    "a": "a",
    "b": "b",
    "c": "c",
    "d": "d",
    "Expected": "expected",
    "PRR": "prr",
    "PRR lower": "prr_lower",
    "PRR upper": "prr_upper",
    "Chi-square (Yates)": "chi_square_yates",
    "ROR": "ror",
    "ROR lower": "ror_lower",
    "ROR upper": "ror_upper",
    "IC": "ic",
    "IC lower (IC025)": "ic_lower",
    "IC upper": "ic_upper",
}


@pytest.fixture(scope="session")
def workbook(night):
    return load_workbook(night.exported.path)


@pytest.fixture(scope="session")
def cover(workbook):
    return {label.value: value for label, value in workbook["Cover"].iter_rows(max_col=2) if label.value}


def table(workbook, name):
    """The rows of a sheet by column title; its first line is the note, its second the header."""
    _, header, *rows = workbook[name].iter_rows()
    return [{title.value: cell for title, cell in zip(header, row, strict=True)} for row in rows]


def values(row, *titles):
    return tuple(row[title].value for title in titles)


# --- the form ------------------------------------------------------------------------------------------------------


def test_the_sheets_stand_in_their_order_and_none_is_hidden(workbook):
    assert workbook.sheetnames == SHEETS
    assert {sheet.sheet_state for sheet in workbook} == {"visible"}


def test_the_name_says_product_day_version_and_that_it_is_a_draft(night):
    today = night.exported.path.name[23:31]

    assert night.exported.path.name == f"IMLYGIC_SAFETY_NIGHTLY_{today}_v01_DRAFT_FULL.xlsx"
    assert datetime.strptime(today, "%Y%m%d").replace(tzinfo=None)
    assert [path.name for path in night.exported.path.parent.iterdir()] == [night.exported.path.name]


@pytest.mark.parametrize("name", SHEETS[1:])
def test_a_table_has_a_note_a_frozen_header_and_filters_over_all_its_rows(workbook, name):
    sheet = workbook[name]

    assert sheet["A1"].value.startswith("Number of ")
    assert sheet.freeze_panes == "B3"
    assert sheet.auto_filter.ref == f"A2:{sheet.cell(sheet.max_row, sheet.max_column).coordinate}"
    assert sheet.print_title_rows in ("2:2", "$2:$2")


def test_numbers_are_numbers_and_dates_are_dates(workbook):
    listing, signals = table(workbook, "Line listing"), table(workbook, "Signals")
    kinds = {"First dose": (datetime, "yyyy-mm-dd"), "Latest received": (datetime, "yyyy-mm-dd")}
    kinds |= {"EU due": (datetime, "yyyy-mm-dd"), "Days to onset": (int, "0"), "Versions": (int, "0")}

    for title, (kind, number_format) in kinds.items():
        cells = [row[title] for row in listing if row[title].value is not None]
        assert {cell.number_format for cell in cells} == {number_format}, title
        assert {type(cell.value) for cell in cells} <= {kind, str}, title
        assert kind in {type(cell.value) for cell in cells}, title
    about_reactions = [row for row in signals if row["Rule"].value != "case-flag"]
    assert {type(row["a"].value) for row in about_reactions} == {int}
    assert {type(row["Expected"].value) for row in about_reactions} == {float}
    assert {row["PRR"].number_format for row in signals} == {"0.00"}
    assert {type(row["Flagged (UTC)"].value) for row in signals} == {datetime}
    assert {row["Flagged (UTC)"].number_format for row in signals} == {"yyyy-mm-dd hh:mm"}


def test_the_file_holds_no_macro_no_link_and_no_formula(night):
    with zipfile.ZipFile(night.exported.path) as archive:
        names = archive.namelist()
        content = {name: archive.read(name).decode() for name in names}

    assert [name for name in names if re.search("vba|macro|external|embed|activeX|connection", name, re.I)] == []
    assert [name for name, text in content.items() if 'TargetMode="External"' in text] == []
    assert [name for name, text in content.items() if re.search(r"<f[ >/]|hyperlink", text)] == []


# --- the cover -----------------------------------------------------------------------------------------------------


def test_the_cover_counts_what_the_store_holds(night, cover):
    counted = sample_cases(night.house)
    reactions = {key: one["assessment"]["reactions"] for key, one in counted.items()}
    expected = {
        "Cases (current, not nullified)": len(counted),
        "of these serious": sum(any(one["serious"] for one in each) for each in reactions.values()),
        "of these fatal": sum(any(one["fatal"] for one in each) for each in reactions.values()),
        "Nullified cases (in no count)": number(
            night.house, "SELECT count(DISTINCT case_id) FROM case_versions WHERE is_nullification"
        )
        + number(night.house, "SELECT count(*) FROM cases c JOIN withdrawals w ON w.case_key = c.case_key"),
        "Records held in quarantine": number(
            night.house, "SELECT count(*) FROM source_records WHERE record_class = 'quarantined'"
        ),
        "Signals": number(night.house, "SELECT count(*) FROM signals"),
        "of these open": number(night.house, "SELECT count(*) FROM signal_standings WHERE state = 'open'"),
        "of these decided": 0,
        "of these suppressed": 0,
        "Rows in Reconciliation": number(night.house, "SELECT count(*) FROM receipts") + 1,
        "Rows in Signals": number(night.house, "SELECT count(*) FROM flags"),
        "Rows in Line listing": len(counted),
        "Rows in Findings": number(night.house, "SELECT count(*) FROM findings"),
    }

    assert {label: cover[label].value for label in expected} == expected
    assert (expected["Cases (current, not nullified)"], expected["of these fatal"]) == (45, 4)
    assert {type(cover[label].value) for label in expected} == {int}


def test_the_cover_says_what_the_workbook_was_made_with_and_that_nobody_signed_it(night, cover):
    said = {label: cell.value for label, cell in cover.items()}

    assert said["Status"] == "DRAFT, not signed"
    assert said["Product"] == "talimogene laherparepvec (Imlygic, T-VEC)"
    assert said["Background of the statistics"] == night.found.background
    assert said["Safety profile approved by"].startswith("NOBODY YET")
    assert said["Data hash (SHA-256)"] == night.exported.data_hash
    assert all(said[f"{one} version"] for one in ("Safety profile", "Thresholds", "Reporting rules", "Software"))
    assert isinstance(said["Data lock point (UTC)"], datetime)
    assert any("do not establish that a medicine caused" in label for label in said)


# --- the tables ----------------------------------------------------------------------------------------------------


def test_the_reconciliation_adds_up_for_each_file_and_in_all(workbook):
    *files, total = table(workbook, "Reconciliation")
    expected = {}
    for one in EXPECTED:
        expected.setdefault(one.file, Counter())[str(one.expected).capitalize()] += 1

    assert {row["File"].value: values(row, *CLASSES) for row in files} == {
        name: tuple(counted[one] for one in CLASSES) for name, counted in expected.items()
    }
    for row in (*files, total):
        assert row["Received"].value == row["Sum"].value == sum(values(row, *CLASSES))
        assert values(row, "Difference", "Status") == (0, "balances")
    assert values(total, "File", "Received", *CLASSES) == ("All files", 124, 47, 6, 1, 2, 2, 7, 59)


def test_the_reconciliation_names_each_file_by_its_hash(workbook, night):
    *files, _ = table(workbook, "Reconciliation")

    assert {row["File"].value: row["SHA-256 of the file"].value for row in files} == {
        row["name"]: row["sha256"] for row in asked(night.house, "SELECT name, sha256 FROM source_files")
    }


def test_the_line_listing_has_one_row_for_each_current_case_that_is_not_nullified(workbook, night):
    listed = [row["Case number"].value for row in table(workbook, "Line listing")]

    assert sorted(listed) == sorted(sample_cases(night.house))
    assert "US-EXAMPLEBIO-2026000112" not in listed


def test_the_line_listing_puts_fatal_cases_first_and_serious_ones_before_the_others(workbook):
    rows = table(workbook, "Line listing")
    gravity = [("death" in (row["Criteria"].value or ""), row["Serious"].value == "yes") for row in rows]

    assert gravity == sorted(gravity, reverse=True)
    assert set(gravity) == {(True, True), (False, True), (False, False)}


LISTED = {
    "AT-EXAMPLEPARTNER-0031": {
        "Versions": 1,
        "Current version came as": "new",
        "Country": "AT",
        "Report type": "spontaneous",
        "Age": "72 years",
        "Sex": "male",
        "Relevant history": "Malignant melanoma stage IIIB; Myocardial infarction 2018; Hypertension; "
        "Type 2 diabetes mellitus",
        "Product doses": "10^6 PFU/mL into lesions, first dose; 10^8 PFU/mL into lesions",
        "Route": "Intralesional",
        "Lot": "TV26B001; TV26B002; TV26B005",
        "First dose": datetime(2026, 7, 13),
        "First onset": datetime(2026, 7, 13),
        "Days to onset": 0,
        "Reactions as reported": "Influenza like illness; Syncope; Injection site cellulitis; Nausea",
        "Serious": "yes",
        "First received": datetime(2026, 9, 2),
        "Latest received": datetime(2026, 10, 14),
        "EU due": datetime(2026, 10, 29),
        "Reporter": "physician",
        "Source": "partner_listing_2026-10.csv, rows 2 to 8",
    },
    "FR-EXAMPLEPARTNER-0033": {
        "First onset": "2026-09",
        "Days to onset": None,
        "Primary category": "Immune-mediated event",
    },
    "US-EXAMPLEHOSPITAL-0018": {"Age": "asked but unknown", "Sex": "masked for privacy", "First onset": "2026"},
    "ES-EXAMPLEBIO-2026000106": {
        "Age": "16 days",
        "Reactions as reported": "Herpes neonatal; Transmisión del virus por contacto con la abuela",
        "Reactions (terms)": "Neonatal herpes simplex; Transmission of an infectious agent via product",
    },
    "US-EXAMPLEBIO-2026000101": {"Versions": 2, "Current version came as": "follow-up", "Lot": "TV26A009; TV26A021"},
    "FR-EXAMPLEBIO-2026000102": {
        "Versions": 2,
        "EU verdict": "15_DAY",
        "EU due": datetime(2026, 10, 13),
    },  # of the first
    "US-EXAMPLEBIO-2026000103": {"Outcome": "fatal", "Serious": "yes", "US verdict": "15_DAY", "Days to onset": 16},
}


@pytest.mark.parametrize("key", LISTED)
def test_a_row_of_the_line_listing_says_what_the_report_said(workbook, key):
    [row] = [row for row in table(workbook, "Line listing") if row["Case number"].value == key]

    assert {title: row[title].value for title in LISTED[key]} == LISTED[key]


def test_the_signals_carry_the_cells_and_measures_that_were_stored(workbook, night):
    rows = table(workbook, "Signals")
    signals = asked(
        night.house,
        """SELECT s.name, f.rule, f.sentence, f.statistics, f.id FROM flags f JOIN signals s ON s.id = f.signal_id
           ORDER BY f.id""",
    )
    stored = {(one["name"], one["rule"]): one for one in signals}

    assert len(rows) == len(stored)
    for row in rows:
        one = stored[values(row, "Reaction", "Rule")]
        numbers = document(one["statistics"])
        cases = number(night.house, "SELECT count(*) FROM flag_cases WHERE flag_id = :id", id=one["id"])
        assert row["Why it was flagged"].value == one["sentence"]
        assert (row["State"].value, row["Why it stands so"].value) == ("open", "no decision was made yet")
        assert (numbers == {}) == (one["rule"] == "case-flag")
        assert {title: row[title].value for title in STATISTICS} == {
            title: numbers.get(name) if numbers.get(name) is None else pytest.approx(numbers[name], rel=1e-12)
            for title, name in STATISTICS.items()
        }
        assert len(row["Cases behind the flag"].value.split("; ")) == cases
        assert row["Background"].value == night.found.background


def test_the_findings_are_all_there_word_for_word(workbook, night):
    shown = Counter(
        values(row, "File", "Record", "Severity", "Check", "What was found") for row in table(workbook, "Findings")
    )
    stored = asked(
        night.house,
        """SELECT f.name, r.place, x.severity, x.check_id, x.message FROM findings x
           JOIN source_records r ON r.id = x.record_id JOIN source_files f ON f.id = r.file_id""",
    )

    assert shown == Counter(tuple(row.values()) for row in stored)
    assert {"critical", "warning", "info"} == {severity for _, _, severity, _, _ in shown}


# --- the data hash -------------------------------------------------------------------------------------------------


def cells(path):
    """All cells but those of the cover, which says when the workbook was written."""
    workbook = load_workbook(path)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in workbook if sheet.title != "Cover"}


def test_the_same_snapshot_gives_the_same_data_hash_and_the_same_cells(morning):
    first, second = publish(morning), publish(morning)

    assert first.path != second.path
    assert first.data_hash == second.data_hash
    assert cells(first.path) == cells(second.path)


def test_a_new_case_gives_another_data_hash(morning, tmp_path, without_checks):
    before = publish(morning)
    (tmp_path / "new.csv").write_bytes(line_listing_csv([FATIGUE | {"case_id": "GB-TESTS-1"}]))
    take_in(morning, [tmp_path / "new.csv"])

    after = publish(morning)

    assert after.data_hash != before.data_hash
    assert len(table(load_workbook(after.path), "Line listing")) == 46


# --- hostile content: on one database, because the workbook does not know which ------------------------------------

DANGEROUS = (
    *("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=SUM(1,1)", "\n=1+1"),
    *("=cmd|' /C calc'!A0", '=HYPERLINK("http://127.0.0.1/?"&A3,"see")', "=WEBSERVICE(A1)", "{=1+1}", "'=1+1"),
)
FIELDS = ("case_id", "medical_history", "dose_text", "route", "lot", "reaction", "reporter_country", "reaction_country")


@pytest.fixture
def house(tmp_path, without_checks):
    house = open_house(Settings(home=tmp_path / "home"))
    yield house
    house.store.engine.dispose()


def published(house, tmp_path, *rows, name="listing.csv", more=""):
    """The workbook after a line listing of these rows; `more` is a column that is not read."""
    columns = [*LISTING_COLUMNS, *([more] if more else [])]
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / name).write_bytes(line_listing_csv([FATIGUE | row for row in rows], columns))
    take_in(house, [inbox])
    return publish(house).path


def dangerous(house, tmp_path):
    rows = [
        FATIGUE | dict.fromkeys(FIELDS, text) | {"case_id": f"{text} {place}", "age": "ASKU"}
        for place, text in enumerate(DANGEROUS)
    ]
    return published(house, tmp_path, *rows, name="=1+1.csv", more="=1+1")


def test_no_text_becomes_a_formula_whatever_it_begins_with(house, tmp_path):
    path = dangerous(house, tmp_path)

    cells = [cell for sheet in load_workbook(path) for row in sheet.iter_rows() for cell in row]
    begun = [cell for cell in cells if isinstance(cell.value, str) and cell.value.lstrip()[:1] in tuple("=+-@")]
    assert {cell.data_type for cell in begun} <= {"s", "inlineStr"}
    assert {cell.column_letter for cell in begun if cell.parent.title == "Line listing"} >= set("AHIJKO")
    assert len(begun) > len(DANGEROUS) * 6
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    with zipfile.ZipFile(path) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets/")]
    assert not any(re.search(r"<f[ >/]", sheet) for sheet in sheets)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not here")
def test_a_spreadsheet_program_shows_the_same_text(house, tmp_path):
    path = dangerous(house, tmp_path)
    options = "44,34,76,1,,0,false,true,false,false,false,4"  # comma, quotes, UTF-8, as shown, the fourth sheet
    subprocess.run(
        [
            *("soffice", "--headless", f"-env:UserInstallation={(tmp_path / 'office').as_uri()}"),
            *("--convert-to", f"csv:Text - txt - csv (StarCalc):{options}", "--outdir", tmp_path / "shown", path),
        ],
        check=True,
        capture_output=True,
        timeout=120,
        env=os.environ | {"HOME": str(tmp_path)},
    )

    [shown] = (tmp_path / "shown").iterdir()
    _, header, *rows = csv.reader(shown.read_text("utf-8").splitlines())
    written = {row["Case number"].value: row for row in table(load_workbook(path), "Line listing")}
    assert len(rows) == len(written) == len(DANGEROUS)
    for row in (dict(zip(header, row, strict=True)) for row in rows):
        for title, cell in written[row["Case number"]].items():
            value = cell.value
            shown_as = value.date().isoformat() if isinstance(value, datetime) else str("" if value is None else value)
            assert row[title].replace("\n", " ") == shown_as.replace("\n", " ")


def test_characters_that_no_spreadsheet_can_hold_are_left_out(house, tmp_path):
    row = {"lot": "AB\x0bC\x1f\x7f\ufffe\uffffD", "reaction": "Fatigue\x08", "dose_text": "two\nlines\ttab"}

    [listed] = table(load_workbook(published(house, tmp_path, row)), "Line listing")

    assert re.sub("[\x7f]", "", listed["Lot"].value) == "ABCD"
    assert listed["Reactions as reported"].value == "Fatigue"
    assert listed["Product doses"].value == "two\nlines\ttab"


@pytest.mark.parametrize(("length", "is_cut"), [(32_767, False), (32_768, True), (100_000, True)])
def test_text_that_no_cell_can_hold_is_cut_visibly(house, tmp_path, length, is_cut):
    [row] = table(load_workbook(published(house, tmp_path, {"medical_history": "h" * length})), "Line listing")
    shown = row["Relevant history"].value

    assert len(shown) == 32_767
    assert shown.endswith("the whole text is in the case]") == is_cut


@pytest.mark.parametrize("given", ["0202-09-21", "1026-09-21", "1899-12-31"])
def test_a_date_that_no_spreadsheet_can_show_stays_readable(house, tmp_path, given):
    """Excel's calendar begins in 1900: an earlier day would be a row of ####."""
    path = published(house, tmp_path, {"drug_start": given})

    [row] = table(load_workbook(path), "Line listing")
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet4.xml").decode()
    assert row["First dose"].value == given
    assert re.findall(r"<v>-[\d.]+</v>", sheet) == []


def test_an_export_of_nothing_is_a_workbook_that_says_so(house):
    workbook = load_workbook(publish(house).path)
    cover = {label.value: value.value for label, value in workbook["Cover"].iter_rows(max_col=2)}

    assert workbook.sheetnames == SHEETS
    assert cover["Cases (current, not nullified)"] == 0
    assert cover["Period start"] == "no report received yet"
    assert cover["Background of the statistics"].startswith("no background")


def test_a_workbook_is_written_whole_or_not_at_all(house, monkeypatch):
    """It gets its name when all of it is there."""

    def broken_off(path, target):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", broken_off)
        with pytest.raises(CannotWrite, match="No space left"):
            publish(house)

    assert list(house.settings.workbooks.glob("*.xlsx")) == []
    assert number(house, "SELECT count(*) FROM audit WHERE action = 'workbook exported'") == 0
    assert publish(house).path.is_file()
