"""A case in which every field is filled, each with a value of its own. Nobody in it exists, no value means anything.

For the question whether what is written is read back: a field that the reader forgets is missed, one that it reads
from its neighbour is wrong.
"""

import hashlib
from dataclasses import fields, replace
from functools import partial
from itertools import count
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from tvec_pv.domain.dates import PartialDate, read_date
from tvec_pv.domain.icsr import Case, Document, NullFlavor, Reaction, TestResult

# What no E2B(R3) message says: a version's number, a record number of no source, seriousness spread from the case.
NOT_IN_E2B = frozenset({"version", "record_numbers", "is_case_level"})
CONTENT = b"What a generated document says, number "
IDS = {"E.i.0", "G.k.0", "G.k.9.i.1"}  # are UUIDs to the schema


class Filling:
    """Values that are each used once. With `is_null`, a null flavor wherever a field may have one."""

    def __init__(self, *, is_null: bool = False) -> None:
        self.is_null = is_null
        self.contents: dict[str, bytes] = {}
        self._numbers = count(1)

    def part(self, of: type) -> Any:
        """One part of a case, all its fields filled."""
        if of is Document:
            return self._document()
        hints = get_type_hints(of)
        given = {
            field.name: self._value(hints[field.name], field.metadata["e2b"])
            for field in fields(of)
            if field.name not in NOT_IN_E2B
        }
        return of(**given)

    def _value(self, hint: Any, element: str) -> Any:
        options = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
        if self.is_null and NullFlavor in options:
            return NullFlavor.MSK
        of = options[0]
        number = next(self._numbers)
        if get_origin(of) is tuple:
            inner = get_args(of)[0]
            made = partial(self._value, inner, element)
            return (made(), made())
        if of is str and element.endswith("system"):
            return f"2.16.840.1.{number}"
        if of is str:
            return str(UUID(int=number)) if element in IDS else f"{element.replace(' ', '_')}-{number}"
        if of is bool:
            return True
        if of is float:
            return number + 0.5
        if of is PartialDate:
            return read_date(f"{1000 + number}0102")
        return self.part(of)

    def _document(self) -> Document:
        number = next(self._numbers)
        content = CONTENT + str(number).encode()
        sha256 = hashlib.sha256(content).hexdigest()
        self.contents[sha256] = content
        return Document(
            title=f"document-{number}", media_type="text/plain", included=True, sha256=sha256, size=len(content)
        )


def everything(*, is_null: bool = False) -> tuple[Case, dict[str, bytes]]:
    """The case, and the bytes of its documents by their hash; within what one message can say."""
    filling = Filling(is_null=is_null)
    case: Case = filling.part(Case)
    return (
        replace(
            case,
            reactions=tuple(map(_reaction, case.reactions)),
            tests=tuple(result for pair in map(_results, case.tests) for result in pair),
            literature_documents=tuple(replace(held, title=None) for held in case.literature_documents),
        ),
        filling.contents,
    )


def _reaction(reaction: Reaction) -> Reaction:
    """The words of a reaction are the reporter's (E.i.1.1a); its term is a code."""
    return replace(reaction, term=replace(reaction.term, name=None))


def _results(test: TestResult) -> tuple[TestResult, TestResult]:
    """A result is a value or a range, and cannot be both."""
    bounds = ("low", "high", "low_inclusive", "high_inclusive")
    return replace(test, **dict.fromkeys(bounds)), replace(test, value=None)
