"""Tables of reference data: what they hold, and how a mistake in one is named."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import pytest

from tvec_pv.domain.errors import ReferenceDataError
from tvec_pv.reference_tables import read_table


class Listed(StrEnum):
    LISTED = "L"
    UNLISTED = "U"


@dataclass(frozen=True)
class Statement:
    concept: str
    since: date
    listed: Listed
    verified: bool
    days: int = 0
    factor: float | None = None
    words: tuple[str, ...] = ()


GOOD = """concept,since,listed,verified,days,factor,words
fever,2015-10-27,L,yes,,,
"herpes, oral",2023-02-01,U,no,14,0.5,cold sore; fever blister
"""


@pytest.fixture
def table(tmp_path):
    def read(content):
        path = tmp_path / "statements.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_table(path, Statement, ("concept", "since"))

    return read


def test_a_row_is_typed_and_an_empty_cell_is_the_default(table):
    assert table(GOOD) == {
        ("fever", "2015-10-27"): Statement("fever", date(2015, 10, 27), Listed.LISTED, True),
        ("herpes, oral", "2023-02-01"): Statement(
            "herpes, oral", date(2023, 2, 1), Listed.UNLISTED, False, 14, 0.5, ("cold sore", "fever blister")
        ),
    }


def test_the_order_of_the_columns_and_a_byte_order_mark_are_free(table):
    assert table("\ufeffverified,listed,since,concept,words,factor,days\nno,L,2020-01-01,x,,,\n") == {
        ("x", "2020-01-01"): Statement("x", date(2020, 1, 1), Listed.LISTED, False)
    }


@pytest.mark.parametrize(
    ("old", "new", "place", "what"),
    [
        ("2015-10-27", "27.10.2015", "row 2, column since", "a date such as 2023-02-01"),
        ("2015-10-27", "2015-02-30", "row 2, column since", "a date"),
        (",L,", ",X,", "row 2, column listed", "one of L, U"),
        ("yes", "true", "row 2, column verified", "yes or no"),
        ("yes", "", "row 2, column verified", "must not be empty"),
        (",14,", ",14.5,", "row 3, column days", "a whole number"),
        ("0.5", "half", "row 3, column factor", "a number"),
        ("cold sore; ", "cold sore;; ", "row 3, column words", "several between semicolons"),
        ("fever,2015", ",2015", "row 2, column concept", "must not be empty"),
        ("yes,,,", "yes,,", "row 2", "6 cells, not 7"),
        ("days,", "tage,", "row 1, column 5", "'tage' is none of concept"),
        ("days,", "since,", "row 1, column 5", "'since' stands twice"),
        (",words", "", "row 1", "column words is missing"),
        ('"herpes, oral",2023-02-01', "fever,2015-10-27", "row 3, column since", "stands in an earlier row"),
        ('"herpes, oral"', '"herpes" oral', "row 3", "expected"),
    ],
)
def test_a_mistake_is_named_with_file_row_and_column(table, old, new, place, what):
    assert old in GOOD
    with pytest.raises(ReferenceDataError, match=what) as raised:
        table(GOOD.replace(old, new, 1))

    assert str(raised.value).startswith(f"statements.csv, {place}")


@pytest.mark.parametrize("content", [b"\xff\xfe", b""])
def test_what_is_no_table_is_named(table, content):
    with pytest.raises(ReferenceDataError, match=r"statements\.csv"):
        table(content)
