"""Where the elements of E2B(R3) stand in a case that are no key by themselves, and which are left out."""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from pathlib import Path
from typing import Any

from tests.e2b_writer.everything import everything
from tests.factories import e2b_batch, e2b_message
from tvec_pv.domain import icsr
from tvec_pv.domain.icsr import Quantity, Term
from tvec_pv.domain.records import Record
from tvec_pv.sources import e2b_r3

UNDER = {
    "C.1.6.1.r.2": "`sha256`, `size` and `media_type`; the document itself is kept under its hash",
    "C.4.r.1": "C.4.r",
    "D.8.r.2a, D.8.r.3a": "D.8.r.2-3 version",
    "D.8.r.2b, D.8.r.3b": "D.8.r.2-3; its system tells MPID and PhPID apart",
    "D.10.7.1.r.1 to D.10.7.1.r.5": "D.10.7.1.r, with the keys of D.7.1.r",
    "D.10.8.r.1 to D.10.8.r.7": "D.10.8.r, with the keys of D.8.r",
    "F.r.3.3": "`unit` of F.r.3.2",
    "G.k.2.1.1a, G.k.2.1.2a": "G.k.2.1 version",
    "G.k.2.1.1b, G.k.2.1.2b": "G.k.2.1; its system tells MPID and PhPID apart",
    "G.k.4.r.2, G.k.4.r.3": "G.k.4.r.2-3",
}
LEFT_OUT = {
    "N.1.1": "the messages say themselves that they are safety reports",
    "N.1.2, N.1.3, N.1.4": "said of the file, not of a case: they stand with what was received",
    "N.1.5, N.2.r.4": "when a file or a message was made says nothing of the case; C.1.2 does",
    "N.2.r.1": "senders use one number for many messages, so it identifies nothing",
    "N.2.r.2": "said of the record that a file holds, not of the case: a case is the same whoever passes it on",
    "N.2.r.3": "it is us",
}


def where_it_stands(element: str) -> str | None:
    """The key of an element, or the sentence that says where it stands or why it does not; None for a forgotten one."""
    said = {name: text for names, text in (UNDER | LEFT_OUT).items() for name in names.split(", ")}
    for names, text in UNDER.items():
        first, _, last = names.partition(" to ")
        if last and first[:-1] == element[: len(first) - 1]:
            return text
    if element in said:
        return said[element]
    # A number and its unit (D.2.2a and b) or a code, its version and its words (H.3.r.1a and b) are one field.
    whole = re.sub(r"[ab]$", "", element)
    candidates = {element, whole} | ({whole.rpartition(".")[0]} & _single_values())
    return next((field.metadata["e2b"] for _, field in _all_fields() if field.metadata["e2b"] in candidates), None)


def _single_values() -> set[str]:
    """The keys of fields that hold text, numbers or terms, and no part with keys of its own."""
    parts = {of.__name__ for of, _ in _all_fields()}
    return {field.metadata["e2b"] for _, field in _all_fields() if not parts & set(re.findall(r"\w+", str(field.type)))}


def read_back() -> set[tuple[str, str]]:
    """Class and field of everything that comes back from a message in which every field is filled."""
    case, contents = everything()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "everything.xml"
        path.write_bytes(e2b_batch(e2b_message(case, contents=contents)))
        record = next(iter(e2b_r3.read(path)))
    assert isinstance(record, Record)
    return set(_filled(record.case))


def _filled(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, tuple):
        for one in value:
            yield from _filled(one)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            given = getattr(value, field.name)
            if given != field.default or field.default is MISSING:
                yield type(value).__name__, field.name
                yield from _filled(given)


def _all_fields() -> Iterator[tuple[type, Field[Any]]]:
    parts = [one for one in vars(icsr).values() if isinstance(one, type) and is_dataclass(one)]
    return ((of, field) for of in parts if of not in (Quantity, Term) for field in fields(of) if field.metadata)
