"""A case as JSON and back, keyed by E2B(R3) element numbers: what is stored, hashed and printed.

Absent fields are left out; a null flavor is `{"nullFlavor": "MSK"}`. The encoding is canonical: equal cases
have equal text, so the hash of the text is the identity of a case version.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from tvec_pv.domain.dates import PartialDate, read_date
from tvec_pv.domain.icsr import Case, NullFlavor

# What changes when the same report is sent again, and only then.
_OF_THE_TRANSMISSION = ("C.1.2",)


def encode(value: Any) -> Any:
    """Any part of a case as JSON values."""
    write = _writer(value.__class__)
    return value if write is None else write(value)


@cache
def _writer(kind: Any) -> Callable[[Any], Any] | None:
    """How values of a class are written; nothing where they are JSON values already."""
    if kind is NullFlavor:
        return lambda value: {"nullFlavor": value.name}
    if kind is PartialDate:
        return lambda value: value.text
    if kind is tuple:
        return lambda value: [encode(item) for item in value]
    if is_dataclass(kind):
        numbers = _numbers(cast(Any, kind))
        return lambda value: {
            number: encode(given)
            for name, number in numbers
            if (given := getattr(value, name)) is not None and given != ()
        }
    return None


def decode_case(document: dict[str, Any]) -> Case:
    """The case that `encode` wrote."""
    case: Case = _decoder(Case)(document)
    return case


def canonical(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def content_hash(document: dict[str, Any]) -> str:
    """SHA-256 of what an encoded case says, whenever and in which envelope it was sent."""
    content = {number: value for number, value in document.items() if number not in _OF_THE_TRANSMISSION}
    return hashlib.sha256(canonical(content).encode()).hexdigest()


@cache
def _numbers(of: Any) -> tuple[tuple[str, str], ...]:
    return tuple((field.name, field.metadata["e2b"]) for field in fields(of))


@cache
def _decoder(of: Any) -> Callable[[Any], Any]:
    """How to read a value of one annotated type."""
    if get_origin(of) in (Union, UnionType):
        options = [option for option in get_args(of) if option is not type(None)]
        plain = [option for option in options if option is not NullFlavor]
        decode_plain = _decoder(plain[0])
        if NullFlavor not in options:
            return decode_plain
        return lambda value: _null_flavor(value) if _is_null(value) else decode_plain(value)
    if get_origin(of) is tuple:
        decode_item = _decoder(get_args(of)[0])
        return lambda values: tuple(decode_item(value) for value in values)
    if of is PartialDate:
        return read_date
    if isinstance(of, type) and is_dataclass(of):
        hints = get_type_hints(of)
        members = {number: (name, _decoder(hints[name])) for name, number in _numbers(of)}

        def decode_members(document: dict[str, Any]) -> Any:
            given = {}
            for number, value in document.items():
                name, decode_member = members[number]
                given[name] = decode_member(value)
            return of(**given)

        return decode_members
    return lambda value: value


def _is_null(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"nullFlavor"}


def _null_flavor(value: dict[str, str]) -> NullFlavor:
    return NullFlavor[value["nullFlavor"]]
