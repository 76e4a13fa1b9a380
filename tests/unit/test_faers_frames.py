"""Tables read in blocks are the tables read line by line: the same rows, the same refusals, in any encoding."""

import io
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tvec_pv.domain.errors import UnreadableFile
from tvec_pv.sources.faers_frames import read_blocks
from tvec_pv.sources.faers_tables import _table
from tvec_pv.sources.text_lines import LONGEST_LINE

HEADER = b"primaryid$caseid$pt"


def opener(content):
    return partial(io.BytesIO, content)


def by_blocks(content, size):
    """Rows as cells; and the cells of rows that are not whole."""
    text = opener(content)
    blocks = list(read_blocks(_table("REAC", text), text, ["primaryid", "caseid", "pt"], size))
    rows = [row for block in blocks for row in block.rows.select("primaryid", "caseid", "pt").rows()]
    return [cells(row) for row in rows], [row for one in blocks for row in one.broken]


def by_lines(content):
    lines = list(_table("REAC", opener(content)).lines())
    return [cells(line.cells[:3]) for line in lines if line.is_whole], [one.cells for one in lines if not one.is_whole]


def cells(row):
    """As both readers take them: without the spaces around them, an empty one as None."""
    return [(cell or "").strip() or None for cell in row]


PIECES = [b"$", b"$", b"\n", b"\r\n", b"\r", b"\0", b" ", b"7", b"Rash", "Fièvre".encode(), b"Fi\xe8vre", b"\x81", b'"']


@settings(max_examples=400)
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=60), size=st.sampled_from([1, 2, 7, 64, 10_000]))
def test_blocks_of_any_size_say_what_the_lines_say(pieces, size):
    content = HEADER + b"\r\n" + b"".join(pieces)

    assert by_blocks(content, size) == by_lines(content)


@settings(max_examples=200)
@given(
    ends=st.lists(st.sampled_from([b"", b"$", b"$ ", b"$$", b"$x"]), max_size=12),
    size=st.sampled_from([5, 31, 10_000]),
)
def test_an_empty_cell_beyond_the_last_column_is_none_and_a_filled_one_breaks_the_row(ends, size):
    content = HEADER + b"\n" + b"".join(b"11$1$Rash" + end + b"\r\n" for end in ends)

    rows, broken = by_blocks(content, size)

    assert (rows, broken) == by_lines(content)
    assert (len(rows), len(broken)) == (len(ends) - ends.count(b"$x"), ends.count(b"$x"))


def test_a_column_that_a_table_does_not_have_is_empty():
    text = opener(HEADER + b"\n11$1$Rash\n")

    [block] = read_blocks(_table("REAC", text), text, ["pt", "drug_rec_act", "primaryid"])

    assert block.rows.to_dicts() == [{"primaryid": "11", "pt": "Rash", "drug_rec_act": None}]


@pytest.mark.parametrize("content", [b"", HEADER, HEADER + b"\n", b"\xef\xbb\xbf" + HEADER + b"\r\n"])
def test_a_table_without_rows_has_none(content):
    text = opener(content)
    table = _table("REAC", opener(HEADER))

    assert [row for block in read_blocks(table, text, ["pt"]) for row in block.rows.rows()] == []


def test_a_line_without_an_end_is_refused():
    text = opener(HEADER + b"\n" + b"7" * (LONGEST_LINE + 2))

    with pytest.raises(UnreadableFile, match="a line is longer than a million bytes"):
        list(read_blocks(_table("REAC", text), text, ["pt"], 100_000))
