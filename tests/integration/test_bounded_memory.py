"""A file ten times as large takes no more memory. `python -m tests.performance.faers` shows it at a gigabyte."""

from tests.factories import vaers_tables, zipped
from tests.performance.faers import ONE_IN, read_in_a_process, write_quarter


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
