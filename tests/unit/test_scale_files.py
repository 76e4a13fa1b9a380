"""The tables of the scales: a mistake is named with file, row and column."""

import shutil
from pathlib import Path

import pytest

from tvec_pv import reference_files
from tvec_pv.domain.errors import ReferenceDataError
from tvec_pv.reference_files import safety_profile
from tvec_pv.scale_files import read_scales

SHIPPED = max((Path(reference_files.__file__).parent / "reference" / "profile").iterdir())
CONCEPTS = {one.id for one in safety_profile().concepts}
CATEGORIES = {one.id for one in safety_profile().categories}


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(SHIPPED, tmp_path / SHIPPED.name)


def read(folder):
    return read_scales(folder, CONCEPTS, CATEGORIES)


def broken(folder, file, was, now):
    text = (folder / file).read_text("utf-8")
    assert text.count(was) == 1
    (folder / file).write_text(text.replace(was, now), "utf-8")
    with pytest.raises(ReferenceDataError) as error:
        read(folder)
    return str(error.value)


@pytest.mark.parametrize(
    ("file", "was", "now", "names"),
    [
        ("windows.csv", "any dose,,0,3,14", "any visit,,0,3,14", ("windows.csv, row 2, column anchor", "any dose")),
        ("windows.csv", "any dose,,0,3,14", "any dose,,soon,3,14", ("windows.csv, row 2, column plausible_from",)),
        (
            "windows.csv",
            "ot_dvt; ot_pe",
            "ot_dvt; ot_pee",
            ("windows.csv, row thrombosis, column concepts", "'ot_pee'"),
        ),
        ("windows.csv", ",systemic,", ",systematic,", ("windows.csv, row flu-like, column categories",)),
        ("windows.csv", "ot_dvt; ot_pe", "ot_dvt; ot_anaph", ("column concepts", "thrombosis", "anaphylaxis")),
        ("windows.csv", "0.5,1,60,120", "2,1,60,120", ("windows.csv, row herpetic-severe, column plausible_from",)),
        ("windows.csv", "exposure,,1,14", "first dose,,1,14", ("windows.csv, column anchor", "exposure")),
        ("naranjo.csv", "toxic concentration?,1,0", "toxic concentration?,one,0", ("naranjo.csv, row 8, column yes",)),
        ("naranjo.csv", "10,Was it", "11,Was it", ("naranjo.csv, column item", "1 to 10")),
        ("naranjo_grades.csv", "doubtful,-4", "doubtful,-3", ("naranjo_grades.csv, column at_least", "-4")),
        ("completeness.csv", "onset,missing,0.5", "onset,missing,1.5", ("row onset missing, column penalty",)),
        ("completeness.csv", "sex,missing", "gender,missing", ("completeness.csv, row gender missing, column state",)),
        ("completeness.csv", "sex,missing,", "age,missing,", ("completeness.csv, row 8, column state", "age missing")),
    ],
)
def test_a_mistake_is_named_with_file_row_and_column(folder, file, was, now, names):
    message = broken(folder, file, was, now)

    assert [words for words in names if words not in message] == []


def test_the_tables_that_are_shipped_are_read(folder):
    assert len(read(folder).windows) == 13


def test_a_gap_without_a_row_is_missed(folder):
    file = folder / "completeness.csv"
    kept = [line for line in file.read_text("utf-8").splitlines() if not line.startswith("sex")]
    file.write_text("\n".join(kept), "utf-8")

    with pytest.raises(ReferenceDataError, match=r"completeness\.csv, column state: a row is missing for sex missing"):
        read(folder)
