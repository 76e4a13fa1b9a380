"""A file ten times as large takes no more memory. `python -m tests.performance.faers` and `.listings` show it at a
gigabyte.
"""

import json

from tests.factories import line_listing_xlsx, vaers_tables, zipped
from tests.performance import listings
from tests.performance.faers import ONE_IN, read_in_a_process, write_quarter
from tvec_pv.sources import fhir


def test_a_larger_faers_quarter_takes_no_more_memory(tmp_path):
    found = {}
    for megabytes in (2, 20):
        path = tmp_path / f"{megabytes}.zip"
        size, reports = write_quarter(path, megabytes)
        found[megabytes] = read_in_a_process(path)
        assert found[megabytes]["records"] == reports // ONE_IN
        assert found[megabytes]["records"] + found[megabytes]["others"] == reports
        assert size > megabytes * 900_000

    assert found[20]["records"] > 0
    assert found[20]["megabytes"] - found[2]["megabytes"] < 15


def vaers_of(reports):
    """A generated year; each report has a text of a thousand letters, and one in a thousand names the product."""
    numbers = [f"{number:07}" for number in range(reports)]
    return zipped(
        vaers_tables(
            data=[{"VAERS_ID": number, "SYMPTOM_TEXT": f"pain {number} " * 80} for number in numbers],
            vax=[{"VAERS_ID": one, "VAX_NAME": "IMLYGIC" if one.endswith("000") else "FLUZONE"} for one in numbers],
            symptoms=[{"VAERS_ID": number, "SYMPTOM1": "Chills"} for number in numbers for _ in range(2)],
        )
    )


def test_a_larger_year_of_vaers_takes_no_more_memory(tmp_path):
    found = {}
    for reports in (3_000, 30_000):
        path = tmp_path / f"{reports}.zip"
        path.write_bytes(vaers_of(reports))
        found[reports] = read_in_a_process(path)
        assert found[reports]["records"] == reports // 1_000
        assert found[reports]["others"] == reports - reports // 1_000

    assert found[30_000]["megabytes"] - found[3_000]["megabytes"] < 15


def test_a_larger_line_listing_takes_no_more_memory(tmp_path):
    found = {}
    for megabytes in (2, 20):
        path = tmp_path / f"{megabytes}.csv"
        size, reports = listings.write_listing(path, megabytes)
        found[megabytes] = listings.read_in_a_process(path)
        assert found[megabytes]["cases"] == reports
        assert size > megabytes * 900_000

    assert found[20]["megabytes"] - found[2]["megabytes"] < 15


def test_a_larger_workbook_takes_no_more_memory(tmp_path):
    found = {}
    for reports in (500, 5_000):
        path = tmp_path / f"{reports}.xlsx"
        row = {"reaction": "Pyrexia", "drug": "Imlygic", "role": "suspect", "narrative": "Kältegefühl " * 100}
        path.write_bytes(line_listing_xlsx(row | {"case_id": f"DE-{number}"} for number in range(reports)))
        found[reports] = listings.read_in_a_process(path)
        assert found[reports]["cases"] == reports

    assert found[5_000]["megabytes"] - found[500]["megabytes"] < 15


def test_more_lines_of_fhir_take_no_more_memory(tmp_path):
    found = {}
    for reports in (500, 5_000):
        path = tmp_path / f"{reports}.ndjson"
        lines = []
        for number in range(reports):
            lines.append({"resourceType": "Patient", "id": f"p{number}", "text": {"div": "x" * 2_000}})
            event = {"resourceType": "AdverseEvent", "subject": {"reference": f"Patient/p{number}"}}
            lines.append(event | {"note": [{"text": "Kältegefühl " * 100}]})
        path.write_text("\n".join(map(json.dumps, lines)))
        found[reports] = listings.read_in_a_process(path)
        assert found[reports]["cases"] == reports

    assert found[5_000]["megabytes"] - found[500]["megabytes"] < 15


def test_the_largest_json_that_is_read_at_once_fits_whatever_it_is_made_of(tmp_path):
    """Objects of one number each: nothing unfolds to more in memory."""
    path = tmp_path / "bundle.json"
    each = b'{"a":0},'
    start, end = b'{"resourceType":"Bundle","entry":[', b"{}]}"
    path.write_bytes(start + each * ((fhir.LARGEST - len(start + end)) // len(each)) + end)
    found = listings.read_in_a_process(path)

    assert path.stat().st_size > fhir.LARGEST * 0.99
    assert (found["cases"], found["megabytes"] < listings.MOST_MEGABYTES) == (0, True)
