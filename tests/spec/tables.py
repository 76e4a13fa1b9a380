"""How the tables of the rules become tests. A table is a list of named tuples: its columns, its rows, its results."""

from collections.abc import Iterable
from typing import NamedTuple

import pytest


def each(table: Iterable[NamedTuple]) -> pytest.MarkDecorator:
    """One test per row, under the words that the row itself uses."""
    rows = list(table)
    return pytest.mark.parametrize("row", [pytest.param(row, id=_words(row)) for row in rows])


def _words(row: NamedTuple) -> str:
    return ", ".join(_word(value) for value in row if value not in ("", None, (), [], False))[:110]


def _word(value: object) -> str:
    if isinstance(value, (frozenset, set)):
        return "+".join(sorted(map(_word, value)))
    if isinstance(value, (tuple, list)):
        return "+".join(map(_word, value))
    return str(getattr(value, "name", value))
