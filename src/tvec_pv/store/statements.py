"""What statements of both databases share."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")

_MOST_VARIABLES = 500  # of one IN (...): SQLite and PostgreSQL both take more


def batched(values: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Values in groups that fit into one IN (...)."""
    for start in range(0, len(values), _MOST_VARIABLES):
        yield values[start : start + _MOST_VARIABLES]
