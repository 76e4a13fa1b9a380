"""docs/reference/case-fields.md: every field of a case, and which formats fill it."""

import ast
import inspect
from collections.abc import Iterator
from dataclasses import Field, fields, is_dataclass
from importlib import import_module
from pkgutil import iter_modules
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from tests.reference_pages.e2b_elements import LEFT_OUT, UNDER, read_back
from tests.reference_pages.markdown import code, document, table
from tvec_pv import sources
from tvec_pv.domain import icsr
from tvec_pv.domain.dates import PartialDate
from tvec_pv.domain.icsr import Case, NullFlavor, Quantity, Term

# A format's modules are those of `sources` whose names begin so; E2B(R3) is asked what it reads of a full message.
FORMATS = {
    "E2B(R3)": "e2b_r3",
    "E2B(R2)": "e2b_r2",
    "FAERS": "faers",
    "VAERS": "vaers",
    "listing": "line_listing",
    "EudraVigilance": "eudravigilance",
    "FHIR": "fhir",
}
_IN_PARTS = (Quantity, Term)
_KINDS = {str: "text", bool: "yes or no", int: "whole number", float: "number", PartialDate: "date"}
_CODES = {
    "C.1.3": "ReportType",
    "C.1.11.1": "NullificationAmendment",
    "C.2.r.4": "Qualification",
    "D.5": "Sex",
    "E.i.7": "Outcome",
    "G.k.1": "DrugRole",
    "G.k.8": "ActionTaken",
}


def page() -> str:
    filled = {name: _filled(prefix) for name, prefix in FORMATS.items()}
    filled["E2B(R3)"] = read_back()
    return document(
        "The fields of a case",
        """
Whatever the format of a report was, it becomes the same case. `tvec-pv cases show ID --json` prints it under `case`,
keyed by the element numbers of ICH E2B(R3): `["E.i"][0]["E.i.7"]` is the outcome of the first reaction. The number
before the dot is the section of the ICH implementation guide: C identification, D patient, E reaction, F tests,
G drugs, H narrative. `FDA.` marks an element of the US regional guide. A name that is no number (`version`,
`is_case_level`, `value`, ...) is this product's own.

A field is in one of three states, which are never mixed up:

- **a value**: `"D.5": "2"`;
- **a null flavor**, because the sender said why there is no value: `"D.1": {"nullFlavor": "MSK"}`;
- **absent**: the report does not mention it, and the key is not there.

Dates are strings of digits as sent, with the precision they have: `"2026"`, `"202611"`, `"20261102"`, with time and
zone where they were given. Codes are the strings that were sent. The last column says which readers fill the field; a
dash means that no reader does. FAERS XML and openFDA JSON fill those of E2B(R2) that FDA makes public.
""",
        *_sections(filled),
        f"""
## Codes

{table(("key", "name in the code", "codes"), _codes())}

## Elements of E2B(R3) under another key

A number and its unit are one field, and so are a MedDRA code, its version and the words beside it. Other elements that
are no key:

{table(("element", "where it stands"), UNDER.items())}

## Elements of E2B(R3) that are no part of a case

{table(("element", "why"), LEFT_OUT.items())}

## Null flavors

{table(("code", "meaning"), ((code(one.name), one.value) for one in NullFlavor))}
""",
    )


def _sections(filled: dict[str, set[tuple[str, str]]]) -> Iterator[str]:
    for of in _parts(Case):
        rows = [
            (field.metadata["e2b"], code(field.name), _kind(hint), _formats(of, field, filled))
            for field, hint in _fields(of)
        ]
        summary = (inspect.getdoc(of) or "").split("\n\n")[0].replace("\n", " ")
        yield f"## {of.__name__}\n\n{summary}\n\n" + table(("key", "name in the code", "kind", "filled from"), rows)


def _parts(of: type) -> list[type]:
    """A dataclass and those that its fields hold, each once, in order of first mention."""
    found = [of]
    for part in found:
        for _, hint in _fields(part):
            found.extend(one for one in _dataclasses(hint) if one not in found)
    return [part for part in found if part not in _IN_PARTS] + list(_IN_PARTS)


def _fields(of: Any) -> list[tuple[Field[Any], Any]]:
    hints = get_type_hints(of)
    return [(field, hints[field.name]) for field in fields(of)]


def _dataclasses(hint: Any) -> list[type]:
    options = get_args(hint) if get_origin(hint) else (hint,)
    return [one for one in options if isinstance(one, type) and is_dataclass(one) and one is not PartialDate]


def _kind(hint: Any) -> str:
    """A field's type in words, without the empty state that every field knows."""
    if get_origin(hint) is tuple:
        return f"list of {_kind(get_args(hint)[0])}"
    options = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    words = [
        "null flavor" if one is NullFlavor else _KINDS.get(one) or one.__name__
        for one in options
        if one is not type(None)
    ]
    return " or ".join(words)


def _formats(of: type, field: Field[Any], filled: dict[str, set[tuple[str, str]]]) -> str:
    if of in _IN_PARTS:
        return ""
    return ", ".join(name for name in FORMATS if (of.__name__, field.name) in filled[name]) or "–"


def _filled(prefix: str) -> set[tuple[str, str]]:
    """Class and field of everything that a format's reader sets, as its source says."""
    found: set[tuple[str, str]] = set()
    names = [one.name for one in iter_modules(sources.__path__) if one.name.startswith(prefix)]
    for module in (import_module(f"{sources.__name__}.{name}") for name in names):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                found.update((node.func.id, word.arg) for word in node.keywords if word.arg)
            elif isinstance(node, ast.Return) and isinstance(node.value, ast.Dict):
                found.update(("Case", key.value) for key in node.value.keys if isinstance(key, ast.Constant))
        found.update(("Seriousness", name) for name in getattr(module, "CRITERIA", {}).values())
    return found


def _codes() -> Iterator[tuple[str, str, str]]:
    for number, name in _CODES.items():
        meanings = (f"`{one.value}` {one.name.lower().replace('_', ' ')}" for one in getattr(icsr, name))
        yield number, code(name), ", ".join(meanings)
