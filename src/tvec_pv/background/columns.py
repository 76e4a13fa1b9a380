"""Columns of text as numbers, so that what a text means is asked once for each text and not once a row."""

from collections.abc import Callable, Sequence
from typing import Any, cast

import polars as pl


def categories(columns: Sequence[str]) -> dict[str, pl.Categorical]:
    """A kind of category for each column, which ends with it: the texts of all quarters would be kept otherwise."""
    return {column: pl.Categorical(pl.Categories.random()) for column in columns}


def cast_to(kinds: dict[str, pl.Categorical]) -> list[pl.Expr]:
    return [pl.col(column).cast(kind) for column, kind in kinds.items()]


def each(read: Callable[[str], Any]) -> Callable[[list[str]], list[Any]]:
    """The answers to many texts in capitals, one by one."""
    return lambda texts: [read(text.upper()) for text in texts]


def by_text(column: pl.Series, answer: Callable[[list[str]], Sequence[Any]], kind: Any) -> pl.Series:
    """A value for each row, asked once for each text of a column's own categories; null where it says nothing."""
    number = column.to_physical()
    highest = -1 if number.null_count() == len(number) else cast(int, number.max())
    texts = texts_of(column, pl.Series(range(highest + 1), dtype=pl.UInt32))
    values = pl.Series(answer(texts), dtype=kind).set(pl.Series([not text for text in texts], dtype=pl.Boolean), None)
    return values.extend_constant(None, 1).gather(number.fill_null(len(texts)))


def texts_of(column: pl.Series, numbers: pl.Series) -> list[str]:
    """What the numbers of a categorical column stand for, without the spaces around it."""
    return [text.strip() for text in numbers.cat.to(column.dtype).cast(pl.String)]


def distinct(rows: pl.DataFrame, known: dict[str, int]) -> pl.DataFrame:
    """Each combination once, in order; the numbers of `known` become its names. A number packs what is compared."""
    packed = pl.col("place").cast(pl.UInt64) * 2**32 + pl.col("substance").cast(pl.UInt64) * 2**4 + pl.col("role")
    every = rows.select(packed.alias("packed"))["packed"].sort()
    once = every.filter((every != every.shift()).fill_null(True))
    names = pl.Series(list(known), dtype=pl.Categorical) if known else pl.Series([""], dtype=pl.Categorical)
    return pl.DataFrame(
        {
            "place": (once // 2**32).cast(pl.UInt32),
            "substance": names.gather(once % 2**32 // 2**4),
            "role": (once % 2**4).cast(pl.UInt8),
        }
    )
