"""Domain values as the JSON documents that are stored, printed and exported."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any


def plain(value: Any) -> Any:
    """A frozen value as JSON values: dates in ISO 8601, enumerations by value, dataclasses by field name."""
    write = _writer(value.__class__)
    return value if write is None else write(value)


@cache
def _writer(kind: Any) -> Callable[[Any], Any] | None:
    """How values of a class are written; nothing where they are JSON values already."""
    if is_dataclass(kind):
        names = tuple(one.name for one in fields(kind))
        return lambda value: {name: plain(getattr(value, name)) for name in names}
    if issubclass(kind, Enum):
        return attrgetter("_value_")
    if issubclass(kind, date):
        return lambda value: value.isoformat()
    if issubclass(kind, list | tuple):
        return lambda value: [plain(item) for item in value]
    if issubclass(kind, dict):
        return lambda value: {key: plain(item) for key, item in value.items()}
    return None
