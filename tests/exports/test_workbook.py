"""The workbook that was written, opened again: what stands in it is counted independently in SQL."""

import csv
import io
import shutil
import subprocess
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from tests.factories import a_case, e2b_batch, e2b_message, line_listing_csv
from tests.stored import asked, number

SHEETS = ["Cover", "Reconciliation", "Signals", "Line listing", "Findings"]
CURRENT = """
    SELECT count(*) FROM cases c WHERE NOT EXISTS (
      SELECT 1 FROM case_versions v WHERE v.case_id = c.id AND v.is_nullification)"""


@pytest.fixture
def workbook(night):
    return openpyxl.load_workbook(night.exported.path)


def rows(workbook, name):
    """The rows of a sheet as dicts by column title; the first line says what is counted."""
    _, header, *body = workbook[name].iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in body]


def cover(workbook):
    return {row[0]: row[1] for row in workbook["Cover"].iter_rows(values_only=True) if row[0] and row[1] is not None}


def test_the_sheets_stand_in_their_order(workbook):
    assert workbook.sheetnames == SHEETS


def test_the_cover_counts_what_the_store_holds(night, workbook):
    said = cover(workbook)

    assert said["Cases (current, not nullified)"] == number(night.house, CURRENT)
    assert said["Nullified cases (in no count)"] == 1
    assert said["Records held in quarantine"] == number(
        night.house, "SELECT count(*) FROM source_records WHERE record_class = 'quarantined'"
    )
    assert said["Pairs flagged"] == number(night.house, "SELECT count(*) FROM signals")
    assert said["Rows in Findings"] == number(night.house, "SELECT count(*) FROM findings")
    assert isinstance(said["Data lock point (UTC)"], datetime)
    assert said["Safety profile approved by"].startswith("NOBODY YET")


def test_every_row_of_the_reconciliation_adds_up(workbook):
    *files, total = rows(workbook, "Reconciliation")
    classes = ["New", "Follow-up", "Amendment", "Nullification", "Duplicate", "Quarantined", "Out of scope"]

    for row in (*files, total):
        assert row["Received"] == row["Sum"] == sum(row[name] for name in classes)
        assert (row["Difference"], row["Status"]) == (0, "balances")
    assert total["Received"] == sum(row["Received"] for row in files) == 112


def test_the_line_listing_has_one_row_for_each_case_that_counts(night, workbook):
    listed = [row["Case number"] for row in rows(workbook, "Line listing")]

    assert len(listed) == len(set(listed)) == number(night.house, CURRENT)
    nullified = "SELECT case_key FROM cases c JOIN case_versions v ON v.case_id = c.id WHERE v.is_nullification"
    assert not set(listed) & {row["case_key"] for row in asked(night.house, nullified)}


def test_fatal_cases_come_first_then_serious_ones(workbook):
    def gravity(row):
        return ("results in death" not in (row["Criteria"] or ""), row["Serious"] != "yes")

    listed = rows(workbook, "Line listing")

    assert [gravity(row) for row in listed] == sorted(gravity(row) for row in listed)
    assert listed[0]["Criteria"].startswith("results in death")


def test_there_is_a_row_for_each_signal_and_rule_with_its_cells(night, workbook):
    flags = asked(night.house, "SELECT s.name, f.rule FROM flags f JOIN signals s ON s.id = f.signal_id")
    listed = rows(workbook, "Signals")

    assert sorted((row["Reaction"], row["Rule"]) for row in listed) == sorted(
        (one["name"], one["rule"]) for one in flags
    )
    for row in listed:
        assert row["a"] + row["b"] == 39
        assert row["Cases then"] >= 1
        assert row["Expected"] == pytest.approx(
            (row["a"] + row["b"]) * (row["a"] + row["c"]) / (row["a"] + row["b"] + row["c"] + row["d"])
        )


def test_numbers_are_numbers_and_dates_are_dates(workbook):
    for row in rows(workbook, "Line listing"):
        assert isinstance(row["Versions"], int)
        assert isinstance(row["Latest received"], date)
        assert isinstance(row["US due"], date | None)
    sheet = workbook["Line listing"]
    titles = [cell.value for cell in sheet[2]]
    assert sheet.cell(3, titles.index("Latest received") + 1).number_format == "yyyy-mm-dd"
    assert all(isinstance(row["PRR"], int | float) for row in rows(workbook, "Signals") if row["Rule"] == "evans")


@pytest.mark.parametrize("name", SHEETS[1:])
def test_headers_are_frozen_and_filtered(workbook, name):
    sheet = workbook[name]

    assert sheet.freeze_panes == "B3"
    assert sheet.auto_filter.ref.startswith("A2:")
    assert sheet.auto_filter.ref.endswith(str(sheet.max_row))


def test_nothing_is_hidden_linked_or_programmed(night, workbook):
    assert {workbook[name].sheet_state for name in SHEETS} == {"visible"}
    with zipfile.ZipFile(night.exported.path) as archive:
        parts = archive.namelist()
        sheets = [archive.read(part) for part in parts if part.startswith("xl/worksheets/")]
    assert not [part for part in parts if "vba" in part.lower() or "externalLink" in part or "connections" in part]
    assert not [sheet for sheet in sheets if b"<f>" in sheet or b"<f " in sheet or b"<hyperlink" in sheet]


HOSTILE = ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")')


def test_data_never_becomes_a_formula(house, tmp_path):
    from tvec_pv.actions.intake import take_in
    from tvec_pv.actions.publication import publish

    listing = [
        {
            "case_id": f"XX-{number}",
            "latest_received": "2026-10-05",
            "reporter_country": "DE",
            "reporter_qualification": "physician",
            "sex": "female",
            "medical_history": words,
            "reaction": words,
            "seriousness": "non-serious",
            "drug": "Imlygic",
            "role": "suspect",
            "lot": words,
            "route": words,
            "dose_text": words,
            "narrative": words,
        }
        for number, words in enumerate(HOSTILE)
    ]
    (tmp_path / "hostile.csv").write_bytes(line_listing_csv(listing))
    take_in(house, [tmp_path / "hostile.csv"])
    written = publish(house, tmp_path / "out").path

    book = openpyxl.load_workbook(written)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    texts = [cell for cell in cells if isinstance(cell.value, str) and cell.value.lstrip()[:1] in ("=", "+", "-", "@")]
    assert {cell.data_type for cell in texts} == {"s"}
    assert len(texts) >= 3 * len(HOSTILE)
    with zipfile.ZipFile(written) as archive:
        assert not [part for part in archive.namelist() if b"<f>" in archive.read(part)]


def test_text_that_excel_cannot_hold_is_cut_where_one_sees_it(house, tmp_path):
    from tvec_pv.actions.intake import take_in
    from tvec_pv.actions.publication import publish
    from tvec_pv.domain.icsr import MedicalHistory, Patient, Term

    history = (MedicalHistory(term=Term(name="x" * 40_000)),)
    case = a_case(patient=Patient(sex="2", history=history))
    (tmp_path / "long.xml").write_bytes(e2b_batch(e2b_message(case)))
    take_in(house, [tmp_path / "long.xml"])

    (row,) = rows(openpyxl.load_workbook(publish(house, tmp_path / "out").path), "Line listing")

    assert len(row["Relevant history"]) <= 32_767
    assert row["Relevant history"].endswith("[cut: the whole text is in the case]")


def test_the_same_knowledge_has_the_same_hash_and_new_knowledge_another(morning, tmp_path):
    from tvec_pv.actions.intake import take_in
    from tvec_pv.actions.publication import publish

    first, second = publish(morning, tmp_path), publish(morning, tmp_path)
    (tmp_path / "new.xml").write_bytes(e2b_batch(e2b_message(a_case("US-NEW-1"))))
    take_in(morning, [tmp_path / "new.xml"])
    third = publish(morning, tmp_path)

    assert first.data_hash == second.data_hash != third.data_hash
    assert len({first.path, second.path, third.path}) == 3


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not on this machine")
def test_another_program_reads_the_same_listing(night, workbook, tmp_path):
    every_sheet = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    subprocess.run(
        ["soffice", "--headless", "--convert-to", every_sheet, "--outdir", tmp_path, night.exported.path],
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        check=True,
        capture_output=True,
        timeout=120,
    )
    (file,) = tmp_path.glob("*-Line listing.csv")

    _, header, *body = csv.reader(io.StringIO(file.read_text("utf-8")))

    numbers = [row[header.index("Case number")] for row in body if any(row)]
    assert numbers == [row["Case number"] for row in rows(workbook, "Line listing")]
