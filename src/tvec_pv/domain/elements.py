"""All that a case says, element by element: its E2B(R3) number, its value, and where it stands.

What is asked of every date, every amount, every coded term or every text of a case, wherever it stands, is asked of
this list: a field that is added to `icsr` is in it without more ado.
"""

from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, NamedTuple

from tvec_pv.domain.icsr import Case, Parent, Quantity, Term

_WORDS = {
    "C.1.6.1.r": "document",
    "C.1.9.1.r": "identifier",
    "C.1.10.r": "linked report",
    "C.2.r": "reporter",
    "C.4.r": "literature reference",
    "C.5.1.r": "study registration",
    "D.1.1": "record number",
    "D.7.1.r": "medical history",
    "D.8.r": "past medicine",
    "D.9.2.r": "cause of death",
    "D.9.4.r": "cause of death by autopsy",
    "D.10.7.1.r": "medical history",
    "D.10.8.r": "past medicine",
    "E.i": "reaction",
    "F.r": "test",
    "G.k": "drug",
    "G.k.2.3.r": "substance",
    "G.k.4.r": "dose",
    "G.k.7.r": "indication",
    "G.k.9.i": "reaction assessed",
    "G.k.9.i.2.r": "opinion",
    "H.3.r": "diagnosis",
    "H.5.r": "summary",
}


class Element(NamedTuple):
    """`number` is that of the field, as in G.k.4.r.4; `where` says which of several, as in "drug 2, dose 1"."""

    number: str
    value: Any
    where: str


def elements(case: Case) -> list[Element]:
    """Every element that the report mentions, also where a null flavor says why there is no value.

    A quantity and a term are one element each, under the number of the field that holds them.
    """
    found: list[Element] = []
    _collect(case, "", found, of_parent=False)
    return found


def place(number: str, position: int) -> str:
    """One of several, in words: "reaction 2"."""
    return f"{_WORDS.get(number, number)} {position}"


def _collect(group: Any, where: str, found: list[Element], *, of_parent: bool) -> None:
    for name, number, unsaid in _members(group.__class__, of_parent):
        value = getattr(group, name)
        if value is None or value is unsaid:
            continue
        if value.__class__ is tuple:
            for position, one in enumerate(value, 1):
                at = place(number, position)
                _add(one, number, f"{where}, {at}" if where else at, found, of_parent)
        else:
            _add(value, number, where, found, of_parent)


def _add(value: Any, number: str, where: str, found: list[Element], of_parent: bool) -> None:
    kind = value.__class__
    if not _is_group(kind):
        if kind is not Term or value != _NO_TERM:
            found.append(Element(number, value, where))
    elif kind is Parent:
        _collect(value, "parent", found, of_parent=True)
    else:
        _collect(value, where, found, of_parent=of_parent)


_NO_TERM = Term()


@cache
def _is_group(of: Any) -> bool:
    """Whether a value is made of elements of their own; a quantity and a term are one."""
    return is_dataclass(of) and of not in (Quantity, Term) and any("e2b" in one.metadata for one in fields(of))


@cache
def _members(of: Any, of_parent: bool) -> tuple[tuple[str, str, Any], ...]:
    """Name, number and unsaid value of the fields that have an E2B number. A parent's are those of section D.10,
    also where the same class holds the patient's."""
    return tuple(
        (one.name, f"D.10{number[1:]}" if of_parent and not number.startswith("D.10") else number, one.default)
        for one in fields(of)
        if (number := one.metadata["e2b"])[0].isupper()
    )
